//! The screen of a sweep: a live table of its trainings, or of its combinations of settings.

mod chart;
mod draw;
mod keys;

use std::collections::HashMap;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use super::app::{ClickTarget, Effect, Msg};
use super::key_table::{KeyRow, KeyScreen, KeyState};
use super::keymap::KeyMap;
use crate::record::SweepTable;
use crate::train::{Planned, Standing, Swept, TrainingResult};
use crate::util::stats::{Bounded, Merge};
pub(super) use draw::render;

/// Maximum number of points of a curve; beyond it, neighbours are merged.
const CURVE: usize = 64;

/// Validation loss at the end of an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Loss {
    epoch: u64,
    value: f64,
}

impl Merge for Loss {
    fn merge(&mut self, later: &Self) {
        *self = *later;
    }
}

/// A training of the sweep.
#[derive(Debug, Clone)]
struct Training {
    planned: Planned,
    epoch: u64,
    curve: Bounded<Loss>,
    outcome: Option<TrainingResult>,
}

/// Order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// The best score first.
    Score,
    /// The lowest loss first.
    Loss,
    /// The order of the combinations.
    Given,
}

/// Event of a sweep, for its screen.
#[derive(Debug)]
pub enum Progress {
    /// End of an epoch, with the loss on the validation rows.
    Epoch(Planned, u64, f64),
    Trained(Swept),
    /// All trainings are done; this combination is the best.
    Done(Option<usize>),
    /// No training goes on.
    Ended,
}

/// State of the screen of a sweep.
#[derive(Debug)]
pub(crate) struct Board {
    table: Arc<SweepTable>,
    /// Command line of a training with each combination.
    commands: Vec<String>,
    /// Name of the data.
    source: String,
    /// Number of trainings, at most.
    total: usize,
    jobs: usize,
    trainings: Vec<Training>,
    /// Places in `trainings`.
    places: HashMap<Vec<String>, usize>,
    shows_trainings: bool,
    sort: Sort,
    chosen: usize,
    /// Whether all trainings are done.
    is_done: bool,
    /// The best combination, once all are done.
    best: Option<usize>,
    keys: KeyState,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    combination: usize,
    /// The training, if the rows are trainings.
    training: Option<usize>,
    score: f64,
    /// Standard error of the score.
    error: f64,
    loss: f64,
    /// Trainings that are done, and those that have begun.
    count: (usize, usize),
    /// Mean of the best epochs once all trainings are done, before that the epoch of the one that began last.
    epoch: u64,
    curve: Vec<Loss>,
}

impl KeyScreen for Board {
    const KEYS: &'static [KeyRow<Self>] = &keys::KEYS;

    fn key_state(&self) -> &KeyState {
        &self.keys
    }

    fn key_state_mut(&mut self) -> &mut KeyState {
        &mut self.keys
    }

    fn settle(&mut self) {
        self.chosen = self.chosen.min(self.last_row());
    }
}

impl Board {
    /// Creates the state before the first training of this number, of which so many run at a time. Each combination of
    /// `table` has its command line among `commands`.
    pub fn new(
        (table, commands): (Arc<SweepTable>, Vec<String>),
        source: String,
        (total, jobs): (usize, usize),
        keys: KeyMap,
    ) -> Self {
        Self {
            table,
            commands,
            source,
            total,
            jobs,
            trainings: Vec::new(),
            places: HashMap::new(),
            shows_trainings: false,
            sort: Sort::Score,
            chosen: 0,
            is_done: false,
            best: None,
            keys: KeyState::new("", keys),
        }
    }

    /// Changes the state by `msg`. Returns effects to carry out.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Sweep(Progress::Epoch(planned, epoch, loss)) => {
                self.add_epoch(&planned, epoch, loss);
            }
            Msg::Sweep(Progress::Trained(swept)) => self.add(&swept),
            Msg::Sweep(Progress::Done(best)) => (self.is_done, self.best) = (true, best),
            // The error is shown on the terminal that the screen leaves.
            Msg::Sweep(Progress::Ended) if !self.is_done => return vec![Effect::Quit { code: 0 }],
            Msg::Key(key) => return self.press(&key).into_iter().collect(),
            Msg::Pick(ClickTarget::Key(code, modifiers)) => {
                let key = KeyEvent::new(code, modifiers);
                return self.press(&key).into_iter().collect();
            }
            Msg::Pick(ClickTarget::Line(row)) => self.chosen = row,
            Msg::Wheel(_, lines) => {
                self.chosen = self.chosen.saturating_add_signed(lines.into());
                self.settle();
            }
            Msg::Text(text) => self.insert(&text),
            Msg::Drawn(drawn) => self.keys.drawn = drawn,
            Msg::Terminate(code) => return vec![Effect::Quit { code }],
            _ => {}
        }
        Vec::new()
    }

    /// Index of the last row that the filter leaves.
    fn last_row(&self) -> usize {
        self.rows().len().saturating_sub(1)
    }

    fn training(&mut self, planned: &Planned) -> &mut Training {
        let count = self.trainings.len();
        let place = *self.places.entry(self.table.key(planned)).or_insert(count);
        if place == count {
            self.trainings.push(Training {
                planned: *planned,
                epoch: 0,
                curve: Bounded::new(CURVE),
                outcome: None,
            });
        }
        &mut self.trainings[place]
    }

    /// Adds the end of an epoch.
    fn add_epoch(&mut self, planned: &Planned, epoch: u64, loss: f64) {
        let training = self.training(planned);
        training.epoch = epoch;
        training.curve.push(Loss { epoch, value: loss });
    }

    /// Adds a training that is done.
    fn add(&mut self, swept: &Swept) {
        let training = self.training(&swept.planned);
        training.outcome = Some(swept.outcome);
        training.epoch = swept.outcome.epoch;
    }

    /// Number of trainings that are done.
    fn done(&self) -> usize {
        let done = self
            .trainings
            .iter()
            .filter(|training| training.outcome.is_some());
        done.count()
    }

    /// A place for each combination that is not known yet.
    fn no_places(&self) -> Vec<Option<usize>> {
        vec![None; self.table.values.len()]
    }

    /// Results of each combination so far, in its last round.
    fn standings(&self) -> Vec<Standing> {
        let mut standings: Vec<Standing> = Vec::new();
        let mut places = self.no_places();
        for training in &self.trainings {
            let Some(outcome) = training.outcome else {
                continue;
            };
            let (combination, epochs) = (training.planned.combination, training.planned.epochs);
            let place = places[combination].get_or_insert(standings.len());
            match standings.get_mut(*place) {
                Some(standing) if standing.epochs == epochs => standing.outcomes.push(outcome),
                Some(standing) if standing.epochs > epochs => {}
                Some(standing) => {
                    standing.epochs = epochs;
                    standing.outcomes = vec![outcome];
                }
                None => standings.push(Standing {
                    combination,
                    epochs,
                    outcomes: vec![outcome],
                }),
            }
        }
        standings
    }

    /// The rows that the filter leaves, in order.
    fn rows(&self) -> Vec<Row> {
        let mut rows = if self.shows_trainings {
            self.rows_of_trainings()
        } else {
            self.rows_of_combinations()
        };
        let filter = self.keys.filter.text();
        if !filter.is_empty() {
            // As a row writes it, and as on a command line.
            let filter = filter.replace('=', " ");
            rows.retain(|row| self.label(row).contains(&filter));
        }
        let by = |a: f64, b: f64| a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(&b));
        match self.sort {
            Sort::Score => rows.sort_by(|a, b| by(-a.score, -b.score).then(by(a.loss, b.loss))),
            Sort::Loss => rows.sort_by(|a, b| by(a.loss, b.loss)),
            Sort::Given => rows.sort_by_key(|row| (row.combination, row.training)),
        }
        rows
    }

    fn rows_of_trainings(&self) -> Vec<Row> {
        let row = |(index, training): (usize, &Training)| Row {
            combination: training.planned.combination,
            training: Some(index),
            score: training.outcome.map_or(f64::NAN, |outcome| outcome.score),
            error: f64::NAN,
            loss: training.outcome.map_or(f64::NAN, |outcome| outcome.loss),
            count: (usize::from(training.outcome.is_some()), 1),
            epoch: training.epoch,
            curve: curve(training),
        };
        self.trainings.iter().enumerate().map(row).collect()
    }

    fn rows_of_combinations(&self) -> Vec<Row> {
        let standings = self.standings();
        let mut standing_places = self.no_places();
        for (place, standing) in standings.iter().enumerate() {
            standing_places[standing.combination] = Some(place);
        }
        let mut rows: Vec<Row> = Vec::new();
        let mut places = self.no_places();
        for training in &self.trainings {
            let combination = training.planned.combination;
            let is_done = usize::from(training.outcome.is_some());
            let place = *places[combination].get_or_insert(rows.len());
            if let Some(row) = rows.get_mut(place) {
                row.count = (row.count.0 + is_done, row.count.1 + 1);
                row.epoch = training.epoch;
                if !training.curve.buckets().is_empty() {
                    row.curve = curve(training);
                }
                continue;
            }
            let standing = standing_places[combination].map(|place| &standings[place]);
            let of = |number: &dyn Fn(&Standing) -> f64| standing.map_or(f64::NAN, number);
            rows.push(Row {
                combination,
                training: None,
                score: of(&|standing| standing.mean(|outcome| outcome.score)),
                error: of(&|standing| standing.error(|outcome| outcome.score)),
                loss: of(&|standing| standing.mean(|outcome| outcome.loss)),
                count: (is_done, 1),
                epoch: training.epoch,
                curve: curve(training),
            });
        }
        // The best epoch, as its score and loss are those of it.
        for row in rows.iter_mut().filter(|row| row.count.0 == row.count.1) {
            if let Some(place) = standing_places[row.combination] {
                let epoch = standings[place].mean(|outcome| outcome.epoch as f64);
                row.epoch = epoch.round() as u64;
            }
        }
        rows
    }

    /// Settings of a row that differ, and of a training the seed: `lr 0.01  hidden 16`.
    fn label(&self, row: &Row) -> String {
        let values = &self.table.values[row.combination];
        let shown = self.table.varied();
        let shown = shown.map(|(at, name)| format!("{name} {}", values[at]));
        let training = row
            .training
            .map(|index| self.trainings[index].planned.id.to_string());
        let shown: Vec<String> = shown.chain(training).collect();
        crate::util::text::sanitise(&shown.join("  "))
    }
}

fn curve(training: &Training) -> Vec<Loss> {
    training.curve.buckets().to_vec()
}

#[cfg(test)]
mod tests;
