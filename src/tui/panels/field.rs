//! Fields of colours with contour lines, two points of them in a cell.

use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;

/// Shades from an empty to a full cell, where colours cannot be mixed.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

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
                    cell.set_char('▀')
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

/// Colour of a point on the heat scale, or of a contour line, where colours can be mixed.
pub(super) fn heat_or_contour(theme: Theme, share: f32, is_contour: bool) -> Option<Color> {
    if is_contour {
        theme.contour(share)
    } else {
        theme.heat(share)
    }
}

/// Shade of a share from 0 to 1.
pub(super) fn shade(share: f32) -> char {
    SHADES[((share * 5.0) as usize).min(4)]
}
