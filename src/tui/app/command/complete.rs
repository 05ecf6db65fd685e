//! What a typed line may go on with.

use super::{COMMANDS, names};
use crate::model_file::Format;
use crate::tui::app::Model;
use crate::tui::app::what_if::Domain;

/// Candidates that are offered at most.
const MOST: usize = 200;

/// What the arguments of a command are completed with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Completes {
    /// Nothing: a number, or no argument.
    Nothing,
    /// Some words.
    Words(fn() -> Vec<&'static str>),
    /// The hidden layers as they are.
    Hidden,
    /// Weights and biases.
    Parameters,
    /// Hidden neurons.
    Neurons,
    /// Columns of the table, then their values.
    Inputs,
    /// File names, then endings.
    Files,
}

/// Something a line may go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is put in place of the word under the cursor.
    pub text: String,
    /// What follows it, to be typed by the person.
    pub arguments: &'static str,
    /// One line about it; may be empty.
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

/// The files of a folder, as far as they may be the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The folder as it was typed, with the slash behind it; empty for the current one.
    pub folder: String,
    /// Their names; those of folders end in a slash.
    pub names: Vec<String>,
}

/// What a line may go on with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Completion {
    /// What of the line stays.
    pub kept: String,
    /// What may follow it.
    pub candidates: Vec<Candidate>,
    /// How the command that was typed is used.
    pub usage: Option<String>,
    /// The folder whose files are wanted for it.
    pub folder: Option<String>,
}

/// Completes `line`, the text before the cursor.
pub(super) fn complete(line: &str, model: &Model, files: Option<&Files>) -> Completion {
    let Some((name, rest)) = line.trim_start().split_once(char::is_whitespace) else {
        return Completion {
            candidates: commands(line.trim_start()),
            ..Completion::default()
        };
    };
    let Some(spec) = COMMANDS.iter().find(|spec| spec.name == name) else {
        return Completion::default();
    };
    let rest = rest.trim_start();
    // What is completed: for texts that may hold spaces all, elsewhere the last word.
    let whole = matches!(spec.completes, Completes::Inputs | Completes::Files);
    let word = if whole {
        rest
    } else {
        rest.rsplit(char::is_whitespace).next().unwrap_or(rest)
    };
    let mut candidates = match spec.completes {
        Completes::Nothing => Vec::new(),
        Completes::Words(words) => words()
            .into_iter()
            .map(|it| Candidate::new(it, ""))
            .collect(),
        Completes::Hidden => hidden(model),
        Completes::Parameters => parameters(model),
        Completes::Neurons => neurons(model),
        Completes::Inputs => inputs(model, word),
        Completes::Files => paths(word, files),
    };
    // Words that were typed before are not offered again.
    let is_first =
        whole || rest.len() == word.len() || matches!(spec.completes, Completes::Words(_));
    candidates.retain(|it| is_first && it.text != word && it.text.starts_with(word));
    candidates.truncate(MOST);
    let folder = matches!(spec.completes, Completes::Files).then(|| folder_of(word).to_owned());
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
            help: spec.help.to_owned(),
        })
        .collect()
}

/// `lr RATE: learning rate, now 0.01`.
fn usage(model: &Model, spec: &crate::tui::app::command::Spec) -> String {
    let items = crate::tui::app::menu::items(model);
    let mut items = items.into_iter();
    let now = items.find(|item| item.command.split(' ').next() == Some(spec.name));
    let now = now.and_then(|item| {
        let (_, now) = item.command.split_once(' ')?;
        Some(format!(" · now {now}"))
    });
    let gap = if spec.arguments.is_empty() { "" } else { " " };
    format!(
        "{}{gap}{} · {}{}",
        spec.name,
        spec.arguments,
        spec.help,
        now.unwrap_or_default()
    )
}

fn hidden(model: &Model) -> Vec<Candidate> {
    let sizes = model.planned().hidden.iter().map(usize::to_string);
    let now = sizes.collect::<Vec<_>>().join(",");
    let mut all = vec![Candidate::new("none", "no hidden layer")];
    if !now.is_empty() {
        all.insert(0, Candidate::new(now, "as it is"));
    }
    all
}

fn parameters(model: &Model) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(id) = model.parameter_under_cursor() {
        all.push(Candidate::new(names::parameter(id), "under the cursor"));
    }
    for (l, pair) in model.run.architecture.sizes().windows(2).enumerate() {
        let (layer, inputs, outputs) = (l + 1, pair[0], pair[1]);
        let weights = format!("weights of layer {layer}: to 1 … {outputs}, from 1 … {inputs}");
        all.push(Candidate::new(format!("w{layer}["), weights));
        let biases = format!("biases of layer {layer}: 1 … {outputs}");
        all.push(Candidate::new(format!("b{layer}["), biases));
    }
    all
}

fn neurons(model: &Model) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some((layer, place)) = model.hidden_neuron_under_cursor() {
        all.push(Candidate::new(
            names::neuron(layer, place),
            "under the cursor",
        ));
    }
    let sizes = model.run.architecture.sizes();
    for (layer, size) in sizes.iter().enumerate().take(sizes.len() - 1).skip(1) {
        let help = format!("neurons 1 … {size} of layer {layer}");
        all.push(Candidate::new(format!("a{layer}["), help));
    }
    all
}

/// Columns, or the values of the one that `typed` names.
fn inputs(model: &Model, typed: &str) -> Vec<Candidate> {
    let columns = &model.run.data.preprocessing.columns;
    let mut all = Vec::new();
    for column in columns {
        let domain = Domain::of(&column.encoding);
        match typed.strip_prefix(column.name.as_str()) {
            Some(rest) if rest.starts_with(' ') => {
                let values = domain.words().iter();
                all.extend(values.map(|it| Candidate::new(format!("{} {it}", column.name), "")));
            }
            _ => all.push(Candidate::new(column.name.clone(), domain.to_string())),
        }
    }
    all
}

/// What of a path is the folder.
fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

fn paths(typed: &str, files: Option<&Files>) -> Vec<Candidate> {
    let folder = folder_of(typed);
    let mut all = Vec::new();
    let name = &typed[folder.len()..];
    let has_ending = Format::ALL.iter().any(|format| {
        let ending = name.strip_suffix(format.ending());
        ending.is_some_and(|rest| rest.ends_with('.'))
    });
    if !name.is_empty() && !has_ending {
        let stem = typed.trim_end_matches('.');
        let (stem, begun) = match stem.rfind('.') {
            Some(at) if at > folder.len() => stem.split_at(at),
            _ => (stem, ""),
        };
        for format in Format::ALL {
            let ending = format!(".{}", format.ending());
            let path = format!("{stem}{ending}");
            let is_there =
                |files: &Files| files.names.iter().any(|name| path[folder.len()..] == *name);
            if ending.starts_with(begun) && !files.is_some_and(is_there) {
                all.push(Candidate::new(path, ""));
            }
        }
    }
    if let Some(files) = files.filter(|files| files.folder == folder) {
        for name in &files.names {
            let help = if name.ends_with('/') {
                "a folder"
            } else {
                "is there already"
            };
            all.push(Candidate::new(format!("{folder}{name}"), help));
        }
    }
    all
}
