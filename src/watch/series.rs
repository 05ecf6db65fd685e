//! Values of a tag over the steps of a run, in bounded memory.

use crate::util::stats::{Bounded, Merge, MinMaxLast};

/// Maximum number of points of a series; beyond it, neighbours are merged.
const POINTS: usize = 1024;
/// Maximum number of histograms of a tag.
const HISTOGRAMS: usize = 64;
/// Maximum number of buckets of a histogram.
const BUCKETS: usize = 64;

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

/// Values of a tag, in the order in which they were logged.
#[derive(Debug, Clone)]
pub(crate) struct Series(Bounded<Point>);

impl Default for Series {
    fn default() -> Self {
        Self(Bounded::new(POINTS))
    }
}

impl Series {
    /// Adds a point at the end.
    pub(super) fn push(&mut self, point: Point) {
        self.0.push(point);
    }

    /// Drops all points at `step` and later.
    pub(super) fn purge(&mut self, step: f64) {
        self.0.truncate_where(|point| point.step < step);
    }

    /// Returns the points, oldest first.
    pub(crate) fn points(&self) -> &[Point] {
        self.0.buckets()
    }

    /// Returns the newest point.
    pub(crate) fn last(&self) -> Option<&Point> {
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

/// Distributions of a tag over the steps.
#[derive(Debug, Clone)]
pub(crate) struct Histograms(Bounded<HistogramPoint>);

impl Default for Histograms {
    fn default() -> Self {
        Self(Bounded::new(HISTOGRAMS))
    }
}

impl Histograms {
    /// Adds a distribution at the end.
    pub(super) fn push(&mut self, point: HistogramPoint) {
        self.0.push(point);
    }

    /// Drops all distributions at `step` and later.
    pub(super) fn purge(&mut self, step: f64) {
        self.0.truncate_where(|point| point.step < step);
    }

    /// Returns the distributions, oldest first.
    pub(crate) fn points(&self) -> &[HistogramPoint] {
        self.0.buckets()
    }
}
