//! The settings of a training, one row each: flag, typed command, line of the menu, steps by key,
//! help, and how a value reaches a training in progress.
//!
//! A text is parsed once, into an `Edit` that holds the checked value and where it belongs. The
//! command line applies edits to the default `Choices`, the screen to those in force. A new setting
//! is a row in `network`, `learning` or `speed`, and its line in `SETTINGS`.

mod axes;
mod choices;
pub mod defaults;
mod invocation;
mod learning;
mod limits;
mod network;
mod regularisation;
mod speed;
mod timed_changes;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::nn::ParameterId;
use crate::train::{Command, Plan};
use crate::util::lang::catalogue::{message, translated};
use crate::util::lang::say;
pub use axes::Axis;
pub use choices::{Choices, TableShape};
pub use invocation::Invocation;
pub(crate) use invocation::{differing, quoted};
pub use learning::tenth;
pub(crate) use learning::{LEARNING_RATE, rounded};
pub(crate) use limits::PATIENCE;
pub(crate) use network::{HIDDEN, NEW_LAYER};
pub(crate) use speed::PACE;
pub use timed_changes::TimedChange;
pub(crate) use timed_changes::changes;

/// Every setting, in the order of help and menu.
pub(crate) static SETTINGS: [&Setting; 21] = [
    &network::HIDDEN,
    &network::ACTIVATION,
    &network::OUTPUT,
    &network::LOSS,
    &network::INIT,
    &learning::OPTIMIZER,
    &learning::MOMENTUM,
    &learning::LEARNING_RATE,
    &learning::WEIGHT_DECAY,
    &regularisation::SCHEDULE,
    &regularisation::WARM_UP,
    &regularisation::CLIP,
    &regularisation::DROPOUT,
    &regularisation::LABEL_SMOOTHING,
    &learning::BATCH,
    &limits::EPOCHS,
    &limits::PATIENCE,
    &limits::TIME_LIMIT,
    &learning::SEED,
    &speed::PACE,
    &speed::MOTION,
];

/// Value that the program chooses.
const AUTO: &str = "auto";
/// Value of a setting that is off.
const NONE: &str = "none";

/// Placeholder of a value that is on or off.
pub(crate) const ON_OR_OFF: &str = "on|off";

/// A setting. `lr` is the flag `--lr`, the typed command `:lr` and a line of the menu.
pub struct Setting {
    /// Name of the flag, the command and the line of the menu.
    pub name: &'static str,
    /// Short option.
    pub short: Option<char>,
    /// Heading of the flag in `--help`.
    pub heading: &'static str,
    /// Placeholder of the value. A setting that is [`ON_OR_OFF`] has a flag `--no-NAME` without one.
    pub argument: &'static str,
    /// Noun phrase that names the value.
    pub help: &'static str,
    /// Consequence of changing it while training; empty if there is none.
    pub note: &'static str,
    /// Description of valid values, for the error message about a text that is none.
    pub expected: fn(&str) -> String,
    /// Values that have a name; none for numbers.
    pub words: fn() -> Vec<&'static str>,
    /// Description of the default value.
    pub default: fn() -> String,
    /// Parses and checks a value.
    pub parse: fn(&str) -> Option<Edit>,
    /// Formats the value as it is typed.
    pub value: fn(&Choices) -> String,
    /// Moves the value to its neighbour, if it has one in this direction.
    pub step: fn(&mut Choices, Direction, &Facts),
    /// Tells the worker about a new value, given all choices and the plan made of them; `None` if only the
    /// screen is concerned.
    pub command: fn(&Choices, &Plan) -> Option<Command>,
    /// Whether a new value starts the training again.
    pub restarts: bool,
}

/// Setting with the members that most settings share. A row takes it as its base, and states name, texts, parser, value and
/// command of its own.
const BASE: Setting = Setting {
    name: "",
    short: None,
    heading: "",
    argument: "",
    help: "",
    note: "",
    expected: |_| String::new(),
    words: Vec::new,
    default: String::new,
    parse: |_| None,
    value: |_| String::new(),
    step: |_, _, _| {},
    command: |_, _| None,
    restarts: false,
};

/// Direction of a step by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Down,
    Up,
}

/// Facts about a training that limit the steps of a setting.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Number of training rows.
    pub training_rows: usize,
    /// Epochs per second, at most; NaN if unknown.
    pub epochs_per_second: f64,
}

/// A checked value together with the choice that it makes.
#[derive(Clone)]
pub struct Edit(Arc<dyn Fn(&mut Choices) + Send + Sync>);

impl Edit {
    fn new(edit: impl Fn(&mut Choices) + Send + Sync + 'static) -> Self {
        Self(Arc::new(edit))
    }

    /// Makes the choice in `choices`.
    pub fn apply(&self, choices: &mut Choices) {
        (self.0)(choices);
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edit")
    }
}

/// Replaces the typed commands of settings in `message`, such as `:epochs 100`, by their flags: `--epochs 100`.
pub(crate) fn with_flags(message: &str) -> String {
    let mut shown = String::new();
    let mut rest = message;
    while let Some(colon) = rest.find(':') {
        let (before, after) = (&rest[..colon], &rest[colon + 1..]);
        let is_letter = |c: char| c.is_ascii_lowercase() || c == '-';
        let name = &after[..after.find(|c| !is_letter(c)).unwrap_or(after.len())];
        // Chinese has no blanks before a word, but other punctuation.
        let last = (before.chars().last()).or_else(|| shown.chars().last());
        let is_start = last.is_none_or(|last| matches!(last, ' ' | '(') || !last.is_ascii());
        let is_flag = is_start && Setting::named(name).is_some();
        shown += before;
        shown += if is_flag { "--" } else { ":" };
        rest = after;
    }
    shown + rest
}

impl Setting {
    /// Returns the setting called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.into_iter().find(|setting| setting.name == name)
    }

    /// Returns whether a new value changes a training in progress, and not only how it is shown or when it ends.
    pub(crate) fn is_live(&self) -> bool {
        !self.restarts && self.heading != "Screen" && !limits::ALL.contains(&self.name)
    }

    /// Help of the flag, with the default value.
    pub(crate) fn flag_help(&self) -> String {
        let title = self.title();
        if self.argument == ON_OR_OFF {
            return say!("help-disable", "Disable {title}", title);
        }
        let mut letters = title.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        let title = first.unwrap_or_default() + letters.as_str();
        let default = say!(
            "help-default",
            " [default: {value}]",
            value = (self.default)()
        );
        title + &default
    }

    /// Name in the menu: that of the flag, or a short Chinese one.
    pub(crate) fn label(&self) -> Cow<'static, str> {
        translated(&format!("setting-{}-label", self.name), self.name)
    }

    /// Noun phrase that names the value, in the language of the screen.
    pub(crate) fn title(&self) -> Cow<'static, str> {
        translated(&format!("setting-{}", self.name), self.help)
    }

    /// Help of the typed command, in the language of the screen.
    pub(crate) fn command_help(&self) -> String {
        let title = self.title();
        if self.note.is_empty() {
            return title.into_owned();
        }
        let note = translated(&format!("setting-{}-note", self.name), self.note);
        (message("setting-with-note", &[("title", &title), ("note", &note)]))
            .unwrap_or_else(|| format!("{title} ({note})"))
    }

    /// Description of valid values in the language of the screen, for the error message about `text` that is none.
    pub(crate) fn expected(&self, text: &str) -> String {
        message(&format!("setting-{}-expected", self.name), &[])
            .unwrap_or_else(|| (self.expected)(text))
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Setting {}

/// Parses `w1[1,1]=0.5` or `w1[1,1] 0.5`.
pub(crate) fn parameter_value(text: &str) -> Option<(ParameterId, f32)> {
    let (id, value) = text.rsplit_once(['=', ' '])?;
    let id = id.trim_end_matches([' ', '=']).parse().ok()?;
    let value = value
        .trim()
        .parse()
        .ok()
        .filter(|value: &f32| value.is_finite())?;
    Some((id, value))
}

/// Returns the neighbour of `now` in `all`, which is a circle.
fn turned<T: Copy + PartialEq>(all: &[T], now: T, direction: Direction) -> T {
    let index = all.iter().position(|&value| value == now).unwrap_or(0);
    match direction {
        Direction::Up => all[(index + 1) % all.len()],
        Direction::Down => all[(index + all.len() - 1) % all.len()],
    }
}

/// Returns the next of `steps`, ascending, above or below `now`.
fn neighbour(steps: &[f64], now: f64, direction: Direction) -> Option<f64> {
    let mut steps = steps.iter().copied();
    match direction {
        Direction::Up => steps.find(|&step| step > now),
        Direction::Down => steps.rfind(|&step| step < now),
    }
}

/// Parses `word` as no value, and other texts as `parse` does.
fn parse_or<T>(word: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text == word {
        Some(None)
    } else {
        parse(text).map(Some)
    }
}

/// Formats a value, or none as `word`.
fn text_or(word: &str, value: Option<impl ToString>) -> String {
    value.map_or_else(|| word.to_owned(), |value| value.to_string())
}

/// Lists the names of values, for an error message.
fn one_of(words: &[&str]) -> String {
    let words = words.join(", ");
    message("setting-one-of", &[("words", &words)]).unwrap_or_else(|| format!("one of {words}"))
}

#[cfg(test)]
mod tests;
