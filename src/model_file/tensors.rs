//! Parameters as named tensors, as several formats have them.

use ndarray::{Array1, Array2};

use crate::nn::{Architecture, LayerParameters, Parameters};

/// One tensor of 32-bit floating-point numbers.
pub(super) struct Tensor {
    /// As PyTorch names it.
    pub name: String,
    /// `(outputs, inputs)` or `(outputs)`.
    pub shape: Vec<usize>,
    /// Its numbers, little-endian, row by row.
    pub bytes: Vec<u8>,
}

/// The tensors of a file that is being read.
pub(super) trait Tensors {
    /// Shape and bytes of the tensor `name`: as many as the shape asks for, four a number.
    ///
    /// # Errors
    /// That it is not there, or not of the right type.
    fn find(&self, name: &str) -> Result<(Vec<usize>, &[u8]), String>;
}

/// Name of the weights of layer `layer`, counted from 0 as PyTorch counts modules.
pub(super) fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

/// Name of the biases of layer `layer`, counted from 0.
pub(super) fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

/// All of `parameters`, layer by layer.
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

/// The bytes of `numbers`, little-endian.
pub(super) fn bytes_of<'a>(numbers: impl Iterator<Item = &'a f32>) -> Vec<u8> {
    numbers.flat_map(|number| number.to_le_bytes()).collect()
}

/// The parameters of a network of `architecture` among `tensors`. Nothing is allocated that is not
/// there.
///
/// # Errors
/// A tensor that is missing or has another shape.
pub(super) fn collect(
    architecture: &Architecture,
    tensors: &impl Tensors,
) -> Result<Parameters, String> {
    let mut layers = Vec::new();
    for (i, (inputs, outputs)) in architecture.layer_shapes().enumerate() {
        let weights = numbers(tensors, &weight_name(i), &[outputs, inputs])?;
        let biases = numbers(tensors, &bias_name(i), &[outputs])?;
        layers.push(LayerParameters {
            weights: Array2::from_shape_vec((outputs, inputs), weights)
                .map_err(|error| error.to_string())?,
            biases: Array1::from_vec(biases),
        });
    }
    Ok(Parameters { layers })
}

fn numbers(tensors: &impl Tensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let (found, bytes) = tensors.find(name)?;
    if found != shape {
        return Err(format!(
            "the tensor \"{name}\" has the shape {found:?} instead of {shape:?}"
        ));
    }
    let (numbers, _) = bytes.as_chunks();
    Ok(numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}

/// The first of `names` that is none of those of `layers` layers.
pub(super) fn unexpected<'n>(
    names: impl Iterator<Item = &'n str>,
    layers: usize,
) -> Option<&'n str> {
    names.filter(|name| !is_expected(name, layers)).min()
}

/// Whether `name` is that of a tensor of one of `layers` layers.
fn is_expected(name: &str, layers: usize) -> bool {
    let parts = name
        .strip_prefix("layers.")
        .and_then(|name| name.split_once('.'));
    let number = parts.and_then(|(number, _)| number.parse::<usize>().ok());
    // `layers.01.bias` is not how it is written.
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
