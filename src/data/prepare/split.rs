//! Split into training, validation and test rows: at random, by time, by group, or as a file lists them.

pub(crate) mod file;
mod folds;
mod groups;
pub(crate) mod reader;
mod time;

use std::cmp::Reverse;

use crate::{Dataset, Target};
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::memory;
use util::named::shown_by_name;
use util::numbers::counted;
use util::random::{RngStream, generator, shuffle};
use util::text::brief;

/// Bytes per row of a run beside the table: indices and labels while the rows are divided, which give way to the rows of
/// the sets with their targets, and their order in an epoch; and more where the targets are numbers.
const BYTES_PER_ROW: u128 = 20;
const BYTES_PER_NUMBER: u128 = 4;

/// Set that a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowSet {
    /// Rows that the network learns from.
    Training,
    /// Rows on which it is measured after every epoch.
    Validation,
    /// Rows on which it is measured once, at the end.
    Test,
}

impl RowSet {
    /// All variants.
    pub const ALL: [Self; 3] = [Self::Training, Self::Validation, Self::Test];

    /// Name for files and the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Values by which the rows of a data set are divided into sets.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RowSplit {
    /// None: at random, stratified by class.
    #[default]
    Random,
    /// The last rows validate, and those behind them test.
    Time {
        /// Name of the column of dates or numbers; `None` for the order of the file.
        column: Option<String>,
        /// Time of every row, of any unit; none for the order of the file.
        times: Vec<f64>,
    },
    /// Rows of one group belong to one set.
    Groups {
        /// Name of the column whose values are the groups.
        column: String,
        /// Group of every row, from 0.
        groups: Vec<u32>,
    },
    /// Rows as listed in a file.
    Listed {
        /// Path of the file.
        source: String,
        /// Set of every row.
        sets: Vec<RowSet>,
        /// Whether the file is of a table with other targets, or of another order.
        is_of_other_targets: bool,
    },
}

/// Fractions of the rows that are not trained on, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fractions {
    pub validation: f64,
    pub test: f64,
}

/// Partition of the rows of a data set: indices of rows, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Rows to train on.
    pub training: Vec<u32>,
    /// May be empty.
    pub validation: Vec<u32>,
    /// May be empty.
    pub test: Vec<u32>,
}

impl Split {
    /// Divides the rows of `dataset`. Rows listed in a file keep their sets, whatever the fraction; with
    /// validation rows from another file, none of these validate.
    ///
    /// # Errors
    /// [`Error::Usage`] if the fractions are not from 0 up to, not including, 1 altogether;
    /// [`DataProblem::TooFewRows`] if a set that is asked for stays empty; those of [`check_fits`](Self::check_fits).
    pub fn of(dataset: &Dataset, validation_fraction: f64, seed: u64) -> Result<Self> {
        let fractions = Fractions {
            validation: if dataset.validation.is_some() {
                0.0
            } else {
                validation_fraction
            },
            test: dataset.test_fraction,
        };
        fractions.check()?;
        Self::check_fits(dataset)?;
        let rows = dataset.rows();
        let all: Vec<u32> = (0..rows as u32).collect();
        let split = Self::divide(dataset, &all, fractions, seed);
        let is_listed = matches!(dataset.split, RowSplit::Listed { .. });
        let lacks = |set: &[u32], fraction: f64| set.is_empty() && fraction > 0.0 && !is_listed;
        if split.training.is_empty()
            || lacks(&split.validation, fractions.validation)
            || lacks(&split.test, fractions.test)
        {
            return Err(Error::in_source(
                &dataset.source,
                dataset.split.problem(rows),
            ));
        }
        Ok(split)
    }

    /// Checks that there is memory to divide the rows of `dataset` and to train on them.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn check_fits(dataset: &Dataset) -> Result<()> {
        let per_row = match &dataset.target {
            Target::Classes { .. } => BYTES_PER_ROW,
            Target::Numbers(_) => BYTES_PER_ROW + BYTES_PER_NUMBER,
        };
        let rows = dataset.rows();
        let purpose = say!("purpose-rows", "a run on {rows} rows", rows);
        memory::check_large(&purpose, per_row * rows as u128)
    }

    /// Divides `rows`, ascending indices, some of those of `dataset`. A set may stay empty.
    fn divide(dataset: &Dataset, rows: &[u32], fractions: Fractions, seed: u64) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|&row| values[row as usize]).collect()
        }
        let labels = || match &dataset.target {
            Target::Classes { names, labels } => (pick(labels, rows), names.len()),
            // Numbers have no strata: all rows are of one kind.
            Target::Numbers(_) => (vec![0; rows.len()], 1),
        };
        let mut split = match &dataset.split {
            RowSplit::Listed { sets, .. } => Self::from_sets(&pick(sets, rows)),
            _ if fractions.validation + fractions.test == 0.0 => {
                Self::from_sets(&vec![RowSet::Training; rows.len()])
            }
            RowSplit::Random => {
                let (labels, classes) = labels();
                stratified(&labels, classes, fractions, seed)
            }
            RowSplit::Time { times, .. } if times.is_empty() => {
                time::by_time(&[], rows.len(), fractions)
            }
            RowSplit::Time { times, .. } => {
                time::by_time(&pick(times, rows), rows.len(), fractions)
            }
            RowSplit::Groups { groups, .. } => {
                let (labels, classes) = labels();
                groups::by_group(&pick(groups, rows), &labels, classes, fractions, seed)
            }
        };
        for set in [&mut split.training, &mut split.validation, &mut split.test] {
            set.iter_mut().for_each(|row| *row = rows[*row as usize]);
        }
        split
    }

    /// Returns the split in which the validation rows are training rows too.
    pub fn with_all_training(mut self) -> Self {
        self.training.append(&mut self.validation);
        self.training.sort_unstable();
        self
    }

    /// Gathers the rows of each set, given the set of every row.
    fn from_sets(sets: &[RowSet]) -> Self {
        let mut split = Self::default();
        for (row, set) in (0..).zip(sets) {
            match set {
                RowSet::Training => split.training.push(row),
                RowSet::Validation => split.validation.push(row),
                RowSet::Test => split.test.push(row),
            }
        }
        split
    }
}

impl RowSplit {
    /// Returns the argument of `--split` that asks for it; `file` for a list of rows.
    pub fn name(&self) -> String {
        match self {
            Self::Random => "random".into(),
            Self::Time { column: None, .. } => "time".into(),
            Self::Time {
                column: Some(column),
                ..
            } => format!("time:{column}"),
            Self::Groups { column, .. } => format!("group:{column}"),
            Self::Listed { .. } => "file".into(),
        }
    }

    /// Returns the reason why `rows` rows cannot be divided.
    fn problem(&self, rows: usize) -> DataProblem {
        match self {
            Self::Random | Self::Time { column: None, .. } => DataProblem::TooFewRows { rows },
            Self::Time {
                column: Some(column),
                ..
            } => DataProblem::Split(say!(
                "split-times",
                "column \"{column}\" has too few different times to split by (--split time:COLUMN)",
                column = brief(column)
            )),
            Self::Groups { column, groups } => {
                let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
                DataProblem::Split(say!(
                    "split-groups",
                    "column \"{column}\" has {groups}: too few to split by (--split group:COLUMN)",
                    column = brief(column),
                    groups = counted(count as u64, "group")
                ))
            }
            Self::Listed { source, .. } => DataProblem::Split(say!(
                "split-no-training",
                "{source} lists no training row",
                source
            )),
        }
    }
}

impl Fractions {
    fn check(self) -> Result<()> {
        let (validation, test) = (self.validation, self.test);
        let is_fraction = |fraction| (0.0..1.0).contains(&fraction);
        if is_fraction(validation) && is_fraction(test) && validation + test < 1.0 {
            return Ok(());
        }
        Err(Error::Usage(if test == 0.0 {
            say!(
                "split-validation",
                "the validation fraction is {validation}; it must be at least 0 and below 1",
                validation
            )
        } else {
            say!(
                "split-fractions",
                "validation and test fraction are {validation} and {test}; together they must be at \
                 least 0 and below 1",
                validation,
                test
            )
        }))
    }
}

/// Splits off about a fraction of the rows of every class for validation, and for testing, chosen at random
/// by `seed`. `labels` holds the class of every row, each below `classes`. Test rows do not change the
/// choice of the validation rows.
///
/// A class of `n` rows gives `n * fraction` rows, rounded down or up such that the total is
/// `fraction` of all rows to the nearest whole number (largest remainder first, then the lower
/// class), and at least 1 if `fraction` is above 0. Every class keeps a training row, which may make
/// the total smaller. The same arguments give the same split on every machine.
///
/// # Panics
/// If a label is not below `classes`.
pub(crate) fn stratified(labels: &[u32], classes: usize, fractions: Fractions, seed: u64) -> Split {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes];
    for (row, &label) in (0..).zip(labels) {
        members[label as usize].push(row);
    }
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let validated = shares(&sizes, fractions.validation);
    let rest: Vec<usize> = sizes
        .iter()
        .zip(&validated)
        .map(|(all, own)| all - own)
        .collect();
    let tested = shares(&rest, fractions.test / (1.0 - fractions.validation));
    let mut generator = generator(seed, RngStream::Split);
    let mut sets = vec![RowSet::Training; labels.len()];
    for (class, mut rows) in members.into_iter().enumerate() {
        shuffle(&mut rows, &mut generator);
        let (validation, others) = rows.split_at(validated[class]);
        for &row in validation {
            sets[row as usize] = RowSet::Validation;
        }
        for &row in &others[..tested[class]] {
            sets[row as usize] = RowSet::Test;
        }
    }
    Split::from_sets(&sets)
}

/// Returns the number of rows that each class gives to a set, given the sizes of the classes.
fn shares(sizes: &[usize], fraction: f64) -> Vec<usize> {
    let fraction = if fraction > 0.0 {
        fraction.min(1.0)
    } else {
        // NaN too: without a sensible fraction every row trains.
        return vec![0; sizes.len()];
    };
    let max_share = |class: usize| sizes[class].saturating_sub(1);
    let exact = |class: usize| sizes[class] as f64 * fraction;
    let rows: usize = sizes.iter().sum();
    let total = ((rows as f64 * fraction).round() as usize).max(1);
    let mut shares: Vec<usize> = (0..sizes.len())
        .map(|class| (exact(class) as usize).min(max_share(class)))
        .collect();
    let mut missing = total.saturating_sub(shares.iter().sum());
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    // Remainders are compared as billionths, lest rounding errors break a tie.
    by_remainder.sort_by_key(|&class| Reverse((exact(class).fract() * 1e9).round() as u64));
    for class in by_remainder {
        if missing > 0 && shares[class] < max_share(class) {
            shares[class] += 1;
            missing -= 1;
        }
    }
    shares
}

shown_by_name!(RowSet);

#[cfg(test)]
mod tests;
