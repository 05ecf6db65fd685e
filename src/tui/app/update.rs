//! From message to message: the only place where the state changes.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::bindings::{self, Action, When};
use super::command::Files;
use super::model::{Confirm, Model, Overlay, Phase};
use super::navigation::{Navigation, ScrollLimits};
use super::prompt::{Prompt, PromptEvent, Purpose};
use crate::data::{DataSummary, Prepared};
use crate::train::{Command, Cursor, Event, Snapshot};
use crate::tui::panels::PanelId;

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
    /// A panel was clicked.
    Click(PanelId),
    /// Something within a panel was clicked.
    Pick(ClickTarget),
    /// A neuron was clicked while the inspector was open.
    Point(Cursor),
    /// The wheel was turned by so many lines over a panel, or elsewhere.
    Wheel(Option<PanelId>, i16),
    /// The worker reported.
    Worker(Box<Event>),
    /// A snapshot was taken out of the mailbox.
    Snapshot(Box<Snapshot>),
    /// The data of the training that was restarted so often are described.
    Described(u32, Box<DataSummary>),
    /// A frame was drawn, of which so much can be scrolled.
    Drawn(ScrollLimits),
    /// Names of the files in a folder that were asked for.
    Files(Files),
    /// The log could not be written, with the reason; it ends here.
    LogFailed(String),
    /// The process was asked to end with this exit code.
    Terminate(u8),
}

/// Something within a panel that can be pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClickTarget {
    /// A cell of the confusion matrix.
    Cell {
        /// Index of the true class.
        actual: usize,
        /// Index of the predicted one.
        predicted: usize,
    },
    /// The row at this place among those listed.
    Row(usize),
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// A command for the worker.
    Send(Command),
    /// Describe these data beside the training, answered by [`Msg::Described`] with this number
    /// of restarts.
    Describe(u32, Arc<Prepared>),
    /// Tell the files of this folder (empty for the current one), answered by [`Msg::Files`].
    ListFiles(String),
    /// Stop the process until the shell resumes it.
    Suspend,
    /// End the program.
    Quit {
        /// The exit code.
        code: u8,
    },
}

/// Lines that the help may be scrolled by at most; it stops earlier, at its end.
const SCROLL_LIMIT: u16 = 10_000;

impl Model {
    /// Takes in `msg` and says what is to be done.
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
            Msg::Worker(event) => self.hear(*event, &mut effects),
            Msg::Snapshot(snapshot) => self.take_snapshot(*snapshot),
            // A card of another split is not this one's.
            Msg::Described(restarts, card) => {
                if restarts == self.run.restarts {
                    self.run.card = Some(Arc::from(card));
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
            Msg::LogFailed(reason) => self.complain(format!("the log ends here: {reason}")),
            Msg::Terminate(code) => self.leave(code, &mut effects),
        }
        // What was asked of one row is not what is asked of another.
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
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return self.leave(130, effects);
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
            self.act(binding.action, effects);
            if !matches!(binding.action, Action::Count(_)) {
                self.prompt.count = None;
            }
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

    /// Whether bindings for `when` hold now.
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

    /// Whether `holds` does of the screen while the inspector is closed.
    fn is_browsing(&self, holds: impl Fn(&Navigation) -> bool) -> bool {
        self.inspector.open.is_none() && holds(&self.navigation)
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
                    Purpose::LearningRate => self.type_learning_rate(&text, effects),
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
                Confirm::Replace(path) => self.export_to(path, true, effects),
                Confirm::Reset(seed) => effects.push(Effect::Send(Command::Reset { seed })),
                Confirm::Quit => self.leave(0, effects),
            },
            KeyCode::Char('w') if matches!(question, Confirm::Quit | Confirm::Reset(_)) => {
                self.open_save_prompt();
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

/// The line that a popup of lines is scrolled to by `key`; none where it closes the popup.
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
