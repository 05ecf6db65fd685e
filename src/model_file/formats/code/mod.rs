//! Source code that predicts, one file without dependencies.

mod python;
mod rust;
mod rust_parts;

use super::Format;
use crate::model_file::TrainedModel;

/// Module and command-line program for Python 3.
pub(super) struct Python;

impl Format for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn extension(&self) -> &'static str {
        "py"
    }

    fn description(&self) -> &'static str {
        "Python 3 source code, without dependencies"
    }

    fn encode(&self, model: &TrainedModel) -> Result<Vec<u8>, String> {
        python::encode(model)
    }
}

/// Module for Rust that needs only `core`.
pub(super) struct Rust;

impl Format for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn extension(&self) -> &'static str {
        "rs"
    }

    fn description(&self) -> &'static str {
        "Rust source code, without dependencies"
    }

    fn encode(&self, model: &TrainedModel) -> Result<Vec<u8>, String> {
        rust::encode(model)
    }
}

/// Joins numbers with commas, each in the fewest digits that read back as the same f32.
fn list<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|x| format!("{x:?}")).collect();
    numbers.join(", ")
}
