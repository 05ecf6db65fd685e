//! The settings menu. Its lines come from the table of settings, with one for each hidden layer.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::actions::Done;
use super::command::CommandLine;
use super::list_keys::Jump;
use super::model::{Model, Overlay};
use crate::settings::{Choices, Direction, HIDDEN, NEW_LAYER, SETTINGS, Setting};
use crate::tui::text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// The setting; `None` in the lines of the checkpoint and the lessons.
    setting: Option<&'static Setting>,
    /// Hidden layer, counted from 0; in a network without any, the place for one.
    layer: Option<usize>,
    pub label: String,
    pub value: String,
    /// The command that sets the current value.
    pub command: String,
}

impl Item {
    /// Returns whether keys move the value to its neighbours. A restart is too much for them.
    pub fn has_steps(&self) -> bool {
        self.setting.is_some_and(|setting| !setting.restarts)
    }
}

/// Returns the lines of the menu.
pub(crate) fn items(model: &Model) -> Vec<Item> {
    let choices = model.choices();
    let items = SETTINGS.into_iter().flat_map(|setting| {
        let value = (setting.value)(&choices);
        let command = format!("{} {value}", setting.name);
        let item = |layer, label, value| {
            let command = command.clone();
            Item {
                setting: Some(setting),
                layer,
                label,
                value,
                command,
            }
        };
        let is_hidden = *setting == HIDDEN;
        let sizes = choices
            .hidden
            .as_deref()
            .filter(|sizes| is_hidden && !sizes.is_empty());
        let Some(sizes) = sizes else {
            return vec![item(
                is_hidden.then_some(0),
                setting.label().into_owned(),
                value,
            )];
        };
        let layers = sizes.iter().enumerate();
        let layers = layers.map(|(l, size)| (l, text::layer(l + 1), text::neurons(size)));
        layers
            .map(|(l, label, value)| item(Some(l), label, value))
            .collect()
    });
    let checkpoint = Item {
        setting: None,
        layer: None,
        label: text::checkpoint_item().into(),
        value: (model.run.last_saved()).unwrap_or_else(|| text::never_saved().into()),
        command: "checkpoint".into(),
    };
    let lesson = Item {
        setting: None,
        layer: None,
        label: text::lesson_item().into(),
        value: model
            .course
            .as_ref()
            .map_or(String::new(), |course| course.lesson.name.clone()),
        command: "lesson ".into(),
    };
    items.chain([checkpoint, lesson]).collect()
}

impl Model {
    pub(super) fn open_menu(&mut self) {
        self.prompt.overlay = Some(Overlay::Menu(Menu { line: 0 }));
    }

    pub(super) fn press_in_menu(&mut self, mut menu: Menu, key: &KeyEvent) {
        let items = items(self);
        menu.line = menu.line.min(items.len() - 1);
        let item = &items[menu.line];
        match key.code {
            KeyCode::Esc | KeyCode::Char('c' | 'q') => return,
            KeyCode::Up | KeyCode::Char('k') => {
                menu.line = (menu.line + items.len() - 1) % items.len();
            }
            KeyCode::Down | KeyCode::Char('j') => menu.line = (menu.line + 1) % items.len(),
            KeyCode::Enter | KeyCode::Char(':') => {
                // The choices are listed; what is in force is said beside them.
                let name = item.setting.map(|setting| format!("{} ", setting.name));
                let typed = name.unwrap_or_else(|| item.command.clone());
                let line = CommandLine::new(&typed, Some(menu), self);
                self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
                return;
            }
            _ => {
                if let Some(jump) = Jump::of(key, self.page_rows()) {
                    menu.line = jump.from(menu.line, items.len() - 1);
                }
            }
        }
        self.prompt.overlay = Some(Overlay::Menu(menu));
        let changed = match key.code {
            KeyCode::Right | KeyCode::Char('l' | '+' | '=') => self.step_item(item, Direction::Up),
            KeyCode::Left | KeyCode::Char('h' | '-' | '_') => self.step_item(item, Direction::Down),
            KeyCode::Char('a') => {
                self.edit_setting(&HIDDEN, |choices| add_layer(choices, item.layer))
            }
            KeyCode::Char('x') => self.edit_setting(&HIDDEN, |choices| {
                let hidden = choices.hidden.get_or_insert_default();
                if let Some(layer) = item.layer.filter(|&layer| layer < hidden.len()) {
                    hidden.remove(layer);
                }
            }),
            KeyCode::Char('z') => self.undo(),
            _ => Ok(()),
        };
        self.prompt.report(changed);
    }

    fn step_item(&mut self, item: &Item, direction: Direction) -> Done {
        let Some(layer) = item.layer.filter(|&layer| layer > 0) else {
            return match item.setting {
                Some(setting) => self.step_setting(setting, direction),
                None => Ok(()),
            };
        };
        self.edit_setting(&HIDDEN, |choices| {
            let size = &mut choices.hidden.get_or_insert_default()[layer];
            let by = if direction == Direction::Up { 1 } else { -1 };
            *size = size.saturating_add_signed(by).max(1);
        })
    }
}

/// Adds a hidden layer behind `layer`, or behind the last one, of the same size.
fn add_layer(choices: &mut Choices, layer: Option<usize>) {
    let hidden = choices.hidden.get_or_insert_default();
    let index = layer.map_or(hidden.len(), |layer| (layer + 1).min(hidden.len()));
    let before = index.checked_sub(1);
    let size = before.map_or(NEW_LAYER, |before| hidden[before]);
    hidden.insert(index, size);
}
