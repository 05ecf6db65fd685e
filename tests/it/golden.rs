//! Three training steps of the textbook and of the engine against PyTorch. The expected values in
//! `golden/training.json` are computed by `golden/generate.py`.

use crate::support::golden::{Layer, assert_near, matrix, parameters};
use crate::support::{decay, rate};
use nn_tui::nn::engine::MiniBatch;
use nn_tui::nn::textbook::{Network, Updates};
use nn_tui::nn::{Activation, Architecture, Engine, LearningRule, Loss, Optimizer, Output};
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    hidden: Activation,
    output: Output,
    loss: Loss,
    sizes: Vec<usize>,
    optimizer: String,
    weight_decay: f64,
    learning_rate: f64,
    initial: Vec<Layer>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    inputs: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
    /// Mean loss before the update.
    loss: f64,
    after: Vec<Layer>,
}

impl Record {
    fn rule(&self) -> LearningRule {
        LearningRule {
            optimizer: Optimizer::named(&self.optimizer).expect("a known optimizer"),
            learning_rate: rate(self.learning_rate),
            weight_decay: decay(self.weight_decay),
        }
    }

    fn architecture(&self) -> Architecture {
        Architecture::new(self.sizes.clone(), self.hidden, self.output, self.loss).unwrap()
    }

    fn name(&self) -> String {
        format!(
            "{:?} {} {} {} {} {}",
            self.sizes, self.hidden, self.output, self.loss, self.optimizer, self.weight_decay
        )
    }
}

fn records() -> Vec<Record> {
    serde_json::from_str(include_str!("../golden/training.json")).unwrap()
}

fn numbers(layer: &Layer) -> impl Iterator<Item = f64> + '_ {
    layer.weights.iter().flatten().chain(&layer.biases).copied()
}

#[test]
fn the_textbook_learns_as_pytorch_does() {
    for record in records() {
        let (name, rule) = (record.name(), record.rule());
        let mut network = Network::new(&record.architecture(), &parameters(&record.initial));
        let mut updates = Updates::new(&network);
        for step in &record.steps {
            let (loss, gradient) = network.mean_gradient(&step.inputs, &step.targets);
            assert_near(loss, step.loss, 1e-12, &name);
            updates.apply(&rule, &gradient, &mut network);
            for (found, expected) in network.layers.iter().zip(&step.after) {
                let found = found.weights.iter().flatten().chain(&found.biases);
                for (&found, expected) in found.zip(numbers(expected)) {
                    assert_near(found, expected, 1e-12, &name);
                }
            }
        }
    }
}

#[test]
fn the_engine_learns_as_pytorch_does() {
    for record in records() {
        let (name, rule) = (record.name(), record.rule());
        let (architecture, parameters) = (record.architecture(), parameters(&record.initial));
        let mut engine = Engine::new(&architecture, &parameters, rule.optimizer, 4);
        // To divide a gradient by its own size makes its rounding as large as it is.
        let divides = rule.optimizer.constant("epsilon").is_some();
        let tolerance = if divides { 2e-5 } else { 2e-6 };
        for step in &record.steps {
            let (inputs, targets) = (matrix(&step.inputs), matrix(&step.targets));
            let found = engine
                .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
                .unwrap();
            assert_near(f64::from(found.loss), step.loss, tolerance, &name);
            for (found, expected) in engine.parameters().layers.iter().zip(&step.after) {
                let found = found.weights.iter().chain(&found.biases);
                for (&found, expected) in found.zip(numbers(expected)) {
                    assert_near(f64::from(found), expected, tolerance, &name);
                }
            }
        }
    }
}

#[test]
fn every_optimizer_is_compared() {
    let records = records();
    for optimizer in Optimizer::ALL {
        for decays in [false, true] {
            let is_compared = |record: &Record| {
                record.optimizer == optimizer.name() && (record.weight_decay > 0.0) == decays
            };
            assert!(records.iter().any(is_compared), "{optimizer} {decays}");
        }
    }
}
