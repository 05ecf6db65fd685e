//! Parts of a generated Rust file that do not depend on the model.

pub(super) const HEAD: &str = "//
// Needs nothing but `core`: no allocation, no crate, no mathematical library. Put it beside your
// code and say `mod model;`. Missing numbers are NaN; missing texts are those of a table.

";

/// The end of a function that has the outputs `a`.
pub(super) const LARGEST: &str = "    let mut best = 0;
    for i in 1..a.len() {
        if a[i] > a[best] {
            best = i;
        }
    }
    CLASSES[best]
";

/// Counterpart of [`LARGEST`] for a single output.
pub(super) const SECOND_IF_LIKELY: &str = "    CLASSES[usize::from(a[0] >= 0.5)]
";

pub(super) const STANDARDISED: &str = "
/// In f64: f32 would lose what tells apart values that lie far from 0 and near each other.
fn standardised(number: f32, mean: f64, deviation: f64) -> f32 {
    let standardised = ((f64::from(number) - mean) / deviation) as f32;
    standardised.clamp(f32::MIN, f32::MAX)
}
";

pub(super) const SINE_AND_COSINE: &str = "
/// Sine and cosine of `2 pi number / period`, by their series.
fn sine_and_cosine(number: f32, period: f64) -> [f32; 2] {
    let turns = f64::from(number) / period;
    let half = if turns < 0.0 { -0.5 } else { 0.5 };
    // At most half a turn from 0.
    let angle = (turns - (turns + half) as i64 as f64) * core::f64::consts::TAU;
    [1.0, 0.0].map(|first| {
        // Terms angle^n / n! from n = 1 on for the sine, and n = 0 for the cosine.
        let mut term = if first == 1.0 { angle } else { 1.0 };
        let (mut sum, mut n) = (0.0, first);
        while n < 32.0 {
            sum += term;
            term *= -angle * angle / ((n + 1.0) * (n + 2.0));
            n += 2.0;
        }
        sum as f32
    })
}
";

pub(super) const ONE_HOT: &str = "
/// 1 in the place of `text` among `values`, or in one behind them for any other text.
fn one_hot(text: &str, values: &[&str], fill: usize, out: &mut [f32]) {
    let text = text.trim();
    let unknown = if is_missing(text) { fill } else { values.len() };
    let place = values.iter().position(|value| *value == text).unwrap_or(unknown);
    if let Some(own) = out.get_mut(place) {
        *own = 1.0;
    }
}
";

pub(super) const BOOLEAN: &str = "
/// 1 for yes and 0 for no.
fn boolean(text: &str, no: &[&str], yes: &[&str], fill: f32) -> f32 {
    let text = text.trim();
    if is_missing(text) && !no.contains(&text) {
        fill
    } else if yes.contains(&text) {
        1.0
    } else if no.contains(&text) {
        0.0
    } else {
        fill
    }
}
";

pub(super) const LAYER: &str = "
/// `z = W a + b`.
fn layer<const I: usize, const O: usize>(
    weights: &[[f32; I]; O],
    biases: &[f32; O],
    a: &[f32; I],
) -> [f32; O] {
    let mut z = *biases;
    for (z, row) in z.iter_mut().zip(weights) {
        // Eight sums at once: nearer to the truth than one, and quicker.
        let mut sums = [0.0_f32; 8];
        for (i, (w, a)) in row.iter().zip(a).enumerate() {
            sums[i % 8] += w * a;
        }
        *z += sums.iter().sum::<f32>();
    }
    z
}
";

pub(super) const EXP: &str = "
/// `e^x`, right to about 1e-7 of itself: `2^n e^r` with `r` at most half of `ln 2`, and `e^r` by
/// its series.
fn exp(x: f32) -> f32 {
    // Written so that NaN passes.
    if x < -87.0 {
        return 0.0;
    }
    if x > 88.0 {
        return f32::INFINITY;
    }
    let n = (x * core::f32::consts::LOG2_E + if x < 0.0 { -0.5 } else { 0.5 }) as i32;
    // ln 2 in two parts, the first with few digits, so that the product is exact.
    let r = (x - n as f32 * 0.693_359_4) + n as f32 * 2.121_944_4e-4;
    let mut sum = 1.0;
    for i in [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        sum = 1.0 + sum * r / i;
    }
    sum * f32::from_bits(((n + 127) as u32) << 23)
}
";
