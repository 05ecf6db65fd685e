//! The command line: [`args`] are parsed, checked to a [`job`], and run.

pub mod args;
mod checks;
mod config;
mod describe;
mod distinct_files;
mod eval;
mod failure;
pub mod headless;
pub mod job;
pub mod lesson;
mod lesson_places;
mod load_options;
mod loading;
mod outputs;
mod parse_error;
mod parsing;
mod predict;
mod resume;
mod sweep;
mod training;
mod trials;
mod warm_start;
mod watch;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use clap_complete::Shell;

use crate::data::{Source, SplitFile};
use crate::error::{Error, Result};
use crate::model_file::remove_temporary_files;
use crate::nn::kernels::Instructions;
use crate::record::STANDARD_OUTPUT;
use crate::settings::with_flags;
use crate::tui;
use crate::util::lang;
use crate::util::lang::say;
use crate::util::signals::start_watching;
use crate::util::{background, memory};
use args::{Args, Command, GlobalArgs, TrainingArgs};
use job::Job;
use parsing::{given_options, parse};
use training::{load, load_alone, recipe, save_split, start, train};

/// Returns whether there is memory for arguments and messages. If not, says so on standard error.
pub fn has_memory_to_start() -> bool {
    let has_memory = memory::has_minimum();
    if !has_memory {
        // In English: looking for the language takes memory. If nobody reads it, there is nobody to tell.
        let _ = io::stderr().write_all(b"nn-tui: starting takes 16.0 MiB of memory\n");
    }
    has_memory
}

/// Has requests to end that arrive before a run watches them end the process, and remove temporary files.
pub fn watch_signals() {
    // A run that cannot watch them reports that.
    let _ = start_watching(remove_temporary_files);
}

/// Runs the program with `arguments`, its own name first. Returns the exit code.
///
/// # Errors
/// Any error; it knows its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let json = failure::asks_for_json(&arguments);
    // Errors of the parser are in this language too.
    lang::set_default(failure::language(&arguments));
    // Before the options, whose descriptions take some.
    let work = match memory::check_reserve() {
        Ok(()) => match parse(arguments) {
            Ok(args) => prepare_work(args),
            // Help and the version come this way too.
            Err(answer) => return failure::print(answer, json),
        },
        Err(error) => Err(error),
    };
    let failed = |error| {
        if json {
            failure::write_json(&error);
        }
        error
    };
    work.map_err(failed)?()
}

/// Prints `error` to standard error, if that takes it within a few seconds.
pub fn print_error(error: &Error) {
    print_message(&message(error));
}

/// Returns the message of `error`, in which settings are flags.
fn message(error: &Error) -> String {
    match error {
        Error::Usage(problem) => with_flags(problem),
        other => other.to_string(),
    }
}

/// Prints what the user should know at the start, if there is anything.
fn print_notice(notice: Option<String>) {
    if let Some(notice) = notice {
        // Standard error may be closed.
        let _ = writeln!(io::stderr(), "{notice}");
    }
}

fn print_message(message: &str) {
    background::print_error(&format!("nn-tui: {message}"));
}

/// Work that has passed all checks. Its own failures are reported by itself.
type Work = Box<dyn FnOnce() -> Result<u8>>;

/// Carries out the arguments, up to the start of a training.
///
/// # Errors
/// Any error.
fn prepare_work(args: Args) -> Result<Work> {
    Instructions::check_environment()?;
    let GlobalArgs {
        reading,
        json,
        force,
        ..
    } = &args.global;
    let is_json_known = !matches!(
        args.command,
        Some(Command::Predict { .. } | Command::Completions { .. } | Command::Lesson { .. })
    );
    if *json && !is_json_known {
        return Err(Error::Usage(
            say!("json-only", "--json goes with training, eval and watch").into(),
        ));
    }
    match args.command {
        Some(Command::Predict { model, data }) => predict::run(
            &model,
            &Source::parse(data),
            &load_options::reading(reading)?,
        )?,
        Some(Command::Eval {
            model,
            data,
            split,
            rows,
        }) => {
            let (source, reading) = (Source::parse(data), load_options::reading(reading)?);
            let split =
                split.map(|path| SplitFile::read(&Source::File(path))?.selection(rows, *force));
            eval::run(&model, &source, &reading, split.transpose()?, *json)?;
        }
        Some(Command::Lesson {
            name: Some(name),
            options,
            step,
        }) => return lesson::prepare(&name, step, &options, &args.global),
        Some(Command::Lesson { name: None, .. }) => lesson::list()?,
        Some(Command::Sweep(sweep)) => {
            let code = sweep::run(&sweep, &args.global)?;
            return Ok(Box::new(move || Ok(code)));
        }
        Some(Command::Watch {
            paths,
            filter,
            screen,
        }) => return watch::prepare(paths, filter, screen, *json),
        Some(Command::Completions { shell }) => write_completions(shell)?,
        None => {
            let resume = &args.training.saving.resume;
            if matches!(resume, Some(Some(path)) if path.as_os_str() == "list") {
                resume::list()?;
            } else {
                return train(check_job(&args.training, &args.global)?);
            }
        }
    }
    Ok(Box::new(|| Ok(0)))
}

/// Checks the arguments of a training. Without a terminal that can show the screen, the run is
/// headless; the reason is printed if it is the terminal's.
///
/// # Errors
/// [`Error::Usage`].
fn check_job(args: &TrainingArgs, global: &GlobalArgs) -> Result<Job> {
    let is_terminal = io::stdout().is_terminal();
    let unusable = tui::unusable().filter(|_| is_terminal);
    let can_show = is_terminal && unusable.is_none();
    let job = match &args.saving.resume {
        Some(path) => resume::job(path.as_deref(), args, global, can_show)?,
        None => warm_start::job(args, global, can_show)?,
    };
    if let Some(reason) = unusable
        && !args.is_without_screen(global)
    {
        // Standard error may be closed.
        let _ = writeln!(
            io::stderr(),
            "{}",
            say!(
                "no-screen",
                "nn-tui: {reason}: training without the screen",
                reason
            )
        );
    }
    Ok(job)
}

fn write_completions(shell: Shell) -> Result<()> {
    // Generated into memory, because the generator panics where it can't write.
    let mut script = Vec::new();
    // A file for a program: the same in every language.
    let mut command = lang::in_english(args::command);
    clap_complete::generate(shell, &mut command, "nn-tui", &mut script);
    print(script)
}

/// Writes `text` to standard output.
///
/// # Errors
/// [`Error::CannotWrite`]. A closed pipe, as by `head`, is no failure.
fn print(text: impl AsRef<[u8]>) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_ref());
    standard_output(written.and_then(|()| stdout.flush()))
}

/// Converts the result of writing to standard output. A closed pipe, as by `head`, is no failure.
fn standard_output(written: io::Result<()>) -> Result<()> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Error::CannotWrite {
            path: STANDARD_OUTPUT.into(),
            cause,
        }),
        _ => Ok(()),
    }
}
