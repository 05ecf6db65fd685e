//! Keys, text, the mouse and replies of the terminal, turned into messages.

use ratatui::crossterm::event::{
    Event as Input, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::{Position, Rect};

use super::Program;
use crate::error::Result;
use crate::tui::app::{App, Model, Msg};
use crate::tui::decoder::Decoded;
use crate::tui::events::is_interrupt;
use crate::tui::key_table::KeyScreen;
use crate::tui::panels::Pointer;
use crate::tui::{click, point};

/// Lines scrolled by a notch of the wheel.
const WHEEL_LINES: i16 = 3;

impl Program {
    /// Handles inputs that arrived together. Returns whether they may change what is shown.
    pub(super) fn handle_inputs(&mut self, inputs: Vec<Decoded>) -> Result<bool> {
        // Characters that are inserted into a text are collected first, since each change of it renews its completions.
        let (mut is_any, mut typed) = (false, String::new());
        for input in inputs {
            if self.exit.is_some() {
                break;
            }
            if self.app.is_unsettled() && !is_interrupt(&input) {
                self.held.push(input);
                continue;
            }
            if !self.backlog.remove(&input) {
                continue;
            }
            match input {
                Decoded::Reply(reply) => {
                    if let Some(screen) = &mut self.screen {
                        screen.adapt(reply);
                    }
                    is_any = true;
                }
                Decoded::Input(input) => {
                    match typed_character(&input).filter(|_| self.app.is_typing()) {
                        Some(character) => typed.push(character),
                        None => is_any |= self.insert(&mut typed)? | self.handle_input(input)?,
                    }
                }
            }
        }
        Ok(is_any | self.insert(&mut typed)?)
    }

    /// Inserts what was `typed` into the text that is open. Returns whether that is anything.
    fn insert(&mut self, typed: &mut String) -> Result<bool> {
        let text = std::mem::take(typed);
        let is_any = !text.is_empty();
        if is_any {
            self.update(Msg::Text(text))?;
        }
        Ok(is_any)
    }

    /// Handles what the user did. Returns whether it may change what is shown.
    fn handle_input(&mut self, input: Input) -> Result<bool> {
        let msg = match (input, &self.app) {
            (Input::Key(key), _) => Some(Msg::Key(key)),
            (Input::Paste(text), _) => Some(Msg::Text(text)),
            (Input::Resize(width, height), _) => Some(Msg::Resize(width, height)),
            (Input::Mouse(event), App::Running(model)) => mouse_message(model, event),
            (Input::Mouse(event), App::Watching(watch)) => list_message(watch.as_ref(), event),
            (Input::Mouse(event), App::Sweeping(board)) => list_message(board.as_ref(), event),
            _ => None,
        };
        let Some(msg) = msg else {
            return Ok(false);
        };
        self.update(msg)?;
        Ok(true)
    }
}

/// Returns the character that a key inserts into a text.
fn typed_character(input: &Input) -> Option<char> {
    let key = input.as_key_press_event()?;
    let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
    key.code.as_char().filter(|_| is_plain)
}

fn mouse_message(model: &Model, event: MouseEvent) -> Option<Msg> {
    let (width, height) = model.navigation.size;
    let area = Rect::new(0, 0, width, height);
    let (x, y) = (event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(model, area, x, y),
        MouseEventKind::ScrollDown => point(model, area, x, y, Pointer::Wheel(WHEEL_LINES)),
        MouseEventKind::ScrollUp => point(model, area, x, y, Pointer::Wheel(-WHEEL_LINES)),
        MouseEventKind::Moved => point(model, area, x, y, Pointer::Hover),
        MouseEventKind::Drag(MouseButton::Left) => point(model, area, x, y, Pointer::Drag),
        MouseEventKind::Up(MouseButton::Left) => point(model, area, x, y, Pointer::Release),
        _ => None,
    }
}

/// Message for what the mouse does on a screen with a list.
fn list_message(screen: &impl KeyScreen, event: MouseEvent) -> Option<Msg> {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => screen.key_state().drawn.hit(at).map(Msg::Pick),
        MouseEventKind::ScrollDown => Some(Msg::Wheel(None, 1)),
        MouseEventKind::ScrollUp => Some(Msg::Wheel(None, -1)),
        _ => None,
    }
}
