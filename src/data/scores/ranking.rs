//! Scores of the outputs themselves, over all thresholds: ROC AUC, average precision and log loss.

use super::{Confusion, MAX_VALUES};
use util::memory::{Promise, try_reserve};

/// Bytes that the scores take for each row that is kept: sorted pairs, and the points of a curve.
const BYTES_PER_ROW: usize = size_of::<(f32, bool)>() + size_of::<ThresholdPoint>();

/// Bytes that the scores may take without a look at the memory left.
const UNCHECKED: usize = 1 << 20;

/// Scores that depend on the outputs, and not only on the class that they predict. NaN where undefined, or for more
/// rows than there is memory for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingScores {
    /// Area under the ROC curve of the second of two classes; of more classes the mean of each against the rest. NaN if
    /// a class has no rows, or all.
    pub roc_auc: f64,
    /// Average precision of the second of two classes; of more classes the mean of each against the rest. NaN if
    /// a class has no rows.
    pub average_precision: f64,
    /// Mean of `-ln p` of the true class, p being 2.2e-16 at least. NaN for outputs that are not probabilities.
    pub log_loss: f64,
}

impl RankingScores {
    /// No score is known.
    pub const UNDEFINED: Self = Self {
        roc_auc: f64::NAN,
        average_precision: f64::NAN,
        log_loss: f64::NAN,
    };
}

/// Outputs of classified rows with their true classes.
#[derive(Debug)]
pub struct Ranking {
    classes: usize,
    /// Whether the outputs of a row sum to one, or its only output is a probability.
    are_probabilities: bool,
    labels: Vec<u32>,
    /// `(rows, columns)`: the score of the second of two classes, or one of each class.
    values: Vec<f32>,
    log_loss: f64,
    /// Whether all rows are kept, with finite outputs.
    is_complete: bool,
    /// Memory for the rows and their scores, if their number was known before.
    promise: Option<Promise>,
}

impl Ranking {
    /// Keeps outputs of a network for `classes` classes; `are_probabilities` says whether those of a row sum to
    /// one, or its only output is from 0 to 1.
    pub fn new(classes: usize, are_probabilities: bool) -> Self {
        Self {
            classes,
            are_probabilities,
            labels: Vec::new(),
            values: Vec::new(),
            log_loss: 0.0,
            is_complete: true,
            promise: None,
        }
    }

    /// Makes room for this number of rows and for their scores, or keeps none where there is no memory for them.
    pub fn reserve(&mut self, rows: usize) {
        let columns = self.columns();
        let per_row = BYTES_PER_ROW + size_of::<u32>() + columns * size_of::<f32>();
        if rows.saturating_mul(per_row) < UNCHECKED {
            return;
        }
        self.promise = Promise::of(rows as u128 * per_row as u128);
        let is_reserved = self.promise.is_some()
            && rows.saturating_mul(columns) <= MAX_VALUES
            && self.labels.try_reserve_exact(rows).is_ok()
            && self.values.try_reserve_exact(rows * columns).is_ok();
        if !is_reserved {
            self.give_up();
        }
    }

    /// Drops the rows, not all of which can be kept.
    fn give_up(&mut self) {
        self.is_complete = false;
        self.promise = None;
        (self.labels, self.values) = Default::default();
    }

    /// Returns whether outputs are probabilities.
    pub fn are_probabilities(&self) -> bool {
        self.are_probabilities
    }

    fn columns(&self) -> usize {
        if self.classes == 2 { 1 } else { self.classes }
    }

    /// Adds a row of class `label`.
    pub fn add(&mut self, label: usize, outputs: &[f32]) {
        let is_finite = outputs.iter().all(|output| output.is_finite());
        if self.is_complete && !(is_finite && self.has_room()) {
            self.give_up();
        }
        let p = match outputs {
            [second] if label == 1 => f64::from(*second),
            [second] => 1.0 - f64::from(*second),
            all => f64::from(all[label]),
        };
        self.log_loss -= p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
        if !self.is_complete {
            return;
        }
        self.labels.push(label as u32);
        match outputs {
            [_, second] if self.classes == 2 && self.are_probabilities => self.values.push(*second),
            [first, second] if self.classes == 2 => self.values.push((second - first + 1.0) / 2.0),
            all => self.values.extend(all),
        }
    }

    /// Makes room for another row. Returns false if it can't be kept.
    fn has_room(&mut self) -> bool {
        let columns = self.columns();
        self.values.len() + columns <= MAX_VALUES
            && try_reserve(&mut self.labels, 1)
            && try_reserve(&mut self.values, columns)
    }

    /// Computes the scores of the rows so far.
    pub fn scores(&self) -> RankingScores {
        let rows = self.labels.len() as f64;
        let mut scores = RankingScores::UNDEFINED;
        let needed = self.labels.len() * BYTES_PER_ROW;
        let is_checked = self.promise.is_some() || needed < UNCHECKED;
        let promise = (!is_checked).then(|| Promise::of(needed as u128));
        if !self.is_complete || matches!(promise, Some(None)) {
            return scores;
        }
        if self.are_probabilities {
            scores.log_loss = self.log_loss / rows;
        }
        let columns = self.columns();
        let first = self.classes - columns;
        let curves = (0..columns).map(|column| self.curve_of(column, first + column));
        let (auc, precision) = curves.fold((0.0, 0.0), |(auc, precision), curve| {
            (auc + curve.roc_auc(), precision + curve.average_precision())
        });
        scores.roc_auc = auc / columns as f64;
        scores.average_precision = precision / columns as f64;
        scores
    }

    /// Returns the curve of the second of two classes; `None` of more classes, or if not all rows are kept.
    pub fn curve(&self) -> Option<ThresholdCurve> {
        (self.classes == 2 && self.is_complete).then(|| self.curve_of(0, 1))
    }

    /// Returns the curve of `class`, whose scores are in `column`.
    fn curve_of(&self, column: usize, class: usize) -> ThresholdCurve {
        let values = self.values.iter().skip(column).step_by(self.columns());
        let rows = self.labels.iter().zip(values);
        ThresholdCurve::new(rows.map(|(&label, &score)| (score, label as usize == class)))
    }
}

/// Counts of rows whose score reaches a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdPoint {
    /// The threshold: a row is predicted as the class if its score is this at least.
    pub threshold: f32,
    /// Rows of the class that reach it.
    pub true_positives: u64,
    /// Other rows that reach it.
    pub false_positives: u64,
}

/// Counts of true and false positives of a class at every threshold that separates rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ThresholdCurve {
    /// Distinct scores, the largest first.
    pub points: Vec<ThresholdPoint>,
    /// Rows of the class.
    pub positives: u64,
    /// Other rows.
    pub negatives: u64,
}

impl ThresholdCurve {
    /// Counts `rows`: the score of each, which is not NaN, and whether it is of the class.
    pub fn new(rows: impl Iterator<Item = (f32, bool)>) -> Self {
        let mut rows: Vec<(f32, bool)> = rows.collect();
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let mut curve = Self::default();
        for (threshold, is_positive) in rows {
            curve.positives += u64::from(is_positive);
            curve.negatives += u64::from(!is_positive);
            let point = ThresholdPoint {
                threshold,
                true_positives: curve.positives,
                false_positives: curve.negatives,
            };
            match curve.points.last_mut() {
                Some(last) if last.threshold == threshold => *last = point,
                _ => curve.points.push(point),
            }
        }
        curve
    }

    /// Returns true and false positives at `threshold`.
    pub fn at(&self, threshold: f32) -> (u64, u64) {
        let reached = self
            .points
            .partition_point(|point| point.threshold >= threshold);
        let point = reached.checked_sub(1).map(|last| self.points[last]);
        point.map_or((0, 0), |point| {
            (point.true_positives, point.false_positives)
        })
    }

    /// Returns the predictions at `threshold`: the class is the second of two.
    pub fn confusion(&self, threshold: f32) -> Confusion {
        let (hits, misses) = self.at(threshold);
        let counts = [self.negatives - misses, misses, self.positives - hits, hits];
        Confusion::of_two(counts)
    }

    /// Divides the scores from 0 to 1 into `bins` equal parts and returns, for each that has rows, their mean score and
    /// the fraction of them that is of the class. Of calibrated probabilities both are equal.
    pub fn calibration(&self, bins: usize) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0, 0); bins];
        let mut before = (0, 0);
        for point in &self.points {
            let hits = point.true_positives - before.0;
            let rows = hits + point.false_positives - before.1;
            before = (point.true_positives, point.false_positives);
            let score = f64::from(point.threshold);
            let bin = ((score * bins as f64) as usize).min(bins - 1);
            let sum = &mut sums[bin];
            *sum = (sum.0 + score * rows as f64, sum.1 + hits, sum.2 + rows);
        }
        let filled = sums.into_iter().filter(|sum| sum.2 > 0);
        filled
            .map(|(score, hits, rows)| (score / rows as f64, hits as f64 / rows as f64))
            .collect()
    }

    /// Returns the area under the ROC curve by trapezoids; NaN without rows of the class or without others.
    pub fn roc_auc(&self) -> f64 {
        let (mut twice, mut before) = (0_u128, (0, 0));
        for point in &self.points {
            let (hits, misses) = (point.true_positives, point.false_positives);
            twice += u128::from(misses - before.1) * u128::from(hits + before.0);
            before = (hits, misses);
        }
        let all = 2.0 * self.positives as f64 * self.negatives as f64;
        if all > 0.0 {
            twice as f64 / all
        } else {
            f64::NAN
        }
    }

    /// Returns the sum of precisions weighted by the gain in recall, without interpolation; NaN without rows of the class.
    pub fn average_precision(&self) -> f64 {
        if self.positives == 0 {
            return f64::NAN;
        }
        let (mut sum, mut before) = (0.0, 0);
        for point in &self.points {
            let (hits, misses) = (point.true_positives, point.false_positives);
            sum += (hits - before) as f64 * hits as f64 / (hits + misses) as f64;
            before = hits;
        }
        sum / self.positives as f64
    }
}
