//! `--folds K` and `--repeat N`: scores of several trainings.

use std::io;

use super::job::Job;
use super::standard_output;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::record::{STANDARD_OUTPUT, TrialReport};
use crate::train::{Limits, Trials};

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

/// Trains the networks of `job` on parts of `dataset` and writes their scores, as text or as JSON lines.
///
/// # Errors
/// Those of [`Trials::run`]; [`Error::Usage`](crate::error::Error::Usage);
/// [`Error::CannotWrite`](crate::error::Error::CannotWrite).
pub(super) fn run(
    job: &Job,
    dataset: Dataset,
    (limits, refit): (Limits, bool),
    count: TrialCount,
    json: bool,
) -> Result<()> {
    let trials = Trials {
        recipe: super::recipe(job, dataset)?,
        limits,
        weights: job.weights,
        folds: count.folds,
        seeds: count.seeds,
        refit,
        keeps_test_rows: false,
    };
    let report = TrialReport::new(&trials, json);
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
