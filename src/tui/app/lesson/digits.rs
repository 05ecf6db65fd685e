//! Comparison of a number that a reader has computed with the right one, digit by digit.

/// Decimals of a number that is asked for.
pub(super) const DECIMALS: usize = 4;
/// Largest difference from a number: the last decimal may be rounded or cut off.
const TOLERANCE: f64 = 1.05e-4;
/// Magnitude below which four decimals say little: such numbers are compared by their ratio.
const SMALL: f64 = 0.001;
/// Largest relative difference from a small number.
const RELATIVE_TOLERANCE: f64 = 0.006;

/// First difference of a typed number from the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// It is no number.
    NotANumber,
    /// It has the other sign.
    Sign,
    /// The part before the point differs.
    WholePart,
    /// This decimal is the first one that differs, counted from 1.
    Decimal(usize),
}

/// Compares what was `typed` with the `right` number; none if they are the same but for rounding.
pub(super) fn mistake(typed: &str, right: f64) -> Option<Mistake> {
    let typed = typed.trim().replace('−', "-").replace(',', ".");
    let Ok(number) = typed.parse::<f64>() else {
        return Some(Mistake::NotANumber);
    };
    let difference = (number - right).abs();
    let tolerance = if right.abs() < SMALL {
        (RELATIVE_TOLERANCE * right.abs()).max(f64::EPSILON)
    } else {
        TOLERANCE
    };
    if difference <= tolerance {
        return None;
    }
    if number != 0.0 && right != 0.0 && number.is_sign_negative() != right.is_sign_negative() {
        return Some(Mistake::Sign);
    }
    let [number, right] = [number, right].map(|number| decimals(number.abs(), right.abs()));
    let (whole, decimals) = number.split_once('.')?;
    let (right_whole, right_decimals) = right.split_once('.')?;
    if whole != right_whole {
        return Some(Mistake::WholePart);
    }
    let pairs = decimals.chars().zip(right_decimals.chars());
    let first = pairs.into_iter().position(|(digit, right)| digit != right);
    Some(Mistake::Decimal(first.unwrap_or(DECIMALS - 1) + 1))
}

/// Replaces a full-width digit, sign or point, which Chinese input methods type, by the narrow one.
pub(super) fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
        '－' => '-',
        '＋' => '+',
        '：' => ':',
        '？' => '?',
        '．' | '。' => '.',
        '，' => ',',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// `number` with as many decimals as show three digits of `right`, at least four.
fn decimals(number: f64, right: f64) -> String {
    let zeros = if right > 0.0 && right < SMALL {
        (-right.log10()).floor() as usize
    } else {
        0
    };
    let decimals = DECIMALS.max((zeros + 3).min(12));
    format!("{number:.decimals$}")
}

/// Shows a number as it is asked for: four decimals, or three digits of a small one.
pub(crate) fn shown(number: f64) -> String {
    let text = decimals(number.abs(), number.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let sign = if number < 0.0 && text != "0" {
        "−"
    } else {
        ""
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_digit_is_found() {
        use Mistake::{Decimal, NotANumber, Sign, WholePart};
        for (typed, right, expected) in [
            ("0.8808", 0.880_797, None),
            ("0,8808", 0.880_797, None),
            ("0.8807", 0.880_797, None),
            ("0.881", 0.880_797, Some(Decimal(3))),
            ("0.8818", 0.880_797, Some(Decimal(3))),
            ("0.1808", 0.880_797, Some(Decimal(1))),
            ("1.8808", 0.880_797, Some(WholePart)),
            ("-0.8808", 0.880_797, Some(Sign)),
            ("−2", -2.0, None),
            ("2", -2.0, Some(Sign)),
            ("", 1.0, Some(NotANumber)),
            ("1.2.3", 1.0, Some(NotANumber)),
            ("0", 0.0, None),
            ("0.1", 0.0, Some(Decimal(1))),
            ("0.0067", -0.006_73, Some(Sign)),
            ("-0.0067", -0.006_73, None),
            ("-0.0069", -0.006_73, Some(Decimal(4))),
            ("0", 0.000_1, Some(Decimal(4))),
            ("1e-4", 0.000_1, None),
            ("0.000123", 0.000_123_4, None),
        ] {
            assert_eq!(mistake(typed, right), expected, "{typed} for {right}");
        }
    }

    #[test]
    fn what_is_shown_is_right() {
        for number in [
            0.880_797, -2.0, 0.0, 1e-4, -0.006_734, 12.345_678, 3.21e-7, -0.000_04,
        ] {
            let text = shown(number);
            assert_eq!(mistake(&text, number), None, "{text} for {number}");
        }
        assert_eq!(shown(2.0), "2");
        assert_eq!(shown(-0.5), "−0.5");
        assert_eq!(shown(0.000_123_4), "0.000123");
    }
}
