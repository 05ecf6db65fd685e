//! What was found out about a table, or assumed, each with the option that decides otherwise.

use serde::Serialize;

use super::missing::MISSING_WORDS;
use crate::data::{
    ColumnKind, Dataset, LeftOut, LoadOptions, Missing, Prepared, ReadReport, Samples, Target,
    TaskChoice, TextEncoding, ValidationRows,
};

/// Something that was found out or assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// What it belongs to, in a word or two: `predicts`, `rows`, `columns`, `missing`, `file`.
    pub about: &'static str,
    /// Its name for programs.
    pub what: &'static str,
    /// What was found, for people.
    pub found: String,
    /// The options that decide otherwise; none where nothing does.
    pub options: Vec<&'static str>,
    /// Whether one of them was given, so that nothing had to be guessed.
    pub given: bool,
}

impl Guess {
    /// `cells apart by comma (--delimiter)`; of what was told, `(as --delimiter says)`.
    pub fn text(&self) -> String {
        match (self.options.is_empty(), self.given) {
            (true, _) => self.found.clone(),
            (false, false) => format!("{} ({})", self.found, self.options.join(", ")),
            (false, true) => format!("{} (as {} says)", self.found, self.options.join(", ")),
        }
    }
}

impl LoadOptions {
    /// The options that were given, by their names on the command line. An option that was given as
    /// it is without being given counts as not given.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let reading = &self.reading;
        let all = [
            ("--delimiter", reading.delimiter.is_some()),
            ("--decimal", reading.decimal_comma.is_some()),
            ("--header", reading.header == Some(true)),
            ("--no-header", reading.header == Some(false)),
            ("--encoding", reading.encoding != TextEncoding::default()),
            ("--comment", reading.comment.is_some()),
            ("--target", self.target.is_some()),
            ("--task", self.task != TaskChoice::Auto),
            ("--drop", !self.drop.is_empty()),
            ("--keep", !self.keep.is_empty()),
            ("--categorical", !self.categorical.is_empty()),
            ("--missing", self.missing != Missing::default()),
            ("--max-rows", self.max_rows.is_some()),
            ("--val", self.validation != ValidationRows::Auto),
            ("--test", self.test.is_some()),
        ];
        let given = all.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(option, _)| option).collect()
    }
}

/// Collects guesses about one data set.
struct Guesses<'d> {
    report: &'d ReadReport,
    all: Vec<Guess>,
}

impl Guesses<'_> {
    fn add(
        &mut self,
        about: &'static str,
        what: &'static str,
        found: impl Into<String>,
        options: &[&'static str],
    ) {
        let is_given = |option: &&str| self.report.given.contains(option);
        self.all.push(Guess {
            about,
            what,
            found: found.into(),
            given: options.iter().any(is_given),
            options: options.to_vec(),
        });
    }
}

/// All that was found out or assumed about `dataset`, split as in `prepared`.
pub(crate) fn guesses(dataset: &Dataset, prepared: &Prepared) -> Vec<Guess> {
    let mut guesses = Guesses {
        report: &dataset.report,
        all: Vec::new(),
    };
    add_target(&mut guesses, dataset);
    add_rows(&mut guesses, dataset, prepared);
    add_columns(&mut guesses, dataset);
    add_missing(&mut guesses, dataset);
    if !dataset.report.delimiter.is_empty() {
        add_file(&mut guesses);
    }
    guesses.all
}

fn add_target(guesses: &mut Guesses, dataset: &Dataset) {
    let (name, number) = (&dataset.target_name, dataset.target_column + 1);
    let (found, options): (_, &[_]) = match dataset.image {
        Some(_) if dataset.report.delimiter.is_empty() => (name.clone(), &[]),
        _ => (format!("{name}, column {number}"), &["--target"]),
    };
    guesses.add("predicts", "target", found, options);
    let task = match &dataset.target {
        Target::Numbers(_) => "a number".to_owned(),
        Target::Classes { names, .. } => format!("one of {} classes", names.len()),
    };
    guesses.add("predicts", "task", task, &["--task"]);
}

fn add_rows(guesses: &mut Guesses, dataset: &Dataset, prepared: &Prepared) {
    let report = guesses.report;
    let used = match report.not_sampled {
        0 => format!("all {} used", dataset.rows()),
        left => format!("{} drawn at random, {left} not used", dataset.rows()),
    };
    guesses.add("rows", "sample", used, &["--max-rows"]);
    let (training, validation) = (prepared.training.rows(), prepared.validation.rows());
    let split = match &dataset.validation {
        Some(rows) => format!(
            "{training} to train on, {validation} of {} to validate",
            rows.source
        ),
        None => format!("{training} to train on, {validation} to validate"),
    };
    let options: &[_] = if dataset.validation.is_some() || validation == 0 {
        &["--val"]
    } else {
        &["--val", "--seed"]
    };
    guesses.add("rows", "split", split, options);
    if let Some(rows) = prepared.test.as_ref().map(Samples::rows) {
        guesses.add("rows", "test", format!("{rows} to test"), &["--test"]);
    }
    if report.without_target > 0 {
        let found = format!("{} without a target left out", report.without_target);
        guesses.add("rows", "without-target", found, &[]);
    }
}

fn add_columns(guesses: &mut Guesses, dataset: &Dataset) {
    if let Some((width, height)) = dataset.image {
        let found = format!("images of {width} x {height} pixels");
        return guesses.add("columns", "image", found, &[]);
    }
    let count = |is_kind: fn(&ColumnKind) -> bool| {
        dataset
            .columns
            .iter()
            .filter(|it| is_kind(&it.kind))
            .count()
    };
    let kinds = [
        (
            count(|it| matches!(it, ColumnKind::Numeric)),
            "number",
            "numbers",
        ),
        (
            count(|it| matches!(it, ColumnKind::Categorical { .. })),
            "of categories",
            "of categories",
        ),
        (
            count(|it| matches!(it, ColumnKind::Boolean { .. })),
            "of yes and no",
            "of yes and no",
        ),
    ];
    let found: Vec<String> = kinds
        .into_iter()
        .filter(|kind| kind.0 > 0)
        .map(|(count, one, more)| format!("{count} {}", if count == 1 { one } else { more }))
        .collect();
    guesses.add(
        "columns",
        "types",
        found.join(", "),
        &["--categorical", "--drop"],
    );
    let report = guesses.report;
    let left_out = |is_guess| {
        let of_kind = report
            .left_out
            .iter()
            .filter(move |it| it.reason.is_guess() == is_guess);
        listed(&of_kind.map(LeftOut::text).collect::<Vec<_>>())
    };
    let (guessed, certain) = (left_out(true), left_out(false));
    if !guessed.is_empty() {
        let found = format!("left out: {guessed}");
        guesses.add("columns", "left-out", found, &["--keep"]);
    } else if report.given.contains(&"--keep") {
        guesses.add(
            "columns",
            "left-out",
            "none left out by their looks",
            &["--keep"],
        );
    }
    if !certain.is_empty() {
        guesses.add("columns", "useless", format!("left out: {certain}"), &[]);
    }
    for (column, rare) in &report.rare_categories {
        let found = format!("{rare} rare values of \"{column}\" share the input \"other\"");
        guesses.add("columns", "other", found, &["--drop"]);
    }
}

fn add_missing(guesses: &mut Guesses, dataset: &Dataset) {
    let report = guesses.report;
    if report.delimiter.is_empty() {
        return;
    }
    let cells = dataset.missing_cells();
    let found = match (cells, report.incomplete) {
        (0, 0) => "none".to_owned(),
        (0, 1) => "1 row with missing cells left out".into(),
        (0, rows) => format!("{rows} rows with missing cells left out"),
        (1, _) => "1 cell, filled by the mean or the most frequent value".into(),
        (cells, _) => format!("{cells} cells, filled by the mean or the most frequent value"),
    };
    guesses.add("missing", "missing", found, &["--missing"]);
    if cells > 0 {
        let found = format!("what is empty, {}", MISSING_WORDS.join(", "));
        guesses.add("missing", "words", found, &[]);
    }
}

fn add_file(guesses: &mut Guesses) {
    let report = guesses.report;
    let delimiter = format!("cells apart by {}", report.delimiter);
    guesses.add("file", "delimiter", delimiter, &["--delimiter"]);
    if report.header {
        let option = if report.given.contains(&"--header") {
            "--header"
        } else {
            "--no-header"
        };
        guesses.add(
            "file",
            "header",
            "the first row names the columns",
            &[option],
        );
    } else {
        let option = if report.given.contains(&"--no-header") {
            "--no-header"
        } else {
            "--header"
        };
        guesses.add("file", "header", "no row names the columns", &[option]);
    }
    let decimal = if report.decimal_comma {
        "numbers with a comma, as 3,14"
    } else {
        "numbers with a point"
    };
    guesses.add("file", "decimal", decimal, &["--decimal"]);
    guesses.add("file", "encoding", report.encoding, &["--encoding"]);
    let comment = match report.comment {
        Some(sign) => format!("lines of comment begin with {sign}"),
        None => "no lines of comment".into(),
    };
    guesses.add("file", "comment", comment, &["--comment"]);
}

/// The first few of `items`, and how many more there are.
pub(crate) fn listed(items: &[String]) -> String {
    const MOST: usize = 8;
    match items.len() {
        0..=MOST => items.join(", "),
        all => format!("{} and {} more", items[..MOST].join(", "), all - MOST),
    }
}

#[cfg(test)]
mod tests {
    use crate::data::table::Reading;
    use crate::data::{dataset_with, prepare};

    use super::*;

    fn texts(text: &str, options: &LoadOptions) -> Vec<String> {
        let dataset = dataset_with(text.as_bytes(), options).expect("loads");
        let prepared = prepare(&dataset, 0.0, 1).expect("prepared");
        let guesses = guesses(&dataset, &prepared);
        guesses.iter().map(Guess::text).collect()
    }

    #[test]
    fn every_guess_has_its_option() {
        let text = "id;x;colour;kind\n1;0,5;red;a\n2;NA;blue;b\n3;2,5;red;a\n4;;red;b\n\
                    5;1;red;a\n6;1;red;a\n7;1;red;a\n8;1;red;?\n";
        assert_eq!(
            texts(text, &LoadOptions::default()),
            [
                "kind, column 4 (--target)",
                "one of 2 classes (--task)",
                "all 7 used (--max-rows)",
                "7 to train on, 0 to validate (--val)",
                "1 without a target left out",
                "1 number, 1 of categories (--categorical, --drop)",
                "left out: id (names the rows) (--keep)",
                "2 cells, filled by the mean or the most frequent value (--missing)",
                "what is empty, ?, NA, N/A, NaN, null, None, -",
                "cells apart by semicolon (--delimiter)",
                "the first row names the columns (--no-header)",
                "numbers with a comma, as 3,14 (--decimal)",
                "utf-8 (--encoding)",
                "no lines of comment (--comment)",
            ]
        );
    }

    #[test]
    fn what_was_told_is_no_guess() {
        let options = LoadOptions {
            reading: Reading {
                header: Some(false),
                decimal_comma: Some(false),
                comment: Some(b'#'),
                ..Reading::default()
            },
            missing: Missing::Drop,
            target: Some("1".into()),
            ..LoadOptions::default()
        };
        let texts = texts("a,1\nb,2\n# c\na,3\nb,\n", &options);
        for told in [
            "c1, column 1 (as --target says)",
            "1 row with missing cells left out (as --missing says)",
            "no row names the columns (as --no-header says)",
            "numbers with a point (as --decimal says)",
            "lines of comment begin with # (as --comment says)",
            "cells apart by comma (--delimiter)",
        ] {
            assert!(texts.iter().any(|text| text == told), "{told} in {texts:?}");
        }
    }
}
