//! Facts about the columns.

use super::{Facts, briefly, listed};
use crate::summary::{Topic, leaks};
use crate::{Column, ColumnKind, Dataset, DateOrder, Derived, Exclusion, Preprocessing};
use util::lang::say;
use util::numbers::counted;
use util::text::brief;

impl Facts<'_> {
    /// Adds the use of dates.
    fn add_dates(&mut self, dataset: &Dataset) {
        let is_part = |column: &&Column| matches!(column.derived, Some(Derived::DatePart { .. }));
        let parts: Vec<&Column> = dataset.columns.iter().filter(is_part).collect();
        if self.report.has_automatic_dates && !parts.is_empty() {
            let names: Vec<String> = parts.iter().map(|column| brief(&column.name)).collect();
            let statement = say!(
                "fact-dates",
                "parts of dates used, no other input is left: {names}",
                names = listed(&names)
            );
            let fact = self.note(Topic::Columns, "dates", statement, &["--dates"]);
            fact.columns = parts.iter().map(|column| column.column).collect();
        }
        for (column, order) in &self.report.guessed_dates {
            let (found, other) = match order {
                DateOrder::DayFirst => (
                    say!("fact-day-first", "day before month").to_owned(),
                    DateOrder::MonthFirst,
                ),
                DateOrder::MonthFirst => (
                    say!("fact-month-first", "month before day").to_owned(),
                    DateOrder::DayFirst,
                ),
            };
            let other = other.name();
            let is_input = parts.iter().any(|part| part.table_name() == column);
            let usage = if is_input { "parts" } else { "auto" };
            let statement = say!(
                "fact-date-order",
                "{found} in {column}, a guess; {usage},{other} swaps them",
                found,
                column = brief(column),
                usage,
                other
            );
            self.note(Topic::Columns, "date-order", statement, &["--dates"]);
        }
    }

    pub(super) fn add_columns(&mut self, dataset: &Dataset, constant: &[String], inputs: usize) {
        if let Some((width, height)) = dataset.image {
            let statement = say!(
                "fact-images",
                "images of {width}x{height} pixels",
                width,
                height
            );
            self.add(Topic::Columns, "image", statement, &[]);
        } else {
            let kinds = kinds(dataset);
            self.add(Topic::Columns, "types", kinds, &["--categorical", "--drop"]);
        }
        let network_inputs = match inputs {
            1 => say!("fact-input", "1 network input").to_owned(),
            inputs => say!("fact-inputs", "{inputs} network inputs", inputs),
        };
        self.add(Topic::Columns, "inputs", network_inputs, &[]);
        self.add_exclusions(true, "left-out", &["--keep"]);
        self.add_dates(dataset);
        self.add_exclusions(false, "useless", &[]);
        if !constant.is_empty() {
            let statement = say!(
                "fact-constant",
                "excluded {columns} (constant in the training rows)",
                columns = listed(&briefly(constant))
            );
            self.add(Topic::Columns, "constant", statement, &[]);
        }
        for (column, word) in &self.report.checked {
            let statement = say!(
                "fact-checked",
                "empty cells of \"{column}\" mean no, \"{word}\" yes",
                column = brief(column),
                word = brief(word)
            );
            self.note(Topic::Columns, "checked", statement, &["--drop"]);
        }
        self.add_stray_words(dataset);
        for (column, rare) in &self.report.rare_categories {
            let statement = if *rare == 1 {
                say!(
                    "fact-rare-category",
                    "1 rare value of \"{column}\" has the input \"other\"",
                    column = brief(column)
                )
            } else {
                say!(
                    "fact-rare-categories",
                    "{rare} rare values of \"{column}\" share the input \"other\"",
                    rare,
                    column = brief(column)
                )
            };
            self.note(Topic::Columns, "other", statement, &["--drop"]);
        }
    }

    /// Adds the columns of numbers that some words make categories.
    fn add_stray_words(&mut self, dataset: &Dataset) {
        for stray in &self.report.stray_words {
            let is_used = dataset
                .columns
                .iter()
                .any(|column| column.name == stray.column);
            let statement = say!(
                "fact-stray-words",
                "{cells} of \"{column}\" not numbers (line {line}: \"{word}\"): {used}; --missing-values \"{words}\" reads the others as numbers",
                cells = counted(stray.cells as u64, "cell"),
                column = brief(&stray.column),
                line = stray.line,
                word = brief(&stray.words[0]),
                used = if is_used {
                    say!("fact-as-categories", "read as categories").to_owned()
                } else {
                    say!("fact-excluded", "excluded").to_owned()
                },
                words = brief(&stray.words.join(",")),
            );
            self.note(Topic::Columns, "stray-words", statement, &["--categorical"]);
        }
    }

    /// Adds the columns that determine the target alone.
    pub(super) fn add_leaks(&mut self, dataset: &Dataset, preprocessing: &Preprocessing) {
        for column in leaks::determining(dataset, preprocessing) {
            let statement = say!(
                "fact-leak",
                "{column} predicts the target alone",
                column = brief(&column.name)
            );
            let fact = self.warn(Topic::Columns, "leak", statement, &["--drop"]);
            fact.columns = vec![column.column];
        }
    }

    /// Adds the columns that were excluded while reading, either by their looks or for certain.
    fn add_exclusions(&mut self, is_guess: bool, name: &'static str, options: &[&'static str]) {
        let excluded = self.report.excluded.iter();
        let excluded: Vec<&Exclusion> = excluded
            .filter(|column| column.reason.is_guess() == is_guess)
            .collect();
        if excluded.is_empty() {
            if is_guess && self.report.given.contains(&"--keep") {
                self.add(
                    Topic::Columns,
                    name,
                    say!("fact-none-excluded", "none excluded").to_owned(),
                    options,
                );
            }
            return;
        }
        let texts: Vec<String> = excluded
            .iter()
            .map(|column| format!("{} ({})", brief(&column.name), column.why()))
            .collect();
        let statement = say!(
            "fact-columns-excluded",
            "excluded {columns}",
            columns = listed(&texts)
        );
        let columns = excluded.iter().map(|column| column.column).collect();
        self.note(Topic::Columns, name, statement, options).columns = columns;
    }
}

/// Counts the input columns of each type: `3 numeric, 1 categorical`.
fn kinds(dataset: &Dataset) -> String {
    let mut counts = [0_usize; 5];
    for column in &dataset.columns {
        counts[match (&column.derived, &column.kind) {
            (Some(Derived::DatePart { .. }), _) => 3,
            (Some(Derived::Lag { .. }), _) => 4,
            (None, ColumnKind::Categorical { .. }) => 1,
            (None, ColumnKind::Boolean { .. }) => 2,
            (None, _) => 0,
        }] += 1;
    }
    let kinds = [
        say!("kind-numeric", "numeric").to_owned(),
        say!("kind-categorical", "categorical").to_owned(),
        say!("kind-boolean", "boolean").to_owned(),
        say!("kind-dates", "parts of dates").to_owned(),
        say!("kind-lags", "lags").to_owned(),
    ];
    let counts = counts.iter().zip(kinds);
    let counts = counts.filter(|(count, _)| **count > 0);
    let counts: Vec<String> = counts
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    listed(&counts)
}
