//! The data set once all rows are read.

use std::sync::Arc;

use super::Loading;
use super::columns::{ColumnFix, Finished, FirstDates, corrected, finish_columns};
use super::sampling::Sampling;
use crate::derived::{Names, lag_columns};
use crate::prepare::preprocessing::RowOrder;
use crate::prepare::split::RowSplit;
use crate::report::ReadReport;
use crate::schema::options::Missing;
use crate::source::Source;
use crate::table::target_reader::AllTargets;
use crate::table::{CellFormat, Shape};
use crate::{Column, ColumnKind, Dataset, Target, matrix};
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::memory;

/// Bytes per row to correct the values: times, or the order of rows.
const BYTES_PER_ROW: u128 = 8;

impl Loading {
    /// Decides on the columns and the target, and corrects the values of what only the whole file shows.
    ///
    /// # Errors
    /// [`Error::Memory`], and [`Error::Data`] with the place of anything unusable.
    pub(super) fn finish(mut self, shape: Shape, source: &Source) -> Result<Dataset> {
        let rows = self
            .lines
            .len()
            .max(self.sampling.as_ref().map_or(0, |s| s.lines.len()));
        let purpose = say!("purpose-table", "reading the table");
        memory::check_large(purpose, BYTES_PER_ROW * rows as u128)?;
        if let Some(sampling) = self.sampling.take() {
            self.sort_sample(&sampling);
        }
        let mut report = std::mem::take(&mut self.report);
        let lags = self.history.lags().len();
        let Finished {
            mut columns,
            mut fixes,
            dates,
        } = finish_columns(
            std::mem::take(&mut self.cells),
            &mut self.values,
            self.width,
            &shape,
            &mut report,
        );
        let (mut time_column, mut row_order) = (None, None);
        if let Some(FirstDates {
            column,
            parts,
            is_alone,
        }) = dates
        {
            if lags > 0 {
                self.check_order(column, parts.disorder, &shape, &mut report)?;
                row_order = Some(RowOrder {
                    name: shape.names[column].clone(),
                    column,
                    days: parts.order,
                });
            } else if is_alone {
                time_column = Some(shape.names[column].clone());
                self.times = parts.times;
            }
        }
        fixes.extend((0..lags).map(|_| ColumnFix::Keep));
        let target = (self.target_column, self.target.offset);
        columns.extend(lag_columns(target, lags, &Names::of(&shape.names)));
        self.values = corrected(std::mem::take(&mut self.values), &fixes);
        if self.missing != Missing::Impute && !columns.is_empty() {
            report.incomplete += self.check_complete(&columns, &shape)?;
        }
        let rows = self.lines.len();
        if rows == 0 && report.without_history > 0 {
            return Err(Error::data(shape.place(), DataProblem::NoHistory { lags }));
        }
        if rows < 2 {
            return Err(Error::data(shape.place(), DataProblem::TooFewRows { rows }));
        }
        let target_offset = self.target.offset;
        let target = self.target.finish(&shape);
        let without_target = report.without_target;
        let in_target = |problem| {
            let problem = match problem {
                DataProblem::SingleClass { class, .. } => DataProblem::SingleClass {
                    class,
                    without: without_target,
                },
                other => other,
            };
            Error::data(shape.column_place(self.target_column), problem)
        };
        let target = match target.map_err(in_target)? {
            AllTargets::Numbers(numbers, formats) => {
                report.add_formats(&shape, self.target_column, &formats);
                Target::Numbers(numbers)
            }
            AllTargets::Classes(classes) => {
                report.merged_labels = classes.merged;
                report.similar_labels = classes.similar;
                let (names, labels) = (classes.names, classes.labels);
                Target::Classes { names, labels }
            }
        };
        if columns.is_empty() {
            return Err(Error::data(shape.place(), report.no_features(&[])));
        }
        // Not if another column is predicted, or pixels are categories.
        let is_image = self.target_column + 1 == shape.width()
            && columns
                .iter()
                .all(|column| column.kind == ColumnKind::Numeric);
        Ok(Dataset {
            name: source.name(),
            source: source.to_string(),
            values: matrix(rows, columns.len(), self.values),
            columns,
            table_columns: shape.width(),
            target_name: shape.names[self.target_column].clone(),
            target_column: self.target_column,
            target,
            target_offset,
            missing: shape.missing.clone(),
            cell_format: CellFormat::of(&shape, &self.reading),
            percent: Some(std::mem::take(&mut report.percent)),
            units: shape.units.clone().into_iter().collect(),
            row_order,
            lines: Arc::new(self.lines),
            validation: None,
            test: None,
            split: if lags > 0 || time_column.is_some() {
                RowSplit::Time {
                    column: time_column,
                    times: self.times,
                }
            } else {
                RowSplit::Random
            },
            test_fraction: 0.0,
            image: source.image().filter(|_| is_image),
            report,
            origin: None,
        })
    }

    /// Checks that the rows are in order of the dates in `column`, given the first row that is older than
    /// the one before, and the first of the same time.
    fn check_order(
        &self,
        column: usize,
        [older, equal]: [Option<usize>; 2],
        shape: &Shape,
        report: &mut ReadReport,
    ) -> Result<()> {
        let name = shape.names[column].clone();
        if let Some(row) = older {
            let problem = DataProblem::NotInOrder { column: name };
            return Err(shape.cell_error(self.lines.of(row), column, problem));
        }
        report.equal_dates = equal.map(|row| (name, self.lines.of(row)));
        Ok(())
    }

    /// Drops the rows in which a word turned out to be a missing value once all rows of its column were known.
    /// Returns their number.
    ///
    /// # Errors
    /// [`DataProblem::MissingCell`] if none may be missing.
    fn check_complete(&mut self, columns: &[Column], shape: &Shape) -> Result<usize> {
        let width = columns.len();
        let mut kept = Vec::with_capacity(self.lines.len());
        for row in 0..self.lines.len() {
            let values = &self.values[row * width..][..width];
            match values.iter().position(|value| value.is_nan()) {
                None => kept.push(row),
                Some(_) if self.missing == Missing::Drop => {}
                Some(index) => {
                    let (line, column) = (self.lines.of(row), columns[index].column);
                    return Err(shape.cell_error(line, column, DataProblem::MissingCell));
                }
            }
        }
        let dropped = self.lines.len() - kept.len();
        if dropped > 0 {
            for (to, &from) in kept.iter().enumerate() {
                self.values
                    .copy_within(from * width..(from + 1) * width, to * width);
            }
            self.values.truncate(kept.len() * width);
            self.target.select(&kept);
            if !self.times.is_empty() {
                self.times = kept.iter().map(|&row| self.times[row]).collect();
            }
            self.lines = kept.iter().map(|&row| self.lines.of(row)).collect();
        }
        Ok(dropped)
    }

    /// Sorts the sampled rows by their place in the file.
    fn sort_sample(&mut self, sampling: &Sampling) {
        let lines = &sampling.lines;
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_unstable_by_key(|&row| lines[row]);
        for row in 0..lines.len() {
            // Rows change places, since there may be no room for all of them twice: what stood in a
            // place that is filled already went where the row came from that fills it.
            let mut from = order[row];
            while from < row {
                from = order[from];
            }
            let (before, behind) = self.values.split_at_mut(from * self.width);
            if from > row {
                before[row * self.width..][..self.width].swap_with_slice(&mut behind[..self.width]);
            }
        }
        self.target.select(&order);
        self.lines = order.iter().map(|&row| lines[row]).collect();
        self.report.not_sampled = sampling.seen - lines.len();
    }
}
