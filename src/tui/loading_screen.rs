//! Waiting for the data: they are loaded in a thread of their own, and where that takes a while the
//! screen says how far it is.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::Event as Input;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP};

use super::app::{Effect, Loading, LoadingStage};
use super::events;
use super::events::{Incoming, Loaded};
use super::run::FRAME;
use super::terminal::{Navigation, restore_on_panic, stop_job};
use super::theme::Theme;
use super::{fault_injection, view_loading};
use crate::error::{Error, Result};
use crate::train::{Session, Settings, panic_message};

/// Loads what is to be trained. It is given a way to say how far it is, which tells it whether to go
/// on.
pub type Load = Box<
    dyn FnOnce(&mut dyn FnMut(LoadingStage) -> ControlFlow<()>) -> Result<(Session, Settings)>
        + Send,
>;

/// Name of the thread that loads, by which a panic hook tells it from the others.
pub(super) const LOADING_THREAD: &str = "loading";

/// Loading that takes less than this is not worth a screen.
const PATIENCE: Duration = Duration::from_millis(100);

/// Exit code once the terminal is gone.
const HANG_UP: u8 = 128 + SIGHUP as u8;

/// How the waiting ended.
pub(super) enum Waited {
    /// There is something to train.
    Loaded {
        screen: Navigation,
        session: Box<Session>,
        settings: Settings,
    },
    /// The person left, or a signal came.
    Left(u8),
}

/// Loads with `load`, and opens the screen as soon as that is done or known to take a while.
///
/// A person who leaves does not wait for the thread: it may hang in a pipe that nobody writes to.
/// It is told to stop and ends with the program at the latest; it has nothing to lose.
///
/// # Errors
/// That of `load`, a panic there as [`Error::Loading`]; [`Error::Terminal`], [`Error::Worker`].
pub(super) fn wait(
    mut loading: Loading,
    load: Load,
    theme: Theme,
    sender: &SyncSender<Incoming>,
    incoming: &Receiver<Incoming>,
) -> Result<Waited> {
    restore_on_panic();
    let start = Instant::now();
    let loader = Loader::spawn(load, sender.clone())?;
    // Nothing else comes in before the terminal is taken.
    if let Ok(Incoming::Loaded(loaded)) = incoming.recv_timeout(PATIENCE) {
        let (session, settings) = unpacked(*loaded)?;
        return Ok(Waited::Loaded {
            screen: events::open(theme, sender)?,
            session: Box::new(session),
            settings,
        });
    }
    let mut screen = events::open(theme, sender)?;
    let waiting = Waiting {
        loading: &mut loading,
        screen: &mut screen,
        loader: &loader,
        start,
    };
    match waiting.run(incoming)? {
        Ended::Left(code) => Ok(Waited::Left(code)),
        Ended::Loaded(loaded) => {
            let (session, settings) = unpacked(*loaded)?;
            Ok(Waited::Loaded {
                screen,
                session: Box::new(session),
                settings,
            })
        }
    }
}

fn unpacked(loaded: Loaded) -> Result<(Session, Settings)> {
    loaded.unwrap_or_else(|panic| Err(Error::Loading(panic_message(panic.as_ref()))))
}

/// The thread that loads. Dropping it tells the thread to stop.
struct Loader {
    shared: Arc<Shared>,
}

/// What the thread and the screen share.
struct Shared {
    stage: Mutex<LoadingStage>,
    is_cancelled: AtomicBool,
}

impl Loader {
    fn spawn(load: Load, sender: SyncSender<Incoming>) -> Result<Self> {
        let shared = Arc::new(Shared {
            stage: Mutex::new(LoadingStage::Waiting),
            is_cancelled: AtomicBool::new(false),
        });
        let its_shared = Arc::clone(&shared);
        let body = move || {
            let loaded = catch_unwind(AssertUnwindSafe(|| {
                load(&mut |stage| its_shared.tell(stage))
            }));
            // Whoever left does not want to know.
            let _ = sender.send(Incoming::Loaded(Box::new(loaded)));
        };
        let thread = thread::Builder::new().name(LOADING_THREAD.into());
        let spawned = thread.spawn(body);
        spawned.map_err(|cause| Error::Worker(cause.to_string()))?;
        Ok(Self { shared })
    }

    fn stage(&self) -> LoadingStage {
        // A copy can't be torn.
        *(self.shared.stage.lock()).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.shared.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Keeps `stage` for the next frame; returns whether to go on.
    fn tell(&self, stage: LoadingStage) -> ControlFlow<()> {
        if stage == LoadingStage::Preparing {
            fault_injection::strike_now("loading");
        }
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        if self.is_cancelled.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// The screen while it waits.
struct Waiting<'w> {
    loading: &'w mut Loading,
    screen: &'w mut Navigation,
    loader: &'w Loader,
    /// When the loading began, had the process never been stopped.
    start: Instant,
}

/// What ends the waiting.
enum Ended {
    Loaded(Box<Loaded>),
    Left(u8),
}

impl Waiting<'_> {
    fn run(mut self, incoming: &Receiver<Incoming>) -> Result<Ended> {
        let mut due = Instant::now();
        loop {
            if Instant::now() >= due {
                if self.draw().is_err() {
                    return Ok(Ended::Left(HANG_UP));
                }
                due = Instant::now() + FRAME;
            }
            let left = due.saturating_duration_since(Instant::now());
            match incoming.recv_timeout(left) {
                Ok(Incoming::Loaded(loaded)) => return Ok(Ended::Loaded(loaded)),
                Ok(incoming) => {
                    if let Some(code) = self.take_in(incoming)? {
                        return Ok(Ended::Left(code));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The loader's thread is gone without a word, which it can't be.
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Cancelled),
            }
        }
    }

    fn draw(&mut self) -> Result<()> {
        self.loading.look(self.loader.stage(), self.start.elapsed());
        let loading = &*self.loading;
        self.screen
            .draw(|frame, theme| view_loading(loading, theme, frame))
    }

    /// Takes in what came; returns the exit code if it says to leave.
    fn take_in(&mut self, incoming: Incoming) -> Result<Option<u8>> {
        match incoming {
            Incoming::Input(Input::Key(key)) => match self.loading.press(&key) {
                Some(Effect::Quit { code }) => return Ok(Some(code)),
                Some(Effect::Suspend) if stop_job() => {}
                Some(Effect::Suspend) => self.suspend()?,
                _ => {}
            },
            // Whoever typed is gone, as after a hang-up.
            Incoming::InputEnded => return Ok(Some(HANG_UP)),
            Incoming::Signal(SIGTSTP) => self.suspend()?,
            // A hang-up wakes stopped processes too; then there is nothing to take.
            Incoming::Signal(SIGCONT) => return Ok(self.screen.retake().err().map(|_| HANG_UP)),
            Incoming::Signal(signal) => return Ok(Some(128 + signal as u8)),
            _ => {}
        }
        Ok(None)
    }

    fn suspend(&mut self) -> Result<()> {
        let stopped = Instant::now();
        self.screen.suspend()?;
        self.start += stopped.elapsed();
        Ok(())
    }
}
