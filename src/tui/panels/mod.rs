//! Panels of the screen, one file each.
//!
//! A new panel is a file with a type that implements `Panel`, a line in the list below, and its
//! place in a view (`layout`). Frame, title, focus, scrolling and clicks are handled
//! here for all of them. What a panel wants to know of the network in training it asks with probes
//! (`observation`), its own or one of `probes`.

pub(crate) mod activations;
pub(crate) mod chart;
pub(crate) mod columns;
pub(crate) mod confusion;
pub(crate) mod data;
mod field;
mod findings;
pub(crate) mod fit;
pub(crate) mod footer;
pub(crate) mod gallery;
pub(crate) mod header;
pub(crate) mod health;
pub(crate) mod hidden;
pub(crate) mod importance;
pub(crate) mod inspector;
pub(crate) mod landscape;
pub(crate) mod lesson;
pub(crate) mod loading;
pub(crate) mod network;
pub(crate) mod pictures;
pub(crate) mod plane;
mod race_table;
pub(crate) mod regions;
mod row_marks;
pub(crate) mod rows;
mod saliency;
pub(crate) mod sample;
pub(crate) mod scatter;
pub(crate) mod scores;
mod view_bar;
pub(crate) mod weights;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};

use super::app::{ClickTarget, Drawn, Model, Msg};
use super::layout::parts;
use super::theme::Theme;
use super::widgets::{Pane, Title};
use crate::train::Request;

/// Movement, drag or wheel of the mouse over a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// It is moved.
    Hover,
    /// It is moved with the button held.
    Drag,
    /// The button is released.
    Release,
    /// The wheel is turned by this number of lines, down if it is positive.
    Wheel(i16),
}

/// A part of the screen with a frame of its own. Drawing reads the model and changes nothing.
pub(crate) trait Panel: Sync {
    /// Title of the panel in `pane`.
    fn title(&self, pane: &Pane<'_>) -> Title;

    /// Questions to the worker whose answers the panel draws.
    fn probes(&self, _model: &Model) -> Vec<Request> {
        Vec::new()
    }

    /// Part of the plane that the panel draws `inside` its frame, if any; see [`plane`].
    fn plane(&self, _model: &Model, _inside: Rect) -> Option<plane::PlaneRequest> {
        None
    }

    /// Draws the panel's content.
    fn draw(&self, pane: &mut Pane<'_>);

    /// Message for a click `at` a position `inside` the frame; `None` sets the focus only.
    fn click(&self, _model: &Model, _inside: Rect, _at: Position) -> Option<Msg> {
        None
    }

    /// Message for what the mouse does `at` a position `inside` the frame.
    fn point(&self, _model: &Model, _inside: Rect, _at: Position, _does: Pointer) -> Option<Msg> {
        None
    }

    /// Width and height inside the frame below which only the frame is drawn.
    fn min_size(&self) -> (u16, u16) {
        (8, 1)
    }

    /// Rows that the content would fill, where a view lets that decide the height.
    fn preferred_rows(&self, _model: &Model) -> u16 {
        0
    }

    /// Whether the panel shows the summary of the data, which takes a while to compute.
    fn needs_summary(&self) -> bool {
        false
    }
}

/// Declares the identifiers of all panels together with the values that draw them.
macro_rules! panels {
    ($($(#[$doc:meta])* $id:ident => $panel:expr,)+) => {
        /// Identifier of a panel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum PanelId {
            $($(#[$doc])* $id,)+
        }

        impl PanelId {
            pub const ALL: &[Self] = &[$(Self::$id,)+];

            /// The panel with this identifier.
            pub(crate) fn panel(self) -> &'static dyn Panel {
                match self {
                    $(Self::$id => &$panel,)+
                }
            }
        }
    };
}

panels! {
    /// Topology, with the shown row on its way through it.
    Network => network::NetworkPanel,
    /// Loss over the epochs, or accuracy if switched.
    Chart => chart::ChartPanel::Switchable,
    Accuracy => chart::ChartPanel::Accuracy,
    /// Activations for the shown row, and their distribution.
    Activations => activations::ActivationsPanel,
    /// Weight histograms now and over time, or weights of layer 1 as pictures.
    Weights => weights::WeightsPanel,
    /// Confusion matrix, or predicted against true numbers.
    Confusion => confusion::ConfusionPanel,
    /// Scores of each class, or sizes of the errors of predicted numbers.
    Scores => scores::ScoresPanel,
    /// Importance of the columns.
    Importance => importance::ImportancePanel,
    /// Predictions over the plane of two columns.
    Regions => regions::RegionsPanel,
    /// Predictions over one column.
    Fit => fit::FitPanel,
    /// Weights, gradients, updates and activations of the layers.
    Health => health::HealthPanel,
    /// Curves of the runs of a race.
    RaceChart => chart::race::RaceChart,
    /// List of the runs of a race.
    RaceTable => race_table::RaceTable,
    /// Predictions of two runs of a race over the plane.
    RaceRegions => regions::RaceRegions,
    /// Rows in the principal components of a layer's activations.
    Hidden => hidden::HiddenPanel,
    /// Loss around the path of the run.
    Landscape => landscape::LandscapePanel,
    /// Images that were predicted wrong.
    Gallery => gallery::GalleryPanel,
    /// Gradient of the loss over the pixels of the shown image.
    Saliency => saliency::SaliencyPanel,
    /// Columns of the table.
    Columns => columns::ColumnsPanel,
    /// Target, baseline, and how the file was read.
    Data => data::DataPanel,
    /// Rows of the table with their predictions.
    Rows => rows::RowsPanel,
    /// Formulas of the item under the cursor, with its numbers.
    Inspector => inspector::InspectorPanel,
    /// Text, question or task of the lesson, or the number that is asked for.
    Lesson => lesson::LessonPanel,
}

/// Area within the frame of a panel, and whether it has room for the content.
fn inside(id: PanelId, area: Rect) -> (Rect, bool) {
    let inside = area.inner(Margin::new(1, 1));
    let (width, height) = id.panel().min_size();
    (inside, inside.width >= width && inside.height >= height)
}

/// Area within the frame of a panel on the screen, if it is there and has room for the content.
pub(crate) fn area_of(id: PanelId, model: &Model) -> Option<Rect> {
    let (width, height) = model.navigation.size;
    let panels = parts(Rect::new(0, 0, width, height), model).panels;
    let (_, area) = panels.into_iter().find(|panel| panel.0 == id)?;
    let (inside, has_room) = inside(id, area);
    has_room.then_some(inside)
}

/// Draws a panel with its frame into `area`. Adds to `drawn` how far it can be scrolled, and what can be clicked.
pub fn render_panel(
    id: PanelId,
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    drawn: &mut Drawn,
) {
    let (inside, has_room) = inside(id, area);
    let mut pane = Pane::new(inside, buf, model, theme);
    pane.is_focused = model.navigation.focus == id;
    pane.scroll = model.navigation.scroll(id);
    if has_room {
        id.panel().draw(&mut pane);
    }
    let title = id.panel().title(&pane);
    pane.hit(area, ClickTarget::Frame(id));
    pane.panel_frame(area, &title);
    drawn.panels.extend(pane.limit.map(|limit| (id, limit)));
    drawn.hits.append(&mut pane.drawn.hits);
    drawn.cursor = drawn.cursor.or(pane.drawn.cursor);
}

/// Message for a click on the panel in `area`.
pub(crate) fn click_panel(id: PanelId, area: Rect, model: &Model, at: Position) -> Msg {
    let (inside, has_room) = inside(id, area);
    let is_inside = has_room && inside.contains(at);
    let clicked = is_inside.then(|| id.panel().click(model, inside, at));
    clicked.flatten().unwrap_or(Msg::Click(id))
}

/// Message for what the mouse does over the panel in `area`.
pub(crate) fn point_at_panel(
    id: PanelId,
    area: Rect,
    model: &Model,
    at: Position,
    does: Pointer,
) -> Option<Msg> {
    let (inside, has_room) = inside(id, area);
    let is_inside = has_room && inside.contains(at);
    let pointed = is_inside.then(|| id.panel().point(model, inside, at, does));
    pointed.flatten()
}
