//! Trend of the losses, and overfitting.

use super::thresholds::{
    CLEAR_RISE, CLEAR_RISE_OF_FIRST, RISE, RISE_EPOCHS, RISE_OF_FIRST, RISE_PART,
};
use crate::train::EpochRecord;
use crate::util::stats::MovingAverage;

/// Smallest number of epochs in each of the two windows that the trend compares.
const MIN_WINDOW: u64 = 3;
/// Fraction of the run in each window.
const WINDOW_PART: f64 = 0.1;
/// Change of the mean loss between the windows below which it is flat, as a fraction of the earlier mean.
const FLAT: f64 = 0.01;
/// Change below which it is flat, in standard errors.
const FLAT_ERRORS: f64 = 2.0;

/// Direction of the validation loss, or of the training loss without validation rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    Falling,
    Flat,
    Rising,
}

/// Compares the mean loss of the last epochs with that of as many before them; `None` while there are too few.
///
/// Each window has a tenth of the run, and three epochs at least. The loss is flat while the means differ by less
/// than 1%, or by less than two standard errors.
pub(crate) fn trend(records: &[EpochRecord]) -> Option<Trend> {
    let (first, last) = (records.first()?.epoch, records.last()?.epoch);
    let window = MIN_WINDOW.max((WINDOW_PART * (last - first) as f64) as u64);
    let start = |windows: u64| {
        let after = (last + 1).checked_sub(windows * window)?;
        (after >= first).then(|| records.partition_point(|record| record.epoch < after))
    };
    let (earlier, later) = (start(2)?, start(1)?);
    let (mean_before, error_before) = mean_and_error(&records[earlier..later])?;
    let (mean, error) = mean_and_error(&records[later..])?;
    let errors = (error_before + error).sqrt();
    let change = mean - mean_before;
    Some(
        if change.abs() <= (FLAT * mean_before).max(FLAT_ERRORS * errors) {
            Trend::Flat
        } else if change < 0.0 {
            Trend::Falling
        } else {
            Trend::Rising
        },
    )
}

/// Mean of the losses of `records`, and its squared standard error; `None` if there is no finite mean.
fn mean_and_error(records: &[EpochRecord]) -> Option<(f64, f64)> {
    let loss = |record: &EpochRecord| match record.validation_loss.last {
        loss if loss.is_nan() => record.train_loss.last,
        loss => loss,
    };
    let count = records.len() as f64;
    let mean = records.iter().map(loss).sum::<f64>() / count;
    let squares = records.iter().map(|record| (loss(record) - mean).powi(2));
    let error = squares.sum::<f64>() / (count * (count - 1.0).max(1.0));
    mean.is_finite().then_some((mean, error))
}

/// Change along a straight line above which it is no noise, in standard deviations from the line.
const STEADY: f64 = 4.0;

/// Change of `values` from the first to the last one on the straight line of least squares; `None` where they scatter too
/// widely around it, or are fewer than three.
pub(crate) fn steady_change(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    if values.len() < 3 {
        return None;
    }
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let places = || (0..values.len()).map(|i| i as f64 - middle);
    let product: f64 = places()
        .zip(values)
        .map(|(place, value)| place * (value - mean))
        .sum();
    let slope = product / places().map(|place| place * place).sum::<f64>();
    let residuals = places()
        .zip(values)
        .map(|(place, value)| value - mean - slope * place);
    let scatter =
        (residuals.map(|residual| residual * residual).sum::<f64>() / (count - 2.0)).sqrt();
    let change = slope * (count - 1.0);
    (change.abs() > STEADY * scatter).then_some(change)
}

/// Weight of the past in the moving averages of both losses.
const SMOOTHING: f64 = 0.7;
/// Returns the epoch since which the run overfits; `None` while that is not clear, or without validation
/// rows.
///
/// Overfitting is clear when the smoothed validation loss has stayed above its minimum by 5%, and by 1% of
/// the first validation loss, for 10 epochs and 5% of the run up to now, and on average has been above it by 20%, and
/// by 5% of the first, while the smoothed training loss has fallen since the minimum.
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
    let risen = |part: f64, of_first: f64| {
        validation(best) + (part * validation(best)).max(of_first * validation(first))
    };
    let limit = risen(RISE, RISE_OF_FIRST);
    let is_low = |at: &(u64, (f64, f64))| validation(at) <= limit;
    let risen_ones = &losses[losses.iter().rposition(is_low)? + 1..];
    let since = risen_ones.first()?.0;
    let mean = risen_ones.iter().map(validation).sum::<f64>() / risen_ones.len() as f64;
    let lasted = last.0 - since;
    let is_long = lasted >= RISE_EPOCHS && lasted as f64 >= RISE_PART * last.0 as f64;
    let is_clear = is_long && mean > risen(CLEAR_RISE, CLEAR_RISE_OF_FIRST);
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
                train_loss: MinMaxLast::of(train),
                validation_loss: MinMaxLast::of(validation),
                ..EpochRecord::unknown(epoch, epoch)
            }
        };
        (1..=epochs).map(record).collect()
    }

    #[test]
    fn the_trend_compares_the_last_epochs_with_those_before() {
        let constant = |loss: f64| move |_: f64| (0.5, loss);
        assert_eq!(trend(&records(constant(1.0), 5)), None);
        assert_eq!(trend(&records(constant(1.0), 6)), Some(Trend::Flat));
        let falling = |epoch: f64| (1.0, 1.0 / epoch);
        assert_eq!(trend(&records(falling, 300)), Some(Trend::Falling));
        let rising = |epoch: f64| (1.0 / epoch, 1.0 + 0.01 * epoch);
        assert_eq!(trend(&records(rising, 300)), Some(Trend::Rising));
        let noisy = |epoch: f64| (1.0, 1.0 + 0.1 * (epoch * 2.0).sin());
        for epochs in 6..300 {
            assert_eq!(
                trend(&records(noisy, epochs)),
                Some(Trend::Flat),
                "{epochs}"
            );
        }
        let without_validation = |epoch: f64| (1.0 / epoch, f64::NAN);
        let fallen = trend(&records(without_validation, 30));
        assert_eq!(fallen, Some(Trend::Falling));
        assert_eq!(trend(&records(constant(f64::INFINITY), 30)), None);
        assert_eq!(trend(&[]), None);
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
