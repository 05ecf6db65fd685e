//! A row of pixels as the picture it is: two pixels a cell, or one shade where there is no colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::{HeatPalette, heat_map};
use crate::data::{Encoding, Preprocessing, Samples};
use crate::tui::theme::Theme;

/// Cells of the side of one pixel at most: larger ones say no more.
const LARGEST: f64 = 4.0;

/// A picture in shades of grey, or of two colours.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Pixels in a row, and rows.
    size: (usize, usize),
    /// Brightness from 0 to 1, or signed levels from -1 to 1, row by row.
    levels: Vec<f32>,
}

impl Picture {
    /// A picture of `size` (width, height), all dark but for the `pixels` (place, brightness).
    /// Places outside it are left out.
    pub fn new(size: (usize, usize), pixels: impl IntoIterator<Item = (usize, f32)>) -> Self {
        let mut levels = vec![0.0; size.0 * size.1];
        for (place, level) in pixels {
            if let Some(pixel) = levels.get_mut(place) {
                *pixel = level;
            }
        }
        Self { size, levels }
    }

    /// The picture of `row` of `samples`, whose pixels are columns of the table: white is the
    /// brightest there may be.
    pub fn of_row(
        size: (usize, usize),
        samples: &Samples,
        preprocessing: &Preprocessing,
        row: usize,
    ) -> Self {
        let columns = &preprocessing.columns;
        let brightest = columns.iter().map(|column| match column.encoding {
            Encoding::Numeric { max, .. } => max,
            _ => 0.0,
        });
        let brightest = brightest.fold(f32::MIN_POSITIVE, f32::max);
        let raw = samples.raw_row(row);
        let level = |raw: f32| if raw.is_nan() { 0.0 } else { raw / brightest };
        let pixels = columns.iter().zip(&raw);
        Self::new(
            size,
            pixels.map(|(column, &raw)| (column.column, level(raw))),
        )
    }

    /// Draws the picture into the whole of `area`, which is [`fitted`] to its size.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: Theme, palette: HeatPalette) {
        let rows = drawn_rows(self.size, area);
        let value = |x, row| self.level(x, row, (area.width, rows));
        heat_map(area, buf, theme, palette, rows, value);
    }

    /// Mean brightness of what pixel (`x`, `y`) of a picture of `drawn` pixels covers of this one.
    fn level(&self, x: u16, y: u16, drawn: (u16, u16)) -> f32 {
        let (width, height) = self.size;
        let (mut sum, mut area) = (0.0, 0.0);
        for (row, high) in covered(y.into(), drawn.1.into(), height) {
            for (column, wide) in covered(x.into(), drawn.0.into(), width) {
                let level = f64::from(self.levels[row * width + column]);
                sum += level * high * wide;
                area += high * wide;
            }
        }
        (sum / area) as f32
    }
}

/// Returns which of `all` equal pieces of a length the part `index` of `parts` covers, and how much of
/// each.
pub(crate) fn covered(
    index: usize,
    parts: usize,
    all: usize,
) -> impl Iterator<Item = (usize, f64)> {
    let length = all as f64 / parts.max(1) as f64;
    let (from, to) = (index as f64 * length, (index + 1) as f64 * length);
    let pieces = (from as usize..(to.ceil() as usize).min(all)).map(move |piece| {
        let share = to.min(piece as f64 + 1.0) - from.max(piece as f64);
        (piece, share)
    });
    // Rounding may leave a hair of the piece behind the last one.
    pieces.filter(|&(_, share)| share > 1e-9)
}

/// Width and height in cells of a picture of `size` pixels that fills `columns` by `rows` cells as
/// far as its shape and whole pixels allow; none where it would not be recognised.
pub(crate) fn fitted(size: (usize, usize), columns: u16, rows: u16) -> Option<(u16, u16)> {
    let (width, height) = (size.0 as f64, size.1 as f64);
    let scale = (f64::from(columns) / width).min(2.0 * f64::from(rows) / height);
    let scale = if scale >= 1.0 { scale.floor() } else { scale }.min(LARGEST);
    let drawn = ((width * scale).round(), (height * scale).round());
    // A few pixels less than there are can still be read, very few can't.
    let is_readable = drawn.0 >= width.min(12.0) && drawn.1 >= height.min(12.0);
    is_readable.then_some((drawn.0 as u16, (drawn.1 as u16).div_ceil(2)))
}

/// Rows of pixels that a picture of `size` has in `area`.
fn drawn_rows(size: (usize, usize), area: Rect) -> u16 {
    let scale = f64::from(area.width) / size.0.max(1) as f64;
    let rows = (size.1 as f64 * scale).round() as u16;
    rows.clamp(1, (2 * area.height).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    fn drawn(picture: &Picture, width: u16, height: u16, theme: Theme) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        picture.render(area, &mut buf, theme, HeatPalette::Grey);
        buf
    }

    #[test]
    fn without_colour_there_are_shades() {
        let picture = Picture::new((2, 2), [(0, 1.0), (2, 1.0), (3, 0.9)]);
        let buf = drawn(&picture, 2, 1, Theme::new(Depth::None));
        let symbols: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(symbols, "█▒");
    }

    #[test]
    fn signs_can_be_told_with_colours_and_without() {
        let picture = Picture::new((2, 2), [(0, 1.0), (1, -1.0), (2, 1.0), (3, -1.0)]);
        let draw = |theme: Theme| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
            picture.render(buf.area, &mut buf, theme, HeatPalette::Signed);
            buf
        };
        let theme = Theme::new(Depth::True);
        let coloured = draw(theme);
        assert_eq!(Some(coloured[(0, 0)].fg), theme.signed(1.0).fg);
        assert_eq!(Some(coloured[(1, 0)].fg), theme.signed(-1.0).fg);
        let plain = draw(Theme::new(Depth::None));
        assert_eq!((plain[(0, 0)].symbol(), plain[(1, 0)].symbol()), ("█", "≡"));
    }

    #[test]
    fn smaller_pictures_are_means_and_larger_ones_repeat() {
        let picture = Picture::new((4, 4), (0..4).map(|i| (i, 1.0)));
        assert_eq!(picture.level(0, 0, (2, 2)), 0.5);
        assert_eq!(picture.level(1, 1, (2, 2)), 0.0);
        assert_eq!(picture.level(7, 1, (8, 8)), 1.0);
        assert!((picture.level(0, 0, (3, 3)) - 0.75).abs() < 1e-6);
    }

    #[test]
    fn pictures_keep_their_shape() {
        assert_eq!(fitted((28, 28), 100, 14), Some((28, 14)));
        assert_eq!(fitted((28, 28), 100, 40), Some((56, 28)));
        assert_eq!(fitted((28, 28), 18, 40), Some((18, 9)));
        assert_eq!(fitted((28, 28), 8, 40), None);
        assert_eq!(fitted((8, 8), 200, 200), Some((32, 16)));
        assert_eq!(fitted((3, 5), 3, 3), Some((3, 3)));
        assert_eq!(fitted((28, 28), 0, 0), None);
    }
}
