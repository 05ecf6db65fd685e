//! What a file for other programs says about the model in it.

use super::{Quality, TrainedModel};
use crate::data::Task;

/// Where `model` came from and how good it is, a sentence a line. All names in it are safe to show
/// and hold no line break.
pub(super) fn about(model: &TrainedModel) -> Vec<String> {
    let record = &model.training;
    let what = match &model.task {
        Task::Classification { classes } => format!(
            "Predicts which of {} classes of \"{}\" a row belongs to.",
            classes.len(),
            model.target
        ),
        Task::Regression(_) => format!("Predicts the number \"{}\" of a row.", model.target),
    };
    let from = format!(
        "Written by nn-tui {}: a network {}, trained on {} rows of {} for {} epochs, seed {}.",
        env!("CARGO_PKG_VERSION"),
        model.architecture,
        record.training_rows,
        record.data,
        record.epochs,
        record.seed,
    );
    let (rows, kind, quality) = match &record.validation {
        Some(quality) => (record.validation_rows, "validation", quality),
        None => (record.training_rows, "training", &record.training),
    };
    let quality = how_good(quality).map(|good| format!("On the {rows} {kind} rows {good}."));
    let start = record.started_as.as_ref().map(|start| {
        format!("It started as a network {start}, and was changed while it was trained.")
    });
    [Some(what), Some(from), start, quality]
        .into_iter()
        .flatten()
        .collect()
}

fn how_good(quality: &Quality) -> Option<String> {
    if let Some(accuracy) = quality.accuracy {
        return Some(format!("it has {:.1} % right", 100.0 * accuracy));
    }
    let errors = quality.errors?;
    Some(format!(
        "its mean absolute error is {:.4}, its root mean squared error {:.4}, its R2 {:.4}",
        errors.mae, errors.rmse, errors.r2
    ))
}
