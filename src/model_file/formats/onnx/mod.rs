//! Models as ONNX graphs for other runtimes: IR version 8 and operator set 13, or with texts IR version 9
//! and operator set 20, whose `RegexFullMatch` ignores blanks around texts as nn-tui does.
//!
//! The graph takes raw values of a table and contains the preprocessing. It has one or both of these
//! inputs, as the model needs:
//!
//! | input | shape | contents |
//! |---|---|---|
//! | `numbers` | float32 `(rows, columns)`, or float64 if f32 could not tell the values of a column apart | numeric columns, parts of dates such as `day (month)` and earlier targets such as `sales (t-1)`; NaN is a missing value |
//! | `texts` | string `(rows, columns)` | text columns as in a table, with its missing values |
//!
//! The metadata list the columns of each input under the same name, as a JSON list; so does the
//! description of the input.
//!
//! A classification has the outputs `label` `(rows)`, int64 if all class names are whole numbers and
//! otherwise string, and `probabilities` `(rows, classes)`, float32, in the order of the metadata
//! `classes`; if the network's output is not softmax they are called `outputs`. A regression has the
//! output `prediction` `(rows)`, float32 or, if f32 could not tell the targets apart, float64, in the
//! target's unit.

mod graph;
mod messages;
mod preprocess;

use prost::Message;

use super::{Format, USUAL_BYTES_PER_PARAMETER};
use crate::data::{InputColumn, Task};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use crate::nn::activation::export::Onnx as OnnxExpression;
use crate::nn::output::SINGLE_OUTPUT_THRESHOLD;
use graph::{Graph, Value, float, int};
use preprocess::{Preprocessed, preprocess};
use messages::{ModelProto, OperatorSetIdProto, StringStringEntryProto, element};

/// IR version and operator set of a model without texts, and of one with texts.
const VERSIONS: [(i64, i64); 2] = [(8, 13), (9, 20)];

// Names of the graph's inputs.
const NUMBERS: &str = "numbers";
const TEXTS: &str = "texts";
// Names of the graph's outputs.
const LABEL: &str = "label";
const PROBABILITIES: &str = "probabilities";
const OUTPUTS: &str = "outputs";
const PREDICTION: &str = "prediction";

/// Graph of ONNX operators with the preprocessing inside.
pub(super) const FORMAT: Format = Format {
    name: "ONNX",
    extension: "onnx",
    description: "graph for ONNX Runtime, preprocessing included",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: None,
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let mut graph = Graph::default();
    let Preprocessed {
        inputs,
        lacks_history,
    } = preprocess(&mut graph, model)?;
    let mut outputs = network(&mut graph, model, inputs);
    if let Some(lacks_history) = lacks_history {
        let none = graph.scalar(f32::NAN);
        outputs = graph.node("Where", &[&lacks_history, &none, &outputs], vec![]);
    }
    predictions(&mut graph, model, &outputs);
    let has_texts = !model.preprocessing.columns.iter().all(is_number);
    let (ir_version, operators) = VERSIONS[usize::from(has_texts)];
    let mut metadata = vec![("target".to_owned(), model.target.clone())];
    let lists = [
        (NUMBERS, names(model, is_number)),
        (TEXTS, names(model, |column| !is_number(column))),
        ("classes", model.task.classes().to_vec()),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            let list = serde_json::to_string(&list).map_err(|error| error.to_string())?;
            metadata.push((key.to_owned(), list));
        }
    }
    let file = ModelProto {
        ir_version,
        producer_name: "nn-tui".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: description(model).join("\n"),
        graph: Some(graph.finish("nn-tui")),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: operators,
        }],
        metadata_props: metadata
            .into_iter()
            .map(|(key, value)| StringStringEntryProto { key, value })
            .collect(),
    };
    Ok(file.encode_to_vec())
}

fn is_number(column: &InputColumn) -> bool {
    column.encoding.is_number()
}

fn names(model: &TrainedModel, wanted: impl Fn(&InputColumn) -> bool) -> Vec<String> {
    let columns = model.preprocessing.columns.iter();
    let wanted = columns.filter(|column| wanted(column));
    wanted.map(|column| column.name.clone()).collect()
}

fn cast(graph: &mut Graph, value: &str, to: i32) -> Value {
    graph.node("Cast", &[value], vec![int("to", to.into())])
}

/// Adds the layers and returns the network's outputs `(rows, outputs)`.
fn network(graph: &mut Graph, model: &TrainedModel, inputs: Value) -> Value {
    let architecture = &model.architecture;
    let mut value = inputs;
    for (i, layer) in model.parameters.layers.iter().enumerate() {
        let (outputs, inputs) = layer.weights.dim();
        let weights = graph.floats(
            &crate::model_file::tensors::weight_name(i),
            &[outputs, inputs],
            &layer.weights,
        );
        let biases = graph.floats(
            &crate::model_file::tensors::bias_name(i),
            &[outputs],
            &layer.biases,
        );
        // z = W a + b, for rows of a: a W^T + b.
        value = graph.node("Gemm", &[&value, &weights, &biases], vec![int("transB", 1)]);
        value = match (architecture.activation(i + 1), architecture.output().code()) {
            (Some(activation), _) => apply(graph, activation.onnx(), value),
            (None, Some(output)) => graph.node(output.onnx, &[&value], vec![int("axis", 1)]),
            (None, None) => value,
        };
    }
    value
}

/// Applies an activation to each element of `z`.
fn apply(graph: &mut Graph, function: &OnnxExpression, z: Value) -> Value {
    match function {
        OnnxExpression::Z => z,
        OnnxExpression::Number(number) => graph.scalar(*number),
        OnnxExpression::Node(operator, attributes, inputs) => {
            let inputs: Vec<Value> = inputs
                .iter()
                .map(|input| apply(graph, input, z.clone()))
                .collect();
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let attributes = attributes.iter().map(|&(name, value)| float(name, value));
            graph.node(operator, &inputs, attributes.collect())
        }
    }
}

/// Adds the graph's outputs: label and probabilities, or the prediction.
fn predictions(graph: &mut Graph, model: &TrainedModel, outputs: &str) {
    match &model.task {
        Task::Classification { classes } => {
            let name = if model.architecture.output().sums_to_one() {
                PROBABILITIES
            } else {
                OUTPUTS
            };
            graph.output(
                outputs,
                name,
                element::FLOAT,
                Some(model.architecture.outputs()),
            );
            let class = if model.architecture.outputs() == 1 {
                let threshold = graph.scalar(SINGLE_OUTPUT_THRESHOLD);
                let is_second = graph.node("GreaterOrEqual", &[name, &threshold], vec![]);
                let class = cast(graph, &is_second, element::INT64);
                let column = graph.axis_1();
                graph.node("Squeeze", &[&class, &column], vec![])
            } else {
                let keep = vec![int("axis", 1), int("keepdims", 0)];
                graph.node("ArgMax", &[name], keep)
            };
            let (names, elements) = match whole_numbers(classes) {
                Some(numbers) => (graph.integers("classes", &numbers), element::INT64),
                None => (graph.texts("classes", classes), element::STRING),
            };
            let label = graph.node("Gather", &[&names, &class], vec![]);
            graph.output(&label, LABEL, elements, None);
        }
        Task::Regression(scale) => {
            // In f64, as in training.
            let wide = cast(graph, outputs, element::DOUBLE);
            let (center, unit) = scale.center_and_unit();
            let deviation = graph.doubles("target_deviation", &[], &[unit]);
            let mean = graph.doubles("target_mean", &[], &[center]);
            let scaled = graph.node("Mul", &[&wide, &deviation], vec![]);
            let shifted = graph.node("Add", &[&scaled, &mean], vec![]);
            let elements = if scale.offset == 0.0 {
                element::FLOAT
            } else {
                element::DOUBLE
            };
            let number = cast(graph, &shifted, elements);
            let column = graph.axis_1();
            let numbers = graph.node("Squeeze", &[&number, &column], vec![]);
            graph.output(&numbers, PREDICTION, elements, None);
        }
    }
}

/// Parses the class names as whole numbers; `None` if any is not one in its usual form.
fn whole_numbers(classes: &[String]) -> Option<Vec<i64>> {
    let number = |name: &String| {
        let number = name.parse::<i64>().ok()?;
        (number.to_string() == *name).then_some(number)
    };
    classes.iter().map(number).collect()
}

#[cfg(test)]
mod tests;
