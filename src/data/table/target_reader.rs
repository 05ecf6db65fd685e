//! Reader of the target column: classes or numbers.

use std::collections::HashSet;

use super::Shape;
use super::column_reader::{less, too_large};
use super::formatted::Formats;
use crate::schema::class_encoder::{ClassEncoder, Classes};
use crate::schema::dates::is_date;
use crate::{TaskChoice, schema};
use util::error::DataProblem;
use util::memory;
use util::text::brief;

/// Maximum number of distinct whole numbers that are classes.
const MAX_NUMBERED_CLASSES: usize = 20;

/// Reader of the target column.
pub(crate) struct TargetCells {
    task: TaskChoice,
    /// Whether its cells are numbers, by the first rows.
    has_numbers: bool,
    /// Whether words that mean a missing value elsewhere are classes.
    has_word_classes: bool,
    /// Whether `-` is a class, beside `+`.
    has_signs: bool,
    /// Subtracted before a number is narrowed to f32.
    pub(crate) offset: f64,
    formats: Formats,
    cells: TargetState,
}

enum TargetState {
    /// Classes; if they `may_be_numbers`, they become numbers once there are too many of them or one
    /// has decimals.
    Classes {
        labels: ClassEncoder,
        may_be_numbers: bool,
    },
    Numbers(Vec<f64>),
}

/// All targets of a table.
pub(crate) enum AllTargets {
    Classes(Classes),
    /// Numbers less the offset, and their formats.
    Numbers(Vec<f64>, Formats),
}

impl TargetCells {
    pub(crate) fn new(task: TaskChoice, sample: &schema::TargetSample) -> Self {
        let cells = match task {
            TaskChoice::Regression => TargetState::Numbers(Vec::new()),
            TaskChoice::Auto | TaskChoice::Classification => TargetState::Classes {
                labels: ClassEncoder::default(),
                may_be_numbers: task == TaskChoice::Auto,
            },
        };
        Self {
            task,
            has_numbers: sample.has_numbers || task == TaskChoice::Regression,
            has_word_classes: sample.has_word_classes,
            has_signs: sample.has_signs,
            offset: sample.offset,
            formats: Formats::default(),
            cells,
        }
    }

    /// Returns whether `cell` is a missing target.
    pub(crate) fn is_missing(&self, cell: &str, shape: &Shape) -> bool {
        if self.has_numbers {
            shape.number(cell).is_ok_and(f64::is_nan)
        } else if self.has_word_classes {
            cell.trim().is_empty()
        } else {
            shape.missing.is_missing_in(cell, self.has_signs)
        }
    }

    /// Makes room for the target of another row. Returns false if there is no memory left for it.
    pub(crate) fn reserve(&mut self) -> bool {
        match &mut self.cells {
            TargetState::Classes { labels, .. } => labels.reserve(),
            TargetState::Numbers(numbers) => memory::try_reserve(numbers, 1),
        }
    }

    /// Appends the target of a row, `cell`, which is not missing.
    pub(crate) fn push(&mut self, cell: &str, shape: &Shape) -> Result<(), DataProblem> {
        match &mut self.cells {
            TargetState::Numbers(numbers) => {
                numbers.push(number(cell, self.offset, shape)?);
                self.formats.add(cell, shape)?;
                return Ok(());
            }
            TargetState::Classes {
                labels,
                may_be_numbers,
            } => {
                let known = labels.names().len();
                labels.push(cell);
                if !*may_be_numbers || labels.names().len() == known {
                    return Ok(());
                }
            }
        }
        self.reconsider(shape)
    }

    /// Decides by the newest class whether the classes are numbers, or can never be.
    fn reconsider(&mut self, shape: &Shape) -> Result<(), DataProblem> {
        let TargetState::Classes {
            labels,
            may_be_numbers,
        } = &mut self.cells
        else {
            return Ok(());
        };
        let Some(newest) = labels.names().last() else {
            return Ok(());
        };
        match shape.number(newest) {
            Err(_) => *may_be_numbers = false,
            // A word such as None, before the first number.
            Ok(number) if number.is_nan() => *may_be_numbers = false,
            Ok(number) if number.fract() == 0.0 && labels.names().len() <= MAX_NUMBERED_CLASSES => {
            }
            Ok(_) => {
                let (names, labels) = (labels.names(), labels.labels());
                let numbers = numbers_of(names, labels, self.offset, shape, &mut self.formats)?;
                self.cells = TargetState::Numbers(numbers);
            }
        }
        Ok(())
    }

    /// Returns the number in the target `cell` less the offset, NaN for a missing one.
    pub(crate) fn number(&self, cell: &str, shape: &Shape) -> Result<f64, DataProblem> {
        number(cell, self.offset, shape)
    }

    /// Removes `row` and moves the last row into its place.
    pub(crate) fn swap_remove(&mut self, row: usize) {
        match &mut self.cells {
            TargetState::Classes { labels, .. } => labels.swap_remove(row),
            TargetState::Numbers(numbers) => {
                numbers.swap_remove(row);
            }
        }
    }

    /// Reorders the rows: row `i` becomes what row `order[i]` was.
    pub(crate) fn select(&mut self, order: &[usize]) {
        match &mut self.cells {
            TargetState::Classes { labels, .. } => labels.select(order),
            TargetState::Numbers(numbers) => {
                *numbers = order.iter().map(|&row| numbers[row]).collect()
            }
        }
    }

    /// Returns the targets of all rows. Whole numbers that make no classes are predicted as numbers,
    /// unless classes were requested.
    ///
    /// # Errors
    /// [`DataProblem::DateTarget`], and those of [`Classes::check`].
    pub(crate) fn finish(self, shape: &Shape) -> Result<AllTargets, DataProblem> {
        let (labels, may_be_numbers) = match self.cells {
            TargetState::Numbers(numbers) => return Ok(AllTargets::Numbers(numbers, self.formats)),
            TargetState::Classes {
                labels,
                may_be_numbers,
            } => (labels, may_be_numbers),
        };
        let classes = labels.finish(shape.dialect.decimal_comma);
        let dates = classes.names.iter().filter(|name| is_date(name)).count();
        if self.task == TaskChoice::Auto && dates == classes.names.len() && dates > 1 {
            let found = brief(&classes.names[0]);
            return Err(DataProblem::DateTarget { found });
        }
        let checked = classes.check(self.task == TaskChoice::Classification);
        let is_unfit = matches!(checked, Err(DataProblem::TooManyClasses { .. }));
        if may_be_numbers && (is_unfit || classes.are_sparse()) {
            let mut formats = self.formats;
            let (names, labels) = (&classes.names, &classes.labels);
            let numbers = numbers_of(names, labels, self.offset, shape, &mut formats)?;
            return Ok(AllTargets::Numbers(numbers, formats));
        }
        checked.map(|()| AllTargets::Classes(classes))
    }
}

/// Returns whether `numbers` have decimals, or too many different ones to be classes by themselves.
pub(crate) fn are_no_classes(numbers: &[f64]) -> bool {
    let distinct: HashSet<u64> = numbers.iter().map(|number| number.to_bits()).collect();
    distinct.len() > MAX_NUMBERED_CLASSES || numbers.iter().any(|number| number.fract() != 0.0)
}

/// Parses the `names` of the labels as targets, and adds their formats. Returns the number of each row.
fn numbers_of(
    names: &[String],
    labels: &[u32],
    offset: f64,
    shape: &Shape,
    formats: &mut Formats,
) -> Result<Vec<f64>, DataProblem> {
    let values: Result<Vec<f64>, _> = names
        .iter()
        .map(|name| number(name, offset, shape))
        .collect();
    let values = values?;
    for name in names {
        formats.add(name, shape)?;
    }
    Ok(labels.iter().map(|&label| values[label as usize]).collect())
}

/// Parses a target and subtracts the `offset`; NaN for a missing one.
fn number(cell: &str, offset: f64, shape: &Shape) -> Result<f64, DataProblem> {
    let number = shape.number(cell).map_err(|problem| match problem {
        DataProblem::NotANumber { found } => DataProblem::StrayTarget { found },
        other => other,
    })?;
    less(number, offset).ok_or_else(|| too_large(cell))
}
