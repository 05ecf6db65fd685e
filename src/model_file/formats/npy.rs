//! NumPy's `.npy` arrays: a header that is a Python dictionary, then the numbers.
//!
//! Source: NumPy's documentation of `numpy.lib.format`. Writes version 1.0; reads 1.0, 2.0 and 3.0,
//! little-endian and in row-major order.

use crate::util::lang::say;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Alignment of the numbers in the file, in bytes.
const ALIGNMENT: usize = 64;

/// Array whose numbers are still bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Array<'b> {
    /// NumPy's type string, such as `<f4`.
    pub descr: &'b str,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Numbers in row-major order; the length agrees with `shape` and `descr`.
    pub data: &'b [u8],
}

/// Encodes `data`, numbers of type `descr` in row-major order, as an `.npy` of this shape.
pub(crate) fn encode(descr: &str, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    // A tuple of one ends with a comma, longer ones do not.
    let lengths = match shape.len() {
        1 => lengths.trim_end(),
        _ => lengths.trim_end_matches(", "),
    };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}");
    let before = MAGIC.len() + 4;
    let length = (before + header.len() + 1).next_multiple_of(ALIGNMENT) - before;
    header.extend(std::iter::repeat_n(' ', length - 1 - header.len()));
    header.push('\n');
    // Arrays have at most two axes, so the header is far below 64 KiB.
    let length = header.len() as u16;
    [
        MAGIC,
        &[1, 0],
        &length.to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

/// Decodes an `.npy`. Only the shape is allocated.
///
/// # Errors
/// A description of the problem, to follow the name of the array.
pub(crate) fn decode(bytes: &[u8]) -> Result<Array<'_>, String> {
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or(say!("npy-none", "is not an .npy array"))?;
    let (length, rest) = match rest {
        [1, _, a, b, rest @ ..] => (u32::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]), rest),
        _ => return Err(say!("npy-version", "has an unknown .npy version").into()),
    };
    let header = usize::try_from(length).ok();
    let (header, data) = header
        .and_then(|length| rest.split_at_checked(length))
        .ok_or(say!("npy-short", "is shorter than its header"))?;
    let header = std::str::from_utf8(header)
        .map_err(|_| say!("npy-not-utf8", "has a header that is not UTF-8"))?;
    let (descr, shape) =
        Header::read(header).ok_or(say!("npy-header", "has a header that cannot be read"))?;
    let item = item_size(descr)
        .ok_or_else(|| say!("npy-type", "has numbers of the type {descr}", descr))?;
    let size = shape
        .iter()
        .try_fold(item, |size, &length| size.checked_mul(length));
    if size != Some(data.len()) {
        return Err(say!(
            "npy-shape",
            "has {bytes} bytes of numbers, which does not fit the shape {shape}",
            bytes = data.len(),
            shape = format!("{:?}", shape)
        ));
    }
    Ok(Array { descr, shape, data })
}

/// Returns the size of a number of type `descr` in bytes.
fn item_size(descr: &str) -> Option<usize> {
    match descr {
        "|u1" => Some(1),
        "<f4" => Some(4),
        _ => None,
    }
}

/// Rest of a header, for parsing.
struct Header<'t>(&'t str);

impl<'t> Header<'t> {
    /// Parses the dictionary, whose three keys may be in any order; returns `descr` and `shape`.
    fn read(text: &'t str) -> Option<(&'t str, Vec<usize>)> {
        let mut header = Self(text);
        let (mut descr, mut shape, mut by_rows) = (None, None, None);
        header.take("{")?;
        while header.take("}").is_none() {
            let key = header.string()?;
            header.take(":")?;
            match key {
                "descr" if descr.is_none() => descr = Some(header.string()?),
                "shape" if shape.is_none() => shape = Some(header.tuple()?),
                // `True` is column-major order, which this program never writes.
                "fortran_order" if by_rows.is_none() => by_rows = Some(header.take("False")?),
                _ => return None,
            }
            if header.take(",").is_none() {
                header.take("}")?;
                break;
            }
        }
        by_rows?;
        header.0.trim().is_empty().then_some(())?;
        Some((descr?, shape?))
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn string(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (string, rest) = text[1..].split_once(quote)?;
        self.0 = rest;
        Some(string)
    }

    fn tuple(&mut self) -> Option<Vec<usize>> {
        self.take("(")?;
        let mut lengths = Vec::new();
        while self.take(")").is_none() {
            let text = self.0.trim_start();
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            lengths.push(text[..digits].parse().ok()?);
            self.0 = &text[digits..];
            if self.take(",").is_none() {
                self.take(")")?;
                break;
            }
        }
        Some(lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_come_back() {
        let shapes: [&[usize]; 4] = [&[2, 3], &[6], &[], &[0, 7]];
        for shape in shapes {
            let data = vec![7; 4 * shape.iter().product::<usize>()];
            let bytes = encode("<f4", shape, &data);
            assert_eq!((bytes.len() - data.len()) % ALIGNMENT, 0);
            let array = decode(&bytes).expect("reads");
            assert_eq!(
                (array.descr, &*array.shape, array.data),
                ("<f4", shape, &*data)
            );
        }
        let text = encode("|u1", &[5], b"abcde");
        assert!(text.windows(10).any(|part| part == b"'shape': ("));
    }

    #[test]
    fn headers_are_read_as_numpy_may_write_them() {
        let read = Header::read;
        let wanted = Some(("<f4", vec![3, 1]));
        let plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }   \n";
        assert_eq!(read(plain), wanted);
        let turned = "{\"shape\":(3,1,),\"fortran_order\":False,\"descr\":\"<f4\"}";
        assert_eq!(read(turned), wanted);
        for bad in [
            "",
            "{",
            "{}",
            "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 1), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3 1), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 1), }",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3, 1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x",
            "{'descr': ä, 'fortran_order': False}",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_shape_that_is_not_there_is_refused() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 4294967296)}";
        let length = (header.len() as u16).to_le_bytes();
        let bytes = [MAGIC, &[1, 0], &length, header.as_bytes(), &[0; 8]].concat();
        let problem = decode(&bytes).expect_err("refused");
        assert!(problem.starts_with("has 8 bytes of numbers"), "{problem}");
        assert!(decode(&bytes[..20]).is_err());
    }
}
