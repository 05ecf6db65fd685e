//! Facts about the target.

use super::{Facts, listed, quoted};
use crate::summary::{Severity, Topic};
use crate::{Baseline, Dataset, RowSplit, Target, Task};
use util::lang::say;
use util::numbers;
use util::text::brief;

impl Facts<'_> {
    pub(super) fn add_target(&mut self, dataset: &Dataset) {
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
        for (one, other) in &self.report.similar_labels {
            let statement = say!(
                "fact-similar-labels",
                "classes \"{one}\" and \"{other}\" may be one class, spelled differently",
                one = brief(one),
                other = brief(other)
            );
            self.warn(Topic::Target, "similar-labels", statement, &[]);
        }
        if let Some((cut, whole)) = cut_label(dataset) {
            let statement = say!(
                "fact-cut-label",
                "\"{cut}\" in the last row may be a \"{whole}\" that was cut short",
                cut = brief(cut),
                whole = brief(whole)
            );
            self.warn(Topic::Target, "cut-label", statement, &[]);
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

    pub(super) fn add_baseline(&mut self, dataset: &Dataset, task: &Task, baseline: &Baseline) {
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
}

/// Returns the class of the last row if no other row has it and that of others begins with it, as where a file was cut
/// short, and that class.
fn cut_label(dataset: &Dataset) -> Option<(&str, &str)> {
    let Target::Classes { names, labels } = &dataset.target else {
        return None;
    };
    let last = *labels.last()?;
    let is_single = labels.iter().filter(|&&label| label == last).count() == 1;
    let cut = names.get(last as usize)?;
    let is_number = cut.parse::<f64>().is_ok();
    let mut longer = names
        .iter()
        .filter(|name| *name != cut && name.starts_with(cut.as_str()));
    let whole = longer
        .next()
        .filter(|_| is_single && !is_number && !cut.is_empty())?;
    Some((cut, whole))
}
