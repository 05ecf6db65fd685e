//! Histograms over ranges that are powers of two, so that different ranges merge exactly.

use super::series::Merge;

/// Number of bins. A power of two, so that a doubled range merges whole bins.
pub const BINS: usize = 64;

/// Counts of numbers in equal bins over `-limit..=limit`, where `limit` is a power of two.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    counts: [u32; BINS],
    exponent: i32,
    /// Number of NaN and infinities.
    not_finite: u32,
    largest: f32,
    sum: f64,
    sum_of_squares: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; BINS],
            exponent: MIN_EXPONENT,
            not_finite: 0,
            largest: 0.0,
            sum: 0.0,
            sum_of_squares: 0.0,
        }
    }
}

/// Smallest range, `2^-10`.
const MIN_EXPONENT: i32 = -10;
/// Largest range: every f32 is below `2^128`.
const MAX_EXPONENT: i32 = 128;

impl Histogram {
    /// Counts `numbers` over the smallest range that contains them. NaN and infinities are counted
    /// separately.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a f32> + Clone) -> Self {
        let mut histogram = Self::default();
        for &x in numbers.clone() {
            if x.is_finite() {
                histogram.largest = histogram.largest.max(x.abs());
                histogram.sum += f64::from(x);
                histogram.sum_of_squares += f64::from(x) * f64::from(x);
            } else {
                histogram.not_finite += 1;
            }
        }
        histogram.exponent = exponent_for(histogram.largest);
        let scale = BINS as f32 / 2.0 / histogram.limit();
        for &x in numbers {
            if x.is_finite() {
                let bin = (x * scale + BINS as f32 / 2.0) as usize;
                histogram.counts[bin.min(BINS - 1)] += 1;
            }
        }
        histogram
    }

    /// Returns the upper end of the range; the lower end is its negative.
    pub fn limit(&self) -> f32 {
        // 2^128 is beyond f32; halving the scale of such numbers would lose more than it shows.
        2f32.powi(self.exponent.min(127))
    }

    /// Returns the counts over the range of this histogram, lowest bin first.
    pub fn counts(&self) -> &[u32; BINS] {
        &self.counts
    }

    /// Returns the counts over `-limit..=limit`, where `limit` is that of another histogram and not
    /// below this one's. Exact, since whole bins merge.
    pub fn counts_over(&self, limit: f32) -> [u32; BINS] {
        let target = exponent_for(limit);
        let mut counts = self.counts;
        for _ in self.exponent..target {
            counts = merged_inwards(&counts);
        }
        counts
    }

    /// Returns whether nothing below zero was counted.
    pub fn is_above_zero(&self) -> bool {
        self.counts[..BINS / 2].iter().all(|&count| count == 0)
    }

    /// Returns the counts in `cells` equal parts of the range, or of its upper half if nothing is
    /// below zero.
    pub fn resampled(&self, cells: usize) -> Vec<usize> {
        let start = if self.is_above_zero() { BINS / 2 } else { 0 };
        let counts = &self.counts[start..];
        let sum = |cell: usize| {
            let [from, to] = [cell, cell + 1].map(|cell| cell * counts.len() / cells);
            let bins = &counts[from..to.max(from + 1)];
            bins.iter().map(|&count| count as usize).sum()
        };
        (0..cells).map(sum).collect()
    }

    /// Returns how many finite numbers were counted.
    pub fn count(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Returns how many numbers were NaN or infinite.
    pub fn not_finite(&self) -> u32 {
        self.not_finite
    }

    /// Returns the largest absolute value.
    pub fn largest(&self) -> f32 {
        self.largest
    }

    /// Returns the mean, or zero if nothing was counted.
    pub fn mean(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            n => self.sum / f64::from(n),
        }
    }

    /// Returns the standard deviation (of the population), or zero if nothing was counted.
    pub fn std(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            n => {
                let mean = self.mean();
                let variance = self.sum_of_squares / f64::from(n) - mean * mean;
                variance.max(0.0).sqrt()
            }
        }
    }
}

/// Returns the smallest exponent whose power of two is at least `largest`.
fn exponent_for(largest: f32) -> i32 {
    let mut exponent = MIN_EXPONENT;
    while exponent < MAX_EXPONENT && f64::from(largest) > 2f64.powi(exponent) {
        exponent += 1;
    }
    exponent
}

/// Returns the counts over twice the range.
fn merged_inwards(counts: &[u32; BINS]) -> [u32; BINS] {
    let mut merged = [0; BINS];
    for (i, count) in counts.iter().enumerate() {
        merged[BINS / 4 + i / 2] += count;
    }
    merged
}

impl Merge for Histogram {
    /// The later state replaces the earlier one: a history of histograms is a series of states,
    /// not of events.
    fn merge(&mut self, later: &Self) {
        *self = later.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_number_is_counted_once() {
        let numbers = [-1.0, -0.3, 0.0, 0.2, 0.999, 1.0, f32::NAN, f32::INFINITY];
        let histogram = Histogram::of(&numbers);
        assert_eq!(histogram.count(), 6);
        assert_eq!(histogram.not_finite(), 2);
        assert_eq!(histogram.limit(), 1.0);
        assert_eq!(histogram.largest(), 1.0);
        assert_eq!(histogram.counts()[0], 1);
        assert_eq!(histogram.counts()[BINS / 2], 1);
        assert_eq!(histogram.counts()[BINS - 1], 2);
    }

    #[test]
    fn a_wider_axis_keeps_the_counts_and_their_places() {
        let numbers: Vec<f32> = (0..1000).map(|i| (i as f32 - 500.0) / 500.0).collect();
        let narrow = Histogram::of(&numbers);
        let scaled: Vec<f32> = numbers.iter().chain(&[7.9]).copied().collect();
        let wide = Histogram::of(&scaled);
        let mut expected = *wide.counts();
        expected[BINS - 1] -= 1;
        assert_eq!(narrow.counts_over(wide.limit()), expected);
    }

    #[test]
    fn moments_are_those_of_the_numbers() {
        let histogram = Histogram::of(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(histogram.mean(), 2.5);
        assert!((histogram.std() - 1.25f64.sqrt()).abs() < 1e-12);
        assert_eq!(Histogram::of(&[]).std(), 0.0);
    }

    #[test]
    fn extremes_have_a_place() {
        let histogram = Histogram::of(&[f32::MAX, f32::MIN, f32::MIN_POSITIVE]);
        assert_eq!(histogram.count(), 3);
        assert_eq!(Histogram::of(&[0.0]).counts_over(f32::MAX)[BINS / 2], 1);
    }
}
