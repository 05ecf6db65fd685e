//! Validation of models before they are saved and after they are read, for all formats.

use std::collections::HashSet;

use super::{Quality, TrainedModel, TrainingRecord};
use crate::data::{
    Derived, Encoding, InputColumn, MAX_CATEGORIES, MAX_LAGS, Preprocessing, TargetScale, Task,
};
use crate::nn::Output;
use crate::util::lang::say;

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
        Err(say!(
            "model-agree",
            "it has {found} {what}, but the network {architecture} has {neurons} {layer}",
            found,
            what,
            architecture,
            neurons,
            layer
        ))
    };
    let inputs = model.preprocessing.inputs();
    agree(
        say!("model-inputs", "inputs"),
        inputs,
        architecture.inputs(),
        say!("model-inputs", "inputs"),
    )?;
    let outputs = architecture.outputs();
    match &model.task {
        Task::Classification { classes } if (classes.len(), outputs) == (2, 1) => {
            if architecture.output() != Output::Sigmoid {
                let output = architecture.output();
                return Err(say!(
                    "model-one-output",
                    "its only output is {output} and has two classes to tell apart",
                    output
                ));
            }
        }
        Task::Classification { classes } => agree(
            say!("model-classes", "classes"),
            classes.len(),
            outputs,
            say!("model-outputs", "outputs"),
        )?,
        Task::Regression(scale) => {
            validate_scale(scale)?;
            agree(
                say!("model-number", "predicted number"),
                1,
                outputs,
                say!("model-outputs", "outputs"),
            )?;
        }
    }
    if !model.parameters.fits(architecture) {
        return Err(say!(
            "model-fit",
            "its weights do not fit the network {architecture}",
            architecture
        ));
    }
    for (number, layer) in (1..).zip(&model.parameters.layers) {
        let mut numbers = layer.weights.iter().chain(&layer.biases);
        if numbers.any(|x| !x.is_finite()) {
            return Err(say!(
                "model-not-finite",
                "layer {number} has a number that is not finite",
                number
            ));
        }
    }
    validate_preprocessing(&model.preprocessing)?;
    validate_record(&model.training)
}

fn validate_preprocessing(preprocessing: &Preprocessing) -> Result<(), String> {
    let columns = preprocessing.table_columns;
    let target = preprocessing.target_column;
    if columns > MAX_COLUMNS {
        return Err(say!(
            "model-columns",
            "{columns} columns are more than a table has",
            columns
        ));
    }
    if target >= columns {
        return Err(say!(
            "model-target-column",
            "the target is column {target} of {columns}",
            target,
            columns
        ));
    }
    if !preprocessing.cell_format.is_ascii() {
        return Err(say!(
            "model-mark",
            "a mark in the cells of its table is no ASCII character"
        )
        .into());
    }
    let mut percent = preprocessing.percent.iter().flatten();
    if let Some(column) = percent.find(|&&column| column >= columns) {
        return Err(say!(
            "model-percent",
            "column {column} of {columns} has percent signs",
            column,
            columns
        ));
    }
    if let Some((column, _)) = preprocessing
        .units
        .iter()
        .find(|(column, _)| *column >= columns)
    {
        return Err(say!(
            "model-unit",
            "column {column} of {columns} has a unit",
            column,
            columns
        ));
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
            return Err(say!(
                "model-offset",
                "column \"{name}\": its offset is {offset}",
                name,
                offset
            ));
        }
        validate_encoding(encoding).map_err(|problem| {
            say!(
                "column-problem",
                "column \"{name}\": {problem}",
                name,
                problem
            )
        })?;
        if let Some(derived) = derived {
            validate_derived(derived, encoding).map_err(|problem| {
                say!(
                    "column-problem",
                    "column \"{name}\": {problem}",
                    name,
                    problem
                )
            })?;
        }
        // Parts of a date have one column, and lags are those of the target.
        let is_next = match derived {
            None => *column >= next_column,
            Some(Derived::DatePart { .. }) => *column + 1 >= next_column,
            Some(Derived::Lag { .. }) => true,
        };
        if !is_next || *column >= columns {
            return Err(say!(
                "model-index",
                "column \"{name}\": its index {column} is out of order, or none of {columns}",
                name,
                column,
                columns
            ));
        }
        if is_lag != (*column == target) {
            return Err(if is_lag {
                say!(
                    "model-lag-not-target",
                    "column \"{name}\" is not the target",
                    name
                )
            } else {
                say!("model-is-target", "column \"{name}\" is the target", name)
            });
        }
        if !is_lag {
            next_column = column + 1;
        }
        if !names.insert(name) {
            return Err(say!(
                "model-same-name",
                "two columns are called \"{name}\"",
                name
            ));
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
        (Derived::DatePart { part, .. }, _) => Err(say!(
            "model-part",
            "its encoding is not that of a {part}",
            part = part.name()
        )),
        (Derived::Lag { rows, .. }, _) if !(1..=MAX_LAGS).contains(rows) => {
            Err(say!("model-lag", "it is {rows} rows before", rows))
        }
        (Derived::Lag { .. }, Encoding::Numeric { .. }) => Ok(()),
        (Derived::Lag { .. }, _) => {
            Err(say!("model-lag-number", "an earlier target is a number").into())
        }
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
                Err(say!("model-fill", "a missing value becomes {fill}", fill))
            }
        }
        Encoding::Cyclic { period, fill } => {
            if *period > 0 && fill.is_finite() {
                Ok(())
            } else {
                Err(say!(
                    "model-period",
                    "its period is {period}, a missing value becomes {fill}",
                    period,
                    fill
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
                return Err(say!(
                    "model-values",
                    "it has {count} values, more than {max_categories}",
                    count,
                    max_categories = MAX_CATEGORIES
                ));
            }
            if *fill >= values.len() {
                let count = values.len();
                return Err(say!(
                    "model-fill-number",
                    "a missing value becomes number {fill} of {count}",
                    fill,
                    count
                ));
            }
            validate_texts(values.iter())
        }
    }
}

fn validate_texts<'a>(texts: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for text in texts {
        if !seen.insert(text) {
            return Err(say!(
                "model-value-twice",
                "it has the value \"{text}\" twice",
                text
            ));
        }
    }
    Ok(())
}

fn validate_statistics(mean: f64, deviation: f64) -> Result<(), String> {
    if !mean.is_finite() {
        return Err(say!("model-mean", "its mean is {mean}", mean));
    }
    if !(deviation > 0.0 && deviation.is_finite()) {
        return Err(say!(
            "model-deviation",
            "its deviation is {deviation}; it must be above 0",
            deviation
        ));
    }
    Ok(())
}

fn validate_range(min: f32, max: f32) -> Result<(), String> {
    if !(min.is_finite() && max.is_finite() && min <= max) {
        return Err(say!(
            "model-range",
            "its values reach from {min} to {max}",
            min,
            max
        ));
    }
    Ok(())
}

fn validate_scale(scale: &TargetScale) -> Result<(), String> {
    if !scale.offset.is_finite() {
        return Err(say!(
            "model-target-offset",
            "the target: its offset is {offset}",
            offset = scale.offset
        ));
    }
    validate_statistics(scale.mean, scale.std)
        .and_then(|()| validate_range(scale.min, scale.max))
        .map_err(|problem| say!("model-target", "the target: {problem}", problem))
}

fn validate_record(record: &TrainingRecord) -> Result<(), String> {
    let fraction = |what: &str, value: f64| {
        if (0.0..=1.0).contains(&value) {
            Ok(())
        } else {
            Err(say!(
                "model-fraction",
                "the {what} is {value}; it is a fraction",
                what,
                value
            ))
        }
    };
    fraction(
        say!("fraction-validation", "fraction of validation rows"),
        record.validation_fraction,
    )?;
    if let Some(split) = &record.split {
        fraction(
            say!("fraction-test", "fraction of test rows"),
            split.test_fraction,
        )?;
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
            fraction(say!("score-accuracy", "accuracy"), accuracy)?;
        }
        if loss.is_some_and(|loss| !loss.is_finite()) {
            return Err(say!("model-loss", "a loss is not finite").into());
        }
        if errors.is_some_and(|errors| !errors.is_finite()) {
            return Err(say!("model-error", "an error of the predictions is not finite").into());
        }
    }
    Ok(())
}
