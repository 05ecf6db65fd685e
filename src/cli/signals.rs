//! The signals that ask a program to end.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::{self, Handle};

use super::headless::RunMessage;
use crate::error::{Error, Result};

/// Passes signals on as news, until it is dropped.
pub(crate) struct Signals {
    handle: Handle,
}

impl Signals {
    /// Starts to watch for SIGINT, SIGTERM and SIGHUP. Those that the program was started to
    /// ignore stay ignored: that is how `nohup` keeps a training alive when its terminal goes.
    ///
    /// The first signal asks, the second one ends the program at once, even where the main thread
    /// is stuck in writing to a reader that does not read.
    ///
    /// # Errors
    /// [`Error::Worker`] where the system does not let signals be watched.
    pub fn watch(news: SyncSender<RunMessage>) -> Result<Self> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = ignored_in(&status);
        let mut watched = vec![SIGINT, SIGTERM, SIGHUP];
        watched.retain(|signal| ignored >> (signal - 1) & 1 == 0);
        let failed = |cause: io::Error| Error::Worker(cause.to_string());
        let is_asked = Arc::new(AtomicBool::new(false));
        for &signal in &watched {
            // In this order: the first signal finds the flag unset, and sets it.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&is_asked))
                .and_then(|_| flag::register(signal, Arc::clone(&is_asked)))
                .map_err(failed)?;
        }
        let mut signals = iterator::Signals::new(watched).map_err(failed)?;
        let handle = signals.handle();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    if news.send(RunMessage::Signal(signal)).is_err() {
                        return;
                    }
                }
            })
            .map_err(failed)?;
        Ok(Self { handle })
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// The signals that are ignored according to Linux's `/proc/self/status`, the first in the lowest
/// bit; elsewhere none.
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
