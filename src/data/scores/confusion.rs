//! Confusion matrix.

/// Confusion matrix: counts of (actual, predicted) pairs of classes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u32>,
    /// Rows of each class without a prediction.
    unpredicted: Vec<u32>,
}

impl Confusion {
    /// Creates a matrix of zeros, `(classes, classes)`.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            counts: vec![0; classes * classes],
            unpredicted: vec![0; classes],
        }
    }

    /// Creates the matrix of two classes from its `counts`, those of the first class before those of the second.
    pub(super) fn of_two(counts: [u64; 4]) -> Self {
        Self {
            classes: 2,
            counts: counts.map(|count| count as u32).to_vec(),
            unpredicted: vec![0; 2],
        }
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Returns how many rows of class `actual` were predicted as `predicted`.
    pub fn count(&self, actual: usize, predicted: usize) -> u32 {
        self.counts[actual * self.classes + predicted]
    }

    /// Returns the number of rows.
    pub fn total(&self) -> u32 {
        self.counts.iter().chain(&self.unpredicted).sum()
    }

    /// Returns how many rows were predicted correctly.
    pub fn right(&self) -> u32 {
        (0..self.classes)
            .map(|class| self.count(class, class))
            .sum()
    }

    /// Returns how many rows of class `actual` there are.
    pub fn of_class(&self, actual: usize) -> u32 {
        let predicted = 0..self.classes;
        let predicted = predicted.map(|predicted| self.count(actual, predicted));
        predicted.sum::<u32>() + self.unpredicted[actual]
    }

    /// Returns how many rows were predicted as class `predicted`.
    pub(super) fn predicted_as(&self, predicted: usize) -> u32 {
        let actual = 0..self.classes;
        actual.map(|actual| self.count(actual, predicted)).sum()
    }

    /// Returns the non-zero counts of misclassified rows as (count, actual, predicted), largest
    /// first.
    pub fn mistakes(&self) -> Vec<(u32, usize, usize)> {
        let all = 0..self.counts.len();
        let cells = all.map(|i| (self.counts[i], i / self.classes, i % self.classes));
        let mistakes = cells.filter(|&(count, actual, predicted)| count > 0 && actual != predicted);
        let mut mistakes: Vec<_> = mistakes.collect();
        mistakes.sort_by_key(|&(count, ..)| std::cmp::Reverse(count));
        mistakes
    }

    /// Adds a row of class `actual` that was predicted as `predicted`.
    pub fn add(&mut self, actual: usize, predicted: usize) {
        self.counts[actual * self.classes + predicted] += 1;
    }

    /// Adds a row of class `actual` without a prediction, which counts as misclassified.
    pub fn add_unpredicted(&mut self, actual: usize) {
        self.unpredicted[actual] += 1;
    }
}
