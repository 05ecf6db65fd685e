use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::*;
use crate::data::{Source, load};
use crate::nn::LearningRate;
use crate::nn::engine::Threads;
use crate::train::{Limits, Plan, Recipe, Weights};

/// Trains on iris with several learning rates and two seeds.
fn sweep(rates: &[f64], rounds: Vec<Option<u64>>) -> Sweep {
    let dataset = Arc::new(load(&Source::parse("iris"), None).expect("it is built in"));
    let trials = |&rate: &f64| {
        let mut plan = Plan::small();
        plan.rule.learning_rate = LearningRate::new(rate).expect("is in range");
        Trials {
            recipe: Recipe {
                dataset: Arc::clone(&dataset),
                plan,
                initial_values: Vec::new(),
                start: None,
                resources: Threads::ONE.into(),
            },
            limits: Limits::epochs(Some(4)),
            weights: Weights::Best,
            folds: None,
            seeds: 2,
            refit: false,
            keeps_test_rows: true,
        }
    };
    Sweep {
        combinations: rates.iter().map(trials).collect(),
        rounds,
    }
}

fn run(sweep: &Sweep, jobs: usize) -> (Vec<Standing>, Vec<Swept>) {
    let mut swept = Vec::new();
    let done = sweep.run(
        jobs,
        &(),
        |_| None,
        |one| {
            swept.push(*one);
            Ok(())
        },
    );
    (done.expect("they train"), swept)
}

/// Lists the results that do not depend on time, in the order of their seeds and combinations.
fn timeless(swept: &[Swept]) -> Vec<(Planned, u64, u64, u64)> {
    let of = |swept: &Swept| {
        let TrainingResult {
            epoch, loss, score, ..
        } = swept.outcome;
        (swept.planned, epoch, loss.to_bits(), score.to_bits())
    };
    let mut results: Vec<_> = swept.iter().map(of).collect();
    let place = |planned: &Planned| (planned.epochs, planned.combination, planned.id.seed);
    results.sort_by_key(|(planned, ..)| place(planned));
    results
}

#[test]
fn results_are_ordered_and_do_not_depend_on_the_number_of_jobs() {
    let sweep = sweep(&[1e-9, 0.01, 1e38, 0.03], vec![None]);
    let (standings, swept) = run(&sweep, 1);
    assert_eq!(timeless(&swept), timeless(&run(&sweep, 3).1));
    assert_eq!(swept.len(), sweep.trainings());
    let order: Vec<usize> = standings
        .iter()
        .map(|standing| standing.combination)
        .collect();
    assert_eq!(order.last(), Some(&2), "diverged: {order:?}");
    assert_ne!(order[0], 0, "nothing learned: {order:?}");
    let score = |standing: &Standing| standing.mean(|outcome| outcome.score);
    assert!(standings[..3].is_sorted_by(|a, b| score(a) >= score(b)));
    assert!(score(&standings[3]).is_nan() && standings[0].error(|outcome| outcome.loss) > 0.0);
}

#[test]
fn known_trainings_are_not_repeated() {
    let sweep = sweep(&[0.01, 0.03], vec![None]);
    let (_, swept) = run(&sweep, 2);
    let known: HashMap<_, _> = swept[..3]
        .iter()
        .map(|swept| {
            (
                (swept.planned.combination, swept.planned.id.seed),
                swept.outcome,
            )
        })
        .collect();
    let mut again = Vec::new();
    let is_known = |planned: &Planned| known.get(&(planned.combination, planned.id.seed)).copied();
    let done = sweep.run(2, &(), is_known, |one| {
        again.push(*one);
        Ok(())
    });
    done.expect("they train");
    assert_eq!(timeless(&again), timeless(&swept));
    assert_eq!(again.iter().filter(|swept| swept.is_new).count(), 1);
}

#[test]
fn each_round_of_halving_goes_on_with_the_better_half() {
    assert_eq!(Sweep::halving(80), [10, 20, 40, 80].map(Some));
    assert_eq!(Sweep::halving(3), [1, 3].map(Some));
    let sweep = sweep(&[1e-9, 1e-8, 0.01, 0.03], Sweep::halving(8));
    let (standings, swept) = run(&sweep, 2);
    assert_eq!(swept.len(), 2 * (4 + 2 + 1 + 1));
    assert_eq!(swept.len(), sweep.trainings());
    let epochs: Vec<_> = standings.iter().map(|standing| standing.epochs).collect();
    assert_eq!(epochs, [8, 2, 1, 1].map(Some));
    assert!(
        standings[..2]
            .iter()
            .all(|standing| standing.combination >= 2)
    );
    // The last round is an ordinary training.
    let best = standings[0].combination;
    let whole = self::sweep(&[[1e-9, 1e-8, 0.01, 0.03][best]], vec![Some(8)]);
    let losses = |swept: &[Swept]| {
        let losses = swept.iter().map(|swept| swept.outcome.loss.to_bits());
        losses.collect::<BTreeSet<_>>()
    };
    assert_eq!(losses(&run(&whole, 1).1), losses(&swept[14..]));
}
