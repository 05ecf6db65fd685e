//! Errors, text, numbers, statistics, random streams, memory limits, signals and background output, shared by all
//! rooms.

pub mod background;
pub mod error;
pub mod exact;
pub mod foreign;
pub mod lang;
pub mod memory;
pub mod named;
pub mod numbers;
pub mod parallel;
pub mod pick;
pub mod platform;
pub mod random;
pub mod signals;
pub mod stats;
pub mod sync;
pub mod text;
pub mod windows_1252;
