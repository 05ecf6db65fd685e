//! The fast engine: the same numbers as the textbook, nothing allocated, nothing broken by
//! numbers beyond range, the same bits each time.

mod allocations;
mod common;
mod determinism;
mod exponential;
mod non_finite;
mod textbook;
mod threads;
