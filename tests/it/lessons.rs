//! Lessons, driven to their end with a real training.

use nn_tui::lesson::{Kind, Lesson, names};
use nn_tui::tui::app::{ClickTarget, Model, Msg, Phase};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::util::lang::{self, Lang};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use crate::support::screen::{Shown, drawn_with};

/// Drives the lesson called `name` to its last step by the enter key and right answers. Checks that every number is
/// known and every claim true, and returns the screen of each step.
fn drive(name: &str, options: &[&str], size: (u16, u16)) -> Vec<String> {
    let mut shown = Shown::lesson(name, options, size);
    let mut screens = Vec::new();
    loop {
        shown.look();
        let course = shown.model.course.clone().expect("a lesson");
        let place = format!("{name}, step {}", course.step + 1);
        match &course.current().kind {
            Kind::Text => {}
            Kind::Question { answer, .. } => {
                let digit = char::from_digit(*answer as u32 + 1, 10).expect("few answers");
                shown.press(&digit.to_string());
            }
            Kind::Task { .. } if !course.is_done => {
                shown.press("\n");
                let is_done =
                    |model: &Model| model.course.as_ref().is_some_and(|course| course.is_done);
                assert!(
                    shown.wait_until(is_done),
                    "{place} is not done: {:?}",
                    shown.model.prompt.notice
                );
            }
            Kind::Task { .. } => {}
            Kind::Quiz => {
                let asks = |model: &Model| model.is_quizzed();
                assert!(shown.wait_until(asks), "{place} has no numbers");
                while shown.model.is_quizzed() {
                    shown.press("\n");
                }
            }
        }
        shown.look();
        let notice = &shown.model.prompt.notice;
        assert!(
            !notice.as_ref().is_some_and(|notice| notice.is_error),
            "{place}: {notice:?}"
        );
        let course = shown.model.course.as_ref().expect("a lesson");
        let number = |quantity: &_| shown.model.number_in_lesson(quantity);
        for claim in &course.current().claims {
            assert!(claim.is_true(&number), "{place} {options:?}: {claim:?}");
        }
        for language in Lang::ALL {
            let text = course.current().text.filled(language, &number);
            let known = course.current().text.filled(language, &|_| 1.0);
            let marks = |text: &str| text.matches('?').count();
            assert_eq!(marks(&text), marks(&known), "{place}: {text}");
        }
        screens.push(drawn_with(&shown.model, Theme::new(Depth::None)));
        if course.is_at_end() {
            return screens;
        }
        let before = course.step;
        while shown.model.prompt.overlay.is_some() {
            shown.press("\x1b");
        }
        shown.press("\n");
        let after = shown.model.course.as_ref().expect("a lesson").step;
        assert_eq!(after, before + 1, "{place}");
    }
}

/// Checks the claims of every lesson with this seed, in English and in Chinese.
fn check_claims(seed: &str) {
    for name in names() {
        for language in Lang::ALL {
            lang::set_current(language);
            drive(name, &["--seed", seed], (120, 36));
        }
    }
}

#[test]
fn every_lesson_reaches_its_end_and_keeps_its_claims() {
    for (i, name) in names().enumerate() {
        lang::set_current(Lang::ALL[i % 2]);
        drive(name, &[], [(80, 24), (120, 36)][i / 2 % 2]);
    }
}

#[test]
#[ignore = "takes a minute: claims over five seeds"]
fn claims_hold_for_five_seeds() {
    for seed in ["0", "1", "2", "3", "4"] {
        check_claims(seed);
    }
}

#[test]
fn mistakes_in_a_lesson_file_are_named_and_cannot_act_on_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("l\u{1b}[31m.toml");
    let head = "table = \"iris\"\noptions = \"\"\ntitle = { en = \"T\", zh = \"题\" }\n\
                formula = { en = \"f\", zh = \"f\" }\n[[steps]]\nen = \"a\"\nzh = \"甲\"\n";
    let problem = |steps: &str| {
        std::fs::write(&path, format!("{head}[[steps]]\n{steps}")).expect("written");
        let opened = Lesson::open(path.to_str().expect("UTF-8"));
        opened.expect_err(steps).to_string()
    };
    for (steps, part) in [
        ("en = \"b\"", "missing field `zh`"),
        (
            "en = \"{epoch}\"\nzh = \"\"",
            "step 2: the languages show different numbers",
        ),
        (
            "en = \"\"\nzh = \"\"\nuntil = \"epochs > 3\"",
            "step 2: there is no number called \"epochs\"; did you mean \"epoch\"?",
        ),
        (
            "en = \"\"\nzh = \"\"\nuntil = \"epoch >\"",
            "step 2: \"epoch >\": expected a number",
        ),
        (
            "en = \"\"\nzh = \"\"\nanswer = 3",
            "step 2: a step has choices",
        ),
        ("en = \"\u{9b}31m\u{202e}\"\nzh =", "line 10"),
    ] {
        let problem = problem(steps);
        assert!(problem.contains(part), "{problem}");
        assert!(
            !problem.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
            "{problem:?}"
        );
    }
    let problem = Lesson::open("xr").expect_err("unknown").to_string();
    assert!(problem.contains("did you mean \"xor\"?"), "{problem}");
    assert!(Lesson::open("no such").is_err());
}

#[test]
fn a_restart_brings_the_limit_of_the_lesson_back() {
    let mut shown = Shown::lesson("xor", &[], (120, 36));
    let limit = shown.model.run.limits.epochs;
    assert!(limit.is_some());
    // Through the first steps to the end of the first run, and on by hand.
    shown.press("\n");
    shown.press("3\n");
    shown.press("\n");
    let is_finished = |model: &Model| matches!(model.run.phase, Phase::Finished(_));
    assert!(shown.wait_until(is_finished));
    shown.press(" ");
    assert!(shown.wait_until(|model| model.run.limits.epochs.is_none()));
    shown.press(":restart\n");
    assert_eq!(shown.model.run.limits.epochs, limit);
    assert!(shown.wait_until(is_finished), "it ends again");
    shown.press(":restart\n");
    assert!(shown.wait_until(is_finished), "and again");
    assert_eq!(shown.model.run.limits.epochs, limit);
}

#[test]
fn a_question_waits_for_a_choice_and_a_quiz_can_be_left() {
    let mut shown = Shown::lesson("linear", &[], (120, 36));
    shown.press("\n");
    shown.press("\n");
    let answered = |shown: &Shown| shown.model.course.as_ref().expect("a lesson").answered;
    assert_eq!(answered(&shown), None, "nothing is chosen yet");
    shown.press("7");
    assert_eq!((answered(&shown), shown.model.prompt.count), (None, None));
    shown.press("↓↓\n");
    assert_eq!(answered(&shown), Some(1));
    shown.press(":lesson back\n\n");
    let second = ClickTarget::Key(KeyCode::Char('2'), KeyModifiers::NONE);
    shown.update(Msg::Pick(second));
    assert_eq!(answered(&shown), Some(1), "choices can be clicked");
    shown.press(":quiz\n");
    assert!(shown.wait_until(Model::is_quizzed));
    shown.press("1\x1b");
    assert!(
        shown.model.is_quizzed(),
        "escape clears what was typed first"
    );
    shown.press("\x1b");
    assert!(!shown.model.is_quizzed());
    shown.press(":lesson back\n");
    assert_eq!(shown.model.course.as_ref().expect("a lesson").step, 0);
    shown.press(":lesson end\n");
    assert!(shown.model.course.is_none());
}

#[test]
fn a_lesson_is_drawn_at_any_size() {
    for language in Lang::ALL {
        lang::set_current(language);
        let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
        for step in 0..6 {
            for width in [1, 8, 39, 40, 50, 64, 80, 109, 110, 200] {
                for height in [1, 5, 12, 15, 16, 18, 24, 60] {
                    shown.update(Msg::Resize(width, height));
                    drawn_with(&shown.model, Theme::new(Depth::None));
                }
            }
            shown.update(Msg::Resize(120, 36));
            let course = shown.model.course.as_ref().expect("a lesson");
            assert_eq!(course.step, step);
            shown.press(if step == 3 { "2\n" } else { "\n" });
            let goes_on = |model: &Model| {
                let course = model.course.as_ref().expect("a lesson");
                course.step > step || course.is_done || model.is_quizzed()
            };
            assert!(shown.wait_until(goes_on), "step {step}");
            while shown.model.course.as_ref().expect("a lesson").step == step {
                shown.press("\n");
            }
        }
    }
}
