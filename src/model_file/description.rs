//! Description of a model in files for other programs.

use super::{Quality, TrainedModel};
use crate::data::Task;
use crate::util::lang::in_english;
use crate::util::numbers::{counted, score};
use crate::util::text::sanitise;

/// Describes purpose, origin and scores of `model` in lines of one sentence each. Line breaks and
/// other control characters in names are escaped. In English, for other programs.
pub(super) fn description(model: &TrainedModel) -> Vec<String> {
    in_english(|| sentences(model))
}

fn sentences(model: &TrainedModel) -> Vec<String> {
    let record = &model.training;
    let what = match &model.task {
        Task::Classification { classes } => format!(
            "Predicts \"{1}\", one of {0} classes.",
            classes.len(),
            sanitise(&model.target)
        ),
        Task::Regression(_) => {
            format!("Predicts the number \"{}\".", sanitise(&model.target))
        }
    };
    let from = format!(
        "Written by nn-tui {}: a network {}, trained on {} of {} for {}, seed {}.",
        env!("CARGO_PKG_VERSION"),
        model.architecture,
        counted(record.training_rows as u64, "row"),
        sanitise(&record.data),
        counted(record.epochs, "epoch"),
        record.seed,
    );
    let base = record
        .started_from
        .as_ref()
        .map(|weights| format!("Training started from the weights of another model ({weights})."));
    let (rows, set, quality) = match &record.validation {
        Some(quality) => (record.validation_rows, "validation", quality),
        None => (record.training_rows, "training", &record.training),
    };
    let quality = scores(quality).map(|scores| format!("On the {rows} {set} rows: {scores}."));
    let start = record.started_as.as_ref().map(|start| {
        format!("Training started with a network {start}, which was changed on the way.")
    });
    [Some(what), Some(from), base, start, quality]
        .into_iter()
        .flatten()
        .collect()
}

fn scores(quality: &Quality) -> Option<String> {
    if let Some(accuracy) = quality.accuracy {
        return Some(format!("accuracy {:.1}%", 100.0 * accuracy));
    }
    let errors = quality.errors?;
    Some(format!(
        "mean absolute error {}, root mean squared error {}, R2 {}",
        score(errors.mae, 4),
        score(errors.rmse, 4),
        score(errors.r2, 4)
    ))
}
