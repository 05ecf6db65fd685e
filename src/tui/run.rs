//! The event loop: take in all that came, do what it asks for, draw once.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{Event as Input, MouseButton, MouseEventKind};
use ratatui::layout::Rect;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP};

use super::app::command::Files;
use super::app::{Effect, Loading, Model, Msg, Phase, ScrollLimits};
use super::events;
use super::events::{Incoming, spawn};
use super::loading_screen::{Load, Waited, wait};
use super::terminal::{Navigation, stop_job};
use super::theme::Theme;
use super::{click, fault_injection, panel_at, render};
use crate::data::{DataSummary, Dataset, Prepared};
use crate::error::{Error, Result};
use crate::model_file::ExportOption;
use crate::record::{End, LogOption, Recorders};
use crate::train::{Event, Session, Settings, Worker};

/// Time between two frames.
pub(super) const FRAME: Duration = Duration::from_millis(33);
/// Messages taken in before a frame is drawn at last.
const BEFORE_A_FRAME: usize = 512;
/// Lines that a notch of the wheel scrolls.
const WHEEL_LINES: i16 = 3;

/// Loads in a thread of its own what is to be trained, and trains it on the screen until the person
/// leaves. Where `load` takes a while, `loading` is shown meanwhile. Returns the exit code.
///
/// # Errors
/// That of `load`; [`Error::Terminal`] where the terminal can't be used, [`Error::Worker`] where no
/// thread is to be had, [`Error::CannotWrite`] where the log could not be written to its end.
pub fn run(
    loading: Loading,
    load: Load,
    export: Option<ExportOption>,
    log: Option<LogOption>,
) -> Result<u8> {
    let theme = Theme::detect(|name| std::env::var(name).ok());
    let (sender, incoming) = events::channel();
    match wait(loading, load, theme, &sender, &incoming)? {
        Waited::Left(code) => Ok(code),
        Waited::Loaded {
            screen,
            session,
            settings,
        } => {
            let mut recorders = Recorders::new();
            if let Some(log) = &log {
                recorders.add_log(log)?;
            }
            train(
                *session, settings, export, recorders, screen, sender, &incoming,
            )
        }
    }
}

/// Trains `session` on `screen`.
fn train(
    session: Session,
    settings: Settings,
    export: Option<ExportOption>,
    mut recorders: Recorders,
    mut screen: Navigation,
    sender: SyncSender<Incoming>,
    incoming: &Receiver<Incoming>,
) -> Result<u8> {
    let dataset = Arc::clone(session.dataset());
    let described = sender.clone();
    let worker = Worker::spawn(session, settings, move |event: Event| {
        fault_injection::strike("training", &event);
        sender
            .try_send(Incoming::Worker(Box::new(event)))
            .map_err(|error| match error {
                TrySendError::Full(Incoming::Worker(event))
                | TrySendError::Disconnected(Incoming::Worker(event)) => event,
                // What was sent is what comes back.
                TrySendError::Full(_) | TrySendError::Disconnected(_) => Box::new(Event::Snapshot),
            })
    })?;
    let size = screen.size()?;
    let (mut early, mut failures) = (Vec::new(), Vec::new());
    let started = loop {
        match incoming.recv() {
            Ok(Incoming::Worker(event)) => {
                failures.extend(recorders.record(&event));
                if let Event::Started(started) = *event {
                    break started;
                }
            }
            Ok(other) => early.push(other),
            Err(_) => return Err(Error::Worker("it did not start".into())),
        }
    };
    let model = Model::new(&started, settings.pace, size, export);
    let mut face = TuiApp {
        model,
        screen: &mut screen,
        worker: &worker,
        dataset,
        described,
        recorders,
        failed_log: None,
        exit: None,
        is_blind: false,
    };
    for failure in failures {
        face.lose_log(failure)?;
    }
    for message in early {
        face.take_in(message)?;
    }
    let result = face.run(incoming);
    let TuiApp {
        model,
        recorders,
        failed_log,
        ..
    } = face;
    // The terminal first: what is left of a long step need not be waited for on a dead screen.
    drop(screen);
    worker.stop();
    let failures = recorders.finish(end_of(&model, &result));
    let code = result?;
    match failed_log.into_iter().chain(failures).next() {
        Some(error) => Err(error),
        None => Ok(code),
    }
}

/// Reason for the end of a run on the screen, given its exit code.
fn end_of(model: &Model, result: &Result<u8>) -> End {
    match (&model.run.phase, result) {
        (_, Err(error)) => End::Failed(error.to_string()),
        (_, Ok(code @ 129..)) => End::Signal(i32::from(*code) - 128),
        (Phase::Finished, _) => End::Epochs,
        (Phase::Diverged(divergence), _) => End::Diverged(*divergence),
        (Phase::Failed(message), _) => End::Failed(message.clone()),
        _ => End::Quit,
    }
}

struct TuiApp<'a> {
    model: Model,
    screen: &'a mut Navigation,
    worker: &'a Worker,
    dataset: Arc<Dataset>,
    /// Where a thread beside the loop sends what it found.
    described: SyncSender<Incoming>,
    recorders: Recorders,
    /// First failure of the log.
    failed_log: Option<Error>,
    exit: Option<u8>,
    /// Whether the terminal is gone.
    is_blind: bool,
}

impl TuiApp<'_> {
    fn run(&mut self, incoming: &Receiver<Incoming>) -> Result<u8> {
        // The first look asks for the first snapshot.
        self.worker.mailbox().take();
        let mut last_frame: Option<Instant> = None;
        let mut is_dirty = true;
        loop {
            let now = Instant::now();
            let due = last_frame.map_or(now, |at| at + FRAME);
            if is_dirty && now >= due {
                if self.draw().is_err() {
                    self.lose_sight()?;
                }
                last_frame = Some(now);
                is_dirty = false;
                if let Some(code) = self.exit {
                    return Ok(code);
                }
                continue;
            }
            let received = if is_dirty {
                incoming.recv_timeout(due - now)
            } else {
                incoming.recv().map_err(RecvTimeoutError::from)
            };
            let Ok(first) = received else {
                continue;
            };
            is_dirty = true;
            self.take_in(first)?;
            for message in incoming.try_iter().take(BEFORE_A_FRAME) {
                self.take_in(message)?;
            }
            if let Some(code) = self.exit {
                return Ok(code);
            }
        }
    }

    /// The terminal is gone: nobody is left to look, but what was asked for is still to be saved.
    fn lose_sight(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_blind, true) {
            return Ok(());
        }
        self.tell(Msg::Terminate(128 + SIGHUP as u8))
    }

    fn draw(&mut self) -> Result<()> {
        if let Some(snapshot) = self.worker.mailbox().take() {
            self.tell(Msg::Snapshot(Box::new(snapshot)))?;
        }
        if self.is_blind {
            return Ok(());
        }
        let (model, mut ends) = (&self.model, ScrollLimits::default());
        self.screen.draw(|frame, theme| {
            ends = render(frame.area(), frame.buffer_mut(), model, *theme);
        })?;
        self.tell(Msg::Drawn(ends))
    }

    fn take_in(&mut self, incoming: Incoming) -> Result<()> {
        match incoming {
            Incoming::Worker(event) => {
                fault_injection::strike("screen", &event);
                for failure in self.recorders.record(&event) {
                    self.lose_log(failure)?;
                }
                self.tell(Msg::Worker(event))
            }
            Incoming::Described(restarts, card) => self.tell(Msg::Described(restarts, card)),
            Incoming::Files(files) => self.tell(Msg::Files(files)),
            Incoming::Input(input) => match self.message(input) {
                Some(msg) => self.tell(msg),
                None => Ok(()),
            },
            // Whoever typed is gone, as after a hang-up.
            Incoming::InputEnded => self.tell(Msg::Terminate(128 + SIGHUP as u8)),
            Incoming::Signal(SIGTSTP) => self.suspend(),
            Incoming::Signal(SIGCONT) => match self.screen.retake() {
                // A hang-up wakes stopped processes too; then there is nothing to take.
                Err(_) => self.lose_sight(),
                Ok(()) => Ok(()),
            },
            Incoming::Signal(signal) => self.tell(Msg::Terminate(128 + signal as u8)),
            // It was loaded before there was anything to train.
            Incoming::Loaded(_) => Ok(()),
        }
    }

    /// Shows that the log ends with `error`; the run goes on.
    fn lose_log(&mut self, error: Error) -> Result<()> {
        self.tell(Msg::LogFailed(error.to_string()))?;
        self.failed_log.get_or_insert(error);
        Ok(())
    }

    fn message(&self, input: Input) -> Option<Msg> {
        match input {
            Input::Key(key) => Some(Msg::Key(key)),
            Input::Paste(text) => Some(Msg::Paste(text)),
            Input::Resize(width, height) => Some(Msg::Resize(width, height)),
            Input::Mouse(mouse) => {
                let (width, height) = self.model.navigation.size;
                let area = Rect::new(0, 0, width, height);
                let panel = panel_at(&self.model, area, mouse.column, mouse.row);
                match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => {
                        click(&self.model, area, mouse.column, mouse.row)
                    }
                    MouseEventKind::ScrollDown => Some(Msg::Wheel(panel, WHEEL_LINES)),
                    MouseEventKind::ScrollUp => Some(Msg::Wheel(panel, -WHEEL_LINES)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn tell(&mut self, msg: Msg) -> Result<()> {
        for effect in self.model.update(msg) {
            match effect {
                Effect::Send(command) => self.worker.send(command),
                Effect::Describe(restarts, data) => self.describe(restarts, data)?,
                Effect::Suspend if stop_job() => {}
                Effect::ListFiles(folder) => self.list_files(folder),
                Effect::Suspend => self.suspend()?,
                Effect::Quit { code } => self.exit = Some(code),
            }
        }
        Ok(())
    }

    /// Describes the data in a thread of its own, since large ones take seconds. Where none is to
    /// be had, the screen waits.
    fn describe(&mut self, restarts: u32, data: Arc<Prepared>) -> Result<()> {
        let (dataset, sender) = (Arc::clone(&self.dataset), self.described.clone());
        let prepared = Arc::clone(&data);
        let spawned = spawn("describe", move || {
            let card = Box::new(DataSummary::new(&dataset, &prepared));
            // Once the loop is gone, nobody wants to know.
            let _ = sender.send(Incoming::Described(restarts, card));
        });
        match spawned {
            Ok(()) => Ok(()),
            Err(_) => {
                let card = Box::new(DataSummary::new(&self.dataset, &data));
                self.tell(Msg::Described(restarts, card))
            }
        }
    }

    /// Lists a folder in a thread of its own, since a disk far away may take its time. Where none
    /// is to be had, names are not completed.
    fn list_files(&self, folder: String) {
        let sender = self.described.clone();
        let _ = spawn("files", move || {
            let names = crate::tui::files::names(&folder);
            // Once the loop is gone, nobody wants to know.
            let _ = sender.send(Incoming::Files(Files { folder, names }));
        });
    }

    /// Stops this process, as the shell expects; `fg` brings it back.
    fn suspend(&mut self) -> Result<()> {
        self.screen.suspend()?;
        let (width, height) = self.screen.size()?;
        self.model.navigation.size = (width, height);
        Ok(())
    }
}
