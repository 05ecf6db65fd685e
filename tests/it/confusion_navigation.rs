//! From what a person points at to the rows behind it: the cells of the confusion matrix, and the
//! network that shows their rows.

use crate::support::screen::{drawn, drawn_with};
use crate::support::{Driven, PATIENCE, dataset, plan, regression_plan, trained_model, watched};
use nn_tui::data::Confusion;
use nn_tui::train::probes::{EdgeProbe, IncomingWeightProbe, OutcomeProbe};
use nn_tui::train::{Command, Event, Observation, Plan, Set};
use nn_tui::tui::app::{ClickTarget, Effect, MAIN_LANE, Model, Msg, Selection, View, Which};
use nn_tui::tui::click;
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use proptest::prelude::*;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

fn key(code: KeyCode) -> Msg {
    Msg::Key(code.into())
}

/// The message of a key, written as `shot.py` has it.
fn named(name: &str) -> Msg {
    key(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        name => KeyCode::Char(name.chars().next().expect("a key")),
    })
}

/// A model with its worker, which answers what the keys ask for.
struct Person {
    model: Model,
    driven: Driven,
    observation: Option<Observation>,
}

impl Person {
    fn watching(data: &str, epochs: u64, size: (u16, u16)) -> Self {
        let plan = match data {
            "sine" => regression_plan(&[8]),
            _ => plan(&[8]),
        };
        Self::of_plan(data, plan, epochs, size)
    }

    fn of_plan(data: &str, plan: Plan, epochs: u64, size: (u16, u16)) -> Self {
        let (model, driven) = watched(dataset(data), plan, epochs, size);
        Self {
            model,
            driven,
            observation: None,
        }
    }

    fn press(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            self.tell(named(name));
        }
    }

    /// Takes in `msg`, and waits for the answer of whatever it asks the worker for.
    fn tell(&mut self, msg: Msg) {
        for effect in self.model.update(msg) {
            let Effect::Send(_, command) = effect else {
                continue;
            };
            let is_question = matches!(command, Command::FindRows { .. });
            if let Command::Observe(observation) = &command {
                self.observation = Some(observation.clone());
            }
            self.driven.send(command);
            if is_question {
                let is_answer = |event: &Event| matches!(event, Event::Found { .. });
                let found = self.driven.wait_for(|_| {}, is_answer);
                self.tell(Msg::Worker(MAIN_LANE, Box::new(found)));
            }
        }
    }

    /// Waits for the snapshot that was last asked for.
    fn look(&mut self) {
        let wanted = self.observation.clone().expect("something was asked for");
        let start = std::time::Instant::now();
        loop {
            if let Some(snapshot) = self.driven.worker.mailbox().take()
                && *snapshot.observation() == wanted
            {
                return self.tell(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
            }
            assert!(start.elapsed() < PATIENCE, "no snapshot came");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Neurons whose weights are asked for as pictures.
    fn pictured(&self) -> Option<Vec<usize>> {
        let observation = self.observation.as_ref().expect("asked");
        let probe = observation.find::<IncomingWeightProbe>();
        probe.map(|probe| probe.neurons.clone())
    }

    fn confusion(&self) -> Confusion {
        let outcomes = self.model.run.outcomes.clone().expect("evaluated");
        outcomes.confusion().expect("classes").clone()
    }

    fn notice(&self) -> &str {
        self.model
            .prompt
            .notice
            .as_ref()
            .map_or("", |notice| &notice.text)
    }
}

/// Turns to the confusion matrix and lets it fill the screen.
const TO_THE_MATRIX: &str = "tab tab right enter";

#[test]
fn from_a_cell_to_its_rows_and_back() {
    for size in [(80, 24), (120, 36)] {
        let name = |what: &str| format!("{what}-{}x{}", size.0, size.1);
        let mut person = Person::watching("iris", 2, size);
        person.press(TO_THE_MATRIX);
        let (count, actual, predicted) = person.confusion().mistakes()[0];
        assert_eq!(
            person.model.navigation.cell(&person.model.run),
            Some((actual, predicted))
        );
        insta::assert_snapshot!(name("cell"), drawn(&person.model));

        person.press("enter");
        assert_eq!(person.model.navigation.view, View::Network);
        let selection = person.model.navigation.selection.clone().expect("rows");
        assert_eq!(selection.which, Which::Cell { actual, predicted });
        assert_eq!(selection.all, count as usize);
        person.look();
        insta::assert_snapshot!(name("cell-rows"), drawn(&person.model));
        person.press("]");
        assert_eq!(
            person.model.navigation.sample.index,
            selection.rows[1] as usize
        );
        person.press("[ [");
        let last = *selection.rows.last().expect("several");
        assert_eq!(person.model.navigation.sample.index, last as usize);

        person.press("esc");
        assert_eq!(person.model.navigation.view, View::Curves);
        assert!(person.model.navigation.enlarged);
        assert_eq!(person.model.navigation.focus, PanelId::Confusion);
        person.press("x");
        assert_eq!(person.model.navigation.selection, None);
    }
}

#[test]
fn the_rows_of_every_cell_are_those_that_were_counted() {
    for data in ["iris", "digits", "wine"] {
        let mut person = Person::watching(data, 1, (120, 36));
        person.press(TO_THE_MATRIX);
        let confusion = person.confusion();
        let mut seen = std::collections::HashSet::new();
        for actual in 0..confusion.classes() {
            for predicted in 0..confusion.classes() {
                person.model.navigation.cell = Some((actual, predicted));
                person.press("enter");
                let count = confusion.count(actual, predicted) as usize;
                if count == 0 {
                    assert!(person.notice().starts_with("no "), "{}", person.notice());
                    continue;
                }
                let Selection { rows, all, .. } =
                    person.model.navigation.selection.clone().expect("rows");
                assert_eq!((rows.len(), all), (count, count));
                let targets = &person.model.run.data.validation.targets;
                for &row in &rows {
                    assert_eq!(targets.class(row as usize), Some(actual));
                    assert!(seen.insert(row), "row {row} is in one cell only");
                }
                person.press("esc");
            }
        }
        assert_eq!(seen.len(), person.model.run.data.validation.rows());
    }
}

#[test]
fn wrong_rows_of_all_cells_have_the_order_of_the_worst() {
    let mut person = Person::watching("digits", 1, (120, 36));
    person.press(TO_THE_MATRIX);
    let worst = person.model.run.outcomes.clone().expect("evaluated").worst;
    for (_, actual, predicted) in person.confusion().mistakes() {
        person.model.navigation.cell = Some((actual, predicted));
        person.press("enter");
        let selection = person.model.navigation.selection.clone().expect("rows");
        let is_of_cell = |row: &&u32| selection.rows.contains(row);
        let expected: Vec<u32> = worst.iter().filter(is_of_cell).copied().collect();
        assert_eq!(selection.rows, expected);
        person.press("esc");
    }
}

#[test]
fn right_rows_have_their_cell_too() {
    let mut person = Person::watching("iris", 2, (80, 24));
    person.press(TO_THE_MATRIX);
    person.press("up up up left left left");
    assert_eq!(
        person.model.navigation.cell(&person.model.run),
        Some((0, 0))
    );
    person.press("enter");
    person.look();
    let screen = drawn(&person.model);
    assert!(screen.contains("1 of 10: setosa correct"), "{screen}");
    assert_eq!(person.model.navigation.sample.set, Set::Validation);
}

/// The item inside a panel that a click at `(x, y)` picks.
fn picked(model: &Model, area: Rect, x: u16, y: u16) -> Option<ClickTarget> {
    match click(model, area, x, y)? {
        Msg::Pick(target) => Some(target),
        _ => None,
    }
}

#[test]
fn a_click_moves_the_cursor_and_a_second_one_shows_the_rows() {
    let mut person = Person::watching("iris", 2, (80, 24));
    let area = Rect::new(0, 0, 80, 24);
    let wanted = ClickTarget::Cell {
        actual: 1,
        predicted: 1,
    };
    let places = (0..24).flat_map(|y| (0..80).map(move |x| (x, y)));
    let mut hits = places.filter(|&(x, y)| picked(&person.model, area, x, y) == Some(wanted));
    let (x, y) = hits.next().expect("the matrix is on the screen");
    let cell: String = drawn(&person.model)
        .lines()
        .nth(y as usize)
        .expect("a line")
        .chars()
        .skip(1 + x as usize)
        .take(4)
        .collect();
    let count = person.confusion().count(1, 1).to_string();
    assert_eq!(cell.trim(), count, "what is under the pointer");
    person.tell(Msg::Pick(wanted));
    assert_eq!(person.model.navigation.focus, PanelId::Confusion);
    assert_eq!(
        (
            person.model.navigation.cell(&person.model.run),
            &person.model.navigation.selection
        ),
        (Some((1, 1)), &None)
    );
    insta::assert_snapshot!("cell-clicked-80x24", drawn(&person.model));
    person.tell(Msg::Pick(wanted));
    assert!(person.model.navigation.selection.is_some());
    person.press("esc");
    assert_eq!(person.model.navigation.view, View::Overview);
}

#[test]
fn an_answer_that_is_no_longer_waited_for_changes_nothing() {
    let mut person = Person::watching("iris", 2, (80, 24));
    person.press(TO_THE_MATRIX);
    let effects = person.model.update(key(KeyCode::Enter));
    assert!(matches!(
        effects[..],
        [Effect::Send(_, Command::FindRows { .. })]
    ));
    let Some(Effect::Send(_, command)) = effects.into_iter().next() else {
        unreachable!()
    };
    person.driven.send(command);
    person.press("esc");
    let is_answer = |event: &Event| matches!(event, Event::Found { .. });
    let found = person.driven.wait_for(|_| {}, is_answer);
    person.tell(Msg::Worker(MAIN_LANE, Box::new(found)));
    assert_eq!(person.model.navigation.selection, None);
    assert_eq!(person.model.navigation.view, View::Curves);
}

#[test]
fn before_the_first_epoch_there_is_nothing_to_point_at() {
    let mut person = Person::watching("iris", 0, (80, 24));
    person.press(TO_THE_MATRIX);
    person.press("left down enter");
    assert_eq!(person.notice(), "available after the first epoch");
    assert!(person.model.navigation.enlarged);
}

#[test]
fn from_the_scatter_to_the_largest_errors() {
    let mut person = Person::watching("sine", 2, (80, 24));
    person.press(TO_THE_MATRIX);
    person.press("enter");
    let worst = person.model.run.outcomes.clone().expect("evaluated").worst;
    assert_eq!(person.model.navigation.view, View::Network);
    assert_eq!(person.model.navigation.sample.index, worst[0] as usize);
    person.look();
    insta::assert_snapshot!("largest-errors-80x24", drawn(&person.model));
}

#[test]
fn plain_terminals_show_the_cursor() {
    let mut person = Person::watching("iris", 2, (80, 24));
    person.press(TO_THE_MATRIX);
    let screen = drawn_with(&person.model, Theme::new(Depth::None).ascii());
    assert!(screen.is_ascii());
    assert!(screen.contains('[') && screen.contains(']'), "{screen}");
}

#[test]
fn more_classes_than_fit_are_shown_as_shades() {
    for ((columns, rows), per_point) in [((80, 24), 4), ((120, 36), 2), ((200, 60), 1)] {
        let mut model = trained_model("iris", plan(&[8]), 1, (columns, rows));
        let (classes, marked) = (100, (71, 7));
        let mut confusion = Confusion::new(classes);
        (0..99).for_each(|_| confusion.add(marked.0, marked.1));
        let names = (0..classes).map(|class| format!("class {class}")).collect();
        let data = std::sync::Arc::make_mut(&mut model.run.data);
        data.task = nn_tui::data::Task::Classification { classes: names };
        if let Some(outcomes) = &mut model.run.outcomes {
            outcomes.predictions = nn_tui::train::Predictions::Classes(confusion);
        }
        model.navigation.view = View::Curves;
        model.navigation.focus = PanelId::Confusion;
        model.update(key(KeyCode::Enter));
        assert_eq!(model.navigation.cell(&model.run), Some(marked));
        let screen = drawn(&model);
        assert!(screen.contains("class 71 → class 7"), "{screen}");
        insta::assert_snapshot!(format!("shades-{columns}x{rows}"), screen);
        let mark = |screen: &str, symbol: char| {
            let mut lines = screen.lines().enumerate();
            let found = |(y, line): (usize, &str)| {
                let x = line.chars().position(|character| character == symbol)?;
                // Each line is in quotation marks.
                Some((x - 1, y))
            };
            lines.find_map(found).expect("a mark")
        };
        let (x, y) = (mark(&screen, '▴').0, mark(&screen, '◂').1);
        let click = |x, y| nn_tui::tui::click(&model, Rect::new(0, 0, columns, rows), x, y);
        let picked = format!("{:?}", click(x as u16, y as u16));
        assert!(picked.contains("actual: 71, predicted: 7"), "{picked}");
        (0..99).for_each(|_| drop(model.update(named("right"))));
        (0..99).for_each(|_| drop(model.update(named("up"))));
        assert_eq!(model.navigation.cell(&model.run), Some((0, 99)));
        let (right, top) = (mark(&drawn(&model), '▴').0, mark(&drawn(&model), '◂').1);
        assert!(right >= x + 92 / per_point && top + 71 / per_point / 2 <= y);
    }
}

#[test]
fn what_the_first_layer_looks_for() {
    for size in [(80, 24), (120, 36)] {
        let name = |what: &str| format!("{what}-{}x{}", size.0, size.1);
        let mut person = Person::watching("digits", 3, size);
        assert_eq!(person.model.run.data.image, Some((8, 8)));
        person.press("tab tab tab tab");
        assert_eq!(person.model.navigation.view, View::Weights);
        person.look();
        assert_eq!(person.pictured(), Some(vec![0, 1, 2, 3, 4, 5, 6, 7]));
        insta::assert_snapshot!(name("pictures"), drawn(&person.model));
        let plain = Theme::new(Depth::None);
        insta::assert_snapshot!(name("pictures-no-colour"), drawn_with(&person.model, plain));
        let ascii = drawn_with(&person.model, Theme::new(Depth::Ansi).ascii());
        assert!(ascii.is_ascii(), "{ascii}");
        person.press("P");
        assert_eq!(person.pictured(), None);
        assert!(drawn(&person.model).contains("output ·"), "the histograms");
        person.press("P tab");
        assert_eq!(person.pictured(), None, "what is not shown costs nothing");
    }
}

#[test]
fn pictures_are_those_of_the_weights_and_scroll() {
    let mut person = Person::of_plan("digits", plan(&[300]), 1, (80, 24));
    person.press("tab tab tab tab");
    person.look();
    let first = person.pictured().expect("asked");
    person.press("d d");
    person.look();
    let later = person.pictured().expect("asked");
    assert!(first.len() > 10 && later.len() == first.len());
    assert!(later[0] > first[0] && later[0] < 300, "{later:?}");
    let snapshot = person.model.run.snapshot.clone().expect("looked");
    let inputs = person.model.run.architecture.inputs();
    let pictures = snapshot.answer::<IncomingWeightProbe>().expect("asked");
    assert_eq!(pictures.dim(), (later.len(), inputs));
    let screen = drawn(&person.model);
    assert!(
        screen.contains(&format!("neurons {}–", later[0] + 1)),
        "{screen}"
    );
    // The same weights as those on the edges.
    person.press("tab tab tab tab tab tab");
    person.look();
    let snapshot = person.model.run.snapshot.clone().expect("looked");
    let (shown, edges) = snapshot.get::<EdgeProbe>().expect("asked");
    let watched = &shown.neurons;
    for (j, neuron) in later.iter().enumerate() {
        let Some(row) = watched[1].iter().position(|it| it == neuron) else {
            continue;
        };
        for (i, &input) in watched[0].iter().enumerate() {
            assert_eq!(edges.weights[0][(row, i)], pictures[(j, input)]);
        }
    }
}

#[test]
fn the_rows_of_the_table_are_browsed() {
    for size in [(80, 24), (120, 36)] {
        let name = |what: &str| format!("{what}-{}x{}", size.0, size.1);
        let mut person = Person::watching("iris", 2, size);
        let worst = person.model.run.outcomes.clone().expect("evaluated").worst;
        person.press("B down down down");
        person.look();
        assert_eq!(person.model.navigation.sample.index, 3);
        insta::assert_snapshot!(name("rows"), drawn(&person.model));
        // Half a screen, but not beyond the last row.
        person.press("d d d d");
        assert_eq!(person.model.navigation.sample.index, 29);

        person.press("x");
        person.look();
        assert_eq!(person.model.navigation.sample.index, worst[0] as usize);
        insta::assert_snapshot!(name("rows-wrong"), drawn(&person.model));
        person.press("down enter");
        assert_eq!(person.model.navigation.view, View::Network);
        assert_eq!(person.model.navigation.sample.index, worst[1] as usize);
        person.press("esc");
        assert!(person.model.navigation.shows(PanelId::Rows));
        person.press("x v up");
        person.look();
        assert_eq!(
            (
                person.model.navigation.sample.set,
                person.model.navigation.sample.index
            ),
            (Set::Training, 0)
        );
        assert!(drawn(&person.model).contains("training row 1 of 120"));
        person.press("B");
        assert!(!person.model.navigation.shows(PanelId::Rows) && !person.model.navigation.enlarged);
    }
}

#[test]
fn the_list_says_of_every_row_what_was_measured() {
    let mut person = Person::watching("iris", 2, (80, 60));
    person.press("B");
    person.look();
    let snapshot = person.model.run.snapshot.clone().expect("looked");
    let outcomes = person.model.run.outcomes.clone().expect("evaluated");
    let (asked, predicted) = snapshot.get::<OutcomeProbe>().expect("asked");
    assert_eq!(asked.rows, (0..30).collect::<Vec<u32>>());
    let targets = &person.model.run.data.validation.targets;
    let mut wrong: Vec<(f64, u32)> = (0..30u32)
        .zip(predicted)
        .filter(|(row, outcome)| targets.class(*row as usize) != Some(outcome.class))
        .map(|(row, outcome)| (outcome.loss, row))
        .collect();
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    let wrong: Vec<u32> = wrong.into_iter().map(|it| it.1).collect();
    assert_eq!(wrong, outcomes.worst);
    let evaluation = person.model.run.evaluation.clone().expect("paused");
    let mean = predicted.iter().map(|it| it.loss).sum::<f64>() / 30.0;
    let measured = evaluation.validation.expect("some rows").loss;
    assert!((mean - measured).abs() < 1e-6, "{mean} and {measured}");
}

#[test]
fn lists_of_other_tables() {
    let mut digits = Person::watching("digits", 2, (120, 36));
    digits.press("B x");
    digits.look();
    insta::assert_snapshot!("rows-images-120x36", drawn(&digits.model));
    let mut numbers = Person::watching("sine", 2, (80, 24));
    numbers.press("B x");
    numbers.look();
    insta::assert_snapshot!("rows-numbers-80x24", drawn(&numbers.model));
    let all = Plan {
        validation: 0.0,
        ..plan(&[4])
    };
    let mut mixed = Person::of_plan("tests/data/awkward/missing.csv", all, 1, (80, 24));
    mixed.press("B");
    mixed.look();
    insta::assert_snapshot!("rows-missing-80x24", drawn(&mixed.model));
    let mut wide = Person::watching("breast-cancer", 1, (80, 24));
    wide.press("B right right right");
    wide.look();
    insta::assert_snapshot!("rows-columns-80x24", drawn(&wide.model));
    let mut large = Person::watching("wine", 1, (200, 60));
    large.press("tab tab tab tab tab down");
    assert_eq!(large.model.navigation.focus, PanelId::Rows);
    large.look();
    insta::assert_snapshot!("data-with-rows-200x60", drawn(&large.model));
    let plain = drawn_with(&large.model, Theme::new(Depth::None).ascii());
    assert!(plain.is_ascii());
}

#[test]
fn a_click_chooses_a_row_and_a_second_one_shows_it() {
    let mut person = Person::watching("iris", 1, (80, 24));
    person.press("B");
    let spot = picked(&person.model, Rect::new(0, 0, 80, 24), 20, 8);
    assert_eq!(spot, Some(ClickTarget::Row(4)));
    person.tell(Msg::Pick(ClickTarget::Row(4)));
    assert_eq!(person.model.navigation.sample.index, 4);
    assert!(person.model.navigation.shows(PanelId::Rows));
    person.tell(Msg::Wheel(Some(PanelId::Rows), 3));
    assert_eq!(person.model.navigation.sample.index, 7);
    person.tell(Msg::Pick(ClickTarget::Row(7)));
    assert_eq!(person.model.navigation.view, View::Network);
}

#[test]
fn the_rows_of_a_cell_are_listed() {
    let mut person = Person::watching("iris", 2, (80, 24));
    person.press(TO_THE_MATRIX);
    person.press("enter B");
    person.look();
    let rows = person
        .model
        .navigation
        .selection
        .clone()
        .expect("rows")
        .rows;
    let asked = person.observation.clone().expect("asked");
    let probe = asked.find::<OutcomeProbe>().expect("rows");
    assert_eq!(probe.rows, rows);
    let screen = drawn(&person.model);
    assert!(
        screen.contains("1 of 5: versicolor predicted as virginica"),
        "{screen}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_spot_is_a_cell_that_there_is(
        (width, height) in (1u16..220, 1u16..70),
        cell in (0usize..20, 0usize..20),
        (enlarged, rows) in (any::<bool>(), any::<bool>()),
    ) {
        static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
        let mut model = MODEL.get_or_init(|| trained_model("digits", plan(&[8]), 1, (80, 24))).clone();
        model.navigation.view = View::Curves;
        model.navigation.focus = if rows { PanelId::Rows } else { PanelId::Confusion };
        model.navigation.enlarged = enlarged || rows;
        model.navigation.cell = Some(cell);
        model.navigation.sample.index = cell.0 * 18;
        model.update(Msg::Resize(width, height));
        let area = Rect::new(0, 0, width, height);
        for x in 0..width {
            for y in 0..height {
                match picked(&model, area, x, y) {
                    Some(ClickTarget::Cell { actual, predicted }) => {
                        prop_assert!(actual < 10 && predicted < 10);
                    }
                    Some(ClickTarget::Row(place)) => prop_assert!(place < 359),
                    Some(ClickTarget::Sample(_)) => prop_assert!(false, "no picture of regions"),
                    _ => {}
                }
            }
        }
        if width >= 40 && height >= 12 {
            drawn(&model);
        }
    }
}
