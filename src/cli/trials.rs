//! `--folds K` and `--repeat N`: scores of several trainings.

use std::io;
use std::sync::Arc;

use super::job::Job;
use super::standard_output;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::record::{STANDARD_OUTPUT, TrialReport};
use crate::train::Trials;

/// Number of trainings that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialCount {
    /// Folds of a cross-validation, if it is one.
    pub folds: Option<usize>,
    /// Seeds, one after the other.
    pub seeds: u64,
}

impl TrialCount {
    /// A single training.
    pub const ONE: Self = Self {
        folds: None,
        seeds: 1,
    };
}

/// Gathers the trainings of `job` on `dataset`, which leave test rows alone if they are kept.
///
/// # Errors
/// Those of [`Job::refits`] and of [`super::recipe`].
pub(super) fn trials(
    job: &Job,
    dataset: Arc<Dataset>,
    count: TrialCount,
    keeps_test_rows: bool,
) -> Result<Trials> {
    let is_validated = job.choices.validation > 0.0 || dataset.validation.is_some();
    // A network that is trained on the validation rows cannot be scored on them.
    let has_test_rows = dataset.test.is_some() || dataset.test_fraction > 0.0;
    let is_scored =
        count.folds.is_some() || !keeps_test_rows && (has_test_rows || job.refit.is_some());
    Ok(Trials {
        limits: job.limits_for(is_validated),
        weights: job.weights,
        folds: count.folds,
        seeds: count.seeds,
        refit: is_scored && job.refits(&dataset, is_validated)?,
        keeps_test_rows,
        recipe: super::recipe(job, dataset)?,
    })
}

/// Trains the networks of `job` on parts of `dataset` and writes their scores, as text or as JSON lines.
///
/// # Errors
/// Those of [`Trials::run`]; [`Error::Usage`](crate::error::Error::Usage);
/// [`Error::CannotWrite`](crate::error::Error::CannotWrite).
pub(super) fn run(job: &Job, dataset: Dataset, count: TrialCount) -> Result<()> {
    let trials = trials(job, Arc::new(dataset), count, false)?;
    let report = TrialReport::new(&trials, job.json);
    let (mut stdout, mut stderr) = (io::stdout().lock(), io::stderr());
    // Standard error may be closed.
    let _ = report.start(&mut stderr);
    let failed = |cause| Error::CannotWrite {
        path: STANDARD_OUTPUT.into(),
        cause,
    };
    let done = trials.run(|trial| {
        // Without a reader the other trainings are for nobody.
        (report.trial(trial, &mut stdout, &mut stderr)).map_err(failed)
    });
    match done {
        Ok(done) => standard_output(report.finish(&done, &mut stdout)),
        Err(Error::CannotWrite { cause, .. }) => standard_output(Err(cause)),
        Err(error) => Err(error),
    }
}
