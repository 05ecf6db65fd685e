//! The screens in Chinese, whose characters are two cells wide.

use nn_tui::data::DataSummary;
use nn_tui::train::{Command, Event, StepSize};
use nn_tui::tui::app::{Confirm, Model, Msg, Overlay, View};
use nn_tui::tui::render;
use nn_tui::tui::theme::{Depth, Symbols, Theme};
use nn_tui::util::lang::{Lang, set_current};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::support::screen::Shown;
use crate::support::{dataset, images, plan, regression_plan, textbook_plan};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

/// Returns the screen as text. Checks that nothing was drawn over the second cell of a wide character.
fn drawn_with(shown: &Shown, theme: Theme) -> String {
    let (width, height) = shown.model.navigation.size;
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(area, &mut buf, &shown.model, theme);
    let mut text = String::new();
    for (y, row) in buf.content.chunks(width.into()).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let symbol = row[x].symbol();
            text.push_str(symbol);
            let cells = symbol.width().max(1);
            for hidden in &row[(x + 1).min(row.len())..(x + cells).min(row.len())] {
                assert_eq!(hidden.symbol(), " ", "beside {symbol} at {x}, {y}:\n{text}");
            }
            assert!(x + cells <= row.len(), "{symbol} is cut in row {y}");
            x += cells;
        }
        text.push('\n');
    }
    text
}

/// Compares the screen with the snapshot called `name`, at `size`.
fn check(name: &str, shown: &Shown) {
    let (width, height) = shown.model.navigation.size;
    let drawn = drawn_with(shown, Theme::new(Depth::True));
    insta::assert_snapshot!(format!("{name}-{width}x{height}"), drawn);
}

/// A training on iris after some epochs.
fn iris(size: (u16, u16)) -> Shown {
    set_current(Lang::Zh);
    let mut shown = Shown::new(dataset("iris"), plan(&[8]), size).train(12);
    let card = DataSummary::new(&dataset("iris"), &shown.model.run.data);
    shown.update(Msg::Described(0, Box::new(card)));
    shown
}

/// Turns to `view` by the tab key.
fn turn(shown: &mut Shown, view: View) {
    while shown.model.navigation.view != view {
        shown.press("\t");
    }
}

#[test]
fn every_view() {
    for size in SIZES {
        let mut shown = iris(size);
        for view in View::ALL {
            // Those need images, or a race.
            if [View::Errors, View::Race].contains(&view) {
                continue;
            }
            turn(&mut shown, view);
            check(&format!("view-{}", view.name()), &shown);
        }
        let mut shown = Shown::new(images(), plan(&[8]), size).train(3);
        turn(&mut shown, View::Errors);
        check("view-errors", &shown);
    }
}

#[test]
fn numbers_and_two_classes() {
    set_current(Lang::Zh);
    for size in SIZES {
        let mut shown = Shown::new(dataset("sine"), regression_plan(&[8]), size).train(12);
        check("sine", &shown);
        turn(&mut shown, View::Scores);
        check("sine-scores", &shown);
        let mut shown = Shown::new(dataset("breast-cancer"), plan(&[8]), size).train(12);
        turn(&mut shown, View::Scores);
        check("two-classes-scores", &shown);
    }
}

#[test]
fn the_inspector() {
    for size in SIZES {
        let mut shown = iris(size);
        shown.press("i");
        check("inspector-neuron", &shown);
        shown.press("\n↓");
        check("inspector-weight", &shown);
        shown.press("\x1bo");
        check("inspector-outputs", &shown);
        shown.press("b");
        check("inspector-batch", &shown);
    }
}

#[test]
fn a_mini_batch_phase_by_phase() {
    for size in SIZES {
        let mut shown = iris(size);
        for name in ["forward-1", "forward-2", "loss", "backward-2"] {
            let step = Command::Step {
                size: StepSize::Phase,
                count: 1,
            };
            shown.order(step, |event| matches!(event, Event::StepPosition(_)));
            shown.look();
            check(&format!("phase-{name}"), &shown);
        }
    }
}

#[test]
fn popups_and_notices() {
    for size in SIZES {
        let mut shown = iris(size);
        for (name, keys) in [
            ("help", "?"),
            ("commands", "?\t"),
            ("search", "?/学习率"),
            ("menu", "c"),
            ("command-line", ":"),
            ("completion", ":lr "),
            ("save", "w"),
            ("sliders", "iI"),
            ("rows", "iB"),
        ] {
            shown.press("\x1b\x1b");
            shown.press(keys);
            check(name, &shown);
        }
        let mut shown = iris(size);
        shown.model.prompt.overlay = Some(Overlay::Confirm(Confirm::Quit));
        check("quit", &shown);
        shown.press("\x1b");
        shown.press(":lr x\n");
        check("error", &shown);
        shown.press("\x1b0");
        shown.press("12");
        check("count", &shown);
    }
}

#[test]
fn a_lesson_and_a_quiz() {
    set_current(Lang::Zh);
    for size in SIZES {
        let mut shown = Shown::lesson("neuron", &[], size);
        check("lesson", &shown);
        shown.press("\n");
        check("lesson-question", &shown);
        let mut shown = Shown::new(dataset("xor"), textbook_plan(&[2]), size);
        shown.press(":batch 2\n");
        let is_changed = |model: &Model| {
            let in_force = model.run.in_force.as_ref();
            in_force.is_some_and(|now| now.plan.batch.get() == 2)
        };
        assert!(shown.wait_until(is_changed));
        shown.press(":quiz\n");
        check("quiz", &shown);
    }
}

#[test]
fn before_the_first_step_and_with_few_symbols() {
    set_current(Lang::Zh);
    let shown = Shown::new(dataset("iris"), plan(&[8]), (80, 24));
    check("start", &shown);
    for symbols in [Symbols::Ascii, Symbols::Blocks] {
        let theme = Theme::new(Depth::True).with_symbols(symbols);
        let name = format!("symbols-{symbols:?}-80x24").to_lowercase();
        insta::assert_snapshot!(name, drawn_with(&iris((80, 24)), theme));
    }
}

/// An input method shows what it composes at the terminal's cursor.
#[test]
fn the_cursor_is_where_text_is_inserted() {
    set_current(Lang::Zh);
    let cursor = |shown: &Shown| {
        let area = Rect::new(0, 0, 80, 24);
        let drawn = render(
            area,
            &mut Buffer::empty(area),
            &shown.model,
            Theme::new(Depth::None),
        );
        drawn.cursor
    };
    let mut shown = Shown::new(dataset("xor"), textbook_plan(&[2]), (80, 24));
    shown.press(":宽a");
    assert_eq!(cursor(&shown), Some(Position::new(4, 23)));
    shown.press("\x1b:batch 2\n");
    shown.press(":quiz\n");
    shown.press("-0.5");
    let at = cursor(&shown).expect("a cursor");
    let screen = drawn_with(&shown, Theme::new(Depth::None));
    let row = screen.lines().nth(at.y.into()).expect("a row");
    assert!(
        row.starts_with("│z1[1] = -0.5 ") && at.x == 13,
        "{at}\n{screen}"
    );
}

/// No size cuts a wide character in two or draws over one.
#[test]
fn every_size() {
    let mut shown = iris((80, 24));
    for keys in [
        "",
        "\t",
        "\t",
        "\t",
        "\t",
        "\t",
        "\t",
        "\t",
        "\t",
        "i",
        "?",
        "\x1b\x1bc",
        "\x1b:",
    ] {
        shown.press(keys);
        for width in (40..=130).step_by(3) {
            for height in [12, 17, 24, 36] {
                shown.model.navigation.size = (width, height);
                drawn_with(&shown, Theme::new(Depth::True));
            }
        }
    }
}
