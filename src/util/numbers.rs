//! Numbers as text: significant digits, fixed widths, units, indices, round steps and axis ticks.

use std::time::Duration;

use super::lang::catalogue::message;
use super::lang::say;

/// Formats `x` with `digits` significant digits: in plain notation from 1e-4 up to 1e6, else as
/// `1.23e-7`.
pub fn significant(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 {
            "∞".into()
        } else {
            "−∞".into()
        };
    }
    if x == 0.0 {
        return format!("{:.*}", digits.saturating_sub(1), 0.0);
    }
    // The exponent after rounding: 0.99996 has the digits of 1.000.
    let scientific = format!("{:.*e}", digits.saturating_sub(1), x);
    let exponent = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        format!("{x:.decimals$}")
    } else {
        scientific
    }
}

/// Formats a score with this number of `decimals`, or with seven significant digits if that makes more.
pub fn score(number: f64, decimals: usize) -> String {
    const DIGITS: usize = 7;
    let text = format!("{number:.decimals$}");
    if text.bytes().filter(u8::is_ascii_digit).count() > DIGITS {
        significant(number, DIGITS)
    } else {
        text
    }
}

/// Formats `x` as [`significant`] does, with a minus sign in place of a hyphen.
pub fn typeset(x: f64, digits: usize) -> String {
    significant(x, digits).replace('-', "−")
}

/// Formats a number of the table in at most `cells` cells, as it is in the data if that fits, else with all digits before
/// the point if those do; NaN as `?`.
pub fn short(value: f32, cells: usize) -> String {
    if value.is_nan() {
        return "?".into();
    }
    // Besides the digits there may be a sign and a point.
    let digits = [4, 3, 2, 1]
        .into_iter()
        .filter(|digits| digits + 2 <= cells);
    let rounded = digits.map(|digits| significant(value.into(), digits));
    let whole = (value.abs() >= 1e6).then(|| format!("{value:.0}"));
    let exact = [value.to_string()].into_iter().chain(whole);
    let mut candidates = exact.chain(rounded);
    let fitting = candidates.find(|text| text.len() <= cells);
    fitting.unwrap_or_else(|| format!("{value:.0e}"))
}

/// Formats `x` with the decimals that tell a thousandth of `unit`, which numbers of this unit have in common, or fewer of
/// them to fit in `cells` cells. With four digits where that would leave none of them, or is too long.
pub fn in_unit(x: f64, unit: f64, cells: usize) -> String {
    let wanted = (3.0 - unit.abs().log10().floor()).clamp(0.0, 12.0) as i32;
    let least = (1.0 - unit.abs().log10().floor()).clamp(0.0, 12.0) as i32;
    let texts = (least..=wanted).rev();
    let mut texts = texts.map(|decimals| format!("{x:.*}", decimals as usize));
    let text = texts.find(|text| x.is_finite() && text.len() <= cells);
    text.unwrap_or_else(|| significant(x, 4))
}

/// Width of a number from [`aligned`] in cells.
pub const NUMBER: usize = 10;

/// Formats `x` with four significant digits, or fewer beside an exponent below −9, in exactly [`NUMBER`]
/// cells, the last of them blank, such that the points of numbers below ten are below one another:
/// `−0.1234   `, ` 1.234e−7 `.
pub fn aligned(x: f64) -> String {
    let sign = if x < 0.0 { "−" } else { "" };
    let size = x.abs();
    let text = match size {
        s if s.is_nan() => " NaN".into(),
        s if s.is_infinite() => format!("{sign:1}∞"),
        0.0 => " 0.000".into(),
        _ => {
            // The exponent after rounding: 0.99996 has the digits of 1.000.
            let scientific = format!("{size:.3e}");
            let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let decimals = (3 - exponent).max(0) as usize;
            match exponent {
                -3..=0 => format!("{sign:1}{size:.decimals$}"),
                1..=5 => format!("{sign}{size:.decimals$}"),
                -9..-3 => format!("{sign:1}{digits}e−{}", -exponent),
                // A longer exponent leaves room for fewer digits, and a blank behind it.
                -99..-9 => format!("{sign:1}{size:.2e}").replace('-', "−"),
                ..-99 => format!("{sign:1}{size:.1e}").replace('-', "−"),
                _ => format!("{sign:1}{digits}e{exponent}"),
            }
        }
    };
    format!("{text:<NUMBER$}")
}

/// Formats a loss in at most seven cells; NaN as `–`.
pub fn loss(x: f64) -> String {
    match x {
        x if x.is_nan() => "–".into(),
        x if x.abs() < 1e-3 && x != 0.0 => format!("{x:.1e}"),
        x if x.abs() >= 99_999.5 && x.is_finite() => format!("{x:.1e}"),
        x if x.is_infinite() => "∞".into(),
        x => {
            // As many decimals as six cells hold.
            let whole = (x.abs().log10().floor().max(0.0)) as usize + 1;
            let decimals = 5usize.saturating_sub(whole).min(4);
            format!("{x:.decimals$}")
        }
    }
}

/// Formats a fraction as percentage with one decimal in six cells: ` 96.7%`; NaN as `–`.
pub fn percent(fraction: f64) -> String {
    if fraction.is_nan() {
        "     –".into()
    } else {
        format!("{:5.1}%", 100.0 * fraction)
    }
}

/// Formats a coefficient of determination in six cells: ` 0.967`; NaN as `–`.
pub fn r2(x: f64) -> String {
    match x {
        x if x.is_nan() => "     –".into(),
        x if x < -9.0 => " < −9 ".into(),
        x => format!("{x:6.3}"),
    }
}

/// Formats a number as a person would write a learning rate: `0`, `0.01`, `1e-7`, `1e30`.
pub fn rate(x: f64) -> String {
    match x.abs() {
        0.0 | 0.0001..100_000.0 => x.to_string(),
        _ => format!("{x:e}"),
    }
}

/// Formats a size in bytes: `967 bytes`, `12.3 kB`, `4.0 MB`.
pub fn file_size(bytes: u64) -> String {
    match bytes {
        0..1000 => counted(bytes, "byte"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Returns `count` with `noun` in the singular or plural: `1 row`, `30 rows`.
pub fn counted(count: u64, noun: &str) -> String {
    message(
        &format!("counted-{}", noun.replace(' ', "-")),
        &[("count", &count)],
    )
    .unwrap_or_else(|| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{plural}")
    })
}

/// Formats `n` with its digits in groups of three: `1,312,768`.
pub fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<&str> = groups
        .filter_map(|group| str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// Formats `number` in superscript digits: `¹⁰`.
pub fn superscript(number: usize) -> String {
    in_digits(number, ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'])
}

/// Formats `number` in subscript digits: `₁₀`.
pub fn subscript(number: usize) -> String {
    in_digits(number, ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'])
}

fn in_digits(number: usize, digits: [char; 10]) -> String {
    let decimal = number.to_string().into_bytes().into_iter();
    decimal
        .map(|digit| digits[usize::from(digit - b'0')])
        .collect()
}

/// Formats a count with a unit prefix in at most six cells: `950`, `12.3k`, `4.5M`.
pub fn count(x: f64) -> String {
    match x {
        x if !x.is_finite() || x < 0.0 => "–".into(),
        x if x < 999.5 => format!("{x:.0}"),
        x if x < 99_950.0 => format!("{:.1}k", x / 1e3),
        x if x < 999_500.0 => format!("{:.0}k", x / 1e3),
        x if x < 99_950_000.0 => format!("{:.1}M", x / 1e6),
        x if x < 999_500_000.0 => format!("{:.0}M", x / 1e6),
        x => format!("{:.1}G", x / 1e9),
    }
}

/// Returns the numbers 1, 2 and 5 times a power of ten, ascending from the power of ten at or below
/// `x`. Empty unless `x` is positive and finite.
pub fn ladder(x: f64) -> impl Iterator<Item = f64> {
    let is_valid = x.is_finite() && x > 0.0;
    let first = if is_valid {
        x.log10().floor() as i32
    } else {
        i32::MAX
    };
    let decades = first..=f64::MAX_10_EXP;
    // Parsed, so that 0.002 is the f64 nearest to 0.002.
    let step = |digit, exponent| {
        format!("{digit}e{exponent}")
            .parse()
            .unwrap_or(f64::INFINITY)
    };
    let steps = decades.flat_map(move |exponent| [1, 2, 5].map(|digit| step(digit, exponent)));
    steps.filter(|step| step.is_finite())
}

/// Returns round numbers from `from` to `to` for an axis: multiples of 1, 2 or 5 times a power of
/// ten, at most `max` (but up to two) of them. Empty for an axis without length.
pub fn ticks(from: f64, to: f64, max: usize) -> Vec<f64> {
    let range = to - from;
    if !range.is_finite() || range <= 0.0 || max == 0 {
        return Vec::new();
    }
    let intervals = max.saturating_sub(1).max(1);
    let step = ladder(range / max as f64).find(|step| (range / step).floor() as usize <= intervals);
    let Some(step) = step else {
        return Vec::new();
    };
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Returns round numbers from `from` to `to` for a vertical axis of `rows` rows: as [`ticks`] does, one in four rows at
/// most, or one in three where that leaves few, but at least three where there are six rows. Those are multiples of 4
/// times a power of ten where the others are too many or too few.
pub fn vertical_ticks(from: f64, to: f64, rows: u16) -> Vec<f64> {
    let at_most = |max: u16| ticks(from, to, max.max(2).into());
    let mut usual = at_most(rows / 4);
    if usual.len() < usize::from(rows / 6) + 1 {
        usual = at_most(rows / 3);
    }
    let range = to - from;
    if rows < 6 || usual.len() >= 3 || !range.is_finite() || range <= 0.0 {
        return usual;
    }
    let multiples = |step: f64| {
        let first = (from / step - 1e-9).ceil() as i64;
        let last = (to / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    };
    let steps = ladder(range / 8.0).take_while(|step| *step <= range);
    let steps = steps.flat_map(|step| [step, 2.0 * step]);
    let wide: Vec<Vec<f64>> = steps.map(multiples).collect();
    let enough = wide.into_iter().filter(|ticks| ticks.len() >= 3);
    enough.min_by_key(Vec::len).unwrap_or(usual)
}

/// Formats `ticks`, all with the same number of decimals.
pub fn tick_labels(ticks: &[f64]) -> Vec<String> {
    let step = match ticks {
        [a, b, ..] => (b - a).abs(),
        [a] if *a != 0.0 => a.abs(),
        _ => 1.0,
    };
    let largest = ticks.iter().fold(0.0f64, |max, t| max.max(t.abs()));
    if step < 1e-5 || largest >= 1e12 {
        return scientific_labels(ticks, step);
    }
    let (unit, scale) = match step {
        s if s >= 1e9 => ("G", 1e9),
        s if s >= 1e6 => ("M", 1e6),
        s if s >= 1e3 => ("k", 1e3),
        _ => ("", 1.0),
    };
    if scale > 1.0 {
        let label = |t: &f64| match *t {
            0.0 => "0".to_owned(),
            t => format!("{:.0}{unit}", t / scale),
        };
        return ticks.iter().map(label).collect();
    }
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    ticks.iter().map(|t| format!("{t:.decimals$}")).collect()
}

/// Formats `ticks` as `3.5e-5`, with the digits that tell numbers apart that differ by `step`.
fn scientific_labels(ticks: &[f64], step: f64) -> Vec<String> {
    let exponent = |x: f64| {
        let text = format!("{x:.2e}");
        let exponent = text.split_once('e').map(|(_, exponent)| exponent.parse());
        exponent.and_then(Result::ok).unwrap_or(0i32)
    };
    // A step of 2.5 has a digit more than one of 2.
    let mantissa = step / 10f64.powi(exponent(step));
    let is_whole = (mantissa - mantissa.round()).abs() < 1e-6;
    let last = exponent(step) - i32::from(!is_whole);
    let label = |t: &f64| {
        // Not the rest of a sum that should be zero.
        if t.abs() < step * 1e-6 {
            return "0".to_owned();
        }
        let decimals = (exponent(*t) - last).clamp(0, 15) as usize;
        format!("{t:.decimals$e}")
    };
    ticks.iter().map(label).collect()
}

/// Formats whole seconds: `0:07`, `12:00`, `1:02:03`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Describes how long ago something was: `12 s ago`, `3 min ago`, `5 h ago`, `4 days ago`.
pub fn ago(seconds: f64) -> String {
    let floor = f64::floor;
    match seconds {
        s if s < 60.0 => say!("ago-seconds", "{time} s ago", time = floor(s)),
        s if s < 3600.0 => say!("ago-minutes", "{time} min ago", time = floor(s / 60.0)),
        s if s < 48.0 * 3600.0 => say!("ago-hours", "{time} h ago", time = floor(s / 3600.0)),
        s => say!("ago-days", "{time} days ago", time = floor(s / 86_400.0)),
    }
}

#[cfg(test)]
mod tests;
