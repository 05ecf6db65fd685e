//! Statistics of bounded size: histograms on a common axis, and series of limited length.

pub mod histogram;
pub mod series;

pub use histogram::Histogram;
pub use series::{Bounded, Merge, MinMaxLast};
