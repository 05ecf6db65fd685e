//! The rows that are predicted worst.

use super::probes::RowOutcome;

/// Rows that are kept at most.
pub(crate) const MAX_ROWS: usize = 1000;

/// Collects rows with their predictions and keeps the [`MAX_ROWS`] with the largest losses.
#[derive(Debug, Default)]
pub(crate) struct Worst {
    /// Never more than twice [`MAX_ROWS`].
    rows: Vec<(f64, u32, RowOutcome)>,
    /// Loss of the last of the worst rows.
    smallest: f64,
}

impl Worst {
    /// Takes in `row` with its prediction, whose loss may be NaN: that is the worst of all.
    pub fn add(&mut self, row: u32, outcome: RowOutcome) {
        let loss = if outcome.loss.is_nan() {
            f64::INFINITY
        } else {
            outcome.loss
        };
        if self.rows.len() >= MAX_ROWS && loss < self.smallest {
            return;
        }
        self.rows.push((loss, row, outcome));
        if self.rows.len() == 2 * MAX_ROWS {
            self.cut();
        }
    }

    /// The rows with their predictions, worst first; of equal ones the first row first.
    pub fn rows(mut self) -> (Vec<u32>, Vec<RowOutcome>) {
        self.cut();
        let rows = self.rows.into_iter();
        rows.map(|(_, row, outcome)| (row, outcome)).unzip()
    }

    fn cut(&mut self) {
        let rows = &mut self.rows;
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        rows.truncate(MAX_ROWS);
        self.smallest = rows.last().map_or(0.0, |row| row.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_in_order() {
        let mut worst = Worst::default();
        let outcome = |loss| RowOutcome {
            class: 0,
            output: 1.0,
            loss,
        };
        for row in 0..10 * MAX_ROWS as u32 {
            worst.add(row, outcome(f64::from(row % 5000)));
        }
        worst.add(7, outcome(f64::NAN));
        let (rows, outcomes) = worst.rows();
        assert_eq!(rows.len(), MAX_ROWS);
        assert_eq!(rows[..4], [7, 4999, 9999, 4998]);
        assert!(outcomes[0].loss.is_nan());
        assert_eq!(outcomes[3].loss, 4998.0);
    }
}
