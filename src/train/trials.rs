//! Trainings without a worker: several of one plan, on other rows or with other seeds, and anew on all rows.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Instant;

use super::{BestEpoch, Divergence, Limit, Limits, Plan, Session, Weights};
use crate::data::{Dataset, Prepared, RowSet, Scores, Split, prepare_split};
use crate::error::{Error, Result};
use crate::nn::ParameterId;
use crate::nn::engine::Threads;

/// Trainings of one plan, each with its own rows or seed.
#[derive(Debug, Clone)]
pub(crate) struct Trials {
    pub dataset: Arc<Dataset>,
    pub plan: Plan,
    pub limits: Limits,
    /// Weights that are scored.
    pub weights: Weights,
    /// Initial values of parameters.
    pub initial_values: Vec<(ParameterId, f32)>,
    /// Number of folds; `None` to split as a single training does.
    pub folds: Option<usize>,
    /// Number of seeds, from that of the plan on.
    pub seeds: u64,
    /// Whether the network that is scored is trained anew on training and validation rows.
    pub refit: bool,
}

/// Place of a training among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TrialId {
    pub seed: u64,
    /// Fold, from 1.
    pub fold: Option<usize>,
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}", self.seed)?;
        self.fold.map_or(Ok(()), |fold| write!(f, ", fold {fold}"))
    }
}

/// Outcome of one training.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trial {
    pub id: TrialId,
    /// Number of epochs trained.
    pub epochs: u64,
    /// The best epoch, if its weights were scored or gave the number of epochs of the refit.
    pub best: Option<BestEpoch>,
    /// Limit that was reached; `None` if another training failed before.
    pub limit: Option<Limit>,
    /// Set of rows that was scored.
    pub set: RowSet,
    /// Number of those rows.
    pub rows: usize,
    pub scores: Scores,
}

impl Trials {
    /// Lists the trainings in order.
    fn ids(&self) -> Vec<TrialId> {
        let seeds = (0..self.seeds).map(|nth| self.plan.seed.wrapping_add(nth));
        let of_seed = |seed| {
            let folds = 1..=self.folds.unwrap_or(1);
            let is_folded = self.folds.is_some();
            folds.map(move |fold| TrialId {
                seed,
                fold: is_folded.then_some(fold),
            })
        };
        seeds.flat_map(of_seed).collect()
    }

    /// Trains all of them on the cores there are, and calls `report` with each outcome in order. Outcomes do not depend
    /// on the number of cores.
    ///
    /// # Errors
    /// Those of splitting, preparing and training; a training that fails ends the others.
    pub fn run(&self, mut report: impl FnMut(&Trial)) -> Result<Vec<Trial>> {
        let ids = self.ids();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, outcomes) = channel();
        let mut waiting: Vec<Option<Trial>> = vec![None; ids.len()];
        let mut trials = Vec::with_capacity(ids.len());
        thread::scope(|scope| {
            for _ in 0..cores.min(ids.len()) {
                let (sender, ids, next, is_over) = (sender.clone(), &ids, &next, &is_over);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(&id) = ids.get(at) else {
                            return;
                        };
                        // The receiver is gone after an error.
                        let _ = sender.send((at, self.train(id, is_over)));
                    }
                });
            }
            drop(sender);
            for (at, outcome) in outcomes {
                match outcome {
                    Ok(trial) => waiting[at] = Some(trial),
                    Err(error) => {
                        is_over.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
                while let Some(trial) = waiting.get_mut(trials.len()).and_then(Option::take) {
                    report(&trial);
                    trials.push(trial);
                }
            }
            Ok(trials)
        })
    }

    /// Carries out one training and scores it.
    fn train(&self, id: TrialId, is_over: &AtomicBool) -> Result<Trial> {
        let plan = Plan {
            seed: id.seed,
            ..self.plan.clone()
        };
        let split = match (id.fold, self.folds) {
            (Some(fold), Some(folds)) => {
                let splits = Split::folds(&self.dataset, folds, plan.validation, plan.seed)?;
                splits.into_iter().nth(fold - 1).unwrap_or_default()
            }
            _ => Split::of(&self.dataset, plan.validation, plan.seed)?,
        };
        let finish = |session: &mut Session, limits: Limits| {
            let limit = train(session, limits, || !is_over.load(Ordering::Relaxed));
            limit.map_err(|divergence| Error::Diverged(format!("{id}: {divergence}")))
        };
        let mut session = self.session(&plan, split.clone())?;
        let limit = finish(&mut session, self.limits)?;
        let best = session.best().filter(|_| self.weights == Weights::Best);
        let epochs = session.position().epoch;
        let parameters = if self.refit {
            let merged = split.with_all_training();
            session = self.session(&plan, merged)?;
            let limits = Limits::epochs(Some(best.map_or(epochs, |best| best.epoch)));
            finish(&mut session, limits)?;
            session.chosen_weights(Weights::Last).parameters
        } else {
            session.chosen_weights(self.weights).parameters
        };
        let evaluation = session.evaluate_parameters(&parameters);
        let data = session.data();
        let (set, rows, scores) = match (evaluation.test, evaluation.validation) {
            (Some(scores), _) => {
                let rows = data.test.as_ref().map_or(0, |samples| samples.rows());
                (RowSet::Test, rows, scores)
            }
            (None, Some(scores)) => (RowSet::Validation, data.validation.rows(), scores),
            (None, None) => {
                return Err(Error::Usage(
                    "there are no rows to score: --repeat takes --val or --test, or --folds".into(),
                ));
            }
        };
        Ok(Trial {
            id,
            epochs,
            best,
            limit,
            set,
            rows,
            scores,
        })
    }

    fn session(&self, plan: &Plan, split: Split) -> Result<Session> {
        let data = prepare_split(&self.dataset, split)?;
        session_on(
            plan,
            &self.dataset,
            data,
            Threads::One,
            &self.initial_values,
        )
    }
}

/// Creates a session on `data` with these initial values of parameters.
fn session_on(
    plan: &Plan,
    dataset: &Arc<Dataset>,
    data: Prepared,
    threads: Threads,
    initial_values: &[(ParameterId, f32)],
) -> Result<Session> {
    let mut session = Session::on(plan.clone(), Arc::clone(dataset), data, threads)?;
    session
        .set_initial_values(initial_values)
        .map_err(|problem| Error::Usage(format!("--set: {problem}")))?;
    Ok(session)
}

/// Trains `session` until it reaches a limit, or until `goes_on`, which is asked after every step, is false. Returns the
/// limit.
///
/// # Errors
/// A [`Divergence`].
fn train(
    session: &mut Session,
    limits: Limits,
    mut goes_on: impl FnMut() -> bool,
) -> Result<Option<Limit>, Divergence> {
    let start = Instant::now();
    loop {
        let seconds = start.elapsed().as_secs_f64();
        if let Some(limit) = limits.reached(session, seconds) {
            return Ok(Some(limit));
        }
        while goes_on() {
            if session.step()?.epoch.is_some() {
                break;
            }
            if limits.time.is_some()
                && let Some(limit) = limits.time_reached(start.elapsed().as_secs_f64())
            {
                return Ok(Some(limit));
            }
        }
        if !goes_on() {
            return Ok(None);
        }
    }
}
