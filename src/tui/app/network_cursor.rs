//! Geometry of cursors on a network: layers, neighbours and existence.

use crate::nn::ParameterId;
use crate::train::Cursor;

/// Returns the layer of `cursor`; for the outputs and the loss the number of layers.
pub(crate) fn layer_of(cursor: Cursor, sizes: &[usize]) -> usize {
    match cursor {
        Cursor::Neuron { layer, .. } => layer,
        Cursor::Parameter(ParameterId::Weight { layer, .. } | ParameterId::Bias { layer, .. }) => {
            layer
        }
        Cursor::Output => sizes.len(),
    }
}

/// Network shape for cursor moves: number of neurons per layer, inputs first.
pub(crate) struct Topology<'a> {
    pub sizes: &'a [usize],
}

impl Topology<'_> {
    /// Returns the neuron of `layer` at the relative height `(index, size)`; the outputs beyond the last
    /// layer.
    pub fn beside(&self, layer: usize, height: (usize, usize)) -> Cursor {
        let Some(&size) = self.sizes.get(layer) else {
            return Cursor::Output;
        };
        let (place, of) = height;
        let neuron = (2 * place + 1) * size / (2 * of.max(1));
        Cursor::Neuron {
            layer,
            neuron: neuron.min(size - 1),
        }
    }

    /// Moves by `by` places within the layer, down if positive.
    pub(crate) fn along(&self, cursor: Cursor, by: isize) -> Cursor {
        let moved = |place: usize, last: usize| place.saturating_add_signed(by).min(last);
        match cursor {
            Cursor::Neuron { layer, neuron } => Cursor::Neuron {
                layer,
                neuron: moved(neuron, self.sizes[layer] - 1),
            },
            Cursor::Output => Cursor::Output,
            Cursor::Parameter(id) => {
                // The bias comes after the weights.
                let (layer, output, place) = match id {
                    ParameterId::Weight {
                        layer,
                        output,
                        input,
                    } => (layer, output, input),
                    ParameterId::Bias { layer, output } => (layer, output, self.sizes[layer - 1]),
                };
                let inputs = self.sizes[layer - 1];
                Cursor::Parameter(match moved(place, inputs) {
                    input if input < inputs => ParameterId::Weight {
                        layer,
                        output,
                        input,
                    },
                    _ => ParameterId::Bias { layer, output },
                })
            }
        }
    }

    /// Moves one layer left or right.
    pub(crate) fn across(&self, cursor: Cursor, height: (usize, usize), to_right: bool) -> Cursor {
        let layer = layer_of(cursor, self.sizes);
        match cursor {
            // From a weight the cursor moves to the neuron at its end.
            Cursor::Parameter(ParameterId::Weight { input, .. }) if !to_right => Cursor::Neuron {
                layer: layer - 1,
                neuron: input,
            },
            Cursor::Parameter(
                ParameterId::Weight { output, .. } | ParameterId::Bias { output, .. },
            ) if to_right => Cursor::Neuron {
                layer,
                neuron: output,
            },
            Cursor::Output if to_right => cursor,
            _ if to_right => self.beside(layer + 1, height),
            _ => match layer.checked_sub(1) {
                Some(layer) => self.beside(layer, height),
                None => cursor,
            },
        }
    }

    /// Returns whether the neuron or parameter under `cursor` exists.
    pub fn has(&self, cursor: Cursor) -> bool {
        let size = |layer: usize| self.sizes.get(layer).copied().unwrap_or(0);
        match cursor {
            Cursor::Neuron { layer, neuron } => neuron < size(layer),
            Cursor::Output => true,
            Cursor::Parameter(ParameterId::Bias { layer, output }) => {
                layer > 0 && output < size(layer)
            }
            Cursor::Parameter(ParameterId::Weight {
                layer,
                output,
                input,
            }) => layer > 0 && output < size(layer) && input < size(layer - 1),
        }
    }
}
