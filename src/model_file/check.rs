//! What holds of every model that can be used, whatever file it came from.

use std::collections::HashSet;

use super::{TrainedModel, TrainingRecord};
use crate::data::{Feature, Preprocessing};

/// More columns than this no table has.
const MOST_COLUMNS: usize = 1 << 30;

/// Says what is wrong with `model`, for a person who wonders about a file.
pub(super) fn check(model: &TrainedModel) -> Result<(), String> {
    let architecture = &model.architecture;
    let agree = |what: &str, found: usize, neurons: usize, where_: &str| {
        if found == neurons {
            return Ok(());
        }
        Err(format!(
            "it has {found} {what}, and the network {architecture} has {neurons} {where_}"
        ))
    };
    let features = model.preprocessing.inputs();
    agree("features", features, architecture.inputs(), "inputs")?;
    agree(
        "classes",
        model.classes.len(),
        architecture.outputs(),
        "outputs",
    )?;
    if !model.parameters.fits(architecture) {
        return Err(format!("its weights do not fit the network {architecture}"));
    }
    for (number, layer) in (1..).zip(&model.parameters.layers) {
        let mut numbers = layer.weights.iter().chain(&layer.biases);
        if numbers.any(|x| !x.is_finite()) {
            return Err(format!("layer {number} has a number that is not finite"));
        }
    }
    check_preprocessing(&model.preprocessing)?;
    check_record(&model.training)
}

fn check_preprocessing(preprocessing: &Preprocessing) -> Result<(), String> {
    let columns = preprocessing.columns;
    if columns > MOST_COLUMNS {
        return Err(format!("{columns} columns are more than a table has"));
    }
    if preprocessing.target_column > columns {
        return Err(format!(
            "the target is column {} of {columns} and one",
            preprocessing.target_column
        ));
    }
    let mut names = HashSet::new();
    let mut next_column = 0;
    for feature in &preprocessing.features {
        let name = &feature.name;
        check_feature(feature).map_err(|problem| format!("feature \"{name}\": {problem}"))?;
        if feature.column < next_column || feature.column >= columns {
            return Err(format!(
                "feature \"{name}\": column {} is out of order, or none of {columns}",
                feature.column
            ));
        }
        next_column = feature.column + 1;
        if !names.insert(name) {
            return Err(format!("two features are called \"{name}\""));
        }
    }
    Ok(())
}

fn check_feature(feature: &Feature) -> Result<(), String> {
    let &Feature {
        mean,
        deviation,
        min,
        max,
        ..
    } = feature;
    if !mean.is_finite() {
        return Err(format!("its mean is {mean}"));
    }
    if !(deviation > 0.0 && deviation.is_finite()) {
        return Err(format!("its deviation is {deviation}; it must be above 0"));
    }
    if !(min.is_finite() && max.is_finite() && min <= max) {
        return Err(format!("its values reach from {min} to {max}"));
    }
    Ok(())
}

fn check_record(record: &TrainingRecord) -> Result<(), String> {
    let fraction = |what: &str, value: f64| match (0.0..=1.0).contains(&value) {
        true => Ok(()),
        false => Err(format!("the {what} is {value}; it is a fraction")),
    };
    fraction("fraction of validation rows", record.validation_fraction)?;
    fraction("training accuracy", record.training_accuracy)?;
    if let Some(accuracy) = record.validation_accuracy {
        fraction("validation accuracy", accuracy)?;
    }
    for loss in [record.training_loss, record.validation_loss] {
        if loss.is_some_and(|loss| !loss.is_finite()) {
            return Err("a loss is not finite".into());
        }
    }
    let rate = record.rule.learning_rate;
    if !(rate > 0.0 && rate.is_finite()) {
        return Err(format!("the learning rate is {rate}; it must be above 0"));
    }
    Ok(())
}
