//! Diagnosis: every rule is provoked, and none speaks about the built-in data with default settings.

use std::sync::Arc;

use nn_tui::data::{Dataset, Target};
use nn_tui::nn::{Activation, Change, Initialisation, Loss, Optimizer, Output, ParameterId};
use nn_tui::settings::{Choices, TableShape};
use nn_tui::train::findings::{
    Evidence, ExpectedLosses, Finding, Unpredicted, findings, loss_before_training,
};
use nn_tui::train::probes::{Health, HealthProbe};
use nn_tui::train::{EpochRecord, LossPoint, Observation, Plan, Remedy, Scratch, Session, Set};
use nn_tui::util::stats::MinMaxLast;

use crate::support::{dataset, decay, plan, rate, regression_plan, rows, session};

/// A training that is watched as the screen does.
struct Watched {
    session: Session,
    expected: ExpectedLosses,
    initial: f64,
    recovered: f64,
    losses: Vec<LossPoint>,
    records: Vec<EpochRecord>,
    unpredicted: Unpredicted,
    health: Option<Arc<Health>>,
}

/// Number of first epochs of which the screen has the loss of every step.
const DETAILED: u64 = 16;

impl Watched {
    fn new(session: Session) -> Self {
        let (data, plan) = (session.data(), session.plan());
        let mut this = Self {
            expected: ExpectedLosses::of(
                &data.training,
                session.architecture(),
                plan.class_weights,
            ),
            initial: loss_before_training(&session),
            recovered: 0.0,
            session,
            losses: Vec::new(),
            records: Vec::new(),
            unpredicted: Unpredicted::default(),
            health: None,
        };
        this.look();
        this
    }

    fn look(&mut self) {
        let observation = Observation::default().with(HealthProbe { is_shown: true });
        let session = &self.session;
        let snapshot = observation.snapshot(&session.into(), &mut Scratch::new(session));
        self.health = snapshot.answer::<HealthProbe>().cloned();
    }

    /// Trains for an epoch; false after a divergence.
    fn epoch(&mut self) -> bool {
        loop {
            let Ok(stepped) = self.session.step() else {
                return false;
            };
            let position = self.session.position();
            let batches = f64::from(self.session.batches());
            let epochs = position.epoch as f64 + f64::from(position.batch) / batches;
            let mut point = |loss: f64| {
                let loss = MinMaxLast::of(loss);
                self.losses.push(LossPoint { epochs, loss });
            };
            if position.epoch < DETAILED {
                point(stepped.loss.into());
            }
            let Some(mean) = stepped.epoch else { continue };
            if position.epoch >= DETAILED {
                point(mean.loss());
            }
            let validation = self.session.validate();
            if let Some((_, outcomes)) = &validation {
                self.unpredicted.note(position.epoch, outcomes);
            }
            let (loss, score) = validation.map_or((f64::NAN, f64::NAN), |(scores, _)| {
                (scores.loss, scores.score())
            });
            self.records.push(EpochRecord {
                train_loss: MinMaxLast::of(mean.loss()),
                train_score: MinMaxLast::of(mean.accuracy()),
                validation_loss: MinMaxLast::of(loss),
                validation_score: MinMaxLast::of(score),
                learning_rate: stepped.learning_rate,
                ..EpochRecord::unknown(position.epoch, position.step)
            });
            self.look();
            return true;
        }
    }

    fn findings(&self) -> Vec<Finding> {
        findings(&Evidence {
            plan: self.session.plan_in_force(),
            data: self.session.data(),
            architecture: self.session.architecture(),
            expected: self.expected,
            initial_loss: self.initial,
            recovered_at: self.recovered,
            losses: &self.losses,
            records: &self.records,
            health: self.health.as_deref(),
            unpredicted: &self.unpredicted,
            leaking_column: None,
        })
    }
}

/// Findings about a training after this number of epochs, with the state then.
fn after(data: &str, plan: Plan, epochs: u64) -> (Vec<Finding>, Watched) {
    let mut watched = Watched::new(session(data, plan));
    for _ in 0..epochs {
        watched.epoch();
    }
    (watched.findings(), watched)
}

fn sgd(plan: Plan, learning_rate: f64) -> Plan {
    let mut plan = plan;
    plan.rule.optimizer = Optimizer::SGD;
    plan.rule.learning_rate = rate(learning_rate);
    plan
}

fn with(activation: Activation, plan: Plan) -> Plan {
    Plan { activation, ..plan }
}

#[test]
fn a_learning_rate_that_is_far_too_high_diverges_or_learns_nothing() {
    let (found, watched) = after("spiral", sgd(plan(&[16, 16]), 10.0), 5);
    let Some(Finding::Diverging {
        of: Set::Training,
        since,
        before,
        loss,
        layer: Some(1..=3),
    }) = found.first()
    else {
        panic!("{found:?}");
    };
    assert!(*since > 0.0 && *since <= 5.0 && before < loss && *loss > 10.0);
    let remedy = found[0].remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Recover));
    for learning_rate in [0.3, 1.0] {
        let mut high = plan(&[16, 16]);
        high.rule.learning_rate = rate(learning_rate);
        let (found, watched) = after("spiral", high, 12);
        assert_eq!(found.first(), Some(&Finding::RateTooHigh), "{found:?}");
        let remedy = Finding::RateTooHigh.remedy(watched.session.plan());
        assert_eq!(remedy, Some(Remedy::ScaleRate(0.1)));
    }
}

#[test]
fn a_validation_loss_that_explodes_diverges_although_good_weights_were_restored() {
    for seed in 0..3 {
        let mut high = Plan {
            seed,
            ..with(Activation::Relu, plan(&[16, 16]))
        };
        high.rule.learning_rate = rate(1000.0);
        let (found, mut watched) = after("iris", high, 49);
        assert_eq!(found.len(), 1, "nothing else matters: {found:?}");
        assert!(matches!(found[0], Finding::Diverging { .. }), "{found:?}");
        let learning_rate = rate(100.0);
        let recover = Change::Recover { learning_rate };
        watched
            .session
            .apply(recover)
            .expect("there are good weights");
        watched.recovered = 49.0;
        watched.records.clear();
        let mut validation = 0;
        for _ in 0..45 {
            watched.epoch();
            let loss = watched
                .records
                .last()
                .expect("an epoch")
                .validation_loss
                .last;
            let first = watched.findings().first().copied();
            if loss > 1000.0 {
                let is_diverging = matches!(first, Some(Finding::Diverging { .. }));
                assert!(is_diverging, "seed {seed}: {loss}, {first:?}");
                let is_validation = matches!(
                    first,
                    Some(Finding::Diverging {
                        of: Set::Validation,
                        ..
                    })
                );
                validation += u32::from(is_validation);
            }
        }
        println!("seed {seed}: {validation} epochs of an exploding validation loss alone");
    }
}

#[test]
fn neurons_with_two_ends_saturate_and_do_not_die() {
    let mut high = with(Activation::Tanh, regression_plan(&[16]));
    high.rule.learning_rate = rate(0.01);
    let mut watched = Watched::new(session("sine", high));
    for epoch in 0..60 {
        watched.epoch();
        let found = watched.findings();
        let is_dead = |finding: &Finding| matches!(finding, Finding::DeadNeurons { .. });
        assert!(!found.iter().any(is_dead), "{epoch}: {found:?}");
    }
}

#[test]
fn outputs_at_the_wrong_end_of_a_sigmoid_are_saturated() {
    let wrong = Plan {
        output: Output::Sigmoid,
        loss: Loss::Quadratic,
        ..sgd(plan(&[]), 0.5)
    };
    let mut session = session("iris", wrong);
    let biases = [0, 1, 2].map(|output| (ParameterId::Bias { layer: 1, output }, 9.0));
    session.set_initial_values(&biases).expect("it has them");
    let mut watched = Watched::new(session);
    for _ in 0..12 {
        watched.epoch();
    }
    let found = watched.findings();
    let Some(
        saturated @ Finding::SaturatedNeurons {
            layer: 1,
            is_output: true,
            ..
        },
    ) = found.first()
    else {
        panic!("{found:?}");
    };
    assert!(!found.contains(&Finding::RateTooLow), "{found:?}");
    let remedy = saturated.remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Loss(Loss::CrossEntropy)));
}

/// One input that is the class, and weights that are sure of the wrong one.
#[test]
fn a_softmax_that_is_sure_of_the_wrong_class_is_saturated_and_its_way_out_is_no_high_rate() {
    let text: String = (0..20).map(|_| "1,a\n-1,b\n").collect();
    let wrong = Plan {
        output: Output::Softmax,
        loss: Loss::Quadratic,
        validation: 0.0,
        batch: rows(40),
        ..sgd(plan(&[]), 0.5)
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.csv");
    std::fs::write(&path, format!("x,class\n{text}")).expect("written");
    let data = dataset(path.to_str().expect("a name"));
    let mut session = Session::new(wrong, Arc::new(data)).expect("sound");
    let weight = |output| ParameterId::weight(1, output, 0);
    let values = [(weight(0), -3.0), (weight(1), 3.0)];
    session.set_initial_values(&values).expect("it has them");
    let mut watched = Watched::new(session);
    let mut was_saturated = false;
    for epoch in 0..450 {
        watched.epoch();
        let found = watched.findings();
        was_saturated |= matches!(
            found.first(),
            Some(Finding::SaturatedNeurons {
                layer: 1,
                is_output: true,
                ..
            })
        );
        assert!(!found.contains(&Finding::RateTooHigh), "{epoch}: {found:?}");
        assert!(!found.contains(&Finding::NotLearning), "{epoch}: {found:?}");
    }
    assert!(was_saturated);
    let last = watched.losses.last().expect("trained").loss.last;
    assert!(last < 0.2, "{last}");
}

#[test]
fn a_run_that_gets_nowhere_says_so() {
    let mut trap = with(Activation::Tanh, regression_plan(&[64]));
    trap.rule.learning_rate = rate(0.03);
    let (found, mut watched) = after("sine", trap, 40);
    assert_eq!(found.first(), Some(&Finding::RateTooHigh), "{found:?}");
    let learning_rate = rate(0.003);
    let lower = Change::LearningRate { learning_rate };
    watched.session.apply(lower).expect("valid");
    for _ in 0..60 {
        watched.epoch();
    }
    let loss = watched.records.last().expect("an epoch").train_loss.last;
    println!("{loss} of {}", watched.expected.constant);
    assert!(!watched.findings().is_empty());
}

#[test]
fn a_learning_rate_that_is_too_low_learns_hardly_anything() {
    let mut tiny = sgd(plan(&[16, 16]), 1e-5);
    tiny.validation = 0.2;
    let (found, _) = after("iris", tiny, 30);
    assert_eq!(found, [Finding::RateTooLow]);
    let (found, _) = after("spiral", sgd(plan(&[16, 16]), 0.001), 12);
    assert_eq!(found, [Finding::RateTooLow]);
    let (found, _) = after("spiral", sgd(plan(&[16, 16]), 0.1), 12);
    assert_eq!(found, []);
}

#[test]
fn gradients_vanish_through_layers_of_sigmoids() {
    let deep = sgd(plan(&[16; 6]), 0.1);
    let (found, watched) = after("spiral", with(Activation::Sigmoid, deep.clone()), 2);
    let Some(&Finding::VanishingGradients { layer, ratio }) = found.first() else {
        panic!("{found:?}");
    };
    assert!(layer <= 2 && ratio > 300.0, "{layer} {ratio}");
    let remedy = found[0].remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Activation(Activation::Tanh)));
    for other in [Activation::Tanh, Activation::Relu] {
        let (found, _) = after("spiral", with(other, deep.clone()), 2);
        assert_eq!(found, [], "{other}");
    }
}

#[test]
fn gradients_explode_where_weights_are_large_and_layers_many() {
    let deep = Plan {
        initialisation: Initialisation::Normal,
        ..with(Activation::Relu, plan(&[64; 5]))
    };
    let (found, watched) = after("spiral", deep, 0);
    assert!(
        matches!(found[0], Finding::ExplodingGradients { .. }),
        "{found:?}"
    );
    let remedy = found[0].remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Initialise(Initialisation::Auto)));
}

#[test]
fn rectified_units_die_of_large_steps() {
    let hidden = with(Activation::Relu, plan(&[16, 16]));
    let (found, watched) = after("spiral", sgd(hidden.clone(), 2.0), 10);
    let is_dead = |finding: &&Finding| matches!(finding, Finding::DeadNeurons { .. });
    let dead = found.iter().find(is_dead).expect("dead neurons");
    let Finding::DeadNeurons {
        dead: count,
        neurons: 16,
        ..
    } = *dead
    else {
        panic!("{dead:?}");
    };
    assert!((8..=16).contains(&count));
    let remedy = dead.remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Activation(Activation::LeakyRelu)));
    let (found, _) = after("spiral", sgd(hidden, 0.1), 10);
    assert!(!found.iter().any(|finding| is_dead(&finding)), "{found:?}");
}

#[test]
fn neurons_that_weight_decay_has_killed_are_not_blamed_on_the_learning_rate() {
    let mut decayed = with(Activation::Relu, plan(&[32]));
    decayed.rule.weight_decay = decay(0.1);
    let (_, mut watched) = after("digits", decayed, 6);
    let health = watched.health.clone().expect("looked");
    let with_weights = |part: f64| {
        let mut layers = health.layers.clone();
        layers[0].dead = 24;
        layers[0].dead_weights = part * layers[0].weights;
        let position = health.position;
        Some(Arc::new(Health { position, layers }))
    };
    let remedies = [
        (0.01, Remedy::WeightDecay(0.1 * 0.1)),
        (0.8, Remedy::Activation(Activation::LeakyRelu)),
    ];
    for (part, remedy) in remedies {
        watched.health = with_weights(part);
        let found = watched.findings();
        let is_dead = |finding: &&Finding| matches!(finding, Finding::DeadNeurons { .. });
        let dead = found.iter().find(is_dead).expect("dead neurons");
        assert_eq!(
            dead.remedy(watched.session.plan()),
            Some(remedy),
            "{dead:?}"
        );
    }
}

#[test]
fn linear_layers_that_learn_nothing_are_said_to_be_one() {
    let tanh = Remedy::Activation(Activation::Tanh);
    let cases: [(&str, &[usize], Remedy); 5] = [
        ("circles", &[8], tanh),
        ("circles", &[8, 8, 8], tanh),
        ("circles", &[], Remedy::Hidden(16)),
        ("xor", &[8], tanh),
        ("xor", &[], Remedy::Hidden(16)),
    ];
    for (data, hidden, remedy) in cases {
        for (seed, epochs) in [(1, 12), (1, 60), (2, 60)] {
            let mut linear = Plan {
                seed,
                ..with(Activation::Linear, plan(hidden))
            };
            linear.rule.learning_rate = rate(0.03);
            let (found, watched) = after(data, linear, epochs);
            let has_hidden = !hidden.is_empty();
            assert_eq!(
                found,
                [Finding::LinearLayers { has_hidden }],
                "{data} {hidden:?}, seed {seed}, epoch {epochs}"
            );
            assert_eq!(found[0].remedy(watched.session.plan()), Some(remedy));
        }
    }
    // A straight line is enough.
    let (found, _) = after("iris", with(Activation::Linear, plan(&[8])), 60);
    let is_linear = |finding: &Finding| matches!(finding, Finding::LinearLayers { .. });
    assert!(!found.iter().any(is_linear), "{found:?}");
    let mut slow = with(Activation::Linear, plan(&[8]));
    slow.rule.learning_rate = rate(1e-5);
    let (found, _) = after("iris", slow, 60);
    assert_eq!(found, [Finding::RateTooLow]);
}

#[test]
fn a_network_that_is_right_on_most_validation_rows_memorises_nothing() {
    let mut deep = sgd(plan(&[8; 8]), 0.0001);
    deep.initialisation = Initialisation::Normal;
    for seed in 0..3 {
        let deep = Plan {
            seed,
            ..deep.clone()
        };
        let mut watched = Watched::new(session("spiral", deep));
        for _ in 0..150 {
            watched.epoch();
            let score = watched.records.last().expect("an epoch").validation_score;
            let found = watched.findings();
            let is_wrong = score.last > 0.7 && found.contains(&Finding::Memorising);
            assert!(!is_wrong, "{score:?}: {found:?}");
        }
    }
}

#[test]
fn large_initial_weights_saturate_and_begin_with_a_large_loss() {
    let saturated = Plan {
        initialisation: Initialisation::Normal,
        output: Output::Sigmoid,
        loss: Loss::Quadratic,
        ..sgd(plan(&[64, 32]), 0.1)
    };
    let (found, _) = after("digits", saturated.clone(), 1);
    assert!(
        found
            .iter()
            .any(|finding| matches!(finding, Finding::SaturatedNeurons { layer: 2 | 1, .. })),
        "{found:?}"
    );
    let is_initial = |finding: &Finding| matches!(finding, Finding::InitialLoss { .. });
    assert!(found.iter().any(is_initial), "{found:?}");
    let softmax = Plan {
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
        ..saturated.clone()
    };
    let (found, _) = after("digits", softmax, 1);
    let expected = found.iter().find_map(|finding| match finding {
        Finding::InitialLoss { expected, .. } => Some(*expected),
        _ => None,
    });
    assert!((expected.expect("found") - 10f64.ln()).abs() < 1e-9);
    let (found, _) = after(
        "sine",
        Plan {
            initialisation: Initialisation::Normal,
            ..regression_plan(&[256])
        },
        1,
    );
    assert!(found.iter().any(is_initial), "{found:?}");
    let narrow = Plan {
        initialisation: Initialisation::Auto,
        ..saturated
    };
    let (found, _) = after("digits", narrow, 1);
    assert_eq!(found, []);
}

#[test]
fn a_large_network_overfits_few_rows() {
    let (found, watched) = after("iris", plan(&[64, 64]), 200);
    let is_overfitting = |finding: &&Finding| matches!(finding, Finding::OverfittingSince(1..200));
    let overfitting = found.iter().find(is_overfitting).expect("it overfits");
    let remedy = overfitting.remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::WeightDecay(0.01)));
}

#[test]
fn shuffled_labels_are_memorised() {
    let shuffled = shuffled("iris");
    let mut watched =
        Watched::new(Session::new(plan(&[64, 64]), Arc::new(shuffled)).expect("sound"));
    for _ in 0..300 {
        watched.epoch();
    }
    let found = watched.findings();
    assert_eq!(found.first(), Some(&Finding::Memorising), "{found:?}");
}

/// A data set whose labels are in another order than its rows.
fn shuffled(data: &str) -> Dataset {
    let mut dataset = dataset(data);
    if let Target::Classes { labels, .. } = &mut dataset.target {
        // Rows of iris are in order of their classes.
        let rows = labels.len();
        let order: Vec<u32> = (0..rows).map(|row| labels[row * 67 % rows]).collect();
        labels.copy_from_slice(&order);
        let turned: Vec<u32> = (0..rows)
            .map(|row| labels[(row * row + row / 7) % rows])
            .collect();
        labels.copy_from_slice(&turned);
    }
    dataset
}

#[test]
fn a_saturated_output_is_never_predicted() {
    let plan = Plan {
        output: Output::Sigmoid,
        loss: Loss::Quadratic,
        initialisation: Initialisation::Normal,
        seed: 0,
        ..sgd(with(Activation::Sigmoid, plan(&[30])), 3.0)
    };
    let (found, watched) = after("digits", plan, 30);
    let is_missing = |finding: &&Finding| matches!(finding, Finding::NeverPredicted { .. });
    let missing = found.iter().find(is_missing).expect("a class is missing");
    let remedy = missing.remedy(watched.session.plan());
    assert_eq!(remedy, Some(Remedy::Loss(Loss::CrossEntropy)));
}

#[test]
fn outputs_that_do_not_depend_on_the_inputs_are_constant() {
    let (found, _) = after(
        "spiral",
        sgd(with(Activation::Sigmoid, plan(&[16; 6])), 0.1),
        40,
    );
    assert!(found.contains(&Finding::ConstantOutputs), "{found:?}");
    let (found, _) = after(
        "sine",
        sgd(with(Activation::Sigmoid, regression_plan(&[4; 6])), 0.01),
        40,
    );
    assert!(found.contains(&Finding::ConstantOutputs), "{found:?}");
}

#[test]
fn few_validation_rows_are_said_to_be_few() {
    let small = Plan {
        validation: 0.08,
        ..plan(&[4])
    };
    let (found, watched) = after("iris", small, 1);
    let rows = watched.session.data().validation.rows();
    assert_eq!(found, [Finding::FewValidationRows(rows)]);
    let none = Plan {
        validation: 0.0,
        ..plan(&[4])
    };
    assert_eq!(after("iris", none, 1).0, []);
}

/// Returns whether a run still overfits after 50 more epochs: its validation loss, the mean over ten epochs, is 15% above
/// the lowest such mean.
fn overfits_for_good(watched: &mut Watched) -> bool {
    for _ in 0..50 {
        watched.epoch();
    }
    let losses = watched.records.windows(10).map(|records| {
        let losses = records.iter().map(|record| record.validation_loss.last);
        losses.sum::<f64>() / 10.0
    });
    let losses: Vec<f64> = losses.collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    losses[losses.len() - 1] > 1.15 * lowest
}

/// Counts findings within the first 100 epochs on the built-in data with default settings, over as many seeds as
/// `NN_TUI_SEEDS` says (2 by default; 10 take a quarter of a minute). Overfitting that lasts is none of the false ones.
#[test]
fn there_are_no_false_findings_with_default_settings() {
    let seeds = std::env::var("NN_TUI_SEEDS").ok();
    let seeds: u64 = seeds.map_or(2, |seeds| seeds.parse().expect("a number"));
    let names = [
        "iris",
        "wine",
        "breast-cancer",
        "digits",
        "xor",
        "circles",
        "moons",
        "spiral",
        "sine",
    ];
    let (mut false_ones, mut true_ones) = (Vec::new(), Vec::new());
    for name in names {
        let dataset = Arc::new(dataset(name));
        let is_number = matches!(dataset.target, Target::Numbers(_));
        for seed in 0..seeds {
            let choices = Choices {
                seed,
                ..Choices::default()
            };
            let plan = choices.plan(TableShape {
                inputs: dataset.columns.len(),
                rows: dataset.rows(),
                is_number,
            });
            let session = Session::new(plan.expect("sound"), Arc::clone(&dataset));
            let mut watched = Watched::new(session.expect("sound"));
            let mut seen: Vec<(u64, Finding)> = Vec::new();
            for epoch in 0..100 {
                for finding in watched.findings() {
                    let kind = std::mem::discriminant(&finding);
                    if seen
                        .iter()
                        .all(|(_, seen)| std::mem::discriminant(seen) != kind)
                    {
                        seen.push((epoch, finding));
                    }
                }
                assert!(watched.epoch());
            }
            for (epoch, finding) in seen {
                let is_overfitting = matches!(finding, Finding::OverfittingSince(_));
                let is_true = is_overfitting && overfits_for_good(&mut watched);
                let found = format!("{name}, seed {seed}, epoch {epoch}: {finding:?}");
                if is_true {
                    true_ones.push(found);
                } else {
                    false_ones.push(found);
                }
            }
        }
    }
    let runs = seeds * names.len() as u64;
    let (right, wrong) = (true_ones.len(), false_ones.len());
    println!("{runs} runs: {wrong} false findings, {right} of lasting overfitting {true_ones:#?}");
    assert!(false_ones.is_empty(), "{false_ones:#?}");
}
