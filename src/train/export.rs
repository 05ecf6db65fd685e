//! From a session to a model that can be saved.

use super::Session;
use crate::model_file::{TrainedModel, TrainingRecord};

/// The network of `session` as it is, or as it was last good, with its record and its scores.
/// Nothing in it depends on time, so the same training gives the same file.
pub(super) fn trained_model(session: &mut Session) -> TrainedModel {
    let (parameters, position) = session.good_parameters();
    let evaluation = session.evaluate_parameters(&parameters);
    let (plan, data) = (session.plan(), session.data());
    let finite = |loss: f64| loss.is_finite().then_some(loss);
    let training = TrainingRecord {
        data: data.name.clone(),
        training_rows: data.training.labels.len(),
        validation_rows: data.validation.labels.len(),
        validation_fraction: plan.validation,
        seed: plan.seed,
        initialisation: plan.initialisation,
        rule: plan.rule,
        batch: plan.batch,
        epochs: position.epoch,
        steps: position.step,
        changes: session.log().to_vec(),
        training_loss: finite(evaluation.training.loss),
        training_accuracy: evaluation.training.accuracy,
        validation_loss: evaluation.validation.and_then(|scores| finite(scores.loss)),
        validation_accuracy: evaluation.validation.map(|scores| scores.accuracy),
    };
    TrainedModel {
        architecture: session.architecture().clone(),
        parameters,
        preprocessing: data.preprocessing.clone(),
        target: data.target_name.clone(),
        classes: data.class_names.clone(),
        training,
    }
}
