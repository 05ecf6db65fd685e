//! Steps of a lesson.

use crate::util::lang::say;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::{Expression, Quantity};
use super::text::{Template, Text};

/// A step: a text, and what it waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Text of the step.
    pub text: Text,
    /// Keys and commands: of a task, those that do it; otherwise carried out when the step begins.
    pub acts: Vec<Act>,
    /// Condition under which it ends.
    pub kind: Kind,
    /// Comparisons that hold in the run as the lesson sets it up, with any seed.
    pub claims: Vec<Expression>,
}

/// Condition under which a step ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The reader goes on.
    Text,
    /// The reader chooses an answer.
    Question {
        /// Answers to choose from, at least two.
        choices: Vec<Choice>,
        /// Index of the right one, from 0.
        answer: usize,
    },
    /// The reader does something.
    Task {
        /// Comparison that holds when it is done.
        until: Expression,
        /// Numbers to keep at that time, under new names.
        keep: Vec<(String, Expression)>,
    },
    /// The reader computes every number of the next mini-batch.
    Quiz,
}

/// An answer to choose.
pub type Choice = Text;

/// A command or key of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Act {
    /// A typed command, without the colon.
    Command(String),
    /// A key by its name: a character, or `space`, `enter` and the like.
    Key(String),
}

impl From<String> for Act {
    fn from(text: String) -> Self {
        match text.strip_prefix(':') {
            Some(command) if !command.is_empty() => Self::Command(command.to_owned()),
            _ => Self::Key(text),
        }
    }
}

/// Members of a step in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Members {
    en: Template,
    zh: Template,
    #[serde(default, rename = "do")]
    acts: Vec<Act>,
    #[serde(default)]
    choices: Vec<Choice>,
    answer: Option<usize>,
    until: Option<String>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    #[serde(default)]
    quiz: bool,
    #[serde(default)]
    claims: Vec<String>,
}

impl TryFrom<Members> for Step {
    type Error = String;

    fn try_from(members: Members) -> Result<Self, String> {
        let kind = match (members.choices, members.answer, members.until, members.quiz) {
            (choices, None, None, false) if choices.is_empty() => Kind::Text,
            (choices, None, None, true) if choices.is_empty() => Kind::Quiz,
            (choices, None, Some(until), false) if choices.is_empty() => {
                let keep = members.keep.iter();
                let keep = keep.map(|(name, text)| Ok((name.clone(), Expression::parse(text)?)));
                Kind::Task {
                    until: Expression::parse(&until)?,
                    keep: keep.collect::<Result<_, String>>()?,
                }
            }
            (choices, Some(answer), None, false) if choices.len() > 1 => {
                let count = choices.len();
                let answer = answer.checked_sub(1).filter(|&answer| answer < count);
                let answer =
                    answer.ok_or(say!("step-answer", "the answer is not among the choices"))?;
                Kind::Question { choices, answer }
            }
            _ => {
                return Err(say!(
                    "step-kind",
                    "a step has choices with an answer, or until, or quiz, or none of these"
                )
                .into());
            }
        };
        if !members.keep.is_empty() && !matches!(kind, Kind::Task { .. }) {
            return Err(say!("step-keep", "keep goes with until only").into());
        }
        let claims = members.claims.iter().map(|claim| Expression::parse(claim));
        Ok(Self {
            text: Text {
                en: members.en,
                zh: members.zh,
            },
            acts: members.acts,
            kind,
            claims: claims.collect::<Result<_, String>>()?,
        })
    }
}

impl Step {
    /// Names of the numbers that are kept.
    pub(super) fn kept_names(&self) -> impl Iterator<Item = &str> {
        let keep = match &self.kind {
            Kind::Task { keep, .. } => &keep[..],
            _ => &[],
        };
        keep.iter().map(|(name, _)| name.as_str())
    }

    /// The text and the choices.
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let choices = match &self.kind {
            Kind::Question { choices, .. } => &choices[..],
            _ => &[],
        };
        std::iter::once(&self.text).chain(choices)
    }

    /// Names of the keys that the text and the choices show.
    pub(crate) fn shown_keys(&self) -> impl Iterator<Item = &str> {
        self.texts().flat_map(Text::keys)
    }

    /// Calls `visit` with every number of the run that the text and the choices show.
    pub(crate) fn visit_shown(&self, visit: &mut impl FnMut(&Quantity)) {
        for expression in self.texts().flat_map(Text::expressions) {
            expression.visit(visit);
        }
    }

    /// Calls `visit` with every number of the run that the step names.
    pub(super) fn visit_quantities(&self, visit: &mut impl FnMut(&Quantity)) {
        self.visit_shown(visit);
        let tested: Vec<&Expression> = match &self.kind {
            Kind::Task { until, keep } => {
                let kept = keep.iter().map(|(_, expression)| expression);
                std::iter::once(until).chain(kept).collect()
            }
            _ => Vec::new(),
        };
        for expression in tested.into_iter().chain(&self.claims) {
            expression.visit(visit);
        }
    }
}
