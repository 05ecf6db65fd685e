//! Gallery of errors, and the gradient over the pixels: against finite differences, and as seen on the screen.

use nn_tui::nn::textbook::Network;
use nn_tui::nn::{Activation, Loss, Output};
use nn_tui::train::probes::{InputGradientProbe, RowProbe};
use nn_tui::train::{Observation, Plan, SampleId, Scratch, Session, Set};
use nn_tui::tui::app::{Msg, View};
use nn_tui::tui::click;
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::support::screen::{Shown, drawn, drawn_with};
use crate::support::{dataset, images, plan, regression_plan, session};

const ROW: SampleId = SampleId {
    set: Set::Validation,
    index: 3,
};

fn gradient(session: &Session, sample: SampleId) -> Vec<f64> {
    let row = RowProbe {
        sample,
        what_if: Vec::new(),
    };
    let observation = Observation::default().with(InputGradientProbe { row });
    let snapshot = observation.snapshot(&session.into(), &mut Scratch::new(session));
    let answer = snapshot.answer::<InputGradientProbe>();
    answer.expect("asked").clone()
}

/// Checks the gradient of a row of `data` after some steps against central differences of the loss.
fn check(data: &str, plan: Plan) {
    let mut session = session(data, plan);
    for _ in 0..30 {
        session.step().expect("finite");
    }
    let samples = &session.data().validation;
    let inputs = samples.inputs(ROW.index..ROW.index + 1);
    let inputs: Vec<f64> = inputs.iter().map(|&x| x.into()).collect();
    let mut targets = ndarray::Array1::zeros(session.architecture().outputs());
    samples.targets.write(ROW.index, targets.view_mut());
    let targets: Vec<f64> = targets.iter().map(|&y| f64::from(y)).collect();
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let loss = |inputs: &[f64]| network.loss(&network.forward(inputs), &targets);
    let found = gradient(&session, ROW);
    assert_eq!(found.len(), inputs.len());
    assert!(
        found.iter().any(|slope| slope.abs() > 1e-6),
        "{data}: {found:?}"
    );
    for (input, slope) in found.iter().enumerate() {
        let moved = |by: f64| {
            let mut inputs = inputs.clone();
            inputs[input] += by;
            loss(&inputs)
        };
        let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        let error = (slope - difference).abs();
        assert!(
            error < 1e-6 * (1.0 + slope.abs()),
            "{data} {input}: {slope} {difference}"
        );
    }
}

#[test]
fn the_gradient_over_the_inputs_agrees_with_differences() {
    check("digits", plan(&[12, 8]));
    check("iris", plan(&[]));
    check("sine", regression_plan(&[5]));
    let silu = Plan {
        activation: Activation::Silu,
        output: Output::Softmax,
        loss: Loss::Quadratic,
        ..plan(&[6])
    };
    check("wine", silu);
}

#[test]
fn without_the_row_there_is_no_gradient() {
    let session = session("iris", plan(&[3]));
    let sample = SampleId {
        index: 100_000,
        ..ROW
    };
    assert!(gradient(&session, sample).is_empty());
}

fn gallery(size: (u16, u16)) -> Shown {
    let mut shown = Shown::new(images(), plan(&[12]), size).train(4);
    shown.press(":view errors\n");
    shown
}

#[test]
fn errors_are_legible_without_colours() {
    let none = Theme::new(Depth::None);
    let shown = gallery((120, 36));
    insta::assert_snapshot!("errors-no-colour-120x36", drawn_with(&shown.model, none));
    let shown = gallery((80, 24));
    insta::assert_snapshot!("errors-ascii-80x24", drawn_with(&shown.model, none.ascii()));
}

#[test]
fn an_error_is_shown_by_a_click_and_by_enter() {
    let mut shown = gallery((120, 36));
    let (worst, _) = errors(&shown);
    let screen = drawn(&shown.model);
    // Below the header, which names the layers.
    let (y, line) = (screen.lines().enumerate().skip(3))
        .find(|(_, line)| line.contains(" → "))
        .expect("an error");
    // The second picture of the first row.
    let second = line.match_indices(" → ").nth(1).expect("there").0;
    let x = line[..second].chars().count() - 1;
    let area = Rect::new(0, 0, 120, 36);
    let msg = click(&shown.model, area, x as u16, y as u16).expect("a message");
    assert!(matches!(msg, Msg::Pick(_)));
    shown.update(msg);
    shown.look();
    assert_eq!(shown.model.navigation.sample.index, worst[1] as usize);
    assert_eq!(shown.model.navigation.view, View::Errors);
    shown.press("[");
    assert_eq!(shown.model.navigation.sample.index, worst[0] as usize);
    // Maximised, arrows move and enter shows it in the network.
    shown.press("\n→→←\n");
    assert_eq!(shown.model.navigation.sample.index, worst[1] as usize);
    assert_eq!(shown.model.navigation.view, View::Network);
    shown.press("\x1b");
    assert!(shown.model.navigation.enlarged);
    let all = worst.len();
    for _ in 0..2 * all {
        shown.press("↓");
    }
    let (_, place) = errors(&shown);
    assert!(place + 12 > all, "{place} of {all}");
    let screen = drawn(&shown.model);
    assert!(
        screen.contains(&format!("–{all} of {all}")),
        "scrolled: {screen}"
    );
}

#[test]
fn predictions_are_of_the_evaluation_that_found_the_errors() {
    let captions = |shown: &Shown| {
        let screen = drawn(&shown.model);
        // The frame of the gallery, with other panels on its right.
        let mut lines = screen.lines().skip_while(|line| !line.contains("─ Errors"));
        let frame = lines.next().unwrap_or_else(|| panic!("{screen}"));
        let cells = frame.chars().take_while(|c| *c != '╮').count();
        let below: String = lines.flat_map(|line| line.chars().take(cells)).collect();
        assert!(!below.contains('✓'), "{screen}");
        below.matches(" → ").count()
    };
    let mut shown = gallery((120, 36));
    let errors = shown.model.run.outcomes.clone().expect("evaluated");
    let expected = captions(&shown);
    assert!((3..=errors.worst.len()).contains(&expected), "{errors:?}");
    // No newer observation is needed.
    shown.model.run.snapshot = None;
    assert_eq!(captions(&shown), expected);
    // Those stepped through stay the same while the network learns.
    shown.press("x");
    let mut shown = shown.train(30);
    shown.look();
    let rows = shown.model.navigation.selection.as_ref().map(|it| &it.rows);
    assert_eq!(rows, Some(&errors.worst));
    assert_eq!(captions(&shown), expected);
}

/// Errors of the last evaluation, and the place of the shown one.
fn errors(shown: &Shown) -> (Vec<u32>, usize) {
    let worst = shown
        .model
        .run
        .outcomes
        .as_ref()
        .expect("evaluated")
        .worst
        .clone();
    let index = shown.model.navigation.sample.index;
    let place = worst.iter().position(|&row| row as usize == index);
    (worst, place.unwrap_or(0))
}

#[test]
fn alt_0_is_the_tenth_view() {
    for (dataset, expected) in [(images(), View::Errors), (dataset("iris"), View::Overview)] {
        let mut shown = Shown::new(dataset, plan(&[3]), (120, 36));
        let key = KeyEvent::new(KeyCode::Char('0'), KeyModifiers::ALT);
        shown.update(Msg::Key(key));
        assert_eq!(shown.model.navigation.view, expected);
    }
}

#[test]
fn tables_have_no_gallery() {
    let mut shown = Shown::new(dataset("iris"), plan(&[3]), (120, 36));
    let views = shown.model.navigation.views();
    assert!(!views.contains(&View::Errors));
    shown.press(":view errors\n");
    assert_ne!(shown.model.navigation.view, View::Errors);
    let screen = drawn(&shown.model);
    assert!(
        screen.contains("the gallery of errors needs images"),
        "{screen}"
    );
}
