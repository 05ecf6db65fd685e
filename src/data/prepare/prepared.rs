//! Preparation of a data set for training: split, encoding, baseline.

use std::sync::Arc;

use super::preprocessing::Preprocessing;
use super::samples::{RowSource, Samples};
use super::split::Split;
use crate::summary::collect;
use crate::{Baseline, Dataset, Encoding, Fact, HeldOut, Severity, Task};
use util::error::Result;
use util::error::shown_source;
use util::text::sanitise;

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
    /// Test rows, if there are any.
    pub test: Option<Samples>,
    /// Facts that are known once the data are split; see [`crate::DataSummary::facts`].
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

    /// Returns a copy for the screen, in which what a terminal must not print is escaped in all texts
    /// from the table. Values are shared.
    pub fn printable(&self) -> Self {
        let mut copy = self.clone();
        let make = |text: &mut String| *text = sanitise(text);
        copy.source = shown_source(&copy.source);
        make(&mut copy.target_name);
        let lists = [
            &mut copy.output_names,
            &mut copy.input_names,
            &mut copy.left_out,
        ];
        lists.into_iter().flatten().for_each(make);
        if let Task::Classification { classes } = &mut copy.task {
            classes.iter_mut().for_each(make);
        }
        for column in &mut Arc::make_mut(&mut copy.preprocessing).columns {
            make(&mut column.name);
            match &mut column.encoding {
                Encoding::Numeric { .. } | Encoding::Cyclic { .. } => {}
                Encoding::Categorical { values, .. } => values.iter_mut().for_each(make),
                Encoding::Boolean { no, yes, .. } => no.iter_mut().chain(yes).for_each(make),
            }
        }
        copy
    }

    /// Returns the rows on which predictions are measured: validation, or training if there are no
    /// validation rows.
    pub fn measured(&self) -> &Samples {
        if self.validation.is_empty() {
            &self.training
        } else {
            &self.validation
        }
    }

    /// Returns the facts that every run reports at its start.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.facts.iter();
        let notes = notes.filter(|fact| fact.severity >= Severity::Note);
        notes.map(Fact::note).collect()
    }
}

/// Splits `dataset` (see [`Split::of`]) and encodes all parts by the statistics of the training rows, so
/// that nothing about the other rows reaches the network.
///
/// # Errors
/// [`Error::Usage`](util::error::Error::Usage) if `validation_fraction` is not from 0 up to, not including,
/// 1; [`DataProblem::TooFewRows`](util::error::DataProblem::TooFewRows) if it is above 0 and there is no
/// row to spare; [`DataProblem::NoFeatures`](util::error::DataProblem::NoFeatures).
pub fn prepare(dataset: &Dataset, validation_fraction: f64, seed: u64) -> Result<Prepared> {
    prepare_split(dataset, Split::of(dataset, validation_fraction, seed)?)
}

/// Encodes the rows of each set of `split` by the statistics of the training rows. Rows in none of the sets are left out.
///
/// # Errors
/// [`DataProblem::NoFeatures`](util::error::DataProblem::NoFeatures).
pub fn prepare_split(dataset: &Dataset, split: Split) -> Result<Prepared> {
    let ((preprocessing, left_out), task) = match dataset.base() {
        Some(base) => ((base.preprocessing.clone(), Vec::new()), base.task.clone()),
        None => (
            Preprocessing::fit(dataset, &split.training)?,
            Task::fit(dataset, &split.training)?,
        ),
    };
    let preprocessing = Arc::new(preprocessing);
    let all = |rows: &HeldOut| {
        let indices = (0..rows.values.nrows() as u32).collect();
        Samples::pick(
            &RowSource::held_out(dataset, rows),
            indices,
            &preprocessing,
            &task,
        )
    };
    let rows = RowSource::of(dataset);
    let training = Samples::pick(&rows, split.training, &preprocessing, &task);
    let validation = match &dataset.validation {
        Some(rows) => all(rows),
        None => Samples::pick(&rows, split.validation, &preprocessing, &task),
    };
    let test = match &dataset.test {
        Some(rows) => Some(all(rows)),
        None if split.test.is_empty() => None,
        None => Some(Samples::pick(&rows, split.test, &preprocessing, &task)),
    };
    let baseline = Baseline::of(&training, &validation);
    let facts = collect::collect(
        dataset,
        &task,
        &baseline,
        [&training, &validation],
        test.as_ref(),
        &left_out,
        &preprocessing,
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

#[cfg(test)]
mod tests;
