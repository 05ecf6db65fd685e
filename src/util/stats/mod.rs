//! Small statistics that never grow: histograms with a common axis and series of bounded length.

pub mod histogram;
pub mod series;

pub use histogram::Histogram;
pub use series::{Bounded, Merge, MinMaxLast};
