//! Training without a worker, in the calling thread.

use std::time::Instant;

use super::{Divergence, Limit, Limits, Session};

/// Trains `session` until it reaches one of `limits`, which is returned, or until `goes_on`, which is asked before every
/// step, returns false.
///
/// # Errors
/// A [`Divergence`].
pub(crate) fn fit(
    session: &mut Session,
    limits: Limits,
    mut goes_on: impl FnMut(&Session) -> bool,
) -> Result<Option<Limit>, Divergence> {
    let start = Instant::now();
    loop {
        let seconds = start.elapsed().as_secs_f64();
        if let Some(limit) = limits.reached(session, seconds) {
            return Ok(Some(limit));
        }
        loop {
            if !goes_on(session) {
                return Ok(None);
            }
            if session.step()?.epoch.is_some() {
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
