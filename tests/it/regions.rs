//! Decision regions and the fitted curve: against the textbook, and as seen on the screen.

use ndarray::Array1;
use nn_tui::nn::output::predicted_class;
use nn_tui::nn::textbook::Network;
use nn_tui::train::probes::{PlaneAnswer, PlaneAxis, PlaneProbe, RowProbe};
use nn_tui::train::{Observation, SampleId, Scratch, Session, Set};
use nn_tui::tui::app::{Msg, View};
use nn_tui::tui::click;
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::layout::Rect;

use crate::support::screen::{Shown, drawn_with};
use crate::support::{dataset, plan, regression_plan, session};

const ROW: SampleId = SampleId {
    set: Set::Validation,
    index: 3,
};

fn answer(session: &Session, axes: &[(usize, [f32; 2], u16)]) -> PlaneAnswer {
    let axis = |&(column, range, values): &(usize, [f32; 2], u16)| PlaneAxis {
        column,
        range: range.map(Into::into),
        values,
    };
    let probe = PlaneProbe {
        row: RowProbe {
            sample: ROW,
            what_if: Vec::new(),
        },
        axes: axes.iter().map(axis).collect(),
        rows: [vec![0, 7], vec![3, 100_000]],
    };
    let observation = Observation::default().with(probe);
    let snapshot = observation.snapshot(&session.into(), &mut Scratch::new(session));
    snapshot.answer::<PlaneProbe>().expect("asked").clone()
}

/// Outputs of the textbook for a row of raw values.
fn outputs(session: &Session, raw: Array1<f32>) -> Vec<f64> {
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let raw = raw.insert_axis(ndarray::Axis(0));
    let inputs = session.data().preprocessing.encode(raw.view());
    let inputs: Vec<f64> = inputs.iter().map(|&x| x.into()).collect();
    network.forward(&inputs).outputs().to_vec()
}

#[test]
fn every_point_is_the_prediction_of_the_textbook() {
    let mut session = session("iris", plan(&[8]));
    for _ in 0..60 {
        session.step().expect("finite");
    }
    let (x, y) = ((3, [0.1, 2.5], 5), (2, [1.0, 6.9], 4));
    let answer = answer(&session, &[x, y]);
    assert_eq!(answer.points.len(), 20);
    let samples = &session.data().validation;
    let raw = samples.raw(ROW.index..ROW.index + 1).row(0).to_owned();
    for (index, point) in answer.points.iter().enumerate() {
        let at = |(_, [from, to], values): (usize, [f32; 2], u16), index: usize| {
            from + (to - from) * index as f32 / f32::from(values - 1)
        };
        let mut raw = raw.clone();
        (raw[3], raw[2]) = (at(x, index % 5), at(y, index / 5));
        let outputs = outputs(&session, raw);
        let narrow: Vec<f32> = outputs.iter().map(|&a| a as f32).collect();
        assert_eq!(usize::from(point.class), predicted_class(&narrow));
        let error = f64::from(point.output) - outputs[usize::from(point.class)];
        assert!(error.abs() < 1e-5, "{index}: {error}");
    }
    let rows: Vec<SampleId> = answer.rows.iter().map(|row| row.0).collect();
    let training = |index| SampleId {
        set: Set::Training,
        index,
    };
    assert_eq!(rows, [training(0), training(7), ROW], "rows that exist");
}

#[test]
fn points_of_a_numeric_target_are_its_outputs() {
    let mut session = session("sine", regression_plan(&[6]));
    for _ in 0..30 {
        session.step().expect("finite");
    }
    let answer = answer(&session, &[(0, [-3.0, 3.0], 7)]);
    for (index, point) in answer.points.iter().enumerate() {
        let outputs = outputs(&session, Array1::from_elem(1, index as f32 - 3.0));
        assert!((f64::from(point.output) - outputs[0]).abs() < 1e-5);
    }
}

#[test]
fn there_are_no_points_without_the_row_or_column() {
    let session = session("iris", plan(&[3]));
    assert!(answer(&session, &[(4, [0.0, 1.0], 3)]).points.is_empty());
}

fn drawn(shown: &Shown, theme: Theme) -> String {
    drawn_with(&shown.model, theme)
}

#[test]
fn regions_are_legible_without_colours() {
    let none = Theme::new(Depth::None);
    let mut shown = Shown::new(dataset("moons"), plan(&[8]), (80, 24)).train(20);
    assert!(
        shown.model.navigation.shows(PanelId::Regions),
        "in the overview"
    );
    shown.press(":view regions\n");
    insta::assert_snapshot!("regions-no-colour-80x24", drawn(&shown, none));
    insta::assert_snapshot!("regions-ascii-80x24", drawn(&shown, none.ascii()));
    let sixteen = Theme::new(Depth::Ansi);
    insta::assert_snapshot!("regions-16-colours-80x24", drawn(&shown, sixteen));
    let mut shown = Shown::new(dataset("sine"), regression_plan(&[8]), (120, 36)).train(20);
    assert!(
        shown.model.navigation.shows(PanelId::Fit),
        "in the overview"
    );
    shown.press(":view regions\n");
    insta::assert_snapshot!("fit-120x36", drawn(&shown, none));
}

#[test]
fn the_columns_are_chosen_or_typed() {
    let mut shown = Shown::new(dataset("iris"), plan(&[4]), (120, 36));
    assert!(
        !shown.model.navigation.shows(PanelId::Regions),
        "there are others"
    );
    shown.press(":view regions\n");
    assert_eq!(shown.model.navigation.view, View::Regions);
    let theme = Theme::new(Depth::True);
    let title = "petal width over petal length · others as in row 1";
    assert!(drawn(&shown, theme).contains(title));
    shown.press(":plane sepal width,petal width\n");
    assert!(drawn(&shown, theme).contains("petal width over sepal width"));
    shown.press(":plane petal length\n");
    assert!(drawn(&shown, theme).contains("species over petal length"));
    for (typed, problem) in [
        ("petal lenght,petal width", "petal length"),
        ("petal length,petal length", "different columns"),
    ] {
        shown.press(&format!(":plane {typed}\n"));
        assert!(
            drawn(&shown, theme).contains(problem),
            "{}",
            drawn(&shown, theme)
        );
        shown.press("\x1b");
    }
    shown.press(":plane\n");
    assert!(drawn(&shown, theme).contains(title));
}

#[test]
fn a_click_shows_the_nearest_row() {
    let mut shown = Shown::new(dataset("iris"), plan(&[4]), (120, 36)).train(20);
    shown.press(":view regions\n");
    let screen = drawn(&shown, Theme::new(Depth::True));
    let area = Rect::new(0, 0, 120, 36);
    let (y, line) = (screen.lines().enumerate())
        .find(|(_, line)| line.contains('○'))
        .expect("a validation row");
    let x = line.chars().position(|c| c == '○').expect("there") - 1;
    let before = shown.model.navigation.sample;
    let msg = click(&shown.model, area, x as u16, y as u16).expect("a message");
    assert!(matches!(msg, Msg::Pick(_)));
    shown.update(msg);
    shown.look();
    let sample = shown.model.navigation.sample;
    assert_ne!(sample, before);
    assert_eq!(sample.set, Set::Validation);
    let screen = drawn(&shown, Theme::new(Depth::True));
    let line = screen.lines().nth(y).expect("there");
    assert_eq!(line.chars().nth(x + 1), Some('◎'), "{screen}");
}
