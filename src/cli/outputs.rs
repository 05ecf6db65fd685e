//! Checks that the files of a run can be written when it ends: better before it than after an hour of training.

use std::io;

use super::job::{FrontEnd, Job};
use super::resume::ResumeOrder;
use crate::error::{Error, Result};
use crate::model_file::{ExportOption, check_writable};
use crate::train::CheckpointOption;
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Checks each file that `job` writes. Returns a notice for the user of a run on the screen that starts although its
/// model cannot be written yet.
///
/// # Errors
/// [`Error::Exists`], [`Error::CannotWrite`].
pub(super) fn check(job: &Job) -> Result<Option<String>> {
    if let Some(CheckpointOption { path, replace, .. }) = &job.checkpoint {
        let is_own = job.resume.as_ref().is_some_and(|order| order.owns(path));
        check_writable(path, *replace || is_own)?;
    }
    let notice = match &job.export {
        Some(export) => check_export(job, export)?,
        None => None,
    };
    if let Some(log) = &job.log {
        log.check()?;
    }
    for path in [&job.export_training, &job.save_split]
        .into_iter()
        .flatten()
    {
        check_writable(path, job.force)?;
    }
    Ok(notice)
}

/// Checks the file of the model. If a resumed run has its path from the checkpoint, the screen opens all the same, since
/// it asks for another path when the user quits.
fn check_export(
    job: &Job,
    ExportOption { path, replace }: &ExportOption,
) -> Result<Option<String>> {
    let resume = job.resume.as_ref();
    let is_own = resume.is_some_and(|order| order.owns_model(path));
    let checked = check_writable(path, *replace || is_own);
    match (checked, resume.filter(|order| order.keeps_export)) {
        (Ok(()), _) => Ok(None),
        (Err(error), None) => Err(error),
        (Err(error), Some(_)) if matches!(job.front_end, FrontEnd::Screen(_)) => Ok(Some(say!(
            "export-later",
            "{error}; quitting asks for another path",
            error
        ))),
        (Err(error), Some(order)) => Err(explain(error, order)),
    }
}

/// Adds to the `error` about a path from the checkpoint of `order` where it comes from, and what helps.
fn explain(error: Error, order: &ResumeOrder) -> Error {
    let (path, cause, help) = match error {
        Error::Exists(path) => {
            let cause = io::Error::new(
                io::ErrorKind::AlreadyExists,
                say!("exists-already", "it exists already"),
            );
            (path, cause, say!("help-force", "replace it with --force"))
        }
        Error::CannotWrite { path, cause } if cause.kind() == io::ErrorKind::NotFound => {
            (path, cause, say!("help-directory", "create the directory"))
        }
        Error::CannotWrite { path, cause } => {
            (path, cause, say!("help-writable", "make it writable"))
        }
        other => return other,
    };
    let checkpoint = sanitise(&order.path().to_string_lossy());
    let text = say!(
        "export-of-run",
        "{cause}; it is the --export of the run in {checkpoint}: {help}, or name another file with --export PATH",
        cause,
        checkpoint,
        help
    );
    Error::CannotWrite {
        path,
        cause: io::Error::new(cause.kind(), text),
    }
}
