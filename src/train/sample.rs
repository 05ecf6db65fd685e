//! Names of rows.

use crate::data::{Prepared, Samples};

/// Part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Rows that the network learns from.
    Training,
    /// Rows that the network is only measured on.
    Validation,
}

/// One row of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleId {
    /// Part of the data.
    pub set: Set,
    /// Index in that part, from 0.
    pub index: usize,
}

impl SampleId {
    /// The part of `data` that the row is in.
    pub fn samples(self, data: &Prepared) -> &Samples {
        match self.set {
            Set::Training => &data.training,
            Set::Validation => &data.validation,
        }
    }
}
