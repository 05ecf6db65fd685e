//! What a parameter was before: its values along the training, and its last change.

use crate::nn::{ParameterId, Parameters};
use crate::train::{Position, Session};

/// Parameters up to which all values of all of them are remembered.
const MOST_PARAMETERS: usize = 20_000;
/// Moments that are remembered at most.
const MOST_MOMENTS: usize = 256;

/// Values at some moments of a training, as evenly spread as looking at it allowed. Of a small network
/// they are those of all parameters from the start, else of the one under the cursor since it came
/// there.
#[derive(Debug, Default)]
pub(crate) struct History {
    moments: Vec<Moment>,
    /// Steps between two moments at least.
    gap: u64,
    /// The parameter under the cursor.
    cursor: Option<ParameterId>,
    /// Step before and after which that was read, and by how much it changed.
    last_change: Option<(u64, f64)>,
}

#[derive(Debug)]
struct Moment {
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
                self.moments.clear();
                self.gap = 0;
            }
        }
    }

    /// The value of the parameter under the cursor, before a step; nothing, and no work, without one.
    pub fn value_before(&self, session: &Session) -> Option<f32> {
        let cursor = self.cursor?;
        let is_there = cursor.is_in(session.architecture().sizes());
        is_there.then(|| session.engine().parameter(cursor))
    }

    /// Takes in a step that was done, before which the parameter under the cursor had the value
    /// `before`.
    pub fn note_step(&mut self, before: Option<f32>, session: &Session) {
        if let (Some(before), Some(cursor)) = (before, self.cursor) {
            let change = f64::from(session.engine().parameter(cursor)) - f64::from(before);
            self.last_change = Some((session.position().step, change));
        }
    }

    /// By how much the last step changed the parameter under the cursor, if that is known.
    pub fn last_change(&self, position: Position) -> Option<f64> {
        let known = self.last_change.filter(|(step, _)| *step == position.step);
        known.map(|(_, change)| change)
    }

    /// Whether values are to be remembered now.
    pub fn is_due(&self, session: &Session) -> bool {
        if !is_small(session) && self.cursor.is_none() {
            return false;
        }
        let step = session.position().step;
        let last = self.moments.last();
        last.is_none_or(|last| step < last.step || step >= last.step + self.gap.max(1))
    }

    /// Remembers the values at this moment. `parameters` are those of the session.
    pub fn note_moment(&mut self, session: &Session, parameters: &Parameters) {
        // Steps may have been taken back.
        let step = session.position().step;
        self.moments.retain(|moment| moment.step < step);
        if self.moments.len() == MOST_MOMENTS {
            let mut place = 0;
            self.moments.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            let (first, last) = (&self.moments[0], &self.moments[self.moments.len() - 1]);
            self.gap = (last.step - first.step) / (MOST_MOMENTS as u64 / 2);
        }
        let values = match self.cursor {
            _ if is_small(session) => all(parameters).collect(),
            Some(cursor) => vec![parameters.get(cursor)],
            None => return,
        };
        self.moments.push(Moment {
            step,
            epochs: epochs(session),
            values,
        });
    }

    /// Values of the parameter `id`, oldest first and that of now last: epochs done, value.
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
        let before = self.moments.iter().filter(|moment| moment.step < step);
        before
            .filter_map(|moment| Some((moment.epochs, *moment.values.get(index)?)))
            .chain([(epochs(session), parameters.get(id))])
            .collect()
    }
}

pub(crate) fn is_small(session: &Session) -> bool {
    session.architecture().parameter_count() <= MOST_PARAMETERS as _
}

/// Epochs done, with their fraction.
fn epochs(session: &Session) -> f64 {
    let position = session.position();
    f64::from(position.epoch) + f64::from(position.batch) / f64::from(session.batches())
}

fn all(parameters: &Parameters) -> impl Iterator<Item = f32> + '_ {
    let layers = parameters.layers.iter();
    layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied())
}

/// Place of the parameter `id` among [`all`].
fn index(id: ParameterId, parameters: &Parameters) -> usize {
    let before = &parameters.layers[..id.layer() - 1];
    let before = before.iter().map(|it| it.weights.len() + it.biases.len());
    let weights = &parameters.layers[id.layer() - 1].weights;
    let within = match id.input() {
        Some(input) => id.output() * weights.ncols() + input,
        None => weights.len() + id.output(),
    };
    before.sum::<usize>() + within
}
