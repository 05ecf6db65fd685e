use super::*;
use crate::data::{Source, load};
use crate::nn::{Initialisation, LearningRate};

fn checks(data: &str, plan: Plan) -> Vec<bool> {
    let dataset = load(&Source::parse(data), None).expect("it is built in");
    let session = Session::new(plan, Arc::new(dataset)).expect("sound");
    let mut preflight = Preflight::new(session.recipe_in_force());
    while preflight.advance().expect("sound") {}
    let done = preflight.done().iter();
    done.inspect(|check| println!("{}: {}", check.kind.name(), check.kind))
        .map(|check| check.is_passed)
        .collect()
}

#[test]
fn a_network_that_can_learn_passes() {
    let plan = Plan {
        hidden: vec![16, 16],
        ..Plan::small()
    };
    for data in ["iris", "spiral"] {
        assert_eq!(checks(data, plan.clone()), [true; 4], "{data}");
    }
}

#[test]
fn each_problem_fails_its_check() {
    let linear = Plan {
        hidden: Vec::new(),
        ..Plan::small()
    };
    assert_eq!(checks("xor", linear), [true, true, false, true]);
    let mut large = Plan {
        hidden: vec![64, 64],
        initialisation: Initialisation::Normal,
        ..Plan::small()
    };
    large.rule.learning_rate = LearningRate::new(1e-6).expect("in range");
    let found = checks("digits", large);
    assert_eq!(found[..3], [false, true, false]);
}

#[test]
fn labels_that_are_not_shuffled_are_noticed() {
    let is_passed = |scores: &[f64]| of_shuffled(scores, 1.0 / 3.0, 30, false).is_passed;
    assert!(is_passed(&[0.3, 0.4, 0.1, 0.7, 0.2, 0.35, 0.3, 0.3]));
    assert!(!is_passed(&[0.9, 0.95, 0.97, 0.9, 0.93, 0.9, 0.97, 0.93]));
    assert!(of_shuffled(&[-0.5, -0.1, 0.01, -0.3], 0.0, 40, true).is_passed);
    assert!(!of_shuffled(&[0.8; 8], 0.0, 40, true).is_passed);
}

#[test]
fn shuffling_keeps_the_frequency_of_the_classes() {
    let mut target = Target::Classes {
        names: vec!["a".into(), "b".into()],
        labels: vec![0, 1, 0, 1, 1, 1, 0, 0],
    };
    let rows = [0, 2, 3, 4, 5, 7];
    permute(&mut target, &rows, 3);
    let Target::Classes { labels, .. } = target else {
        unreachable!("classes");
    };
    assert_eq!((labels[1], labels[6]), (1, 0), "other rows keep theirs");
    assert_eq!(rows.iter().map(|&row| labels[row as usize]).sum::<u32>(), 3);
}
