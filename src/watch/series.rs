//! Values of a tag over the steps of a run, in bounded memory.

use crate::util::numbers::significant;
use crate::util::stats::{Bounded, Merge, MinMaxLast};

/// Maximum number of buckets of a histogram.
const BUCKETS: usize = 64;

/// Formats a step or a time: a whole number below 1e15 with all its digits, others with six significant digits.
pub(crate) fn whole(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 {
        x.to_string()
    } else {
        significant(x, 6)
    }
}

/// Value of a tag at a step, or of several steps that were merged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// The (last) step.
    pub step: f64,
    /// Seconds since 1970; NaN where the log does not say.
    pub wall: f64,
    /// The values.
    pub value: MinMaxLast,
}

impl Point {
    /// A point of the single value `value`.
    pub(super) fn new(step: f64, wall: f64, value: f64) -> Self {
        let value = MinMaxLast::of(value);
        Self { step, wall, value }
    }
}

impl Merge for Point {
    fn merge(&mut self, later: &Self) {
        (self.step, self.wall) = (later.step, later.wall);
        self.value.merge(&later.value);
    }
}

/// Observation of a tag at a step, such as a value or a distribution.
pub(crate) trait AtStep: Merge + Clone {
    /// Maximum number of observations of a tag; beyond it, neighbours are merged.
    const MAX: usize;

    fn step(&self) -> f64;
}

impl AtStep for Point {
    const MAX: usize = 1024;

    fn step(&self) -> f64 {
        self.step
    }
}

/// Values or distributions of a tag, in the order in which they were logged.
#[derive(Debug, Clone)]
pub(crate) struct Series<T = Point>(Bounded<T>);

impl<T: AtStep> Default for Series<T> {
    fn default() -> Self {
        Self(Bounded::new(T::MAX))
    }
}

impl<T: AtStep> Series<T> {
    /// Adds a point at the end.
    pub(super) fn push(&mut self, point: T) {
        self.0.push(point);
    }

    /// Drops all points at `step` and later.
    pub(super) fn purge(&mut self, step: f64) {
        self.0.truncate_where(|point| point.step() < step);
    }

    /// Returns the points, oldest first.
    pub(crate) fn points(&self) -> &[T] {
        self.0.buckets()
    }

    /// Returns the newest point.
    pub(crate) fn last(&self) -> Option<&T> {
        self.0.last()
    }
}

/// Distribution at a step: lower end, upper end and count of each bucket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HistogramPoint {
    pub step: f64,
    pub buckets: Vec<[f64; 3]>,
}

impl HistogramPoint {
    /// Keeps at most [`BUCKETS`] buckets; neighbours are merged beyond that.
    pub(super) fn new(step: f64, buckets: &[[f64; 3]]) -> Self {
        let size = buckets.len().div_ceil(BUCKETS).max(1);
        let merged = buckets.chunks(size).filter_map(|part| {
            let (first, last) = part.first().zip(part.last())?;
            Some([first[0], last[1], part.iter().map(|bucket| bucket[2]).sum()])
        });
        Self {
            step,
            buckets: merged.collect(),
        }
    }
}

impl Merge for HistogramPoint {
    /// The later state replaces the earlier one.
    fn merge(&mut self, later: &Self) {
        self.clone_from(later);
    }
}

impl AtStep for HistogramPoint {
    const MAX: usize = 64;

    fn step(&self) -> f64 {
        self.step
    }
}
