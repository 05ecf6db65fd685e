//! Grids of pictures, of incoming weights of the first layer's neurons and of errors: which of them have room, and how
//! large they are.

use std::ops::Range;

use ratatui::layout::Rect;

use super::model::Model;
use super::navigation::Navigation;
use super::training::Run;
use crate::tui::panels::{PanelId, area_of};

/// Pixels on a side below which a picture is not made smaller.
const LEGIBLE: f64 = 12.0;
/// Maximum number of cells on a side of one pixel.
const LARGEST: f64 = 4.0;
/// Lines of scrolling that are a row of pictures.
const LINES_A_ROW: u16 = 3;

/// Grid of pictures: `across` in a row, `down` rows, each below a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureGrid {
    /// Width and height of a picture in cells.
    pub picture: (u16, u16),
    /// Pictures in a row.
    pub across: usize,
    /// Rows of pictures on the screen.
    pub down: usize,
    /// The first picture on the screen.
    pub first: usize,
    pub all: usize,
}

impl PictureGrid {
    /// The grid for `all` pictures of that size in pixels, in `room` (columns and lines): all of them as large as they have room together, or else as small as is legible,
    /// scrolled by so many lines. None where not even one has room.
    pub fn new(
        room: (u16, u16),
        (width, height): (usize, usize),
        all: usize,
        scrolled: u16,
    ) -> Option<Self> {
        let grid = |scale: f64| {
            let cells = |pixels: f64| pixels.clamp(1.0, u16::MAX.into()) as u16;
            let columns = cells((width as f64 * scale).round());
            let picture = (columns, cells((height as f64 * scale / 2.0).ceil()));
            // A gap behind each, and a line with its number above.
            let across = usize::from(room.0.saturating_add(1)) / (usize::from(picture.0) + 1);
            let down = usize::from(room.1) / (usize::from(picture.1) + 1);
            Self {
                picture,
                across,
                down,
                first: 0,
                all,
            }
        };
        let is_legible = |scale: &f64| width.min(height) as f64 * scale >= LEGIBLE;
        let smaller = (1..12)
            .map(|halvings| 0.5f64.powi(halvings))
            .filter(is_legible);
        let whole = (1..=LARGEST as u8).rev().map(f64::from);
        let grids = whole.chain(smaller).map(grid);
        let grids: Vec<Self> = grids.filter(|grid| grid.across * grid.down > 0).collect();
        let all_fit = grids.iter().find(|grid| grid.across * grid.down >= all);
        let mut grid = *all_fit.or(grids.last())?;
        let row = usize::from(scrolled.div_ceil(LINES_A_ROW)).min(grid.rows_outside());
        grid.first = row * grid.across;
        Some(grid)
    }

    /// Rows of pictures that have no room.
    fn rows_outside(&self) -> usize {
        self.all.div_ceil(self.across).saturating_sub(self.down)
    }

    /// Indices of the pictures on the screen.
    pub fn shown(&self) -> Range<usize> {
        self.first..(self.first + self.across * self.down).min(self.all)
    }

    /// Place in `area` of the picture with index `place`, one of those shown, below its line of text.
    pub fn cell(&self, place: usize, area: Rect) -> Rect {
        let (width, height) = (self.picture.0 + 1, self.picture.1 + 1);
        let index = place - self.first;
        let (column, row) = ((index % self.across) as u16, (index / self.across) as u16);
        let (x, y) = (area.x + column * width, area.y + row * height);
        Rect::new(x, y, width - 1, height).intersection(area)
    }

    /// Lines to scroll by from here until the picture with index `place` is on the screen.
    pub fn lines_to(&self, place: usize) -> i16 {
        let row = |place: usize| (place / self.across) as isize;
        let (first, last) = (row(self.first), row(self.first) + self.down as isize - 1);
        let rows = (row(place) - last).max(0) + (row(place) - first).min(0);
        i16::try_from(rows.saturating_mul(LINES_A_ROW as isize)).unwrap_or(i16::MAX)
    }

    /// Lines by which the grid can be scrolled.
    pub fn end(&self) -> u16 {
        let rows = u16::try_from(self.rows_outside());
        rows.map_or(u16::MAX, |rows| rows.saturating_mul(LINES_A_ROW))
    }
}

impl Navigation {
    /// Whether the panel of the weights shows the first layer's as pictures: where rows are images,
    /// and it is alone on the screen.
    pub(crate) fn shows_pictures(&self, run: &Run) -> bool {
        self.pictures && run.data.image.is_some() && self.panels() == [PanelId::Weights]
    }

    /// The grid of the pictures in `area`.
    pub(crate) fn picture_grid(&self, area: Rect, run: &Run) -> Option<PictureGrid> {
        let neurons = *run.architecture.sizes().get(1)?;
        PictureGrid::new(
            (area.width, area.height),
            run.data.image?,
            neurons,
            self.scroll(PanelId::Weights),
        )
    }
}

impl Model {
    /// The neurons of layer 1 whose weights are shown as pictures.
    pub(crate) fn pictured_neurons(&self) -> Vec<usize> {
        if !self.navigation.shows_pictures(&self.run) {
            return Vec::new();
        }
        let area = area_of(PanelId::Weights, self);
        let grid = area.and_then(|area| self.navigation.picture_grid(area, &self.run));
        grid.map_or(Vec::new(), |grid| grid.shown().collect())
    }

    /// The grid of the images that were predicted wrong, in this area; none without images, errors or room.
    pub(crate) fn gallery(&self, area: Rect) -> Option<PictureGrid> {
        let scrolled = self.navigation.scroll(PanelId::Gallery);
        let (room, all) = ((area.width, area.height), self.errors().rows.len());
        PictureGrid::new(room, self.run.data.image?, all, scrolled).filter(|_| all > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid(
        room: (u16, u16),
        image: (usize, usize),
        all: usize,
    ) -> Option<(u16, u16, usize, usize)> {
        let grid = PictureGrid::new(room, image, all, 0)?;
        Some((grid.picture.0, grid.picture.1, grid.across, grid.down))
    }

    #[test]
    fn all_have_room_or_as_many_as_can_be_read() {
        assert_eq!(grid((118, 31), (8, 8), 16), Some((16, 8, 7, 3)));
        assert_eq!(grid((118, 31), (8, 8), 1), Some((32, 16, 3, 1)));
        assert_eq!(grid((118, 31), (28, 28), 8), Some((28, 14, 4, 2)));
        assert_eq!(grid((118, 31), (28, 28), 30), Some((14, 7, 7, 3)));
        assert_eq!(grid((78, 19), (28, 28), 1000), Some((14, 7, 5, 2)));
        assert_eq!(grid((10, 3), (28, 28), 30), None);
    }

    proptest! {
        #[test]
        fn every_neuron_is_reached_and_none_that_there_is_not(
            room in (0u16..300, 0u16..100),
            image in (1usize..2000, 1usize..2000),
            all in 1usize..3000,
        ) {
            let grid = |scrolled| PictureGrid::new(room, image, all, scrolled);
            if grid(0).is_some() {
                let mut next = 0;
                for scrolled in (0..9999).step_by(LINES_A_ROW.into()) {
                    let neurons = grid(scrolled).expect("as before").shown();
                    prop_assert!(!neurons.is_empty() && neurons.end <= all);
                    prop_assert!(neurons.start <= next, "none is skipped");
                    next = next.max(neurons.end);
                    if next == all {
                        break;
                    }
                }
                prop_assert_eq!(next, all);
            }
        }
    }
}
