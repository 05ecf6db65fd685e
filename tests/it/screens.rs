//! The screens of real states, as a person sees them.
//!
//! The states come out of a real worker, driven epoch by epoch, so that they are the same each
//! time. `insta` compares them with the files in `tests/snapshots`.

use crate::support::rate;
use crate::support::screen::{Shown, drawn, drawn_with, keys, rendered};
use crate::support::{
    Driven, PATIENCE, dataset, images, plan, regression_plan, session, settings, textbook_plan,
    trained_model, trained_on, watched,
};
use nn_tui::nn::Change;
use nn_tui::train::probes::ScoreProbe;
use nn_tui::train::{Command, Pace, Plan, State, Weights};
use nn_tui::tui::app::{Confirm, Effect, MAIN_LANE, Model, Msg, Overlay, Phase, View};
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::crossterm::event::KeyCode;

fn press(model: &mut Model, keys: &str) {
    for code in self::keys(keys) {
        model.update(Msg::Key(code.into()));
    }
}

/// `model` as it looks while it trains.
fn running(mut model: Model) -> Model {
    model.run.phase = Phase::Training;
    model.run.evaluation = None;
    model.run.samples_per_second = 2400.0;
    model
}

#[test]
fn overview_while_training() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let model = running(trained_model("iris", plan(&[8]), 30, (width, height)));
        insta::assert_snapshot!(format!("overview-{width}x{height}"), drawn(&model));
    }
}

#[test]
fn paused_after_a_step() {
    let model = trained_model("iris", plan(&[8]), 3, (120, 36));
    insta::assert_snapshot!("paused-120x36", drawn(&model));
}

#[test]
fn before_the_first_step() {
    let model = trained_model("iris", plan(&[8]), 0, (80, 24));
    insta::assert_snapshot!("start-80x24", drawn(&model));
}

#[test]
fn a_wide_and_a_deep_network() {
    let wide = running(trained_model("digits", plan(&[128, 64]), 2, (120, 36)));
    insta::assert_snapshot!("wide-120x36", drawn(&wide));
    let deep = running(trained_model(
        "spiral",
        plan(&[16, 16, 16, 8, 8]),
        2,
        (80, 24),
    ));
    insta::assert_snapshot!("deep-80x24", drawn(&deep));
    let none = running(trained_model("wine", plan(&[]), 2, (120, 36)));
    insta::assert_snapshot!("no-hidden-layer-120x36", drawn(&none));
}

/// Sizes of layers that are near each other stay numbers of their own.
#[test]
fn sizes_above_a_deep_network() {
    let hidden = [256, 256, 128, 64, 32, 16];
    let shown = drawn(&trained_on(images(), plan(&hidden), 1, (120, 36)));
    let is_title = |line: &&str| line.contains(" 256") && !line.contains('→');
    let sizes = shown.lines().find(is_title).unwrap();
    // The chart is beside it.
    let (sizes, _) = sizes.split_once("││").unwrap();
    let words = sizes.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    let all = ["64", "256", "256", "128", "64", "32", "16", "10"];
    assert!(numbers.iter().all(|it| all.contains(it)), "{sizes}");
    assert!(numbers.len() >= 6, "{sizes}");
}

#[test]
fn the_other_views_and_an_enlarged_panel() {
    let mut model = running(trained_model("iris", textbook_plan(&[5]), 12, (120, 36)));
    for view in [View::Network, View::Curves, View::Weights] {
        while model.navigation.view != view {
            press(&mut model, "\t");
        }
        assert_eq!(model.navigation.view, view);
        insta::assert_snapshot!(format!("view-{}-120x36", view.name()), drawn(&model));
    }
    press(&mut model, "\t\th\n");
    assert!(model.navigation.enlarged);
    press(&mut model, "amy");
    insta::assert_snapshot!("enlarged-chart-120x36", drawn(&model));
}

/// A trained model after `keys`, with a snapshot of the scores.
fn scored(data: &str, plan: Plan, size: (u16, u16), keys: &str) -> Model {
    let (mut model, driven) = watched(dataset(data), plan, 12, size);
    for code in self::keys(keys) {
        let effects = model.update(Msg::Key(code.into()));
        for effect in effects {
            if let Effect::Send(_, command) = effect {
                driven.send(command);
            }
        }
    }
    let start = std::time::Instant::now();
    while model
        .run
        .snapshot
        .as_ref()
        .is_none_or(|snapshot| snapshot.answer::<ScoreProbe>().is_none())
    {
        assert!(start.elapsed() < PATIENCE, "no scores came");
        if let Some(snapshot) = driven.worker.mailbox().take() {
            model.update(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
        }
        std::thread::yield_now();
    }
    running(model)
}

#[test]
fn scores_beside_the_curves() {
    for (data, plan) in [("iris", plan(&[8])), ("sine", regression_plan(&[8]))] {
        let model = scored(data, plan, (200, 60), "\t\t");
        assert!(model.navigation.shows(PanelId::Scores));
        insta::assert_snapshot!(format!("scores-{data}-200x60"), drawn(&model));
    }
}

#[test]
fn scores_have_a_view_of_their_own() {
    for (data, plan, size) in [
        ("breast-cancer", plan(&[8]), (80, 24)),
        ("breast-cancer", plan(&[8]), (120, 36)),
        ("sine", regression_plan(&[8]), (80, 24)),
    ] {
        let model = scored(data, plan, size, "\t\t\t");
        assert_eq!(model.navigation.view, View::Scores);
        let (width, height) = size;
        let name = format!("view-scores-{data}-{width}x{height}");
        insta::assert_snapshot!(name, drawn(&model));
    }
}

#[test]
fn keys_move_the_threshold_of_two_classes() {
    let mut model = scored("breast-cancer", plan(&[8]), (80, 24), "\t\t\t");
    let mut press = |code: KeyCode| {
        model.update(Msg::Key(code.into()));
        (model.navigation.threshold, drawn(&model))
    };
    let (half, before) = press(KeyCode::Char('0'));
    assert_eq!(half, None);
    for _ in 0..40 {
        press(KeyCode::Left);
    }
    let (threshold, after) = press(KeyCode::Up);
    assert_eq!(threshold, Some(0.1));
    assert!(after.contains("threshold 0.10 for"), "{after}");
    let table = |screen: &str| -> Vec<String> {
        let lines = screen.lines().filter(|line| line.contains('%'));
        lines.map(str::to_owned).collect()
    };
    assert_ne!(table(&before), table(&after));
    for _ in 0..60 {
        press(KeyCode::Right);
    }
    assert_eq!(press(KeyCode::Up).0, Some(0.7));
    assert_eq!(press(KeyCode::Char('0')), (None, before));
    let three = scored("iris", plan(&[8]), (80, 24), "\t\t\t");
    assert!(!drawn(&three).contains("threshold"));
}

#[test]
fn what_is_understood_of_the_data() {
    for (data, plan) in [
        ("iris", plan(&[8])),
        ("sine", regression_plan(&[8])),
        ("tests/data/awkward/mixed.csv", plan(&[8])),
        ("tests/data/awkward/identifiers.csv", plan(&[8])),
    ] {
        // The awkward ones are too small to be split.
        let validation = if data.contains('/') { 0.0 } else { 0.2 };
        let plan = nn_tui::train::Plan { validation, ..plan };
        let name = data.rsplit('/').next().unwrap().trim_end_matches(".csv");
        let mut model = trained_model(data, plan, 1, (80, 24));
        model.navigation.view = View::Data;
        model.update(Msg::Resize(80, 24));
        insta::assert_snapshot!(format!("data-{name}-80x24"), drawn(&model));
        model.update(Msg::Resize(120, 36));
        insta::assert_snapshot!(format!("data-{name}-120x36"), drawn(&model));
    }
}

#[test]
fn many_columns_scroll() {
    let mut model = trained_model("breast-cancer", plan(&[8]), 0, (80, 24));
    press(&mut model, "\t\t\t\t\t");
    assert_eq!(model.navigation.focus, PanelId::Columns);
    press(&mut model, "d");
    insta::assert_snapshot!("data-scrolled-80x24", drawn(&model));
}

#[test]
fn scrolling_too_far_leads_nowhere() {
    let mut model = trained_model("breast-cancer", plan(&[8]), 0, (80, 24));
    let draw = |model: &mut Model| {
        let (_, drawn) = rendered(model);
        model.update(drawn);
    };
    press(&mut model, "\t\t\t\t\t");
    draw(&mut model);
    press(&mut model, &"d".repeat(50));
    draw(&mut model);
    let end = drawn(&model);
    assert!(
        end.contains("worst fractal") && !end.contains("mean radius"),
        "{end}"
    );
    press(&mut model, "u");
    assert_ne!(drawn(&model), end, "one key leads back");
    press(&mut model, "?");
    draw(&mut model);
    press(&mut model, &"d".repeat(90));
    draw(&mut model);
    let end = drawn(&model);
    press(&mut model, "u");
    assert_ne!(drawn(&model), end, "from the end of the help too");
}

#[test]
fn data_are_described_once_somebody_looks() {
    let mut model = trained_model("iris", plan(&[8]), 0, (80, 24));
    model.run.card = None;
    let tab = || Msg::Key(KeyCode::Tab.into());
    let asks = |effects: &[Effect]| {
        let asked = effects
            .iter()
            .filter(|it| matches!(it, Effect::Describe(0, _)));
        asked.count()
    };
    let counts: Vec<usize> = (0..7).map(|_| asks(&model.update(tab()))).collect();
    assert_eq!(counts, [0, 0, 0, 0, 1, 0, 0]);
    model.navigation.view = View::Data;
    assert!(drawn(&model).contains("computing statistics"));
}

#[test]
fn images_are_shown_as_pictures() {
    let mut model = running(trained_on(images(), plan(&[16]), 2, (80, 24)));
    insta::assert_snapshot!("images-80x24", drawn(&model));
    let ascii = drawn_with(&model, Theme::new(Depth::None).ascii());
    insta::assert_snapshot!("images-ascii-80x24", ascii);
    model.update(Msg::Resize(120, 36));
    insta::assert_snapshot!("images-120x36", drawn(&model));
    model.navigation.view = View::Data;
    model.update(Msg::Resize(120, 36));
    insta::assert_snapshot!("images-data-120x36", drawn(&model));
}

#[test]
fn wrong_rows_worst_first() {
    let mut model = trained_model("iris", plan(&[8]), 2, (80, 24));
    let worst = model.run.outcomes.clone().expect("evaluated").worst;
    assert!(worst.len() > 1, "{worst:?}");
    let all = model.navigation.sample;
    press(&mut model, "x");
    assert_eq!(model.navigation.sample.index, worst[0] as usize);
    insta::assert_snapshot!("worst-80x24", drawn(&model));
    press(&mut model, "]");
    assert_eq!(model.navigation.sample.index, worst[1] as usize);
    press(&mut model, "[[");
    assert_eq!(
        model.navigation.sample.index,
        worst[worst.len() - 1] as usize
    );
    press(&mut model, "x[[");
    assert_eq!(model.navigation.sample.set, all.set);
    let before = worst[worst.len() - 1] as usize + 30 - 2;
    assert_eq!(model.navigation.sample.index, before % 30);
    if let Some(outcomes) = &mut model.run.outcomes {
        outcomes.worst.clear();
    }
    press(&mut model, "x");
    assert!(model.navigation.selection.is_none());
    assert_eq!(
        model.prompt.notice.clone().unwrap().text,
        "no misclassified rows"
    );
}

#[test]
fn what_lies_above_the_panels() {
    let mut model = trained_model("iris", plan(&[8]), 3, (80, 24));
    press(&mut model, "?");
    insta::assert_snapshot!("help-80x24", drawn(&model));
    press(&mut model, "\x1bw");
    insta::assert_snapshot!("save-80x24", drawn(&model));
    press(&mut model, "x\n");
    insta::assert_snapshot!("save-wrong-extension-80x24", drawn(&model));
    press(&mut model, "\x1b");
    model.prompt.overlay = Some(Overlay::Confirm(Confirm::Replace(
        "iris.json".into(),
        Weights::Last,
    )));
    insta::assert_snapshot!("replace-80x24", drawn(&model));
    press(&mut model, "n");
    model.run.seconds = 500.0;
    press(&mut model, "q");
    insta::assert_snapshot!("quit-80x24", drawn(&model));
}

#[test]
fn a_divergence() {
    let mut wild = plan(&[8]);
    wild.rule.optimizer = nn_tui::nn::Optimizer::SGD;
    wild.output = nn_tui::nn::Output::Linear;
    wild.loss = nn_tui::nn::Loss::Quadratic;
    let driven = Driven::spawn(session("iris", wild), settings(true, None));
    let started = driven.started();
    let mut model = Model::new(&started, Pace::Full, (80, 24), None);
    driven.send(Command::Apply(Change::LearningRate {
        learning_rate: rate(1e30),
    }));
    driven.send(Command::Resume);
    let (state, position) = driven.state(|state| matches!(state, State::Diverged(_)));
    model.run.learning_rate = 1e30;
    let event = nn_tui::train::Event::State { state, position };
    model.update(Msg::Worker(MAIN_LANE, Box::new(event)));
    insta::assert_snapshot!("diverged-80x24", drawn(&model));
}

#[test]
fn plain_terminals() {
    let model = running(trained_model("iris", plan(&[8]), 30, (100, 30)));
    insta::assert_snapshot!(
        "no-colour-100x30",
        drawn_with(&model, Theme::new(Depth::None))
    );
    let ascii = Theme::new(Depth::Ansi).ascii();
    let screen = drawn_with(&model, ascii);
    assert!(screen.is_ascii());
    insta::assert_snapshot!("ascii-100x30", screen);
}

#[test]
fn small_terminals() {
    let mut model = running(trained_model("iris", plan(&[8]), 5, (40, 12)));
    insta::assert_snapshot!("least-40x12", drawn(&model));
    model.update(Msg::Resize(39, 12));
    insta::assert_snapshot!("too-small-39x12", drawn(&model));
}

#[test]
fn nothing_is_cut_on_a_small_screen() {
    let mut shown = Shown::new(dataset("iris"), plan(&[16, 16]), (80, 24)).train(5);
    let overview = drawn(&shown.model);
    // The weights of the output layer have room too.
    assert!(overview.contains("│output · 48"), "{overview}");
    assert!(!overview.contains(" more ─"), "{overview}");
    assert!(
        overview.contains("+9") && overview.contains("+n: n neurons not drawn"),
        "{overview}"
    );
    shown.press(":view scores\n");
    let scores = drawn(&shown.model);
    assert!(scores.contains("F1 rows "), "{scores}");
    assert!(scores.contains("weighted mean"), "{scores}");
}

#[test]
fn columns_with_long_names_can_be_told_apart() {
    let heads: Vec<String> = (0..12)
        .map(|i| format!("measurement_number_of_sensor_{i}"))
        .collect();
    let rows = (0..60).map(|row| {
        let numbers = (0..12).map(|i| f64::from((row * (i + 7) * 37) % 101).to_string());
        let numbers: Vec<String> = numbers.collect();
        format!("{},{}\n", numbers.join(","), ["a", "b"][row as usize % 2])
    });
    let text = format!("{},class\n{}", heads.join(","), rows.collect::<String>());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wide.csv");
    std::fs::write(&path, text).expect("written");
    let data = dataset(path.to_str().expect("a name"));
    let mut shown = Shown::new(data, plan(&[4]), (120, 36)).train(2);
    for keys in [":view scores\n", "B"] {
        shown.press(keys);
        let screen = drawn(&shown.model);
        let cut: Vec<&str> = screen
            .split([' ', '│', '─'])
            .filter(|word| word.starts_with("measu"))
            .collect();
        let ends = |word: &&&str| word.ends_with(|c: char| c.is_ascii_digit());
        assert!(cut.len() > 1, "{screen}");
        assert_eq!(
            cut.iter().filter(ends).count(),
            cut.len(),
            "{keys}: {screen}"
        );
    }
}

/// Large numbers keep their digits where there is room, and the scaled output beside them is explained.
#[test]
fn large_predictions_have_all_digits() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("prices.csv");
    let rows = (0..60).map(|row| format!("{row},{}", 1_000_000 + 50_123 * row));
    let rows = rows.collect::<Vec<_>>().join("\n");
    std::fs::write(&file, format!("size,price\n{rows}\n")).expect("written");
    let data = dataset(file.to_str().expect("a name"));
    for size in [(80, 24), (120, 36)] {
        let mut model = trained_on(data.clone(), regression_plan(&[4]), 3, size);
        press(&mut model, "\t");
        let screen = drawn(&model);
        let has_digits = screen.lines().any(|line| {
            let words = line.split_whitespace();
            let pairs = words.clone().zip(words.skip(1));
            let mut pairs = pairs.filter(|(_, output)| output.starts_with('('));
            pairs.any(|(number, _)| number.len() == 7 && number.parse::<u64>().is_ok())
        });
        assert!(has_digits, "{screen}");
        assert!(screen.contains("in brackets: scaled"), "{screen}");
    }
}

/// On a small screen the facts about images are below their mean.
#[test]
fn a_small_screen_has_both_panels_of_the_data() {
    let mut model = trained_on(images(), plan(&[8]), 0, (60, 20));
    model.navigation.view = View::Data;
    model.navigation.focus = PanelId::Columns;
    let screen = drawn(&model);
    let titles = ["─ Columns", "─ Data"];
    assert!(
        titles.iter().all(|title| screen.contains(title)),
        "{screen}"
    );
}
