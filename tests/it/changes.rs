//! Changes to a training in progress: what they do, that they are taken back exactly, and that the
//! log of them is enough to do the training again.

use std::sync::Arc;

use crate::support::{dataset, plan, regression_plan, session};
use crate::support::{decay, rate, rows};
use nn_tui::nn::NeuronId;
use nn_tui::nn::engine::{Threads, Workspace};
use nn_tui::nn::parameters::ParameterId;
use nn_tui::nn::{Activation, Change, Initialisation, Loss, Optimizer, Output};
use nn_tui::train::{Plan, ReplayError, Session};

fn bias(layer: usize, output: usize) -> ParameterId {
    ParameterId::Bias { layer, output }
}

fn set(id: ParameterId, value: f32) -> Change {
    Change::Parameter { id, value }
}

const MUTED: NeuronId = NeuronId {
    layer: 1,
    neuron: 2,
};

fn freeze(id: ParameterId) -> Change {
    Change::Freeze { id, frozen: true }
}

fn mute(layer: usize, neuron: usize, muted: bool) -> Change {
    Change::Mute {
        neuron: NeuronId { layer, neuron },
        muted,
    }
}

/// Another network for classes.
fn network(hidden: &[usize]) -> Change {
    Change::Network {
        hidden: hidden.to_vec(),
        activation: Activation::Tanh,
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
    }
}

fn optimizer(optimizer: Optimizer) -> Change {
    Change::Optimizer { optimizer }
}

fn run(session: &mut Session, steps: u64) {
    for _ in 0..steps {
        session.step().expect("it converges");
    }
}

/// Fails unless both go on alike, which says that not only their parameters are the same but all
/// that decides about the next ones.
fn assert_same(one: &mut Session, other: &mut Session) {
    assert_eq!(one.position(), other.position());
    assert_eq!(one.running_mean(), other.running_mean());
    assert_eq!(one.plan_in_force(), other.plan_in_force());
    assert_eq!(one.good_parameters(), other.good_parameters());
    for step in 0..15 {
        let parameters = one.engine().parameters();
        assert_eq!(
            parameters,
            other.engine().parameters(),
            "after {step} steps"
        );
        assert_eq!(one.step(), other.step());
    }
}

#[test]
fn a_weight_is_set_and_taken_back() {
    let mut session = session("iris", plan(&[8]));
    run(&mut session, 5);
    let (id, bias) = (ParameterId::weight(2, 1, 7), bias(1, 3));
    let before = session.engine().parameters();
    session.apply(set(id, 0.5)).unwrap();
    session.apply(set(bias, -2.0)).unwrap();
    assert_eq!(session.engine().parameter(id), 0.5);
    assert_eq!(session.engine().parameters().layers[1].weights[[1, 7]], 0.5);
    assert_eq!(session.engine().parameters().layers[0].biases[3], -2.0);
    assert_eq!(session.in_force().undoable, 2);
    assert_eq!(session.in_force().next_undo, "b1[4] = -2");
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.in_force().next_undo, "w2[2,8] = 0.5");
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.engine().parameters(), before);
    let refused = session.apply(Change::Undo);
    assert_eq!(refused.unwrap_err(), "nothing to undo");
    assert_eq!(session.log().len(), 4);
}

/// A changed weight must be seen by back-propagation as well, which reads them transposed.
#[test]
fn a_set_weight_counts_forward_and_backward() {
    let mut changed = session("iris", plan(&[20, 17]));
    let mut rebuilt = session("iris", plan(&[20, 17]));
    let mut parameters = rebuilt.engine().parameters();
    for (layer, output, input) in [(2, 16, 19), (3, 2, 3), (1, 4, 0)] {
        let value = 0.25 * layer as f32;
        let change = set(ParameterId::weight(layer, output, input), value);
        changed.apply(change).unwrap();
        parameters.layers[layer - 1].weights[[output, input]] = value;
    }
    assert_eq!(changed.engine().parameters(), parameters);
    // The same by going to another network and back, which builds the engine anew.
    for (layer, output, input) in [(2, 16, 19), (3, 2, 3), (1, 4, 0)] {
        let change = set(
            ParameterId::weight(layer, output, input),
            0.25 * layer as f32,
        );
        rebuilt.apply(change).unwrap();
    }
    rebuilt.apply(network(&[21, 17])).unwrap();
    rebuilt.apply(network(&[20, 17])).unwrap();
    assert_same(&mut changed, &mut rebuilt);
}

#[test]
fn what_is_frozen_stays_and_all_else_learns() {
    for &optimizer in Optimizer::ALL {
        let mut plan = plan(&[8, 5]);
        plan.rule.optimizer = optimizer;
        let mut session = session("iris", plan);
        run(&mut session, 3);
        let held = [
            ParameterId::weight(1, 0, 0),
            ParameterId::weight(2, 4, 7),
            bias(3, 2),
        ];
        for id in held {
            session.apply(freeze(id)).unwrap();
        }
        let before = session.engine().parameters();
        let values = held.map(|id| session.engine().parameter(id).to_bits());
        run(&mut session, 50);
        assert_eq!(
            held.map(|id| session.engine().parameter(id).to_bits()),
            values
        );
        let after = session.engine().parameters();
        let layers = before.layers.iter().zip(&after.layers);
        let moved: usize = layers
            .map(|(a, b)| {
                a.weights
                    .iter()
                    .zip(&b.weights)
                    .filter(|(a, b)| a != b)
                    .count()
            })
            .sum();
        assert_eq!(moved, 4 * 8 + 8 * 5 + 5 * 3 - 2);
        assert_eq!(session.in_force().frozen, held);
        // Set by hand it stays at what it was set to.
        session.apply(set(held[0], 3.0)).unwrap();
        run(&mut session, 5);
        assert_eq!(session.engine().parameter(held[0]), 3.0);
        let thaw = Change::Freeze {
            id: held[0],
            frozen: false,
        };
        session.apply(thaw).unwrap();
        run(&mut session, 5);
        assert_ne!(session.engine().parameter(held[0]), 3.0);
    }
}

#[test]
fn a_muted_neuron_is_as_good_as_none() {
    let mut whole = session("iris", plan(&[6, 5]));
    run(&mut whole, 10);
    let outgoing = |session: &Session| {
        session.engine().parameters().layers[1]
            .weights
            .column(2)
            .to_vec()
    };
    let voice = outgoing(&whole);
    whole.apply(mute(1, 2, true)).unwrap();
    assert_eq!(outgoing(&whole), [0.0; 5]);
    assert_eq!(whole.in_force().muted, [MUTED]);
    let incoming = whole.engine().parameters().layers[0]
        .weights
        .row(2)
        .to_vec();

    // The network without it: the last neuron takes its place, and the layer has one less.
    let parameters = whole.engine().parameters();
    let mut without = session("iris", plan(&[5, 5]));
    let mut cut = without.engine().parameters();
    let neurons = [0, 1, 3, 4, 5];
    for (to, &from) in neurons.iter().enumerate() {
        let (first, second) = (&parameters.layers[0], &parameters.layers[1]);
        cut.layers[0]
            .weights
            .row_mut(to)
            .assign(&first.weights.row(from));
        cut.layers[0].biases[to] = first.biases[from];
        cut.layers[1]
            .weights
            .column_mut(to)
            .assign(&second.weights.column(from));
    }
    cut.layers[1].biases.assign(&parameters.layers[1].biases);
    cut.layers[2] = parameters.layers[2].clone();
    for (l, layer) in cut.layers.iter().enumerate() {
        for ((output, input), &value) in layer.weights.indexed_iter() {
            without
                .apply(set(ParameterId::weight(l + 1, output, input), value))
                .unwrap();
        }
        for (output, &value) in layer.biases.iter().enumerate() {
            without.apply(set(bias(l + 1, output), value)).unwrap();
        }
    }
    let outputs = |session: &Session| {
        let inputs = session.data().training.inputs(0..20);
        let mut pass = Workspace::new(session.architecture(), 20);
        session
            .engine()
            .forward(inputs.view(), &mut pass)
            .to_owned()
    };
    for (a, b) in outputs(&whole).iter().zip(&outputs(&without)) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }

    run(&mut whole, 30);
    assert_eq!(outgoing(&whole), [0.0; 5], "it stays muted");
    let after = whole.engine().parameters();
    assert_eq!(after.layers[0].weights.row(2).to_vec(), incoming);
    assert_ne!(
        after.layers[0].weights.row(1),
        parameters.layers[0].weights.row(1)
    );
    let refused = whole
        .apply(set(ParameterId::weight(2, 0, 2), 1.0))
        .unwrap_err();
    assert_eq!(refused, "w2[1,3] leaves a muted neuron");
    whole.apply(mute(1, 2, false)).unwrap();
    assert_eq!(outgoing(&whole), voice);
    whole.apply(Change::Undo).unwrap();
    assert_eq!(outgoing(&whole), [0.0; 5]);
    whole.apply(Change::Undo).unwrap();
    assert_eq!(outgoing(&whole), voice);
    assert!(whole.in_force().muted.is_empty());
}

#[test]
fn two_muted_neurons_in_a_row_are_restored() {
    let mut session = session("iris", plan(&[6, 5]));
    run(&mut session, 4);
    let before = session.engine().parameters();
    for order in [[(1, 1), (2, 3)], [(2, 3), (1, 1)]] {
        for (layer, neuron) in order {
            session.apply(mute(layer, neuron, true)).unwrap();
        }
        for (layer, neuron) in order {
            session.apply(mute(layer, neuron, false)).unwrap();
        }
        assert_eq!(session.engine().parameters(), before);
    }
}

#[test]
fn every_change_is_undone_bit_for_bit() {
    let changes = [
        set(ParameterId::weight(1, 0, 0), 1.5),
        freeze(ParameterId::weight(2, 0, 0)),
        mute(1, 3, true),
        network(&[3]),
        network(&[12, 4]),
        network(&[]),
        Change::Network {
            hidden: vec![8],
            activation: Activation::Relu,
            output: Output::Sigmoid,
            loss: Loss::Quadratic,
        },
        optimizer(Optimizer::SGD),
        optimizer(Optimizer::MOMENTUM),
        Change::WeightDecay {
            weight_decay: decay(0.1),
        },
        Change::Batch { batch: rows(32) },
        Change::Batch { batch: rows(1000) },
    ];
    for first in &changes {
        let mut changed = session("iris", plan(&[8]));
        // In the middle of an epoch, with a mean and an optimizer's memory.
        run(&mut changed, 115);
        let mut untouched = session("iris", plan(&[8]));
        run(&mut untouched, 115);
        changed.apply(first.clone()).unwrap();
        for second in &changes {
            // One that goes with what the first one made.
            if changed.apply(second.clone()).is_ok() {
                let rate = Change::LearningRate {
                    learning_rate: rate(0.02),
                };
                changed.apply(rate).unwrap();
                changed.apply(Change::Undo).unwrap();
            }
        }
        changed.apply(Change::Undo).unwrap();
        let rate = Change::LearningRate {
            learning_rate: rate(0.02),
        };
        untouched.apply(rate).unwrap();
        assert!(changed.apply(Change::Undo).is_err());
        assert_same(&mut changed, &mut untouched);
    }
}

#[test]
fn after_a_step_an_undo_is_the_opposite_change() {
    let mut session = session("iris", plan(&[8]));
    run(&mut session, 5);
    session.apply(network(&[4, 4])).unwrap();
    session.apply(Change::Batch { batch: rows(3) }).unwrap();
    session.apply(optimizer(Optimizer::SGD)).unwrap();
    run(&mut session, 5);
    let before = session.engine().parameters();
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.rule().optimizer, Optimizer::ADAM);
    assert_eq!(session.engine().updates(), 0, "with no memory");
    assert_eq!(session.engine().parameters(), before);
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.batches(), 12);
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.architecture().sizes(), [4, 8, 3]);
    assert_eq!(session.position().step, 10);
    run(&mut session, 20);
}

#[test]
fn another_network_keeps_the_weights_between_neurons_that_stay() {
    let mut session = session("iris", plan(&[6, 5]));
    run(&mut session, 20);
    let position = session.position();
    let before = session.engine().parameters();
    session.apply(network(&[9, 4])).unwrap();
    assert_eq!(session.position(), position);
    let after = session.engine().parameters();
    let block = |layer: usize, outputs: usize, inputs: usize| {
        let (old, new) = (&before.layers[layer - 1], &after.layers[layer - 1]);
        for output in 0..outputs {
            assert_eq!(old.biases[output], new.biases[output]);
            for input in 0..inputs {
                let place = [output, input];
                assert_eq!(old.weights[place], new.weights[place], "{layer} {place:?}");
            }
        }
    };
    block(1, 6, 4);
    block(2, 4, 6);
    block(3, 3, 4);
    // New ones are those of the seed.
    let wide = Session::new(plan(&[9, 4]), Arc::new(dataset("iris"))).unwrap();
    let drawn = wide.engine().parameters();
    assert_eq!(
        after.layers[0].weights.row(7),
        drawn.layers[0].weights.row(7)
    );
    assert_eq!(
        after.layers[1].weights[[1, 8]],
        drawn.layers[1].weights[[1, 8]]
    );
    run(&mut session, 20);

    // Behind another layer the outputs' weights are drawn anew, and nothing else.
    let before = session.engine().parameters();
    session.apply(network(&[9])).unwrap();
    let after = session.engine().parameters();
    assert_eq!(after.layers[0], before.layers[0]);
    assert_eq!(after.layers[1].biases, before.layers[2].biases);
    let shallow = Session::new(plan(&[9]), Arc::new(dataset("iris"))).unwrap();
    let drawn = shallow.engine().parameters();
    assert_eq!(after.layers[1].weights, drawn.layers[1].weights);
    run(&mut session, 20);
}

#[test]
fn what_is_held_moves_to_the_other_network() {
    let mut session = session("iris", plan(&[6, 5]));
    run(&mut session, 5);
    let kept = [ParameterId::weight(1, 5, 0), bias(2, 1)];
    let gone = [ParameterId::weight(2, 4, 0), ParameterId::weight(3, 0, 0)];
    for id in kept.into_iter().chain(gone) {
        session.apply(freeze(id)).unwrap();
    }
    session.apply(mute(1, 2, true)).unwrap();
    session.apply(mute(2, 4, true)).unwrap();
    let values = kept.map(|id| session.engine().parameter(id));
    session.apply(network(&[6, 3, 7])).unwrap();
    assert_eq!(session.in_force().frozen, kept);
    assert_eq!(session.in_force().muted, [MUTED]);
    run(&mut session, 20);
    assert_eq!(kept.map(|id| session.engine().parameter(id)), values);
    let silent = session.engine().parameters().layers[1]
        .weights
        .column(2)
        .to_vec();
    assert_eq!(silent, [0.0; 3]);
    session.apply(mute(1, 2, false)).unwrap();
    let voice = session.engine().parameters().layers[1]
        .weights
        .column(2)
        .to_vec();
    assert!(voice.iter().all(|&w| w != 0.0));
}

#[test]
fn recovering_keeps_what_is_held() {
    let mut wild = plan(&[8]);
    wild.rule.optimizer = Optimizer::SGD;
    wild.output = Output::Linear;
    wild.loss = Loss::Quadratic;
    wild.activation = Activation::Relu;
    let mut session = session("iris", wild);
    run(&mut session, 3);
    let id = ParameterId::weight(2, 0, 1);
    session.apply(freeze(id)).unwrap();
    session.apply(set(id, 0.75)).unwrap();
    session.apply(mute(1, 5, true)).unwrap();
    let learning_rate = rate(50.0);
    session
        .apply(Change::LearningRate { learning_rate })
        .unwrap();
    while session.step().is_ok() {}
    let refused = session.apply(set(id, 1.0)).unwrap_err();
    assert_eq!(refused, "the training has diverged; recover or undo first");
    let (parameters, _) = session.good_parameters();
    assert_eq!(parameters.layers[1].weights[[0, 1]], 0.75);
    assert_eq!(parameters.layers[1].weights.column(5).to_vec(), [0.0; 3]);
    let learning_rate = rate(0.001);
    session.apply(Change::Recover { learning_rate }).unwrap();
    assert_eq!(session.engine().parameters(), parameters);
    run(&mut session, 20);
    assert_eq!(session.engine().parameter(id), 0.75);

    let steps = session.position().step;
    let log = session.log().to_vec();
    let again = Session::replay(
        session.plan().clone(),
        Arc::clone(session.dataset()),
        &log,
        steps,
        Threads::ONE,
    );
    let again = again.expect("what was done can be done again");
    assert_eq!(again.engine().parameters(), session.engine().parameters());
}

#[test]
fn an_undo_leads_out_of_a_divergence() {
    let mut session = session("iris", plan(&[8]));
    run(&mut session, 3);
    let before = session.engine().parameters();
    session
        .apply(Change::Network {
            hidden: vec![8],
            activation: Activation::Linear,
            output: Output::Linear,
            loss: Loss::Quadratic,
        })
        .unwrap();
    session
        .apply(set(ParameterId::weight(1, 0, 0), 1e30))
        .unwrap();
    assert!(session.step().is_err());
    session.apply(Change::Undo).unwrap();
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.engine().parameters(), before);
    run(&mut session, 5);
}

fn refusal(session: &mut Session, change: Change) -> String {
    let (before, log) = (session.in_force(), session.log().len());
    let parameters = session.engine().parameters();
    let why = session.apply(change.clone()).expect_err("it can't be made");
    assert_eq!(session.in_force(), before, "{change:?}");
    assert_eq!(session.log().len(), log);
    assert_eq!(session.engine().parameters(), parameters);
    why
}

#[test]
fn what_can_not_be_is_refused_with_its_reason() {
    let mut session = session("iris", plan(&[8]));
    session.apply(freeze(ParameterId::weight(1, 0, 0))).unwrap();
    session.apply(mute(1, 4, true)).unwrap();
    let huge = usize::MAX;
    for (change, why) in [
        (
            set(ParameterId::weight(3, 0, 0), 1.0),
            "the network 4 → 8 → 3 has no",
        ),
        (
            set(ParameterId::weight(0, 0, 0), 1.0),
            "the network 4 → 8 → 3 has no",
        ),
        (
            set(ParameterId::weight(1, 8, 0), 1.0),
            "the network 4 → 8 → 3 has no",
        ),
        (
            set(ParameterId::weight(1, 0, 4), 1.0),
            "the network 4 → 8 → 3 has no",
        ),
        (set(bias(huge, huge), 1.0), "the network 4 → 8 → 3 has no"),
        (set(bias(2, 0), f32::NAN), "b2[1] is NaN; it must be finite"),
        (set(bias(2, 0), f32::INFINITY), "b2[1] is inf"),
        (
            set(ParameterId::weight(2, 1, 4), 0.0),
            "w2[2,5] leaves a muted neuron",
        ),
        (
            freeze(ParameterId::weight(1, 0, 0)),
            "w1[1,1] is already frozen",
        ),
        (freeze(bias(9, 0)), "the network 4 → 8 → 3 has no"),
        (
            Change::Freeze {
                id: bias(1, 0),
                frozen: false,
            },
            "b1[1] is not frozen",
        ),
        (mute(1, 4, true), "a1[5] is already muted"),
        (mute(1, 0, false), "a1[1] is not muted"),
        (mute(0, 0, true), "only hidden neurons can be muted"),
        (mute(2, 0, true), "only hidden neurons can be muted"),
        (mute(1, 8, true), "only hidden neurons can be muted"),
        (mute(huge, huge, true), "only hidden neurons can be muted"),
        (network(&[8, 0]), "layer 2 has no neurons"),
        (network(&[8]), "the network already has this shape"),
        (network(&[huge, huge]), "the network 4 → "),
        (network(&[1 << 30]), "the network 4 → "),
        (
            Change::Network {
                hidden: vec![8],
                activation: Activation::Relu,
                output: Output::Linear,
                loss: Loss::CrossEntropy,
            },
            "cross-entropy loss goes with sigmoid or softmax output, not with linear",
        ),
        (
            Change::Batch { batch: rows(10) },
            "the batch size is already 10",
        ),
    ] {
        let said = refusal(&mut session, change.clone());
        assert!(said.starts_with(why), "{change:?}: {said}");
    }
    run(&mut session, 3);
}

#[test]
fn a_number_is_predicted_by_a_linear_output() {
    let mut session = session("sine", regression_plan(&[8]));
    let to = |output, loss| Change::Network {
        hidden: vec![8],
        activation: Activation::Tanh,
        output,
        loss,
    };
    let said = refusal(&mut session, to(Output::Sigmoid, Loss::Quadratic));
    assert!(said.starts_with("the target is a number"), "{said}");
    refusal(&mut session, to(Output::Softmax, Loss::CrossEntropy));
    session.apply(network_for_numbers(&[3, 3])).unwrap();
    run(&mut session, 30);
}

fn network_for_numbers(hidden: &[usize]) -> Change {
    Change::Network {
        hidden: hidden.to_vec(),
        activation: Activation::Relu,
        output: Output::Linear,
        loss: Loss::Quadratic,
    }
}

/// A training with changes of every kind, some of them in the middle of an epoch.
#[test]
fn a_learning_rate_is_undone_in_its_turn() {
    let mut session = session("iris", plan(&[8]));
    let rate_of = |session: &Session| session.plan_in_force().rule.learning_rate;
    let first = rate_of(&session);
    let to = |number| Change::LearningRate {
        learning_rate: rate(number),
    };
    session.apply(to(0.5)).unwrap();
    session
        .apply(set(ParameterId::weight(1, 0, 0), 0.25))
        .unwrap();
    run(&mut session, 3);
    session.apply(to(0.125)).unwrap();
    assert_eq!(session.in_force().next_undo, "learning rate 0.125");
    session.apply(Change::UndoLast).unwrap();
    assert_eq!(rate_of(&session), rate(0.5));
    assert_eq!(session.in_force().next_undo, "w1[1,1] = 0.25");
    session.apply(Change::UndoLast).unwrap();
    session.apply(Change::UndoLast).unwrap();
    assert_eq!(rate_of(&session), first);
    assert!(session.apply(Change::UndoLast).is_err());
}

#[test]
fn logs_of_older_files_undo_as_before() {
    let mut session = session("iris", plan(&[8]));
    let to = |number| Change::LearningRate {
        learning_rate: rate(number),
    };
    session
        .apply(set(ParameterId::weight(1, 0, 0), 0.25))
        .unwrap();
    // More of them than can be undone.
    for i in 1..=150 {
        session.apply(to(f64::from(i) * 1e-3)).unwrap();
    }
    session.apply(Change::Undo).unwrap();
    assert_ne!(
        session.engine().parameter(ParameterId::weight(1, 0, 0)),
        0.25
    );
    assert_eq!(session.plan_in_force().rule.learning_rate, rate(0.15));
    assert!(session.apply(Change::Undo).is_err());
    session.apply(Change::UndoLast).unwrap();
    assert_eq!(session.plan_in_force().rule.learning_rate, rate(0.149));
}

fn eventful(plan: Plan, threads: Threads) -> Session {
    let data = Arc::new(dataset("digits"));
    let mut session = Session::with_resources(plan, data, threads).unwrap();
    let script = [
        (3, set(ParameterId::weight(1, 2, 20), 0.5)),
        (2, freeze(ParameterId::weight(2, 1, 2))),
        (4, mute(1, 3, true)),
        (1, optimizer(Optimizer::MOMENTUM)),
        (5, network(&[24, 9])),
        (0, Change::Undo),
        (0, network(&[40, 18])),
        (3, Change::Batch { batch: rows(17) }),
        (7, mute(1, 3, false)),
        (2, Change::Undo),
        (2, Change::Undo),
        (
            2,
            Change::WeightDecay {
                weight_decay: decay(1e-3),
            },
        ),
        (
            2,
            Change::LearningRate {
                learning_rate: rate(0.02),
            },
        ),
        (90, network(&[20])),
        (
            1,
            Change::Recover {
                learning_rate: rate(0.001),
            },
        ),
        (5, Change::Undo),
        (0, Change::UndoLast),
    ];
    for (steps, change) in script {
        run(&mut session, steps);
        session.apply(change).unwrap();
    }
    run(&mut session, 9);
    session
}

#[test]
fn the_log_is_enough_to_train_again_with_one_thread_or_two() {
    let plan = plan(&[32, 16]);
    let mut first = eventful(plan.clone(), Threads::ONE);
    assert_eq!(first.log().len(), 17);
    for threads in [Threads::ONE, Threads::Exactly(2)] {
        let json = serde_json::to_string(first.log()).unwrap();
        let log: Vec<_> = serde_json::from_str(&json).unwrap();
        assert_eq!(log, first.log());
        let steps = first.position().step;
        let data = Arc::clone(first.dataset());
        let mut again = Session::replay(plan.clone(), data, &log, steps, threads).unwrap();
        assert_same(&mut first, &mut again);
        first = eventful(plan.clone(), Threads::Exactly(2));
    }
}

#[test]
fn a_log_that_can_not_be_replayed_says_why() {
    let data = Arc::new(dataset("iris"));
    let replay = |steps: u64, changes: &[(u64, Change)]| {
        let logged = |(step, change): &(u64, Change)| nn_tui::nn::LoggedChange {
            step: *step,
            change: change.clone(),
        };
        let log: Vec<_> = changes.iter().map(logged).collect();
        Session::replay(plan(&[8]), Arc::clone(&data), &log, steps, Threads::ONE)
            .map(|session| session.position().step)
    };
    assert_eq!(replay(7, &[(7, set(bias(1, 0), 1.0))]).unwrap(), 7);
    let late = replay(7, &[(8, set(bias(1, 0), 1.0))]);
    assert!(matches!(late, Err(ReplayError::OutOfOrder { step: 8 })));
    let back = replay(7, &[(5, set(bias(1, 0), 1.0)), (4, Change::Undo)]);
    assert!(matches!(back, Err(ReplayError::OutOfOrder { step: 4 })));
    let refused = replay(7, &[(5, Change::Undo)]).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "the change after step 5: nothing to undo"
    );
}

#[test]
fn starting_again_keeps_what_is_in_force() {
    let mut session = session("iris", plan(&[8]));
    session.apply(network(&[5, 5])).unwrap();
    session.apply(Change::Batch { batch: rows(7) }).unwrap();
    session.apply(freeze(bias(1, 0))).unwrap();
    run(&mut session, 3);
    let mut again = session.restarted(9, Initialisation::Auto).unwrap();
    let mut fresh = Session::new(
        Plan {
            batch: rows(7),
            seed: 9,
            ..plan(&[5, 5])
        },
        Arc::clone(session.dataset()),
    )
    .unwrap();
    assert!(again.log().is_empty() && again.in_force().frozen.is_empty());
    assert_same(&mut again, &mut fresh);
}

#[test]
fn initial_values_are_logged_and_set_again_by_a_restart() {
    let values = [(ParameterId::weight(1, 0, 0), 0.5), (bias(2, 1), -0.25)];
    let mut first = session("iris", plan(&[4]));
    first.set_initial_values(&values).unwrap();
    assert_eq!(first.engine().parameter(values[0].0), 0.5);
    run(&mut first, 30);
    let steps = first.position().step;
    let data = Arc::clone(first.dataset());
    let log = first.log().to_vec();
    let mut again = Session::replay(plan(&[4]), data, &log, steps, Threads::ONE).unwrap();
    assert_same(&mut first, &mut again);
    let restarted = first.restarted(1, Initialisation::Auto).unwrap();
    assert_eq!(restarted.log(), &log[..2]);
    assert_eq!(restarted.engine().parameter(values[1].0), -0.25);
    first.apply(network(&[])).unwrap();
    let smaller = first.restarted(1, Initialisation::Auto).unwrap();
    assert_eq!(smaller.log().len(), 1, "b2[1] is gone with its layer");
    let error = first
        .set_initial_values(&[(ParameterId::weight(7, 0, 0), 1.0)])
        .unwrap_err();
    assert!(error.contains("has no w7[1,1]"), "{error}");
}
