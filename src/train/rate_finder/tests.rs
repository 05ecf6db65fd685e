use std::sync::Arc;

use super::*;
use crate::data::{Source, load};
use crate::nn::{Activation, Optimizer};
use crate::train::Plan;

fn session(data: &str, optimizer: Optimizer) -> Session {
    let dataset = load(&Source::parse(data), None).expect("it is built in");
    let mut plan = Plan {
        hidden: vec![16, 16],
        activation: Activation::Relu,
        ..Plan::small()
    };
    plan.rule.optimizer = optimizer;
    Session::new(plan, Arc::new(dataset)).expect("sound")
}

fn curve(session: &Session) -> RateCurve {
    let mut finder = RateFinder::new(session);
    while finder.advance() {}
    finder.curve()
}

#[test]
fn the_session_stays_as_it_is_bit_for_bit() {
    let [mut searched, mut alone] = [(); 2].map(|()| session("iris", Optimizer::ADAM));
    for _ in 0..30 {
        curve(&searched);
        searched.step().expect("finite");
        alone.step().expect("finite");
    }
    assert_eq!(searched.engine().parameters(), alone.engine().parameters());
    assert_eq!(searched.position(), alone.position());
    assert_eq!(searched.log().len(), 0);
    assert_eq!(searched.next_rows(), alone.next_rows());
}

#[test]
fn the_suggestion_learns() {
    for (data, optimizer) in [
        ("iris", Optimizer::SGD),
        ("iris", Optimizer::ADAM),
        ("digits", Optimizer::SGD),
        ("digits", Optimizer::ADAM),
    ] {
        let mut session = session(data, optimizer);
        let found = curve(&session);
        let rates = found.points.iter().map(|point| point.rate);
        assert!(
            rates.is_sorted() && found.points.len() > 100,
            "{data} {optimizer}"
        );
        let suggestion = found.suggestion.expect("it falls");
        assert!((1e-4..=1.0).contains(&suggestion.get()), "{suggestion:?}");
        let learning_rate = suggestion;
        session
            .apply(Change::LearningRate { learning_rate })
            .expect("it can");
        while session.position().epoch < 10 {
            session.step().expect("finite");
        }
        let (scores, _) = session.validate().expect("validation rows");
        assert!(scores.accuracy() > 0.85, "{data} {optimizer}: {scores:?}");
    }
}

#[test]
fn a_network_that_has_learned_keeps_its_rate() {
    let mut session = session("iris", Optimizer::ADAM);
    while session.position().epoch < 300 {
        session.step().expect("finite");
    }
    assert_eq!(curve(&session).suggestion, None);
}

#[test]
fn a_search_after_a_divergence_starts_from_the_last_good_weights() {
    let mut session = session("digits", Optimizer::SGD);
    let learning_rate = LearningRate::new(1e20).expect("in range");
    session
        .apply(Change::LearningRate { learning_rate })
        .expect("it can");
    let is_over = (0..1000).any(|_| session.step().is_err());
    assert!(is_over, "it diverges");
    assert!(curve(&session).suggestion.is_some());
    assert!(session.diverged().is_some());
}
