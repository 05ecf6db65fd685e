//! Statistics of bounded size: histograms on a common axis, principal components, and series of limited length with
//! their range and moving average.

pub mod buckets;
pub mod components;
pub mod histogram;
mod mean;
mod robust;
pub mod series;
mod smoothing;

pub use buckets::Buckets;
pub use components::Components;
pub use histogram::Histogram;
pub use mean::{mean, mean_and_deviation, standard_error};
pub use robust::robust_range;
pub use series::{Bounded, Merge, MinMaxLast};
pub use smoothing::MovingAverage;
