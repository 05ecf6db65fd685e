//! `--from`: training that starts from a model, and models given in place of a table.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::args::{GlobalArgs, TrainingArgs};
use super::job::Job;
use crate::data::{Source, StartingModel, Task};
use crate::error::{Error, Result};
use crate::model_file::formats::{self, Format};
use crate::model_file::{self, TrainedModel};
use crate::train::Start;
use crate::train::checkpoint::read_about;
use crate::util::lang::say;
use crate::util::text::{brief, sanitise};

/// Checks the arguments of a new training, and reads the model of `--from`.
///
/// # Errors
/// Those of [`Job::check`] and [`model_file::load`]; [`Error::Usage`] for a model or a checkpoint in place of
/// a table.
pub(super) fn job(args: &TrainingArgs, global: &GlobalArgs, is_terminal: bool) -> Result<Job> {
    let mut job = Job::check(args, global, is_terminal)?;
    if let Source::File(path) = &job.source {
        refuse_other_files(path)?;
    }
    if let Some(path) = &args.saving.from {
        start_from(&mut job, model_file::load(path)?);
    }
    Ok(job)
}

fn start_from(job: &mut Job, model: TrainedModel) {
    let architecture = model.architecture;
    let sizes = architecture.sizes();
    let (classes, outputs) = (model.task.classes().len(), architecture.outputs());
    let choices = &mut job.choices;
    choices.hidden = Some(sizes[1..sizes.len() - 1].to_vec());
    choices.activation = architecture.hidden();
    choices.output = Some(architecture.output());
    choices.loss = Some(architecture.loss());
    choices.initialisation = model.training.initialisation;
    choices.single_output = match &model.task {
        Task::Classification { .. } => (classes, outputs) == (2, 1),
        Task::Regression(scale) => scale.is_fraction,
    };
    if let Some(command) = &mut job.command {
        let (own, model) = (&mut command.choices, &job.choices);
        own.hidden.clone_from(&model.hidden);
        own.activation = model.activation;
        (own.output, own.loss) = (model.output, model.loss);
        own.initialisation = model.initialisation;
        own.single_output = model.single_output;
    }
    let mut task = model.task;
    if let Task::Regression(scale) = &mut task {
        // The plan says so.
        scale.is_fraction = false;
    }
    job.options.base = Some(StartingModel {
        preprocessing: model.preprocessing,
        task,
        target: model.target,
    });
    job.start = Some(Arc::new(Start {
        architecture,
        parameters: model.parameters,
    }));
}

/// Returns whether a file that is no valid model of `format` may be a table: JSON that does not begin as a model does.
fn may_be_table(path: &Path, format: &Format) -> bool {
    let mut start = Vec::new();
    let file = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    let begins_as_model = String::from_utf8_lossy(&start).contains("\"nn-tui model\"");
    format.extension == formats::json::EXTENSION && file.is_ok() && !begins_as_model
}

/// Explains a model or a checkpoint that is given in place of a table.
fn refuse_other_files(path: &Path) -> Result<()> {
    let shown = sanitise(&path.to_string_lossy());
    if let Ok(about) = read_about(path) {
        return Err(Error::Usage(say!(
            "is-checkpoint",
            "{shown} is a checkpoint of a run on {data}, epoch {epoch}; nn-tui --resume {shown} continues it",
            shown,
            data = sanitise(&about.data),
            epoch = about.epoch
        )));
    }
    let Ok(format) = formats::for_path(path) else {
        return Ok(());
    };
    if !format.is_readable() && path.is_file() {
        return Err(Error::Usage(say!(
            "is-foreign-model",
            "{shown} is a model for other programs, and no table: nn-tui cannot read {format} files back, only {readable}",
            shown,
            format = format.name,
            readable = formats::readable_extensions()
        )));
    }
    let model = match model_file::load(path) {
        Ok(model) => model,
        Err(error @ Error::Memory(_)) => return Err(error),
        Err(error @ Error::Model { .. }) if !may_be_table(path, format) => return Err(error),
        Err(_) => return Ok(()),
    };
    let predicts = match model.task.classes().len() {
        0 => say!("predicts-number", "the number").to_owned(),
        classes => say!("predicts-class", "one of {classes} classes of", classes),
    };
    Err(Error::Usage(say!(
        "is-model",
        "{shown} is a model and no table: a network {network} that predicts {predicts} \"{target}\"
  nn-tui TABLE --from {shown}     trains it further
  nn-tui predict {shown} TABLE    adds its predictions to a table
  nn-tui eval {shown} TABLE       compares its predictions with a table",
        shown,
        network = model.architecture,
        predicts,
        target = brief(&model.target)
    )))
}
