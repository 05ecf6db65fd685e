//! Numbers beyond the range of `f32` are reported, and leave no trace.

use ndarray::{Array2, array};
use nn_tui::nn::engine::{MiniBatch, NonFinite, Quantity};
use nn_tui::nn::parameters::ParameterId;
use nn_tui::nn::{Activation, Architecture, Engine, LearningRule, Loss, Optimizer, Output};

use crate::common::{Random, SIGMOID, SOFTMAX, architecture, bits, ends, rule};

/// Trains on good rows, then on `inputs` and `targets` with `broken`, which must fail as
/// `expected`, then on good rows again, and compares with an engine that never saw the bad ones.
fn assert_refused(
    architecture: &Architecture,
    (inputs, targets): (&Array2<f32>, &Array2<f32>),
    (good, broken): (&LearningRule, &LearningRule),
    expected: NonFinite,
) {
    let mut random = Random(6);
    let parameters = random.parameters(architecture);
    let fine = random.batch(architecture, 4);
    let mut engine = Engine::new(architecture, &parameters, good.optimizer, 4);
    let mut undisturbed = engine.clone();
    for engine in [&mut engine, &mut undisturbed] {
        engine
            .train(MiniBatch::all(fine.0.view(), fine.1.view()), good)
            .unwrap();
    }
    let before = bits(&engine.parameters());
    let found = engine.train(MiniBatch::all(inputs.view(), targets.view()), broken);
    assert_eq!(found, Err(expected), "{architecture:?} {broken:?}");
    assert_eq!(bits(&engine.parameters()), before);
    for _ in 0..2 {
        let steps = [&mut engine, &mut undisturbed]
            .map(|engine| engine.train(MiniBatch::all(fine.0.view(), fine.1.view()), good));
        assert_eq!(steps[0], steps[1]);
        assert!(steps[0].is_ok());
    }
    assert_eq!(bits(&engine.parameters()), bits(&undisturbed.parameters()));
}

fn failure(what: Quantity, layer: usize) -> NonFinite {
    NonFinite { what, layer }
}

#[test]
fn inputs_that_are_no_numbers() {
    for hidden in Activation::ALL {
        for end in ends() {
            for &optimizer in Optimizer::ALL {
                let architecture = architecture(&[3, 5, 2], hidden, end);
                let targets = Random(1).classes(4, 2);
                let mut inputs = Random(2).matrix(4, 3);
                inputs[[2, 1]] = f32::NAN;
                let rule = rule(optimizer, 0.1, 0.0);
                let expected = failure(Quantity::Loss, 1);
                assert_refused(&architecture, (&inputs, &targets), (&rule, &rule), expected);
            }
        }
    }
}

#[test]
fn a_target_that_is_no_number() {
    for end in ends() {
        let architecture = architecture(&[3, 5, 2], Activation::Tanh, end);
        let mut targets = Random(1).classes(4, 2);
        targets[[3, 0]] = f32::NAN;
        let inputs = Random(2).matrix(4, 3);
        let rule = rule(Optimizer::ADAM, 0.1, 0.0);
        let expected = failure(Quantity::Loss, 2);
        assert_refused(&architecture, (&inputs, &targets), (&rule, &rule), expected);
    }
}

/// An infinite input saturates sigmoid: all activations and the loss are finite, but the gradient
/// of layer 1 holds infinity times zero.
#[test]
fn an_infinite_input_behind_a_saturated_layer() {
    let architecture = architecture(&[1, 5, 2], Activation::Sigmoid, SIGMOID);
    let inputs = array![[0.5], [f32::INFINITY], [0.25], [1.0]];
    let targets = Random(1).classes(4, 2);
    for &optimizer in Optimizer::ALL {
        let rule = rule(optimizer, 0.1, 0.0);
        let expected = failure(Quantity::Gradient, 1);
        assert_refused(&architecture, (&inputs, &targets), (&rule, &rule), expected);
    }
}

#[test]
fn a_gradient_beyond_range() {
    let architecture = architecture(
        &[1, 1],
        Activation::Linear,
        (Output::Linear, Loss::Quadratic),
    );
    // Large enough that a times delta overflows, while delta squared does not.
    let inputs = array![[3e38]];
    let targets = array![[1e19]];
    let rule = rule(Optimizer::SGD, 0.1, 0.0);
    let mut engine = Engine::new(
        &architecture,
        &Random(1).parameters(&architecture),
        Optimizer::SGD,
        1,
    );
    for (id, value) in [
        (
            ParameterId::Weight {
                layer: 1,
                output: 0,
                input: 0,
            },
            0.0,
        ),
        (
            ParameterId::Bias {
                layer: 1,
                output: 0,
            },
            0.0,
        ),
    ] {
        engine.set_parameter(id, value);
    }
    let before = bits(&engine.parameters());
    let found = engine.train(MiniBatch::all(inputs.view(), targets.view()), &rule);
    assert_eq!(found, Err(failure(Quantity::Gradient, 1)));
    assert_eq!(bits(&engine.parameters()), before);
    assert_eq!(
        found.unwrap_err().to_string(),
        "the gradient of layer 1 is not finite"
    );
}

#[test]
fn a_learning_rate_beyond_reason() {
    for optimizer in [Optimizer::SGD, Optimizer::MOMENTUM, Optimizer::NESTEROV] {
        let architecture = architecture(&[3, 5, 2], Activation::Tanh, SOFTMAX);
        let (inputs, targets) = Random(1).batch(&architecture, 4);
        let good = rule(optimizer, 0.1, 0.0);
        for learning_rate in [3e38, 1e30] {
            let broken = rule(optimizer, learning_rate, 0.0);
            let mut engine = Engine::new(
                &architecture,
                &Random(6).parameters(&architecture),
                optimizer,
                4,
            );
            // Whatever happens, it is reported or the parameters stay finite.
            for _ in 0..5 {
                let before = engine.parameters();
                match engine.train(MiniBatch::all(inputs.view(), targets.view()), &broken) {
                    Ok(_) => assert!(engine.parameters().is_finite()),
                    Err(_) => assert_eq!(bits(&engine.parameters()), bits(&before)),
                }
            }
            engine.reset_optimizer(optimizer);
            engine.set_parameters(&Random(6).parameters(&architecture));
            engine
                .train(MiniBatch::all(inputs.view(), targets.view()), &good)
                .unwrap();
            assert!(engine.parameters().is_finite());
        }
    }
}

#[test]
fn a_weight_decay_beyond_reason() {
    for &optimizer in Optimizer::ALL {
        for weight_decay in [1e3, 1e12, 1e38] {
            let architecture = architecture(&[3, 5, 2], Activation::Tanh, SOFTMAX);
            let mut random = Random(3);
            let parameters = random.parameters(&architecture);
            let (inputs, targets) = random.batch(&architecture, 4);
            let mut engine = Engine::new(&architecture, &parameters, optimizer, 4);
            let rule = rule(optimizer, 1.0, weight_decay);
            for _ in 0..30 {
                let before = engine.parameters();
                match engine.train(MiniBatch::all(inputs.view(), targets.view()), &rule) {
                    Ok(_) => assert!(engine.parameters().is_finite(), "{rule:?}"),
                    Err(_) => assert_eq!(bits(&engine.parameters()), bits(&before)),
                }
            }
        }
    }
}

#[test]
fn weights_that_exploded_are_found_where_they_are() {
    let architecture = architecture(&[3, 4, 4, 2], Activation::Relu, SOFTMAX);
    let mut random = Random(6);
    let mut parameters = random.parameters(&architecture);
    parameters.layers[1].weights.fill(f32::NAN);
    let (inputs, targets) = random.batch(&architecture, 4);
    let mut engine = Engine::new(&architecture, &parameters, Optimizer::SGD, 4);
    let rule = rule(Optimizer::SGD, 0.1, 0.0);
    let found = engine.train(MiniBatch::all(inputs.view(), targets.view()), &rule);
    assert_eq!(found, Err(failure(Quantity::Loss, 2)));
    assert_eq!(
        found.unwrap_err().to_string(),
        "the loss is not finite (layer 2)"
    );
}

/// A failed step with another kind of optimizer does not drop the memory of the one before.
#[test]
fn a_failed_change_of_optimizer_changes_nothing() {
    let architecture = architecture(&[3, 5, 2], Activation::Tanh, SOFTMAX);
    let mut inputs = Random(2).matrix(4, 3);
    inputs[[0, 0]] = f32::NAN;
    let targets = Random(1).classes(4, 2);
    let rules = (
        &rule(Optimizer::ADAM, 0.1, 0.0),
        &rule(Optimizer::SGD, 0.1, 0.0),
    );
    let expected = failure(Quantity::Loss, 1);
    assert_refused(&architecture, (&inputs, &targets), rules, expected);
}
