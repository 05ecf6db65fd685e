//! Work on several threads at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use crate::error::Result;
use crate::sync::lock;

/// Beginning of the names of helping threads, by which a panic hook recognises them.
pub const HELPER_THREAD: &str = "training ";

/// Does `work` on each of `items`, each on a thread of its own, the first on this one. This thread also does what no
/// other has begun when it gets there.
///
/// # Panics
/// If `work` panics.
pub fn on_each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync) {
    let items: Vec<_> = items
        .iter_mut()
        .map(|item| Mutex::new(Some(item)))
        .collect();
    let begin = |item: &Mutex<Option<&mut T>>| {
        let item = lock(item).take();
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

/// Does `work` on the numbers below `count`, several at a time on up to `threads` threads, and calls `report` with each
/// number and its result as soon as that is there. Work can see from its second argument that its result is not needed
/// any more.
///
/// # Errors
/// The first one of `work` or `report`, which ends the other work.
pub fn as_completed<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize, &AtomicBool) -> Result<T> + Sync,
    mut report: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = channel();
    thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            let (sender, work, next, is_over) = (sender.clone(), &work, &next, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    // The receiver is gone after an error.
                    let _ = sender.send((at, work(at, is_over)));
                }
            });
        }
        drop(sender);
        for (at, result) in results {
            if let Err(error) = result.and_then(|result| report(at, result)) {
                is_over.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    })
}

/// Does `work` as [`as_completed`], and calls `report` with the results in order.
///
/// # Errors
/// Those of [`as_completed`].
pub fn in_order<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize, &AtomicBool) -> Result<T> + Sync,
    mut report: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let mut waiting: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let mut reported = 0;
    as_completed(count, threads, work, |at, result| {
        waiting[at] = Some(result);
        while let Some(result) = waiting.get_mut(reported).and_then(Option::take) {
            report(result)?;
            reported += 1;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_are_in_order_up_to_the_first_error() {
        for threads in [1, 3] {
            let mut results = Vec::new();
            let done = in_order(
                20,
                threads,
                |at, _| Ok(at),
                |at| {
                    results.push(at);
                    if at == 7 {
                        return Err(Error::Cancelled);
                    }
                    Ok(())
                },
            );
            assert!(matches!(done, Err(Error::Cancelled)));
            assert_eq!(results, Vec::from_iter(0..8));
        }
        assert!(in_order(0, 2, |at, _| Ok(at), |_| Ok(())).is_ok());
    }

    #[test]
    fn a_result_is_reported_while_an_earlier_one_is_awaited() {
        let (sender, released) = channel();
        let released = Mutex::new(released);
        let mut order = Vec::new();
        let work = |at: usize, _: &AtomicBool| {
            if at == 0 {
                lock(&released).recv().expect("the report of the others");
            }
            Ok(at)
        };
        let done = as_completed(3, 2, work, |at, _| {
            order.push(at);
            if order.len() == 2 {
                sender.send(()).expect("the first waits");
            }
            Ok(())
        });
        assert!(done.is_ok());
        assert_eq!(order, [1, 2, 0]);
    }

    #[test]
    fn every_item_is_done_once() {
        for count in [0, 1, 2, 40] {
            let mut items = vec![1; count];
            on_each(&mut items, |item| *item += 1);
            assert_eq!(items, vec![2; count]);
        }
    }
}
