//! Large invalid files, which expose readers with more than linear cost.

use super::bytes::LONGEST;
use super::corpus::seeds;
use super::targets::{IdxParts, Target};
use super::zip;

/// Repeats `part` up to two megabytes.
fn repeated(before: &str, part: &str, behind: &str) -> Vec<u8> {
    let times = 2_000_000 / part.len();
    [before, &part.repeat(times), behind].concat().into_bytes()
}

#[test]
fn large_models_are_refused_soon() {
    let json = String::from_utf8(seeds(Target::Json).swap_remove(0)).expect("text");
    let (before, behind) = json.split_once("\"sizes\": [").expect("a network");
    let before = format!("{before}\"sizes\": [");
    let layers = "\"layers\": [";
    let (start, _) = json.split_once(layers).expect("layers");
    let start = format!("{start}{layers}");
    for bytes in [
        repeated("", "[", ""),
        repeated("", "{\"a\":", ""),
        repeated(&before, "1,", behind),
        repeated(&start, "{\"weights\":[],\"biases\":[]},", "]}"),
        repeated(&start, "{\"weights\":[[],[]", "]}"),
        repeated("{\"format\": \"", "\\u001b", "\"}"),
    ] {
        assert!(!Target::Json.run(&bytes));
    }
    let tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,0]},";
    let mut header = repeated("{", tensor, "");
    header.pop();
    header.push(b'}');
    let length = (header.len() as u64).to_le_bytes();
    assert!(!Target::Safetensors.run(&[&length[..], &header].concat()));
}

/// A hundred megabytes of zeros, packed to a few hundred kilobytes, where the document or the weights
/// of a model should be.
#[test]
fn decompression_bombs_take_no_memory() {
    let seed = seeds(Target::Npz).swap_remove(0);
    for index in [0, 1] {
        let mut members = zip::members(&seed, LONGEST);
        members[index].1 = vec![0; 100 << 20];
        assert!(!Target::Npz.run(&zip::archive(&members, true)));
    }
}

/// A quarter of a megabyte each, because tests are compiled with little optimisation.
#[test]
fn large_tables_are_read_soon() {
    let cells = |cell: &str| {
        let times = 250_000 / (cell.len() + 1);
        vec![cell; times].join(",")
    };
    let numbered: Vec<String> = (0..30_000).map(|i| i.to_string()).collect();
    for text in [
        cells(""),
        format!("{}\n{}\n", cells("x"), cells("1")),
        format!("{}\n{}\n{}\n", cells("ab"), cells("yy"), cells("NA")),
        numbered.join(","),
        format!("{}\n", numbered.join(",a\n")),
        format!("x,y\n\"{}", cells("1\n")),
        format!("x,y\n{}", "1,a\n".repeat(60_000)),
        "\"\"".repeat(120_000),
        "\u{1b}".repeat(250_000),
        "\n".repeat(250_000),
        "a b\n".repeat(60_000),
        format!("x,y\n1,a\n2,{}", "b".repeat(250_000)),
    ] {
        Target::Csv.run(&[b"\0\0", text.as_bytes()].concat());
    }
}

/// Headers of 16 bytes that claim many pixels.
#[test]
fn pixels_that_are_not_there_take_no_memory() {
    for (images, height, width) in [(1, 1024, 1024), (u32::MAX, 1, 1 << 20), (u32::MAX, 1, 1)] {
        let sizes = [images, height, width].map(u32::to_be_bytes).concat();
        let parts = IdxParts {
            options: 0,
            images: [&[0, 0, 8, 3], &sizes[..]].concat(),
            labels: [&[0, 0, 8, 1], &sizes[..4]].concat(),
        };
        assert!(!Target::Idx.run(&parts.input()));
        assert!(
            !Target::Idx.run(
                &IdxParts {
                    options: 1,
                    ..parts
                }
                .input()
            )
        );
    }
}
