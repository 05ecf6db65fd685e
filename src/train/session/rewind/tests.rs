use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::data::{Source, load};
use crate::nn::engine::Threads;
use crate::nn::schedule::Shape;
use crate::nn::{
    BatchSize, Change, LearningRate, NeuronId, Optimizer, ParameterId, Regularisation, Schedule,
};
use crate::train::Plan;
use crate::train::session::undo::UndoStack;

const STEPS: u64 = 900;
const MEMORY: u64 = 64 << 20;

/// Describes a snapshot bit for bit.
fn describe(snapshot: &Snapshot) -> String {
    let engine = &snapshot.engine;
    let numbers = (engine.parameters(), engine.optimizer_state());
    let settings = (&snapshot.now, &snapshot.frozen, snapshot.plateau);
    let place = (snapshot.position, snapshot.mean, snapshot.changes);
    let updates = (engine.optimizer(), engine.updates());
    format!("{numbers:?} {updates:?} {settings:?} {place:?}\n")
}

/// Describes everything that decides how `session` goes on, bit for bit.
fn state(session: &Session) -> String {
    let recovery = &session.recovery;
    let now = session.take_snapshot(None, UndoStack::default());
    let best = recovery.best.as_ref().map(|best| best.loss);
    let losses = (recovery.loss, best, recovery.best_since);
    let undo = (session.undo.len(), session.undo.next());
    let mut text = format!(
        "{losses:?} {undo:?} {:?} {:?}\n",
        session.log,
        session.rule()
    );
    for snapshot in recovery.snapshots().chain([&now]) {
        text += &describe(snapshot);
    }
    text
}

fn change(dice: &mut ChaCha8Rng) -> Change {
    let rate = |rate| LearningRate::new(rate).expect("in range");
    let neuron: NeuronId = "a1[1]".parse().expect("a neuron");
    let weight: ParameterId = "w1[2,1]".parse().expect("a weight");
    match dice.random_range(0..11) {
        0 => Change::LearningRate {
            learning_rate: rate(0.003 * f64::from(dice.random_range(1..9))),
        },
        1 => Change::Parameter {
            id: weight,
            value: dice.random_range(-1.0..1.0),
        },
        2 => Change::Mute {
            neuron,
            muted: dice.random(),
        },
        3 => Change::Freeze {
            id: weight,
            frozen: dice.random(),
        },
        4 => Change::Network {
            hidden: vec![dice.random_range(2..6)],
            activation: Plan::small().activation,
            output: Plan::small().output,
            loss: Plan::small().loss,
        },
        5 => Change::Optimizer {
            optimizer: Optimizer::ALL[dice.random_range(0..Optimizer::ALL.len())],
        },
        6 => Change::Batch {
            batch: BatchSize::new(dice.random_range(3..40)).expect("in range"),
        },
        7 => Change::Schedule {
            schedule: Schedule {
                shape: Shape::Plateau {
                    patience: 1,
                    factor: 0.5,
                },
                warm_up: dice.random_range(0..3),
            },
        },
        8 => Change::Regularisation {
            regularisation: Regularisation {
                dropout: "0.2".parse().expect("a rate"),
                ..Regularisation::default()
            },
        },
        9 => Change::Undo,
        _ => Change::UndoLast,
    }
}

/// Creates a run that keeps its past in so many bytes.
fn run(seed: u64, threads: Threads, bytes: u64) -> Session {
    let dataset = load(&Source::parse("iris"), None).expect("it is built in");
    let plan = Plan {
        seed,
        hidden: vec![3],
        ..Plan::small()
    };
    let mut session =
        Session::with_resources(plan, Arc::new(dataset), threads).expect("it is sound");
    let id = "w1[1,1]".parse().expect("a weight");
    session.set_initial_values(&[(id, 0.25)]).expect("sound");
    session.keep_past(bytes);
    session
}

/// Does a step, and now and then a change. Equal dice do the same.
fn go_on(session: &mut Session, dice: &mut impl Rng) {
    let mut changes = ChaCha8Rng::seed_from_u64(dice.random());
    while changes.random_range(0..40) == 0 {
        // Those that are refused are not logged.
        let _ = session.apply(change(&mut changes));
    }
    session.step().expect("finite");
}

fn follow_to(session: &mut Session, step: u64, log: &[LoggedChange]) {
    while session.position.step < step {
        session.follow(log).expect("it was done before");
    }
}

/// Returns the steps of the snapshots for rewinding.
fn kept(session: &Session) -> Vec<u64> {
    let kept = session.snapshots.of(Purpose::Rewind);
    kept.map(|snapshot| snapshot.position.step).collect()
}

/// Trains as `run` did, without interruption, and stops after `step` steps.
fn uninterrupted(run: &Session, step: u64) -> Session {
    let (plan, dataset) = (run.plan.clone(), Arc::clone(&run.dataset));
    let until = run.log.partition_point(|logged| logged.step <= step);
    Session::replay(plan, dataset, &run.log[..until], step, Threads::ONE).expect("it was done")
}

#[test]
fn any_step_is_that_of_an_uninterrupted_run() {
    for seed in 0..4 {
        let threads = [Threads::ONE, Threads::UpTo(2)][seed as usize % 2];
        let mut session = run(seed, threads, MEMORY);
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut steps: Vec<u64> = (0..48).map(|_| dice.random_range(0..STEPS)).collect();
        steps.extend([0, STEPS]);
        while session.position.step < STEPS {
            go_on(&mut session, &mut dice);
        }
        let present = state(&session);
        assert!(session.log.len() > 10 && kept(&session).len() > 4);
        let mut last: Option<Session> = None;
        for step in steps {
            let mut past = session
                .rewound(Moment::Step(step), last)
                .expect("it was there");
            follow_to(&mut past, step, &session.log);
            assert_eq!(past.position.step, step);
            assert!(
                state(&past) == state(&uninterrupted(&session, step)),
                "step {step}"
            );
            last = Some(past);
        }
        assert!(state(&session) == present, "the present is as it was");
    }
}

#[test]
fn a_branch_is_a_run_with_the_same_changes() {
    let mut session = run(5, Threads::ONE, MEMORY);
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    (0..STEPS).for_each(|_| go_on(&mut session, &mut dice));
    let mut branch = session.rewound(Moment::Epoch(20), None).expect("sound");
    while !Moment::Epoch(20).is_reached_at(branch.position) {
        branch.follow(&session.log).expect("it was done before");
    }
    assert_eq!((branch.position.epoch, branch.position.batch), (20, 0));
    (0..STEPS).for_each(|_| go_on(&mut branch, &mut dice));
    let step = branch.position.step;
    assert!(state(&branch) == state(&uninterrupted(&branch, step)));
    // Its own past can be shown too.
    let past = branch.rewound(Moment::Step(step - 300), None);
    let mut past = past.expect("sound");
    follow_to(&mut past, step - 300, &branch.log);
    assert!(state(&past) == state(&uninterrupted(&branch, step - 300)));
}

#[test]
fn keeping_the_past_changes_nothing() {
    let mut sessions = [0, MEMORY].map(|bytes| run(2, Threads::ONE, bytes));
    for session in &mut sessions {
        let mut dice = ChaCha8Rng::seed_from_u64(3);
        (0..STEPS).for_each(|_| go_on(session, &mut dice));
    }
    assert!(state(&sessions[0]) == state(&sessions[1]));
    assert_eq!(kept(&sessions[0]).len(), 0);
}

#[test]
fn snapshots_stay_within_the_memory_and_reach_back_to_the_start() {
    let mut session = run(0, Threads::ONE, MEMORY);
    let one = u64::try_from(bytes(session.architecture())).expect("small");
    for (limit, most) in [(0, 0), (one, FEW), (12 * one, 12), (u64::MAX, 256)] {
        session = run(0, Threads::ONE, limit);
        for _ in 0..30_000 {
            session.step().expect("finite");
        }
        let kept = kept(&session);
        assert!(
            kept.len() <= most && kept.len() >= most.min(FEW),
            "{kept:?}"
        );
        assert!(kept.is_sorted());
        let entries = session.snapshots.by_purpose[Purpose::Rewind as usize].iter();
        assert!(kept.len() == FEW || memory(entries) <= limit.into());
        if most > FEW {
            assert_eq!(kept[0], 0);
            for pair in kept.windows(2) {
                let ago = (30_000 - pair[0]) as f64;
                assert!((pair[1] - pair[0]) as f64 <= 0.75 * ago, "{kept:?}");
            }
        }
    }
}

#[test]
fn the_least_useful_snapshot_is_the_one_whose_gap_matters_least() {
    assert_eq!(least_useful(&[0, 10, 20, 30, 40]), 1);
    assert_eq!(least_useful(&[0, 25, 30, 35, 40]), 2);
    assert_eq!(least_useful(&[7]), 0);
    // However long a run is, the gaps grow with the time since.
    let mut steps: Vec<u64> = Vec::new();
    for step in 0..100_000 {
        steps.push(step);
        if steps.len() > 64 {
            steps.remove(least_useful(&steps));
        }
    }
    for pair in steps.windows(2) {
        let ago = (100_000 - pair[0]) as f64;
        assert!((pair[1] - pair[0]) as f64 <= 1.0 + 0.4 * ago, "{steps:?}");
    }
}
