//! From arguments to a checked job.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{GlobalArgs, SavingArgs, ScreenArgs, TrainingArgs};
use super::load_options::load_options;
use super::resume::ResumeOrder;
use super::trials::TrialCount;
use crate::data::{DataFile, Dataset, LoadOptions, RowSplit, Source, ValidationRows};
use crate::error::{Error, Result, shown_source};
use crate::lesson::Lesson;
use crate::model_file::ExportOption;
use crate::model_file::formats;
use crate::nn::ParameterId;
use crate::nn::engine::Threads;
use crate::nn::schedule::Shape;
use crate::record::LogOption;
use crate::settings::{Choices, Invocation, TableShape, TimedChange, defaults};
use crate::train::recovery::{self, RecoveryOption};
use crate::train::{CheckpointOption, Limits, Pace, Plan, Start, Weights};
use crate::tui::cast::CastOption;
use crate::util::lang::say;
use crate::util::platform::has_piped_input;
use crate::util::text::sanitise;

/// A checked order to train.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Job {
    pub source: Source,
    /// Whether the source was given, and is not the default.
    pub is_data_named: bool,
    pub options: LoadOptions,
    /// Values of all settings; see [`Job::plan_for`].
    pub choices: Choices,
    /// Command line of the run, but for its settings; `None` where no command repeats it.
    pub command: Option<Invocation>,
    /// Initial values of parameters.
    pub initial_values: Vec<(ParameterId, f32)>,
    pub threads: Threads,
    /// Live changes with the steps after which they are made.
    pub changes: Vec<TimedChange>,
    /// Destination of the model when the run ends.
    pub export: Option<ExportOption>,
    /// File of the script that trains elsewhere.
    pub export_training: Option<PathBuf>,
    /// File that lists the rows of each set.
    pub save_split: Option<PathBuf>,
    /// Weights of that model.
    pub weights: Weights,
    /// Option that was given and goes by the loss on validation rows.
    pub needs_validation: Option<&'static str>,
    /// Whether a second network is trained on training and validation rows; `None` where [`Job::refits`] decides.
    pub refit: Option<bool>,
    /// Whether the importance of the columns is measured at the end.
    pub importance: bool,
    /// File that the run is recorded to.
    pub log: Option<LogOption>,
    /// Whether existing files are overwritten.
    pub force: bool,
    /// File that checkpoints are written to.
    pub checkpoint: Option<CheckpointOption>,
    /// Folder and conditions of the checkpoint that a run leaves when it ends unsaved.
    pub recovery: Option<RecoveryOption>,
    /// The run to continue.
    pub resume: Option<ResumeOrder>,
    /// Network whose training goes on.
    pub start: Option<Arc<Start>>,
    /// Path of its model.
    pub from: Option<PathBuf>,
    /// File that the screen is recorded to.
    pub cast: Option<CastOption>,
    /// The lesson that the training is part of.
    pub lesson: Option<Arc<Lesson>>,
    /// Options in place of those of the lesson.
    pub lesson_options: Vec<OsString>,
    /// Number of the step that the lesson goes to at once.
    pub lesson_step: Option<usize>,
    /// Limits of the training; see [`Job::limits_for`].
    pub limits: Limits,
    /// Whether JSON is written to standard output.
    pub json: bool,
    pub front_end: FrontEnd,
}

/// Way of following a training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum FrontEnd {
    Screen(ScreenRun),
    /// A description of the data, without training.
    Description,
    Headless {
        /// Whether back-propagation is checked before and after training.
        check_gradients: bool,
    },
    /// The training as a script, without training.
    Script,
    /// Losses over the learning rate, and a suggestion.
    RateFinder,
    /// Checks whether the data can be learned.
    Preflight,
    /// Scores of several trainings.
    Trials(TrialCount),
}

/// Options of a run on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScreenRun {
    /// Speed limit; none to choose one that suits the data.
    pub pace: Option<Pace>,
    /// Whether it waits for a key before the first step.
    pub paused: bool,
    /// Whether activations and deltas are seen travelling through the network.
    pub motion: bool,
    /// Memory for snapshots of earlier moments, in bytes.
    pub history_memory: u64,
    /// Theme and symbols.
    pub looks: ScreenArgs,
}

impl Job {
    /// Checks the arguments; `is_terminal` says whether standard output can show the screen.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(args: &TrainingArgs, global: &GlobalArgs, is_terminal: bool) -> Result<Self> {
        let mut choices = Choices::default();
        for (_, edit) in &args.settings.edits {
            edit.apply(&mut choices);
        }
        choices.class_weights = args.table.class_weights;
        choices.single_output = args.outputs == "1";
        let (options, validation) = load_options(args, &global.reading, choices.seed)?;
        choices.validation = validation;
        let others = Choices {
            class_weights: choices.class_weights,
            single_output: choices.single_output,
            validation,
            ..Choices::default()
        };
        let words = args.saving.words.iter().cloned();
        let words = std::iter::once(args.data.to_string_lossy().into_owned()).chain(words);
        let command = Invocation {
            words: words.collect(),
            choices: others,
            table: None,
        };
        let has_screen = is_terminal && !args.is_without_screen(global);
        choices.is_automatic = !has_screen && !args.settings.has("epochs");
        let job = Self {
            source: Source::parse(&args.data),
            is_data_named: args.saving.given.iter().any(|name| name == "data"),
            options,
            command: args.saving.resume.is_none().then_some(command),
            initial_values: args.set.clone(),
            threads: args.threads,
            changes: args.at.clone(),
            export: export(args.export.as_deref(), global.force)?,
            export_training: args.export_training.clone(),
            save_split: args.save_split.clone(),
            weights: args.weights,
            needs_validation: needs_validation(args, &choices),
            refit: (args.refit || args.no_refit).then_some(args.refit),
            importance: args.importance,
            log: (args.log.as_deref())
                .map(|path| LogOption::new(path, global.force))
                .transpose()?,
            force: global.force,
            checkpoint: checkpoint(&args.saving, global.force),
            recovery: recovery(&args.saving),
            resume: None,
            start: None,
            from: args.saving.from.clone(),
            cast: args.cast.as_ref().map(|path| CastOption {
                path: path.clone(),
                replace: global.force,
            }),
            lesson: None,
            lesson_options: Vec::new(),
            lesson_step: None,
            front_end: front_end(args, &choices, has_screen)?,
            limits: limits(args, &choices),
            json: global.json,
            choices,
        };
        // What does not go together for classes does not for a number either.
        // Settings beside --resume change others that are in the checkpoint.
        if args.saving.resume.is_none() {
            let any = TableShape {
                inputs: 1,
                rows: 1,
                is_number: false,
            };
            job.choices.plan(any).map_err(Error::Usage)?;
        }
        Ok(job)
    }

    /// The files that are read, in this order, as messages name them.
    pub fn files(&self) -> Vec<(DataFile, String)> {
        let table = Some((DataFile::Table, shown_source(&self.source.to_string())));
        let validation = match &self.options.validation {
            ValidationRows::File(file) => Some((DataFile::Validation, file.to_string())),
            ValidationRows::Auto | ValidationRows::Split => None,
        };
        let test = self.options.test.as_ref();
        let test = test.map(|file| (DataFile::Test, file.to_string()));
        [table, validation, test].into_iter().flatten().collect()
    }

    /// Returns the limits of a training without screen; `is_validated` says whether there are validation rows.
    pub(super) fn limits_for(&self, is_validated: bool) -> Limits {
        let mut limits = self.limits;
        if self.choices.is_automatic {
            limits.epochs.get_or_insert(if is_validated {
                defaults::HEADLESS_EPOCHS
            } else {
                defaults::HEADLESS_EPOCHS_UNVALIDATED
            });
        }
        limits
    }

    /// Returns whether a run trains a second network on training and validation rows of `dataset`, of which
    /// `is_validated` says that there are validation rows. Where the program decides, it does so if it decides
    /// on the number of epochs too, and if the same validation rows are not kept for later.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is asked for and validation rows are no part of the table.
    pub(super) fn refits(&self, dataset: &Dataset, is_validated: bool) -> Result<bool> {
        let is_possible = is_validated && dataset.validation.is_none();
        let has_plateau = matches!(self.choices.schedule.shape, Shape::Plateau { .. });
        match self.refit {
            Some(true) if has_plateau => Err(Error::Usage(
                say!("refit-plateau", "--refit has no validation rows, by whose loss :schedule plateau goes").into(),
            )),
            Some(true) if !is_possible => Err(Error::Usage(
                say!("refit-fraction", "--refit adds the validation rows to the training rows: they must be a fraction of DATA (--val)").into(),
            )),
            Some(refit) => Ok(refit),
            None => Ok(is_possible
                && !has_plateau
                && self.choices.is_automatic
                && self.limits.epochs.is_none()
                && self.limits.time.is_none()
                && self.weights == Weights::Best
                && self.save_split.is_none()
                && !matches!(dataset.split, RowSplit::Listed { .. })
                && dataset.rows() <= defaults::MAX_REFIT_ROWS),
        }
    }

    /// Returns what the user should know at the start.
    pub(super) fn notice(&self) -> Option<String> {
        self.unread_input().or_else(|| self.interrupted_run())
    }

    /// Warns of data on standard input that nobody asked to read.
    pub(super) fn unread_input(&self) -> Option<String> {
        let is_unread = !self.is_data_named && self.resume.is_none() && has_piped_input();
        let source = &self.source;
        is_unread.then(|| {
            say!(
                "stdin-unread",
                "standard input is not read: training on {source} (nn-tui - reads the table in it)",
                source
            )
        })
    }

    /// Names the command that resumes an interrupted run on the same data, if there is one.
    fn interrupted_run(&self) -> Option<String> {
        let folder = self.recovery.as_ref()?.folder.as_deref()?;
        let is_new = self.resume.is_none() && self.source != Source::Stdin;
        is_new.then(|| recovery::hint(folder, &self.source))?
    }

    /// Adds what helps to the error of loading the data: where they may be, of a run that is resumed, or the file of the lesson.
    pub(super) fn explain(&self, error: Error) -> Error {
        match error {
            Error::NoSuchInput { path, .. } if self.resume.is_some() => {
                let hint = say!("data-moved", "; --data FILE says where the data are now").into();
                Error::NoSuchInput { path, hint }
            }
            error => match &self.lesson {
                // Its options may not go with its table.
                Some(lesson) if !matches!(error, Error::Cancelled) => {
                    Error::Lesson(format!("{}: {error}", sanitise(&lesson.name)))
                }
                _ => error,
            },
        }
    }

    /// Makes the plan for `dataset`.
    ///
    /// # Errors
    /// [`Error::Usage`] if the choices do not go with its target.
    pub fn plan_for(&self, dataset: &Dataset) -> Result<Plan> {
        self.choices
            .plan(TableShape::of(dataset))
            .map_err(|problem| {
                Error::Usage(say!(
                    "column-problem",
                    "column \"{name}\": {problem}",
                    name = dataset.target_name,
                    problem
                ))
            })
    }
}

fn checkpoint(args: &SavingArgs, replace: bool) -> Option<CheckpointOption> {
    args.checkpoint.as_ref().map(|path| CheckpointOption {
        path: path.clone(),
        every: args.checkpoint_every,
        replace,
    })
}

fn recovery(args: &SavingArgs) -> Option<RecoveryOption> {
    (!args.no_recovery).then(|| RecoveryOption {
        folder: recovery::folder(|name| std::env::var_os(name)),
        after: recovery::WORTH_SAVING,
    })
}

fn export(path: Option<&Path>, replace: bool) -> Result<Option<ExportOption>> {
    let Some(path) = path else {
        return Ok(None);
    };
    formats::for_path(path)?;
    Ok(Some(ExportOption {
        path: path.to_owned(),
        replace,
    }))
}

/// Returns the limits of the training, but for a number of epochs that depends on the data.
fn limits(args: &TrainingArgs, choices: &Choices) -> Limits {
    let mut limits = choices.limits;
    if args.check_gradients {
        limits.epochs.get_or_insert(0);
    }
    if choices.is_automatic && limits.epochs.is_none() && !args.settings.has("patience") {
        limits.patience = Some(defaults::HEADLESS_PATIENCE);
    }
    limits
}

fn front_end(args: &TrainingArgs, choices: &Choices, has_screen: bool) -> Result<FrontEnd> {
    if args.describe {
        return Ok(FrontEnd::Description);
    }
    if has_screen {
        for (is_given, option) in [(args.refit, "--refit"), (args.importance, "--importance")] {
            if is_given {
                return Err(Error::Usage(say!(
                    "headless-only",
                    "{option} goes with --headless",
                    option
                )));
            }
        }
        return Ok(FrontEnd::Screen(ScreenRun {
            pace: choices.pace,
            paused: args.paused,
            motion: choices.motion,
            history_memory: u64::from(args.history_memory) << 20,
            looks: args.screen,
        }));
    }
    if args.paused {
        return Err(Error::Usage(
            say!(
                "paused-no-screen",
                "--paused waits for a key, and standard output can't show the screen"
            )
            .into(),
        ));
    }
    if args.cast.is_some() {
        return Err(Error::Usage(
            say!(
                "cast-no-screen",
                "--cast records the screen, and standard output can't show it"
            )
            .into(),
        ));
    }
    if args.find_lr {
        return Ok(FrontEnd::RateFinder);
    }
    if args.preflight {
        return Ok(FrontEnd::Preflight);
    }
    if let Some(path) = &args.export_training {
        if path.extension().is_none_or(|end| end != "py") {
            return Err(Error::Usage(say!(
                "script-extension",
                "--export-training '{path}': expected a name that ends in .py",
                path = sanitise(&path.to_string_lossy())
            )));
        }
        if choices.limits.epochs.is_none() && args.settings.has("epochs") {
            return Err(Error::Usage(
                say!(
                    "script-needs-epochs",
                    "--export-training takes a training with an end, such as --epochs 100"
                )
                .into(),
            ));
        }
        return Ok(FrontEnd::Script);
    }
    if let Some(count) = trial_count(args)? {
        return Ok(FrontEnd::Trials(count));
    }
    Ok(FrontEnd::Headless {
        check_gradients: args.check_gradients,
    })
}

/// Returns the option that takes validation rows, if one was given.
fn needs_validation(args: &TrainingArgs, choices: &Choices) -> Option<&'static str> {
    let is_given = |name: &str| args.saving.given.iter().any(|given| given == name);
    if args.settings.has("patience") && choices.limits.patience.is_some() {
        Some("--patience")
    } else if is_given("--weights") && args.weights == Weights::Best {
        Some("--weights best")
    } else {
        None
    }
}

/// Returns the number of trainings, if several are asked for.
///
/// # Errors
/// [`Error::Usage`] if one of them is to be saved.
fn trial_count(args: &TrainingArgs) -> Result<Option<TrialCount>> {
    if args.folds.is_none() && args.repeat.is_none() {
        return Ok(None);
    }
    if args.export.is_some() {
        return Err(Error::Usage(
            say!("trials-no-export", "--folds and --repeat score several networks and keep none: leave them out to train the one to --export")
                .into(),
        ));
    }
    if args.log.is_some() {
        return Err(Error::Usage(
            say!(
                "trials-no-log",
                "--log records one training; with --folds and --repeat it goes with nn-tui sweep"
            )
            .into(),
        ));
    }
    Ok(Some(TrialCount {
        folds: args.folds.map(usize::from),
        seeds: args.repeat.map_or(1, u64::from),
    }))
}

pub(super) fn out_of_range(option: &str, value: f64, range: &str) -> Error {
    Error::Usage(say!(
        "out-of-range",
        "{option} is {value}; it must be {range}",
        option,
        value,
        range
    ))
}

#[cfg(test)]
mod tests;
