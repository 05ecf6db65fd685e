//! Help of the command line in Chinese, by the names of commands and arguments.

use clap::{Arg, Command};
use ratatui::crossterm::terminal;

use crate::settings::Setting;
use crate::util::lang::catalogue::message;
use crate::util::lang::{self, Lang, say};
use crate::util::text::wrap;

/// Widest line of the help.
const MAX_CELLS: u16 = 100;
/// Cells before the help of an argument, which is below the argument.
const INDENT: u16 = 10;

/// Translates the help of `command`, which is built, if the language is Chinese.
///
/// The parser breaks lines at blanks only and counts two cells as one, so the lines are broken here.
pub(super) fn in_language(command: Command) -> Command {
    if lang::current() == Lang::En {
        return command;
    }
    let width = terminal::size().map_or(MAX_CELLS, |(width, _)| width);
    let cells = usize::from(width.min(MAX_CELLS).saturating_sub(INDENT)).max(20);
    let names: Vec<String> = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().to_owned())
        .collect();
    let whole = translated(command, None, cells)
        .override_usage("nn-tui [OPTIONS] [DATA]\n      nn-tui [OPTIONS] <COMMAND>");
    names.iter().fold(whole, |whole, name| {
        whole.mut_subcommand(name, |subcommand| translated(subcommand, Some(name), cells))
    })
}

/// Translates the help of a command, the subcommand `name` or the whole.
fn translated(command: Command, name: Option<&str>, cells: usize) -> Command {
    let about = |prefix: &str| {
        let text = message(&format!("{prefix}-{}", name.unwrap_or("training")), &[])?;
        Some(wrap(&text, cells + usize::from(INDENT)).join("\n"))
    };
    let command = match about("about") {
        Some(text) => command.about(text),
        None => command,
    };
    let command = match about("details") {
        Some(text) => command.long_about(text),
        None => command,
    };
    command
        .help_template("{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading(say!("heading-commands", "Commands"))
        .next_line_help(true)
        .mut_args(|arg| argument(arg, name, cells))
}

/// Translates the help of an argument of the subcommand `command`, or of the whole.
fn argument(arg: Arg, command: Option<&str>, cells: usize) -> Arg {
    let own = command
        .filter(|_| !arg.is_global_set())
        .map_or(String::new(), |name| format!("{name}-"));
    let id = arg.get_id().as_str();
    let ids = match id {
        "help" | "version" => vec![format!("flag-{id}")],
        // A sweep has the options of training.
        _ => vec![format!("flag-{own}{id}"), format!("flag-{id}")],
    };
    let heading = match arg.get_help_heading() {
        Some(heading) => message(&format!("heading-{}", heading.to_lowercase()), &[]),
        None if arg.is_positional() => Some(say!("heading-arguments", "Arguments").to_owned()),
        None => Some(say!("heading-options", "Options").to_owned()),
    };
    let setting = Setting::named(id);
    let translated = setting
        .map(Setting::flag_help)
        .or_else(|| ids.iter().find_map(|id| message(id, &[])));
    let made = || arg.get_help().map(ToString::to_string).unwrap_or_default();
    let mut help = translated.unwrap_or_else(made);
    if setting.is_none() && !arg.is_hide_default_value_set() {
        let values = arg.get_default_values().iter();
        let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        if !values.is_empty() && arg.get_action().takes_values() {
            help += &say!(
                "help-default",
                " [default: {value}]",
                value = values.join(", ")
            );
        }
    }
    let values = arg.get_possible_values();
    if !values.is_empty() && arg.get_action().takes_values() {
        let names: Vec<&str> = values
            .iter()
            .map(clap::builder::PossibleValue::get_name)
            .collect();
        help += &say!(
            "help-values",
            " [possible values: {values}]",
            values = names.join(", ")
        );
    }
    let help = wrap(&help, cells).join("\n");
    // A heading lives as long as the program.
    let heading: Option<&'static str> = heading.map(|heading| &*heading.leak());
    arg.help(help.clone())
        .long_help(help)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::command;
    use super::*;
    use crate::util::lang::catalogue::messages;
    use crate::util::lang::set_current;

    /// Prefixes of the messages that are asked for by name here.
    const PREFIXES: [&str; 4] = ["flag-", "heading-", "about-", "details-"];

    #[test]
    fn every_argument_has_chinese_help() {
        set_current(Lang::Zh);
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let whole = command();
        let mut asked = BTreeSet::new();
        for part in [&whole].into_iter().chain(whole.get_subcommands()) {
            let name = part.get_name();
            let is_whole = name == whole.get_name();
            let about = part.get_about().expect(name).to_string();
            assert!(is_chinese(&about), "{name}: {about}");
            let of = if is_whole { "training" } else { name };
            asked.extend([format!("about-{of}"), format!("details-{of}")]);
            for arg in part.get_arguments() {
                let id = arg.get_id().as_str();
                let help = arg.get_help().expect(id).to_string();
                assert!(is_chinese(&help), "{name} {id}: {help}");
                assert!(is_chinese(arg.get_help_heading().expect(id)), "{name} {id}");
                asked.insert(format!("flag-{id}"));
                asked.insert(format!("flag-{name}-{id}"));
            }
            let text = part.clone().term_width(80).render_long_help().to_string();
            assert!(
                !text.contains("[default") && !text.contains("Usage"),
                "{text}"
            );
        }
        for heading in [
            "reading", "output", "data", "network", "learning", "screen", "saving", "sweep",
        ] {
            asked.insert(format!("heading-{heading}"));
        }
        for general in ["commands", "arguments", "options"] {
            asked.insert(format!("heading-{general}"));
        }
        let all = messages().expect("zh.ftl is valid").into_iter();
        let ours = all.filter(|(id, _)| PREFIXES.iter().any(|prefix| id.starts_with(prefix)));
        let unused: Vec<String> = ours
            .map(|(id, _)| id)
            .filter(|id| !asked.contains(id))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
