//! Evaluation of a session's parameters.

use super::Session;
use crate::data::{Prepared, Samples, Scores};
use crate::nn::Parameters;
use crate::nn::engine::Engine;
use crate::train::confusion_rows::ConfusionRows;
use crate::train::evaluation::{Depth, Evaluation, Evaluator, Outcomes};
use crate::train::importance::{ImportanceRun, Importances};
use crate::train::{Set, Weights};

impl Session {
    /// Returns the scores on the validation rows at the end of the last epoch, until they are taken.
    pub(in crate::train) fn validation_scores(&self) -> Option<&Scores> {
        self.validated.as_ref().map(|(scores, _)| scores)
    }

    /// Evaluates the current parameters on all rows.
    pub fn evaluate(&mut self) -> Evaluation {
        evaluation(&self.engine, &mut self.evaluator, &self.data)
    }

    /// Evaluates `parameters` of the same shape as the current ones on all rows.
    pub(crate) fn evaluate_parameters(&mut self, parameters: &Parameters) -> Evaluation {
        let (architecture, optimizer) = (self.engine.architecture(), self.now.rule.optimizer);
        let engine = Engine::with_resources(architecture, parameters, optimizer, 1, self.resources);
        evaluation(&engine, &mut self.evaluator, &self.data)
    }

    /// Prepares to measure the importance of the columns for these weights, on the validation rows, or on the training
    /// rows without validation rows.
    pub(in crate::train) fn importance_run(&self, weights: Weights) -> ImportanceRun {
        let best = match weights {
            Weights::Best => self.recovery.best.as_ref(),
            Weights::Last => None,
        };
        let parameters = match best {
            Some(best) => best.snapshot.parameters(),
            None => self.engine.parameters(),
        };
        let (architecture, optimizer) = (self.engine.architecture(), self.now.rule.optimizer);
        let resources = self.resources;
        let engine = Engine::with_resources(architecture, &parameters, optimizer, 1, resources);
        ImportanceRun::new(&self.data, engine, self.plan().seed)
    }

    /// Measures the importance of the columns for the current parameters.
    pub fn importances(&self) -> Importances {
        let mut run = self.importance_run(Weights::Last);
        while run.advance() {}
        run.finish()
    }

    /// Evaluates the current parameters on the validation rows; `None` without validation rows.
    pub fn validate(&mut self) -> Option<(Scores, Outcomes)> {
        let samples = &self.data.validation;
        (!samples.is_empty()).then(|| self.evaluator.evaluate(&self.engine, samples, Depth::Epoch))
    }

    /// Takes the scores on the validation rows that the last step measured, if it ended an epoch.
    pub(in crate::train) fn take_validated(&mut self) -> Option<(Scores, Outcomes)> {
        self.validated.take()
    }

    /// Returns the rows of class `actual` that are predicted as `predicted`, among the validation rows,
    /// or among the training rows without validation rows.
    pub(crate) fn rows_taken(&mut self, actual: usize, predicted: usize) -> ConfusionRows {
        let (set, samples) = if self.data.validation.is_empty() {
            (Set::Training, &self.data.training)
        } else {
            (Set::Validation, &self.data.validation)
        };
        let evaluator = &mut self.evaluator;
        let (rows, all) = evaluator.rows_taken(&self.engine, samples, actual, predicted);
        ConfusionRows {
            actual,
            predicted,
            set,
            rows,
            all,
        }
    }
}

fn evaluation(engine: &Engine, evaluator: &mut Evaluator, data: &Prepared) -> Evaluation {
    let mut evaluate = |samples: &Samples| evaluator.evaluate(engine, samples, Depth::Full);
    let (training, of_training) = evaluate(&data.training);
    let test = data.test.as_ref().map(|samples| evaluate(samples).0);
    let validation = (!data.validation.is_empty()).then(|| evaluate(&data.validation));
    let (validation, of_validation) = validation.unzip();
    Evaluation {
        training,
        validation,
        outcomes: of_validation.unwrap_or(of_training),
        test,
    }
}
