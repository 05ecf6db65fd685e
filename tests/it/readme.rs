//! README and manual against the program: tables, names of options, links.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use nn_tui::cli::args::Args;
use nn_tui::tui::app::bindings::{BINDINGS, Group};
use nn_tui::tui::app::command::COMMANDS;
use nn_tui::tui::watch::shown_keys;
use nn_tui::util::lang::{Lang, set_current};

const README: &str = "README.md";
const ENGLISH: &str = "assets/manual.md";
const CHINESE: &str = "assets/README.zh.md";

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("the document")
}

/// The keys as the manual lists them, one table for each context.
fn keys() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        text.push_str(&format!("\n| {} | |\n|---|---|\n", group.title()));
        let rows = BINDINGS
            .iter()
            .filter(|binding| binding.group == group && !binding.help.is_empty());
        for binding in rows {
            let keys = binding.shown_keys();
            let keys: Vec<String> = keys.split(' ').map(|key| format!("`{key}`")).collect();
            text.push_str(&format!(
                "| {} | {} |\n",
                keys.join(" "),
                binding.shown_help()
            ));
        }
    }
    text
}

/// The keys of `nn-tui watch` as the manual lists them.
fn watch_keys() -> String {
    let mut text = String::from("|---|---|\n");
    for (keys, help) in shown_keys() {
        let keys: Vec<String> = keys.split(' ').map(|key| format!("`{key}`")).collect();
        text.push_str(&format!("| {} | {help} |\n", keys.join(" ")));
    }
    text
}

/// The typed commands as the manual lists them.
fn commands() -> String {
    let mut table = String::from("|---|---|\n");
    for spec in COMMANDS.iter() {
        let usage = format!("{} {}", spec.name, spec.arguments);
        let usage = usage.trim().replace('|', "\\|");
        table.push_str(&format!("| `{usage}` | {} |\n", spec.help()));
    }
    table
}

/// The options as the manual lists them, one table for each heading of `--help`.
fn options() -> String {
    let command = Args::command();
    let mut headings: Vec<&str> = Vec::new();
    for argument in command.get_arguments() {
        let heading = argument.get_help_heading();
        headings.extend(heading.filter(|heading| !headings.contains(heading)));
    }
    let mut text = String::new();
    for heading in headings {
        text.push_str(&format!("\n| {heading} | |\n|---|---|\n"));
        let of_heading = |argument: &&clap::Arg| argument.get_help_heading() == Some(heading);
        for argument in command.get_arguments().filter(of_heading) {
            let short = argument.get_short();
            let short = short.map_or(String::new(), |short| format!("`-{short}`, "));
            let long = argument.get_long().expect("an option");
            let values = argument.get_value_names().filter(|_| takes_value(argument));
            let value = values.map_or(String::new(), |names| format!(" {}", names[0]));
            let value = value.replace('|', "\\|");
            let help = argument.get_help().expect("help").to_string();
            let names = argument.get_possible_values().into_iter();
            let names: Vec<String> = names.map(|name| format!("`{}`", name.get_name())).collect();
            let names = match names.as_slice() {
                [] => String::new(),
                _ if !takes_value(argument) => String::new(),
                names => format!(" ({})", names.join(", ")),
            };
            let help = format!("{help}{names}").replace('|', "\\|");
            text.push_str(&format!("| {short}`--{long}{value}` | {help} |\n"));
        }
    }
    text
}

fn takes_value(argument: &clap::Arg) -> bool {
    argument.get_action().takes_values()
}

/// Compares the table that the document at `path` marks by `name` with `expected`.
fn assert_table(path: &str, name: &str, expected: &str) {
    let readme = document(path);
    let (_, behind) = readme
        .split_once(&format!("<!-- {name} -->\n"))
        .expect("a place for it");
    let (found, _) = behind
        .split_once(&format!("<!-- end of {name} -->"))
        .expect("its end");
    assert!(
        found == expected,
        "the table of {name} should be\n\n{expected}"
    );
}

#[test]
fn the_keys_are_those_of_the_program() {
    assert_table(ENGLISH, "keys", &keys());
    let table = "| key | what it does |\n".to_owned() + &watch_keys();
    assert_table(ENGLISH, "keys of watch", &table);
}

#[test]
fn the_commands_are_those_of_the_program() {
    let table = "| command | what it does |\n".to_owned() + &commands();
    assert_table(ENGLISH, "commands", &table);
}

#[test]
fn the_chinese_tables_are_those_of_the_program() {
    set_current(Lang::Zh);
    assert_table(CHINESE, "keys", &keys());
    let table = "| 按键 | 作用 |\n".to_owned() + &watch_keys();
    assert_table(CHINESE, "keys of watch", &table);
    let table = "| 命令 | 作用 |\n".to_owned() + &commands();
    assert_table(CHINESE, "commands", &table);
}

#[test]
fn the_options_are_those_of_the_program() {
    assert_table(ENGLISH, "options", &options());
}

#[test]
fn every_option_is_there_and_no_other() {
    let manual = document(ENGLISH);
    let command = Args::command();
    let known: Vec<String> = command
        .get_arguments()
        .filter_map(|argument| argument.get_long().map(|name| format!("--{name}")))
        .collect();
    let of_subcommands = command.get_subcommands().flat_map(|subcommand| {
        let arguments = subcommand.get_arguments();
        arguments.filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
    });
    let known: Vec<String> = known.into_iter().chain(of_subcommands).collect();
    for option in &known {
        let is_usual = ["--help", "--version"].contains(&option.as_str());
        assert!(
            is_usual || manual.contains(option.as_str()),
            "{option} is missing"
        );
    }
    assert_known(&manual, &known);
    assert_known(&document(README), &known);
}

/// Checks that no option is named but those that are `known`.
fn assert_known(text: &str, known: &[String]) {
    let of_cargo = ["--release", "--locked", "--bench", "--path", "--help"];
    let of_scripts = ["--nproc-per-node", "--events", "--output"];
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    for (at, _) in text.match_indices("--") {
        let name: String = text[at..].chars().take_while(|&c| is_part(c)).collect();
        let is_option = name.len() > 3 && name.as_bytes()[2].is_ascii_lowercase();
        let is_first = at == 0 || !text[..at].ends_with(['-', '!']);
        let is_other = [&of_cargo[..], &of_scripts].concat().contains(&&*name);
        if is_option && is_first && !is_other {
            assert!(known.contains(&name), "there is no option {name}");
        }
    }
}

#[test]
fn links_from_the_readme_lead_to_headings_of_the_manual() {
    let (readme, manual) = (document(README), document(ENGLISH));
    let headings = manual.lines().filter_map(|line| {
        let title = line.strip_prefix("##")?.trim_start_matches('#').trim();
        Some(title.to_lowercase().replace(' ', "-"))
    });
    let headings: Vec<String> = headings.collect();
    let links: Vec<&str> = readme
        .split("](assets/manual.md#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(links.len() > 5);
    for link in links {
        assert!(
            headings.iter().any(|heading| heading == link),
            "no heading {link}"
        );
    }
}
