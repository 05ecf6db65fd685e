//! Completion of the command line.

use super::COMMANDS;
use super::table::CommandSpec;
use crate::data::Encoding;
use crate::lesson::{Lesson, names};
use crate::model_file::formats;
use crate::settings::{HIDDEN, SETTINGS, Setting};
use crate::tui::app::Model;
use crate::tui::app::lesson::{BACK, END};
use crate::tui::app::plane::COMPONENTS;
use crate::tui::app::what_if::ColumnDomain;
use crate::tui::text;
use crate::util::lang;

/// Maximum number of candidates.
const MAX_CANDIDATES: usize = 200;
/// Value of `:hidden` without hidden layers.
const NO_LAYERS: &str = "none";

/// Kind of completion of a command's arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Completes {
    Nothing,
    Words(fn() -> Vec<&'static str>),
    /// The current value of a setting, and its values with names.
    Setting(&'static Setting),
    Parameters,
    Neurons,
    /// Columns of the table, then their values.
    Inputs,
    /// Columns separated by a comma, or the principal components.
    Plane,
    /// Names of models, then extensions.
    Models,
    Checkpoints,
    /// Names of lessons, with their titles.
    Lessons,
    /// Settings, then their values.
    Settings,
}

/// Completion of the word under the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Replacement of the word under the cursor.
    pub text: String,
    /// Placeholders of the arguments to type next.
    pub arguments: &'static str,
    /// One line of help; may be empty.
    pub help: String,
}

impl Candidate {
    fn new(text: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            arguments: "",
            help: help.into(),
        }
    }
}

/// Files of a folder that may hold a model or a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The folder as typed, with a slash at the end; empty for the current one.
    pub folder: String,
    /// Names in alphabetical order; those of folders end in a slash.
    pub names: Vec<(String, FileKind)>,
}

/// Kind of a file that is offered as a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Folder,
    Model,
    Checkpoint,
}

/// Completions of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Completion {
    /// Part of the line that stays.
    pub kept: String,
    pub candidates: Vec<Candidate>,
    pub usage: Option<String>,
    pub folder: Option<String>,
}

/// The built-in lessons, then the words that steer the one in progress.
fn lessons(model: &Model) -> Vec<Candidate> {
    let title = |name: &str| {
        let lesson = Lesson::open(name);
        lesson.map_or(String::new(), |lesson| lesson.title.plain(lang::current()))
    };
    let lessons = names().map(|name| Candidate::new(name, title(name)));
    let words = [
        (BACK, text::lesson_back_help()),
        (END, text::lesson_end_help()),
    ];
    let words = words.map(|(word, help)| Candidate::new(word, help));
    let words = words.into_iter().filter(|_| model.course.is_some());
    lessons.chain(words).collect()
}

/// Completes `line`, the text before the cursor.
pub(super) fn complete(line: &str, model: &Model, files: Option<&Files>) -> Completion {
    let Some((name, rest)) = line.trim_start().split_once(char::is_whitespace) else {
        return Completion {
            candidates: commands(line.trim_start()),
            ..Completion::default()
        };
    };
    let is_called = |spec: &&CommandSpec| spec.name == name || spec.aliases.contains(&name);
    let Some(spec) = COMMANDS.iter().find(is_called) else {
        return Completion::default();
    };
    let rest = rest.trim_start();
    // Names of inputs and files may hold spaces; elsewhere the last word is completed.
    let is_path = matches!(spec.completes, Completes::Models | Completes::Checkpoints);
    let whole = is_path || matches!(spec.completes, Completes::Inputs | Completes::Plane);
    let word = if whole {
        rest
    } else {
        rest.rsplit(char::is_whitespace).next().unwrap_or(rest)
    };
    let mut candidates = match spec.completes {
        Completes::Nothing => Vec::new(),
        Completes::Words(words) => named(words()).collect(),
        Completes::Setting(setting) => values(model, setting),
        Completes::Parameters => parameters(model),
        Completes::Neurons => neurons(model),
        Completes::Inputs => inputs(model, word),
        Completes::Plane => plane(model, word),
        Completes::Models => models(word, files),
        Completes::Lessons => lessons(model),
        Completes::Settings => settings(model, rest),
        Completes::Checkpoints => existing(word, files, FileKind::Checkpoint).collect(),
    };
    // Words that were typed before are not offered again.
    let is_first = whole
        || rest.len() == word.len()
        || matches!(
            spec.completes,
            Completes::Words(_) | Completes::Setting(_) | Completes::Settings
        );
    candidates
        .retain(|candidate| is_first && candidate.text != word && candidate.text.starts_with(word));
    candidates.truncate(MAX_CANDIDATES);
    let folder = is_path.then(|| folder_of(word).to_owned());
    Completion {
        kept: line[..line.len() - word.len()].to_owned(),
        candidates,
        usage: Some(usage(model, spec)),
        folder: folder.filter(|folder| files.is_none_or(|files| files.folder != *folder)),
    }
}

/// Candidate for each command that begins with `name`.
fn commands(name: &str) -> Vec<Candidate> {
    let begun = COMMANDS.iter().filter(|spec| spec.name.starts_with(name));
    begun
        .map(|spec| Candidate {
            text: spec.name.to_owned(),
            arguments: spec.arguments,
            help: spec.help().into_owned(),
        })
        .collect()
}

/// Formats usage, help and current value: `lr RATE · learning rate · now 0.01`.
fn usage(model: &Model, spec: &CommandSpec) -> String {
    let gap = if spec.arguments.is_empty() { "" } else { " " };
    let now = match spec.completes {
        Completes::Setting(setting) => text::now((setting.value)(&model.run.choices())),
        _ => String::new(),
    };
    format!(
        "{}{gap}{} · {}{now}",
        spec.name,
        spec.arguments,
        spec.help()
    )
}

/// The current value of `setting`, if it is made of numbers, and the values that have names.
fn values(model: &Model, setting: &Setting) -> Vec<Candidate> {
    let mut all = Vec::new();
    if *setting == HIDDEN {
        let now = (setting.value)(&model.run.choices());
        if now != NO_LAYERS {
            all.push(Candidate::new(now, text::current()));
        }
        all.push(Candidate::new(NO_LAYERS, text::no_hidden()));
    }
    all.extend(named((setting.words)()));
    all
}

/// Settings of a plan, or the values of the one that is named in `typed`.
fn settings(model: &Model, typed: &str) -> Vec<Candidate> {
    let mut named = typed.split_whitespace().filter_map(Setting::named);
    if let Some(setting) = named.next().filter(|_| typed.contains(' ')) {
        return values(model, setting);
    }
    let settings = SETTINGS
        .iter()
        .filter(|setting| setting.is_live() || setting.restarts);
    settings
        .map(|setting| Candidate::new(setting.name, setting.title()))
        .collect()
}

fn named(words: Vec<&'static str>) -> impl Iterator<Item = Candidate> {
    words.into_iter().map(|word| Candidate::new(word, ""))
}

fn parameters(model: &Model) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(id) = model.inspector.parameter() {
        all.push(Candidate::new(id.to_string(), text::under_the_cursor()));
    }
    for (l, pair) in model.run.architecture.sizes().windows(2).enumerate() {
        let (layer, inputs, outputs) = (l + 1, pair[0], pair[1]);
        let weights = text::weights_of_layer(layer, outputs, inputs);
        all.push(Candidate::new(format!("w{layer}["), weights));
        let biases = text::biases_of_layer(layer, outputs);
        all.push(Candidate::new(format!("b{layer}["), biases));
    }
    all
}

fn neurons(model: &Model) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(neuron) = model.inspector.hidden_neuron(&model.run.architecture) {
        all.push(Candidate::new(neuron.to_string(), text::under_the_cursor()));
    }
    let sizes = model.run.architecture.sizes();
    for (layer, size) in sizes.iter().enumerate().take(sizes.len() - 1).skip(1) {
        let help = text::neurons_of_layer(size, layer);
        all.push(Candidate::new(format!("a{layer}["), help));
    }
    all
}

/// Columns, or the values of the one that `typed` names.
fn inputs(model: &Model, typed: &str) -> Vec<Candidate> {
    let columns = model.run.columns();
    let mut all = Vec::new();
    for column in columns {
        let domain = ColumnDomain::of(column);
        match typed.strip_prefix(column.name.as_str()) {
            Some(rest) if rest.starts_with(' ') => {
                let values = domain.words().iter();
                all.extend(
                    values.map(|value| Candidate::new(format!("{} {value}", column.name), "")),
                );
            }
            _ => all.push(Candidate::new(column.name.clone(), domain.to_string())),
        }
    }
    all
}

/// Numeric columns behind the last comma of what is typed; without one also the principal components.
fn plane(model: &Model, typed: &str) -> Vec<Candidate> {
    let before = typed.rfind(',').map_or("", |at| &typed[..=at]);
    let columns = model.run.columns().iter();
    let numeric = columns.filter(|column| matches!(column.encoding, Encoding::Numeric { .. }));
    let names = numeric.map(|column| format!("{before}{}", column.name));
    let components = before.is_empty().then(|| COMPONENTS.to_owned());
    let all = names.chain(components);
    all.map(|text| Candidate::new(text, "")).collect()
}

/// Returns the folder part of a path.
pub(in crate::tui::app) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// Paths with the extensions of models, and existing models.
pub(in crate::tui::app) fn models(typed: &str, files: Option<&Files>) -> Vec<Candidate> {
    let folder = folder_of(typed);
    let mut all = Vec::new();
    let name = &typed[folder.len()..];
    let has_ending = formats::ALL.iter().any(|format| {
        let stem = name.strip_suffix(format.extension);
        stem.is_some_and(|stem| stem.ends_with('.'))
    });
    if !name.is_empty() && !has_ending {
        let stem = typed.trim_end_matches('.');
        let (stem, begun) = match stem.rfind('.') {
            Some(at) if at > folder.len() => stem.split_at(at),
            _ => (stem, ""),
        };
        for format in formats::ALL {
            let ending = format!(".{}", format.extension);
            let path = format!("{stem}{ending}");
            let is_there = |files: &Files| {
                files
                    .names
                    .iter()
                    .any(|(name, _)| path[folder.len()..] == *name)
            };
            if ending.starts_with(begun) && !files.is_some_and(is_there) {
                all.push(Candidate::new(path, format.about()));
            }
        }
    }
    all.extend(existing(typed, files, FileKind::Model));
    all
}

/// Folders and files of a kind beside the path that is being typed.
pub(in crate::tui::app) fn existing(
    typed: &str,
    files: Option<&Files>,
    wanted: FileKind,
) -> impl Iterator<Item = Candidate> {
    let folder = folder_of(typed);
    let files = files.filter(|files| files.folder == folder);
    let names = files.into_iter().flat_map(|files| &files.names);
    names.filter_map(move |(name, kind)| {
        let help = match *kind {
            FileKind::Folder => text::folder(),
            kind if kind == wanted => text::existing_file(),
            _ => return None,
        };
        Some(Candidate::new(format!("{folder}{name}"), help))
    })
}
