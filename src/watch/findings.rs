//! Findings about a run that need only its curves, by the rules and thresholds of [`crate::train::findings`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::{unnumbered, words};
use super::{Point, Run, Series};
use crate::train::findings::thresholds::{EXPLODED, LONG, UNLEARNED};
use crate::train::{EpochRecord, Trend, overfitting_since, steady_change, trend};
use crate::util::stats::{MinMaxLast, mean, mean_and_deviation};

/// Problem that the curves of a run show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CurveFinding {
    /// The newest loss is NaN or infinite.
    NotFinite {
        /// The loss.
        tag: Arc<str>,
    },
    /// The log says that the training diverged.
    Diverged,
    /// The newest loss is more than ten times the first one.
    Diverging {
        /// The loss.
        tag: Arc<str>,
    },
    /// The loss has risen since the first step, and is more than twice the first one.
    Rising {
        /// The loss.
        tag: Arc<str>,
    },
    /// The validation loss has risen since this step, and the training loss fallen.
    Overfitting {
        /// The validation loss.
        tag: Arc<str>,
        /// The step.
        since: f64,
    },
    /// The loss is flat, and not below 90% of the first one.
    Plateau {
        /// The loss.
        tag: Arc<str>,
    },
}

impl CurveFinding {
    /// Returns a name for scripts.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "not-finite",
            Self::Diverged | Self::Diverging { .. } | Self::Rising { .. } => "diverging",
            Self::Overfitting { .. } => "overfitting",
            Self::Plateau { .. } => "plateau",
        }
    }
}

/// Words that say of which rows a loss is.
const TRAINING: [&str; 2] = ["train", "training"];
/// The test rows come last: they are often looked at only once.
const VALIDATION: [&str; 9] = [
    "val",
    "valid",
    "validation",
    "dev",
    "holdout",
    "heldout",
    "eval",
    "evaluation",
    "test",
];
/// Words that say how often a loss is logged, the smoother one first.
const INTERVALS: [&str; 2] = ["epoch", "step"];
/// Words of numbers that belong to a loss, and are none.
const NO_LOSS: [&str; 10] = [
    "best",
    "min",
    "lowest",
    "scale",
    "scaler",
    "scaling",
    "weight",
    "coef",
    "coefficient",
    "factor",
];
/// Names of the loss that is minimised, of which others are components.
const TOTAL: [&str; 5] = ["loss", "total_loss", "loss_total", "total", "elbo_loss"];
/// Names of losses without that word, in a log without others.
const OTHER_LOSSES: [&str; 8] = [
    "total",
    "cross_entropy",
    "crossentropy",
    "ce",
    "bce",
    "nll",
    "logloss",
    "mse",
];
/// Words of the losses of two networks that train against each other.
const GENERATOR: [&str; 3] = ["g", "gen", "generator"];
const DISCRIMINATOR: [&str; 5] = ["d", "disc", "discriminator", "critic", "dis"];
/// Losses below which one is none, where others are a million times as large: some programs log one before they have
/// computed any.
const TINY: f64 = 1e-6;
/// Number of points in a row, each above the one before, and multiple of the lowest one, from which on a validation loss
/// overfits even in a short run.
const CLIMB: usize = 6;
const CLIMBED: f64 = 1.5;
/// Number of first points, and of last ones, whose mean is compared with that of the others.
const ENDS: usize = 3;
/// Fall within the last half of the points, as a fraction of the first loss, from which on a straight line is no plateau.
const FALL: f64 = 0.01;
/// Multiple of the first loss above which one that rises all the time diverges.
const RISEN: f64 = 2.0;

/// Losses over the training rows, and the same ones over the validation rows, the best of each first.
#[derive(Default)]
struct Pair<'r> {
    training: Vec<Loss<'r>>,
    validation: Vec<Loss<'r>>,
}

/// A loss.
struct Loss<'r> {
    tag: &'r Arc<str>,
    series: &'r Series,
    /// Order among those over the same rows: curves before single points, then by their words.
    rank: (bool, usize, usize),
}

/// Returns the run of the training beside a run of the validation alone, as Keras' callback for TensorBoard writes them,
/// `a/train` beside `a/validation`, or torch's `add_scalars`, `loss_train` beside `loss_val`.
pub(crate) fn training_beside<'r>(runs: &'r [(Arc<str>, Arc<Run>)], name: &str) -> Option<&'r Run> {
    let (stem, rows) = split_rows(name);
    if !VALIDATION.contains(&rows) {
        return None;
    }
    let is_beside = |other: &str| {
        let (other, rows) = split_rows(other);
        other == stem && TRAINING.contains(&rows)
    };
    let (_, run) = runs.iter().find(|(other, _)| is_beside(other))?;
    Some(run)
}

/// Splits the name of a run before its last word, which may say of which rows it is.
fn split_rows(name: &str) -> (&str, &str) {
    let at = name.rfind(['/', '_']).map_or(0, |at| at + 1);
    name.split_at(at)
}

/// Returns what the losses of `run` show, which are of the validation if there is a run of the `training`.
pub(crate) fn findings(run: &Run, training: Option<&Run>) -> Vec<CurveFinding> {
    let mut pairs: BTreeMap<String, Pair<'_>> = BTreeMap::new();
    add_losses(&mut pairs, run, training.is_some());
    if let Some(training) = training {
        let mut others = BTreeMap::new();
        add_losses(&mut others, training, false);
        for (name, pair) in &mut pairs {
            let other = others.remove(name).unwrap_or_default();
            pair.training = other.training;
        }
    }
    let is_named = |name: &str| name.split('_').any(is_loss);
    if pairs.keys().any(|name| is_named(name)) {
        pairs.retain(|name, _| is_named(name) || TOTAL.contains(&&**name));
    }
    for pair in pairs.values_mut() {
        pair.training.sort_by_key(|loss| loss.rank);
        pair.validation.sort_by_key(|loss| loss.rank);
    }
    let is_adversarial = [&GENERATOR[..], &DISCRIMINATOR].iter().all(|words| {
        let mut names = pairs.keys();
        names.any(|name| name.split('_').any(|word| words.contains(&word)))
    });
    let total = TOTAL.iter().find_map(|name| pairs.get(*name));
    let has_fallen = total.is_some_and(Pair::has_fallen);
    let mut found: Vec<CurveFinding> = Vec::new();
    found.extend(run.has_diverged.then_some(CurveFinding::Diverged));
    for (name, pair) in &pairs {
        let is_total = TOTAL.contains(&&**name);
        let own = [&pair.training, &pair.validation].into_iter();
        // Those of the other run are found there.
        let own: Vec<CurveFinding> = own
            .skip(usize::from(training.is_some()))
            .filter_map(|losses| exploded(losses))
            .collect();
        if own.is_empty() {
            let rises = (is_total || pairs.len() == 1)
                .then(|| rising(pair))
                .flatten();
            found.extend(rises.or_else(|| learning(pair)));
        }
        found.extend(own);
        if is_adversarial {
            // In balance, neither falls.
            found.retain(|finding| !matches!(finding, CurveFinding::Plateau { .. }));
        }
        if has_fallen && !is_total {
            // A component may rise, or stay, while the loss that is minimised falls.
            found.retain(|finding| !finding.is_of_component(pair));
        }
    }
    found
}

impl CurveFinding {
    /// Whether it says that a loss of `pair` rises or stays.
    fn is_of_component(&self, pair: &Pair<'_>) -> bool {
        let (Self::Diverging { tag } | Self::Rising { tag } | Self::Plateau { tag }) = self else {
            return false;
        };
        let mut losses = pair.training.iter().chain(&pair.validation);
        losses.any(|loss| loss.tag == tag)
    }
}

impl Pair<'_> {
    /// Whether the newest loss is below the first one.
    fn has_fallen(&self) -> bool {
        let loss = self.training.first().or(self.validation.first());
        loss.is_some_and(|loss| {
            let (first, last) = (loss.series.points().first(), loss.series.last());
            first
                .zip(last)
                .is_some_and(|(first, last)| last.value.last < first.value.last)
        })
    }
}

/// Adds the losses of `run` to the pairs by their names without the words that say of which rows they are, and how often
/// they are logged.
fn add_losses<'r>(pairs: &mut BTreeMap<String, Pair<'r>>, run: &'r Run, is_validation: bool) {
    for (tag, series) in &run.scalars {
        let words = words(tag);
        let words = words.split_whitespace();
        let is_mark = |word: &&str| {
            let lists = [&TRAINING[..], &VALIDATION, &INTERVALS];
            lists.iter().any(|list| list.contains(word))
        };
        let (marks, name): (Vec<&str>, Vec<&str>) = words.partition(is_mark);
        let has_loss = name.iter().any(|word| is_loss(word));
        let is_other = OTHER_LOSSES.contains(&&*name.join("_"));
        if !has_loss && !is_other || name.iter().any(|word| NO_LOSS.contains(word)) {
            continue;
        }
        let place = |list: &[&str]| list.iter().position(|word| marks.contains(word));
        let of_validation = place(&VALIDATION);
        let pair = pairs.entry(name.join("_")).or_default();
        let (side, rows) = if is_validation || of_validation.is_some() {
            (&mut pair.validation, of_validation)
        } else {
            (&mut pair.training, place(&TRAINING))
        };
        let is_single = series.points().len() < 2;
        let rank = |place: Option<usize>| place.unwrap_or(VALIDATION.len());
        side.push(Loss {
            tag,
            series,
            rank: (is_single, rank(rows), rank(place(&INTERVALS))),
        });
    }
}

/// Whether a word is that of a loss, such as `loss1`.
fn is_loss(word: &str) -> bool {
    unnumbered(word) == "loss"
}

/// Whether the loss has risen all the time.
fn rising(pair: &Pair<'_>) -> Option<CurveFinding> {
    let loss = pair.training.first().or(pair.validation.first())?;
    let points = loss.series.points();
    let (first, last) = (first_loss(points)?, points.last()?);
    let is_late = points.len() as u64 >= LONG;
    let values: Vec<f64> = points.iter().map(|point| point.value.last).collect();
    let is_rising = steady_change(&values).is_some_and(|change| change > 0.0);
    (is_late && is_rising && last.value.last > RISEN * first).then(|| CurveFinding::Rising {
        tag: Arc::clone(loss.tag),
    })
}

/// Whether the newest value of a loss is not finite, or that of the best of these losses far above the first one.
fn exploded(losses: &[Loss<'_>]) -> Option<CurveFinding> {
    let is_finite = |loss: &&Loss<'_>| {
        let last = loss.series.last();
        last.is_none_or(|last| last.value.last.is_finite())
    };
    if let Some(loss) = losses.iter().find(|loss| !is_finite(loss)) {
        let tag = Arc::clone(loss.tag);
        return Some(CurveFinding::NotFinite { tag });
    }
    let best = losses.first()?;
    let (points, last) = (best.series.points(), best.series.last()?);
    let limit = EXPLODED * first_loss(points)?;
    (last.value.last > limit).then(|| CurveFinding::Diverging {
        tag: Arc::clone(best.tag),
    })
}

/// First loss above zero. `None` where others are negative, such as logarithms of densities, of which no multiple says
/// anything.
fn first_loss(points: &[Point]) -> Option<f64> {
    let mut losses = points.iter().map(|point| point.value.min);
    let is_negative = losses.clone().any(|loss| loss < 0.0);
    let largest = losses.clone().filter(|loss| loss.is_finite());
    let none = TINY.min(TINY * largest.fold(0.0, f64::max));
    losses.find(|loss| *loss > none && !is_negative)
}

/// Mean of the first values from the first loss on, that of the newest ones, and standard deviation of the last half.
fn levels(points: &[Point]) -> Option<(f64, f64, f64)> {
    let first = first_loss(points)?;
    let values = || points.iter().map(|point| point.value.last);
    let early: Vec<f64> = points
        .iter()
        .skip_while(|point| point.value.min < first)
        .map(|point| point.value.last)
        .take(ENDS)
        .collect();
    let late: Vec<f64> = values().skip(points.len().saturating_sub(ENDS)).collect();
    let half: Vec<f64> = values().skip(points.len() / 2).collect();
    let (_, spread) = mean_and_deviation(half.iter().copied());
    Some((mean(&early), mean(&late), spread))
}

/// Step since which the validation loss has climbed without a stop far above its lowest value, while the training loss fell.
fn climbing_since(records: &[EpochRecord], points: &[Point]) -> Option<f64> {
    let losses = || records.iter().map(|record| record.validation_loss.last);
    let rises = losses().rev().zip(losses().rev().skip(1));
    let climb = rises.take_while(|(later, before)| later > before).count();
    let lowest = losses().enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (best, last) = (records.get(lowest.0)?, records.last()?);
    let is_high = last.validation_loss.last > CLIMBED * lowest.1.max(0.0);
    let train_falls = last.train_loss.last < best.train_loss.last;
    let since = points.get(lowest.0 + 1)?.step;
    (climb >= CLIMB && is_high && train_falls).then_some(since)
}

/// Whether the losses overfit, or are flat.
fn learning(pair: &Pair<'_>) -> Option<CurveFinding> {
    let loss = pair.validation.first().or(pair.training.first())?;
    let tag = Arc::clone(loss.tag);
    let points = loss.series.points();
    let records = records(pair, points);
    let overfits = match overfitting_since(&records) {
        Some(epoch) => points
            .get(epoch.saturating_sub(1) as usize)
            .map(|at| at.step),
        None => climbing_since(&records, points),
    };
    if let Some(since) = overfits {
        return Some(CurveFinding::Overfitting { tag, since });
    }
    let first = first_loss(points)?;
    let is_late = points.len() as u64 >= LONG;
    let half = points[points.len() / 2..].iter();
    let half: Vec<f64> = half.map(|point| point.value.last).collect();
    let falls = steady_change(&half).is_some_and(|change| change < -FALL * first);
    let is_flat = trend(&records) == Some(Trend::Flat) && !falls;
    // Both means have noise.
    let (early, late, spread) = levels(points)?;
    let noise = 2.0 * spread / (ENDS as f64).sqrt();
    let is_high = late > UNLEARNED * early - noise;
    (is_late && is_flat && is_high).then_some(CurveFinding::Plateau { tag })
}

/// Losses at the `points` as the rules look at them; the epochs are their numbers.
fn records(pair: &Pair<'_>, points: &[Point]) -> Vec<EpochRecord> {
    let training = pair.training.first();
    let training = training.map_or(&[][..], |loss| loss.series.points());
    let mut rest = training.iter().peekable();
    let mut train = f64::NAN;
    let records = points.iter().zip(1..).map(|(point, epoch)| {
        let (mut sum, mut count) = (0.0, 0u32);
        while let Some(before) = rest.next_if(|other| other.step <= point.step) {
            sum += before.value.last;
            count += 1;
        }
        if count > 0 {
            train = sum / f64::from(count);
        }
        let mut record = EpochRecord::unknown(epoch, point.step.max(0.0) as u64);
        record.train_loss = MinMaxLast::of(train);
        if !pair.validation.is_empty() {
            record.validation_loss = point.value;
        }
        record
    });
    records.collect()
}

#[cfg(test)]
mod tests;
