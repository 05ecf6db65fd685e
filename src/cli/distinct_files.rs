//! The check that a run replaces neither what it reads nor its own outputs, which `--force` does not allow
//! either.

use super::job::Job;
use crate::data::{Source, SplitMethod, ValidationRows, files_beside};
use crate::error::{Error, Result};
use crate::model_file::NamedFiles;
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Checks that each file that `job` writes is neither one that it reads nor another one that it writes. A run
/// that is resumed may replace its checkpoint, and a training that starts from a model that model. Returns all
/// these files.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn check(job: &Job) -> Result<NamedFiles> {
    let mut files = inputs(job);
    let outputs = [
        (
            "--checkpoint",
            job.checkpoint.as_ref().map(|option| &option.path),
        ),
        ("--export", job.export.as_ref().map(|option| &option.path)),
        ("--log", job.log.as_ref().map(|option| &option.path)),
        ("--export-training", job.export_training.as_ref()),
        ("--save-split", job.save_split.as_ref()),
        ("--cast", job.cast.as_ref().map(|option| &option.path)),
    ];
    for (option, path) in outputs {
        let Some(path) = path else {
            continue;
        };
        if let Some(other) = files.conflict(option, path) {
            let path = sanitise(&path.to_string_lossy());
            return Err(Error::Usage(say!(
                "same-file",
                "{option} {path} is the file of {other}; name another file",
                option,
                path,
                other
            )));
        }
        files.add(option, path.clone());
    }
    Ok(files)
}

/// Lists the files that `job` reads, each with the argument that names it.
fn inputs(job: &Job) -> NamedFiles {
    let validation = match &job.options.validation {
        ValidationRows::File(file) => Some(file),
        ValidationRows::Auto | ValidationRows::Split => None,
    };
    let split = match &job.options.split {
        SplitMethod::Listed(file) => Some(file),
        _ => None,
    };
    let sources = [
        ("DATA", Some(&job.source)),
        ("--val", validation),
        ("--test", job.options.test.as_ref()),
        ("--split", split),
    ];
    let mut inputs = NamedFiles::default();
    for (role, source) in sources {
        let Some(source) = source else {
            continue;
        };
        match source {
            Source::File(path) => {
                inputs.add(role, path.clone());
                for path in files_beside(source) {
                    inputs.add(role, path);
                }
            }
            // Where there is such a name, it leads to the file that standard input was opened from.
            Source::Stdin => inputs.add(role, "/dev/stdin".into()),
            Source::BuiltIn(_) => {}
        }
    }
    if let Some(order) = &job.resume {
        inputs.add("--resume", order.path().to_owned());
    }
    if let Some(model) = &job.from {
        inputs.add("--from", model.clone());
    }
    inputs
}
