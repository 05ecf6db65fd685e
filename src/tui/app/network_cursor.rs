//! Geometry of cursors on a network: layers, neighbours and existence.

use crate::nn::ParameterId;
use crate::train::Cursor;

/// Returns layer and index of the neuron under `cursor`, or of the neuron that the parameter under it
/// belongs to; none for the outputs and the loss.
pub(crate) fn neuron_at(cursor: Cursor) -> Option<(usize, usize)> {
    match cursor {
        Cursor::Neuron { layer, neuron } => Some((layer, neuron)),
        Cursor::Parameter(id) => Some((id.layer(), id.output())),
        Cursor::Output => None,
    }
}

/// Returns the layer of `cursor`; for the outputs and the loss the number of layers.
pub(crate) fn layer_of(cursor: Cursor, sizes: &[usize]) -> usize {
    neuron_at(cursor).map_or(sizes.len(), |(layer, _)| layer)
}

/// Returns the neuron of `layer` under `cursor`, or at either end of the weight under it.
pub(crate) fn marked(cursor: Cursor, layer: usize) -> Option<usize> {
    let (cursor_layer, neuron) = neuron_at(cursor)?;
    match cursor {
        _ if layer == cursor_layer => Some(neuron),
        Cursor::Parameter(id) if layer + 1 == cursor_layer => id.input(),
        _ => None,
    }
}

/// Network shape for cursor moves: number of neurons per layer, inputs first.
pub(crate) struct Topology<'a> {
    pub sizes: &'a [usize],
}

impl Topology<'_> {
    /// Returns the neuron of `layer` at the relative height `(index, size)`; the outputs beyond the last
    /// layer.
    pub fn beside(&self, layer: usize, (index, of): (usize, usize)) -> Cursor {
        let Some(&size) = self.sizes.get(layer) else {
            return Cursor::Output;
        };
        let neuron = ((2 * index + 1) * size / (2 * of.max(1))).min(size - 1);
        Cursor::Neuron { layer, neuron }
    }

    /// Moves by `by` places within the layer, down if positive.
    pub(crate) fn along(&self, cursor: Cursor, by: isize) -> Cursor {
        let moved = |place: usize, last: usize| place.saturating_add_signed(by).min(last);
        match cursor {
            Cursor::Neuron { layer, neuron } => {
                let neuron = moved(neuron, self.sizes[layer] - 1);
                Cursor::Neuron { layer, neuron }
            }
            Cursor::Output => Cursor::Output,
            Cursor::Parameter(id) => {
                // The bias comes after the weights.
                let (layer, output) = (id.layer(), id.output());
                let inputs = self.sizes[layer - 1];
                Cursor::Parameter(match moved(id.input().unwrap_or(inputs), inputs) {
                    input if input < inputs => ParameterId::weight(layer, output, input),
                    _ => ParameterId::bias(layer, output),
                })
            }
        }
    }

    /// Moves one layer left or right. From a weight the cursor moves to the neuron at its end.
    pub(crate) fn across(&self, cursor: Cursor, height: (usize, usize), to_right: bool) -> Cursor {
        let layer = layer_of(cursor, self.sizes);
        match cursor {
            Cursor::Parameter(id) if to_right => {
                let neuron = id.output();
                Cursor::Neuron { layer, neuron }
            }
            Cursor::Output if to_right => cursor,
            _ if to_right => self.beside(layer + 1, height),
            _ => match (cursor, layer.checked_sub(1)) {
                (Cursor::Parameter(ParameterId::Weight { input: neuron, .. }), Some(layer)) => {
                    Cursor::Neuron { layer, neuron }
                }
                (_, Some(layer)) => self.beside(layer, height),
                (_, None) => cursor,
            },
        }
    }

    /// Returns whether the neuron or parameter under `cursor` exists.
    pub fn has(&self, cursor: Cursor) -> bool {
        match cursor {
            Cursor::Neuron { layer, neuron } => {
                self.sizes.get(layer).is_some_and(|&size| neuron < size)
            }
            Cursor::Parameter(id) => id.is_in(self.sizes),
            Cursor::Output => true,
        }
    }
}
