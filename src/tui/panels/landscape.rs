//! Loss landscape: the loss over the plane of the run's principal directions, with its path.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};

use super::Panel;
use super::field::{self, Field, contoured, shade};
use super::plane::{MIN_LEFT, marks_below, marks_left};
use crate::train::Request;
use crate::train::probes::{Landscape, LandscapeProbe, POINTS, Plane};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title, axes, plot_area};
use crate::util::numbers::loss;

/// Number of levels between contour lines.
const LEVELS: f32 = 10.0;

/// Loss over the plane of the run's first two principal directions: heat map with contour lines, evenly spaced in the
/// logarithm, and the path of the run.
pub(crate) struct LandscapePanel;

impl Panel for LandscapePanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let title = text::landscape_title();
        let Some(Landscape::Plane(plane)) = pane.model.run.answer::<LandscapeProbe>() else {
            return Title::new(title, [""; 0]);
        };
        let [first, second] = plane.shares.map(|share| format!("{:.1}%", 100.0 * share));
        let shares = text::explained_of_path(&first, &second);
        let rows = text::loss_of_rows(plane.rows);
        Title::new(title, [format!("{shares} · {rows}"), shares, rows])
    }

    fn min_size(&self) -> (u16, u16) {
        (20, 6)
    }

    fn probes(&self, _model: &Model) -> Vec<Request> {
        vec![Request::new(LandscapeProbe)]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let plane = match pane.model.run.answer::<LandscapeProbe>() {
            None => return pane.message([text::waiting_for_values()]),
            Some(Landscape::TooShort) => return pane.message([text::path_too_short()]),
            Some(Landscape::TooLarge) => return pane.message([text::landscape_too_large()]),
            Some(Landscape::Plane(plane)) => plane,
        };
        let whole = pane.area;
        pane.area.height -= 1;
        let left = marks_left(plane.range[1], pane.area.height);
        let picture = Picture {
            plane,
            plot: plot_area(pane.area, &left, MIN_LEFT),
            scale: scale(&plane.losses),
        };
        let below = |cells| marks_below(plane.range[0], cells);
        axes(pane, &left, MIN_LEFT, below, text::first_direction());
        pane.area = whole;
        field::draw(pane, picture.plot, &picture);
        picture.path(pane);
        let legend = match picture.scale {
            Some((least, most)) => {
                let ends = [least, most].map(|log| loss(f64::from(log.exp())));
                text::landscape_legend(&ends[0], &ends[1])
            }
            None => String::new(),
        };
        let area = Rect::new(whole.x, whole.bottom() - 1, whole.width, 1);
        pane.left(area, &legend, pane.theme.dim());
    }
}

/// Range of the logarithms of the losses; none before the first.
fn scale(losses: &[f32]) -> Option<(f32, f32)> {
    let logs = losses
        .iter()
        .map(|loss| loss.ln())
        .filter(|log| log.is_finite());
    let range = logs.fold(None, |range: Option<(f32, f32)>, log| {
        let (least, most) = range.unwrap_or((log, log));
        Some((least.min(log), most.max(log)))
    });
    range.map(|(least, most)| (least, most.max(least + 1e-3)))
}

/// The plane with its place on the screen.
struct Picture<'a> {
    plane: &'a Plane,
    plot: Rect,
    scale: Option<(f32, f32)>,
}

impl Picture<'_> {
    /// Share of the scale at a point of the plot; NaN where it is not computed yet.
    fn share(&self, column: i32, half_row: i32) -> f32 {
        let index = |place: i32, cells: i32, points: u16| {
            let share = (f64::from(place) + 0.5) / f64::from(cells.max(1));
            (share * f64::from(points)).clamp(0.0, f64::from(points) - 1.0) as usize
        };
        let across = index(column, self.plot.width.into(), POINTS[0]);
        let down = index(half_row, 2 * i32::from(self.plot.height), POINTS[1]);
        let up = usize::from(POINTS[1]) - 1 - down;
        let loss = self.plane.losses[up * usize::from(POINTS[0]) + across];
        match self.scale {
            Some((least, most)) => ((loss.ln() - least) / (most - least)).clamp(0.0, 1.0),
            None => f32::NAN,
        }
    }

    fn place(&self, point: [f64; 2]) -> Option<Position> {
        let share = |axis: usize| {
            let (from, to) = self.plane.range[axis];
            let share = (point[axis] - from) / (to - from);
            (0.0..1.0).contains(&share).then_some(share)
        };
        let (right, up) = (share(0)?, share(1)?);
        let down = (1.0 - up) * f64::from(self.plot.height);
        Some(Position::new(
            self.plot.x + (right * f64::from(self.plot.width)) as u16,
            self.plot.y + (down as u16).min(self.plot.height.saturating_sub(1)),
        ))
    }

    /// Marks the points of the path, its start, and the current parameters above the others.
    fn path(&self, pane: &mut Pane<'_>) {
        let theme = pane.theme;
        let marks = self.plane.path.iter().enumerate().map(|(i, &point)| {
            let symbol = if i == 0 { '◇' } else { '•' };
            (point, symbol, theme.text())
        });
        let current = (self.plane.current, '◉', theme.strong());
        for (point, symbol, style) in marks.chain([current]) {
            let Some(at) = self.place(point) else {
                continue;
            };
            let (column, row) = (at.x - self.plot.x, at.y - self.plot.y);
            let colour = self.colour(theme, column.into(), 2 * i32::from(row));
            if let Some(cell) = pane.buf.cell_mut(at) {
                cell.set_char(symbol).set_style(style);
                if let Some(colour) = colour.filter(|_| !theme.is_ascii()) {
                    cell.set_bg(colour).set_fg(Color::White);
                }
            }
        }
    }
}

impl Field for Picture<'_> {
    fn colour(&self, theme: Theme, column: i32, half_row: i32) -> Option<Color> {
        let share = contoured(self.plot, (column, half_row), |column, half_row| {
            let share = self.share(column, half_row);
            (share, (share * LEVELS) as usize)
        });
        theme.heat(if share.is_nan() { 0.0 } else { share })
    }

    fn symbol(&self, theme: Theme, column: i32, row: i32) -> (char, Style) {
        let share = self.share(column, 2 * row);
        let symbol = if share.is_nan() { ' ' } else { shade(share) };
        (symbol, theme.dim())
    }
}
