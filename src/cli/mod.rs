//! The command line: from arguments to a checked job, and on to whoever does it.
//!
//! [`args`] says what can be typed, [`job`] what it means, [`defaults`] what holds where nothing is
//! typed.

pub mod args;
pub mod defaults;
mod describe;
mod eval;
pub mod headless;
pub mod job;
mod load_options;
mod loading;
mod predict;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use crate::data::{Dataset, Source, load_with};
use crate::error::{EXIT_USAGE, Error, Result};
use crate::model_file::ExportOption;
use crate::model_file::check_writable;
use crate::record::STANDARD_OUTPUT;
use crate::train::{Pace, Session, Settings};
use crate::tui;
use crate::tui::app::{Loading, LoadingStage};
use crate::util::memory;
use args::{Args, Command};
use job::{FrontEnd, Job};
use loading::LoadingNotice;

/// Does what `arguments` (the program's name first) ask for, and returns the exit code.
///
/// # Errors
/// Whatever went wrong; the error knows its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(answer) => {
            // Help and the version come this way too. Where they can't be written there is nobody
            // to tell.
            let _ = answer.print();
            return Ok(if answer.use_stderr() { EXIT_USAGE } else { 0 });
        }
    };
    match args.command {
        Some(Command::Predict {
            model,
            data,
            reading,
        }) => predict::run(
            &model,
            &Source::parse(data),
            &load_options::reading(&reading)?,
        )?,
        Some(Command::Eval {
            model,
            data,
            json,
            reading,
        }) => {
            let (source, reading) = (Source::parse(data), load_options::reading(&reading)?);
            eval::run(&model, &source, &reading, json)?;
        }
        Some(Command::Completions { shell }) => write_completions(shell)?,
        None => return train(Job::check(&args.training, io::stdout().is_terminal())?),
    }
    Ok(0)
}

fn train(job: Job) -> Result<u8> {
    if let Some(ExportOption { path, replace }) = &job.export {
        // Better now than after an hour of training.
        check_writable(path, *replace)?;
    }
    if let Some(log) = &job.log {
        check_writable(&log.path, log.replace)?;
    }
    match job.face {
        FrontEnd::Description { json } => {
            describe::run(&job, &load(&job)?, json)?;
            Ok(0)
        }
        FrontEnd::Headless {
            json,
            epochs,
            check_gradients,
        } => {
            let options = headless::Options {
                epochs,
                export: job.export.as_ref(),
                log: job.log.as_ref(),
                json,
                check_gradients,
            };
            let session = session(&job, load(&job)?)?;
            headless::run(session, options)
        }
        FrontEnd::Screen {
            pace,
            paused,
            epochs,
        } => {
            let mut loading = Loading::new(job.source.name(), job.files(), paused);
            loading.export = job.export.clone();
            let log = job.log.clone();
            let load = move |watch: &mut dyn FnMut(LoadingStage) -> ControlFlow<()>| {
                let mut told = |progress| watch(LoadingStage::Reading(progress));
                let dataset = load_with(&job.source, &job.options, &mut told)?;
                if watch(LoadingStage::Preparing).is_break() {
                    return Err(Error::Cancelled);
                }
                let session = session(&job, dataset)?;
                let rows = session.data().training.rows();
                let settings = Settings {
                    pace: pace.unwrap_or_else(|| Pace::auto(session.architecture(), rows)),
                    paused,
                    epochs,
                };
                Ok((session, settings))
            };
            tui::run(loading, Box::new(load), log)
        }
    }
}

/// What is trained on `dataset`.
fn session(job: &Job, dataset: Dataset) -> Result<Session> {
    let plan = job.plan_for(&dataset)?;
    // Constant columns are still to be left out, so the network may become smaller than this.
    let (inputs, outputs) = dataset.most_neurons();
    let architecture = plan.architecture(inputs, outputs)?;
    architecture.check_fits(memory::available())?;
    Session::with_threads(plan, Arc::new(dataset), job.threads)
}

/// Reads the data, and tells how far that is where it takes a while.
fn load(job: &Job) -> Result<Dataset> {
    let mut notice = LoadingNotice::new(job.source.to_string());
    let dataset = load_with(&job.source, &job.options, &mut |progress| {
        notice.show(progress);
        ControlFlow::Continue(())
    });
    notice.clear();
    dataset
}

fn write_completions(shell: Shell) -> Result<()> {
    // Generated into memory, because the generator panics where it can't write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "nn-tui", &mut script);
    let mut stdout = io::stdout().lock();
    standard_output(stdout.write_all(&script).and_then(|()| stdout.flush()))
}

/// What it means that standard output was `written`, or could not be: a reader that has seen
/// enough, such as `head`, is no failure.
fn standard_output(written: io::Result<()>) -> Result<()> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Error::CannotWrite {
            path: STANDARD_OUTPUT.into(),
            cause,
        }),
        _ => Ok(()),
    }
}
