//! Reader of what decides on the set of each row, while a table is read.

use std::collections::HashMap;

use super::RowSplit;
use super::file::{SplitFile, TargetSum};
use crate::schema::dates::{Date, Written, monthly_order};
use crate::schema::{only_dates, only_times};
use crate::table::Shape;
use crate::table::batch::{Record, Row};
use crate::{DateOrder, Lines, Source, SplitMethod};
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;
use util::text::brief;

/// Reader of the column, or file, by which rows are split.
#[derive(Default)]
pub(crate) struct SplitReader {
    key: Key,
    /// Lines of all rows of the table, ascending.
    lines: Vec<u64>,
    /// Number of rows of the table so far.
    pub(crate) rows: usize,
    /// Column of the target.
    target: Option<usize>,
    targets: TargetSum,
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
        /// Order of day and month in dates, if it was given.
        order: Option<DateOrder>,
        /// Whether it is the only column of dates, which nobody named; a row without a date has that of the row before.
        is_guess: bool,
        /// The only column of times of day beside that, which nobody named either.
        clock: Option<usize>,
        /// Time of every row of the table.
        times: Vec<Time>,
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

/// Time of a row.
#[derive(Clone, Copy)]
enum Time {
    Number(f64),
    Date(Written),
}

impl SplitReader {
    /// Finds the column of `method` in a table, whose target is column `target`, or reads its file. Without a column, that
    /// of a split by time is the only one of dates in the `sample` of rows, or else the order of the file. Day and month are
    /// in `order` in dates that leave it open; by default all dates decide.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`]; [`Error::Usage`] for the target; those of [`SplitFile::read`].
    pub(crate) fn new(
        method: &SplitMethod,
        (shape, sample): (&Shape, &[Row]),
        target: Option<usize>,
        order: Option<DateOrder>,
    ) -> Result<Self> {
        let find = |asked: &str| {
            let column = shape.find_column(asked)?;
            if Some(column) == target {
                return Err(Error::Usage(say!(
                    "split-target",
                    "--split takes another column than the target, \"{target}\"",
                    target = brief(&shape.names[column])
                )));
            }
            Ok((column, shape.names[column].clone()))
        };
        let key = match method {
            SplitMethod::Auto | SplitMethod::Random => Key::Random,
            SplitMethod::Time(asked) => {
                let found = match asked {
                    Some(asked) => Some(find(asked)?),
                    None => only_dates(sample, shape, target)
                        .map(|column| (column, shape.names[column].clone())),
                };
                match found {
                    None => Key::FileOrder,
                    Some((column, name)) => Key::Times {
                        column,
                        name,
                        order,
                        is_guess: asked.is_none(),
                        clock: match asked {
                            Some(_) => None,
                            None => only_times(sample, shape, target),
                        },
                        times: Vec::new(),
                    },
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
        Ok(Self {
            key,
            target,
            ..Self::default()
        })
    }

    /// Reads the next row of the table. Rows without a group are a group themselves.
    ///
    /// # Errors
    /// [`DataProblem::MissingCell`] and [`DataProblem::Split`] for a row without a time.
    pub(crate) fn add(&mut self, record: &Record, shape: &Shape) -> Result<()> {
        self.rows += 1;
        if let Some(target) = self.target {
            self.targets.add(record.cell(target));
        }
        match &mut self.key {
            Key::Random | Key::FileOrder => return Ok(()),
            Key::Times {
                column,
                times,
                is_guess,
                clock,
                ..
            } => {
                let time = match time(record.cell(*column), shape) {
                    Ok(Time::Date(date)) => {
                        let clock = clock.and_then(|clock| Written::parse(record.cell(clock)));
                        Ok(Time::Date(date.with_time_of(clock)))
                    }
                    Err(DataProblem::MissingCell) if *is_guess => {
                        Ok(times.last().copied().unwrap_or(Time::Number(f64::MIN)))
                    }
                    time => time,
                };
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

    /// Returns the checksum of the targets of the rows so far, if the target is known.
    pub(crate) fn targets(&self) -> Option<TargetSum> {
        self.target.map(|_| self.targets)
    }

    /// Returns the column of times and the order of day and month in its dates if that is a guess.
    pub(crate) fn guessed_dates(&self) -> Option<(String, DateOrder)> {
        match &self.key {
            Key::Times {
                name,
                order: None,
                times,
                ..
            } if certain_order(times).is_none() => Some((name.clone(), guessed_order(times)?)),
            _ => None,
        }
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
            Key::Times {
                name, times, order, ..
            } => {
                let times = resolved(&times, order).map_err(|row| {
                    let place = Place::whole(source).at_line(all[row]);
                    let problem = say!(
                        "split-date-order",
                        "the date has day and month in another order than others, or does \
                                   not exist (--dates dmy or mdy sets the order)"
                    );
                    Error::data(place, DataProblem::Split(problem.into()))
                })?;
                RowSplit::Time {
                    column: Some(name),
                    times: lines.iter().map(|line| times[index(line)]).collect(),
                }
            }
            Key::Groups { name, groups, .. } => RowSplit::Groups {
                column: name,
                groups: lines.iter().map(|line| groups[index(line)]).collect(),
            },
            Key::Listed(file) => {
                file.check_count(source, self.rows)?;
                file.check_rows(source, all)?;
                file.sets(source, lines, self.targets)?
            }
        })
    }
}

/// Parses the time in `cell`: a number, or a date. Either grows with time.
fn time(cell: &str, shape: &Shape) -> Result<Time, DataProblem> {
    match shape.number(cell) {
        Ok(time) if time.is_nan() => Err(DataProblem::MissingCell),
        Ok(time) => Ok(Time::Number(time)),
        Err(DataProblem::NotANumber { found }) => {
            let written = Written::parse(cell).filter(|written| written.has_date);
            written.map(Time::Date).ok_or_else(|| {
                DataProblem::Split(say!(
                    "split-number-or-date",
                    "expected a number or a date such as 2024-01-31, found \"{found}\" (--split)",
                    found
                ))
            })
        }
        Err(other) => Err(other),
    }
}

/// Iterates over those of `times` that are dates.
fn dates(times: &[Time]) -> impl Iterator<Item = Written> {
    times.iter().filter_map(|time| match time {
        Time::Date(written) => Some(*written),
        Time::Number(_) => None,
    })
}

/// Returns the order of day and month that a date with a number above 12 shows.
fn certain_order(times: &[Time]) -> Option<DateOrder> {
    dates(times).find_map(Written::order)
}

/// Returns the likelier order of day and month if no date shows it; `None` if none needs it.
fn guessed_order(times: &[Time]) -> Option<DateOrder> {
    let open = || dates(times).filter(|date| date.is_ambiguous());
    let usual = open().next()?.usual_order();
    Some(monthly_order(open().map(Written::numbers)).unwrap_or(usual))
}

/// Returns `times` as numbers, with day and month in `order`, or else as a date with a number above 12 shows,
/// or as usual.
///
/// # Errors
/// The index of a date that contradicts the others, or does not exist.
fn resolved(times: &[Time], order: Option<DateOrder>) -> Result<Vec<f64>, usize> {
    let order = order.or_else(|| certain_order(times));
    let order = order.or_else(|| guessed_order(times));
    let number = |(row, time): (usize, &Time)| match time {
        Time::Number(number) => Ok(*number),
        Time::Date(written) => written.date(order).map(Date::time).ok_or(row),
    };
    times.iter().enumerate().map(number).collect()
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
        SplitMethod::Auto | SplitMethod::Random => Key::Random,
        SplitMethod::Time(None) => Key::FileOrder,
        SplitMethod::Listed(file) => Key::Listed(SplitFile::read(file)?),
        SplitMethod::Time(Some(_)) | SplitMethod::Group(_) => {
            return Err(Error::Usage(
                say!("split-images", "--split: images have no columns").into(),
            ));
        }
    };
    let reader = SplitReader {
        key,
        lines: (1..=all as u64).collect(),
        rows: all,
        ..SplitReader::default()
    };
    reader.finish(source, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(cells: &[&str], order: Option<DateOrder>) -> Result<Vec<f64>, usize> {
        let dates = cells
            .iter()
            .map(|cell| Written::parse(cell).map(Time::Date));
        let dates: Option<Vec<Time>> = dates.collect();
        resolved(&dates.expect("dates"), order)
    }

    #[test]
    fn dates_grow_with_time() {
        let dates = [
            "1999-12-31",
            "2024-01-09",
            "2024/1/10",
            "2024-01-10 09:15",
            "2024-01-10T10:00:00Z",
            "2024-01-10T10:00:01.5+02:00",
            "11.01.2024",
            "13.01.2024",
            "2024-02",
            "2024-10-01",
        ];
        let times = times(&dates, None).expect("dates");
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    }

    #[test]
    fn all_dates_decide_on_the_order_of_day_and_month() {
        let is_sorted = |cells: &[&str], order| times(cells, order).map(|times| times.is_sorted());
        let cells = ["31/01/2024", "01/02/2024", "01/03/2024"];
        assert_eq!(is_sorted(&cells, None), Ok(true));
        assert_eq!(is_sorted(&cells, Some(DateOrder::MonthFirst)), Err(0));
        assert_eq!(is_sorted(&["01/31/2024", "31/01/2024"], None), Err(1));
        assert_eq!(is_sorted(&["05/01/2024", "04/02/2024"], None), Ok(false));
        let order = Some(DateOrder::DayFirst);
        assert_eq!(is_sorted(&["05/01/2024", "04/02/2024"], order), Ok(true));
    }
}
