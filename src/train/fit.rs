//! Training without a worker, in the calling thread.

use std::time::Instant;

use super::{Divergence, EpochRecord, Limit, Limits, Session};

/// Follows a training and can end it.
pub(crate) trait FitObserver {
    /// Returns whether the training goes on; asked before every step.
    fn should_continue(&mut self, session: &Session) -> bool;

    /// Notes a training before its first step.
    fn started(&mut self, _session: &Session) {}

    /// Notes the metrics of an epoch at its end.
    fn epoch(&mut self, _record: &EpochRecord) {}
}

impl<F: FnMut(&Session) -> bool> FitObserver for F {
    fn should_continue(&mut self, session: &Session) -> bool {
        self(session)
    }
}

/// Trains `session` until it reaches one of `limits`, which is returned, or until `observer` ends it.
///
/// # Errors
/// A [`Divergence`].
pub(crate) fn fit(
    session: &mut Session,
    limits: Limits,
    observer: &mut impl FitObserver,
) -> Result<Option<Limit>, Divergence> {
    let start = Instant::now();
    loop {
        let seconds = start.elapsed().as_secs_f64();
        if let Some(limit) = limits.reached(session, seconds) {
            return Ok(Some(limit));
        }
        loop {
            if !observer.should_continue(session) {
                return Ok(None);
            }
            let stepped = session.step()?;
            if let Some(means) = stepped.epoch {
                let of_epoch = (means, stepped.learning_rate);
                let scores = session.validation_scores();
                observer.epoch(&EpochRecord::of(session, of_epoch, scores));
                break;
            }
            if limits.time.is_some()
                && let Some(limit) = limits.time_reached(start.elapsed().as_secs_f64())
            {
                return Ok(Some(limit));
            }
        }
    }
}
