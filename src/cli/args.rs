//! Arguments of the command line. Flags of settings come from their table;
//! [`crate::cli::job`] checks how all of them go together.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{
    Arg, ArgAction, ArgGroup, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand,
};
use clap_complete::Shell;

use crate::data::{
    BUILT_IN, ClassWeights, DateOptions, Delimiter, MISSING_IN_NUMBERS, MISSING_IN_TEXTS, Missing,
    RowSet, TaskChoice, TextEncoding,
};
use crate::error::Error;
use crate::model_file::formats;
use crate::nn::ParameterId;
use crate::record::log_formats;
use crate::settings::{Edit, ON_OR_OFF, SETTINGS, Setting, defaults, parameter_value};
use crate::train::{Interval, Weights};
use crate::tui::theme::{Symbols, ThemeChoice};
use crate::util::named::{by_name, shown_by_name};

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
    command
        .mut_subcommand(
            "predict",
            hidden(|arg| matches!(arg.get_id().as_str(), "json" | "force")),
        )
        .mut_subcommand("completions", hidden(Arg::is_global_set))
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
        #[arg(help = format!("Model saved by nn-tui: {}", formats::readable_extensions()))]
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
        #[arg(help = format!("Model saved by nn-tui: {}", formats::readable_extensions()))]
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
    /// Write shell completions to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Arguments of training.
#[derive(Debug, clap::Args)]
pub struct TrainingArgs {
    /// CSV or JSON lines, IDX images, - for standard input, or the name of a built-in data set
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
    #[arg(help = "Initial value of a weight or bias, e.g. w1[1,1]=0.5; repeatable", long, value_name = "PARAMETER=VALUE", help_heading = "Network", value_parser = initial_value)]
    pub set: Vec<(ParameterId, f32)>,
    /// Threads, 1 or 2 (results are bit-identical)
    #[arg(long, value_name = "N", help_heading = "Learning",
          default_value_t = defaults::THREADS, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub threads: u8,

    /// Wait for a key before the first step
    #[arg(long, help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN)]
    pub paused: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub screen: ScreenArgs,

    /// Record the screen to this file as asciicast, for asciinema
    #[arg(long, value_name = "PATH", help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN)]
    pub cast: Option<PathBuf>,

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
    /// Headless: cross-validate on K parts of the rows (stratified, or as --split says) and print the mean of each
    /// score with its standard error; keeps no model
    #[arg(long, value_name = "K", help_heading = "Output", conflicts_with_all = NOT_OF_SEVERAL,
          value_parser = clap::value_parser!(u16).range(2..))]
    pub folds: Option<u16>,
    /// Headless: train with N seeds, --seed and the following ones, and print the same; also with --folds
    #[arg(long, value_name = "N", help_heading = "Output", conflicts_with_all = NOT_OF_SEVERAL,
          value_parser = clap::value_parser!(u16).range(2..))]
    pub repeat: Option<u16>,
    /// Headless: after the best epoch is known, train anew for as many epochs on training and validation rows, and
    /// save that model; validation scores are those of the first one
    #[arg(long, help_heading = "Output", conflicts_with_all = ["describe", "check_gradients", "resume", "checkpoint"])]
    pub refit: bool,
    /// Path of the model that is saved when the run ends.
    #[arg(short = 'o', long, value_name = "PATH", help_heading = "Output",
          help = format!("Save the model when the run ends: {}", formats::extensions()))]
    pub export: Option<PathBuf>,
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
        self.headless || self.describe || self.check_gradients || has_trials || global.json
    }
}

/// Looks of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
#[group(skip)]
pub struct ScreenArgs {
    /// Colours; auto asks the terminal for its background [default: auto]
    #[arg(long, value_name = "NAME", help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN,
          value_parser = one_of(&ThemeChoice::ALL, ThemeChoice::name))]
    pub theme: Option<ThemeChoice>,
    /// Characters of the graphs [default: those the terminal has]
    #[arg(long, value_name = "NAME", help_heading = "Screen", conflicts_with_all = WITHOUT_SCREEN,
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
          help = format!("Start from the weights and the preprocessing of a model: {}",
              formats::readable_extensions()),
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
}

/// Options that start a run without the screen.
const WITHOUT_SCREEN: [&str; 5] = ["headless", "json", "check_gradients", "folds", "repeat"];
/// Options of a single run.
const NOT_OF_SEVERAL: [&str; 8] = [
    "describe",
    "check_gradients",
    "resume",
    "checkpoint",
    "from",
    "log",
    "save_split",
    "paused",
];

/// Flags of the settings, read from their table: the edits of those that were given.
#[derive(Debug, Clone, Default)]
pub struct SettingFlags(pub Vec<(&'static Setting, Edit)>);

impl SettingFlags {
    /// Returns whether the setting called `name` was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(setting, _)| setting.name == name)
    }
}

impl clap::Args for SettingFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(SETTINGS.map(flag))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|&setting| {
            let edit = matches.get_one::<Edit>(setting.name)?;
            Some((setting, edit.clone()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Makes the flag of a setting.
fn flag(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.name)
        .help_heading(setting.heading)
        .help(setting.flag_help())
        .action(ArgAction::Set);
    let arg = match setting.short {
        Some(short) => arg.short(short),
        None => arg,
    };
    let arg = if setting.heading == "Screen" {
        arg.conflicts_with_all(WITHOUT_SCREEN)
    } else {
        arg
    };
    let parse = move |text: &str| {
        (setting.parse)(text).ok_or_else(|| format!("expected {}", (setting.expected)(text)))
    };
    if setting.argument == ON_OR_OFF {
        // Names of flags live as long as the program.
        let name: &str = format!("no-{}", setting.name).leak();
        let arg = arg.long(name).num_args(0).default_missing_value("off");
        return arg.value_parser(parse);
    }
    let arg = arg
        .long(setting.name)
        .value_name(setting.argument)
        .allow_negative_numbers(true);
    let words = (setting.words)();
    // A setting that has numbers too can't be limited to its words.
    if words.is_empty() || words.iter().any(|word| ["none", "full"].contains(word)) {
        arg.value_parser(parse)
    } else if setting.argument.contains(' ') {
        arg.value_parser(WithConstants { words, parse })
    } else {
        let names = PossibleValuesParser::new(words);
        arg.value_parser(names.try_map(move |text| parse(&text)))
    }
}

/// Parser of values that begin with one of some words, such as `step 20 0.5`. Help and completions list the words.
#[derive(Clone)]
struct WithConstants<P> {
    words: Vec<&'static str>,
    parse: P,
}

impl<P: TypedValueParser> TypedValueParser for WithConstants<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<P::Value, clap::Error> {
        self.parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}

fn initial_value(text: &str) -> Result<(ParameterId, f32), String> {
    parameter_value(text)
        .ok_or_else(|| "expected a weight or bias and a number, such as w1[1,1]=0.5".into())
}

/// Format of a file, where it is not detected.
#[derive(Debug, Clone, clap::Args)]
pub struct ReadingArgs {
    /// Field separator: comma, semicolon, tab, bar, blanks or one character [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true)]
    pub delimiter: Option<Delimiter>,
    /// Character encoding [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true,
          value_parser = one_of(&TextEncoding::ALL, TextEncoding::name))]
    pub encoding: Option<TextEncoding>,
    /// Decimal separator: point or comma [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true,
          value_parser = one_of(&DecimalMark::ALL, DecimalMark::name))]
    pub decimal: Option<DecimalMark>,
    /// Comment character, e.g. #
    #[arg(
        long,
        value_name = "CHARACTER",
        help_heading = "Reading",
        global = true
    )]
    pub comment: Option<char>,
    /// Quote character, e.g. "'", or none [default: "]
    #[arg(
        long,
        value_name = "CHARACTER",
        help_heading = "Reading",
        global = true
    )]
    pub quote: Option<String>,
    /// Number of lines above the table [default: auto-detect]
    #[arg(long, value_name = "N", help_heading = "Reading", global = true)]
    pub skip: Option<u64>,
    /// The first row holds column names [default: auto-detect]
    #[arg(
        long,
        help_heading = "Reading",
        global = true,
        conflicts_with = "no_header"
    )]
    pub header: bool,
    /// The first row is data [default: auto-detect]
    #[arg(long, help_heading = "Reading", global = true)]
    pub no_header: bool,
}

/// Decimal separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `3.14`.
    Point,
    /// `3,14`.
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

/// Use of a table's columns and rows.
#[derive(Debug, Clone, clap::Args)]
pub struct TableArgs {
    /// Column to predict, by name or number [default: the last one]
    #[arg(short = 't', long, value_name = "COLUMN", help_heading = "Data")]
    pub target: Option<String>,
    /// Kind of target: class or number [default: class for text and for at most 20 different whole
    /// numbers]
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = TaskChoice::Auto,
          hide_default_value = true,
          value_parser = one_of(&TaskChoice::ALL, TaskChoice::name))]
    pub task: TaskChoice,
    /// Columns to ignore, by name or number, e.g. id,3,10-20,first..last
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub drop: Vec<String>,
    /// Keep columns that would be dropped as dates, free text or row IDs
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub keep: Vec<String>,
    /// Numeric columns to treat as categories
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub categorical: Vec<String>,
    /// Dates as inputs: auto uses year, month, day of the week and time of day if there are no other
    /// inputs, parts always, exclude never; dmy or mdy sets the order of day and month, e.g. parts,dmy
    #[arg(long, value_name = "USE", help_heading = "Data", default_value = "auto",
          value_parser = DateOptions::parse)]
    pub dates: DateOptions,
    /// Earlier targets as inputs, for rows in order of time: those of the N rows before
    #[arg(long, value_name = "N", help_heading = "Data", default_value_t = 0)]
    pub lags: usize,
    /// Missing cells.
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = Missing::Impute,
          help = missing_help(), value_parser = one_of(&Missing::ALL, Missing::name))]
    pub missing: Missing,
    /// Texts that mean a missing value, besides empty cells, e.g. "NA,-999"
    #[arg(
        long,
        value_name = "TEXTS",
        help_heading = "Data",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub missing_values: Option<Vec<String>>,
    /// Rows to validate on: a fraction, or a file with them
    #[arg(long, value_name = "FRACTION|FILE", help_heading = "Data", help = validation_help(),
          allow_hyphen_values = true)]
    pub val: Option<OsString>,
    /// Test rows, scored once at the end of a headless run: a fraction, or a file
    #[arg(
        long,
        value_name = "FRACTION|FILE",
        help_heading = "Data",
        allow_hyphen_values = true
    )]
    pub test: Option<OsString>,
    /// Choice of validation and test rows: random, time or time:COLUMN (the last rows), group:COLUMN
    /// (rows of one value stay together), or a file written by --save-split [default: random; time with
    /// --lags, or if only dates are inputs]
    #[arg(long, value_name = "METHOD|FILE", help_heading = "Data")]
    pub split: Option<OsString>,
    /// Maximum number of rows, sampled by the seed
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub max_rows: Option<usize>,
    /// Class weights; balanced gives every class the same total weight
    #[arg(long, value_name = "NAME", help_heading = "Data",
          default_value_t = ClassWeights::None,
          value_parser = one_of(&ClassWeights::ALL, ClassWeights::name))]
    pub class_weights: ClassWeights,
}

shown_by_name!(TaskChoice, Missing, ClassWeights, RowSet);

/// Parses one of `all` by its name. Shells complete the names.
fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names = all.iter().map(|&value| name(value));
    PossibleValuesParser::new(names)
        .try_map(move |given| by_name("value", &given, all, name).map_err(Error::Usage))
}

fn missing_help() -> String {
    let in_numbers = MISSING_IN_NUMBERS.iter().copied();
    let in_numbers = in_numbers.filter(|word| !MISSING_IN_TEXTS.contains(word));
    format!(
        "Missing cells (empty, {}; in numbers also {}): impute fills in the mean or most frequent value \
         of the training rows, drop skips the row",
        MISSING_IN_TEXTS.join(", "),
        in_numbers.collect::<Vec<_>>().join(", "),
    )
}

fn validation_help() -> String {
    format!(
        "Validation rows: a fraction, or a file [default: {}, or the test set of an image data set]",
        defaults::VALIDATION
    )
}

fn log_help() -> String {
    format!("Record the run, also on the screen: {}", log_formats())
}

fn examples() -> String {
    let mut text = String::from(
        "Examples:
  nn-tui                                      watch it learn iris
  nn-tui spiral --hidden 32,16 --paused       press space to start
  nn-tui table.csv -t kind -o model.json
  nn-tui digits --headless -e 20 -o digits.safetensors
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
