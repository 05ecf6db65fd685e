//! New rows for a trained model, whose columns are found among those of a file.

mod out_of_range;
mod selected;
mod unknown_texts;

use std::ops::ControlFlow;

use ndarray::Array2;

use super::prepare::encoding::{CellKind, Encoding};
use super::prepare::lags::History;
use super::prepare::preprocessing::{InputColumn, Preprocessing};
use super::prepare::split::file::Selection;
use super::source::Source;
use super::source::input::open;
use super::table::idx::ImageRows;
use super::table::left_out;
use super::table::rows::Rows;
use super::table::{Reading, Shape};
use super::{Task, matrix};
use out_of_range::OutOfRange;
pub(super) use selected::{Selected, TrainedLayout, Wanted, raw_values};
use selected::{by_name, raw_number, target_column};
pub use unknown_texts::UnknownTexts;
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::numbers::counted;

/// Rows to predict on.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionInput {
    /// Header as it is in the file, if there is one. Like `cells` it is meant to be written to a
    /// file again; it must be sanitised before it is shown.
    pub header: Option<Vec<String>>,
    /// Names of all columns without blanks around them, all different; `c1`, `c2`, ... without a header.
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
    training: TrainedLayout<'m>,
    /// Earlier targets that the model needs.
    history: History,
    has_rows: bool,
    /// Rows that are read; all without one.
    selection: Option<Selection>,
    /// Column with the true targets, and the task, if rows without a target need not be readable.
    target: Option<(usize, &'m Task)>,
    /// Rows without a target that cannot be read, and why the first cannot.
    unread: (left_out::LineCount, Option<Error>),
    /// Texts that the model does not know, by the columns of its preprocessing.
    unknown: Vec<UnknownTexts>,
    /// Numbers outside their range in training, by the columns of its preprocessing.
    out_of_range: Vec<OutOfRange>,
}

enum NewRows {
    Text(Box<Rows>),
    Images(Box<ImageRows>),
}

impl<'m> PredictionRows<'m> {
    /// Opens the table of `source` and finds the columns that `wanted` names.
    ///
    /// With a header they are found by name, in any order; other columns, such as the target, may
    /// hold anything. Without one they are found by position, and the file must have the columns of
    /// the training table, with or without its target.
    ///
    /// # Errors
    /// Those of [`crate::load`] for the file, [`DataProblem::MissingFeature`] and
    /// [`DataProblem::WrongWidth`].
    pub fn open(source: &Source, reading: &Reading, wanted: &'m Preprocessing) -> Result<Self> {
        let columns = wanted.columns.iter();
        let columns: Vec<Wanted> = columns
            .map(|column| Wanted {
                name: column.table_name(),
                column: column.column,
                cells: column.cells(),
            })
            .collect();
        let training = TrainedLayout {
            columns: wanted.table_columns,
            target: wanted.target_column,
            percent: wanted.percent.as_deref(),
            units: &wanted.units,
        };
        let input = open(source)?;
        let (shape, rows, columns) = if input.has_images {
            let images = ImageRows::open(source, input)?;
            let shape = Shape::named(source, images.names());
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let columns = by_name(&shape, &names, &[])?;
            (shape, NewRows::Images(Box::new(images)), columns)
        } else {
            let mut observer = |_| ControlFlow::Continue(());
            let reading = wanted.cell_format.complete(reading);
            let mut selected =
                Selected::open(source, input, &reading, &columns, training, &mut observer)?;
            selected.shape.set_missing(wanted.missing.clone());
            (
                selected.shape,
                NewRows::Text(Box::new(selected.rows)),
                selected.columns,
            )
        };
        let mut history = History::new(wanted.lags());
        history.expect(wanted.row_order.as_ref(), &shape);
        Ok(Self {
            wanted,
            shape,
            rows,
            columns,
            training,
            history,
            has_rows: false,
            selection: None,
            target: None,
            unread: Default::default(),
            unknown: vec![UnknownTexts::default(); wanted.columns.len()],
            out_of_range: vec![OutOfRange::default(); wanted.columns.len()],
        })
    }

    /// Leaves out rows without a target, in the column called `name` if there is one, that cannot be read, such as
    /// totals: training left them out for want of a target.
    pub fn without_unread(mut self, name: &str, task: &'m Task) -> Self {
        self.target = self.target_column(name).ok().map(|column| (column, task));
        if let Some((column, _)) = self.target {
            self.training
                .describe(&mut self.shape, self.training.target, column);
        }
        self
    }

    /// Reads the rows of `selection` only.
    pub fn select(mut self, selection: Option<Selection>) -> Self {
        self.selection = selection;
        self
    }

    /// Returns the rows that are read, unless all.
    pub fn selection(&self) -> Option<&Selection> {
        self.selection.as_ref()
    }

    /// Returns the index of the column with the true targets: the one called `name`, or in a file
    /// without header the one at its place in the training table.
    ///
    /// # Errors
    /// [`DataProblem::MissingFeature`]; [`DataProblem::WrongWidth`] for a file without header and
    /// without that column.
    pub fn target_column(&self, name: &str) -> Result<usize> {
        target_column(&self.shape, &self.columns, self.training, name)
    }

    /// Returns the next rows, at most `max` of them; `None` after the last.
    ///
    /// # Errors
    /// Those of [`crate::load`] for the rows, and [`DataProblem::Empty`] without any row;
    /// [`DataProblem::Split`] if rows to select are not there.
    pub fn next_chunk(&mut self, max: usize) -> Result<Option<PredictionInput>> {
        let max = max.max(1);
        let (mut cells, mut lines, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (shape, columns) = (&self.shape, &self.columns);
        let kinds = || self.wanted.columns.iter().map(InputColumn::cells);
        let selection = &mut self.selection;
        let mut is_selected = |line: u64, target: &str| {
            let selection = selection.as_mut();
            selection.is_none_or(|rows| rows.takes(line, target))
        };
        let mut lags = self.wanted.columns.iter().zip(columns);
        let lagged = lags.find(|(column, _)| column.is_lag());
        match &mut self.rows {
            NewRows::Text(rows) => {
                while lines.len() < max
                    && let Some(record) = rows.next()?
                {
                    self.history.check_order(&record, shape)?;
                    let target = self
                        .target
                        .as_ref()
                        .map_or("", |&(column, _)| record.cell(column));
                    if !is_selected(record.line, target) {
                        if let Some((lag, &column)) = lagged {
                            let number = raw_number(record, shape, column, lag.offset)?;
                            self.history.push(number);
                        }
                        continue;
                    }
                    let unknown = |column: usize, text: &str| {
                        self.unknown[column].add(text, record.line);
                    };
                    let (history, start) = (&mut self.history, values.len());
                    let read = raw_values(
                        record,
                        shape,
                        columns,
                        kinds(),
                        history,
                        &mut values,
                        unknown,
                    );
                    if let Err(error) = read {
                        let lacks_target = |&(column, task): &(usize, &Task)| {
                            lacks_target(record.cell(column), task, shape)
                        };
                        if !self.target.as_ref().is_some_and(lacks_target) {
                            return Err(error);
                        }
                        left_out::count(&mut self.unread.0, record.line);
                        self.unread.1.get_or_insert(error);
                        self.history.push(f32::NAN);
                        values.truncate(start);
                        continue;
                    }
                    if let Some((lag, &column)) = lagged {
                        let number = raw_number(record, shape, column, lag.offset)?;
                        self.history.push(number);
                    }
                    cells.push(record.cells().map(str::to_owned).collect());
                    lines.push(record.line);
                }
            }
            NewRows::Images(images) => {
                while lines.len() < max
                    && let Some((number, row)) = images.next()?
                {
                    if !is_selected(number, "") {
                        continue;
                    }
                    values.extend(
                        columns
                            .iter()
                            .zip(kinds())
                            .map(|(&column, kind)| match kind {
                                CellKind::Number(_) => f32::from(row[column]),
                                other => other.of_text(&row[column].to_string()),
                            }),
                    );
                    cells.push(row.iter().map(u8::to_string).collect());
                    lines.push(number);
                }
            }
        }
        if lines.is_empty() {
            if let Some(selection) = &self.selection {
                selection.check(&shape.place().source)?;
            }
            return match self.unread.1.take() {
                _ if self.has_rows => Ok(None),
                Some(error) => Err(error),
                None => Err(Error::data(shape.place(), DataProblem::Empty)),
            };
        }
        self.has_rows = true;
        for row in values.chunks_exact(columns.len()) {
            let columns = self.wanted.columns.iter().zip(&mut self.out_of_range);
            for ((column, out_of_range), &raw) in columns.zip(row) {
                out_of_range.add(raw, column);
            }
        }
        Ok(Some(PredictionInput {
            raw: matrix(lines.len(), columns.len(), values).into_owned(),
            cells,
            lines,
            header: shape.header.clone(),
            names: shape.names.clone(),
        }))
    }

    /// Iterates over the columns with texts that the model does not know, so far: names and texts. Texts
    /// that share the input for others are not among them.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &UnknownTexts)> {
        let columns = self.wanted.columns.iter().zip(&self.unknown);
        columns.filter_map(|(column, unknown)| match column.encoding {
            Encoding::Categorical { other: true, .. } => None,
            _ if unknown.count == 0 => None,
            _ => Some((column.name.as_str(), unknown)),
        })
    }

    /// Iterates over statements on columns whose numbers are all outside their range in training, so far.
    pub fn out_of_range(&self) -> impl Iterator<Item = String> {
        let columns = self.wanted.columns.iter().zip(&self.out_of_range);
        columns.filter_map(|(column, out_of_range)| out_of_range.statement(column))
    }

    /// Returns a statement on lines of the file, so far, that are no rows of data; `None` without any.
    pub fn left_out(&self) -> Option<String> {
        let NewRows::Text(rows) = &self.rows else {
            return None;
        };
        let left_out = &rows.left_out;
        let [header, units, totals, blank, footer, unread] = [
            say!("line-header", "that repeats the header"),
            say!("line-units", "of units or types"),
            say!("line-totals", "of totals"),
            say!("line-blank", "of empty cells"),
            say!("line-footer", "of text below the table"),
            say!(
                "line-unread",
                "without a target and with a cell that cannot be read"
            ),
        ];
        let repeats = if left_out.headers.0 == 1 {
            header
        } else {
            say!("line-headers", "that repeat the header")
        };
        // A table without names does not show whether they are above it.
        let above = match self.shape.header {
            None => self.shape.dialect.skip as usize,
            Some(_) => 0,
        };
        let all = [
            ((above, 1), say!("line-above", "above the table")),
            (left_out.headers, repeats),
            (left_out.units, units),
            (left_out.totals, totals),
            (left_out.blank, blank),
            (left_out.footers, footer),
            (self.unread.0, unread),
        ];
        let counts = all.into_iter().filter(|((count, _), _)| *count > 0);
        let parts: Vec<String> = counts
            .map(|((count, first), what)| {
                let lines = counted(count as u64, "line");
                say!(
                    "lines-of",
                    "{lines} {what}, first on line {first}",
                    lines,
                    what,
                    first
                )
            })
            .collect();
        (!parts.is_empty()).then(|| {
            say!(
                "lines-unpredicted",
                "no prediction for {lines}",
                lines = parts.join(say!("and", " and "))
            )
        })
    }

    /// Returns the error for the whole table.
    pub fn error(&self, problem: DataProblem) -> Error {
        Error::data(self.shape.place(), problem)
    }

    /// Returns the error for a cell in column `column` (from 0) of the row on `line`, such as a true
    /// value that is none of the model's classes.
    pub fn cell_error(&self, line: u64, column: usize, problem: DataProblem) -> Error {
        self.shape.cell_error(line, column, problem)
    }

    /// Parses the number in `cell` of column `column` (from 0), as numbers are written in this file; NaN for a missing
    /// one.
    ///
    /// # Errors
    /// [`DataProblem::NotANumber`], [`DataProblem::NotFinite`], [`DataProblem::Percent`],
    /// [`DataProblem::MixedPoints`].
    pub fn number(&mut self, column: usize, cell: &str) -> Result<f64, DataProblem> {
        let number = self.shape.number_in(column, cell)?;
        self.history.add_point(column, cell, &self.shape)?;
        Ok(number)
    }

    /// Returns whether numbers have a decimal comma.
    pub fn has_decimal_commas(&self) -> bool {
        self.shape.dialect.decimal_comma
    }

    /// Returns a statement on a decimal mark that differs from that of the training table or would without it.
    pub fn other_mark(&self) -> Option<&str> {
        self.shape.other_mark.as_deref()
    }

    /// Returns whether the label `cell` is a missing one.
    pub fn is_missing_label(&self, cell: &str) -> bool {
        self.shape.missing.is_missing_text(cell)
    }
}

/// Returns whether the target in `cell` is missing.
fn lacks_target(cell: &str, task: &Task, shape: &Shape) -> bool {
    match task {
        Task::Regression(_) => shape.number(cell).is_ok_and(f64::is_nan),
        Task::Classification { classes } => {
            let is_class = || classes.iter().any(|class| class == cell.trim());
            shape.missing.is_missing_text(cell) && !is_class()
        }
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

#[cfg(test)]
mod tests;
