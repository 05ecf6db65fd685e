//! Parts that several panels draw with: panes, canvas, axes, overlays.

pub(crate) mod ascii;
pub(crate) mod axes;
pub(crate) mod blocks;
pub(crate) mod canvas;
pub(crate) mod notation;
pub(crate) mod overlay;
pub(crate) mod pane;
pub(crate) mod picture;
pub(crate) mod table;
