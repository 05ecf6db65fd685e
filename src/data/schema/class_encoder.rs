//! Encoding of the target column as class indices.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::error::DataProblem;
use crate::util::text::sanitise;

/// Maximum number of classes.
const MAX_CLASSES: usize = 1000;

/// Assigns a class to every distinct text of the target column, in the order of the file.
#[derive(Default)]
pub(crate) struct ClassEncoder {
    by_text: HashMap<String, u32>,
    names: Vec<String>,
    labels: Vec<u32>,
}

impl ClassEncoder {
    /// Appends a row with the target `cell`. Surrounding white space is ignored; apart from that two
    /// labels are equal only if their texts are (`1` is not `1.0`).
    pub(crate) fn push(&mut self, cell: &str) {
        let cell = cell.trim();
        let class = match self.by_text.get(cell) {
            Some(&class) => class,
            None => {
                let class = self.names.len() as u32;
                self.names.push(sanitise(cell));
                self.by_text.insert(cell.to_owned(), class);
                class
            }
        };
        self.labels.push(class);
    }

    /// Returns the names of the classes so far.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the class of every row so far.
    pub(crate) fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Reorders the rows: row `i` becomes what row `order[i]` was.
    pub(crate) fn select(&mut self, order: &[usize]) {
        self.labels = order.iter().map(|&row| self.labels[row]).collect();
    }

    /// Removes `row` and moves the last row into its place.
    pub(crate) fn swap_remove(&mut self, row: usize) {
        self.labels.swap_remove(row);
    }

    /// Returns the names of the classes and the class of every row. Labels that are all whole
    /// numbers are put in ascending order.
    ///
    /// # Errors
    /// [`DataProblem::SingleClass`]; [`DataProblem::TooManyClasses`] if there are more than
    /// `MAX_CLASSES`, or more than half as many as rows (and more than two).
    pub(crate) fn finish(mut self) -> Result<(Vec<String>, Vec<u32>), DataProblem> {
        self.forget_unused();
        let (classes, rows) = (self.names.len(), self.labels.len());
        if let [class] = self.names.as_slice() {
            let class = class.clone();
            return Err(DataProblem::SingleClass { class });
        }
        let numbers: Option<Vec<f64>> = self.names.iter().map(|name| finite(name)).collect();
        let whole = |numbers: &Vec<f64>| numbers.iter().all(|number| number.fract() == 0.0);
        if classes > MAX_CLASSES || classes > (rows / 2).max(2) {
            return Err(DataProblem::TooManyClasses { classes, rows });
        }
        match numbers.filter(whole) {
            Some(numbers) => Ok(self.ordered_by(&numbers)),
            None => Ok((self.names, self.labels)),
        }
    }

    /// Drops the classes without rows.
    fn forget_unused(&mut self) {
        let mut is_used = vec![false; self.names.len()];
        self.labels
            .iter()
            .for_each(|&label| is_used[label as usize] = true);
        if is_used.iter().all(|&is_used| is_used) {
            return;
        }
        let mut class_of = Vec::with_capacity(is_used.len());
        let mut used = 0;
        for &is_used in &is_used {
            class_of.push(used);
            used += u32::from(is_used);
        }
        self.labels
            .iter_mut()
            .for_each(|label| *label = class_of[*label as usize]);
        let mut kept = is_used.into_iter();
        self.names.retain(|_| kept.next().unwrap_or(false));
    }

    fn ordered_by(self, numbers: &[f64]) -> (Vec<String>, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by(|&a, &b| {
            numbers[a]
                .partial_cmp(&numbers[b])
                .unwrap_or(Ordering::Equal)
        });
        let mut class_of = vec![0; order.len()];
        for (class, &seen) in order.iter().enumerate() {
            class_of[seen] = class as u32;
        }
        let names = order.iter().map(|&seen| self.names[seen].clone()).collect();
        let labels = self
            .labels
            .iter()
            .map(|&seen| class_of[seen as usize])
            .collect();
        (names, labels)
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests;
