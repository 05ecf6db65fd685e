//! Change of the architecture during training.

use super::{RunningMean, Session, Start};
use crate::nn::engine::Engine;
use crate::nn::parameters::ParameterId;
use crate::nn::{Architecture, Parameters};

impl Session {
    /// Replaces the network by that of the plan in force, which must be valid. Neurons that remain keep their
    /// biases and the weights between them; new parameters are drawn from the seed. Optimizer state, the
    /// means of the epoch and the snapshots start anew.
    pub(super) fn reshape(&mut self) {
        let (plan, data) = (&self.now, &self.data);
        let made = plan.architecture(data.preprocessing.inputs(), data.output_names.len());
        let architecture = made.expect("the plan was checked");
        let mut old = self.engine.parameters();
        self.frozen.unmute_all(self.architecture(), &mut old);
        let mut parameters = plan.initialisation.draw(&architecture, plan.seed);
        let kept = Kept::between(self.architecture(), &architecture);
        kept.copy(&old, &mut parameters);
        self.frozen
            .move_to(&architecture, &mut parameters, |id| kept.has(id));
        let (optimizer, batch) = (plan.rule.optimizer, self.engine.batch());
        self.use_engine(Engine::with_resources(
            &architecture,
            &parameters,
            optimizer,
            batch,
            self.resources,
        ));
        self.frozen.refresh(&self.engine);
        self.mean = RunningMean::default();
        self.restart_snapshots();
        self.plateau.forget_losses();
    }
}

/// Copies the parameters that a network of this `architecture` shares with `start` to `parameters`.
pub(super) fn copy_shared(start: &Start, architecture: &Architecture, parameters: &mut Parameters) {
    Kept::between(&start.architecture, architecture).copy(&start.parameters, parameters);
}

/// Parameters that a new network shares with the old one: hidden neurons are matched by layer and index,
/// outputs by index. If the depth changes, outputs keep only their biases.
struct Kept {
    /// Block of weights, and of biases, that each layer of the new network keeps; layer 1 first.
    layers: Vec<Block>,
    /// Number of layers of the old network, without the inputs.
    old_depth: usize,
}

#[derive(Clone, Copy)]
struct Block {
    outputs: usize,
    inputs: usize,
}

impl Kept {
    fn between(old: &Architecture, new: &Architecture) -> Self {
        let (before, after) = (old.sizes(), new.sizes());
        let common = |layer: usize| match before.get(layer) {
            Some(&size) if layer < old.depth() => size.min(after[layer]),
            _ => 0,
        };
        let is_same_depth = old.depth() == new.depth();
        let layers = (1..=new.depth()).map(|layer| {
            let is_output = layer == new.depth();
            if is_output {
                Block {
                    outputs: new.outputs(),
                    inputs: if is_same_depth { common(layer - 1) } else { 0 },
                }
            } else {
                Block {
                    outputs: common(layer),
                    inputs: common(layer - 1),
                }
            }
        });
        Self {
            layers: layers.collect(),
            old_depth: old.depth(),
        }
    }

    /// Returns whether the new network keeps a parameter of the old one under the same id.
    fn has(&self, id: ParameterId) -> bool {
        // Outputs of a network of another depth have another layer number.
        let is_output = |layer| layer == self.layers.len() || layer == self.old_depth;
        let has_moved = self.layers.len() != self.old_depth && is_output(id.layer());
        let block = self.layers.get(id.layer() - 1);
        !has_moved
            && block.is_some_and(|block| {
                id.output() < block.outputs && id.input().is_none_or(|input| input < block.inputs)
            })
    }

    /// Copies the shared parameters from `old` to `new`.
    fn copy(&self, old: &Parameters, new: &mut Parameters) {
        let last = self.layers.len() - 1;
        for (l, (block, layer)) in self.layers.iter().zip(&mut new.layers).enumerate() {
            let from = if l == last { self.old_depth - 1 } else { l };
            let Some(from) = old.layers.get(from) else {
                continue;
            };
            for output in 0..block.outputs {
                layer.biases[output] = from.biases[output];
                for input in 0..block.inputs {
                    layer.weights[[output, input]] = from.weights[[output, input]];
                }
            }
        }
    }
}
