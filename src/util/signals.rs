//! Signals of the operating system, and the stopping of this process and its job. Elsewhere than on Unix
//! nothing is watched and nothing stops.

use std::process;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::platform;
pub(crate) use super::platform::{HAS_JOB_CONTROL, is_in_foreground, stop_job, stop_process};
use crate::error::{Error, Result};

/// Exit code of a program that a hang-up ended.
pub(crate) const HANG_UP: u8 = 129;

/// Requests to end within this time of the last one are the same request.
const GRACE: Duration = Duration::from_secs(1);
/// Number of requests to end after which the process ends at once.
const PATIENCE: u32 = 3;

/// A signal that the program handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, SIGTERM, SIGHUP or another signal that ends a process by default, by number: a request
    /// to end.
    End(i32),
    /// SIGXCPU, by number: a request to end that the system repeats every second.
    Limit(i32),
    /// SIGTSTP: a request to stop until [`Signal::Continue`].
    Stop,
    /// SIGCONT.
    Continue,
}

/// Signals to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watched {
    /// Requests to end. Stopping is left to the system.
    End,
    /// Requests to end, to stop and to continue.
    EndAndJobControl,
}

/// Signals that have arrived, in a queue of their own that is never full. Dropping it ends the
/// watching.
pub(crate) struct Signals {
    arrived: Receiver<Signal>,
    _watcher: platform::Watcher,
}

impl Signals {
    /// Starts watching in a thread, which calls `wake` after it queued a signal. Signals that the
    /// program was started to ignore stay ignored, as `nohup` expects.
    ///
    /// Only the first request to end is queued. Those within a second of it are taken for the same
    /// request (`timeout` signals a process and then its group, shells repeat a hang-up), and a later
    /// one leaves the program time to save its work. The next one after that calls `last_resort` and
    /// ends the process at once, for example if the disk hangs.
    ///
    /// # Errors
    /// [`Error::Worker`] if the system refuses.
    pub fn watch(
        watched: Watched,
        wake: impl Fn() + Send + 'static,
        last_resort: impl Fn() + Send + 'static,
    ) -> Result<Self> {
        let (queue, arrived) = channel();
        let mut requests = Requests::default();
        let watcher = platform::watch(watched, move |signal| {
            if let Signal::End(number) | Signal::Limit(number) = signal {
                match requests.count(signal, Instant::now()) {
                    1 => {}
                    PATIENCE.. => {
                        last_resort();
                        process::exit(128 + number);
                    }
                    _ => return,
                }
            }
            // Nobody listens any more once the program is about to end.
            let _ = queue.send(signal);
            wake();
        });
        Ok(Self {
            arrived,
            _watcher: watcher.map_err(|cause| Error::Worker(cause.to_string()))?,
        })
    }

    /// Takes the oldest signal out of the queue.
    pub fn take(&self) -> Option<Signal> {
        self.arrived.try_recv().ok()
    }
}

/// Requests to end so far.
#[derive(Default)]
struct Requests {
    number: u32,
    last: Option<Instant>,
}

impl Requests {
    /// Counts a request at `now`. Returns the number of requests, or 0 if this one repeats another.
    fn count(&mut self, signal: Signal, now: Instant) -> u32 {
        let is_repeated = match self.last {
            Some(last) => matches!(signal, Signal::Limit(_)) || now - last < GRACE,
            None => false,
        };
        if is_repeated {
            return 0;
        }
        self.last = Some(now);
        self.number += 1;
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_within_a_second_are_one() {
        let start = Instant::now();
        let mut requests = Requests::default();
        let mut count = |signal, milliseconds| {
            requests.count(signal, start + Duration::from_millis(milliseconds))
        };
        assert_eq!(count(Signal::End(15), 0), 1);
        assert_eq!(count(Signal::End(15), 0), 0);
        assert_eq!(count(Signal::End(1), 999), 0);
        assert_eq!(count(Signal::Limit(24), 1000), 0);
        assert_eq!(count(Signal::End(15), 1000), 2);
        assert_eq!(count(Signal::End(15), 1900), 0);
        assert_eq!(count(Signal::Limit(24), 5000), 0);
        assert_eq!(count(Signal::End(2), 6000), 3);
    }
}
