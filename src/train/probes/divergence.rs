//! Row at which a training has diverged.

use crate::train::divergence::{DivergedRow, diverged_row};
use crate::train::observation::{Probe, Scratch, Training};

/// Asks for the row at which the training has diverged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DivergenceProbe;

impl Probe for DivergenceProbe {
    /// `None` if it has not diverged, or no row can be told.
    type Answer = Option<DivergedRow>;

    fn compute(&self, training: &Training<'_>, _scratch: &mut Scratch) -> Self::Answer {
        diverged_row(training.session)
    }
}
