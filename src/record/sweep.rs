//! Sweeps: a line and a row of a CSV file for each training, then the combinations of settings, the best first.

mod file;
mod log;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::directory_of;
use super::json::write_json_line;
use super::scores::{aligned, number};
use crate::train::{Planned, Standing, Swept};
use crate::util::lang::say;
use crate::util::numbers::{counted, percent, r2};
use crate::util::stats::mean;
use crate::util::text::sanitise;
pub(crate) use file::SweepFile;
pub(crate) use log::{Logged, SweepLog};

/// Maximum number of combinations in the table of text.
const MAX_ROWS: usize = 20;

/// Combinations of a sweep, and the columns that tell its trainings apart.
#[derive(Debug)]
pub(crate) struct SweepTable {
    /// Names of the settings that were given, without the seed.
    pub settings: Vec<&'static str>,
    /// Values of these settings, for each combination.
    pub values: Vec<Vec<String>>,
    pub has_folds: bool,
    /// Whether there are rounds with fewer epochs.
    pub has_rounds: bool,
    /// Whether the score is R², and not accuracy.
    pub is_number: bool,
    /// Checksum of the data and of options without a column, which is a cell of each row.
    pub identity: String,
}

/// Main effect of a setting: the mean score by each of its values, the best first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effect {
    pub setting: &'static str,
    pub means: Vec<(String, f64)>,
}

impl Effect {
    /// Returns the difference between the best mean score and the worst; NaN before there are two.
    pub fn spread(&self) -> f64 {
        let known = || {
            self.means
                .iter()
                .map(|(_, mean)| *mean)
                .filter(|mean| !mean.is_nan())
        };
        let (least, most) = (
            known().fold(f64::INFINITY, f64::min),
            known().fold(f64::NEG_INFINITY, f64::max),
        );
        if known().count() < 2 {
            f64::NAN
        } else {
            most - least
        }
    }
}

impl SweepTable {
    /// Lists the columns that tell trainings apart.
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = self.settings.clone();
        columns.push("seed");
        columns.extend(self.has_folds.then_some("fold"));
        columns.extend(self.has_rounds.then_some("max_epochs"));
        columns
    }

    /// Returns the cells of the columns that tell trainings apart.
    pub fn key(&self, planned: &Planned) -> Vec<String> {
        let mut key = self.values[planned.combination].clone();
        key.push(planned.id.seed.to_string());
        let fold = planned.id.fold.map(|fold| fold.to_string());
        key.extend(self.has_folds.then(|| fold.unwrap_or_default()));
        let epochs = planned.epochs.map(|epochs| epochs.to_string());
        key.extend(self.has_rounds.then(|| epochs.unwrap_or_default()));
        key
    }

    /// Returns the name of the directory for the log of a training: `hidden=16,lr=0.01,seed=0/`.
    fn directory(&self, planned: &Planned) -> String {
        let values = &self.values[planned.combination];
        let varied = self.varied().map(|(at, name)| (name, values[at].clone()));
        let numbers = [
            ("epochs", planned.epochs),
            ("fold", planned.id.fold.map(|fold| fold as u64)),
            ("seed", Some(planned.id.seed)),
        ];
        let numbers = numbers.into_iter();
        let numbers = numbers.filter_map(|(name, number)| Some((name, number?.to_string())));
        directory_of(varied.chain(numbers))
    }

    pub fn show_score(&self, score: f64) -> String {
        match score {
            score if score.is_nan() => "–".into(),
            score if self.is_number => r2(score),
            score => percent(score),
        }
    }

    pub fn score_name(&self) -> &'static str {
        if self.is_number {
            "R²"
        } else {
            say!("score-accuracy", "accuracy")
        }
    }

    /// Iterates over the settings that differ, each with its index.
    pub fn varied(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let settings = self.settings.iter().copied().enumerate();
        settings.filter(|&(at, _)| {
            self.values
                .iter()
                .any(|values| values[at] != self.values[0][at])
        })
    }

    /// Returns the mean score by each value of each setting that differs; combinations that diverged do not count.
    pub fn effects(&self, standings: &[Standing]) -> Vec<Effect> {
        let effect = |(at, setting): (usize, &'static str)| {
            let value_of = |standing: &Standing| &self.values[standing.combination][at];
            let mut values: Vec<&String> = Vec::new();
            for standing in standings {
                let value = value_of(standing);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            let score = |value: &String| {
                let of_value = standings
                    .iter()
                    .filter(|standing| value_of(standing) == value);
                let scores: Vec<f64> = of_value
                    .map(|standing| standing.mean(|outcome| outcome.score))
                    .filter(|score| !score.is_nan())
                    .collect();
                mean(&scores)
            };
            let means = values.into_iter();
            let mut means: Vec<(String, f64)> =
                means.map(|value| (value.clone(), score(value))).collect();
            means.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            Effect { setting, means }
        };
        self.varied().map(effect).collect()
    }

    /// The settings of a combination that differ, and the seed: `lr 0.01  hidden 16,8  seed 0`.
    fn describe(&self, planned: &Planned) -> String {
        let values = &self.values[planned.combination];
        let shown = self
            .varied()
            .map(|(at, name)| format!("{name} {}", values[at]));
        let shown: Vec<String> = shown.chain([planned.id.to_string()]).collect();
        sanitise(&shown.join("  "))
    }
}

/// Writer of the results of a sweep: text, or JSON lines on standard output.
///
/// JSON: a line `trained` for each training when it has ended (`settings`, `seed`, `fold`, `max_epochs`, `epoch`, `loss`, `score`,
/// `seconds`, and `is_new`, false for one of the file), then `summary` (`score`, `accuracy` or `r2`; `best_command`, its
/// words; and `combinations`, the best first, with `settings`, `trainings`, `max_epochs`, and the means `score` with its
/// `standard_error`, `loss` and `epoch`).
pub(crate) struct SweepReport<'a> {
    pub table: &'a SweepTable,
    pub json: bool,
    /// Number of trainings, at most.
    pub trainings: usize,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Trained {
        settings: Map<String, Value>,
        seed: u64,
        fold: Option<usize>,
        max_epochs: Option<u64>,
        epoch: u64,
        loss: f64,
        score: f64,
        seconds: f64,
        is_new: bool,
    },
    Summary {
        score: &'static str,
        best_command: &'a [String],
        combinations: Vec<Combination>,
    },
}

#[derive(Serialize)]
struct Combination {
    settings: Map<String, Value>,
    trainings: usize,
    max_epochs: Option<u64>,
    score: f64,
    standard_error: f64,
    loss: f64,
    epoch: f64,
}

impl SweepReport<'_> {
    /// Writes what is going to happen to standard error.
    ///
    /// # Errors
    /// Those of writing.
    pub fn start(
        &self,
        source: &str,
        jobs: usize,
        known: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let combinations = counted(self.table.values.len() as u64, "combination");
        let trainings = counted(self.trainings as u64, "training");
        let line = say!(
            "sweep-start",
            "sweep on {source}: {combinations}, {trainings}, {jobs} at a time",
            source = sanitise(source),
            combinations,
            trainings,
            jobs
        );
        writeln!(out, "{line}")?;
        if known > 0 {
            let known = counted(known as u64, "training");
            writeln!(
                out,
                "{}",
                say!("sweep-known", "{known} in the file already", known)
            )?;
        }
        Ok(())
    }

    /// Writes a training, the `nth`: JSON to `out`, or a line of text to `progress`.
    ///
    /// # Errors
    /// Those of writing JSON.
    pub fn trained(
        &self,
        swept: &Swept,
        nth: usize,
        out: &mut dyn Write,
        progress: &mut dyn Write,
    ) -> io::Result<()> {
        let Swept {
            planned,
            outcome,
            is_new,
        } = *swept;
        if self.json {
            return write_json_line(
                out,
                &Line::Trained {
                    settings: self.settings(planned.combination),
                    seed: planned.id.seed,
                    fold: planned.id.fold,
                    max_epochs: planned.epochs,
                    epoch: outcome.epoch,
                    loss: outcome.loss,
                    score: outcome.score,
                    seconds: outcome.seconds,
                    is_new,
                },
            );
        }
        if !is_new {
            return Ok(());
        }
        let score = self.table.show_score(outcome.score);
        let result = if outcome.score.is_nan() && outcome.loss.is_nan() {
            say!("sweep-diverged", "diverged").to_owned()
        } else {
            say!(
                "sweep-result",
                "{name} {score}, loss {loss}, epoch {epoch}",
                name = self.table.score_name(),
                score,
                loss = number(outcome.loss),
                epoch = outcome.epoch
            )
        };
        let training = self.table.describe(&planned);
        let line = say!("sweep-line", "{training}: {result}", training, result);
        // Standard error may be closed.
        let _ = writeln!(progress, "{nth:>5}/{}  {line}", self.trainings);
        Ok(())
    }

    /// Writes the combinations, the effect of each setting, and the command that trains with the best.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(
        &self,
        standings: &[Standing],
        best_command: &[String],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.json {
            let combination = |standing: &Standing| Combination {
                settings: self.settings(standing.combination),
                trainings: standing.outcomes.len(),
                max_epochs: standing.epochs,
                score: standing.mean(|outcome| outcome.score),
                standard_error: standing.error(|outcome| outcome.score),
                loss: standing.mean(|outcome| outcome.loss),
                epoch: standing.mean(|outcome| outcome.epoch as f64),
            };
            let line = Line::Summary {
                score: if self.table.is_number {
                    "r2"
                } else {
                    "accuracy"
                },
                best_command,
                combinations: standings.iter().map(combination).collect(),
            };
            return write_json_line(out, &line);
        }
        for line in self.combinations(standings) {
            writeln!(out, "{line}")?;
        }
        for line in self.effects(standings) {
            writeln!(out, "{line}")?;
        }
        let command = best_command.join(" ");
        writeln!(out, "\n{}", say!("sweep-best", "best: {command}", command))?;
        out.flush()
    }

    /// Lines of the table of combinations.
    fn combinations(&self, standings: &[Standing]) -> Vec<String> {
        let table = self.table;
        let mut head: Vec<String> = table.varied().map(|(_, name)| name.to_owned()).collect();
        if table.has_rounds {
            head.push(say!("sweep-epochs", "epochs").into());
        }
        head.push(table.score_name().into());
        head.push(say!("trials-error", "standard error").into());
        head.push(say!("score-loss", "loss").into());
        head.push(say!("sweep-epoch", "epoch").into());
        let row = |standing: &Standing| {
            let values = &table.values[standing.combination];
            let mut row: Vec<String> = table
                .varied()
                .map(|(at, _)| sanitise(&values[at]))
                .collect();
            if table.has_rounds {
                row.push(
                    standing
                        .epochs
                        .map_or(String::new(), |epochs| epochs.to_string()),
                );
            }
            row.push(table.show_score(standing.mean(|outcome| outcome.score)));
            row.push(table.show_score(standing.error(|outcome| outcome.score)));
            row.push(number(standing.mean(|outcome| outcome.loss)));
            row.push(format!(
                "{:.0}",
                standing.mean(|outcome| outcome.epoch as f64)
            ));
            row
        };
        let shown = standings.iter().take(MAX_ROWS).map(row);
        let mut lines = aligned(&[head].into_iter().chain(shown).collect::<Vec<_>>());
        if standings.len() > MAX_ROWS {
            let more = standings.len() - MAX_ROWS;
            lines.push(say!("sweep-more", "… and {more} more", more));
        }
        lines
    }

    /// Lines with the mean score by each value of a setting, where all combinations have trained for as long.
    fn effects(&self, standings: &[Standing]) -> Vec<String> {
        if self.table.has_rounds {
            return Vec::new();
        }
        let line = |effect: Effect| {
            let shown = effect.means.iter();
            let shown: Vec<String> = shown
                .map(|(value, score)| format!("{value} {}", self.table.show_score(*score)))
                .collect();
            let (name, values) = (effect.setting, shown.join("  "));
            sanitise(&say!("sweep-effect", "{name}: {values}", name, values))
        };
        let effects: Vec<String> = self
            .table
            .effects(standings)
            .into_iter()
            .map(line)
            .collect();
        if effects.is_empty() {
            return effects;
        }
        let title = say!(
            "sweep-effects",
            "mean {name} by setting",
            name = self.table.score_name()
        );
        [String::new(), title].into_iter().chain(effects).collect()
    }

    fn settings(&self, combination: usize) -> Map<String, Value> {
        let values = self
            .table
            .settings
            .iter()
            .zip(&self.table.values[combination]);
        values
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect()
    }
}
