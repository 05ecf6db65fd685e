//! Models as JSON, one row of weights a line.
//!
//! Version 4 of the schema; members stand in this order, all are required where nothing else is
//! said, and others are refused. Versions 2 and 3 are read too: 2 has no changes of a network in
//! training, 3 fewer activations, an output for each class and no `is_fraction`.
//!
//! | member | what it holds |
//! |---|---|
//! | `format` | `"nn-tui model"` |
//! | `version` | `4` |
//! | `architecture` | `sizes`: neurons of each layer, inputs first, outputs last; `hidden_activation`: name of an activation, see [`crate::nn::Activation`]; `output_activation`: sigmoid, softmax or linear; `loss`: quadratic or cross-entropy (of sigmoid outputs the binary one) |
//! | `preprocessing` | `columns`: the columns of the table that are used, each with its `name`, its `column` (index from 0 among all columns) and its `encoding`, see below; `table_columns`: how many columns the training table had, the target included; `target_column`: index (from 0) of the target among them |
//! | `target` | name of the predicted column |
//! | `task` | `type` classification with `classes`, their names, one for each output, or two for a single output; or `type` regression with `mean`, `deviation`, `min` and `max` of the target, and `is_fraction`, which is true where the output is the number itself |
//! | `training` | how it was trained, and how good it was; nothing in it is needed to predict |
//! | `layers` | first hidden layer first: `weights`, a row of numbers for each neuron, one for each neuron of the layer before; `biases`, one for each neuron |
//!
//! An `encoding` makes the network's inputs of a cell, in the order of the columns:
//!
//! | `type` | members | inputs |
//! |---|---|---|
//! | numeric | `mean`, `deviation`, `min`, `max`, `fill` | one, `(value - mean) / deviation`; a missing value is taken for `fill` |
//! | boolean | `no`, `yes` (lists of texts), `mean`, `deviation`, `fill` | one, `(value - mean) / deviation` where `value` is 1 for a text among `yes` and 0 for one among `no`; any other text is taken for yes where `fill` is true, else for no |
//! | categorical | `values` (texts), `other`, `fill` | one for each of `values`, 1 where the text is that value, else 0, and where `other` is true one more, 1 for any other text; a missing value is taken for the one with index `fill` |
//!
//! Missing are the cells that [`crate::data::is_missing`] says are.
//!
//! To predict, let `x` be the inputs, then for each layer `z = weights x + biases` and
//! `x = activation(z)`; the class is that of the largest output, or with a single output the second
//! from 0.5 on; the number is `output * deviation + mean` of the task, or the output itself.
//!
//! Weights are f32 in the fewest digits that read back as the same number.

use ndarray::{Array1, Array2};

use crate::model_file::TrainedModel;
use crate::model_file::schema::{Document, Layer};
use crate::nn::{Architecture, LayerParameters, Parameters};

/// `model` as text.
pub(crate) fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let message = |error: serde_json::Error| error.to_string();
    let document = Document::without_layers(model);
    let text = serde_json::to_string_pretty(&document).map_err(message)?;
    // The layers follow as the last member of the same object, in a layout of their own.
    let mut text = text.trim_end_matches("\n}").to_owned();
    text.push_str(",\n  \"layers\": [");
    for (i, layer) in model.parameters.layers.iter().enumerate() {
        text.push_str(if i == 0 { "\n" } else { ",\n" });
        text.push_str("    {\n      \"weights\": [");
        for (j, row) in layer.weights.outer_iter().enumerate() {
            text.push_str(if j == 0 { "\n        " } else { ",\n        " });
            text.push_str(&serde_json::to_string(&row.to_vec()).map_err(message)?);
        }
        text.push_str("\n      ],\n      \"biases\": ");
        text.push_str(&serde_json::to_string(&layer.biases.to_vec()).map_err(message)?);
        text.push_str("\n    }");
    }
    text.push_str("\n  ]\n}\n");
    Ok(text.into_bytes())
}

/// The model in `bytes`; see [`crate::model_file::check`] for what is still to be checked.
pub(crate) fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let mut document = Document::parse(bytes)?;
    let layers = document.layers.take().ok_or("it has no \"layers\"")?;
    let parameters = parameters(layers, &document.architecture)?;
    Ok(document.into_model(parameters))
}

fn parameters(layers: Vec<Layer>, architecture: &Architecture) -> Result<Parameters, String> {
    let (found, expected) = (layers.len(), architecture.depth());
    if found != expected {
        return Err(format!(
            "the network {architecture} has {expected} layers of weights, the file has {found}"
        ));
    }
    let shapes = architecture.layer_shapes();
    let layers: Result<Vec<_>, String> = (1..)
        .zip(layers)
        .zip(shapes)
        .map(|((number, layer), (inputs, outputs))| shaped(layer, number, inputs, outputs))
        .collect();
    Ok(Parameters { layers: layers? })
}

/// `layer`, which is layer `number`, as `(outputs, inputs)` weights and `(outputs)` biases.
fn shaped(
    layer: Layer,
    number: usize,
    inputs: usize,
    outputs: usize,
) -> Result<LayerParameters, String> {
    let Layer { weights, biases } = layer;
    let wrong = |what: &str, found: usize, expected: usize| {
        Err(format!(
            "layer {number}: {what} {found} instead of {expected} numbers"
        ))
    };
    if let Some(row) = weights.iter().find(|row| row.len() != inputs) {
        return wrong("a row of weights has", row.len(), inputs);
    }
    if weights.len() != outputs {
        return Err(format!(
            "layer {number} has {} instead of {outputs} rows of weights",
            weights.len()
        ));
    }
    if biases.len() != outputs {
        return wrong("the biases are", biases.len(), outputs);
    }
    // Every row has `inputs` numbers, so there are as many as the shape asks for.
    let weights = Array2::from_shape_vec((outputs, inputs), weights.concat())
        .map_err(|error| error.to_string())?;
    Ok(LayerParameters {
        weights,
        biases: Array1::from_vec(biases),
    })
}
