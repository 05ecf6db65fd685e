//! Parameters that a person holds still: frozen ones, and those around silenced neurons.

use std::collections::HashSet;

use crate::nn::parameters::ParameterId;
use crate::nn::{Architecture, Engine, Parameters};

/// What is held still.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FrozenParameters {
    /// In the order in which they were frozen.
    pub frozen: Vec<ParameterId>,
    /// In the order in which they were silenced.
    pub silent: Vec<Silent>,
    /// Every parameter that is held, for one reason or the other, with its value.
    values: Vec<(ParameterId, f32)>,
}

/// A neuron whose outgoing weights are zero until it speaks again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Silent {
    /// Its layer, from 1.
    pub layer: usize,
    /// Its place there.
    pub neuron: usize,
    /// Its outgoing weights as they were, one for each neuron of the next layer.
    pub outgoing: Vec<f32>,
}

impl FrozenParameters {
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Every parameter that is held with its value.
    pub fn values(&self) -> &[(ParameterId, f32)] {
        &self.values
    }

    pub fn is_frozen(&self, id: ParameterId) -> bool {
        self.frozen.contains(&id)
    }

    pub fn is_silent(&self, layer: usize, neuron: usize) -> bool {
        self.place(layer, neuron).is_some()
    }

    /// Whether `id` is a weight by which a silent neuron would speak.
    pub fn is_muted(&self, id: ParameterId) -> bool {
        let from = id.input().map(|input| (id.layer() - 1, input));
        from.is_some_and(|(layer, neuron)| self.is_silent(layer, neuron))
    }

    fn place(&self, layer: usize, neuron: usize) -> Option<usize> {
        let is_it = |silent: &Silent| (silent.layer, silent.neuron) == (layer, neuron);
        self.silent.iter().position(is_it)
    }

    /// Freezes `id` at its value, or lets it learn again.
    pub fn freeze(&mut self, id: ParameterId, frozen: bool, engine: &Engine) {
        self.frozen.retain(|&other| other != id);
        if frozen {
            self.frozen.push(id);
        }
        self.refresh(engine);
    }

    /// Silences a neuron, or gives it its outgoing weights back.
    pub fn silence(&mut self, layer: usize, neuron: usize, silent: bool, engine: &mut Engine) {
        let place = self.place(layer, neuron);
        let ids = outgoing(layer, neuron, engine.architecture());
        match place {
            None if silent => {
                let zeros: Vec<_> = ids.iter().map(|&id| (id, 0.0)).collect();
                let outgoing = ids.iter().map(|&id| engine.parameter(id)).collect();
                engine.set_each(&zeros);
                self.silent.push(Silent {
                    layer,
                    neuron,
                    outgoing,
                });
            }
            Some(place) if !silent => {
                let outgoing = self.silent.remove(place).outgoing;
                let values: Vec<_> = ids.into_iter().zip(outgoing).collect();
                engine.set_each(&values);
            }
            _ => {}
        }
        self.refresh(engine);
    }

    /// Takes what is held at the values that the engine has now.
    pub fn refresh(&mut self, engine: &Engine) {
        let architecture = engine.architecture();
        let around = self.silent.iter().flat_map(|it| {
            let mut ids = outgoing(it.layer, it.neuron, architecture);
            ids.extend(incoming(it.layer, it.neuron, architecture));
            ids
        });
        let mut seen = HashSet::new();
        let ids = self.frozen.iter().copied().chain(around);
        self.values = ids
            .filter(|&id| seen.insert(id))
            .map(|id| (id, engine.parameter(id)))
            .collect();
    }

    /// Writes what is held over `parameters`.
    pub fn write_to(&self, parameters: &mut Parameters) {
        for &(id, value) in &self.values {
            set(parameters, id, value);
        }
    }

    /// Gives silent neurons their outgoing weights back in `parameters` alone.
    pub fn give_voice(&self, architecture: &Architecture, parameters: &mut Parameters) {
        for silent in &self.silent {
            let ids = outgoing(silent.layer, silent.neuron, architecture);
            for (id, &value) in ids.into_iter().zip(&silent.outgoing) {
                set(parameters, id, value);
            }
        }
    }

    /// Keeps what a network of another shape has of all this. `stays` tells whether a parameter is
    /// kept in it; `parameters` are its own, with every neuron's voice, and lose those of the silent.
    pub fn move_to(
        &mut self,
        architecture: &Architecture,
        parameters: &mut Parameters,
        stays: impl Fn(ParameterId) -> bool,
    ) {
        self.values.clear();
        self.frozen.retain(|&id| stays(id));
        let hidden = 1..architecture.depth();
        let sizes = architecture.sizes();
        self.silent
            .retain(|it| hidden.contains(&it.layer) && it.neuron < sizes[it.layer]);
        for silent in &mut self.silent {
            let mut column = parameters.layers[silent.layer]
                .weights
                .column_mut(silent.neuron);
            silent.outgoing = column.to_vec();
            column.fill(0.0);
        }
    }
}

fn set(parameters: &mut Parameters, id: ParameterId, value: f32) {
    let layer = &mut parameters.layers[id.layer() - 1];
    match id.input() {
        Some(input) => layer.weights[[id.output(), input]] = value,
        None => layer.biases[id.output()] = value,
    }
}

/// The weights that a neuron speaks to the next layer by.
pub(super) fn outgoing(
    layer: usize,
    neuron: usize,
    architecture: &Architecture,
) -> Vec<ParameterId> {
    let weight = |output| ParameterId::Weight {
        layer: layer + 1,
        output,
        input: neuron,
    };
    (0..architecture.sizes()[layer + 1]).map(weight).collect()
}

/// The weights that lead to a neuron, and its bias.
fn incoming(
    layer: usize,
    neuron: usize,
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
