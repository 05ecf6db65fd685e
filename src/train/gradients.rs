//! Finite-difference check of a session's gradients.

use super::Session;
use super::inspection::Rows;
use crate::nn::gradient_check::{Check, choose};

impl Session {
    /// Creates a check of back-propagation with the current parameters on the next mini-batch. It works
    /// on copies, so the session may continue meanwhile.
    pub fn gradient_check(&self) -> Check {
        let rows = Rows::of_next_step(self, usize::MAX);
        let ids = choose(self.architecture(), rows.inputs.nrows(), self.plan().seed);
        Check::new(
            self.architecture(),
            self.engine().parameters(),
            rows.inputs.mapv(f64::from),
            rows.targets.mapv(f64::from),
            ids,
        )
    }
}
