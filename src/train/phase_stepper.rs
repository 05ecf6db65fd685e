//! Phase stepper: runs a mini-batch in the phases of the textbook. For each row: forward layer by layer,
//! loss, backward layer by layer; after the last row: the update.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

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

/// Position of the phase stepper inside a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPosition {
    /// Index of the row in its mini-batch, from 0.
    pub row: usize,
    /// Number of rows of the mini-batch.
    pub rows: usize,
    /// Current row.
    pub sample: SampleId,
    /// Last phase done; `None` before the first phase of the mini-batch.
    pub done: Option<StepPhase>,
    /// Next phase.
    pub next: StepPhase,
    /// Whether the last phase can be undone.
    pub can_go_back: bool,
}

/// Values of the current row in the phase stepper.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseValues {
    /// Position that decides which values to show: those of later phases stay hidden.
    pub position: StepPosition,
    /// Whole forward pass of the row with the parameters before the update.
    pub forward: Forward,
    /// `delta[l][j]` of layer `l + 1`.
    pub delta: Vec<Vec<f64>>,
    /// Loss of the row.
    pub loss: f64,
}

/// Steps through the phases of mini-batches. Only the update changes the session, and it is
/// [`Session::step`], so whole mini-batches are bit-identical to steps.
#[derive(Debug)]
pub struct PhaseStepper {
    /// Number of layers without the inputs.
    depth: usize,
    /// Training rows of the mini-batch.
    rows: Vec<u32>,
    /// Number of phases done in the mini-batch; the update is the last.
    done: usize,
    /// Parameters before the update, if that is the phase done last.
    before: Option<Parameters>,
    /// Number of updates that can be undone.
    updates_kept: usize,
}

/// State of a phase stepper without its parameters, as a checkpoint holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepperFields {
    rows: Vec<u32>,
    done: usize,
    updates_kept: usize,
}

impl PhaseStepper {
    /// Returns the state without parameters.
    pub(super) fn fields(&self) -> StepperFields {
        StepperFields {
            rows: self.rows.clone(),
            done: self.done,
            updates_kept: self.updates_kept,
        }
    }

    /// Restores a stepper inside a mini-batch of `session`; `before` are the parameters before the update
    /// if that was the last phase. `None` if the fields do not belong to the session.
    pub(super) fn restored(
        fields: StepperFields,
        before: Option<Parameters>,
        session: &Session,
    ) -> Option<Self> {
        let StepperFields {
            rows,
            done,
            updates_kept,
        } = fields;
        let stepper = Self {
            depth: session.architecture().depth(),
            rows,
            done,
            before,
            updates_kept,
        };
        let count = session.data().training.rows();
        let has_rows =
            !stepper.rows.is_empty() && stepper.rows.iter().all(|&row| (row as usize) < count);
        let is_whole = has_rows
            && done <= stepper.total()
            && stepper.is_updated() == stepper.before.is_some()
            && stepper.fits(session);
        is_whole.then_some(stepper)
    }

    /// Creates a stepper before the first phase of the next mini-batch of `session`.
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

    /// Number of phases per row.
    fn phases(&self) -> usize {
        2 * self.depth + 1
    }

    /// Number of phases of the mini-batch.
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

    /// Index of the current row in the mini-batch.
    fn row(&self) -> usize {
        let row = self.done.saturating_sub(1) / self.phases();
        row.min(self.rows.len() - 1)
    }

    pub(super) fn is_updated(&self) -> bool {
        self.done == self.total()
    }

    /// Returns the current position.
    pub fn position(&self) -> StepPosition {
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

    /// Runs the next phase. Returns the result of the step if the phase is the update. After an update
    /// the next mini-batch begins.
    ///
    /// # Errors
    /// Those of [`Session::step`]; the position is then unchanged.
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

    /// Runs the phases to the end of the current row, or of the next row at an end. The last row of a
    /// mini-batch includes the update, whose result is returned.
    ///
    /// # Errors
    /// Those of [`PhaseStepper::phase`].
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

    /// Runs the phases to the end of the current mini-batch, or of the next one after an update.
    ///
    /// # Errors
    /// Those of [`PhaseStepper::phase`].
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

    /// Undoes the last phase, even an update. Returns whether that was possible.
    pub fn back(&mut self, session: &mut Session) -> bool {
        if !self.position().can_go_back {
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

    /// Adapts to a live change of `session`: earlier phases can no longer be undone, and after an update
    /// the next mini-batch begins.
    pub fn session_changed(&mut self, session: &mut Session) {
        session.forget_step_back();
        self.updates_kept = 0;
        if self.is_updated() {
            *self = Self::new(session);
        }
    }

    /// Returns whether the next mini-batch of `session` is still that of the stepper.
    pub fn fits(&self, session: &Session) -> bool {
        self.is_updated() || self.rows == session.next_rows()
    }

    /// Number of phases done in the mini-batch.
    pub(super) fn phases_done(&self) -> usize {
        self.done
    }

    /// Computes the values of the current row.
    pub fn values(&self, session: &Session) -> PhaseValues {
        let architecture = session.architecture();
        let now = session.engine().parameters();
        let parameters = self.before.as_ref().unwrap_or(&now);
        let network = Network::new(architecture, parameters);
        let (inputs, targets) = self.sample_row(session, architecture);
        let forward = network.forward_with(&inputs, self.row_masks(session));
        let backward = network.backward(&forward, &targets);
        PhaseValues {
            position: self.position(),
            forward,
            delta: backward.delta,
            loss: backward.loss,
        }
    }

    /// Returns the factors of dropout for the current row, of each hidden layer; none without dropout.
    pub(super) fn row_masks(&self, session: &Session) -> Vec<Vec<f64>> {
        let step = session.position().step - u64::from(self.is_updated());
        let masks = session.masks(step, self.rows.len());
        let row = |mask: &Array2<f32>| mask.row(self.row()).mapv(f64::from).to_vec();
        masks.iter().map(row).collect()
    }

    /// Returns the parameters before the update, if that is the phase done last.
    pub(crate) fn before_update(&self) -> Option<&Parameters> {
        self.before.as_ref()
    }

    /// Inputs and targets of the current row in f64.
    fn sample_row(&self, session: &Session, architecture: &Architecture) -> (Vec<f64>, Vec<f64>) {
        let samples = &session.data().training;
        let row = self.rows[self.row()] as usize;
        let mut inputs = Array1::zeros(architecture.inputs());
        let mut targets = Array1::zeros(architecture.outputs());
        samples.write_inputs(row, inputs.view_mut());
        samples.targets.write(row, targets.view_mut());
        session.smooth(targets.view_mut());
        let exact = |values: Array1<f32>| values.iter().map(|&x| f64::from(x)).collect();
        (exact(inputs), exact(targets))
    }
}
