//! The data card: what is understood of a table, before anything is trained on it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use ndarray::ArrayView1;
use serde::Serialize;

use super::schema::inferred::guesses;
use super::{Baseline, ColumnKind, Dataset, Guess, Prepared, ReadReport, Samples, Target};

/// Bars of a column's small histogram.
pub const BARS: usize = 8;

/// Different numbers that are counted of a column at most.
const MOST_COUNTED: usize = 10_000;

/// What is understood of a data set, and how it is split.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSummary {
    /// Name of the data.
    pub name: String,
    /// Where they are from.
    pub source: String,
    /// How the file was read, and what of it was left out.
    pub reading: ReadReport,
    /// What was found out or assumed, each with the option that decides otherwise.
    pub guesses: Vec<Guess>,
    /// The columns that are used, in the order of the file.
    pub columns: Vec<ColumnSummary>,
    /// Names of columns that are used but constant over the training rows, and so left out.
    pub constant: Vec<String>,
    /// What is predicted.
    pub target: TargetSummary,
    /// Inputs of the network.
    pub inputs: usize,
    /// Rows to train on.
    pub training_rows: usize,
    /// Rows to validate on.
    pub validation_rows: usize,
    /// The file they are from, where they are not some of the table's own.
    pub validation_source: Option<String>,
    /// Width and height, where every row is an image.
    pub image: Option<(usize, usize)>,
    /// Rows for the last judgement, where there are any.
    pub test_rows: Option<usize>,
    /// Validation rows whose values a training row has as well: on those the network may look
    /// better than it is.
    pub duplicates: usize,
    /// Accuracy (or R²) of the same prediction for every validation row.
    pub baseline: f64,
    /// The class or the number that is.
    pub baseline_prediction: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// Its number in the file, from 1.
    pub number: usize,
    /// `number`, `category`, `yes/no` or `pixel`.
    pub kind: &'static str,
    /// Rows in which it is missing.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    /// Whether there are more than that.
    pub distinct_is_least: bool,
    /// Least, mean and greatest value, of numbers.
    pub range: Option<Range>,
    /// Names of the values, of texts.
    pub values: Vec<String>,
    /// Rows in each of so many equal parts of the range, or with each value.
    pub counts: Vec<usize>,
}

/// Where numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// The least.
    pub least: f32,
    /// Their mean.
    pub mean: f64,
    /// The greatest.
    pub greatest: f32,
}

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetSummary {
    /// The column's name.
    pub name: String,
    /// Its number in the file, from 1.
    pub number: usize,
    /// `classification` or `regression`.
    pub task: &'static str,
    /// The classes and how many rows have each.
    pub classes: Vec<(String, usize)>,
    /// Least, mean and greatest value, of numbers.
    pub range: Option<Range>,
    /// Rows in each of so many equal parts of that range; empty for classes.
    pub counts: Vec<usize>,
}

impl DataSummary {
    /// The card of `dataset`, split as in `prepared`.
    pub fn new(dataset: &Dataset, prepared: &Prepared) -> Self {
        let columns = dataset.columns.iter().enumerate();
        let columns = columns.map(|(index, column)| {
            let summary = Summary::of(dataset.values.column(index));
            ColumnSummary::new(&column.name, column.column + 1, &column.kind, summary)
        });
        let classes = dataset.class_names().iter().cloned();
        let (task, range, counts) = match &dataset.target {
            Target::Classes { .. } => ("classification", None, Vec::new()),
            Target::Numbers(values) => {
                let summary = Summary::of(ArrayView1::from(values.as_slice()));
                ("regression", summary.range(), summary.by_part())
            }
        };
        Self {
            name: dataset.name.clone(),
            source: dataset.source.clone(),
            reading: dataset.report.clone(),
            guesses: guesses(dataset, prepared),
            columns: columns.collect(),
            constant: prepared.left_out.clone(),
            target: TargetSummary {
                name: dataset.target_name.clone(),
                number: dataset.target_column + 1,
                task,
                classes: classes.zip(dataset.class_counts()).collect(),
                range,
                counts,
            },
            inputs: prepared.preprocessing.inputs(),
            training_rows: prepared.training.rows(),
            validation_rows: prepared.validation.rows(),
            validation_source: dataset.validation.as_ref().map(|it| it.source.clone()),
            image: dataset.image,
            test_rows: prepared.test.as_ref().map(Samples::rows),
            duplicates: duplicates(&prepared.training, &prepared.validation),
            baseline: prepared.baseline.score(),
            baseline_prediction: match (&prepared.baseline, prepared.task.scale()) {
                (Baseline::Majority { class, .. }, _) => dataset.class_names()[*class].clone(),
                (Baseline::Mean { .. }, scale) => {
                    scale.map_or(String::new(), |scale| format!("{:.4}", scale.mean))
                }
            },
        }
    }
}

impl DataSummary {
    /// The guesses, in groups of those about the same thing.
    pub fn grouped_guesses(&self) -> impl Iterator<Item = (&'static str, &[Guess])> {
        let groups = self.guesses.chunk_by(|a, b| a.about == b.about);
        groups.filter_map(|group| Some((group.first()?.about, group)))
    }

    /// How many inputs the network has, in words.
    pub fn inputs_text(&self) -> String {
        match self.inputs {
            1 => "1 number goes into the network".into(),
            inputs => format!("{inputs} numbers go into the network"),
        }
    }

    /// How many rows are on both sides of the split, in words.
    pub fn duplicates_text(&self) -> String {
        match self.duplicates {
            0 => "no validation row has the values of a training row".into(),
            1 => "1 validation row has the values of a training row".into(),
            rows => format!("{rows} validation rows have the values of a training row"),
        }
    }
}

impl ColumnSummary {
    fn new(name: &str, number: usize, kind: &ColumnKind, summary: Summary) -> Self {
        let is_text = matches!(
            kind,
            ColumnKind::Categorical { .. } | ColumnKind::Boolean { .. }
        );
        let (kind, values) = match kind {
            ColumnKind::Numeric => ("number", Vec::new()),
            ColumnKind::Pixel { .. } => ("pixel", Vec::new()),
            ColumnKind::Boolean { no, yes } => ("yes/no", vec![no[0].clone(), yes[0].clone()]),
            ColumnKind::Categorical { values, other } => {
                let other = other.then(|| "other".to_owned());
                ("category", values.iter().cloned().chain(other).collect())
            }
        };
        Self {
            name: name.to_owned(),
            number,
            kind,
            missing: summary.missing,
            distinct: summary.distinct.len(),
            distinct_is_least: summary.distinct.len() == MOST_COUNTED,
            range: summary.range().filter(|_| !is_text),
            counts: if is_text {
                summary.by_value(values.len())
            } else {
                summary.by_part()
            },
            values,
        }
    }
}

/// What is to be said of the values of one column.
struct Summary<'v> {
    values: ArrayView1<'v, f32>,
    missing: usize,
    /// Bits of different values, at most [`MOST_COUNTED`].
    distinct: HashSet<u32>,
    min: f32,
    max: f32,
    sum: f64,
}

impl<'v> Summary<'v> {
    fn of(values: ArrayView1<'v, f32>) -> Self {
        let mut summary = Self {
            values,
            missing: 0,
            distinct: HashSet::new(),
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
            sum: 0.0,
        };
        for &value in values {
            if value.is_nan() {
                summary.missing += 1;
                continue;
            }
            if summary.distinct.len() < MOST_COUNTED {
                summary.distinct.insert(value.to_bits());
            }
            summary.min = summary.min.min(value);
            summary.max = summary.max.max(value);
            summary.sum += f64::from(value);
        }
        summary
    }

    fn present(&self) -> usize {
        self.values.len() - self.missing
    }

    fn range(&self) -> Option<Range> {
        (self.present() > 0).then(|| Range {
            least: self.min,
            mean: self.sum / self.present() as f64,
            greatest: self.max,
        })
    }

    fn by_value(&self, values: usize) -> Vec<usize> {
        let mut counts = vec![0; values];
        for &value in self.values.iter().filter(|value| !value.is_nan()) {
            if let Some(count) = counts.get_mut(value as usize) {
                *count += 1;
            }
        }
        counts
    }

    fn by_part(&self) -> Vec<usize> {
        let mut counts = vec![0; BARS];
        let length = f64::from(self.max) - f64::from(self.min);
        for &value in self.values.iter().filter(|value| !value.is_nan()) {
            let share = (f64::from(value) - f64::from(self.min)) / length;
            // Of equal values the share is NaN, which becomes 0.
            let part = (share * BARS as f64) as usize;
            counts[part.min(BARS - 1)] += 1;
        }
        counts
    }
}

/// How many of the `validation` rows have the raw values of a `training` row.
fn duplicates(training: &Samples, validation: &Samples) -> usize {
    let hash = |samples: &Samples, row: usize| {
        let mut hasher = DefaultHasher::new();
        for value in samples.raw_row(row) {
            value.to_bits().hash(&mut hasher);
        }
        hasher.finish()
    };
    // Only of the validation rows, which are fewer, every hash is kept.
    let judged: Vec<u64> = (0..validation.rows())
        .map(|row| hash(validation, row))
        .collect();
    let wanted: HashSet<u64> = judged.iter().copied().collect();
    let seen: HashSet<u64> = (0..training.rows())
        .map(|row| hash(training, row))
        .filter(|found| wanted.contains(found))
        .collect();
    judged.iter().filter(|found| seen.contains(found)).count()
}

#[cfg(test)]
mod tests {
    use crate::data::{dataset_of, prepare};

    use super::*;

    fn card(text: &str, fraction: f64) -> DataSummary {
        let data = dataset_of(text.as_bytes(), None).expect("loads");
        DataSummary::new(&data, &prepare(&data, fraction, 1).expect("prepared"))
    }

    #[test]
    fn columns_are_summed_up() {
        let text = "x,colour,kind\n1,red,a\n,blue,b\n5,red,a\n9,NA,b\n";
        let card = card(text, 0.0);
        let x = &card.columns[0];
        assert_eq!((x.kind, x.missing, x.distinct), ("number", 1, 3));
        let range = x.range.expect("numbers");
        assert_eq!((range.least, range.mean, range.greatest), (1.0, 5.0, 9.0));
        assert_eq!(x.counts, [1, 0, 0, 0, 1, 0, 0, 1]);
        let colour = &card.columns[1];
        assert_eq!(
            (colour.kind, colour.missing, colour.number),
            ("category", 1, 2)
        );
        assert_eq!(
            (colour.values.concat(), &colour.counts[..]),
            ("redblue".into(), &[2, 1][..])
        );
        assert_eq!(
            card.target.classes,
            [("a".to_owned(), 2), ("b".to_owned(), 2)]
        );
        assert_eq!((card.baseline, card.inputs), (0.5, 3));
    }

    #[test]
    fn rows_on_both_sides_of_the_split_are_counted() {
        let rows: String = (0..20)
            .map(|i| format!("{},{}\n", i % 2, ["a", "b"][i % 2]))
            .collect();
        let card = card(&format!("x,kind\n{rows}"), 0.2);
        assert_eq!((card.validation_rows, card.duplicates), (4, 4));
    }

    #[test]
    fn equal_values_have_a_histogram() {
        let card = card("x,y,kind\n1,2,a\n1,3,b\n1,4,a\n1,5,b\n", 0.0);
        assert_eq!(card.columns[0].counts, [4, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(card.constant, ["x"]);
    }
}
