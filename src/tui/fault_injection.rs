//! Panics on request in debug builds, for tests of what happens to the terminal and the weights.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::train::Event;

/// Panics in the calling thread at the first report of the third epoch or a later one if `NN_TUI_FAULT` names `place`.
pub(super) fn panic_at_third_epoch(place: &str, event: &Event) {
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    if matches!(event, Event::Progress(progress) if progress.position.epoch >= 3)
        && is_asked(place)
        && !IS_DONE.swap(true, Ordering::Relaxed)
    {
        panic_if_asked(place);
    }
}

/// Panics in the calling thread if `NN_TUI_FAULT` names `place`.
pub(super) fn panic_if_asked(place: &str) {
    assert!(!is_asked(place), "a fault was asked for");
}

fn is_asked(place: &str) -> bool {
    cfg!(debug_assertions) && std::env::var("NN_TUI_FAULT").as_deref() == Ok(place)
}
