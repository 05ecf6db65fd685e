//! Validation of live changes before they are applied and logged.

use super::Session;
use crate::nn::engine::CHUNK;
use crate::nn::{BatchSize, Change, NeuronId, ParameterId};
use crate::train::Plan;
use crate::util::lang::say;
use crate::util::memory;

/// Number of parameters below which a network needs no memory that counts.
const SMALL: u128 = 1 << 16;

impl Session {
    /// Checks that `change` can be applied to the session as it is now.
    pub(in crate::train) fn check(&self, change: &Change) -> Result<(), String> {
        let is_way_out = matches!(
            change,
            Change::LearningRate { .. } | Change::Recover { .. } | Change::Undo | Change::UndoLast
        );
        if self.diverged.is_some() && !is_way_out {
            return Err(say!(
                "change-diverged",
                "the training has diverged; recover or undo first"
            )
            .into());
        }
        match *change {
            Change::LearningRate { .. } | Change::Recover { .. } | Change::WeightDecay { .. } => {
                Ok(())
            }
            Change::Parameter { id, value } => {
                self.check_parameter(id)?;
                if self.frozen.leaves_muted(id) {
                    return Err(say!(
                        "change-leaves-muted",
                        "{id} leaves a muted neuron",
                        id
                    ));
                }
                if value.is_finite() {
                    Ok(())
                } else {
                    Err(say!(
                        "change-not-finite",
                        "{id} is {value}; it must be finite",
                        id,
                        value
                    ))
                }
            }
            Change::Freeze { id, frozen } => {
                self.check_parameter(id)?;
                match (self.is_frozen(id), frozen) {
                    (true, true) => Err(say!("already-frozen", "{id} is already frozen", id)),
                    (false, false) => Err(say!("not-frozen", "{id} is not frozen", id)),
                    _ => Ok(()),
                }
            }
            Change::Mute { neuron, muted } => self.check_mute(neuron, muted),
            Change::Network { .. } => self.check_network(&self.now.with(change)),
            Change::Schedule { .. } | Change::Regularisation { .. } => {
                (self.now.with(change)).check_target(self.data.task.scale().is_some())
            }
            // Constants of an optimizer are within their ranges.
            Change::Optimizer { .. } => self.check_undo(),
            Change::Batch { batch } => self.check_batch(batch),
            Change::Undo if !self.undo.has_any(false) => {
                Err(say!("change-nothing-to-undo", "nothing to undo").into())
            }
            Change::UndoLast if !self.undo.has_any(true) => {
                Err(say!("change-nothing-to-undo", "nothing to undo").into())
            }
            Change::Undo | Change::UndoLast => Ok(()),
        }
    }

    fn check_parameter(&self, id: ParameterId) -> Result<(), String> {
        if id.is_in(self.architecture().sizes()) {
            Ok(())
        } else {
            Err(say!(
                "change-no-parameter",
                "the network {network} has no {id}",
                network = self.architecture(),
                id
            ))
        }
    }

    fn check_mute(&self, neuron: NeuronId, muted: bool) -> Result<(), String> {
        let architecture = self.architecture();
        let is_hidden = (1..architecture.depth()).contains(&neuron.layer);
        if !is_hidden || neuron.neuron >= architecture.sizes()[neuron.layer] {
            return Err(say!(
                "change-no-neuron",
                "only hidden neurons can be muted, and {architecture} has no hidden neuron {neuron}",
                architecture,
                neuron
            ));
        }
        match (self.is_muted(neuron), muted) {
            (true, true) => Err(say!("already-muted", "{neuron} is already muted", neuron)),
            (false, false) => Err(say!("not-muted", "{neuron} is not muted", neuron)),
            _ => Ok(()),
        }
    }

    fn check_network(&self, plan: &Plan) -> Result<(), String> {
        let task = &self.data.task;
        plan.check_target(task.scale().is_some())?;
        let inputs = self.data.preprocessing.inputs();
        let made = plan.architecture(inputs, self.data.output_names.len());
        let architecture = made.map_err(|error| error.to_string())?;
        if &architecture == self.architecture() {
            return Err(say!("same-shape", "the network already has this shape").into());
        }
        let rows = self.engine.batch().max(CHUNK);
        architecture
            .check_fits(rows, memory::available())
            .map_err(|error| error.to_string())?;
        self.check_undo()
    }

    /// Checks that there is memory to keep the network for an undo, unless it is small.
    fn check_undo(&self) -> Result<(), String> {
        if self.architecture().parameter_count() < SMALL {
            return Ok(());
        }
        self.check_copies(1).map_err(|error| error.to_string())
    }

    fn check_batch(&self, batch: BatchSize) -> Result<(), String> {
        if batch == self.now.batch {
            return Err(say!(
                "same-batch",
                "the batch size is already {batch}",
                batch
            ));
        }
        let rows = batch.get().min(self.data.training.rows());
        (self.architecture())
            .check_rows_fit(rows, memory::available())
            .map_err(|error| error.to_string())?;
        self.check_undo()
    }
}
