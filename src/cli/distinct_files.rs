//! The check that a run replaces neither what it reads nor its own outputs, which `--force` does not allow
//! either.

use std::path::{Path, PathBuf};

use super::job::Job;
use crate::data::{Source, SplitMethod, ValidationRows, files_beside};
use crate::error::{Error, Result};
use crate::model_file::is_same_file;
use crate::util::text::sanitise;

/// Checks that each file that `job` writes is neither one that it reads nor another one that it writes. A run
/// that is resumed may replace its checkpoint, and a training that starts from a model that model.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn check(job: &Job) -> Result<()> {
    let checkpoint = job.checkpoint.as_ref().map(|option| &*option.path);
    let export = job.export.as_ref().map(|option| &*option.path);
    let log = job.log.as_ref().map(|option| &*option.path);
    let outputs = [
        ("--checkpoint", checkpoint),
        ("--export", export),
        ("--log", log),
        ("--save-split", job.save_split.as_deref()),
    ];
    let outputs = outputs.map(|(option, path)| path.map(|path| (option, path)));
    let outputs: Vec<(&str, &Path)> = outputs.into_iter().flatten().collect();
    let inputs = inputs(job);
    for (place, &(option, path)) in outputs.iter().enumerate() {
        let is_successor = |role: &str| {
            matches!(
                (option, role),
                ("--checkpoint", "--resume") | ("--export", "--from")
            )
        };
        let is_read =
            |(role, input): &&(&str, PathBuf)| !is_successor(role) && is_same_file(path, input);
        if let Some((role, _)) = inputs.iter().find(is_read) {
            return Err(refused(
                option,
                path,
                &format!("the file of {role}, which is read"),
            ));
        }
        let mut earlier = outputs[..place].iter();
        if let Some((other, _)) = earlier.find(|(_, other)| is_same_file(path, other)) {
            return Err(refused(option, path, &format!("the file of {other} too")));
        }
    }
    Ok(())
}

/// Lists the files that `job` reads, each with the argument that names it.
fn inputs(job: &Job) -> Vec<(&'static str, PathBuf)> {
    let validation = match &job.options.validation {
        ValidationRows::File(file) => Some(file),
        ValidationRows::Auto | ValidationRows::Split => None,
    };
    let split = match &job.options.split {
        SplitMethod::Listed(file) => Some(file),
        SplitMethod::Random | SplitMethod::Time(_) | SplitMethod::Group(_) => None,
    };
    let sources = [
        ("DATA", Some(&job.source)),
        ("--val", validation),
        ("--test", job.options.test.as_ref()),
        ("--split", split),
    ];
    let mut inputs = Vec::new();
    for (role, source) in sources {
        let Some(source) = source else {
            continue;
        };
        match source {
            Source::File(path) => {
                inputs.push((role, path.clone()));
                inputs.extend(files_beside(source).into_iter().map(|path| (role, path)));
            }
            // Where there is such a name, it leads to the file that standard input was opened from.
            Source::Stdin => inputs.push((role, "/dev/stdin".into())),
            Source::BuiltIn(_) => {}
        }
    }
    let resumed = job.resume.as_ref().map(|order| order.path().to_owned());
    inputs.extend(resumed.map(|path| ("--resume", path)));
    inputs.extend(job.from.clone().map(|path| ("--from", path)));
    inputs
}

fn refused(option: &str, path: &Path, what: &str) -> Error {
    let path = sanitise(&path.to_string_lossy());
    Error::Usage(format!("{option} {path} is {what}; name another file"))
}
