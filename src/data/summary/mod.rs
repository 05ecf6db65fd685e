//! Summary of a data set before training: facts, statistics of every column, the target and the
//! split. Shown by the Data and Columns panels and by `--describe`.

pub(super) mod collect;
mod columns;
mod facts;
mod leaks;

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::thread;

use ndarray::ArrayView2;
use serde::Serialize;

use super::{Baseline, Dataset, Prepared, ReadReport, Samples, Target};
use columns::Statistics;
pub use columns::{ColumnSummary, Range};
pub use facts::{Fact, Severity, Topic};
use util::error::shown_source;
use util::numbers::score;
use util::text::sanitise;

/// Bins of a column's histogram.
const BINS: usize = 8;

/// Summary of a data set and its split. Serialised by `--describe --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSummary {
    /// Short name of the data set.
    pub name: String,
    /// Path of the file, or `built-in iris`.
    pub source: String,
    /// Format of the file, and the rows and columns that were excluded while reading.
    pub reading: ReadReport,
    /// Facts in the order of their topics.
    #[serde(rename = "guesses")]
    pub facts: Vec<Fact>,
    /// Columns that are read, in the order of the file.
    pub columns: Vec<ColumnSummary>,
    /// Names of columns that are read but excluded, being constant over the training rows.
    pub constant: Vec<String>,
    /// Predicted column.
    pub target: TargetSummary,
    /// Number of network inputs.
    pub inputs: usize,
    /// Number of training rows.
    pub training_rows: usize,
    /// Number of validation rows.
    pub validation_rows: usize,
    /// File of the validation rows, if they are not split off the table.
    pub validation_source: Option<String>,
    /// Width and height, if every row is an image.
    pub image: Option<(usize, usize)>,
    /// Number of test rows, if there is a test file.
    pub test_rows: Option<usize>,
    /// Number of validation rows whose values a training row has too. On those the network may look
    /// better than it is.
    pub duplicates: usize,
    /// Score of the best constant prediction over the validation rows: accuracy, or R².
    pub baseline: f64,
    /// That prediction: a class, or the mean.
    pub baseline_prediction: String,
}

/// Summary of the predicted column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetSummary {
    /// Name of the column.
    pub name: String,
    /// Number of the column in the file, from 1.
    pub number: usize,
    /// `classification` or `regression`.
    pub task: &'static str,
    /// Classes with their numbers of rows.
    pub classes: Vec<(String, usize)>,
    /// Range of a numeric target.
    pub range: Option<Range>,
    /// Histogram of a numeric target over equal parts of its range; empty for classes.
    pub counts: Vec<usize>,
}

impl DataSummary {
    /// Summarises `dataset`, split as in `prepared`. Takes one pass over the values for the
    /// statistics, one for the histograms and one for duplicate rows, on three threads.
    pub fn new(dataset: &Dataset, prepared: &Prepared) -> Self {
        let (columns, duplicates) = thread::scope(|scope| {
            let count = || duplicates(&prepared.training, &prepared.validation);
            let counting = thread::Builder::new().spawn_scoped(scope, count);
            let columns = columns::summarise(&dataset.columns, dataset.values.view());
            let counted = counting.map(|thread| thread.join().unwrap_or_else(|_| count()));
            (columns, counted.unwrap_or_else(|_| count()))
        });
        let mut facts = prepared.facts.clone();
        if !prepared.validation.is_empty() {
            let behind = facts.partition_point(|fact| fact.topic < Topic::Duplicates);
            facts.insert(behind, facts::duplicates(duplicates));
        }
        Self {
            name: dataset.name.clone(),
            source: dataset.source.clone(),
            reading: dataset.report.clone(),
            facts,
            columns,
            constant: prepared.left_out.clone(),
            target: TargetSummary::new(dataset),
            inputs: prepared.preprocessing.inputs(),
            training_rows: prepared.training.rows(),
            validation_rows: prepared.validation.rows(),
            validation_source: dataset.validation.as_ref().map(|rows| rows.source.clone()),
            image: dataset.image,
            test_rows: prepared.test.as_ref().map(Samples::rows),
            duplicates,
            baseline: prepared.baseline.score(),
            baseline_prediction: match (&prepared.baseline, prepared.task.scale()) {
                (Baseline::Majority { class, .. }, _) => dataset.class_names()[*class].clone(),
                (Baseline::Mean { .. }, scale) => {
                    scale.map_or(String::new(), |scale| score(scale.mean + scale.offset, 4))
                }
            },
        }
    }

    /// Escapes what a terminal must not print in all texts from the table.
    pub fn printable(mut self) -> Self {
        let make = |text: &mut String| *text = sanitise(text);
        for column in &mut self.columns {
            make(&mut column.name);
            column.values.iter_mut().for_each(make);
        }
        self.reading
            .excluded
            .iter_mut()
            .for_each(|column| make(&mut column.name));
        self.constant.iter_mut().for_each(make);
        make(&mut self.target.name);
        self.source = shown_source(&self.source);
        self.target
            .classes
            .iter_mut()
            .for_each(|(class, _)| make(class));
        make(&mut self.baseline_prediction);
        self
    }

    /// Returns the facts in groups of one topic each.
    pub fn facts_by_topic(&self) -> impl Iterator<Item = (Topic, &[Fact])> {
        let groups = self.facts.chunk_by(|a, b| a.topic == b.topic);
        groups.filter_map(|group| Some((group.first()?.topic, group)))
    }
}

impl TargetSummary {
    fn new(dataset: &Dataset) -> Self {
        let classes = dataset.class_names().iter().cloned();
        let (task, range, counts) = match &dataset.target {
            Target::Classes { .. } => ("classification", None, Vec::new()),
            Target::Numbers(values) => {
                // One value in a row: always the right shape.
                let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
                let column = ArrayView2::from_shape((values.len(), 1), &values);
                let (range, counts) = column.map_or((None, Vec::new()), |column| {
                    let statistics = Statistics::of(column);
                    let counts = columns::histograms(column, &statistics).concat();
                    (statistics[0].range(dataset.target_offset), counts)
                });
                ("regression", range, counts)
            }
        };
        Self {
            name: dataset.target_name.clone(),
            number: dataset.target_column + 1,
            task,
            classes: classes.zip(dataset.class_counts()).collect(),
            range,
            counts,
        }
    }
}

/// Set of hashes, which need no hashing again.
type HashedRows = HashSet<u64, BuildHasherDefault<Identity>>;

/// Hasher whose result is the number it was given.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|&byte| self.0 = mixed(self.0, byte.into()));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Mixes `value` into `hash`: both halves of a 128-bit product (as in wyhash).
fn mixed(hash: u64, value: u64) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let product = u128::from(hash ^ value.wrapping_mul(ODD) ^ ODD) * 0xe703_7ed1_a0b4_28db;
    product as u64 ^ (product >> 64) as u64
}

/// Counts the `validation` rows whose raw values are those of a `training` row.
fn duplicates(training: &Samples, validation: &Samples) -> usize {
    /// Number of first values in which most rows differ from all others.
    const FIRST: usize = 4;
    let hash = |samples: &Samples, row: usize, values: usize| {
        let values = samples.raw_values(row).take(values);
        let mut bits = values.map(|value| u64::from(value.to_bits()));
        let mut hash = 1;
        while let Some(low) = bits.next() {
            hash = mixed(hash, bits.next().unwrap_or(0) << 32 | low);
        }
        hash
    };
    // Only the hashes of the validation rows, which are fewer, are kept, and a bit for their first values.
    let mut first = vec![0_u64; 1 << 16];
    let bit = |samples: &Samples, row: usize| {
        let hash = hash(samples, row, FIRST);
        ((hash >> 48) as usize, 1 << (hash % 64))
    };
    for (word, bit) in (0..validation.rows()).map(|row| bit(validation, row)) {
        first[word] |= bit;
    }
    let judged: Vec<u64> = (0..validation.rows())
        .map(|row| hash(validation, row, usize::MAX))
        .collect();
    let wanted: HashedRows = judged.iter().copied().collect();
    let may_be_wanted = |row: &usize| {
        let (word, bit) = bit(training, *row);
        first[word] & bit != 0
    };
    let seen: HashedRows = (0..training.rows())
        .filter(may_be_wanted)
        .map(|row| hash(training, row, usize::MAX))
        .filter(|found| wanted.contains(found))
        .collect();
    judged.iter().filter(|found| seen.contains(found)).count()
}

#[cfg(test)]
mod tests {
    use crate::{dataset_of, prepare};

    use super::*;

    fn summary_of(text: &str, fraction: f64) -> DataSummary {
        let data = dataset_of(text.as_bytes(), None).expect("loads");
        DataSummary::new(&data, &prepare(&data, fraction, 1).expect("prepared"))
    }

    #[test]
    fn columns_are_summed_up() {
        let text = "x,colour,kind\n1,red,a\n,blue,b\n5,red,a\n9,NA,b\n";
        let summary = summary_of(text, 0.0);
        let x = &summary.columns[0];
        assert_eq!((x.kind, x.missing, x.distinct), ("number", 1, 3));
        let range = x.range.expect("numbers");
        assert_eq!((range.min, range.mean, range.max), (1.0, 5.0, 9.0));
        assert_eq!(x.counts, [1, 0, 0, 0, 1, 0, 0, 1]);
        let colour = &summary.columns[1];
        assert_eq!(
            (colour.kind, colour.missing, colour.number),
            ("category", 1, 2)
        );
        assert_eq!(
            (colour.values.concat(), &colour.counts[..]),
            ("redblue".into(), &[2, 1][..])
        );
        assert_eq!(
            summary.target.classes,
            [("a".to_owned(), 2), ("b".to_owned(), 2)]
        );
        assert_eq!((summary.baseline, summary.inputs), (0.5, 3));
    }

    #[test]
    fn rows_on_both_sides_of_the_split_are_counted() {
        let rows: String = (0..20)
            .map(|i| format!("{},{}\n", i % 2, ["a", "b"][i % 2]))
            .collect();
        let summary = summary_of(&format!("x,kind\n{rows}"), 0.2);
        assert_eq!((summary.validation_rows, summary.duplicates), (4, 4));
    }

    #[test]
    fn equal_values_have_a_histogram() {
        let summary = summary_of("x,y,kind\n1,2,a\n1,3,b\n1,4,a\n1,5,b\n", 0.0);
        assert_eq!(summary.columns[0].counts, [4, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(summary.constant, ["x"]);
    }
}
