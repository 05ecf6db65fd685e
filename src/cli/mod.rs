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
mod load_options;
mod loading;
mod outputs;
mod parse_error;
mod predict;
mod resume;
mod sweep;
mod trials;
mod warm_start;
mod watch;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::absolute;
use std::sync::Arc;

use clap::FromArgMatches;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap_complete::Shell;

use crate::data::{Dataset, Prepared, Source, SplitFile, load_with};
use crate::error::{Error, Result};
use crate::model_file::{Access, NamedFiles, remove_temporary_files, write_with};
use crate::nn::kernels::Instructions;
use crate::record::{LogOption, STANDARD_OUTPUT};
use crate::settings::{Setting, TableShape, changes, with_flags};
use crate::train::{FinalModel, Pace, Recipe, Session, Settings};
use crate::tui;
use crate::tui::app::{Loading, LoadingStage};
use crate::tui::options::ScreenOptions;
use crate::util::lang;
use crate::util::lang::say;
use crate::util::signals::start_watching;
use crate::util::{background, memory};
use args::{Args, Command, GlobalArgs, TrainingArgs};
use config::Config;
use job::{FrontEnd, Job, headless_epochs};
use loading::LoadingNotice;

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
    let GlobalArgs { reading, json, .. } = &args.global;
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
            let split = split.map(|path| SplitFile::read(&Source::File(path))?.selection(rows));
            eval::run(&model, &source, &reading, split.transpose()?, *json)?;
        }
        Some(Command::Lesson {
            name: Some(name),
            options,
        }) => return lesson::prepare(&name, &options, &args.global),
        Some(Command::Lesson { name: None, .. }) => lesson::list()?,
        Some(Command::Sweep(sweep)) => {
            let code = sweep::run(&sweep, &args.global)?;
            return Ok(Box::new(move || Ok(code)));
        }
        Some(Command::Watch { paths, filter }) => return watch::prepare(paths, filter, *json),
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

/// Parses the arguments. Options of training are refused before a subcommand, which has no use for
/// them.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let mut command = args::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    if let Some((subcommand, of_subcommand)) = matches.subcommand() {
        let is_stray = |arg: &&clap::Arg| is_given(arg, &matches) && !arg.is_global_set();
        let is_useless = |arg: &&clap::Arg| {
            subcommand == "sweep"
                && args::NOT_OF_A_SWEEP.contains(&arg.get_id().as_str())
                && is_given(arg, of_subcommand)
        };
        let sweep = command.find_subcommand("sweep");
        let useless = sweep.into_iter().flat_map(clap::Command::get_arguments);
        let stray = command
            .get_arguments()
            .find(is_stray)
            .or(useless.into_iter().find(is_useless))
            .map(|arg| arg.to_string());
        if let Some(stray) = stray {
            let problem = say!(
                "stray-option",
                "'{stray}' is for training and can't be used with '{subcommand}'",
                stray,
                subcommand
            );
            return Err(command.error(ErrorKind::ArgumentConflict, problem));
        }
    }
    let mut args = Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    args.training.saving.given = given_options(&command, &matches);
    args.training.saving.words = options_as_words(&command, &matches, &NOT_OF_THE_NETWORK);
    if let (Some(Command::Sweep(sweep)), Some((name, matches))) =
        (&mut args.command, matches.subcommand())
        && let Some(command) = command.find_subcommand(name)
    {
        sweep.training.saving.given = given_options(command, matches);
        sweep.rest = options_as_words(command, matches, &OF_A_SWEEP);
    }
    Ok(args)
}

fn is_given(arg: &clap::Arg, matches: &clap::ArgMatches) -> bool {
    matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
}

/// Arguments of a sweep that its trainings do not have.
const OF_A_SWEEP: [&str; 11] = [
    "random", "halving", "jobs", "export", "folds", "repeat", "json", "force", "data", "headless",
    "lang",
];

/// Arguments that make no difference to the network of a run on the screen.
const NOT_OF_THE_NETWORK: [&str; 23] = [
    "at",
    "cast",
    "checkpoint",
    "checkpoint_every",
    "data",
    "export",
    "force",
    "headless",
    "history_memory",
    "importance",
    "json",
    "lang",
    "log",
    "moved_data",
    "no_recovery",
    "no_refit",
    "paused",
    "refit",
    "resume",
    "save_split",
    "symbols",
    "theme",
    "threads",
];

/// Returns the options that were given as words, but for those of settings and those `left_out`.
fn options_as_words(
    command: &clap::Command,
    matches: &clap::ArgMatches,
    left_out: &[&str],
) -> Vec<String> {
    let is_rest = |arg: &&clap::Arg| {
        let id = arg.get_id().as_str();
        is_given(arg, matches) && !left_out.contains(&id) && Setting::named(id).is_none()
    };
    let words = command.get_arguments().filter(is_rest).flat_map(|arg| {
        let name = format!("--{}", arg.get_long().unwrap_or_default());
        let values = matches.get_raw(arg.get_id().as_str());
        let values = values.filter(|_| arg.get_action().takes_values());
        let values = values.into_iter().flatten();
        let values: Vec<String> = values.map(|value| value.to_string_lossy().into()).collect();
        [name].into_iter().chain(values)
    });
    words.collect()
}

/// Returns the names of the arguments that were given, such as `data` and `--lr`.
fn given_options(command: &clap::Command, matches: &clap::ArgMatches) -> Vec<String> {
    let given = command.get_arguments().filter(|arg| is_given(arg, matches));
    let name = |arg: &clap::Arg| match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.get_id().to_string(),
    };
    given.map(name).collect()
}

/// Loads the data, unless the screen shows that, and returns the training.
fn train(job: Job) -> Result<Work> {
    let files = distinct_files::check(&job)?;
    let notice = outputs::check(&job)?;
    match job.front_end {
        FrontEnd::Description { json } => {
            print_notice(job.unread_input());
            describe::run(&job, &load(&job)?, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Headless {
            json,
            mut limits,
            check_gradients,
        } => {
            print_notice(job.notice().or(notice));
            let (session, settings) = start(&job, files, load(&job)?)?;
            let is_validated = !session.data().validation.is_empty();
            let mut settings = settings;
            settings.final_model.refit = match &job.resume {
                Some(order) => order.refits(&session),
                None => job.refits(session.dataset(), limits, is_validated)?,
            };
            if job.choices.is_automatic {
                (limits.epochs).get_or_insert_with(|| headless_epochs(is_validated));
            }
            settings.limits = limits;
            Ok(Box::new(move || {
                let options = headless::Options {
                    export: job.export.as_ref(),
                    weights: job.weights,
                    refit: settings.final_model.refit,
                    importance: job.importance,
                    log: job.log.as_ref(),
                    json,
                    check_gradients,
                };
                headless::run(session, settings, options)
            }))
        }
        FrontEnd::RateFinder { json } => {
            print_notice(job.unread_input());
            checks::find_rate(&job, load(&job)?, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Preflight { json } => {
            print_notice(job.unread_input());
            let code = checks::preflight(&job, load(&job)?, json)?;
            Ok(Box::new(move || Ok(code)))
        }
        FrontEnd::Trials {
            json,
            mut limits,
            count,
        } => {
            print_notice(job.unread_input());
            let dataset = load(&job)?;
            let is_validated = job.choices.validation > 0.0 || dataset.validation.is_some();
            // A network that is trained on the validation rows cannot be scored on them.
            let has_test_rows = dataset.test.is_some() || dataset.test_fraction > 0.0;
            let is_scored = count.folds.is_some() || has_test_rows || job.refit.is_some();
            let refit = is_scored && job.refits(&dataset, limits, is_validated)?;
            if job.choices.is_automatic {
                (limits.epochs).get_or_insert_with(|| headless_epochs(is_validated));
            }
            trials::run(&job, dataset, (limits, refit), count, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Screen {
            pace,
            paused,
            limits,
            motion,
            history_memory,
            looks,
        } => {
            let config = Config::read()?;
            let pace = pace.or(config.pace);
            let mut loading = Loading::new(job.source.name(), job.files(), paused);
            loading.export = job.export.clone();
            loading.force = job.force;
            loading.weights = job.weights;
            loading.motion = motion;
            loading.lesson.clone_from(&job.lesson);
            loading.command.clone_from(&job.command);
            let checkpoint = job.checkpoint.as_ref();
            loading.checkpoint = checkpoint.map(|option| option.path.clone());
            loading.notice = job.notice().or(notice);
            let options = ScreenOptions {
                cast: job.cast.clone(),
                ..config.with(looks)
            };
            loading.keys = options.keys.clone();
            let log = job.log.clone();
            let load = move |watch: &mut dyn FnMut(LoadingStage) -> ControlFlow<()>| {
                let mut report = |progress| watch(LoadingStage::Reading(progress));
                let dataset = load_with(&job.source, &job.options, &mut report);
                let dataset = dataset.map_err(|error| job.explain(error))?;
                if watch(LoadingStage::Preparing).is_break() {
                    return Err(Error::Cancelled);
                }
                let (session, settings) = start(&job, files, dataset)?;
                let rows = session.data().training.rows();
                let pace = pace.unwrap_or_else(|| Pace::auto(session.architecture(), rows));
                let settings = Settings {
                    pace,
                    paused,
                    limits,
                    history_memory,
                    ..settings
                };
                Ok((session, settings))
            };
            Ok(Box::new(move || {
                let exit = tui::run(loading, Box::new(load), log, options)?;
                match exit.lesson {
                    Some(name) => lesson::go_on_with(&name),
                    None => Ok(exit.code),
                }
            }))
        }
    }
}

/// Creates or restores the session that trains on `dataset`, with settings that say how it is saved.
fn start(job: &Job, files: NamedFiles, dataset: Dataset) -> Result<(Session, Settings)> {
    let export = job.export.as_ref();
    let path = export.map(|export| absolute(&export.path).unwrap_or_else(|_| export.path.clone()));
    let is_forced = export.is_some_and(|export| export.replace);
    let settings = Settings {
        final_model: FinalModel::new(path, job.weights, is_forced),
        checkpoint: job.checkpoint.clone(),
        recovery: job.recovery.clone(),
        files,
        distributions: (job.log.as_ref()).is_some_and(LogOption::wants_distributions),
        ..Settings::default()
    };
    let (session, resumed) = match &job.resume {
        None => {
            let recipe = recipe(job, dataset)?;
            (recipe.session(recipe.split()?)?, None)
        }
        Some(order) => {
            let (session, resumed) = resume::session(order, dataset, job.threads)?;
            (session, Some(Box::new(resumed)))
        }
    };
    if let (Some(option), true) = (job.needs_validation, session.data().validation.is_empty()) {
        return Err(Error::Usage(say!(
            "option-needs-validation",
            "{option} goes by the loss on validation rows, and there are none: --val says which they are",
            option
        )));
    }
    save_split(job, session.dataset(), session.data())?;
    let table = TableShape::of(session.dataset());
    let (plan, limits) = (session.plan(), job.choices.limits);
    let settings = Settings {
        changes: changes(&job.changes, plan, limits, table).map_err(Error::Usage)?,
        resumed,
        ..settings
    };
    Ok((session, settings))
}

/// Writes the rows of each set to the file that `job` names, if it does.
///
/// # Errors
/// [`Error::Usage`] if a set is in another file; [`Error::CannotWrite`].
fn save_split(job: &Job, dataset: &Dataset, prepared: &Prepared) -> Result<()> {
    let Some(path) = &job.save_split else {
        return Ok(());
    };
    if dataset.validation.is_some() || dataset.test.is_some() {
        return Err(Error::Usage(
            say!("save-split-one-table", "--save-split lists the rows of one table, and validation or test rows are in another file")
                .into(),
        ));
    }
    let text = SplitFile::text(prepared, &dataset.report);
    write_with(path, job.force, Access::Usual, |out| {
        out.write_all(text.as_bytes())
    })?;
    Ok(())
}

/// Gathers what a training on `dataset` starts from, and checks that there is memory for its network.
fn recipe(job: &Job, dataset: impl Into<Arc<Dataset>>) -> Result<Recipe> {
    let dataset = dataset.into();
    let plan = job.plan_for(&dataset)?;
    // Constant columns are dropped later, so the network may become smaller than this.
    let (inputs, outputs) = dataset.max_neurons();
    let architecture = plan.architecture(inputs, outputs)?;
    architecture.check_fits(plan.batch.get().min(dataset.rows()), memory::available())?;
    Ok(Recipe {
        dataset,
        plan,
        initial_values: job.initial_values.clone(),
        start: job.start.clone(),
        resources: job.threads.into(),
    })
}

/// Loads the data, and reports progress if that takes a while.
fn load(job: &Job) -> Result<Dataset> {
    let mut notice = LoadingNotice::new(job.source.to_string());
    let dataset = load_with(&job.source, &job.options, &mut |progress| {
        notice.show(progress);
        ControlFlow::Continue(())
    });
    notice.clear();
    dataset.map_err(|error| job.explain(error))
}

fn write_completions(shell: Shell) -> Result<()> {
    // Generated into memory, because the generator panics where it can't write.
    let mut script = Vec::new();
    // A file for a program: the same in every language.
    let mut command = lang::in_english(args::command);
    clap_complete::generate(shell, &mut command, "nn-tui", &mut script);
    let mut stdout = io::stdout().lock();
    standard_output(stdout.write_all(&script).and_then(|()| stdout.flush()))
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
