//! Options that the subcommands share with training, and those that they have no use for.

use clap::{Arg, CommandFactory};

use super::setting_flags::WITHOUT_SCREEN;
use super::{Args, help};
use crate::settings::{Axis, Setting};
use crate::util::lang::say;

/// Returns the command line, with the global options shown only where they have an effect.
pub(in crate::cli) fn command() -> clap::Command {
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
pub(in crate::cli) const NOT_OF_A_SWEEP: [&str; 24] = [
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
pub(in crate::cli) const NOT_OF_WATCH: [&str; 9] = [
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
