//! Signals of the operating system, and the stopping of this process and its job. Elsewhere than on Unix
//! nothing is watched and nothing stops.

use std::io;
use std::process;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use super::platform;
pub use super::platform::{HAS_JOB_CONTROL, is_in_foreground, stop_job, stop_process};
use crate::error::{Error, Result};
use crate::sync::lock;

/// Exit code of a program that a hang-up ended.
pub const HANG_UP: u8 = 129;

/// Requests to end within this time of the last one are the same request.
const GRACE: Duration = Duration::from_secs(1);
/// Number of requests to end after which the process ends at once.
const PATIENCE: u32 = 3;

/// A signal that the program handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, SIGTERM, SIGHUP or another signal that ends a process by default, by number: a request
    /// to end.
    End(i32),
    /// SIGXCPU, by number: a request to end that the system repeats every second.
    Limit(i32),
    /// SIGTSTP: a request to stop until [`Signal::Continue`].
    Stop,
    /// SIGCONT.
    Continue,
    /// SIGWINCH: the terminal has another size.
    Resize,
}

/// Signals to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// Requests to end. Stopping is left to the system.
    End,
    /// Requests to end, to stop and to continue, and changes of the terminal's size.
    All,
}

/// Receiver of the signals that arrive.
enum Handler {
    /// No run has begun: a request to end ends the process at once.
    Early,
    Run(Box<dyn FnMut(Signal) + Send>),
    /// The process is about to end.
    Late,
}

static HANDLER: Mutex<Handler> = Mutex::new(Handler::Early);
/// Number of the last signal that asked to end; 0 before the first.
static REQUESTED: AtomicI32 = AtomicI32::new(0);

fn handler() -> MutexGuard<'static, Handler> {
    lock(&HANDLER)
}

/// Starts a thread that watches requests to end, unless it is running. Until a run watches signals itself, they end the
/// process and leave no temporary file behind. Signals that the program was started to ignore stay ignored, as `nohup`
/// expects.
///
/// # Errors
/// Those of the system.
pub fn start_watching(
    remove_files: impl Fn() + Send + 'static,
) -> io::Result<&'static platform::Watcher> {
    static WATCHER: OnceLock<platform::Watcher> = OnceLock::new();
    if let Some(watcher) = WATCHER.get() {
        return Ok(watcher);
    }
    let watcher = platform::watch(move |signal| {
        if let Signal::End(number) | Signal::Limit(number) = signal {
            REQUESTED.store(number, Ordering::SeqCst);
        }
        match (&mut *handler(), signal) {
            (Handler::Run(handle), signal) => handle(signal),
            (Handler::Early, Signal::End(number) | Signal::Limit(number)) => {
                remove_files();
                platform::end_by(number);
                process::exit(128 + number);
            }
            (Handler::Early | Handler::Late, _) => {}
        }
    })?;
    Ok(WATCHER.get_or_init(|| watcher))
}

/// Lets requests to end end the process at once again, as before the first run. Returns the number of the signal, if one
/// has asked for the end before.
pub fn end_of_runs() -> Option<i32> {
    *handler() = Handler::Early;
    Some(REQUESTED.load(Ordering::SeqCst)).filter(|&number| number != 0)
}

/// Signals that have arrived, in a queue of their own that is never full. Dropping it ends the
/// watching: what arrives later is ignored.
pub struct Signals {
    arrived: Receiver<Signal>,
}

impl Drop for Signals {
    fn drop(&mut self) {
        *handler() = Handler::Late;
    }
}

impl Signals {
    /// Starts watching in a thread, which calls `wake` after it queued a signal.
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
        let watcher = start_watching(|| {}).map_err(|cause| Error::Worker(cause.to_string()))?;
        let (queue, arrived) = channel();
        let mut requests = Requests::default();
        let handle = move |signal| {
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
        };
        *handler() = Handler::Run(Box::new(handle));
        if watched == Watched::All {
            let added = watcher.add_all();
            added.map_err(|cause| Error::Worker(cause.to_string()))?;
        }
        Ok(Self { arrived })
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
