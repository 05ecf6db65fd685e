//! Characters of Windows-1252, the encoding of Western texts on Windows: Latin-1 with quotation marks, dashes and
//! the euro sign, one byte per character.

/// Characters of the bytes from 0x80 on, NUL where there is none; the others from 0xa0 on are those of Latin-1
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
const SPECIAL: [char; 32] = [
    '\u{20ac}', '\0', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\0', '\u{17d}', '\0', '\0',
    '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}',
    '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\0', '\u{17e}', '\u{178}',
];

/// Returns the character of `byte`; `None` for the five bytes without one.
pub fn character(byte: u8) -> Option<char> {
    let special = byte
        .checked_sub(0x80)
        .and_then(|index| SPECIAL.get(usize::from(index)));
    match special {
        None => Some(char::from(byte)),
        Some('\0') => None,
        Some(character) => Some(*character),
    }
}
