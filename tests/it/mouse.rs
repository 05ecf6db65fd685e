//! Clicks, the wheel, and the way back from wherever one went.

use nn_tui::train::{Cursor, SampleId};
use nn_tui::tui::app::{ClickTarget, Model, Msg, Overlay, View};
use nn_tui::tui::panels::{PanelId, Pointer};
use nn_tui::tui::{click, point};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use crate::support::screen::{Shown, rendered};
use crate::support::{dataset, plan};

fn shown(size: (u16, u16)) -> Shown {
    Shown::new(dataset("iris"), plan(&[8]), size).train(2)
}

fn area(model: &Model) -> Rect {
    let (width, height) = model.navigation.size;
    Rect::new(0, 0, width, height)
}

/// Draws a frame, which clicks refer to. Returns its lines.
fn draw(shown: &mut Shown) -> Vec<String> {
    let (lines, drawn) = rendered(&shown.model);
    shown.update(drawn);
    lines
}

/// Clicks the last place on the screen where `text` is.
fn click_on(shown: &mut Shown, text: &str) {
    let lines = draw(shown);
    let places = lines.iter().enumerate();
    let mut places = places.filter_map(|(y, line)| Some((line.split_once(text)?.0, y)));
    let (before, y) = places
        .next_back()
        .unwrap_or_else(|| panic!("{text} in {lines:#?}"));
    let x = before.chars().count();
    let msg = click(&shown.model, area(&shown.model), x as u16, y as u16);
    shown.update(msg.expect("a message"));
    shown.look();
}

#[test]
fn the_names_of_the_views_can_be_clicked() {
    for size in [(64, 18), (80, 24), (120, 36), (200, 60)] {
        let mut shown = shown(size);
        for view in shown.model.navigation.views().into_iter().rev() {
            let lines = draw(&mut shown);
            let x = lines[1].split_once(&view.name()[..3]).expect("its name").0;
            let x = x.chars().count() as u16;
            let msg = click(&shown.model, area(&shown.model), x, 1);
            shown.update(msg.expect("a message"));
            assert_eq!(shown.model.navigation.view, view, "{size:?}");
        }
    }
    let mut small = shown((40, 12));
    click_on(&mut small, "▸");
    assert_eq!(small.model.navigation.view, View::Network);
}

#[test]
fn the_keys_of_the_footer_can_be_clicked() {
    let mut shown = shown((120, 36));
    draw(&mut shown);
    let footer = area(&shown.model).bottom() - 1;
    let space = click(&shown.model, area(&shown.model), 12, footer);
    let is_space = |code: &KeyCode| *code == KeyCode::Char(' ');
    assert!(matches!(space, Some(Msg::Pick(ClickTarget::Key(code, _))) if is_space(&code)));
    let lr = shown.model.run.learning_rate;
    click_on(&mut shown, "− ");
    let run = &shown.model.run;
    let asked = run.asked_learning_rate;
    assert!(asked.unwrap_or(run.plan.rule.learning_rate).get() < lr);
    click_on(&mut shown, "inspect");
    assert!(shown.model.inspector.open.is_some());
    click_on(&mut shown, " help");
    assert!(matches!(
        shown.model.prompt.overlay,
        Some(Overlay::Help(..))
    ));
    draw(&mut shown);
    assert!(!matches!(
        click(&shown.model, area(&shown.model), 3, footer),
        Some(Msg::Pick(ClickTarget::Key(..)))
    ));
}

#[test]
fn neurons_frames_and_list_entries_can_be_clicked() {
    let mut listed = shown((120, 36));
    click_on(&mut listed, "versicolor → virginica");
    let cell = listed.model.navigation.cell(&listed.model.run);
    assert_eq!(cell, Some((1, 2)));

    let mut shown = shown((120, 36));
    click_on(&mut shown, "Confusion");
    assert!(shown.model.navigation.enlarged);
    assert_eq!(shown.model.navigation.focus, PanelId::Confusion);
    click_on(&mut shown, "Confusion");
    assert!(!shown.model.navigation.enlarged);
    let area = area(&shown.model);
    let cells = area.positions();
    let msg = cells.filter_map(|at| click(&shown.model, area, at.x, at.y));
    let mut neurons = msg.filter(|msg| matches!(msg, Msg::Point(_)));
    let first = neurons.next().expect("a neuron");
    drop(neurons);
    shown.update(first);
    assert!(matches!(
        shown.model.inspector.open.map(|open| open.inspect.cursor),
        Some(Cursor::Neuron { .. })
    ));
    shown.press("\x1b");
    assert_eq!(shown.model.navigation.view, View::Overview);
}

#[test]
fn popups_are_operated_by_the_mouse() {
    let mut shown = shown((120, 36));
    shown.press("c");
    click_on(&mut shown, "optimizer");
    let chosen = |shown: &Shown| match shown.model.prompt.overlay {
        Some(Overlay::Menu(menu)) => Some(menu.line),
        _ => None,
    };
    let line = chosen(&shown).expect("the menu");
    let area = area(&shown.model);
    let wheel = point(&shown.model, area, 110, 5, Pointer::Wheel(3));
    shown.update(wheel.expect("a message"));
    assert_eq!(chosen(&shown), Some(line + 1));
    click_on(&mut shown, "esc: close");
    assert!(shown.model.prompt.overlay.is_none());

    shown.press("iI");
    let before = shown.model.input(1).expect("an input");
    let lines = draw(&mut shown);
    let (y, line) = lines
        .iter()
        .enumerate()
        .rfind(|(_, line)| line.contains("sepal width"))
        .expect("its slider");
    let bar: Vec<usize> = line
        .char_indices()
        .filter(|(_, c)| *c == '─')
        .map(|(x, _)| line[..x].chars().count())
        .collect();
    let mut moved = Vec::new();
    for x in [bar[0], bar[bar.len() - 1]] {
        let msg = point(&shown.model, area, x as u16, y as u16, Pointer::Drag);
        shown.update(msg.expect("a message"));
        moved.push(shown.model.input(1).expect("an input").0);
    }
    assert!(moved[0] < before.0 && before.0 < moved[1], "{moved:?}");
    shown.press("\x1b\x1b:");
    click_on(&mut shown, "activation NAME");
    let Some(Overlay::Command(line)) = &shown.model.prompt.overlay else {
        panic!("the command line");
    };
    assert_eq!(line.prompt.text(), "activation ");
}

#[test]
fn the_wheel_scrolls_what_is_under_the_pointer() {
    let mut shown = shown((80, 24));
    shown.press("?");
    draw(&mut shown);
    let all = area(&shown.model);
    let wheel = point(&shown.model, all, 40, 12, Pointer::Wheel(3));
    assert!(matches!(wheel, Some(Msg::Wheel(None, 3))), "{wheel:?}");
    shown.press("\x1b");
    draw(&mut shown);
    let wheel = point(&shown.model, all, 40, 18, Pointer::Wheel(3));
    assert!(matches!(wheel, Some(Msg::Wheel(Some(PanelId::Weights), 3))));
}

/// View, focus, whether the panel fills the screen, and whether the inspector is open.
fn place(shown: &Shown) -> (View, PanelId, bool, bool, SampleId) {
    let navigation = &shown.model.navigation;
    let is_open = shown.model.inspector.open.is_some();
    (
        navigation.view,
        navigation.focus,
        navigation.enlarged,
        is_open,
        navigation.sample,
    )
}

#[test]
fn every_way_leads_back_to_where_it_began() {
    for size in [(60, 20), (80, 24), (200, 60)] {
        for view in ["", "\t", "\t\t", "\t\t\t", "\t\t\t\t"] {
            for focus in ["", "→", "↓"] {
                let mut shown = shown(size);
                shown.press(view);
                shown.press(focus);
                let mut places = vec![place(&shown)];
                // Each step leads away from where the one before led.
                for step in ["\n", "B", "i", "B"] {
                    let before = place(&shown);
                    if step == "B" && before.1 == PanelId::Rows && before.2 {
                        // It leads back from there.
                        continue;
                    }
                    shown.press(step);
                    if place(&shown) != before {
                        places.push(before);
                    }
                }
                while let Some(before) = places.pop().filter(|_| !places.is_empty()) {
                    shown.press("\x1b");
                    assert_eq!(place(&shown), before, "{view:?} {focus:?} at {size:?}");
                }
            }
        }
    }
}
