//! Encoding of the target column as class indices.

use std::collections::HashMap;

use super::labels::{Meaning, meanings, similar, value};
use util::error::DataProblem;
use util::memory;

/// Maximum number of classes.
const MAX_CLASSES: usize = 1000;

/// Assigns a class to every distinct text of the target column, in the order of the file.
#[derive(Default)]
pub(crate) struct ClassEncoder {
    by_text: HashMap<String, u32>,
    names: Vec<String>,
    labels: Vec<u32>,
}

/// Classes of a table.
#[derive(Debug, PartialEq)]
pub(crate) struct Classes {
    pub(crate) names: Vec<String>,
    /// Class of every row.
    pub(crate) labels: Vec<u32>,
    /// Other spellings that mean a class: its name, and the spellings.
    pub(crate) merged: Vec<(String, Vec<String>)>,
    /// Names of different classes that may be one, spelled differently.
    pub(crate) similar: Vec<(String, String)>,
}

impl ClassEncoder {
    /// Appends a row with the target `cell`. Surrounding white space is ignored.
    pub(crate) fn push(&mut self, cell: &str) {
        let cell = cell.trim();
        let class = match self.by_text.get(cell) {
            Some(&class) => class,
            None => {
                let class = self.names.len() as u32;
                self.names.push(cell.to_owned());
                self.by_text.insert(cell.to_owned(), class);
                class
            }
        };
        self.labels.push(class);
    }

    /// Makes room for another row. Returns false if there is no memory left for it.
    pub(crate) fn reserve(&mut self) -> bool {
        memory::try_reserve(&mut self.labels, 1)
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

    /// Drops the names without rows, and gives spellings of one meaning (`1`, `1.0` and `01`; `true`,
    /// `True` and `yes`) one class; numbers may have a decimal comma. Labels that are all whole numbers are put in
    /// ascending order.
    pub(crate) fn finish(mut self, decimal_comma: bool) -> Classes {
        let mut counts = self.counts();
        let class_of = compacted(&counts, |&count| count > 0);
        self.renumber(&class_of);
        let mut is_used = counts.iter().map(|&count| count > 0);
        self.names.retain(|_| is_used.next().unwrap_or(false));
        counts.retain(|&count| count > 0);
        let merged = self.merge(&meanings(&self.names, decimal_comma), &counts);
        self.sort_numbers(decimal_comma);
        Classes {
            similar: similar(&self.names),
            merged,
            names: self.names,
            labels: self.labels,
        }
    }

    /// Returns the number of rows of each class.
    fn counts(&self) -> Vec<usize> {
        tally(&self.labels, self.names.len())
    }

    fn renumber(&mut self, class_of: &[u32]) {
        self.labels
            .iter_mut()
            .for_each(|label| *label = class_of[*label as usize]);
    }

    /// Joins the classes of one meaning under one name: the shortest spelling of a number, the most
    /// frequent one of a word.
    fn merge(
        &mut self,
        meanings: &[Option<Meaning>],
        counts: &[usize],
    ) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut group_of: HashMap<Meaning, usize> = HashMap::new();
        let mut class_of = Vec::with_capacity(meanings.len());
        for (class, &meaning) in meanings.iter().enumerate() {
            let group = match meaning {
                Some(meaning) => *group_of.entry(meaning).or_insert(groups.len()),
                None => groups.len(),
            };
            class_of.push(group as u32);
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push(class);
        }
        if groups.len() == meanings.len() {
            return Vec::new();
        }
        let rank = |class: usize| match meanings[class] {
            Some(Meaning::Number(_)) => self.names[class].len(),
            Some(Meaning::Boolean(_)) | None => usize::MAX - counts[class],
        };
        let mut names = Vec::with_capacity(groups.len());
        let mut merged = Vec::new();
        for mut group in groups {
            group.sort_by_key(|&class| rank(class));
            let mut spellings = group.iter().map(|&class| self.names[class].clone());
            let name = spellings.next().unwrap_or_default();
            let others: Vec<String> = spellings.collect();
            if !others.is_empty() {
                merged.push((name.clone(), others));
            }
            names.push(name);
        }
        self.renumber(&class_of);
        self.names = names;
        merged
    }

    /// Puts classes that are all whole numbers in ascending order.
    fn sort_numbers(&mut self, decimal_comma: bool) {
        let parsed = self.names.iter().map(|name| value(name, decimal_comma));
        let Some(numbers) = parsed.collect::<Option<Vec<f64>>>() else {
            return;
        };
        if numbers.iter().any(|number| number.fract() != 0.0) {
            return;
        }
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        let mut class_of = vec![0; order.len()];
        for (class, &seen) in order.iter().enumerate() {
            class_of[seen] = class as u32;
        }
        self.names = order.iter().map(|&seen| self.names[seen].clone()).collect();
        self.renumber(&class_of);
    }
}

/// Returns the index of each of `items` among those that are `kept`.
fn compacted<T>(items: &[T], kept: impl Fn(&T) -> bool) -> Vec<u32> {
    let mut next = 0;
    let mut index_of = Vec::with_capacity(items.len());
    for item in items {
        index_of.push(next);
        next += u32::from(kept(item));
    }
    index_of
}

impl Classes {
    /// Checks that there are several classes, and not too many for a label.
    ///
    /// # Errors
    /// [`DataProblem::SingleClass`]; [`DataProblem::TooManyClasses`] if there are more than
    /// `MAX_CLASSES`, or, unless classes were requested (`are_wanted`), more than half as many as rows (and
    /// more than two).
    pub(crate) fn check(&self, are_wanted: bool) -> Result<(), DataProblem> {
        let (classes, rows) = (self.names.len(), self.labels.len());
        if let [class] = self.names.as_slice() {
            let class = class.clone();
            return Err(DataProblem::SingleClass { class, without: 0 });
        }
        if classes > MAX_CLASSES || !are_wanted && classes > (rows / 2).max(2) {
            return Err(DataProblem::TooManyClasses { classes, rows });
        }
        Ok(())
    }

    /// Returns whether whole numbers are too sparse to be classes: some have a single row, and there
    /// are fewer than five rows for each.
    pub(crate) fn are_sparse(&self) -> bool {
        let counts = tally(&self.labels, self.names.len());
        counts.contains(&1) && counts.len() > 2 && self.labels.len() < 5 * counts.len()
    }
}

/// Returns the number of rows of each of `classes` classes.
pub(crate) fn tally(labels: &[u32], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &label in labels {
        counts[label as usize] += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
