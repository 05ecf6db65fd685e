//! Models as ONNX graphs for other runtimes: IR version 8 and operator set 13, or with texts IR version 9
//! and operator set 20, whose `RegexFullMatch` ignores blanks around texts as nn-tui does.
//!
//! The graph takes raw values of a table and contains the preprocessing. It has one or both of these
//! inputs, as the model needs:
//!
//! | input | shape | contents |
//! |---|---|---|
//! | `numbers` | float32 `(rows, columns)`, or float64 if f32 could not tell the values of a column apart | numeric columns; NaN is a missing value |
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

use prost::Message;

use super::Format;
use crate::data::{Encoding, InputColumn, MissingValues, Task};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use crate::nn::activation::export::Onnx as OnnxExpression;
use crate::nn::output::SINGLE_OUTPUT_THRESHOLD;
use graph::{Graph, Value, float, int, text};
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
        let missing = model.preprocessing.missing.numbers();
        parts.push(standardise(graph, &numbers, &missing));
    }
    if !texts.is_empty() {
        let missing = &model.preprocessing.missing;
        parts.append(&mut encode_texts(graph, &texts, missing));
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
fn encode_texts(
    graph: &mut Graph,
    columns: &[&InputColumn],
    missing: &MissingValues,
) -> Vec<Value> {
    let about = format!("{}; missing values as in the table", quoted(columns));
    let all = graph.input(TEXTS, element::STRING, columns.len(), &about);
    let words = missing.in_texts();
    let missing = format!("(?i:{})?", alternatives(&words));
    let mut parts = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let own = match columns.len() {
            1 => all.clone(),
            _ => {
                let index = graph.integers(&format!("text_{i}"), &[i as i64]);
                graph.node("Gather", &[&all, &index], vec![int("axis", 1)])
            }
        };
        let is_missing = matches(graph, &own, &missing);
        parts.push(encode_text(graph, &column.encoding, &own, &is_missing));
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
/// round away the differences between large, nearby values. Missing values are NaN and `missing`.
fn standardise(graph: &mut Graph, columns: &[&InputColumn], missing: &[f64]) -> Value {
    let has_offset = columns.iter().any(|column| column.offset != 0.0);
    let about = format!("{}; NaN is a missing value", quoted(columns));
    let count = columns.len();
    let elements = if has_offset {
        element::DOUBLE
    } else {
        element::FLOAT
    };
    let mut raw = graph.input(NUMBERS, elements, count, &about);
    let mut is_missing = graph.node("IsNaN", &[&raw], vec![]);
    for &number in missing {
        let number = if has_offset {
            graph.doubles(&format!("missing_{number}"), &[], &[number])
        } else {
            graph.scalar(number as f32)
        };
        let equals = graph.node("Equal", &[&raw, &number], vec![]);
        is_missing = graph.node("Or", &[&is_missing, &equals], vec![]);
    }
    if has_offset {
        let offsets: Vec<f64> = columns.iter().map(|column| column.offset).collect();
        let offsets = graph.doubles("offset", &[count], &offsets);
        let shifted = graph.node("Sub", &[&raw, &offsets], vec![]);
        raw = cast(graph, &shifted, element::FLOAT);
    }
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

/// Adds the network inputs of a text column whose cells are `texts: (rows, 1)`; `is_missing: (rows, 1)`
/// says which of them are missing values.
fn encode_text(graph: &mut Graph, encoding: &Encoding, texts: &str, is_missing: &str) -> Value {
    match encoding {
        Encoding::Categorical {
            values,
            other,
            fill,
        } => {
            let found = values.iter().map(|value| {
                let is_value = matches(graph, texts, &escaped(value));
                cast(graph, &is_value, element::FLOAT)
            });
            let found: Vec<Value> = found.collect();
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            let mut inputs = graph.node("Concat", &found, vec![int("axis", 1)]);
            if *other {
                // One category at most matches.
                let axis = graph.axis_1();
                let known = graph.node("ReduceSum", &[&inputs, &axis], vec![]);
                let one = graph.scalar(1.0);
                let is_other = graph.node("Sub", &[&one, &known], vec![]);
                inputs = graph.node("Concat", &[&inputs, &is_other], vec![int("axis", 1)]);
            }
            let usual: Vec<f32> = (0..encoding.inputs())
                .map(|input| f32::from(input == *fill))
                .collect();
            let usual = graph.row(&usual);
            graph.node("Where", &[is_missing, &usual, &inputs], vec![])
        }
        _ => {
            let mut input = |raw: f32| {
                let mut out = [0.0];
                encoding.write(raw, &mut out);
                graph.scalar(out[0])
            };
            let [filled, no, yes] = [input(f32::NAN), input(0.0), input(1.0)];
            let Encoding::Boolean {
                no: no_words,
                yes: yes_words,
                ..
            } = encoding
            else {
                return filled;
            };
            // Any other text counts as missing.
            let is_no = matches(graph, texts, &alternatives(no_words));
            let value = graph.node("Where", &[&is_no, &no, &filled], vec![]);
            let is_yes = matches(graph, texts, &alternatives(yes_words));
            graph.node("Where", &[&is_yes, &yes, &value], vec![])
        }
    }
}

/// Adds the comparison of `texts` with a regular expression that blanks may surround.
fn matches(graph: &mut Graph, texts: &str, pattern: &str) -> Value {
    /// Characters of Unicode's property `White_Space`, which are those that nn-tui trims.
    const BLANKS: &str = "[\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]*";
    let pattern = format!("{BLANKS}(?:{pattern}){BLANKS}");
    graph.node("RegexFullMatch", &[texts], vec![text("pattern", &pattern)])
}

/// Returns a regular expression for any of `words`.
fn alternatives(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| escaped(word.as_ref())).collect();
    format!("(?:{})", words.join("|"))
}

/// Returns a regular expression in the syntax of RE2 for exactly `word`.
fn escaped(word: &str) -> String {
    let mut pattern = String::new();
    for letter in word.chars() {
        if letter.is_ascii_alphanumeric() {
            pattern.push(letter);
        } else {
            pattern.push_str(&format!("\\x{{{:x}}}", u32::from(letter)));
        }
    }
    pattern
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
