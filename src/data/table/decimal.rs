//! Numbers as most tables have them, a sign, a few digits and a point, without a loop over their
//! characters.

use std::ops::Range;

/// Repeats a byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks, with their highest bit, the bytes of `word` that equal `byte`.
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ each(byte), 1)
}

/// Marks, with their highest bit, the bytes of `word` below `limit`, at most 128.
pub(super) fn below(word: u64, limit: u8) -> u64 {
    const HIGH: u64 = each(0x80);
    !(((word & !HIGH) + each(0x80 - limit)) | word) & HIGH
}

/// The number in `cell` of `text` if it is a sign, at most eight characters of digits and a point,
/// and below 2^24 without that point; several times as fast as what reads all numbers. Exact, since
/// both the digits taken for a whole number and the power of ten are f32 numbers, and the quotient
/// of two is rounded once (Clinger 1990).
///
/// # Panics
/// If the cell is not within the text.
pub(crate) fn short_decimal(text: &[u8], cell: Range<usize>) -> Option<f32> {
    const POWERS: [f32; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
    let is_negative = text[cell.clone()].first() == Some(&b'-');
    let start = cell.start + usize::from(is_negative);
    let length = cell.end - start;
    if !(1..=8).contains(&length) {
        return None;
    }
    // Digits stand at the high end, which is the last of the characters; 0 before them.
    let characters = word(text, start, cell.end) << (8 * (8 - length));
    let zeros = (each(b'0') >> (8 * (length - 1))) >> 8;
    let mut digits = (characters | zeros) ^ each(b'0');
    // The lowest one is the first point.
    let points = equal(digits, b'.' ^ b'0');
    let mut decimals = 0;
    if points != 0 {
        let place = points.trailing_zeros() as usize / 8;
        let before = (1_u64 << (8 * place)) - 1;
        digits = (digits & before) << 8 | (digits & !before & !(0xff << (8 * place)));
        decimals = 7 - place;
    }
    let are_digits = (digits | digits.wrapping_add(each(0x76))) & each(0x80) == 0;
    let whole = value(digits);
    if !are_digits || whole > 1 << 24 || (points != 0 && length == 1) {
        return None;
    }
    let number = whole as f32 / POWERS[decimals];
    // No branch, since the signs of a column may be random.
    Some(f32::from_bits(
        number.to_bits() | u32::from(is_negative) << 31,
    ))
}

/// The eight bytes of `text` from `start` on, the first as the lowest; 0 for those at and behind
/// `end` where the text ends too early.
fn word(text: &[u8], start: usize, end: usize) -> u64 {
    match text.get(start..).and_then(|rest| rest.first_chunk()) {
        Some(&bytes) => u64::from_le_bytes(bytes),
        None => {
            let mut bytes = [0; 8];
            bytes[..end - start].copy_from_slice(&text[start..end]);
            u64::from_le_bytes(bytes)
        }
    }
}

/// The whole number of these eight decimal digits, the lowest byte first: pairs of them, then fours,
/// then all, each by one multiplication.
fn value(digits: u64) -> u32 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) as u32
}

#[cfg(test)]
mod tests;
