//! Signals of the operating system, the stopping of this process and its job. All that is special
//! to Unix is here; elsewhere nothing is watched and nothing stops.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::error::{Error, Result};

/// Exit code of a program that a hang-up ended.
pub(crate) const HANG_UP: u8 = 129;

/// A signal that the program handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, SIGTERM or SIGHUP, by number: a request to end.
    End(i32),
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
    /// request (`timeout` signals a process and then its group, shells repeat a hang-up); a later one
    /// ends the process at once, for example if it hangs on a terminal that takes no output.
    ///
    /// # Errors
    /// [`Error::Worker`] if the system refuses.
    pub fn watch(watched: Watched, wake: impl Fn() + Send + 'static) -> Result<Self> {
        let (queue, arrived) = channel();
        let watcher = platform::watch(watched, queue, wake);
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

pub(crate) use platform::{stop_job, stop_process};

#[cfg(unix)]
mod platform {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    use std::{fs, io, thread};

    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::{self, Handle};
    use signal_hook::low_level::emulate_default_handler;

    use super::{Sender, Signal, Watched};

    /// Requests to end within this time of the first one are the same request.
    const GRACE: Duration = Duration::from_secs(1);

    pub struct Watcher(Handle);

    impl Drop for Watcher {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    pub fn watch(
        watched: Watched,
        queue: Sender<Signal>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Watcher> {
        let ignored = ignored_in(&fs::read_to_string("/proc/self/status").unwrap_or_default());
        let mut numbers = vec![SIGINT, SIGTERM, SIGHUP];
        numbers.retain(|signal| ignored >> (signal - 1) & 1 == 0);
        if watched == Watched::EndAndJobControl {
            numbers.extend([SIGTSTP, SIGCONT]);
        }
        let mut signals = iterator::Signals::new(numbers)?;
        let handle = signals.handle();
        let thread = thread::Builder::new().name("signals".into());
        thread.spawn(move || {
            let mut asked: Option<Instant> = None;
            for number in signals.forever() {
                let signal = match number {
                    SIGTSTP => Signal::Stop,
                    SIGCONT => Signal::Continue,
                    _ => Signal::End(number),
                };
                if let Signal::End(number) = signal {
                    match asked {
                        None => asked = Some(Instant::now()),
                        Some(at) if at.elapsed() < GRACE => continue,
                        Some(_) => std::process::exit(128 + number),
                    }
                }
                if queue.send(signal).is_err() {
                    return;
                }
                wake();
            }
        })?;
        Ok(Watcher(handle))
    }

    /// Stops this process until it receives SIGCONT, as a shell expects after [`Signal::Stop`].
    pub(crate) fn stop_process() {
        // If the system refuses, the program just goes on.
        let _ = emulate_default_handler(SIGTSTP);
    }

    /// Asks all processes of the job to stop, as the terminal does at ctrl-z when it is not in raw
    /// mode: the writer of a pipe into this process and a script that waits for it must stop too, or
    /// the shell would wait for them. This process receives the request as [`Signal::Stop`].
    /// Returns whether it was sent.
    pub(crate) fn stop_job() -> bool {
        // The shell that sends it belongs to the job too, and must not stop before its exit is
        // noticed here.
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' TSTP; kill -s TSTP 0"]);
        shell
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        shell.status().is_ok_and(|status| status.success())
    }

    /// Parses the mask of ignored signals in Linux's `/proc/self/status`, SIGHUP in the lowest bit;
    /// 0 if there is none.
    fn ignored_in(status: &str) -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .unwrap_or(0)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn ignored_signals_are_read_from_the_mask() {
            let status = "Name:\tnn-tui\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
            assert_eq!(ignored_in(status) >> (SIGHUP - 1) & 1, 1);
            assert_eq!(ignored_in(status) >> (SIGTERM - 1) & 1, 0);
            assert_eq!(ignored_in(""), 0);
            assert_eq!(ignored_in("SigIgn:\tx"), 0);
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;

    use super::{Sender, Signal, Watched};

    pub struct Watcher;

    pub fn watch(
        _: Watched,
        _: Sender<Signal>,
        _: impl Fn() + Send + 'static,
    ) -> io::Result<Watcher> {
        Ok(Watcher)
    }

    pub(crate) fn stop_process() {}

    pub(crate) fn stop_job() -> bool {
        false
    }
}
