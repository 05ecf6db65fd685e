//! Text, numbers, statistics, random streams and memory limits, shared by all rooms.

pub(crate) mod memory;
pub mod random;
pub mod stats;
pub mod text;
