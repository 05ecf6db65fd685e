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
    /// The log says that the training diverged.
    Diverged,
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
            Self::Diverged | Self::Diverging { .. } => "diverging",
            Self::Overfitting { .. } => "overfitting",
            Self::Plateau { .. } => "plateau",
        }
    }
}

/// Words that say of which rows a loss is.
const TRAINING: [&str; 2] = ["train", "training"];
/// The test rows come last: they are often looked at only once.
const VALIDATION: [&str; 6] = ["val", "valid", "validation", "eval", "evaluation", "test"];
/// Words that say how often a loss is logged, the smoother one first.
const INTERVALS: [&str; 2] = ["epoch", "step"];

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

/// Returns the run of the training beside a run of the validation alone, as Keras' callback for TensorBoard writes them:
/// `a/train` beside `a/validation`.
pub(crate) fn training_beside<'r>(runs: &'r [(Arc<str>, Arc<Run>)], name: &str) -> Option<&'r Run> {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    if !VALIDATION.contains(&last) {
        return None;
    }
    let is_beside = |other: &str| {
        let (other, last) = other.rsplit_once('/').unwrap_or(("", other));
        other == folder && TRAINING.contains(&last)
    };
    let (_, run) = runs.iter().find(|(other, _)| is_beside(other))?;
    Some(run)
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
    let mut found: Vec<CurveFinding> = Vec::new();
    found.extend(run.has_diverged.then_some(CurveFinding::Diverged));
    for pair in pairs.values_mut() {
        pair.training.sort_by_key(|loss| loss.rank);
        pair.validation.sort_by_key(|loss| loss.rank);
        let own = [&pair.training, &pair.validation].into_iter();
        // Those of the other run are found there.
        let own: Vec<CurveFinding> = own
            .skip(usize::from(training.is_some()))
            .filter_map(|losses| exploded(losses))
            .collect();
        if own.is_empty() {
            found.extend(learning(pair));
        }
        found.extend(own);
    }
    found
}

/// Adds the losses of `run` to the pairs by their names without the words that say of which rows they are, and how often
/// they are logged.
fn add_losses<'r>(pairs: &mut BTreeMap<String, Pair<'r>>, run: &'r Run, is_validation: bool) {
    for (tag, series) in &run.scalars {
        let lower = tag.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        let is_mark = |word: &&str| {
            let lists = [&TRAINING[..], &VALIDATION, &INTERVALS];
            lists.iter().any(|list| list.contains(word))
        };
        let (marks, name): (Vec<&str>, Vec<&str>) = words.partition(is_mark);
        if !name.contains(&"loss") {
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

/// First loss above zero; some programs log a zero before they have computed any. `None` where others are negative, such as
/// logarithms of densities, of which no multiple says anything.
fn first_loss(points: &[Point]) -> Option<f64> {
    let mut losses = points.iter().map(|point| point.value.min);
    let is_negative = losses.clone().any(|loss| loss < 0.0);
    losses.find(|loss| *loss > 0.0 && !is_negative)
}

/// Whether the losses overfit, or are flat.
fn learning(pair: &Pair<'_>) -> Option<CurveFinding> {
    let loss = pair.validation.first().or(pair.training.first())?;
    let tag = Arc::clone(loss.tag);
    let points = loss.series.points();
    let records = records(pair, points);
    if let Some(epoch) = overfitting_since(&records) {
        let since = points.get(epoch.saturating_sub(1) as usize)?.step;
        return Some(CurveFinding::Overfitting { tag, since });
    }
    let (first, last) = (first_loss(points)?, points.last()?);
    let is_late = points.len() as u64 >= LONG;
    let is_flat = trend(&records) == Some(Trend::Flat);
    let is_high = last.value.last > UNLEARNED * first;
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
            let found = findings(&run, None);
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
            findings(&run, None)
                .iter()
                .map(CurveFinding::name)
                .collect()
        };
        assert_eq!(
            names(&|x| if x < 50.0 { 1.0 } else { f64::NAN }),
            ["not-finite"]
        );
        assert_eq!(names(&|x| x), ["diverging"]);
        assert_eq!(names(&|x| 0.7 + 1e-4 * (x % 7.0)), ["plateau"]);
        assert!(names(&falls).is_empty());
        // A zero before anything was computed, and numbers without a lowest one.
        assert!(names(&|x| if x < 2.0 { 0.0 } else { 2.0 / x }).is_empty());
        assert!(names(&|x| -50.0 + x).is_empty());
        assert!(names(&|x| (x - 10.0).min(0.1)).is_empty());
    }

    #[test]
    fn the_losses_of_common_layouts_are_pairs() {
        let falls = |x: f64| 1.0 / x;
        let rises = |x: f64| 0.5 + 0.01 * (x - 20.0).abs();
        let overfits = |run: &Run, training: Option<&Run>, tag: &str| {
            let found = findings(run, training);
            let [CurveFinding::Overfitting { tag: found, .. }] = &found[..] else {
                panic!("{found:?}");
            };
            assert_eq!(&**found, tag);
        };
        let mut tested = run(&[("loss/train", &falls), ("loss/validation", &rises)], 60);
        tested.add_scalar("loss/test", Point::new(600.0, 0.0, 0.9));
        overfits(&tested, None, "loss/validation");
        let lightning = run(
            &[
                ("train_loss_epoch", &falls),
                ("train_loss_step", &|x| {
                    1.0 / x + 20.0 * f64::from(u8::from(x > 59.5))
                }),
                ("val_loss", &rises),
            ],
            60,
        );
        overfits(&lightning, None, "val_loss");
        let [train, validation] =
            [&falls as &dyn Fn(f64) -> f64, &rises].map(|loss| run(&[("epoch_loss", loss)], 60));
        assert!(findings(&train, None).is_empty());
        assert!(findings(&validation, None).is_empty());
        overfits(&validation, Some(&train), "epoch_loss");
        let runs: Vec<(Arc<str>, Arc<Run>)> = ["b/train", "a/train", "a/validation"]
            .map(|name| (name.into(), Arc::default()))
            .into();
        let beside = |name| training_beside(&runs, name).map(|run| run as *const Run);
        assert_eq!(beside("a/validation"), Some(Arc::as_ptr(&runs[1].1)));
        assert_eq!(["a/train", "validation", "a/other"].map(beside), [None; 3]);
    }
}
