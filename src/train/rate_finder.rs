//! Learning-rate finder: the loss while the learning rate rises from step to step (Smith, *Cyclical Learning Rates for
//! Training Neural Networks*, 2017), on a fork of the session.

use super::{Divergence, Session};
use crate::nn::{Change, LearningRate};
use crate::util::stats::{MovingAverage, mean_and_deviation};

/// First and last learning rate.
const RATES: (f64, f64) = (1e-6, 10.0);
/// Number of steps, one for each rate, evenly spaced on a logarithmic axis: 30 for each factor of 10.
const STEPS: u32 = 211;
/// Weight of the past in the moving average of the losses.
const SMOOTHING: f64 = 0.9;
/// Number of first steps, whose rates change nothing: their mean loss is compared with.
const BEFORE: usize = 30;
/// Multiple of the loss before at which the sweep ends.
const EXPLODED: f64 = 4.0;
/// Fraction of the loss before that the lowest must be below for a suggestion.
const FALLEN: f64 = 0.95;
/// Number of standard deviations of the loss before that it must be below as well: mini-batches differ.
const CLEARLY: f64 = 4.0;
/// The suggestion relative to the rate of the lowest loss.
const SAFETY: f64 = 0.1;

/// Loss of a step at a learning rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatePoint {
    /// The learning rate.
    pub rate: f64,
    /// Mean loss of the mini-batch after the steps at all lower rates, smoothed.
    pub loss: f64,
}

/// Losses over the learning rate.
#[derive(Debug, Clone, PartialEq)]
pub struct RateCurve {
    /// Points in the order of the rates. They end where the loss explodes.
    pub points: Vec<RatePoint>,
    /// A tenth of the rate at which the loss is lowest, to one significant digit; `None` if it falls by less than 5%, or
    /// by no more than mini-batches differ.
    pub suggestion: Option<LearningRate>,
    /// Mean smoothed loss at the lowest rates, which change nothing.
    pub before: f64,
}

/// Sweep in progress, one step at a time.
pub(crate) struct RateFinder {
    fork: Session,
    average: MovingAverage,
    points: Vec<RatePoint>,
    is_over: bool,
}

impl RateFinder {
    /// Starts a sweep from the parameters of `session`, which stays as it is; after a divergence from the last good ones.
    pub fn new(session: &Session) -> Self {
        let mut fork = session.fork(session.threads());
        if session.diverged().is_some() {
            let learning_rate = session.plan_in_force().rule.learning_rate;
            let recovered = fork.apply(Change::Recover { learning_rate });
            debug_assert!(recovered.is_ok(), "there are always good parameters");
        }
        Self {
            fork,
            average: MovingAverage::new(SMOOTHING),
            points: Vec::new(),
            is_over: false,
        }
    }

    /// Trains the fork on the next mini-batch, at the next rate. Returns whether there are more.
    pub fn advance(&mut self) -> bool {
        if !self.is_over {
            self.is_over = self.step().is_err() || self.points.len() as u32 >= STEPS;
        }
        !self.is_over
    }

    /// Does one step.
    ///
    /// # Errors
    /// If the loss has exploded, or is not finite.
    fn step(&mut self) -> Result<(), Option<Divergence>> {
        let (first, last) = RATES;
        let place = self.points.len() as f64 / f64::from(STEPS - 1);
        let rate = first * (last / first).powf(place);
        let rate = LearningRate::new(rate).map_err(|_| None)?;
        self.fork.force_rate(rate);
        let stepped = self.fork.step()?;
        let loss = self.average.next(stepped.loss.into());
        let rate = rate.get();
        self.points.push(RatePoint { rate, loss });
        let is_exploded = self.points.len() > BEFORE && loss > EXPLODED * self.before().0;
        if is_exploded { Err(None) } else { Ok(()) }
    }

    /// Smoothed losses of the first steps.
    /// Mean and standard deviation of the smoothed losses of the first steps. The loss of a single mini-batch may be
    /// far from that mean.
    fn before(&self) -> (f64, f64) {
        let first = self.points.iter().take(BEFORE);
        mean_and_deviation(first.map(|point| point.loss))
    }

    /// Returns the curve so far.
    pub fn curve(&self) -> RateCurve {
        let (before, std) = self.before();
        // It has clearly fallen.
        let fallen = (FALLEN * before).min(before - CLEARLY * std);
        let later = self.points.iter().skip(BEFORE);
        let lowest = later
            .min_by(|a, b| a.loss.total_cmp(&b.loss))
            .filter(|lowest| lowest.loss < fallen);
        let suggestion = lowest.and_then(|lowest| {
            let rounded = format!("{:.0e}", SAFETY * lowest.rate).parse().ok()?;
            LearningRate::new(rounded).ok()
        });
        RateCurve {
            points: self.points.clone(),
            suggestion,
            before,
        }
    }
}

#[cfg(test)]
mod tests;
