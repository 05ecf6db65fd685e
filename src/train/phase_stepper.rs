//! A mini-batch walked through phase by phase, as the textbook tells it: for each row forward layer
//! by layer, the loss, backward layer by layer; after the last row the update.

use ndarray::Array1;

use super::{Divergence, SampleId, Session, Set, Stepped};
use crate::nn::textbook::{Forward, Network};
use crate::nn::{Architecture, Parameters};

/// A part of the work on a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepPhase {
    /// Activations of this layer (from 1) for the row.
    Forward {
        /// The layer.
        layer: usize,
    },
    /// The row's loss.
    Loss,
    /// Deltas and gradients of this layer for the row, the last layer first.
    Backward {
        /// The layer.
        layer: usize,
    },
    /// The mini-batch's update of all parameters.
    Update,
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPosition {
    /// Place of the row in its mini-batch, from 0.
    pub row: usize,
    /// Rows of the mini-batch.
    pub rows: usize,
    /// The row.
    pub sample: SampleId,
    /// The phase done last for the row; none at its start.
    pub done: Option<StepPhase>,
    /// The phase that comes next.
    pub next: StepPhase,
    /// Whether a phase can be taken back.
    pub can_go_back: bool,
}

/// What a walk has computed of its row so far.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseValues {
    /// Where it stands.
    pub stand: StepPosition,
    /// The whole forward pass of the row with the parameters before the update. What lies beyond
    /// `stand` is not to be shown yet.
    pub forward: Forward,
    /// `delta[l][j]` of layer `l + 1`, likewise.
    pub delta: Vec<Vec<f64>>,
    /// The row's loss.
    pub loss: f64,
}

/// A walk through the phases of mini-batches. Nothing but the update changes the session, and the
/// update is [`Session::step`]: so many whole mini-batches are bit for bit as many steps.
#[derive(Debug)]
pub struct PhaseStepper {
    /// Layers with weights.
    depth: usize,
    /// The rows of the mini-batch.
    rows: Vec<u32>,
    /// Phases of it that are done; the update is the last.
    done: usize,
    /// The parameters before the last update, if the walk stands behind one.
    before: Option<Parameters>,
    /// Number of updates that can be taken back.
    updates_kept: usize,
}

impl PhaseStepper {
    /// A walk that stands before the next mini-batch of `session`.
    pub fn new(session: &mut Session) -> Self {
        session.forget_step_back();
        Self {
            depth: session.architecture().depth(),
            rows: session.next_rows().to_vec(),
            done: 0,
            before: None,
            updates_kept: 0,
        }
    }

    /// Phases of one row.
    fn phases(&self) -> usize {
        2 * self.depth + 1
    }

    /// Phases of the mini-batch.
    fn total(&self) -> usize {
        self.rows.len() * self.phases() + 1
    }

    /// Phase `index` of the mini-batch, counted from 0.
    fn phase_at(&self, index: usize) -> StepPhase {
        let depth = self.depth;
        match index % self.phases() {
            _ if index + 1 == self.total() => StepPhase::Update,
            i if i < depth => StepPhase::Forward { layer: i + 1 },
            i if i == depth => StepPhase::Loss,
            i => StepPhase::Backward {
                layer: self.phases() - i,
            },
        }
    }

    /// The place in the mini-batch of the row that is shown.
    fn row(&self) -> usize {
        let row = self.done.saturating_sub(1) / self.phases();
        row.min(self.rows.len() - 1)
    }

    fn is_updated(&self) -> bool {
        self.done == self.total()
    }

    /// Where it stands.
    pub fn stand(&self) -> StepPosition {
        let row = self.row();
        StepPosition {
            row,
            rows: self.rows.len(),
            sample: SampleId {
                set: Set::Training,
                index: self.rows[row] as usize,
            },
            done: self.done.checked_sub(1).map(|last| self.phase_at(last)),
            next: if self.is_updated() {
                StepPhase::Forward { layer: 1 }
            } else {
                self.phase_at(self.done)
            },
            can_go_back: self.done > 0 && !(self.is_updated() && self.updates_kept == 0),
        }
    }

    /// Does the next phase; says what the step did, if that was the update. Behind an update the
    /// next phase is the first one of the next mini-batch.
    ///
    /// # Errors
    /// As [`Session::step`]; the walk then stands where it stood.
    pub fn phase(&mut self, session: &mut Session) -> Result<Option<Stepped>, Divergence> {
        if self.is_updated() {
            self.rows = session.next_rows().to_vec();
            self.done = 0;
            self.before = None;
        }
        if self.done + 1 < self.total() {
            self.done += 1;
            return Ok(None);
        }
        self.update(session).map(Some)
    }

    /// Goes on to the end of a row: of the one under way, or else of the next. With the last row of
    /// a mini-batch comes the update, and what the step did.
    ///
    /// # Errors
    /// As [`PhaseStepper::phase`].
    pub fn sample(&mut self, session: &mut Session) -> Result<Option<Stepped>, Divergence> {
        loop {
            let stepped = self.phase(session)?;
            let is_at_end = self.done.is_multiple_of(self.phases());
            let is_last = self.done + 1 == self.total();
            if stepped.is_some() || (is_at_end && !is_last) {
                return Ok(stepped);
            }
        }
    }

    /// Goes on to the end of a mini-batch: of the one under way, or else of the next.
    ///
    /// # Errors
    /// As [`PhaseStepper::phase`].
    pub fn batch(&mut self, session: &mut Session) -> Result<Stepped, Divergence> {
        loop {
            if let Some(stepped) = self.phase(session)? {
                return Ok(stepped);
            }
            self.done = self.total() - 1;
        }
    }

    fn update(&mut self, session: &mut Session) -> Result<Stepped, Divergence> {
        let before = session.engine().parameters();
        let stepped = session.step_and_keep()?;
        self.updates_kept = session.steps_kept();
        self.before = Some(before);
        self.done = self.total();
        Ok(stepped)
    }

    /// Takes the last phase back, the update too; whether that could be done.
    pub fn back(&mut self, session: &mut Session) -> bool {
        if !self.stand().can_go_back {
            return false;
        }
        if self.is_updated() {
            session.step_back();
            self.updates_kept = session.steps_kept();
            self.before = None;
        }
        self.done -= 1;
        // The first phase of a mini-batch follows the update of the one before.
        if self.done == 0
            && let Some((parameters, rows)) = session.before_last_update()
        {
            self.before = Some(parameters);
            self.rows = rows;
            self.done = self.total();
        }
        true
    }

    /// Goes on from what a change made of `session`: there is no way back to before it, and behind
    /// an update the next mini-batch begins.
    pub fn note_change(&mut self, session: &mut Session) {
        session.forget_step_back();
        self.updates_kept = 0;
        if self.is_updated() {
            *self = Self::new(session);
        }
    }

    /// Whether the mini-batch that comes next in `session` is still the one it walks through.
    pub fn fits(&self, session: &Session) -> bool {
        self.is_updated() || self.rows == session.next_rows()
    }

    /// What it has computed of its row, and the changes of the weights between the `neurons` of each
    /// layer, inputs first.
    pub fn values(&self, session: &Session) -> PhaseValues {
        let architecture = session.architecture();
        let now = session.engine().parameters();
        let parameters = self.before.as_ref().unwrap_or(&now);
        let network = Network::new(architecture, parameters);
        let (inputs, targets) = self.sample_row(session, architecture);
        let forward = network.forward(&inputs);
        let backward = network.backward(&forward, &targets);
        PhaseValues {
            stand: self.stand(),
            forward,
            delta: backward.delta,
            loss: backward.loss,
        }
    }

    /// The parameters before the update, if that is the phase done last.
    pub fn before_update(&self) -> Option<&Parameters> {
        self.before.as_ref()
    }

    /// Inputs and targets of the row.
    fn sample_row(&self, session: &Session, architecture: &Architecture) -> (Vec<f64>, Vec<f64>) {
        let samples = &session.data().training;
        let row = self.rows[self.row()] as usize;
        let mut inputs = Array1::zeros(architecture.inputs());
        let mut targets = Array1::zeros(architecture.outputs());
        samples.write_inputs(row, inputs.view_mut());
        samples.targets.write(row, targets.view_mut());
        let exact = |values: Array1<f32>| values.iter().map(|&x| f64::from(x)).collect();
        (exact(inputs), exact(targets))
    }
}
