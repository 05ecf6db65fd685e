//! Models as one C99 file that needs only the standard library.

mod functions;
mod parts;
mod program;

use std::f64::consts::TAU;
use std::fmt::{Error, Write};

use super::{Format, USUAL_BYTES_PER_PARAMETER};
use super::source_code::{ColumnPlace, Signature, list, places};
use crate::data::{Encoding, InputColumn, Task};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use functions::Functions;
use parts::{
    BOOLEAN, HEAD, IS_MISSING, LAYER, ONE_HOT, PLACE_OF, STANDARDISED,
};
use program::write_main;
use crate::nn::output::SINGLE_OUTPUT_THRESHOLD;

/// Functions and command-line program in C99.
pub(super) const FORMAT: Format = Format {
    name: "C",
    extension: "c",
    description: "C99 source code, without dependencies",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: None,
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let functions = Functions::of(model)?;
    let mut code = String::new();
    write_code(&mut code, model, &functions).map_err(|error| error.to_string())?;
    Ok(code.into_bytes())
}

fn write_code(
    code: &mut String,
    model: &TrainedModel,
    functions: &Functions,
) -> Result<(), Error> {
    for line in description(model) {
        // What would open or close a comment.
        let line = line.replace("*/", "* /").replace("/*", "/ *");
        writeln!(code, "/* {line} */")?;
    }
    code.push_str(HEAD);
    let signature = Signature::of(&model.preprocessing.columns);
    writeln!(
        code,
        "enum {{ NUMBERS = {}, TEXTS = {}, OUTPUTS = {} }};",
        signature.numbers.len(),
        signature.texts.len(),
        model.architecture.outputs()
    )?;
    for (name, texts) in [
        ("const char *const model_number_names", &*signature.numbers),
        ("const char *const model_text_names", &*signature.texts),
        ("static const char *const CLASSES", model.task.classes()),
    ] {
        let is_used = !name.ends_with("CLASSES") || !texts.is_empty();
        if is_used {
            writeln!(code, "{name}[] = {{{}}};", literals(texts))?;
        }
    }
    write_parameters(code, model)?;
    write_encoders(code, model)?;
    code.push_str(&functions.definitions);
    write_inputs(code, model)?;
    write_outputs(code, model, functions)?;
    write_prediction(code, model)?;
    write_main(code, model, &signature)
}

/// Writes the functions that encode cells, no more than this model needs: unused ones would give warnings.
fn write_encoders(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    let columns = &model.preprocessing.columns;
    let has = |wanted: fn(&Encoding) -> bool| columns.iter().any(|column| wanted(&column.encoding));
    let has_categories = has(|encoding| matches!(encoding, Encoding::Categorical { .. }));
    let has_booleans = has(|encoding| matches!(encoding, Encoding::Boolean { .. }));
    let is_filled = |column: &InputColumn| column.encoding.is_number() && !column.is_date_part();
    let is_standardised =
        has(|encoding| matches!(encoding, Encoding::Numeric { .. } | Encoding::Boolean { .. }));
    let missing = &model.preprocessing.missing;
    if has_categories || has_booleans {
        code.push_str(IS_MISSING);
        code.push_str(PLACE_OF);
        write_missing(code, "MISSING_TEXTS", &missing.in_texts())?;
    }
    if columns.iter().any(is_filled) {
        write_filled(code, &missing.numbers())?;
    }
    for (part, is_needed) in [
        (ONE_HOT, has_categories),
        (BOOLEAN, has_booleans),
        (STANDARDISED, is_standardised),
    ] {
        if is_needed {
            code.push_str(part);
        }
    }
    Ok(())
}

/// Iterates over the places of the earlier targets among the numbers.
fn lags(model: &TrainedModel) -> impl Iterator<Item = usize> {
    let columns = model.preprocessing.columns.iter();
    let numbers = columns.filter(|column| column.encoding.is_number());
    (0..).zip(numbers).filter(|(_, column)| column.is_lag()).map(|(place, _)| place)
}

/// Writes the list of the texts that are missing values, besides empty ones, in lower case.
fn write_missing(code: &mut String, name: &str, words: &[&str]) -> Result<(), Error> {
    let words: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    writeln!(code, "\nstatic const char *const {name}[] = {{{}}};", literals(&words))
}

/// Literals of `texts`, and NULL.
fn literals(texts: &[String]) -> String {
    let texts = texts.iter().map(|one| text(one));
    let texts: Vec<String> = texts.chain(["NULL".to_owned()]).collect();
    texts.join(", ")
}

/// Quotes `text` as a C literal. Octal escapes end after three digits, and a question mark might begin a
/// trigraph.
fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => literal.extend(['\\', char::from(byte)]),
            b' '..=b'~' => literal.push(char::from(byte)),
            _ => literal.push_str(&format!("\\{byte:03o}")),
        }
    }
    literal.push('"');
    literal
}

fn write_parameters(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    writeln!(code, "\n/* Weights of each layer, a row for each neuron, and biases. */")?;
    for (number, layer) in (1..).zip(&model.parameters.layers) {
        let (outputs, inputs) = layer.weights.dim();
        writeln!(code, "static const float W{number}[{outputs} * {inputs}] = {{")?;
        for row in layer.weights.outer_iter() {
            writeln!(code, "    {},", list(row, "f"))?;
        }
        let biases = list(&layer.biases, "f");
        writeln!(code, "}};\nstatic const float B{number}[{outputs}] = {{{biases}}};")?;
    }
    Ok(())
}

/// Writes the function that fills in for a missing number, NaN or one of `missing`.
fn write_filled(code: &mut String, missing: &[f64]) -> Result<(), Error> {
    let missing = missing.iter().map(|number| format!(" || number == {number:?}"));
    let missing: String = missing.collect();
    writeln!(
        code,
        "
static float filled(double number, double offset, float fill)
{{
    return isnan(number){missing} ? fill : (float)(number - offset);
}}"
    )
}

/// Returns the number at place `number` with a missing one filled in, as that of `column`.
fn filled(number: usize, column: &InputColumn) -> String {
    let fill = column.encoding.fill();
    if column.is_date_part() {
        format!("(isnan(numbers[{number}]) ? {fill:?}f : (float)numbers[{number}])")
    } else {
        format!("filled(numbers[{number}], {:?}, {fill:?}f)", column.offset)
    }
}

/// Writes the function that converts the values of a row to network inputs.
fn write_inputs(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    writeln!(
        code,
        "
/* The network's inputs for a row. */
static void inputs(const double *numbers, const char *const *texts, float *x)
{{
    (void)numbers;
    (void)texts;"
    )?;
    for place in places(&model.preprocessing.columns) {
        let ColumnPlace {
            column,
            argument,
            input,
        } = place;
        match &column.encoding {
            Encoding::Numeric { mean, std, .. } => {
                let value = filled(argument, column);
                writeln!(code, "    x[{input}] = standardised({value}, {mean:?}, {std:?});")?;
            }
            Encoding::Cyclic { period, .. } => {
                let value = filled(argument, column);
                writeln!(
                    code,
                    "    {{\n        double angle = {TAU:?} * {value} / {period}.0;\n        \
                     x[{input}] = (float)sin(angle);\n        \
                     x[{input} + 1] = (float)cos(angle);\n    }}"
                )?;
            }
            Encoding::Categorical { values, fill, .. } => {
                let (values, width) = (literals(values), column.encoding.inputs());
                writeln!(
                    code,
                    "    {{\n        static const char *const values[] = {{{values}}};\n        \
                     one_hot(texts[{argument}], values, {fill}, x + {input}, {width});\n    }}"
                )?;
            }
            Encoding::Boolean {
                no,
                yes,
                mean,
                std,
                fill,
            } => {
                let (no, yes, fill) = (literals(no), literals(yes), u8::from(*fill));
                writeln!(
                    code,
                    "    {{\n        static const char *const no[] = {{{no}}};\n        \
                     static const char *const yes[] = {{{yes}}};\n        \
                     float value = boolean(texts[{argument}], no, yes, {fill}.0f);\n        \
                     x[{input}] = standardised(value, {mean:?}, {std:?});\n    }}"
                )?;
            }
        }
    }
    writeln!(code, "}}")
}

/// Writes the function that computes the network's outputs.
fn write_outputs(
    code: &mut String,
    model: &TrainedModel,
    functions: &Functions,
) -> Result<(), Error> {
    code.push_str(LAYER);
    let depth = model.architecture.depth();
    let widest = model.architecture.sizes().iter().max().unwrap_or(&0);
    writeln!(
        code,
        "
void model_outputs(const double *numbers, const char *const *texts, float outputs[OUTPUTS])
{{
    float a[{widest}], z[{widest}];
    int i;
    inputs(numbers, texts, a);"
    )?;
    for (number, (inputs, outputs)) in (1..).zip(model.architecture.layer_shapes()) {
        writeln!(code, "    layer(W{number}, B{number}, {inputs}, {outputs}, a, z);")?;
        let function = if number == depth {
            &functions.output
        } else {
            &functions.hidden
        };
        let (each, all) = match function.strip_prefix("a[i]") {
            Some(_) => (format!("{{\n        a[i] = z[i];\n        {function}\n    }}"), ""),
            None => ("\n        a[i] = z[i];".to_owned(), function.as_str()),
        };
        let space = if all.is_empty() { "" } else { "\n    " };
        let before = if each.starts_with('{') { " " } else { "" };
        writeln!(code, "    for (i = 0; i < {outputs}; i++){before}{each}{space}{all}")?;
    }
    writeln!(code, "    for (i = 0; i < OUTPUTS; i++)\n        outputs[i] = a[i];\n}}")
}

/// Writes the function that predicts.
fn write_prediction(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    match &model.task {
        Task::Classification { .. } => {
            let class = if model.architecture.outputs() == 1 {
                format!("    best = outputs[0] >= {SINGLE_OUTPUT_THRESHOLD:?}f;")
            } else {
                "    for (i = 1; i < OUTPUTS; i++)\n        if (outputs[i] > outputs[best])\n            \
                 best = i;"
                    .to_owned()
            };
            let index = if model.architecture.outputs() == 1 {
                "int best"
            } else {
                "int i, best = 0"
            };
            writeln!(
                code,
                "
const char *model_predict(const double *numbers, const char *const *texts)
{{
    float outputs[OUTPUTS];
    {index};
    model_outputs(numbers, texts, outputs);
{class}
    return CLASSES[best];
}}"
            )
        }
        Task::Regression(scale) => {
            let (center, unit) = scale.center_and_unit();
            let lags = lags(model).map(|lag| format!("isnan(filled(numbers[{lag}], 0.0, NAN))"));
            let lags: Vec<String> = lags.collect();
            let check = match lags.as_slice() {
                [] => String::new(),
                lags => format!("    if ({})\n        return NAN;\n", lags.join(" || ")),
            };
            writeln!(
                code,
                "
double model_predict(const double *numbers, const char *const *texts)
{{
    float outputs[OUTPUTS];
{check}    model_outputs(numbers, texts, outputs);
    return outputs[0] * {unit:?} + {center:?};
}}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_literals() {
        assert_eq!(text("a \"b\" \\n ??= ä1"), r#""a \"b\" \\n \?\?= \303\2441""#);
    }
}
