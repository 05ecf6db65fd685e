//! The parts of a stored ZIP archive, to be damaged and put together again with checksums that
//! are right: a flipped bit in the numbers would otherwise never come further than those.

use flate2::Crc;

/// Name and contents of every entry, as far as the local records tell.
pub fn parts(mut archive: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut parts = Vec::new();
    while archive.len() >= 30 && archive.starts_with(b"PK\x03\x04") {
        let size = u32::from_le_bytes([archive[18], archive[19], archive[20], archive[21]]);
        let [name, extra] =
            [26, 28].map(|at| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]])));
        let rest = &archive[30..];
        let Some((head, rest)) = rest.split_at_checked(name + extra) else {
            break;
        };
        let Some((data, rest)) = rest.split_at_checked(size as usize) else {
            break;
        };
        parts.push((head[..name].to_vec(), data.to_vec()));
        archive = rest;
    }
    parts
}

/// An archive of `parts`.
pub fn archive(parts: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in parts {
        let mut crc = Crc::new();
        crc.update(data);
        let size = (data.len() as u32).to_le_bytes();
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 33, 0][..],
            &crc.sum().to_le_bytes(),
            &size,
            &size,
            &(name.len() as u16).to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name);
        bytes.extend(data);
    }
    let count = (parts.len() as u16).to_le_bytes();
    let size = (directory.len() as u32).to_le_bytes();
    let start = (bytes.len() as u32).to_le_bytes();
    bytes.extend(directory);
    bytes.extend(
        [
            &b"PK\x05\x06\0\0\0\0"[..],
            &count,
            &count,
            &size,
            &start,
            &[0, 0],
        ]
        .concat(),
    );
    bytes
}
