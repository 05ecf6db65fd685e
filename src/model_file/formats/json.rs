//! Models as JSON, one row of weights a line.
//!
//! This is version 9 of the schema. Members are in this order; all are required unless stated
//! otherwise, and unknown members are refused. Versions 2 to 7 are read too: 2 has no live changes
//! of the network; 3 has fewer activations, an output for each class, no `is_fraction`, and no
//! checksum in safetensors files; 4 has no `offset`, no `missing` and no `cell_format`, and unprintable characters of texts
//! are escaped; 5 has no `best_of`, `schedule`, `regularisation` and `derived`, and no cyclic encoding; 7 has no `percent` and no `delimiter` but a given one; 8 has no `units`.
//!
//! | member | contents |
//! |---|---|
//! | `format` | `"nn-tui model"` |
//! | `version` | `9` |
//! | `architecture` | `sizes`: neurons of each layer, inputs first, outputs last; `hidden_activation`: name of an activation, see [`crate::nn::Activation`]; `output_activation`: sigmoid, softmax or linear; `loss`: quadratic or cross-entropy (binary cross-entropy for sigmoid outputs) |
//! | `preprocessing` | `columns`: the table's columns in use, each with its `name`, its `column` (index from 0 among all columns) optionally its `offset`, optionally `derived`, and its `encoding`, see below; `table_columns`: number of columns of the training table, including the target; `target_column`: index (from 0) of the target among them; optionally `missing`: texts that mean a missing value; optionally `cell_format`: whether numbers have a `decimal_comma`, a `quote` other than `"`, a `delimiter` other than a comma, and as `given` the options that the table was read with: `delimiter`, `encoding`, `comment`, `header`, false if there was said to be none, and `skip`; optionally `percent`: indices of the columns of the training table whose numbers have percent signs; optionally `units`: pairs of the index of a column of the training table and the unit of measurement behind its numbers |
//! | `target` | name of the predicted column |
//! | `task` | `type` classification with `classes`, the names for each output, or two names for a single output; or `type` regression with `mean`, `deviation` (standard deviation), `min` and `max` of the target, `is_fraction`, which is true if the output is the number itself, and optionally `offset`, to be added to it |
//! | `training` | record of the training and its scores, with `best_of`, the number of epochs done, if the weights are those of the best of them; not needed to predict |
//! | `layers` | first hidden layer first: `weights`, a row of numbers for each neuron, one for each neuron of the previous layer; `biases`, one for each neuron |
//!
//! An `encoding` converts a cell to network inputs, in the order of the columns:
//!
//! | `type` | members | inputs |
//! |---|---|---|
//! | numeric | `mean`, `deviation`, `min`, `max`, `fill` | one, `(value - mean) / deviation`, where `value` is the number less `offset` (0 without one), computed in f64 and narrowed to f32; a missing value is replaced by `fill` |
//! | boolean | `no`, `yes` (lists of texts), `mean`, `deviation`, `fill` | one, `(value - mean) / deviation` where `value` is 1 for a text in `yes` and 0 for one in `no`; any other text counts as yes if `fill` is true, else as no |
//! | categorical | `values` (texts), `other`, `fill` | one for each of `values`, 1 if the text is that value, else 0; if `other` is true one more, 1 for any other text; a missing value counts as the one with index `fill` |
//!
//! | cyclic | `period`, `fill` | two, sine and cosine of `2 pi value / period`; a missing value is replaced by `fill` |
//!
//! Values that are `derived` from a column of the table have a `type` and the name of that column, `from`: a
//! date-part is the `part` of a date (year, month from 1, weekday from 0 for Monday, hour with fractions), whose
//! day and month are in the `order` dmy or mdy where the date leaves that open; a lag is the target `rows`
//! rows before.
//!
//! White space around a text does not count. [`crate::data::MissingValues`] are empty cells and the
//! texts of `missing`, or by default those usual for the type of the column.
//!
//! To predict, let `x` be the inputs, then for each layer `z = weights x + biases` and
//! `x = activation(z)`; the class is that of the largest output, or with a single output the second
//! from 0.5 on; the number is `output * deviation + mean + offset` of the task, or the output itself.
//!
//! Weights are f32 in the fewest digits that read back as the same number.

use ndarray::{Array1, Array2};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{Decoder, Format};
use crate::model_file::TrainedModel;
use crate::model_file::schema::{Document, Layer};
use crate::nn::{Architecture, LayerParameters, Parameters};
use crate::util::lang::say;

/// Extension of the format, which tables have too.
pub(crate) const EXTENSION: &str = "json";

/// JSON text, one row of weights a line.
pub(super) const FORMAT: Format = Format {
    name: "JSON",
    extension: EXTENSION,
    description: "JSON, readable by people and programs",
    bytes_per_parameter: 40,
    encode,
    decoder: Some(Decoder { decode, memory }),
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    write(model).map_err(|error| error.to_string())
}

/// Document with layers whose rows are text already, so that indentation leaves them on one line.
#[derive(Serialize)]
struct DocumentWithLayers {
    #[serde(flatten)]
    document: Document,
    layers: Vec<LayerText>,
}

#[derive(Serialize)]
struct LayerText {
    weights: Vec<Box<RawValue>>,
    biases: Box<RawValue>,
}

impl LayerText {
    fn new(layer: &LayerParameters) -> serde_json::Result<Self> {
        let rows = layer.weights.outer_iter();
        Ok(Self {
            weights: rows
                .map(|row| to_raw_value(&row.to_vec()))
                .collect::<Result<_, _>>()?,
            biases: to_raw_value(&layer.biases.to_vec())?,
        })
    }
}

fn write(model: &TrainedModel) -> serde_json::Result<Vec<u8>> {
    let layers = model.parameters.layers.iter().map(LayerText::new);
    let mut text = serde_json::to_vec_pretty(&DocumentWithLayers {
        document: Document::without_layers(model),
        layers: layers.collect::<Result<_, _>>()?,
    })?;
    text.push(b'\n');
    Ok(text)
}

/// Counts what the text holds at most. Vectors grow by doubling, and two copies are there while one is made. A list at the beginning of
/// another counts with it: there is one such list for each layer, and text in which lists go deeper is refused at once.
fn memory(bytes: &[u8]) -> u128 {
    const PER_NUMBER: u128 = 3 * size_of::<f32>() as u128;
    const PER_LIST: u128 = 3 * size_of::<Vec<f32>>() as u128 + 32;
    // A text has two of them.
    const PER_QUOTE: u128 = PER_LIST / 2;
    let mut before = 0;
    let of = |&byte: &u8| match (std::mem::replace(&mut before, byte), byte) {
        (_, b',') => PER_NUMBER,
        (b'[', b'[') => 0,
        (_, b'[') => PER_LIST,
        (_, b'"') => PER_QUOTE,
        _ => 0,
    };
    bytes.iter().map(of).sum()
}

fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let mut document = Document::parse(bytes)?;
    let layers = document.layers.take().ok_or(say!("model-no-layers", "it has no \"layers\""))?;
    let parameters = parameters(layers, &document.architecture)?;
    document.into_model(parameters)
}

fn parameters(layers: Vec<Layer>, architecture: &Architecture) -> Result<Parameters, String> {
    let (found, expected) = (layers.len(), architecture.depth());
    if found != expected {
        return Err(say!("model-layers", "the network {architecture} has {expected} layers of weights, the file has {found}", architecture, expected, found));
    }
    let shapes = architecture.layer_shapes();
    let layers: Result<Vec<_>, String> = (1..)
        .zip(layers)
        .zip(shapes)
        .map(|((number, layer), (inputs, outputs))| {
            layer_parameters(layer, number, inputs, outputs)
        })
        .collect();
    Ok(Parameters { layers: layers? })
}

/// Converts layer `number`, counted from 1, to weights `(outputs, inputs)` and biases `(outputs)`.
fn layer_parameters(
    layer: Layer,
    number: usize,
    inputs: usize,
    outputs: usize,
) -> Result<LayerParameters, String> {
    let Layer { weights, biases } = layer;
    let wrong = |what: &str, found: usize, expected: usize| {
        Err(say!("model-layer-numbers", "layer {number}: {what} {found} instead of {expected} numbers", number, what, found, expected))
    };
    if let Some(row) = weights.iter().find(|row| row.len() != inputs) {
        return wrong(say!("model-weights-row", "a row of weights has"), row.len(), inputs);
    }
    if weights.len() != outputs {
        return Err(say!("model-rows", "layer {number} has {found} instead of {outputs} rows of weights", number, found = weights.len(), outputs));
    }
    if biases.len() != outputs {
        return wrong(say!("model-biases", "the biases are"), biases.len(), outputs);
    }
    // Every row has `inputs` numbers, so there are as many as the shape asks for.
    let weights = Array2::from_shape_vec((outputs, inputs), weights.concat())
        .map_err(|error| error.to_string())?;
    Ok(LayerParameters {
        weights,
        biases: Array1::from_vec(biases),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_counted_with_the_room_of_their_lists() {
        for numbers in [1, 4, 5, 4097] {
            let text = format!("[{}]", vec!["0"; numbers].join(","));
            let row: Vec<f32> = serde_json::from_str(&text).expect("numbers");
            let held = size_of_val(&row) + (row.capacity() + row.len()) * size_of::<f32>();
            assert!(memory(text.as_bytes()) >= held as u128, "{numbers}");
        }
    }
}
