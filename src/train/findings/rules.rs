//! The rules, most severe first.

use super::losses::{Trend, overfitting_since, trend};
use super::thresholds::*;
use super::{Evidence, Finding};
use crate::nn::{Activation, Architecture, Loss};
use crate::train::{LayerHealth, Set};
use crate::util::stats::MinMaxLast;

/// The training loss is above ten times that before training, and finite; or the validation loss is above ten times that
/// and the training rows are not learned, or above a hundred times. NaN is no explosion. After good weights were restored,
/// only what came later counts.
pub(super) fn diverging(run: &Evidence<'_>) -> Option<Finding> {
    // Buckets hold many losses in the end: of the first one the lowest is before the explosion.
    let first = run.losses.first()?.loss.min.max(run.expected.initial);
    let exploded = |factor: f64| {
        let limit = factor * first.max(f64::EPSILON);
        move |loss: f64| loss.is_finite() && loss > limit
    };
    let later = run
        .losses
        .partition_point(|point| point.epochs <= run.recovered_at);
    let train = run.losses[later..].iter();
    let train = train.map(|point| (point.epochs, point.loss));
    let is_unlearned = run.is_above(UNLEARNED);
    let factor = if is_unlearned {
        EXPLODED
    } else {
        EXPLODED_VALIDATION
    };
    let validation = run.records.iter();
    let validation = validation.map(|record| (record.epoch as f64, record.validation_loss));
    let of_set = |of: Set, points: &[(f64, MinMaxLast)], is_exploded: &dyn Fn(f64) -> bool| {
        let at = points.iter().position(|(_, loss)| is_exploded(loss.max))?;
        let (since, loss) = points[at];
        let before = at
            .checked_sub(1)
            .map_or(first, |before| points[before].1.last);
        is_exploded(points.last()?.1.last).then(|| Finding::Diverging {
            of,
            since,
            before,
            loss: loss.max,
            layer: largest_updates(run),
        })
    };
    of_set(
        Set::Training,
        &train.collect::<Vec<_>>(),
        &exploded(EXPLODED),
    )
    .or_else(|| {
        let validation: Vec<_> = validation.collect();
        of_set(Set::Validation, &validation, &exploded(factor))
    })
}

/// Layer whose updates are largest relative to its weights, from 1.
fn largest_updates(run: &Evidence<'_>) -> Option<usize> {
    let ratios = run.health?.layers.iter().map(LayerHealth::log_update_ratio);
    let known = ratios.enumerate().filter(|(_, ratio)| !ratio.is_nan());
    let largest = known.max_by(|a, b| a.1.total_cmp(&b.1));
    largest.map(|(l, _)| l + 1)
}

/// A layer's gradient is at least ten times as large as its weights.
pub(super) fn exploding_gradients(run: &Evidence<'_>) -> Option<Finding> {
    let layers = run.health?.layers.iter();
    let ratios = layers.map(|layer| layer.gradients / layer.weights);
    let (l, ratio) = ratios.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (ratio >= EXPLODING).then_some(Finding::ExplodingGradients { layer: l + 1 })
}

/// More than half of the neurons of a hidden layer are dead, and the network has not learned without them; or most of a wide
/// layer are. Activations with two ends saturate instead.
pub(super) fn dead_neurons(run: &Evidence<'_>) -> Option<Finding> {
    let (min, max) = run.architecture.hidden().range();
    if min.is_finite() && max.is_finite() {
        return None;
    }
    let layers = hidden(run)?;
    let (l, layer) = layers.max_by_key(|(_, layer)| 1000 * layer.dead / layer.neurons.max(1))?;
    let (dead, neurons) = (layer.dead, layer.neurons);
    let is_above = |part: f64| dead as f64 > part * neurons as f64;
    let is_large = is_above(DEAD) && dead >= MIN_DEAD.min(neurons) && run.is_above(HALF_LEARNED);
    let is_waste = is_above(WASTED) && neurons >= MIN_WASTEFUL;
    let is_late = run.epochs() >= DEAD_EPOCHS;
    let layers = run.health?.layers.iter();
    let largest = layers.map(|layer| layer.weights).fold(0.0, f64::max);
    let is_decayed =
        run.plan.rule.weight_decay.get() > 0.0 && layer.dead_weights <= DECAYED * largest;
    ((is_large || is_waste) && is_late).then_some(Finding::DeadNeurons {
        layer: l + 1,
        dead,
        neurons,
        is_decayed,
    })
}

/// Whether all layers together are one linear layer, and the training loss is near that of a constant prediction.
fn is_linear_and_constant(run: &Evidence<'_>) -> bool {
    let (architecture, none) = (run.architecture, rate_too_low(run).is_none());
    let is_linear = architecture.depth() == 1 || architecture.hidden() == Activation::Linear;
    is_linear && none && run.is_above(UNLEARNED) && !run.is_above(NEAR_CONSTANT)
}

/// All layers together are linear, and the training loss has stayed near that of a constant prediction for ten epochs, with
/// updates that are not too small.
pub(super) fn linear_layers(run: &Evidence<'_>) -> Option<Finding> {
    let is_late = run.epochs() >= PATIENCE;
    let falls = trend(run.records) == Some(Trend::Falling);
    let has_hidden = run.architecture.depth() > 1;
    (is_late && !falls && is_linear_and_constant(run))
        .then_some(Finding::LinearLayers { has_hidden })
}

/// At least half of the neurons of a layer are saturated, and not because the network has learned. For outputs, the loss is
/// that of a constant prediction or worse.
pub(super) fn saturated_neurons(run: &Evidence<'_>) -> Option<Finding> {
    let layers = &run.health?.layers;
    let depth = layers.len();
    let is_saturated = |layer: &LayerHealth| {
        layer.saturated > 0 && layer.saturated as f64 >= SATURATED * layer.neurons as f64
    };
    let needed = |l: usize| if l + 1 == depth { 1.0 } else { HALF_LEARNED };
    let mut layers = layers.iter().enumerate();
    let (l, layer) = layers.find(|&(l, layer)| is_saturated(layer) && run.is_above(needed(l)))?;
    Some(Finding::SaturatedNeurons {
        layer: l + 1,
        is_output: l + 1 == depth,
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

/// Nothing is learned, or less than that, while updates are at least 3% of the weights in some layer and the loss does not
/// fall. Linear layers that stay near a constant prediction have another reason.
pub(super) fn rate_too_high(run: &Evidence<'_>) -> Option<Finding> {
    let mut layers = run.health?.layers.iter();
    let is_high = layers.any(|layer| layer.log_update_ratio() >= HIGH_UPDATE);
    let is_late = run.epochs() >= PATIENCE;
    let falls = trend(run.records) == Some(Trend::Falling);
    let is_unlearned = run.is_above(UNLEARNED) && !is_linear_and_constant(run);
    (is_late && is_high && is_unlearned && !falls).then_some(Finding::RateTooHigh)
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

/// Nothing is learned for a long time, and no better reason is known.
pub(super) fn not_learning(run: &Evidence<'_>) -> Option<Finding> {
    let is_late = run.epochs() >= LONG;
    let is_flat = trend(run.records) == Some(Trend::Flat);
    (is_late && is_flat && run.is_above(UNLEARNED)).then_some(Finding::NotLearning)
}

/// The loss before training is far above that of equal outputs, and ten epochs have not made up for it. Before the
/// first step nothing is said.
pub(super) fn initial_loss(run: &Evidence<'_>) -> Option<Finding> {
    if run.epochs() >= PATIENCE && !run.is_above(HALF_LEARNED) {
        return None;
    }
    run.losses.first()?;
    let (loss, expected) = (run.initial_loss, run.expected.initial);
    let limit = initial_limit(run.architecture, expected);
    (loss > limit).then_some(Finding::InitialLoss { loss, expected })
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

/// The data have a column that predicts the target alone, and others.
pub(super) fn leak(run: &Evidence<'_>) -> Option<Finding> {
    let has_others = run.data.preprocessing.columns.len() > 1;
    let leak = run.leaking_column.filter(|_| has_others)?;
    Some(Finding::Leak { column: leak })
}

/// The training loss is far below that of a constant prediction, and the validation loss never was, nor the validation score
/// far above.
pub(super) fn memorising(run: &Evidence<'_>) -> Option<Finding> {
    let lowest = run.records.iter().map(|record| record.validation_loss.min);
    let lowest = lowest.fold(f64::INFINITY, f64::min);
    let is_useless = lowest.is_finite() && lowest > NEVER_BELOW * run.expected.constant;
    let is_late = run.epochs() >= MEMORISED_EPOCHS;
    let best = run.records.iter().map(|record| record.validation_score.max);
    let best = best.fold(f64::NEG_INFINITY, f64::max);
    let constant = run.data.baseline.score();
    let is_useless = is_useless && best <= constant + NEVER_SCORED * (1.0 - constant);
    (is_late && is_useless && !run.is_above(MEMORISED)).then_some(Finding::Memorising)
}

/// The validation loss rises while the training loss falls, see [`overfitting_since`], and something is learned.
pub(super) fn overfitting(run: &Evidence<'_>) -> Option<Finding> {
    let since = overfitting_since(run.records)?;
    (!run.is_above(1.0)).then_some(Finding::OverfittingSince(since))
}

/// No row has been predicted as a class for ten epochs, and most others are predicted correctly.
pub(super) fn never_predicted(run: &Evidence<'_>) -> Option<Finding> {
    let mut classes = run.unpredicted.classes();
    let (class, since, ..) = classes.find(|&(_, _, epochs, rows, others)| {
        epochs >= NEVER_EPOCHS && rows >= NEVER_ROWS && others >= OTHERS_CORRECT
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
