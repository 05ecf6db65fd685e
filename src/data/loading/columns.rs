//! Types of the input columns once all rows are known, and the correction of their values.

use crate::derived::{Names, date_columns};
use crate::report::{Exclusion, ExclusionReason, ReadReport};
use crate::table::Shape;
use crate::table::column_reader::{ColumnReader, undecided_code};
use crate::table::date_reader::DateParts;
use crate::{Column, ColumnKind, DatePart};

/// Returns whether column `index` of `values`, rows of `width` values, has different ones, besides missing ones, which
/// are replaced by one of them.
fn varies(values: &[f32], index: usize, width: usize) -> bool {
    let is_there = |value: &&f32| !value.is_nan() || undecided_code(**value).is_some();
    let column = values.iter().skip(index).step_by(width);
    let mut column = column.filter(is_there).map(|value| value.to_bits());
    let first = column.next();
    column.any(|value| Some(value) != first)
}

/// Returns whether some column of `cells`, whose values come first in the rows of `width` values, tells rows apart by
/// more than their number; and whether some dates that are used do.
fn useful(cells: &[Option<ColumnReader>], values: &[f32], width: usize) -> (bool, bool) {
    let (mut next, mut has_others, mut has_dates) = (0, false, false);
    for cells in cells.iter().flatten() {
        let mut own = next..next + cells.width();
        next = own.end;
        let known = match cells {
            ColumnReader::Dates(dates) if dates.is_used() => &mut has_dates,
            ColumnReader::Undecided(_) | ColumnReader::Dates(_) => continue,
            ColumnReader::Numbers(numbers) if numbers.count_rows() => continue,
            ColumnReader::Texts(texts) if texts.exclusion().is_some() => continue,
            ColumnReader::Numbers(_) | ColumnReader::Texts(_) => &mut has_others,
        };
        *known = *known || own.any(|index| varies(values, index, width));
    }
    (has_others, has_dates)
}

/// Correction of the values of a column once all are known.
pub(super) enum ColumnFix {
    Keep,
    /// The raw value for each code.
    Recode(Vec<f32>),
    Exclude,
}

/// Input columns of a table once all rows are read.
pub(super) struct Finished {
    pub(super) columns: Vec<Column>,
    /// Correction of every value of a row.
    pub(super) fixes: Vec<ColumnFix>,
    pub(super) dates: Option<FirstDates>,
}

/// First column of dates.
pub(super) struct FirstDates {
    pub(super) column: usize,
    pub(super) parts: DateParts,
    /// Whether no other column tells rows apart.
    pub(super) is_alone: bool,
}

/// Finishes the columns of `cells`, whose values come first in the rows of `width` values.
pub(super) fn finish_columns(
    cells: Vec<Option<ColumnReader>>,
    values: &mut [f32],
    width: usize,
    shape: &Shape,
    report: &mut ReadReport,
) -> Finished {
    let mut columns = Vec::new();
    let mut fixes = Vec::new();
    let mut first_dates = None;
    let names = Names::of(&shape.names);
    let (has_others, has_dates) = useful(&cells, values, width);
    // By the first rows, nothing else was left.
    let are_dates_excluded = report.has_automatic_dates && has_others;
    report.has_automatic_dates &= !are_dates_excluded;
    for (column, cells) in cells.into_iter().enumerate() {
        let Some(cells) = cells else {
            continue;
        };
        let name = &shape.names[column];
        let mut offset = 0.0;
        let finished = match cells {
            ColumnReader::Dates(dates) => {
                let mut parts = dates.finish(values, fixes.len(), width);
                if are_dates_excluded {
                    parts.used.clear();
                }
                columns.extend(date_columns(column, &parts.used, parts.order, &names));
                fixes.extend(DatePart::ALL.map(|part| {
                    if parts.used.contains(&part) {
                        ColumnFix::Keep
                    } else {
                        ColumnFix::Exclude
                    }
                }));
                if let (true, Some(order)) = (parts.is_guess, parts.order) {
                    report.guessed_dates.push((name.clone(), order));
                }
                if parts.used.is_empty() {
                    report
                        .excluded
                        .push(Exclusion::of(shape, column, ExclusionReason::Dates));
                }
                if parts.has_dates {
                    first_dates.get_or_insert(FirstDates {
                        column,
                        parts,
                        is_alone: !has_others,
                    });
                }
                continue;
            }
            ColumnReader::Undecided(_) => Err((ExclusionReason::Empty, None)),
            // Numbers that name the rows are better than nothing.
            ColumnReader::Numbers(numbers) if (has_others || has_dates) && numbers.count_rows() => {
                Err((ExclusionReason::RowNumbers, None))
            }
            ColumnReader::Numbers(numbers) => {
                offset = numbers.offset;
                report.add_formats(shape, column, &numbers.formats);
                Ok((ColumnKind::Numeric, ColumnFix::Keep))
            }
            ColumnReader::Texts(texts) => {
                report.stray_words.extend(texts.stray_words(name, shape));
                texts.finish().map(|found| {
                    if let ColumnKind::Boolean { no, yes } = &found.kind
                        && no.iter().any(String::is_empty)
                    {
                        report.checked.push((name.clone(), yes[0].clone()));
                    }
                    if found.rare > 0 {
                        report.rare_categories.push((name.clone(), found.rare));
                    }
                    (found.kind, ColumnFix::Recode(found.raw))
                })
            }
        };
        match finished {
            Ok((kind, fix)) => {
                columns.push(Column {
                    name: name.clone(),
                    column,
                    derived: None,
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
    Finished {
        columns,
        fixes,
        dates: first_dates,
    }
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
