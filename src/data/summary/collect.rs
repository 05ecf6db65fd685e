//! Collection of the facts about a data set.

mod format;
mod rows;

use super::facts::{Fact, Severity, Topic};
use super::leaks;
use crate::data::schema::missing::{MISSING_IN_NUMBERS, MISSING_IN_TEXTS};
use crate::data::{
    Baseline, Column, ColumnKind, Dataset, DateOrder, Derived, Exclusion, Preprocessing,
    ReadReport, RowSplit, Samples, Target, Task,
};
use crate::util::lang::say;
use crate::util::numbers::{self, counted};
use crate::util::text::brief;

/// Collects the facts that are known once `dataset` is split, in the order of their topics.
pub(crate) fn collect(
    dataset: &Dataset,
    task: &Task,
    baseline: &Baseline,
    split: [&Samples; 2],
    test: Option<&Samples>,
    constant: &[String],
    preprocessing: &Preprocessing,
) -> Vec<Fact> {
    let mut facts = Facts {
        report: &dataset.report,
        all: Vec::new(),
    };
    facts.add_target(dataset);
    facts.add_rows(dataset, split, test);
    facts.add_baseline(dataset, task, baseline);
    facts.add_columns(dataset, constant, preprocessing.inputs());
    facts.add_leaks(dataset, preprocessing);
    if dataset.report.is_text() {
        facts.add_missing(dataset);
        facts.add_format();
    }
    facts.all
}

struct Facts<'d> {
    report: &'d ReadReport,
    all: Vec<Fact>,
}

impl Facts<'_> {
    fn add(
        &mut self,
        topic: Topic,
        name: &'static str,
        statement: impl Into<String>,
        options: &[&'static str],
    ) -> &mut Fact {
        let is_given = |option: &&str| self.report.given.contains(option);
        self.all.push(Fact {
            topic,
            name,
            severity: Severity::Info,
            columns: Vec::new(),
            statement: statement.into(),
            given: options.iter().any(is_given),
            options: options.to_vec(),
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    fn note(
        &mut self,
        topic: Topic,
        name: &'static str,
        statement: impl Into<String>,
        options: &[&'static str],
    ) -> &mut Fact {
        let fact = self.add(topic, name, statement, options);
        fact.severity = Severity::Note;
        fact
    }

    fn add_target(&mut self, dataset: &Dataset) {
        let report = self.report;
        let (name, column) = (&dataset.target_name, dataset.target_column);
        let (statement, options): (_, &[_]) = if self.report.is_text() {
            (
                say!(
                    "fact-target",
                    "{name} (column {column})",
                    name = brief(name),
                    column = column + 1
                ),
                &["--target"],
            )
        } else {
            (brief(name), &[])
        };
        let fact = self.add(Topic::Target, "target", statement, options);
        fact.columns = vec![column];
        if let Some(last) = &report.passed_over {
            fact.statement = say!(
                "fact-passed-over",
                "{target}, since \"{last}\" numbers the rows",
                target = fact.statement,
                last = brief(last)
            );
            fact.severity = Severity::Note;
        }
        let task = match &dataset.target {
            Target::Numbers(_) => say!("fact-number", "a number").to_owned(),
            Target::Classes { names, .. } => {
                say!("fact-classes", "{classes} classes", classes = names.len())
            }
        };
        self.add(Topic::Target, "task", task, &["--task"]);
        self.add_labels(dataset);
    }

    /// Adds spellings of one class, and classes that look like one.
    fn add_labels(&mut self, dataset: &Dataset) {
        for (class, others) in &self.report.merged_labels {
            let class = brief(class);
            let statement = say!(
                "fact-merged-labels",
                "{others} counted as \"{class}\"",
                others = listed(&quoted(others)),
                class
            );
            self.note(Topic::Target, "merged-labels", statement, &[]);
        }
        if !self.report.word_classes.is_empty() {
            let names = listed(&quoted(&self.report.word_classes));
            let statement = say!(
                "fact-word-classes",
                "{names} counted as a class, not as missing",
                names
            );
            self.note(
                Topic::Target,
                "word-classes",
                statement,
                &["--missing-values"],
            );
        }
        for (one, other) in &self.report.similar_labels {
            let statement = say!(
                "fact-similar-labels",
                "classes \"{one}\" and \"{other}\" may be one class, spelled differently",
                one = brief(one),
                other = brief(other)
            );
            let fact = self.add(Topic::Target, "similar-labels", statement, &[]);
            fact.severity = Severity::Warning;
        }
        let counts = dataset.class_counts();
        let names = dataset.class_names().iter().zip(counts);
        let single: Vec<String> = names
            .filter(|(_, count)| *count == 1)
            .map(|(name, _)| format!("\"{}\"", brief(name)))
            .collect();
        let keeps_single = matches!(dataset.split, RowSplit::Random | RowSplit::Groups { .. });
        if !single.is_empty() && dataset.validation.is_none() && keeps_single {
            let statement = say!(
                "fact-rare-classes",
                "the only row of {classes} is used for training",
                classes = listed(&single)
            );
            self.note(Topic::Target, "rare-classes", statement, &[]);
        }
    }

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

    fn add_baseline(&mut self, dataset: &Dataset, task: &Task, baseline: &Baseline) {
        let score = baseline.score();
        let statement = match (baseline, task.scale()) {
            (Baseline::Majority { class, .. }, _) => {
                let class = &dataset.class_names()[*class];
                say!(
                    "fact-majority",
                    "{score}% (always \"{class}\")",
                    score = format!("{:.1}", 100.0 * score),
                    class = brief(class)
                )
            }
            (Baseline::Mean { .. }, scale) => {
                let mean = scale.map_or(f64::NAN, |scale| scale.mean + scale.offset);
                let (score, mean) = (numbers::score(score, 3), numbers::score(mean, 4));
                say!(
                    "fact-mean",
                    "R² {score} (always the mean, {mean})",
                    score,
                    mean
                )
            }
        };
        self.add(Topic::Baseline, "baseline", statement, &[]);
    }

    fn add_columns(&mut self, dataset: &Dataset, constant: &[String], inputs: usize) {
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
    fn add_leaks(&mut self, dataset: &Dataset, preprocessing: &Preprocessing) {
        for column in leaks::determining(dataset, preprocessing) {
            let statement = say!(
                "fact-leak",
                "{column} predicts the target alone",
                column = brief(&column.name)
            );
            let fact = self.add(Topic::Columns, "leak", statement, &["--drop"]);
            fact.severity = Severity::Warning;
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

    fn add_missing(&mut self, dataset: &Dataset) {
        let cells = dataset.missing_cells();
        let options = &["--missing"];
        if cells == 0 {
            self.add(
                Topic::Missing,
                "missing",
                say!("fact-none-missing", "none").to_owned(),
                options,
            );
        } else {
            let replaced = match cells {
                1 => say!("fact-value", "1 value").to_owned(),
                cells => say!("fact-values", "{values} values", values = cells),
            };
            let statement = say!(
                "fact-replaced",
                "{values} replaced by the mean or most frequent value",
                values = replaced
            );
            self.note(Topic::Missing, "missing", statement, options);
        }
        let options = &["--missing-values"];
        let words = dataset.missing.in_texts().join(", ");
        let others = MISSING_IN_NUMBERS.iter();
        let others: Vec<&str> = others
            .copied()
            .filter(|word| dataset.missing.is_usual() && !MISSING_IN_TEXTS.contains(word))
            .collect();
        let in_numbers = match others.as_slice() {
            [] => String::new(),
            others => say!(
                "fact-missing-in-numbers",
                "; in numbers also {words}",
                words = others.join(", ")
            ),
        };
        let statement = say!(
            "fact-recognised",
            "recognised: empty, {words}{others}",
            words,
            others = in_numbers
        );
        if cells > 0 || !dataset.missing.is_usual() {
            self.add(Topic::Missing, "words", statement, options);
        }
        for (name, category) in ambiguous(dataset, &others) {
            let statement = say!(
                "fact-category",
                "\"{category}\" in {column} is a category, not a missing value",
                category,
                column = name
            );
            self.note(Topic::Missing, "category", statement, options);
        }
    }
}

/// Returns the columns of texts with a category, or class, among `words`, which would be missing values
/// in a column of numbers.
fn ambiguous<'d>(dataset: &'d Dataset, words: &[&str]) -> Vec<(&'d str, &'d str)> {
    let inputs = dataset
        .columns
        .iter()
        .filter_map(|column| match &column.kind {
            ColumnKind::Categorical { values, .. } => {
                Some((column.name.as_str(), values.as_slice()))
            }
            _ => None,
        });
    let target = (dataset.target_name.as_str(), dataset.class_names());
    let all = inputs.chain([target]);
    let is_word = |category: &&String| words.iter().any(|word| word.eq_ignore_ascii_case(category));
    all.filter_map(|(name, categories)| Some((name, categories.iter().find(is_word)?.as_str())))
        .collect()
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
    counts.join(", ")
}

/// Shortens names from the table.
fn briefly(names: &[String]) -> Vec<String> {
    names.iter().map(|name| brief(name)).collect()
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .map(|text| format!("\"{}\"", brief(text)))
        .collect()
}

/// Joins the first few of `items`, and says how many more there are.
fn listed(items: &[String]) -> String {
    const MAX: usize = 8;
    match items.len() {
        0..=MAX => items.join(", "),
        all => say!(
            "fact-and-more",
            "{items} and {rest} more",
            items = items[..MAX].join(", "),
            rest = all - MAX
        ),
    }
}
