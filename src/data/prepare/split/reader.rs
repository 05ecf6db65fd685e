//! Reader of what decides on the set of each row, while a table is read.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::RowSplit;
use super::file::SplitFile;
use crate::data::table::batch::Record;
use crate::data::table::{Shape, shown};
use crate::data::{Lines, Source, SplitMethod};
use crate::error::{DataProblem, Error, Result};

/// Reader of the column, or file, by which rows are split.
#[derive(Default)]
pub(crate) struct SplitReader {
    key: Key,
    /// Lines of all rows of the table, ascending.
    lines: Vec<u64>,
}

#[derive(Default)]
enum Key {
    /// Nothing but the order of the rows.
    #[default]
    Random,
    FileOrder,
    Times {
        column: usize,
        name: String,
        /// Time of every row of the table.
        times: Vec<f64>,
    },
    Groups {
        column: usize,
        name: String,
        numbers: HashMap<String, u32>,
        /// Group of every row of the table.
        groups: Vec<u32>,
    },
    Listed(SplitFile),
}

impl SplitReader {
    /// Finds the column of `method` in a table, whose target is column `target`, or reads its file.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`]; [`Error::Usage`] for the target; those of [`SplitFile::read`].
    pub(in crate::data) fn new(
        method: &SplitMethod,
        shape: &Shape,
        target: Option<usize>,
    ) -> Result<Self> {
        let find = |asked: &str| {
            let column = shape.find_column(asked)?;
            if Some(column) == target {
                return Err(Error::Usage(format!(
                    "--split takes another column than the target, \"{}\"",
                    shown(&shape.names[column])
                )));
            }
            Ok((column, shape.names[column].clone()))
        };
        let key = match method {
            SplitMethod::Random => Key::Random,
            SplitMethod::Time(None) => Key::FileOrder,
            SplitMethod::Time(Some(asked)) => {
                let (column, name) = find(asked)?;
                let times = Vec::new();
                Key::Times {
                    column,
                    name,
                    times,
                }
            }
            SplitMethod::Group(asked) => {
                let (column, name) = find(asked)?;
                Key::Groups {
                    column,
                    name,
                    numbers: HashMap::new(),
                    groups: Vec::new(),
                }
            }
            SplitMethod::Listed(file) => Key::Listed(SplitFile::read(file)?),
        };
        let lines = Vec::new();
        Ok(Self { key, lines })
    }

    /// Reads the next row of the table. Rows without a group are a group themselves.
    ///
    /// # Errors
    /// [`DataProblem::MissingCell`] and [`DataProblem::Split`] for a row without a time.
    pub(in crate::data) fn add(&mut self, record: &Record, shape: &Shape) -> Result<()> {
        match &mut self.key {
            Key::Random | Key::FileOrder => return Ok(()),
            Key::Times { column, times, .. } => {
                let cell = record.cell(*column);
                let time = time(cell, shape);
                times
                    .push(time.map_err(|problem| shape.cell_error(record.line, *column, problem))?);
            }
            Key::Groups {
                column,
                numbers,
                groups,
                ..
            } => {
                let cell = record.cell(*column).trim();
                let next = numbers.len() as u32;
                let group = match numbers.get(cell) {
                    Some(&group) => group,
                    None => *numbers.entry(cell.to_owned()).or_insert(next),
                };
                groups.push(group);
            }
            Key::Listed(_) => {}
        }
        self.lines.push(record.line);
        Ok(())
    }

    /// Returns the values for the rows of the table `source` that are used, which are on `lines`.
    ///
    /// # Errors
    /// [`DataProblem::Split`] if a file lists other rows than the table has.
    pub(crate) fn finish(self, source: &Source, lines: &Lines) -> Result<RowSplit> {
        let all = &self.lines;
        let source = &source.to_string();
        // Every row that is used was read.
        let index = |line: u64| all.binary_search(&line).unwrap_or_default();
        Ok(match self.key {
            Key::Random => RowSplit::Random,
            Key::FileOrder => RowSplit::Time {
                column: None,
                times: Vec::new(),
            },
            Key::Times { name, times, .. } => RowSplit::Time {
                column: Some(name),
                times: lines.iter().map(|line| times[index(line)]).collect(),
            },
            Key::Groups { name, groups, .. } => RowSplit::Groups {
                column: name,
                groups: lines.iter().map(|line| groups[index(line)]).collect(),
            },
            Key::Listed(file) => {
                file.check_rows(source, all)?;
                file.sets(source, lines)?
            }
        })
    }
}

/// Parses the time in `cell`: a number, or a date with the year first. Either grows with time.
fn time(cell: &str, shape: &Shape) -> Result<f64, DataProblem> {
    match shape.number(cell) {
        Ok(time) if time.is_nan() => Err(DataProblem::MissingCell),
        Err(DataProblem::NotANumber { found }) => date(cell.trim()).ok_or_else(|| {
            DataProblem::Split(format!(
                "expected a number or a date such as 2024-01-31, found \"{found}\" (--split)"
            ))
        }),
        other => other,
    }
}

/// Parses a date such as `2024-01-31`, `2024/1/31` or `2024-01-31T12:30:00Z` as a number of its digits;
/// fractions of seconds and time zones do not count.
fn date(text: &str) -> Option<f64> {
    const RANGES: [RangeInclusive<u64>; 6] = [0..=9999, 1..=12, 1..=31, 0..=24, 0..=59, 0..=60];
    let (date, time) = text.split_at(text.find(['T', ' ']).unwrap_or(text.len()));
    let time = time.get(1..).unwrap_or_default();
    let time = &time[..time.find(['Z', '+', '-', '.']).unwrap_or(time.len())];
    let numbers = |text: &str, separators: &[char]| {
        let parts = text.split(separators).filter(|part| !part.is_empty());
        let parts = parts.map(|part| part.trim().parse::<u64>().ok());
        parts.collect::<Option<Vec<u64>>>()
    };
    let (date, time) = (numbers(date, &['-', '/', '.'])?, numbers(time, &[':'])?);
    let is_date = text.bytes().take_while(u8::is_ascii_digit).count() == 4 && date.len() == 3;
    let parts = || date.iter().chain(&time).copied();
    let is_possible = parts()
        .zip(RANGES)
        .all(|(part, range)| range.contains(&part));
    let all = parts().chain([0; 3]).take(RANGES.len());
    (is_date && is_possible && time.len() <= 3)
        .then(|| all.fold(0, |number, part| 100 * number + part) as f64)
}

/// Returns the values for images: those that are used of the `all` images of `source` have the numbers
/// `used`.
///
/// # Errors
/// [`Error::Usage`] for a column; those of [`SplitFile::read`].
pub(crate) fn of_images(
    method: &SplitMethod,
    source: &Source,
    all: usize,
    used: &Lines,
) -> Result<RowSplit> {
    let key = match method {
        SplitMethod::Random => Key::Random,
        SplitMethod::Time(None) => Key::FileOrder,
        SplitMethod::Listed(file) => Key::Listed(SplitFile::read(file)?),
        SplitMethod::Time(Some(_)) | SplitMethod::Group(_) => {
            return Err(Error::Usage("--split: images have no columns".into()));
        }
    };
    let lines = (1..=all as u64).collect();
    SplitReader { key, lines }.finish(source, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_grow_with_time() {
        let dates = [
            "1999-12-31",
            "2024-01-09",
            "2024/1/10",
            "2024-01-10 09:15",
            "2024-01-10T10:00:00Z",
            "2024-01-10T10:00:01.5+02:00",
            "2024-10-01",
        ];
        let times: Option<Vec<f64>> = dates.into_iter().map(date).collect();
        let times = times.expect("dates");
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        for other in [
            "",
            "31.12.2024",
            "2024-13-01",
            "2024-01",
            "2024-01-32",
            "12:30",
            "x",
        ] {
            assert_eq!(date(other), None, "{other}");
        }
    }
}
