//! Lessons: a training with texts, questions and tasks, as data.
//!
//! A lesson is a TOML file with all its texts in every language. It says on what the network is trained and how, as
//! options of the command line, and which steps lead through it. `assets/lessons` has those that are built in.

pub mod expression;
mod step;
mod text;

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::util::foreign::{text_problem, toml_problem};
use crate::util::lang::say;
use crate::util::text::{near_matches, sanitise};
use expression::Quantity;
pub use step::{Act, Choice, Kind, Step};
pub use text::Text;

/// Longest file of a lesson, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// Name on the command line, or path of the file.
    pub name: String,
    /// Title in one line.
    pub title: Text,
    /// The tutorial's equation that it is about.
    pub formula: Text,
    /// Table to train on: a built-in data set, or a file beside that of the lesson.
    pub table: String,
    /// Built-in data set to train on where `table` is a file that does not exist.
    pub otherwise: Option<String>,
    /// Options of the command line, separated by white space: every setting the lesson depends on.
    pub options: String,
    /// Steps in order, at least one.
    pub steps: Vec<Step>,
}

/// Members of the file of a lesson.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    title: Option<Text>,
    formula: Text,
    table: String,
    otherwise: Option<String>,
    options: String,
    #[serde(default)]
    steps: Vec<step::Members>,
}

macro_rules! built_in {
    ($($name:literal)+) => {
        /// Names of the built-in lessons in teaching order, with their files.
        const BUILT_IN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../assets/lessons/", $name, ".toml"))),)+
        ];
    };
}

built_in! {
    "neuron" "forward" "loss" "backprop-output" "backprop-hidden" "mini-batch" "linear" "xor" "any-function"
    "learning-rate" "batch-size" "initialisation" "saturation" "vanishing-gradient" "dying-relu" "never-predicted"
    "overfitting" "mnist"
}

/// Names of the built-in lessons, in teaching order.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The name of the built-in lesson after the one called `name`; none after the last.
pub fn name_after(name: &str) -> Option<&'static str> {
    names().skip_while(|&other| other != name).nth(1)
}

impl Lesson {
    /// Reads the built-in lesson called `name`, or else the lesson in the file of that path.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is neither; [`Error::Lesson`] if the lesson is not valid.
    pub fn open(name: &str) -> Result<Self> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::parse(name, text);
        }
        let wrong = |problem: String| Error::Lesson(format!("{}: {problem}", sanitise(name)));
        let path = Path::new(name);
        let size = fs::metadata(path).map_err(|_| unknown(name))?.len();
        if size > MAX_BYTES {
            return Err(wrong(say!("lesson-long", "too long for a lesson").into()));
        }
        let text = fs::read_to_string(path).map_err(|cause| wrong(text_problem(cause)))?;
        let mut lesson = Self::parse(name, &text)?;
        // The table may be beside the lesson.
        let beside = path.with_file_name(&lesson.table);
        if beside.is_file() {
            lesson.table = beside.to_string_lossy().into_owned();
        }
        Ok(lesson)
    }

    /// Parses the lesson `name` from the `text` of its file.
    fn parse(name: &str, text: &str) -> Result<Self> {
        let wrong = |problem: String| Error::Lesson(format!("{}: {problem}", sanitise(name)));
        let members: Members = toml::from_str(text).map_err(|error| wrong(toml_problem(error)))?;
        let title = members.title.ok_or_else(|| {
            wrong(
                say!(
                    "lesson-no-title",
                    "a lesson has a title: [title] with en and zh"
                )
                .into(),
            )
        })?;
        let steps = members.steps.into_iter().enumerate().map(|(i, step)| {
            Step::try_from(step).map_err(|problem| wrong(in_step(i, &problem.to_string())))
        });
        let lesson = Self {
            name: name.to_owned(),
            title,
            formula: members.formula,
            table: members.table,
            otherwise: members.otherwise,
            options: members.options,
            steps: steps.collect::<Result<_>>()?,
        };
        lesson.check().map_err(wrong)?;
        Ok(lesson)
    }

    /// The seed that the texts are written for, if the options name one.
    pub(crate) fn seed(&self) -> Option<u64> {
        let mut words = self.options.split_whitespace();
        words.find(|word| *word == "--seed")?;
        words.next()?.parse().ok()
    }

    /// Checks that there are steps, and that every number they name exists where it is named.
    fn check(&self) -> Result<(), String> {
        if self.steps.is_empty() {
            return Err(say!(
                "lesson-no-step",
                "a lesson has at least one step: [[steps]]"
            )
            .into());
        }
        let mut kept: Vec<&str> = Vec::new();
        for (i, step) in self.steps.iter().enumerate() {
            let mut problem = None;
            step.visit_quantities(&mut |quantity: &Quantity| {
                let is_kept = quantity.indices.is_empty() && kept.contains(&quantity.name.as_str());
                if !is_kept && kind_of(quantity).is_none() {
                    problem.get_or_insert_with(|| unknown_number(quantity, &kept));
                }
            });
            if let Some(problem) = problem {
                return Err(in_step(i, &problem));
            }
            if !step.text.has_same_numbers() {
                return Err(say!(
                    "lesson-languages",
                    "step {number}: the languages show different numbers",
                    number = i + 1
                ));
            }
            kept.extend(step.kept_names());
        }
        Ok(())
    }

    /// Checks that no number is one of a layer or neuron that no network of the lesson has: one with these `hidden` layers,
    /// or with those that a command of a step asks for. The numbers of inputs and outputs are not known here.
    pub(crate) fn check_layers(&self, hidden: &[usize]) -> Result<(), String> {
        let commands = self.steps.iter().flat_map(|step| &step.acts);
        let sizes = commands.filter_map(|act| match act {
            Act::Command(command) => command.split_once(' '),
            Act::Key(_) => None,
        });
        let sizes = sizes.filter(|(name, _)| "hidden".starts_with(name));
        let neurons = |word: &str| word.trim().parse().unwrap_or(usize::MAX);
        let others = sizes.map(|(_, sizes)| sizes.split(',').map(neurons).collect());
        let networks: Vec<Vec<usize>> = others.chain([hidden.to_vec()]).collect();
        let layers = networks.iter().map(Vec::len).max().unwrap_or(0) + 1;
        for (i, step) in self.steps.iter().enumerate() {
            let mut problem = None;
            step.visit_quantities(&mut |quantity: &Quantity| {
                if layer_of(quantity).is_some_and(|layer| layer > layers) {
                    problem.get_or_insert_with(|| {
                        say!(
                            "lesson-no-layer",
                            "{quantity}: the network has {layers} layers, with that of the outputs",
                            quantity,
                            layers
                        )
                    });
                } else if !networks.iter().any(|hidden| has_neurons(hidden, quantity)) {
                    problem.get_or_insert_with(|| {
                        say!(
                            "lesson-no-neuron",
                            "{quantity}: the layer has fewer neurons",
                            quantity
                        )
                    });
                }
            });
            if let Some(problem) = problem {
                return Err(in_step(i, &problem));
            }
        }
        Ok(())
    }

    /// The table to train on, as an argument of the command line.
    pub fn source(&self) -> &str {
        match &self.otherwise {
            Some(otherwise) if !Path::new(&self.table).exists() => otherwise,
            _ => &self.table,
        }
    }
}

fn unknown(name: &str) -> Error {
    let known: Vec<String> = names().map(str::to_owned).collect();
    let near = near_matches(name, &known);
    let hint = match near.first() {
        Some(near) => say!("lesson-near", "did you mean \"{near}\"?", near),
        None => say!("lesson-list", "nn-tui lesson lists them").into(),
    };
    Error::Usage(say!(
        "lesson-unknown",
        "there is no lesson or file \"{name}\"; {hint}",
        name = sanitise(name),
        hint
    ))
}

fn unknown_number(quantity: &Quantity, kept: &[&str]) -> String {
    let known = QUANTITIES
        .iter()
        .map(|(name, ..)| *name)
        .chain(kept.iter().copied());
    let known: Vec<String> = known.map(str::to_owned).collect();
    let near = near_matches(&quantity.name, &known);
    let hint = near
        .first()
        .map(|near| say!("lesson-near-number", "; did you mean \"{near}\"?", near));
    say!(
        "lesson-no-number",
        "there is no number called \"{quantity}\"{hint}",
        quantity,
        hint = hint.unwrap_or_default()
    )
}

/// Numbers of a run: the name, whether a layer follows it, and how many indices.
const QUANTITIES: &[(&str, bool, usize)] = &[
    ("epoch", false, 0),
    ("step", false, 0),
    ("lr", false, 0),
    ("batch", false, 0),
    ("parameters", false, 0),
    ("seed", false, 0),
    ("finished", false, 0),
    ("diverged", false, 0),
    ("paused", false, 0),
    ("restarted", false, 0),
    ("train_loss", false, 0),
    ("val_loss", false, 0),
    ("best_val_loss", false, 0),
    ("best_epoch", false, 0),
    ("train_accuracy", false, 0),
    ("val_accuracy", false, 0),
    ("train_r2", false, 0),
    ("val_r2", false, 0),
    ("layers", false, 0),
    ("dead", false, 1),
    ("saturated", false, 1),
    ("neurons", false, 1),
    ("gradient", false, 1),
    ("weight", false, 1),
    ("activation_std", false, 1),
    ("never_predicted", false, 0),
    ("gradient_check", false, 0),
    ("x", false, 1),
    ("y", false, 1),
    ("cost", false, 0),
    ("z", true, 1),
    ("a", true, 1),
    ("slope", true, 1),
    ("delta", true, 1),
    ("w", true, 2),
    ("b", true, 1),
];

/// The row of [`QUANTITIES`] that `quantity` is one of; none if a run has no number of that name with as many indices.
fn kind_of(quantity: &Quantity) -> Option<&'static (&'static str, bool, usize)> {
    let (word, layer) = split_layer(&quantity.name);
    QUANTITIES.iter().find(|(name, has_layer, indices)| {
        let is_called = if *has_layer {
            *name == word && !layer.is_empty()
        } else {
            *name == quantity.name
        };
        is_called && *indices == quantity.indices.len()
    })
}

/// Splits the number of a layer off the end of a name.
fn split_layer(name: &str) -> (&str, &str) {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.split_at(word.len())
}

/// The layer, from 1, that a number is one of; none for those of the run, the inputs and the targets, and kept ones.
fn layer_of(quantity: &Quantity) -> Option<usize> {
    let (_, has_layer, _) = kind_of(quantity)?;
    if *has_layer {
        let (_, layer) = split_layer(&quantity.name);
        return Some(layer.parse().unwrap_or(usize::MAX));
    }
    let of_layers = quantity.indices.first().copied();
    of_layers.filter(|_| !matches!(quantity.name.as_str(), "x" | "y"))
}

/// Whether a network with these `hidden` layers can have the neurons that `quantity` names by its indices.
fn has_neurons(hidden: &[usize], quantity: &Quantity) -> bool {
    let (_, layer) = split_layer(&quantity.name);
    let is_of_layer = kind_of(quantity).is_some_and(|(_, has_layer, _)| *has_layer);
    let layer = layer.parse::<usize>().ok().filter(|_| is_of_layer);
    let Some(layer) = layer else { return true };
    let layers = (0..=layer).rev();
    layer <= hidden.len() + 1
        && layers.zip(&quantity.indices).all(|(layer, &index)| {
            let neurons = layer.checked_sub(1).and_then(|before| hidden.get(before));
            neurons.is_none_or(|&neurons| index <= neurons)
        })
}

/// Adds to a problem the number of its step, which has this index.
pub(crate) fn in_step(index: usize, problem: &str) -> String {
    say!(
        "lesson-step",
        "step {number}: {problem}",
        number = index + 1,
        problem
    )
}
