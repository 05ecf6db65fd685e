//! Parsing of the arguments, and what was given of them.

use std::ffi::OsString;

use clap::FromArgMatches;
use clap::error::ErrorKind;
use clap::parser::ValueSource;

use super::args::{self, Args, Command};
use crate::settings::Setting;
use crate::util::lang::say;

/// Parses the arguments. Options of training are refused before a subcommand, which has no use for
/// them.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let mut command = args::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    if let Some((subcommand, of_subcommand)) = matches.subcommand() {
        let is_stray = |arg: &&clap::Arg| is_given(arg, &matches) && !arg.is_global_set();
        let is_useless = |arg: &&clap::Arg| {
            let useless: &[&str] = match subcommand {
                "sweep" => &args::NOT_OF_A_SWEEP,
                "watch" => &args::NOT_OF_WATCH,
                _ => &[],
            };
            useless.contains(&arg.get_id().as_str()) && is_given(arg, of_subcommand)
        };
        let useless = command.find_subcommand(subcommand);
        let useless = useless.into_iter().flat_map(clap::Command::get_arguments);
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
const OF_A_SWEEP: [&str; 14] = [
    "random", "halving", "jobs", "export", "folds", "repeat", "json", "force", "data", "headless",
    "lang", "log", "symbols", "theme",
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
        let values = values.map(|value| vec![name.clone(), value.to_string_lossy().into()]);
        let values: Vec<_> = values.collect();
        if values.is_empty() {
            vec![name]
        } else {
            values.concat()
        }
    });
    words.collect()
}

/// Returns the names of the arguments that were given, such as `data` and `--lr`.
pub(super) fn given_options(command: &clap::Command, matches: &clap::ArgMatches) -> Vec<String> {
    let given = command.get_arguments().filter(|arg| is_given(arg, matches));
    let name = |arg: &clap::Arg| match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.get_id().to_string(),
    };
    given.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_with_several_values_is_repeated_in_the_words_of_the_command() {
        let given = ["--keep", "id", "--set", "w1[1,1]=2", "--set", "b2[1]=-1"];
        let words = ["nn-tui", "iris", "--paused", "--lr", "0.1"].into_iter();
        let args = parse(words.chain(given).map(OsString::from)).expect("valid");
        assert_eq!(args.training.saving.words, given);
    }
}
