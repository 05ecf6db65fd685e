//! Several trainings of one plan: a line for each, then the mean of their scores with its standard error.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::json::write_json_line;
use super::scores::{NamedScore, ScoresJson, aligned, is_loss_repeated, named_scores};
use crate::data::{RowSet, Scores};
use crate::error::shown_source;
use crate::train::{Limit, Trial, Trials};
use crate::util::lang::say;
use crate::util::numbers::counted;
use crate::util::stats::{mean, standard_error};
use crate::util::text::sanitise;

/// Writer of the results of trainings: text, or JSON lines on standard output.
///
/// JSON: a line `trial` for each training in order (`seed`, `fold`, `epochs`, `best_epoch`, `reason` as in `finished`,
/// `set` (`test` or `validation`), `rows`, and `scores`, as in `finished`), then `summary` (`trials`, `folds`, `seeds`,
/// `refit`, `mean` and `standard_error` of each score over the trainings in which it is defined, and in `defined` the
/// number of those for each score that is not in all of them).
pub(crate) struct TrialReport<'a> {
    trials: &'a Trials,
    /// Names of the classes, as in the data.
    names: Vec<String>,
    json: bool,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Trial {
        seed: u64,
        fold: Option<usize>,
        epochs: u64,
        best_epoch: Option<u64>,
        reason: Option<&'static str>,
        set: &'static str,
        rows: usize,
        scores: Box<ScoresJson<'a>>,
    },
    Summary {
        trials: usize,
        folds: Option<usize>,
        seeds: u64,
        refit: bool,
        mean: Map<String, Value>,
        standard_error: Map<String, Value>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        defined: Map<String, Value>,
    },
}

impl<'a> TrialReport<'a> {
    /// Creates a report of `trials`.
    pub fn new(trials: &'a Trials, json: bool) -> Self {
        Self {
            trials,
            names: trials.recipe.dataset.class_names().to_vec(),
            json,
        }
    }

    /// Writes what is going to happen to standard error.
    ///
    /// # Errors
    /// Those of writing.
    pub fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        let Trials {
            recipe,
            folds,
            seeds,
            refit,
            ..
        } = self.trials;
        let (dataset, plan) = (&recipe.dataset, &recipe.plan);
        let rows = counted(dataset.rows() as u64, "row");
        let what = match folds {
            Some(folds) => say!("trials-folds", "{folds}-fold cross-validation", folds),
            None => say!("trials-repeated", "repeated training").into(),
        };
        let seeds = counted(*seeds, "seed");
        let source = sanitise(&shown_source(&dataset.source));
        writeln!(
            out,
            "{}",
            say!(
                "trials-line",
                "{what} on {source}: {rows}, {seeds}",
                what,
                source,
                rows,
                seeds
            )
        )?;
        if folds.is_some() && plan.validation > 0.0 {
            let share = 100.0 * plan.validation;
            let then = if *refit {
                say!(
                    "trials-refit",
                    ", then it is trained anew on all but the fold"
                )
            } else {
                ""
            };
            writeln!(
                out,
                "{}",
                say!(
                    "trials-scored",
                    "each network is scored on a fold of its own; {share}% of the other rows choose its best \
                 epoch{then}",
                    share = format!("{:.0}", share),
                    then
                )
            )?;
        }
        Ok(())
    }

    /// Writes one training: JSON to `out`, or a line of text to `progress`.
    ///
    /// # Errors
    /// Those of writing.
    pub fn trial(
        &self,
        trial: &Trial,
        out: &mut dyn Write,
        progress: &mut dyn Write,
    ) -> io::Result<()> {
        if self.json {
            let line = Line::Trial {
                seed: trial.id.seed,
                fold: trial.id.fold,
                epochs: trial.epochs,
                best_epoch: trial.best.map(|best| best.epoch),
                reason: trial.limit.map(reason),
                set: trial.set.name(),
                rows: trial.rows,
                scores: Box::new(ScoresJson::new(&trial.scores, &self.names)),
            };
            write_json_line(out, &line)?;
        }
        let scores = named_scores(&trial.scores, &[]);
        let shown: Vec<String> = (scores.iter().take(3))
            .map(|score| format!("{} {}", score.name, score.show(score.value)))
            .collect();
        let epochs = match trial.best {
            Some(best) => say!(
                "trials-best",
                "best epoch {epoch} of {epochs}",
                epoch = best.epoch,
                epochs = trial.epochs
            ),
            None => counted(trial.epochs, "epoch"),
        };
        // Standard error may be closed.
        let line = say!(
            "trials-trial",
            "{trial}: {scores} ({rows}, {epochs})",
            trial = trial.id,
            scores = shown.join(say!("comma", ", ")),
            rows = counted(trial.rows as u64, &format!("{} row", trial.set.name())),
            epochs
        );
        let _ = writeln!(progress, "{line}");
        Ok(())
    }

    /// Writes the mean of each score with its standard error.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(&self, trials: &[Trial], out: &mut dyn Write) -> io::Result<()> {
        let scores: Vec<&Scores> = trials.iter().map(|trial| &trial.scores).collect();
        let statistics = statistics(&scores, &self.names);
        if self.json {
            let members = |value: fn(&Statistic) -> f64| {
                let members = statistics.iter();
                let members =
                    members.map(|score| (score.score.key.to_owned(), json!(value(score))));
                members.collect()
            };
            let partial = statistics
                .iter()
                .filter(|score| score.defined < trials.len());
            let defined = partial.map(|score| (score.score.key.to_owned(), json!(score.defined)));
            let defined = defined.collect();
            let line = Line::Summary {
                trials: trials.len(),
                folds: self.trials.folds,
                seeds: self.trials.seeds,
                refit: self.trials.refit,
                mean: members(|score| score.mean),
                standard_error: members(|score| score.error),
                defined,
            };
            return write_json_line(out, &line);
        }
        let set = trials.first().map_or("", |trial| match trial.set {
            RowSet::Training => say!("trials-training", "training rows"),
            RowSet::Validation => say!("trials-validation", "validation rows"),
            RowSet::Test => say!("trials-test", "test rows"),
        });
        let heads = [
            set,
            say!("trials-mean", "mean"),
            say!("trials-error", "standard error"),
            say!("trials-min", "min"),
            say!("trials-max", "max"),
        ];
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        let is_repeated = scores.iter().all(|scores| is_loss_repeated(scores));
        for of_all in statistics {
            if of_all.score.key == "loss" && is_repeated {
                continue;
            }
            let values = [of_all.mean, of_all.error, of_all.min, of_all.max];
            let cells = values.map(|value| of_all.score.show(value));
            let mut name = sanitise(&of_all.score.name);
            if of_all.defined < trials.len() {
                name += &say!(
                    "trials-defined",
                    " ({defined} of {trials})",
                    defined = of_all.defined,
                    trials = trials.len()
                );
            }
            rows.push([name].into_iter().chain(cells).collect());
        }
        for line in aligned(&rows) {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }
}

/// Name of a limit as the reason of an end.
fn reason(limit: Limit) -> &'static str {
    super::End::Finished(limit).reason()
}

/// A score over several trainings; those in which it is undefined are left out.
struct Statistic {
    score: NamedScore,
    mean: f64,
    /// Standard error of the mean; NaN of a single training.
    error: f64,
    min: f64,
    max: f64,
    /// Number of trainings in which it is defined.
    defined: usize,
}

/// Summarises each score of `trials`.
fn statistics(trials: &[&Scores], names: &[String]) -> Vec<Statistic> {
    let all: Vec<Vec<NamedScore>> = (trials.iter())
        .map(|scores| named_scores(scores, names))
        .collect();
    let Some(first) = trials.first() else {
        return Vec::new();
    };
    let scores = named_scores(first, names).into_iter().enumerate();
    let statistic = |(at, score): (usize, NamedScore)| {
        let values = all.iter().filter_map(|scores| Some(scores.get(at)?.value));
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        Statistic {
            score,
            mean: mean(&values),
            error: standard_error(&values),
            min: values.iter().copied().fold(f64::NAN, f64::min),
            max: values.iter().copied().fold(f64::NAN, f64::max),
            defined: values.len(),
        }
    };
    scores.map(statistic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ClassScores, Confusion};

    fn scores(right: u32) -> Scores {
        let mut confusion = Confusion::new(2);
        (0..right).for_each(|_| confusion.add(0, 0));
        (right..10).for_each(|_| confusion.add(1, 0));
        Scores {
            loss: f64::NAN,
            classes: Some(ClassScores::new(&confusion, None)),
            errors: None,
        }
    }

    #[test]
    fn the_standard_error_is_that_of_the_mean() {
        let trials = [scores(6), scores(8), scores(10)];
        let found = statistics(&trials.each_ref(), &[]);
        let accuracy = &found[0];
        assert_eq!(accuracy.score.key, "accuracy");
        assert!((accuracy.mean - 0.8).abs() < 1e-15);
        assert!((accuracy.error - 0.2 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!((accuracy.min, accuracy.max), (0.6, 1.0));
        let loss = found.last().unwrap();
        assert!(loss.mean.is_nan() && loss.min.is_nan());
        assert!(statistics(&[&scores(6)], &[])[0].error.is_nan());
    }
}
