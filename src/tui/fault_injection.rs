//! Panics on request, so that tests can see what becomes of the terminal and of the weights. Not in
//! release builds.

use crate::train::Event;

/// Panics in the thread that calls this if `NN_TUI_FAULT` names `place`, some epochs into the
/// training.
pub(super) fn strike(place: &str, event: &Event) {
    if matches!(event, Event::Progress(progress) if progress.position.epoch == 3) {
        strike_now(place);
    }
}

/// The same at once.
pub(super) fn strike_now(place: &str) {
    if cfg!(debug_assertions) {
        let asked = std::env::var("NN_TUI_FAULT");
        assert!(asked.as_deref() != Ok(place), "a fault was asked for");
    }
}
