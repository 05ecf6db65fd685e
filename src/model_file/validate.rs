//! Validation of models before they are saved and after they are read, for all formats.

use std::collections::HashSet;

use super::{Quality, TrainedModel, TrainingRecord};
use crate::data::{
    Derived, Encoding, InputColumn, MAX_CATEGORIES, MAX_LAGS, Preprocessing, TargetScale, Task,
};
use crate::nn::Output;

/// Maximal number of columns of a table.
const MAX_COLUMNS: usize = 1 << 30;

/// Checks that the parts of `model` fit together and that its numbers are finite and in range.
///
/// # Errors
/// A description of the first problem.
pub(super) fn validate(model: &TrainedModel) -> Result<(), String> {
    let architecture = &model.architecture;
    let agree = |what: &str, found: usize, neurons: usize, layer: &str| {
        if found == neurons {
            return Ok(());
        }
        Err(format!(
            "it has {found} {what}, but the network {architecture} has {neurons} {layer}"
        ))
    };
    let inputs = model.preprocessing.inputs();
    agree("inputs", inputs, architecture.inputs(), "inputs")?;
    let outputs = architecture.outputs();
    match &model.task {
        Task::Classification { classes } if (classes.len(), outputs) == (2, 1) => {
            if architecture.output() != Output::Sigmoid {
                let output = architecture.output();
                return Err(format!(
                    "its only output is {output} and has two classes to tell apart"
                ));
            }
        }
        Task::Classification { classes } => agree("classes", classes.len(), outputs, "outputs")?,
        Task::Regression(scale) => {
            validate_scale(scale)?;
            agree("predicted number", 1, outputs, "outputs")?;
        }
    }
    if !model.parameters.fits(architecture) {
        return Err(format!("its weights do not fit the network {architecture}"));
    }
    for (number, layer) in (1..).zip(&model.parameters.layers) {
        let mut numbers = layer.weights.iter().chain(&layer.biases);
        if numbers.any(|x| !x.is_finite()) {
            return Err(format!("layer {number} has a number that is not finite"));
        }
    }
    validate_preprocessing(&model.preprocessing)?;
    validate_record(&model.training)
}

fn validate_preprocessing(preprocessing: &Preprocessing) -> Result<(), String> {
    let columns = preprocessing.table_columns;
    let target = preprocessing.target_column;
    if columns > MAX_COLUMNS {
        return Err(format!("{columns} columns are more than a table has"));
    }
    if target >= columns {
        return Err(format!("the target is column {target} of {columns}"));
    }
    if !preprocessing.cell_format.is_ascii() {
        return Err("a mark in the cells of its table is no ASCII character".into());
    }
    let mut percent = preprocessing.percent.iter().flatten();
    if let Some(column) = percent.find(|&&column| column >= columns) {
        return Err(format!("column {column} of {columns} has percent signs"));
    }
    let mut names = HashSet::new();
    let mut next_column = 0;
    for input in &preprocessing.columns {
        let InputColumn {
            name,
            column,
            derived,
            offset,
            encoding,
        } = input;
        let is_lag = input.is_lag();
        if !offset.is_finite() {
            return Err(format!("column \"{name}\": its offset is {offset}"));
        }
        validate_encoding(encoding).map_err(|problem| format!("column \"{name}\": {problem}"))?;
        if let Some(derived) = derived {
            validate_derived(derived, encoding)
                .map_err(|problem| format!("column \"{name}\": {problem}"))?;
        }
        // Parts of a date have one column, and lags are those of the target.
        let is_next = match derived {
            None => *column >= next_column,
            Some(Derived::DatePart { .. }) => *column + 1 >= next_column,
            Some(Derived::Lag { .. }) => true,
        };
        if !is_next || *column >= columns {
            return Err(format!(
                "column \"{name}\": its index {column} is out of order, or none of {columns}"
            ));
        }
        if is_lag != (*column == target) {
            let not = if is_lag { "not " } else { "" };
            return Err(format!("column \"{name}\" is {not}the target"));
        }
        if !is_lag {
            next_column = column + 1;
        }
        if !names.insert(name) {
            return Err(format!("two columns are called \"{name}\""));
        }
    }
    Ok(())
}

fn validate_derived(derived: &Derived, encoding: &Encoding) -> Result<(), String> {
    match (derived, encoding) {
        (Derived::DatePart { part, .. }, Encoding::Cyclic { period, .. })
            if part.period() == Some(*period) =>
        {
            Ok(())
        }
        (Derived::DatePart { part, .. }, Encoding::Numeric { .. }) if part.period().is_none() => {
            Ok(())
        }
        (Derived::DatePart { part, .. }, _) => {
            Err(format!("its encoding is not that of a {}", part.name()))
        }
        (Derived::Lag { rows, .. }, _) if !(1..=MAX_LAGS).contains(rows) => {
            Err(format!("it is {rows} rows before"))
        }
        (Derived::Lag { .. }, Encoding::Numeric { .. }) => Ok(()),
        (Derived::Lag { .. }, _) => Err("an earlier target is a number".into()),
    }
}

fn validate_encoding(encoding: &Encoding) -> Result<(), String> {
    match encoding {
        Encoding::Numeric {
            mean,
            std,
            min,
            max,
            fill,
        } => {
            validate_statistics(*mean, *std)?;
            validate_range(*min, *max)?;
            if fill.is_finite() {
                Ok(())
            } else {
                Err(format!("a missing value becomes {fill}"))
            }
        }
        Encoding::Cyclic { period, fill } => {
            if *period > 0 && fill.is_finite() {
                Ok(())
            } else {
                Err(format!(
                    "its period is {period}, a missing value becomes {fill}"
                ))
            }
        }
        Encoding::Boolean {
            no, yes, mean, std, ..
        } => {
            validate_statistics(*mean, *std)?;
            validate_texts(no.iter().chain(yes))
        }
        Encoding::Categorical { values, fill, .. } => {
            if values.len() > MAX_CATEGORIES {
                let count = values.len();
                return Err(format!("it has {count} values, more than {MAX_CATEGORIES}"));
            }
            if *fill >= values.len() {
                let count = values.len();
                return Err(format!("a missing value becomes number {fill} of {count}"));
            }
            validate_texts(values.iter())
        }
    }
}

fn validate_texts<'a>(texts: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for text in texts {
        if !seen.insert(text) {
            return Err(format!("it has the value \"{text}\" twice"));
        }
    }
    Ok(())
}

fn validate_statistics(mean: f64, deviation: f64) -> Result<(), String> {
    if !mean.is_finite() {
        return Err(format!("its mean is {mean}"));
    }
    if !(deviation > 0.0 && deviation.is_finite()) {
        return Err(format!("its deviation is {deviation}; it must be above 0"));
    }
    Ok(())
}

fn validate_range(min: f32, max: f32) -> Result<(), String> {
    if !(min.is_finite() && max.is_finite() && min <= max) {
        return Err(format!("its values reach from {min} to {max}"));
    }
    Ok(())
}

fn validate_scale(scale: &TargetScale) -> Result<(), String> {
    if !scale.offset.is_finite() {
        return Err(format!("the target: its offset is {}", scale.offset));
    }
    validate_statistics(scale.mean, scale.std)
        .and_then(|()| validate_range(scale.min, scale.max))
        .map_err(|problem| format!("the target: {problem}"))
}

fn validate_record(record: &TrainingRecord) -> Result<(), String> {
    let fraction = |what: &str, value: f64| {
        if (0.0..=1.0).contains(&value) {
            Ok(())
        } else {
            Err(format!("the {what} is {value}; it is a fraction"))
        }
    };
    fraction("fraction of validation rows", record.validation_fraction)?;
    if let Some(split) = &record.split {
        fraction("fraction of test rows", split.test_fraction)?;
    }
    for quality in [Some(record.training), record.validation]
        .into_iter()
        .flatten()
    {
        let Quality {
            loss,
            accuracy,
            errors,
        } = quality;
        if let Some(accuracy) = accuracy {
            fraction("accuracy", accuracy)?;
        }
        if loss.is_some_and(|loss| !loss.is_finite()) {
            return Err("a loss is not finite".into());
        }
        if errors.is_some_and(|errors| !errors.is_finite()) {
            return Err("an error of the predictions is not finite".into());
        }
    }
    Ok(())
}
