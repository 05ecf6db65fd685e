//! Screen state with a real worker: keys have their effects, and numbers come from real training.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nn_tui::cli::lesson::session as lesson_session;
use nn_tui::data::Dataset;
use nn_tui::lesson::Lesson;
use nn_tui::train::probes::PhaseProbe;
use nn_tui::train::{Command, Event, Observation, Pace, Pacing, Plan, Settings, Snapshot, State};
use nn_tui::tui::app::lesson::Course;
use nn_tui::tui::app::{Effect, MAIN_LANE, Model, Msg};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::{render, view};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use super::{Driven, PATIENCE, portable_session, settings};

/// Returns the screen of `model` as text.
pub fn drawn_with(model: &Model, theme: Theme) -> String {
    let (width, height) = model.navigation.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    let draw = |frame: &mut ratatui::Frame<'_>| view(model, &theme, frame);
    terminal.draw(draw).expect("drawn");
    terminal.backend().to_string()
}

/// Returns the screen of `model` in all colours as text.
pub fn drawn(model: &Model) -> String {
    drawn_with(model, Theme::new(Depth::True))
}

/// Draws a frame. Returns its lines, and the message that tells the model what clicks and scrolling refer to.
pub fn rendered(model: &Model) -> (Vec<String>, Msg) {
    let (width, height) = model.navigation.size;
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let drawn = render(area, &mut buf, model, Theme::new(Depth::True));
    let rows = buf.content.chunks(width.into());
    let lines = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect());
    (lines.collect(), Msg::Drawn(drawn))
}

/// Themes of all colour depths, with and without symbols beyond ASCII.
pub fn any_theme() -> impl Strategy<Value = Theme> {
    let depth = prop_oneof![
        Just(Depth::True),
        Just(Depth::Indexed),
        Just(Depth::Ansi),
        Just(Depth::None)
    ];
    (depth, any::<bool>()).prop_map(|(depth, is_ascii)| {
        if is_ascii {
            Theme::new(depth).ascii()
        } else {
            Theme::new(depth)
        }
    })
}

/// Keys that `text` stands for: control characters and arrows their keys, all others themselves.
pub fn keys(text: &str) -> impl Iterator<Item = KeyCode> {
    text.chars().map(|c| match c {
        '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x08' => KeyCode::Backspace,
        '←' => KeyCode::Left,
        '→' => KeyCode::Right,
        '↑' => KeyCode::Up,
        '↓' => KeyCode::Down,
        c => KeyCode::Char(c),
    })
}

/// Paused training on a screen.
pub struct Shown {
    pub model: Model,
    driven: Driven,
    /// Workers of the lanes, with their numbers.
    lanes: Vec<(u64, Driven)>,
    pacing: Option<Pacing>,
    pub observation: Option<Observation>,
}

impl Shown {
    /// Starts a training on `dataset`, paused before its first step, on a screen of `size`.
    pub fn new(dataset: Dataset, plan: Plan, size: (u16, u16)) -> Self {
        let session = portable_session(Arc::new(dataset), plan);
        let driven = Driven::spawn(session, settings(true, None));
        let started = driven.started();
        let mut this = Self {
            model: Model::new(&started, Pace::Full, size, None),
            driven,
            lanes: Vec::new(),
            pacing: None,
            observation: None,
        };
        this.update(Msg::Resize(size.0, size.1));
        this.look();
        this
    }

    /// Starts the training of a lesson, at full speed, with `options` in place of its own.
    pub fn lesson(name: &str, options: &[&str], size: (u16, u16)) -> Self {
        let lesson = Lesson::open(name).expect("a lesson");
        let options: Vec<OsString> = options.iter().map(OsString::from).collect();
        let (session, settings) = lesson_session(lesson.clone(), &options).expect("valid options");
        let limits = settings.limits;
        let driven = Driven::spawn(
            session,
            Settings {
                pace: Pace::Full,
                ..settings
            },
        );
        let started = driven.started();
        let mut model = Model::new(&started, Pace::Full, size, None);
        model.run.limits = limits;
        model.course = Some(Course::new(Arc::new(lesson)));
        let mut this = Self {
            model,
            driven,
            lanes: Vec::new(),
            pacing: None,
            observation: None,
        };
        this.update(Msg::Resize(size.0, size.1));
        this.look();
        this
    }

    /// Handles events and snapshots until `holds`, for a minute at most. Returns whether it does.
    pub fn wait_until(&mut self, holds: impl Fn(&Model) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.model) && Instant::now() < deadline {
            if let Ok(event) = self.driven.events.recv_timeout(Duration::from_millis(5)) {
                self.update(Msg::Worker(MAIN_LANE, Box::new(event)));
            }
            if let Some(snapshot) = self.driven.worker.mailbox().take() {
                self.update(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
            }
            self.look_at_lanes();
        }
        holds(&self.model)
    }

    /// Handles what the lanes have reported.
    fn look_at_lanes(&mut self) {
        let mut messages = Vec::new();
        for (id, lane) in &self.lanes {
            let events = std::iter::from_fn(|| lane.events.try_recv().ok());
            messages.extend(events.map(|event| Msg::Worker(*id, Box::new(event))));
            let snapshot = lane.worker.mailbox().take();
            messages.extend(snapshot.map(|taken| Msg::Snapshot(*id, Box::new(taken))));
        }
        messages.into_iter().for_each(|msg| self.update(msg));
    }

    /// Types a command.
    pub fn type_command(&mut self, command: &str) {
        for code in keys(&format!(
            ":{command}
"
        )) {
            self.update(Msg::Key(code.into()));
        }
    }

    /// Updates the model with `msg`, and sends the resulting commands to the worker.
    pub fn update(&mut self, msg: Msg) {
        for effect in self.model.update(msg) {
            match effect {
                Effect::Send(MAIN_LANE, command) => {
                    if let Command::Observe(observation) = &command {
                        self.observation = Some(observation.clone());
                    }
                    self.driven.send(command);
                }
                Effect::Send(id, command) => {
                    if let Some((_, lane)) = self.lanes.iter().find(|(other, _)| *other == id) {
                        lane.send(command);
                    }
                }
                Effect::StartLanes(pacing, lanes) => {
                    self.pacing = Some(pacing);
                    for (id, lane) in lanes {
                        let driven = Driven::spawn(lane.session, lane.settings);
                        self.lanes.push((id, driven));
                    }
                }
                Effect::SetLockstep(is_on) => {
                    self.pacing.as_ref().expect("a race").set_lockstep(is_on);
                }
                Effect::EndLanes => self.lanes.clear(),
                _ => {}
            }
        }
    }

    /// Trains for a number of epochs.
    pub fn train(mut self, epochs: u64) -> Self {
        for _ in 0..epochs {
            self.press("S");
        }
        self
    }

    /// Presses `keys`, waits until the worker has executed their commands, and takes a snapshot.
    pub fn press(&mut self, keys: &str) {
        for code in self::keys(keys) {
            let before = self.model.run.position;
            let is_typed = self.model.prompt.overlay.is_some();
            self.update(Msg::Key(code.into()));
            if code == KeyCode::Char('S') && !is_typed {
                // That of a change before is of the same position.
                let is_later = |event: &Event| matches!(event, Event::Evaluated { position, .. } if *position != before);
                self.wait(is_later);
            }
        }
        self.look();
    }

    /// Sends `command`, and updates the model with all events up to the first that is `wanted`.
    pub fn order(&mut self, command: Command, wanted: impl Fn(&Event) -> bool) {
        self.driven.send(command);
        self.wait(wanted);
    }

    /// Returns whether the event reports a pause.
    pub fn is_paused(event: &Event) -> bool {
        matches!(
            event,
            Event::State {
                state: State::Paused,
                ..
            }
        )
    }

    fn wait(&mut self, wanted: impl Fn(&Event) -> bool) {
        loop {
            let event = self.driven.events.recv_timeout(PATIENCE);
            let event = event.expect("the worker answers");
            let is_last = wanted(&event);
            self.update(Msg::Worker(MAIN_LANE, Box::new(event)));
            if is_last {
                return;
            }
        }
    }

    /// Returns whether `snapshot` answers the current request at the current position.
    fn is_new(&self, snapshot: &Snapshot) -> bool {
        let values = snapshot.answer::<PhaseProbe>().and_then(Option::as_ref);
        Some(snapshot.observation()) == self.observation.as_ref()
            && snapshot.position == self.model.run.position
            && values.map(|values| values.position) == self.model.inspector.step
    }

    /// Handles the events that have arrived.
    pub fn handle_events(&mut self) {
        while let Ok(event) = self.driven.events.try_recv() {
            self.update(Msg::Worker(MAIN_LANE, Box::new(event)));
        }
    }

    /// Waits for a snapshot that answers the current request.
    pub fn look(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.handle_events();
            let snapshot = self.model.run.snapshot.as_ref();
            if snapshot.is_some_and(|snapshot| self.is_new(snapshot)) {
                return;
            }
            if let Some(snapshot) = self.driven.worker.mailbox().take() {
                self.update(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        panic!("no snapshot came");
    }
}
