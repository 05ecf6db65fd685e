//! Pre-flight checks: that a network with these settings can learn these data, before it is trained for long.
//!
//! They are those of Karpathy's *A Recipe for Training Neural Networks* (2019): the loss before training is that of a
//! network that knows nothing, gradients are those of finite differences, a few rows can be learned by heart, and nothing is
//! learned from shuffled labels. All of them use sessions of their own.

mod check;

use std::sync::Arc;

use super::findings::{self, ExpectedLosses, initial_limit};
use super::{Plan, Recipe, Session};
use crate::data::{Baseline, ClassWeights, Target};
use crate::error::Result;
use crate::nn::gradient_check::{Check, Grade};
use crate::nn::{Regularisation, Schedule, WeightDecay};
use crate::util::random::{RngStream, generator, shuffle};
pub use check::{PreflightCheck, PreflightKind};

/// Fraction of the expected loss below which the initial loss is too low.
const TOO_LOW: f64 = 0.5;
/// Number of rows to learn by heart.
const FEW_ROWS: usize = 20;
/// Maximum number of epochs to learn them in for large networks and for small ones, whose epochs take no time.
const FEW_EPOCHS: (u64, u64) = (2000, 20_000);
/// Number of products (rows times weights) above which it is lowered.
const FEW_PRODUCTS: u64 = 2_000_000_000;
/// Fraction of a constant prediction's loss below which they are learned.
const LEARNED: f64 = 0.1;
/// Number of times that labels are shuffled.
const SHUFFLES: u64 = 8;
/// Number of epochs of each training on shuffled labels.
const SHUFFLED_EPOCHS: u64 = 20;
/// Maximum number of training rows with shuffled labels, and of validation rows.
const SHUFFLED_ROWS: usize = 500;
/// Number of standard errors above chance from which on a score is no chance.
const ERRORS: f64 = 3.0;

/// Checks in progress, computed in small parts.
pub(crate) struct Preflight {
    recipe: Recipe,
    stage: Stage,
    done: Vec<PreflightCheck>,
    /// Number of checks that were reported.
    reported: usize,
}

enum Stage {
    InitialLoss,
    Gradients(Box<Check>),
    Memorise(Box<Session>, ExpectedLosses),
    Shuffle {
        /// Training on the present labels.
        session: Option<Box<Session>>,
        scores: Vec<f64>,
    },
    Over,
}

impl Preflight {
    /// Starts the checks of a training from `recipe`.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            stage: Stage::InitialLoss,
            done: Vec::new(),
            reported: 0,
        }
    }

    /// Returns the checks that have ended, if there are more than at the last call.
    pub fn take_new(&mut self) -> Option<Vec<PreflightCheck>> {
        let is_new = self.done.len() > std::mem::replace(&mut self.reported, self.done.len());
        is_new.then(|| self.done.clone())
    }

    /// The checks that have ended.
    pub fn done(&self) -> &[PreflightCheck] {
        &self.done
    }

    /// Does a small part of the work, such as an epoch on a few rows. Returns whether there is more.
    ///
    /// # Errors
    /// Those of preparing the data.
    pub fn advance(&mut self) -> Result<bool> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::InitialLoss => {
                let session = self.recipe.session(self.recipe.split()?)?;
                self.done.push(initial_loss(&session));
                Stage::Gradients(Box::new(session.gradient_check()))
            }
            Stage::Gradients(mut check) => {
                if check.advance() {
                    Stage::Gradients(check)
                } else {
                    self.done.push(gradients(*check));
                    let session = self.few_rows()?;
                    let expected = expected(&session);
                    Stage::Memorise(Box::new(session), expected)
                }
            }
            Stage::Memorise(mut session, expected) => match memorised(&mut session, expected) {
                None => Stage::Memorise(session, expected),
                Some(check) => {
                    self.done.push(check);
                    Stage::Shuffle {
                        session: None,
                        scores: Vec::new(),
                    }
                }
            },
            Stage::Shuffle { session, scores } => self.shuffle(session, scores)?,
            Stage::Over => Stage::Over,
        };
        Ok(!matches!(self.stage, Stage::Over))
    }

    /// Creates a session on few training rows, without regularisation.
    fn few_rows(&self) -> Result<Session> {
        let mut split = self.recipe.split()?;
        split.training = evenly(&split.training, FEW_ROWS);
        (split.validation, split.test) = (Vec::new(), Vec::new());
        let mut plan = Plan {
            schedule: Schedule::default(),
            regularisation: Regularisation::default(),
            class_weights: ClassWeights::None,
            ..self.recipe.plan.clone()
        };
        plan.rule.weight_decay = WeightDecay::ZERO;
        let recipe = Recipe {
            plan,
            ..self.recipe.clone()
        };
        recipe.session(split)
    }

    /// Trains an epoch on shuffled labels.
    fn shuffle(&mut self, session: Option<Box<Session>>, mut scores: Vec<f64>) -> Result<Stage> {
        let mut session = match session {
            Some(session) => session,
            None => Box::new(self.shuffled(scores.len() as u64)?),
        };
        let is_diverged = epoch(&mut session).is_none();
        if session.position().epoch < SHUFFLED_EPOCHS && !is_diverged {
            let session = Some(session);
            return Ok(Stage::Shuffle { session, scores });
        }
        let score = session.validate().map(|(found, _)| found.score());
        // What is not a number is learned by nobody.
        let chance = chance(&session);
        scores.push(score.filter(|score| score.is_finite()).unwrap_or(chance));
        if (scores.len() as u64) < SHUFFLES {
            let session = None;
            return Ok(Stage::Shuffle { session, scores });
        }
        let data = session.data();
        let (rows, is_r2) = (data.validation.rows(), data.task.scale().is_some());
        self.done.push(of_shuffled(&scores, chance, rows, is_r2));
        Ok(Stage::Over)
    }

    /// Creates a session on training rows with shuffled labels, and validation rows with their own.
    fn shuffled(&self, shuffle_number: u64) -> Result<Session> {
        let mut split = self.recipe.split()?;
        if split.validation.is_empty() {
            let (validation, training) = split.training.iter().partition(|&&row| row % 5 == 0);
            (split.validation, split.training) = (validation, training);
        }
        split.training = evenly(&split.training, SHUFFLED_ROWS);
        split.validation = evenly(&split.validation, SHUFFLED_ROWS);
        split.test = Vec::new();
        let mut dataset = (*self.recipe.dataset).clone();
        let seed = self.recipe.plan.seed.wrapping_add(shuffle_number);
        permute(&mut dataset.target, &split.training, seed);
        let recipe = Recipe {
            dataset: Arc::new(dataset),
            plan: Plan {
                seed,
                ..self.recipe.plan.clone()
            },
            initial_values: Vec::new(),
            start: None,
            resources: self.recipe.resources,
        };
        recipe.session(split)
    }
}

/// At most `max` of `rows`, evenly chosen.
fn evenly(rows: &[u32], max: usize) -> Vec<u32> {
    let count = rows.len().min(max);
    (0..count)
        .map(|place| rows[place * rows.len() / count])
        .collect()
}

/// Shuffles the targets of `rows` among them.
fn permute(target: &mut Target, rows: &[u32], seed: u64) {
    let mut order = rows.to_vec();
    shuffle(&mut order, &mut generator(seed, RngStream::Sample));
    fn reorder<T: Copy>(values: &mut [T], rows: &[u32], order: &[u32]) {
        let shuffled: Vec<T> = order.iter().map(|&row| values[row as usize]).collect();
        for (&row, value) in rows.iter().zip(shuffled) {
            values[row as usize] = value;
        }
    }
    match target {
        Target::Classes { labels, .. } => reorder(labels, rows, &order),
        Target::Numbers(values) => reorder(values, rows, &order),
    }
}

fn expected(session: &Session) -> ExpectedLosses {
    let training = &session.data().training;
    ExpectedLosses::of(training, session.architecture(), ClassWeights::None)
}

fn initial_loss(session: &Session) -> PreflightCheck {
    let found = findings::loss_before_training(session);
    let expected = expected(session).initial;
    let limit = initial_limit(session.architecture(), expected);
    PreflightCheck {
        kind: PreflightKind::InitialLoss {
            found,
            expected,
            is_of_numbers: session.data().task.scale().is_some(),
        },
        is_passed: (TOO_LOW * expected..=limit).contains(&found),
    }
}

fn gradients(check: Check) -> PreflightCheck {
    let check = check.finish();
    PreflightCheck {
        kind: PreflightKind::Gradients {
            parameters: check.checked.len(),
            error: check.checked.first().map_or(0.0, |worst| worst.error),
        },
        is_passed: check.grade() != Grade::Wrong,
    }
}

/// Trains an epoch, and returns its mean loss; `None` after a divergence.
fn epoch(session: &mut Session) -> Option<f64> {
    loop {
        if let Some(mean) = session.step().ok()?.epoch {
            return Some(mean.loss());
        }
    }
}

/// Trains an epoch on the few rows. Returns the result once they are learned, or there are no epochs left.
fn memorised(session: &mut Session, expected: ExpectedLosses) -> Option<PreflightCheck> {
    let relative_loss = epoch(session).map(|loss| loss / expected.constant);
    let epochs = session.position().epoch;
    let rows = session.data().training.rows() as u64;
    let products = rows.saturating_mul(session.architecture().parameter_count() as u64);
    let max_epochs = (FEW_PRODUCTS / products.max(1)).clamp(FEW_EPOCHS.0, FEW_EPOCHS.1);
    let is_passed = relative_loss.is_some_and(|loss| loss < LEARNED);
    let is_over = is_passed || relative_loss.is_none() || epochs >= max_epochs;
    is_over.then(|| PreflightCheck {
        kind: PreflightKind::Memorised {
            rows: session.data().training.rows(),
            epochs,
            relative_loss: relative_loss.unwrap_or(f64::NAN),
        },
        is_passed,
    })
}

/// Judges the validation `scores` of trainings on shuffled labels: their mean may be at most three standard errors above
/// `chance`. The error is that of the trainings, or that of an accuracy over as many rows if that is larger.
fn of_shuffled(scores: &[f64], chance: f64, rows: usize, is_r2: bool) -> PreflightCheck {
    let count = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / count;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    let spread = squares / (count - 1.0).max(1.0);
    let by_rows = (chance * (1.0 - chance)).max(0.0) / rows as f64;
    let limit = chance + ERRORS * (spread.max(by_rows) / count).sqrt();
    PreflightCheck {
        kind: PreflightKind::Shuffled {
            score: mean,
            chance,
            limit,
            is_r2,
        },
        is_passed: mean <= limit,
    }
}

/// Score of a constant prediction, or of a guess if few rows make that worse.
fn chance(session: &Session) -> f64 {
    let data = session.data();
    match data.baseline {
        Baseline::Majority { accuracy, .. } => {
            accuracy.max(1.0 / data.class_names().len().max(1) as f64)
        }
        Baseline::Mean { .. } => 0.0,
    }
}

#[cfg(test)]
mod tests;
