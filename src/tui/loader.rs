//! Loading of the data in a thread of its own.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use super::app::LoadingStage;
use super::events::{Incoming, spawn};
use super::fault_injection;
use crate::error::{Error, Result};
use crate::train::{Session, Settings, panic_message};
use crate::util::sync::lock;

/// Loads the data and creates the session to train. The function it receives reports each stage and
/// returns whether to go on.
pub(crate) type Load = Box<
    dyn FnOnce(&mut dyn FnMut(LoadingStage) -> ControlFlow<()>) -> Result<(Session, Settings)>
        + Send,
>;

/// Name of the loading thread, whose panics are caught.
pub(super) const LOADING_THREAD: &str = "loading";

/// Session and settings, an error, or the payload of a panic.
pub(super) struct Loaded(Result<Result<(Session, Settings)>, Box<dyn Any + Send>>);

impl Loaded {
    /// Returns the session.
    ///
    /// # Errors
    /// That of loading; a panic as [`Error::Loading`].
    pub fn session(self) -> Result<(Session, Settings)> {
        let caught =
            |panic: Box<dyn Any + Send>| Err(Error::Loading(panic_message(panic.as_ref())));
        self.0.unwrap_or_else(caught)
    }
}

/// The loading thread. Dropping this asks it to stop, without waiting: it may hang on a pipe that
/// nobody writes to, and has nothing to lose.
pub(super) struct Loader(Arc<Shared>);

struct Shared {
    stage: Mutex<LoadingStage>,
    is_cancelled: AtomicBool,
}

impl Loader {
    /// Starts `load`. The result is sent as [`Incoming::Loaded`].
    ///
    /// # Errors
    /// [`Error::Worker`] if no thread can be started.
    pub fn spawn(load: Load, sender: SyncSender<Incoming>) -> Result<Self> {
        let loader = Self(Arc::new(Shared {
            stage: Mutex::new(LoadingStage::Waiting),
            is_cancelled: AtomicBool::new(false),
        }));
        let shared = Arc::clone(&loader.0);
        spawn(LOADING_THREAD, move || {
            let mut report = |stage| shared.report(stage);
            let loaded = catch_unwind(AssertUnwindSafe(|| load(&mut report)));
            // The program may have ended meanwhile.
            let _ = sender.send(Incoming::Loaded(Box::new(Loaded(loaded))));
        })?;
        Ok(loader)
    }

    /// Returns the stage reported last.
    pub fn stage(&self) -> LoadingStage {
        // A copy can't be torn.
        *lock(&self.0.stage)
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Keeps `stage` for the next frame; returns whether to go on.
    fn report(&self, stage: LoadingStage) -> ControlFlow<()> {
        if stage == LoadingStage::Preparing {
            fault_injection::panic_if_asked("loading");
        }
        *lock(&self.stage) = stage;
        if self.is_cancelled.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
