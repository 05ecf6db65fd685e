//! The command line as it is typed: names and numbers are what they look like, nothing more is
//! known of them. [`crate::cli::job`] checks what they mean.

use std::ffi::OsString;
use std::fmt::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::defaults;
use crate::data::{
    BUILT_IN, ClassWeights, Delimiter, MISSING_WORDS, Missing, TaskChoice, TextEncoding,
};
use crate::error::Error;
use crate::nn::architecture::parse_hidden;
use crate::nn::optimizer::MOMENTUM;
use crate::nn::{Activation, Initialisation, Loss, Optimizer, Output};
use crate::record::log_formats;
use crate::train::pace::PaceOption;

/// Train a feed-forward neural network on a table and watch it learn.
#[derive(Debug, Parser)]
#[command(
    name = "nn-tui",
    version,
    after_help = examples(),
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Args {
    /// Something else than training.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Training.
    #[command(flatten)]
    pub training: TrainingArgs,
}

/// What the program can do beside training.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Predict the class or the number of every row of a table
    ///
    /// Writes CSV to standard output: the columns of DATA as they are, then what is predicted, then
    /// for each class its probability, p(class), or, where the network's outputs are not
    /// softmax, the plain output(class). A row whose outputs are not finite has empty cells there.
    Predict {
        /// A model saved by nn-tui: .json, .safetensors or .npz
        model: PathBuf,
        /// CSV file with the columns the model was trained on, - for standard input, or a built-in
        /// data set
        data: OsString,
        /// How it is read.
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Tell how well a model predicts a table
    ///
    /// Writes to standard output: the loss, and the accuracy and which class was taken for which,
    /// or for a number the mean absolute error, the root mean squared error and R2. Rows without a
    /// true value are left out and counted.
    Eval {
        /// A model saved by nn-tui: .json, .safetensors or .npz
        model: PathBuf,
        /// CSV file with the columns the model was trained on and the one it predicts, - for
        /// standard input, or a built-in data set
        data: OsString,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
        /// How it is read.
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Write completions for a shell to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What to train on, what, and how.
#[derive(Debug, clap::Args)]
pub struct TrainingArgs {
    /// CSV file, IDX images, - for standard input, or the name of a built-in data set
    #[arg(default_value = defaults::DATA)]
    pub data: OsString,

    /// How it is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// What is made of it.
    #[command(flatten)]
    pub table: TableArgs,

    /// Hidden layers.
    #[arg(long, value_name = "SIZES", help_heading = "Network", help = hidden_help())]
    pub hidden: Option<HiddenLayers>,
    /// What the hidden neurons compute
    #[arg(long, value_name = "NAME", help_heading = "Network",
          default_value_t = defaults::ACTIVATION,
          value_parser = one_of(&Activation::ALL, Activation::name))]
    pub activation: Activation,
    /// What the outputs compute; auto goes with the loss, else softmax, linear for numbers
    #[arg(long, value_name = "NAME", help_heading = "Network", default_value_t = Choice::Auto,
          value_parser = auto_or(&Output::ALL, Output::name))]
    pub output: Choice<Output>,
    /// What is minimised; auto goes with the output, else cross-entropy, quadratic for numbers
    #[arg(long, value_name = "NAME", help_heading = "Network", default_value_t = Choice::Auto,
          value_parser = auto_or(&Loss::ALL, Loss::name))]
    pub loss: Choice<Loss>,
    /// How the initial weights are drawn; auto goes with the activation
    #[arg(long, value_name = "NAME", help_heading = "Network",
          default_value_t = defaults::INIT,
          value_parser = one_of(&Initialisation::ALL, Initialisation::name))]
    pub init: Initialisation,

    /// How gradients become steps
    #[arg(long, value_name = "NAME", help_heading = "Learning",
          default_value = defaults::OPTIMIZER.name(),
          value_parser = one_of(Optimizer::ALL, Optimizer::name))]
    pub optimizer: Optimizer,
    /// The learning rate.
    #[arg(long, value_name = "RATE", help_heading = "Learning", help = learning_rate_help(),
          allow_negative_numbers = true)]
    pub lr: Option<f64>,
    /// Momentum.
    #[arg(long, value_name = "MU", help_heading = "Learning", help = momentum_help(),
          allow_negative_numbers = true)]
    pub momentum: Option<f64>,
    /// L2 weight decay
    #[arg(long, value_name = "LAMBDA", help_heading = "Learning",
          default_value_t = defaults::L2, allow_negative_numbers = true)]
    pub l2: f64,
    /// Rows of a mini-batch
    #[arg(long, value_name = "ROWS", help_heading = "Learning",
          default_value_t = defaults::BATCH)]
    pub batch: usize,
    /// Epochs.
    #[arg(long, value_name = "N", help_heading = "Learning", help = epochs_help())]
    pub epochs: Option<u32>,
    /// Threads that may share a step, 1 or 2; the result is the same
    #[arg(long, value_name = "N", help_heading = "Learning",
          default_value_t = defaults::THREADS, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub threads: u8,

    /// Speed limit: auto, full, or epochs a second
    #[arg(long, value_name = "PACE", help_heading = "Screen", default_value = "auto",
          conflicts_with_all = ["headless", "json", "check_gradients"])]
    pub pace: PaceOption,
    /// Wait for a key before the first step
    #[arg(long, help_heading = "Screen",
          conflicts_with_all = ["headless", "json", "check_gradients"])]
    pub paused: bool,

    /// Tell what is understood of the data, and train nothing; with --json as JSON
    #[arg(long, help_heading = "Output", conflicts_with = "export")]
    pub describe: bool,
    /// Train without the screen, at full speed; so it is where standard output is no terminal
    #[arg(long, help_heading = "Output")]
    pub headless: bool,
    /// Headless, with one JSON object a line on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Headless: hold back-propagation against differences, and train only the --epochs that are given,
    /// with a second check after them; fails where a gradient is wrong
    #[arg(long, help_heading = "Output", conflicts_with = "describe")]
    pub check_gradients: bool,
    /// Save the model when the run ends: .json, .safetensors, .npz, .onnx, .py or .rs
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub export: Option<PathBuf>,
    /// Log of the run.
    #[arg(long, value_name = "PATH", help_heading = "Output", conflicts_with = "describe",
          help = log_help())]
    pub log: Option<PathBuf>,
    /// Let --export and --log replace a file
    #[arg(long, help_heading = "Output")]
    pub force: bool,
}

/// How a file is split into cells, where it is not to be found out.
#[derive(Debug, Clone, clap::Args)]
pub struct ReadingArgs {
    /// What separates the cells: comma, semicolon, tab, bar, blanks or one character [default:
    /// found out]
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub delimiter: Option<Delimiter>,
    /// How the file's bytes stand for characters
    #[arg(long, value_name = "NAME", help_heading = "Reading",
          default_value_t = TextEncoding::Utf8,
          value_parser = one_of(&TextEncoding::ALL, TextEncoding::name))]
    pub encoding: TextEncoding,
    /// What numbers have in front of their decimals: point or comma [default: found out]
    #[arg(long, value_name = "NAME", help_heading = "Reading",
          value_parser = one_of(&DecimalMark::ALL, DecimalMark::name))]
    pub decimal: Option<DecimalMark>,
    /// Character that lines of comment begin with, such as #
    #[arg(long, value_name = "CHARACTER", help_heading = "Reading")]
    pub comment: Option<char>,
    /// The first row names the columns [default: found out]
    #[arg(long, help_heading = "Reading", conflicts_with = "no_header")]
    pub header: bool,
    /// The first row is data [default: found out]
    #[arg(long, help_heading = "Reading")]
    pub no_header: bool,
}

/// What stands in front of the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// As in 3.14.
    Point,
    /// As in 3,14.
    Comma,
}

impl DecimalMark {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Point, Self::Comma];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// What is made of a table.
#[derive(Debug, Clone, clap::Args)]
pub struct TableArgs {
    /// Column to predict, by name or number [default: the last one]
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub target: Option<String>,
    /// What to predict: a class or a number [default: a class for texts and at most 20 different
    /// whole numbers]
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = TaskChoice::Auto,
          hide_default_value = true,
          value_parser = one_of(&TaskChoice::ALL, TaskChoice::name))]
    pub task: TaskChoice,
    /// Columns not to use, by name or number
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub drop: Vec<String>,
    /// Columns to use that would be left out as dates, texts or names of the rows
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub keep: Vec<String>,
    /// Columns whose numbers are names
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub categorical: Vec<String>,
    /// Missing cells.
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = Missing::Impute,
          help = missing_help(), value_parser = one_of(&Missing::ALL, Missing::name))]
    pub missing: Missing,
    /// Rows to validate on: a fraction, or a file with them
    #[arg(long, value_name = "FRACTION|FILE", help_heading = "Data", help = validation_help(),
          allow_hyphen_values = true)]
    pub val: Option<OsString>,
    /// File with rows for a last judgement when a run without screen ends
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub test: Option<OsString>,
    /// Rows to use at most, chosen by the seed
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub max_rows: Option<usize>,
    /// Balanced: every class counts the same, however many rows it has
    #[arg(long, value_name = "NAME", help_heading = "Data",
          default_value_t = ClassWeights::None,
          value_parser = one_of(&ClassWeights::ALL, ClassWeights::name))]
    pub class_weights: ClassWeights,
    /// Decides the split, the initial weights, the order of rows
    #[arg(long, value_name = "N", help_heading = "Data", default_value_t = defaults::SEED)]
    pub seed: u64,
}

/// Sizes of the hidden layers; may be none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenLayers(pub Vec<usize>);

impl FromStr for HiddenLayers {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse_hidden(text).map(Self)
    }
}

/// A value that may be left to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<T> {
    /// Left to the program.
    Auto,
    /// Given.
    Given(T),
}

const AUTO: &str = "auto";

impl<T: fmt::Display> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.pad(AUTO),
            Self::Given(value) => value.fmt(f),
        }
    }
}

macro_rules! shown_by_name {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    )*};
}

shown_by_name!(TextEncoding, TaskChoice, Missing, ClassWeights);

/// Reads one of `all` by its name. Shells complete the names.
fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names = all.iter().map(|&value| name(value));
    PossibleValuesParser::new(names).try_map(move |given| by_name(all, name, &given))
}

/// The same, or `auto`.
fn auto_or<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = Choice<T>> {
    let names = all.iter().map(|&value| name(value));
    PossibleValuesParser::new([AUTO].into_iter().chain(names)).try_map(move |given| {
        match given.as_str() {
            AUTO => Ok(Choice::Auto),
            given => by_name(all, name, given).map(Choice::Given),
        }
    })
}

fn by_name<T: Copy>(all: &[T], name: fn(T) -> &'static str, given: &str) -> Result<T, Error> {
    let found = all.iter().copied().find(|&value| name(value) == given);
    found.ok_or_else(|| Error::Usage(format!("there is no \"{given}\"")))
}

fn hidden_help() -> String {
    let [few, many] = [defaults::HIDDEN, defaults::HIDDEN_OF_MANY].map(|[a, b]| format!("{a},{b}"));
    format!(
        "Neurons of the hidden layers, such as 16,8, or none [default: {few}, and {many} for more \
         than {} inputs]",
        defaults::FEW_INPUTS
    )
}

fn learning_rate_help() -> String {
    let rates: Vec<String> = Optimizer::ALL
        .iter()
        .map(|optimizer| {
            let usual = optimizer.default_learning_rate(Output::Softmax, Loss::CrossEntropy);
            let textbook = optimizer.default_learning_rate(Output::Sigmoid, Loss::Quadratic);
            let name = optimizer.name();
            format!("{usual} for {name} ({textbook} with sigmoid output)")
        })
        .collect();
    format!("Learning rate [default: {}]", rates.join(", "))
}

fn missing_help() -> String {
    format!(
        "Missing cells (empty, {}): impute takes the mean or most frequent value of the training \
         rows, drop leaves out the row",
        MISSING_WORDS.join(", ")
    )
}

fn validation_help() -> String {
    format!(
        "Rows to validate on: a fraction, or a file with them [default: {}, or what belongs to a \
         set of images]",
        defaults::VALIDATION
    )
}

fn momentum_help() -> String {
    let default = Optimizer::MOMENTUM.constant(MOMENTUM).unwrap_or_default();
    let names = Optimizer::with_constant(MOMENTUM).join(" or ");
    format!("Momentum, for --optimizer {names} [default: {default}]")
}

fn log_help() -> String {
    format!("Record the run, also on the screen: {}", log_formats())
}

fn epochs_help() -> String {
    format!(
        "Epochs to train [default: {} headless, no end on the screen]",
        defaults::HEADLESS_EPOCHS
    )
}

fn examples() -> String {
    let mut text = String::from(
        "Examples:
  nn-tui                                      watch it learn iris
  nn-tui spiral --hidden 32,16 --paused       start with the space bar
  nn-tui table.csv --target kind --export model.json
  nn-tui digits --headless --epochs 20 --export digits.safetensors
  nn-tui predict model.json new.csv > predicted.csv
  nn-tui eval model.json test.csv
  nn-tui xor --activation sigmoid --output sigmoid --init normal --optimizer sgd

Built-in data sets:\n",
    );
    for data in &BUILT_IN {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {:<14} {}", data.name, data.about);
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
