//! Rows of another file that have the columns of a data set: to validate on, or to test.

use std::sync::Arc;

use ndarray::ArcArray2;

use crate::data::prediction::{Selected, Training, Wanted, raw_values};
use crate::data::schema::options::{LoadObserver, LoadOptions};
use crate::data::source::idx_file;
use crate::data::table::idx;
use crate::data::{Dataset, Lines, Source, Target, is_missing, matrix};
use crate::error::{DataProblem, Error, Place, Result};
use crate::util::text::sanitise;

/// Rows that are not trained on.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// The file they are from.
    pub source: String,
    /// As [`Dataset::values`], of the same columns.
    pub values: ArcArray2<f32>,
    /// As [`Dataset::target`], of the same classes.
    pub target: Target,
    /// As [`Dataset::lines`].
    pub lines: Arc<Lines>,
}

/// Reads the columns of `dataset` from `source`. Rows without a target are left out.
///
/// # Errors
/// Those of [`crate::data::read_for_prediction`]; [`DataProblem::UnknownClass`];
/// [`DataProblem::Empty`]; [`Error::Cancelled`].
pub(crate) fn read(
    source: &Source,
    dataset: &Dataset,
    options: &LoadOptions,
    watch: &mut LoadObserver,
) -> Result<HeldOut> {
    if idx_file::is_idx(source) {
        return idx::held_out(source, dataset, watch);
    }
    let wanted: Vec<Wanted> = dataset
        .columns
        .iter()
        .map(|column| Wanted {
            name: &column.name,
            column: column.column,
            cells: column.kind.cells(),
        })
        .collect();
    let place = Training {
        columns: dataset.table_columns,
        target: dataset.target_column,
    };
    let mut selected = Selected::open(source, &options.reading, &wanted, place, watch)?;
    let column = selected.target(&dataset.target_name)?;
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
    let (mut values, mut lines) = (Vec::new(), Lines::default());
    while let Some(record) = rows.next()? {
        let cell = record.cell(column);
        if is_missing(cell) {
            continue;
        }
        let error = |problem| shape.cell_error(record.line, column, problem);
        match &mut target {
            Target::Numbers(numbers) => numbers.push(shape.number(cell).map_err(error)?),
            Target::Classes { names, labels } => {
                let class = sanitise(cell);
                let label = names.iter().position(|name| *name == class);
                let label = label.ok_or_else(|| error(DataProblem::UnknownClass { class }))?;
                labels.push(label as u32);
            }
        }
        raw_values(
            record,
            shape,
            columns,
            wanted.iter().map(|it| it.cells),
            &mut values,
        )?;
        lines.push(record.line);
        rows.tell(lines.len(), watch)?;
    }
    if lines.is_empty() {
        let place = Place::whole(source.to_string());
        return Err(Error::data(place, DataProblem::Empty));
    }
    Ok(HeldOut {
        source: source.to_string(),
        values: matrix(lines.len(), wanted.len(), values),
        target,
        lines: Arc::new(lines),
    })
}
