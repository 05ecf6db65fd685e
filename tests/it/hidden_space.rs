//! Hidden space: against the textbook, and as seen on the screen.

use ndarray::{Array1, Array2};
use nn_tui::nn::output::predicted_class;
use nn_tui::nn::textbook::Network;
use nn_tui::train::probes::{HiddenSpace, HiddenSpaceProbe, RowProbe};
use nn_tui::train::{Observation, SampleId, Scratch, Session, Set};
use nn_tui::tui::app::{Msg, View};
use nn_tui::tui::click;
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::util::stats::Components;
use ratatui::layout::Rect;

use crate::support::screen::{Shown, drawn, drawn_with};
use crate::support::{dataset, plan, regression_plan, session};

const ROW: SampleId = SampleId {
    set: Set::Training,
    index: 3,
};

fn answer(session: &Session, layer: usize, scratch: &mut Scratch) -> HiddenSpace {
    let row = RowProbe {
        sample: ROW,
        what_if: Vec::new(),
    };
    let observation = Observation::default().with(HiddenSpaceProbe { layer, row });
    let snapshot = observation.snapshot(&session.into(), scratch);
    snapshot
        .answer::<HiddenSpaceProbe>()
        .expect("asked")
        .clone()
}

/// Activations of the textbook in `layer`, and the predicted class.
fn activations(session: &Session, sample: SampleId, layer: usize) -> (Vec<f32>, usize) {
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let samples = sample.samples(session.data());
    let inputs = samples.inputs(sample.index..sample.index + 1);
    let inputs: Vec<f64> = inputs.iter().map(|&x| x.into()).collect();
    let narrow = |a: &Vec<f64>| -> Vec<f32> { a.iter().map(|&a| a as f32).collect() };
    let pass = network.forward(&inputs);
    let outputs = narrow(pass.a.last().expect("a layer"));
    (narrow(&pass.a[layer]), predicted_class(&outputs))
}

#[test]
fn rows_are_where_the_textbook_and_the_components_put_them() {
    let mut session = session("iris", plan(&[12, 1]));
    for _ in 0..60 {
        session.step().expect("finite");
    }
    for layer in 0..=3 {
        let space = answer(&session, layer, &mut Scratch::new(&session));
        assert_eq!(space.rows.len(), 30);
        let rows = space
            .rows
            .iter()
            .map(|row| activations(&session, row.0, layer));
        let (rows, classes): (Vec<Vec<f32>>, Vec<usize>) = rows.unzip();
        let width = session.architecture().sizes()[layer];
        let table = Array2::from_shape_vec((30, width), rows.concat()).unwrap();
        let components = Components::of(table.view(), 2, None);
        let shown = Array1::from(activations(&session, ROW, layer).0);
        for axis in 0..2 {
            if axis >= width {
                assert!(
                    space.rows.iter().all(|row| row.1[axis] == 0.0),
                    "one neuron"
                );
                continue;
            }
            let share = components.shares[axis];
            assert!((space.shares[axis] - share).abs() < 1e-4);
            let expected = table.outer_iter().chain([shown.view()]);
            let expected: Vec<f64> = expected
                .map(|row| components.coordinate(row, axis))
                .collect();
            let found = space.rows.iter().map(|row| row.1).chain(space.shown);
            let found: Vec<f64> = found.map(|point| point[axis].into()).collect();
            let same: f64 = found.iter().zip(&expected).map(|(a, b)| a * b).sum();
            for (found, expected) in found.iter().zip(&expected) {
                let error = found - expected * same.signum();
                assert!(error.abs() < 1e-3, "layer {layer}: {found} {expected}");
            }
        }
        let found: Vec<usize> = space.rows.iter().map(|row| row.2).collect();
        assert_eq!(found, classes);
    }
    let none = answer(&session, 4, &mut Scratch::new(&session));
    assert!(none.rows.is_empty() && none.shown.is_none());
}

#[test]
fn the_picture_does_not_flip_while_the_network_learns() {
    let mut session = session("iris", plan(&[9]));
    let mut scratch = Scratch::new(&session);
    let mut before = answer(&session, 1, &mut scratch);
    for step in 0..200 {
        session.step().expect("finite");
        let now = answer(&session, 1, &mut scratch);
        for axis in 0..2 {
            let pairs = now.rows.iter().zip(&before.rows);
            let product: f32 = pairs
                .map(|(now, before)| now.1[axis] * before.1[axis])
                .sum();
            assert!(product > 0.0, "component {axis} at step {step}");
        }
        before = now;
    }
}

#[test]
fn layers_are_turned_and_rows_clicked() {
    let mut shown = Shown::new(dataset("iris"), plan(&[6, 5]), (120, 36)).train(20);
    shown.press(":view hidden\n");
    assert_eq!(shown.model.navigation.view, View::Hidden);
    let screen = drawn(&shown.model);
    assert!(
        screen.contains("layer 2 of 3 · 5 neurons · PC1 "),
        "{screen}"
    );
    for (keys, title) in [
        ("}", "outputs (layer 3) · 3 neurons"),
        ("}", "inputs · 4 neurons"),
        ("}", "layer 1 of 3 · 6 neurons"),
        ("{", "inputs · 4 neurons"),
    ] {
        shown.press(keys);
        let screen = drawn(&shown.model);
        assert!(screen.contains(title), "{screen}");
    }
    let (y, line) = (screen.lines().enumerate())
        .find(|(_, line)| line.contains('○'))
        .expect("a validation row");
    let x = line.chars().position(|c| c == '○').expect("there") - 1;
    shown.press("}}");
    let msg = click(&shown.model, Rect::new(0, 0, 120, 36), x as u16, y as u16);
    assert!(matches!(msg, Some(Msg::Pick(_))));
    shown.update(msg.expect("a message"));
    shown.look();
    let screen = drawn(&shown.model);
    let line = screen.lines().nth(y).expect("there");
    assert_eq!(line.chars().nth(x + 1), Some('◎'), "{screen}");
}

/// Two outputs of softmax sum to one, so that they lie on a line.
#[test]
fn rounding_errors_are_not_enlarged() {
    let mut shown = Shown::new(dataset("moons"), plan(&[4]), (120, 36)).train(20);
    shown.press(":view hidden\n}");
    let screen = drawn(&shown.model);
    let rows = screen.lines().filter(|line| line.contains('○'));
    // The legend has one too.
    assert_eq!(rows.count(), 2, "{screen}");
}

#[test]
fn the_hidden_space_is_legible_without_colours() {
    let none = Theme::new(Depth::None);
    let mut shown = Shown::new(dataset("spiral"), plan(&[16, 16]), (80, 24)).train(40);
    shown.press(":view hidden\n");
    insta::assert_snapshot!("hidden-no-colour-80x24", drawn_with(&shown.model, none));
    insta::assert_snapshot!("hidden-ascii-80x24", drawn_with(&shown.model, none.ascii()));
    let mut shown = Shown::new(dataset("sine"), regression_plan(&[8]), (120, 36)).train(30);
    shown.press(":view hidden\n");
    insta::assert_snapshot!("hidden-sine-120x36", drawn_with(&shown.model, none));
}
