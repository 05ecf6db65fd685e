//! Trained weights and requested exports are not lost.

use std::path::PathBuf;

use crate::support::screen::{Shown, drawn_with};
use crate::support::{plan, session};
use crate::support::{rate, rows};
use nn_tui::model_file::{ExportOption, Saved, Verification};
use nn_tui::nn::{Loss, Optimizer, Output};
use nn_tui::train::{
    Command, Event, Limits, Pace, Plan, Position, Replace, Started, State, Weights,
};
use nn_tui::tui::app::{Effect, MAIN_LANE, Model, Msg};
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// With one step per epoch, the step after which the weights overflow has the best loss so far.
#[test]
fn weights_that_blew_up_are_not_the_last_good_ones() {
    let mut wild = Plan {
        output: Output::Linear,
        loss: Loss::Quadratic,
        batch: rows(1000),
        ..plan(&[8])
    };
    wild.rule.optimizer = Optimizer::SGD;
    wild.rule.learning_rate = rate(1000.0);
    let mut session = session("iris", wild);
    let initial = session.engine().parameters();
    while session.step().is_ok() {}
    assert!(session.position().step > 0, "it went some way first");
    let (parameters, position) = session.good_parameters();
    assert_eq!(parameters, initial);
    assert_eq!(position, Position::default());
}

fn started(restarts: u32) -> Started {
    let session = session("iris", plan(&[8]));
    Started {
        restarts,
        ..Started::of(&session, Limits::default())
    }
}

fn model_with_export(path: &str) -> Model {
    let export = ExportOption {
        path: path.into(),
        replace: true,
    };
    Model::new(&started(0), Pace::Full, (80, 24), Some(export))
}

fn exports(effects: &[Effect]) -> Vec<PathBuf> {
    let paths = effects.iter().filter_map(|effect| match effect {
        Effect::Send(_, Command::Export { path, .. }) => Some(path.clone()),
        _ => None,
    });
    paths.collect()
}

fn exported(path: &str, step: u64) -> Msg {
    Msg::Worker(
        MAIN_LANE,
        Box::new(Event::Exported {
            weights: Weights::Best,
            best: None,
            path: path.into(),
            result: Ok(Saved {
                bytes: 967,
                verification: Verification::NotReadable { format: "ONNX" },
            }),
            step,
        }),
    )
}

#[test]
fn saving_elsewhere_does_not_stand_for_the_export() {
    let mut model = model_with_export("a.json");
    let state = State::Paused;
    let position = Position::default();
    model.update(Msg::Worker(
        MAIN_LANE,
        Box::new(Event::State { state, position }),
    ));
    model.update(exported("other.json", 0));
    let quit = KeyEvent::from(KeyCode::Char('q'));
    let effects = model.update(Msg::Key(quit));
    assert_eq!(exports(&effects), [PathBuf::from("a.json")]);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit { .. }))
    );
    let effects = model.update(exported("a.json", 0));
    assert!(matches!(effects[..], [Effect::Quit { code: 0 }]));
}

#[test]
fn a_restarted_training_is_exported_too() {
    let mut model = model_with_export("a.json");
    let started = started(1);
    model.update(Msg::Worker(
        MAIN_LANE,
        Box::new(Event::Started(Box::new(started))),
    ));
    let effects = model.update(Msg::Terminate(143));
    assert_eq!(exports(&effects), [PathBuf::from("a.json")]);
}

#[test]
fn an_export_under_way_is_waited_for_and_not_repeated() {
    let mut model = model_with_export("a.json");
    let position = Position::default();
    let state = State::Finished(nn_tui::train::Limit::Epochs);
    let effects = model.update(Msg::Worker(
        MAIN_LANE,
        Box::new(Event::State { state, position }),
    ));
    assert_eq!(exports(&effects).len(), 1);
    let effects = model.update(Msg::Terminate(129));
    assert!(exports(&effects).is_empty());
    assert!(effects.is_empty(), "a hang-up waits: {effects:?}");
    assert!(model.update(Msg::Terminate(129)).is_empty());
    let effects = model.update(exported("a.json", 0));
    assert!(matches!(effects[..], [Effect::Quit { code: 129 }]));
}

/// Presses ctrl-c.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    model.update(Msg::Key(key))
}

#[test]
fn only_the_third_interrupt_gives_up_the_model() {
    let mut model = model_with_export("a.json");
    assert_eq!(exports(&interrupt(&mut model)).len(), 1);
    assert!(interrupt(&mut model).is_empty());
    let notice = model.prompt.notice.as_ref().expect("a warning");
    assert!(notice.text.contains("quit without saving"));
    assert!(model.update(Msg::Terminate(143)).is_empty());
    let effects = interrupt(&mut model);
    assert!(matches!(effects[..], [Effect::Quit { code: 130 }]));
}

fn failed(path: &str) -> Msg {
    let cause = std::io::ErrorKind::StorageFull.into();
    Msg::Worker(
        MAIN_LANE,
        Box::new(Event::Exported {
            weights: Weights::Best,
            best: None,
            path: path.into(),
            result: Err(nn_tui::error::Error::CannotWrite {
                path: path.into(),
                cause,
            }),
            step: 0,
        }),
    )
}

#[test]
fn a_failed_export_keeps_the_user_and_ends_a_signal_with_its_error() {
    let quit = || Msg::Key(KeyCode::Char('q').into());
    let mut model = model_with_export("a.json");
    model.update(quit());
    assert!(model.update(failed("a.json")).is_empty(), "it stays");
    // The suggested path is replaced by another.
    model.update(Msg::Key(KeyEvent::new(
        KeyCode::Char('u'),
        KeyModifiers::CONTROL,
    )));
    model.update(Msg::Text("b.json".into()));
    let enter = Msg::Key(KeyCode::Enter.into());
    assert_eq!(exports(&model.update(enter)), [PathBuf::from("b.json")]);
    let effects = model.update(exported("b.json", 0));
    assert!(
        matches!(effects[..], [Effect::Quit { code: 0 }]),
        "{effects:?}"
    );

    let mut model = model_with_export("a.json");
    model.update(Msg::Terminate(143));
    let effects = model.update(failed("a.json"));
    let [Effect::Fail(error)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(error.exit_code(), 73);
}

/// The user sees when the run was last saved, while it waits and while it trains.
#[test]
fn the_last_save_is_shown_at_every_width() {
    for (width, height) in [(80, 24), (100, 30), (120, 36), (160, 45), (200, 60)] {
        let folder = tempfile::tempdir().expect("a folder");
        let dataset = nn_tui::data::load(&nn_tui::data::Source::parse("iris"), None);
        let mut shown = Shown::new(dataset.expect("loads"), plan(&[8]), (width, height));
        let footer = |shown: &Shown| {
            let text = drawn_with(&shown.model, Theme::new(Depth::None));
            let last = text.lines().last().expect("a footer");
            last.to_owned()
        };
        let before = footer(&shown);
        assert!(!before.contains("saved"), "{before}");
        let save = Command::Export {
            path: folder.path().join("m.json"),
            weights: Weights::Last,
            replace: Replace::Nothing,
        };
        shown.order(save, |event| matches!(event, Event::Exported { .. }));
        for keys in ["?\x1b", " "] {
            shown.press(keys);
            let footer = footer(&shown);
            assert!(
                footer.contains("q  quit") && footer.contains("  saved "),
                "{footer}"
            );
            let (_, time) = footer.rsplit_once("saved ").expect("shown");
            assert!(time.contains(" s"), "{footer}");
        }
    }
}

#[test]
fn the_training_on_the_screen_becomes_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = nn_tui::data::load(&nn_tui::data::Source::parse("iris"), None);
    let mut shown = Shown::new(dataset.expect("loads"), plan(&[8]), (120, 36));
    let mut says = |keys: &str, answer: &str| {
        shown.press(keys);
        let is_said = |model: &Model| drawn_with(model, Theme::new(Depth::None)).contains(answer);
        assert!(shown.wait_until(is_said), "{keys}: no {answer}");
    };
    let path = folder.path().join("train.py");
    let export = format!(":export-training {}\n", path.display());
    says(&export, "type :epochs N");
    says(&format!(":epochs 9\n{export}"), "saved script");
    let script = std::fs::read_to_string(&path).expect("a script");
    assert!(script.contains("EPOCHS = 9") && script.contains("SIZES = [4, 8, 3]"));
    // What exists is replaced after a question, without an option that can't be typed there.
    says(&export, "already exists");
    says("n:lr 0.4\n", "0.4");
    assert_eq!(std::fs::read_to_string(&path).expect("a script"), script);
    says(&format!("r{export}"), "already exists");
    says("y", "saved script");
    let replaced = std::fs::read_to_string(&path).expect("a script");
    assert!(replaced.contains("LEARNING_RATE = 0.4"), "{replaced}");
    let other = folder.path().join("other.py");
    says(
        &format!(":lr 0.5\n:export-training {}\n", other.display()),
        "changes while it trains",
    );
    says(":export-training other.json\n", "ends in .py");
}
