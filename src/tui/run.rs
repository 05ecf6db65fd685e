//! The event loop: handle all messages, carry out their effects, draw once.

mod close;
mod effects;
mod inputs;
mod lanes;
mod suspension;
mod sweeping;
mod watching;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Frame;

use super::app::{App, Drawn, Effect, Loading, MAIN_LANE, Model, Msg};
use super::decoder::Decoded;
use super::events::{Backlog, CAPACITY, Incoming, InputGate, watch_input};
use super::loader::{Load, Loaded, Loader};
use super::options::ScreenOptions;
use super::terminal::{Screen, give_back, restore_on_panic};
use super::text;
use super::theme::Theme;
use super::{fault_injection, render, render_loading, sweep, watch};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::model_file::remove_temporary_files;
use crate::record::{LogOption, Recorders};
use crate::settings::TableShape;
use crate::train::{Event, Sink, Worker, panic_message};
use crate::util::signals::{HANG_UP, Signal, Signals, Watched, is_in_foreground};
use crate::util::text::sanitise;
use lanes::LaneWorkers;
pub(crate) use sweeping::{SweepEnd, SweepLink, run_sweep};
pub(crate) use watching::watch_runs;

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// Loading that takes less time than this is not shown.
const PATIENCE: Duration = Duration::from_millis(100);
/// Longest time between two signals that a shell sends together.
const SIGNAL_GAP: Duration = Duration::from_millis(50);

/// End of the program on the screen.
#[derive(Debug)]
pub struct Exit {
    /// Exit code.
    pub code: u8,
    /// Name of the lesson that the user went on to, if so; with the number of a step if it is the one before, which is
    /// started anew and goes there.
    pub lesson: Option<(String, Option<usize>)>,
    /// Name of the lesson that was left, if so, with the index of the step to go on at.
    pub place: Option<(String, usize)>,
}

/// Loads data with `load` and trains on them on the screen until the user quits. `loading`, the
/// initial state, is shown if that takes a while.
///
/// # Errors
/// That of `load`; [`Error::Terminal`] if the terminal can't be used, [`Error::Worker`] if no thread
/// can be started, [`Error::CannotWrite`] if the log could not be written to its end.
pub fn run(
    loading: Loading,
    load: Load,
    log: Option<LogOption>,
    options: ScreenOptions,
) -> Result<Exit> {
    let (sender, incoming) = sync_channel(CAPACITY);
    let app = App::Loading(Box::new(loading));
    let mut program = Program::new(app, options, sender.clone())?;
    program.log = log;
    program.loader = Some(Loader::spawn(load, sender)?);
    program.run_to_end(&incoming)
}

/// Returns a function that wakes the loop.
fn waker(sender: &SyncSender<Incoming>) -> impl Fn() + Send + use<> {
    let sender = sender.clone();
    move || {
        // If the channel is full, the loop is awake.
        let _ = sender.try_send(Incoming::Wake);
    }
}
/// The program on the screen: its state, and all that effects are carried out with.
struct Program {
    app: App,
    /// The terminal, once there is something to show.
    screen: Option<Screen>,
    options: ScreenOptions,
    loader: Option<Loader>,
    /// Start of loading, later by any time the process was stopped.
    loading_since: Instant,
    training: Option<RunningWorker>,
    /// Workers of the runs beside the main one.
    lanes: LaneWorkers,
    /// For threads that report to the loop.
    sender: SyncSender<Incoming>,
    signals: Signals,
    log: Option<LogOption>,
    recorders: Recorders,
    /// First failure of the log.
    failed_log: Option<Error>,
    exit: Option<u8>,
    /// Whether the terminal is gone.
    is_blind: bool,
    /// Whether the terminal belongs to the shell, until that continues this process in the foreground.
    is_away: bool,
    /// Closed while the terminal belongs to the shell.
    input: InputGate,
    backlog: Backlog,
    /// Inputs that wait for an answer of the worker.
    held: Vec<Decoded>,
    /// Whether a signal has asked the program to end.
    is_ending: bool,
}

struct RunningWorker {
    worker: Worker,
    dataset: Arc<Dataset>,
}

impl Program {
    /// Creates the program in the state `app`, with nothing on the screen yet.
    ///
    /// # Errors
    /// [`Error::Worker`] if no thread can be started.
    fn new(app: App, options: ScreenOptions, sender: SyncSender<Incoming>) -> Result<Self> {
        restore_on_panic();
        let last_resort = || {
            give_back();
            remove_temporary_files();
        };
        let signals = Signals::watch(Watched::All, waker(&sender), last_resort)?;
        Ok(Self {
            app,
            screen: None,
            options,
            loader: None,
            loading_since: Instant::now(),
            training: None,
            lanes: LaneWorkers::default(),
            sender,
            signals,
            log: None,
            recorders: Recorders::new(),
            failed_log: None,
            exit: None,
            is_blind: false,
            is_away: false,
            input: InputGate::default(),
            backlog: Backlog::default(),
            held: Vec::new(),
            is_ending: false,
        })
    }

    /// Runs the loop to its end, and gives the terminal back.
    fn run_to_end(mut self, incoming: &Receiver<Incoming>) -> Result<Exit> {
        match catch_unwind(AssertUnwindSafe(|| self.run(incoming))) {
            Ok(result) => {
                let lesson = self.next_lesson();
                let place = self.app.model().and_then(Model::lesson_place);
                let code = self.close(result, incoming)?;
                Ok(Exit {
                    code,
                    lesson: lesson.filter(|_| code == 0),
                    place,
                })
            }
            Err(panic) => {
                // A run that is worth it is kept, and the panic goes on.
                let message = panic_message(panic.as_ref());
                let _ = self.close(Err(Error::Worker(message)), incoming);
                resume_unwind(panic)
            }
        }
    }

    fn run(&mut self, incoming: &Receiver<Incoming>) -> Result<u8> {
        let mut last_frame: Option<Instant> = None;
        let mut is_dirty = true;
        loop {
            is_dirty |= self.handle_signals()?;
            if let Some(code) = self.exit {
                return Ok(code);
            }
            let now = Instant::now();
            let due = match last_frame {
                Some(at) => at + FRAME,
                None if matches!(self.app, App::Loading(_)) => self.loading_since + PATIENCE,
                None => now,
            };
            // While the terminal takes no output, signals and events are handled as ever.
            let is_ready = self.screen.as_ref().is_none_or(Screen::is_ready);
            if is_dirty && is_ready && now >= due {
                self.open_screen()?;
                if self.draw().is_err() {
                    self.lose_sight()?;
                }
                last_frame = Some(now);
                // While loading, time passes on the screen.
                is_dirty = match &self.app {
                    App::Loading(_) => true,
                    App::Running(model) => model.is_moving(),
                    App::Watching(_) | App::Sweeping(_) => false,
                };
                continue;
            }
            let received = if is_dirty && is_ready {
                incoming.recv_timeout(due - now)
            } else {
                incoming.recv().map_err(RecvTimeoutError::from)
            };
            let Ok(first) = received else {
                continue;
            };
            is_dirty |= self.handle(first)?;
            let start = Instant::now();
            while start.elapsed() < FRAME
                && self.exit.is_none()
                && let Ok(message) = incoming.try_recv()
            {
                is_dirty |= self.handle(message)?;
            }
        }
    }

    fn draw(&mut self) -> Result<()> {
        match (&self.app, &self.training) {
            (App::Loading(_), _) => {
                let elapsed = self.loading_since.elapsed();
                if let Some(loader) = &self.loader {
                    self.update(Msg::LoadingStage(loader.stage(), elapsed))?;
                }
            }
            (App::Running(_), Some(training)) => {
                let snapshot = training.worker.mailbox().take();
                self.update(Msg::Tick(self.loading_since.elapsed()))?;
                if let Some(snapshot) = snapshot {
                    self.update(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)))?;
                }
                self.look_at_lanes()?;
            }
            (App::Running(_), None) | (App::Watching(_) | App::Sweeping(_), _) => {}
        }
        if self.is_blind || self.is_away {
            return Ok(());
        }
        let (app, mut drawn) = (&self.app, Drawn::default());
        let draw = |frame: &mut Frame<'_>, theme: &Theme| {
            let area = frame.area();
            match app {
                App::Loading(loading) => render_loading(area, frame.buffer_mut(), loading, *theme),
                App::Running(model) => drawn = render(area, frame.buffer_mut(), model, *theme),
                App::Watching(watch) => {
                    drawn = watch::render(area, frame.buffer_mut(), watch, *theme);
                }
                App::Sweeping(board) => {
                    drawn = sweep::render(area, frame.buffer_mut(), board, *theme);
                }
            }
            if let Some(cursor) = drawn.cursor {
                frame.set_cursor_position(cursor);
            }
        };
        if let Some(screen) = &mut self.screen {
            screen.draw(draw)?;
            if let Err(failure) = screen.record() {
                self.update(Msg::LogFailed(failure.to_string()))?;
                self.failed_log.get_or_insert(failure);
            }
        }
        self.update(Msg::Drawn(drawn))
    }

    /// Takes the terminal, unless that is done. A program that was started in the background stops first.
    fn open_screen(&mut self) -> Result<()> {
        if self.screen.is_none() && !self.is_away && !is_in_foreground() {
            self.suspend_job();
        }
        if self.screen.is_none() && !self.is_away {
            let screen = Screen::open(&self.options, waker(&self.sender))?;
            let screen = self.screen.insert(screen);
            let (width, height) = screen.size()?;
            watch_input(
                self.sender.clone(),
                self.input.clone(),
                self.backlog.clone(),
            )?;
            self.update(Msg::Resize(width, height))?;
        }
        Ok(())
    }

    fn next_lesson(&self) -> Option<(String, Option<usize>)> {
        self.app.model().and_then(|model| model.next_lesson.clone())
    }

    /// Handles a message. Returns whether it may change what is shown.
    fn handle(&mut self, incoming: Incoming) -> Result<bool> {
        let msg = match incoming {
            Incoming::Worker(id, event) if id != MAIN_LANE => {
                self.record_lane(id, &event)?;
                Msg::Worker(id, event)
            }
            Incoming::Worker(id, event) => {
                fault_injection::panic_at_third_epoch("screen", &event);
                for failure in self.recorders.record(&event) {
                    self.update(Msg::LogFailed(failure.to_string()))?;
                    self.failed_log.get_or_insert(failure);
                }
                Msg::Worker(id, event)
            }
            Incoming::Loaded(loaded) => return self.start_training(*loaded).map(|()| true),
            Incoming::Described(restarts, summary) => Msg::Described(restarts, summary),
            Incoming::Files(files) => Msg::Files(files),
            Incoming::Runs(runs, now) => Msg::Runs(runs, now),
            Incoming::Sweep(progress) => Msg::Sweep(progress),
            Incoming::Inputs(inputs) => return self.handle_inputs(inputs),
            Incoming::Wake => return Ok(false),
            Incoming::InputEnded => Msg::Terminate(HANG_UP),
        };
        self.update(msg)?;
        if !self.app.is_unsettled() {
            let held = std::mem::take(&mut self.held);
            self.handle_inputs(held)?;
        }
        Ok(true)
    }

    /// Handles all signals that have arrived. Returns whether there were any.
    fn handle_signals(&mut self) -> Result<bool> {
        let (mut is_any, mut is_continued) = (false, false);
        while let Some(signal) = self.signals.take() {
            is_any = true;
            match signal {
                Signal::End(number) | Signal::Limit(number) => {
                    self.is_ending = true;
                    self.update(Msg::Terminate(128 + number as u8))?;
                }
                Signal::Resize => {
                    // A terminal that has no size any more is gone, which reading from it tells.
                    let size = self.screen.as_ref().and_then(|screen| screen.size().ok());
                    if let Some((width, height)) = size {
                        self.update(Msg::Resize(width, height))?;
                    }
                }
                Signal::Stop => self.suspend(),
                Signal::Continue => {
                    is_continued = true;
                    if !is_in_foreground() {
                        // Shells continue a job to let it end: the request may be on its way.
                        thread::sleep(SIGNAL_GAP);
                    }
                }
            }
        }
        if is_continued {
            self.come_back()?;
        }
        Ok(is_any)
    }

    /// Updates the state and carries out the effects.
    fn update(&mut self, msg: Msg) -> Result<()> {
        for effect in self.app.update(msg) {
            match effect {
                Effect::Send(MAIN_LANE, command) => {
                    if let Some(training) = &self.training {
                        training.worker.send(command);
                    }
                }
                Effect::Send(id, command) => self.lanes.send(id, command),
                Effect::StartLanes(pacing, lanes) => self.start_lanes(pacing, lanes)?,
                Effect::SetLockstep(is_on) => self.lanes.set_lockstep(is_on),
                Effect::EndLanes => self.lanes.end(),
                Effect::Describe(restarts, data) => self.describe(restarts, data)?,
                Effect::ListFiles(folder) => self.list_files(folder),
                Effect::TakeScreenshot(path) => {
                    let taken = self.take_screenshot(&path).map(|()| path);
                    let problem = |error| match error {
                        // The option that the error names can't be typed here.
                        Error::Exists(path) => {
                            text::file_exists(sanitise(&path.display().to_string()))
                        }
                        error => error.to_string(),
                    };
                    self.update(Msg::ScreenshotTaken(taken.map_err(problem)))?;
                }
                Effect::Suspend => self.suspend_job(),
                Effect::Redraw => {
                    if let Some(screen) = &mut self.screen {
                        screen.forget()?;
                    }
                }
                Effect::Quit { code } => self.exit = Some(code),
                Effect::Fail(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Starts the worker; its first event replaces the loading screen.
    fn start_training(&mut self, loaded: Loaded) -> Result<()> {
        let (session, settings) = loaded.session()?;
        self.open_screen()?;
        if let Some(log) = &self.log {
            self.recorders.add_log(log)?;
        }
        let dataset = Arc::clone(session.dataset());
        self.update(Msg::Loaded(settings.pace, TableShape::of(&dataset)))?;
        let sink = event_sink(self.sender.clone(), MAIN_LANE);
        let worker = Worker::spawn(session, settings, sink)?;
        // An empty mailbox asks for the first snapshot.
        worker.mailbox().take();
        self.training = Some(RunningWorker { worker, dataset });
        Ok(())
    }
}

/// Sends events of the worker of a lane to the loop, and returns those for which there is no room.
fn event_sink(sender: SyncSender<Incoming>, lane: u64) -> impl Sink + 'static {
    let thread = if lane == MAIN_LANE {
        "training"
    } else {
        "lane"
    };
    move |event: Event| {
        fault_injection::panic_at_third_epoch(thread, &event);
        let sent = sender.try_send(Incoming::Worker(lane, Box::new(event)));
        sent.map_err(|error| match error {
            TrySendError::Full(Incoming::Worker(_, event))
            | TrySendError::Disconnected(Incoming::Worker(_, event)) => event,
            // A channel returns what was sent.
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Box::new(Event::Snapshot),
        })
    }
}
