//! A feed-forward neural network, built from the principle up, and a terminal screen that shows
//! it learning.

pub mod cli;
pub mod data;
pub mod error;
pub mod model_file;
pub mod nn;
pub mod record;
pub mod settings;
pub mod train;
pub mod tui;
pub mod util;
