//! The settings of a training, one row each: flag, typed command, line of the menu, steps by key,
//! help, and how a value reaches a training in progress.
//!
//! A text is parsed once, into an `Edit` that holds the checked value and where it belongs. The
//! command line applies edits to the default `Choices`, the screen to those in force. A new setting
//! is a row in `network`, `learning` or `speed`, and its line in `SETTINGS`.

mod choices;
pub mod defaults;
mod learning;
mod network;
mod speed;

use std::fmt;
use std::sync::Arc;

use crate::nn::ParameterId;
use crate::train::{Command, Plan};
pub use choices::Choices;
pub(crate) use learning::LEARNING_RATE;
pub use learning::tenth;
pub(crate) use network::{HIDDEN, NEW_LAYER};
pub(crate) use speed::PACE;

/// Every setting, in the order of help and menu.
pub(crate) static SETTINGS: [&Setting; 13] = [
    &network::HIDDEN,
    &network::ACTIVATION,
    &network::OUTPUT,
    &network::LOSS,
    &network::INIT,
    &learning::OPTIMIZER,
    &learning::MOMENTUM,
    &learning::LEARNING_RATE,
    &learning::WEIGHT_DECAY,
    &learning::BATCH,
    &learning::EPOCHS,
    &learning::SEED,
    &speed::PACE,
];

/// A setting. `lr` is the flag `--lr`, the typed command `:lr` and a line of the menu.
pub struct Setting {
    /// Name of the flag, the command and the line of the menu.
    pub name: &'static str,
    /// Short option.
    pub short: Option<char>,
    /// Heading of the flag in `--help`.
    pub heading: &'static str,
    /// Placeholder of the value.
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
    /// Tells the worker about a new value, given all choices and the plan made of them.
    pub command: fn(&Choices, &Plan) -> Command,
    /// Whether a new value starts the training again.
    pub restarts: bool,
}

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

impl Setting {
    /// Returns the setting called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.into_iter().find(|setting| setting.name == name)
    }

    /// Help of the flag, with the default value.
    pub(crate) fn flag_help(&self) -> String {
        let mut letters = self.help.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        format!(
            "{}{} [default: {}]",
            first.unwrap_or_default(),
            letters.as_str(),
            (self.default)()
        )
    }

    /// Help of the typed command.
    pub(crate) fn command_help(&self) -> String {
        if self.note.is_empty() {
            self.help.to_owned()
        } else {
            format!("{} ({})", self.help, self.note)
        }
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

/// Lists the names of values, for an error message.
fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(name: &str, value: &str) -> Option<Choices> {
        let mut choices = Choices::default();
        let setting = Setting::named(name).expect(name);
        (setting.parse)(value)?.apply(&mut choices);
        Some(choices)
    }

    #[test]
    fn values_are_parsed_and_shown_as_they_are_typed() {
        for (name, value) in [
            ("hidden", "8,4"),
            ("hidden", "none"),
            ("activation", "tanh"),
            ("output", "softmax"),
            ("loss", "quadratic"),
            ("init", "he"),
            ("optimizer", "sgd"),
            ("optimizer", "momentum 0.5"),
            ("momentum", "0.5"),
            ("lr", "0.03"),
            ("lr", "1e-5"),
            ("l2", "0"),
            ("batch", "32"),
            ("epochs", "20"),
            ("epochs", "none"),
            ("seed", "7"),
            ("pace", "full"),
            ("pace", "2.5"),
        ] {
            let choices = edited(name, value).expect(value);
            let setting = Setting::named(name).expect(name);
            assert_eq!((setting.value)(&choices), value, "{name}");
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (name, bad) in [
            ("hidden", "0"),
            ("hidden", "8,,8"),
            ("hidden", ""),
            ("activation", "step"),
            ("output", ""),
            ("loss", "mse"),
            ("init", "zero"),
            ("optimizer", "none"),
            ("optimizer", "momentum 1"),
            ("optimizer", "momentum x"),
            ("optimizer", "sgd 0.9"),
            ("momentum", "1"),
            ("momentum", "none"),
            ("lr", "-1"),
            ("lr", "0"),
            ("lr", "nan"),
            ("lr", "inf"),
            ("lr", "1e99"),
            ("lr", "1e-99"),
            ("lr", "1 2"),
            ("l2", "-1"),
            ("l2", ""),
            ("batch", "0"),
            ("batch", "1.5"),
            ("epochs", "-1"),
            ("seed", "-1"),
            ("pace", "0"),
            ("pace", "fast"),
        ] {
            assert!(edited(name, bad).is_none(), "{name} {bad}");
        }
    }

    #[test]
    fn every_value_with_a_name_can_be_reached_by_steps() {
        let facts = Facts {
            training_rows: 100,
            epochs_per_second: f64::NAN,
        };
        for setting in SETTINGS {
            let mut choices = Choices {
                output: Some(crate::nn::Output::Softmax),
                loss: Some(crate::nn::Loss::CrossEntropy),
                ..Choices::default()
            };
            let words = (setting.words)();
            let mut seen = Vec::new();
            for _ in 0..20 {
                (setting.step)(&mut choices, Direction::Up, &facts);
                seen.push((setting.value)(&choices));
            }
            let is_special = ["hidden", "init", "epochs", "pace"].contains(&setting.name);
            for word in words
                .into_iter()
                .filter(|&word| !is_special && word != "auto")
            {
                assert!(
                    seen.iter()
                        .any(|value| value.split(' ').next() == Some(word)),
                    "{word}: {seen:?}"
                );
            }
        }
    }

    #[test]
    fn help_names_the_default() {
        for setting in SETTINGS {
            assert!(!setting.help.is_empty() && !(setting.default)().is_empty());
            assert!(setting.flag_help().starts_with(char::is_uppercase));
            assert!((setting.parse)("\u{1b}").is_none(), "{setting:?}");
            assert!(!(setting.expected)("").is_empty());
        }
        assert_eq!(
            Setting::named("batch").unwrap().command_help(),
            "mini-batch size (restarts the current epoch)"
        );
    }
}
