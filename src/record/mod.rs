//! Reports of a run, as text for people and as JSON for programs.

pub(crate) mod gradients;
pub(crate) mod json;
pub(crate) mod text;

use crate::error::{EXIT_FAILED, Error, Result};
use crate::train::Divergence;

/// Why a training ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// Its epochs are done.
    Epochs,
    /// A signal of this number came.
    Signal(i32),
    /// A number was not finite.
    Diverged(Divergence),
    /// Back-propagation is wrong, and where.
    WrongGradients(String),
    /// The training code panicked, with this message.
    Failed(String),
    /// The reader of standard output has gone.
    ReaderGone,
}

impl End {
    /// The word for it in the JSON.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Epochs => "epochs",
            Self::Signal(_) => "signal",
            Self::Diverged(_) => "diverged",
            Self::WrongGradients(_) => "gradients",
            Self::Failed(_) => "failed",
            Self::ReaderGone => "reader-gone",
        }
    }

    /// Exit code, or the error that the run ends with.
    pub(crate) fn result(&self) -> Result<u8> {
        match self {
            Self::Epochs | Self::ReaderGone => Ok(0),
            Self::Signal(signal) => Ok(u8::try_from(128 + signal).unwrap_or(EXIT_FAILED)),
            Self::Diverged(divergence) => Err(Error::Diverged(divergence.to_string())),
            Self::WrongGradients(message) => Err(Error::Gradients(message.clone())),
            Self::Failed(message) => Err(Error::Worker(message.clone())),
        }
    }
}
