//! From a session to a model that can be saved.

use std::path::Path;

use ndarray::Array2;

use super::{Scores, Session};
use crate::data::Samples;
use crate::error::Result;
use crate::model_file::{
    EndedWith, MOST_ROWS_CHECKED, Quality, Saved, TrainedModel, TrainingRecord, check_saved, save,
};

/// Writes the network of `session` to `path`, reads it back and predicts the validation rows with
/// it, or the training rows where there are no others.
///
/// # Errors
/// Those of [`save`] and [`check_saved`].
pub(super) fn saved(session: &mut Session, path: &Path, replace: bool) -> Result<Saved> {
    let model = trained_model(session);
    let bytes = save(path, &model, replace)?;
    let data = session.data();
    let (rows, kind) = if data.validation.is_empty() {
        (&data.training, "training")
    } else {
        (&data.validation, "validation")
    };
    let check = check_saved(path, &model, some_of(rows).view(), kind)?;
    Ok(Saved { bytes, check })
}

/// Raw values of some rows, evenly chosen: `(rows, columns of the preprocessing)`.
fn some_of(rows: &Samples) -> Array2<f32> {
    let step = rows.rows().div_ceil(MOST_ROWS_CHECKED).max(1);
    let chosen = (0..rows.rows()).step_by(step).map(|row| rows.raw_row(row));
    let chosen: Vec<_> = chosen.collect();
    let columns = chosen.first().map_or(0, |row| row.len());
    Array2::from_shape_fn((chosen.len(), columns), |(row, column)| chosen[row][column])
}

/// The network of `session` as it is, or as it was last good, with its record and its scores.
/// Nothing in it depends on time, so the same training gives the same file.
fn trained_model(session: &mut Session) -> TrainedModel {
    let (parameters, position) = session.good_parameters();
    let evaluation = session.evaluate_parameters(&parameters);
    let (plan, now, data) = (session.plan(), session.plan_in_force(), session.data());
    let started_as = plan.architecture(data.preprocessing.inputs(), data.output_names.len());
    let started_as = started_as.ok();
    let training = TrainingRecord {
        data: data.name.clone(),
        training_rows: data.training.rows(),
        validation_rows: data.validation.rows(),
        validation_fraction: plan.validation,
        seed: plan.seed,
        initialisation: plan.initialisation,
        rule: plan.rule,
        batch: plan.batch.get(),
        class_weights: plan.class_weights,
        epochs: position.epoch,
        steps: position.step,
        changes: session.log().to_vec(),
        started_as: started_as.filter(|start| start != session.architecture()),
        ended_with: ((now.rule, now.batch) != (plan.rule, plan.batch)).then_some(EndedWith {
            rule: now.rule,
            batch: now.batch.get(),
        }),
        training: recorded(evaluation.training),
        validation: evaluation.validation.map(recorded),
    };
    TrainedModel {
        architecture: session.architecture().clone(),
        parameters,
        preprocessing: (*data.preprocessing).clone(),
        target: data.target_name.clone(),
        task: data.task.clone(),
        training,
    }
}

/// `scores` without what is not finite.
fn recorded(scores: Scores) -> Quality {
    let finite = |number: f64| number.is_finite().then_some(number);
    let are_finite =
        |it: &crate::data::Errors| [it.mae, it.rmse, it.r2].iter().all(|x| x.is_finite());
    Quality {
        loss: finite(scores.loss),
        accuracy: finite(scores.accuracy),
        errors: scores.errors.filter(are_finite),
    }
}
