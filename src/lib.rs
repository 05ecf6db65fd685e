//! A feed-forward neural network, built from the principle up, and a terminal screen that shows
//! it learning.

pub mod app;
pub mod cli;
pub mod data;
pub mod error;
pub mod headless;
mod memory;
pub mod model_file;
pub mod nn;
pub mod random;
pub mod stats;
pub mod text;
pub mod train;
pub mod ui;
