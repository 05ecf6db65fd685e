//! Line numbers of rows in little memory: consecutive lines share one entry.

/// Lines (from 1) of some rows, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// First row and line of each run of rows on consecutive lines.
    runs: Vec<(usize, u64)>,
    rows: usize,
}

impl Lines {
    /// Appends a row.
    pub fn push(&mut self, line: u64) {
        let follows = self
            .runs
            .last()
            .is_some_and(|&(row, first)| first + (self.rows - row) as u64 == line);
        if !follows {
            self.runs.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// Returns the line of `row`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn of(&self, row: usize) -> u64 {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        let run = self.runs.partition_point(|&(first, _)| first <= row) - 1;
        let (first, line) = self.runs[run];
        line + (row - first) as u64
    }

    /// Iterates over the lines of all rows.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.rows).map(|row| self.of(row))
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl FromIterator<u64> for Lines {
    fn from_iter<I: IntoIterator<Item = u64>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|line| all.push(line));
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_come_back(steps in prop::collection::vec(1u64..4, 0..60)) {
            let lines: Vec<u64> = steps.iter().scan(0, |line, step| { *line += step; Some(*line) }).collect();
            let kept: Lines = lines.iter().copied().collect();
            prop_assert_eq!(kept.len(), lines.len());
            prop_assert_eq!(kept.iter().collect::<Vec<_>>(), lines);
        }
    }
}
