//! Arguments of training.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgGroup;

use super::setting_flags::WITHOUT_SCREEN;
use super::{GlobalArgs, SettingFlags, TableArgs, one_of};
use crate::model_file::formats;
use crate::nn::ParameterId;
use crate::nn::engine::Threads;
use crate::record::log_formats;
use crate::settings::{TimedChange, defaults, parameter_value};
use crate::train::{Interval, Weights};
use crate::tui::theme::{Symbols, ThemeChoice};
use crate::util::lang::say;

/// Arguments of training.
#[derive(Debug, Clone, clap::Args)]
pub struct TrainingArgs {
    /// CSV, JSON lines or ARFF, IDX images, - for standard input, or the name of a built-in data set
    #[arg(default_value = defaults::DATA)]
    pub data: OsString,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub table: TableArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,

    /// Number of outputs: 1 tells two classes apart by one sigmoid output, auto has one per class
    #[arg(long, value_name = "NUMBER", help_heading = "Network", default_value = "auto",
          value_parser = ["auto", "1"])]
    pub outputs: String,
    /// Initial values of weights and biases.
    #[arg(help = say!("help-parameter", "Initial value of a weight or bias, e.g. w1[1,1]=0.5; repeatable"), long, value_name = "PARAMETER=VALUE", help_heading = "Network", value_parser = initial_value)]
    pub set: Vec<(ParameterId, f32)>,
    /// Make a live change after STEP steps, as if its command were typed then, e.g. '340 lr 0.01'; repeatable
    #[arg(long, value_name = "STEP COMMAND", help_heading = "Learning",
          conflicts_with_all = ["resume", "folds", "repeat", "find_lr", "preflight", "describe", "refit"])]
    pub at: Vec<TimedChange>,
    /// Maximum number of threads (auto: one per available core); results are bit-identical
    #[arg(long, value_name = "N", help_heading = "Learning", default_value = "auto", value_parser = threads)]
    pub threads: Threads,

    /// Wait for a key before the first step
    #[arg(long, help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN)]
    pub paused: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub screen: ScreenArgs,

    /// Record the screen to this file as asciicast, for asciinema
    #[arg(long, value_name = "PATH", help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN)]
    pub cast: Option<PathBuf>,

    /// Memory for looking back at earlier moments, in MB; with less of it more has to be computed again
    #[arg(long, value_name = "MB", help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN, default_value_t = 64)]
    pub history_memory: u32,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub saving: SavingArgs,

    /// Print what was detected in the data and exit
    #[arg(long, help_heading = "Output", conflicts_with = "export")]
    pub describe: bool,
    /// Train without the UI, at full speed (the default when stdout is not a terminal)
    #[arg(long, help_heading = "Output")]
    pub headless: bool,
    /// Headless: check gradients numerically (again after --epochs, if given); exits 1 on failure
    #[arg(long, help_heading = "Output", conflicts_with = "describe")]
    pub check_gradients: bool,
    /// Headless: raise the learning rate from step to step, print the loss at each, and suggest one
    #[arg(long, help_heading = "Output", conflicts_with_all = NO_TRAINING)]
    pub find_lr: bool,
    /// Headless: check initial loss, gradients, that 20 rows can be learned by heart, and that shuffled labels cannot be
    /// learned; exits 1 on failure
    #[arg(long, help_heading = "Output", conflicts_with_all = NO_TRAINING, conflicts_with = "find_lr")]
    pub preflight: bool,
    /// Headless: cross-validate on K parts of the rows (stratified, or as --split says) and print the mean of each
    /// score with its standard error; keeps no model
    #[arg(long, value_name = "K", help_heading = "Output", conflicts_with_all = NOT_OF_SEVERAL,
          value_parser = clap::value_parser!(u16).range(2..))]
    pub folds: Option<u16>,
    /// Headless: train with N seeds, --seed and the following ones, and print the same; also with --folds
    #[arg(long, value_name = "N", help_heading = "Output", conflicts_with_all = NOT_OF_SEVERAL,
          value_parser = clap::value_parser!(u16).range(2..))]
    pub repeat: Option<u16>,
    /// Headless: after the best epoch is known, train anew for 1.5 times as many on training and validation rows, and
    /// save that model; validation scores are those of the first one [default: without --epochs and --time-limit, up to
    /// 10,000 rows]
    #[arg(long, help_heading = "Output", conflicts_with_all = ["describe", "check_gradients", "resume"])]
    pub refit: bool,
    /// Headless: save the network of the best epoch, which has not seen the validation rows
    #[arg(long, help_heading = "Output", conflicts_with_all = ["describe", "refit", "resume"])]
    pub no_refit: bool,
    /// Headless: measure how much the score loses if the values of a column are exchanged between the validation rows
    /// (permutation importance), for each column
    #[arg(long, help_heading = "Output", conflicts_with_all = ["describe", "folds", "repeat"])]
    pub importance: bool,
    /// Path of the model that is saved when the run ends.
    #[arg(short = 'o', long, value_name = "PATH", help_heading = "Output",
          help = say!("help-export", "Save the model when the run ends: {extensions}", extensions = formats::extensions()))]
    pub export: Option<PathBuf>,
    /// Headless: write this training as a PyTorch script, which goes on with it elsewhere, and exit
    #[arg(long, value_name = "FILE.py", help_heading = "Output", conflicts_with_all = NO_TRAINING,
          conflicts_with_all = ["find_lr", "preflight", "importance", "no_refit", "at", "time-limit", "json"])]
    pub export_training: Option<PathBuf>,
    /// Write the line of every row and its set, train, validation or test, as CSV
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub save_split: Option<PathBuf>,
    /// Weights of the saved model and of the final scores: those of the epoch with the lowest validation loss, or the
    /// last ones
    #[arg(long, value_name = "NAME", help_heading = "Output", conflicts_with = "describe",
          default_value_t = Weights::Best, value_parser = one_of(&Weights::ALL, Weights::name))]
    pub weights: Weights,
    /// Log of the run.
    #[arg(long, value_name = "PATH", help_heading = "Output", conflicts_with = "describe",
          help = log_help())]
    pub log: Option<PathBuf>,
}

impl TrainingArgs {
    /// Returns whether an option asks for something other than the screen.
    pub(in crate::cli) fn is_without_screen(&self, global: &GlobalArgs) -> bool {
        let has_trials = self.folds.is_some() || self.repeat.is_some();
        let is_checked = self.check_gradients || self.find_lr || self.preflight;
        let is_script = self.export_training.is_some();
        is_script || self.headless || self.describe || is_checked || has_trials || global.json
    }
}

/// Looks of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
#[group(skip)]
pub struct ScreenArgs {
    /// Colours; auto asks the terminal for its background [default: auto]
    #[arg(long, value_name = "NAME", help_heading = "Screen",
          value_parser = one_of(&ThemeChoice::ALL, ThemeChoice::name))]
    pub theme: Option<ThemeChoice>,
    /// Characters of the graphs [default: those the terminal has]
    #[arg(long, value_name = "NAME", help_heading = "Screen",
          value_parser = one_of(&Symbols::ALL, Symbols::name))]
    pub symbols: Option<Symbols>,
}

/// Checkpoints, and what a run continues.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
#[command(group = ArgGroup::new("checkpoints").args(["checkpoint", "resume"]).multiple(true))]
pub struct SavingArgs {
    /// Write checkpoints to this file, from which --resume continues the run bit for bit [default with
    /// --resume: the file it continues]
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Saving",
        conflicts_with = "describe"
    )]
    pub checkpoint: Option<PathBuf>,
    /// Time or epochs between two checkpoints, e.g. 30s, 2m or 10epochs
    #[arg(long, value_name = "INTERVAL", help_heading = "Saving", requires = "checkpoints",
          default_value_t = Interval::DEFAULT)]
    pub checkpoint_every: Interval,
    /// Continue the run of a checkpoint, by default the last interrupted one; list shows those
    #[arg(long, value_name = "FILE", help_heading = "Saving",
          conflicts_with_all = ["describe", "check_gradients"])]
    pub resume: Option<Option<PathBuf>>,
    /// With --resume: path of the data, if they were moved
    #[arg(
        long = "data",
        value_name = "FILE",
        help_heading = "Saving",
        requires = "resume"
    )]
    pub moved_data: Option<OsString>,
    /// Model whose training goes on.
    #[arg(long, value_name = "MODEL", help_heading = "Saving",
          help = say!("help-from", "Start from the weights and the preprocessing of a model: {extensions}",
              extensions = formats::readable_extensions()),
          conflicts_with_all = ["hidden", "activation", "output", "loss", "init", "outputs", "task",
              "keep", "categorical", "dates", "lags", "missing_values", "max_rows", "resume",
              "describe"])]
    pub from: Option<PathBuf>,
    /// Leave no checkpoint of a run that ends unsaved after more than a minute
    #[arg(long, help_heading = "Saving")]
    pub no_recovery: bool,
    /// Names of the options that were given, in the order of the help.
    #[arg(skip)]
    pub given: Vec<String>,
    /// Options that the network depends on, without settings, as words.
    #[arg(skip)]
    pub words: Vec<String>,
}

/// Options that a search for a learning rate and pre-flight checks have no use for.
const NO_TRAINING: [&str; 11] = [
    "describe",
    "check_gradients",
    "folds",
    "repeat",
    "refit",
    "resume",
    "checkpoint",
    "export",
    "log",
    "save_split",
    "paused",
];

/// Options of a single run.
const NOT_OF_SEVERAL: [&str; 7] = [
    "describe",
    "check_gradients",
    "resume",
    "checkpoint",
    "from",
    "save_split",
    "paused",
];

fn threads(text: &str) -> Result<Threads, String> {
    match text.parse() {
        _ if text == "auto" => Ok(Threads::available()),
        Ok(count @ 1..) => Ok(Threads::UpTo(count)),
        _ => Err(say!(
            "value-threads",
            "expected a number of threads from 1 on, or auto"
        )
        .into()),
    }
}

fn initial_value(text: &str) -> Result<(ParameterId, f32), String> {
    parameter_value(text).ok_or_else(|| {
        say!(
            "value-parameter",
            "expected a weight or bias and a number, such as w1[1,1]=0.5"
        )
        .into()
    })
}

fn log_help() -> String {
    say!(
        "help-log",
        "Record the run, also on the screen; with --resume, go on with an existing log: {formats}",
        formats = log_formats()
    )
}
