//! New rows for a trained model, whose columns are found among those of a file.

use std::collections::HashMap;
use std::ops::ControlFlow;

use ndarray::Array2;

use super::matrix;
use super::prepare::encoding::CellKind;
use super::prepare::preprocessing::Preprocessing;
use super::schema::missing::is_missing;
use super::schema::options::LoadObserver;
use super::source::Source;
use super::source::input::{Input, open};
use super::table::idx::ImageRows;
use super::table::records::Record;
use super::table::rows::Rows;
use super::table::{Reading, Shape, Table};
use crate::error::{DataProblem, Error, Result};
use crate::util::text::{near_matches, sanitise};

/// Rows to predict on.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionInput {
    /// Header as it is in the file, if there is one. Like `cells` it is meant to be written to a
    /// file again; it must be sanitised before it is shown.
    pub header: Option<Vec<String>>,
    /// Names of all columns, safe to show and all different; `c1`, `c2`, ... without a header.
    pub names: Vec<String>,
    /// Rows as they are in the file, with all columns.
    pub cells: Vec<Vec<String>>,
    /// Line of the file (from 1) of every row; of images their number.
    pub lines: Vec<u64>,
    /// Raw values that the model needs: `(rows, columns of its preprocessing)`.
    /// [`Preprocessing::encode`] makes the network's inputs of them.
    pub raw: Array2<f32>,
}

impl PredictionInput {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.cells.len()
    }
}

/// Reads rows to predict on from a file of any size, some rows at a time.
pub struct PredictionRows<'m> {
    wanted: &'m Preprocessing,
    shape: Shape,
    rows: NewRows,
    /// Index in the table of each wanted column.
    columns: Vec<usize>,
    training: Training,
    has_rows: bool,
}

enum NewRows {
    Text(Rows),
    Images(ImageRows),
}

impl<'m> PredictionRows<'m> {
    /// Opens the table of `source` and finds the columns that `wanted` names.
    ///
    /// With a header they are found by name, in any order; other columns, such as the target, may
    /// hold anything. Without one they are found by position, and the file must have the columns of
    /// the training table, with or without its target.
    ///
    /// # Errors
    /// Those of [`crate::data::load`] for the file, [`DataProblem::MissingFeature`] and
    /// [`DataProblem::WrongWidth`].
    pub fn open(source: &Source, reading: &Reading, wanted: &'m Preprocessing) -> Result<Self> {
        let columns = wanted.columns.iter();
        let columns: Vec<Wanted> = columns
            .map(|column| Wanted {
                name: &column.name,
                column: column.column,
                cells: column.encoding.cells(),
            })
            .collect();
        let training = Training {
            columns: wanted.table_columns,
            target: wanted.target_column,
        };
        let input = open(source)?;
        let (shape, rows, columns) = if input.has_images {
            let images = ImageRows::open(source, input)?;
            let shape = Shape::named(source, images.names());
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let columns = by_name(&shape, &names)?;
            (shape, NewRows::Images(images), columns)
        } else {
            let mut observer = |_| ControlFlow::Continue(());
            let selected =
                Selected::open(source, input, reading, &columns, training, &mut observer)?;
            (
                selected.shape,
                NewRows::Text(selected.rows),
                selected.columns,
            )
        };
        Ok(Self {
            wanted,
            shape,
            rows,
            columns,
            training,
            has_rows: false,
        })
    }

    /// Returns the index of the column with the true targets: the one called `name`, or in a file
    /// without header the one at its place in the training table.
    ///
    /// # Errors
    /// [`DataProblem::MissingFeature`]; [`DataProblem::WrongWidth`] for a file without header and
    /// without that column.
    pub fn target_column(&self, name: &str) -> Result<usize> {
        target_column(&self.shape, self.training, name)
    }

    /// Returns the next rows, at most `max` of them; `None` after the last.
    ///
    /// # Errors
    /// Those of [`crate::data::load`] for the rows, and [`DataProblem::Empty`] without any row.
    pub fn next_chunk(&mut self, max: usize) -> Result<Option<PredictionInput>> {
        let max = max.max(1);
        let (mut cells, mut lines, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (shape, columns) = (&self.shape, &self.columns);
        let kinds = || {
            self.wanted
                .columns
                .iter()
                .map(|column| column.encoding.cells())
        };
        match &mut self.rows {
            NewRows::Text(rows) => {
                while lines.len() < max
                    && let Some(record) = rows.next()?
                {
                    raw_values(record, shape, columns, kinds(), &mut values)?;
                    cells.push(record.cells().map(str::to_owned).collect());
                    lines.push(record.line);
                }
            }
            NewRows::Images(images) => {
                while lines.len() < max
                    && let Some((number, row)) = images.next()?
                {
                    values.extend(
                        columns
                            .iter()
                            .zip(kinds())
                            .map(|(&column, kind)| match kind {
                                CellKind::Number => f32::from(row[column]),
                                other => other.of_text(&row[column].to_string()),
                            }),
                    );
                    cells.push(row.iter().map(u8::to_string).collect());
                    lines.push(number);
                }
            }
        }
        if lines.is_empty() {
            return if self.has_rows {
                Ok(None)
            } else {
                Err(Error::data(shape.place(), DataProblem::Empty))
            };
        }
        self.has_rows = true;
        Ok(Some(PredictionInput {
            raw: matrix(lines.len(), columns.len(), values).into_owned(),
            cells,
            lines,
            header: shape.header.clone(),
            names: shape.names.clone(),
        }))
    }

    /// Returns the error for a cell in column `column` (from 0) of the row on `line`, such as a true
    /// value that is none of the model's classes.
    pub(crate) fn cell_error(&self, line: u64, column: usize, problem: DataProblem) -> Error {
        self.shape.cell_error(line, column, problem)
    }

    /// Parses the number in `cell`, as numbers are written in this file; NaN for a missing one.
    ///
    /// # Errors
    /// [`DataProblem::NotANumber`], [`DataProblem::NotFinite`].
    pub fn number(&self, cell: &str) -> Result<f32, DataProblem> {
        self.shape.number(cell)
    }
}

/// Reads the whole table of `source`; see [`PredictionRows`].
///
/// # Errors
/// Those of [`PredictionRows`].
pub fn read_for_prediction(source: &Source, wanted: &Preprocessing) -> Result<PredictionInput> {
    let mut rows = PredictionRows::open(source, &Reading::default(), wanted)?;
    // There is a first chunk, or an error.
    let all = rows.next_chunk(usize::MAX)?;
    let empty = || rows.shape.place();
    all.ok_or_else(|| Error::data(empty(), DataProblem::Empty))
}

/// A column to find.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    /// Index in the training table.
    pub(super) column: usize,
    pub(super) cells: CellKind<'a>,
}

/// Layout of the training table.
#[derive(Clone, Copy)]
pub(super) struct Training {
    /// Number of columns, with the target.
    pub(super) columns: usize,
    /// Index of the target.
    pub(super) target: usize,
}

/// An open table and the wanted columns in it.
pub(super) struct Selected {
    pub(super) shape: Shape,
    pub(super) rows: Rows,
    /// Index in this table of each wanted column.
    pub(super) columns: Vec<usize>,
    training: Training,
}

impl Selected {
    /// Opens the table of `source`, opened as `input`, and finds the `wanted` columns.
    pub(super) fn open(
        source: &Source,
        input: Input,
        reading: &Reading,
        wanted: &[Wanted],
        training: Training,
        observer: &mut LoadObserver,
    ) -> Result<Self> {
        let expected: Vec<&str> = wanted.iter().map(|column| column.name).collect();
        let source = source.to_string();
        let Table { shape, rows, .. } = Table::open(&source, input, reading, &expected, observer)?;
        let columns = match shape.header {
            Some(_) => by_name(&shape, &expected)?,
            None => by_position(&shape, wanted, training)?,
        };
        Ok(Self {
            shape,
            rows,
            columns,
            training,
        })
    }

    /// Finds the target; see [`PredictionRows::target_column`].
    pub(super) fn target(&self, name: &str) -> Result<usize> {
        target_column(&self.shape, self.training, name)
    }
}

fn target_column(shape: &Shape, training: Training, name: &str) -> Result<usize> {
    let (found, expected) = (shape.width(), training.columns);
    match shape.header {
        Some(_) => Ok(by_name(shape, &[name])?[0]),
        None if found == expected => Ok(training.target),
        None => {
            let expected = expected - 1;
            let problem = DataProblem::WrongWidth { found, expected };
            Err(Error::data(shape.place(), problem))
        }
    }
}

/// Appends the raw values of the `columns` of `record`, which are of these `kinds`.
pub(super) fn raw_values<'a>(
    record: Record,
    shape: &Shape,
    columns: &[usize],
    kinds: impl Iterator<Item = CellKind<'a>>,
    values: &mut Vec<f32>,
) -> Result<()> {
    for (&column, kind) in columns.iter().zip(kinds) {
        let cell = record.cell(column);
        values.push(match kind {
            CellKind::Number => shape
                .number(cell)
                .map_err(|problem| shape.cell_error(record.line, column, problem))?,
            _ if is_missing(cell) => f32::NAN,
            // Categories are called as they are shown.
            _ => kind.of_text(&sanitise(cell)),
        });
    }
    Ok(())
}

/// Finds the index of each of `names`.
fn by_name(shape: &Shape, names: &[&str]) -> Result<Vec<usize>> {
    // Tables of tens of thousands of columns are not searched from the start for each.
    let indices = shape.names.iter().map(String::as_str).zip(0..);
    let indices: HashMap<&str, usize> = indices.collect();
    let index = |&name: &&str| {
        indices.get(name).copied().ok_or_else(|| {
            let problem = DataProblem::MissingFeature {
                name: name.to_owned(),
                near: near_matches(name, &shape.names),
                available: shape.names.clone(),
            };
            Error::data(shape.place(), problem)
        })
    };
    names.iter().map(index).collect()
}

fn by_position(shape: &Shape, wanted: &[Wanted], training: Training) -> Result<Vec<usize>> {
    let (found, expected) = (shape.width(), training.columns - 1);
    if found != expected && found != expected + 1 {
        let problem = DataProblem::WrongWidth { found, expected };
        return Err(Error::data(shape.place(), problem));
    }
    let has_target = found > expected;
    let is_moved = |column| !has_target && column > training.target;
    let columns = wanted.iter().map(|wanted| wanted.column);
    Ok(columns
        .map(|column| column - usize::from(is_moved(column)))
        .collect())
}

#[cfg(test)]
mod tests;
