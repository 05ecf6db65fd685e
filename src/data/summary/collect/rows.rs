//! Facts about the rows and their sets.

use std::collections::HashSet;

use super::{Facts, listed};
use crate::summary::Topic;
use crate::{Dataset, RowSplit, Samples, Targets};
use util::lang::say;
use util::numbers::counted;
use util::text::brief;

impl Facts<'_> {
    pub(super) fn add_rows(
        &mut self,
        dataset: &Dataset,
        [training, validation]: [&Samples; 2],
        test: Option<&Samples>,
    ) {
        let report = self.report;
        let rows = dataset.rows();
        if report.not_sampled > 0 {
            let all = rows + report.not_sampled;
            let statement = say!("fact-sample", "{rows} of {all} (random sample)", rows, all);
            self.note(Topic::Rows, "sample", statement, &["--max-rows"]);
        } else {
            let statement = say!("fact-all-rows", "{rows} (all)", rows);
            self.add(Topic::Rows, "sample", statement, &["--max-rows"]);
        }
        self.add_untrained_classes(dataset, training);
        let from = dataset.validation.as_ref();
        let from = from.map_or(String::new(), |rows| {
            say!("fact-from", " from {source}", source = rows.source)
        });
        let validation_rows = validation;
        let (training, validation) = (training.rows(), validation.rows());
        let split = say!(
            "fact-split",
            "{training} training · {validation} validation{from}",
            training,
            validation,
            from
        );
        let options: &[_] = match dataset.split {
            RowSplit::Listed { .. } => &["--split"],
            _ if dataset.validation.is_some() || validation == 0 => &["--val"],
            RowSplit::Time { .. } => &["--val", "--split"],
            RowSplit::Random | RowSplit::Groups { .. } => &["--val", "--split", "--seed"],
        };
        self.add(Topic::Rows, "split", split, options);
        if let Some(test) = test {
            let statement = say!("fact-test", "{rows} test", rows = test.rows());
            let options: &[_] = match (&dataset.test, &dataset.split) {
                (None, RowSplit::Listed { .. }) => &["--split"],
                _ => &["--test"],
            };
            self.add(Topic::Rows, "test", statement, options);
        }
        self.add_split(&dataset.split);
        for file in [&dataset.validation, &dataset.test].into_iter().flatten() {
            if let Some(mark) = &file.other_mark {
                let statement = format!("{}: {mark}", file.source);
                self.warn(Topic::Format, "other-mark", statement, &["--decimal"]);
            }
            if let Some(labels) = file.labels_with_stop.stop_statement() {
                let statement = format!("{}: {labels}", file.source);
                self.note(Topic::Rows, "labels-with-stop", statement, &[]);
            }
            if let Some(labels) = file.unknown_labels.statement(&dataset.target_name) {
                let statement = say!(
                    "fact-unknown-labels",
                    "{source}: {labels}; those rows are skipped",
                    source = file.source,
                    labels
                );
                self.warn(Topic::Rows, "unknown-labels", statement, &[]);
            }
        }
        self.add_unknown_categories(dataset, validation_rows, test);
        if report.without_target > 0 {
            let (texts, line) = &report.missing_targets;
            let texts = texts.iter().map(|text| match text.as_str() {
                "" => say!("fact-empty", "empty").to_owned(),
                text => format!("\"{}\"", brief(text)),
            });
            let texts = listed(&texts.collect::<Vec<_>>());
            let statement = say!(
                "fact-without-target",
                "{rows} without a target excluded ({texts}, first on line {line})",
                rows = report.without_target,
                texts,
                line
            );
            self.note(
                Topic::Rows,
                "without-target",
                statement,
                &["--missing-values"],
            );
        }
        self.add_history(dataset);
        if report.incomplete > 0 {
            let statement = say!(
                "fact-incomplete",
                "{rows} with missing values excluded",
                rows = report.incomplete
            );
            self.note(Topic::Rows, "incomplete", statement, &["--missing"]);
        }
    }

    /// Adds the categories that the network has no input for, since no training row has them.
    fn add_unknown_categories(
        &mut self,
        dataset: &Dataset,
        validation: &Samples,
        test: Option<&Samples>,
    ) {
        let sets = [
            (
                say!("fact-in-validation", "validation").to_owned(),
                Some(validation),
                dataset.validation.as_ref(),
            ),
            (
                say!("fact-in-test", "test").to_owned(),
                test,
                dataset.test.as_ref(),
            ),
        ];
        for (name, samples, file) in sets {
            let name = file.map_or(name, |file| file.source.clone());
            let unread = file.map(|file| file.unknown_texts.as_slice());
            let Some(samples) = samples else { continue };
            let mut columns = Vec::new();
            let unknown = samples.unknown_texts(&dataset.columns, unread).into_iter();
            let statements: Vec<String> = unknown
                .filter_map(|(column, texts)| {
                    let statement = texts.short_statement(&column.name)?;
                    columns.push(column.column);
                    Some(statement)
                })
                .collect();
            if !statements.is_empty() {
                let statement = say!(
                    "fact-unknown-categories",
                    "values unknown to the model in {name}: {values}",
                    name,
                    values = listed(&statements)
                );
                self.note(Topic::Rows, "unknown-categories", statement, &[])
                    .columns = columns;
            }
        }
        for (column, texts) in &self.report.unknown_texts {
            if let Some(statement) = texts.statement(column) {
                self.note(Topic::Rows, "unknown-categories", statement, &[]);
            }
        }
    }

    /// Adds how the sets were chosen, unless at random.
    fn add_split(&mut self, split: &RowSplit) {
        let statement = match split {
            RowSplit::Random => return,
            RowSplit::Time { column: None, .. } => say!(
                "fact-split-by-place",
                "split by time: the last rows of the file validate"
            )
            .to_owned(),
            RowSplit::Time {
                column: Some(column),
                ..
            } => say!(
                "fact-split-by-time",
                "split by time: the rows with the last \"{column}\" validate",
                column = brief(column)
            ),
            RowSplit::Groups { column, groups } => {
                let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
                say!(
                    "fact-split-by-group",
                    "split by group: rows of one \"{column}\" stay together ({groups})",
                    column = brief(column),
                    groups = counted(count as u64, "group")
                )
            }
            RowSplit::Listed {
                source,
                is_of_other_targets,
                ..
            } => {
                if *is_of_other_targets {
                    let statement = say!(
                        "list-other-targets",
                        "{file} is of a table with other targets, or of another order",
                        file = source
                    );
                    self.warn(Topic::Rows, "split-of-others", statement, &["--split"]);
                }
                say!("fact-split-listed", "split as listed in {source}", source)
            }
        };
        self.note(Topic::Rows, "split-by", statement, &["--split"]);
    }

    /// Adds the classes that no training row has.
    fn add_untrained_classes(&mut self, dataset: &Dataset, training: &Samples) {
        let Targets::Classes(labels) = &training.targets else {
            return;
        };
        let trained: HashSet<u32> = labels.iter().copied().collect();
        let names = (0..).zip(dataset.class_names());
        let untrained = names.filter(|(class, _)| !trained.contains(class));
        let untrained: Vec<String> = untrained
            .map(|(_, name)| format!("\"{}\"", brief(name)))
            .collect();
        // Rows of another file, or a model's classes, need not be among these.
        if !untrained.is_empty() && dataset.split != RowSplit::Random {
            let statement = say!(
                "fact-untrained",
                "no training row of class {classes}",
                classes = listed(&untrained)
            );
            self.warn(Topic::Rows, "untrained-classes", statement, &["--split"]);
        }
    }

    /// Adds the rows that lack earlier targets.
    fn add_history(&mut self, dataset: &Dataset) {
        let lags = dataset.lags();
        let without = |rows: usize| {
            say!(
                "fact-without-history",
                "{rows} without all of the {lags} targets before excluded",
                rows,
                lags
            )
        };
        if self.report.without_history > 0 {
            let statement = without(self.report.without_history);
            self.note(Topic::Rows, "without-history", statement, &["--lags"]);
        }
        for file in [&dataset.validation, &dataset.test].into_iter().flatten() {
            if file.without_history > 0 {
                let statement = format!("{}: {}", file.source, without(file.without_history));
                self.note(Topic::Rows, "without-history", statement, &["--lags"]);
            }
        }
        if let Some((column, line)) = &self.report.equal_dates {
            let statement = say!(
                "fact-equal-dates",
                "line {line} has the date of the line before in \"{column}\": lags mix several series",
                line,
                column = brief(column)
            );
            self.warn(Topic::Rows, "equal-dates", statement, &["--lags"]);
        }
    }
}
