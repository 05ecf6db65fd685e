//! Validation or test rows from a file of their own.

use std::sync::Arc;

use ndarray::ArcArray2;

use super::split::reader::SplitReader;
use crate::prediction::{Selected, TrainedLayout, UnknownTexts, Wanted, raw_values};
use crate::prepare::lags::History;
use crate::schema::options::{LoadObserver, LoadOptions};
use crate::source::input::{Input, open};
use crate::table::Shape;
use crate::table::batch::Row;
use crate::table::column_reader::{less, too_large};
use crate::table::idx;
use crate::{Column, Dataset, Labels, Lines, Source, Target, matrix};
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::memory;

/// Rows of another file, used for validation or testing.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Path of the file.
    pub source: String,
    /// Raw values of the columns of the data set; see [`Dataset::values`].
    pub values: ArcArray2<f32>,
    /// Targets, with the classes of the data set.
    pub target: Target,
    /// Line of the file (from 1) of every row.
    pub lines: Arc<Lines>,
    /// Labels of rows that are skipped, since no training row has them.
    pub(crate) unknown_labels: UnknownTexts,
    /// Labels that name a class but for a full stop.
    pub(crate) labels_with_stop: UnknownTexts,
    /// Texts that no row of the table has, for each column of the data set.
    pub(crate) unknown_texts: Vec<UnknownTexts>,
    /// Number of rows that are skipped, since a target before them is missing.
    pub(crate) without_history: usize,
    /// Statement on a decimal mark other than that of the table.
    pub(crate) other_mark: Option<String>,
}

/// Reads the columns of `dataset` from `source`. Rows without a target are excluded, and rows of unknown
/// classes are counted.
///
/// # Errors
/// Those of [`crate::read_for_prediction`]; [`DataProblem::UnknownClass`] if all classes are unknown;
/// [`DataProblem::Empty`]; [`Error::Cancelled`].
pub(crate) fn read(
    source: &Source,
    dataset: &Dataset,
    options: &LoadOptions,
    observer: &mut LoadObserver,
) -> Result<HeldOut> {
    let input = open(source)?;
    if input.has_images {
        return idx::held_out(source, input, dataset, observer);
    }
    let mut no_split = |_: &Shape, _: &[Row]| Ok(SplitReader::default());
    let (rows, _) = read_table(source, input, dataset, options, observer, &mut no_split)?;
    Ok(rows)
}

/// Reads the columns of `dataset` from the table of `source`, opened as `input`. `inspect` sees its columns and first rows
/// before the rows are read, and returns the reader of the split, which sees every row.
///
/// # Errors
/// Those of [`read`] and `inspect`.
pub(crate) fn read_table(
    source: &Source,
    input: Input,
    dataset: &Dataset,
    options: &LoadOptions,
    observer: &mut LoadObserver,
    inspect: &mut dyn FnMut(&Shape, &[Row]) -> Result<SplitReader>,
) -> Result<(HeldOut, SplitReader)> {
    let wanted: Vec<Wanted> = dataset
        .columns
        .iter()
        .map(|column| Wanted {
            name: column.table_name(),
            column: column.column,
            cells: column.cells(),
        })
        .collect();
    let place = TrainedLayout {
        columns: dataset.table_columns,
        target: dataset.target_column,
        percent: dataset.percent.as_deref(),
        units: &dataset.units,
    };
    let reading = dataset.cell_format.complete(&options.reading);
    let mut selected = Selected::open(source, input, &reading, &wanted, place, observer)?;
    let mut split = inspect(&selected.shape, &std::mem::take(&mut selected.sample))?;
    let column = selected.target(&dataset.target_name)?;
    selected.shape.set_missing(dataset.missing.clone());
    let Selected {
        shape,
        rows,
        columns,
        ..
    } = &mut selected;
    let mut target = match &dataset.target {
        Target::Classes { names, .. } => Target::Classes {
            names: names.clone(),
            labels: Vec::new(),
        },
        Target::Numbers(_) => Target::Numbers(Vec::new()),
    };
    let in_names = dataset.cell_format.decimal_comma == Some(true);
    let classes = Labels::new(dataset.class_names(), in_names, shape.dialect.decimal_comma);
    let (mut values, mut lines) = (Vec::new(), Lines::default());
    let [mut unknown_labels, mut labels_with_stop] = [const {
        UnknownTexts {
            count: 0,
            first: None,
        }
    }; 2];
    let mut unknown_texts = vec![UnknownTexts::default(); wanted.len()];
    let mut history = History::new(dataset.lags());
    history.expect(dataset.row_order.as_ref(), shape);
    let first_lag = dataset.columns.iter().position(Column::is_lag);
    let mut without_history = 0;
    while let Some(record) = rows.next()? {
        split.add(&record, shape)?;
        history.check_order(&record, shape)?;
        let cell = record.cell(column);
        let is_missing = match &target {
            Target::Numbers(_) => shape.missing.is_missing_number(cell),
            Target::Classes { .. } => {
                shape.missing.is_missing_text(cell) && classes.class(cell).is_none()
            }
        };
        if is_missing {
            history.push(f32::NAN);
            continue;
        }
        let error = |problem| shape.cell_error(record.line, column, problem);
        match &mut target {
            Target::Numbers(numbers) => {
                let number = shape.number_in(column, cell).map_err(error)?;
                history.add_point(column, cell, shape).map_err(error)?;
                let raw = less(number, dataset.target_offset);
                numbers.push(raw.ok_or_else(|| error(too_large(cell)))?);
            }
            Target::Classes { labels, .. } => {
                let Some(label) = classes.class(cell) else {
                    unknown_labels.add(cell.trim(), record.line);
                    continue;
                };
                if classes.differs_by_stop(cell) {
                    labels_with_stop.add(cell.trim(), record.line);
                }
                labels.push(label as u32);
            }
        }
        memory::reserve(
            &mut values,
            wanted.len(),
            say!("content-rows", "the rows of the table"),
        )?;
        raw_values(
            record,
            shape,
            columns,
            wanted.iter().map(|column| column.cells),
            &mut history,
            &mut values,
            |column, text| unknown_texts[column].add(text, record.line),
        )?;
        if let (Some(first), Target::Numbers(numbers)) = (first_lag, &mut target) {
            history.push(numbers.last().map_or(f32::NAN, |&number| number as f32));
            let row = values.len() - wanted.len();
            if values[row + first..].iter().any(|lag| lag.is_nan()) {
                numbers.pop();
                values.truncate(row);
                without_history += 1;
                continue;
            }
        }
        lines.push(record.line);
        rows.report(lines.len(), observer)?;
    }
    if let (true, Some((class, line))) = (lines.is_empty(), &unknown_labels.first) {
        let class = class.clone();
        return Err(shape.cell_error(*line, column, DataProblem::UnknownClass { class }));
    }
    if lines.is_empty() && without_history > 0 {
        let lags = dataset.lags();
        return Err(Error::data(shape.place(), DataProblem::NoHistory { lags }));
    }
    if lines.is_empty() {
        return Err(Error::in_source(source.to_string(), DataProblem::Empty));
    }
    let rows = HeldOut {
        source: source.to_string(),
        values: matrix(lines.len(), wanted.len(), values),
        target,
        lines: Arc::new(lines),
        unknown_labels,
        labels_with_stop,
        unknown_texts,
        without_history,
        other_mark: shape.other_mark.clone(),
    };
    Ok((rows, split))
}
