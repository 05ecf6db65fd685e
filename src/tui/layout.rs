//! Arrangement of the screen: which panels a view shows, where, and how large.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::app::{Model, Navigation, View};
use super::panels::PanelId;

/// Smallest width and height in which anything is drawn.
pub(crate) const MIN_SIZE: (u16, u16) = (40, 12);

/// From this size on there is room for more than one panel.
const SEVERAL_PANELS: (u16, u16) = (64, 18);
/// From this size on the overview has room for both charts, and the curves for the scores.
const BOTH_CHARTS: (u16, u16) = (160, 44);
/// From this width on the inspector is beside the network, else below it.
const INSPECTOR_BESIDE: u16 = 120;
/// Largest width of the inspector; beyond it, lines would only grow longer.
const INSPECTOR_MAX_WIDTH: u16 = 76;
/// From this width on the columns of the table leave room beside them.
const DATA_BESIDE: u16 = 110;
/// From this height on there is room for the rows below both.
const ROWS_BELOW: u16 = 48;
/// Rows that a band of [`Height::Share`] has at least.
const BAND_MIN_ROWS: u16 = 9;

/// Panels side by side over the whole width.
pub(crate) struct Band {
    height: Height,
    /// Columns from left to right.
    pub columns: Vec<Column>,
}

/// Panels one below the other, equally high.
pub(crate) struct Column {
    width: Constraint,
    /// Panels from top to bottom.
    pub panels: Vec<PanelId>,
}

/// Height of a band.
#[derive(Clone, Copy)]
enum Height {
    /// A part of the rows left over, in proportion to this weight.
    Fill(u16),
    /// Preferred height of its panels, between these percentages of the whole height.
    Share { min: u16, max: u16 },
}

/// The bands of the view on the screen: the whole view, or the panel with the focus where it was
/// enlarged or there is room for one only.
pub(crate) fn shown_bands(screen: &Navigation) -> Vec<Band> {
    let (width, height) = screen.size;
    if screen.enlarged || width < SEVERAL_PANELS.0 || height < SEVERAL_PANELS.1 {
        return vec![fill(1, [column(1, [screen.focus])])];
    }
    bands(screen)
}

/// All bands of the view, whatever is enlarged. This is the one place that says which panels a view
/// has.
pub(crate) fn bands(screen: &Navigation) -> Vec<Band> {
    use PanelId::*;
    let (width, height) = screen.size;
    let has_room = |size: (u16, u16)| width >= size.0 && height >= size.1;
    let inspector = Column {
        width: Constraint::Length((width * 46 / 100).min(INSPECTOR_MAX_WIDTH)),
        panels: vec![Inspector],
    };
    match screen.view {
        View::Overview => {
            let charts = if has_room(BOTH_CHARTS) {
                vec![Chart, Accuracy]
            } else {
                vec![Chart]
            };
            let network = if width < 100 { 59 } else { 53 };
            vec![
                fill(
                    1,
                    [column(network, [Network]), column(100 - network, charts)],
                ),
                Band {
                    height: Height::Share { min: 32, max: 48 },
                    columns: vec![
                        column(33, [Activations]),
                        column(38, [Weights]),
                        column(29, [Confusion]),
                    ],
                },
            ]
        }
        View::Network if screen.inspects && width >= INSPECTOR_BESIDE => {
            vec![fill(1, [column(1, [Network]), inspector])]
        }
        View::Network if screen.inspects => vec![
            Band {
                height: Height::Share { min: 40, max: 40 },
                columns: vec![column(1, [Network])],
            },
            fill(1, [column(1, [Inspector])]),
        ],
        View::Network => vec![fill(1, [column(68, [Network]), column(32, [Activations])])],
        View::Curves => {
            let scores = has_room(BOTH_CHARTS).then_some(Scores);
            let beside: Vec<PanelId> = [Confusion].into_iter().chain(scores).collect();
            vec![fill(1, [column(64, [Chart, Accuracy]), column(36, beside)])]
        }
        View::Weights => vec![fill(1, [column(1, [Weights])])],
        View::Data if has_room((DATA_BESIDE, ROWS_BELOW)) => vec![
            fill(3, [column(66, [Columns]), column(34, [Data])]),
            fill(4, [column(1, [Rows])]),
        ],
        View::Data if width >= DATA_BESIDE => {
            vec![fill(1, [column(66, [Columns]), column(34, [Data])])]
        }
        View::Data => vec![
            fill(3, [column(1, [Columns])]),
            fill(4, [column(1, [Data])]),
        ],
    }
}

fn fill(weight: u16, columns: impl Into<Vec<Column>>) -> Band {
    Band {
        height: Height::Fill(weight),
        columns: columns.into(),
    }
}

fn column(weight: u16, panels: impl Into<Vec<PanelId>>) -> Column {
    Column {
        width: Constraint::Fill(weight),
        panels: panels.into(),
    }
}

impl Band {
    /// Column of the panel `id`, and its place from the top, if the band has it.
    pub(crate) fn place_of(&self, id: PanelId) -> Option<(usize, usize)> {
        let mut columns = self.columns.iter().enumerate();
        columns.find_map(|(c, column)| {
            let row = column.panels.iter().position(|&panel| panel == id)?;
            Some((c, row))
        })
    }

    fn constraint(&self, model: &Model, rows: u16) -> Constraint {
        match self.height {
            Height::Fill(weight) => Constraint::Fill(weight),
            Height::Share { min, max } => {
                let panels = self.columns.iter().flat_map(|column| &column.panels);
                let preferred = panels.map(|id| id.panel().preferred_rows(model)).max();
                let at_least = |percent: u16| (rows * percent / 100).max(BAND_MIN_ROWS);
                // The frame has two rows of its own.
                let preferred = preferred.unwrap_or(0) + 2;
                Constraint::Length(preferred.clamp(at_least(min), at_least(max)))
            }
        }
    }
}

/// Parts of the screen.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Two lines at the top.
    pub header: Rect,
    /// Panels with their areas, frames included.
    pub panels: Vec<(PanelId, Rect)>,
    /// Area between header and footer.
    pub main: Rect,
    /// One line at the bottom.
    pub footer: Rect,
}

/// Divides `area` into header, the panels of the view, and footer.
pub(crate) fn parts(area: Rect, model: &Model) -> Parts {
    let [header, main, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let bands = shown_bands(&model.navigation);
    let heights = bands.iter().map(|band| band.constraint(model, main.height));
    let areas = Layout::vertical(heights).split(main);
    let mut panels = Vec::new();
    for (band, area) in bands.iter().zip(areas.iter()) {
        let widths = band.columns.iter().map(|column| column.width);
        let areas = Layout::horizontal(widths).split(*area);
        for (column, area) in band.columns.iter().zip(areas.iter()) {
            let rows = Layout::vertical(vec![Constraint::Fill(1); column.panels.len()]);
            let areas = rows.split(*area);
            panels.extend(column.panels.iter().copied().zip(areas.iter().copied()));
        }
    }
    Parts {
        header,
        panels,
        main,
        footer,
    }
}

/// The panel `at` a position of the screen, with its area.
pub(crate) fn panel_at(area: Rect, model: &Model, at: Position) -> Option<(PanelId, Rect)> {
    let mut panels = parts(area, model).panels.into_iter();
    panels.find(|(_, area)| area.contains(at))
}
