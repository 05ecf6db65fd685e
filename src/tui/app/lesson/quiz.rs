//! The numbers of a step of training, to be computed by hand.

mod questions;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::digits::{Mistake, compare, narrow, shown};
use crate::nn::Architecture;
use crate::train::probes::Trace;
use crate::train::{Position, SampleId};
use crate::tui::app::model::Model;
use crate::tui::text;
use questions::{Question, count, questions};

/// Most numbers that are asked for.
const MAX_QUESTIONS: usize = 2000;

/// A quiz about the next mini-batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quiz {
    /// Questions in order; empty until the numbers are known.
    questions: Vec<Question>,
    /// Position of the run that they are about.
    position: Option<Position>,
    /// Index of the present question.
    at: usize,
    /// Text typed so far.
    pub typed: String,
    /// Reply to the last number.
    pub reply: Option<Reply>,
    /// Wrong numbers for the present question so far.
    attempts: usize,
    /// Number of questions answered right at once.
    pub right: usize,
    /// Whether the network is too large for it.
    pub is_too_large: bool,
    /// The row of each question.
    samples: Vec<SampleId>,
    /// Whether new weights are left out, since they do not follow from the gradients alone.
    pub is_without_update: bool,
}

/// Reply to a number that was typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// The number before was right; its name and value.
    Right(String, String),
    /// The number before was shown; its name and value.
    Shown(String, String),
    /// This number is wrong, for this reason; with the numbers in the formula from the second time on.
    Wrong(String, Mistake, Option<String>),
}

/// Whether `c` is typed into the number that is asked for: `:` and `?`, which no number has, lead elsewhere.
pub(crate) fn is_of_number(c: char) -> bool {
    !matches!(c, ':' | '?')
}

impl Quiz {
    /// Creates a quiz about a mini-batch of `rows` rows in a network of `architecture`, before its numbers are known.
    pub fn new(architecture: &Architecture, rows: usize) -> Self {
        Self {
            is_too_large: count(architecture, rows) > MAX_QUESTIONS as u128,
            ..Self::default()
        }
    }

    /// Takes the numbers that are asked for from `trace` at a position of the run, unless that was done. The network is
    /// one of `architecture`.
    pub fn fill(&mut self, trace: Option<&Trace>, architecture: &Architecture, at: Position) {
        if !self.questions.is_empty() || self.is_too_large {
            return;
        }
        let (loss, output) = (architecture.loss(), architecture.output());
        let is_small =
            |trace: &&Trace| count(architecture, trace.rows.len()) <= MAX_QUESTIONS as u128;
        let small = trace.filter(is_small);
        let questions = small.map(|trace| questions(trace, loss, output));
        let questions = questions.unwrap_or_default();
        if let Some(trace) = trace {
            self.samples = trace.rows.iter().map(|row| row.sample).collect();
            self.is_without_update = trace.descent.is_none();
        }
        self.is_too_large = questions.is_empty() || questions.len() > MAX_QUESTIONS;
        if !self.is_too_large {
            self.questions = questions;
            self.position = Some(at);
        }
    }

    /// Whether its numbers are those of another position of the run than `position`.
    pub fn is_outdated(&self, position: Position) -> bool {
        self.is_asking() && self.position != Some(position)
    }

    /// Whether the numbers are not known yet.
    pub fn is_waiting(&self) -> bool {
        self.questions.is_empty() && !self.is_too_large
    }

    /// The present question; none before the first and after the last one.
    pub fn question(&self) -> Option<&Question> {
        self.questions.get(self.at)
    }

    /// The row that the present question is about.
    pub fn sample(&self) -> Option<SampleId> {
        let (row, _) = self.question()?.row?;
        self.samples.get(row).copied()
    }

    /// Whether a number was typed or shown.
    pub fn has_begun(&self) -> bool {
        self.at > 0 || self.reply.is_some() || !self.typed.is_empty()
    }

    /// Whether a number is asked for.
    pub fn is_asking(&self) -> bool {
        self.question().is_some()
    }

    /// Whether a number is asked for, or will be once it is known.
    pub fn is_open(&self) -> bool {
        self.is_asking() || self.is_waiting()
    }

    /// Number of the present question from 1, and of all.
    pub fn place(&self) -> (usize, usize) {
        (self.at + 1, self.questions.len())
    }

    /// Handles a key for the number that is typed. Returns whether it has to do with that: every character is the
    /// number's but for `:` and `?`, which no number has. Blanks are ignored; letters and signs are typed, since `1/2`
    /// without its stroke, or `0x2` without its letter, would be another number.
    pub fn press(&mut self, key: &KeyEvent) -> bool {
        let typed = match key.code {
            KeyCode::Char(c) => KeyCode::Char(narrow(c)),
            code => code,
        };
        match typed {
            KeyCode::Char(c) if !is_of_number(c) => return false,
            KeyCode::Char(' ') => return true,
            KeyCode::Char(c) => self.typed.push(c),
            KeyCode::Backspace if !self.typed.is_empty() => _ = self.typed.pop(),
            KeyCode::Esc if !self.typed.is_empty() => self.typed.clear(),
            KeyCode::Enter => {
                let typed = std::mem::take(&mut self.typed);
                self.check(&typed);
                return true;
            }
            _ => return false,
        }
        self.reply = None;
        true
    }

    /// Compares what was `typed` with the number that is asked for. Without a number the right one is shown.
    fn check(&mut self, typed: &str) {
        let Some(question) = self.questions.get(self.at) else {
            return;
        };
        let value = shown(question.value);
        let answer = if typed.trim().is_empty() {
            Reply::Shown(question.name.clone(), value)
        } else if let Err(mistake) = compare(typed, question.value, question.spread) {
            let numbers = (self.attempts > 0).then(|| question.numbers.clone());
            self.attempts += usize::from(mistake.is_attempt());
            self.reply = Some(Reply::Wrong(typed.replace('-', "−"), mistake, numbers));
            return;
        } else {
            self.right += usize::from(self.attempts == 0);
            Reply::Right(question.name.clone(), value)
        };
        self.reply = Some(answer);
        self.attempts = 0;
        self.at += 1;
    }
}

impl Model {
    /// Asks for the numbers of the next mini-batch: from where a quiz about it was left, or from the beginning.
    pub(super) fn open_quiz(&mut self) {
        let position = self.main_run().position;
        let left = self
            .left_quiz
            .take()
            .filter(|quiz| !quiz.is_outdated(position));
        let run = self.main_run();
        let quiz = left.unwrap_or_else(|| Quiz::new(&run.architecture, run.plan.batch.get()));
        self.quiz = Some(quiz);
    }

    /// Closes the quiz; one that is not at its end can be opened again.
    pub(super) fn leave_quiz(&mut self) {
        if let Some(quiz) = self.quiz.take()
            && quiz.is_asking()
        {
            self.left_quiz = Some(quiz);
            self.prompt.status(text::quiz_left());
        }
    }

    /// Begins the quiz anew, since other numbers are right from now on.
    pub(in crate::tui::app) fn renew_quiz(&mut self) {
        self.left_quiz = None;
        if self.is_quizzed() {
            self.open_quiz();
            self.prompt.status(text::quiz_anew());
        }
    }
}

#[cfg(test)]
mod tests;
