//! Where everything stands.

use ratatui::layout::{Constraint, Layout, Rect};

use super::app::{Navigation, Panel, View};

/// Least size in which anything is drawn.
pub const LEAST: (u16, u16) = (40, 12);

/// From this width on lines of the inspector would only grow longer.
const WIDEST_INSPECTOR: u16 = 76;

/// Parts of the screen.
#[derive(Debug)]
pub struct Parts {
    /// Two lines at the top.
    pub header: Rect,
    /// The panels.
    pub panels: Vec<(Panel, Rect)>,
    /// What is between header and footer.
    pub main: Rect,
    /// One line at the foot.
    pub footer: Rect,
}

/// Divides `area` as `screen` asks. The lower band of the overview takes the `wanted` rows within
/// bounds; the network and the charts get the rest.
pub fn parts(area: Rect, screen: &Navigation, wanted: u16) -> Parts {
    let [header, main, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let bands = screen.bands();
    let is_overview = screen.view == View::Overview && bands.len() == 2;
    let heights = if is_overview {
        let (least, most) = (main.height * 32 / 100, main.height * 48 / 100);
        let lower = (wanted + 2).min(most.max(9)).max(least.max(9));
        vec![Constraint::Fill(1), Constraint::Length(lower)]
    } else if screen.view == View::Data && bands.len() == 2 {
        // The columns and the data one below the other, or both of them above the rows.
        vec![Constraint::Fill(3), Constraint::Fill(4)]
    } else {
        vec![Constraint::Fill(1); bands.len()]
    };
    let heights = if screen.inspects && bands.len() == 2 {
        // The network needs at least nine rows.
        vec![
            Constraint::Length((main.height * 2 / 5).max(9)),
            Constraint::Fill(1),
        ]
    } else {
        heights
    };
    let mut panels = Vec::new();
    for (band, area) in bands
        .iter()
        .zip(Layout::vertical(heights).split(main).iter())
    {
        let widths: &[u16] = match (band.len(), screen.view) {
            (3, _) => &[33, 38, 29],
            (2, View::Overview) if area.width < 100 => &[59, 41],
            (2, View::Overview) => &[53, 47],
            (2, View::Network) => &[68, 32],
            (2, View::Data) => &[66, 34],
            (2, _) => &[64, 36],
            _ => &[1],
        };
        let mut widths: Vec<Constraint> = widths.iter().map(|&it| Constraint::Fill(it)).collect();
        if screen.inspects && band.len() == 2 {
            let inspector = (area.width * 46 / 100).min(WIDEST_INSPECTOR);
            widths[1] = Constraint::Length(inspector);
        }
        for (column, area) in band
            .iter()
            .zip(Layout::horizontal(widths).split(*area).iter())
        {
            let rows = vec![Constraint::Fill(1); column.len()];
            let areas = Layout::vertical(rows).split(*area);
            panels.extend(column.iter().copied().zip(areas.iter().copied()));
        }
    }
    Parts {
        header,
        panels,
        main,
        footer,
    }
}

/// The panel at column `x` and row `y`, and its area.
pub fn panel_at(
    area: Rect,
    screen: &Navigation,
    wanted: u16,
    x: u16,
    y: u16,
) -> Option<(Panel, Rect)> {
    let mut panels = parts(area, screen, wanted).panels.into_iter();
    panels.find(|(_, area)| area.contains((x, y).into()))
}
