//! Types of the input columns once all rows are known, and the correction of their values.

use crate::data::report::{Exclusion, ReadReport, Reason};
use crate::data::table::Shape;
use crate::data::table::column_reader::{Cells, undecided_code};
use crate::data::{Column, ColumnKind};

/// Returns whether column `index` of `values`, rows of `width` values, has different ones.
fn varies(values: &[f32], index: usize, width: usize) -> bool {
    let mut column = values
        .iter()
        .skip(index)
        .step_by(width)
        .map(|value| value.to_bits());
    let first = column.next();
    column.any(|value| Some(value) != first)
}

/// Correction of the values of a column once all are known.
pub(super) enum ColumnFix {
    Keep,
    /// The raw value for each code.
    Recode(Vec<f32>),
    Exclude,
}

/// Returns the input columns, and a correction for every column that was read.
pub(super) fn finish_columns(
    cells: Vec<Option<Cells>>,
    values: &[f32],
    shape: &Shape,
    report: &mut ReadReport,
) -> (Vec<Column>, Vec<ColumnFix>) {
    let mut columns = Vec::new();
    let mut fixes = Vec::new();
    let counts_rows =
        |cells: &Cells| matches!(cells, Cells::Numbers(numbers) if numbers.count_rows());
    // Numbers that name the rows are better than nothing.
    let width = cells.iter().flatten().count();
    let has_others = cells.iter().flatten().enumerate().any(|(index, cells)| {
        !matches!(cells, Cells::Undecided(_)) && !counts_rows(cells) && varies(values, index, width)
    });
    for (column, cells) in cells.into_iter().enumerate() {
        let Some(cells) = cells else {
            continue;
        };
        let name = &shape.names[column];
        let mut offset = 0.0;
        let finished = match cells {
            Cells::Undecided(_) => Err((Reason::Empty, None)),
            Cells::Numbers(numbers) if has_others && numbers.count_rows() => {
                Err((Reason::RowNumbers, None))
            }
            Cells::Numbers(numbers) => {
                offset = numbers.offset;
                report.add_formats(name, &numbers.formats);
                Ok((ColumnKind::Numeric, ColumnFix::Keep))
            }
            Cells::Texts(texts) => texts.finish().map(|found| {
                if found.rare > 0 {
                    report.rare_categories.push((name.clone(), found.rare));
                }
                (found.kind, ColumnFix::Recode(found.raw))
            }),
        };
        match finished {
            Ok((kind, fix)) => {
                columns.push(Column {
                    name: name.clone(),
                    column,
                    kind,
                    offset,
                });
                fixes.push(fix);
            }
            Err((reason, texts)) => {
                report.excluded.push(Exclusion {
                    texts,
                    ..Exclusion::of(shape, column, reason)
                });
                fixes.push(ColumnFix::Exclude);
            }
        }
    }
    report.excluded.sort_by_key(|excluded| excluded.column);
    (columns, fixes)
}

/// Applies `fixes`, one for each column, to `values`, row by row, in place.
pub(super) fn corrected(mut values: Vec<f32>, fixes: &[ColumnFix]) -> Vec<f32> {
    if fixes.iter().all(|fix| matches!(fix, ColumnFix::Keep)) {
        values.shrink_to_fit();
        return values;
    }
    let mut kept = 0;
    for start in (0..values.len()).step_by(fixes.len().max(1)) {
        for (index, fix) in fixes.iter().enumerate() {
            let value = values[start + index];
            values[kept] = match (fix, undecided_code(value)) {
                (ColumnFix::Exclude, _) => continue,
                (ColumnFix::Recode(raw), Some(code)) => raw[code],
                (ColumnFix::Recode(raw), None) if !value.is_nan() => raw[value as usize],
                (ColumnFix::Keep, Some(_)) => f32::NAN,
                (ColumnFix::Keep | ColumnFix::Recode(_), None) => value,
            };
            kept += 1;
        }
    }
    values.truncate(kept);
    values.shrink_to_fit();
    values
}
