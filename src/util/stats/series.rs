//! Series of limited length, which lose resolution over time but never a spike.

use serde::{Deserialize, Serialize};

use crate::exact::Exact;

/// Combines neighbouring items of a series.
pub trait Merge {
    /// Adds the item that directly follows.
    fn merge(&mut self, later: &Self);
}

/// A series of at most `capacity` buckets. When it is full, neighbours are merged in pairs and
/// from then on each bucket holds twice as many items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bounded<T> {
    buckets: Vec<T>,
    capacity: usize,
    /// Items of a full bucket.
    per_bucket: u64,
    /// Items in the last bucket.
    in_last: u64,
}

impl<T: Merge> Bounded<T> {
    /// Creates an empty series of at most `capacity` buckets (at least 2; odd numbers are rounded up).
    pub fn new(capacity: usize) -> Self {
        Self {
            buckets: Vec::new(),
            capacity: capacity.max(2).next_multiple_of(2),
            per_bucket: 1,
            in_last: 0,
        }
    }

    /// Returns whether a series that was read from a file can have come about.
    pub fn is_consistent(&self, capacity: usize) -> bool {
        let is_filled_rightly = self.per_bucket >= 1 && self.in_last <= self.per_bucket;
        self.capacity == Self::new(capacity).capacity
            && self.buckets.len() <= self.capacity
            && is_filled_rightly
    }

    /// Adds `item` at the end.
    pub fn push(&mut self, item: T) {
        if self.in_last < self.per_bucket
            && let Some(last) = self.buckets.last_mut()
        {
            last.merge(&item);
            self.in_last += 1;
            return;
        }
        if self.buckets.len() == self.capacity {
            self.halve();
        }
        self.buckets.push(item);
        self.in_last = 1;
    }

    /// Returns all buckets, oldest first.
    pub fn buckets(&self) -> &[T] {
        &self.buckets
    }

    /// Returns the newest bucket.
    pub fn last(&self) -> Option<&T> {
        self.buckets.last()
    }

    /// Returns whether the series has no items.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Removes the buckets from the first one that is not `kept` on. Like any series, it goes on from its last bucket.
    pub fn truncate_where(&mut self, kept: impl Fn(&T) -> bool) {
        let count = self.buckets.partition_point(kept);
        if count < self.buckets.len() {
            self.buckets.truncate(count);
            self.in_last = self.per_bucket;
        }
    }

    /// Removes all items.
    pub fn clear(&mut self) {
        *self = Self::new(self.capacity);
    }

    /// Removes and returns all buckets.
    pub fn take(&mut self) -> Vec<T> {
        let buckets = std::mem::take(&mut self.buckets);
        self.clear();
        buckets
    }

    fn halve(&mut self) {
        let mut kept = 0;
        for i in (0..self.buckets.len()).step_by(2) {
            let (head, tail) = self.buckets.split_at_mut(i + 1);
            head[i].merge(&tail[0]);
            self.buckets.swap(kept, i);
            kept += 1;
        }
        self.buckets.truncate(kept);
        self.per_bucket *= 2;
    }
}

/// Minimum, maximum and last of some numbers. Minimum and maximum ignore NaN beside numbers. For `==`, NaN is NaN, so that
/// equal curves are equal where they have no values.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(from = "[Exact; 3]", into = "[Exact; 3]")]
pub struct MinMaxLast {
    /// Minimum.
    pub min: f64,
    /// Maximum.
    pub max: f64,
    /// Last number.
    pub last: f64,
}

impl MinMaxLast {
    /// Summarises the single number `x`.
    pub fn of(x: f64) -> Self {
        Self {
            min: x,
            max: x,
            last: x,
        }
    }
}

impl PartialEq for MinMaxLast {
    fn eq(&self, other: &Self) -> bool {
        let pairs = [
            (self.min, other.min),
            (self.max, other.max),
            (self.last, other.last),
        ];
        pairs
            .iter()
            .all(|(a, b)| a == b || a.is_nan() && b.is_nan())
    }
}

impl From<[Exact; 3]> for MinMaxLast {
    fn from(numbers: [Exact; 3]) -> Self {
        let [min, max, last] = numbers.map(f64::from);
        Self { min, max, last }
    }
}

impl From<MinMaxLast> for [Exact; 3] {
    fn from(MinMaxLast { min, max, last }: MinMaxLast) -> Self {
        [min, max, last].map(Exact::from)
    }
}

impl Merge for MinMaxLast {
    fn merge(&mut self, later: &Self) {
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
        self.last = later.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_survives_any_number_of_items() {
        let mut series = Bounded::new(16);
        for i in 0..100_000 {
            let x = if i == 4321 { 99.0 } else { f64::from(i % 7) };
            series.push(MinMaxLast::of(x));
            assert!(series.buckets().len() <= 16);
        }
        let top = series.buckets().iter().map(|b| b.max).fold(0.0, f64::max);
        assert_eq!(top, 99.0);
        assert_eq!(series.last().unwrap().last, f64::from(99_999 % 7));
        assert!(series.buckets().len() >= 8);
    }

    #[test]
    fn short_series_are_kept_as_they_are() {
        let mut series = Bounded::new(4);
        for x in [3.0, 1.0, 2.0] {
            series.push(MinMaxLast::of(x));
        }
        let last: Vec<f64> = series.buckets().iter().map(|b| b.last).collect();
        assert_eq!(last, [3.0, 1.0, 2.0]);
        assert_eq!(series.take().len(), 3);
        assert!(series.is_empty());
    }

    #[test]
    fn buckets_stay_evenly_filled() {
        let mut series = Bounded::new(4);
        (0..9).for_each(|i| series.push(MinMaxLast::of(f64::from(i))));
        let ranges: Vec<(f64, f64)> = series.buckets().iter().map(|b| (b.min, b.max)).collect();
        assert_eq!(ranges, [(0.0, 3.0), (4.0, 7.0), (8.0, 8.0)]);
    }
}
