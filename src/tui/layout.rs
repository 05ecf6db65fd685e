//! Arrangement of the screen: which panels a view shows, where, and how large.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::app::{Model, Navigation, View};
use super::panels::PanelId;

/// Smallest width and height in which anything is drawn.
pub(crate) const MIN_SIZE: (u16, u16) = (40, 12);

/// From this size on there is room for more than one panel.
const SEVERAL_PANELS: (u16, u16) = (64, 18);
/// From this height on a small screen has room for two panels of the overview, or of the data, one below the other.
const TWO_PANELS: u16 = 18;
/// From this size on the overview has room for both charts, and the curves for the scores.
const BOTH_CHARTS: (u16, u16) = (160, 44);
/// From this width on the inspector is beside the network, else below it.
const INSPECTOR_BESIDE: u16 = 120;
/// From this width on the inspector has room for two columns beside the network, and from this height on it needs one only.
const INSPECTOR_COLUMNS: (u16, u16) = (160, 56);
/// Largest width of a column of the inspector; beyond it, lines would only grow longer.
const INSPECTOR_MAX_WIDTH: u16 = 76;
/// Width from which the importance of the columns is beside the scores, and height from which it is below them.
const SCORES_BESIDE: u16 = 110;
const IMPORTANCE_BELOW: u16 = 34;
/// Size from which on regions have room beside the curves of a race.
const RACE_WITH_REGIONS: (u16, u16) = (110, 26);
/// From this width on the columns of the table leave room beside them.
const DATA_BESIDE: u16 = 110;
/// From this height on there is room for the rows below both.
const ROWS_BELOW: u16 = 48;
/// From this width on the lesson is beside the panels, else below them; beyond the other one, lines would only grow longer.
const LESSON_BESIDE: u16 = 110;
const LESSON_MAX_WIDTH: u16 = 60;
/// Smallest screen with room for a lesson and panels beside it, and rows that it has at least.
const LESSON_MIN_SIZE: (u16, u16) = (50, 16);
const LESSON_MIN_ROWS: u16 = 8;
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
    let (width, height) = screen.room();
    let has_both = height >= TWO_PANELS && screen.view == View::Overview;
    let is_one_of_both = matches!(screen.focus, PanelId::Chart | PanelId::Network);
    let is_small = width < SEVERAL_PANELS.0 || height < SEVERAL_PANELS.1;
    if is_small && has_both && is_one_of_both && !screen.enlarged {
        let chart = band(Height::Fill(5), &[(1, &[PanelId::Chart])]);
        return vec![chart, band(Height::Fill(4), &[(1, &[PanelId::Network])])];
    }
    let is_of_data = matches!(screen.focus, PanelId::Columns | PanelId::Data);
    if is_small && height >= TWO_PANELS && is_of_data && !screen.enlarged {
        return bands(screen);
    }
    if screen.enlarged || width < SEVERAL_PANELS.0 || height < SEVERAL_PANELS.1 {
        return vec![band(Height::Fill(1), &[(1, &[screen.focus])])];
    }
    bands(screen)
}

/// All bands of the view, whatever is enlarged. This is the one place that says which panels a view
/// has.
pub(crate) fn bands(screen: &Navigation) -> Vec<Band> {
    use Height::{Fill, Share};
    use PanelId::*;
    let (width, height) = screen.room();
    let has_room = |size: (u16, u16)| width >= size.0 && height >= size.1;
    let alone = |panel| band(Fill(1), &[(1, &[panel])]);
    match screen.view {
        View::Overview => {
            let charts = if has_room(BOTH_CHARTS) { 2 } else { 1 };
            let charts = &[Chart, Accuracy][..charts];
            let network = if width < 100 { 59 } else { 53 };
            let picture = picture(screen).filter(|_| screen.plane.is_everything);
            let details = [
                (33, &[Activations][..]),
                (38, &[picture.unwrap_or(Weights)]),
                (29, &[Confusion]),
            ];
            // All 16 neurons of a usual layer have room above.
            let max = if (30..45).contains(&height) { 42 } else { 48 };
            vec![
                band(Fill(1), &[(network, &[Network]), (100 - network, charts)]),
                band(Share { min: 32, max }, &details),
            ]
        }
        View::Network if screen.inspects && width >= INSPECTOR_BESIDE => {
            let mut both = band(Fill(1), &[(1, &[Network]), (1, &[Inspector])]);
            let cells = if width >= INSPECTOR_COLUMNS.0 && height < INSPECTOR_COLUMNS.1 {
                (width * 62 / 100).min(2 * INSPECTOR_MAX_WIDTH)
            } else {
                (width * 46 / 100).min(INSPECTOR_MAX_WIDTH)
            };
            both.columns[1].width = Constraint::Length(cells);
            vec![both]
        }
        View::Network if screen.inspects => {
            let network = band(Share { min: 40, max: 40 }, &[(1, &[Network])]);
            vec![network, alone(Inspector)]
        }
        View::Network => vec![band(Fill(1), &[(68, &[Network]), (32, &[Activations])])],
        View::Curves => {
            let scores = if has_room(BOTH_CHARTS) { 2 } else { 1 };
            let beside = &[Confusion, Scores][..scores];
            vec![band(Fill(1), &[(64, &[Chart, Accuracy]), (36, beside)])]
        }
        View::Health => vec![alone(Health)],
        View::Scores if width >= SCORES_BESIDE => {
            vec![band(Fill(1), &[(65, &[Scores]), (35, &[Importance])])]
        }
        View::Scores if height >= IMPORTANCE_BELOW => {
            vec![band(Fill(2), &[(1, &[Scores])]), alone(Importance)]
        }
        // The curves of two classes take the room.
        View::Scores if screen.has_curves => vec![alone(Scores)],
        View::Scores => vec![band(Fill(1), &[(58, &[Scores]), (42, &[Importance])])],
        View::Weights => vec![alone(Weights)],
        View::Regions => {
            let picture = picture(screen).unwrap_or(Regions);
            vec![band(
                Fill(1),
                &[(64, &[picture]), (36, &[Chart, Confusion])],
            )]
        }
        View::Hidden => {
            let beside = &[Landscape, Confusion];
            vec![band(Fill(1), &[(64, &[Hidden]), (36, beside)])]
        }
        View::Race => {
            let has_picture = picture(screen) == Some(Regions) && screen.plane.is_everything;
            let columns: &[(u16, &[PanelId])] = match (has_picture, screen.race_regions) {
                (true, _) if has_room(RACE_WITH_REGIONS) => {
                    &[(1, &[RaceChart]), (1, &[RaceRegions])]
                }
                (true, true) => &[(1, &[RaceRegions])],
                _ => &[(1, &[RaceChart])],
            };
            let table = band(Share { min: 20, max: 48 }, &[(1, &[RaceTable])]);
            vec![band(Fill(1), columns), table]
        }
        View::Errors => {
            let beside = &[Saliency, Confusion];
            vec![band(Fill(1), &[(64, &[Gallery]), (36, beside)])]
        }
        View::Data if has_room((DATA_BESIDE, ROWS_BELOW)) => vec![
            band(Fill(3), &[(66, &[Columns]), (34, &[Data])]),
            band(Fill(4), &[(1, &[Rows])]),
        ],
        View::Data if width >= DATA_BESIDE => {
            vec![band(Fill(1), &[(66, &[Columns]), (34, &[Data])])]
        }
        View::Data => vec![
            band(Fill(3), &[(1, &[Columns])]),
            band(Fill(4), &[(1, &[Data])]),
        ],
    }
}

/// The picture of the predictions over the quantities that vary, if there are any.
fn picture(screen: &Navigation) -> Option<PanelId> {
    match screen.plane.axes.len() {
        0 => None,
        1 => Some(PanelId::Fit),
        _ => Some(PanelId::Regions),
    }
}

/// A band of `columns`, each with its share of the width and its panels.
fn band(height: Height, columns: &[(u16, &[PanelId])]) -> Band {
    let column = |&(share, panels): &(u16, &[PanelId])| Column {
        width: Constraint::Fill(share),
        panels: panels.to_vec(),
    };
    let columns = columns.iter().map(column).collect();
    Band { height, columns }
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

/// Columns on the right and rows at the bottom that the lesson of `model` takes of the screen.
pub(crate) fn dock(model: &Model) -> (u16, u16) {
    let (width, height) = model.navigation.size;
    if model.course.is_none() && model.quiz.is_none() {
        return (0, 0);
    }
    if height < LESSON_MIN_SIZE.1 || width < LESSON_MIN_SIZE.0 {
        // Alone on the screen, it can still be read.
        return (0, height.saturating_sub(3));
    }
    if width >= LESSON_BESIDE {
        return ((width * 36 / 100).min(LESSON_MAX_WIDTH), 0);
    }
    let rows = PanelId::Lesson.panel().preferred_rows(model) + 2;
    let max = (height - 3) * 3 / 5;
    (0, rows.clamp(LESSON_MIN_ROWS.min(max), max))
}

/// Divides `area` into header, the panels of the view, and footer.
pub(crate) fn parts(area: Rect, model: &Model) -> Parts {
    let [header, main, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let (right, bottom) = model.navigation.dock;
    let beside = Layout::horizontal([Constraint::Fill(1), Constraint::Length(right)]);
    let below = Layout::vertical([Constraint::Fill(1), Constraint::Length(bottom)]);
    let whole = main;
    let [main, lesson] = if right > 0 { beside } else { below }.areas(whole);
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
    if (right, bottom) != (0, 0) {
        panels.push((PanelId::Lesson, lesson));
    }
    Parts {
        header,
        panels,
        main: whole,
        footer,
    }
}

/// The panel `at` a position of the screen, with its area.
pub(crate) fn panel_at(area: Rect, model: &Model, at: Position) -> Option<(PanelId, Rect)> {
    let mut panels = parts(area, model).panels.into_iter();
    panels.find(|(_, area)| area.contains(at))
}
