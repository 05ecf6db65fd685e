//! Numbers of the mini-batch that is stepped through phase by phase.

use crate::train::PhaseValues;
use crate::train::observation::{Probe, Scratch, Training};

/// Asks for what the phase stepper has computed of its row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseProbe;

impl Probe for PhaseProbe {
    /// `None` while no mini-batch is stepped through.
    type Answer = Option<PhaseValues>;

    fn compute(&self, training: &Training<'_>, _scratch: &mut Scratch) -> Option<PhaseValues> {
        let stepper = training.stepper?;
        Some(stepper.values(training.session))
    }
}
