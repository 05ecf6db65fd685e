//! Which row is shown, and the rows it is one of: all of a set, the wrong ones, or those of a cell
//! of the confusion matrix.

use std::ops::Range;

use super::bindings::Direction;
use super::model::{Model, Notice, Phase};
use super::navigation::View;
use super::update::Effect;
use crate::train::{Command, ConfusionRows, Position, SampleId, Set};
use crate::tui::panels::PanelId;

/// Rows that are listed at most; more than any terminal shows.
const LISTED: usize = 256;

/// Rows that are gone through in place of all of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What they have in common.
    pub which: Which,
    /// Their indices in the set that is measured, the worst first.
    pub rows: Vec<u32>,
    /// How many there are, of which only the worst may be among `rows`.
    pub all: usize,
    /// Place of the shown row among them.
    pub place: usize,
    /// The epoch under way when they were found: later on they may be predicted otherwise.
    pub epoch: u32,
}

/// What the rows of a selection have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// They are predicted wrong; of numbers none is right.
    Wrong,
    /// They stand in one cell of the confusion matrix.
    Cell {
        /// Index of their class.
        actual: usize,
        /// Index of the class that is predicted for them.
        predicted: usize,
    },
}

/// At most `most` of the places `0..all`, with `place` in their middle as far as there are others on
/// both sides. More places are the same and others around them.
pub fn around(place: usize, all: usize, most: usize) -> Range<usize> {
    let shown = most.min(all);
    let first = place.saturating_sub(shown / 2).min(all - shown);
    first..first + shown
}

impl Model {
    /// The set that is measured: the validation rows, or the training rows where there are none.
    pub fn measured_set(&self) -> Set {
        if self.run.data.validation.is_empty() {
            Set::Training
        } else {
            Set::Validation
        }
    }

    /// How many rows are gone through, and the place of the shown one among them.
    pub fn going_through(&self) -> (usize, usize) {
        match &self.navigation.selection {
            Some(selection) => (selection.rows.len(), selection.place),
            None => (
                self.navigation.sample.samples(&self.run.data).rows(),
                self.navigation.sample.index,
            ),
        }
    }

    /// Index of the row that has this `place` among those gone through.
    pub fn row_at(&self, place: usize) -> Option<usize> {
        match &self.navigation.selection {
            Some(selection) => selection.rows.get(place).map(|&row| row as usize),
            None => (place < self.going_through().0).then_some(place),
        }
    }

    /// Places of the rows that are listed on so many `lines`: the shown one in their middle, as far
    /// as there are others on both sides. More lines list the same rows and others around them.
    pub fn listed(&self, lines: usize) -> Range<usize> {
        let (rows, place) = self.going_through();
        around(place, rows, lines)
    }

    /// The rows that a list on this screen may show.
    pub(crate) fn listed_rows(&self) -> Vec<u32> {
        let lines = usize::from(self.navigation.size.1).min(LISTED);
        let rows = self.listed(lines).filter_map(|place| self.row_at(place));
        rows.map(|row| row as u32).collect()
    }

    /// Goes to the worst row, or leaves the shown one among all.
    pub(super) fn toggle_worst(&mut self) {
        if self.navigation.selection.take().is_none() {
            self.select_wrong();
        }
    }

    /// Goes to the worst of the wrong rows. Returns whether there is one; where not, says so.
    fn select_wrong(&mut self) -> bool {
        let text = match &self.run.outcomes {
            None => "the wrong rows are known after the first epoch",
            Some(outcomes) if outcomes.worst.is_empty() => "no row is wrong",
            Some(outcomes) => {
                let all = match outcomes.confusion() {
                    Some(confusion) => (confusion.total() - confusion.right()) as usize,
                    None => outcomes.worst.len(),
                };
                let rows = outcomes.worst.clone();
                self.select(Which::Wrong, rows, all, self.run.position);
                return true;
            }
        };
        self.remark(text.into());
        false
    }

    fn select(&mut self, which: Which, rows: Vec<u32>, all: usize, found: Position) {
        self.navigation.selection = Some(Selection {
            which,
            rows,
            all,
            place: 0,
            epoch: found.epoch,
        });
        self.navigation.sample.set = self.measured_set();
        self.go_to(0);
    }

    /// Shows the row at `place`, counted in circles, among those gone through.
    pub(super) fn go_to(&mut self, place: isize) {
        let (rows, _) = self.going_through();
        if rows == 0 {
            return;
        }
        let place = place.rem_euclid(rows as isize) as usize;
        self.navigation.sample.index = self.row_at(place).unwrap_or(0);
        if let Some(selection) = &mut self.navigation.selection {
            selection.place = place;
        }
    }

    pub(super) fn shift_sample(&mut self, by: isize) {
        let (_, place) = self.going_through();
        self.go_to(place as isize + by);
    }

    /// As [`Self::shift_sample`], but stays at the first and the last row.
    pub(super) fn shift_within(&mut self, by: isize) {
        let (rows, place) = self.going_through();
        let last = rows.saturating_sub(1) as isize;
        self.go_to((place as isize + by).clamp(0, last));
    }

    pub(super) fn switch_set(&mut self) {
        let other = match self.navigation.sample.set {
            Set::Training => Set::Validation,
            Set::Validation => Set::Training,
        };
        self.navigation.selection = None;
        self.navigation.sample = SampleId {
            set: other,
            index: 0,
        };
        if self.navigation.sample.samples(&self.run.data).is_empty() {
            self.navigation.sample.set = Set::Training;
        }
    }

    /// The cell of the confusion matrix that the cursor is on, as (actual, predicted) class.
    pub fn cell(&self) -> Option<(usize, usize)> {
        let confusion = self.run.outcomes.as_ref()?.confusion()?;
        let last = confusion.classes().checked_sub(1)?;
        let (actual, predicted) = self.navigation.cell?;
        Some((actual.min(last), predicted.min(last)))
    }

    /// Puts the cursor on the most frequent mistake, if it is nowhere yet.
    pub(super) fn place_cursor(&mut self) {
        let confusion = self.run.outcomes.as_ref().and_then(|it| it.confusion());
        if let (None, Some(confusion)) = (self.navigation.cell, confusion) {
            let (actual, predicted) = confusion
                .mistakes()
                .first()
                .map_or((0, 0), |it| (it.1, it.2));
            self.navigation.cell = Some((actual, predicted));
        }
    }

    /// Moves the cursor of the panel that fills the screen.
    pub(super) fn move_inside(&mut self, direction: Direction) {
        match (self.navigation.focus, direction) {
            (PanelId::Confusion, _) => self.move_cell(direction),
            (PanelId::Rows, Direction::Up) => self.shift_within(-1),
            (PanelId::Rows, Direction::Down) => self.shift_within(1),
            (PanelId::Rows, Direction::Left) => {
                self.navigation.column = self.navigation.column.saturating_sub(1);
            }
            (PanelId::Rows, Direction::Right) => {
                let last = self.run.data.preprocessing.columns.len().saturating_sub(1);
                self.navigation.column = (self.navigation.column + 1).min(last);
            }
            _ => {}
        }
    }

    fn move_cell(&mut self, direction: Direction) {
        self.place_cursor();
        let classes = self.run.data.class_names().len();
        if let (Some((actual, predicted)), Some(last)) = (self.cell(), classes.checked_sub(1)) {
            self.navigation.cell = Some(match direction {
                Direction::Left => (actual, predicted.saturating_sub(1)),
                Direction::Right => (actual, (predicted + 1).min(last)),
                Direction::Up => (actual.saturating_sub(1), predicted),
                Direction::Down => ((actual + 1).min(last), predicted),
            });
        }
    }

    /// Puts the cursor on a cell that was clicked; a second click shows its rows.
    pub(super) fn pick_cell(&mut self, actual: usize, predicted: usize, effects: &mut Vec<Effect>) {
        let was_there =
            self.navigation.focus == PanelId::Confusion && self.cell() == Some((actual, predicted));
        self.navigation.focus = PanelId::Confusion;
        self.navigation.cell = Some((actual, predicted));
        if was_there {
            self.show_cell(effects);
        }
    }

    /// Shows in the network what is under the cursor of the panel that fills the screen.
    pub(super) fn choose(&mut self, effects: &mut Vec<Effect>) {
        let is_row_known = match self.navigation.focus {
            PanelId::Confusion if self.run.is_regression() => self.select_wrong(),
            PanelId::Confusion => return self.show_cell(effects),
            PanelId::Rows => true,
            _ => false,
        };
        if is_row_known {
            self.navigation.follow(View::Network, PanelId::Network);
        }
    }

    /// Puts the cursor on the row at `place` that was clicked; a second click shows it.
    pub(super) fn pick_row(&mut self, place: usize) {
        let was_there = self.navigation.focus == PanelId::Rows && self.going_through().1 == place;
        self.navigation.focus = PanelId::Rows;
        self.go_to(place as isize);
        if was_there {
            self.navigation.follow(View::Network, PanelId::Network);
        }
    }

    /// Asks for the rows of the cell under the cursor; [`Self::take_found`] shows them.
    fn show_cell(&mut self, effects: &mut Vec<Effect>) {
        let confusion = self.run.outcomes.as_ref().and_then(|it| it.confusion());
        let (Some((actual, predicted)), Some(confusion)) = (self.cell(), confusion) else {
            return self.remark("the cells are filled after the first epoch".into());
        };
        if let Phase::Failed(_) = self.run.phase {
            return self.complain("the training thread failed: no row can be looked up".into());
        }
        if confusion.count(actual, predicted) == 0 {
            return self.remark(self.no_row(actual, predicted));
        }
        self.navigation.awaited = Some((actual, predicted));
        effects.push(Effect::Send(Command::FindRows { actual, predicted }));
    }

    /// Shows the rows that were found, if they are still waited for.
    pub(super) fn take_found(&mut self, found: Position, taken: ConfusionRows) {
        let cell = (taken.actual, taken.predicted);
        if self.navigation.awaited != Some(cell) {
            return;
        }
        self.navigation.awaited = None;
        let (actual, predicted) = cell;
        if taken.rows.is_empty() {
            return self.remark(self.no_row(actual, predicted));
        }
        let which = Which::Cell { actual, predicted };
        self.select(which, taken.rows, taken.all, found);
        self.navigation.follow(View::Network, PanelId::Network);
    }

    fn no_row(&self, actual: usize, predicted: usize) -> String {
        let names = self.run.data.class_names();
        let name = |class: usize| names.get(class).map_or("", String::as_str);
        if actual == predicted {
            format!("no row of {} is predicted right now", name(actual))
        } else {
            format!(
                "no row of {} is taken for {} now",
                name(actual),
                name(predicted)
            )
        }
    }

    /// A line of news that is no trouble.
    fn remark(&mut self, text: String) {
        self.prompt.notice = Some(Notice {
            text,
            is_error: false,
        });
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
