//! The settings menu. Its lines come from the table of settings, with one for each hidden layer.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::command::CommandLine;
use super::model::{Model, Overlay};
use super::update::Effect;
use crate::settings::{Choices, Direction, HIDDEN, NEW_LAYER, SETTINGS, Setting};

/// State of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    /// Index of the chosen line.
    pub line: usize,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Item {
    setting: &'static Setting,
    /// Hidden layer, counted from 0; in a network without any, the place for one.
    layer: Option<usize>,
    pub label: String,
    pub value: String,
    /// The command that sets the current value.
    pub command: String,
}

/// Returns the lines of the menu.
pub fn items(model: &Model) -> Vec<Item> {
    let choices = model.choices();
    let mut items = Vec::new();
    for setting in SETTINGS {
        let value = (setting.value)(&choices);
        let item = |layer, label: String, shown: String| Item {
            setting,
            layer,
            label,
            value: shown,
            command: format!("{} {value}", setting.name),
        };
        match choices.hidden.as_deref() {
            Some(sizes) if *setting == HIDDEN && !sizes.is_empty() => {
                let layers = sizes.iter().enumerate();
                items.extend(layers.map(|(l, size)| {
                    item(
                        Some(l),
                        format!("layer {}", l + 1),
                        format!("{size} neurons"),
                    )
                }));
            }
            _ => {
                let layer = (*setting == HIDDEN).then_some(0);
                items.push(item(layer, setting.name.to_owned(), value.clone()));
            }
        }
    }
    items
}

impl Model {
    pub(super) fn open_menu(&mut self, _: &mut Vec<Effect>) -> Result<(), String> {
        self.prompt.overlay = Some(Overlay::Menu(Menu { line: 0 }));
        Ok(())
    }

    pub(super) fn press_in_menu(
        &mut self,
        mut menu: Menu,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
    ) {
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
                let line = CommandLine::new(&item.command, Some(menu), self);
                self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
                return;
            }
            _ => {}
        }
        self.prompt.overlay = Some(Overlay::Menu(menu));
        let changed = match key.code {
            KeyCode::Right | KeyCode::Char('l' | '+' | '=') => {
                self.step_item(item, Direction::Up, effects)
            }
            KeyCode::Left | KeyCode::Char('h' | '-' | '_') => {
                self.step_item(item, Direction::Down, effects)
            }
            KeyCode::Char('a') => self.edit_setting(&HIDDEN, effects, |choices| {
                add_layer(choices, item.layer);
            }),
            KeyCode::Char('x') => self.edit_setting(&HIDDEN, effects, |choices| {
                let hidden = choices.hidden.get_or_insert_default();
                if let Some(layer) = item.layer.filter(|&layer| layer < hidden.len()) {
                    hidden.remove(layer);
                }
            }),
            KeyCode::Char('z') => self.undo(effects),
            _ => Ok(()),
        };
        self.complain_if(changed);
    }

    fn step_item(
        &mut self,
        item: &Item,
        direction: Direction,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let Some(layer) = item.layer.filter(|&layer| layer > 0) else {
            return self.step_setting(item.setting, direction, effects);
        };
        self.edit_setting(item.setting, effects, |choices| {
            let hidden = choices.hidden.get_or_insert_default();
            let by = if direction == Direction::Up { 1 } else { -1 };
            hidden[layer] = hidden[layer].saturating_add_signed(by).max(1);
        })
    }
}

/// Adds a hidden layer behind `layer`, or behind the last one, of the same size.
fn add_layer(choices: &mut Choices, layer: Option<usize>) {
    let hidden = choices.hidden.get_or_insert_default();
    let index = layer.map_or(hidden.len(), |layer| (layer + 1).min(hidden.len()));
    let size = index
        .checked_sub(1)
        .map_or(NEW_LAYER, |before| hidden[before]);
    hidden.insert(index, size);
}
