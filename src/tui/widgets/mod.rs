//! Parts that several panels draw with: canvas, axes, overlays.

pub(crate) mod ascii;
pub(crate) mod canvas;
pub(crate) mod chart_axes;
pub(crate) mod chart_scale;
pub(crate) mod notation;
pub(crate) mod overlay;
pub(crate) mod pane;
pub(crate) mod panel;
pub(crate) mod picture;
pub(crate) mod plot;
pub(crate) mod sparkbars;
pub(crate) mod table;
