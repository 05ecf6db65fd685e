//! Messages to the screen's thread: input, the worker's events, results of other threads. All
//! arrive in one channel; only signals have a queue of their own, which is never full.

use std::io::{self, IsTerminal, stdout};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyModifiers};

use super::app::command::Files;
use super::decoder::{Decoded, Decoder};
use super::loader::Loaded;
use super::sweep::Progress;
use super::watch::Runs;
use crate::data::DataSummary;
use crate::error::{Error, Result};
use crate::train::Event;
use crate::util::platform::InputTerminal;
use crate::util::sync::lock;

/// Capacity of the channel. Events that find no room stay in the worker's queue.
pub(super) const CAPACITY: usize = 256;

/// Number of inputs that are handed over together; at most those of one more read come with them.
const MAX_INPUTS: usize = 1000;

/// A message to the screen's thread.
pub(super) enum Incoming {
    /// Inputs in their order, handed over together: a burst of thousands takes few changes of threads.
    Inputs(Vec<Decoded>),
    /// The terminal can't be read any more.
    InputEnded,
    /// Event of the lane with this number, of which [`MAIN_LANE`](super::app::MAIN_LANE) is the main run.
    Worker(u64, Box<Event>),
    Described(u32, Box<DataSummary>),
    Files(Files),
    Loaded(Box<Loaded>),
    /// Runs that are watched, as they were read at this time.
    Runs(Runs, SystemTime),
    Sweep(Progress),
    /// A signal is in its queue, or the terminal has taken a frame.
    Wake,
}

/// Interval at which a silent terminal is checked to be there still, since one that has gone reads as empty
/// over and over, and after which a request to pause is noticed.
const CHECK_INTERVAL: Duration = Duration::from_millis(300);

/// Interval, and number of times, for which it is shorter after an input, which may be what asks to pause.
const SHORT_WAIT: Duration = Duration::from_millis(20);
const SHORT_WAITS: u32 = 15;

/// First seconds of a terminal, in which it replies to questions.
const REPLYING: Duration = Duration::from_secs(3);

/// Pauses and resumes the thread that reads the terminal. A process that reads it in the background, where keys
/// belong to the shell, is stopped by the system.
#[derive(Clone, Default)]
pub(super) struct InputGate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Clone, Copy, Default, PartialEq)]
enum GateState {
    #[default]
    Open,
    /// The thread may still be reading.
    Closing,
    /// The thread waits at the gate.
    Closed,
}

impl InputGate {
    /// Returns when the thread no longer reads, or after twice the interval if it has ended.
    pub fn close(&self) {
        let state = self.set(GateState::Closing);
        let longest = 2 * CHECK_INTERVAL;
        // Without an answer in time the process stops anyway.
        let _ = (self.0.1).wait_timeout_while(state, longest, |state| *state != GateState::Closed);
    }

    pub fn open(&self) {
        drop(self.set(GateState::Open));
    }

    /// Waits while the gate is closed, in the thread that reads.
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = lock(state);
        while *state != GateState::Open {
            *state = GateState::Closed;
            changed.notify_all();
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn set(&self, to: GateState) -> MutexGuard<'_, GateState> {
        let (state, changed) = &*self.0;
        let mut state = lock(state);
        *state = to;
        changed.notify_all();
        state
    }
}

/// Counts inputs that are read and not yet handled, so that control-c need not wait for thousands of them.
#[derive(Clone, Default)]
pub(super) struct Backlog(Arc<BacklogState>);

#[derive(Default)]
struct BacklogState {
    waiting: AtomicUsize,
    /// Whether everything before the next control-c is dropped.
    is_cut: AtomicBool,
}

impl Backlog {
    /// Counts an input that was read. Control-c cuts a backlog that is longer than anybody types.
    fn add(&self, input: &Decoded) {
        let waiting = self.0.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting >= MAX_INPUTS && is_interrupt(input) {
            self.0.is_cut.store(true, Ordering::Relaxed);
        }
    }

    /// Counts an input as handled. Returns false if it is to be dropped, for a later control-c.
    pub fn remove(&self, input: &Decoded) -> bool {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        if is_interrupt(input) {
            self.0.is_cut.store(false, Ordering::Relaxed);
        }
        let is_key = matches!(input, Decoded::Input(input) if !matches!(input, Input::Resize(..)));
        !is_key || !self.0.is_cut.load(Ordering::Relaxed)
    }
}

/// Whether `input` is control-c.
pub(super) fn is_interrupt(input: &Decoded) -> bool {
    matches!(input, Decoded::Input(Input::Key(key))
        if key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL)
}

/// Source of inputs.
enum Source {
    /// A terminal that sends bytes.
    Terminal(InputTerminal, Decoder),
    /// The system, where terminals send events.
    System,
}

impl Source {
    fn open() -> io::Result<Self> {
        match InputTerminal::open() {
            Ok(terminal) => Ok(Self::Terminal(terminal, Decoder::default())),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(Self::System),
            Err(error) => Err(error),
        }
    }

    /// Reads the inputs that come within `patience`, or a little later if they have begun to come.
    ///
    /// # Errors
    /// Those of reading, and any error if the terminal is gone.
    fn read(&mut self, patience: Duration, expects_replies: bool) -> io::Result<Vec<Decoded>> {
        let mut inputs = Vec::new();
        match self {
            Self::Terminal(terminal, decoder) => {
                let mut bytes = [0; 1 << 10];
                let wait = decoder.wait(expects_replies);
                match terminal.read(&mut bytes, wait.unwrap_or(patience))? {
                    Some(count) => decoder.read(&bytes[..count], &mut inputs),
                    None if wait.is_some() => decoder.end(&mut inputs),
                    None if stdout().is_terminal() => {}
                    None => return Err(io::ErrorKind::UnexpectedEof.into()),
                }
            }
            Self::System => {
                if event::poll(patience)? {
                    inputs.push(Decoded::Input(event::read()?));
                }
            }
        }
        Ok(inputs)
    }
}

/// Starts a thread that reads keys and mouse events while `gate` is open, and one that sends them.
/// The terminal is read at once however many of them wait, since the time between two bytes tells escape and
/// another key from a key with alt.
///
/// # Errors
/// [`Error::Terminal`] if it can't be opened, [`Error::Worker`] if no thread can be started.
pub(super) fn watch_input(
    sender: SyncSender<Incoming>,
    gate: InputGate,
    backlog: Backlog,
) -> Result<()> {
    let mut source = Source::open().map_err(Error::Terminal)?;
    let (queue, waiting) = channel::<Vec<Decoded>>();
    spawn("input queue", move || {
        while let Ok(mut inputs) = waiting.recv() {
            while inputs.len() < MAX_INPUTS
                && let Ok(more) = waiting.try_recv()
            {
                inputs.extend(more);
            }
            if sender.send(Incoming::Inputs(inputs)).is_err() {
                return;
            }
        }
        // The program may have ended meanwhile.
        let _ = sender.send(Incoming::InputEnded);
    })?;
    spawn("input", move || {
        let (start, mut short_waits) = (Instant::now(), 0);
        loop {
            gate.pass();
            let wait = if short_waits > 0 {
                SHORT_WAIT
            } else {
                CHECK_INTERVAL
            };
            let Ok(inputs) = source.read(wait, start.elapsed() < REPLYING) else {
                return;
            };
            if inputs.is_empty() {
                short_waits = u32::saturating_sub(short_waits, 1);
                continue;
            }
            short_waits = SHORT_WAITS;
            inputs.iter().for_each(|input| backlog.add(input));
            if queue.send(inputs).is_err() {
                return;
            }
        }
    })
}

/// Runs `body` in a new thread.
///
/// # Errors
/// [`Error::Worker`] if no thread can be started.
pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.into());
    let spawned = thread.spawn(body).map(drop);
    spawned.map_err(|cause| Error::Worker(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::KeyEvent;

    use super::*;

    #[test]
    fn an_interrupt_drops_the_inputs_before_it_only_if_they_are_many() {
        let key = |letter, modifiers| {
            Decoded::Input(Input::Key(KeyEvent::new(KeyCode::Char(letter), modifiers)))
        };
        let (plus, quit) = (
            key('+', KeyModifiers::NONE),
            key('c', KeyModifiers::CONTROL),
        );
        for (count, expected) in [(MAX_INPUTS - 1, true), (MAX_INPUTS, false)] {
            let backlog = Backlog::default();
            (0..count).for_each(|_| backlog.add(&plus));
            backlog.add(&quit);
            assert!((0..count).all(|_| backlog.remove(&plus) == expected));
            assert!(backlog.remove(&quit), "it is handled itself");
            backlog.add(&plus);
            assert!(backlog.remove(&plus), "what comes later is handled");
        }
    }
}
