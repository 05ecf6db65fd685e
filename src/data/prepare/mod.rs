//! From typed columns to training rows: split, scaling, one-hot encoding, samples.

pub(crate) mod encoding;
pub(crate) mod held_out;
pub(crate) mod lags;
pub(crate) mod prepared;
pub(crate) mod preprocessing;
pub(crate) mod samples;
pub(crate) mod scaler;
pub(crate) mod single_output;
pub(crate) mod split;
