//! Columns of a table: names, places in messages, and numbers in cells.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::dialect::Dialect;
use super::formatted;
use super::unit;
use crate::schema::missing::MissingValues;
use crate::source::Source;
use crate::source::converted::Conversion;
use util::error::{DataProblem, Error, Place, Result};
use util::text::brief;
use util::text::{near_matches, sanitise};

/// Column names and format of a table.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(super) source: String,
    /// The first row as it is in the file, if it is a header.
    pub(crate) header: Option<Vec<String>>,
    /// Names of the columns, with or without header; see [`column_names`].
    pub(crate) names: Vec<String>,
    pub(crate) dialect: Dialect,
    /// Whether the first column, which the header does not name, holds names of rows.
    pub(crate) has_row_names: bool,
    /// Texts that mean a missing value.
    pub(crate) missing: MissingValues,
    /// Numbers among them.
    pub(super) missing_numbers: Vec<f64>,
    /// Format that the text was converted from, if it was another one.
    pub(crate) conversion: Option<Conversion>,
    /// Name of the table in an archive of several files.
    pub(crate) member: Option<String>,
    /// Columns whose numbers have no percent sign, as in the training table.
    pub(crate) bare: BTreeSet<usize>,
    /// Units of measurement behind all numbers of columns, by their indexes.
    pub(crate) units: BTreeMap<usize, String>,
    /// Statement on a decimal mark that differs from that of the training table or would without it, or is a guess.
    pub(crate) other_mark: Option<String>,
}

impl Shape {
    /// Returns the shape of a table of `source` with columns of these `names`.
    pub(crate) fn named(source: &Source, names: Vec<String>) -> Self {
        Self {
            source: source.to_string(),
            header: Some(names.clone()),
            names,
            dialect: Dialect::default(),
            has_row_names: false,
            missing: MissingValues::default(),
            missing_numbers: Vec::new(),
            conversion: None,
            member: None,
            bare: BTreeSet::new(),
            units: BTreeMap::new(),
            other_mark: None,
        }
    }

    /// Sets the texts that mean a missing value.
    pub(crate) fn set_missing(&mut self, missing: MissingValues) {
        self.missing_numbers = missing.numbers();
        self.missing = missing;
    }

    /// Number of columns.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// Returns the columns that the format of the table declares to be categorical.
    pub(crate) fn declared_categories(&self) -> &[usize] {
        let conversion = self.conversion.as_ref();
        conversion.map_or(&[], |conversion| &conversion.categorical)
    }

    /// Returns whether the format of the table declares this column to hold texts.
    pub(crate) fn is_declared_text(&self, column: usize) -> bool {
        let conversion = self.conversion.as_ref();
        conversion.is_some_and(|conversion| conversion.texts.contains(&column))
    }

    /// Returns the place of the whole table.
    pub(crate) fn place(&self) -> Place {
        Place::whole(&self.source)
    }

    /// Returns the place of column `column` (from 0).
    pub(crate) fn column_place(&self, column: usize) -> Place {
        let name = self.header.as_ref().map(|_| self.names[column].as_str());
        self.place().at_column(column + 1, name)
    }

    /// Returns the error for a cell in column `column` (from 0) of the row on `line`.
    pub(crate) fn cell_error(&self, line: u64, column: usize, problem: DataProblem) -> Error {
        Error::data(self.column_place(column).at_line(line), problem)
    }

    /// Parses the number in `cell`, NaN for a missing one.
    ///
    /// # Errors
    /// [`DataProblem::NotANumber`], [`DataProblem::NotFinite`].
    pub(crate) fn number(&self, cell: &str) -> Result<f64, DataProblem> {
        let cell = cell.trim();
        let plain = || cell.parse::<f64>();
        let parsed = if self.dialect.decimal_comma {
            formatted::number(cell, true).map_or_else(plain, Ok)
        } else {
            plain().or_else(|error| formatted::number(cell, false).ok_or(error))
        };
        match parsed {
            Ok(number) if number.is_finite() => {
                // Texts such as `$ -` may be chosen as missing values.
                let is_missing = self.missing_numbers().contains(&number)
                    || self.is_formatted(cell) && self.missing.is_missing_number(cell);
                Ok(if is_missing { f64::NAN } else { number })
            }
            _ if self.missing.is_missing_number(cell) => Ok(f64::NAN),
            Ok(_) => Err(DataProblem::NotFinite { found: brief(cell) }),
            Err(_) => Err(not_a_number(cell)),
        }
    }

    /// Returns `cell` of column `column` (from 0) without the unit behind its number, if all cells have it.
    pub(crate) fn without_unit<'c>(&self, column: usize, cell: &'c str) -> &'c str {
        let unit = self.units.get(&column);
        unit.and_then(|unit| unit::without(cell, unit))
            .unwrap_or(cell)
    }

    /// Returns the names of the columns with a unit behind all numbers, and the units.
    pub(crate) fn named_units(&self) -> Vec<(String, String)> {
        let units = self.units.iter();
        units
            .map(|(column, unit)| (self.names[*column].clone(), unit.clone()))
            .collect()
    }

    /// Parses the number in `cell` of column `column` (from 0), NaN for a missing one.
    ///
    /// # Errors
    /// Those of [`Self::number`]; [`DataProblem::Percent`].
    pub(crate) fn number_in(&self, column: usize, cell: &str) -> Result<f64, DataProblem> {
        let number = self.number(self.without_unit(column, cell))?;
        if !number.is_nan() && formatted::is_percent(cell) && self.bare.contains(&column) {
            return Err(DataProblem::Percent { found: brief(cell) });
        }
        Ok(number)
    }

    /// Parses the number in `cell` if it is finite and has neither blanks around it nor any format; NaN for one that
    /// stands for a missing value.
    pub(crate) fn plain_number(&self, cell: &str) -> Option<f64> {
        // Points may separate thousands where commas are decimal marks.
        let parsed = (!self.dialect.decimal_comma).then(|| cell.parse::<f64>().ok());
        let number = parsed.flatten().filter(|number| number.is_finite())?;
        let is_missing = self.missing_numbers.contains(&number);
        Some(if is_missing { f64::NAN } else { number })
    }

    /// Returns whether the number in `cell` has thousands separators, a currency or the like.
    pub(crate) fn is_formatted(&self, cell: &str) -> bool {
        let comma = self.dialect.decimal_comma;
        let mark = if comma { b',' } else { b'.' };
        let is_plain =
            |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'e' | b'E') || byte == mark;
        !cell.trim().bytes().all(is_plain)
    }

    /// Returns the numbers that stand for missing values, such as -999.
    pub(crate) fn missing_numbers(&self) -> &[f64] {
        &self.missing_numbers
    }

    /// Finds the column that a user calls `asked`: its name, or else its number from 1.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`].
    pub(crate) fn find_column(&self, asked: &str) -> Result<usize> {
        let asked = asked.trim();
        // A name with line breaks may be typed as it is shown, or with blanks in their place.
        let spellings: [fn(&str) -> String; 3] = [str::to_owned, sanitise, blanks_joined];
        for spelled in spellings {
            let asked = spelled(asked);
            if let Some(column) = self.names.iter().position(|name| spelled(name) == asked) {
                return Ok(column);
            }
        }
        let asked = asked.to_owned();
        let number = asked.parse::<usize>().ok();
        if let Some(column) = number.and_then(|number| number.checked_sub(1))
            && column < self.width()
        {
            return Ok(column);
        }
        let near = near_matches(&asked, &self.names);
        let available = self.names.clone();
        let problem = DataProblem::NoSuchColumn {
            asked,
            near,
            available,
            line: None,
        };
        Err(Error::data(self.place(), problem))
    }

    /// Finds the columns of lists such as `age,3,10-20,height..weight`. A name may itself have commas, or
    /// look like a range.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`].
    pub(crate) fn find_columns(&self, lists: &[String]) -> Result<BTreeSet<usize>> {
        let mut columns = BTreeSet::new();
        for list in lists {
            match self.find_range(list) {
                Ok(range) => columns.extend(range),
                Err(error) if !list.contains(',') => return Err(error),
                Err(_) => {
                    for part in list.split(',') {
                        columns.extend(self.find_range(part)?);
                    }
                }
            }
        }
        Ok(columns)
    }

    /// Finds a column, or the columns of a range: `10-20` by their numbers, `height..weight` by names or
    /// numbers, in either direction.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`] for a range with the end that is not there.
    fn find_range(&self, asked: &str) -> Result<RangeInclusive<usize>> {
        let own = match self.find_column(asked) {
            Ok(column) => return Ok(column..=column),
            Err(error) => error,
        };
        let range = |(first, last): (&str, &str)| {
            let (first, last) = (self.find_column(first)?, self.find_column(last)?);
            Ok(first.min(last)..=first.max(last))
        };
        let is_number = |end: &str| end.trim().bytes().all(|byte| byte.is_ascii_digit());
        let by_number = asked.split_once('-').filter(|(first, last)| {
            !first.is_empty() && !last.is_empty() && is_number(first) && is_number(last)
        });
        // Names may have dots too.
        let dots = asked.match_indices("..");
        let by_name = dots.map(|(at, dots)| (&asked[..at], &asked[at + dots.len()..]));
        let mut problem = own;
        for (place, ends) in by_number.into_iter().chain(by_name).enumerate() {
            match range(ends) {
                Ok(range) => return Ok(range),
                Err(error) if place == 0 => problem = error,
                Err(_) => {}
            }
        }
        Err(problem)
    }
}

/// Replaces every run of white space by one blank.
fn blanks_joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn not_a_number(cell: &str) -> DataProblem {
    DataProblem::NotANumber { found: brief(cell) }
}
