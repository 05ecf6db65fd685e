//! Character encodings, and their conversion to UTF-8.

use std::io::{self, Cursor, Read};

use serde::{Deserialize, Serialize};

use crate::table::records::read_some;
use util::lang::say;
use util::windows_1252::character;

/// Bytes that are converted at once.
const BLOCK: usize = 1 << 16;

/// Minimum fraction, as its reciprocal, of the bytes that look like line ends or delimiters which are halves of
/// such 16-bit units in UTF-16; the others are halves of letters.
const MIN_SHARE: usize = 8;

/// Character encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// Latin-1 (ISO 8859-1), one byte per character.
    Latin1,
    /// Windows-1252, Latin-1 with quotation marks, dashes and the euro sign, one byte per character.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-16, the lower byte of a unit first.
    Utf16Le,
    /// UTF-16, the higher byte of a unit first.
    Utf16Be,
}

impl TextEncoding {
    /// All encodings.
    pub const ALL: [Self; 5] = [
        Self::Utf8,
        Self::Latin1,
        Self::Windows1252,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin1",
            Self::Windows1252 => "windows-1252",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// Detects the encoding of a table by its `first` bytes, all of them if it `is_whole`: UTF-16, UTF-8, or else
    /// Windows-1252 if most bytes beyond ASCII stand alone, as the accented letters of Western languages do;
    /// those of other scripts and encodings stand together. A `usual` encoding is that of all bytes that are neither
    /// UTF-16 nor UTF-8.
    pub(crate) fn detect(first: &[u8], is_whole: bool, usual: Option<Self>) -> Self {
        if let Some(found) = Self::utf_16(first) {
            return found;
        }
        let is_cut = |wrong: std::str::Utf8Error| !is_whole && wrong.error_len().is_none();
        if std::str::from_utf8(first).map_or_else(is_cut, |_| true) {
            return Self::Utf8;
        }
        if let Some(usual) = usual {
            return usual;
        }
        let chunks = || first.utf8_chunks();
        let valid = chunks().map(|chunk| chunk.valid().chars().filter(|c| !c.is_ascii()).count());
        let wrong = chunks().filter(|chunk| !chunk.invalid().is_empty());
        let is_text = |byte: u8| {
            character(byte).is_some_and(|c| !c.is_control() || b"\t\n\x0c\r\x1a".contains(&byte))
        };
        let beyond = first.iter().filter(|byte| !byte.is_ascii()).count();
        let pairs = first
            .windows(2)
            .filter(|pair| !pair[0].is_ascii() && !pair[1].is_ascii());
        // Punctuation and the euro sign are usual; other characters of these are halves of Shift-JIS.
        let is_odd = |byte: &&u8| {
            matches!(byte, 0x81..=0x9f) && !b"\x85\x91\x92\x93\x94\x96\x97\x99".contains(byte)
        };
        let odd = first.iter().filter(is_odd).count();
        let is_western = first.iter().all(|&byte| is_text(byte))
            && 2 * pairs.count() < beyond
            && 2 * odd < beyond
            && valid.sum::<usize>() < wrong.count()
            && !are_double_bytes(first);
        if is_western {
            Self::Windows1252
        } else {
            Self::Utf8
        }
    }

    /// Recognises UTF-16 by the `first` bytes of a table: by its byte order mark, or by its line ends and
    /// delimiters, which have a zero byte beside them whatever the script.
    fn utf_16(first: &[u8]) -> Option<Self> {
        match first {
            [0xff, 0xfe, ..] => return Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => return Some(Self::Utf16Be),
            _ => {}
        }
        let is_mark = |byte: u8| b"\n\r,;\t|".contains(&byte);
        let (units, _) = first.as_chunks::<2>();
        let marks = first.iter().filter(|&&byte| is_mark(byte)).count();
        let little = units
            .iter()
            .filter(|&&[low, high]| high == 0 && is_mark(low));
        let big = units
            .iter()
            .filter(|&&[high, low]| high == 0 && is_mark(low));
        let (little, big) = (little.count(), big.count());
        let is_found = little != big && MIN_SHARE * little.max(big) >= marks;
        let is_text = is_found && !units.contains(&[0, 0]);
        is_text.then_some(if little > big {
            Self::Utf16Le
        } else {
            Self::Utf16Be
        })
    }

    /// Converts `bytes` to UTF-8.
    pub(crate) fn decode(self, bytes: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        match self {
            Self::Utf8 => bytes,
            Self::Latin1 | Self::Windows1252 | Self::Utf16Le | Self::Utf16Be => Box::new(Decoder {
                encoding: self,
                bytes,
                block: Vec::new(),
                utf8: Cursor::default(),
            }),
        }
    }
}

/// Returns whether the bytes beyond ASCII begin characters of two bytes, as in Big5, most of them beside each other: accented
/// letters stand among others.
fn are_double_bytes(text: &[u8]) -> bool {
    /// Minimum number of characters.
    const MIN: usize = 8;
    let (mut rest, mut count, mut joined, mut is_behind_one) = (text, 0, 0, false);
    while let [first, behind @ ..] = rest {
        if first.is_ascii() {
            (rest, is_behind_one) = (behind, false);
            continue;
        }
        match behind {
            [0x40..=0x7e | 0xa1..=0xfe, others @ ..] if (0xa1..=0xf9).contains(first) => {
                rest = others
            }
            // The last one may be cut.
            [] => break,
            _ => return false,
        }
        count += 1;
        joined += usize::from(is_behind_one);
        is_behind_one = true;
    }
    count >= MIN && 3 * joined >= count
}

/// Converts a text to UTF-8, a block at a time.
struct Decoder<R> {
    encoding: TextEncoding,
    bytes: R,
    /// Bytes that are not converted yet.
    block: Vec<u8>,
    utf8: Cursor<String>,
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.utf8.position() == self.utf8.get_ref().len() as u64 {
            let known = self.block.len();
            self.block.resize(known + BLOCK, 0);
            let read = read_some(&mut self.bytes, &mut self.block[known..])?;
            self.block.truncate(known + read);
            if self.block.is_empty() {
                return Ok(0);
            }
            self.utf8 = Cursor::new(self.decode_block(read == 0)?);
        }
        self.utf8.read(to)
    }
}

impl<R> Decoder<R> {
    /// Converts the block but for half a character at its end, unless it `is_last`.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] for half a character of UTF-16.
    fn decode_block(&mut self, is_last: bool) -> io::Result<String> {
        let unit: fn([u8; 2]) -> u16 = match self.encoding {
            TextEncoding::Utf8 | TextEncoding::Latin1 => {
                return Ok(self.block.drain(..).map(char::from).collect());
            }
            TextEncoding::Windows1252 => {
                let characters = self.block.drain(..);
                return Ok(characters
                    .map(|byte| character(byte).unwrap_or(char::from(byte)))
                    .collect());
            }
            TextEncoding::Utf16Le => u16::from_le_bytes,
            TextEncoding::Utf16Be => u16::from_be_bytes,
        };
        let (units, _) = self.block.as_chunks();
        let mut units: Vec<u16> = units.iter().map(|&bytes| unit(bytes)).collect();
        let is_first_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
        units.pop_if(|unit| !is_last && is_first_half(unit));
        self.block.drain(..2 * units.len());
        let text = String::from_utf16(&units).ok();
        let is_whole = !is_last || self.block.is_empty();
        text.filter(|_| is_whole).ok_or_else(|| {
            let problem = say!("utf16-cut", "it is not UTF-16: a character is cut in half");
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands out a few bytes at a time.
    struct Trickle(Cursor<Vec<u8>>, usize);

    impl Read for Trickle {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let length = to.len().min(self.1);
            self.0.read(&mut to[..length])
        }
    }

    fn decoded(bytes: Vec<u8>, encoding: TextEncoding, step: usize) -> io::Result<String> {
        let mut text = String::new();
        let mut bytes = encoding.decode(Box::new(Trickle(Cursor::new(bytes), step)));
        bytes.read_to_string(&mut text).map(|_| text)
    }

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn utf_16_is_recognised_in_any_script() {
        for text in [
            "a,b\n1,2\n",
            "имя;класс\r\nа;1\r\n",
            "名前\t種類\n張偉\t𠮷田\n",
        ] {
            let little = utf_16(text, u16::to_le_bytes);
            let big = utf_16(text, u16::to_be_bytes);
            assert_eq!(TextEncoding::utf_16(&little), Some(TextEncoding::Utf16Le));
            assert_eq!(TextEncoding::utf_16(&big), Some(TextEncoding::Utf16Be));
            assert_eq!(TextEncoding::utf_16(text.as_bytes()), None);
        }
        assert_eq!(
            TextEncoding::utf_16(b"\xff\xfea\0"),
            Some(TextEncoding::Utf16Le)
        );
        for bytes in [
            &b""[..],
            b"a",
            b"a,b\n\0,c\n1,2\n3,4\n5,6\n",
            b"\0\0\n\0\0\0\n\0",
        ] {
            assert_eq!(TextEncoding::utf_16(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn western_bytes_are_windows_1252() {
        let detected = |bytes: &[u8]| TextEncoding::detect(bytes, true, None);
        for bytes in [
            &b"gr\xf6\xdfe,kind\n1,sch\xf6n\n2,gut\n"[..],
            b"preis,kind\n5 \x80,a\n",
            b"name,kind\nO\x92Neil,a\n\x93b\x94,c\n",
        ] {
            assert_eq!(detected(bytes), TextEncoding::Windows1252, "{bytes:?}");
        }
        for bytes in [
            &b"a,b\n1,2\n"[..],
            "größe,kind\n1,schön\n".as_bytes(),
            b"\xe2\xe8\xe4,kind\n1,\xe4\xe0\n",
            "größe,süß,schön\n"
                .as_bytes()
                .split_last()
                .expect("bytes")
                .1,
            b"gr\xc3\xb6\xc3\x9fe,\xe9\n",
            b"x,\x8d\xe9\n",
            b"\x96\xbc\x91O,kind\n\x95\\1,a\n\x95\\2,b\n\x95\\3,a\n",
            b"\x00\xe9,1\n",
        ] {
            assert_eq!(detected(bytes), TextEncoding::Utf8, "{bytes:?}");
        }
        let cut = &"x,größe".as_bytes()[..5];
        assert_eq!(TextEncoding::detect(cut, false, None), TextEncoding::Utf8);
        let text = decoded(b"\x80 \x93\xe9\x94".to_vec(), TextEncoding::Windows1252, 2);
        assert_eq!(text.expect("text"), "\u{20ac} \u{201c}é\u{201d}");
    }

    #[test]
    fn half_a_character_is_refused() {
        for bytes in [&b"a\0b"[..], b"\x42\xd8", b"\xb7\xdfa\0"] {
            let read = decoded(bytes.to_vec(), TextEncoding::Utf16Le, 9);
            assert_eq!(read.expect_err("half").kind(), io::ErrorKind::InvalidData);
        }
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "\\PC{0,50}", step in 1usize..7) {
            let little = utf_16(&text, u16::to_le_bytes);
            let big = utf_16(&text, u16::to_be_bytes);
            prop_assert_eq!(&decoded(little, TextEncoding::Utf16Le, step)?, &text);
            prop_assert_eq!(&decoded(big, TextEncoding::Utf16Be, step)?, &text);
        }

        #[test]
        fn latin_1_becomes_utf_8(bytes in prop::collection::vec(any::<u8>(), 0..50), step in 1usize..7) {
            let expected: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            prop_assert_eq!(decoded(bytes, TextEncoding::Latin1, step)?, expected);
        }
    }
}
