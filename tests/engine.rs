//! The fast engine: the same numbers as the textbook, nothing allocated, nothing broken by
//! numbers beyond range, the same bits each time.

#[path = "engine/allocations.rs"]
mod allocations;
#[path = "engine/common.rs"]
mod common;
#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/exponential.rs"]
mod exponential;
#[path = "engine/non_finite.rs"]
mod non_finite;
#[path = "engine/textbook.rs"]
mod textbook;
#[path = "engine/threads.rs"]
mod threads;
