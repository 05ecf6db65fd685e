//! Panics on request in debug builds, for tests of what happens to the terminal and the weights.

use crate::train::Event;

/// Panics in the calling thread at the third epoch if `NN_TUI_FAULT` names `place`.
pub(super) fn panic_at_third_epoch(place: &str, event: &Event) {
    if matches!(event, Event::Progress(progress) if progress.position.epoch == 3) {
        panic_if_asked(place);
    }
}

/// Panics in the calling thread if `NN_TUI_FAULT` names `place`.
pub(super) fn panic_if_asked(place: &str) {
    if cfg!(debug_assertions) {
        let asked = std::env::var("NN_TUI_FAULT");
        assert!(asked.as_deref() != Ok(place), "a fault was asked for");
    }
}
