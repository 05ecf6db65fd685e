//! Text, numbers, statistics, random streams, memory limits and signals, shared by all rooms.

pub(crate) mod memory;
pub mod numbers;
pub(crate) mod pick;
pub mod random;
pub(crate) mod signals;
pub mod stats;
pub mod text;
