//! Models as ONNX graphs for other runtimes: IR version 8, operator set 13.
//!
//! The graph takes raw values of a table and contains the preprocessing. It has one or both of these
//! inputs, as the model needs:
//!
//! | input | shape | contents |
//! |---|---|---|
//! | `numbers` | float32 `(rows, columns)` | numeric columns; NaN is a missing value |
//! | `texts` | string `(rows, columns)` | text columns, without white space around the texts; missing values as in a table |
//!
//! The metadata list the columns of each input under the same name, as a JSON list; so does the
//! description of the input.
//!
//! A classification has the outputs `label` `(rows)`, int64 if all class names are whole numbers and
//! otherwise string, and `probabilities` `(rows, classes)`, float32, in the order of the metadata
//! `classes`; if the network's output is not softmax they are called `outputs`. A regression has the
//! output `prediction` `(rows)`, float32, in the target's unit.
//!
//! Operators of `ai.onnx.ml` are used only if there are texts.

mod graph;
mod messages;

use prost::Message;

use super::Format;
use crate::data::{Encoding, InputColumn, MISSING_WORDS, Task};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use crate::nn::Output;
use crate::nn::activation::export::Onnx as OnnxExpression;
use crate::nn::output::SINGLE_OUTPUT_THRESHOLD;
use graph::{Graph, Value, float, floats, int, ints, strings};
use messages::{AttributeProto, ModelProto, OperatorSetIdProto, StringStringEntryProto, element};

const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 13;
const ML_OPERATORS: i64 = 2;

// Names of the graph's inputs.
const NUMBERS: &str = "numbers";
const TEXTS: &str = "texts";
// Names of the graph's outputs.
const LABEL: &str = "label";
const PROBABILITIES: &str = "probabilities";
const OUTPUTS: &str = "outputs";
const PREDICTION: &str = "prediction";

/// Graph of ONNX operators with the preprocessing inside.
pub(super) struct Onnx;

impl Format for Onnx {
    fn name(&self) -> &'static str {
        "ONNX"
    }

    fn extension(&self) -> &'static str {
        "onnx"
    }

    fn description(&self) -> &'static str {
        "graph for ONNX Runtime, preprocessing included"
    }

    fn encode(&self, model: &TrainedModel) -> Result<Vec<u8>, String> {
        encode(model)
    }
}

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let mut graph = Graph::default();
    let inputs = preprocess(&mut graph, model)?;
    let outputs = network(&mut graph, model, inputs);
    predictions(&mut graph, model, &outputs);
    let mut operators = vec![(String::new(), OPERATORS)];
    if graph.needs_ml() {
        operators.push((graph::ML.to_owned(), ML_OPERATORS));
    }
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
        ir_version: IR_VERSION,
        producer_name: "nn-tui".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: description(model).join("\n"),
        graph: Some(graph.finish("nn-tui")),
        opset_import: operators
            .into_iter()
            .map(|(domain, version)| OperatorSetIdProto { domain, version })
            .collect(),
        metadata_props: metadata
            .into_iter()
            .map(|(key, value)| StringStringEntryProto { key, value })
            .collect(),
    };
    Ok(file.encode_to_vec())
}

fn is_number(column: &InputColumn) -> bool {
    matches!(column.encoding, Encoding::Numeric { .. })
}

fn names(model: &TrainedModel, wanted: impl Fn(&InputColumn) -> bool) -> Vec<String> {
    let columns = model.preprocessing.columns.iter();
    let wanted = columns.filter(|column| wanted(column));
    wanted.map(|column| column.name.clone()).collect()
}

/// Converts raw values to the network's inputs `(rows, inputs)`.
fn preprocess(graph: &mut Graph, model: &TrainedModel) -> Result<Value, String> {
    let columns = &model.preprocessing.columns;
    let (numbers, texts): (Vec<_>, Vec<_>) = columns.iter().partition(|column| is_number(column));
    let mut parts = Vec::new();
    if !numbers.is_empty() {
        parts.push(standardise(graph, &numbers));
    }
    if !texts.is_empty() {
        parts.append(&mut encode_texts(graph, &texts));
    }
    let joined = match parts.as_slice() {
        [] => return Err("it has no inputs".into()),
        [only] => only.clone(),
        several => {
            let several: Vec<&str> = several.iter().map(String::as_str).collect();
            graph.node("Concat", &several, vec![int("axis", 1)])
        }
    };
    let sources = sources(columns);
    if sources.is_sorted() {
        return Ok(joined);
    }
    let sources = graph.integers("order", &sources);
    Ok(graph.node("Gather", &[&joined, &sources], vec![int("axis", 1)]))
}

/// Returns the index of each network input in the concatenation of all numeric inputs and all text
/// inputs.
fn sources(columns: &[InputColumn]) -> Vec<i64> {
    let inputs = |column: &InputColumn| column.encoding.inputs() as i64;
    let numbers = columns.iter().filter(|column| is_number(column));
    let mut next_number = 0;
    let mut next_text = numbers.map(inputs).sum();
    let mut sources = Vec::new();
    for column in columns {
        let next = if is_number(column) {
            &mut next_number
        } else {
            &mut next_text
        };
        sources.extend(*next..*next + inputs(column));
        *next += inputs(column);
    }
    sources
}

/// Adds the network inputs of all text columns, one value for each column.
fn encode_texts(graph: &mut Graph, columns: &[&InputColumn]) -> Vec<Value> {
    let about = format!("{}; missing values as in the table", quoted(columns));
    let all = graph.input(TEXTS, element::STRING, columns.len(), &about);
    let mut parts = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let own = match columns.len() {
            1 => all.clone(),
            _ => {
                let index = graph.integers(&format!("text_{i}"), &[i as i64]);
                graph.node("Gather", &[&all, &index], vec![int("axis", 1)])
            }
        };
        parts.push(encode_text(graph, &column.encoding, own, i));
    }
    parts
}

fn quoted(columns: &[&InputColumn]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    names.join(", ")
}

/// Adds the network inputs of the numeric `columns`, standardised in f64 as in training: f32 would
/// round away the differences between large, nearby values.
fn standardise(graph: &mut Graph, columns: &[&InputColumn]) -> Value {
    let about = format!("{}; NaN is a missing value", quoted(columns));
    let count = columns.len();
    let raw = graph.input(NUMBERS, element::FLOAT, count, &about);
    let (mut fills, mut means, mut deviations) = (Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        if let Encoding::Numeric {
            mean, std, fill, ..
        } = column.encoding
        {
            fills.push(fill);
            means.push(mean);
            deviations.push(std);
        }
    }
    let fills = graph.floats("fill", &[count], &fills);
    let means = graph.doubles("mean", &[count], &means);
    let deviations = graph.doubles("deviation", &[count], &deviations);
    let is_missing = graph.node("IsNaN", &[&raw], vec![]);
    let filled = graph.node("Where", &[&is_missing, &fills, &raw], vec![]);
    let wide = cast(graph, &filled, element::DOUBLE);
    let shifted = graph.node("Sub", &[&wide, &means], vec![]);
    let scaled = graph.node("Div", &[&shifted, &deviations], vec![]);
    let min = graph.doubles("min", &[], &[f32::MIN.into()]);
    let max = graph.doubles("max", &[], &[f32::MAX.into()]);
    let clipped = graph.node("Clip", &[&scaled, &min, &max], vec![]);
    cast(graph, &clipped, element::FLOAT)
}

fn cast(graph: &mut Graph, value: &str, to: i32) -> Value {
    graph.node("Cast", &[value], vec![int("to", to.into())])
}

/// Adds the network inputs of text column `i`, whose cells are `texts: (rows, 1)`.
fn encode_text(graph: &mut Graph, encoding: &Encoding, texts: Value, i: usize) -> Value {
    let missing = missing_texts();
    match encoding {
        Encoding::Categorical { values, fill, .. } => {
            let own = values.iter().cloned().zip(0..);
            let filled = missing.into_iter().map(|text| (text, *fill as i64));
            let (keys, codes) = filled.chain(own).unzip();
            let code = label_encoder(keys, ints("values_int64s", codes));
            let unknown = int("default_int64", values.len() as i64);
            let code = graph.node("LabelEncoder", &[&texts], [code, vec![unknown]].concat());
            let codes: Vec<i64> = (0..encoding.inputs() as i64).collect();
            let codes = graph.integers(&format!("codes_{i}"), &codes);
            let own = graph.node("Equal", &[&code, &codes], vec![]);
            cast(graph, &own, element::FLOAT)
        }
        _ => {
            let words = match encoding {
                Encoding::Boolean { no, yes, .. } => no.iter().chain(yes).cloned().collect(),
                _ => Vec::new(),
            };
            let input = |raw: f32| {
                let mut out = [0.0];
                encoding.write(raw, &mut out);
                out[0]
            };
            let values = words.iter().map(|word| input(encoding.of_text(word)));
            let value = label_encoder(words.clone(), floats("values_floats", values.collect()));
            // Any other text counts as missing.
            let unknown = float("default_float", input(f32::NAN));
            graph.node("LabelEncoder", &[&texts], [value, vec![unknown]].concat())
        }
    }
}

fn label_encoder(keys: Vec<String>, values: AttributeProto) -> Vec<AttributeProto> {
    vec![strings("keys_strings", keys), values]
}

/// Returns all spellings of missing values. Tables ignore case, but graphs compare exactly.
fn missing_texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    for word in MISSING_WORDS {
        let mut variants = vec![String::new()];
        for letter in word.chars() {
            let cases = [letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
            let distinct = 1 + usize::from(cases[0] != cases[1]);
            let longer = |variant: &String| {
                let variant = variant.clone();
                let cases = cases.into_iter().take(distinct);
                cases.map(move |letter| format!("{variant}{letter}"))
            };
            variants = variants.iter().flat_map(longer).collect();
        }
        texts.append(&mut variants);
    }
    texts
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
        value = match architecture.activation(i + 1) {
            Some(activation) => apply(graph, activation.onnx(), value),
            None => graph.node("Softmax", &[&value], vec![int("axis", 1)]),
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
            let is_softmax = model.architecture.output() == Output::Softmax;
            let name = if is_softmax { PROBABILITIES } else { OUTPUTS };
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
                let column = graph.integers("axis_1", &[1]);
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
            let (offset, unit) = scale.offset_and_unit();
            let deviation = graph.doubles("target_deviation", &[], &[unit]);
            let mean = graph.doubles("target_mean", &[], &[offset]);
            let scaled = graph.node("Mul", &[&wide, &deviation], vec![]);
            let shifted = graph.node("Add", &[&scaled, &mean], vec![]);
            let number = cast(graph, &shifted, element::FLOAT);
            let column = graph.integers("axis_1", &[1]);
            let numbers = graph.node("Squeeze", &[&number, &column], vec![]);
            graph.output(&numbers, PREDICTION, element::FLOAT, None);
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
