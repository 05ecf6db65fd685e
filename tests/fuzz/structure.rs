//! Damage that keeps the outer structure of a file valid, so that inner checks are reached: valid
//! JSON, headers with correct lengths, correct checksums, tables with columns.

use std::io::{Read, Write};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc};
use serde_json::Value;

use super::bytes::{LONGEST, damage};
use super::dice::Dice;
use super::targets::{IdxParts, Target, table_parts};
use super::zip;

/// Tokens of JSON, tensor and array headers, and model files.
const MODEL_WORDS: [&str; 20] = [
    "null",
    "true",
    "[[]]",
    "{}",
    "[",
    "{",
    "\"",
    "\\u001b[2J",
    "\\ud800",
    "\u{202e}",
    "1e400",
    "\"version\":4,",
    "\"layers\":[],",
    "'descr': '<f4', ",
    "'descr': '<f8', ",
    "(4294967295, 4294967296)",
    "F64",
    "BOOL",
    "PK\u{3}\u{4}",
    "PK\u{5}\u{6}",
];

/// Tokens of tables.
const TABLE_WORDS: [&str; 22] = [
    ",",
    ";",
    "\t",
    "|",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "\"\"",
    "\u{feff}",
    "NA",
    "?",
    "#",
    "1,5",
    "2026-01-31",
    "yes",
    "\u{1b}[2J",
    "\u{202e}",
    "é",
    "nan",
    "1e39",
];

/// Applies one to four changes to `input`; `other` is another input for the same target.
pub fn mutated(target: Target, input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.below(4) {
        if dice.once_in(3) {
            damage(&mut bytes, other, words(target), dice);
            continue;
        }
        bytes = match target {
            Target::Csv => table(&bytes, other, dice),
            Target::Idx => images(&bytes, other, dice),
            Target::Json => json(&bytes, other, dice),
            Target::Safetensors => tensors(&bytes, other, dice),
            Target::Npz => arrays(&bytes, other, dice),
            Target::Checkpoint => checkpoint(&bytes, other, dice),
        };
    }
    bytes.truncate(LONGEST);
    bytes
}

fn words(target: Target) -> &'static [&'static str] {
    match target {
        Target::Csv => &TABLE_WORDS,
        _ => &MODEL_WORDS,
    }
}

/// Damages options or text of a table, compressed or not.
fn table(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Some((options, text)) = table_parts(input) else {
        return other.to_vec();
    };
    let mut options = options;
    let is_packed = text.starts_with(&[0x1f, 0x8b]);
    let mut text = if is_packed {
        unpacked(text)
    } else {
        text.to_vec()
    };
    match dice.below(10) {
        0 => options[dice.below(2)] ^= 1 << dice.below(8),
        1..3 => damage(&mut text, other, &TABLE_WORDS, dice),
        _ => cells(&mut text, dice),
    }
    if is_packed != dice.once_in(20) {
        text = packed(&text);
    }
    [&options[..], &text].concat()
}

/// Changes cells, rows or columns of a table.
fn cells(text: &mut Vec<u8>, dice: &mut Dice) {
    let delimiter = [b',', b';', b'\t', b'|', b' ']
        .into_iter()
        .max_by_key(|delimiter| text.iter().filter(|byte| *byte == delimiter).count())
        .unwrap_or(b',');
    let mut rows: Vec<Vec<Vec<u8>>> = text
        .split(|&byte| byte == b'\n')
        .map(|line| {
            line.split(|&byte| byte == delimiter)
                .map(<[u8]>::to_vec)
                .collect()
        })
        .collect();
    let row = dice.below(rows.len());
    let column = dice.below(rows[0].len());
    match dice.below(6) {
        0 => {
            let copy = rows[row].clone();
            rows.insert(dice.below(row + 1), copy);
        }
        1 => drop(rows.remove(row)),
        2 => {
            for row in &mut rows {
                if let Some(cell) = row.get(column).cloned() {
                    row.push(cell);
                }
            }
        }
        3 => {
            let word = dice.pick(&TABLE_WORDS).as_bytes();
            for row in &mut rows {
                if let Some(cell) = row.get_mut(column).filter(|_| dice.once_in(3)) {
                    *cell = word.to_vec();
                }
            }
        }
        _ => {
            if let Some(cell) = rows[row].get_mut(column) {
                damage(cell, b"-1.5e3", &TABLE_WORDS, dice);
            }
        }
    }
    let lines: Vec<Vec<u8>> = rows.iter().map(|row| row.join(&delimiter)).collect();
    *text = lines.join(&b'\n');
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).expect("a vector takes all");
    packer.finish().expect("a vector takes all")
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // Keeps what can be read before the damage.
    let _ = GzDecoder::new(bytes)
        .take(LONGEST as u64)
        .read_to_end(&mut text);
    text
}

/// Damages headers and contents of images and labels.
fn images(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Some(mut parts) = IdxParts::of(input) else {
        return other.to_vec();
    };
    match dice.below(8) {
        0 => parts.options ^= 1 << dice.below(8),
        1 => {
            // As many of each as there are bytes for.
            let count = dice.below(20) as u32;
            set_number(&mut parts.images, 4, count);
            set_number(&mut parts.labels, 4, count);
            parts.labels.resize(8 + count as usize, dice.below(3) as u8);
            let size = |at: usize| {
                parts
                    .images
                    .get(at..at + 4)
                    .map_or(0, |it| usize::from(it[3]))
            };
            let pixels = count as usize * size(8) * size(12);
            parts.images.resize(16 + pixels.min(LONGEST / 2), 7);
        }
        2 => set_number(&mut parts.images, 4 + 4 * dice.below(3), edge(dice)),
        3 => set_number(&mut parts.labels, 4, edge(dice)),
        4 => damage(&mut parts.labels, other, &MODEL_WORDS, dice),
        5 => parts.images = packed(&parts.images),
        _ => damage(&mut parts.images, other, &MODEL_WORDS, dice),
    }
    parts.input()
}

fn edge(dice: &mut Dice) -> u32 {
    [
        0,
        1,
        2,
        7,
        255,
        1023,
        1024,
        1025,
        65_536,
        1 << 20,
        i32::MAX as u32,
        u32::MAX,
    ][dice.below(12)]
}

fn set_number(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&number.to_be_bytes());
    }
}

/// Changes a value in the document of a checkpoint, and corrects length and checksum.
fn checkpoint(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Some([head, document, numbers]) = checkpoint_parts(bytes) else {
        return other.to_vec();
    };
    let document = json(document, other, dice);
    let length = (document.len() as u64).to_le_bytes();
    let mut changed = [head, &length[..], &document[..], numbers].concat();
    let mut sum = Crc::new();
    sum.update(&changed);
    changed.extend(sum.sum().to_le_bytes());
    changed
}

/// Returns the first lines, the document and the numbers of a checkpoint.
fn checkpoint_parts(bytes: &[u8]) -> Option<[&[u8]; 3]> {
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let (head, rest) = bytes.split_at(ends.nth(1)?.0 + 1);
    let (length, rest) = rest.split_at_checked(8)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let (document, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let numbers = rest.get(..rest.len().checked_sub(4)?)?;
    Some([head, document, numbers])
}

/// Changes a value in JSON.
fn json(text: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(text) else {
        return other.to_vec();
    };
    let places = count(&value);
    let graft = if dice.once_in(2) {
        nth(&mut value, &mut dice.below(places)).cloned()
    } else {
        None
    };
    let graft = graft.unwrap_or_else(|| scalar(dice));
    if let Some(place) = nth(&mut value, &mut dice.below(places)) {
        change(place, graft, dice);
    }
    serde_json::to_vec(&value).expect("a value is JSON")
}

fn change(place: &mut Value, graft: Value, dice: &mut Dice) {
    match (place, dice.below(4)) {
        (Value::Array(items), 0) => drop(items.pop()),
        (Value::Array(items), 1) => items.extend(items.last().cloned()),
        (Value::Array(items), 2) => items.push(graft),
        (Value::Object(members), 0) => {
            let name = members.keys().nth(dice.below(members.len())).cloned();
            name.and_then(|name| members.remove(&name));
        }
        (Value::Object(members), 1) => drop(members.insert("extra".into(), graft)),
        (Value::String(text), 0..3) => {
            let mut bytes = text.clone().into_bytes();
            damage(&mut bytes, b"", &MODEL_WORDS, dice);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        (place, _) => *place = graft,
    }
}

fn scalar(dice: &mut Dice) -> Value {
    const SCALARS: [&str; 14] = [
        "null",
        "true",
        "0",
        "-1",
        "0.5",
        "1e39",
        "1e-50",
        "1e308",
        "4294967296",
        "18446744073709551615",
        "[]",
        "{}",
        "\"\"",
        "\"\\u001b]0;x\\u0007\"",
    ];
    serde_json::from_str(dice.pick(&SCALARS)).expect("JSON")
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Returns the value with this number, in depth-first order.
fn nth<'v>(value: &'v mut Value, number: &mut usize) -> Option<&'v mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, number)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, number)),
        _ => None,
    }
}

/// Removes the checksum from the document in a header, so that damage to the numbers gets further.
fn without_checksum(header: &[u8]) -> Vec<u8> {
    let Ok(mut header) = serde_json::from_slice::<Value>(header) else {
        return header.to_vec();
    };
    if let Some(Value::String(text)) = header.pointer_mut("/__metadata__/nn-tui")
        && let Ok(Value::Object(mut document)) = serde_json::from_str(text)
    {
        document.remove("checksum");
        *text = Value::Object(document).to_string();
    }
    serde_json::to_vec(&header).expect("a value is JSON")
}

/// Damages the document of a model, JSON inside of JSON, or the header around it.
fn document(header: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(header) else {
        return header.to_vec();
    };
    match value.pointer_mut("/__metadata__/nn-tui") {
        Some(Value::String(text)) if dice.once_in(2) => {
            let changed = json(text.as_bytes(), text.as_bytes(), dice);
            *text = String::from_utf8_lossy(&changed).into_owned();
            serde_json::to_vec(&value).expect("a value is JSON")
        }
        _ => json(header, other, dice),
    }
}

/// Damages header or numbers of a safetensors file; the length of the header is correct.
fn tensors(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let parts = bytes.split_first_chunk::<8>().and_then(|(length, rest)| {
        rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
    });
    let Some((header, data)) = parts else {
        return other.to_vec();
    };
    let (mut header, mut data) = (header.to_vec(), data.to_vec());
    match dice.below(6) {
        0 => damage(&mut header, other, &MODEL_WORDS, dice),
        1 => damage(&mut data, other, &MODEL_WORDS, dice),
        2 => {
            header = without_checksum(&header);
            damage(&mut data, other, &MODEL_WORDS, dice);
        }
        _ => header = document(&header, &header, dice),
    }
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], &header, &data].concat()
}

/// Damages the arrays of an archive, which is compressed or not; sizes and checksums are correct.
fn arrays(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut parts = zip::members(bytes, LONGEST);
    if parts.is_empty() {
        return other.to_vec();
    }
    let index = dice.below(parts.len());
    match dice.below(8) {
        0 => drop(parts.remove(index)),
        1 => parts.push(parts[index].clone()),
        2 => damage(
            &mut parts[index].0,
            b"layers.9.bias.npy",
            &MODEL_WORDS,
            dice,
        ),
        3 => {
            let (_, from) = parts[dice.below(parts.len())].clone();
            parts[index].1 = from;
        }
        4 | 5 => damage(&mut parts[index].1, other, &MODEL_WORDS, dice),
        _ => {
            // The document stands in the first one, behind a header of 10 bytes and as many more
            // as its length says.
            let array = &mut parts[0].1;
            let start = array
                .get(8..10)
                .map_or(0, |it| 10 + usize::from(u16::from_le_bytes([it[0], it[1]])));
            if let Some((_, text)) = array.split_at_checked(start) {
                let text = json(text, text, dice);
                *array = array_of_bytes(&text);
            }
        }
    }
    zip::archive(&parts, dice.once_in(4))
}

fn array_of_bytes(data: &[u8]) -> Vec<u8> {
    let header = format!(
        "{{'descr': '|u1', 'fortran_order': False, 'shape': ({},), }}\n",
        data.len()
    );
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}
