//! Parameters as named tensors, shared by the formats that hold tensors.

use flate2::Crc;
use ndarray::{Array1, Array2};

use crate::nn::{Architecture, LayerParameters, Parameters};
use crate::util::lang::say;

/// Tensor of float32 numbers.
pub(super) struct Tensor {
    /// Name of the parameter in PyTorch.
    pub name: String,
    /// `(outputs, inputs)` or `(outputs)`.
    pub shape: Vec<usize>,
    /// Numbers in little-endian order, row by row.
    pub bytes: Vec<u8>,
}

/// Returns the name of a layer's weights; layers count from 0, as modules in PyTorch.
pub(super) fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

/// Returns the name of a layer's biases; layers count from 0.
pub(super) fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

/// Returns the weights and biases of each layer in turn.
pub(super) fn of(parameters: &Parameters) -> Vec<Tensor> {
    let layers = parameters.layers.iter().enumerate();
    layers
        .flat_map(|(i, layer)| {
            let (outputs, inputs) = layer.weights.dim();
            [
                Tensor {
                    name: weight_name(i),
                    shape: vec![outputs, inputs],
                    bytes: bytes_of(layer.weights.iter()),
                },
                Tensor {
                    name: bias_name(i),
                    shape: vec![outputs],
                    bytes: bytes_of(layer.biases.iter()),
                },
            ]
        })
        .collect()
}

fn bytes_of<'a>(numbers: impl Iterator<Item = &'a f32>) -> Vec<u8> {
    numbers.flat_map(|number| number.to_le_bytes()).collect()
}

/// Converts little-endian bytes to numbers.
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks();
    numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

/// Computes the CRC-32 (as in ZIP) of the bytes of all tensors, in the order of [`of`], as
/// `crc32:` and eight hexadecimal digits.
pub(super) fn checksum(parameters: &Parameters) -> String {
    let mut crc = Crc::new();
    for tensor in of(parameters) {
        crc.update(&tensor.bytes);
    }
    format!("crc32:{:08x}", crc.sum())
}

/// Builds the parameters of `architecture` from the shapes and numbers that `find` returns for the
/// names of tensors. A size in `architecture` allocates nothing by itself.
///
/// # Errors
/// The errors of `find`; a tensor of another shape.
pub(super) fn collect(
    architecture: &Architecture,
    mut find: impl FnMut(&str) -> Result<(Vec<usize>, Vec<f32>), String>,
) -> Result<Parameters, String> {
    let mut numbers = |name: &str, shape: &[usize]| {
        let (found, numbers) = find(name)?;
        if found == shape {
            Ok(numbers)
        } else {
            Err(say!(
                "tensors-shape",
                "the tensor \"{name}\" has the shape {found} instead of {shape}",
                name,
                found = format!("{:?}", found),
                shape = format!("{:?}", shape)
            ))
        }
    };
    let mut layers = Vec::new();
    for (i, (inputs, outputs)) in architecture.layer_shapes().enumerate() {
        let weights = numbers(&weight_name(i), &[outputs, inputs])?;
        let biases = numbers(&bias_name(i), &[outputs])?;
        layers.push(LayerParameters {
            weights: Array2::from_shape_vec((outputs, inputs), weights)
                .map_err(|error| error.to_string())?,
            biases: Array1::from_vec(biases),
        });
    }
    Ok(Parameters { layers })
}

/// Returns the first of `names`, in alphabetical order, that is not a tensor of `layers` layers.
pub(super) fn unexpected<'n>(
    names: impl Iterator<Item = &'n str>,
    layers: usize,
) -> Option<&'n str> {
    names.filter(|name| !is_expected(name, layers)).min()
}

fn is_expected(name: &str, layers: usize) -> bool {
    let parts = name
        .strip_prefix("layers.")
        .and_then(|name| name.split_once('.'));
    let number = parts.and_then(|(number, _)| number.parse::<usize>().ok());
    // Compares whole names, because `layers.01.bias` parses too.
    number.is_some_and(|i| i < layers && (name == weight_name(i) || name == bias_name(i)))
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_ours_are_found() {
        let names = [
            "layers.1.weight",
            "layers.0.bias",
            "z",
            "layers.2.bias",
            "layers.01.bias",
        ];
        assert_eq!(unexpected(names.into_iter(), 3), Some("layers.01.bias"));
        assert_eq!(unexpected(names.into_iter().take(4), 3), Some("z"));
        assert_eq!(
            unexpected(names.into_iter().take(4), 2),
            Some("layers.2.bias")
        );
        assert_eq!(unexpected(names.into_iter().take(2), 2), None);
    }
}
