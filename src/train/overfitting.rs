//! Detection of overfitting from the losses of the epochs.

use super::messages::EpochRecord;
use crate::util::stats::MovingAverage;

/// Weight of the past in the moving averages of both losses.
const SMOOTHING: f64 = 0.7;
/// Rise of the smoothed validation loss above its minimum, as a fraction of the minimum.
const MARGIN: f64 = 0.05;
/// Rise as a fraction of the first validation loss, which lets a loss near zero double.
const MARGIN_OF_FIRST: f64 = 0.01;
/// Number of epochs that the rise must last.
const EPOCHS: u64 = 10;
/// Fraction of the run that the rise must last.
const PART: f64 = 0.05;

/// Returns the epoch since which the run overfits; `None` while that is not clear, or without validation
/// rows.
///
/// Overfitting is clear when the smoothed validation loss has stayed above its minimum by 5%, and by 1% of
/// the first validation loss, for 10 epochs and 5% of the run up to now, while the smoothed training
/// loss has fallen since the minimum.
pub(crate) fn overfitting_since(records: &[EpochRecord]) -> Option<u64> {
    let mut averages = [MovingAverage::new(SMOOTHING); 2];
    let losses = records.iter().filter_map(|record| {
        let losses = [record.train_loss, record.validation_loss].map(|loss| loss.last);
        let is_known = losses.iter().all(|loss| loss.is_finite());
        let [train, validation] = &mut averages;
        is_known.then(|| {
            let smoothed = (train.next(losses[0]), validation.next(losses[1]));
            (record.epoch, smoothed)
        })
    });
    let losses: Vec<(u64, (f64, f64))> = losses.collect();
    let validation = |at: &(u64, (f64, f64))| at.1.1;
    let (first, last) = (losses.first()?, losses.last()?);
    let best = losses
        .iter()
        .min_by(|a, b| validation(a).total_cmp(&validation(b)))?;
    let margin = (MARGIN * validation(best)).max(MARGIN_OF_FIRST * validation(first));
    let limit = validation(best) + margin;
    let is_low = |at: &(u64, (f64, f64))| validation(at) <= limit;
    let since = losses.get(losses.iter().rposition(is_low)? + 1)?.0;
    let lasted = last.0 - since;
    let is_clear = lasted >= EPOCHS && lasted as f64 >= PART * last.0 as f64;
    let train_falls = last.1.0 < best.1.0;
    (is_clear && train_falls).then_some(since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::stats::MinMaxLast;

    fn records(losses: impl Fn(f64) -> (f64, f64), epochs: u64) -> Vec<EpochRecord> {
        let record = |epoch: u64| {
            let (train, validation) = losses(epoch as f64);
            EpochRecord {
                epoch,
                step: epoch,
                train_loss: MinMaxLast::of(train),
                train_score: MinMaxLast::of(0.0),
                validation_loss: MinMaxLast::of(validation),
                validation_score: MinMaxLast::of(0.0),
                learning_rate: 0.01,
            }
        };
        (1..=epochs).map(record).collect()
    }

    #[test]
    fn a_rising_validation_loss_overfits_once_it_is_clear() {
        let rising = |epoch: f64| (1.0 / epoch, 0.5 + 0.01 * (epoch - 20.0).abs());
        assert_eq!(overfitting_since(&records(rising, 30)), None);
        let since = overfitting_since(&records(rising, 60));
        assert!(
            since.is_some_and(|epoch| (21..30).contains(&epoch)),
            "{since:?}"
        );
    }

    #[test]
    fn a_plateau_noise_and_a_rising_training_loss_are_something_else() {
        let plateau = |epoch: f64| (1.0 / epoch, 0.5 + 1.0 / epoch);
        assert_eq!(overfitting_since(&records(plateau, 300)), None);
        let noisy = |epoch: f64| (1.0 / epoch, 0.5 + 0.05 * (epoch * 2.0).sin());
        assert_eq!(overfitting_since(&records(noisy, 300)), None);
        let diverging = |epoch: f64| (epoch, 0.5 + 0.01 * (epoch - 20.0).abs());
        assert_eq!(overfitting_since(&records(diverging, 60)), None);
        let tiny = |epoch: f64| (1.0 / epoch, 2.0f64.powf(-epoch.min(20.0)) + 1e-6 * epoch);
        assert_eq!(overfitting_since(&records(tiny, 60)), None);
        let none = |epoch: f64| (1.0 / epoch, f64::NAN);
        assert_eq!(overfitting_since(&records(none, 60)), None);
        assert_eq!(overfitting_since(&[]), None);
    }
}
