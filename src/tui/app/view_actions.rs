//! Functions of keys that change what is on the screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::Done;
use super::bindings::ScreenDirection;
use super::list_keys::Jump;
use super::model::Model;
use super::views::{EdgeValue, View};
use crate::tui::panels::PanelId;
use crate::tui::text;

impl Model {
    /// Moves the focus, or the cursor inside a maximised panel.
    pub(super) fn move_in_view(&mut self, direction: ScreenDirection) {
        if self.navigation.enlarged && self.navigation.focus == PanelId::Gallery {
            self.move_in_gallery(direction);
        } else if self.navigation.enlarged {
            self.navigation.move_inside(direction, &self.run);
        } else {
            self.navigation.move_focus(direction);
        }
    }

    pub(super) fn maximise(&mut self) {
        self.navigation.remember();
        self.navigation.enlarged = true;
        if self.navigation.focus == PanelId::Confusion {
            self.navigation.place_cursor(&self.run);
        }
    }

    /// Switches to the view at `index` of the view bar.
    pub(super) fn turn_to(&mut self, index: usize) {
        if let Some(&view) = self.navigation.views().get(index) {
            self.navigation.turn_to(view);
        }
    }

    /// Switches to `view`.
    ///
    /// # Errors
    /// If it is for images or races only, and there are none.
    pub(super) fn turn_to_view(&mut self, view: View) -> Done {
        if !self.navigation.views().contains(&view) {
            return Err(match view {
                View::Race => text::no_race(),
                _ => text::errors_of_images(),
            }
            .into());
        }
        self.navigation.turn_to(view);
        Ok(())
    }

    /// Turns to the next number that edges show, and says so where it is not known yet.
    pub(super) fn turn_edge_value(&mut self) {
        let value = self.navigation.edge_value.next();
        self.navigation.edge_value = value;
        let is_known = self.run.is_training() || self.run.snapshot_before.is_some();
        if value == EdgeValue::Change && !is_known {
            self.prompt.status(text::change_unknown());
        }
    }

    /// Fills the screen with the loss landscape, from where [`Model::go_back`] leads back here.
    pub(super) fn show_landscape(&mut self) -> Done {
        self.navigation.follow(View::Hidden, PanelId::Landscape);
        self.navigation.enlarged = true;
        Ok(())
    }

    /// Returns to the place before, with the inspector open if it was.
    pub(super) fn go_back(&mut self) {
        if !self.navigation.leads_back() && self.leave_lane() {
            return;
        }
        self.navigation.return_to_last();
        let inspects = self.navigation.inspects;
        self.inspector.reopen(inspects);
        self.settle_inspector();
    }

    /// Shows the rows of the table on the whole screen, or goes back from there.
    pub fn browse(&mut self) {
        self.toggle_panel(View::Data, PanelId::Rows);
    }

    /// Shows the panel `id` of `view` on the whole screen, or goes back from there.
    pub(super) fn toggle_panel(&mut self, view: View, id: PanelId) {
        if self.navigation.enlarged && self.navigation.focus == id {
            return self.go_back();
        }
        self.navigation.follow(view, id);
        self.navigation.enlarged = true;
    }

    /// Moves through the focused list or panel as `code` says; through the rows in the network where it has nothing to
    /// scroll.
    pub(super) fn page(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        let screen = &mut self.navigation;
        let limit = screen.scroll_limit(screen.focus).filter(|&limit| limit > 0);
        let rows = self.page_rows();
        let Some(jump) = Jump::of(&KeyEvent::new(code, modifiers), rows) else {
            return;
        };
        let screen = &mut self.navigation;
        if let Some(last) = limit.filter(|_| screen.focus != PanelId::Rows) {
            let now = screen.scroll(screen.focus);
            let line = jump.from(now.into(), last.into());
            let by = i32::try_from(line).unwrap_or(i32::MAX) - i32::from(now);
            return screen.scroll_by(screen.focus, by.clamp(-32768, 32767) as i16);
        }
        let (rows, place) = screen.going_through(&self.run.data);
        let place = jump.from(place, rows.saturating_sub(1));
        screen.go_to(place as isize, &self.run.data);
    }

    /// Approximate number of lines of a list that fills the screen.
    pub(super) fn page_rows(&self) -> usize {
        usize::from(self.navigation.size.1).saturating_sub(6).max(1)
    }

    /// Switches between validation and training rows, or in the scores between validation and test rows.
    pub(super) fn switch_set(&mut self) -> Done {
        if self.navigation.is_scoring() && self.run.data.test.is_some() {
            self.navigation.has_test_scores = !self.navigation.has_test_scores;
            return Ok(());
        }
        if self.run.data.validation.is_empty() {
            return Err(text::no_validation_rows().into());
        }
        self.navigation.switch_set(&self.run);
        Ok(())
    }

    /// Switches between pictures and histograms of the weights of images, or between maps and numbers in the network.
    pub(super) fn toggle_pictures(&mut self) -> Done {
        if self.navigation.view == View::Race {
            return self.toggle_race_regions();
        }
        if self.run.data.image.is_none() && !self.navigation.plane.is_everything {
            return Err(text::no_images().into());
        }
        self.navigation.pictures = !self.navigation.pictures;
        Ok(())
    }

    /// Layer of the hidden space, 0 for the inputs.
    pub(crate) fn hidden_layer(&self) -> usize {
        let depth = self.run.architecture.depth();
        let last_hidden = depth.saturating_sub(1);
        self.navigation
            .hidden_layer
            .unwrap_or(last_hidden)
            .min(depth)
    }

    /// Shows the hidden space of the layer `by` layers after the present one; beyond the last come the inputs.
    pub(super) fn turn_hidden_layer(&mut self, by: isize) {
        let layers = self.run.architecture.depth() as isize + 1;
        let next = self.hidden_layer() as isize + by;
        self.navigation.hidden_layer = Some(next.rem_euclid(layers) as usize);
    }

    /// Switches between the charts of loss and accuracy.
    pub(super) fn toggle_chart(&mut self) -> Done {
        if self.navigation.shows(PanelId::Accuracy) && !self.navigation.enlarged {
            return Err(text::both_charts_are_shown().into());
        }
        self.navigation.toggle_chart();
        Ok(())
    }

    /// Shows all times in the charts.
    pub(super) fn reset_zoom(&mut self) -> Done {
        let zoom = self.navigation.plot.zoom.take();
        zoom.map(drop).ok_or(text::nothing_zoomed().into())
    }

    /// Scrolls the focused panel by `lines`; a list of rows by half a screen, as pagers do.
    pub(super) fn scroll_focused(&mut self, lines: i16) {
        let screen = &mut self.navigation;
        if screen.focus == PanelId::Rows {
            let rows = isize::try_from(screen.size.1 / 2).unwrap_or(1).max(1);
            self.navigation
                .shift_within(rows * isize::from(lines.signum()), &self.run.data);
        } else {
            screen.scroll_by(screen.focus, lines);
        }
    }
}
