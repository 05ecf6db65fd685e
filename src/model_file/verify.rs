//! Verification of a saved file: it is read back and must predict the same.

use std::fmt;
use std::io;
use std::path::Path;

use ndarray::ArrayView2;

use super::{TrainedModel, formats, read};
use crate::error::{Error, Result};
use crate::nn::Architecture;
use crate::util::lang::say;

/// Maximal number of rows predicted to verify a file.
const MAX_ROWS: usize = 1000;
/// Maximal number of rows times parameters, so that verifying takes less than a second.
const MAX_WORK: u128 = 200_000_000;

/// Size and verification of a file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Result of reading it back.
    pub verification: Verification,
}

/// Result of reading a saved file back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// The file holds an equal model, whose predictions are the same, bit for bit.
    SamePredictions {
        /// Number of rows predicted.
        rows: usize,
        /// Set of the rows: `validation` or `training`.
        set: &'static str,
    },
    /// The file is for other programs, and nn-tui does not read it.
    NotReadable {
        /// Name of the format.
        format: &'static str,
    },
}

impl fmt::Display for Verification {
    /// Writes `verified: same predictions on 30 validation rows`, or why nothing was verified.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SamePredictions { rows, set } => {
                let set = match *set {
                    "validation" => say!("set-validation", "validation").to_owned(),
                    _ => say!("set-training", "training").to_owned(),
                };
                f.write_str(&if *rows == 1 {
                    say!(
                        "verified-row",
                        "verified: same predictions on 1 {set} row",
                        set
                    )
                } else {
                    say!(
                        "verified-rows",
                        "verified: same predictions on {rows} {set} rows",
                        rows,
                        set
                    )
                })
            }
            Self::NotReadable { format } => f.write_str(&say!(
                "not-verified",
                "not verified: nn-tui does not read {format} files",
                format
            )),
        }
    }
}

/// Returns the number of rows to verify a network with, 1 to 1000; fewer for large networks.
pub(crate) fn rows_to_verify(architecture: &Architecture) -> usize {
    let affordable = MAX_WORK / architecture.parameter_count().max(1);
    usize::try_from(affordable).map_or(MAX_ROWS, |rows| rows.clamp(1, MAX_ROWS))
}

/// Reads back the file at `path`, to which `model` was written, and compares it with `model`, also
/// by the predictions for `raw: (rows, columns of the preprocessing)`. `set` names these rows in
/// messages. A format that nn-tui does not read is not verified.
///
/// # Errors
/// [`Error::CannotWrite`] if the model or its predictions differ; the errors of [`load`](super::load).
pub fn verify(
    path: &Path,
    model: &TrainedModel,
    raw: ArrayView2<f32>,
    set: &'static str,
) -> Result<Verification> {
    let format = formats::for_path(path)?;
    if !format.is_readable() {
        let format = format.name;
        return Ok(Verification::NotReadable { format });
    }
    // Memory for that was set aside when the model was encoded.
    let read_back = read(path).map_err(|error| match error {
        // Its folder was deleted meanwhile.
        Error::NoSuchInput { path, .. } => Error::CannotWrite {
            path,
            cause: io::ErrorKind::NotFound.into(),
        },
        other => other,
    })?;
    let failed = |problem: &str| {
        let cause = say!(
            "verify-reading",
            "the file was written, but reading it back gives {problem}",
            problem
        );
        Err(Error::CannotWrite {
            path: path.to_owned(),
            cause: io::Error::other(cause),
        })
    };
    if read_back != *model {
        return failed(say!("verify-model", "a different model"));
    }
    let bits = |model: &TrainedModel| model.outputs(raw).mapv(f32::to_bits);
    if bits(&read_back) != bits(model) {
        return failed(say!("verify-predictions", "different predictions"));
    }
    Ok(Verification::SamePredictions {
        rows: raw.nrows(),
        set,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_was_read_back_is_called_verified() {
        let (rows, set) = (30, "validation");
        let verified = Verification::SamePredictions { rows, set };
        assert_eq!(
            verified.to_string(),
            "verified: same predictions on 30 validation rows"
        );
        let format = "ONNX";
        assert_eq!(
            Verification::NotReadable { format }.to_string(),
            "not verified: nn-tui does not read ONNX files"
        );
    }

    #[test]
    fn large_networks_are_verified_with_fewer_rows() {
        use crate::nn::{Activation, Loss, Output};
        let rows = |sizes: &[usize]| {
            let (hidden, output, loss) = (Activation::Relu, Output::Linear, Loss::Quadratic);
            let architecture = Architecture::new(sizes.to_vec(), hidden, output, loss);
            rows_to_verify(&architecture.expect("valid"))
        };
        assert_eq!(rows(&[4, 8, 3]), MAX_ROWS);
        assert_eq!(rows(&[1000, 1000, 1]), 199);
        assert_eq!(rows(&[20_000, 20_000, 1]), 1);
    }
}
