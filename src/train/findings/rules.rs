//! The rules, most severe first.

use super::losses::overfitting_since;
use super::thresholds::*;
use super::{Evidence, Finding};
use crate::nn::{Architecture, Loss};
use crate::train::LayerHealth;

/// The training loss is above ten times the first of the run, and finite. NaN is no explosion.
pub(super) fn diverging(run: &Evidence<'_>) -> Option<Finding> {
    let first = run.losses.first()?.loss.max;
    let is_exploded = |loss: f64| loss.is_finite() && loss > EXPLODED * first.max(f64::EPSILON);
    let mut points = run.losses.iter();
    let at = points.position(|point| is_exploded(point.loss.max))?;
    let layers = run.health.map(|health| health.layers.iter());
    let ratios = layers.into_iter().flatten().enumerate();
    let ratios = ratios.map(|(l, layer)| (l + 1, layer.log_update_ratio()));
    let largest = ratios.filter(|(_, ratio)| !ratio.is_nan());
    is_exploded(run.loss()).then(|| Finding::Diverging {
        since: run.losses[at].epochs,
        before: run.losses[at.saturating_sub(1)].loss.last,
        loss: run.losses[at].loss.max,
        layer: largest
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(layer, _)| layer),
    })
}

/// A layer's gradient is at least ten times as large as its weights.
pub(super) fn exploding_gradients(run: &Evidence<'_>) -> Option<Finding> {
    let layers = run.health?.layers.iter();
    let ratios = layers.map(|layer| layer.gradients / layer.weights);
    let (l, ratio) = ratios.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (ratio >= EXPLODING).then_some(Finding::ExplodingGradients { layer: l + 1 })
}

/// More than half of the neurons of a hidden layer are dead, and the network has not learned without them.
pub(super) fn dead_neurons(run: &Evidence<'_>) -> Option<Finding> {
    let layers = hidden(run)?;
    let (l, layer) = layers.max_by_key(|(_, layer)| 1000 * layer.dead / layer.neurons.max(1))?;
    let (dead, neurons) = (layer.dead, layer.neurons);
    let is_large = dead as f64 > DEAD * neurons as f64 && dead >= MIN_DEAD.min(neurons);
    let is_late = run.epochs() >= DEAD_EPOCHS;
    (is_large && is_late && run.is_above(HALF_LEARNED)).then_some(Finding::DeadNeurons {
        layer: l + 1,
        dead,
        neurons,
    })
}

/// At least half of the neurons of a hidden layer are saturated, and not because the network has learned.
pub(super) fn saturated_neurons(run: &Evidence<'_>) -> Option<Finding> {
    let mut layers = hidden(run)?;
    let is_saturated =
        |saturated: usize, neurons: usize| saturated as f64 >= SATURATED * neurons as f64;
    let (l, layer) = layers.find(|(_, layer)| is_saturated(layer.saturated, layer.neurons))?;
    run.is_above(HALF_LEARNED)
        .then_some(Finding::SaturatedNeurons {
            layer: l + 1,
            saturated: layer.saturated,
            neurons: layer.neurons,
        })
}

/// The gradient of a layer is at most a hundredth of that of the output layer, and nothing is learned.
pub(super) fn vanishing_gradients(run: &Evidence<'_>) -> Option<Finding> {
    let last = run.health?.layers.last()?.gradients;
    let layers = hidden(run)?;
    let (l, layer) = layers.min_by(|a, b| a.1.gradients.total_cmp(&b.1.gradients))?;
    let ratio = last / layer.gradients;
    (ratio >= VANISHING && run.is_above(UNLEARNED)).then_some(Finding::VanishingGradients {
        layer: l + 1,
        ratio,
    })
}

/// Nothing is learned, or less than that, while updates are at least 3% of the weights in some layer.
pub(super) fn rate_too_high(run: &Evidence<'_>) -> Option<Finding> {
    let mut layers = run.health?.layers.iter();
    let is_high = layers.any(|layer| layer.log_update_ratio() >= HIGH_UPDATE);
    let is_late = run.epochs() >= PATIENCE;
    (is_late && is_high && run.is_above(UNLEARNED)).then_some(Finding::RateTooHigh)
}

/// All predictions are the same, and nothing is learned.
pub(super) fn constant_outputs(run: &Evidence<'_>) -> Option<Finding> {
    let epochs = run.unpredicted.constant_for()?;
    (epochs >= PATIENCE && run.is_above(UNLEARNED)).then_some(Finding::ConstantOutputs)
}

/// Little is learned, and updates are at most 0.05% of the weights in every layer, and not 0, which has other causes.
pub(super) fn rate_too_low(run: &Evidence<'_>) -> Option<Finding> {
    let mut layers = run.health?.layers.iter();
    let is_low = layers.all(|layer| {
        let ratio = layer.log_update_ratio();
        ratio.is_finite() && ratio <= LOW_UPDATE
    });
    let is_late = run.epochs() >= PATIENCE;
    (is_late && is_low && run.is_above(SLOW)).then_some(Finding::RateTooLow)
}

/// The first training loss is far above that of equal outputs.
pub(super) fn initial_loss(run: &Evidence<'_>) -> Option<Finding> {
    let first = run.losses.first()?;
    let expected = run.expected.initial;
    let limit = initial_limit(run.architecture, expected);
    let loss = first.loss.max;
    // Later the network is one that was changed.
    (first.epochs <= 1.0 && loss > limit).then_some(Finding::InitialLoss { loss, expected })
}

/// Largest loss before training that is usual, where that of equal outputs is `expected`.
pub(in crate::train) fn initial_limit(architecture: &Architecture, expected: f64) -> f64 {
    let has_limit = architecture.loss() != Loss::CrossEntropy;
    if architecture.output().is_fraction() && has_limit {
        INITIAL_FACTOR_OF_FRACTIONS * expected
    } else {
        INITIAL_FACTOR * expected + INITIAL_MARGIN
    }
}

/// The data have a column that predicts the target alone.
pub(super) fn leak(run: &Evidence<'_>) -> Option<Finding> {
    run.leak.map(|column| Finding::Leak { column })
}

/// The training loss is far below that of a constant prediction, and the validation loss never was.
pub(super) fn memorising(run: &Evidence<'_>) -> Option<Finding> {
    let (epochs, part) = MEMORISED;
    let lowest = run.records.iter().map(|record| record.validation_loss.min);
    let lowest = lowest.fold(f64::INFINITY, f64::min);
    let is_useless = lowest.is_finite() && lowest > NEVER_BELOW * run.expected.constant;
    let is_late = run.epochs() >= epochs;
    (is_late && is_useless && !run.is_above(part)).then_some(Finding::Memorising)
}

/// The validation loss rises while the training loss falls; see [`overfitting_since`].
pub(super) fn overfitting(run: &Evidence<'_>) -> Option<Finding> {
    overfitting_since(run.records).map(Finding::OverfittingSince)
}

/// No row has been predicted as a class for ten epochs, and most others are predicted correctly.
pub(super) fn never_predicted(run: &Evidence<'_>) -> Option<Finding> {
    let (min_epochs, min_rows) = NEVER;
    let mut classes = run.unpredicted.classes();
    let (class, since, ..) = classes.find(|&(_, _, epochs, rows, others)| {
        epochs >= min_epochs && rows >= min_rows && others >= OTHERS_CORRECT
    })?;
    Some(Finding::NeverPredicted { class, since })
}

/// There are validation rows, and fewer than 20.
pub(super) fn few_validation_rows(run: &Evidence<'_>) -> Option<Finding> {
    let rows = run.data.validation.rows();
    let is_small = (1..MIN_VALIDATION_ROWS).contains(&rows);
    is_small.then_some(Finding::FewValidationRows(rows))
}

/// Hidden layers with their indices from 0.
fn hidden<'a>(run: &Evidence<'a>) -> Option<impl Iterator<Item = (usize, &'a LayerHealth)>> {
    let layers = &run.health?.layers;
    let hidden = layers.len().saturating_sub(1);
    Some(layers[..hidden].iter().enumerate())
}
