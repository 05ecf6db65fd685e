//! Comparison of a number that a reader has computed with the right one, digit by digit.

/// Decimals of a number that is asked for.
pub(super) const DECIMALS: usize = 4;
/// Largest difference from a number: the last decimal may be rounded or cut off.
const TOLERANCE: f64 = 1.05e-4;
/// Magnitude below which four decimals say little: such numbers are compared by their ratio.
const SMALL: f64 = 0.001;
/// Largest relative difference from a small number.
const RELATIVE_TOLERANCE: f64 = 0.006;
/// Relative difference of two numbers that are the same but for the precision of `f32`.
const EXACT: f64 = 1e-7;

/// First difference of a typed number from the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// It is no number.
    NotANumber,
    /// It is right as far as it goes, but for fewer decimals than are asked for.
    FewDecimals,
    /// It has the other sign.
    Sign,
    /// The part before the point differs.
    WholePart,
    /// This decimal is the first one that differs, counted from 1.
    Decimal(usize),
}

impl Mistake {
    /// Whether another number was computed, rather than one that was written down badly.
    pub fn is_attempt(self) -> bool {
        !matches!(self, Self::NotANumber | Self::FewDecimals)
    }
}

/// Compares what was `typed` with the `right` number, from which one computed with rounded numbers may be as far away as
/// `spread`.
///
/// # Errors
/// The first difference, unless they are the same but for rounding.
pub(super) fn compare(typed: &str, right: f64, spread: f64) -> Result<(), Mistake> {
    let typed = typed.trim().replace('−', "-").replace(',', ".");
    let number = typed.parse().ok();
    let number: f64 = number
        .filter(|number: &f64| number.is_finite())
        .ok_or(Mistake::NotANumber)?;
    let difference = (number - right).abs();
    let tolerance = if right.abs() < SMALL {
        (RELATIVE_TOLERANCE * right.abs()).max(f64::EPSILON)
    } else {
        TOLERANCE
    };
    if difference <= tolerance + spread {
        return Ok(());
    }
    if is_shortened(number, decimals_of(&typed), right) {
        return Err(Mistake::FewDecimals);
    }
    if number != 0.0 && right != 0.0 && number.is_sign_negative() != right.is_sign_negative() {
        return Err(Mistake::Sign);
    }
    let [number, right] = [number, right].map(|number| decimals(number.abs(), right.abs()));
    let parts = |number: &str| match number.split_once('.') {
        Some((whole, decimals)) => (whole.to_owned(), decimals.to_owned()),
        None => (number.to_owned(), String::new()),
    };
    let [(whole, decimals), (right_whole, right_decimals)] = [parts(&number), parts(&right)];
    if whole != right_whole {
        return Err(Mistake::WholePart);
    }
    let pairs = decimals.chars().zip(right_decimals.chars());
    let first = pairs.into_iter().position(|(digit, right)| digit != right);
    Err(Mistake::Decimal(first.unwrap_or(DECIMALS - 1) + 1))
}

/// Number of decimals in a number that was typed, such as 2 for `-0.02` and `2e-2`.
fn decimals_of(typed: &str) -> i32 {
    let (digits, exponent) = typed.split_once(['e', 'E']).unwrap_or((typed, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let decimals = i32::try_from(decimals).unwrap_or(i32::MAX);
    decimals
        .saturating_sub(exponent.parse().unwrap_or(0))
        .max(0)
}

/// Whether `number` is the `right` one rounded, or cut off, to so many decimals, fewer than are asked for.
fn is_shortened(number: f64, decimals: i32, right: f64) -> bool {
    let unit = 0.1_f64.powi(decimals);
    let difference = (number - right).abs();
    let is_rounded = difference <= 0.5 * unit;
    let is_cut = number * right >= 0.0 && number.abs() < right.abs() && difference < unit;
    decimals < wanted_decimals(right.abs()) && (is_rounded || is_cut)
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

/// Number of decimals that show three digits of `right`, at least four.
fn wanted_decimals(right: f64) -> i32 {
    let zeros = if right > 0.0 && right < SMALL {
        (-right.log10()).floor() as i32
    } else {
        0
    };
    (zeros + 3).clamp(DECIMALS as i32, 12)
}

/// `number` with as many decimals as `right` is asked for with.
fn decimals(number: f64, right: f64) -> String {
    let decimals = wanted_decimals(right).unsigned_abs() as usize;
    format!("{number:.decimals$}")
}

/// Half a unit of the last decimal that [`shown`] has of `number`; 0 if none is left out.
fn half_unit(number: f64) -> f64 {
    let decimals = wanted_decimals(number.abs());
    let unit = 0.1_f64.powi(decimals);
    let left_out = (number / unit - (number / unit).round()).abs() * unit;
    if left_out <= EXACT * number.abs() {
        0.0
    } else {
        0.5 * unit
    }
}

/// Largest difference in the number that `formula` makes of `numbers`, if each of these is rounded as it is shown.
pub(super) fn spread(numbers: &[f64], formula: impl Fn(&[f64]) -> f64) -> f64 {
    let exact = formula(numbers);
    let mut moved = numbers.to_vec();
    let mut sum = 0.0;
    for (i, &number) in numbers.iter().enumerate() {
        let half_unit = half_unit(number);
        if half_unit == 0.0 {
            continue;
        }
        let differences = [-half_unit, half_unit].map(|by| {
            moved[i] = number + by;
            (formula(&moved) - exact).abs()
        });
        moved[i] = number;
        let finite = differences.into_iter().filter(|by| by.is_finite());
        sum += finite.fold(0.0, f64::max);
    }
    sum
}

/// Largest difference in `factor` times `number`, if `number` is rounded as it is shown.
pub(super) fn spread_of_product(factor: f64, number: f64) -> f64 {
    factor.abs() * half_unit(number)
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
        use Mistake::{Decimal, FewDecimals, NotANumber, Sign, WholePart};
        for (typed, right, expected) in [
            ("0.8808", 0.880_797, None),
            ("0,8808", 0.880_797, None),
            ("0.8807", 0.880_797, None),
            ("0.881", 0.880_797, Some(FewDecimals)),
            ("0.88", 0.880_797, Some(FewDecimals)),
            ("0.9", 0.880_797, Some(FewDecimals)),
            ("0.8", 0.880_797, Some(FewDecimals)),
            ("0.87", 0.880_797, Some(Decimal(2))),
            ("-0.02", -0.020_17, Some(FewDecimals)),
            ("-2e-2", -0.020_17, Some(FewDecimals)),
            ("0.02", -0.020_17, Some(Sign)),
            ("1e999", 0.5, Some(NotANumber)),
            ("-1e999", 0.5, Some(NotANumber)),
            ("1e300", 0.5, Some(WholePart)),
            ("0.5", f64::NAN, Some(WholePart)),
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
            ("0", 0.000_1, Some(FewDecimals)),
            ("1e-4", 0.000_1, None),
            ("0.000123", 0.000_123_4, None),
        ] {
            assert_eq!(
                compare(typed, right, 0.0).err(),
                expected,
                "{typed} for {right}"
            );
        }
    }

    #[test]
    fn what_is_shown_is_right() {
        for number in [
            0.880_797, -2.0, 0.0, 1e-4, -0.006_734, 12.345_678, 3.21e-7, -0.000_04,
        ] {
            let text = shown(number);
            assert_eq!(compare(&text, number, 0.0), Ok(()), "{text} for {number}");
        }
        assert_eq!(shown(2.0), "2");
        assert_eq!(shown(-0.5), "−0.5");
        assert_eq!(shown(0.000_123_4), "0.000123");
    }

    #[test]
    fn rounding_spreads_through_a_formula() {
        for exact in [0.0, 1.0, -2.5, 0.1_f32.into(), 0.000_123, 784.0] {
            assert_eq!(half_unit(exact), 0.0, "{exact}");
        }
        let sum = |numbers: &[f64]| numbers.iter().sum::<f64>();
        let product = |numbers: &[f64]| numbers.iter().product::<f64>();
        let ln = |numbers: &[f64]| (1.0 - numbers[0]).ln();
        for (found, expected) in [
            (spread(&[1.234_56, 7.0, -0.111_11], sum), 1e-4),
            (spread(&[-1.647_12, 1.571_88], product), 5e-5 * 3.219),
            (spread(&[0.997_83], ln), 0.0233),
            // Beyond what is defined only one side counts.
            (spread(&[0.999_98], ln), (0.000_07_f64 / 0.000_02).ln()),
        ] {
            let is_near = (found - expected).abs() < 0.01 * expected;
            assert!(is_near, "{found}, not {expected}");
        }
        assert_eq!(compare("6.1445", 6.1271, 0.02), Ok(()));
    }
}
