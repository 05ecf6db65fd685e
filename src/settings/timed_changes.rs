//! Live changes as texts: a step, and the command that a person would type after it, such as `340 lr 0.01`.

use std::str::FromStr;

use super::{Choices, Edit, Setting, TableShape, differing, parameter_value};
use crate::nn::{Change, LoggedChange};
use crate::train::{Command, Limits, Pace, Plan};
use crate::util::lang::say;
use crate::util::numbers::rate;

/// Separator of settings that one change concerns.
const SEPARATOR: &str = "; ";

/// A live change as it was typed, with the number of steps done before it.
#[derive(Debug, Clone)]
pub struct TimedChange {
    step: u64,
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Settings(Vec<(&'static Setting, Edit)>),
    /// A change that does not depend on the plan.
    Other(Change),
}

impl FromStr for TimedChange {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let expected = || {
            say!(
                "at-expected",
                "{typed}: expected the number of steps before a live change, and the change, such as \"340 lr 0.01\"",
                typed
            )
        };
        let (step, text) = typed.trim().split_once(' ').ok_or_else(expected)?;
        let step = step.parse().map_err(|_| expected())?;
        let text = text.trim();
        let kind = kind(text).ok_or_else(expected)?;
        Ok(Self {
            step,
            text: text.to_owned(),
            kind,
        })
    }
}

fn kind(text: &str) -> Option<Kind> {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let change = match name {
        "set" => {
            let (id, value) = parameter_value(rest)?;
            Change::Parameter { id, value }
        }
        "freeze" | "unfreeze" => Change::Freeze {
            id: rest.parse().ok()?,
            frozen: name == "freeze",
        },
        "mute" | "unmute" => Change::Mute {
            neuron: rest.parse().ok()?,
            muted: name == "mute",
        },
        "recover" => Change::Recover {
            learning_rate: rest.parse().ok()?,
        },
        "undo" if rest.is_empty() => Change::UndoLast,
        _ => {
            let setting = |part: &str| {
                let (name, value) = part.trim().split_once(' ')?;
                let setting = Setting::named(name).filter(|setting| setting.is_live())?;
                Some((setting, (setting.parse)(value.trim())?))
            };
            let edits = text.split(SEPARATOR.trim()).map(setting);
            return edits.collect::<Option<_>>().map(Kind::Settings);
        }
    };
    Some(Kind::Other(change))
}

/// Plan in force between live changes.
struct PlanReplay {
    plan: Plan,
    limits: Limits,
    table: TableShape,
    /// Plans before the changes that can be undone, and whether those were of the learning rate.
    undo: Vec<(Plan, bool)>,
}

impl PlanReplay {
    /// Applies what `change` says about the plan.
    fn apply(&mut self, change: &Change) {
        let plan = &mut self.plan;
        match change {
            Change::Recover { .. } => plan.apply(change),
            Change::Undo | Change::UndoLast => {
                if let Some((before, is_of_rate)) = self.undo.pop() {
                    let rate = plan.rule.learning_rate;
                    *plan = before;
                    if !is_of_rate {
                        plan.rule.learning_rate = rate;
                    }
                }
            }
            _ => {
                let is_of_rate = matches!(change, Change::LearningRate { .. });
                self.undo.push((plan.clone(), is_of_rate));
                plan.apply(change);
            }
        }
    }

    fn choices(&self) -> Choices {
        Choices::of(&self.plan, self.limits, Pace::Full)
    }

    /// The change that edits of settings make.
    fn change(&self, edits: &[(&'static Setting, Edit)]) -> Result<Change, String> {
        let before = self.choices();
        let mut after = before.clone();
        edits.iter().for_each(|(_, edit)| edit.apply(&mut after));
        after.follow(&before);
        let plan = after.plan(self.table)?;
        match (edits[0].0.command)(&after, &plan) {
            Some(Command::Apply(change)) => Ok(change),
            _ => Err(say!("at-restarts", "it starts the training again").into()),
        }
    }

    /// The command that makes `change`; `None` if there is none.
    fn text(&self, change: &Change) -> Option<String> {
        Some(match change {
            Change::Parameter { id, value } => format!("set {id}={value}"),
            Change::Freeze { id, frozen: true } => format!("freeze {id}"),
            Change::Freeze { id, frozen: false } => format!("unfreeze {id}"),
            Change::Mute {
                neuron,
                muted: true,
            } => format!("mute {neuron}"),
            Change::Mute {
                neuron,
                muted: false,
            } => format!("unmute {neuron}"),
            Change::Recover { learning_rate } => format!("recover {}", rate(learning_rate.get())),
            Change::UndoLast => "undo".into(),
            Change::Undo => return None,
            change => {
                let after = Choices::of(&self.plan.with(change), self.limits, Pace::Full);
                let before = self.choices();
                let values = differing(&[&before, &after]).into_iter();
                let parts =
                    values.map(|setting| format!("{} {}", setting.name, (setting.value)(&after)));
                parts.collect::<Vec<_>>().join(SEPARATOR)
            }
        })
    }
}

/// Returns the changes that were typed, for a run that starts with `plan`.
///
/// # Errors
/// A message with the change that is not possible.
pub(crate) fn changes(
    typed: &[TimedChange],
    plan: &Plan,
    limits: Limits,
    table: TableShape,
) -> Result<Vec<LoggedChange>, String> {
    let mut replay = PlanReplay {
        plan: plan.clone(),
        limits,
        table,
        undo: Vec::new(),
    };
    let mut changes: Vec<LoggedChange> = Vec::new();
    for TimedChange { step, text, kind } in typed {
        let problem = |why: String| format!("--at \"{step} {text}\": {why}");
        if changes.last().is_some_and(|last| last.step > *step) {
            let why = say!("at-order", "it is earlier than the change before it");
            return Err(problem(why.into()));
        }
        let change = match kind {
            Kind::Settings(edits) => replay.change(edits).map_err(problem)?,
            Kind::Other(change) => change.clone(),
        };
        replay.apply(&change);
        changes.push(LoggedChange {
            step: *step,
            change,
        });
    }
    Ok(changes)
}

/// Returns texts from which [`changes`] makes `log` again; `None` if there are none.
pub(super) fn texts(
    log: &[LoggedChange],
    plan: &Plan,
    limits: Limits,
    table: TableShape,
) -> Option<Vec<String>> {
    let mut replay = PlanReplay {
        plan: plan.clone(),
        limits,
        table,
        undo: Vec::new(),
    };
    let mut texts = Vec::new();
    for LoggedChange { step, change } in log {
        texts.push(format!("{step} {}", replay.text(change)?));
        replay.apply(change);
    }
    let typed: Result<Vec<TimedChange>, String> = texts.iter().map(|text| text.parse()).collect();
    let again = changes(&typed.ok()?, plan, limits, table).ok()?;
    (again == log).then_some(texts)
}
