//! Clicks on items of the screen, and the wheel.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::messages::ClickTarget;
use super::model::{Model, Overlay};
use super::what_if::{ColumnDomain, Sliders};
use crate::train::Cursor;
use crate::tui::panels::PanelId;

impl Model {
    /// Handles a click on an item.
    pub(super) fn pick(&mut self, target: ClickTarget) {
        if !matches!(target, ClickTarget::Key(..)) {
            self.prompt.notice = None;
        }
        match target {
            ClickTarget::Key(code, modifiers) => {
                let key = KeyEvent::new(code, modifiers);
                let is_covered = self.prompt.overlay.is_some();
                if is_covered || !self.press_in_lesson(&key) {
                    self.press_usual(&key);
                }
            }
            ClickTarget::Line(line) => self.pick_line(line),
            ClickTarget::Slider {
                column,
                cell,
                cells,
            } => self.pick_slider(column, f64::from(cell) / f64::from(cells.max(2) - 1)),
            // A popup covers the rest.
            _ if self.prompt.overlay.is_some() => {}
            ClickTarget::Cell { actual, predicted } => self.pick_cell((actual, predicted)),
            ClickTarget::Neuron(layer, neuron) => self.inspect_at(Cursor::Neuron { layer, neuron }),
            ClickTarget::Row(place) => self.pick_row(place),
            ClickTarget::Error(place) => self.pick_error(place),
            ClickTarget::Finding(index) => self.navigation.finding = index,
            ClickTarget::Lane(index) => self.pick_lane(index),
            ClickTarget::Sample(sample) => self.pick_sample(sample),
            ClickTarget::View(view) => {
                self.navigation.turn_to(view);
                self.navigation.settle_focus();
            }
            ClickTarget::Frame(panel) => self.pick_frame(panel),
        }
    }

    /// Maximises the panel whose frame was clicked, or goes back from it; the inspector only takes the focus.
    fn pick_frame(&mut self, panel: PanelId) {
        self.navigation.focus = panel;
        if self.inspector.open.is_some() {
            self.navigation.settle_focus();
        } else if self.navigation.enlarged {
            self.go_back();
        } else {
            self.maximise();
        }
    }

    /// Chooses the line of the popup's list; a second click does what enter does there.
    fn pick_line(&mut self, line: usize) {
        let enter = KeyEvent::from(KeyCode::Enter);
        match &mut self.prompt.overlay {
            Some(Overlay::Menu(menu)) if menu.line != line => menu.line = line,
            Some(Overlay::Gradients(chosen)) if *chosen != Some(line) => *chosen = Some(line),
            Some(Overlay::Menu(_) | Overlay::Gradients(_)) => self.press(&enter),
            Some(Overlay::Sliders(sliders)) => sliders.chosen = line,
            Some(Overlay::Command(command)) => {
                let mut command = command.clone();
                command.choose(line);
                self.refresh_command_line(command);
            }
            _ => {}
        }
    }

    /// Moves the slider of `column` to a `fraction` of its range.
    fn pick_slider(&mut self, column: usize, fraction: f64) {
        let Some(input) = self.run.columns().get(column) else {
            return;
        };
        let raw = ColumnDomain::of(input).at(fraction);
        self.prompt.overlay = Some(Overlay::Sliders(Sliders { chosen: column }));
        self.set_input(column, Some(raw));
    }

    /// Turns the wheel over a panel, or over the popup where `panel` is `None`.
    pub(super) fn turn_wheel(&mut self, panel: Option<PanelId>, lines: i16) {
        let key = |up, down| KeyEvent::from(if lines < 0 { up } else { down });
        match (&mut self.prompt.overlay, panel) {
            (_, Some(PanelId::Rows)) => {
                self.navigation.shift_within(lines.into(), &self.run.data);
            }
            (_, Some(panel)) => self.navigation.scroll_by(panel, lines),
            (Some(Overlay::Help(help)), None) => {
                let last = self.navigation.drawn().help.unwrap_or(0);
                help.line = help.line.saturating_add_signed(lines).min(last);
            }
            (Some(Overlay::Menu(_) | Overlay::Sliders(_) | Overlay::Gradients(_)), None) => {
                self.press(&key(KeyCode::Up, KeyCode::Down));
            }
            (Some(Overlay::Command(_)), None) => self.press(&key(KeyCode::BackTab, KeyCode::Tab)),
            (
                Some(
                    Overlay::Dialog(_)
                    | Overlay::Confirm(_)
                    | Overlay::Rates(_)
                    | Overlay::Preflight(_),
                )
                | None,
                None,
            ) => {}
        }
    }
}
