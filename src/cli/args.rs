//! Arguments of the command line. Flags of settings come from their table;
//! [`crate::cli::job`] checks how all of them go together.

mod help;
mod setting_flags;
mod subcommands;
mod table;
mod training;

use std::ffi::OsString;
use std::fmt::Write;
use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::data::{BUILT_IN, RowSet};
use crate::error::Error;
use crate::model_file::formats;
use crate::util::lang::Lang;
use crate::util::lang::catalogue::translated;
use crate::util::lang::say;
use crate::util::named::by_name;
pub use setting_flags::SettingFlags;
pub(super) use subcommands::{NOT_OF_A_SWEEP, NOT_OF_WATCH, command};
pub use table::{ReadingArgs, TableArgs};
pub use training::{SavingArgs, ScreenArgs, TrainingArgs};

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
        #[arg(long, value_name = "N", requires = "name")]
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
