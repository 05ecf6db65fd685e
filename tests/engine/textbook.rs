//! The engine against the textbook.

use ndarray::{Array2, ArrayView2};
use nn_tui::nn::engine::{MiniBatch, Resources, Threads, Workspace};
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::textbook::{Layer, Network, Updates};
use nn_tui::nn::{Activation, Architecture, Engine, LearningRule, Optimizer, Parameters};
use proptest::prelude::*;

use crate::common::{LINEAR, Random, SOFTMAX, architecture, ends, rule};

fn with(instructions: Instructions) -> Resources {
    Resources {
        instructions,
        threads: Threads::ONE,
    }
}

fn rows(matrix: ArrayView2<f32>) -> Vec<Vec<f64>> {
    let rows = matrix.outer_iter();
    rows.map(|row| row.iter().map(|&x| f64::from(x)).collect())
        .collect()
}

fn numbers(layer: &Layer) -> impl Iterator<Item = f64> + '_ {
    layer.weights.iter().flatten().chain(&layer.biases).copied()
}

/// Asserts that engine and textbook agree up to the rounding of sums in `f32`, which grows with the length
/// and the size of the terms.
fn assert_near(found: &Parameters, expected: &[Layer], tolerance: f64, context: &str) {
    for (l, (found, expected)) in found.layers.iter().zip(expected).enumerate() {
        let found = found.weights.iter().chain(&found.biases);
        let largest = numbers(expected).fold(0.0, |m: f64, x| m.max(x.abs()));
        for (i, (&found, expected)) in found.zip(numbers(expected)).enumerate() {
            let error = (f64::from(found) - expected).abs();
            assert!(
                error <= tolerance * (1.0 + largest),
                "{context}: layer {}, parameter {i}: {found} instead of {expected}",
                l + 1
            );
        }
    }
}

/// Loss, number of correct rows, outputs and gradient of one mini-batch.
fn check_step(architecture: &Architecture, batch: usize, seed: u64, instructions: Instructions) {
    let mut random = Random(seed);
    let parameters = random.parameters(architecture);
    check_step_of(architecture, &parameters, batch, random, instructions);
}

/// Compares both networks with given parameters.
fn check_step_of(
    architecture: &Architecture,
    parameters: &Parameters,
    batch: usize,
    mut random: Random,
    instructions: Instructions,
) {
    let (inputs, targets) = random.batch(architecture, batch);
    let context = format!("{architecture:?}, {batch} rows, {instructions:?}");

    let mut engine = Engine::with_resources(
        architecture,
        parameters,
        Optimizer::SGD,
        batch + 3,
        with(instructions),
    );
    let network = Network::new(architecture, parameters);
    let (x, y) = (rows(inputs.view()), rows(targets.view()));
    let (loss, gradient) = network.mean_gradient(&x, &y);

    let mut workspace = Workspace::new(architecture, batch);
    let outputs = engine.forward(inputs.view(), &mut workspace).to_owned();
    let mut correct = 0;
    for (r, (x, y)) in x.iter().zip(&y).enumerate() {
        let forward = network.forward(x);
        for layer in 1..=architecture.depth() {
            let activations = workspace.activations(layer);
            for (found, expected) in activations.row(r).iter().zip(&forward.a[layer]) {
                let error = (f64::from(*found) - expected).abs();
                assert!(error < 3e-5, "{context}: {found} instead of {expected}");
            }
        }
        for (found, expected) in workspace
            .logits()
            .row(r)
            .iter()
            .zip(forward.z.last().unwrap())
        {
            assert!((f64::from(*found) - expected).abs() < 3e-5, "{context}");
        }
        correct += usize::from(is_correct(outputs.row(r).as_slice().unwrap(), y));
    }
    let sum = workspace.loss(targets.view());
    assert!(
        (sum / batch as f64 - loss).abs() < 1e-5 * (1.0 + loss),
        "{context}"
    );

    let step = engine
        .train(
            MiniBatch::all(inputs.view(), targets.view()),
            &rule(Optimizer::SGD, 1.0, 0.0),
        )
        .unwrap();
    assert!(
        (f64::from(step.loss) - loss).abs() < 1e-5 * (1.0 + loss),
        "{context}: loss {} instead of {loss}",
        step.loss
    );
    assert_eq!(step.correct, correct, "{context}");

    let mut expected = network.layers.clone();
    for (layer, gradient) in expected.iter_mut().zip(&gradient) {
        for (row, g) in layer.weights.iter_mut().zip(&gradient.weights) {
            row.iter_mut().zip(g).for_each(|(w, g)| *w -= g);
        }
        let biases = layer.biases.iter_mut().zip(&gradient.biases);
        biases.for_each(|(b, g)| *b -= g);
    }
    assert_near(&engine.parameters(), &expected, 1e-5, &context);
}

fn is_correct(outputs: &[f32], targets: &[f64]) -> bool {
    if let ([a], [y]) = (outputs, targets) {
        return (*a >= 0.5) == (*y >= 0.5);
    }
    let largest = |it: &mut dyn Iterator<Item = f64>| {
        let mut best = (0, f64::NEG_INFINITY);
        for (i, x) in it.enumerate() {
            if x > best.1 {
                best = (i, x);
            }
        }
        best.0
    };
    largest(&mut outputs.iter().map(|&a| f64::from(a))) == largest(&mut targets.iter().copied())
}

/// Several steps with the optimizer's memory, the last mini-batch smaller than the others.
fn check_steps(architecture: &Architecture, rule: &LearningRule, seed: u64) {
    for instructions in Instructions::ALL {
        let mut random = Random(seed);
        let parameters = random.parameters(architecture);
        let mut engine = Engine::with_resources(
            architecture,
            &parameters,
            rule.optimizer,
            16,
            with(instructions),
        );
        let mut network = Network::new(architecture, &parameters);
        let mut updates = Updates::new(&network);
        for rows_now in [16, 16, 16, 16, 5] {
            let (inputs, targets) = random.batch(architecture, rows_now);
            let (_, gradient) = network.mean_gradient(&rows(inputs.view()), &rows(targets.view()));
            updates.apply(rule, &gradient, &mut network);
            engine
                .train(MiniBatch::all(inputs.view(), targets.view()), rule)
                .unwrap();
        }
        let context = format!("{architecture:?} {rule:?} {instructions:?}");
        assert_near(&engine.parameters(), &network.layers, 5e-5, &context);
    }
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    let size = prop_oneof![8 => 1..40usize, 1 => Just(7), 1 => Just(8), 1 => Just(9),
        1 => Just(16), 1 => Just(17), 1 => Just(32), 1 => Just(33)];
    prop::collection::vec(size, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn one_step_is_the_textbook_s(
        sizes in sizes(),
        hidden in prop::sample::select(Activation::ALL.to_vec()),
        end in prop::sample::select(ends()),
        batch in 1..40usize,
        seed: u64,
    ) {
        for instructions in Instructions::ALL {
            check_step(&architecture(&sizes, hidden, end), batch, seed, instructions);
        }
    }

    #[test]
    fn many_steps_are_the_textbook_s(
        sizes in sizes(),
        hidden in prop::sample::select(vec![Activation::Sigmoid, Activation::Tanh]),
        end in prop::sample::select(ends()),
        optimizer in prop::sample::select(Optimizer::ALL.to_vec()),
        decay in prop::sample::select(vec![0.0, 0.1]),
        seed: u64,
    ) {
        // Some divide by the size of the gradient; an epsilon above rounding keeps the sign of
        // a gradient that is all rounding from deciding.
        let optimizer = optimizer.with("epsilon", 1e-2).unwrap_or(optimizer);
        // RMSprop does not correct its mean for the start at zero: first steps are ten times the rate.
        let rate = if optimizer.is_same_kind(Optimizer::RMSPROP) { 0.005 } else { 0.05 };
        check_steps(&architecture(&sizes, hidden, end), &rule(optimizer, rate, decay), seed);
    }
}

/// All functions at sizes around those of a tile, a vector, a panel and a block.
#[test]
fn awkward_shapes() {
    for (sizes, batch) in [
        (&[784, 30, 10][..], 10),
        (&[4, 8, 3], 10),
        (&[1, 1], 1),
        (&[5, 257, 3], 7),
        (&[3, 300, 17, 2], 4),
        (&[290, 20, 520, 4], 13),
    ] {
        for (i, end) in ends().into_iter().enumerate() {
            let hidden = Activation::ALL[i];
            for instructions in Instructions::ALL {
                check_step(&architecture(sizes, hidden, end), batch, 3, instructions);
            }
        }
    }
}

#[test]
fn every_function_with_every_other() {
    for hidden in Activation::ALL {
        for end in ends() {
            for instructions in Instructions::ALL {
                check_step(&architecture(&[6, 9, 4], hidden, end), 11, 5, instructions);
            }
        }
    }
}

/// Exhaustive over the shapes where a tile or a panel ends.
#[test]
fn all_small_shapes() {
    for inputs in 1..20 {
        for outputs in 1..20 {
            for batch in [1, 2, 5, 6, 7, 12, 13] {
                let architecture = architecture(&[inputs, outputs], Activation::Tanh, LINEAR);
                check_step(&architecture, batch, 9, Instructions::Best);
            }
        }
    }
}

/// Layers and mini-batches so large that the zeros behind ReLU are worth leaving out.
#[test]
fn zeros_that_are_left_out() {
    for (sizes, batch) in [(&[100, 150, 140, 3][..], 40), (&[70, 64, 257, 130, 2], 65)] {
        for end in ends() {
            let architecture = architecture(sizes, Activation::Relu, end);
            for instructions in Instructions::ALL {
                let mut random = Random(6);
                let mut parameters = random.parameters(&architecture);
                for layer in &mut parameters.layers {
                    layer.biases -= 0.5;
                }
                check_step_of(&architecture, &parameters, batch, random, instructions);
            }
        }
    }
}

/// Inputs that are zero in all rows, in the middle and at the ends of panels, one panel, all:
/// they are left out of the sums, and momentum, Adam and weight decay still reach their weights.
#[test]
fn inputs_that_are_zero_in_all_rows() {
    let architecture = architecture(&[70, 20, 3], Activation::Tanh, SOFTMAX);
    for &optimizer in Optimizer::ALL {
        for decay in [0.0, 0.1] {
            let rule = rule(optimizer, 0.05, decay);
            let mut random = Random(8);
            let parameters = random.parameters(&architecture);
            let mut engine = Engine::new(&architecture, &parameters, optimizer, 6);
            let mut network = Network::new(&architecture, &parameters);
            let mut updates = Updates::new(&network);
            for zeros in [0..0, 3..50, 0..20, 60..70, 30..33, 0..70, 0..0] {
                let (mut inputs, targets) = random.batch(&architecture, 6);
                for column in zeros {
                    inputs.column_mut(column).fill(0.0);
                }
                let (x, y) = (rows(inputs.view()), rows(targets.view()));
                updates.apply(&rule, &network.mean_gradient(&x, &y).1, &mut network);
                engine
                    .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
                    .unwrap();
            }
            let context = format!("{rule:?}");
            assert_near(&engine.parameters(), &network.layers, 5e-5, &context);
        }
    }
}

#[test]
fn targets_need_not_add_up_to_one() {
    let architecture = architecture(&[3, 4], Activation::Tanh, SOFTMAX);
    let mut random = Random(1);
    let parameters = random.parameters(&architecture);
    let inputs = random.matrix(5, 3);
    let targets = random.matrix(5, 4).mapv(f32::abs);
    let network = Network::new(&architecture, &parameters);
    let (loss, gradient) = network.mean_gradient(&rows(inputs.view()), &rows(targets.view()));
    let mut engine = Engine::new(&architecture, &parameters, Optimizer::SGD, 5);
    let rule = rule(Optimizer::SGD, 1.0, 0.0);
    let step = engine
        .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
        .unwrap();
    assert!((f64::from(step.loss) - loss).abs() < 1e-5);
    let found = engine.parameters().layers[0].biases[2];
    let expected = f64::from(parameters.layers[0].biases[2]) - gradient[0].biases[2];
    assert!((f64::from(found) - expected).abs() < 1e-6);
}

#[test]
fn parameters_are_set_and_read() {
    use nn_tui::nn::parameters::ParameterId;
    let architecture = architecture(&[20, 30, 3], Activation::Relu, SOFTMAX);
    let mut random = Random(2);
    let parameters = random.parameters(&architecture);
    let mut engine = Engine::new(&architecture, &parameters, Optimizer::SGD, 4);
    assert_eq!(engine.parameters(), parameters);
    let (layer, output, input) = (1, 29, 19);
    let weight = ParameterId::Weight {
        layer,
        output,
        input,
    };
    let bias = ParameterId::Bias {
        layer: 2,
        output: 1,
    };
    assert_eq!(
        engine.parameter(weight),
        parameters.layers[0].weights[[29, 19]]
    );
    engine.set_parameter(weight, 5.0);
    engine.set_parameter(bias, -5.0);
    let changed = engine.parameters();
    assert_eq!(changed.layers[0].weights[[29, 19]], 5.0);
    assert_eq!(changed.layers[1].biases[1], -5.0);
    engine.set_parameters(&parameters);
    assert_eq!(engine.parameters(), parameters);
}

#[test]
fn another_kind_of_optimizer_starts_anew() {
    let architecture = architecture(&[3, 4, 2], Activation::Tanh, SOFTMAX);
    let mut random = Random(3);
    let parameters = random.parameters(&architecture);
    let (inputs, targets): (Array2<f32>, Array2<f32>) = random.batch(&architecture, 6);
    let mut engine = Engine::new(&architecture, &parameters, Optimizer::SGD, 6);
    let mut fresh = Engine::new(&architecture, &parameters, Optimizer::ADAM, 6);
    let sgd = rule(Optimizer::SGD, 0.1, 0.0);
    engine
        .train(MiniBatch::all(inputs.view(), targets.view()), &sgd)
        .unwrap();
    fresh.set_parameters(&engine.parameters());
    let adam = rule(Optimizer::ADAM, 0.1, 0.0);
    for engine in [&mut engine, &mut fresh] {
        engine
            .train(MiniBatch::all(inputs.view(), targets.view()), &adam)
            .unwrap();
    }
    assert_eq!(engine.parameters(), fresh.parameters());
    assert_eq!(engine.updates(), 1);
}
