//! Charts: what keys, mouse, commands and changes draw.

use nn_tui::nn::Change;
use nn_tui::train::Event;
use nn_tui::tui::app::{Msg, PlotGesture};
use nn_tui::tui::panels::{PanelId, Pointer};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::{click, point};
use nn_tui::util::numbers::loss;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::support::screen::{Shown, drawn, drawn_with};
use crate::support::{dataset, plan};

const SIZE: (u16, u16) = (120, 36);

fn shown() -> Shown {
    Shown::new(dataset("iris"), plan(&[8]), SIZE)
}

fn press_shift(shown: &mut Shown, code: KeyCode) {
    let key = KeyEvent::new(code, KeyModifiers::SHIFT);
    shown.update(Msg::Key(key));
}

fn area() -> Rect {
    Rect::new(0, 0, SIZE.0, SIZE.1)
}

/// Maximises the chart.
fn maximise(shown: &mut Shown) {
    shown.update(Msg::Click(PanelId::Chart));
    shown.press("\n");
    assert!(shown.model.navigation.enlarged);
}

fn is_changed(event: &Event) -> bool {
    matches!(event, Event::Changed { .. })
}

#[test]
fn changes_are_marked_where_they_were_made() {
    let mut shown = shown().train(10);
    let change = Change::LearningRate {
        learning_rate: crate::support::rate(0.005),
    };
    shown.order(nn_tui::train::Command::Apply(change), is_changed);
    shown.press("SSSSSSSSSS:");
    for line in ["activation relu\n", ":optimizer sgd\n"] {
        shown.press(line);
    }
    shown.press("SSSSSSSSSS");
    let marks = shown.model.run.history.marks();
    assert_eq!(marks[0].changes, ["lr 0.005"]);
    assert_eq!(marks[0].epochs, 10.0);
    assert_eq!(marks[1].changes, ["relu", "optimizer SGD"]);
    maximise(&mut shown);
    let screen = drawn(&shown.model);
    assert!(screen.contains("▾ lr 0.005"), "{screen}");
    insta::assert_snapshot!("chart-changes-120x36", screen);
    // Up goes from change to change.
    shown.press("←↑");
    let screen = drawn(&shown.model);
    assert!(screen.contains("▾ relu, optimizer SGD ·"), "{screen}");
    shown.press("↑");
    assert!(drawn(&shown.model).contains("▾ lr 0.005 ·"));
}

#[test]
fn the_crosshair_shows_the_numbers_of_an_epoch() {
    let mut shown = shown().train(10);
    maximise(&mut shown);
    shown.press("←←←");
    let record = shown.model.run.history.epochs()[7];
    assert_eq!(shown.model.navigation.plot.crosshair, Some(8.0));
    let screen = drawn(&shown.model);
    let note = screen.lines().find(|line| line.contains("epoch 8 ·"));
    let note = note.unwrap_or_else(|| panic!("no note in\n{screen}"));
    assert!(note.contains(&format!("step {}", record.step)), "{note}");
    assert!(note.contains("train 0.") && note.contains("val 0.") && note.contains("lr 0.01"));
    // The first escape leaves the chart, and the crosshair with it.
    shown.press("\x1b");
    assert_eq!(shown.model.navigation.plot.crosshair, None);
}

#[test]
fn keys_zoom_and_pan_and_0_shows_everything() {
    let mut shown = shown().train(10);
    let asked = shown.model.run.asked_learning_rate;
    maximise(&mut shown);
    shown.press("++");
    let (from, to) = shown.model.navigation.plot.zoom.expect("a zoom");
    assert!((to - from - 6.4).abs() < 1e-9, "{from} {to}");
    assert_eq!(shown.model.run.asked_learning_rate, asked);
    assert_eq!(shown.model.run.learning_rate, 0.01);
    press_shift(&mut shown, KeyCode::Left);
    let (left, _) = shown.model.navigation.plot.zoom.expect("a zoom");
    assert!(left < from);
    assert!(drawn(&shown.model).contains("Loss · zoom"));
    shown.press("x");
    assert!(drawn(&shown.model).contains("steps"));
    shown.press("0");
    assert_eq!(shown.model.navigation.plot.zoom, None);
    assert!(drawn(&shown.model).contains("step 120"));
    // As part of a count it does something else.
    shown.press("+10");
    assert!(shown.model.navigation.plot.zoom.is_some());
    assert_eq!(shown.model.prompt.count, Some(10));
}

#[test]
fn the_mouse_points_zooms_and_drags() {
    let mut shown = shown().train(10);
    let (x, y) = (100, 8);
    let msg = point(&shown.model, area(), x, y, Pointer::Hover).expect("a message");
    shown.update(msg);
    let pointed = shown.model.navigation.plot.crosshair.expect("a crosshair");
    assert!((0.0..=10.0).contains(&pointed));
    assert!(drawn(&shown.model).contains(&format!("epoch {pointed:.0} ·")));
    // The wheel keeps what is under the pointer.
    let wheel = point(&shown.model, area(), x, y, Pointer::Wheel(-3)).expect("a message");
    shown.update(wheel);
    let Some(Msg::Plot(PlotGesture::Hover(Some(still)))) =
        point(&shown.model, area(), x, y, Pointer::Hover)
    else {
        panic!("the pointer is over the plot");
    };
    assert!((still - pointed).abs() < 0.2, "{still} {pointed}");
    // So does dragging.
    let grab = click(&shown.model, area(), x, y).expect("a message");
    shown.update(grab);
    assert_eq!(shown.model.navigation.focus, PanelId::Chart);
    let before = shown.model.navigation.plot.zoom.expect("a zoom");
    let drag = point(&shown.model, area(), x - 4, y, Pointer::Drag).expect("a message");
    shown.update(drag);
    assert!(shown.model.navigation.plot.zoom.expect("a zoom").0 > before.0);
    // Elsewhere there is no crosshair.
    let away = point(&shown.model, area(), 3, 3, Pointer::Hover).expect("a message");
    shown.update(away);
    assert_eq!(shown.model.navigation.plot.crosshair, None);
    assert!(point(&shown.model, area(), 3, 3, Pointer::Hover).is_none());
}

#[test]
fn earlier_runs_stay_as_ghosts() {
    let mut shown = shown().train(12);
    shown.press("R");
    shown.order(
        nn_tui::train::Command::Evaluate(nn_tui::train::Weights::Last),
        |event| matches!(event, Event::Evaluated { .. }),
    );
    assert_eq!(shown.model.run.plan.seed, 2);
    let mut shown = shown.train(6);
    maximise(&mut shown);
    let screen = drawn(&shown.model);
    assert!(screen.contains("╌ seed 1"), "{screen}");
    insta::assert_snapshot!("chart-ghost-120x36", screen);
    // Other layers, and the command.
    shown.press(":hidden 4\nSS:ghost\nSS");
    let labels = |shown: &Shown| drawn(&shown.model).matches('╌').count();
    assert_eq!(shown.model.run.ghosts.len(), 3);
    assert!(labels(&shown) >= 2);
    for _ in 0..3 {
        shown.press("S:ghost\n");
    }
    assert_eq!(shown.model.run.ghosts.len(), 4);
    shown.press(":ghost clear\n");
    assert_eq!(shown.model.run.ghosts.len(), 0);
    shown.press(":ghost nonsense\n");
    assert!(drawn(&shown.model).contains("ghost takes no argument or clear"));
}

#[test]
fn charts_without_colours_and_in_ascii() {
    let mut shown = shown().train(40);
    maximise(&mut shown);
    let plain = drawn_with(&shown.model, Theme::new(Depth::None));
    insta::assert_snapshot!("chart-no-colour-120x36", plain);
    let ascii = drawn_with(&shown.model, Theme::new(Depth::Ansi).ascii());
    assert!(ascii.is_ascii(), "{ascii}");
    assert_eq!(ascii.matches('?').count(), 1, "only the key");
    insta::assert_snapshot!("chart-ascii-120x36", ascii);
}

#[test]
fn axes_are_set_by_name() {
    let mut shown = shown().train(3);
    shown.press(":axis log\n:axis seconds\n");
    let screen = drawn(&shown.model);
    assert!(screen.contains("Loss · log"), "{screen}");
    shown.press(":axis sideways\n");
    assert!(
        drawn(&shown.model).contains("axis takes one of auto, linear, log, epochs, steps, seconds")
    );
}

#[test]
fn a_ghost_is_named_by_the_settings_that_drew_it() {
    let mut shown = shown().train(6);
    let first = shown.model.run.plan.rule.learning_rate;
    for rate in ["0.3", "0.2", "0.2", "0.2"] {
        shown.press(&format!(":lr {rate}\n:seed 1\n"));
        shown = shown.train(6);
    }
    maximise(&mut shown);
    let screen = drawn(&shown.model);
    for label in [format!(" lr {first} "), " lr 0.3 ".into()] {
        assert!(screen.contains(&label), "{label}\n{screen}");
    }
    // Runs with the present settings.
    for label in ["until epoch 6 ", "until epoch 6 #2"] {
        assert!(screen.contains(label), "{label}\n{screen}");
    }
    assert!(!screen.contains("╌ lr 0.2"), "{screen}");
}

#[test]
fn names_and_values_of_the_curves_are_in_the_title() {
    let mut shown = Shown::new(dataset("iris"), plan(&[8]), (80, 24)).train(10);
    for (key, value) in [("", loss(shown.model.run.losses().1)), ("a", "%".into())] {
        shown.press(key);
        let screen = drawn(&shown.model);
        let (_, title) = screen.split_once("╍val ").expect("in the title");
        let title = title.lines().next().expect("its line");
        assert!(title.contains(value.trim()), "{screen}");
        assert!(!screen.contains("━ train"), "{screen}");
    }
    shown.update(Msg::Resize(120, 36));
    let screen = drawn(&shown.model);
    let (title, plot) = screen
        .split_once("━━ train")
        .expect("the names are in the title");
    assert!(
        !title.contains("━ train") && !plot.contains("━ train"),
        "{screen}"
    );
}

#[test]
fn the_legend_goes_before_the_kind_of_axis() {
    for (size, names_axis) in [((80, 24), false), ((200, 60), true)] {
        let mut shown = Shown::new(dataset("iris"), plan(&[8]), size).train(20);
        shown.type_command("axis log");
        let screen = drawn(&shown.model);
        let title = screen.lines().find(|line| line.contains("─ Loss"));
        let title = title.unwrap_or_else(|| panic!("{screen}"));
        assert!(title.contains('━') && title.contains('╍'), "{screen}");
        assert_eq!(title.contains("· log"), names_axis, "{screen}");
        assert!(
            title.contains("╍val ") || title.contains("━━ train"),
            "{screen}"
        );
    }
}

/// Without a crosshair, up goes to the last change, and not to the end of the curves.
#[test]
fn the_first_step_of_the_crosshair_to_a_change_is_to_the_last_one() {
    let mut shown = shown().train(4);
    let change = Change::LearningRate {
        learning_rate: crate::support::rate(0.005),
    };
    shown.order(nn_tui::train::Command::Apply(change), is_changed);
    let mut shown = shown.train(4);
    maximise(&mut shown);
    shown.press("↑");
    assert_eq!(shown.model.navigation.plot.crosshair, Some(4.0));
}

/// There are no parts of a step.
#[test]
fn ticks_of_steps_are_whole() {
    let mut shown = shown();
    shown.press("s");
    maximise(&mut shown);
    shown.type_command("axis steps");
    let screen = drawn(&shown.model);
    let axis = screen.lines().find(|line| line.contains("step 1"));
    assert!(axis.is_some_and(|axis| !axis.contains("0.")), "{screen}");
}
