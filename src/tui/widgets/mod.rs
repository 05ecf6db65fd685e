//! Parts that several panels draw with: panes, canvas, axes, popups.

pub(crate) mod ascii;
mod axes;
mod blocks;
mod canvas;
mod listing;
mod notation;
pub(crate) mod overlay;
mod pane;
mod picture;
mod table;
pub(crate) mod wide;

pub(crate) use axes::{GUTTER, Mark, axes, marks_at, plot_area, round_marks, whole_marks};
pub(crate) use blocks::{bar, bars, histogram};
pub(crate) use canvas::{Canvas, Dash, HeatPalette, Point, Stroke, heat_map, shade};
pub(crate) use listing::{Column, Listing};
pub(crate) use notation::{Index, Notation};
pub(crate) use pane::{Pane, Title, cut};
pub(crate) use picture::{Picture, covered, fitted};
pub(crate) use table::fitting;
