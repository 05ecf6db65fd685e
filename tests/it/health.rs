//! Health of the layers: against the textbook and PyTorch (the expected values in `golden/health.json` are computed by
//! `golden/health.py`), and as seen on the screen.

use nn_tui::data::{DataSummary, Target};
use nn_tui::nn::textbook::Network;
use nn_tui::nn::{Activation, ClipNorm, DropoutRate, Optimizer, ParameterId};
use nn_tui::train::probes::{DivergenceProbe, HealthProbe};
use nn_tui::train::{
    Command, Event, Finding, LayerHealth, Observation, Plan, Scratch, Session, State,
};
use nn_tui::tui::app::{Msg, Phase};
use nn_tui::tui::theme::{Depth, Theme, ThemeChoice};
use serde::Deserialize;

use crate::support::screen::{Shown, drawn, drawn_with};
use crate::support::{dataset, decay, plan, rate, rows, session};

fn health(session: &Session) -> Vec<LayerHealth> {
    let observation = Observation::default().with(HealthProbe { is_shown: true });
    let snapshot = observation.snapshot(&session.into(), &mut Scratch::new(session));
    let health = snapshot.answer::<HealthProbe>().expect("asked");
    assert_eq!(health.position, session.position());
    health.layers.clone()
}

fn rms(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    let squares: f64 = numbers.iter().map(|number| number * number).sum();
    (squares / numbers.len() as f64).sqrt()
}

fn assert_near(found: f64, expected: f64, tolerance: f64, of: &str) {
    let error = (found - expected).abs() / expected.abs().max(1e-12);
    assert!(error < tolerance, "{of}: {found}, not {expected}");
}

/// Plans whose step uses all that changes an update.
fn awkward_plans() -> Vec<(&'static str, Plan)> {
    let mut clipped = plan(&[12, 9]);
    clipped.regularisation.clip = ClipNorm::new(0.01).ok();
    clipped.rule.weight_decay = decay(0.1);
    let mut dropped = plan(&[12, 9]);
    dropped.regularisation.dropout = DropoutRate::new(0.5).expect("in range");
    vec![("iris", plan(&[8])), ("digits", clipped), ("wine", dropped)]
}

#[test]
fn gradients_and_updates_are_those_of_the_textbook_and_the_next_step() {
    // A mini-batch whose gradient takes too many products for f64, and whose first rows have another one.
    let large = Plan {
        batch: rows(1024),
        ..plan(&[64])
    };
    let large = ("digits", large);
    for (data, plan) in awkward_plans().into_iter().chain([large]) {
        let tolerance = if plan.batch == rows(1024) { 1e-5 } else { 1e-9 };
        let mut session = session(data, plan);
        for _ in 0..25 {
            session.step().expect("finite");
        }
        let health = health(&session);
        let (samples, places) = (&session.data().training, session.next_rows().to_vec());
        let architecture = session.architecture().clone();
        let (inputs, targets): (Vec<_>, Vec<_>) = places
            .iter()
            .map(|&row| {
                let mut inputs = ndarray::Array1::zeros(architecture.inputs());
                let mut targets = ndarray::Array1::zeros(architecture.outputs());
                samples.write_inputs(row as usize, inputs.view_mut());
                samples.targets.write(row as usize, targets.view_mut());
                let wide = |numbers: ndarray::Array1<f32>| numbers.mapv(f64::from).to_vec();
                (wide(inputs), wide(targets))
            })
            .unzip();
        let before = session.engine().parameters();
        let network = Network::new(&architecture, &before);
        let (_, gradient) = network.mean_gradient(&inputs, &targets);
        session.step().expect("finite");
        let after = session.engine().parameters();
        for (l, layer) in health.iter().enumerate() {
            let expected = rms(gradient[l].weights.iter().flatten().copied());
            assert_near(layer.gradients, expected, tolerance, "gradient");
            let pairs = after.layers[l]
                .weights
                .iter()
                .zip(&before.layers[l].weights);
            let expected = rms(pairs.map(|(after, before)| f64::from(after - before)));
            assert_eq!(layer.updates, expected, "the next step, bit for bit");
            let weights = before.layers[l].weights.iter();
            assert_near(
                layer.weights,
                rms(weights.map(|&w| w.into())),
                1e-9,
                "weights",
            );
        }
    }
}

#[test]
fn looking_leaves_the_training_as_it_is() {
    for (data, plan) in awkward_plans() {
        let [mut watched, mut alone] = [(); 2].map(|()| session(data, plan.clone()));
        for _ in 0..60 {
            health(&watched);
            watched.step().expect("finite");
            alone.step().expect("finite");
        }
        assert_eq!(watched.engine().parameters(), alone.engine().parameters());
    }
}

#[derive(Deserialize)]
struct Golden {
    hidden: Vec<usize>,
    activation: Activation,
    optimizer: String,
    learning_rate: f64,
    initial: Vec<GoldenLayer>,
    layers: Vec<GoldenHealth>,
}

#[derive(Deserialize)]
struct GoldenLayer {
    weights: Vec<Vec<f64>>,
    biases: Vec<f64>,
}

#[derive(Deserialize)]
struct GoldenHealth {
    weights: f64,
    gradients: f64,
    updates: f64,
    mean: f64,
    std: f64,
}

impl Golden {
    fn parameters(&self) -> Vec<(ParameterId, f32)> {
        let mut values = Vec::new();
        for (l, layer) in self.initial.iter().enumerate() {
            let layer_number = l + 1;
            for (output, weights) in layer.weights.iter().enumerate() {
                for (input, &weight) in weights.iter().enumerate() {
                    let id = ParameterId::Weight {
                        layer: layer_number,
                        output,
                        input,
                    };
                    values.push((id, weight as f32));
                }
                let id = ParameterId::Bias {
                    layer: layer_number,
                    output,
                };
                values.push((id, layer.biases[output] as f32));
            }
        }
        values
    }
}

#[test]
fn numbers_are_those_of_pytorch() {
    let cases: Vec<Golden> =
        serde_json::from_str(include_str!("../golden/health.json")).expect("sound");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let mut plan = Plan {
            activation: case.activation,
            batch: rows(48),
            validation: 0.0,
            ..plan(&case.hidden)
        };
        plan.rule.optimizer = match case.optimizer.as_str() {
            "sgd" => Optimizer::SGD,
            "adam" => Optimizer::ADAM,
            _ => Optimizer::RMSPROP,
        };
        plan.rule.learning_rate = rate(case.learning_rate);
        let mut session = session("tests/golden/health.csv", plan);
        let parameters = case.parameters();
        session
            .set_initial_values(&parameters)
            .expect("it has them");
        let found = health(&session);
        assert_eq!(found.len(), case.layers.len());
        for (found, expected) in found.iter().zip(&case.layers) {
            assert_near(found.weights, expected.weights, 1e-6, "weights");
            assert_near(found.gradients, expected.gradients, 1e-5, "gradients");
            assert_near(found.updates, expected.updates, 1e-3, "updates");
            assert_near(found.mean, expected.mean, 1e-4, "mean");
            assert_near(found.std, expected.std, 1e-4, "std");
        }
    }
}

fn with_sigmoid() -> Plan {
    Plan {
        activation: Activation::Sigmoid,
        ..plan(&[16; 6])
    }
}

#[test]
fn vanishing_gradients_are_a_staircase_on_every_screen() {
    let none = Theme::new(Depth::None);
    for (size, theme, name) in [
        ((80, 24), Theme::new(Depth::True), "health-80x24"),
        ((120, 36), Theme::new(Depth::True), "health-120x36"),
        ((200, 60), Theme::new(Depth::True), "health-200x60"),
        ((80, 24), none.ascii(), "health-ascii-80x24"),
        (
            (80, 24),
            Theme::new(Depth::True).with_choice(ThemeChoice::Light),
            "health-light-80x24",
        ),
    ] {
        let mut shown = Shown::new(dataset("spiral"), with_sigmoid(), size);
        shown.press(":view health\n");
        shown.press("SSS");
        insta::assert_snapshot!(name, drawn_with(&shown.model, theme));
    }
    let mut shown = Shown::new(dataset("xor"), plan(&[]), (80, 24));
    shown.press(":view health\n");
    insta::assert_snapshot!("health-one-layer-80x24", drawn_with(&shown.model, none));
}

fn slow_plan(learning_rate: f64) -> Plan {
    let mut plan = plan(&[16, 16]);
    plan.rule.optimizer = Optimizer::SGD;
    plan.rule.learning_rate = rate(learning_rate);
    plan
}

fn shown(plan: Plan, epochs: u64) -> Shown {
    let mut shown = Shown::new(dataset("spiral"), plan, (120, 36)).train(epochs);
    shown.press(":view health\n");
    shown
}

fn screen(shown: &Shown) -> String {
    drawn(&shown.model)
}

#[test]
fn enter_runs_the_command_of_the_selected_finding() {
    let mut shown = shown(slow_plan(0.001), 12);
    let drawn = screen(&shown);
    assert!(drawn.contains("! lr too low"), "{drawn}");
    assert!(drawn.contains(":lr 0.01"), "{drawn}");
    insta::assert_snapshot!("findings-120x36", drawn);
    shown.press("\n");
    shown.order(Command::Pause, Shown::is_paused);
    assert_eq!(shown.model.run.plan.rule.learning_rate, rate(0.01));
}

#[test]
fn a_loss_that_explodes_is_recovered_from_while_it_is_finite() {
    let mut shown = shown(slow_plan(10.0), 6);
    let finding = shown.model.run.findings.first();
    assert!(
        matches!(finding, Some(Finding::Diverging { .. })),
        "{finding:?}"
    );
    assert!(matches!(shown.model.run.phase, Phase::Paused));
    shown.press("t");
    shown.order(Command::Pause, Shown::is_paused);
    assert_eq!(shown.model.run.plan.rule.learning_rate, rate(1.0));
    let log_ends_with_recovery = shown.model.run.history.marks().last();
    assert!(log_ends_with_recovery.is_some());
    shown.press("z");
    let notice = shown.model.prompt.notice.clone().expect("a reason");
    assert!(
        notice.text.contains("the weights before t had diverged"),
        "{notice:?}"
    );
    // The loss is that of before, so there is nothing to recover from any more.
    shown.press("SS");
    let first = shown.model.run.findings.first();
    assert!(
        !matches!(first, Some(Finding::Diverging { .. })),
        "{first:?}"
    );
    shown.press("t");
    assert!(
        shown
            .model
            .prompt
            .notice
            .as_ref()
            .is_some_and(|notice| notice.is_error)
    );
}

#[test]
fn a_run_at_its_limit_stays_there_after_good_weights_are_restored() {
    let mut shown = shown(slow_plan(10.0), 6);
    shown.press(":epochs 6\n");
    assert!(shown.wait_until(|model| matches!(model.run.phase, Phase::Finished(_))));
    let exploded = shown.model.run.losses().0;
    shown.press("t");
    assert!(shown.wait_until(|model| model.run.losses().0 < 0.5 * exploded));
    let run = &shown.model.run;
    assert!(matches!(run.phase, Phase::Finished(_)), "{:?}", run.phase);
    assert_eq!(run.limits.epochs, Some(6));
    assert_eq!(run.position.epoch, 6);
    let notice = shown.model.prompt.notice.clone().expect("a message");
    assert!(notice.text.contains("the limit is reached"), "{notice:?}");
    shown.press(" ");
    let is_training = |model: &nn_tui::tui::app::Model| model.run.position.epoch > 6;
    assert!(shown.wait_until(is_training));
    let notice = shown.model.prompt.notice.clone().expect("a message");
    assert!(notice.text.contains("beyond the limit"), "{notice:?}");
}

#[test]
fn a_command_that_helps_is_offered_once_and_restarts_a_finished_run() {
    let mut shown = shown(slow_plan(1e-5), 12);
    shown.press(":view health\n");
    let changed = |shown: &Shown| {
        let drawn = screen(shown);
        drawn.contains("train on to see whether it helps")
    };
    assert!(!changed(&shown));
    shown.press("\n");
    let has = |learning_rate: f64| {
        move |model: &nn_tui::tui::app::Model| {
            model.run.plan.rule.learning_rate == rate(learning_rate)
        }
    };
    assert!(shown.wait_until(has(1e-4)));
    assert!(changed(&shown), "{}", screen(&shown));
    shown.press("\n");
    shown.press(":lr 0.00001\n");
    assert!(shown.wait_until(has(1e-5)), "no second time");
    let mut shown = self::shown(slow_plan(1e-5), 12);
    shown.press(":view health\n");
    shown.press(":epochs 12\n");
    assert!(shown.wait_until(|model| matches!(model.run.phase, Phase::Finished(_))));
    let drawn = screen(&shown);
    assert!(drawn.contains(":lr 0.0001, then :restart"), "{drawn}");
    shown.press("\n");
    assert!(shown.wait_until(|model| model.run.restarts == 1 && has(1e-4)(model)));
}

#[test]
fn a_divergence_names_the_row_and_the_layer() {
    let exploding = Plan {
        activation: Activation::Relu,
        ..slow_plan(1e20)
    };
    let mut shown = Shown::new(dataset("digits"), exploding, (120, 36));
    shown.order(Command::Resume, |event| {
        matches!(
            event,
            Event::State {
                state: State::Diverged(_),
                ..
            }
        )
    });
    shown.look();
    let drawn = screen(&shown);
    assert!(drawn.contains("at training row"), "{drawn}");
    let answer = shown.model.run.snapshot.as_ref().expect("looked");
    let found = answer.answer::<DivergenceProbe>().copied().flatten();
    let found = found.expect("a row");
    assert!(
        (1..=3).contains(&found.layer) && found.weight > 1e6,
        "{found:?}"
    );
    insta::assert_snapshot!("diverged-row-120x36", drawn);
}

#[test]
fn every_divergence_of_a_large_learning_rate_names_a_row() {
    for seed in 0..5 {
        let mut large = Plan {
            seed,
            activation: Activation::Relu,
            ..plan(&[32])
        };
        large.rule.optimizer = Optimizer::SGD;
        large.rule.learning_rate = rate(3.0);
        let mut session = session("digits", large);
        let is_over = (0..2000).any(|_| session.step().is_err());
        if !is_over {
            continue;
        }
        let observation = Observation::default().with(DivergenceProbe);
        let snapshot = observation.snapshot(&(&session).into(), &mut Scratch::new(&session));
        let found = snapshot.answer::<DivergenceProbe>().copied().flatten();
        let found = found.expect("a row");
        let is_in_batch = session.next_rows().contains(&(found.row as u32));
        assert!(is_in_batch, "{seed}: {found:?}");
    }
}

#[test]
fn a_column_that_gives_the_target_away_is_found() {
    let mut given = dataset("iris");
    let Target::Classes { labels, .. } = &given.target else {
        panic!("classes");
    };
    for (row, &label) in labels.clone().iter().enumerate() {
        given.values[[row, 0]] = label as f32;
    }
    let mut shown = Shown::new(given.clone(), plan(&[4]), (80, 24)).train(1);
    shown.press(":view health\n");
    let card = DataSummary::new(&given, &shown.model.run.data);
    shown.update(Msg::Described(0, Box::new(card)));
    let drawn = screen(&shown);
    assert!(
        drawn.contains("sepal length predicts the target"),
        "{drawn}"
    );
    assert!(
        drawn.contains("restart with --drop sepal length"),
        "{drawn}"
    );
    // There is no command for it.
    shown.press("\n");
    let notice = shown.model.prompt.notice.as_ref().expect("advice");
    assert!(notice.text.contains("--drop"), "{}", notice.text);
    // A table needs a column.
    let mut only = given.clone();
    only.columns.truncate(1);
    only.values = given.values.select(ndarray::Axis(1), &[0]).into_shared();
    let mut shown = Shown::new(only.clone(), plan(&[4]), (80, 24)).train(1);
    shown.press(":view health\n");
    let card = DataSummary::new(&only, &shown.model.run.data);
    shown.update(Msg::Described(0, Box::new(card)));
    let drawn = screen(&shown);
    assert!(!drawn.contains("predicts the target"), "{drawn}");
}

#[test]
fn findings_are_marked_on_the_network_and_beside_the_weights() {
    let mut shown = Shown::new(dataset("spiral"), with_sigmoid(), (200, 60)).train(2);
    shown.press(":view network\n");
    let drawn = screen(&shown);
    assert!(drawn.contains("! vanishing"), "{drawn}");
    shown.press(":view weights\n");
    let drawn = screen(&shown);
    assert!(
        drawn.contains("grad. ") && drawn.contains("Δw/w"),
        "{drawn}"
    );
}
