//! Parameters to fall back on, should training blow up those under way.

use super::{Position, Session};
use crate::nn::Parameters;

/// Parameters worth going back to.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    pub parameters: Parameters,
    pub position: Position,
    /// Mean loss of the epoch that started from them.
    pub loss: f64,
}

/// Steps between two candidates for a checkpoint at least: to copy the parameters after every tiny
/// epoch would cost more than it is worth.
const CHECKPOINT_STEPS: u64 = 100;

impl Session {
    /// Takes the parameters from the start of the epoch that ended with the mean `loss` for the
    /// last good ones, if no epoch was better. Those at its end are good only if the next epoch,
    /// which starts from them, says so: a step may blow up what was fine until then.
    pub(super) fn keep_good_parameters(&mut self, loss: f64) {
        let is_of_this_epoch = self.candidate.position.epoch + 1 == self.position.epoch;
        if is_of_this_epoch && loss <= self.last_good.loss {
            std::mem::swap(&mut self.last_good, &mut self.candidate);
            self.last_good.loss = loss;
        }
        let newest = self
            .last_good
            .position
            .step
            .max(self.candidate.position.step);
        if self.position.step - newest >= CHECKPOINT_STEPS {
            self.engine.copy_parameters(&mut self.candidate.parameters);
            self.candidate.position = self.position;
        }
    }

    /// Declares the current parameters unreliable: a step was broken off in its middle.
    pub fn distrust(&mut self) {
        self.is_torn = true;
    }

    /// Parameters worth saving, and the position they are from: the current ones, or where those
    /// are not to be trusted the last good ones, from which the epoch with the least training loss
    /// started.
    pub fn good_parameters(&self) -> (Parameters, Position) {
        if self.diverged.is_some() || self.is_torn {
            let mut parameters = self.last_good.parameters.clone();
            self.held.write_to(&mut parameters);
            (parameters, self.last_good.position)
        } else {
            (self.engine.parameters(), self.position)
        }
    }
}
