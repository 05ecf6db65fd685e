//! Damage to bytes of any format.

use super::dice::Dice;

/// Maximal length of an input, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Numbers written over lengths, counts and offsets.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 33,
    1 << 40,
    u64::MAX / 2,
    u64::MAX,
];

/// Numbers as text that are hard to parse.
const DECIMALS: [&str; 16] = [
    "0",
    "-0",
    "-1",
    "1e39",
    "-1e39",
    "1e-46",
    "1e999",
    "NaN",
    "inf",
    "3.4028235e38",
    "0.1000000000000000055511151231257827021181583404541015625",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
];

/// Applies one random change to `bytes`. `other` is another file of the format, `words` are tokens
/// of the format.
pub fn damage(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let part = at..at + dice.below((bytes.len() - at).min(300) + 1);
    match dice.below(12) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 => overwrite(bytes, at, &dice.next().to_le_bytes()[dice.below(8)..]),
        2 | 3 => {
            let number = NUMBERS[dice.below(NUMBERS.len())];
            let width = [2, 4, 8][dice.below(3)];
            if dice.once_in(2) {
                overwrite(bytes, at, &number.to_le_bytes()[..width])
            } else {
                overwrite(bytes, at, &number.to_be_bytes()[8 - width..])
            }
        }
        4 => bytes.truncate(at),
        5 => drop(bytes.drain(part)),
        6 => repeat(bytes, part.start, part.end, dice),
        7 => insert(bytes, at, dice.pick(words).as_bytes()),
        8 => replace_number(bytes, at, dice),
        9 => {
            let from = dice.below(other.len() + 1);
            let to = from + dice.below((other.len() - from).min(300) + 1);
            insert(bytes, at, &other[from..to]);
        }
        10 => {
            bytes.truncate(at);
            bytes.extend(&other[dice.below(other.len() + 1)..]);
        }
        _ => {
            let moved: Vec<u8> = bytes.drain(part).collect();
            let to = dice.below(bytes.len() + 1);
            insert(bytes, to, &moved);
        }
    }
    bytes.truncate(LONGEST);
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (place, &byte) in bytes[at..].iter_mut().zip(with) {
        *place = byte;
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    bytes.splice(at..at, part.iter().copied());
}

/// Repeats bytes `start..end`, occasionally so often that the file becomes large.
fn repeat(bytes: &mut Vec<u8>, start: usize, end: usize, dice: &mut Dice) {
    let part = bytes[start..end].to_vec();
    let most = match dice.below(40) {
        0 => LONGEST / 4,
        1..10 => 4096,
        _ => 1,
    };
    let times = (most / part.len().max(1)).max(1);
    insert(bytes, end, &part.repeat(times));
}

/// Replaces the first number after `at`.
fn replace_number(bytes: &mut Vec<u8>, at: usize, dice: &mut Dice) {
    let Some(start) = (at..bytes.len()).find(|&at| bytes[at].is_ascii_digit()) else {
        return;
    };
    let length = bytes[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    let number = dice.pick(&DECIMALS);
    bytes.splice(start..start + length, number.bytes());
}
