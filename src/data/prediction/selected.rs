//! Columns that a model needs, found in a table, and their raw values.

use std::collections::HashMap;

use crate::prepare::encoding::CellKind;
use crate::prepare::lags::History;
use crate::schema::dates::{DatePart, Written};
use crate::schema::options::LoadObserver;
use crate::source::Source;
use crate::source::input::Input;
use crate::table::batch::{Record, Row};
use crate::table::column_reader::{narrowed, too_large};
use crate::table::date_reader::not_a_date;
use crate::table::rows::Rows;
use crate::table::{Reading, Shape, Table};
use util::error::{DataProblem, Error, Result};
use util::text::{near_matches, sanitise};

/// A column to find.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    /// Index in the training table.
    pub(crate) column: usize,
    pub(crate) cells: CellKind<'a>,
}

/// Layout of the training table.
#[derive(Clone, Copy)]
pub(crate) struct TrainedLayout<'a> {
    /// Number of columns, with the target.
    pub(crate) columns: usize,
    /// Index of the target.
    pub(crate) target: usize,
    /// Columns whose numbers have percent signs, if they are known.
    pub(crate) percent: Option<&'a [usize]>,
    /// Units behind the numbers of columns.
    pub(crate) units: &'a [(usize, String)],
}

impl TrainedLayout<'_> {
    /// Tells the `shape` of another table that its column `own` is column `column` of the training table: whether its numbers
    /// have no percent sign, and their unit.
    pub(super) fn describe(&self, shape: &mut Shape, column: usize, own: usize) {
        if self
            .percent
            .is_some_and(|percent| !percent.contains(&column))
        {
            shape.bare.insert(own);
        }
        let units = self.units.iter().filter(|(known, _)| *known == column);
        shape
            .units
            .extend(units.map(|(_, unit)| (own, unit.clone())));
    }
}

/// An open table and the wanted columns in it.
pub(crate) struct Selected<'a> {
    pub(crate) shape: Shape,
    pub(crate) rows: Rows,
    /// The first rows.
    pub(crate) sample: Vec<Row>,
    /// Index in this table of each wanted column.
    pub(crate) columns: Vec<usize>,
    training: TrainedLayout<'a>,
}

impl<'a> Selected<'a> {
    /// Opens the table of `source`, opened as `input`, and finds the `wanted` columns.
    pub(crate) fn open(
        source: &Source,
        input: Input,
        reading: &Reading,
        wanted: &[Wanted],
        training: TrainedLayout<'a>,
        observer: &mut LoadObserver,
    ) -> Result<Self> {
        let expected: Vec<&str> = wanted.iter().map(|column| column.name).collect();
        let is_number =
            |column: &&Wanted| matches!(column.cells, CellKind::Number(_) | CellKind::Lag(_));
        let numbers: Vec<&str> = wanted
            .iter()
            .filter(is_number)
            .map(|column| column.name)
            .collect();
        let source = source.to_string();
        let Table {
            mut shape,
            rows,
            sample,
            ..
        } = Table::open(&source, input, reading, &expected, &numbers, observer)?;
        let columns = match shape.header {
            Some(_) => by_name(&shape, &expected, &[])?,
            None => by_position(&shape, wanted, training)?,
        };
        for (wanted, &column) in wanted.iter().zip(&columns) {
            training.describe(&mut shape, wanted.column, column);
        }
        Ok(Self {
            shape,
            rows,
            sample,
            columns,
            training,
        })
    }

    /// Finds the target; see [`PredictionRows::target_column`].
    pub(crate) fn target(&mut self, name: &str) -> Result<usize> {
        let column = target_column(&self.shape, &self.columns, self.training, name)?;
        self.training
            .describe(&mut self.shape, self.training.target, column);
        Ok(column)
    }
}

/// Finds the target beside the `features`; see [`PredictionRows::target_column`].
pub(super) fn target_column(
    shape: &Shape,
    features: &[usize],
    training: TrainedLayout,
    name: &str,
) -> Result<usize> {
    let (found, expected) = (shape.width(), training.columns);
    match shape.header {
        Some(_) => Ok(by_name(shape, &[name], features)?[0]),
        None if found == expected => Ok(training.target),
        None => {
            let expected = expected - 1;
            let problem = DataProblem::WrongWidth { found, expected };
            Err(Error::data(shape.place(), problem))
        }
    }
}

/// Appends the raw values of the `columns` of `record`, which are of these `kinds`. Calls `unknown` with
/// the index of the kind and the text of every cell that is none of the column's texts. Earlier targets are
/// those of `history`.
pub(crate) fn raw_values<'a>(
    record: Record,
    shape: &Shape,
    columns: &[usize],
    kinds: impl Iterator<Item = CellKind<'a>>,
    history: &mut History,
    values: &mut Vec<f32>,
    mut unknown: impl FnMut(usize, &str),
) -> Result<()> {
    for (index, (&column, kind)) in columns.iter().zip(kinds).enumerate() {
        let cell = record.cell(column);
        values.push(match kind {
            CellKind::Number(offset) => {
                let raw = raw_number(record, shape, column, offset)?;
                let added = history.add_point(column, cell, shape);
                added.map_err(|problem| shape.cell_error(record.line, column, problem))?;
                raw
            }
            CellKind::Lag(rows) => history.lag(rows),
            CellKind::Date { part, order } if !shape.missing.is_missing_number(cell) => {
                let is_enough = |written: &Written| written.has_date || part == DatePart::Hour;
                let written = Written::parse(cell).filter(is_enough);
                let date = written.and_then(|written| written.date(order));
                let problem = || shape.cell_error(record.line, column, not_a_date(cell, order));
                let date = date.ok_or_else(problem)?;
                date.part(part)
            }
            CellKind::Date { .. } => f32::NAN,
            _ => {
                let text = cell.trim();
                let raw = kind.of_text(text);
                if !kind.is_unknown(raw) {
                    // A category such as `-` is no missing value.
                    raw
                } else if shape.missing.is_missing_text(cell) {
                    f32::NAN
                } else {
                    unknown(index, text);
                    raw
                }
            }
        });
    }
    Ok(())
}

/// Parses the number in column `column` of `record` and subtracts the `offset`; NaN for a missing one.
pub(super) fn raw_number(record: Record, shape: &Shape, column: usize, offset: f64) -> Result<f32> {
    let cell = record.cell(column);
    let number = shape.number_in(column, cell);
    let raw = number.and_then(|number| narrowed(number, offset).ok_or_else(|| too_large(cell)));
    raw.map_err(|problem| shape.cell_error(record.line, column, problem))
}

/// Finds the index of each of `names`; the columns `found` are needed too.
pub(super) fn by_name(shape: &Shape, names: &[&str], found: &[usize]) -> Result<Vec<usize>> {
    // Tables of tens of thousands of columns are not searched from the start for each.
    let indices = shape.names.iter().map(String::as_str).zip(0..);
    let indices: HashMap<&str, usize> = indices.collect();
    // A column that is needed itself cannot be a misspelled one.
    let unneeded = || {
        let others = shape.names.iter().enumerate();
        let others = others
            .filter(|(index, known)| !names.contains(&known.as_str()) && !found.contains(index));
        others.map(|(_, known)| known.clone()).collect::<Vec<_>>()
    };
    let index = |&name: &&str| {
        let found = indices.get(name).copied();
        // Models of version 4 and before have escaped names.
        let by_escaped = || shape.names.iter().position(|known| sanitise(known) == name);
        found.or_else(by_escaped).ok_or_else(|| {
            let problem = DataProblem::MissingFeature {
                name: name.to_owned(),
                near: near_matches(name, &unneeded()),
                available: shape.names.clone(),
            };
            Error::data(shape.place(), problem)
        })
    };
    names.iter().map(index).collect()
}

fn by_position(shape: &Shape, wanted: &[Wanted], training: TrainedLayout) -> Result<Vec<usize>> {
    let (found, expected) = (shape.width(), training.columns - 1);
    if found != expected && found != expected + 1 {
        let problem = DataProblem::WrongWidth { found, expected };
        return Err(Error::data(shape.place(), problem));
    }
    let has_target = found > expected;
    let lag = wanted
        .iter()
        .find(|wanted| wanted.column == training.target);
    if let (Some(lag), false) = (lag, has_target) {
        let problem = DataProblem::MissingFeature {
            name: lag.name.to_owned(),
            near: Vec::new(),
            available: shape.names.clone(),
        };
        return Err(Error::data(shape.place(), problem));
    }
    let is_moved = |column| !has_target && column > training.target;
    let columns = wanted.iter().map(|wanted| wanted.column);
    Ok(columns
        .map(|column| column - usize::from(is_moved(column)))
        .collect())
}
