//! Path of a run: its snapshots are bounded, evenly spaced and exact.

use std::sync::Arc;

use nn_tui::nn::Change;
use nn_tui::nn::engine::Threads;
use nn_tui::train::{Plan, Session};

use crate::support::{dataset, plan};

/// Session with one step per epoch, so that every step could be kept.
fn session() -> Session {
    let plan = Plan {
        batch: crate::support::rows(1000),
        ..plan(&[250])
    };
    Session::new(plan, Arc::new(dataset("iris"))).unwrap()
}

#[test]
fn the_path_is_bounded_and_even() {
    let mut session = session();
    for _ in 0..20_000 {
        session.step().unwrap();
    }
    let steps: Vec<u64> = session.path().map(|(position, _)| position.step).collect();
    assert!((32..=64).contains(&steps.len()), "{steps:?}");
    assert_eq!(steps[0], 0);
    let gap = steps[1];
    assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == gap));
    assert!(20_000 - steps[steps.len() - 1] < 2 * gap);
}

#[test]
fn the_path_has_the_parameters_of_its_positions() {
    let mut session = session();
    for _ in 0..450 {
        session.step().unwrap();
    }
    let (position, parameters) = session.path().nth(3).unwrap();
    let replayed = Session::replay(
        session.plan().clone(),
        Arc::clone(session.dataset()),
        session.log(),
        position.step,
        Threads::ONE,
    );
    assert_eq!(replayed.unwrap().engine().parameters(), parameters);
}

#[test]
fn another_network_starts_another_path() {
    let mut session = session();
    for _ in 0..300 {
        session.step().unwrap();
    }
    let plan = session.plan();
    let change = Change::Network {
        hidden: vec![5],
        activation: plan.activation,
        output: plan.output,
        loss: plan.loss,
    };
    session.apply(change).unwrap();
    let steps: Vec<u64> = session.path().map(|(position, _)| position.step).collect();
    assert_eq!(steps, [300]);
}
