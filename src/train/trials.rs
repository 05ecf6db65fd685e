//! Several trainings of one plan, on other rows or with other seeds.

use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::fit::{FitObserver, fit};
use super::refit::refit_epochs;
use super::{BestEpoch, Limit, Limits, Recipe, Session, Weights};
use crate::data::{RowSet, Scores, Split};
use crate::error::{Error, Result};
use crate::nn::engine::Threads;
use crate::util::lang::say;
use crate::util::parallel::in_order;

/// Trainings of one plan, each with its own rows or seed.
#[derive(Clone)]
pub(crate) struct Trials {
    /// Training with the first seed.
    pub recipe: Recipe,
    pub limits: Limits,
    /// Weights that are scored.
    pub weights: Weights,
    /// Number of folds; `None` to split as a single training does.
    pub folds: Option<usize>,
    /// Number of seeds, from that of the plan on.
    pub seeds: u64,
    /// Whether the network that is scored is trained anew on training and validation rows.
    pub refit: bool,
    /// Whether trainings that are not on folds are scored on validation rows, even if there are test rows.
    pub keeps_test_rows: bool,
}

/// Place of a training among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialId {
    pub seed: u64,
    /// Fold, from 1.
    pub fold: Option<usize>,
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seed = self.seed;
        f.write_str(&match self.fold {
            None => say!("trial-seed", "seed {seed}", seed),
            Some(fold) => say!("trial-fold", "seed {seed}, fold {fold}", seed, fold),
        })
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
    pub(super) fn ids(&self) -> Vec<TrialId> {
        let seeds = (0..self.seeds).map(|nth| self.recipe.plan.seed.wrapping_add(nth));
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
    /// Those of splitting, preparing, training and `report`; each of them ends the other trainings.
    pub fn run(&self, report: impl FnMut(&Trial) -> Result<()>) -> Result<Vec<Trial>> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        self.run_on(cores, report)
    }

    /// Trains all of them on this number of threads.
    fn run_on(
        &self,
        threads: usize,
        mut report: impl FnMut(&Trial) -> Result<()>,
    ) -> Result<Vec<Trial>> {
        let ids = self.ids();
        let mut trials = Vec::with_capacity(ids.len());
        let train = |at: usize, is_over: &AtomicBool| {
            self.train(ids[at], &mut |_: &Session| !is_over.load(Ordering::Relaxed))
        };
        in_order(ids.len(), threads, train, |trial| {
            report(&trial)?;
            trials.push(trial);
            Ok(())
        })?;
        Ok(trials)
    }

    /// Carries out one training, unless `observer` ends it, and scores it. A refit is not followed.
    ///
    /// # Errors
    /// Those of splitting and preparing; [`Error::Diverged`]; [`Error::Usage`] without rows to score.
    pub(super) fn train(&self, id: TrialId, observer: &mut impl FitObserver) -> Result<Trial> {
        let mut recipe = self.recipe.clone();
        recipe.plan.seed = id.seed;
        recipe.resources.threads = Threads::ONE;
        let split = match (id.fold, self.folds) {
            (Some(fold), Some(folds)) => {
                let validation = recipe.plan.validation;
                let splits = Split::folds(&recipe.dataset, folds, validation, id.seed)?;
                splits.into_iter().nth(fold - 1).unwrap_or_default()
            }
            _ => recipe.split()?,
        };
        let diverged = |divergence| Error::Diverged(format!("{id}: {divergence}"));
        let mut session = recipe.session(split.clone())?;
        observer.started(&session);
        let limit = fit(&mut session, self.limits, observer).map_err(diverged)?;
        let best = session.best().filter(|_| self.weights == Weights::Best);
        let epochs = session.position().epoch;
        let parameters = if self.refit {
            let limits = Limits::epochs(Some(refit_epochs(&session, self.weights)));
            session = recipe.session(split.with_all_training())?;
            let mut should_continue = |session: &Session| observer.should_continue(session);
            fit(&mut session, limits, &mut should_continue).map_err(diverged)?;
            session.chosen_weights(Weights::Last).parameters
        } else {
            session.chosen_weights(self.weights).parameters
        };
        let evaluation = session.evaluate_parameters(&parameters);
        let data = session.data();
        let keeps_test_rows = self.keeps_test_rows && self.folds.is_none();
        let test = evaluation.test.filter(|_| !keeps_test_rows);
        let (set, rows, scores) = match (test, evaluation.validation) {
            (Some(scores), _) => {
                let rows = data.test.as_ref().map_or(0, |samples| samples.rows());
                (RowSet::Test, rows, scores)
            }
            (None, Some(scores)) => (RowSet::Validation, data.validation.rows(), scores),
            (None, None) => {
                return Err(Error::Usage(
                    say!(
                        "trials-no-rows",
                        "there are no rows to score: --repeat takes --val or --test, or --folds"
                    )
                    .into(),
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
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::{Source, load};
    use crate::train::Plan;

    fn trials(folds: Option<usize>, seeds: u64) -> Trials {
        let dataset = Arc::new(load(&Source::parse("iris"), None).expect("it is built in"));
        Trials {
            recipe: Recipe {
                dataset,
                plan: Plan::small(),
                initial_values: Vec::new(),
                start: None,
                resources: Threads::UpTo(2).into(),
            },
            limits: Limits::epochs(Some(3)),
            weights: Weights::Best,
            folds,
            seeds,
            refit: false,
            keeps_test_rows: false,
        }
    }

    #[test]
    fn outcomes_and_their_order_depend_on_no_number_of_threads() {
        let trials = trials(Some(3), 2);
        let mut reported = Vec::new();
        let one = trials.run_on(1, |_| Ok(())).expect("they train");
        let three = trials
            .run_on(3, |trial| {
                reported.push(trial.clone());
                Ok(())
            })
            .expect("they train");
        assert_eq!(one, three);
        assert_eq!(reported, three);
        let ids: Vec<_> = one
            .iter()
            .map(|trial| (trial.id.seed, trial.id.fold))
            .collect();
        let expected = [0, 0, 0, 1, 1, 1]
            .into_iter()
            .zip([1, 2, 3, 1, 2, 3].map(Some));
        assert_eq!(ids, expected.collect::<Vec<_>>());
        assert_eq!(one.iter().map(|trial| trial.rows).sum::<usize>(), 2 * 150);
        assert!(one.iter().all(|trial| trial.set == RowSet::Test));
    }

    #[test]
    fn a_refit_changes_the_network_that_is_scored() {
        let plain = trials(Some(3), 1);
        let refit = Trials {
            refit: true,
            ..plain.clone()
        };
        let [plain, refit] =
            [plain, refit].map(|trials| trials.run_on(2, |_| Ok(())).expect("they train"));
        for (plain, refit) in plain.iter().zip(&refit) {
            assert_eq!((plain.best, plain.rows), (refit.best, refit.rows));
            assert_ne!(plain.scores.loss, refit.scores.loss);
        }
    }

    #[test]
    fn without_rows_to_score_the_trainings_fail() {
        let mut trials = trials(None, 2);
        trials.recipe.plan.validation = 0.0;
        let error = trials.run_on(2, |_| Ok(())).expect_err("nothing is scored");
        assert!(error.to_string().contains("--val"), "{error}");
    }
}
