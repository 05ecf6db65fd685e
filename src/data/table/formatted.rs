//! Numbers as people write them: thousands separators, percent and currency signs, negative numbers in
//! parentheses.

use super::Shape;
use super::amount::{Amount, NO_CENTS, is_gap};
use util::error::DataProblem;
use util::lang::say;
use util::text::brief;

/// Currencies whose amounts are written with commas between thousands.
const WITH_COMMAS: [&str; 6] = ["$", "\u{a3}", "\u{a5}", "\u{20a9}", "\u{20b9}", "Rs"];

/// Percent and permille.
const PERCENT: [&str; 2] = ["%", "\u{2030}"];

/// Formats of the numbers of one column.
#[derive(Debug, Default)]
pub(crate) struct Formats {
    /// Whether some have thousands separators, a currency or the like.
    pub(crate) is_formatted: bool,
    /// Whether some are in parentheses, which mean a minus.
    pub(crate) has_parentheses: bool,
    /// Whether some have neither a currency nor a percent sign.
    pub(crate) has_bare: bool,
    /// Different currencies and percent signs.
    units: Vec<&'static str>,
    points: Points,
}

impl Formats {
    /// Takes in the number in `cell`, of a table of this `shape`.
    ///
    /// # Errors
    /// Those of [`Points::add`].
    pub(crate) fn add(&mut self, cell: &str, shape: &Shape) -> Result<(), DataProblem> {
        let is_formatted = shape.is_formatted(cell);
        self.is_formatted |= is_formatted;
        self.has_parentheses |= is_formatted && cell.contains('(');
        match is_formatted.then(|| unit(cell)).flatten() {
            None => self.has_bare = true,
            Some(unit) if self.units.contains(&unit) => {}
            Some(unit) => self.units.push(unit),
        }
        self.points.add(cell, shape)
    }

    /// Returns whether some numbers have a percent sign.
    pub(crate) fn has_percent(&self) -> bool {
        self.units.iter().any(|unit| PERCENT.contains(unit))
    }

    /// Returns the units that are mixed in the column, such as `$ and €`: several, or percent and none.
    pub(crate) fn mixed(&self) -> Option<String> {
        match self.units.as_slice() {
            [unit] if self.has_bare && PERCENT.contains(unit) => {
                Some(say!("unit-and-none", "{unit} and no unit", unit))
            }
            [] | [_] => None,
            units => Some(units.join(say!("and", " and "))),
        }
    }
}

/// Use of points in the numbers of a column whose decimal mark is a comma: between thousands, or before decimals all
/// the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    /// The first number with each.
    first: [Option<String>; 2],
}

impl Points {
    /// Takes in the number in `cell`, of a table of this `shape`.
    ///
    /// # Errors
    /// [`DataProblem::MixedPoints`] if the column has both uses, so that some of its numbers would be a thousand times
    /// the others.
    pub(crate) fn add(&mut self, cell: &str, shape: &Shape) -> Result<(), DataProblem> {
        let has_point = || Amount::of(cell).is_some_and(|amount| amount.digits.contains('.'));
        if !shape.dialect.decimal_comma || !cell.contains('.') || !has_point() {
            return Ok(());
        }
        let is_decimal = number(cell.trim(), true).is_none();
        self.first[usize::from(is_decimal)].get_or_insert_with(|| brief(cell));
        match &self.first {
            [Some(thousands), Some(decimals)] => Err(DataProblem::MixedPoints {
                thousands: thousands.clone(),
                decimals: decimals.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// Returns whether `cell` has a percent or permille sign.
pub(crate) fn is_percent(cell: &str) -> bool {
    cell.contains(['%', '\u{2030}'])
}

/// Returns the currency or percent sign of the number in `cell`; one for all spellings.
fn unit(cell: &str) -> Option<&'static str> {
    let unit = Amount::of(cell)?.unit?;
    Some(match unit {
        "EUR" => "\u{20ac}",
        "USD" | "US$" => "$",
        "GBP" => "\u{a3}",
        "kr." => "kr",
        "Rs." => "Rs",
        other => other,
    })
}

/// Parses `cell`, without blanks around it, whose decimal mark is a comma if it has a `decimal_comma`, but
/// the last of both marks if it has both.
pub(crate) fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let Amount {
        digits,
        is_negative,
        ..
    } = Amount::of(cell)?;
    let mark = match (digits.rfind(','), digits.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => ',',
        (Some(_), Some(_)) => '.',
        _ if decimal_comma => ',',
        _ => '.',
    };
    let other = if mark == ',' { '.' } else { ',' };
    let (whole, fraction) = match digits.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut plain = String::with_capacity(cell.len());
    if is_negative {
        plain.push('-');
    }
    let is_separator = |letter: char| letter == other || is_gap(letter);
    let mut groups = whole.split(is_separator).peekable();
    let first = groups.next()?;
    plain.push_str(first);
    let is_grouped = groups.peek().is_some();
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    // In India, hundreds of thousands have a comma as well: 12,34,567.
    let is_lakh = first.len() < 3 && other == ',' && whole.matches(',').count() > 1;
    let (mut twos, mut threes) = (0, 0);
    while let Some(group) = groups.next() {
        // An exponent is none of thousands.
        match group.len() {
            _ if !is_digits(group) => return None,
            3 => threes += 1,
            2 if is_lakh && groups.peek().is_some() => twos += 1,
            _ => return None,
        }
        plain.push_str(group);
    }
    if twos > 0 && threes != 1 {
        return None;
    }
    let is_address =
        whole.split('.').count() == 4 && whole.split('.').all(|part| part.parse::<u8>().is_ok());
    let is_first_group =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && is_digits(first);
    if is_grouped && (!is_first_group || is_address) {
        return None;
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    let is_plain = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    if !plain.chars().all(is_plain) {
        return None;
    }
    plain.parse().ok()
}

/// Returns whether `cell` is a number in any format.
pub(crate) fn is_number(cell: &str) -> bool {
    let cell = cell.trim();
    cell.parse::<f64>().is_ok()
        || [false, true]
            .iter()
            .any(|&comma| number(cell, comma).is_some())
}

/// Returns the decimal mark of a number and whether it can be nothing else; `None` for other texts, and
/// for numbers without a mark or whose marks all separate thousands.
pub(crate) fn decimal_mark(cell: &str) -> Option<(u8, bool)> {
    let digits = Amount::of(cell)?.digits;
    if let Some(end) = NO_CENTS.iter().find(|end| cell.contains(**end)) {
        return Some((end.as_bytes()[0], true));
    }
    let starts_with_digit =
        digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
    let marks = (digits.matches(',').count(), digits.matches('.').count());
    let last = digits.rfind([',', '.'])?;
    let mark = digits.as_bytes()[last];
    let behind = digits.len() - last - 1;
    if !starts_with_digit || number(cell, mark == b',').is_none() {
        return None;
    }
    // No group of thousands follows a zero, or four digits.
    let is_certain = behind != 3 || digits.starts_with('0') || last > 3 && marks.0 + marks.1 == 1;
    match marks {
        (0, 1) => cell.parse::<f64>().is_ok().then_some((mark, is_certain)),
        (1, 0) => Some((mark, is_certain)),
        (0, _) | (_, 0) => None,
        _ => Some((mark, true)),
    }
}

/// Returns the mark that separates thousands in `cell`: one that it has several times, or the comma of an amount in
/// dollars and the like, such as `$1,500`. `None` for other texts.
pub(crate) fn thousands_mark(cell: &str) -> Option<u8> {
    let Amount { digits, unit, .. } = Amount::of(cell)?;
    let marks = (digits.matches(',').count(), digits.matches('.').count());
    let has_commas = |unit: &str| {
        WITH_COMMAS
            .iter()
            .any(|sign| unit.starts_with(sign) || unit.ends_with(sign))
    };
    match marks {
        (2.., 0 | 1) if number(cell, false).is_some() => Some(b','),
        (0 | 1, 2..) if number(cell, true).is_some() => Some(b'.'),
        (1, 0) if unit.is_some_and(has_commas) => decimal_mark(cell)
            .filter(|&(_, is_certain)| !is_certain)
            .map(|_| b','),
        _ => None,
    }
}

/// Returns the whole number in `cell` if it has no marks and no fraction, but maybe a currency.
pub(crate) fn unmarked(cell: &str) -> Option<u64> {
    Amount::of(cell)?.digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    #[test]
    fn numbers_are_found_in_their_formats() {
        for (cell, expected) in [
            ("1,000", 1000.0),
            ("12,345,678.5", 12_345_678.5),
            ("1.234,56", 1234.56),
            ("$153.85", 153.85),
            ("28.57 EUR", 28.57),
            ("\u{20ac}\u{a0}1\u{202f}234,5", 12_345.0),
            ("1'234.5", 1234.5),
            ("2.8 %", 2.8),
            ("-0.7%", -0.7),
            ("(1,234.50)", -1234.5),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("12.50-", -12.5),
            ("5.-", 5.0),
            ("-1'250.-", -1250.0),
            ("12,34,567.8", 1_234_567.8),
            ("\u{20b9}1,00,000", 100_000.0),
            ("Rs. 1,234.5", 1234.5),
            ("-A$5.50", -5.5),
            ("1,250-", -1250.0),
            ("\u{2212}3", -3.0),
            ("(20)", -20.0),
            ("$(2,639.52)", -2639.52),
            ("$ -", 0.0),
            ("1,250.00 US$", 1250.0),
            ("chf 5", 5.0),
            ("1e3%", 1000.0),
        ] {
            let found = number(cell, false);
            if cell.contains("1\u{202f}234,5") {
                assert_eq!(found, None, "a comma before two digits");
                assert_eq!(number(cell, true), Some(1234.5));
                continue;
            }
            assert_eq!(found, Some(expected), "{cell}");
        }
        assert_eq!(number("1.234", true), Some(1234.0));
        assert_eq!(number("3,5 %", true), Some(3.5));
        assert_eq!(number("12.500,-", true), Some(12_500.0));
        assert_eq!(number("7,933e+02", true), Some(793.3));
        assert_eq!(number("(3.030,76) \u{20ac}", true), Some(-3030.76));
        assert_eq!(number("192.168.100.200", true), None, "an address");
        assert_eq!(number("1.500.250.100", true), Some(1_500_250_100.0));
    }

    #[test]
    fn mixed_units_are_found() {
        let shape = Shape::named(&Source::Stdin, Vec::new());
        let mixed = |cells: &[&str]| {
            let mut formats = Formats::default();
            for cell in cells {
                formats.add(cell, &shape).expect("one use of points");
            }
            formats.mixed()
        };
        assert_eq!(mixed(&["5%", "6 %"]), None);
        assert_eq!(mixed(&["5%", "0.06"]).as_deref(), Some("% and no unit"));
        assert_eq!(mixed(&["$5", "6", "7 USD"]), None);
        assert_eq!(mixed(&["$5", "6 EUR"]).as_deref(), Some("$ and \u{20ac}"));
        assert_eq!(mixed(&["1,000", "6"]), None);
    }

    #[test]
    fn points_have_one_use_in_a_column() {
        let used = |cells: &[&str], decimal_comma| {
            let mut shape = Shape::named(&Source::Stdin, Vec::new());
            shape.dialect.decimal_comma = decimal_comma;
            let mut points = Points::default();
            cells.iter().try_for_each(|cell| points.add(cell, &shape))
        };
        let mixed = Err(DataProblem::MixedPoints {
            thousands: "1.005".into(),
            decimals: "0.905".into(),
        });
        assert_eq!(used(&["0.905", "2,5", "1.005"], true), mixed);
        assert!(used(&["1.005", "0.905 %"], true).is_err());
        assert!(used(&["1.005,5", "2.5"], true).is_err());
        assert_eq!(used(&["0.905", "1.005"], false), Ok(()));
        for cells in [
            &["1.005", "12", "1.500,5", "2,5"][..],
            &["0.905", "2.5", "1.5e3"],
            &["Rs. 5", "2.5", "5.-"],
        ] {
            assert_eq!(used(cells, true), Ok(()), "{cells:?}");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for cell in [
            "",
            "abc",
            "1,5",
            "12,34",
            "1,5,5",
            "1,23,45",
            "123,45,678",
            "12,34,567,890",
            "192.168.100.200",
            "18-",
            "0,500",
            "2024-01-31",
            "--5",
            "(-20)",
            "1,5e3",
            "1,e+5",
            "1e0,001",
            "EUR",
            "5more",
            "1 2",
        ] {
            assert_eq!(number(cell, false), None, "{cell}");
        }
    }

    #[test]
    fn the_decimal_mark_is_found() {
        assert_eq!(decimal_mark("1,5"), Some((b',', true)));
        assert_eq!(decimal_mark("1.5"), Some((b'.', true)));
        assert_eq!(decimal_mark("1.234,5"), Some((b',', true)));
        assert_eq!(decimal_mark("1,234"), Some((b',', false)));
        assert_eq!(decimal_mark("1234,567"), Some((b',', true)));
        assert_eq!(decimal_mark("1.234,- \u{20ac}"), Some((b',', true)));
        assert_eq!(thousands_mark("1,234,567"), Some(b','));
        assert_eq!(thousands_mark("1.234.567,8"), Some(b'.'));
        assert_eq!(thousands_mark("$1,234"), Some(b','));
        for cell in ["1,234", "$1,25", "192.168.100.200", "1.2.3", "1.234,5"] {
            assert_eq!(thousands_mark(cell), None, "{cell}");
        }
        assert_eq!(decimal_mark("0,234"), Some((b',', true)));
        assert_eq!(decimal_mark("1,234,567"), None);
        assert_eq!(decimal_mark("12"), None);
        assert_eq!(decimal_mark("a,b"), None);
    }
}
