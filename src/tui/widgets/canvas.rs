//! Shapes in floating-point coordinates, rasterised to braille dots, half blocks or ASCII.
//!
//! Lines and dots are placed in the coordinates of the data and become braille dots, two across and four
//! down in each cell; fields of values become half blocks, two in each cell. Where only ASCII
//! can be shown, [`ascii`](super::ascii) translates the symbols afterwards.
//!
//! ratatui's own canvas knows neither dashes nor bold strokes, and gives a cell the colour of the shape
//! painted last; here the strongest stroke decides, so that a large weight is not hidden by a small one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::ascii::points;
use crate::tui::theme::Theme;

/// Bits of the eight dots of a braille character by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Shades from nothing to full, for terminals without colours.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// Dots from which on a steep line is a long one.
const LONG: f64 = 9.0;

/// Point in the coordinates of a canvas.
pub(crate) type Point = (f64, f64);

/// Look of a line or a dot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    /// Style of the cells it runs through.
    pub style: Style,
    /// Precedence among strokes in one cell: the strongest sets its style.
    pub strength: f32,
    pub dash: Dash,
}

/// Gaps in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Dash {
    Solid,
    /// Dots drawn and left out by turns, counted along the line.
    Along(u16, u16),
    /// Dots drawn and left out by turns, counted along the columns of the canvas, or along the rows where a line
    /// is steep and long: many short pieces make an even pattern.
    Even(u16, u16),
}

impl Stroke {
    /// A solid stroke.
    pub fn new(style: Style, strength: f32) -> Self {
        Self {
            style,
            strength,
            dash: Dash::Solid,
        }
    }

    /// This stroke with gaps.
    pub(crate) fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// Returns whether to draw a dot: that with number `along` on the line, whose column or row is `across`.
    fn draws(&self, along: usize, across: i32) -> bool {
        match self.dash {
            Dash::Along(on, off) => along % usize::from(on + off).max(1) < usize::from(on),
            Dash::Even(on, off) => across.rem_euclid(i32::from(on + off).max(1)) < i32::from(on),
            Dash::Solid => true,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    dots: u8,
    strength: f32,
    style: Style,
}

/// Range of a coordinate that is drawn over a number of dots.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: f64,
    to: f64,
    last_dot: f64,
}

impl Axis {
    /// Dot at `value`, which may lie between dots and outside; in the middle if the range is empty.
    fn dot(self, value: f64) -> f64 {
        if self.to == self.from {
            0.5 * self.last_dot
        } else {
            (value - self.from) * (self.last_dot / (self.to - self.from))
        }
    }

    /// Value at `dot`.
    fn value(self, dot: i32) -> f64 {
        self.from + (self.to - self.from) * (f64::from(dot) / self.last_dot.max(1.0))
    }
}

/// Dots of a straight line, at most `max`; none without finite ends.
fn dots(from: Point, to: Point, max: f64) -> impl Iterator<Item = (i32, i32)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    // As many as there are from the first dot to the last one: the length alone may be one less, which leaves a gap.
    let apart = |from: f64, to: f64| (to.round() - from.round()).abs();
    let steps = apart(from.0, to.0).max(apart(from.1, to.1));
    let steps = steps.min(max).max(1.0);
    let last = (dx.is_finite() && dy.is_finite()).then_some(steps as usize);
    let all = last.into_iter().flat_map(|last| 0..=last);
    all.map(move |i| {
        let t = i as f64 / steps;
        let (x, y) = (from.0 + dx * t, from.1 + dy * t);
        (x.round() as i32, y.round() as i32)
    })
}

/// Canvas of shapes over an area of the screen.
#[derive(Debug)]
pub(crate) struct Canvas {
    area: Rect,
    x: Axis,
    y: Axis,
    cells: Vec<Cell>,
    /// Whether a cell has the dots of its strongest stroke only.
    is_exclusive: bool,
}

impl Canvas {
    /// An empty canvas over `area`, whose dots reach from `x.0` on the left to `x.1` on the right and
    /// from `y.0` at the bottom to `y.1` at the top.
    pub fn new(area: Rect, x: (f64, f64), y: (f64, f64)) -> Self {
        let blank = Cell {
            dots: 0,
            strength: f32::NEG_INFINITY,
            style: Style::new(),
        };
        let last = |cells: u16, dots: f64| (f64::from(cells) * dots - 1.0).max(0.0);
        Self {
            area,
            x: Axis {
                from: x.0,
                to: x.1,
                last_dot: last(area.width, 2.0),
            },
            // Rows of dots are counted from the top.
            y: Axis {
                from: y.1,
                to: y.0,
                last_dot: last(area.height, 4.0),
            },
            cells: vec![blank; usize::from(area.width) * usize::from(area.height)],
            is_exclusive: false,
        }
    }

    /// This canvas, where weaker strokes pass behind stronger ones: a cell has the dots of its
    /// strongest stroke only.
    pub(crate) fn exclusive(self) -> Self {
        Self {
            is_exclusive: true,
            ..self
        }
    }

    /// An empty canvas over `area` with the dots themselves as coordinates: two in the width of a cell
    /// and four in its height, from the upper left.
    pub(crate) fn in_dots(area: Rect) -> Self {
        let (right, bottom) = (f64::from(area.width) * 2.0, f64::from(area.height) * 4.0);
        Self::new(area, (0.0, right - 1.0), (bottom - 1.0, 0.0))
    }

    /// First coordinates of all columns of dots.
    pub fn columns(&self) -> impl Iterator<Item = f64> + use<> {
        let (axis, last) = (self.x, self.x.last_dot as i32);
        (0..=last).map(move |dot| axis.value(dot))
    }

    /// Draws a dot. Outside of the canvas there is none.
    pub(crate) fn dot(&mut self, at: Point, stroke: &Stroke) {
        let (x, y) = (self.x.dot(at.0), self.y.dot(at.1));
        if x.is_finite() && y.is_finite() {
            self.set(x.round() as i32, y.round() as i32, stroke.strength, stroke);
        }
    }

    /// Draws a straight line. Without finite ends there is none.
    pub fn line(&mut self, from: Point, to: Point, stroke: &Stroke) {
        let from = (self.x.dot(from.0), self.y.dot(from.1));
        let to = (self.x.dot(to.0), self.y.dot(to.1));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let is_flat = dx.abs() >= dy.abs() || dy.abs() < LONG;
        for (i, (x, y)) in dots(from, to, self.reach()).enumerate() {
            if stroke.draws(i, if is_flat { x } else { y }) {
                self.set(x, y, stroke.strength, stroke);
            }
        }
    }

    /// Maximal number of dots of a line.
    fn reach(&self) -> f64 {
        self.x.last_dot.max(self.y.last_dot) * 4.0
    }

    /// Index of the cell that a dot lies in; none outside.
    fn cell(&self, x: i32, y: i32) -> Option<usize> {
        let (width, height) = (i32::from(self.area.width), i32::from(self.area.height));
        let is_inside = x >= 0 && y >= 0 && x < 2 * width && y < 4 * height;
        is_inside.then(|| (y / 4 * width + x / 2) as usize)
    }

    /// Share of the dots of a straight line that lie in blank cells; 1 without finite ends.
    pub(crate) fn free(&self, from: Point, to: Point) -> f64 {
        let from = (self.x.dot(from.0), self.y.dot(from.1));
        let to = (self.x.dot(to.0), self.y.dot(to.1));
        let (mut all, mut free) = (0, 0);
        for (x, y) in dots(from, to, self.reach()) {
            let blank = self
                .cell(x, y)
                .is_some_and(|cell| self.cells[cell].dots == 0);
            all += 1;
            free += usize::from(blank);
        }
        if all == 0 {
            1.0
        } else {
            free as f64 / all as f64
        }
    }

    fn set(&mut self, x: i32, y: i32, strength: f32, stroke: &Stroke) {
        let Some(cell) = self.cell(x, y) else {
            return;
        };
        let cell = &mut self.cells[cell];
        if self.is_exclusive && strength < cell.strength {
            return;
        }
        if self.is_exclusive && strength > cell.strength {
            cell.dots = 0;
        }
        cell.dots |= BITS[(y % 4) as usize][(x % 2) as usize];
        if strength >= cell.strength {
            cell.strength = strength;
            cell.style = stroke.style;
        }
    }

    /// Returns whether the cells of the screen in `area` have no dots.
    pub(crate) fn is_blank(&self, area: Rect) -> bool {
        let width = usize::from(self.area.width);
        area.intersection(self.area).positions().all(|at| {
            let (column, row) = (at.x - self.area.x, at.y - self.area.y);
            self.cells[usize::from(row) * width + usize::from(column)].dots == 0
        })
    }

    /// Anchor of a text at a point: the cell of the screen that the point lies in, or the nearest.
    pub(crate) fn anchor(&self, at: Point) -> (u16, u16) {
        let cell = |dot: f64, dots: f64, cells: u16| {
            (dot / dots).clamp(0.0, f64::from(cells.saturating_sub(1))) as u16
        };
        (
            self.area.x + cell(self.x.dot(at.0), 2.0, self.area.width),
            self.area.y + cell(self.y.dot(at.1), 4.0, self.area.height),
        )
    }

    /// Puts the dots into `buf`; cells without any stay as they are.
    pub fn render(&self, buf: &mut Buffer) {
        self.render_as(buf, |pattern| pattern);
    }

    /// Draws the canvas in points and colons, where many lines of half blocks would be a single blot.
    pub fn render_thin(&self, buf: &mut Buffer) {
        self.render_as(buf, points);
    }

    fn render_as(&self, buf: &mut Buffer, symbol: fn(char) -> char) {
        let width = usize::from(self.area.width).max(1);
        for (i, cell) in self.cells.iter().enumerate() {
            if cell.dots == 0 {
                continue;
            }
            let at = (
                self.area.x + (i % width) as u16,
                self.area.y + (i / width) as u16,
            );
            if let Some(target) = buf.cell_mut(at) {
                let pattern = char::from_u32(0x2800 + u32::from(cell.dots)).unwrap_or('\u{2800}');
                target.set_char(symbol(pattern)).set_style(cell.style);
            }
        }
    }
}

/// Colours of a field of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum HeatPalette {
    /// Brightness, from 0 to 1.
    Grey,
    /// Viridis, from 0 to 1.
    Heat,
    /// One colour above zero and one below, from -1 to 1.
    Signed,
}

impl HeatPalette {
    fn colour(self, theme: Theme, value: f32) -> Option<Color> {
        if !theme.has_coloured_symbols() {
            return None;
        }
        match self {
            Self::Grey => Some(theme.grey(value)),
            Self::Heat => theme.heat(value),
            Self::Signed => Some(theme.weight(value)),
        }
    }

    /// Symbol and style of a cell where colours alone cannot tell the value.
    fn shade(self, theme: Theme, upper: f32, lower: Option<f32>) -> (char, Style) {
        let mean = |lower: f32| (upper + lower) / 2.0;
        match self {
            Self::Grey => (shade(mean(lower.unwrap_or(0.0))), theme.text()),
            // Even a rare value is to be seen.
            Self::Heat => {
                let value = upper.max(lower.unwrap_or(0.0));
                let level = (value * 4.0).ceil() as usize;
                let style = theme
                    .heat(value)
                    .map_or(theme.text(), |colour| Style::new().fg(colour));
                (SHADES[level.min(SHADES.len() - 1)], style)
            }
            Self::Signed => {
                let level = mean(lower.unwrap_or(upper));
                (signed_shade(level), theme.signed(level))
            }
        }
    }
}

/// Draws a field of values into `area`, two rows of them in each row of cells. `rows` may be odd; then
/// the lower half of the last cells stays empty. `value` is given column and row.
pub(crate) fn heat_map(
    area: Rect,
    buf: &mut Buffer,
    theme: Theme,
    palette: HeatPalette,
    rows: u16,
    mut value: impl FnMut(u16, u16) -> f32,
) {
    for x in 0..area.width {
        for y in 0..area.height {
            let upper = value(x, 2 * y);
            let lower = (2 * y + 1 < rows).then(|| value(x, 2 * y + 1));
            let (symbol, style) = match palette.colour(theme, upper) {
                Some(colour) => {
                    let style = Style::new().fg(colour);
                    let lower = lower.and_then(|lower| palette.colour(theme, lower));
                    ('▀', lower.map_or(style, |lower| style.bg(lower)))
                }
                None => palette.shade(theme, upper, lower),
            };
            if let Some(cell) = buf.cell_mut((area.x + x, area.y + y)) {
                cell.set_char(symbol).set_style(style);
            }
        }
    }
}

/// Shade of a level from 0 to 1.
pub(crate) fn shade(level: f32) -> char {
    let place = (level * SHADES.len() as f32) as usize;
    SHADES[place.min(SHADES.len() - 1)]
}

/// Symbol of a signed level where there is no colour to show the sign.
fn signed_shade(level: f32) -> char {
    match level {
        level if level.is_nan() => '?',
        level if level > 0.5 => '█',
        level if level > 0.15 => '+',
        level if level < -0.5 => '≡',
        level if level < -0.15 => '-',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests;
