//! Members of a ZIP archive, to be damaged and put together again with correct checksums: a flipped
//! bit in the numbers would otherwise get no further than the checksum. Independent of the crate
//! that the program uses, and able to write what the crate refuses, such as duplicate names.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

const DEFLATED: u16 = 8;

/// Returns name and unpacked contents of every member, read from the local records up to the first
/// damage. Contents are cut at `longest` bytes.
pub fn members(mut archive: &[u8], longest: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut members = Vec::new();
    while archive.len() >= 30 && archive.starts_with(b"PK\x03\x04") {
        let size = u32::from_le_bytes([archive[18], archive[19], archive[20], archive[21]]);
        let [method, name, extra] =
            [8, 26, 28].map(|at| u16::from_le_bytes([archive[at], archive[at + 1]]));
        let rest = &archive[30..];
        let Some((head, rest)) = rest.split_at_checked(usize::from(name) + usize::from(extra))
        else {
            break;
        };
        let Some((data, rest)) = rest.split_at_checked(size as usize) else {
            break;
        };
        let contents = if method == DEFLATED {
            let mut contents = Vec::new();
            let mut unpacked = DeflateDecoder::new(data).take(longest as u64);
            // The bytes before a damage are kept.
            let _ = unpacked.read_to_end(&mut contents);
            contents
        } else {
            data.to_vec()
        };
        members.push((head[..usize::from(name)].to_vec(), contents));
        archive = rest;
    }
    members
}

/// Returns an archive of `members`, compressed or stored.
pub fn archive(members: &[(Vec<u8>, Vec<u8>)], is_compressed: bool) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, contents) in members {
        let mut crc = Crc::new();
        crc.update(contents);
        let (method, data) = if is_compressed {
            let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(contents).expect("a vector takes all");
            (DEFLATED, packer.finish().expect("a vector takes all"))
        } else {
            (0, contents.clone())
        };
        let common = [
            &[20, 0, 0, 0][..],
            &method.to_le_bytes(),
            &[0, 0, 33, 0],
            &crc.sum().to_le_bytes(),
            &(data.len() as u32).to_le_bytes(),
            &(contents.len() as u32).to_le_bytes(),
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
    let count = (members.len() as u16).to_le_bytes();
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
