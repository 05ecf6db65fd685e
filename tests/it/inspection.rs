//! Values of the inspector: against the textbook, against PyTorch, and against what the next step
//! really does.

use std::borrow::Cow;

use crate::support::{decay, rows};
use crate::support::{plan, session, textbook_plan};
use ndarray::{Array1, Array2};
use nn_tui::nn::optimizer::{ParameterState, UpdateFormula};
use nn_tui::nn::pass::Pass;
use nn_tui::nn::textbook::{Backward, Forward, Network};
use nn_tui::nn::{
    Activation, Architecture, LayerParameters, Loss, Optimizer, Output, ParameterId, Parameters,
};
use nn_tui::train::inspection::{Back, Facts, NeuronFacts, OutputFacts, ParameterFacts};
use nn_tui::train::probes::{InspectProbe, RowPass, RowProbe};
use nn_tui::train::{
    Cursor, Inspect, Inspection, Observation, Plan, SampleId, Scratch, Session, Set, Snapshot,
    Subject,
};
use proptest::prelude::*;
use serde::Deserialize;

const ROW: SampleId = SampleId {
    set: Set::Validation,
    index: 3,
};

fn row() -> RowProbe {
    RowProbe {
        sample: ROW,
        what_if: Vec::new(),
    }
}

/// Asks for the item under `cursor` and for `row`.
fn observation(cursor: Cursor, of: Subject, row: RowProbe) -> Observation {
    let inspect = Inspect { cursor, of };
    let observation = Observation::default().with(row.clone());
    observation.with(InspectProbe { inspect, row })
}

fn observed(session: &Session, observation: &Observation, scratch: &mut Scratch) -> Snapshot {
    observation.snapshot(&session.into(), scratch)
}

fn inspection(snapshot: &Snapshot) -> Option<Inspection> {
    snapshot.answer::<InspectProbe>().expect("asked").clone()
}

fn pass(snapshot: &Snapshot) -> &RowPass {
    snapshot.answer::<RowProbe>().expect("asked")
}

fn inspected(session: &Session, cursor: Cursor, of: Subject) -> Inspection {
    let observation = observation(cursor, of, row());
    let snapshot = observed(session, &observation, &mut Scratch::new(session));
    inspection(&snapshot).expect("it is there")
}

fn neuron(session: &Session, layer: usize, neuron: usize, of: Subject) -> NeuronFacts {
    match inspected(session, Cursor::Neuron { layer, neuron }, of).facts {
        Facts::Neuron(facts) => facts,
        other => panic!("{other:?}"),
    }
}

fn parameter(session: &Session, id: ParameterId, of: Subject) -> ParameterFacts {
    match inspected(session, Cursor::Parameter(id), of).facts {
        Facts::Parameter(facts) => facts,
        other => panic!("{other:?}"),
    }
}

fn output(session: &Session, of: Subject) -> OutputFacts {
    match inspected(session, Cursor::Output, of).facts {
        Facts::Output(facts) => facts,
        other => panic!("{other:?}"),
    }
}

/// The rows that numbers are asked of, each with the textbook's passes.
fn passes(session: &Session, of: Subject) -> Vec<(Forward, Backward, Vec<f64>)> {
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let samples = match of {
        Subject::Row => ROW.samples(session.data()),
        Subject::Batch => &session.data().training,
    };
    let rows: Vec<usize> = match of {
        Subject::Row => vec![ROW.index],
        Subject::Batch => session
            .next_rows()
            .iter()
            .map(|&row| row as usize)
            .collect(),
    };
    let pass = |&row: &usize| {
        let mut inputs = Array1::<f32>::zeros(session.architecture().inputs());
        let mut targets = Array1::<f32>::zeros(session.architecture().outputs());
        samples.write_inputs(row, inputs.view_mut());
        samples.targets.write(row, targets.view_mut());
        let wide = |it: Array1<f32>| it.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
        let (inputs, targets) = (wide(inputs), wide(targets));
        let forward = network.forward(&inputs);
        let backward = network.backward(&forward, &targets);
        (forward, backward, targets)
    };
    rows.iter().map(pass).collect()
}

fn mean<T>(passes: &[T], number: impl Fn(&T) -> f64) -> f64 {
    passes.iter().map(number).sum::<f64>() / passes.len() as f64
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    let size = 1.0 + expected.abs();
    assert!(
        (found - expected).abs() <= tolerance * size,
        "{found} instead of {expected}"
    );
}

fn trained(data: &str, plan: Plan, steps: usize) -> Session {
    let mut session = session(data, plan);
    for _ in 0..steps {
        session.step().expect("it converges");
    }
    session
}

/// Facts of every neuron, some parameters and the output of `session` against the textbook's.
fn check_against_the_textbook(session: &Session, of: Subject, tolerance: f64) {
    let passes = passes(session, of);
    let parameters = session.engine().parameters();
    let sizes = session.architecture().sizes().to_vec();
    let depth = session.architecture().depth();
    for layer in 1..=depth {
        for j in [0, sizes[layer] / 2, sizes[layer] - 1] {
            let facts = neuron(session, layer, j, of);
            near(facts.z, mean(&passes, |it| it.0.z[layer - 1][j]), tolerance);
            near(facts.a, mean(&passes, |it| it.0.a[layer][j]), tolerance);
            let delta = |it: &(Forward, Backward, Vec<f64>)| it.1.delta[layer - 1][j];
            near(facts.delta, mean(&passes, delta), tolerance);
            assert_eq!(facts.inputs.len(), sizes[layer - 1]);
            let sum: f64 = facts.inputs.iter().map(|term| term.product).sum();
            near(sum + facts.bias, facts.z, tolerance);
            match &facts.back {
                Back::Output { target, .. } => {
                    assert_eq!(layer, depth);
                    near(*target, mean(&passes, |it| it.2[j]), 1e-12);
                }
                Back::Hidden { terms, sum } => {
                    assert_eq!(terms.len(), sizes[layer + 1]);
                    near(terms.iter().map(|term| term.product).sum(), *sum, tolerance);
                    if of == Subject::Row {
                        near(facts.delta, sum * facts.slope, tolerance);
                    }
                }
            }
        }
        let (j, i) = (sizes[layer] - 1, sizes[layer - 1] / 2);
        let facts = parameter(session, ParameterId::weight(layer, j, i), of);
        let gradient = |it: &(Forward, Backward, Vec<f64>)| it.1.gradient[layer - 1].weights[j][i];
        near(facts.gradient, mean(&passes, gradient), tolerance);
        near(facts.difference, facts.gradient, 1e-9);
        assert!(facts.error < 1e-6, "{facts:?}");
        let value = parameters.layers[layer - 1].weights[[j, i]];
        assert_eq!(facts.value, f64::from(value));
        let bias = ParameterId::Bias { layer, output: 0 };
        let facts = parameter(session, bias, of);
        let gradient = |it: &(Forward, Backward, Vec<f64>)| it.1.gradient[layer - 1].biases[0];
        near(facts.gradient, mean(&passes, gradient), tolerance);
        assert_eq!(facts.a, 1.0);
    }
    let facts = output(session, of);
    near(facts.loss, mean(&passes, |it| it.1.loss), tolerance);
    near(
        facts.terms.iter().map(|term| term.loss).sum(),
        facts.loss,
        1e-12,
    );
}

#[test]
fn linear_layers_amount_to_one() {
    let linear = |hidden: &[usize]| Plan {
        activation: Activation::Linear,
        ..plan(hidden)
    };
    for hidden in [&[5][..], &[3, 2], &[6, 4, 5]] {
        let mut session = session("iris", linear(hidden));
        for _ in 0..40 {
            session.step().expect("finite");
        }
        let Facts::Output(facts) = inspected(&session, Cursor::Output, Subject::Row).facts else {
            panic!("facts about the outputs");
        };
        let collapse = facts.collapse.expect("all linear");
        assert_eq!(collapse.weights.dim(), (3, 4));
        for (term, z) in facts.terms.iter().zip(&collapse.z) {
            assert!(
                (term.z - z).abs() < 1e-12 * term.z.abs().max(1.0),
                "{} {z}",
                term.z
            );
        }
        // The inputs of the row by themselves, through the one layer.
        let mut inputs = Array1::zeros(4);
        session
            .data()
            .validation
            .write_inputs(ROW.index, inputs.view_mut());
        let z = collapse.weights.dot(&inputs.mapv(f64::from)) + &collapse.biases;
        assert!(
            z.iter()
                .zip(&collapse.z)
                .all(|(z, known)| (z - known).abs() < 1e-12)
        );
    }
    for other in [plan(&[5]), linear(&[])] {
        let session = session("iris", other);
        let Facts::Output(facts) = inspected(&session, Cursor::Output, Subject::Row).facts else {
            panic!("facts about the outputs");
        };
        assert_eq!(facts.collapse, None);
    }
}

#[test]
fn small_networks_are_told_as_the_textbook_has_them() {
    let mut relu = plan(&[7, 5]);
    relu.activation = Activation::Relu;
    for (plan, steps) in [
        (plan(&[6, 5]), 30),
        (plan(&[]), 3),
        (relu, 17),
        (textbook_plan(&[8]), 40),
    ] {
        let session = trained("iris", plan, steps);
        for of in [Subject::Row, Subject::Batch] {
            check_against_the_textbook(&session, of, 1e-12);
        }
    }
}

/// Here the engine computes what lies before the cursor.
#[test]
fn large_networks_are_told_as_the_textbook_has_them_within_rounding() {
    let plan = Plan {
        batch: rows(48),
        ..plan(&[96, 128, 32])
    };
    let session = trained("digits", plan, 5);
    check_against_the_textbook(&session, Subject::Batch, 2e-5);
}

#[test]
fn an_input_tells_how_the_loss_follows_it() {
    let session = trained("iris", plan(&[6, 5]), 30);
    for of in [Subject::Row, Subject::Batch] {
        let cursor = Cursor::Neuron {
            layer: 0,
            neuron: 2,
        };
        let Facts::Input(facts) = inspected(&session, cursor, of).facts else {
            panic!("an input");
        };
        let passes = passes(&session, of);
        near(facts.value, mean(&passes, |it| it.0.a[0][2]), 1e-12);
        let weights = session.engine().parameters().layers[0]
            .weights
            .column(2)
            .to_owned();
        let gradient = |it: &(Forward, Backward, Vec<f64>)| -> f64 {
            let terms = weights.iter().zip(&it.1.delta[0]);
            terms.map(|(&w, delta)| f64::from(w) * delta).sum()
        };
        near(facts.gradient, mean(&passes, gradient), 1e-12);
        assert_eq!(facts.distribution.count(), 30);
    }
}

#[test]
fn another_input_is_followed_and_the_row_as_it_is_kept() {
    let session = trained("iris", plan(&[6, 5]), 30);
    let mut scratch = Scratch::new(&session);
    let mut look = |what_if| {
        let row = RowProbe { what_if, ..row() };
        let asked = observation(Cursor::Output, Subject::Row, row);
        observed(&session, &asked, &mut scratch)
    };
    let plain = look(Vec::new());
    let plain = pass(&plain);
    assert_eq!(plain.unchanged, None);
    // The last one is of an input that is not there.
    let snapshot = look(vec![(1, 0.75f32.into()), (99, 1f32.into())]);
    let changed = pass(&snapshot);
    assert_eq!(
        changed.unchanged,
        Some((plain.activations.clone(), plain.loss))
    );
    assert_ne!(changed.activations, plain.activations);
    let samples = ROW.samples(session.data());
    let mut inputs: Vec<f64> = samples
        .inputs(ROW.index..ROW.index + 1)
        .iter()
        .map(|&x| f64::from(x))
        .collect();
    inputs[1] = 0.75;
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let forward = network.forward(&inputs);
    for (found, expected) in changed
        .activations
        .iter()
        .flatten()
        .zip(forward.a[1..].iter().flatten())
    {
        near(f64::from(*found), *expected, 1e-6);
    }
    let Facts::Output(facts) = inspection(&snapshot).unwrap().facts else {
        panic!("the output");
    };
    near(facts.loss, changed.loss, 1e-6);
    // The value that the row has already is no change.
    let same = look(vec![(0, (inputs[0] as f32).into())]);
    assert_eq!(pass(&same).unchanged, None);
}

#[test]
fn the_next_change_is_what_the_next_step_does() {
    for &optimizer in Optimizer::ALL {
        let mut plan = plan(&[6]);
        plan.rule.optimizer = optimizer;
        plan.rule.weight_decay = decay(0.01);
        let mut session = session("iris", plan);
        let ids = [
            ParameterId::weight(1, 3, 2),
            ParameterId::weight(2, 1, 5),
            ParameterId::Bias {
                layer: 1,
                output: 4,
            },
        ];
        let mut remembered = ids.map(|_| ParameterState::default());
        for _ in 0..40 {
            let told = ids.map(|id| parameter(&session, id, Subject::Row));
            session.step().expect("it converges");
            for (i, facts) in told.iter().enumerate() {
                assert_eq!(facts.before.count, remembered[i].count, "{optimizer}");
                for (found, expected) in facts.before.state.iter().zip(remembered[i].state) {
                    near(*found, expected, 1e-5);
                }
                let formula = UpdateFormula::new(&facts.rule);
                let expected = formula.apply(&mut remembered[i], facts.batch_gradient, facts.value);
                near(facts.next_change, expected, 1e-6);
                let done = f64::from(session.engine().parameter(ids[i])) - facts.value;
                near(done, facts.next_change, 3e-7);
            }
        }
    }
}

#[test]
fn the_gradient_of_the_batch_is_its_mean() {
    let session = trained("iris", plan(&[6]), 11);
    let id = ParameterId::weight(1, 3, 2);
    let of_row = parameter(&session, id, Subject::Row);
    let of_batch = parameter(&session, id, Subject::Batch);
    assert_eq!(of_row.batch_gradient, of_batch.gradient);
    assert_ne!(of_row.gradient, of_batch.gradient);
}

#[test]
fn influence_is_weight_times_deviation() {
    let session = trained("iris", plan(&[12, 12]), 60);
    let facts = neuron(&session, 2, 4, Subject::Row);
    assert_eq!(facts.influence.len(), 8);
    assert!(facts.influence.windows(2).all(|it| it[0].1 >= it[1].1));
    let (strongest, by) = facts.influence[0];
    let w = f64::from(
        session
            .engine()
            .parameter(ParameterId::weight(2, 4, strongest)),
    );
    let activations: Vec<f64> = (0..session.data().validation.rows())
        .map(|row| {
            let network = Network::new(session.architecture(), &session.engine().parameters());
            let inputs = session.data().validation.inputs(row..row + 1);
            let inputs: Vec<f64> = inputs.iter().map(|&x| f64::from(x)).collect();
            network.forward(&inputs).a[1][strongest]
        })
        .collect();
    let middle = mean(&activations, |a| *a);
    let variance = mean(&activations, |a| (a - middle) * (a - middle));
    near(by, w.abs() * variance.sqrt(), 1e-5);
    assert_eq!(facts.distribution.count(), 30);
}

#[test]
fn a_parameter_s_history_is_bounded_and_whole() {
    let mut session = session("iris", plan(&[8]));
    let mut scratch = Scratch::new(&session);
    let nothing = Observation::default();
    let id = ParameterId::weight(2, 1, 4);
    let first = session.engine().parameter(id);
    for _ in 0..2000 {
        // Nothing is inspected yet, and the past is remembered all the same.
        observed(&session, &nothing, &mut scratch);
        session.step().expect("it converges");
        scratch.record_history(&session);
    }
    let asked = observation(Cursor::Parameter(id), Subject::Row, row());
    let snapshot = observed(&session, &asked, &mut scratch);
    let Facts::Parameter(facts) = inspection(&snapshot).unwrap().facts else {
        panic!("a parameter");
    };
    assert!((100..=257).contains(&facts.history.len()));
    assert_eq!(facts.history[0], (0.0, first));
    assert!(facts.history.windows(2).all(|it| it[0].0 < it[1].0));
    let last = facts.history[facts.history.len() - 1];
    assert_eq!(last.1, session.engine().parameter(id));
    let position = session.position();
    near(
        last.0,
        position.epoch as f64 + f64::from(position.batch) / 12.0,
        1e-12,
    );
}

fn cursor() -> impl Strategy<Value = Cursor> {
    let number = 0..9usize;
    let three = (number.clone(), number.clone(), number.clone());
    prop_oneof![
        (number.clone(), number).prop_map(|(layer, neuron)| Cursor::Neuron { layer, neuron }),
        three.prop_map(
            |(layer, output, input)| Cursor::Parameter(ParameterId::weight(layer, output, input))
        ),
        (0..9usize, 0..9usize)
            .prop_map(|(layer, output)| Cursor::Parameter(ParameterId::Bias { layer, output })),
        Just(Cursor::Output),
    ]
}

fn has(session: &Session, cursor: Cursor) -> bool {
    let sizes = session.architecture().sizes();
    let within = |layer: usize, neuron: usize| sizes.get(layer).is_some_and(|&n| neuron < n);
    match cursor {
        Cursor::Neuron { layer, neuron } => within(layer, neuron),
        Cursor::Parameter(id) => {
            id.layer() > 0
                && within(id.layer(), id.output())
                && id.input().is_none_or(|input| within(id.layer() - 1, input))
        }
        Cursor::Output => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_cursor_stands_on_nothing_panics(
        cursor in cursor(),
        of in prop_oneof![Just(Subject::Row), Just(Subject::Batch)],
        hidden in prop::collection::vec(1..8usize, 0..3),
        activation in prop::sample::select(Activation::ALL.to_vec()),
        index in prop_oneof![0..30usize, Just(1000)],
        steps in 0..14usize,
        what_if in prop::collection::vec((0..6usize, any::<f32>().prop_map(Into::into)), 0..3),
    ) {
        let mut plan = plan(&hidden);
        plan.activation = activation;
        let session = trained("iris", plan, steps);
        let sample = SampleId { index, ..ROW };
        let asked = observation(cursor, of, RowProbe { sample, what_if });
        let snapshot = observed(&session, &asked, &mut Scratch::new(&session));
        let is_there = has(&session, cursor) && (of == Subject::Batch || index < 30);
        prop_assert_eq!(inspection(&snapshot).is_some(), is_there);
    }
}

/// Buffers for another network are made anew.
#[test]
fn a_network_of_another_shape_is_no_trouble() {
    let (small, large) = (session("iris", plan(&[3])), session("iris", plan(&[9, 9])));
    let mut scratch = Scratch::new(&small);
    let asked = observation(
        Cursor::Neuron {
            layer: 2,
            neuron: 8,
        },
        Subject::Row,
        row(),
    );
    let mut is_there = |session: &Session| {
        let snapshot = observed(session, &asked, &mut scratch);
        inspection(&snapshot).is_some()
    };
    assert!(!is_there(&small));
    assert!(is_there(&large));
    assert!(!is_there(&small));
}

/// One network with a mini-batch, as `golden/neurons.py` has PyTorch compute it.
#[derive(Deserialize)]
struct Golden {
    hidden: Activation,
    output: Output,
    loss: Loss,
    sizes: Vec<usize>,
    parameters: Vec<GoldenLayer>,
    inputs: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
    /// Of each row.
    losses: Vec<f64>,
    /// `[layer][row][neuron]`.
    z: Vec<Vec<Vec<f64>>>,
    a: Vec<Vec<Vec<f64>>>,
    delta: Vec<Vec<Vec<f64>>>,
    /// Of the mean loss.
    gradient: Vec<GoldenLayer>,
}

#[derive(Deserialize)]
struct GoldenLayer {
    weights: Vec<Vec<f64>>,
    biases: Vec<f64>,
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    let numbers = rows.iter().flatten().copied().collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), numbers).unwrap()
}

fn check_golden(golden: &Golden, pass: &Pass, tolerance: f64) {
    for (found, &expected) in pass.losses().iter().zip(&golden.losses) {
        near(*found, expected, tolerance);
    }
    for layer in 1..golden.sizes.len() {
        for j in 0..golden.sizes[layer] {
            let column = |of: &[Vec<Vec<f64>>]| -> Vec<f64> {
                of[layer - 1].iter().map(|row| row[j]).collect()
            };
            let pairs = [
                (pass.z_of(layer, j), column(&golden.z)),
                (pass.a_of(layer, j), column(&golden.a)),
                (pass.delta_of(layer, j), column(&golden.delta)),
            ];
            for (found, expected) in pairs {
                for (found, expected) in found.iter().zip(expected) {
                    near(*found, expected, tolerance);
                }
            }
            let bias = ParameterId::Bias { layer, output: j };
            near(
                pass.difference(bias).0,
                golden.gradient[layer - 1].biases[j],
                1e-9,
            );
            for i in 0..golden.sizes[layer - 1] {
                near(
                    pass.difference(ParameterId::weight(layer, j, i)).0,
                    golden.gradient[layer - 1].weights[j][i],
                    1e-9,
                );
            }
        }
    }
}

#[test]
fn neurons_are_told_as_pytorch_computes_them() {
    let all: Vec<Golden> = serde_json::from_str(include_str!("../golden/neurons.json")).unwrap();
    let outputs = Output::ALL.into_iter();
    let pairs = outputs.flat_map(|output| Loss::ALL.map(|loss| (output, loss)));
    let ends = pairs
        .filter(|&(output, loss)| loss.goes_with(output))
        .count();
    let expected = Activation::ALL.len() * ends;
    assert_eq!(
        all.len(),
        expected,
        "each activation with each output and loss"
    );
    for golden in &all {
        let architecture = Architecture::new(
            golden.sizes.clone(),
            golden.hidden,
            golden.output,
            golden.loss,
        );
        let architecture = architecture.unwrap();
        let layers = golden.parameters.iter().map(|layer| LayerParameters {
            weights: matrix(&layer.weights).mapv(|w| w as f32),
            biases: layer.biases.iter().map(|&b| b as f32).collect(),
        });
        let parameters = Parameters {
            layers: layers.collect(),
        };
        let borrowed = || Cow::Borrowed(&parameters);
        let (inputs, targets) = (matrix(&golden.inputs), matrix(&golden.targets));
        let textbook = Pass::by_textbook(
            &architecture,
            borrowed(),
            inputs.clone(),
            targets.clone(),
            Vec::new(),
        );
        check_golden(golden, &textbook, 1e-12);
        for layers in 1..=architecture.depth() {
            let known = (0..layers).map(|layer| textbook.activations(layer).clone());
            let mut products = Pass::by_products(
                &architecture,
                borrowed(),
                known.collect(),
                targets.clone(),
                Vec::new(),
            );
            products.propagate_back(1);
            if layers == 1 {
                check_golden(golden, &products, 1e-12);
            }
            for layer in 1..=architecture.depth() {
                let differ = textbook.deltas(layer) - products.deltas(layer);
                assert!(differ.iter().all(|it| it.abs() < 1e-13));
            }
        }
    }
}
