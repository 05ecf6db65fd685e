//! Preparation of a data set for training: split, encoding, baseline.

use std::sync::Arc;

use super::preprocessing::Preprocessing;
use super::samples::{Rows, Samples};
use super::split::{Split, stratified};
use crate::data::summary::facts;
use crate::data::{Baseline, Dataset, Fact, HeldOut, Severity, Target, Task};
use crate::error::{DataProblem, Error, Place, Result};

/// A data set that is split and encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// [`Dataset::name`].
    pub name: String,
    /// [`Dataset::source`].
    pub source: String,
    /// Name of the predicted column.
    pub target_name: String,
    /// Classification or regression.
    pub task: Task,
    /// Names of the network outputs: the classes, or the target.
    pub output_names: Vec<String>,
    /// Names of the network inputs; see [`Preprocessing::input_names`].
    pub input_names: Vec<String>,
    /// Encoding of the columns.
    pub preprocessing: Arc<Preprocessing>,
    /// Names of the columns excluded because they are constant over the training rows.
    pub left_out: Vec<String>,
    /// Training rows.
    pub training: Samples,
    /// Validation rows; none if the fraction was 0.
    pub validation: Samples,
    /// Test rows, if there is a test file.
    pub test: Option<Samples>,
    /// Facts that are known once the data are split; see [`crate::data::DataSummary::facts`].
    pub facts: Vec<Fact>,
    /// Score of the best constant prediction.
    pub baseline: Baseline,
    /// Width and height, if every row is an image.
    pub image: Option<(usize, usize)>,
}

impl Prepared {
    /// Returns the names of the classes, one for every network output; none for regression.
    pub fn class_names(&self) -> &[String] {
        self.task.classes()
    }

    /// Returns the facts that every run reports at its start.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.facts.iter();
        let notes = notes.filter(|fact| fact.severity >= Severity::Note);
        notes.map(Fact::note).collect()
    }
}

/// Splits `dataset` (see [`stratified`]), unless it has validation rows of another file, and encodes
/// both parts by the statistics of the training rows, so that nothing about the validation rows
/// reaches the network.
///
/// # Errors
/// [`Error::Usage`] if `validation_fraction` is not from 0 up to, not including, 1;
/// [`DataProblem::TooFewRows`] if it is above 0 and no class has a row to spare,
/// [`DataProblem::RareClass`] if only some have;
/// [`DataProblem::NoFeatures`].
pub fn prepare(dataset: &Dataset, validation_fraction: f64, seed: u64) -> Result<Prepared> {
    if !(0.0..1.0).contains(&validation_fraction) {
        return Err(Error::Usage(format!(
            "the validation fraction is {validation_fraction}; it must be at least 0 and below 1"
        )));
    }
    let split = split(dataset, validation_fraction, seed)?;
    let (preprocessing, left_out) = Preprocessing::fit(dataset, &split.training)?;
    let task = Task::fit(dataset, &split.training)?;
    let preprocessing = Arc::new(preprocessing);
    let all = |rows: &HeldOut| {
        let indices = (0..rows.values.nrows() as u32).collect();
        Samples::pick(
            &Rows::held_out(dataset, rows),
            indices,
            &preprocessing,
            &task,
        )
    };
    let rows = Rows::of(dataset);
    let training = Samples::pick(&rows, split.training, &preprocessing, &task);
    let validation = match &dataset.validation {
        Some(rows) => all(rows),
        None => Samples::pick(&rows, split.validation, &preprocessing, &task),
    };
    let test = dataset.test.as_ref().map(all);
    let baseline = Baseline::of(&training, &validation);
    let facts = facts::collect(
        dataset,
        &task,
        &baseline,
        [&training, &validation],
        test.as_ref(),
        &left_out,
        preprocessing.inputs(),
    );
    Ok(Prepared {
        name: dataset.name.clone(),
        source: dataset.source.clone(),
        target_name: dataset.target_name.clone(),
        baseline,
        training,
        validation,
        test,
        output_names: match &task {
            Task::Classification { classes } => classes.clone(),
            Task::Regression(_) => vec![dataset.target_name.clone()],
        },
        input_names: preprocessing.input_names(),
        facts,
        image: dataset.image,
        task,
        preprocessing,
        left_out,
    })
}

/// Splits the rows of the table.
fn split(dataset: &Dataset, fraction: f64, seed: u64) -> Result<Split> {
    let rows = dataset.rows();
    if dataset.validation.is_some() || fraction == 0.0 {
        return Ok(Split {
            training: (0..rows as u32).collect(),
            validation: Vec::new(),
        });
    }
    let split = match &dataset.target {
        Target::Classes { names, labels } => stratified(labels, names.len(), fraction, seed),
        // Numbers have no strata: all rows are of one kind.
        Target::Numbers(_) => stratified(&vec![0; rows], 1, fraction, seed),
    };
    let place = || Place::whole(&dataset.source);
    if split.validation.is_empty() {
        return Err(Error::data(place(), DataProblem::TooFewRows { rows }));
    }
    let counts = dataset.class_counts();
    if let Some(class) = counts.iter().position(|&count| count < 2) {
        let class = dataset.class_names()[class].clone();
        return Err(Error::data(place(), DataProblem::RareClass { class }));
    }
    Ok(split)
}

#[cfg(test)]
mod tests {
    use crate::data::{Source, dataset_of, load};

    use super::*;

    #[test]
    fn iris_is_split_and_standardised() {
        let iris = load(&Source::parse("iris"), None).expect("iris");
        let prepared = prepare(&iris, 0.2, 1).expect("prepared");
        assert_eq!(prepared.training.inputs(0..120).dim(), (120, 4));
        assert_eq!(prepared.validation.inputs(0..30).dim(), (30, 4));
        for class in 0..3 {
            let targets = &prepared.validation.targets;
            let of_class = (0..30).filter(|&row| targets.class(row) == Some(class));
            assert_eq!(of_class.count(), 10);
        }
        let line = prepared.validation.line(3);
        let row = iris.lines.iter().position(|l| l == line).expect("a row");
        assert_eq!(prepared.validation.raw_row(3), iris.values.row(row));
        let Target::Classes { labels, .. } = &iris.target else {
            panic!("{:?}", iris.target);
        };
        let class = prepared.validation.targets.class(3);
        assert_eq!(class, Some(labels[row] as usize));
        for column in prepared.training.inputs(0..120).columns() {
            let column = column.mapv(f64::from);
            let mean = column.sum() / 120.0;
            let variance = column.mapv(|x| (x - mean).powi(2)).sum() / 120.0;
            assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn constant_columns_are_named_and_the_others_keep_their_order() {
        let digits = load(&Source::parse("digits"), None).expect("digits");
        let prepared = prepare(&digits, 0.2, 1).expect("prepared");
        assert!(prepared.left_out.contains(&"r0c0".to_owned()));
        let inputs = prepared.preprocessing.inputs();
        assert_eq!(inputs + prepared.left_out.len(), 64);
        assert_eq!(prepared.training.raw_row(0).len(), inputs);
        for column in &prepared.preprocessing.columns {
            assert_eq!(column.name, digits.columns[column.column].name);
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        let few = dataset_of(b"x,class\n1,a\n2,b\n", None).expect("loads");
        assert_eq!(
            prepare(&few, 0.2, 1).expect_err("too few").to_string(),
            "t.csv: 2 rows are too few to split into training and validation rows"
        );
        let prepared = prepare(&few, 0.0, 1).expect("all train");
        assert_eq!(
            (prepared.training.rows(), prepared.validation.rows()),
            (2, 0)
        );
        for fraction in [1.0, -0.1, f64::NAN] {
            assert_eq!(
                prepare(&few, fraction, 1).expect_err("usage").exit_code(),
                2
            );
        }
    }
}
