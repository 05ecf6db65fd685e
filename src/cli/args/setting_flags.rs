//! Flags of the settings, made from their table.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, FromArgMatches};

use crate::settings::{Axis, Edit, ON_OR_OFF, SETTINGS, Setting};
use crate::util::lang::say;

/// Options that start a run without the screen.
pub(super) const WITHOUT_SCREEN: [&str; 7] = [
    "headless",
    "json",
    "check_gradients",
    "find_lr",
    "preflight",
    "folds",
    "repeat",
];

/// Flags of the settings, read from their table.
#[derive(Debug, Clone, Default)]
pub struct SettingFlags {
    /// Edits of the settings that were given.
    pub edits: Vec<(&'static Setting, Edit)>,
    /// Settings that were given to a sweep, which takes several values of each.
    pub axes: Vec<Axis>,
}

impl SettingFlags {
    /// Returns whether the setting called `name` was given.
    pub(in crate::cli) fn has(&self, name: &str) -> bool {
        let mut given = self.edits.iter().map(|(setting, _)| setting);
        let mut swept = self.axes.iter().map(|axis| &axis.setting);
        given.any(|setting| setting.name == name) || swept.any(|setting| setting.name == name)
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
        let mut flags = Self::default();
        for setting in SETTINGS {
            // That of a sweep has an axis.
            match matches.try_get_one::<Edit>(setting.name) {
                Ok(edit) => flags.edits.extend(edit.map(|edit| (setting, edit.clone()))),
                Err(_) => flags
                    .axes
                    .extend(matches.get_one::<Axis>(setting.name).cloned()),
            }
        }
        Ok(flags)
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
        (setting.parse)(text).ok_or_else(|| {
            say!(
                "value-expected",
                "expected {expected}",
                expected = setting.expected(text)
            )
        })
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
