//! Preprocessing inside the graph: from raw numbers and texts to the network's inputs.

use std::f64::consts::TAU;

use super::graph::{Graph, Value, int, text};
use super::messages::element;
use super::{NUMBERS, TEXTS, cast, is_number};
use crate::data::{Encoding, InputColumn, MissingValues};
use crate::model_file::TrainedModel;

/// Preprocessing of raw values.
pub(super) struct Preprocessed {
    /// The network's inputs `(rows, inputs)`.
    pub(super) inputs: Value,
    /// Whether an earlier target is missing `(rows, 1)`, if there are such inputs.
    pub(super) lacks_history: Option<Value>,
}

/// Converts raw values to the network's inputs.
pub(super) fn preprocess(graph: &mut Graph, model: &TrainedModel) -> Result<Preprocessed, String> {
    let columns = &model.preprocessing.columns;
    let (numbers, texts): (Vec<_>, Vec<_>) = columns.iter().partition(|column| is_number(column));
    let mut parts = Vec::new();
    let mut lacks_history = None;
    if !numbers.is_empty() {
        let missing = model.preprocessing.missing.numbers();
        let (scaled, are_missing) = standardise(graph, &numbers, &missing);
        lacks_history = any_lag(graph, &numbers, &are_missing);
        parts.append(&mut with_waves(graph, &numbers, scaled));
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
    let inputs = if sources.is_sorted() {
        joined
    } else {
        let sources = graph.integers("order", &sources);
        graph.node("Gather", &[&joined, &sources], vec![int("axis", 1)])
    };
    Ok(Preprocessed {
        inputs,
        lacks_history,
    })
}

/// Adds whether any of the earlier targets among the `columns` of numbers `are_missing: (rows, numbers)`; `None`
/// without any.
fn any_lag(graph: &mut Graph, columns: &[&InputColumn], are_missing: &str) -> Option<Value> {
    let lags: Vec<f32> = columns
        .iter()
        .map(|column| f32::from(column.is_lag()))
        .collect();
    if !lags.contains(&1.0) {
        return None;
    }
    let lags = graph.floats("lags", &[columns.len(), 1], &lags);
    let are_missing = cast(graph, are_missing, element::FLOAT);
    let count = graph.node("MatMul", &[&are_missing, &lags], vec![]);
    let none = graph.scalar(0.0);
    Some(graph.node("Greater", &[&count, &none], vec![]))
}

/// Returns the index of each network input in the concatenation of all numeric inputs, sines, cosines and
/// text inputs.
pub(super) fn sources(columns: &[InputColumn]) -> Vec<i64> {
    let cycles = columns.iter().filter(|column| is_cyclic(column)).count() as i64;
    let numbers = columns.iter().filter(|column| is_number(column)).count() as i64;
    let (mut next_number, mut next_sine) = (0, numbers - cycles);
    let mut next_text = numbers + cycles;
    let mut sources = Vec::new();
    for column in columns {
        if is_cyclic(column) {
            sources.extend([next_sine, next_sine + cycles]);
            next_sine += 1;
            continue;
        }
        let next = if is_number(column) {
            &mut next_number
        } else {
            &mut next_text
        };
        let inputs = column.encoding.inputs() as i64;
        sources.extend(*next..*next + inputs);
        *next += inputs;
    }
    sources
}

fn is_cyclic(column: &InputColumn) -> bool {
    matches!(column.encoding, Encoding::Cyclic { .. })
}

/// Replaces the angles among the `scaled` values of the numeric `columns` by their sines and cosines, behind
/// the other values.
fn with_waves(graph: &mut Graph, columns: &[&InputColumn], scaled: Value) -> Vec<Value> {
    let mut choose = |name: &str, is_wanted: &dyn Fn(&InputColumn) -> bool| {
        let places = (0..).zip(columns).filter(|(_, column)| is_wanted(column));
        let places: Vec<i64> = places.map(|(place, _)| place).collect();
        let indices = (!places.is_empty()).then(|| graph.integers(name, &places))?;
        Some(graph.node("Gather", &[&scaled, &indices], vec![int("axis", 1)]))
    };
    let Some(angles) = choose("cycles", &is_cyclic) else {
        return vec![scaled];
    };
    let others = choose("others", &|column| !is_cyclic(column));
    let waves = ["Sin", "Cos"].map(|function| graph.node(function, &[&angles], vec![]));
    others.into_iter().chain(waves).collect()
}

/// Adds the network inputs of all text columns, one value for each column.
fn encode_texts(
    graph: &mut Graph,
    columns: &[&InputColumn],
    missing: &MissingValues,
) -> Vec<Value> {
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
        let mut words = missing.in_texts();
        if let Encoding::Categorical { values, .. } = &column.encoding {
            // A category such as `-` is no missing value.
            words.retain(|word| !values.iter().any(|value| value == word));
        }
        let is_missing = matches(graph, &own, &format!("(?i:{})?", alternatives(&words)));
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

/// Adds the values of the numeric `columns`, standardised in f64 as in training: f32 would round away the
/// differences between large, nearby values. Those of cyclic columns become angles. Missing values are NaN
/// and `missing`; which are is the second value.
fn standardise(graph: &mut Graph, columns: &[&InputColumn], missing: &[f64]) -> (Value, Value) {
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
        // Parts of dates are never equal to NaN.
        let of_column = |column: &&InputColumn| {
            if column.is_date_part() {
                f64::NAN
            } else {
                number
            }
        };
        let numbers: Vec<f64> = columns.iter().map(of_column).collect();
        let name = format!("missing_{number}");
        let number = if has_offset {
            graph.doubles(&name, &[count], &numbers)
        } else {
            let numbers: Vec<f32> = numbers.iter().map(|&number| number as f32).collect();
            graph.floats(&name, &[count], &numbers)
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
        let (mean, deviation) = match column.encoding {
            Encoding::Numeric { mean, std, .. } => (mean, std),
            Encoding::Cyclic { period, .. } => (0.0, f64::from(period) / TAU),
            Encoding::Boolean { .. } | Encoding::Categorical { .. } => continue,
        };
        fills.push(column.encoding.fill());
        means.push(mean);
        deviations.push(deviation);
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
    (cast(graph, &clipped, element::FLOAT), is_missing)
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

