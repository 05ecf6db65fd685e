//! Fields of colours with contour lines, two points of them in a cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::text;

/// Symbol of a cell with two points of a field.
const HALVES: &str = "▀";

/// A field over a plot. Points are counted from the left, and from above, two in the height of a cell.
pub(super) trait Field {
    /// Colour of a point, where colours can be mixed.
    fn colour(&self, theme: Theme, column: i32, half_row: i32) -> Option<Color>;

    /// Symbol and style of a cell, where colours cannot be mixed.
    fn symbol(&self, theme: Theme, column: i32, row: i32) -> (char, Style);
}

/// Draws `field` into `plot`.
pub(super) fn draw(pane: &mut Pane<'_>, plot: Rect, field: &impl Field) {
    let theme = pane.theme;
    for (row, y) in (plot.y..plot.bottom()).enumerate() {
        for (column, x) in (plot.x..plot.right()).enumerate() {
            let (column, row) = (column as i32, row as i32);
            let Some(cell) = pane.buf.cell_mut((x, y)) else {
                continue;
            };
            let halves = [0, 1].map(|half| field.colour(theme, column, 2 * row + half));
            match halves {
                [Some(upper), Some(lower)] if !theme.is_ascii() => {
                    cell.set_symbol(HALVES)
                        .set_style(Style::new().fg(upper).bg(lower));
                }
                _ => {
                    let (symbol, style) = field.symbol(theme, column, row);
                    cell.set_char(symbol).set_style(style);
                }
            }
        }
    }
}

/// Whether a point is on a contour line: the level of a point to the right or below is another one. `level` returns that of a
/// point of `plot`.
pub(super) fn is_on_contour(
    plot: Rect,
    (column, half_row): (i32, i32),
    level: impl Fn(i32, i32) -> usize,
) -> bool {
    let own = level(column, half_row);
    [(1, 0), (0, 1)].into_iter().any(|(right, down)| {
        let (column, row) = (column + right, half_row + down);
        let inside = column < plot.width.into() && row < 2 * i32::from(plot.height);
        inside && level(column, row) != own
    })
}

/// A contour line: the value as text, and its share of the heat scale.
pub(super) struct Contour {
    pub text: String,
    pub share: f32,
}

/// Writes the value of each of `contours` on its line, as near to the middle of `plot` as there is room beside marks and other
/// values. `level` returns the number of contours below a point.
pub(super) fn contour_values(
    pane: &mut Pane<'_>,
    plot: Rect,
    contours: &[Contour],
    level: impl Fn(i32, i32) -> usize,
) {
    if contours.is_empty() {
        return;
    }
    let (width, height) = (i32::from(plot.width), i32::from(plot.height));
    let levels = |column: i32, row: i32| {
        let halves = [(0, 0), (0, 1), (1, 0), (0, 2)];
        halves.map(|(right, down)| {
            let (column, half_row) = (column + right, 2 * row + down);
            level(column.min(width - 1), half_row.min(2 * height - 1))
        })
    };
    let mut places: Vec<(i32, i32)> = (0..height)
        .flat_map(|row| (0..width).map(move |column| (column, row)))
        .collect();
    // A row is about as high as two cells are wide.
    places.sort_by_key(|(column, row)| (2 * column - width).abs() + 2 * (2 * row - height).abs());
    let lines: Vec<_> = places
        .into_iter()
        .filter_map(|(column, row)| {
            let levels = levels(column, row);
            let (least, most) = (levels.iter().min()?, levels.iter().max()?);
            (least < most).then_some((column, row, *least..*most))
        })
        .collect();
    for (index, contour) in contours.iter().enumerate() {
        let Some(style) = pane.theme.on_heat(contour.share) else {
            return;
        };
        let cells = text::width(&contour.text) as u16;
        let areas = lines
            .iter()
            .filter(|(.., crossed)| crossed.contains(&index));
        let mut areas = areas.filter_map(|(column, row, _)| {
            let left = u16::try_from(column - i32::from(cells) / 2).ok()?;
            let area = Rect::new(plot.x + left, plot.y + *row as u16, cells, 1);
            (plot.union(area) == plot).then_some(area)
        });
        if let Some(area) = areas.find(|area| is_field(pane.buf, *area)) {
            pane.left(area, &contour.text, style);
        }
    }
}

/// Whether nothing but the field is in `area` and in the cells at both ends.
fn is_field(buf: &Buffer, area: Rect) -> bool {
    let cells = area.x.saturating_sub(1)..=area.right();
    cells
        .filter_map(|x| buf.cell((x, area.y)))
        .all(|cell| matches!(cell.symbol(), HALVES | "│" | "┤"))
}

/// Colour of a point on the heat scale, or of a contour line, where colours can be mixed.
pub(super) fn heat_or_contour(theme: Theme, share: f32, is_contour: bool) -> Option<Color> {
    if is_contour {
        theme.contour(share)
    } else {
        theme.heat(share)
    }
}
