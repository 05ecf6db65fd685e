//! Selection of the shown row: among all rows of a set, the misclassified ones, or those of a cell of
//! the confusion matrix.

use std::ops::Range;

use super::bindings::ScreenDirection;
use super::model::Model;
use super::navigation::Navigation;
use super::training::{Phase, Run};
use super::views::View;
use crate::data::Confusion;
use crate::data::Prepared;
use crate::train::probes::RowOutcome;
use crate::train::{Command, ConfusionRows, Outcomes, Position, SampleId, Set};
use crate::tui::panels::{PanelId, area_of};
use crate::tui::text;

/// Maximum number of rows listed; more than any terminal shows.
const LISTED: usize = 256;

/// Cell of the confusion matrix: indices of the true and the predicted class.
pub type Cell = (usize, usize);

/// Rows that the keys step through instead of all rows of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Property that the rows share.
    pub which: Which,
    /// Indices in the measured set, largest loss first.
    pub rows: Vec<u32>,
    /// Predictions for misclassified rows when they were found; empty for others.
    pub outcomes: Vec<RowOutcome>,
    /// Number of rows with the property; `rows` may hold only the worst of them.
    pub all: usize,
    /// Index of the shown row in `rows`.
    pub place: usize,
    /// Epoch in which the rows were found. Their predictions may have changed since.
    pub epoch: u64,
}

/// Property that the rows of a selection share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Misclassified rows; for regression all rows.
    Wrong,
    /// Rows of one cell of the confusion matrix.
    Cell { actual: usize, predicted: usize },
}

/// Misclassified rows with the predictions of the evaluation that found them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errors<'m> {
    /// Indices in the measured set, largest loss first.
    pub rows: &'m [u32],
    /// Prediction for each row.
    pub outcomes: &'m [RowOutcome],
    /// Epoch of the evaluation.
    pub epoch: u64,
}

/// Returns up to `limit` of the indices `0..all`, with `place` in their middle as far as there are
/// others on both sides. A larger limit returns the same indices and others around them.
pub fn around(place: usize, all: usize, limit: usize) -> Range<usize> {
    let shown = limit.min(all);
    let first = place.saturating_sub(shown / 2).min(all - shown);
    first..first + shown
}

impl Navigation {
    /// Returns the number of rows that the keys step through, and the index of the shown one.
    pub(crate) fn going_through(&self, data: &Prepared) -> (usize, usize) {
        match &self.selection {
            Some(selection) => (selection.rows.len(), selection.place),
            None => (self.sample.samples(data).rows(), self.sample.index),
        }
    }

    /// Returns the index in its set of the row with this `place` among those stepped through.
    pub fn row_at(&self, place: usize, data: &Prepared) -> Option<usize> {
        match &self.selection {
            Some(selection) => selection.rows.get(place).map(|&row| row as usize),
            None => (place < self.sample.samples(data).rows()).then_some(place),
        }
    }

    /// Returns the places of the rows listed on `lines` lines, as by [`around`] the shown one.
    pub fn listed(&self, lines: usize, data: &Prepared) -> Range<usize> {
        let (rows, place) = self.going_through(data);
        around(place, rows, lines)
    }

    /// Returns the rows that a list on this screen may show.
    pub(crate) fn listed_rows(&self, data: &Prepared) -> Vec<u32> {
        let lines = usize::from(self.size.1).min(LISTED);
        let rows = self
            .listed(lines, data)
            .filter_map(|place| self.row_at(place, data));
        rows.map(|row| row as u32).collect()
    }

    fn select(&mut self, selection: Selection, run: &Run) {
        self.selection = Some(selection);
        self.sample.set = run.measured_set();
        self.go_to(0, &run.data);
    }

    /// Shows the row at `place` (modulo their number) among those stepped through.
    pub(super) fn go_to(&mut self, place: isize, data: &Prepared) {
        let (rows, _) = self.going_through(data);
        if rows == 0 {
            return;
        }
        let place = place.rem_euclid(rows as isize) as usize;
        self.sample.index = self.row_at(place, data).unwrap_or(0);
        if let Some(selection) = &mut self.selection {
            selection.place = place;
        }
    }

    pub(super) fn shift_sample(&mut self, by: isize, data: &Prepared) {
        let (_, place) = self.going_through(data);
        self.go_to(place as isize + by, data);
    }

    /// Moves by `by` rows and stops at the first and the last one.
    pub(super) fn shift_within(&mut self, by: isize, data: &Prepared) {
        let (rows, place) = self.going_through(data);
        let last = rows.saturating_sub(1) as isize;
        self.go_to((place as isize + by).clamp(0, last), data);
    }

    pub(super) fn switch_set(&mut self, run: &Run) {
        let set = match self.sample.set {
            Set::Training => run.measured_set(),
            Set::Validation => Set::Training,
        };
        self.selection = None;
        self.sample = SampleId { set, index: 0 };
    }

    /// Returns the cell of the confusion matrix under the cursor.
    pub fn cell(&self, run: &Run) -> Option<Cell> {
        let confusion = run.outcomes.as_ref()?.confusion()?;
        let last = confusion.classes().checked_sub(1)?;
        let (actual, predicted) = self.cell?;
        Some((actual.min(last), predicted.min(last)))
    }

    /// Puts the cursor on the most frequent mistake, if it has no place yet.
    pub(super) fn place_cursor(&mut self, run: &Run) {
        let confusion = run.outcomes.as_ref().and_then(Outcomes::confusion);
        let mistakes = confusion.map(Confusion::mistakes);
        if let (None, Some(mistakes)) = (self.cell, mistakes) {
            let first = mistakes.first();
            let cell = first.map_or((0, 0), |&(_, actual, predicted)| (actual, predicted));
            self.cell = Some(cell);
        }
    }

    /// Whether the keys step through the misclassified rows.
    fn is_among_errors(&self) -> bool {
        let which = self.selection.as_ref().map(|selection| selection.which);
        which == Some(Which::Wrong)
    }

    /// Moves the cursor of the maximised panel.
    pub(super) fn move_inside(&mut self, direction: ScreenDirection, run: &Run) {
        match (self.focus, direction) {
            (PanelId::Confusion, _) => self.move_cell(direction, run),
            (PanelId::Rows, ScreenDirection::Up) => self.shift_within(-1, &run.data),
            (PanelId::Rows, ScreenDirection::Down) => self.shift_within(1, &run.data),
            (PanelId::Rows, ScreenDirection::Left) => self.column = self.column.saturating_sub(1),
            (PanelId::Rows, ScreenDirection::Right) => {
                let last = run.columns().len().saturating_sub(1);
                self.column = (self.column + 1).min(last);
            }
            _ => {}
        }
    }

    fn move_cell(&mut self, direction: ScreenDirection, run: &Run) {
        self.place_cursor(run);
        let last = run.data.class_names().len().checked_sub(1);
        if let (Some((actual, predicted)), Some(last)) = (self.cell(run), last) {
            self.cell = Some(match direction {
                ScreenDirection::Left => (actual, predicted.saturating_sub(1)),
                ScreenDirection::Right => (actual, (predicted + 1).min(last)),
                ScreenDirection::Up => (actual.saturating_sub(1), predicted),
                ScreenDirection::Down => ((actual + 1).min(last), predicted),
            });
        }
    }
}

impl Model {
    /// Selects the misclassified rows, or all rows again.
    pub(super) fn toggle_worst(&mut self) {
        if self.navigation.selection.take().is_none() {
            self.select_wrong();
        }
    }

    /// Selects the misclassified rows and shows the worst. Returns false and notifies if there is
    /// none.
    fn select_wrong(&mut self) -> bool {
        match &self.run.outcomes {
            None => {
                let text = text::wrong_rows_later();
                self.prompt.status(text);
                false
            }
            Some(outcomes) if outcomes.worst.is_empty() => {
                self.prompt.status(text::no_wrong_rows());
                false
            }
            Some(outcomes) => {
                let rows = outcomes.worst.clone();
                let confusion = outcomes.confusion();
                let wrong = confusion.map(|all| (all.total() - all.right()) as usize);
                let all = wrong.unwrap_or(rows.len());
                let selection = Selection {
                    which: Which::Wrong,
                    rows,
                    outcomes: outcomes.worst_outcomes.clone(),
                    all,
                    place: 0,
                    epoch: self.run.position.epoch,
                };
                self.navigation.select(selection, &self.run);
                true
            }
        }
    }

    /// Puts the cursor on a clicked cell; a second click shows its rows.
    pub(super) fn pick_cell(&mut self, cell: Cell) {
        let was_there = self.navigation.focus == PanelId::Confusion
            && self.navigation.cell(&self.run) == Some(cell);
        self.navigation.focus = PanelId::Confusion;
        self.navigation.cell = Some(cell);
        if was_there {
            self.show_cell();
        }
    }

    /// Shows the rows under the cursor of the maximised panel in the network.
    pub(super) fn choose(&mut self) {
        let is_row_known = match self.navigation.focus {
            PanelId::Confusion if self.run.is_regression() => self.select_wrong(),
            PanelId::Confusion => return self.show_cell(),
            PanelId::Gallery => self.navigation.is_among_errors() || self.select_wrong(),
            focus => focus == PanelId::Rows,
        };
        if is_row_known {
            self.navigation.follow(View::Network, PanelId::Network);
        }
    }

    /// Puts the cursor on the clicked row at `place`; a second click shows it in the network.
    pub(super) fn pick_row(&mut self, place: usize) {
        let was_there = self.navigation.focus == PanelId::Rows
            && self.navigation.going_through(&self.run.data).1 == place;
        self.navigation.focus = PanelId::Rows;
        self.navigation.go_to(place as isize, &self.run.data);
        if was_there {
            self.navigation.follow(View::Network, PanelId::Network);
        }
    }

    /// Misclassified rows of the measured set, worst first: those that the keys step through, or else the newest.
    pub(crate) fn errors(&self) -> Errors<'_> {
        let newest = self.run.position.epoch;
        let (rows, outcomes, epoch): (&[u32], &[RowOutcome], u64) =
            match (&self.navigation.selection, &self.run.outcomes) {
                (Some(chosen), _) if chosen.which == Which::Wrong => {
                    (&chosen.rows, &chosen.outcomes, chosen.epoch)
                }
                (_, Some(newer)) => (&newer.worst, &newer.worst_outcomes, newest),
                (_, None) => (&[], &[], 0),
            };
        Errors {
            rows,
            outcomes,
            epoch,
        }
    }

    /// Shows the error at `place` of the gallery, or the last. Returns false and notifies if there is none.
    fn show_error(&mut self, place: usize) -> bool {
        let are_there = self.navigation.is_among_errors() || self.select_wrong();
        if are_there {
            let last = self.errors().rows.len().saturating_sub(1);
            self.navigation
                .go_to(place.min(last) as isize, &self.run.data);
            let area = area_of(PanelId::Gallery, self);
            let grid = area.and_then(|area| self.gallery(area));
            let lines = grid.map_or(0, |grid| grid.lines_to(place.min(last)));
            self.navigation.scroll_by(PanelId::Gallery, lines);
        }
        are_there
    }

    /// Puts the cursor on a clicked error; a second click shows it in the network.
    pub(super) fn pick_error(&mut self, place: usize) {
        let was_there = self.navigation.focus == PanelId::Gallery
            && self.navigation.is_among_errors()
            && self.navigation.going_through(&self.run.data).1 == place;
        self.navigation.focus = PanelId::Gallery;
        if was_there {
            self.navigation.follow(View::Network, PanelId::Network);
        } else {
            self.show_error(place);
        }
    }

    /// Moves the cursor of the maximised gallery.
    pub(super) fn move_in_gallery(&mut self, direction: ScreenDirection) {
        if !self.navigation.is_among_errors() {
            self.show_error(0);
            return;
        }
        let area = area_of(PanelId::Gallery, self);
        let grid = area.and_then(|area| self.gallery(area));
        let across = grid.map_or(1, |grid| grid.across);
        let place = self.navigation.going_through(&self.run.data).1;
        let last = self.errors().rows.len().saturating_sub(1);
        let next = match direction {
            ScreenDirection::Left => place.saturating_sub(1),
            ScreenDirection::Right => (place + 1).min(last),
            ScreenDirection::Up => place.checked_sub(across).unwrap_or(place),
            ScreenDirection::Down if place + across > last => place,
            ScreenDirection::Down => place + across,
        };
        self.show_error(next);
    }

    /// Shows the row that was clicked in a picture of predictions.
    pub(super) fn pick_sample(&mut self, sample: SampleId) {
        self.navigation.selection = None;
        self.navigation.sample = sample;
    }

    /// Requests the rows of the cell under the cursor; [`Self::on_rows_found`] shows them.
    fn show_cell(&mut self) {
        let confusion = self.run.outcomes.as_ref().and_then(Outcomes::confusion);
        let (Some((actual, predicted)), Some(confusion)) =
            (self.navigation.cell(&self.run), confusion)
        else {
            return self.prompt.status(text::after_first_epoch());
        };
        if let Phase::Failed(_) = self.run.phase {
            let text = text::rows_cannot_be_found();
            return self.prompt.error(text);
        }
        if confusion.count(actual, predicted) == 0 {
            return self.prompt.status(self.no_row(actual, predicted));
        }
        self.navigation.awaited = Some((actual, predicted));
        self.send(Command::FindRows { actual, predicted });
    }

    /// Shows the rows of a cell, if they are still awaited.
    pub(super) fn on_rows_found(&mut self, position: Position, found: ConfusionRows) {
        let (actual, predicted) = (found.actual, found.predicted);
        if self.navigation.awaited != Some((actual, predicted)) {
            return;
        }
        self.navigation.awaited = None;
        if found.rows.is_empty() {
            return self.prompt.status(self.no_row(actual, predicted));
        }
        let selection = Selection {
            which: Which::Cell { actual, predicted },
            rows: found.rows,
            outcomes: Vec::new(),
            all: found.all,
            place: 0,
            epoch: position.epoch,
        };
        self.navigation.select(selection, &self.run);
        self.navigation.follow(View::Network, PanelId::Network);
    }

    fn no_row(&self, actual: usize, predicted: usize) -> String {
        let names = self.run.data.class_names();
        let name = |class: usize| names.get(class).map_or("", String::as_str);
        if actual == predicted {
            text::no_row_correct(name(actual))
        } else {
            text::no_row_taken(name(actual), name(predicted))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_shown_row_is_listed_and_more_lines_list_more(
            rows in 0usize..400,
            place in 0usize..400,
            lines in 0usize..80,
            more in 0usize..80,
        ) {
            let place = place.min(rows.saturating_sub(1));
            let few = around(place, rows, lines);
            let many = around(place, rows, lines + more);
            prop_assert_eq!(few.len(), lines.min(rows));
            prop_assert!(few.is_empty() || few.contains(&place));
            prop_assert!(few.is_empty() || (many.start <= few.start && few.end <= many.end));
            prop_assert!(many.end <= rows);
        }
    }
}
