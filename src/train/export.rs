//! From a session to a model that can be saved.

use super::{Scores, Session};
use crate::model_file::{Quality, TrainedModel, TrainingRecord};

/// The network of `session` as it is, or as it was last good, with its record and its scores.
/// Nothing in it depends on time, so the same training gives the same file.
pub(super) fn trained_model(session: &mut Session) -> TrainedModel {
    let (parameters, position) = session.good_parameters();
    let evaluation = session.evaluate_parameters(&parameters);
    let (plan, data) = (session.plan(), session.data());
    let training = TrainingRecord {
        data: data.name.clone(),
        training_rows: data.training.rows(),
        validation_rows: data.validation.rows(),
        validation_fraction: plan.validation,
        seed: plan.seed,
        initialisation: plan.initialisation,
        rule: plan.rule,
        batch: plan.batch,
        epochs: position.epoch,
        steps: position.step,
        changes: session.log().to_vec(),
        training: recorded(evaluation.training),
        validation: evaluation.validation.map(recorded),
    };
    TrainedModel {
        architecture: session.architecture().clone(),
        parameters,
        preprocessing: data.preprocessing.clone(),
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
