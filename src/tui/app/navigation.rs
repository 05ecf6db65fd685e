//! Navigation: view, focus, scrolling, and the shown row.

use ratatui::layout::{Position, Rect};

use super::bindings::ScreenDirection;
use super::messages::ClickTarget;
use super::plane::PlaneChoice;
use super::plot::PlotView;
use super::row_selection::{Cell, Selection};
use super::views::{Chart, EdgeValue, View};
use crate::data::Prepared;
use crate::train::{Event, SampleId};
use crate::tui::layout::{Band, bands, shown_bands};
use crate::tui::panels::PanelId;

/// Amounts of smoothing: weights of the past in the exponential moving average.
pub(crate) const SMOOTHING: [f64; 3] = [0.0, 0.8, 0.96];

/// Maximum number of places to go back to; beyond it, the oldest is forgotten.
const MAX_TRAIL: usize = 32;

#[derive(Debug, Clone, PartialEq)]
pub struct Navigation {
    /// Width and height in cells.
    pub size: (u16, u16),
    /// Columns on the right and rows at the bottom that the lesson takes of that.
    pub(crate) dock: (u16, u16),
    pub view: View,
    /// Panel that keys act on.
    pub focus: PanelId,
    /// Whether that panel fills the screen.
    pub enlarged: bool,
    /// Whether the inspector is open, in place of the panels beside the network.
    pub inspects: bool,
    /// Content of the chart panel.
    pub chart: Chart,
    /// Axes of the charts.
    pub plot: PlotView,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// Whether the weights of layer 1 are shown as pictures, if rows are images, and neurons as maps, if the inputs are
    /// the plane.
    pub pictures: bool,
    /// Whether rows are images.
    pub(super) has_images: bool,
    /// Whether runs race.
    pub(super) has_race: bool,
    /// Whether regions take the place of the curves of a race where there is room for one of both.
    pub(crate) race_regions: bool,
    /// Whether there are two classes, whose scores have curves.
    pub(crate) has_curves: bool,
    /// Quantities that the pictures of predictions vary.
    pub plane: PlaneChoice,
    /// Layer of the hidden space, if it is not the last hidden one.
    pub hidden_layer: Option<usize>,
    /// Number shown by the edges of the network.
    pub edge_value: EdgeValue,
    /// Index of the selected finding.
    pub finding: usize,
    /// Cursor in the confusion matrix: true and predicted class.
    pub cell: Option<Cell>,
    /// Threshold between two classes in the scores, if it is not one half.
    pub threshold: Option<f32>,
    /// Whether the scores are those of the test rows.
    pub has_test_scores: bool,
    /// Whether the calibration is shown in place of the ROC curve.
    pub shows_calibration: bool,
    /// First column of the table in the list of rows.
    pub column: usize,
    /// Places to go back to, the last one first.
    trail: Vec<Place>,
    /// First line of each panel that was scrolled.
    scroll: Vec<(PanelId, u16)>,
    /// The last frame.
    drawn: Drawn,
    /// Row shown in the network.
    pub sample: SampleId,
    /// Rows that `[` and `]` step through, if not all.
    pub selection: Option<Selection>,
    /// Cell of the confusion matrix whose rows were requested from the worker.
    pub(super) awaited: Option<Cell>,
}

/// Arrangement to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    view: View,
    focus: PanelId,
    enlarged: bool,
    inspects: bool,
}

/// Facts about a frame that later input refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// Largest first line of each panel that can be scrolled.
    pub panels: Vec<(PanelId, u16)>,
    /// Largest first line of the help, if it is open.
    pub help: Option<u16>,
    /// Area of the popup, if there is one.
    pub popup: Option<Rect>,
    /// Cell in which the next character of a text is inserted, while one is typed.
    pub cursor: Option<Position>,
    /// Areas that can be clicked besides those that panels find themselves; of two at one place the later counts.
    pub hits: Vec<(Rect, ClickTarget)>,
}

impl Drawn {
    /// The target of a click at a position.
    pub(crate) fn hit(&self, at: Position) -> Option<ClickTarget> {
        let mut hits = self.hits.iter().rev();
        let (area, target) = hits.find(|(area, _)| area.contains(at))?;
        Some(match *target {
            ClickTarget::Slider { column, cells, .. } => ClickTarget::Slider {
                column,
                cell: at.x - area.x,
                cells,
            },
            target => target,
        })
    }
}

impl Navigation {
    /// Creates the overview on a screen of `size` cells.
    pub fn new(size: (u16, u16), sample: SampleId) -> Self {
        Self {
            size,
            dock: (0, 0),
            view: View::Overview,
            focus: PanelId::Network,
            enlarged: false,
            inspects: false,
            chart: Chart::Loss,
            plot: PlotView::default(),
            smoothing: 0,
            pictures: true,
            has_images: false,
            has_race: false,
            race_regions: false,
            has_curves: false,
            plane: PlaneChoice::default(),
            hidden_layer: None,
            edge_value: EdgeValue::Weight,
            finding: 0,
            cell: None,
            threshold: None,
            has_test_scores: false,
            shows_calibration: false,
            column: 0,
            trail: Vec::new(),
            scroll: Vec::new(),
            drawn: Drawn::default(),
            sample,
            selection: None,
            awaited: None,
        }
    }

    /// Width and height of the screen without the lesson.
    pub(crate) fn room(&self) -> (u16, u16) {
        let ((width, height), (right, bottom)) = (self.size, self.dock);
        (width.saturating_sub(right), height.saturating_sub(bottom))
    }

    /// The panels on the screen.
    pub fn panels(&self) -> Vec<PanelId> {
        let lesson = (self.dock != (0, 0)).then_some(PanelId::Lesson);
        let panels = panels(&shown_bands(self));
        panels.into_iter().chain(lesson).collect()
    }

    /// The views that there are for the data, in the order of the tab key.
    pub fn views(&self) -> Vec<View> {
        let views = View::ALL.into_iter();
        views
            .filter(|&view| view != View::Errors || self.has_images)
            .filter(|&view| view != View::Race || self.has_race)
            .collect()
    }

    /// Returns the view `by` views after the present one; beyond the last comes the first.
    pub(crate) fn view_after(&self, by: isize) -> View {
        let views = self.views();
        let at = views.iter().position(|&view| view == self.view);
        let next = at.unwrap_or(0) as isize + by;
        views[next.rem_euclid(views.len() as isize) as usize]
    }

    /// Switches to `view` with all its panels.
    pub(crate) fn turn_to(&mut self, view: View) {
        self.enlarged = false;
        self.trail.clear();
        self.view = view;
    }

    /// Switches to `panel` in `view`, from where [`Model::go_back`] leads back here.
    ///
    /// [`Model::go_back`]: super::Model::go_back
    pub(crate) fn follow(&mut self, view: View, panel: PanelId) {
        self.remember();
        self.enlarged = false;
        self.view = view;
        self.focus = panel;
    }

    /// Remembers the present arrangement as a place to go back to.
    pub(super) fn remember(&mut self) {
        if self.trail.len() == MAX_TRAIL {
            self.trail.remove(0);
        }
        self.trail.push(Place {
            view: self.view,
            focus: self.focus,
            enlarged: self.enlarged,
            inspects: self.inspects,
        });
    }

    /// Whether there is a place to go back to.
    pub(crate) fn leads_back(&self) -> bool {
        self.enlarged || !self.trail.is_empty()
    }

    /// Returns to the place before, or else from one panel to all. Whether the inspector was open there is in
    /// [`Self::inspects`].
    pub(super) fn return_to_last(&mut self) {
        self.awaited = None;
        self.plot.crosshair = None;
        match self.trail.pop() {
            Some(place) => {
                self.view = place.view;
                self.focus = place.focus;
                self.enlarged = place.enlarged;
                self.inspects = place.inspects;
            }
            None => self.enlarged = false,
        }
    }

    /// Switches between the charts of loss and accuracy.
    pub(super) fn toggle_chart(&mut self) {
        self.chart = match self.chart {
            Chart::Loss => Chart::Accuracy,
            Chart::Accuracy => Chart::Loss,
        };
    }

    /// Turns to the next amount of smoothing.
    pub(super) fn smooth(&mut self) {
        self.smoothing = (self.smoothing + 1) % SMOOTHING.len();
    }

    /// Changes the state by an event of the worker: shows a row of the new split after a restart, and
    /// the row that the phase stepper is at.
    pub(super) fn update(&mut self, event: &Event, data: &Prepared) {
        match event {
            Event::Started(_) => {
                self.selection = None;
                self.awaited = None;
                self.plane = PlaneChoice::of(data);
                let rows = self.sample.samples(data).rows();
                self.sample.index = self.sample.index.min(rows.saturating_sub(1));
            }
            Event::StepPosition(Some(position)) => {
                self.sample = position.sample;
                self.selection = None;
            }
            _ => {}
        }
    }

    /// Whether a chart fills the screen.
    pub(crate) fn is_charting(&self) -> bool {
        let is_chart = matches!(self.focus, PanelId::Chart | PanelId::Accuracy);
        self.enlarged && is_chart && !self.inspects
    }

    /// Whether keys move the threshold of the scores, where there are two classes.
    pub(crate) fn is_scoring(&self) -> bool {
        let is_alone = self.enlarged || self.view == View::Scores;
        is_alone && self.focus == PanelId::Scores && !self.inspects
    }

    /// Whether keys choose among the findings.
    pub(crate) fn is_diagnosing(&self) -> bool {
        self.focus == PanelId::Health && !self.inspects
    }

    /// Whether keys choose among the runs of a race.
    pub(crate) fn is_racing(&self) -> bool {
        self.view == View::Race && self.focus == PanelId::RaceTable && !self.inspects
    }

    /// Moves the threshold between two classes by `steps` hundredths.
    pub(super) fn move_threshold(&mut self, steps: i16) {
        let now = self.threshold.unwrap_or(0.5);
        let next = ((now * 100.0).round() + f32::from(steps)) / 100.0;
        self.threshold = Some(next.clamp(0.0, 1.0)).filter(|&next| next != 0.5);
    }

    /// Whether the panel with the focus has a cursor.
    pub(crate) fn has_choice(&self) -> bool {
        use PanelId::{Confusion, Gallery, Rows};
        matches!(self.focus, Confusion | Rows | Gallery)
    }

    pub fn shows(&self, panel: PanelId) -> bool {
        self.panels().contains(&panel)
    }

    /// Content of the chart panel: the loss if the accuracy has a panel of its own.
    pub(crate) fn chart_content(&self) -> Chart {
        if self.shows(PanelId::Accuracy) && !self.enlarged {
            Chart::Loss
        } else {
            self.chart
        }
    }

    /// Moves the focus to a panel that is on the screen, if it is not on one. The inspector has it
    /// while it is open, since the keys are the cursor's.
    pub(crate) fn settle_focus(&mut self) {
        if self.inspects {
            self.focus = PanelId::Inspector;
        }
        if self.enlarged && self.focus == PanelId::Rows {
            return;
        }
        let panels = panels(&bands(self));
        if !panels.contains(&self.focus)
            && let Some(&first) = panels.first()
        {
            self.focus = first;
        }
    }

    /// Moves the focus to the next panel; beyond the edge it comes back on the other side.
    pub(crate) fn move_focus(&mut self, direction: ScreenDirection) {
        if self.enlarged {
            return;
        }
        let bands = bands(self);
        let mut places = bands.iter().enumerate().filter_map(|(b, band)| {
            let (c, r) = band.place_of(self.focus)?;
            Some((b, c, r))
        });
        let Some((b, c, r)) = places.next() else {
            return;
        };
        let column = |b: usize, c: usize| {
            let columns = &bands[b % bands.len()].columns;
            &columns[c.min(columns.len() - 1)].panels
        };
        let beside = |c: usize| {
            let panels = column(b, c % bands[b].columns.len());
            panels[r.min(panels.len() - 1)]
        };
        let panels = column(b, c);
        self.focus = match direction {
            ScreenDirection::Left => beside(c + bands[b].columns.len() - 1),
            ScreenDirection::Right => beside(c + 1),
            ScreenDirection::Up if r > 0 => panels[r - 1],
            ScreenDirection::Up => *column(b + bands.len() - 1, c).last().unwrap_or(&self.focus),
            ScreenDirection::Down if r + 1 < panels.len() => panels[r + 1],
            ScreenDirection::Down => column(b + 1, c)[0],
        };
    }

    /// First line of `panel` that is shown.
    pub fn scroll(&self, panel: PanelId) -> u16 {
        let slot = self.scroll.iter().find(|slot| slot.0 == panel);
        slot.map_or(0, |slot| slot.1)
    }

    /// Largest first line of `panel` in the last frame, if it can be scrolled.
    pub(super) fn scroll_limit(&self, panel: PanelId) -> Option<u16> {
        let limit = self.drawn.panels.iter().find(|limit| limit.0 == panel);
        limit.map(|limit| limit.1)
    }

    /// Scrolls `panel` by `lines`, as far as it goes.
    pub fn scroll_by(&mut self, panel: PanelId, lines: i16) {
        let limit = self.scroll_limit(panel).unwrap_or(u16::MAX);
        let line = self.scroll(panel).saturating_add_signed(lines).min(limit);
        self.scroll.retain(|scrolled| scrolled.0 != panel);
        if line > 0 {
            self.scroll.push((panel, line));
        }
    }

    /// The last frame that was drawn.
    pub(crate) fn drawn(&self) -> &Drawn {
        &self.drawn
    }

    /// Remembers a frame. A panel that was scrolled further than it goes is at its end from now on.
    pub(super) fn set_drawn(&mut self, drawn: Drawn) {
        self.drawn = drawn;
        for (panel, _) in self.scroll.clone() {
            self.scroll_by(panel, 0);
        }
    }
}

/// The panels of `bands`, from top to bottom and from left to right.
fn panels(bands: &[Band]) -> Vec<PanelId> {
    let columns = bands.iter().flat_map(|band| &band.columns);
    columns
        .flat_map(|column| column.panels.iter().copied())
        .collect()
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
                let panels = screen.panels();
                let mut seen = std::collections::HashSet::new();
                for direction in [ScreenDirection::Right, ScreenDirection::Down].repeat(3) {
                    for _ in 0..6 {
                        screen.move_focus(direction);
                        assert!(screen.shows(screen.focus));
                        seen.insert(screen.focus);
                    }
                }
                for direction in [ScreenDirection::Left, ScreenDirection::Up].repeat(3) {
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
        screen.scroll_by(PanelId::Weights, 50);
        screen.set_drawn(Drawn {
            panels: vec![(PanelId::Weights, 4)],
            ..Drawn::default()
        });
        assert_eq!(screen.scroll(PanelId::Weights), 4);
        (0..50).for_each(|_| screen.scroll_by(PanelId::Weights, 3));
        screen.scroll_by(PanelId::Weights, -3);
        assert_eq!(screen.scroll(PanelId::Weights), 1);
    }

    #[test]
    fn an_enlarged_panel_is_alone() {
        let mut screen = Navigation::new((120, 36), FIRST);
        screen.focus = PanelId::Weights;
        screen.enlarged = true;
        screen.move_focus(ScreenDirection::Left);
        assert_eq!(screen.panels(), [PanelId::Weights]);
    }
}
