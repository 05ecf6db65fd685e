//! Help, its search, keys that do nothing now, and keys that move through lists.

use nn_tui::tui::app::{Effect, HelpPage, Model, Msg, Overlay, View};
use nn_tui::tui::panels::PanelId;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::support::screen::{keys, rendered};
use crate::support::{plan, trained_model};

/// Presses `key`. Returns the effects.
fn press(model: &mut Model, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
    model.update(Msg::Key(KeyEvent::new(code, modifiers)))
}

/// Types `text`, where `\n` is enter, `\t` tab and `\x1b` escape.
fn write(model: &mut Model, text: &str) {
    for code in keys(text) {
        press(model, code, KeyModifiers::NONE);
    }
}

/// Draws a frame. Returns its text.
fn drawn(model: &mut Model) -> String {
    let (lines, drawn) = rendered(model);
    model.update(drawn);
    lines.join(
        "
",
    )
}

fn iris(size: (u16, u16)) -> Model {
    trained_model("iris", plan(&[8]), 3, size)
}

fn notice(model: &Model) -> &str {
    let notice = model.prompt.notice.as_ref();
    notice.map_or("", |notice| &notice.text)
}

#[test]
fn the_keys_of_the_context_come_first() {
    for (keys, title) in [
        ("", "Training"),
        ("i", "Inspector"),
        ("\t\t\n", "Chart, maximised"),
        ("B", "Rows and confusion matrix, maximised"),
        (":view health\n", "Health"),
        (":view scores\n", "Scores of two classes"),
        (":view regions\n", "Regions and hidden space"),
        ("o", "Regions and hidden space"),
    ] {
        let mut model = iris((80, 24));
        write(&mut model, keys);
        write(&mut model, "?");
        let screen = drawn(&mut model);
        let lines: Vec<&str> = screen.lines().collect();
        let top = lines
            .iter()
            .position(|line| line.contains("Keys ("))
            .expect("the help");
        assert!(lines[top + 1].contains(title), "{keys:?}: {screen}");
    }
}

#[test]
fn the_help_is_searched() {
    let mut model = iris((80, 24));
    write(&mut model, "?/Smooth");
    let screen = drawn(&mut model);
    assert!(screen.contains("smooth the curves"), "{screen}");
    assert!(
        screen.contains(":label-smoothing"),
        "commands too: {screen}"
    );
    assert!(!screen.contains("pause / resume"), "{screen}");
    write(&mut model, "xyzzy");
    assert!(drawn(&mut model).contains("nothing found"));
    // Escape leads to the whole list, and then out.
    write(&mut model, "\x1b");
    assert!(drawn(&mut model).contains("pause / resume"));
    write(&mut model, "\x1b");
    assert!(model.prompt.overlay.is_none());
    // Letters that are keys of the help are text while one types.
    write(&mut model, "?/q:\n");
    let Some(Overlay::Help(help)) = &model.prompt.overlay else {
        panic!("the help is open");
    };
    assert!(!help.is_typing && help.page == HelpPage::Keys);
}

#[test]
fn a_key_that_does_nothing_now_says_why() {
    for (keys, why) in [
        ("E", "open the inspector first: i"),
        ("F", "open the inspector first: i"),
        ("b", "open the inspector first: i"),
        ("t", "the training has not diverged"),
        (
            "P",
            "pictures are for weights of images, and for neurons with one or two inputs",
        ),
        ("{", "open the hidden space first: :view hidden"),
        ("0", "all times are shown"),
        ("Q", "this key has no function · ?: help"),
        ("\x1b", "nothing to go back to"),
    ] {
        let mut model = iris((80, 24));
        write(&mut model, keys);
        assert_eq!(notice(&model), why, "{keys:?}");
    }
    let mut model = iris((80, 24));
    model.run.phase = nn_tui::tui::app::Phase::Training;
    write(&mut model, "e");
    assert_eq!(notice(&model), "pause first: space");
}

#[test]
fn pages_of_lists_and_panels() {
    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    let mut model = iris((80, 24));
    write(&mut model, "vB");
    drawn(&mut model);
    let rows = model.run.data.training.rows();
    let place = |model: &Model| model.navigation.sample.index;
    press(&mut model, KeyCode::PageDown, NONE);
    assert_eq!(place(&model), 17);
    press(&mut model, KeyCode::Char('d'), CTRL);
    assert_eq!(place(&model), 26);
    press(&mut model, KeyCode::Char('G'), NONE);
    assert_eq!(place(&model), rows - 1);
    press(&mut model, KeyCode::PageDown, NONE);
    assert_eq!(place(&model), rows - 1, "it ends there");
    press(&mut model, KeyCode::Home, NONE);
    assert_eq!(place(&model), 0);
    write(&mut model, "\x1b");

    // A panel that can be scrolled.
    let mut model = trained_model("iris", plan(&[4, 4, 4, 4]), 3, (80, 14));
    model.navigation.view = View::Weights;
    model.navigation.focus = PanelId::Weights;
    drawn(&mut model);
    press(&mut model, KeyCode::End, NONE);
    let end = model.navigation.scroll(PanelId::Weights);
    assert!(end > 0);
    press(&mut model, KeyCode::Char('u'), CTRL);
    assert!(model.navigation.scroll(PanelId::Weights) < end);
    assert_eq!(place(&model), 0);

    write(&mut model, "?");
    drawn(&mut model);
    press(&mut model, KeyCode::Char('G'), NONE);
    drawn(&mut model);
    let line = |model: &Model| match &model.prompt.overlay {
        Some(Overlay::Help(help)) => help.line,
        _ => panic!("the help is closed"),
    };
    let end = line(&model);
    assert!(end > 20);
    press(&mut model, KeyCode::PageUp, NONE);
    assert!(line(&model) < end);
    press(&mut model, KeyCode::Home, NONE);
    assert_eq!(line(&model), 0);
}

#[test]
fn messages_can_be_read_again() {
    let mut model = iris((80, 24));
    write(&mut model, ":messages\n");
    assert!(drawn(&mut model).contains("no messages yet"));
    write(&mut model, "\x1bzm");
    assert_eq!(notice(&model), "", "the next key hides a message");
    write(&mut model, "zzO");
    write(&mut model, ":messages\n");
    let screen = drawn(&mut model);
    assert_eq!(screen.matches("nothing to undo").count(), 1, "{screen}");
    let lines: Vec<&str> = screen.lines().collect();
    let place = |text: &str| {
        lines
            .iter()
            .position(|line| line.contains(text))
            .unwrap_or_else(|| panic!("{text}: {screen}"))
    };
    assert!(
        place("have their means") < place("nothing to undo"),
        "the newest is on top: {screen}"
    );
    // The pages of the help follow one another.
    write(&mut model, "\t");
    assert!(drawn(&mut model).contains("Keys ("));
    write(&mut model, "\t\t");
    assert!(drawn(&mut model).contains("nothing to undo"));
}
