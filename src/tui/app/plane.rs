//! Columns that the pictures of predictions vary: a plane of two, or a line of one.

use super::actions::Done;
use super::model::Model;
use super::what_if::unknown;
use crate::data::{Encoding, Prepared, Samples};
use crate::tui::text;
use crate::util::text::sanitise;

/// Maximum number of training rows that the choice of the columns looks at.
const MAX_ROWS: usize = 2000;

/// Columns that vary; all others have the values of the shown row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plane {
    /// Indices in [`crate::data::Preprocessing::columns`] of numeric columns, at most two, ascending unless they
    /// were given.
    pub columns: Vec<usize>,
    /// Whether there are no other columns.
    pub is_everything: bool,
}

impl Plane {
    /// Chooses the numeric columns that tell most about the target on their own: by the share of their variance
    /// that lies between the classes, or the squared correlation with a numeric target.
    pub fn of(data: &Prepared) -> Self {
        let columns = &data.preprocessing.columns;
        let numeric = columns.iter().enumerate();
        let numeric =
            numeric.filter(|(_, column)| matches!(column.encoding, Encoding::Numeric { .. }));
        let mut chosen: Vec<usize> = numeric.map(|(index, _)| index).collect();
        if chosen.len() > 2 {
            let score = |&column: &usize| explained_variance(&data.training, column);
            let mut scored: Vec<(f64, usize)> = chosen.iter().map(|c| (score(c), *c)).collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            chosen = scored
                .into_iter()
                .take(2)
                .map(|(_, column)| column)
                .collect();
            chosen.sort_unstable();
        }
        let is_everything = chosen.len() == columns.len();
        Self {
            columns: chosen,
            is_everything,
        }
    }
}

/// Share of a column's variance that the target explains, from 0 to 1.
fn explained_variance(samples: &Samples, column: usize) -> f64 {
    let every = samples.rows().div_ceil(MAX_ROWS).max(1);
    let rows = (0..samples.rows()).step_by(every);
    let pairs: Vec<(f64, Option<usize>, f64)> = rows
        .filter_map(|row| {
            let value = samples
                .raw_values(row)
                .nth(column)
                .filter(|value| value.is_finite())?;
            let number = samples.targets.number(row).map_or(0.0, f64::from);
            Some((value.into(), samples.targets.class(row), number))
        })
        .collect();
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let total: f64 = pairs.iter().map(|pair| (pair.0 - mean).powi(2)).sum();
    let classes = pairs.iter().filter_map(|pair| pair.1).max();
    let explained = match classes {
        Some(last) => {
            let mut sums = vec![(0.0, 0.0); last + 1];
            for (value, class, _) in &pairs {
                let (sum, count) = &mut sums[class.unwrap_or(0)];
                (*sum, *count) = (*sum + value - mean, *count + 1.0);
            }
            let between = sums.iter().filter(|(_, count)| *count > 0.0);
            between.map(|(sum, count)| sum * sum / count).sum()
        }
        None => {
            let target = pairs.iter().map(|pair| pair.2).sum::<f64>() / count;
            let products = pairs.iter().map(|pair| (pair.0 - mean) * (pair.2 - target));
            let squares: f64 = pairs.iter().map(|pair| (pair.2 - target).powi(2)).sum();
            products.sum::<f64>().powi(2) / squares
        }
    };
    let share = explained / total;
    if share.is_finite() { share } else { 0.0 }
}

impl Model {
    /// Sets the columns that vary: one or two names separated by a comma; by default those chosen for the data.
    ///
    /// # Errors
    /// A description of what is wrong with the names.
    pub(super) fn set_plane(&mut self, names: &str) -> Done {
        let data = &self.run.data;
        if names.is_empty() {
            self.navigation.plane = Plane::of(data);
            return Ok(());
        }
        let columns = &data.preprocessing.columns;
        let known: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut chosen = Vec::new();
        for name in names.split(',').map(str::trim) {
            let index = known.iter().position(|column| column == name);
            let index = index.ok_or_else(|| unknown("input", name, &known))?;
            if !matches!(columns[index].encoding, Encoding::Numeric { .. }) {
                return Err(text::not_numeric(sanitise(name)));
            }
            chosen.push(index);
        }
        if chosen.len() > 2 || chosen.first() == chosen.get(1) {
            return Err(text::expected_plane().to_owned());
        }
        let is_everything = chosen.len() == columns.len();
        self.navigation.plane = Plane {
            columns: chosen,
            is_everything,
        };
        Ok(())
    }
}
