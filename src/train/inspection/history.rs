//! History of parameter values over the training, and the changes that the last step made.

use crate::nn::{Architecture, ParameterId, Parameters};
use crate::train::Session;

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
    /// Last step observed, and the values before and after it.
    last_step: Option<(u64, [StepValues; 2])>,
}

/// Values of parameters before or after a step.
#[derive(Debug)]
pub(crate) enum StepValues {
    /// Value of the parameter under the cursor.
    One(f32),
    /// Parameters of the whole network, which is small.
    All(Box<Parameters>),
}

impl StepValues {
    /// Returns the value of a parameter of `architecture`, unless the values are those of another network.
    fn get(&self, id: ParameterId, architecture: &Architecture) -> Option<f64> {
        match self {
            Self::One(value) => Some((*value).into()),
            Self::All(values) => values.fits(architecture).then(|| values.get(id).into()),
        }
    }
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
            if let Some((_, [StepValues::One(_), _])) = self.last_step {
                self.last_step = None;
            }
            if !is_small {
                self.points.clear();
                self.spacing = 0;
            }
        }
    }

    /// Reads parameters before or after a step: all of a small network if the step `is_watched`, since the
    /// user asked for it and may look at any of them next; else the one under the cursor, if there is one.
    pub(crate) fn values(&self, session: &Session, is_watched: bool) -> Option<StepValues> {
        let engine = session.engine();
        if is_watched && is_small(session) {
            return Some(StepValues::All(engine.parameters().into()));
        }
        let cursor = self.cursor?;
        let exists = cursor.is_in(session.architecture().sizes());
        exists.then(|| StepValues::One(engine.parameter(cursor)))
    }

    /// Records that the last step made `values` of those `before` it.
    pub(crate) fn record_step(&mut self, values: [Option<StepValues>; 2], session: &Session) {
        if let [Some(before), Some(after)] = values {
            self.last_step = Some((session.position().step, [before, after]));
        }
    }

    /// Returns the change that the last step made to parameter `id`, if known.
    pub fn last_change(&self, id: ParameterId, session: &Session) -> Option<f64> {
        let (step, values) = self.last_step.as_ref()?;
        let is_last = *step == session.position().step;
        let [before, after] = values.each_ref();
        let value = |values: &StepValues| values.get(id, session.architecture());
        is_last.then(|| Some(value(after)? - value(before)?))?
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
            _ if is_small(session) => parameters.iter().collect(),
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
            parameters.index_of(id)
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
    session.position().epochs(session.batches())
}
