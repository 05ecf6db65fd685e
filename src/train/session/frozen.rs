//! Parameters that keep their values: frozen ones, and those around muted neurons.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::nn::parameters::ParameterId;
use crate::nn::{Architecture, Engine, NeuronId, Parameters};
use crate::util::lang::say;

/// Parameters that keep their values, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct FrozenParameters {
    /// In the order in which they were frozen.
    pub frozen: Vec<ParameterId>,
    /// In the order in which they were muted.
    pub muted: Vec<MutedNeuron>,
    /// Every parameter that keeps its value, for either reason, with that value.
    #[serde(skip)]
    values: Vec<(ParameterId, f32)>,
}

/// A neuron whose outgoing weights are zero until it is unmuted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MutedNeuron {
    pub id: NeuronId,
    /// Outgoing weights before it was muted, one for each neuron of the next layer.
    pub outgoing: Vec<f32>,
}

impl FrozenParameters {
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Every parameter that keeps its value, with that value.
    pub fn values(&self) -> &[(ParameterId, f32)] {
        &self.values
    }

    pub fn is_frozen(&self, id: ParameterId) -> bool {
        self.frozen.contains(&id)
    }

    pub fn is_muted(&self, neuron: NeuronId) -> bool {
        self.index_of(neuron).is_some()
    }

    /// Whether `id` is an outgoing weight of a muted neuron.
    pub(crate) fn leaves_muted(&self, id: ParameterId) -> bool {
        id.input().is_some_and(|neuron| {
            self.is_muted(NeuronId {
                layer: id.layer() - 1,
                neuron,
            })
        })
    }

    fn index_of(&self, neuron: NeuronId) -> Option<usize> {
        self.muted.iter().position(|muted| muted.id == neuron)
    }

    /// Freezes `id` at its current value, or unfreezes it.
    pub fn freeze(&mut self, id: ParameterId, frozen: bool, engine: &Engine) {
        self.frozen.retain(|&other| other != id);
        if frozen {
            self.frozen.push(id);
        }
        self.refresh(engine);
    }

    /// Sets the outgoing weights of a neuron to zero, or restores them.
    pub fn mute(&mut self, neuron: NeuronId, muted: bool, engine: &mut Engine) {
        let ids = outgoing(neuron, engine.architecture());
        match self.index_of(neuron) {
            None if muted => {
                let zeros: Vec<_> = ids.iter().map(|&id| (id, 0.0)).collect();
                let outgoing = ids.iter().map(|&id| engine.parameter(id)).collect();
                engine.set_each(&zeros);
                self.muted.push(MutedNeuron {
                    id: neuron,
                    outgoing,
                });
            }
            Some(index) if !muted => {
                let outgoing = self.muted.remove(index).outgoing;
                let values: Vec<_> = ids.into_iter().zip(outgoing).collect();
                engine.set_each(&values);
            }
            _ => {}
        }
        self.refresh(engine);
    }

    /// Reads the kept values from the engine.
    pub(crate) fn refresh(&mut self, engine: &Engine) {
        self.read(engine.architecture(), |id| engine.parameter(id));
    }

    /// Checks that a network has all of it, and reads the kept values from its parameters.
    ///
    /// # Errors
    /// A message that names what it does not have.
    pub(super) fn attach(
        &mut self,
        architecture: &Architecture,
        parameters: &Parameters,
    ) -> Result<(), String> {
        let sizes = architecture.sizes();
        if let Some(id) = self.frozen.iter().find(|id| !id.is_in(sizes)) {
            return Err(say!("none-to-freeze", "there is no {id} to be frozen", id));
        }
        let is_there = |muted: &&MutedNeuron| {
            let NeuronId { layer, neuron } = muted.id;
            let is_hidden = (1..architecture.depth()).contains(&layer) && neuron < sizes[layer];
            is_hidden && muted.outgoing.len() == sizes[layer + 1]
        };
        if let Some(muted) = self.muted.iter().find(|muted| !is_there(muted)) {
            return Err(say!(
                "none-to-mute",
                "there is no {neuron} to be muted",
                neuron = muted.id
            ));
        }
        self.read(architecture, |id| parameters.get(id));
        Ok(())
    }

    fn read(&mut self, architecture: &Architecture, value: impl Fn(ParameterId) -> f32) {
        let around = self.muted.iter().flat_map(|muted| {
            let mut ids = outgoing(muted.id, architecture);
            ids.extend(incoming(muted.id, architecture));
            ids
        });
        let mut seen = HashSet::new();
        let ids = self.frozen.iter().copied().chain(around);
        self.values = ids
            .filter(|&id| seen.insert(id))
            .map(|id| (id, value(id)))
            .collect();
    }

    /// Writes the kept values into `parameters`.
    pub(crate) fn write_to(&self, parameters: &mut Parameters) {
        for &(id, value) in &self.values {
            parameters.set(id, value);
        }
    }

    /// Restores the outgoing weights of muted neurons in `parameters` only.
    pub(crate) fn unmute_all(&self, architecture: &Architecture, parameters: &mut Parameters) {
        for muted in &self.muted {
            let ids = outgoing(muted.id, architecture);
            for (id, &value) in ids.into_iter().zip(&muted.outgoing) {
                parameters.set(id, value);
            }
        }
    }

    /// Keeps what still exists in a network of another shape. `stays` says whether a parameter does;
    /// `parameters` are those of the new network, nothing muted, and are muted here.
    pub(crate) fn move_to(
        &mut self,
        architecture: &Architecture,
        parameters: &mut Parameters,
        stays: impl Fn(ParameterId) -> bool,
    ) {
        self.values.clear();
        self.frozen.retain(|&id| stays(id));
        let hidden = 1..architecture.depth();
        let sizes = architecture.sizes();
        self.muted.retain(|muted| {
            hidden.contains(&muted.id.layer) && muted.id.neuron < sizes[muted.id.layer]
        });
        for muted in &mut self.muted {
            let mut column = parameters.layers[muted.id.layer]
                .weights
                .column_mut(muted.id.neuron);
            muted.outgoing = column.to_vec();
            column.fill(0.0);
        }
    }
}

/// Weights from a neuron to the next layer.
fn outgoing(NeuronId { layer, neuron }: NeuronId, architecture: &Architecture) -> Vec<ParameterId> {
    let weight = |output| ParameterId::Weight {
        layer: layer + 1,
        output,
        input: neuron,
    };
    (0..architecture.sizes()[layer + 1]).map(weight).collect()
}

/// Weights to a neuron, and its bias.
fn incoming(
    NeuronId { layer, neuron }: NeuronId,
    architecture: &Architecture,
) -> impl Iterator<Item = ParameterId> + use<> {
    let weight = move |input| ParameterId::Weight {
        layer,
        output: neuron,
        input,
    };
    let bias = ParameterId::Bias {
        layer,
        output: neuron,
    };
    (0..architecture.sizes()[layer - 1])
        .map(weight)
        .chain([bias])
}
