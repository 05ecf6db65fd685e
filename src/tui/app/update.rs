//! Messages, effects, and the update of the state, which is the only place where it changes.

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::bindings::{self, When};
use super::command::Files;
use super::loading::{Loading, LoadingStage};
use super::model::{Confirm, Model, Overlay, Phase};
use super::navigation::{Navigation, ScrollLimits};
use super::prompt::{Prompt, PromptEvent, Purpose};
use crate::data::{DataSummary, Prepared};
use crate::error::Error;
use crate::train::{Command, Cursor, Event, Pace, Snapshot};
use crate::tui::panels::PanelId;

/// State of the program on the screen.
#[derive(Debug)]
pub(crate) enum App {
    /// Data are loaded.
    Loading(Box<Loading>),
    /// A network is trained, or waits.
    Running(Box<Model>),
}

impl App {
    /// Changes the state by `msg`. Returns effects to carry out, in order.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match self {
            Self::Running(model) => model.update(msg),
            Self::Loading(loading) => {
                if let Msg::Worker(event) = &msg
                    && let Event::Started(started) = &**event
                {
                    *self = Self::Running(Box::new(loading.training(started)));
                    return Vec::new();
                }
                loading.update(msg)
            }
        }
    }
}

/// An input to [`App::update`].
#[derive(Debug)]
pub enum Msg {
    /// Key press.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// New size of the terminal: columns, rows.
    Resize(u16, u16),
    /// Click on a panel.
    Click(PanelId),
    /// Click on an item of a panel.
    Pick(ClickTarget),
    /// Click on a neuron while the inspector is open.
    Point(Cursor),
    /// Turn of the mouse wheel, in lines, over a panel or elsewhere.
    Wheel(Option<PanelId>, i16),
    /// Stage of loading, and the time since it began.
    LoadingStage(LoadingStage, Duration),
    /// Data are loaded; the training has this speed limit.
    Loaded(Pace),
    /// Event from the worker.
    Worker(Box<Event>),
    /// Snapshot from the worker's mailbox.
    Snapshot(Box<Snapshot>),
    /// Answer to [`Effect::Describe`]: its number of restarts, facts about the data.
    Described(u32, Box<DataSummary>),
    /// Scroll limits of the frame that was drawn.
    Drawn(ScrollLimits),
    /// Answer to [`Effect::ListFiles`].
    Files(Files),
    /// The log could not be written any further, with the reason.
    LogFailed(String),
    /// Request to end the process with this exit code.
    Terminate(u8),
}

/// An item of a panel that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClickTarget {
    /// Cell of the confusion matrix.
    Cell {
        /// Index of the true class.
        actual: usize,
        /// Index of the predicted class.
        predicted: usize,
    },
    /// Row of the list, by position.
    Row(usize),
}

/// An action outside the state.
#[derive(Debug)]
pub enum Effect {
    /// Send a command to the worker.
    Send(Command),
    /// Collect facts about these data; answered by [`Msg::Described`] with this number of restarts.
    Describe(u32, Arc<Prepared>),
    /// List the files of this folder (empty for the current one); answered by [`Msg::Files`].
    ListFiles(String),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Draw every cell of the next frame, over whatever other programs wrote.
    Redraw,
    /// End the program.
    Quit {
        /// Exit code.
        code: u8,
    },
    /// End the program with this error.
    Fail(Error),
}

/// Largest scroll offset of the help before its length is known.
const SCROLL_LIMIT: u16 = 10_000;

impl Model {
    /// Changes the state by `msg`. Returns effects to carry out, in order.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        let sample_before = self.navigation.sample;
        match msg {
            Msg::Key(key) if key.kind == KeyEventKind::Release => {}
            Msg::Key(key) => self.press(&key, &mut effects),
            Msg::Paste(text) => self.paste(&text, &mut effects),
            Msg::Resize(width, height) => {
                self.navigation.size = (width, height);
                self.navigation.settle_focus();
            }
            Msg::Click(panel) => {
                if self.prompt.overlay.is_none() {
                    self.navigation.focus = panel;
                    self.prompt.notice = None;
                }
            }
            Msg::Pick(spot) => {
                if self.prompt.overlay.is_none() {
                    self.prompt.notice = None;
                    match spot {
                        ClickTarget::Cell { actual, predicted } => {
                            self.pick_cell(actual, predicted, &mut effects);
                        }
                        ClickTarget::Row(place) => self.pick_row(place),
                    }
                }
            }
            Msg::Point(cursor) => {
                if self.prompt.overlay.is_none() && self.inspector.open.is_some() {
                    self.prompt.notice = None;
                    self.inspect_at(cursor);
                }
            }
            Msg::Wheel(panel, lines) => self.turn_wheel(panel, lines),
            Msg::Worker(event) => self.handle_event(*event, &mut effects),
            Msg::Snapshot(snapshot) => self.run.add_snapshot(*snapshot),
            // Facts about the split before a restart are outdated.
            Msg::Described(restarts, card) => {
                if restarts == self.run.restarts {
                    self.run.card = Some(Arc::new(card.printable()));
                }
            }
            Msg::Drawn(ends) => {
                self.navigation.set_scroll_limits(ends.panels);
                if let (Some(Overlay::Help(line) | Overlay::Commands(line)), Some(end)) =
                    (&mut self.prompt.overlay, ends.help)
                {
                    *line = end.min(*line);
                }
            }
            Msg::Files(files) => {
                if let Some(Overlay::Command(mut line)) =
                    self.prompt.overlay.take_if(is_command_line)
                {
                    line.set_files(files);
                    self.refresh_command_line(*line, &mut effects);
                }
            }
            Msg::LoadingStage(..) | Msg::Loaded(_) => {}
            Msg::LogFailed(reason) => self.complain(format!("logging stopped: {reason}")),
            Msg::Terminate(code) => self.terminate(code, &mut effects),
        }
        // Changed inputs belong to the row that was shown.
        if self.navigation.sample != sample_before {
            self.inspector.moved.clear();
            self.inspector.what_if.clear();
        }
        self.settle_inspector();
        let observation = self.observation();
        if self.run.observed.as_ref() != Some(&observation) {
            self.run.observed = Some(observation.clone());
            effects.push(Effect::Send(Command::Observe(observation)));
        }
        let mut panels = self.navigation.panels().into_iter();
        let needs_summary = panels.any(|id| id.panel().needs_summary());
        if needs_summary && self.run.card.is_none() && !self.run.is_describing {
            self.run.is_describing = true;
            let data = Arc::clone(&self.run.data);
            effects.push(Effect::Describe(self.run.restarts, data));
        }
        effects
    }

    fn press(&mut self, key: &KeyEvent, effects: &mut Vec<Effect>) {
        // These two also work while a popup is open.
        match key.code {
            _ if !key.modifiers.contains(KeyModifiers::CONTROL) => {}
            KeyCode::Char('c') => return self.leave(130, effects),
            KeyCode::Char('l') => return effects.push(Effect::Redraw),
            _ => {}
        }
        self.prompt.notice = None;
        match self.prompt.overlay.take() {
            None => self.press_over_panels(key, effects),
            Some(Overlay::Help(line)) => self.press_in_help(line, key),
            Some(Overlay::Prompt(prompt)) => self.press_in_prompt(prompt, key, effects),
            Some(Overlay::Confirm(question)) => self.answer(question, key, effects),
            Some(Overlay::Commands(line)) => self.press_in_commands(line, key),
            Some(Overlay::Command(line)) => self.press_in_command_line(*line, key, effects),
            Some(Overlay::Menu(menu)) => self.press_in_menu(menu, key, effects),
            Some(Overlay::Sliders(sliders)) => self.press_in_sliders(sliders, key),
            Some(Overlay::Gradients(chosen)) => self.press_in_gradients(chosen, key),
        }
    }

    fn press_over_panels(&mut self, key: &KeyEvent, effects: &mut Vec<Effect>) {
        if self.edit_count(key) {
            return;
        }
        if let Some(binding) = bindings::find(key, |when| self.holds(when)) {
            let done = (binding.run)(self, effects);
            self.complain_if(done);
            self.prompt.count = None;
            self.navigation.settle_focus();
        }
    }

    fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        match self.prompt.overlay.take() {
            Some(Overlay::Prompt(mut prompt)) => {
                prompt.paste(text);
                self.prompt.overlay = Some(Overlay::Prompt(prompt));
            }
            Some(Overlay::Command(mut line)) => {
                line.paste(text);
                self.refresh_command_line(*line, effects);
            }
            other => self.prompt.overlay = other,
        }
    }

    /// Returns whether bindings for `when` are active.
    pub fn holds(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::Training => self.run.is_training(),
            When::Waiting => matches!(self.run.phase, Phase::Paused | Phase::Finished),
            When::Walking => self.holds(When::Waiting) && self.inspector.walk.is_some(),
            When::Resting => self.holds(When::Waiting) && self.inspector.walk.is_none(),
            When::Editing => self.holds(When::Waiting) && self.inspector.open.is_some(),
            When::Diverged => matches!(self.run.phase, Phase::Diverged(_)),
            When::Failed => matches!(self.run.phase, Phase::Failed(_)),
            When::Browsing => self.inspector.open.is_none(),
            When::Inspecting => self.inspector.open.is_some(),
            When::Enlarged => self.is_browsing(|screen| screen.enlarged && !screen.has_choice()),
            When::Choosing => self.is_browsing(|screen| screen.enlarged && screen.has_choice()),
            When::Overview => self.is_browsing(|screen| !screen.enlarged),
            When::Away => self.is_browsing(Navigation::leads_back),
        }
    }

    /// Returns whether the inspector is closed and `condition` is true.
    fn is_browsing(&self, condition: impl Fn(&Navigation) -> bool) -> bool {
        self.inspector.open.is_none() && condition(&self.navigation)
    }

    fn press_in_help(&mut self, line: u16, key: &KeyEvent) {
        self.prompt.overlay = match key.code {
            KeyCode::Tab | KeyCode::Char(':') => Some(Overlay::Commands(0)),
            _ => scrolled(line, key).map(Overlay::Help),
        };
    }

    fn press_in_commands(&mut self, line: u16, key: &KeyEvent) {
        match key.code {
            KeyCode::Tab => self.prompt.overlay = Some(Overlay::Help(0)),
            KeyCode::Char(':') => self.open_command_line(""),
            _ => self.prompt.overlay = scrolled(line, key).map(Overlay::Commands),
        }
    }

    fn press_in_prompt(&mut self, mut prompt: Prompt, key: &KeyEvent, effects: &mut Vec<Effect>) {
        match prompt.on_key(key) {
            PromptEvent::Cancelled => {}
            PromptEvent::Editing => self.prompt.overlay = Some(Overlay::Prompt(prompt)),
            PromptEvent::Submitted(text) => {
                let taken = match prompt.purpose {
                    Purpose::Setting(setting) => self.type_setting(setting, &text, effects),
                    Purpose::SavePath => self.save_to(&text, effects),
                    Purpose::Parameter(id) => self.type_parameter(id, &text, effects),
                    Purpose::Input(column) => self.type_input(column, &text),
                    // Commands have a line of their own.
                    Purpose::Command => self.run_command(&text, effects),
                };
                if let Err(problem) = taken {
                    prompt.error = Some(problem);
                    self.prompt.overlay = Some(Overlay::Prompt(prompt));
                }
            }
        }
    }

    fn answer(&mut self, question: Confirm, key: &KeyEvent, effects: &mut Vec<Effect>) {
        match key.code {
            KeyCode::Char('y' | 'Y') => match question {
                Confirm::Replace(path) => self.send_export(path, true, effects),
                Confirm::Reset(seed, initialisation) => {
                    effects.push(Effect::Send(Command::Reset {
                        seed,
                        initialisation,
                    }));
                }
                Confirm::Quit => self.leave(0, effects),
            },
            KeyCode::Char('w') if matches!(question, Confirm::Quit | Confirm::Reset(..)) => {
                let opened = self.open_save_prompt(effects);
                self.complain_if(opened);
            }
            KeyCode::Char('n' | 'N' | 'q') | KeyCode::Esc => {}
            _ => self.prompt.overlay = Some(Overlay::Confirm(question)),
        }
    }

    fn turn_wheel(&mut self, panel: Option<PanelId>, lines: i16) {
        match (&mut self.prompt.overlay, panel) {
            (Some(Overlay::Help(line) | Overlay::Commands(line)), _) => {
                *line = line.saturating_add_signed(lines).min(SCROLL_LIMIT);
            }
            (None, Some(PanelId::Rows)) => self.shift_within(lines.into()),
            (None, Some(panel)) => self.navigation.scroll_by(panel, lines),
            _ => {}
        }
    }
}

fn is_command_line(overlay: &mut Overlay) -> bool {
    matches!(overlay, Overlay::Command(_))
}

/// Returns the scroll offset of a popup after `key`; none if the key closes it.
fn scrolled(line: u16, key: &KeyEvent) -> Option<u16> {
    let line = match key.code {
        KeyCode::Down | KeyCode::Char('j' | 'd') => line.saturating_add(1),
        KeyCode::Up | KeyCode::Char('k' | 'u') => line.saturating_sub(1),
        KeyCode::PageDown => line.saturating_add(10),
        KeyCode::PageUp => line.saturating_sub(10),
        _ => return None,
    };
    Some(line.min(SCROLL_LIMIT))
}
