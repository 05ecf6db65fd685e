//! Races: lanes against sessions of their own, what becomes of them, and how they look.

use std::sync::Arc;

use nn_tui::nn::engine::Resources;
use nn_tui::nn::kernels::Instructions;
use nn_tui::train::{Plan, Session};
use nn_tui::tui::app::{Model, Msg, Phase, View};
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::util::lang::{Lang, set_current};
use ratatui::crossterm::event::KeyCode;

use crate::support::screen::{Shown, drawn, drawn_with, rendered};
use crate::support::{dataset, plan, rate};

/// Whether all lanes have ended so many epochs and wait.
fn wait(shown: &mut Shown, epochs: u64) {
    let done = shown.wait_until(|model| {
        let race = model.race.as_ref();
        race.is_some_and(|race| {
            (1..race.lanes.len()).all(|index| {
                model
                    .lane(index)
                    .is_some_and(|run| run.position.epoch == epochs && run.phase == Phase::Paused)
            })
        })
    });
    assert!(done, "the lanes end {epochs} epochs");
}

/// Starts a paused race by `command` on a screen of `size`, and trains all for `epochs` epochs.
fn race(data: &str, command: &str, size: (u16, u16), epochs: u64) -> Shown {
    let mut shown = Shown::new(dataset(data), plan(&[4]), size).train(2);
    begin(&mut shown, command);
    step(&mut shown, epochs);
    shown
}

/// Types `command`, and waits until its lanes have started.
fn begin(shown: &mut Shown, command: &str) {
    let lanes = |model: &Model| model.race.as_ref().map_or(0, |race| race.lanes.len());
    let before = lanes(&shown.model);
    shown.type_command(command);
    let started = shown.wait_until(|model| {
        lanes(model) > before && (0..lanes(model)).all(|index| model.lane(index).is_some())
    });
    assert!(started, "{command} starts: {:?}", shown.model.prompt.notice);
}

fn step(shown: &mut Shown, epochs: u64) {
    for epoch in 1..=epochs {
        shown.update(Msg::Key(KeyCode::Char('S').into()));
        let main = shown.model.lane(0).expect("the main run").position.epoch;
        wait(shown, epoch);
        assert!(shown.wait_until(|model| {
            let run = model.lane(0).expect("the main run");
            run.position.epoch > main && run.phase == Phase::Paused
        }));
    }
}

/// Loss of the validation rows at the end of each epoch of a session of its own.
fn losses(plan: Plan, epochs: u64) -> Vec<f64> {
    let resources = Resources {
        instructions: Instructions::Portable,
        threads: nn_tui::nn::engine::Threads::ONE,
    };
    let dataset = Arc::new(dataset("iris"));
    let mut session = Session::with_resources(plan, dataset, resources).expect("sound");
    let mut losses = Vec::new();
    while session.position().epoch < epochs {
        if session.step().expect("finite").epoch.is_some() {
            losses.push(session.evaluate().validation.expect("rows").loss);
        }
    }
    losses
}

fn curve(model: &Model, index: usize) -> Vec<f64> {
    let run = model.lane(index).expect("a lane");
    let records = run.history.epochs().iter();
    records.map(|record| record.validation_loss.last).collect()
}

#[test]
fn each_lane_is_a_run_of_its_own_whatever_the_pacing() {
    for (count, in_lockstep) in [(2, false), (2, true), (4, false), (4, true)] {
        let rates = ["0.1", "0.001", "0.02", "0.5"];
        let mut shown = Shown::new(dataset("iris"), plan(&[4]), (120, 36)).train(2);
        // A change of the main run is none of the lanes', except for the settings that it leaves.
        shown.type_command("l2 0.001");
        begin(&mut shown, &format!("race lr {}", rates[..count].join(" ")));
        if in_lockstep {
            shown.update(key(KeyCode::Char('F')));
        }
        step(&mut shown, 4);
        for (index, text) in rates[..count].iter().enumerate() {
            let mut plan = plan(&[4]);
            plan.rule.learning_rate = rate(text.parse().expect("a number"));
            plan.rule.weight_decay = crate::support::decay(0.001);
            assert_eq!(curve(&shown.model, index + 1), losses(plan, 4), "{text}");
        }
    }
}

#[test]
fn architectures_race_too_and_start_anew() {
    let shown = race("iris", "race hidden 2 8,3 none", (120, 36), 3);
    for (index, hidden) in [vec![2], vec![8, 3], vec![]].into_iter().enumerate() {
        assert_eq!(curve(&shown.model, index + 1), losses(plan(&hidden), 3));
    }
}

#[test]
fn a_fork_goes_on_from_the_present_state() {
    let mut shown = race("iris", "fork", (120, 36), 0);
    begin(&mut shown, "fork lr 0.2");
    shown.update(Msg::Key(KeyCode::Char('S').into()));
    wait(&mut shown, 3);
    assert!(shown.wait_until(|model| model.lane(0).is_some_and(|run| run.position.epoch == 3)));
    let [main, same, changed] = [0, 1, 2].map(|index| curve(&shown.model, index));
    assert_eq!(main, same);
    assert_eq!(main[..2], changed[..2]);
    assert_ne!(main, changed);
}

#[test]
fn a_lane_is_shown_in_all_panels_and_is_not_changed() {
    let mut shown = race("iris", "race lr 0.1 0.001", (120, 36), 2);
    let main = shown.model.run.plan.clone();
    assert_eq!(shown.model.navigation.view, View::Race);
    shown.update(key(KeyCode::Enter));
    assert_eq!(shown.model.navigation.view, View::Overview);
    assert_eq!(shown.model.run.plan.rule.learning_rate, rate(0.1));
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(screen.contains("lane 1: lr 0.1"), "{screen}");
    shown.update(key(KeyCode::Char('+')));
    let notice = shown.model.prompt.notice.clone().expect("a message");
    assert!(
        notice.is_error && notice.text.contains(":adopt"),
        "{notice:?}"
    );
    assert_eq!(shown.model.run.planned().rule.learning_rate, rate(0.1));
    shown.update(key(KeyCode::Esc));
    shown.update(key(KeyCode::Esc));
    assert_eq!(shown.model.navigation.view, View::Race);
    assert_eq!(shown.model.run.plan, main);
}

#[test]
fn an_adopted_lane_is_the_main_run_and_the_old_one_a_ghost() {
    let mut shown = race("iris", "race lr 0.1 0.001", (120, 36), 3);
    let expected = curve(&shown.model, 2);
    shown.update(key(KeyCode::Down));
    shown.type_command("adopt");
    let adopted = shown.wait_until(|model| {
        model.race.is_none() && model.run.plan.rule.learning_rate == rate(0.001)
    });
    assert!(adopted);
    assert_eq!(shown.model.run.ghosts.len(), 1);
    assert_eq!(shown.model.run.position.epoch, 3);
    assert_eq!(curve(&shown.model, 0), expected);
    let mut shown = shown.train(2);
    let mut plan = plan(&[4]);
    plan.rule.learning_rate = rate(0.001);
    assert_eq!(curve(&shown.model, 0), losses(plan, 5));
    shown.type_command("adopt");
    assert!(shown.model.prompt.overlay.is_some(), "there is no race");
}

/// A lane whose earlier moment is shown is marked, stays there while the others train, and goes on from there as the
/// main run does.
#[test]
fn a_lane_goes_on_from_an_earlier_moment_where_that_is_shown() {
    let mut shown = race("iris", "race lr 0.1 0.001", (120, 36), 4);
    let screen = |model: &Model| drawn_with(model, Theme::new(Depth::None));
    let position = |model: &Model, index: usize| model.lane(index).expect("a lane").position;
    shown.update(key(KeyCode::Enter));
    shown.type_command("rewind 2");
    assert!(shown.wait_until(|model| {
        position(model, 1).epoch == 2 && screen(model).contains("◀ earlier")
    }));
    shown.type_command("view race");
    assert!(
        screen(&shown.model).contains("◀ earlier"),
        "{}",
        screen(&shown.model)
    );
    shown.update(key(KeyCode::Char(' ')));
    assert!(shown.wait_until(|model| [0, 2].iter().all(|&lane| position(model, lane).epoch > 6)));
    assert_eq!(
        position(&shown.model, 1).epoch,
        2,
        "it stays where it is shown"
    );
    shown.model.navigation.focus = PanelId::RaceTable;
    shown.update(key(KeyCode::Enter));
    let overview = screen(&shown.model);
    assert!(overview.contains("◀ earlier"), "{overview}");
    let expected = curve(&shown.model, 1)[..2].to_vec();
    shown.update(key(KeyCode::Char('S')));
    assert!(shown.wait_until(|model| {
        position(model, 1).epoch == 3 && !screen(model).contains("◀ earlier")
    }));
    assert_eq!(curve(&shown.model, 1)[..2], expected);
    assert_eq!(curve(&shown.model, 1).len(), 3, "{}", screen(&shown.model));
}

#[test]
fn all_runs_train_and_wait_together() {
    let mut shown = race("iris", "race lr 0.1 0.001", (120, 36), 1);
    shown.update(key(KeyCode::Char('F')));
    shown.update(key(KeyCode::Char(' ')));
    let all = |model: &Model, holds: &dyn Fn(&nn_tui::tui::app::Run) -> bool| {
        (0..3).all(|index| model.lane(index).is_some_and(holds))
    };
    assert!(shown.wait_until(|model| all(model, &|run| run.position.epoch > 30)));
    let epochs =
        |model: &Model| [1, 2].map(|index| model.lane(index).expect("a lane").position.epoch);
    // One that began before the others waits for them to catch up.
    let [one, other] = epochs(&shown.model);
    let ahead = one.max(other) + 200;
    assert!(shown.wait_until(|model| epochs(model).iter().all(|&epoch| epoch > ahead)));
    shown.update(key(KeyCode::Char(' ')));
    assert!(shown.wait_until(|model| all(model, &|run| run.phase == Phase::Paused)));
    let [one, other] = epochs(&shown.model);
    // Nobody waits for a run that is paused, so one may do some epochs more before it is told to pause.
    assert!(one.abs_diff(other) <= 100, "in lockstep: {one} and {other}");
    shown.type_command("race stop");
    assert!(shown.model.race.is_none());
    assert_eq!(shown.model.navigation.view, View::Overview);
}

#[test]
fn wrong_races_say_what_is_expected() {
    let mut shown = Shown::new(dataset("iris"), plan(&[4]), (80, 24));
    for (command, expected) in [
        ("race", "takes a setting and its values"),
        ("race speed 1 2", "takes a setting and its values"),
        ("race lr", "takes a setting and its values"),
        ("race lr fast slow", "expected a number above 0"),
        ("race pace full 20", "takes a setting and its values"),
        ("race now hidden 2 3", "start anew"),
        ("fork seed 3", "start anew"),
        ("race lr 1 2 3 4 5 6 7", "at most 6 runs"),
        ("race batch 10 9999", "limited to"),
        ("race hidden 99999,99999", "parameters"),
        ("adopt", "no race"),
        ("race stop", "no race"),
        ("view race", "no race"),
    ] {
        shown.type_command(command);
        let screen = drawn_with(&shown.model, Theme::new(Depth::None));
        let whole: String = screen.replace(['\n', '"'], "");
        assert!(whole.contains(expected), "{command}:\n{screen}");
        shown.update(key(KeyCode::Esc));
    }
    assert!(shown.model.race.is_none());
}

#[test]
fn the_race_as_it_looks() {
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        set_current(lang);
        for size in [(80, 24), (120, 36)] {
            let mut shown = race("circles", "race lr 0.1 0.03", size, 5);
            assert!(size == (80, 24) || shown.wait_until(has_regions));
            let (width, height) = size;
            let screen = drawn_with(&shown.model, Theme::new(Depth::None));
            insta::assert_snapshot!(format!("race_{name}_{width}x{height}"), screen);
            if height == 24 {
                shown.update(key(KeyCode::Char('P')));
                assert!(shown.wait_until(has_regions));
                let screen = drawn_with(&shown.model, Theme::new(Depth::None));
                insta::assert_snapshot!(format!("race_regions_{name}_{width}x{height}"), screen);
            }
        }
    }
    set_current(Lang::En);
}

/// Whether the regions of the main run and of the chosen one are there.
fn has_regions(model: &Model) -> bool {
    let race = model.race.as_ref().expect("a race");
    [0, race.chosen].into_iter().all(|index| {
        let run = model.lane(index).expect("a lane");
        let snapshot = run.snapshot.as_ref();
        snapshot.is_some_and(|snapshot| {
            snapshot.position == run.position
                && snapshot
                    .answer::<nn_tui::train::probes::PlaneProbe>()
                    .is_some_and(|answer| !answer.points.is_empty())
        })
    })
}

#[test]
fn a_race_is_drawn_at_any_size() {
    let mut shown = race("circles", "race hidden 2 none", (120, 36), 2);
    for width in (30..200).step_by(17) {
        for height in (8..60).step_by(4) {
            shown.update(Msg::Resize(width, height));
            for keys in ["P", "F", "P"] {
                keys.chars()
                    .for_each(|c| shown.update(key(KeyCode::Char(c))));
                drawn(&shown.model);
            }
        }
    }
}

#[test]
fn lanes_are_clicked() {
    let mut shown = race("iris", "race lr 0.1 0.001", (120, 36), 1);
    let area = ratatui::layout::Rect::new(0, 0, 120, 36);
    let (_, drawn) = rendered(&shown.model);
    shown.update(drawn);
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    let row = screen
        .lines()
        .position(|line| line.contains("2 ╍╍╍"))
        .expect("a row");
    for expected in [View::Race, View::Overview] {
        let msg = nn_tui::tui::click(&shown.model, area, 10, row as u16).expect("clickable");
        shown.update(msg);
        assert_eq!(shown.model.navigation.view, expected);
    }
    assert_eq!(shown.model.run.plan.rule.learning_rate, rate(0.001));
    assert_eq!(shown.model.navigation.focus, PanelId::Network);
}

fn key(code: KeyCode) -> Msg {
    Msg::Key(code.into())
}
