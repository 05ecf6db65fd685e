//! Panels of the screen, one file each.

pub(crate) mod activations;
pub(crate) mod chart;
pub(crate) mod columns;
pub(crate) mod confusion;
pub(crate) mod data;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod inspector;
pub(crate) mod loading;
pub(crate) mod network;
pub(crate) mod pictures;
pub(crate) mod rows;
pub(crate) mod sample;
pub(crate) mod scatter;
pub(crate) mod weights;
