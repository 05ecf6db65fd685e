//! Arguments of the command line. Flags of settings come from their table;
//! [`crate::cli::job`] checks how all of them go together.

mod help;
mod setting_flags;
mod table;

use std::ffi::OsString;
use std::fmt::Write;
use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgGroup, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::data::{BUILT_IN, RowSet};
use crate::error::Error;
use crate::model_file::formats;
use crate::nn::ParameterId;
use crate::nn::engine::Threads;
use crate::record::log_formats;
use crate::settings::{Axis, Setting, TimedChange, defaults, parameter_value};
use crate::train::{Interval, Weights};
use crate::tui::theme::{Symbols, ThemeChoice};
use crate::util::lang::Lang;
use crate::util::lang::catalogue::translated;
use crate::util::lang::say;
use crate::util::named::by_name;
pub use setting_flags::SettingFlags;
use setting_flags::WITHOUT_SCREEN;
pub use table::{ReadingArgs, TableArgs};

/// Train a feed-forward neural network on a table and watch it learn.
#[derive(Debug, Parser)]
#[command(
    name = "nn-tui",
    version,
    after_help = examples(),
    override_usage = "nn-tui [OPTIONS] [DATA]\n       nn-tui [OPTIONS] <COMMAND>",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Args {
    /// Work other than training.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub global: GlobalArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub training: TrainingArgs,
}

/// Returns the command line, with the global options shown only where they have an effect.
pub(super) fn command() -> clap::Command {
    let mut command = Args::command();
    // Only now do the subcommands have the global options.
    command.build();
    let hidden = |is_hidden: fn(&Arg) -> bool| {
        move |subcommand: clap::Command| {
            subcommand.mut_args(|arg| {
                let hide = is_hidden(&arg);
                if hide { arg.hide(true) } else { arg }
            })
        }
    };
    let command = command
        .mut_subcommand(
            "predict",
            hidden(|arg| matches!(arg.get_id().as_str(), "json" | "force")),
        )
        .mut_subcommand(
            "watch",
            hidden(|arg| NOT_OF_WATCH.contains(&arg.get_id().as_str())),
        )
        .mut_subcommand("completions", hidden(Arg::is_global_set))
        .mut_subcommand("sweep", |sweep| sweep_arguments(without_screen(sweep)));
    let command = without_screen(command);
    help::in_language(command)
}

/// Refuses the looks of the screen beside options that have no screen.
fn without_screen(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| match arg.get_id().as_str() {
        "theme" | "symbols" => arg.conflicts_with_all(WITHOUT_SCREEN),
        _ => arg,
    })
}

/// Options of training that a sweep has no use for.
pub(super) const NOT_OF_A_SWEEP: [&str; 24] = [
    "at",
    "cast",
    "check_gradients",
    "checkpoint",
    "checkpoint_every",
    "describe",
    "export_training",
    "find_lr",
    "from",
    "history_memory",
    "importance",
    "motion",
    "moved_data",
    "no_recovery",
    "no_refit",
    "pace",
    "paused",
    "preflight",
    "refit",
    "resume",
    "save_split",
    "set",
    "threads",
    "time-limit",
];

/// Options of all subcommands that `watch` has no use for: it finds out by itself how tables are written.
pub(super) const NOT_OF_WATCH: [&str; 9] = [
    "comment",
    "decimal",
    "delimiter",
    "encoding",
    "force",
    "header",
    "no_header",
    "quote",
    "skip",
];

/// Gives each setting of a sweep several values, and hides the options that it has no use for.
fn sweep_arguments(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let id = arg.get_id().as_str();
        if NOT_OF_A_SWEEP.contains(&id) {
            return arg.hide(true);
        }
        if id == "export" {
            return arg.help(say!(
                "help-sweep-export",
                "Write a row for every training to this CSV file, and leave out those that it has"
            ));
        }
        if id == "log" {
            return arg.value_name("DIR").help(say!(
                "help-sweep-log",
                "Write an event file for every training, each in a directory of its own below this one"
            ));
        }
        match Setting::named(id) {
            Some(setting) => arg.value_parser(move |text: &str| Axis::parse(setting, text)),
            None => arg,
        }
    })
}

/// Options of training and of subcommands, which may precede or follow the subcommand.
#[derive(Debug, Clone, clap::Args)]
pub struct GlobalArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: ReadingArgs,
    /// JSON instead of text: a headless run writes one object per line to standard output
    #[arg(long, help_heading = "Output", global = true)]
    pub json: bool,
    /// Overwrite existing files without asking
    #[arg(long, help_heading = "Output", global = true)]
    pub force: bool,
    /// Language of the screen and the lessons [default: that of the locale]
    #[arg(long, value_name = "NAME", help_heading = "Output", global = true,
          value_parser = one_of(&Lang::ALL, Lang::name))]
    pub lang: Option<Lang>,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Predict the class or number of every row of a table
    ///
    /// Writes CSV to standard output: the columns of DATA unchanged, the prediction, and for each class
    /// its probability, p(class), or output(class) if the outputs are not softmax. A row whose outputs
    /// are not finite gets empty cells.
    Predict {
        /// Model saved by nn-tui.
        #[arg(help = say!("help-model", "Model saved by nn-tui: {extensions}", extensions = formats::readable_extensions()))]
        model: PathBuf,
        /// CSV file with the columns the model was trained on, - for standard input, or a built-in
        /// data set
        data: OsString,
    },
    /// Evaluate a model on a table
    ///
    /// Writes to standard output: accuracy, ROC AUC, log loss and the like, precision, recall and F1 of each
    /// class, and the confusion matrix; for a numeric target the mean and median absolute error, the
    /// root mean squared error and R2. Rows without a true value are skipped and counted.
    Eval {
        /// Model saved by nn-tui.
        #[arg(help = say!("help-model", "Model saved by nn-tui: {extensions}", extensions = formats::readable_extensions()))]
        model: PathBuf,
        /// CSV file with the columns the model was trained on and the one it predicts, - for
        /// standard input, or a built-in data set
        data: OsString,
        /// Evaluate the rows of one set, as listed in a file written by --save-split
        #[arg(long, value_name = "FILE", help_heading = "Data")]
        split: Option<PathBuf>,
        /// The set of --split
        #[arg(long, value_name = "SET", help_heading = "Data", requires = "split",
              default_value_t = RowSet::Validation,
              value_parser = one_of(&RowSet::ALL, RowSet::name))]
        rows: RowSet,
    },
    /// Train with every combination of settings, and compare
    ///
    /// Each setting takes several values: a list such as --lr 0.1,0.01 (or --hidden '16;64,32', where values have commas),
    /// or a range such as --batch 8..64:4, --dropout 0..0.5:6 or --lr 1e-4..1e-1:log:6. Combinations are compared by
    /// accuracy or R2 on the validation rows, or on the folds of --folds; --repeat trains each with several seeds. With
    /// -o, every training is a row of a CSV file, and a sweep that is started again goes on where it was.
    Sweep(Box<SweepArgs>),
    /// List the lessons, or run one
    ///
    /// A lesson is a training with texts, questions and tasks that explain it step by step, in English or Chinese.
    Lesson {
        /// Step to go to at once; what comes before is done for you
        #[arg(long, value_name = "N")]
        step: Option<usize>,
        /// Name of a lesson, or a file with one (TOML)
        name: Option<String>,
        /// Options of training in place of those of the lesson, such as --seed 3
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "OPTIONS"
        )]
        options: Vec<OsString>,
    },
    /// Watch runs that any program logs
    ///
    /// Reads event files of TensorBoard (PyTorch, Keras, nn-tui), CSV with a column epoch or step (Keras, Lightning,
    /// Ultralytics), trainer_state.json of Hugging Face and JSON lines, also while they are written. A directory has a run
    /// for each directory with such files. --json prints the newest values for scripts; without a terminal they are text.
    Watch {
        /// Log files and directories of them, or - for standard input
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Runs by parts of their names, settings and newest values, e.g. 'wide lr>=1e-3 val_loss<0.2'
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        filter: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        screen: ScreenArgs,
    },
    /// Write shell completions to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Arguments of a sweep.
#[derive(Debug, clap::Args)]
pub struct SweepArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub training: TrainingArgs,
    /// Train with N combinations, drawn at random, instead of all
    #[arg(long, value_name = "N", help_heading = "Sweep", value_parser = clap::value_parser!(u32).range(1..))]
    pub random: Option<u32>,
    /// Train all combinations for an eighth of --epochs, the better half for a quarter, the better half of those for a
    /// half, and the rest for all
    #[arg(long, help_heading = "Sweep", requires = "epochs")]
    pub halving: bool,
    /// Number of trainings at the same time [default: one per available core]
    #[arg(long, value_name = "N", help_heading = "Sweep")]
    pub jobs: Option<NonZero<usize>>,
    /// Options that each training has too, as words.
    #[arg(skip)]
    pub rest: Vec<String>,
}

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
    pub(super) fn is_without_screen(&self, global: &GlobalArgs) -> bool {
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

/// Parses one of `all` by its name. Shells complete the names.
fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names = all.iter().map(|&value| name(value));
    PossibleValuesParser::new(names).try_map(move |given| {
        by_name(say!("kind-value", "value"), &given, all, name).map_err(Error::Usage)
    })
}

fn log_help() -> String {
    say!(
        "help-log",
        "Record the run, also on the screen; with --resume, go on with an existing log: {formats}",
        formats = log_formats()
    )
}

fn examples() -> String {
    let mut text = format!(
        "{}
  nn-tui                                      {}
  nn-tui spiral --hidden 32,16 --paused       {}
  nn-tui table.csv -t kind -o model.json
  nn-tui digits --headless -e 20 -o digits.safetensors
  nn-tui predict model.json new.csv > predicted.csv
  nn-tui eval model.json test.csv
  nn-tui xor --activation sigmoid --output sigmoid --init normal --optimizer sgd

{}\n",
        say!("help-examples", "Examples:"),
        say!("help-iris", "watch it learn iris"),
        say!("help-spiral", "press space to start"),
        say!("help-built-in", "Built-in data sets:"),
    );
    for data in &BUILT_IN {
        let about = translated(&format!("data-{}", data.name), data.about);
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {:<14} {about}", data.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn help_fits_the_terminal_and_names_what_there_is() {
        let help = Args::command().term_width(80).render_help().to_string();
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{help}"
        );
        let words: Vec<&str> = help.split_whitespace().collect();
        let text = words.join(" ");
        for data in &BUILT_IN {
            assert!(text.contains(data.about), "{}", data.name);
        }
    }
}
