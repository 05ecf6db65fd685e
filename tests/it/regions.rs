//! Decision regions and the fitted curve: against the textbook, and as seen on the screen.

use std::sync::Arc;

use ndarray::Array1;
use nn_tui::data::{Source, load};
use nn_tui::nn::output::predicted_class;
use nn_tui::nn::textbook::Network;
use nn_tui::train::probes::{Along, ImportanceProbe, PlaneAnswer, PlaneAxis, PlaneProbe, RowProbe};
use nn_tui::train::{Event, Observation, SampleId, Scratch, Session, Set, State};
use nn_tui::tui::app::{MAIN_LANE, Msg, View};
use nn_tui::tui::click;
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::util::stats::Components;
use ratatui::layout::Rect;

use crate::support::screen::{Shown, drawn_with};
use crate::support::{dataset, images, plan, regression_plan, session};

const ROW: SampleId = SampleId {
    set: Set::Validation,
    index: 3,
};

fn probe(axes: &[(Along, [f32; 2], u16)]) -> PlaneProbe {
    let axis = |&(along, range, values): &(Along, [f32; 2], u16)| PlaneAxis {
        along,
        range: range.map(Into::into),
        values,
    };
    PlaneProbe {
        row: Some(RowProbe {
            sample: ROW,
            what_if: Vec::new(),
        }),
        axes: axes.iter().map(axis).collect(),
        components: None,
        neurons: Vec::new(),
        rows: [vec![0, 7], vec![3, 100_000]],
    }
}

fn answer(session: &Session, probe: PlaneProbe) -> PlaneAnswer {
    let observation = Observation::default().with(probe);
    let snapshot = observation.snapshot(&session.into(), &mut Scratch::new(session));
    snapshot.answer::<PlaneProbe>().expect("asked").clone()
}

/// Activations of the textbook in each layer for a row of inputs.
fn activations(session: &Session, inputs: &[f32]) -> Vec<Vec<f64>> {
    let network = Network::new(session.architecture(), &session.engine().parameters());
    let inputs: Vec<f64> = inputs.iter().map(|&x| x.into()).collect();
    network.forward(&inputs).a
}

/// Inputs of the network for a row of raw values.
fn encoded(session: &Session, raw: Array1<f32>) -> Vec<f32> {
    let raw = raw.insert_axis(ndarray::Axis(0));
    let inputs = session.data().preprocessing.encode(raw.view());
    inputs.iter().copied().collect()
}

/// Outputs of the textbook for a row of raw values.
fn outputs(session: &Session, raw: Array1<f32>) -> Vec<f64> {
    let inputs = encoded(session, raw);
    activations(session, &inputs).pop().expect("a layer")
}

/// Value `index` of an axis with so many.
fn at([from, to]: [f32; 2], index: usize, values: usize) -> f32 {
    from + (to - from) * index as f32 / (values - 1) as f32
}

#[test]
fn every_point_is_the_prediction_of_the_textbook() {
    let mut session = session("iris", plan(&[8]));
    for _ in 0..60 {
        session.step().expect("finite");
    }
    let (x, y) = ([0.1, 2.5], [1.0, 6.9]);
    let axes = [(Along::Column(3), x, 5), (Along::Column(2), y, 4)];
    let answer = answer(&session, probe(&axes));
    assert_eq!(answer.points.len(), 20);
    let samples = &session.data().validation;
    let raw = samples.raw(ROW.index..ROW.index + 1).row(0).to_owned();
    for (index, point) in answer.points.iter().enumerate() {
        let mut raw = raw.clone();
        (raw[3], raw[2]) = (at(x, index % 5, 5), at(y, index / 5, 4));
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
    let answer = answer(&session, probe(&[(Along::Column(0), [-3.0, 3.0], 7)]));
    for (index, point) in answer.points.iter().enumerate() {
        let outputs = outputs(&session, Array1::from_elem(1, index as f32 - 3.0));
        assert!((f64::from(point.output) - outputs[0]).abs() < 1e-5);
    }
}

#[test]
fn there_are_no_points_without_the_row_or_column() {
    let session = session("iris", plan(&[3]));
    for along in [Along::Column(4), Along::Component(0)] {
        let answer = answer(&session, probe(&[(along, [0.0, 1.0], 3)]));
        assert!(answer.points.is_empty());
    }
}

#[test]
fn responses_are_the_activations_of_the_textbook() {
    let mut session = session("iris", plan(&[6, 5]));
    for _ in 0..40 {
        session.step().expect("finite");
    }
    let (x, y) = ([0.1, 2.5], [1.0, 6.9]);
    let axes = [(Along::Column(3), x, 30), (Along::Column(2), y, 20)];
    let neurons = vec![vec![2, 3], vec![0, 5, 6], vec![4], vec![0, 1, 2], vec![0]];
    let probe = PlaneProbe {
        neurons: neurons.clone(),
        ..probe(&axes)
    };
    let answer = answer(&session, probe);
    assert_eq!(answer.responses.len(), 4, "there is no fifth layer");
    let samples = &session.data().validation;
    let raw = samples.raw(ROW.index..ROW.index + 1).row(0).to_owned();
    for index in 0..600 {
        let mut raw = raw.clone();
        (raw[3], raw[2]) = (at(x, index % 30, 30), at(y, index / 30, 20));
        let expected = activations(&session, &encoded(&session, raw));
        for (layer, responses) in answer.responses.iter().enumerate() {
            for (&neuron, response) in neurons[layer].iter().zip(responses.outer_iter()) {
                let found = f64::from(response[index]);
                match expected[layer].get(neuron) {
                    Some(a) => assert!((found - a).abs() < 1e-5, "{layer} {neuron}: {found} {a}"),
                    None => assert!(found.is_nan(), "no such neuron"),
                }
            }
        }
    }
}

#[test]
fn components_vary_within_the_inputs_and_the_rest_is_held() {
    let mut session = session("wine", plan(&[6]));
    for _ in 0..40 {
        session.step().expect("finite");
    }
    let (training, rows) = (&session.data().training, session.data().training.rows());
    let inputs = training.inputs(0..rows);
    let components = Components::of(inputs.view(), 2, None);
    for held in [true, false] {
        let (x, y) = ([-4.0, 5.0], [-3.0, 3.0]);
        let mut probe = probe(&[(Along::Component(0), x, 5), (Along::Component(1), y, 4)]);
        probe.components = Some(Arc::new(components.clone()));
        probe.row = probe.row.filter(|_| held);
        let answer = answer(&session, probe);
        // At the means all inputs are 0, since they are standardised.
        let base = match held {
            true => session
                .data()
                .validation
                .inputs(ROW.index..ROW.index + 1)
                .row(0)
                .to_vec(),
            false => vec![0.0; components.mean.len()],
        };
        let row = ndarray::ArrayView1::from(&base);
        let now = [0, 1].map(|index| components.coordinate(row, index));
        for (index, point) in answer.points.iter().enumerate() {
            let wanted = [at(x, index % 5, 5), at(y, index / 5, 4)].map(f64::from);
            let moved = base.iter().enumerate().map(|(input, &value)| {
                let along =
                    (0..2).map(|c| (wanted[c] - now[c]) * components.directions[(c, input)]);
                (f64::from(value) + along.sum::<f64>()) as f32
            });
            let moved: Vec<f32> = moved.collect();
            let outputs = activations(&session, &moved).pop().expect("a layer");
            let error = f64::from(point.output) - outputs[usize::from(point.class)];
            assert!(error.abs() < 1e-5, "{index}: {error}");
        }
    }
}

#[test]
fn other_columns_are_missing_values_at_the_means() {
    let session = session("iris", plan(&[5]));
    let mut probe = probe(&[(Along::Column(1), [2.0, 4.0], 3)]);
    probe.row = None;
    let answer = answer(&session, probe);
    for (index, point) in answer.points.iter().enumerate() {
        let mut raw = Array1::from_elem(4, f32::NAN);
        raw[1] = 2.0 + index as f32;
        let expected = outputs(&session, raw)[usize::from(point.class)];
        assert!((f64::from(point.output) - expected).abs() < 1e-5);
    }
}

#[test]
fn neurons_are_maps_where_there_is_room() {
    let none = Theme::new(Depth::None);
    let mut shown = Shown::new(dataset("moons"), plan(&[4, 3]), (120, 36)).train(20);
    shown.press(":view network\n");
    insta::assert_snapshot!("maps-no-colour-120x36", drawn(&shown, none));
    insta::assert_snapshot!("maps-ascii-120x36", drawn(&shown, none.ascii()));
    shown.press("P");
    assert!(!drawn(&shown, none).contains("≡≡≡"), "numbers");
    shown.press("P");
    let mut shown = Shown::new(dataset("sine"), regression_plan(&[3]), (120, 36)).train(30);
    shown.press(":view network\n");
    insta::assert_snapshot!("maps-curve-120x36", drawn(&shown, none));
}

#[test]
fn the_inspector_shows_the_activation_over_the_plane() {
    let none = Theme::new(Depth::None);
    let mut shown = Shown::new(dataset("iris"), plan(&[4]), (200, 60)).train(20);
    shown.press("i");
    insta::assert_snapshot!("inspector-response-200x60", drawn(&shown, none));
    shown.press("O");
    assert!(drawn(&shown, none).contains("rest: means"));
    shown.press(":plane petal width\n");
    insta::assert_snapshot!("inspector-response-curve-200x60", drawn(&shown, none));
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
        ("foo", "no input \"foo\"; :plane takes one or two of sepal"),
        ("species", "\"species\" is the target"),
    ] {
        shown.press(&format!(":plane {typed}\n"));
        assert!(
            drawn(&shown, theme).contains(problem),
            "{}",
            drawn(&shown, theme)
        );
        shown.press("\x1b");
    }
    // Columns are completed behind the comma too.
    shown.press(":plane petal width,sepal l\t\n");
    assert!(drawn(&shown, theme).contains("sepal length over petal width"));
    shown.press(":plane pc\t\n");
    let text = drawn(&shown, theme);
    assert!(
        text.contains("PC2 (22%) over PC1 (74%) · others as in row 1"),
        "{text}"
    );
    shown.press("O");
    let text = drawn(&shown, theme);
    assert!(
        text.contains("PC2 (22%) over PC1 (74%) · others at their means"),
        "{text}"
    );
    assert!(text.contains('◎') && text.contains('○'), "{text}");
    shown.press("O");
    shown.press(":plane\n");
    assert!(drawn(&shown, theme).contains(title));
}

#[test]
fn images_have_the_plane_of_their_components() {
    let mut shown = Shown::new(images(), plan(&[6]), (120, 36));
    shown.press(":view regions\n");
    let text = drawn(&shown, Theme::new(Depth::True));
    assert!(text.contains("PC2 (14%) over PC1 (15%)"), "{text}");
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

/// While the training waits, there is time for every cell of the picture.
#[test]
fn a_picture_is_finer_while_the_training_waits() {
    let mut shown = Shown::new(dataset("moons"), plan(&[64, 64]), (120, 36));
    shown.press(":view regions\n");
    let mut points = |state: State| {
        let position = shown.model.run.position;
        shown.update(Msg::Worker(
            MAIN_LANE,
            Box::new(Event::State { state, position }),
        ));
        let observed = shown.observation.as_ref().expect("it is asked for");
        let probe = observed.find::<PlaneProbe>().expect("it is shown");
        let axes = probe.axes.iter().map(|axis| usize::from(axis.values));
        axes.product::<usize>()
    };
    let waiting = points(State::Paused);
    assert!(waiting > 2000, "{waiting} points");
    assert!(points(State::Running) <= 300);
    assert_eq!(points(State::Paused), waiting);
}

#[test]
fn the_most_important_columns_span_the_plane_and_others_get_means_where_the_row_says_little() {
    let mut shown = Shown::new(dataset("breast-cancer"), plan(&[16]), (120, 36)).train(40);
    shown.press(":view regions\n");
    // The first plane is by variance; the next snapshot is of the plane by importance.
    shown.press(":view scores\n");
    shown.press(":view regions\n");
    shown.press("");
    let model = &shown.model;
    let snapshot = model.run.snapshot.as_ref().expect("looked");
    let answer = snapshot.answer::<ImportanceProbe>().expect("asked for");
    let mut ranked: Vec<_> = answer.columns.iter().collect();
    ranked.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    let columns = &model.run.data.preprocessing.columns;
    let importance = |along: &Along| {
        let Along::Column(column) = *along else {
            panic!("a column");
        };
        let name = &columns[column].name;
        let known = answer.columns.iter().find(|known| known.name == *name);
        known.expect("measured").mean.max(0.0)
    };
    let shown_ones: f64 = model.navigation.plane.axes.iter().map(importance).sum();
    assert!(
        shown_ones >= 0.69 * (ranked[0].mean + ranked[1].mean),
        "{ranked:?}"
    );
    // What a person chooses stays.
    shown.press(":plane mean radius,mean texture\n");
    let chosen = shown.model.navigation.plane.axes.clone();
    shown.press("S");
    assert_eq!(shown.model.navigation.plane.axes, chosen);
}

#[test]
fn the_other_columns_are_switched_with_a_message() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut shown = Shown::new(dataset("wine"), plan(&[8]), size).train(10);
        shown.press(":view regions\n");
        let before = shown.model.navigation.plane.at_means;
        shown.press("O");
        assert_ne!(shown.model.navigation.plane.at_means, before);
        let notice = shown.model.prompt.notice.clone().expect("a message");
        assert!(notice.text.contains("other columns"), "{notice:?}");
        let screen = drawn(&shown, Theme::new(Depth::True));
        let title = screen.lines().nth(2).expect("a title");
        assert!(
            title.contains("others") || title.contains("rest:"),
            "{title}"
        );
        shown.press("O");
        assert_eq!(shown.model.navigation.plane.at_means, before);
    }
}

#[test]
fn a_muted_neuron_has_a_mark() {
    let mut shown = Shown::new(dataset("xor"), plan(&[3]), (120, 36)).train(2);
    assert!(!drawn(&shown, Theme::new(Depth::True)).contains('✗'));
    shown.press(":mute a1[1]\n");
    assert!(shown.wait_until(|model| model.run.in_force.is_some()));
    shown.press(":view network\n");
    assert!(drawn(&shown, Theme::new(Depth::True)).contains("0 ✗"));
}

#[test]
fn contour_lines_carry_their_values() {
    let data = load(&Source::parse("iris"), Some("petal width")).expect("a column");
    let mut shown = Shown::new(data, regression_plan(&[8]), (120, 36)).train(20);
    shown.press(":view regions\n");
    let values = |screen: &str| {
        let inside = screen.lines().filter_map(|line| {
            // Between the axis and the frame there are fields, rows and values.
            let (panel, _) = line.split_once("││")?;
            panel.contains('▀').then(|| panel.matches("0.5").count())
        });
        inside.sum::<usize>()
    };
    let screen = drawn(&shown, Theme::new(Depth::True));
    assert!(screen.contains("lines every 0.5"), "{screen}");
    assert_eq!(values(&screen), 1, "{screen}");
    let screen = drawn(&shown, Theme::new(Depth::None));
    assert_eq!(values(&screen), 0, "there are no lines without colours");
}
