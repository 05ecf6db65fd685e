//! Collection of the facts about a data set.

mod columns;
mod format;
mod rows;
mod target;

use super::facts::{Fact, Severity, Topic};
use crate::schema::missing::{MISSING_IN_NUMBERS, MISSING_IN_TEXTS};
use crate::{Baseline, ColumnKind, Dataset, Preprocessing, ReadReport, Samples, Task};
use util::lang::{self, say};
use util::text::brief;

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

    fn warn(
        &mut self,
        topic: Topic,
        name: &'static str,
        statement: impl Into<String>,
        options: &[&'static str],
    ) -> &mut Fact {
        let fact = self.add(topic, name, statement, options);
        fact.severity = Severity::Warning;
        fact
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
        for (name, category) in ambiguous(dataset) {
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

/// Returns the columns of texts with a category, or class, that would be a missing value in another column.
fn ambiguous(dataset: &Dataset) -> Vec<(&str, &str)> {
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
    let is_word = |category: &&String| dataset.missing.is_missing_number(category);
    all.flat_map(|(name, categories)| {
        let words = categories.iter().filter(is_word);
        words.map(move |category| (name, category.as_str()))
    })
    .collect()
}

/// Shortens names from the table.
fn briefly(names: &[String]) -> Vec<String> {
    names.iter().map(|name| brief(name)).collect()
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| lang::quoted(brief(text))).collect()
}

/// Joins the first few of `items`, and says how many more there are.
fn listed(items: &[String]) -> String {
    const MAX: usize = 8;
    match items.len() {
        0..=MAX => lang::listed(items),
        all => say!(
            "fact-and-more",
            "{items} and {rest} more",
            items = lang::listed(&items[..MAX]),
            rest = all - MAX
        ),
    }
}
