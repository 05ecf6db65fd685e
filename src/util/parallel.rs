//! Work on several threads at once.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// Beginning of the names of helping threads, by which a panic hook recognises them.
pub(crate) const HELPER_THREAD: &str = "training ";

/// Does `work` on each of `items`, each on a thread of its own, the first on this one. This thread also does what no
/// other has begun when it gets there.
///
/// # Panics
/// If `work` panics.
pub(crate) fn on_each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync) {
    let items: Vec<_> = items
        .iter_mut()
        .map(|item| Mutex::new(Some(item)))
        .collect();
    let begin = |item: &Mutex<Option<&mut T>>| {
        let item = item.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(item) = item {
            work(item);
        }
    };
    thread::scope(|scope| {
        for (number, item) in items.iter().enumerate().skip(1) {
            let thread = thread::Builder::new().name(format!("{HELPER_THREAD}{}", number + 1));
            // What the system starts no thread for is done below.
            let _ = thread.spawn_scoped(scope, || begin(item));
        }
        items.iter().for_each(begin);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_done_once() {
        for count in [0, 1, 2, 40] {
            let mut items = vec![1; count];
            on_each(&mut items, |item| *item += 1);
            assert_eq!(items, vec![2; count]);
        }
    }
}
