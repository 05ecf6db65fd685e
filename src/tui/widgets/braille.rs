//! A canvas of braille dots, two across and four down in each cell, where the stronger stroke
//! gives a cell its style.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Bits of the eight dots of a braille character by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

#[derive(Debug, Clone, Copy)]
struct Cell {
    pattern: u8,
    strength: f32,
    style: Style,
}

/// Dots over an area of the screen.
#[derive(Debug)]
pub struct Dots {
    area: Rect,
    cells: Vec<Cell>,
}

/// How a stroke looks.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    /// Style of the cells it runs through.
    pub style: Style,
    /// Where strokes meet, the strongest one's style is shown.
    pub strength: f32,
    /// Dots drawn and left out by turns; no gap for a whole line.
    pub dash: (u16, u16),
}

impl Stroke {
    /// A whole line.
    #[cfg(test)]
    pub fn solid(style: Style, strength: f32) -> Self {
        Self {
            style,
            strength,
            dash: (1, 0),
        }
    }

    fn draws(&self, dot: usize) -> bool {
        let period = usize::from(self.dash.0 + self.dash.1).max(1);
        dot % period < usize::from(self.dash.0)
    }
}

impl Dots {
    /// An empty canvas over `area`.
    pub fn new(area: Rect) -> Self {
        let blank = Cell {
            pattern: 0,
            strength: f32::NEG_INFINITY,
            style: Style::new(),
        };
        Self {
            area,
            cells: vec![blank; usize::from(area.width) * usize::from(area.height)],
        }
    }

    /// Dots across.
    pub fn width(&self) -> i32 {
        i32::from(self.area.width) * 2
    }

    /// Dots down.
    pub fn height(&self) -> i32 {
        i32::from(self.area.height) * 4
    }

    /// Sets the dot at column `x` and row `y`, counted from the upper left; outside of the canvas
    /// there is nothing to set.
    pub fn set(&mut self, x: i32, y: i32, stroke: &Stroke) {
        if x < 0 || y < 0 || x >= self.width() || y >= self.height() {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        let cell = &mut self.cells[y / 4 * usize::from(self.area.width) + x / 2];
        cell.pattern |= BITS[y % 4][x % 2];
        if stroke.strength >= cell.strength {
            cell.strength = stroke.strength;
            cell.style = stroke.style;
        }
    }

    /// Draws a straight line between two points in dots.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &Stroke) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        if !(dx.is_finite() && dy.is_finite()) {
            return;
        }
        let reach = f64::from(self.width().max(self.height()) * 4);
        let steps = dx.abs().max(dy.abs()).round().min(reach).max(1.0);
        for i in 0..=steps as usize {
            if stroke.draws(i) {
                let t = i as f64 / steps;
                let (x, y) = (from.0 + dx * t, from.1 + dy * t);
                self.set(x.round() as i32, y.round() as i32, stroke);
            }
        }
    }

    /// Puts the dots into `buf`; cells without dots stay as they are.
    pub fn render(&self, buf: &mut Buffer) {
        let width = usize::from(self.area.width).max(1);
        for (i, cell) in self.cells.iter().enumerate() {
            if cell.pattern == 0 {
                continue;
            }
            let position = (
                self.area.x + (i % width) as u16,
                self.area.y + (i / width) as u16,
            );
            if let Some(target) = buf.cell_mut(position) {
                let dots = char::from_u32(0x2800 + u32::from(cell.pattern)).unwrap_or(' ');
                target.set_char(dots).set_style(cell.style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(draw: impl Fn(&mut Dots)) -> String {
        let area = Rect::new(0, 0, 3, 1);
        let mut dots = Dots::new(area);
        draw(&mut dots);
        let mut buf = Buffer::empty(area);
        dots.render(&mut buf);
        buf.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn lines_run_from_end_to_end() {
        let solid = Stroke::solid(Style::new(), 1.0);
        assert_eq!(drawn(|d| d.line((0.0, 0.0), (5.0, 0.0), &solid)), "⠉⠉⠉");
        assert_eq!(drawn(|d| d.line((0.0, 3.0), (5.0, 3.0), &solid)), "⣀⣀⣀");
        let dashed = Stroke {
            dash: (1, 1),
            ..solid
        };
        assert_eq!(drawn(|d| d.line((0.0, 0.0), (5.0, 0.0), &dashed)), "⠁⠁⠁");
    }

    #[test]
    fn what_lies_outside_is_not_drawn() {
        let solid = Stroke::solid(Style::new(), 1.0);
        let nowhere = drawn(|d| {
            d.line((-9.0, -9.0), (-1.0, -1.0), &solid);
            d.line((f64::NAN, 0.0), (1.0, 1.0), &solid);
            d.set(6, 0, &solid);
            d.set(0, 4, &solid);
        });
        assert_eq!(nowhere, "   ");
    }
}
