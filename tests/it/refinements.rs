//! Schedules, gradient clipping, dropout and label smoothing: against PyTorch (the expected values in
//! `golden/refinements.json` are computed by `golden/refinements.py`), and that they change nothing about determinism.

use ndarray::Array2;
use nn_tui::data::ClassWeights;
use nn_tui::nn::engine::{MiniBatch, StepOptions, Targets, Threads};
use nn_tui::nn::schedule::{Plateau, Shape, StepPlace};
use nn_tui::nn::textbook::Network;
use nn_tui::nn::{
    Activation, Architecture, Change, ClipNorm, DropoutRate, Engine, LabelSmoothing, LearningRule,
    Loss, Optimizer, Output, Parameters, Regularisation, Schedule,
};
use nn_tui::train::{PhaseStepper, Plan, Session};
use serde::Deserialize;

use crate::support::golden::{Layer, assert_near, matrix, parameters};
use crate::support::{dataset, decay, plan, rate, rows, session};

#[derive(Deserialize)]
struct Golden {
    schedules: Vec<GoldenSchedule>,
    trainings: Vec<Training>,
}

#[derive(Deserialize)]
struct GoldenSchedule {
    schedule: String,
    warm_up: u64,
    epochs: u64,
    batches: u32,
    losses: Vec<Option<f64>>,
    factors: Vec<f64>,
}

#[derive(Deserialize)]
struct Training {
    sizes: Vec<usize>,
    clip: Option<f64>,
    label_smoothing: f64,
    weight_decay: f64,
    initial: Vec<Layer>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    inputs: Vec<Vec<f64>>,
    classes: Vec<u32>,
    masks: Vec<Vec<Vec<f64>>>,
    loss: f64,
    /// Norm of the gradient before clipping.
    norm: f64,
    after: Vec<Layer>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/refinements.json")).unwrap()
}

impl Training {
    fn architecture(&self) -> Architecture {
        let (output, loss) = (Output::Softmax, Loss::CrossEntropy);
        Architecture::new(self.sizes.clone(), Activation::Tanh, output, loss).unwrap()
    }

    fn rule(&self) -> LearningRule {
        LearningRule {
            optimizer: Optimizer::ADAM,
            learning_rate: rate(0.05),
            weight_decay: decay(self.weight_decay),
        }
    }

    fn engine(&self, threads: Threads) -> Engine {
        let (architecture, parameters) = (self.architecture(), parameters(&self.initial));
        Engine::with_resources(
            &architecture,
            &parameters,
            Optimizer::ADAM,
            6,
            threads.into(),
        )
    }

    /// Makes a step of `engine`. Returns its loss.
    fn step(&self, engine: &mut Engine, step: &Step) -> f64 {
        let inputs = matrix(&step.inputs);
        let masks: Vec<Array2<f32>> = step.masks.iter().map(|mask| matrix(mask)).collect();
        let batch = MiniBatch {
            inputs: inputs.view(),
            targets: Targets::Classes(&step.classes),
            rows: None,
            options: StepOptions {
                clip: self.clip.map(|clip| ClipNorm::new(clip).unwrap()),
                label_smoothing: self.label_smoothing as f32,
                masks: &masks,
                ..StepOptions::default()
            },
        };
        let stepped = engine.train(batch, &self.rule());
        stepped.expect("finite").loss.into()
    }
}

#[test]
fn schedules_are_those_of_pytorch() {
    for case in golden().schedules {
        let mut words = case.schedule.split(' ');
        let name = words.next().unwrap();
        let mut number = || words.next().unwrap().parse::<f64>().unwrap();
        let shape = match name {
            "step" => Shape::Step {
                every: number() as u64,
                factor: number(),
            },
            "cosine" => Shape::Cosine { end: case.epochs },
            "one-cycle" => Shape::OneCycle { end: case.epochs },
            "plateau" => Shape::Plateau {
                patience: number() as u64,
                factor: number(),
            },
            other => panic!("{other}"),
        };
        let warm_up = case.warm_up;
        let schedule = Schedule { shape, warm_up };
        let (mut plateau, mut expected) = (Plateau::default(), case.factors.iter());
        for epoch in 0..case.epochs {
            for batch in 0..case.batches {
                let batches = case.batches;
                let place = StepPlace {
                    epoch,
                    batch,
                    batches,
                };
                let found = schedule.factor(place, plateau.factor);
                let name = format!("{name}, warm-up {warm_up}, {epoch} {batch}");
                assert_near(found, *expected.next().unwrap(), 1e-12, &name);
            }
            if let Some(loss) = case.losses.get(epoch as usize) {
                plateau.note(shape, loss.unwrap_or(f64::NAN));
            }
        }
        assert!(expected.next().is_none());
    }
}

/// The textbook has dropout and smoothed targets, in double precision.
#[test]
fn the_textbook_has_the_losses_and_norms_of_pytorch() {
    for training in golden().trainings {
        let name = format!("{:?} {:?}", training.sizes, training.clip);
        let step = &training.steps[0];
        let network = Network::new(&training.architecture(), &parameters(&training.initial));
        let classes = training.sizes[training.sizes.len() - 1];
        let (mut loss, mut gradient) = (0.0, Vec::new());
        let share = 1.0 / step.inputs.len() as f64;
        for (row, inputs) in step.inputs.iter().enumerate() {
            let masks = step.masks.iter().map(|mask| mask[row].clone());
            let forward = network.forward_with(inputs, masks.collect());
            let target = |class| {
                let one_hot = if step.classes[row] as usize == class {
                    1.0
                } else {
                    0.0
                };
                let smoothing = training.label_smoothing;
                (1.0 - smoothing) * one_hot + smoothing / classes as f64
            };
            let targets: Vec<f64> = (0..classes).map(target).collect();
            let backward = network.backward(&forward, &targets);
            loss += share * backward.loss;
            let parts = backward.gradient.iter();
            let parts = parts.flat_map(|layer| layer.weights.iter().flatten().chain(&layer.biases));
            let parts: Vec<f64> = parts.copied().collect();
            gradient.resize(parts.len(), 0.0);
            gradient
                .iter_mut()
                .zip(parts)
                .for_each(|(sum, part)| *sum += share * part);
        }
        assert_near(loss, step.loss, 1e-12, &name);
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        assert_near(norm, step.norm, 1e-12, &name);
    }
}

#[test]
fn the_engine_learns_as_pytorch_does() {
    for training in golden().trainings {
        let name = format!("{:?} {:?}", training.sizes, training.clip);
        let mut engine = training.engine(Threads::ONE);
        for step in &training.steps {
            let loss = training.step(&mut engine, step);
            assert_near(loss, step.loss, 2e-5, &name);
            for (found, expected) in engine.parameters().layers.iter().zip(&step.after) {
                let found = found.weights.iter().chain(&found.biases);
                let expected = expected.weights.iter().flatten().chain(&expected.biases);
                for (&found, &expected) in found.zip(expected) {
                    assert_near(f64::from(found), expected, 5e-5, &name);
                }
            }
        }
        let clips = training
            .steps
            .iter()
            .any(|step| training.clip.is_some_and(|clip| step.norm > clip));
        assert_eq!(clips, training.clip.is_some());
    }
}

#[test]
fn two_threads_give_the_same_bits() {
    for training in golden().trainings {
        let [mut one, mut two] =
            [Threads::ONE, Threads::Exactly(2)].map(|threads| training.engine(threads));
        for step in &training.steps {
            assert_eq!(training.step(&mut one, step), training.step(&mut two, step));
            assert_eq!(one.parameters(), two.parameters());
        }
    }
}

/// A plan with everything there is.
fn refined() -> Plan {
    Plan {
        schedule: Schedule {
            shape: Shape::Cosine { end: 6 },
            warm_up: 1,
        },
        regularisation: Regularisation {
            clip: Some(ClipNorm::new(0.5).unwrap()),
            dropout: DropoutRate::new(0.25).unwrap(),
            label_smoothing: LabelSmoothing::new(0.1).unwrap(),
        },
        ..plan(&[20, 9])
    }
}

fn trained_by(session: &mut Session, steps: u64) {
    for _ in 0..steps {
        session.step().expect("it converges");
    }
}

fn trained(mut session: Session, steps: u64) -> Parameters {
    trained_by(&mut session, steps);
    session.engine().parameters()
}

#[test]
fn sessions_are_deterministic_on_any_number_of_threads() {
    let on = |threads| {
        let dataset = std::sync::Arc::new(dataset("iris"));
        Session::with_resources(refined(), dataset, threads).expect("sound")
    };
    let one = trained(on(Threads::ONE), 80);
    assert_eq!(one, trained(on(Threads::Exactly(2)), 80));
    // Each of the parts matters.
    for change in [
        |plan: &mut Plan| plan.schedule = Schedule::default(),
        |plan: &mut Plan| plan.regularisation.clip = None,
        |plan: &mut Plan| plan.regularisation.dropout = DropoutRate::default(),
        |plan: &mut Plan| plan.regularisation.label_smoothing = LabelSmoothing::default(),
    ] {
        let mut other = refined();
        change(&mut other);
        assert_ne!(one, trained(session("iris", other), 80));
    }
}

/// Phases lead to the bits of whole steps, and show the row with the dropout of its step.
#[test]
fn phases_show_the_dropout_of_their_step() {
    let (mut stepped, mut walked) = (session("iris", refined()), session("iris", refined()));
    let mut walk = PhaseStepper::new(&mut walked);
    let mut dropped = 0;
    for _ in 0..3 {
        for _ in 0..7 {
            walk.phase(&mut walked).unwrap();
        }
        let values = walk.values(&walked);
        for (mask, a) in values.forward.masks.iter().zip(&values.forward.a[1..]) {
            for (&factor, &a) in mask.iter().zip(a) {
                assert!(factor == 0.0 || (factor - 1.0 / 0.75).abs() < 1e-7);
                assert_eq!(factor == 0.0, a == 0.0);
                dropped += usize::from(factor == 0.0);
            }
        }
        let row = walk.position().row;
        walk.batch(&mut walked).unwrap();
        stepped.step().unwrap();
        assert_eq!(stepped.engine().parameters(), walked.engine().parameters());
        // After the update the values are those before it.
        let after = walk.values(&walked);
        assert!(after.position.row >= row && !after.forward.masks.is_empty());
    }
    // A quarter of 3 times 29 neurons.
    assert!((5..45).contains(&dropped), "{dropped}");
}

#[test]
fn evaluations_and_the_gradient_check_have_no_dropout() {
    let mut with = session("iris", refined());
    let plain = Plan {
        regularisation: Regularisation::default(),
        ..refined()
    };
    let mut without = session("iris", plain);
    assert_eq!(with.evaluate(), without.evaluate());
    let (check, expected) = (with.gradient_check(), without.gradient_check());
    // The check works in double precision; smoothed labels are part of the loss.
    assert!(check.finish().checked[0].error < 1e-6 && expected.finish().checked[0].error < 1e-6);
}

#[test]
fn live_changes_are_logged_checked_and_undone() {
    let mut session = session("iris", plan(&[8]));
    let schedule = Schedule {
        shape: Shape::Step {
            every: 1,
            factor: 0.5,
        },
        warm_up: 0,
    };
    session.apply(Change::Schedule { schedule }).unwrap();
    trained_by(&mut session, 12);
    assert_eq!(session.rule().learning_rate.get(), 0.005);
    // The keys of the rate scale the whole schedule.
    let learning_rate = rate(0.1);
    session
        .apply(Change::LearningRate { learning_rate })
        .unwrap();
    assert_eq!(session.rule().learning_rate.get(), 0.05);
    session.apply(Change::Undo).unwrap();
    assert_eq!(session.rule().learning_rate.get(), 0.1);
    let schedule = Schedule {
        shape: Shape::Cosine { end: 3 },
        warm_up: 3,
    };
    let refused = session.apply(Change::Schedule { schedule });
    assert!(refused.unwrap_err().contains("warm-up"));
    assert_eq!(session.log().len(), 3);

    let mut number = session_of_numbers();
    let regularisation = refined().regularisation;
    let refused = number.apply(Change::Regularisation { regularisation });
    assert!(refused.unwrap_err().contains("labels"));
}

fn session_of_numbers() -> Session {
    session("sine", crate::support::regression_plan(&[8]))
}

/// Plateau follows the validation loss, and a replay of plan and log comes to the same rate.
#[test]
fn plateau_is_part_of_the_session() {
    let mut plan = plan(&[16]);
    plan.rule.learning_rate = rate(0.1);
    plan.batch = rows(16);
    plan.class_weights = ClassWeights::None;
    plan.schedule.shape = Shape::Plateau {
        patience: 2,
        factor: 0.1,
    };
    let dataset = std::sync::Arc::new(dataset("breast-cancer"));
    let mut one = Session::new(plan.clone(), dataset.clone()).unwrap();
    trained_by(&mut one, 1000);
    assert!(
        one.rule().learning_rate.get() < 0.05,
        "the loss stops to improve"
    );
    let two = Session::replay(plan, dataset, &[], 1000, Threads::ONE).unwrap();
    assert_eq!(one.engine().parameters(), two.engine().parameters());
    assert_eq!(one.rule(), two.rule());
}

/// The inspector's preview of a step is what the step does.
#[test]
fn the_inspector_previews_clipped_steps_with_dropout() {
    use nn_tui::train::inspection::Facts;
    use nn_tui::train::probes::{InspectProbe, RowProbe};
    use nn_tui::train::{Cursor, Inspect, Probe, SampleId, Scratch, Set, Subject, Training};
    let mut clipped = refined();
    clipped.rule.optimizer = Optimizer::SGD;
    clipped.regularisation.clip = ClipNorm::new(0.1).ok();
    clipped.schedule = Schedule::default();
    let mut session = session("iris", clipped);
    trained_by(&mut session, 5);
    let frozen = nn_tui::nn::ParameterId::Bias {
        layer: 3,
        output: 0,
    };
    let change = Change::Freeze {
        id: frozen,
        frozen: true,
    };
    session.apply(change).unwrap();
    let id = nn_tui::nn::ParameterId::Weight {
        layer: 3,
        output: 1,
        input: 2,
    };
    let (set, index) = (Set::Training, 0);
    let probe = InspectProbe {
        inspect: Inspect {
            cursor: Cursor::Parameter(id),
            of: Subject::Batch,
        },
        row: RowProbe {
            sample: SampleId { set, index },
            what_if: Vec::new(),
        },
    };
    let training = Training::from(&session);
    let inspection = probe.compute(&training, &mut Scratch::new(&session));
    let Some(Facts::Parameter(facts)) = inspection.map(|inspection| inspection.facts) else {
        panic!("a parameter");
    };
    let before = session.engine().parameter(id);
    session.step().unwrap();
    let change = f64::from(session.engine().parameter(id) - before);
    assert!(facts.next_change != 0.0);
    assert_near(
        facts.next_change,
        change,
        1e-4 * change.abs() + 1e-7,
        "preview",
    );
}
