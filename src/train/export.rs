//! Export of a session's network as a model file.

use std::path::Path;

use ndarray::Array2;

use super::session::ChosenWeights;
use super::{Plan, Session, Weights};
use crate::data::{Dataset, Errors, Prepared, RowSplit, Samples, Scores};
use crate::error::Result;
use crate::model_file::{
    EndedWith, FileDigest, Quality, Saved, SplitRecord, TrainedModel, TrainingRecord, encode,
    rows_to_verify, verify, weights_checksum, write,
};

/// A network and the bytes of its model file.
pub(super) struct EncodedModel {
    model: TrainedModel,
    bytes: Vec<u8>,
}

impl EncodedModel {
    /// Encodes the network of `session` with the `chosen` weights in the format of `path`.
    ///
    /// # Errors
    /// The errors of [`encode`].
    pub fn new(session: &mut Session, chosen: ChosenWeights, path: &Path) -> Result<Self> {
        let model = trained_model(session, chosen);
        let bytes = encode(path, &model)?;
        Ok(Self { model, bytes })
    }

    /// Length and checksum of the file.
    pub fn contents(&self) -> FileDigest {
        FileDigest::of_bytes(&self.bytes)
    }

    /// Writes the file to `path` and verifies it with validation rows, or with training rows if there are no validation
    /// rows.
    ///
    /// # Errors
    /// The errors of [`write`] and [`verify`].
    pub fn write(self, session: &Session, path: &Path, replace: bool) -> Result<Saved> {
        let Self { model, bytes } = self;
        let bytes = write(path, &bytes, replace)?;
        let data = session.data();
        let (samples, set) = if data.validation.is_empty() {
            (&data.training, "training")
        } else {
            (&data.validation, "validation")
        };
        let raw = evenly_spaced_rows(samples, rows_to_verify(&model.architecture));
        let verification = verify(path, &model, raw.view(), set)?;
        Ok(Saved {
            bytes,
            verification,
        })
    }
}

/// Returns the JSON file of the network before the first step of `session`, which has done none.
///
/// # Errors
/// The errors of [`encode`].
pub(super) fn initial_model(session: &mut Session) -> Result<Vec<u8>> {
    let chosen = session.chosen_weights(Weights::Last);
    encode("model.json".as_ref(), &trained_model(session, chosen))
}

/// Raw values of at most `limit` evenly spaced rows, `(rows, columns of the preprocessing)`.
fn evenly_spaced_rows(samples: &Samples, limit: usize) -> Array2<f32> {
    let rows: Vec<_> = (samples.spread(limit))
        .map(|row| samples.raw_row(row))
        .collect();
    let columns = rows.first().map_or(0, |row| row.len());
    Array2::from_shape_fn((rows.len(), columns), |(row, column)| rows[row][column])
}

/// Returns the network of `session` with the `chosen` weights, the record of the training until they came about,
/// and their scores. It does not depend on time, so equal trainings give equal files.
fn trained_model(session: &mut Session, chosen: ChosenWeights) -> TrainedModel {
    let ChosenWeights {
        parameters,
        position,
        plan: now,
        changes,
        best,
    } = chosen;
    let evaluation = session.evaluate_parameters(&parameters);
    let (plan, data) = (session.plan(), session.data());
    let started_as = plan.architecture(data.preprocessing.inputs(), data.output_names.len());
    let started_as = started_as.ok();
    let training = TrainingRecord {
        data: data.name.clone(),
        training_rows: data.training.rows(),
        validation_rows: data.validation.rows(),
        validation_fraction: plan.validation,
        split: split(session.dataset(), data),
        seed: plan.seed,
        initialisation: plan.initialisation,
        rule: plan.rule,
        schedule: plan.schedule,
        regularisation: plan.regularisation,
        batch: plan.batch.get(),
        class_weights: plan.class_weights,
        epochs: position.epoch,
        steps: position.step,
        best_of: best.map(|_| session.position().epoch),
        changes: session.log()[..changes].to_vec(),
        started_as: started_as.filter(|start| start != session.architecture()),
        started_from: (session.start()).map(|start| weights_checksum(&start.parameters)),
        ended_with: (learning(&now) != learning(plan)).then_some(learning(&now)),
        training: recorded(&evaluation.training),
        validation: evaluation.validation.as_ref().map(recorded),
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

/// Returns the choice of validation and test rows, unless it is the usual one.
fn split(dataset: &Dataset, data: &Prepared) -> Option<SplitRecord> {
    let is_usual = dataset.split == RowSplit::Random && dataset.test_fraction == 0.0;
    let test = data.test.as_ref().filter(|_| dataset.test.is_none());
    (!is_usual).then(|| SplitRecord {
        method: dataset.split.name(),
        test_fraction: dataset.test_fraction,
        test_rows: test.map_or(0, Samples::rows),
    })
}

/// Settings of learning in `plan`.
fn learning(plan: &Plan) -> EndedWith {
    EndedWith {
        rule: plan.rule,
        schedule: plan.schedule,
        regularisation: plan.regularisation,
        batch: plan.batch.get(),
    }
}

/// Scores without the numbers that are not finite.
fn recorded(scores: &Scores) -> Quality {
    let finite = |number: f64| number.is_finite().then_some(number);
    Quality {
        loss: finite(scores.loss),
        accuracy: finite(scores.accuracy()),
        errors: scores.errors.filter(Errors::is_finite),
    }
}
