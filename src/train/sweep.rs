//! Trainings with several combinations of settings, to compare them.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicBool, Ordering as AtomicOrdering};
use std::time::Instant;

use super::fit::FitObserver;
use super::trials::{TrialId, Trials};
use super::{EpochRecord, Limits, Session, Started};
use crate::error::{Error, Result};
use crate::util::parallel::as_completed;
use crate::util::stats::{mean, standard_error};

/// Trainings with several combinations of settings on the same data.
pub(crate) struct Sweep {
    /// Trainings of each combination.
    pub combinations: Vec<Trials>,
    /// Maximum number of epochs in each round, `None` for that of each combination; at least one round. Only the better half
    /// of the combinations is in the next.
    pub rounds: Vec<Option<u64>>,
}

/// A training of a sweep before it is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Index of the combination.
    pub combination: usize,
    pub id: TrialId,
    /// Maximum number of epochs in this round; `None` for that of the combination.
    pub epochs: Option<u64>,
}

/// Outcome of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingResult {
    /// Number of epochs that gave the weights that are scored.
    pub epoch: u64,
    /// Loss on the rows that are scored; NaN if the training diverged.
    pub loss: f64,
    /// Accuracy or R² on them; NaN if the training diverged.
    pub score: f64,
    /// Time that the training took.
    pub seconds: f64,
}

/// Follows the trainings of a sweep, in their threads, and can end it.
pub(crate) trait SweepObserver: Sync {
    /// Notes a training before its first step.
    fn started(&self, _planned: &Planned, _started: Started) {}

    /// Notes the metrics of an epoch at its end.
    fn epoch(&self, _planned: &Planned, _record: &EpochRecord) {}

    /// Returns whether the sweep goes on; asked before every step.
    fn should_continue(&self) -> bool {
        true
    }
}

/// A training of a sweep in progress.
struct ObservedTraining<'s, O> {
    planned: Planned,
    limits: Limits,
    is_over: &'s AtomicBool,
    observer: &'s O,
}

impl<O: SweepObserver> FitObserver for ObservedTraining<'_, O> {
    fn should_continue(&mut self, _: &Session) -> bool {
        !self.is_over.load(AtomicOrdering::Relaxed) && self.observer.should_continue()
    }

    fn started(&mut self, session: &Session) {
        let started = Started::of(session, self.limits);
        self.observer.started(&self.planned, started);
    }

    fn epoch(&mut self, record: &EpochRecord) {
        self.observer.epoch(&self.planned, record);
    }
}

/// Follows nothing.
impl SweepObserver for () {}

/// A training that was carried out, now or before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swept {
    pub planned: Planned,
    pub outcome: TrainingResult,
    pub is_new: bool,
}

/// Results of a combination in its last round.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Index of the combination.
    pub combination: usize,
    /// Maximum number of epochs in that round.
    pub epochs: Option<u64>,
    pub outcomes: Vec<TrainingResult>,
}

impl Standing {
    /// Returns the mean of a number over the trainings; NaN if one of them diverged.
    pub fn mean(&self, of: impl Fn(&TrainingResult) -> f64) -> f64 {
        mean(&self.values(of))
    }

    /// Returns the standard error of that mean; NaN of a single training.
    pub fn error(&self, of: impl Fn(&TrainingResult) -> f64) -> f64 {
        standard_error(&self.values(of))
    }

    fn values(&self, of: impl Fn(&TrainingResult) -> f64) -> Vec<f64> {
        self.outcomes.iter().map(of).collect()
    }

    /// Orders by the mean score, the best first, then by the loss; those that diverged are last.
    pub fn compare(&self, other: &Self) -> Ordering {
        let ascending = |a: f64, b: f64| a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(&b));
        let by = |of: fn(&TrainingResult) -> f64| ascending(self.mean(of), other.mean(of));
        by(|outcome| -outcome.score)
            .then_with(|| by(|outcome| outcome.loss))
            .then_with(|| self.combination.cmp(&other.combination))
    }
}

impl Sweep {
    /// Returns the numbers of epochs of the rounds of successive halving up to `epochs`: an eighth, a quarter, a half and
    /// all of them.
    pub fn halving(epochs: u64) -> Vec<Option<u64>> {
        let mut rounds: Vec<Option<u64>> = [8, 4, 2, 1]
            .map(|part| Some((epochs / part).max(1)))
            .to_vec();
        rounds.dedup();
        rounds
    }

    /// Returns the number of trainings.
    pub fn trainings(&self) -> usize {
        let mut remaining = self.combinations.len();
        let mut trainings = 0;
        for _ in &self.rounds {
            trainings += remaining;
            remaining = remaining.div_ceil(2);
        }
        trainings
            * self
                .combinations
                .first()
                .map_or(0, |trials| trials.ids().len())
    }

    /// Carries out all trainings, `jobs` at a time, except those whose outcome is `known`, and calls `report` with each
    /// when it has ended. Returns the results of each combination, the best first, those of later rounds before those of earlier ones.
    /// They do not depend on `jobs`.
    ///
    /// # Errors
    /// Those of splitting and preparing, and of `report`; each of them ends the other trainings. [`Error::Cancelled`] if
    /// `observer` ends the sweep.
    pub fn run(
        &self,
        jobs: usize,
        observer: &impl SweepObserver,
        known: impl Fn(&Planned) -> Option<TrainingResult> + Sync,
        mut report: impl FnMut(&Swept) -> Result<()>,
    ) -> Result<Vec<Standing>> {
        let mut remaining: Vec<usize> = (0..self.combinations.len()).collect();
        let mut standings: Vec<Standing> = Vec::new();
        for &epochs in &self.rounds {
            let mut round =
                self.run_round((epochs, &remaining), (jobs, observer), &known, &mut report)?;
            round.sort_by(Standing::compare);
            remaining = round.iter().map(|standing| standing.combination).collect();
            remaining.truncate(remaining.len().div_ceil(2));
            remaining.sort_unstable();
            let is_left_behind = |standing: &Standing| {
                round
                    .iter()
                    .all(|later| later.combination != standing.combination)
            };
            standings.retain(is_left_behind);
            standings.splice(0..0, round);
        }
        Ok(standings)
    }

    /// Carries out the trainings of a round: its number of epochs and its combinations.
    fn run_round(
        &self,
        (epochs, combinations): (Option<u64>, &[usize]),
        (jobs, observer): (usize, &impl SweepObserver),
        known: &(impl Fn(&Planned) -> Option<TrainingResult> + Sync),
        report: &mut impl FnMut(&Swept) -> Result<()>,
    ) -> Result<Vec<Standing>> {
        let planned: Vec<Planned> = combinations
            .iter()
            .flat_map(|&combination| {
                let ids = self.combinations[combination].ids().into_iter();
                ids.map(move |id| Planned {
                    combination,
                    id,
                    epochs,
                })
            })
            .collect();
        let standing = |&combination| Standing {
            combination,
            epochs,
            outcomes: Vec::new(),
        };
        let mut standings: Vec<Standing> = combinations.iter().map(standing).collect();
        let work = |at: usize, is_over: &AtomicBool| {
            let planned: Planned = planned[at];
            let known = known(&planned);
            Ok(Swept {
                planned,
                is_new: known.is_none(),
                outcome: match known {
                    Some(outcome) => outcome,
                    None => self.train(planned, is_over, observer)?,
                },
            })
        };
        let mut outcomes = vec![None; planned.len()];
        as_completed(planned.len(), jobs, work, |at, swept| {
            outcomes[at] = Some(swept.outcome);
            report(&swept)
        })?;
        for (planned, outcome) in planned.iter().zip(outcomes) {
            let of = planned.combination;
            let standing = standings
                .iter_mut()
                .find(|standing| standing.combination == of);
            if let Some(standing) = standing {
                standing.outcomes.extend(outcome);
            }
        }
        Ok(standings)
    }

    fn train(
        &self,
        planned: Planned,
        is_over: &AtomicBool,
        observer: &impl SweepObserver,
    ) -> Result<TrainingResult> {
        let start = Instant::now();
        let mut trials = self.combinations[planned.combination].clone();
        trials.limits.epochs = planned.epochs.or(trials.limits.epochs);
        let mut training = ObservedTraining {
            planned,
            limits: trials.limits,
            is_over,
            observer,
        };
        let trained = trials.train(planned.id, &mut training);
        if !observer.should_continue() {
            return Err(Error::Cancelled);
        }
        let seconds = start.elapsed().as_secs_f64();
        match trained {
            Ok(trial) => Ok(TrainingResult {
                epoch: trial.best.map_or(trial.epochs, |best| best.epoch),
                loss: trial.scores.loss,
                score: trial.scores.score(),
                seconds,
            }),
            Err(Error::Diverged(_)) => Ok(TrainingResult {
                epoch: 0,
                loss: f64::NAN,
                score: f64::NAN,
                seconds,
            }),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
