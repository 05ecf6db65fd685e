//! Models as one Rust file that needs only `core`.

mod parts;

use std::fmt::{Error, Write};

use super::{Format, USUAL_BYTES_PER_PARAMETER};
use super::source_code::{ColumnPlace, Signature, list, places};
use parts::{
    BOOLEAN, EXP, HEAD, LARGEST, LAYER, ONE_HOT, SECOND_IF_LIKELY, SINE_AND_COSINE, STANDARDISED,
};
use crate::data::{Encoding, InputColumn, Task};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use crate::nn::Activation;
use crate::nn::activation::export::RustCode;

/// Module for Rust that needs only `core`.
pub(super) const FORMAT: Format = Format {
    name: "Rust",
    extension: "rs",
    description: "Rust source code, without dependencies",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: None,
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let mut code = String::new();
    write_code(&mut code, model).map_err(|error| error.to_string())?;
    Ok(code.into_bytes())
}

/// Parameters and arguments of the generated functions.
struct Interface {
    columns: Signature,
    /// Type of the numbers: f64 if f32 could not tell those of a column apart.
    float: &'static str,
}

impl Interface {
    fn of(columns: &[InputColumn]) -> Self {
        Self {
            columns: Signature::of(columns),
            float: if columns.iter().any(|column| column.offset != 0.0) {
                "f64"
            } else {
                "f32"
            },
        }
    }

    fn parameters(&self) -> String {
        let float = self.float;
        self.each(
            |n| format!("numbers: &[{float}; {n}]"),
            |n| format!("texts: &[&str; {n}]"),
        )
    }

    /// Returns the number at place `number` with a missing one filled in, as that of `column`.
    fn filled(&self, number: usize, column: &InputColumn) -> String {
        let fill = column.encoding.fill();
        if column.is_date_part() {
            return format!(
                "if numbers[{number}].is_nan() {{ {fill:?} }} else {{ numbers[{number}] as f32 }}"
            );
        }
        match self.float {
            "f32" => format!("filled(numbers[{number}], {fill:?})"),
            _ => format!("filled(numbers[{number}], {:?}, {fill:?})", column.offset),
        }
    }

    /// Returns conditions that an earlier target is missing.
    fn lags(&self, columns: &[InputColumn]) -> Vec<String> {
        let offset = if self.float == "f32" { "" } else { ", 0.0" };
        let numbers = columns.iter().filter(|column| column.encoding.is_number());
        let lags = (0..).zip(numbers).filter(|(_, column)| column.is_lag());
        lags.map(|(place, _): (usize, _)| format!("filled(numbers[{place}]{offset}, f32::NAN).is_nan()"))
            .collect()
    }

    fn arguments(&self) -> String {
        self.each(|_| "numbers".to_owned(), |_| "texts".to_owned())
    }

    fn each(&self, numbers: impl Fn(usize) -> String, texts: impl Fn(usize) -> String) -> String {
        let mut parts = Vec::new();
        if !self.columns.numbers.is_empty() {
            parts.push(numbers(self.columns.numbers.len()));
        }
        if !self.columns.texts.is_empty() {
            parts.push(texts(self.columns.texts.len()));
        }
        parts.join(", ")
    }
}

fn write_code(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    let interface = Interface::of(&model.preprocessing.columns);
    for line in description(model) {
        writeln!(code, "// {line}")?;
    }
    code.push_str(HEAD);
    write_names(code, model, &interface)?;
    write_predictions(code, model, &interface)?;
    write_inputs(code, model, &interface)?;
    write_parameters(code, model)?;
    write_functions(code, model)
}

fn write_names(
    code: &mut String,
    model: &TrainedModel,
    interface: &Interface,
) -> Result<(), Error> {
    writeln!(code, "/// Name of the column that is predicted.")?;
    writeln!(code, "#[allow(dead_code)]\npub const TARGET: &str = {:?};", model.target)?;
    let lists = [
        (
            "NUMBERS",
            "The columns that are numbers.",
            &*interface.columns.numbers,
        ),
        ("TEXTS", "The columns that are texts.", &*interface.columns.texts),
        (
            "CLASSES",
            "The classes, in the order of the outputs.",
            model.task.classes(),
        ),
    ];
    for (name, about, list) in lists.into_iter().filter(|(.., list)| !list.is_empty()) {
        writeln!(
            code,
            "/// {about}\n#[allow(dead_code)]\npub const {name}: [&str; {}] = {list:?};",
            list.len()
        )?;
    }
    Ok(())
}

fn write_predictions(
    code: &mut String,
    model: &TrainedModel,
    interface: &Interface,
) -> Result<(), Error> {
    let (parameters, arguments) = (interface.parameters(), interface.arguments());
    match &model.task {
        Task::Classification { .. } => {
            let n = model.architecture.outputs();
            let (class, about) = match (n, model.architecture.output()) {
                (1, _) => (
                    SECOND_IF_LIKELY,
                    ": the probability of the second class".into(),
                ),
                (_, output) if output.sums_to_one() => {
                    (LARGEST, ", one for each class: probabilities".to_owned())
                }
                _ => (LARGEST, ", one for each class".into()),
            };
            writeln!(
                code,
                "
/// The class of a row, one of `CLASSES`.
#[allow(dead_code)]
pub fn predict({parameters}) -> &'static str {{
    let a = outputs({arguments});
{class}}}

/// The network's outputs for a row{about}.
#[allow(dead_code)]
pub fn outputs({parameters}) -> [f32; {n}] {{"
            )?
        }
        Task::Regression(scale) => {
            let (center, unit) = scale.center_and_unit();
            let number = format!("f64::from(outputs({arguments})[0]) * {unit:?} + {center:?}");
            let (float, number) = if scale.offset == 0.0 {
                ("f32", format!("({number}) as f32"))
            } else {
                ("f64", number)
            };
            let lags = interface.lags(&model.preprocessing.columns);
            let (about, check) = match lags.as_slice() {
                [] => ("", String::new()),
                lags => (
                    "; NaN if an earlier target is missing",
                    format!("    if {} {{\n        return {float}::NAN;\n    }}\n", lags.join(" || ")),
                ),
            };
            writeln!(
                code,
                "
/// The number predicted for a row, in the target's own unit{about}.
#[allow(dead_code)]
pub fn predict({parameters}) -> {float} {{
{check}    {number}
}}

/// The network's output for a row.
fn outputs({parameters}) -> [f32; 1] {{",
            )?
        }
    }
    write_layers(code, model, &arguments)
}

/// Writes the body of `outputs`, one line for each layer.
fn write_layers(code: &mut String, model: &TrainedModel, arguments: &str) -> Result<(), Error> {
    let depth = model.architecture.depth();
    writeln!(code, "    let a0 = inputs({arguments});")?;
    for layer in 1..=depth {
        let before = layer - 1;
        let output = model.architecture.output().name();
        let name = model
            .architecture
            .activation(layer)
            .map_or(output, Activation::name);
        let function = (name != Activation::Linear.name()).then(|| name.replace('-', "_"));
        let z = format!("layer(&W{layer}, &B{layer}, &a{before})");
        let a = function.map_or(z.clone(), |function| format!("{function}({z})"));
        if layer == depth {
            writeln!(code, "    {a}\n}}")?
        } else {
            writeln!(code, "    let a{layer} = {a};")?
        }
    }
    Ok(())
}

/// Writes the function that converts the values of a row to network inputs.
fn write_inputs(
    code: &mut String,
    model: &TrainedModel,
    interface: &Interface,
) -> Result<(), Error> {
    let inputs = model.preprocessing.inputs();
    let parameters = interface.parameters();
    writeln!(
        code,
        "\n/// What the network sees of a row.\nfn inputs({parameters}) -> [f32; {inputs}] {{"
    )?;
    writeln!(code, "    let mut x = [0.0; {inputs}];")?;
    for place in places(&model.preprocessing.columns) {
        let ColumnPlace {
            column,
            argument,
            input,
        } = place;
        match &column.encoding {
            Encoding::Numeric { mean, std, .. } => {
                let value = interface.filled(argument, column);
                writeln!(
                    code,
                    "    x[{input}] = standardised({value}, {mean:?}, {std:?});"
                )?;
            }
            Encoding::Cyclic { period, .. } => {
                let (value, cosine) = (interface.filled(argument, column), input + 1);
                writeln!(
                    code,
                    "    [x[{input}], x[{cosine}]] = sine_and_cosine({value}, {period}.0);"
                )?;
            }
            Encoding::Categorical { values, fill, .. } => {
                let end = input + column.encoding.inputs();
                writeln!(
                    code,
                    "    one_hot(texts[{argument}], &{values:?}, {fill}, &mut x[{input}..{end}]);"
                )?;
            }
            Encoding::Boolean {
                no,
                yes,
                mean,
                std,
                fill,
            } => {
                let fill = f32::from(*fill);
                let value = format!("boolean(texts[{argument}], &{no:?}, &{yes:?}, {fill:?})");
                writeln!(
                    code,
                    "    x[{input}] = standardised({value}, {mean:?}, {std:?});"
                )?;
            }
        }
    }
    writeln!(code, "    x\n}}")
}

fn write_parameters(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    writeln!(
        code,
        "\n// The network: weights of each layer, a row for each neuron, and biases."
    )?;
    for (number, layer) in (1..).zip(&model.parameters.layers) {
        let (outputs, inputs) = layer.weights.dim();
        writeln!(code, "static W{number}: [[f32; {inputs}]; {outputs}] = [")?;
        for row in layer.weights.outer_iter() {
            writeln!(code, "    [{}],", list(row, ""))?;
        }
        writeln!(
            code,
            "];\nstatic B{number}: [f32; {outputs}] = [\n    {},\n];",
            list(&layer.biases, "")
        )?;
    }
    Ok(())
}

/// Writes the functions that this model needs; unused ones would give warnings.
fn write_functions(code: &mut String, model: &TrainedModel) -> Result<(), Error> {
    let columns = || {
        model
            .preprocessing
            .columns
            .iter()
            .map(|column| &column.encoding)
    };
    let is_filled = |column: &InputColumn| column.encoding.is_number() && !column.is_date_part();
    let has_numbers = model.preprocessing.columns.iter().any(is_filled);
    let is_standardised = columns().any(|encoding| {
        matches!(
            encoding,
            Encoding::Numeric { .. } | Encoding::Boolean { .. }
        )
    });
    let has_cycles = columns().any(|encoding| matches!(encoding, Encoding::Cyclic { .. }));
    let has_categories = columns().any(|encoding| matches!(encoding, Encoding::Categorical { .. }));
    let has_booleans = columns().any(|encoding| matches!(encoding, Encoding::Boolean { .. }));
    if has_categories || has_booleans {
        let words = model.preprocessing.missing.in_texts();
        let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        writeln!(
            code,
            "\n/// Whether a text says that there is no value.\nfn is_missing(text: &str) -> bool {{\n    \
             let words = [\"\", {}];\n    \
             words.iter().any(|word| word.eq_ignore_ascii_case(text))\n}}",
            words.join(", ")
        )?;
    }
    if has_numbers {
        let has_offset = model
            .preprocessing
            .columns
            .iter()
            .any(|column| column.offset != 0.0);
        code.push_str(&filled(has_offset, &model.preprocessing.missing.numbers()));
    }
    let parts = [
        (is_standardised, STANDARDISED),
        (has_cycles, SINE_AND_COSINE),
        (has_categories, ONE_HOT),
        (has_booleans, BOOLEAN),
        (true, LAYER),
    ];
    for (_, part) in parts.into_iter().filter(|(needed, _)| *needed) {
        code.push_str(part);
    }
    let architecture = &model.architecture;
    let mut functions = String::new();
    for activation in architecture.activations() {
        if activation != Activation::Linear {
            functions.push_str(&activation_function(activation));
        }
    }
    if let Some(output) = architecture.output().code() {
        functions.push_str(output.rust);
    }
    if functions.contains("exp(") {
        functions.push_str(EXP);
    }
    code.push_str(&functions);
    Ok(())
}

/// Returns the function that fills in for a missing number, NaN or one of `missing`, and subtracts the
/// offset of a column.
fn filled(has_offset: bool, missing: &[f64]) -> String {
    let is_missing: String = missing
        .iter()
        .map(|number| format!(" || number == {number:?}"))
        .collect();
    if has_offset {
        format!(
            "\nfn filled(number: f64, offset: f64, fill: f32) -> f32 {{\n    \
             if number.is_nan(){is_missing} {{ fill }} else {{ (number - offset) as f32 }}\n}}\n"
        )
    } else {
        format!(
            "\nfn filled(number: f32, fill: f32) -> f32 {{\n    \
             if number.is_nan(){is_missing} {{ fill }} else {{ number }}\n}}\n"
        )
    }
}

/// The function of a layer that applies `activation` to each of its weighted inputs.
fn activation_function(activation: Activation) -> String {
    let name = activation.name().replace('-', "_");
    let RustCode {
        expression,
        helpers,
    } = activation.rust();
    format!(
        "\nfn {name}<const N: usize>(z: [f32; N]) -> [f32; N] {{\n    z.map(|z| {expression})\n}}\n{}",
        helpers()
    )
}
