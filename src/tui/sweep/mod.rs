//! The screen of a sweep: a live table of its trainings, or of its combinations of settings.

mod draw;
mod screen;

use std::collections::HashMap;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::record::SweepTable;
use crate::train::{Outcome, Planned, Standing, Swept};
use crate::util::stats::{Bounded, Merge};
pub(crate) use screen::{Link, SweepEnd, run};

/// Maximum number of points of a curve; beyond it, neighbours are merged.
const CURVE: usize = 64;

/// Validation loss at the end of an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Loss(f64);

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
    outcome: Option<Outcome>,
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

impl Sort {
    fn next(self) -> Self {
        match self {
            Self::Score => Self::Loss,
            Self::Loss => Self::Given,
            Self::Given => Self::Score,
        }
    }
}

/// State of the screen of a sweep.
#[derive(Debug, Clone)]
pub(crate) struct Board<'t> {
    table: &'t SweepTable,
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
    filter: String,
    is_typing: bool,
    chosen: usize,
    /// Whether all trainings are done.
    is_done: bool,
    is_stopping: bool,
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
    /// Epoch of the training that began last.
    epoch: u64,
    curve: Vec<f64>,
}

/// Consequence of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    GoOn,
    /// Close the screen, and end the sweep if it is not done.
    Close,
}

impl<'t> Board<'t> {
    pub fn new(table: &'t SweepTable, source: String, (total, jobs): (usize, usize)) -> Self {
        Self {
            table,
            source,
            total,
            jobs,
            trainings: Vec::new(),
            places: HashMap::new(),
            shows_trainings: false,
            sort: Sort::Score,
            filter: String::new(),
            is_typing: false,
            chosen: 0,
            is_done: false,
            is_stopping: false,
        }
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
        training.curve.push(Loss(loss));
    }

    /// Adds a training that is done.
    fn add(&mut self, swept: &Swept) {
        let training = self.training(&swept.planned);
        training.outcome = Some(swept.outcome);
        training.epoch = swept.outcome.epoch;
    }

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
        if !self.filter.is_empty() {
            rows.retain(|row| self.label(row).contains(&self.filter));
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

    /// Handles a key.
    fn press(&mut self, key: &KeyEvent) -> Answer {
        if key.kind == KeyEventKind::Release {
            return Answer::GoOn;
        }
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Answer::Close;
        }
        if self.is_typing {
            match key.code {
                KeyCode::Enter => self.is_typing = false,
                KeyCode::Esc => {
                    self.is_typing = false;
                    self.filter.clear();
                }
                KeyCode::Backspace => drop(self.filter.pop()),
                KeyCode::Char(character) => self.filter.push(character),
                _ => {}
            }
            self.chosen = 0;
            return Answer::GoOn;
        }
        let last = self.rows().len().saturating_sub(1);
        match key.code {
            KeyCode::Char('q') => return Answer::Close,
            KeyCode::Char('s') => self.sort = self.sort.next(),
            KeyCode::Char('/') => self.is_typing = true,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Tab => {
                self.shows_trainings = !self.shows_trainings;
                self.chosen = 0;
            }
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.chosen = (self.chosen + 1).min(last),
            KeyCode::Home => self.chosen = 0,
            KeyCode::End | KeyCode::Char('G') => self.chosen = last,
            KeyCode::PageUp => self.chosen = self.chosen.saturating_sub(10),
            KeyCode::PageDown => self.chosen = (self.chosen + 10).min(last),
            _ => {}
        }
        Answer::GoOn
    }
}

fn curve(training: &Training) -> Vec<f64> {
    let losses = training.curve.buckets().iter();
    losses.map(|loss| loss.0).collect()
}

#[cfg(test)]
mod tests;
