//! What of the state is on the screen: views, panels, focus.

use super::bindings::Direction;
use super::row_selection::Selection;
use crate::train::SampleId;

/// A part of the screen with a frame of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Panel {
    /// The topology with the shown row's way through it.
    Network,
    /// Loss over the epochs, or accuracy where the person switched.
    Chart,
    /// Accuracy over the epochs, where both have room.
    Accuracy,
    /// Activations of the shown row and their distribution.
    Activations,
    /// Weight histograms and their history.
    Weights,
    /// Which class was taken for which.
    Confusion,
    /// The table's columns and what stands in them.
    Columns,
    /// What is predicted of how many rows, and what there is to beat.
    Data,
    /// The rows of the table, and what is predicted for them.
    Rows,
    /// Every formula of what the cursor stands on, with its numbers.
    Inspector,
}

/// An arrangement of panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything at a glance.
    Overview,
    /// The topology and its activations.
    Network,
    /// Loss, accuracy and confusion.
    Curves,
    /// Weights in full.
    Weights,
    /// What is understood of the data.
    Data,
}

impl View {
    /// All views in the order of the tab key.
    pub const ALL: [Self; 5] = [
        Self::Overview,
        Self::Network,
        Self::Curves,
        Self::Weights,
        Self::Data,
    ];

    /// Name in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Network => "network",
            Self::Curves => "curves",
            Self::Weights => "weights",
            Self::Data => "data",
        }
    }

    fn shifted(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|&view| view == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// The next view.
    pub fn next(self) -> Self {
        self.shifted(1)
    }

    /// The view before.
    pub fn previous(self) -> Self {
        self.shifted(Self::ALL.len() - 1)
    }
}

/// What the chart panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Loss.
    Loss,
    /// Accuracy.
    Accuracy,
}

/// Amounts of smoothing: weight of the past in the moving average.
pub const SMOOTHING: [f64; 3] = [0.0, 0.8, 0.96];

/// What is shown, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Navigation {
    /// Width and height in cells.
    pub size: (u16, u16),
    /// The arrangement.
    pub view: View,
    /// The panel that keys act on.
    pub focus: Panel,
    /// Whether it fills the screen.
    pub enlarged: bool,
    /// Whether the inspector is open: it takes the other panels' place beside the network.
    pub inspects: bool,
    /// Content of the chart panel.
    pub chart: Chart,
    /// Logarithmic loss axis.
    pub log_scale: bool,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// Whether the first layer's weights are pictures where they can be.
    pub pictures: bool,
    /// Cursor in the confusion matrix: true and predicted class.
    pub cell: Option<(usize, usize)>,
    /// First column of the table in the list of rows.
    pub column: usize,
    /// Where to go back to from the network: view, panel, and whether that filled the screen.
    origin: Option<(View, Panel, bool)>,
    scroll: [(Panel, u16); 6],
    /// How far panels could be scrolled when they were last drawn.
    ends: Vec<(Panel, u16)>,
    /// The row shown in the network.
    pub sample: SampleId,
    /// The rows that `[` and `]` step through, if not all.
    pub selection: Option<Selection>,
    /// The cell of the confusion matrix whose rows were requested.
    pub(super) awaited: Option<(usize, usize)>,
}

/// How far what was drawn can be scrolled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScrollLimits {
    /// Panels that can be, with the greatest number of the first line shown.
    pub panels: Vec<(Panel, u16)>,
    /// The same of the help.
    pub help: Option<u16>,
}

/// From this size on the overview has room for both charts.
const BOTH_CHARTS: (u16, u16) = (160, 44);
/// From this size on there is room for more than one panel.
const SEVERAL_PANELS: (u16, u16) = (64, 18);
/// From this width on the inspector stands beside the network, else below it.
const INSPECTOR_BESIDE: u16 = 120;
/// From this width on the columns of the table leave room beside them.
const DATA_BESIDE: u16 = 110;
/// From this height on there is room for the rows below both.
const ROWS_BELOW: u16 = 48;

impl Navigation {
    /// The overview at `size`.
    pub fn new(size: (u16, u16), sample: SampleId) -> Self {
        Self {
            size,
            view: View::Overview,
            focus: Panel::Network,
            enlarged: false,
            inspects: false,
            chart: Chart::Loss,
            log_scale: false,
            smoothing: 0,
            pictures: true,
            cell: None,
            column: 0,
            origin: None,
            scroll: [
                (Panel::Activations, 0),
                (Panel::Weights, 0),
                (Panel::Confusion, 0),
                (Panel::Columns, 0),
                (Panel::Data, 0),
                (Panel::Inspector, 0),
            ],
            ends: Vec::new(),
            sample,
            selection: None,
            awaited: None,
        }
    }

    /// The panels on the screen: bands from top to bottom, in each the columns from left to right,
    /// in each of those the panels from top to bottom. Where there is room for one panel only, it
    /// is the one with the focus.
    pub fn bands(&self) -> Vec<Vec<Vec<Panel>>> {
        if self.enlarged || self.size.0 < SEVERAL_PANELS.0 || self.size.1 < SEVERAL_PANELS.1 {
            return vec![vec![vec![self.focus]]];
        }
        self.all_bands()
    }

    fn all_bands(&self) -> Vec<Vec<Vec<Panel>>> {
        match self.view {
            View::Overview => {
                let charts = if self.size.0 >= BOTH_CHARTS.0 && self.size.1 >= BOTH_CHARTS.1 {
                    vec![Panel::Chart, Panel::Accuracy]
                } else {
                    vec![Panel::Chart]
                };
                vec![
                    vec![vec![Panel::Network], charts],
                    vec![
                        vec![Panel::Activations],
                        vec![Panel::Weights],
                        vec![Panel::Confusion],
                    ],
                ]
            }
            View::Network if self.inspects && self.size.0 >= INSPECTOR_BESIDE => {
                vec![vec![vec![Panel::Network], vec![Panel::Inspector]]]
            }
            View::Network if self.inspects => {
                vec![vec![vec![Panel::Network]], vec![vec![Panel::Inspector]]]
            }
            View::Network => vec![vec![vec![Panel::Network], vec![Panel::Activations]]],
            View::Curves => vec![vec![
                vec![Panel::Chart, Panel::Accuracy],
                vec![Panel::Confusion],
            ]],
            View::Weights => vec![vec![vec![Panel::Weights]]],
            View::Data if self.size.0 >= DATA_BESIDE && self.size.1 >= ROWS_BELOW => vec![
                vec![vec![Panel::Columns], vec![Panel::Data]],
                vec![vec![Panel::Rows]],
            ],
            View::Data if self.size.0 >= DATA_BESIDE => {
                vec![vec![vec![Panel::Columns], vec![Panel::Data]]]
            }
            View::Data => vec![vec![vec![Panel::Columns]], vec![vec![Panel::Data]]],
        }
    }

    /// Turns to `view` with all its panels.
    pub fn turn_to(&mut self, view: View) {
        self.enlarged = false;
        self.origin = None;
        self.view = view;
    }

    /// Turns to `panel` in `view`, from where [`Self::go_back`] leads back here.
    pub fn follow(&mut self, view: View, panel: Panel) {
        let origin = (self.view, self.focus, self.enlarged);
        self.turn_to(view);
        self.focus = panel;
        self.origin = Some(origin);
    }

    /// Whether [`Self::go_back`] leads anywhere.
    pub fn leads_back(&self) -> bool {
        self.enlarged || self.origin.is_some()
    }

    /// Lets the rows of the table fill the screen, or goes back from there.
    pub fn browse(&mut self) {
        if self.enlarged && self.focus == Panel::Rows {
            return self.go_back();
        }
        self.follow(View::Data, Panel::Rows);
        self.enlarged = true;
    }

    /// From one panel back to all, or else to where [`Self::follow`] came from.
    pub fn go_back(&mut self) {
        // Where the rows have no place among the panels there are no others around them.
        let is_one_of_all = self.all_bands().concat().concat().contains(&self.focus);
        match self.origin.take_if(|_| !(self.enlarged && is_one_of_all)) {
            Some(origin) => (self.view, self.focus, self.enlarged) = origin,
            None => self.enlarged = false,
        }
        self.settle_focus();
    }

    /// Whether there is something to choose in the panel with the focus.
    pub fn has_choice(&self) -> bool {
        matches!(self.focus, Panel::Confusion | Panel::Rows)
    }

    /// Whether `panel` is on the screen.
    pub fn shows(&self, panel: Panel) -> bool {
        self.bands().iter().flatten().flatten().any(|&p| p == panel)
    }

    /// What the chart panel shows. Where the accuracy has a panel of its own, it is the loss.
    pub fn chart_content(&self) -> Chart {
        if self.shows(Panel::Accuracy) && !self.enlarged {
            Chart::Loss
        } else {
            self.chart
        }
    }

    /// Moves the focus to a panel that is on the screen, if it is not on one. The inspector has it
    /// while it is open, since the keys are the cursor's.
    pub fn settle_focus(&mut self) {
        if self.inspects {
            self.focus = Panel::Inspector;
        }
        if self.enlarged && self.focus == Panel::Rows {
            return;
        }
        let panels = self.all_bands().concat().concat();
        if !panels.contains(&self.focus)
            && let Some(&first) = panels.first()
        {
            self.focus = first;
        }
    }

    /// Moves the focus one panel on; beyond the edge it comes back on the other side.
    pub fn move_focus(&mut self, direction: Direction) {
        if self.enlarged {
            return;
        }
        let bands = self.all_bands();
        let places = bands.iter().enumerate().flat_map(|(b, band)| {
            let columns = band.iter().enumerate();
            columns.flat_map(move |(c, column)| {
                let rows = column.iter().enumerate();
                rows.map(move |(r, &panel)| (b, c, r, panel))
            })
        });
        let Some((b, c, r, _)) = places.into_iter().find(|place| place.3 == self.focus) else {
            return;
        };
        let band = &bands[b];
        let beside = |c: usize| {
            let column = &band[c];
            column[r.min(column.len() - 1)]
        };
        let across = |b: usize, from_top: bool| {
            let column = &bands[b][c.min(bands[b].len() - 1)];
            column[if from_top { 0 } else { column.len() - 1 }]
        };
        self.focus = match direction {
            Direction::Left => beside((c + band.len() - 1) % band.len()),
            Direction::Right => beside((c + 1) % band.len()),
            Direction::Up if r > 0 => band[c][r - 1],
            Direction::Up => across((b + bands.len() - 1) % bands.len(), false),
            Direction::Down if r + 1 < band[c].len() => band[c][r + 1],
            Direction::Down => across((b + 1) % bands.len(), true),
        };
    }

    /// First line of `panel` that is shown.
    pub fn scroll(&self, panel: Panel) -> u16 {
        let slot = self.scroll.iter().find(|slot| slot.0 == panel);
        slot.map_or(0, |slot| slot.1)
    }

    /// Scrolls `panel` by `lines`, as far as it goes.
    pub fn scroll_by(&mut self, panel: Panel, lines: i16) {
        let end = self.ends.iter().find(|end| end.0 == panel);
        let end = end.map_or(u16::MAX, |end| end.1);
        if let Some(slot) = self.scroll.iter_mut().find(|slot| slot.0 == panel) {
            slot.1 = slot.1.saturating_add_signed(lines).min(end);
        }
    }

    /// Takes note of how far the drawn panels can be scrolled. One that was scrolled further is
    /// shown at its end, and is there from now on.
    pub(super) fn set_ends(&mut self, ends: Vec<(Panel, u16)>) {
        self.ends = ends;
        for panel in self.scroll.map(|slot| slot.0) {
            self.scroll_by(panel, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Set;

    const FIRST: SampleId = SampleId {
        set: Set::Training,
        index: 0,
    };

    #[test]
    fn the_focus_reaches_every_panel_and_comes_back() {
        for size in [(80, 24), (200, 60)] {
            for view in View::ALL {
                let mut screen = Navigation::new(size, FIRST);
                screen.view = view;
                screen.settle_focus();
                let panels = screen.bands().concat().concat();
                let mut seen = std::collections::HashSet::new();
                for direction in [Direction::Right, Direction::Down].repeat(3) {
                    for _ in 0..6 {
                        screen.move_focus(direction);
                        assert!(screen.shows(screen.focus));
                        seen.insert(screen.focus);
                    }
                }
                for direction in [Direction::Left, Direction::Up].repeat(3) {
                    for _ in 0..5 {
                        screen.move_focus(direction);
                        seen.insert(screen.focus);
                    }
                }
                assert_eq!(seen.len(), panels.len(), "{view:?} at {size:?}: {seen:?}");
            }
        }
    }

    #[test]
    fn scrolling_ends_where_the_panel_does() {
        let mut screen = Navigation::new((80, 24), FIRST);
        screen.scroll_by(Panel::Weights, 50);
        screen.set_ends(vec![(Panel::Weights, 4)]);
        assert_eq!(screen.scroll(Panel::Weights), 4);
        (0..50).for_each(|_| screen.scroll_by(Panel::Weights, 3));
        screen.scroll_by(Panel::Weights, -3);
        assert_eq!(screen.scroll(Panel::Weights), 1);
    }

    #[test]
    fn an_enlarged_panel_is_alone() {
        let mut screen = Navigation::new((120, 36), FIRST);
        screen.focus = Panel::Weights;
        screen.enlarged = true;
        screen.move_focus(Direction::Left);
        assert_eq!(screen.bands(), [[[Panel::Weights]]]);
    }
}
