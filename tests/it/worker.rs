//! The worker's protocol: what it is told happens, is acknowledged, and nothing makes it wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use crate::support::rate;
use crate::support::{Driven, plan, session, settings};
use nn_tui::nn::{Change, Grade, Initialisation, ParameterId};
use nn_tui::train::inspection::Facts;
use nn_tui::train::probes::{InspectProbe, RowProbe, WeightProbe};
use nn_tui::train::{
    BestEpoch, Command, Cursor, Event, Inspect, Limit, Limits, Observation, Pace, Position, Probe,
    Replace, Request, SampleId, Scratch, Set, Settings, State, StepSize, Subject, Training, Worker,
};

fn is_paused(state: &State) -> bool {
    *state == State::Paused
}

#[test]
fn pause_is_acknowledged_and_stops_progress() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(false, None));
    driven.started();
    sleep(Duration::from_millis(50));
    driven.send(Command::Pause);
    let (_, at) = driven.state(is_paused);
    assert!(at.step > 0, "it trained before");
    sleep(Duration::from_millis(100));
    driven.send(Command::Pause);
    let (_, later) = driven.state(is_paused);
    assert_eq!(at, later);
    driven.send(Command::Resume);
    driven.state(|state| *state == State::Running);
    sleep(Duration::from_millis(50));
    driven.send(Command::Pause);
    assert!(driven.state(is_paused).1.step > later.step);
}

#[test]
fn a_step_is_exactly_one() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    driven.started();
    driven.state(is_paused);
    for step in 1..=30 {
        driven.send(Command::Step {
            size: StepSize::Batch,
            count: 1,
        });
        let (_, position) = driven.state(is_paused);
        assert_eq!(position.step, step);
        assert_eq!(
            (position.epoch, position.batch),
            (step / 12, (step % 12) as u32)
        );
    }
    driven.send(Command::Step {
        size: StepSize::Epoch,
        count: 1,
    });
    driven.state(|state| *state == State::Stepping);
    let (_, position) = driven.state(is_paused);
    assert_eq!((position.epoch, position.batch, position.step), (3, 0, 36));
}

#[test]
fn pausing_shows_the_scores_of_that_moment() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    driven.started();
    driven.send(Command::Step {
        size: StepSize::Batch,
        count: 1,
    });
    let event = driven.wait_for(
        |_| {},
        |event| matches!(event, Event::Evaluated { position, .. } if position.step == 1),
    );
    let Event::Evaluated { evaluation, .. } = event else {
        unreachable!()
    };
    let mut same = session("iris", plan(&[8]));
    same.step().unwrap();
    assert_eq!(*evaluation, same.evaluate());
    assert_eq!(
        evaluation.outcomes.confusion().expect("classes").total(),
        30
    );
}

#[test]
fn it_finishes_after_its_epochs_and_can_go_on() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(false, Some(7)));
    driven.started();
    let mut epochs = Vec::new();
    let is_finished = |event: &Event| matches!(event, Event::State { state, .. } if *state == State::Finished(nn_tui::train::Limit::Epochs));
    driven.wait_for(
        |event| {
            if let Event::Progress(progress) = event {
                epochs.extend(progress.epochs.iter().map(|record| record.epoch));
            }
        },
        is_finished,
    );
    assert_eq!(
        epochs,
        [1, 2, 3, 4, 5, 6, 7],
        "every epoch is reported, in order"
    );
    driven.send(Command::Resume);
    driven.state(|state| *state == State::Running);
    sleep(Duration::from_millis(20));
    driven.send(Command::Pause);
    assert!(driven.state(is_paused).1.epoch >= 7);
}

#[test]
fn nobody_listening_does_not_hold_up_training() {
    let offered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&offered);
    let worker = Worker::spawn(session("iris", plan(&[8])), settings(false, Some(300)), {
        move |event: Event| {
            counted.fetch_add(1, Ordering::Relaxed);
            Err(Box::new(event))
        }
    })
    .unwrap();
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    // The training is over when the only thing left is to offer its events again and again.
    let path = std::env::temp_dir().join(format!("nn-tui-unheard-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&path);
    sleep(Duration::from_millis(300));
    worker.send(Command::Export {
        weights: nn_tui::train::Weights::Last,
        path: path.clone(),
        replace: Replace::Anything,
    });
    while !path.exists() && std::time::Instant::now() < deadline {
        sleep(Duration::from_millis(5));
    }
    let model = nn_tui::model_file::load(&path).expect("the model was written");
    let _ = std::fs::remove_file(&path);
    assert!(model.training.epochs > 0);
    assert!(offered.load(Ordering::Relaxed) > 0);
    worker.stop();
}

#[test]
fn the_pace_is_kept() {
    let slow = Settings {
        pace: Pace::EpochsPerSecond(5.0),
        ..settings(false, None)
    };
    let driven = Driven::spawn(session("iris", plan(&[8])), slow);
    driven.started();
    sleep(Duration::from_millis(1000));
    driven.send(Command::Pause);
    let step = driven.state(is_paused).1.step;
    // Sixty steps a second; a busy machine may do fewer, but never more.
    assert!((6..=70).contains(&step), "{step}");
}

#[test]
fn a_divergence_stops_the_run_and_recovery_goes_on() {
    let mut wild = plan(&[8]);
    wild.rule.optimizer = nn_tui::nn::Optimizer::SGD;
    wild.output = nn_tui::nn::Output::Linear;
    wild.loss = nn_tui::nn::Loss::Quadratic;
    wild.activation = nn_tui::nn::Activation::Relu;
    wild.rule.learning_rate = rate(50.0);
    let driven = Driven::spawn(session("iris", wild), settings(false, None));
    driven.started();
    let (state, position) = driven.state(|state| matches!(state, State::Diverged(_)));
    let State::Diverged(divergence) = state else {
        unreachable!()
    };
    assert_eq!(divergence.step, position.step + 1);
    assert_eq!(divergence.learning_rate, 50.0);
    assert!((1..=2).contains(&divergence.cause.layer));
    driven.send(Command::Resume);
    assert_eq!(
        driven.state(|_| true).0,
        State::Diverged(divergence),
        "it does not go on with those weights"
    );
    let learning_rate = rate(0.001);
    driven.send(Command::Apply(Change::Recover { learning_rate }));
    assert_eq!(driven.state(|_| true).0, State::Paused);
    driven.send(Command::Step {
        size: StepSize::Batch,
        count: 1,
    });
    assert_eq!(driven.state(is_paused).1.step, position.step + 1);
}

#[test]
fn a_reset_starts_the_same_training_again() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    let first = driven.started();
    driven.send(Command::Step {
        size: StepSize::Epoch,
        count: 1,
    });
    driven.state(|state| *state == State::Stepping);
    driven.state(is_paused);
    driven.send(Command::Reset {
        seed: 1,
        initialisation: Initialisation::Auto,
    });
    let again = driven.started();
    assert_eq!(again.restarts, first.restarts + 1);
    assert_eq!(again.data.training, first.data.training);
    assert_eq!(driven.state(|_| true).1.step, 0);
    driven.send(Command::Reset {
        seed: 2,
        initialisation: Initialisation::Auto,
    });
    let other = driven.started();
    assert_eq!(other.plan.seed, 2);
    assert_ne!(other.data.training, first.data.training);
}

/// A sink that panics once lets the training thread panic in the middle of its work.
#[test]
fn a_panic_is_reported_and_the_last_good_weights_can_be_saved() {
    let panicked = AtomicBool::new(false);
    let (sender, events) = std::sync::mpsc::sync_channel(1 << 12);
    let worker = Worker::spawn(session("iris", plan(&[8])), settings(false, None), {
        move |event: Event| {
            let is_late =
                matches!(&event, Event::Progress(progress) if progress.position.epoch > 2);
            assert!(
                !is_late || panicked.swap(true, Ordering::Relaxed),
                "a test's panic"
            );
            sender
                .try_send(event)
                .map_err(|_| Box::new(Event::Snapshot))
        }
    })
    .unwrap();
    let mut failed = None;
    while failed.is_none() {
        let event = events.recv_timeout(crate::support::PATIENCE);
        if let Event::State {
            state: State::Failed(message),
            ..
        } = event.expect("an answer")
        {
            failed = Some(message);
        }
    }
    assert_eq!(failed.unwrap(), "a test's panic");
    let path = std::env::temp_dir().join(format!("nn-tui-panic-{}.json", std::process::id()));
    worker.send(Command::Resume);
    worker.send(Command::Export {
        weights: nn_tui::train::Weights::Last,
        path: path.clone(),
        replace: Replace::Anything,
    });
    let result = loop {
        match events
            .recv_timeout(crate::support::PATIENCE)
            .expect("an answer")
        {
            Event::Exported { result, .. } => break result,
            Event::State { state, .. } => assert!(matches!(state, State::Failed(_))),
            _ => {}
        }
    };
    result.expect("the last good weights are saved");
    let model = nn_tui::model_file::load(&path).unwrap();
    let _ = std::fs::remove_file(&path);
    assert!(model.parameters.is_finite());
    worker.send(Command::Reset {
        seed: 1,
        initialisation: Initialisation::Auto,
    });
    loop {
        if let Event::State {
            state: State::Running,
            ..
        } = events
            .recv_timeout(crate::support::PATIENCE)
            .expect("an answer")
        {
            break;
        }
    }
    worker.stop();
}

#[test]
fn stop_joins_at_once() {
    for paused in [true, false] {
        let driven = Driven::spawn(session("digits", plan(&[32])), settings(paused, None));
        driven.started();
        let Driven { worker, events } = driven;
        worker.stop();
        assert!(events.iter().any(|event| matches!(event, Event::Stopped)));
    }
}

#[test]
fn gradients_are_checked_between_steps_and_commands_are_heard_meanwhile() {
    // A check of this network is not over before the restart is asked for.
    let network = || plan(&[64, 64]);
    let driven = Driven::spawn(session("digits", network()), settings(false, None));
    driven.started();
    let is_check = |event: &Event| matches!(event, Event::GradientsChecked(_));
    let check = || match driven.wait_for(|_| {}, is_check) {
        Event::GradientsChecked(check) => *check,
        _ => unreachable!(),
    };
    driven.send(Command::CheckGradients);
    let found = check();
    assert!(found.grade() != Grade::Wrong, "{found:?}");
    assert_eq!(found.checked.len(), 300);
    driven.send(Command::Pause);
    let (_, at) = driven.state(is_paused);
    driven.send(Command::CheckGradients);
    driven.send(Command::Reset {
        seed: 5,
        initialisation: Initialisation::Auto,
    });
    assert_eq!(driven.started().plan.seed, 5);
    // Of the network that there is now: the first mini-batch under the new seed.
    let mut plan = network();
    plan.seed = 5;
    assert_eq!(check(), session("digits", plan).gradient_check().finish());
    driven.send(Command::Pause);
    assert!(driven.state(is_paused).1.step < at.step.max(1));
}

#[test]
fn an_inspected_parameter_tells_its_last_change() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    driven.started();
    let facts_of = |id: ParameterId, step: u64| {
        let sample = SampleId {
            set: Set::Training,
            index: 0,
        };
        let inspect = Inspect {
            cursor: Cursor::Parameter(id),
            of: Subject::Row,
        };
        let row = RowProbe {
            sample,
            what_if: Vec::new(),
        };
        let observation = Observation::default().with(InspectProbe { inspect, row });
        driven.send(Command::Observe(observation));
        let deadline = std::time::Instant::now() + crate::support::PATIENCE;
        loop {
            assert!(std::time::Instant::now() < deadline, "no snapshot came");
            let snapshot = driven.worker.mailbox().take();
            let inspection = snapshot
                .filter(|snapshot| snapshot.position.step == step)
                .and_then(|snapshot| snapshot.answer::<InspectProbe>()?.clone())
                .filter(|inspection| inspection.inspect == inspect);
            if let Some(Facts::Parameter(facts)) = inspection.map(|inspection| inspection.facts) {
                break facts;
            }
            sleep(Duration::from_millis(2));
        }
    };
    let (layer, output) = (2, 1);
    let ids = [
        ParameterId::Bias { layer, output },
        ParameterId::Weight {
            layer,
            output,
            input: 3,
        },
    ];
    let mut before = [f64::NAN; 2];
    for step in 0..4 {
        if step > 0 {
            driven.send(Command::Step {
                size: StepSize::Batch,
                count: 1,
            });
        }
        // The cursor moves to the second one after the step.
        for (id, before) in ids.into_iter().zip(&mut before) {
            let facts = facts_of(id, step);
            let change = (step > 0).then_some(facts.value - *before);
            assert_eq!(facts.last_change, change, "{id}");
            assert_eq!(facts.history.len() as u64, step + 1);
            *before = facts.value;
        }
    }
}

#[test]
fn an_epoch_limit_that_is_passed_finishes_at_once() {
    let driven = Driven::spawn(session("iris", plan(&[4])), settings(true, None));
    driven.started();
    driven.send(Command::Step {
        size: StepSize::Epoch,
        count: 3,
    });
    driven.state(|state| *state == State::Stepping);
    driven.state(|state| *state == State::Paused);
    driven.send(Command::SetLimits(nn_tui::train::Limits::epochs(Some(2))));
    let (_, position) =
        driven.state(|state| *state == State::Finished(nn_tui::train::Limit::Epochs));
    assert_eq!(position.epoch, 3);
    driven.send(Command::SetLimits(nn_tui::train::Limits::epochs(Some(5))));
    assert_eq!(driven.state(|_| true).0, State::Paused);
    driven.send(Command::Resume);
    let (_, position) =
        driven.state(|state| *state == State::Finished(nn_tui::train::Limit::Epochs));
    assert_eq!(position.epoch, 5);
}

#[test]
fn another_initialisation_restarts_with_it() {
    let driven = Driven::spawn(session("iris", plan(&[4])), settings(true, None));
    driven.started();
    driven.send(Command::Reset {
        seed: 1,
        initialisation: Initialisation::Normal,
    });
    let started = driven.started();
    assert_eq!(started.plan.initialisation, Initialisation::Normal);
    assert_eq!((started.plan.seed, started.restarts), (1, 1));
}

/// Sum of a layer's absolute weights: a question that the library does not know.
#[derive(Debug, PartialEq)]
struct SumProbe {
    layer: usize,
}

impl Probe for SumProbe {
    type Answer = Option<f32>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Option<f32> {
        let layer = scratch
            .parameters(training.session)
            .layers
            .get(self.layer)?;
        Some(layer.weights.iter().map(|weight| weight.abs()).sum())
    }
}

/// The worker answers probes of any type, each equal one once, and the first of a type is found.
#[test]
fn a_probe_of_a_new_type_is_answered() {
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    driven.started();
    let mut asked = Observation::default()
        .with(SumProbe { layer: 1 })
        .with(WeightProbe)
        .with(SumProbe { layer: 9 });
    asked.add(Request::new(SumProbe { layer: 1 }));
    driven.send(Command::Observe(asked.clone()));
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    let snapshot = loop {
        assert!(std::time::Instant::now() < deadline, "no snapshot came");
        match driven.worker.mailbox().take() {
            Some(snapshot) if *snapshot.observation() == asked => break snapshot,
            _ => sleep(Duration::from_millis(2)),
        }
    };
    let (probe, sum) = snapshot.get::<SumProbe>().expect("answered");
    assert_eq!(probe.layer, 1);
    let weights = &session("iris", plan(&[8])).engine().parameters().layers[1].weights;
    let expected = weights.iter().map(|weight| weight.abs()).sum::<f32>();
    assert_eq!(*sum, Some(expected));
    assert_eq!(snapshot.answer::<WeightProbe>().map(Vec::len), Some(2));
    assert!(
        snapshot.answer::<InspectProbe>().is_none(),
        "it was not asked"
    );
}

/// Trains until a limit is reached. Returns it, the last position, and the best epoch.
fn trained_to(data: &str, fast: f64, limits: Limits) -> (Limit, Position, Option<BestEpoch>) {
    let mut plan = plan(&[16]);
    plan.rule.learning_rate = rate(fast);
    let limited = Settings {
        limits,
        ..settings(false, None)
    };
    let driven = Driven::spawn(session(data, plan), limited);
    let mut best = None;
    let event = driven.wait_for(
        |event| {
            if let Event::Progress(progress) = event {
                best = progress.best;
            }
        },
        |event| {
            matches!(
                event,
                Event::State {
                    state: State::Finished(_),
                    ..
                }
            )
        },
    );
    match event {
        Event::State {
            state: State::Finished(limit),
            position,
        } => (limit, position, best),
        _ => unreachable!(),
    }
}

#[test]
fn patience_ends_the_run_so_many_epochs_after_the_best() {
    let patience = |epochs| Limits {
        patience: Some(epochs),
        ..Limits::epochs(Some(100))
    };
    let (limit, position, best) = trained_to("breast-cancer", 0.05, patience(7));
    assert_eq!(limit, Limit::Patience(7));
    assert_eq!(position.epoch, best.expect("an epoch").epoch + 7);
    assert_eq!(position.batch, 0);
    let (limit, position, _) = trained_to("breast-cancer", 0.05, patience(1000));
    assert_eq!((limit, position.epoch), (Limit::Epochs, 100));
}

#[test]
fn a_time_limit_ends_the_run_within_an_epoch() {
    let time = Duration::from_millis(200);
    let limits = Limits {
        time: Some(time),
        ..Limits::default()
    };
    let (limit, position, _) = trained_to("digits", 0.01, limits);
    assert_eq!(limit, Limit::Time(time));
    assert!(position.step > 0);
}
