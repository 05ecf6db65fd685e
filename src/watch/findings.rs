//! Findings about a run that need only its curves, by the rules and thresholds of [`crate::train::findings`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Point, Run, Series};
use crate::train::findings::thresholds::{EXPLODED, LONG, UNLEARNED};
use crate::train::{EpochRecord, Trend, overfitting_since, trend};
use crate::util::stats::MinMaxLast;

/// Problem that the curves of a run show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CurveFinding {
    /// The newest loss is NaN or infinite.
    NotFinite {
        /// The loss.
        tag: Arc<str>,
    },
    /// The newest loss is more than ten times the first one.
    Diverging {
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
            Self::Diverging { .. } => "diverging",
            Self::Overfitting { .. } => "overfitting",
            Self::Plateau { .. } => "plateau",
        }
    }
}

/// Words that say of which rows a loss is.
const TRAINING: [&str; 2] = ["train", "training"];
const VALIDATION: [&str; 6] = ["val", "valid", "validation", "eval", "evaluation", "test"];

/// A loss over the training rows, and the same one over the validation rows.
#[derive(Default)]
struct Pair<'r> {
    training: Option<(&'r Arc<str>, &'r Series)>,
    validation: Option<(&'r Arc<str>, &'r Series)>,
}

/// Returns what the losses of `run` show.
pub(crate) fn findings(run: &Run) -> Vec<CurveFinding> {
    let mut pairs: BTreeMap<String, Pair<'_>> = BTreeMap::new();
    for (tag, series) in &run.scalars {
        let lower = tag.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        let (of_set, name): (Vec<&str>, Vec<&str>) =
            words.partition(|word| TRAINING.contains(word) || VALIDATION.contains(word));
        if !name.contains(&"loss") {
            continue;
        }
        let pair = pairs.entry(name.join("_")).or_default();
        let is_validation = of_set.iter().any(|word| VALIDATION.contains(word));
        let side = if is_validation {
            &mut pair.validation
        } else {
            &mut pair.training
        };
        side.get_or_insert((tag, series));
    }
    let mut found: Vec<CurveFinding> = Vec::new();
    for pair in pairs.values() {
        let own = [pair.training, pair.validation].into_iter().flatten();
        let own: Vec<CurveFinding> = own
            .filter_map(|(tag, series)| exploded(tag, series))
            .collect();
        if own.is_empty() {
            found.extend(learning(pair));
        }
        found.extend(own);
    }
    found
}

/// Whether the newest loss is not finite, or far above the first one.
fn exploded(tag: &Arc<str>, series: &Series) -> Option<CurveFinding> {
    let (first, last) = (series.points().first()?, series.last()?);
    let tag = Arc::clone(tag);
    let limit = EXPLODED * first.value.min.max(f64::EPSILON);
    if !last.value.last.is_finite() {
        Some(CurveFinding::NotFinite { tag })
    } else {
        (last.value.last > limit).then_some(CurveFinding::Diverging { tag })
    }
}

/// Whether the losses overfit, or are flat.
fn learning(pair: &Pair<'_>) -> Option<CurveFinding> {
    let (tag, series) = pair.validation.or(pair.training)?;
    let tag = Arc::clone(tag);
    let points = series.points();
    let records = records(pair, points);
    if let Some(epoch) = overfitting_since(&records) {
        let since = points.get(epoch.saturating_sub(1) as usize)?.step;
        return Some(CurveFinding::Overfitting { tag, since });
    }
    let (first, last) = (points.first()?, points.last()?);
    let is_late = points.len() as u64 >= LONG;
    let is_flat = trend(&records) == Some(Trend::Flat);
    let is_high = last.value.last > UNLEARNED * first.value.last;
    (is_late && is_flat && is_high).then_some(CurveFinding::Plateau { tag })
}

/// Losses at the `points` as the rules look at them; the epochs are their numbers.
fn records(pair: &Pair<'_>, points: &[Point]) -> Vec<EpochRecord> {
    let training = pair.training.map_or(&[][..], |(_, series)| series.points());
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
        let none = MinMaxLast::of(f64::NAN);
        let is_validated = pair.validation.is_some();
        EpochRecord {
            epoch,
            step: point.step.max(0.0) as u64,
            train_loss: MinMaxLast::of(train),
            train_score: none,
            validation_loss: if is_validated { point.value } else { none },
            validation_score: none,
            train_rmse: none,
            validation_rmse: none,
            learning_rate: f64::NAN,
        }
    });
    records.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tags: &[(&str, &dyn Fn(f64) -> f64)], points: u32) -> Run {
        let mut run = Run::default();
        for step in 1..=points {
            let step = f64::from(step);
            for (tag, value) in tags {
                run.add_scalar(tag, Point::new(10.0 * step, 0.0, value(step)));
            }
        }
        run
    }

    #[test]
    fn curves_show_what_is_wrong() {
        let falls = |x: f64| 1.0 / x;
        let rises = |x: f64| 0.5 + 0.01 * (x - 20.0).abs();
        for (train, validation) in [
            ("train_loss", "val_loss"),
            ("loss/train", "loss/validation"),
            ("loss", "eval_loss"),
            ("train/box_loss", "val/box_loss"),
        ] {
            let run = run(&[(train, &falls), (validation, &rises)], 60);
            let found = findings(&run);
            let [CurveFinding::Overfitting { tag, since }] = &found[..] else {
                panic!("{found:?}");
            };
            assert!(
                **tag == *validation && (200.0..=350.0).contains(since),
                "{since}"
            );
        }
        let names = |value: &dyn Fn(f64) -> f64| -> Vec<&str> {
            let run = run(&[("loss", value), ("accuracy", &|_| f64::NAN)], 60);
            findings(&run).iter().map(CurveFinding::name).collect()
        };
        assert_eq!(
            names(&|x| if x < 50.0 { 1.0 } else { f64::NAN }),
            ["not-finite"]
        );
        assert_eq!(names(&|x| x), ["diverging"]);
        assert_eq!(names(&|x| 0.7 + 1e-4 * (x % 7.0)), ["plateau"]);
        assert!(names(&falls).is_empty());
    }
}
