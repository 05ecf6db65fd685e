//! End of a run.

use std::path::PathBuf;

use super::gradients;
use crate::error::{EXIT_FAILED, Error, Result};
use crate::model_file::Saved;
use crate::nn::gradient_check::Checked;
use crate::train::{
    BestEpoch, Divergence, Evaluation, Event, Importances, Limit, Position, Refitted,
};
use crate::util::lang::say;

/// Model saved during a run.
#[derive(Debug, Clone)]
pub(crate) struct SavedModel {
    pub path: PathBuf,
    pub saved: Saved,
    /// The best epoch, if the model has its weights.
    pub best: Option<BestEpoch>,
}

/// Outcome of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    pub end: End,
    pub position: Position,
    /// Seconds since the start of the run.
    pub seconds: f64,
    /// Scores of the final parameters, if they were evaluated.
    pub evaluation: Option<Evaluation>,
    /// The best epoch, if the scores are those of its parameters.
    pub best: Option<BestEpoch>,
    /// The best epoch so far.
    pub best_so_far: Option<BestEpoch>,
    /// Importance of the columns for those parameters, if it was measured.
    pub importances: Option<Importances>,
    /// The training after the run.
    pub refit: Option<Refitted>,
    /// Models saved during the run, oldest first, each path once.
    pub saved: Vec<SavedModel>,
}

impl Summary {
    pub fn new() -> Self {
        Self {
            end: End::Failed(say!("thread-gone", "the training thread ended unexpectedly").into()),
            position: Position::default(),
            seconds: 0.0,
            evaluation: None,
            best: None,
            best_so_far: None,
            importances: None,
            refit: None,
            saved: Vec::new(),
        }
    }

    /// Updates position, scores and saved models after `event`.
    pub fn update(&mut self, event: &Event) {
        let position = match event {
            Event::Started(started) => Some(started.position()),
            Event::Progress(progress) => Some(progress.position),
            Event::State { position, .. }
            | Event::Evaluated { position, .. }
            | Event::Found { position, .. } => Some(*position),
            Event::Changed { now, .. } => Some(now.position),
            _ => None,
        };
        if let Some(position) = position
            && (position != self.position || matches!(event, Event::Changed { .. }))
        {
            self.position = position;
            (self.evaluation, self.best, self.importances) = (None, None, None);
        }
        match event {
            Event::Started(_) | Event::Changed { .. } => self.best_so_far = None,
            Event::Progress(progress) => self.best_so_far = progress.best,
            Event::Evaluated {
                best, evaluation, ..
            } => {
                self.evaluation = Some((**evaluation).clone());
                self.best = *best;
            }
            Event::ImportanceMeasured(importances) => {
                self.importances = Some((**importances).clone());
            }
            // Its file may be gone, with its folder.
            Event::Refitted(Err(_)) => self.saved.retain(|model| model.path.exists()),
            Event::Refitted(Ok(refitted)) => {
                if let Some((path, saved)) = &refitted.saved {
                    self.add_saved(path.clone(), *saved, None);
                }
                self.refit = Some((**refitted).clone());
            }
            Event::Exported {
                path,
                result: Ok(saved),
                best,
                ..
            } => {
                self.add_saved(path.clone(), *saved, *best);
            }
            _ => {}
        }
    }

    fn add_saved(&mut self, path: PathBuf, saved: Saved, best: Option<BestEpoch>) {
        self.saved.retain(|other| other.path != path);
        self.saved.push(SavedModel { path, saved, best });
    }
}

/// Reason why a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// A limit is reached.
    Finished(Limit),
    /// The user quit.
    Quit,
    /// A signal of this number arrived.
    Signal(i32),
    /// A number was not finite.
    Diverged(Divergence),
    /// A gradient check failed, at this gradient.
    WrongGradients(Checked),
    /// The training code panicked, with this message.
    Failed(String),
    /// The reader of standard output has gone.
    ReaderGone,
}

impl End {
    /// `reason` in the JSON.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Finished(Limit::Epochs) => "epochs",
            Self::Finished(Limit::Patience(_)) => "patience",
            Self::Finished(Limit::Time(_)) => "time-limit",
            Self::Quit => "quit",
            Self::Signal(_) => "signal",
            Self::Diverged(_) => "diverged",
            Self::WrongGradients(_) => "gradients",
            Self::Failed(_) => "failed",
            Self::ReaderGone => "reader-gone",
        }
    }

    /// Returns the exit code, or the error that the run ends with.
    pub fn result(&self) -> Result<u8> {
        match self {
            Self::Finished(_) | Self::Quit | Self::ReaderGone => Ok(0),
            Self::Signal(signal) => Ok(u8::try_from(128 + signal).unwrap_or(EXIT_FAILED)),
            Self::Diverged(divergence) => Err(Error::Diverged(divergence.to_string())),
            Self::WrongGradients(worst) => Err(Error::Gradients(gradients::failure(worst))),
            Self::Failed(message) => Err(Error::Worker(message.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_exit_code() {
        for (end, code) in [
            (End::Finished(Limit::Epochs), 0),
            (End::Finished(Limit::Patience(50)), 0),
            (End::Quit, 0),
            (End::ReaderGone, 0),
            (End::Signal(2), 130),
            (End::Signal(15), 143),
        ] {
            assert_eq!(end.result().expect("no error"), code, "{end:?}");
        }
        let failed = End::Failed("why".into()).result().expect_err("an error");
        assert_eq!(failed.exit_code(), EXIT_FAILED);
    }
}
