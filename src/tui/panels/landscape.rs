//! Loss landscape: the loss over the plane of the run's principal directions, with its path.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};

use super::Panel;
use super::field::{self, Contour, Field, heat_or_contour, is_on_contour};
use super::plane::{MIN_LEFT, marks_below, marks_left, with_legend};
use crate::train::Request;
use crate::train::probes::{Landscape, LandscapeProbe, MAX_PARAMETERS, POINTS, Plane};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title, axes, plot_area, shade};
use crate::util::numbers::loss;
use crate::util::text::width;

/// Symbol of the current weights.
const NOW: char = '◉';
/// Number of cells for each contour line, and bounds of their number.
const CELLS_PER_CONTOUR: u16 = 12;
const CONTOURS: (u16, u16) = (3, 8);

/// Loss over a plane through the current weights: heat map of its logarithm with contour lines that part the plane into equal
/// areas, and the path of the run.
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
            Some(Landscape::NoMemory(why)) => return pane.message([why]),
            Some(Landscape::TooLarge) => {
                let why = text::landscape_too_large(MAX_PARAMETERS);
                return pane.message([&why, text::landscape_too_large_short()]);
            }
            Some(Landscape::Plane(plane)) => plane,
        };
        let [area, foot] = with_legend(pane.area);
        let left = marks_left(plane.range[1], area.height);
        let plot = plot_area(area, &left, MIN_LEFT);
        let picture = LandscapePlot {
            plane,
            plot,
            scale: scale(&plane.losses),
            contours: contours(&plane.losses, plot.width),
        };
        let below = |cells| marks_below(plane.range[0], cells);
        axes(pane, area, &left, MIN_LEFT, below, text::first_direction());
        field::draw(pane, picture.plot, &picture);
        picture.path(pane);
        let lines = picture.lines();
        field::contour_values(pane, picture.plot, &lines, |column, row| {
            picture.level(column, row)
        });
        let Some((least, most)) = picture.scale else {
            return;
        };
        let [least, most] = [least, most].map(|log| loss(f64::from(log.exp())));
        let (least, most) = (least.trim(), most.trim());
        let legends = [
            text::landscape_legend(least, most),
            text::landscape_legend_medium(least, most),
            text::landscape_legend_short().to_owned(),
        ];
        let fits = |legend: &&String| width(legend) <= foot.width.into();
        let legend = legends.iter().find(fits).unwrap_or(&legends[2]);
        pane.left(foot, legend, pane.theme.dim());
    }
}

/// Logarithms of the losses at which there are contour lines: those that part the plane into equal areas; none until all
/// losses are computed.
fn contours(losses: &[f32], cells: u16) -> Vec<f32> {
    let mut logs: Vec<f32> = losses.iter().map(|loss| loss.ln()).collect();
    if logs.iter().any(|log| log.is_nan()) {
        return Vec::new();
    }
    logs.sort_unstable_by(f32::total_cmp);
    let lines = usize::from((cells / CELLS_PER_CONTOUR).clamp(CONTOURS.0, CONTOURS.1));
    (1..=lines)
        .map(|line| logs[line * (logs.len() - 1) / (lines + 1)])
        .collect()
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
struct LandscapePlot<'a> {
    plane: &'a Plane,
    plot: Rect,
    scale: Option<(f32, f32)>,
    /// Logarithms of the losses at which there are contour lines.
    contours: Vec<f32>,
}

impl LandscapePlot<'_> {
    /// Logarithm of the loss at a point of the plot, between the points that are computed; NaN where they are not yet.
    fn log(&self, column: i32, half_row: i32) -> f32 {
        let between = |place: i32, cells: i32, points: u16| {
            let share = (f64::from(place) + 0.5) / f64::from(cells.max(1));
            let at = (share * f64::from(points) - 0.5).clamp(0.0, f64::from(points) - 1.0);
            let first = (at as usize).min(usize::from(points) - 2);
            (first, (at - first as f64) as f32)
        };
        let rows = 2 * i32::from(self.plot.height);
        let (right, x) = between(column, self.plot.width.into(), POINTS[0]);
        let (up, y) = between(rows - 1 - half_row, rows, POINTS[1]);
        let log =
            |right: usize, up: usize| self.plane.losses[up * usize::from(POINTS[0]) + right].ln();
        let [below, above] =
            [up, up + 1].map(|up| (1.0 - x) * log(right, up) + x * log(right + 1, up));
        (1.0 - y) * below + y * above
    }

    /// Share of the scale at a point of the plot; NaN where it is not computed yet.
    fn share(&self, column: i32, half_row: i32) -> f32 {
        let Some((least, most)) = self.scale else {
            return f32::NAN;
        };
        ((self.log(column, half_row) - least) / (most - least)).clamp(0.0, 1.0)
    }

    /// Number of contour lines below a point of the plot.
    fn level(&self, column: i32, half_row: i32) -> usize {
        let log = self.log(column, half_row);
        self.contours.partition_point(|&line| line < log)
    }

    /// The contour lines with their losses.
    fn lines(&self) -> Vec<Contour> {
        let Some((least, most)) = self.scale else {
            return Vec::new();
        };
        let line = |&log: &f32| Contour {
            text: loss(f64::from(log.exp())).trim().to_owned(),
            share: (log - least) / (most - least),
        };
        self.contours.iter().map(line).collect()
    }

    /// Cell of a point of the plane, and whether it is inside the plot; if not, the nearest cell.
    fn place(&self, point: [f64; 2]) -> (Position, bool) {
        let [right, up] = [0, 1].map(|axis| {
            let (from, to) = self.plane.range[axis];
            (point[axis] - from) / (to - from)
        });
        let cell = |share: f64, cells: u16| {
            let last = cells.saturating_sub(1);
            (share.clamp(0.0, 1.0) * f64::from(cells)).min(last.into()) as u16
        };
        let at = Position::new(
            self.plot.x + cell(right, self.plot.width),
            self.plot.y + cell(1.0 - up, self.plot.height),
        );
        let is_inside = [right, up].iter().all(|share| (0.0..=1.0).contains(share));
        (at, is_inside)
    }

    /// Marks the points of the path, its start, and the current parameters above the others.
    fn path(&self, pane: &mut Pane<'_>) {
        let theme = pane.theme;
        let marks = self.plane.path.iter().enumerate().map(|(i, &point)| {
            let symbol = if i == 0 { '◇' } else { '•' };
            (point, symbol, theme.text())
        });
        let current = (self.plane.current, NOW, theme.strong());
        // The start and the present are above the path.
        let start = marks.clone().take(1);
        for (point, symbol, style) in marks.skip(1).chain(start).chain([current]) {
            let (at, is_inside) = self.place(point);
            if !is_inside && symbol != NOW {
                continue;
            }
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

impl Field for LandscapePlot<'_> {
    fn colour(&self, theme: Theme, column: i32, half_row: i32) -> Option<Color> {
        // What is not computed yet is left out: dark it would look like a low loss.
        let share = Some(self.share(column, half_row)).filter(|share| !share.is_nan())?;
        let at = (column, half_row);
        let is_contour = is_on_contour(self.plot, at, |column, row| self.level(column, row));
        heat_or_contour(theme, share, is_contour)
    }

    fn symbol(&self, theme: Theme, column: i32, row: i32) -> (char, Style) {
        let share = self.share(column, 2 * row);
        let symbol = if share.is_nan() { ' ' } else { shade(share) };
        (symbol, theme.dim())
    }
}
