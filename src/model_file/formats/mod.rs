//! Export formats, one file each.

pub(crate) mod code;
pub(crate) mod json;
pub(crate) mod npy;
pub(crate) mod npz;
pub(crate) mod onnx;
pub(crate) mod safetensors;
pub(crate) mod zip;
