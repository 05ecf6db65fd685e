//! Amounts: digits with a currency, a percent sign, a minus or parentheses around them.

/// Currencies, percent and permille, each before those that it ends with. Letters match in either case, but for
/// `Ft`: `ft` are feet. Generated Python code has the same list.
pub const UNITS: [&str; 62] = [
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK",
    "PLN", "CZK", "HUF", "RON", "BGN", "BRL", "MXN", "ARS", "CLP", "KRW", "RUB", "TRY", "ZAR",
    "HKD", "SGD", "THB", "ILS", "US$", "NZ$", "HK$", "Rs.", "Fr.", "kr.", "R$", "A$", "C$", "Rs",
    "kr", "z\u{142}", "K\u{10d}", CASED, "%", "\u{2030}", "$", "\u{a2}", "\u{a3}", "\u{a4}",
    "\u{a5}", "\u{20ac}", "\u{20b9}", "\u{20bd}", "\u{20a9}", "\u{20ba}", "\u{20aa}", "\u{20ab}",
    "\u{e3f}", "\u{20b4}", "\u{20a6}", "\u{20b1}",
];

/// Unit whose letters match in this case only.
pub const CASED: &str = "Ft";

/// Ends of amounts without cents, such as `5.-` and `5,-`.
pub const NO_CENTS: [&str; 6] = [".--", ",--", ".-", ",-", ".\u{2013}", ",\u{2013}"];

/// Parts of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount<'c> {
    /// Digits with decimal mark and thousands separators; starts with a digit or a mark.
    pub(super) digits: &'c str,
    pub(super) is_negative: bool,
    /// The first of the units, as it is in [`UNITS`].
    pub(super) unit: Option<&'static str>,
}

/// Returns whether `letter` separates thousands whatever the decimal mark is: a blank, also one that is
/// thin or does not break, or an apostrophe.
pub(crate) fn is_gap(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '\u{2019}'
    )
}

impl<'c> Amount<'c> {
    /// Takes `cell` apart. Units, a sign and a pair of parentheses, which mean a minus, may come in any order, on
    /// either side; `None` for several signs, and for other texts.
    pub(super) fn of(cell: &'c str) -> Option<Self> {
        let text = cell.trim();
        // Most texts are told by this, long before all currencies are looked for.
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Self::zero(text);
        }
        // Nearly all numbers have nothing around them.
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
        if digits.bytes().all(is_plain) {
            return Some(Self {
                digits,
                is_negative: text.starts_with('-'),
                unit: None,
            });
        }
        Self::peeled(text)
    }

    fn peeled(mut text: &'c str) -> Option<Self> {
        let (mut signs, mut is_negative, mut unit) = (0, false, None);
        loop {
            let before = text;
            text = text.trim_matches(is_gap);
            for strip in [without_prefix, without_suffix] {
                if let Some((found, rest)) = strip(text) {
                    unit = unit.or(Some(found));
                    text = rest;
                }
            }
            if let Some(rest) = text.strip_prefix(['-', '\u{2212}', '+']) {
                signs += 1;
                is_negative = !text.starts_with('+');
                text = rest;
            }
            let inner = text.strip_prefix('(');
            if let Some(inner) = inner.and_then(|text| text.strip_suffix(')')) {
                signs += 1;
                is_negative = true;
                text = inner;
            }
            for end in NO_CENTS {
                text = text.strip_suffix(end).unwrap_or(text);
            }
            if let Some(rest) = text.strip_suffix(['-', '\u{2212}']) {
                // A whole number with a dash behind it is a range, such as an age from 18 on.
                if !rest.contains(['.', ',']) {
                    return None;
                }
                signs += 1;
                is_negative = true;
                text = rest;
            }
            if text == before {
                break;
            }
        }
        let is_bare =
            text.starts_with(|letter: char| letter.is_ascii_digit() || ".,".contains(letter));
        (is_bare && signs < 2).then_some(Self {
            digits: text,
            is_negative,
            unit,
        })
    }

    /// Parses the zero of accounts, which is a dash beside a currency: `$ -`.
    fn zero(text: &str) -> Option<Self> {
        if !text.contains(['-', '\u{2013}']) {
            return None;
        }
        let (unit, rest) = without_prefix(text).or_else(|| without_suffix(text))?;
        let is_zero = ["-", "\u{2013}"].contains(&rest.trim_matches(is_gap));
        (is_zero && !["%", "\u{2030}"].contains(&unit)).then_some(Self {
            digits: "0",
            is_negative: false,
            unit: Some(unit),
        })
    }
}

fn without_prefix(text: &str) -> Option<(&'static str, &str)> {
    UNITS.into_iter().find_map(|unit| {
        let (start, rest) = text.split_at_checked(unit.len())?;
        is_unit(start, unit).then_some((unit, rest))
    })
}

fn without_suffix(text: &str) -> Option<(&'static str, &str)> {
    UNITS.into_iter().find_map(|unit| {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(unit.len())?)?;
        is_unit(end, unit).then_some((unit, rest))
    })
}

fn is_unit(text: &str, unit: &str) -> bool {
    text == unit || unit != CASED && text.eq_ignore_ascii_case(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_units_come_before_their_ends() {
        for (place, unit) in UNITS.iter().enumerate() {
            let before = &UNITS[..place];
            let end = before
                .iter()
                .find(|end| unit.ends_with(**end) || unit.starts_with(**end));
            assert_eq!(end, None, "{unit}");
        }
    }

    #[test]
    fn amounts_are_taken_apart() {
        for (cell, digits, is_negative, unit) in [
            ("$(2,639.52)", "2,639.52", true, Some("$")),
            ("$ (2,514.14)", "2,514.14", true, Some("$")),
            ("(1,432.09) \u{20ac}", "1,432.09", true, Some("\u{20ac}")),
            ("(\u{20ac} 1.5)", "1.5", true, Some("\u{20ac}")),
            ("(20)%", "20", true, Some("%")),
            ("(20 %)", "20", true, Some("%")),
            ("$ -  ", "0", false, Some("$")),
            ("- \u{20ac}", "0", false, Some("\u{20ac}")),
            ("1,250.00 US$", "1,250.00", false, Some("US$")),
            ("1,250.00 kr.", "1,250.00", false, Some("kr.")),
            ("5 R$", "5", false, Some("R$")),
            ("A$5", "5", false, Some("A$")),
            ("-5 HK$", "5", true, Some("HK$")),
            ("chf 5", "5", false, Some("CHF")),
            ("5 Eur", "5", false, Some("EUR")),
            ("$1e3", "1e3", false, Some("$")),
            ("$-2.0e-02", "2.0e-02", true, Some("$")),
            ("$+5", "5", false, Some("$")),
        ] {
            let expected = Amount {
                digits,
                is_negative,
                unit,
            };
            assert_eq!(Amount::of(cell), Some(expected), "{cell}");
        }
    }

    #[test]
    fn one_sign_is_enough() {
        for cell in [
            "(-20)", "(+20)", "-(5)", "+(5)", "((5))", "+-5", "--5", "-5.0-", "-$-5", "(5.0-)",
            "$(-20)", "(5", "-%", "- %", "-", "\u{2212}", "ft -",
        ] {
            assert_eq!(Amount::of(cell), None, "{cell}");
        }
    }
}
