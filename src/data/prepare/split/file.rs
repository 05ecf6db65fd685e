//! File that lists the set of every row, `row,set`, where a row is named by the line it starts on.

use std::collections::BTreeMap;
use std::fmt;

use super::{RowSet, RowSplit};
use crate::source::input::open;
use crate::{Lines, Prepared, ReadReport, Source};
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;
use util::numbers::counted;
use util::text::brief;

/// Sets of the rows of a table, as a file lists them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplitFile {
    /// Path of the file.
    source: String,
    /// Set of each row, by its line in the table (for images by their number), and the line of this
    /// file that says so.
    rows: BTreeMap<u64, (RowSet, u64)>,
    /// Number of all rows of the table, and checksum of its targets, if they are known.
    table: (Option<usize>, Option<TargetSum>),
}

/// Name of a column behind the number of rows of the table; the checksum of its targets follows in parentheses.
const ROWS: &str = " rows";

/// Checksum of the targets of a table in the order of its rows: FNV-1a in 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetSum(u32);

impl Default for TargetSum {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl TargetSum {
    /// Adds the target in `cell` of the next row.
    pub(crate) fn add(&mut self, cell: &str) {
        for byte in cell.trim().bytes().chain([b'\n']) {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }

    /// Parses the number of rows and the checksum in the name of a column.
    fn parse(name: &str) -> Option<(usize, Option<Self>)> {
        let (rows, sum) = name.split_once(ROWS)?;
        let sum = sum.trim().trim_matches(['(', ')']);
        let sum = u32::from_str_radix(sum, 16).ok().map(Self);
        Some((rows.parse().ok()?, sum))
    }
}

impl SplitFile {
    /// Reads the file in `source`: CSV with the columns `row` and `set`, in any order, beside others.
    ///
    /// # Errors
    /// Those of [`open`]; [`DataProblem::Split`] for other columns, a row listed twice, or a set other than
    /// those of [`RowSet`].
    pub fn read(source: &Source) -> Result<Self> {
        let whole = || Place::whole(source.to_string());
        let problem =
            |line: u64, text: String| Error::data(whole().at_line(line), DataProblem::Split(text));
        let mut table = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(open(source).map_err(with_hint)?.bytes);
        let unreadable = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            problem(
                line,
                say!("list-unreadable", "not a list of rows: {error}", error),
            )
        };
        let header = table.headers().map_err(unreadable)?.clone();
        let place = |name: &str| header.iter().position(|cell| cell == name);
        let (Some(row_column), Some(set_column)) = (place("row"), place("set")) else {
            let text = say!(
                "list-header",
                "expected a list of rows with the header row,set, as --save-split writes it"
            );
            return Err(problem(1, text.into()));
        };
        let mut rows = BTreeMap::new();
        for record in table.records() {
            let record = record.map_err(unreadable)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or_default();
            let (row, set) = (cell(row_column), cell(set_column));
            let Ok(row) = row.parse::<u64>() else {
                let text = say!(
                    "list-line",
                    "expected the line of a row, found \"{found}\"",
                    found = brief(row)
                );
                return Err(problem(line, text));
            };
            let Some(&set) = RowSet::ALL.iter().find(|known| known.name() == set) else {
                let text = say!(
                    "list-set",
                    "expected train, validation or test, found \"{found}\"",
                    found = brief(set)
                );
                return Err(problem(line, text));
            };
            if let Some((_, earlier)) = rows.insert(row, (set, line)) {
                return Err(problem(
                    line,
                    say!(
                        "list-twice",
                        "row {row} is listed on line {earlier} too",
                        row,
                        earlier
                    ),
                ));
            }
        }
        if rows.is_empty() {
            return Err(Error::data(whole(), DataProblem::Empty));
        }
        Ok(Self {
            source: source.to_string(),
            rows,
            table: header
                .iter()
                .find_map(TargetSum::parse)
                .map_or_else(Default::default, |(rows, sum)| (Some(rows), sum)),
        })
    }

    /// Returns the text of a file that lists the rows of `prepared`, which are of one table, read as `report` says.
    pub fn text(prepared: &Prepared, report: &ReadReport) -> String {
        let sets = [
            (RowSet::Training, Some(&prepared.training)),
            (RowSet::Validation, Some(&prepared.validation)),
            (RowSet::Test, prepared.test.as_ref()),
        ];
        let rows = sets.iter().flat_map(|(set, samples)| {
            let samples = samples.iter();
            samples.flat_map(move |samples| {
                (0..samples.rows()).map(move |row| (samples.line(row), set.name()))
            })
        });
        let rows: BTreeMap<u64, &str> = rows.collect();
        let lines = rows.iter().map(|(row, set)| format!("{row},{set}\n"));
        let sum = report.targets.map(|TargetSum(sum)| format!(" ({sum:08x})"));
        let header = format!("row,set,{}{ROWS}{}\n", report.rows, sum.unwrap_or_default());
        [header].into_iter().chain(lines).collect()
    }

    /// Returns the reader's selection of the rows of `set`, of a table with other targets too if it `is_forced`.
    ///
    /// # Errors
    /// [`DataProblem::Split`] if there are none.
    pub fn selection(self, set: RowSet, is_forced: bool) -> Result<Selection> {
        if self.rows.values().all(|(other, _)| *other != set) {
            let problem = DataProblem::Split(say!(
                "list-empty-set",
                "it lists no {set} row",
                set = set.name()
            ));
            return Err(Error::in_source(self.source, problem));
        }
        Ok(Selection {
            file: self,
            set,
            is_forced,
            lines: Vec::new(),
            targets: TargetSum::default(),
        })
    }

    /// Returns the set of the row on line `line` of the table, if it is listed.
    pub(crate) fn set(&self, line: u64) -> Option<RowSet> {
        self.rows.get(&line).map(|(set, _)| *set)
    }

    /// Checks that `table` has all rows that are listed. `lines` are those of its rows, ascending.
    ///
    /// # Errors
    /// [`DataProblem::Split`] with the first other row.
    pub(crate) fn check_rows(&self, table: &str, lines: &[u64]) -> Result<()> {
        let mut strays = self.rows.iter();
        let Some((row, (_, line))) = strays.find(|(row, _)| lines.binary_search(row).is_err())
        else {
            return Ok(());
        };
        let others = match strays
            .filter(|(row, _)| lines.binary_search(row).is_err())
            .count()
        {
            0 => String::new(),
            others => say!(
                "list-nor-for",
                ", nor for {others}",
                others = counted(others as u64, "other")
            ),
        };
        let problem = say!(
            "list-no-row",
            "there is no row on line {row} of {table}{others}",
            row,
            table,
            others
        );
        let place = Place::whole(self.source.clone()).at_line(*line);
        Err(Error::data(place, DataProblem::Split(problem)))
    }

    /// Checks that `table`, of `rows` rows, has as many as the one that the list is of.
    ///
    /// # Errors
    /// [`DataProblem::Split`].
    pub(crate) fn check_count(&self, table: &str, rows: usize) -> Result<()> {
        let Some(expected) = self.table.0.filter(|&expected| expected != rows) else {
            return Ok(());
        };
        let problem = DataProblem::Split(say!(
            "list-other-table",
            "it lists the rows of a table of {expected}, and {table} has {found}",
            expected = counted(expected as u64, "row"),
            table,
            found = rows
        ));
        Err(Error::in_source(&self.source, problem))
    }

    /// Returns whether the list is of a table with other targets, or of another order.
    fn is_of_others(&self, targets: TargetSum) -> bool {
        self.table.1.is_some_and(|known| known != targets)
    }

    /// Returns the sets of the rows of `table` that are used, which are on `lines`.
    ///
    /// # Errors
    /// [`DataProblem::Split`] with the first row that is not listed.
    pub(super) fn sets(&self, table: &str, lines: &Lines, targets: TargetSum) -> Result<RowSplit> {
        let mut unlisted = lines.iter().filter(|&line| self.set(line).is_none());
        if let Some(line) = unlisted.next() {
            let others = match unlisted.count() {
                0 => String::new(),
                others => say!(
                    "list-nor",
                    ", nor {others}",
                    others = counted(others as u64, "other")
                ),
            };
            let problem = say!(
                "list-not-this",
                "{source} does not list this row{others}",
                source = self.source,
                others
            );
            let place = Place::whole(table).at_line(line);
            return Err(Error::data(place, DataProblem::Split(problem)));
        }
        Ok(RowSplit::Listed {
            source: self.source.clone(),
            sets: lines.iter().filter_map(|line| self.set(line)).collect(),
            is_of_other_targets: self.is_of_others(targets),
        })
    }
}

/// Adds the other arguments of `--split` to the error about a missing file.
fn with_hint(error: Error) -> Error {
    match error {
        Error::NoSuchInput { path, .. } => Error::NoSuchInput {
            path,
            hint: say!(
                "split-takes",
                "; --split takes random, time, time:COLUMN, group:COLUMN or a file"
            )
            .into(),
        },
        other => other,
    }
}

/// Rows of one set, among those of a table that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    file: SplitFile,
    set: RowSet,
    /// Whether the table may have other targets than the list is of.
    is_forced: bool,
    /// Lines of the rows so far, ascending.
    lines: Vec<u64>,
    targets: TargetSum,
}

impl Selection {
    /// Returns whether the next row, on `line` and with this `target`, belongs to the set.
    pub(crate) fn takes(&mut self, line: u64, target: &str) -> bool {
        self.lines.push(line);
        self.targets.add(target);
        self.file.set(line) == Some(self.set)
    }

    /// Checks at the end of `table` that it had all rows that are listed, and the targets of the list.
    ///
    /// # Errors
    /// Those of [`SplitFile::check_count`] and [`SplitFile::check_rows`]; [`DataProblem::Split`] for other targets, unless
    /// they are allowed.
    pub(crate) fn check(&self, table: &str) -> Result<()> {
        self.file.check_count(table, self.lines.len())?;
        self.file.check_rows(table, &self.lines)?;
        if self.is_forced || !self.file.is_of_others(self.targets) {
            return Ok(());
        }
        let problem = say!(
            "list-refused",
            "it is of a table with other targets than {table}, or of another order, so the rows it lists may be others \
             (evaluate the table it was written for; --force takes this one all the same)",
            table
        );
        let problem = DataProblem::Split(problem);
        Err(Error::in_source(&self.file.source, problem))
    }

    /// Returns a statement on a table, at its end, that may be another than the list is of.
    pub fn doubt(&self) -> Option<String> {
        if self.file.is_of_others(self.targets) {
            let file = &self.file.source;
            return Some(say!(
                "list-other-targets",
                "{file} is of a table with other targets, or of another order",
                file
            ));
        }
        let is_unlisted = |line: &&u64| self.file.set(**line).is_none();
        let unlisted = self.lines.iter().filter(is_unlisted).count();
        (unlisted > 0 && self.file.table.0.is_none()).then(|| {
            say!(
                "list-lacks",
                "{rows} not listed in {file}, which may be of another table",
                rows = counted(unlisted as u64, "row"),
                file = self.file.source
            )
        })
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}",
            say!(
                "selection-of",
                "{set} rows of {file}",
                set = self.set.name(),
                file = self.file.source
            )
        )
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &str) -> Result<SplitFile> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        SplitFile::read(&Source::File(file.path().to_owned()))
    }

    fn problem(result: Result<impl std::fmt::Debug>) -> String {
        match result.expect_err("a problem") {
            Error::Data { problem, place } => format!("{:?}: {problem}", place.line),
            other => other.to_string(),
        }
    }

    #[test]
    fn rows_are_listed_in_any_order_beside_other_columns() {
        let file = read("\u{feff}\"set\",note,\"row\"\n test ,x, 3\r\ntrain,,2\nvalidation,,10\n");
        let file = file.expect("a list");
        let sets = [2, 3, 10, 4].map(|line| file.set(line));
        let [training, validation, test] = RowSet::ALL.map(Some);
        assert_eq!(sets, [training, test, validation, None]);
        assert!(file.check_rows("t.csv", &[2, 3, 4, 10]).is_ok());
        assert_eq!(
            problem(file.check_rows("t.csv", &[2, 4])),
            "Some(2): there is no row on line 3 of t.csv, nor for 1 other"
        );
        let used = [2, 3, 4, 5].into_iter().collect();
        assert!(
            problem(file.sets("t.csv", &used, TargetSum::default()))
                .ends_with("does not list this row, nor 1 other")
        );
        assert_eq!(
            problem(
                read("row,set\n2,train\n")
                    .expect("a list")
                    .selection(RowSet::Test, false)
            ),
            "None: it lists no test row"
        );
    }

    #[test]
    fn anything_else_is_named_with_its_line() {
        for (text, expected) in [
            (
                "",
                "Some(1): expected a list of rows with the header row,set, as --save-split writes it",
            ),
            ("row,set\n", "None: there are no rows of data in it"),
            (
                "row,set\n\n2,train\n3,training\n",
                "Some(4): expected train, validation or test, found \"training\"",
            ),
            (
                "row,set\n-2,train\n",
                "Some(2): expected the line of a row, found \"-2\"",
            ),
            (
                "row,set\n2\n",
                "Some(2): expected train, validation or test, found \"\"",
            ),
            (
                "row,set\n2,test\n2,train\n",
                "Some(3): row 2 is listed on line 2 too",
            ),
        ] {
            assert_eq!(problem(read(text)), expected, "{text:?}");
        }
    }
}
