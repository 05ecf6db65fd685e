//! Health of each layer.

use std::sync::Arc;
use std::time::Instant;

use crate::train::Position;
use crate::train::health::{LayerHealth, health};
use crate::train::observation::{Probe, Scratch, Training};

/// The time between two computations that nobody looks at, relative to that of one.
const REST: u32 = 100;

/// Asks for the health of each layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthProbe {
    /// Whether a panel shows it. Without one, it is computed once an epoch at most, and in 1% of the time.
    pub is_shown: bool,
}

/// Health of the network at one training step.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// Training step.
    pub position: Position,
    /// Health of each layer, layer 1 first.
    pub layers: Vec<LayerHealth>,
}

/// The last computation.
pub(in crate::train) struct LastHealth {
    health: Arc<Health>,
    /// Time before which there is none that nobody looks at.
    next: Instant,
}

impl Probe for HealthProbe {
    type Answer = Arc<Health>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Arc<Health> {
        let (session, now) = (training.session, Instant::now());
        let position = session.position();
        if let Some(last) = &scratch.health {
            let is_due = position.epoch != last.health.position.epoch && now >= last.next;
            if !(self.is_shown || training.is_waiting || is_due) {
                return Arc::clone(&last.health);
            }
        }
        scratch.parameters(session);
        scratch.probe_pass(session);
        let pass = &scratch.probe_pass;
        let activations = |layer| pass.activations(layer);
        let layers = health(session, &scratch.parameters, activations);
        let health = Arc::new(Health { position, layers });
        scratch.health = Some(LastHealth {
            health: Arc::clone(&health),
            next: now + now.elapsed() * REST,
        });
        health
    }
}
