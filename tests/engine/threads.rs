//! Any number of threads computes what one computes, bit for bit.

use nn_tui::nn::engine::{MiniBatch, Resources, Step, StepOptions, Targets, Threads};
use nn_tui::nn::parameters::ParameterId;
use nn_tui::nn::{Activation, Architecture, Engine, Optimizer, Parameters};
use proptest::prelude::*;

use crate::common::{LINEAR, Random, SOFTMAX, architecture, bits, ends, rule};

fn engine(
    architecture: &Architecture,
    parameters: &Parameters,
    optimizer: Optimizer,
    threads: Threads,
) -> Engine {
    let resources = Resources {
        threads,
        ..Resources::one_thread()
    };
    Engine::with_resources(architecture, parameters, optimizer, 80, resources)
}

/// Results of several steps on mini-batches of a table, and the bits of the parameters after them.
fn train(
    architecture: &Architecture,
    optimizer: Optimizer,
    decay: f64,
    threads: Threads,
) -> (Vec<Step>, Vec<u32>) {
    let mut random = Random(5);
    let parameters = random.parameters(architecture);
    let mut engine = engine(architecture, &parameters, optimizer, threads);
    let mut inputs = random.matrix(200, architecture.inputs());
    // Zeros that differ between the halves of a mini-batch.
    for mut row in inputs.outer_iter_mut() {
        for _ in 0..architecture.inputs() {
            row[random.below(architecture.inputs())] = 0.0;
        }
    }
    let classes: Vec<u32> = (0..200)
        .map(|_| random.below(architecture.outputs()) as u32)
        .collect();
    let rule = rule(optimizer, 0.05, decay);
    let mut steps = Vec::new();
    for count in [80, 80, 1, 2, 7, 65] {
        let rows: Vec<u32> = (0..count).map(|_| random.below(200) as u32).collect();
        let batch = MiniBatch {
            inputs: inputs.view(),
            targets: Targets::Classes(&classes),
            rows: Some(&rows),
            options: StepOptions::default(),
        };
        steps.push(engine.train(batch, &rule).unwrap());
    }
    (steps, bits(&engine.parameters()))
}

/// More threads than most developers have processors, which is only slow.
const MANY: [usize; 5] = [2, 3, 5, 8, 16];

fn assert_same(architecture: &Architecture, optimizer: Optimizer, decay: f64) {
    let one = train(architecture, optimizer, decay, Threads::ONE);
    for threads in MANY {
        let many = train(architecture, optimizer, decay, Threads::Exactly(threads));
        assert_eq!(
            one, many,
            "{architecture:?} {optimizer} {decay} {threads} threads"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_network(
        sizes in prop::collection::vec(1..70usize, 2..5),
        hidden in prop::sample::select(Activation::ALL.to_vec()),
        end in prop::sample::select(ends()),
        optimizer in prop::sample::select(Optimizer::ALL.to_vec()),
        decay in prop::sample::select(vec![0.0, 0.1]),
    ) {
        assert_same(&architecture(&sizes, hidden, end), optimizer, decay);
    }
}

#[test]
fn a_large_network() {
    let architecture = architecture(&[300, 130, 64, 10], Activation::Relu, SOFTMAX);
    assert_same(&architecture, Optimizer::ADAM, 0.0);
}

/// Half of the rows and half of the neurons are still so many that zeros are left out.
#[test]
fn a_network_with_zeros() {
    let architecture = architecture(&[300, 270, 260, 10], Activation::Relu, SOFTMAX);
    assert_same(&architecture, Optimizer::ADAM, 0.0);
    // Here weights without a gradient stay as they are.
    assert_same(&architecture, Optimizer::SGD, 0.0);
}

#[test]
fn parameters_are_set_and_read_in_all_shares() {
    let architecture = architecture(&[20, 50, 3], Activation::Relu, SOFTMAX);
    let parameters = Random(2).parameters(&architecture);
    let mut engine = engine(
        &architecture,
        &parameters,
        Optimizer::SGD,
        Threads::Exactly(3),
    );
    assert_eq!(engine.threads(), 3);
    assert_eq!(engine.parameters(), parameters);
    for output in [0, 31, 32, 49] {
        let id = ParameterId::Weight {
            layer: 1,
            output,
            input: 19,
        };
        let expected = parameters.layers[0].weights[[output, 19]];
        assert_eq!(engine.parameter(id), expected);
        engine.set_parameter(id, 7.0);
        assert_eq!(engine.parameters().layers[0].weights[[output, 19]], 7.0);
    }
}

#[test]
fn a_copy_goes_its_own_way() {
    let architecture = architecture(&[20, 50, 3], Activation::Tanh, SOFTMAX);
    let mut random = Random(3);
    let parameters = random.parameters(&architecture);
    let (inputs, targets) = random.batch(&architecture, 30);
    let rule = rule(Optimizer::ADAM, 0.01, 0.0);
    let mut engine = engine(
        &architecture,
        &parameters,
        rule.optimizer,
        Threads::Exactly(2),
    );
    engine
        .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
        .unwrap();
    let before = bits(&engine.parameters());
    let mut copy = engine.clone();
    copy.train(MiniBatch::all(inputs.view(), targets.view()), &rule)
        .unwrap();
    assert_eq!(bits(&engine.parameters()), before);
    engine
        .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
        .unwrap();
    assert_eq!(bits(&engine.parameters()), bits(&copy.parameters()));
}

#[test]
fn a_failed_step_changes_no_share() {
    let architecture = architecture(&[20, 50, 3], Activation::Linear, LINEAR);
    let mut random = Random(4);
    let parameters = random.parameters(&architecture);
    let (mut inputs, targets) = random.batch(&architecture, 30);
    let rule = rule(Optimizer::MOMENTUM, 0.01, 0.1);
    let mut errors = Vec::new();
    for threads in [1, 2, 5].map(Threads::Exactly) {
        let mut engine = engine(&architecture, &parameters, rule.optimizer, threads);
        inputs[[29, 3]] = f32::NAN;
        errors.push(engine.train(MiniBatch::all(inputs.view(), targets.view()), &rule));
        assert_eq!(engine.parameters(), parameters);
        inputs[[29, 3]] = 0.5;
        engine
            .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
            .unwrap();
        assert_ne!(engine.parameters(), parameters, "it goes on");
    }
    assert!(errors[0].is_err());
    assert!(errors.iter().all(|error| *error == errors[0]));
}

#[test]
fn only_long_steps_are_shared() {
    let threads = |sizes: &[usize], batch: usize, most: usize| {
        let architecture = architecture(sizes, Activation::Relu, SOFTMAX);
        let parameters = Parameters::zeros(&architecture);
        let resources = Resources::from(Threads::UpTo(most));
        Engine::with_resources(&architecture, &parameters, Optimizer::SGD, batch, resources)
            .threads()
    };
    assert_eq!(threads(&[784, 30, 10], 10, 16), 1);
    assert_eq!(threads(&[784, 128, 64, 10], 64, 2), 2);
    assert_eq!(threads(&[784, 128, 64, 10], 64, 16), 4);
    assert_eq!(threads(&[784, 1024, 1024, 10], 256, 16), 16);
}
