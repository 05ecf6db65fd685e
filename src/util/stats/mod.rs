//! Statistics of bounded size: histograms on a common axis, and series of limited length with their
//! range and moving average.

pub mod histogram;
mod robust;
pub mod series;
mod smoothing;

pub use histogram::Histogram;
pub(crate) use robust::robust_range;
pub use series::{Bounded, Merge, MinMaxLast};
pub(crate) use smoothing::MovingAverage;
