//! Phase stepper: bit-identical to whole steps, forward and back.

use std::sync::Arc;

use crate::support::{Driven, plan, session, settings};
use crate::support::{decay, rate, rows};
use nn_tui::nn::NeuronId;
use nn_tui::nn::engine::Threads;
use nn_tui::nn::parameters::ParameterId;
use nn_tui::nn::textbook::Network;
use nn_tui::nn::{Activation, Change, Loss, Optimizer, Output};
use nn_tui::train::probes::{ActivationProbe, EdgeProbe, PhaseProbe, RowProbe, WeightProbe};
use nn_tui::train::{
    Command, Event, LossPoint, Observation, PhaseStepper, Replace, SampleId, Scratch, Session, Set,
    Snapshot, State, StepPhase, StepPosition, StepSize, Training,
};
use proptest::prelude::*;

const OPTIMIZERS: &[Optimizer] = Optimizer::ALL;

/// Session on iris with mini-batches of 50, 50 and 20 rows.
fn uneven(optimizer: Optimizer) -> Session {
    let mut plan = plan(&[6, 5]);
    plan.batch = rows(50);
    plan.rule.optimizer = optimizer;
    session("iris", plan)
}

fn assert_same(one: &mut Session, other: &mut Session) {
    assert_eq!(one.position(), other.position());
    assert_eq!(one.running_mean(), other.running_mean());
    assert_eq!(one.log(), other.log());
    assert_eq!(one.in_force(), other.in_force());
    assert_eq!(one.good_parameters(), other.good_parameters());
    assert_eq!(one.next_rows(), other.next_rows());
    for _ in 0..5 {
        assert_eq!(one.engine().parameters(), other.engine().parameters());
        assert_eq!(one.step(), other.step());
    }
}

#[test]
fn a_walk_through_all_phases_is_as_many_steps_bit_for_bit() {
    for &optimizer in OPTIMIZERS {
        let (mut walked, mut stepped) = (uneven(optimizer), uneven(optimizer));
        let mut walk = PhaseStepper::new(&mut walked);
        for rows in [50, 50, 20, 50, 50, 20, 50] {
            let phases = rows * 7 + 1;
            for phase in 1..phases {
                assert_eq!(walk.phase(&mut walked).unwrap(), None, "phase {phase}");
            }
            let step = stepped.step().unwrap();
            assert_eq!(walk.phase(&mut walked).unwrap(), Some(step));
            assert_eq!(step.rows, rows);
            assert_eq!(walk.position().done, Some(StepPhase::Update));
        }
        assert_same(&mut walked, &mut stepped);
    }
}

#[test]
fn phases_come_in_the_order_of_the_book() {
    use StepPhase::{Backward, Forward, Update};
    let mut plan = plan(&[6]);
    plan.batch = rows(2);
    let mut session = session("iris", plan);
    let rows = session.next_rows().to_vec();
    let mut walk = PhaseStepper::new(&mut session);
    let start = walk.position();
    assert_eq!((start.row, start.rows, start.done), (0, 2, None));
    assert_eq!(start.next, Forward { layer: 1 });
    assert!(!start.can_go_back);
    let of_row = [
        Forward { layer: 1 },
        Forward { layer: 2 },
        StepPhase::Loss,
        Backward { layer: 2 },
        Backward { layer: 1 },
    ];
    let mut expected: Vec<(usize, StepPhase)> = Vec::new();
    for row in 0..2 {
        expected.extend(of_row.map(|phase| (row, phase)));
    }
    expected.push((1, Update));
    let mut before = start;
    for &(row, phase) in &expected {
        assert_eq!(before.next, phase);
        walk.phase(&mut session).unwrap();
        let position = walk.position();
        assert_eq!((position.row, position.done), (row, Some(phase)));
        assert_eq!(
            position.sample,
            SampleId {
                set: Set::Training,
                index: rows[row] as usize
            }
        );
        assert!(position.can_go_back);
        before = position;
    }
    assert_eq!(before.next, Forward { layer: 1 }, "of the next mini-batch");
    let next = session.next_rows()[0] as usize;
    walk.phase(&mut session).unwrap();
    assert_eq!(
        (walk.position().row, walk.position().sample.index),
        (0, next)
    );
}

#[test]
fn rows_and_mini_batches_end_where_they_end() {
    use StepPhase::{Backward, Forward, Update};
    let mut walked = uneven(Optimizer::ADAM);
    let mut stepped = uneven(Optimizer::ADAM);
    let mut walk = PhaseStepper::new(&mut walked);
    walk.phase(&mut walked).unwrap();
    for row in 0..49 {
        assert_eq!(walk.sample(&mut walked).unwrap(), None);
        let position = walk.position();
        assert_eq!(position.done, Some(Backward { layer: 1 }));
        assert_eq!((position.row, position.next), (row, Forward { layer: 1 }));
    }
    let step = stepped.step().unwrap();
    assert_eq!(walk.sample(&mut walked).unwrap(), Some(step));
    assert_eq!(walk.position().done, Some(Update));
    walk.sample(&mut walked).unwrap();
    walk.phase(&mut walked).unwrap();
    assert_eq!(walk.batch(&mut walked).unwrap(), stepped.step().unwrap());
    assert_eq!(walk.batch(&mut walked).unwrap(), stepped.step().unwrap());
    assert_same(&mut walked, &mut stepped);
}

#[test]
fn a_walk_goes_back_over_updates_and_epochs_bit_for_bit() {
    for &optimizer in OPTIMIZERS {
        let mut walked = uneven(optimizer);
        // Far enough that checkpoints have been taken.
        for _ in 0..305 {
            walked.step().unwrap();
        }
        let mut walk = PhaseStepper::new(&mut walked);
        let mut way: Vec<StepPosition> = vec![walk.position()];
        let mut parameters = vec![walked.engine().parameters()];
        for _ in 0..(50 + 50 + 20) * 7 + 3 + 10 {
            walk.phase(&mut walked).unwrap();
            way.push(walk.position());
            parameters.push(walked.engine().parameters());
        }
        assert_eq!(walked.position().step, 308);
        for (position, parameters) in way.iter().zip(&parameters).rev().skip(1) {
            assert!(walk.back(&mut walked));
            assert_eq!(walk.position(), *position);
            assert_eq!(walked.engine().parameters(), *parameters);
        }
        assert!(!walk.back(&mut walked), "before its start");
        let mut stepped = uneven(optimizer);
        for _ in 0..305 {
            stepped.step().unwrap();
        }
        assert_same(&mut walked, &mut stepped);
    }
}

#[test]
fn there_is_no_way_back_to_before_a_change() {
    let mut session = uneven(Optimizer::ADAM);
    let mut walk = PhaseStepper::new(&mut session);
    walk.batch(&mut session).unwrap();
    walk.phase(&mut session).unwrap();
    let id = ParameterId::Bias {
        layer: 1,
        output: 0,
    };
    session.apply(Change::Parameter { id, value: 1.0 }).unwrap();
    walk.session_changed(&mut session);
    assert!(walk.position().can_go_back, "the phase can be taken back");
    assert!(walk.back(&mut session));
    assert!(!walk.back(&mut session), "and the update can't");
    assert_eq!(session.engine().parameter(id), 1.0);
}

#[test]
fn phase_values_equal_the_textbook() {
    let mut session = uneven(Optimizer::ADAM);
    for _ in 0..20 {
        session.step().unwrap();
    }
    let mut walk = PhaseStepper::new(&mut session);
    for _ in 0..9 {
        walk.phase(&mut session).unwrap();
    }
    let neurons = vec![vec![0, 3], vec![5, 1, 0], vec![4], vec![2, 0]];
    let mut scratch = Scratch::new(&session);
    let mut changes = |session: &Session, walk: &PhaseStepper| {
        let training = Training {
            session,
            stepper: Some(walk),
            is_waiting: true,
        };
        let probe = EdgeProbe {
            neurons: neurons.clone(),
        };
        let observation = Observation::default().with(probe);
        let snapshot = observation.snapshot(&training, &mut scratch);
        snapshot.answer::<EdgeProbe>().unwrap().changes.clone()
    };
    let walked = walk.values(&session);
    assert!(changes(&session, &walk).is_empty());
    let position = walked.position;
    assert_eq!(
        (position.row, position.done),
        (1, Some(StepPhase::Forward { layer: 2 }))
    );
    let before = session.engine().parameters();
    let samples = &session.data().training;
    let row = session.next_rows()[1] as usize;
    let exact = |x: &f32| f64::from(*x);
    let inputs: Vec<_> = samples.inputs(row..row + 1).iter().map(exact).collect();
    let mut targets = vec![0.0; 3];
    targets[samples.targets.class(row).unwrap()] = 1.0;
    let network = Network::new(session.architecture(), &before);
    let forward = network.forward(&inputs);
    let backward = network.backward(&forward, &targets);
    assert_eq!(walked.forward, forward);
    assert_eq!((walked.loss, walked.delta), (backward.loss, backward.delta));

    walk.batch(&mut session).unwrap();
    let walked = walk.values(&session);
    let changes = changes(&session, &walk);
    let after = session.engine().parameters();
    let shapes: Vec<_> = changes.iter().map(|change| change.dim()).collect();
    assert_eq!(shapes, [(3, 2), (1, 3), (2, 1)]);
    let moved = |place| after.layers[0].weights[place] - before.layers[0].weights[place];
    assert_eq!(changes[0][[1, 1]], moved([1, 3]));
    assert_ne!(changes[0][[1, 1]], 0.0);
    // The row is still seen with the parameters that the update was made from.
    assert_eq!(walked.position.row, walked.position.rows - 1);
    let network = Network::new(session.architecture(), &before);
    assert_eq!(walked.forward, network.forward(&walked.forward.a[0]));
}

/// Request of a user.
#[derive(Debug, Clone)]
enum Ask {
    Phase(u8),
    Sample(u8),
    Batch(u8),
    Back(u8),
    Change(Change),
}

fn any_id() -> impl Strategy<Value = ParameterId> {
    (1usize..4, 0usize..7, 0usize..8).prop_map(|(layer, output, input)| match input {
        7 => ParameterId::Bias { layer, output },
        input => ParameterId::Weight {
            layer,
            output,
            input,
        },
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any_id(), -1f32..1.0).prop_map(|(id, value)| Change::Parameter { id, value }),
        (any_id(), any::<bool>()).prop_map(|(id, frozen)| Change::Freeze { id, frozen }),
        (1usize..3, 0usize..6, any::<bool>()).prop_map(|(layer, neuron, muted)| {
            Change::Mute {
                neuron: NeuronId { layer, neuron },
                muted,
            }
        }),
        (prop::collection::vec(1usize..7, 0..3), 0usize..3).prop_map(|(hidden, functions)| {
            let (output, loss) = [
                (Output::Softmax, Loss::CrossEntropy),
                (Output::Softmax, Loss::Quadratic),
                (Output::Sigmoid, Loss::Quadratic),
            ][functions];
            Change::Network {
                hidden,
                activation: Activation::Tanh,
                output,
                loss,
            }
        }),
        (0..OPTIMIZERS.len()).prop_map(|i| Change::Optimizer {
            optimizer: OPTIMIZERS[i]
        }),
        (0f64..0.01).prop_map(|lambda| Change::WeightDecay {
            weight_decay: decay(lambda)
        }),
        (1usize..60).prop_map(|batch| Change::Batch { batch: rows(batch) }),
        (1e-4..0.01f64).prop_map(|eta| Change::LearningRate {
            learning_rate: rate(eta)
        }),
        (1e-4..0.01f64).prop_map(|eta| Change::Recover {
            learning_rate: rate(eta)
        }),
        Just(Change::Undo),
        Just(Change::Undo),
        Just(Change::Undo),
    ]
}

fn any_ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        (1u8..30).prop_map(Ask::Phase),
        (1u8..40).prop_map(Ask::Sample),
        (1u8..9).prop_map(Ask::Batch),
        (1u8..30).prop_map(Ask::Back),
        any_change().prop_map(Ask::Change),
        any_change().prop_map(Ask::Change),
    ]
}

/// Executes a request as the worker does.
fn execute(ask: &Ask, session: &mut Session, walk: &mut Option<PhaseStepper>) {
    match ask {
        Ask::Phase(count) => {
            let walk = walk.get_or_insert_with(|| PhaseStepper::new(session));
            for _ in 0..*count {
                let _ = walk.phase(session);
            }
        }
        Ask::Sample(count) => {
            let walk = walk.get_or_insert_with(|| PhaseStepper::new(session));
            for _ in 0..*count {
                let _ = walk.sample(session);
            }
        }
        Ask::Batch(count) => {
            for _ in 0..*count {
                let _ = match walk {
                    Some(walk) => walk.batch(session),
                    None => session.step(),
                };
            }
        }
        Ask::Back(count) => {
            if let Some(walk) = walk {
                for _ in 0..*count {
                    let _ = walk.back(session);
                }
            }
        }
        Ask::Change(change) => {
            let before = session.architecture().clone();
            if session.apply(change.clone()).is_err() {
                return;
            }
            if let Some(it) = walk {
                it.session_changed(session);
                if before != *session.architecture() || !it.fits(session) {
                    *walk = None;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_session_is_replayed_from_its_log(
        asks in prop::collection::vec(any_ask(), 1..40),
        optimizer in 0..OPTIMIZERS.len(),
    ) {
        let mut session = uneven(OPTIMIZERS[optimizer]);
        let mut walk = None;
        for ask in &asks {
            execute(ask, &mut session, &mut walk);
        }
        let mut again = Session::replay(
            session.plan().clone(),
            Arc::clone(session.dataset()),
            session.log(),
            session.position().step,
            Threads::ONE,
        )
        .expect("it was done once");
        prop_assert_eq!(session.position(), again.position());
        prop_assert_eq!(session.in_force(), again.in_force());
        for _ in 0..4 {
            prop_assert_eq!(session.engine().parameters(), again.engine().parameters());
            prop_assert_eq!(session.step(), again.step());
        }
        // What can be undone is the same, too.
        while session.apply(Change::Undo).is_ok() {
            prop_assert!(again.apply(Change::Undo).is_ok());
        }
        prop_assert_eq!(session.engine().parameters(), again.engine().parameters());
    }
}

fn step(size: StepSize, count: u32) -> Command {
    Command::Step { size, count }
}

/// Returns the next position of the phase stepper.
fn next_position(driven: &Driven) -> Option<StepPosition> {
    match driven.wait_for(|_| {}, |event| matches!(event, Event::StepPosition(_))) {
        Event::StepPosition(position) => position,
        _ => unreachable!(),
    }
}

fn is_paused(state: &State) -> bool {
    *state == State::Paused
}

/// Starts a worker and waits until it is paused.
fn paused(session: Session) -> Driven {
    let driven = Driven::spawn(session, settings(true, None));
    driven.started();
    driven.state(is_paused);
    driven
}

#[test]
fn the_worker_reports_each_position() {
    let driven = paused(uneven(Optimizer::ADAM));
    driven.send(step(StepSize::Phase, 1));
    let first = next_position(&driven).expect("a walk");
    assert_eq!(first.done, Some(StepPhase::Forward { layer: 1 }));
    assert_eq!(driven.state(is_paused).1.step, 0);
    driven.send(step(StepSize::Phase, 10));
    driven.state(|state| *state == State::Stepping);
    let later = next_position(&driven).expect("a walk");
    assert_eq!((later.row, later.done), (1, Some(StepPhase::Loss)));
    assert_eq!(driven.state(is_paused).1.step, 0);
    driven.send(Command::StepBack);
    let back = next_position(&driven).expect("a walk");
    let phase = StepPhase::Forward { layer: 3 };
    assert_eq!((back.row, back.done), (1, Some(phase)));
    driven.send(step(StepSize::Batch, 1));
    let updated = next_position(&driven).expect("a walk");
    assert_eq!(updated.done, Some(StepPhase::Update));
    assert_eq!(driven.state(is_paused).1.step, 1);
    driven.send(Command::StepBack);
    assert_eq!(driven.state(is_paused).1.step, 0);
    driven.send(step(StepSize::Sample, 3));
    driven.state(|state| *state == State::Stepping);
    let sample = next_position(&driven).expect("a walk");
    assert_eq!((sample.row, sample.rows), (1, 50));
    assert_eq!(driven.state(is_paused).1.step, 1);
    driven.send(step(StepSize::Epoch, 1));
    assert_eq!(next_position(&driven), None);
    let (_, position) = driven.state(is_paused);
    assert_eq!((position.epoch, position.step), (1, 3));
    driven.send(step(StepSize::Phase, 1));
    assert!(next_position(&driven).is_some());
    driven.send(Command::Resume);
    assert_eq!(next_position(&driven), None);
}

#[test]
fn counted_steps_are_exact() {
    let driven = paused(session("iris", plan(&[8])));
    driven.send(step(StepSize::Batch, 30));
    driven.state(|state| *state == State::Stepping);
    assert_eq!(driven.state(is_paused).1.step, 30);
    driven.send(step(StepSize::Epoch, 3));
    driven.state(|state| *state == State::Stepping);
    let (_, position) = driven.state(is_paused);
    assert_eq!((position.epoch, position.batch, position.step), (5, 0, 60));
    // Without end, unless somebody ends it.
    driven.send(step(StepSize::Sample, u32::MAX));
    driven.state(|state| *state == State::Stepping);
    driven.send(Command::Pause);
    assert!(driven.state(is_paused).1.step >= 60);
}

#[test]
fn a_repeated_step_is_reported_once() {
    let driven = paused(session("iris", plan(&[8])));
    let mut losses: Vec<LossPoint> = Vec::new();
    let mut epochs = Vec::new();
    let mut note = |event: &Event| {
        if let Event::Progress(progress) = event {
            losses.extend(&progress.losses);
            epochs.extend(progress.epochs.iter().map(|record| record.epoch));
        }
    };
    driven.send(step(StepSize::Phase, 1));
    driven.send(step(StepSize::Batch, 13));
    let is_there =
        |event: &Event| matches!(event, Event::Evaluated { position, .. } if position.step == 13);
    driven.wait_for(&mut note, is_there);
    // A mini-batch has 51 phases here, and 12 of them are an epoch.
    for _ in 0..60 {
        driven.send(Command::StepBack);
    }
    for _ in 0..4 {
        driven.send(step(StepSize::Batch, 1));
    }
    let path = std::env::temp_dir().join(format!("nn-tui-again-{}.json", std::process::id()));
    driven.send(Command::Export {
        weights: nn_tui::train::Weights::Last,
        path: path.clone(),
        replace: Replace::Anything,
    });
    driven.wait_for(&mut note, |event| matches!(event, Event::Exported { .. }));
    let model = nn_tui::model_file::load(&path).expect("it was written");
    let _ = std::fs::remove_file(&path);
    assert_eq!(model.training.steps, 15);
    assert_eq!(epochs, [1]);
    let places: Vec<_> = losses.iter().map(|point| point.epochs).collect();
    let expected: Vec<_> = (1..=15).map(|step| f64::from(step) / 12.0).collect();
    assert_eq!(places.len(), expected.len());
    let are_near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
    assert!(places.iter().zip(&expected).all(are_near), "{places:?}");
    let mut straight = session("iris", plan(&[8]));
    for _ in 0..model.training.steps {
        straight.step().unwrap();
    }
    assert_eq!(model.parameters, straight.engine().parameters());
}

/// Returns the next snapshot that is `wanted`.
fn snapshot(driven: &Driven, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    while std::time::Instant::now() < deadline {
        match driven.worker.mailbox().take() {
            Some(snapshot) if wanted(&snapshot) => return snapshot,
            _ => std::thread::sleep(std::time::Duration::from_millis(2)),
        }
    }
    panic!("no such snapshot came");
}

#[test]
fn snapshots_show_the_walk_and_the_network_in_force() {
    let driven = paused(uneven(Optimizer::ADAM));
    let sample = SampleId {
        set: Set::Training,
        index: 0,
    };
    let observation = Observation::default()
        .with(RowProbe {
            sample,
            what_if: Vec::new(),
        })
        .with(EdgeProbe {
            neurons: vec![vec![0, 1], vec![0, 5], vec![0, 4], vec![2]],
        })
        .with(WeightProbe)
        .with(ActivationProbe)
        .with(PhaseProbe);
    let values = |snapshot: &Snapshot| snapshot.answer::<PhaseProbe>().cloned().flatten();
    driven.send(Command::Observe(observation));
    driven.send(step(StepSize::Phase, 2));
    let seen = snapshot(&driven, |it| {
        let phase = StepPhase::Forward { layer: 2 };
        values(it).is_some_and(|values| values.position.done == Some(phase))
    });
    assert_eq!(values(&seen).unwrap().forward.a.len(), 4);
    driven.send(step(StepSize::Batch, 1));
    let seen = snapshot(&driven, |it| it.position.step == 1);
    assert!(values(&seen).is_some(), "it goes on");
    let edges = seen.answer::<EdgeProbe>().expect("asked");
    assert_eq!(edges.changes.len(), 3);
    // A smaller network, while the neurons asked for are those of the larger one.
    driven.send(Command::Apply(Change::Network {
        hidden: vec![3],
        activation: Activation::Relu,
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
    }));
    driven.wait_for(|_| {}, |event| matches!(event, Event::StepPosition(None)));
    let activations = |snapshot: &Snapshot| {
        let pass = snapshot.answer::<RowProbe>();
        pass.map_or(Vec::new(), |pass| pass.activations.clone())
    };
    let seen = snapshot(&driven, |it| activations(it).len() == 2);
    assert!(values(&seen).is_none());
    assert_eq!(activations(&seen)[0].len(), 3);
}

#[test]
fn the_worker_changes_refuses_and_undoes() {
    let driven = paused(uneven(Optimizer::ADAM));
    let changed = |change: Change| {
        driven.send(Command::Apply(change.clone()));
        let answer = |event: &Event| matches!(event, Event::Changed { .. } | Event::Refused(_));
        match driven.wait_for(|_| {}, answer) {
            Event::Changed { change: made, now } => {
                assert_eq!(made, change);
                *now
            }
            Event::Refused(why) => panic!("{why}"),
            _ => unreachable!(),
        }
    };
    let now = changed(Change::Network {
        hidden: vec![9],
        activation: Activation::Relu,
        output: Output::Sigmoid,
        loss: Loss::Quadratic,
    });
    assert_eq!(now.architecture.sizes(), [4, 9, 3]);
    assert_eq!((now.plan.hidden.len(), now.undoable), (1, 1));
    let now = changed(Change::Batch { batch: rows(30) });
    assert_eq!((now.batches, now.plan.batch), (4, rows(30)));
    assert_eq!(now.next_undo, "batch size 30");
    driven.send(Command::Apply(Change::Batch { batch: rows(30) }));
    let refused = driven.wait_for(|_| {}, |event| matches!(event, Event::Refused(_)));
    let Event::Refused(why) = refused else {
        unreachable!()
    };
    assert_eq!(why, "the batch size is already 30");
    driven.send(step(StepSize::Epoch, 2));
    assert_eq!(driven.state(|state| *state == State::Stepping).1.step, 0);
    assert_eq!(driven.state(is_paused).1.step, 8);
    assert_eq!(changed(Change::Undo).batches, 3);
    assert_eq!(changed(Change::Undo).architecture.sizes(), [4, 6, 5, 3]);
    for format in ["json", "onnx", "npz", "safetensors", "py", "rs", "c"] {
        let name = format!("nn-tui-changed-{}.{format}", std::process::id());
        let path = std::env::temp_dir().join(name);
        driven.send(Command::Export {
            weights: nn_tui::train::Weights::Last,
            path: path.clone(),
            replace: Replace::Anything,
        });
        let event = driven.wait_for(|_| {}, |event| matches!(event, Event::Exported { .. }));
        let Event::Exported { result, .. } = event else {
            unreachable!()
        };
        result.unwrap_or_else(|error| panic!("{format}: {error}"));
        if format == "json" {
            let model = nn_tui::model_file::load(&path).unwrap();
            assert_eq!(model.training.changes.len(), 4);
            assert_eq!(model.training.started_as, None);
        }
        let _ = std::fs::remove_file(&path);
    }
}
