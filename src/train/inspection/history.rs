//! History of parameter values over the training, and the last change of the parameter under the cursor.

use crate::nn::{ParameterId, Parameters};
use crate::train::{Position, Session};

/// Maximum number of parameters of a network whose parameters are all recorded.
const MAX_PARAMETERS: usize = 20_000;
/// Maximum number of parameters copied per step, on average, so that watching stays free.
const PARAMETERS_PER_STEP: u64 = 64;
/// Maximum number of recorded points; beyond it, every second one is dropped.
const MAX_POINTS: usize = 256;

/// Parameter values at several steps, about evenly spaced: of all parameters in a small network, else of
/// the parameter under the cursor, since the cursor reached it.
#[derive(Debug, Default)]
pub(crate) struct History {
    points: Vec<Point>,
    /// Minimum number of steps between two points.
    spacing: u64,
    /// Parameter under the cursor.
    cursor: Option<ParameterId>,
    /// Last step observed, and the change it made to the parameter under the cursor.
    last_change: Option<(u64, f64)>,
}

#[derive(Debug)]
struct Point {
    step: u64,
    epochs: f64,
    values: Vec<f32>,
}

impl History {
    /// Sets the parameter under the cursor.
    pub fn watch(&mut self, cursor: Option<ParameterId>, is_small: bool) {
        if cursor != self.cursor {
            self.cursor = cursor;
            self.last_change = None;
            if !is_small {
                self.points.clear();
                self.spacing = 0;
            }
        }
    }

    /// Reads the parameter under the cursor before a step; `None` without such a parameter.
    pub(crate) fn value_before(&self, session: &Session) -> Option<f32> {
        let cursor = self.cursor?;
        let exists = cursor.is_in(session.architecture().sizes());
        exists.then(|| session.engine().parameter(cursor))
    }

    /// Records the change that the last step made to the parameter under the cursor. `before` is its
    /// value before the step.
    pub(crate) fn record_change(&mut self, before: Option<f32>, session: &Session) {
        if let (Some(before), Some(cursor)) = (before, self.cursor) {
            let change = f64::from(session.engine().parameter(cursor)) - f64::from(before);
            self.last_change = Some((session.position().step, change));
        }
    }

    /// Returns the change that the last step made to the parameter under the cursor, if known.
    pub fn last_change(&self, position: Position) -> Option<f64> {
        let known = self.last_change.filter(|(step, _)| *step == position.step);
        known.map(|(_, change)| change)
    }

    /// Returns whether nothing is recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Returns whether values should be recorded at the current step.
    pub(crate) fn is_due(&self, session: &Session) -> bool {
        if !is_small(session) && self.cursor.is_none() {
            return false;
        }
        let step = session.position().step;
        let last = self.points.last();
        let spacing = self.spacing.max(min_spacing(session));
        last.is_none_or(|last| step < last.step || step >= last.step + spacing)
    }

    /// Records the current values. In a small network, `parameters` are those of the session.
    pub(crate) fn record_values(&mut self, session: &Session, parameters: &Parameters) {
        // Drop points beyond the current step: steps may have been undone.
        let step = session.position().step;
        self.points.retain(|point| point.step < step);
        if self.points.len() == MAX_POINTS {
            let mut place = 0;
            self.points.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            let (first, last) = (&self.points[0], &self.points[self.points.len() - 1]);
            self.spacing = (last.step - first.step) / (MAX_POINTS as u64 / 2);
        }
        let values = match self.cursor {
            _ if is_small(session) => all(parameters).collect(),
            Some(cursor) => vec![session.engine().parameter(cursor)],
            None => return,
        };
        self.points.push(Point {
            step,
            epochs: epochs(session),
            values,
        });
    }

    /// Returns the values of a parameter as (epochs done, value), oldest first, the current one last.
    pub fn of(
        &self,
        id: ParameterId,
        session: &Session,
        parameters: &Parameters,
    ) -> Vec<(f64, f32)> {
        let index = if is_small(session) {
            index(id, parameters)
        } else {
            0
        };
        let step = session.position().step;
        let before = self.points.iter().filter(|point| point.step < step);
        before
            .filter_map(|point| Some((point.epochs, *point.values.get(index)?)))
            .chain([(epochs(session), parameters.get(id))])
            .collect()
    }
}

pub(crate) fn is_small(session: &Session) -> bool {
    session.architecture().parameter_count() <= MAX_PARAMETERS as _
}

/// Returns the minimum number of steps between two points.
fn min_spacing(session: &Session) -> u64 {
    if is_small(session) {
        let count = session.architecture().parameter_count() as u64;
        (count / PARAMETERS_PER_STEP).max(1)
    } else {
        1
    }
}

/// Returns the epochs done, with the fraction of the current one.
fn epochs(session: &Session) -> f64 {
    let position = session.position();
    position.epoch as f64 + f64::from(position.batch) / f64::from(session.batches())
}

fn all(parameters: &Parameters) -> impl Iterator<Item = f32> + '_ {
    let layers = parameters.layers.iter();
    layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied())
}

/// Index of a parameter among [`all`].
fn index(id: ParameterId, parameters: &Parameters) -> usize {
    let before = &parameters.layers[..id.layer() - 1];
    let before = before
        .iter()
        .map(|layer| layer.weights.len() + layer.biases.len());
    let weights = &parameters.layers[id.layer() - 1].weights;
    let within = match id.input() {
        Some(input) => id.output() * weights.ncols() + input,
        None => weights.len() + id.output(),
    };
    before.sum::<usize>() + within
}
