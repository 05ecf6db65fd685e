//! Text, numbers, statistics, random streams, memory limits, signals and background output, shared by all rooms.

pub(crate) mod background;
pub(crate) mod exact;
pub(crate) mod foreign;
pub mod lang;
pub(crate) mod memory;
pub(crate) mod named;
pub mod numbers;
pub(crate) mod parallel;
pub(crate) mod pick;
pub(crate) mod platform;
pub mod random;
pub(crate) mod signals;
pub mod stats;
pub mod text;
pub(crate) mod windows_1252;
