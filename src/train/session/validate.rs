//! What a change must be to be let in.

use super::changes::name;
use super::{Architecture, Session};
use crate::nn::parameters::ParameterId;
use crate::nn::{Change, Loss, Output};
use crate::train::Plan;
use crate::train::evaluation::CHUNK;
use crate::util::memory;

/// Bytes that passes through the network hold per row and neuron: of a mini-batch activations and
/// deltas, of an evaluation two copies of the activations.
const BYTES_PER_ACTIVATION: u128 = 8;

impl Session {
    /// Whether `change` can be made, and if not, why.
    pub(super) fn check(&self, change: &Change) -> Result<(), String> {
        let is_way_out = matches!(
            change,
            Change::LearningRate { .. } | Change::Recover { .. } | Change::Undo
        );
        if self.diverged.is_some() && !is_way_out {
            return Err("the training has diverged; recover or undo first".into());
        }
        match *change {
            Change::LearningRate { learning_rate } | Change::Recover { learning_rate } => {
                // What is too small or too large for the engine's numbers is so for the rule.
                let is_usable = (learning_rate as f32).is_finite() && learning_rate as f32 > 0.0;
                expect(
                    is_usable,
                    "learning rate",
                    learning_rate,
                    "above 0 and finite",
                )
            }
            Change::Parameter { id, value } => {
                self.check_parameter(id)?;
                if self.frozen.is_muted(id) {
                    return Err(format!("{} leaves a neuron that is silent", name(id)));
                }
                expect(value.is_finite(), &name(id), value.into(), "finite")
            }
            Change::Freeze { id, frozen } => {
                self.check_parameter(id)?;
                match (self.is_frozen(id), frozen) {
                    (true, true) => Err(format!("{} is frozen already", name(id))),
                    (false, false) => Err(format!("{} is not frozen", name(id))),
                    _ => Ok(()),
                }
            }
            Change::Silence {
                layer,
                neuron,
                silent,
            } => self.check_silence(layer, neuron, silent),
            Change::Network {
                ref hidden,
                activation,
                output,
                loss,
            } => self.check_network(&Plan {
                hidden: hidden.clone(),
                activation,
                output,
                loss,
                ..self.now.clone()
            }),
            // Its constants are within their ranges, or there would be no such optimizer.
            Change::Optimizer { .. } => Ok(()),
            Change::WeightDecay { weight_decay } => {
                let is_usable = weight_decay >= 0.0 && (weight_decay as f32).is_finite();
                expect(
                    is_usable,
                    "weight decay",
                    weight_decay,
                    "at least 0 and finite",
                )
            }
            Change::Batch { batch } => self.check_batch(batch),
            Change::Undo if self.undo.len() == 0 => Err("there is nothing to undo".into()),
            Change::Undo => Ok(()),
        }
    }

    fn check_parameter(&self, id: ParameterId) -> Result<(), String> {
        if id.is_in(self.architecture().sizes()) {
            Ok(())
        } else {
            Err(format!("the network {} has no {id:?}", self.architecture()))
        }
    }

    fn check_silence(&self, layer: usize, neuron: usize, silent: bool) -> Result<(), String> {
        let architecture = self.architecture();
        let is_hidden = (1..architecture.depth()).contains(&layer);
        if !is_hidden || neuron >= architecture.sizes()[layer] {
            return Err(format!(
                "only hidden neurons can be silent, and {architecture} has no neuron {} in a hidden layer {layer}",
                neuron.saturating_add(1)
            ));
        }
        let what = || format!("neuron {} of layer {layer}", neuron + 1);
        match (self.is_silent(layer, neuron), silent) {
            (true, true) => Err(format!("{} is silent already", what())),
            (false, false) => Err(format!("{} is not silent", what())),
            _ => Ok(()),
        }
    }

    fn check_network(&self, plan: &Plan) -> Result<(), String> {
        let task = &self.data.task;
        if task.scale().is_some() && plan.output != Output::Linear {
            return Err(format!(
                "the target is a number: output {} can't be; it takes linear",
                plan.output
            ));
        }
        if task.scale().is_some() && plan.loss != Loss::Quadratic {
            return Err("the target is a number: the loss is quadratic".into());
        }
        let inputs = self.data.preprocessing.inputs();
        let made = plan.architecture(inputs, task.outputs());
        let architecture = made.map_err(|error| error.to_string())?;
        if &architecture == self.architecture() {
            return Err("the network is as it should be already".into());
        }
        let memory = memory::available();
        architecture
            .check_fits(memory)
            .map_err(|error| error.to_string())?;
        check_rows(&architecture, self.engine.batch().max(CHUNK), memory)
    }

    fn check_batch(&self, batch: usize) -> Result<(), String> {
        if batch == 0 {
            return Err("batch is 0; it must be at least 1".into());
        }
        if batch == self.now.batch {
            return Err(format!("mini-batches have {batch} rows already"));
        }
        let rows = batch.min(self.data.training.rows());
        check_rows(self.architecture(), rows, memory::available())
    }
}

/// Refuses passes of `rows` rows that do not fit into `memory` bytes.
fn check_rows(architecture: &Architecture, rows: usize, memory: u64) -> Result<(), String> {
    let sizes = architecture.sizes().iter().map(|&size| size as u128);
    let neurons = sizes.fold(0, u128::saturating_add);
    let bytes = neurons
        .saturating_mul(rows as u128)
        .saturating_mul(BYTES_PER_ACTIVATION);
    if bytes <= u128::from(memory) {
        Ok(())
    } else {
        Err(format!(
            "{rows} rows at once through {architecture} do not fit into the memory that is free"
        ))
    }
}

fn expect(is_usable: bool, what: &str, value: f64, range: &str) -> Result<(), String> {
    if is_usable {
        Ok(())
    } else {
        Err(format!("{what} is {value}; it must be {range}"))
    }
}
