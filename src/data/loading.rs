//! Reads a file into a data set in one pass.
//!
//! Column types are inferred from the first rows (`schema/`); then every row is read once and
//! becomes one row of `f32`. What only the whole file shows (a column of texts that are nearly all
//! different, more than 100 categories) is corrected in place afterwards.

mod columns;
mod finish;
mod sampling;

use std::sync::Arc;

use super::prepare::held_out;
use super::prepare::lags::History;
use super::prepare::split::RowSplit;
use super::prepare::split::reader::SplitReader;
use super::report::{Exclusion, ExclusionReason, ReadReport};
use super::schema::options::{
    DataFile, LoadObserver, LoadOptions, Missing, Origin, Progress, ValidationRows,
};
use super::schema::{Role, TargetSample, passed_over, roles};
use super::source::input::open;
use super::table::batch::{Record, column_cells};
use super::table::column_reader::{ColumnReader, undecided_code};
use super::table::date_reader::Dates;
use super::table::decimal_mark;
use super::table::formatted::{self, is_number};
use super::table::idx;
use super::table::rows::{comment_sign, is_excel_error};
use super::table::target_reader::{TargetCells, are_no_classes};
use super::table::unit::{column_units, without};
use super::table::{Reading, Shape, Table};
use super::{Dataset, DateUse, Lines, Source, SplitMethod, TaskChoice};
use sampling::Sampling;
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::memory;

/// Reads the table or the images of `source`, and the validation and test files of `options`.
/// `observer` receives the progress and can cancel the load.
///
/// # Errors
/// [`Error::NoSuchInput`], [`Error::CannotRead`], [`Error::Cancelled`], and [`Error::Data`] with the
/// place of anything unusable.
pub fn load_with(
    source: &Source,
    options: &LoadOptions,
    observer: &mut LoadObserver,
) -> Result<Dataset> {
    let mut dataset = match &options.base {
        Some(base) => base.load(source, options, observer)?,
        None => load_main(source, options, observer)?,
    };
    let mut held_out = |file: &Source, part| {
        held_out::read(file, &dataset, options, &mut |progress| {
            observer(Progress { part, ..progress })
        })
    };
    let validation = match &options.validation {
        ValidationRows::File(file) => Some(held_out(file, DataFile::Validation)?),
        ValidationRows::Auto | ValidationRows::Split => None,
    };
    let test = options.test.as_ref();
    let test = test
        .map(|file| held_out(file, DataFile::Test))
        .transpose()?;
    dataset.validation = validation.or(dataset.validation);
    dataset.test = test;
    dataset.origin = Some(Arc::new(Origin {
        source: source.clone(),
        options: options.clone(),
    }));
    Ok(dataset)
}

/// Reads the table or the images of `source` alone.
fn load_main(
    source: &Source,
    options: &LoadOptions,
    observer: &mut LoadObserver,
) -> Result<Dataset> {
    let input = open(source)?;
    if input.has_images {
        return idx::load(source, input, options, observer);
    }
    let name = source.to_string();
    let table = Table::open(&name, input, &options.reading, &[], &[], observer)?;
    load_table(table, source, options, observer)
}

/// Reads all rows of `table`, which is that of `source`.
pub(super) fn load_table(
    mut table: Table,
    source: &Source,
    options: &LoadOptions,
    observer: &mut LoadObserver,
) -> Result<Dataset> {
    if table.shape.width() == 1 && options.lags == 0 {
        return Err(Error::data(table.shape.place(), table.single_column()));
    }
    table.shape.set_missing(options.missing_values.clone());
    table.shape.units = column_units(&table.sample, &table.shape);
    let roles = roles(&table, options)?;
    keep_units_of_numbers(&mut table, &roles, options);
    let mut loading = Loading::new(&table, &roles, options);
    let is_used_date = |role: &Role| matches!(role, Role::Dates { is_used: true, .. });
    loading.report.has_automatic_dates = options.dates.usage == DateUse::Auto
        && options.keep.is_empty()
        && roles.iter().any(is_used_date);
    let Table {
        shape,
        mut rows,
        sample,
        ..
    } = table;
    let target = Some(loading.target_column);
    let order = options.dates.order;
    let mut split = SplitReader::new(&options.split, (&shape, &sample), target, order)?;
    while let Some(record) = rows.next()? {
        split.add(&record, &shape)?;
        loading.add_row(record, &shape)?;
        rows.report(loading.report.rows, observer)?;
    }
    let left_out = rows.left_out;
    loading.report.repeated_headers = left_out.headers;
    loading.report.units = left_out.units;
    loading.report.totals = left_out.totals;
    loading.report.blank = left_out.blank;
    loading.report.footers = left_out.footers;
    loading.report.doubtful_total = rows.doubtful_total();
    let mut dataset = loading.finish(shape, source)?;
    dataset.report.targets = split.targets();
    let has_own_rows = matches!(options.validation, ValidationRows::File(_));
    if options.split != SplitMethod::Auto {
        dataset.report.add_guessed_dates(split.guessed_dates());
        dataset.split = split.finish(source, &dataset.lines)?;
    } else if has_own_rows && options.test_fraction == 0.0 {
        dataset.split = RowSplit::Random;
    }
    dataset.test_fraction = options.test_fraction;
    Ok(dataset)
}

/// Keeps the units of the columns that are inputs of numbers, and of a target unless its numbers may be classes.
fn keep_units_of_numbers(table: &mut Table, roles: &[Role], options: &LoadOptions) {
    let units = std::mem::take(&mut table.shape.units);
    let is_of_numbers = |column: usize, unit: &str| match roles[column] {
        Role::Numbers { .. } => true,
        Role::Target => {
            let cells = column_cells(&table.sample, column);
            let numbers = cells.filter_map(|cell| table.shape.number(without(cell, unit)?).ok());
            let numbers: Vec<f64> = numbers.collect();
            let is_number = options.task == TaskChoice::Regression || options.lags > 0;
            options.task != TaskChoice::Classification && (is_number || are_no_classes(&numbers))
        }
        _ => false,
    };
    let kept = units
        .into_iter()
        .filter(|(column, unit)| is_of_numbers(*column, unit));
    table.shape.units = kept.collect();
}

/// Accumulates the rows of a table.
struct Loading {
    /// Cells of each column; `None` for the target and excluded columns.
    cells: Vec<Option<ColumnReader>>,
    target_column: usize,
    target: TargetCells,
    /// Earlier targets that are inputs, behind those of the cells.
    history: History,
    /// Times of the rows in the first column of dates whose parts are inputs.
    times: Vec<f64>,
    /// Raw values, row by row.
    values: Vec<f32>,
    /// Values in a row.
    width: usize,
    lines: Lines,
    missing: Missing,
    reading: Reading,
    sampling: Option<Sampling>,
    report: ReadReport,
}

impl Loading {
    fn new(table: &Table, roles: &[Role], options: &LoadOptions) -> Self {
        let shape = &table.shape;
        let excluded = roles.iter().enumerate();
        let excluded = excluded.filter_map(|(column, role)| match role {
            Role::Excluded(reason) => Some(Exclusion::of(shape, column, *reason)),
            _ => None,
        });
        let name = |column: usize| Some(shape.header.as_ref()?[column].as_str());
        let cells = roles.iter().enumerate();
        let cells = cells.map(|(column, role)| ColumnReader::new(role, name(column)));
        let cells: Vec<Option<ColumnReader>> = cells.collect();
        let target = roles.iter().position(|role| *role == Role::Target);
        let has_other_mark = |column: &usize| {
            let is_text = matches!(
                roles[*column],
                Role::Texts {
                    is_wanted: false,
                    ..
                } | Role::Excluded(ExclusionReason::Identifiers)
            );
            is_text
                && decimal_mark::has_other_mark(&table.sample, *column, shape.dialect.decimal_comma)
        };
        let other_decimal_mark = (0..roles.len()).filter(has_other_mark);
        let target_column = target.unwrap_or(0);
        let task = match options.task {
            TaskChoice::Auto if options.lags > 0 => TaskChoice::Regression,
            TaskChoice::Auto if shape.declared_categories().contains(&target_column) => {
                TaskChoice::Classification
            }
            task => task,
        };
        Self {
            width: cells
                .iter()
                .flatten()
                .map(ColumnReader::width)
                .sum::<usize>()
                + options.lags,
            cells,
            target_column,
            target: TargetCells::new(task, &TargetSample::of(target_column, table)),
            history: History::new(options.lags),
            times: Vec::new(),
            values: Vec::new(),
            lines: Lines::default(),
            missing: options.missing,
            reading: options.reading,
            sampling: options.max_rows.map(|max| Sampling::new(max, options.seed)),
            report: ReadReport {
                numeric_header: table.has_numbers_on_top(),
                passed_over: passed_over(table, options).map(|column| shape.names[column].clone()),
                other_decimal_mark: other_decimal_mark
                    .map(|column| shape.names[column].clone())
                    .collect(),
                cell_units: shape.named_units(),
                ..ReadReport::of(shape, options, excluded.collect())
            },
        }
    }

    fn add_row(&mut self, record: Record, shape: &Shape) -> Result<()> {
        self.report.rows += 1;
        let target = shape.without_unit(self.target_column, record.cell(self.target_column));
        let lags = self.next_lags(target, record.line, shape)?;
        if self.target.is_missing(target, shape) {
            self.report.add_missing_target(target.trim(), record.line);
            return Ok(());
        }
        let start = self.values.len();
        let content = say!("content-rows", "the rows of the table");
        memory::reserve(&mut self.values, self.width, content)?;
        if !self.target.reserve() {
            return Err(memory::gone(&self.values, content));
        }
        if !self.add_cells(record, shape)? {
            self.report.incomplete += 1;
            self.values.truncate(start);
            return Ok(());
        }
        // Its dates were read, since they may tell the order of day and month.
        if lags.iter().any(|lag| lag.is_nan()) {
            self.report.without_history += 1;
            self.values.truncate(start);
            return Ok(());
        }
        self.values.extend(lags);
        self.target
            .push(target, shape)
            .map_err(|problem| shape.cell_error(record.line, self.target_column, problem))?;
        match &mut self.sampling {
            None => self.lines.push(record.line),
            Some(sampling) => {
                if let Some(replaced) = sampling.choose(record.line) {
                    self.target.swap_remove(replaced);
                    let (old, new) = self.values.split_at_mut(start);
                    if let Some(place) =
                        old.get_mut(replaced * self.width..(replaced + 1) * self.width)
                    {
                        place.copy_from_slice(new);
                    }
                    self.values.truncate(start);
                }
            }
        }
        Ok(())
    }

    /// Returns the targets of the rows before, as many as there are lags, and takes in that of this row.
    fn next_lags(&mut self, target: &str, line: u64, shape: &Shape) -> Result<Vec<f32>> {
        if self.history.is_empty() {
            return Ok(Vec::new());
        }
        let lags = self.history.lags();
        let number = self.target.number(target, shape);
        let in_cell = |problem| {
            let problem = match problem {
                DataProblem::StrayTarget { found } => DataProblem::StrayLag { found },
                other => other,
            };
            shape.cell_error(line, self.target_column, problem)
        };
        self.history.push(number.map_err(in_cell)? as f32);
        Ok(lags)
    }

    /// Adds the raw values of a row; returns whether it is complete enough to be used.
    fn add_cells(&mut self, record: Record, shape: &Shape) -> Result<bool> {
        let mut is_complete = true;
        let row = self.report.rows - 1;
        let read = self.values.len() / self.width.max(1);
        // Points may separate thousands where commas are decimal marks.
        let is_usual = shape.missing_numbers().is_empty() && !shape.dialect.decimal_comma;
        for (column, cells) in self.cells.iter_mut().enumerate() {
            let Some(cells) = cells else {
                continue;
            };
            let in_cell = |problem| {
                let problem = with_hint(problem, &record, column, read, shape);
                shape.cell_error(record.line, column, problem)
            };
            let short = match cells {
                ColumnReader::Numbers(numbers) if numbers.offset == 0.0 && is_usual => {
                    let short = record.short_decimal(column);
                    if let Some(number) = short {
                        numbers.formats.has_bare = true;
                        numbers.follow(number.into(), row);
                    }
                    short
                }
                ColumnReader::Dates(dates) => {
                    let date = dates.raw(record.cell(column), shape).map_err(in_cell)?;
                    // The last follows below.
                    self.values.extend(&date[..Dates::WIDTH - 1]);
                    date.last().copied()
                }
                ColumnReader::Numbers(_) | ColumnReader::Undecided(_) | ColumnReader::Texts(_) => {
                    None
                }
            };
            let raw = match short {
                Some(number) => number,
                None => {
                    let cell = shape.without_unit(column, record.cell(column));
                    cells
                        .raw(cell, (row, record.line), shape)
                        .map_err(in_cell)?
                }
            };
            let is_missing = raw.is_nan() && undecided_code(raw).is_none();
            if is_missing && self.missing == Missing::Error {
                return Err(shape.cell_error(record.line, column, DataProblem::MissingCell));
            }
            is_complete &= !is_missing;
            self.values.push(raw);
        }
        Ok(is_complete || self.missing != Missing::Drop)
    }
}

/// Adds the options that help to the problem of a cell in column `column`, which is no number, or no date, below `read`
/// rows without a problem.
fn with_hint(
    problem: DataProblem,
    record: &Record,
    column: usize,
    read: usize,
    shape: &Shape,
) -> DataProblem {
    let name = shape.names[column].clone();
    let found = match problem {
        DataProblem::NotANumber { found } => found,
        DataProblem::NotADate { found, order } => {
            let column = name;
            return DataProblem::StrayDate {
                found,
                order,
                column,
            };
        }
        other => return other,
    };
    let comma = shape.dialect.decimal_comma;
    let other = if comma { "point" } else { "comma" };
    let is_no_name = |cell: &str| is_number(cell) || is_excel_error(cell);
    let are_names = || !record.cells().any(is_no_name);
    let sign = comment_sign(record.cell(0));
    let hint = if formatted::number(record.cell(column).trim(), !comma).is_some() {
        say!("hint-decimal", "--decimal {other} reads it as one, ", other)
    } else if let Some(sign) = sign {
        say!(
            "hint-comment",
            "--comment \"{sign}\" skips lines that start with it, ",
            sign
        )
    } else if read <= 1 && record.line > 1 && are_names() {
        let lines = record.line - 1;
        say!(
            "hint-skip",
            "--skip {lines} takes this line for the names of the columns, ",
            lines
        )
    } else {
        String::new()
    };
    DataProblem::StrayText {
        found,
        column: name,
        hint,
    }
}
