//! Model files with tensors: safetensors and npz, with sound and with damaged containers.

use std::io::{Cursor, Read, Write};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::model_file::{bytes_of, problem, read, small};

const SAFETENSORS: &str = "safetensors";
const NPZ: &str = "npz";

#[test]
fn safetensors_have_pytorchs_names_and_shapes() {
    let bytes = bytes_of(&small(), SAFETENSORS);
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let mut names = file.names();
    names.sort_unstable();
    let expected = [
        "layers.0.bias",
        "layers.0.weight",
        "layers.1.bias",
        "layers.1.weight",
    ];
    assert_eq!(names, expected);
    let weight = file.tensor("layers.1.weight").expect("there");
    assert_eq!(weight.shape(), [3, 2]);
    assert_eq!(
        weight.data()[..8],
        [0, 0, 128, 63, 0, 0, 0, 64],
        "1 and 2, row by row"
    );
}

/// The file with its document changed by `change`; tensors stay as they are.
fn with_document(bytes: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let (length, rest) = bytes.split_first_chunk().expect("a length");
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: Value = serde_json::from_slice(header).expect("a header");
    let document = &mut header["__metadata__"]["nn-tui"];
    let mut inner: Value = serde_json::from_str(document.as_str().expect("text")).expect("JSON");
    change(&mut inner);
    *document = inner.to_string().into();
    let header = serde_json::to_vec(&header).expect("JSON");
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], &header, data].concat()
}

fn without_checksum(document: &mut Value) {
    let members = document.as_object_mut().expect("members");
    members.remove("checksum").expect("a checksum");
}

#[test]
fn a_flipped_bit_in_a_tensor_is_noticed() {
    let bytes = bytes_of(&small(), SAFETENSORS);
    // 11 biases and weights after the header.
    let numbers: usize = small().architecture.parameter_count() as usize * 4;
    for at in bytes.len() - numbers..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let problem = problem(&damaged, SAFETENSORS);
        assert!(
            problem.starts_with("its weights are damaged or were edited: their checksum is crc32:"),
            "{problem}"
        );
    }
}

/// Model file without a checksum, as older versions wrote it or an editor leaves it.
#[test]
fn a_file_without_a_checksum_is_read() {
    let bytes = bytes_of(&small(), SAFETENSORS);
    let old = with_document(&bytes, |document| {
        without_checksum(document);
        document["version"] = 3.into();
    });
    let old = read(&old, SAFETENSORS).expect("loads");
    assert_eq!(old.parameters, small().parameters);
    let mut edited = with_document(&bytes, without_checksum);
    let last = edited.len() - 1;
    edited[last] ^= 1;
    let model = read(&edited, SAFETENSORS).expect("loads");
    assert_ne!(model.parameters, small().parameters);
}

#[test]
fn the_checksum_is_that_of_zip_in_the_order_of_the_layers() {
    let bytes = bytes_of(&small(), SAFETENSORS);
    let mut crc = flate2::Crc::new();
    for layer in &small().parameters.layers {
        for number in layer.weights.iter().chain(&layer.biases) {
            crc.update(&number.to_le_bytes());
        }
    }
    let expected = format!("crc32:{:08x}", crc.sum());
    with_document(&bytes, |document| {
        assert_eq!(document["checksum"], *expected)
    });
}

#[test]
fn tensors_hold_only_finite_numbers() {
    let mut bytes = with_document(&bytes_of(&small(), SAFETENSORS), without_checksum);
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    // The names sort biases first, so the last number is a weight of the last layer.
    assert_eq!(
        problem(&bytes, SAFETENSORS),
        "layer 2 has a number that is not finite"
    );
}

/// Name and contents of each member of an archive.
fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let indices = 0..archive.len();
    let member = |index| {
        let mut member = archive.by_index(index).expect("a member");
        let mut contents = Vec::new();
        member.read_to_end(&mut contents).expect("contents");
        (member.name().expect("UTF-8").into_owned(), contents)
    };
    indices.map(member).collect()
}

fn archive(members: &[(String, Vec<u8>)], compression: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in members {
        let options = SimpleFileOptions::default().compression_method(compression);
        archive.start_file(name, options).expect("a new name");
        archive.write_all(contents).expect("written");
    }
    archive.finish().expect("written").into_inner()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    while let Some(at) = bytes.windows(from.len()).position(|part| part == from) {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn compressed_arrays_are_read() {
    let members = members(&bytes_of(&small(), NPZ));
    let bytes = archive(&members, CompressionMethod::Deflated);
    assert_eq!(read(&bytes, NPZ).expect("loads"), small());
}

#[test]
fn missing_duplicate_and_unexpected_arrays_are_named() {
    let bytes = bytes_of(&small(), NPZ);
    let sound = members(&bytes);
    let stored = |members: &[_]| archive(members, CompressionMethod::Stored);
    for (index, (name, _)) in sound.iter().enumerate() {
        let mut rest = sound.clone();
        rest.remove(index);
        let name = name.strip_suffix(".npy").expect("an array");
        let expected = format!("it has no array \"{name}\"");
        assert_eq!(problem(&stored(&rest), NPZ), expected);
    }
    let twice = replaced(&bytes, b"layers.1.bias.npy", b"layers.0.bias.npy");
    assert_eq!(problem(&twice, NPZ), "it has two arrays of the same name");
    let mut more = sound.clone();
    more.push(("layers.9.bias.npy".into(), sound[2].1.clone()));
    let expected = "it has an unexpected array \"layers.9.bias\"";
    assert_eq!(problem(&stored(&more), NPZ), expected);
    more[sound.len()].0 = "notes.txt".into();
    let expected = "it has a member that is not an .npy array";
    assert_eq!(problem(&stored(&more), NPZ), expected);
}

#[test]
fn a_decompression_bomb_is_refused_before_it_is_unpacked() {
    let mut members = members(&bytes_of(&small(), NPZ));
    members[1].1 = vec![0; 100 << 20];
    let bytes = archive(&members, CompressionMethod::Deflated);
    assert!(bytes.len() < 1 << 20);
    let problem = problem(&bytes, NPZ);
    assert!(
        problem.ends_with("more than 64 times the file"),
        "{problem}"
    );
}

#[test]
fn a_damaged_array_is_named() {
    let mut bytes = bytes_of(&small(), NPZ);
    let number = 16_777_217.0_f32.to_le_bytes();
    let at = bytes.windows(4).position(|part| part == number);
    bytes[at.expect("a bias")] ^= 1;
    let expected = "its array \"layers.0.bias\": Invalid checksum";
    assert_eq!(problem(&bytes, NPZ), expected);
    assert!(problem(b"no archive", NPZ).starts_with("invalid Zip archive"));
}

/// A wrong byte either does not matter (a date, say) or is refused.
#[test]
fn no_wrong_byte_changes_the_model() {
    for format in [SAFETENSORS, NPZ] {
        let bytes = bytes_of(&small(), format);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            if let Ok(model) = read(&damaged, format) {
                assert_eq!(model.parameters, small().parameters, "{format}: byte {at}");
            }
        }
    }
}
