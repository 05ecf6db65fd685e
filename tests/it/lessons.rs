//! Lessons, driven to their end with a real training.

use nn_tui::error::Error;
use nn_tui::lesson::{Kind, Lesson, names};
use nn_tui::train::Finding;
use nn_tui::tui::app::{ClickTarget, Model, Msg, Phase};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::util::lang::{self, Lang};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use crate::support::screen::{Shown, drawn_with, keys, rendered};

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
        let number = |quantity: &_| shown.model.number_in_text(quantity);
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
fn a_lesson_without_title_or_steps_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("l.toml");
    let rest = "table = \"iris\"\noptions = \"--hidden 2\"\nformula = { en = \"f\", zh = \"f\" }\n";
    let title = "title = { en = \"T :hidden 2\", zh = \"题\" }\n";
    let step = "[[steps]]\nen = \"{a}\"\nzh = \"{a}\"\n";
    for (text, part) in [
        (format!("{rest}{step}"), "a lesson has a title"),
        (format!("{rest}{title}"), "a lesson has at least one step"),
        (
            format!("{rest}{title}{}", step.replace("{a}", "{b")),
            "a \"{\" without \"}\"",
        ),
    ] {
        std::fs::write(&path, &text).expect("written");
        let problem = Lesson::open(path.to_str().expect("UTF-8")).expect_err(&text);
        assert!(matches!(problem, Error::Lesson(_)), "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
    }
    lang::set_current(Lang::Zh);
    std::fs::write(&path, b"title = \"\xb3\xc7\"").expect("written");
    let problem = Lesson::open(path.to_str().expect("UTF-8")).expect_err("not UTF-8");
    assert!(problem.to_string().contains("文件不是 UTF-8 文本"));
}

/// Every step has room for its text: nothing is cut off at the right.
#[test]
fn no_text_of_a_lesson_is_cut() {
    for language in Lang::ALL {
        lang::set_current(language);
        for name in names() {
            let mut shown = Shown::lesson(name, &[], (120, 36));
            let steps = shown
                .model
                .course
                .as_ref()
                .expect("a lesson")
                .lesson
                .steps
                .len();
            for step in 0..steps {
                shown.model.course.as_mut().expect("a lesson").step = step;
                let screen = drawn_with(&shown.model, Theme::new(Depth::None));
                // The lesson is at the right; texts have ellipses of their own, but none before the frame.
                let lines = screen.lines();
                let cut: Vec<&str> = lines.filter(|line| line.ends_with("…│\"")).collect();
                assert!(cut.is_empty(), "{name} {}: {cut:?}", step + 1);
            }
        }
    }
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

/// Presses the enter key until the lesson is at the step of this index, and its task is done.
fn go_to(shown: &mut Shown, step: usize) {
    let is_there = |model: &Model| {
        let course = model.course.as_ref().expect("a lesson");
        course.step == step
    };
    while !is_there(&shown.model) {
        let before = shown.model.course.as_ref().expect("a lesson").step;
        shown.press("\n");
        let goes_on = |model: &Model| {
            let course = model.course.as_ref().expect("a lesson");
            course.step > before || course.is_done
        };
        assert!(shown.wait_until(goes_on), "step {before}");
    }
    shown.look();
}

#[test]
fn the_numbers_of_a_text_stay_while_the_run_goes_on() {
    let mut shown = Shown::lesson("backprop-hidden", &[], (120, 36));
    go_to(&mut shown, 2);
    let text = |model: &Model, is_live: bool| {
        let course = model.course.as_ref().expect("a lesson");
        course.current().text.filled(Lang::En, &|quantity| {
            if is_live {
                model.number_in_lesson(quantity)
            } else {
                model.number_in_text(quantity)
            }
        })
    };
    let before = text(&shown.model, false);
    assert_eq!(before, text(&shown.model, true));
    assert!(!before.contains('?'), "{before}");
    // Weights that are changed at the same place are shown at once.
    shown.press(":set w2[1,1] 7\n");
    assert!(shown.wait_until(|model| text(model, false).contains("7.000")));
    let changed = text(&shown.model, false);
    shown.press(":epochs 30\n:train\n");
    assert!(shown.wait_until(|model| model.run.position.epoch == 30));
    shown.look();
    assert_eq!(text(&shown.model, false), changed);
    assert_ne!(text(&shown.model, true), changed);
}

#[test]
fn a_foreign_seed_is_announced() {
    let screen = |options: &[&str]| {
        let shown = Shown::lesson("never-predicted", options, (120, 36));
        drawn_with(&shown.model, Theme::new(Depth::None))
    };
    assert!(screen(&["--seed", "3"]).contains("This run has seed 3"));
    assert!(!screen(&[]).contains("This run has seed"));
}

#[test]
fn the_section_that_a_lesson_points_at_is_in_view() {
    for (name, step) in [
        ("backprop-hidden", 2),
        ("backprop-output", 3),
        ("saturation", 0),
    ] {
        for size in [(80, 24), (120, 36), (200, 60)] {
            for (language, title) in Lang::ALL.into_iter().zip(["Backward: ", "反向："]) {
                lang::set_current(language);
                let mut shown = Shown::lesson(name, &[], size);
                go_to(&mut shown, step);
                let screen = drawn_with(&shown.model, Theme::new(Depth::None));
                assert!(screen.contains(title), "{name} {size:?}:\n{screen}");
            }
        }
    }
}

#[test]
fn the_footer_offers_the_enter_key_to_the_lesson_only() {
    let footer = |shown: &Shown| {
        let screen = drawn_with(&shown.model, Theme::new(Depth::None));
        screen.lines().last().expect("a footer").to_owned()
    };
    let mut shown = Shown::lesson("neuron", &[], (120, 36));
    assert!(shown.model.inspector.open.is_some());
    assert!(!footer(&shown).contains("enter"), "{}", footer(&shown));
    shown.press(":lesson end\n");
    assert!(footer(&shown).contains("enter"), "{}", footer(&shown));
}

#[test]
fn a_later_step_is_reached_as_if_the_reader_had_done_what_is_before() {
    for name in ["xor", "vanishing-gradient"] {
        let mut shown = Shown::lesson(name, &[], (120, 36));
        let course = |model: &Model| model.course.clone().expect("a lesson");
        let last = course(&shown.model).lesson.steps.len();
        shown.press(&format!(":lesson {}\n", last + 1));
        let refused = shown.model.prompt.notice.is_none() && shown.model.prompt.overlay.is_some();
        assert!(refused, "{name} has {last} steps");
        shown.press("\x1b\x1b");
        assert_eq!(course(&shown.model).step, 0);
        shown.press(&format!(":lesson {last}\n"));
        let is_there =
            |model: &Model| course(model).step + 1 == last && !course(model).is_hurried();
        assert!(
            shown.wait_until(is_there),
            "{name}, step {}: {:?} {:?}",
            course(&shown.model).step + 1,
            shown.model.run.position,
            shown.model.prompt.notice
        );
        shown.look();
        let number = |quantity: &_| shown.model.number_in_lesson(quantity);
        for claim in &course(&shown.model).current().claims {
            assert!(claim.is_true(&number), "{name}: {claim:?}");
        }
        let text = course(&shown.model).current().text.clone();
        let filled = text.filled(Lang::En, &|quantity| shown.model.number_in_text(quantity));
        let known = text.filled(Lang::En, &|_| 1.0);
        let marks = |text: &str| text.matches('?').count();
        assert_eq!(marks(&filled), marks(&known), "{name}: {filled}");
        // Steps that were reached are shown at once.
        shown.press(":lesson 2\n");
        assert_eq!(course(&shown.model).step, 1);
    }
}

#[test]
fn escape_stops_on_the_way_to_a_step() {
    let mut shown = Shown::lesson("xor", &[], (120, 36));
    shown.press(":pace 10\n");
    let pace = shown.model.run.pace;
    shown.type_command("lesson 8");
    assert_ne!(shown.model.run.pace, pace, "at full speed");
    shown.press("\x1b");
    let course = shown.model.course.clone().expect("a lesson");
    assert!(!course.is_hurried() && course.step < 7, "{}", course.step);
    assert_eq!(shown.model.run.pace, pace);
}

#[test]
fn a_step_that_cannot_be_reached_offers_to_start_anew() {
    let screen = |shown: &Shown| drawn_with(&shown.model, Theme::new(Depth::None));
    let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
    shown.press(":lesson 6\n");
    let course = |model: &Model| model.course.clone().expect("a lesson");
    assert!(shown.wait_until(|model| course(model).step == 5));
    shown.press(":step 2 batch\n");
    assert!(
        shown.wait_until(|model| model.run.position.step == 2 && model.run.phase == Phase::Paused)
    );
    assert!(screen(&shown).contains("enter does it for you"));
    shown.press("\n");
    assert!(
        shown.wait_until(|model| model.run.position.step == 3 && model.run.phase == Phase::Paused)
    );
    let is_said = |model: &Model| {
        let screen = drawn_with(model, Theme::new(Depth::None));
        screen.contains("cannot come to that") && screen.contains("enter start the lesson anew")
    };
    assert!(shown.wait_until(is_said), "{}", screen(&shown));
}

#[test]
fn a_task_that_the_reader_interrupts_can_go_on() {
    let mut shown = Shown::lesson("xor", &[], (120, 36));
    shown.press("\n3\n");
    shown.press(":pace 1\n\n");
    assert!(shown.wait_until(|model| model.run.phase == Phase::Training));
    shown.press(" ");
    assert!(shown.wait_until(|model| model.run.phase == Phase::Paused));
    shown.look();
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(screen.contains("enter does it for you"), "{screen}");
    shown.press(":pace full\n\n");
    assert!(shown.wait_until(|model| model.course.as_ref().is_some_and(|course| course.is_done)));
}

/// Question and field of a quiz on a small screen, or with a long formula.
#[test]
fn the_number_that_is_asked_for_is_in_view() {
    let mut shown = Shown::lesson("mini-batch", &[], (60, 20));
    shown.press(":lesson 5\n");
    assert!(shown.wait_until(Model::is_quizzed));
    let screen = |shown: &Shown| drawn_with(&shown.model, Theme::new(Depth::None));
    for size in [(60, 20), (80, 24), (45, 14), (40, 12)] {
        shown.update(Msg::Resize(size.0, size.1));
        assert!(
            screen(&shown).contains("z1[1] ="),
            "{size:?} {}",
            screen(&shown)
        );
    }
    let mut shown = Shown::lesson(
        "initialisation",
        &["--hidden", "2", "--batch", "1"],
        (80, 24),
    );
    shown.press(":quiz\n");
    assert!(shown.wait_until(Model::is_quizzed));
    assert!(screen(&shown).contains("z1[1] ="), "{}", screen(&shown));
    assert!(screen(&shown).contains("pgup pgdn"), "{}", screen(&shown));
    let before = screen(&shown);
    let (_, drawn) = rendered(&shown.model);
    shown.update(drawn);
    shown.update(Msg::Key(KeyCode::PageDown.into()));
    assert_ne!(screen(&shown), before, "it is scrolled");
    shown.press("5");
    assert!(
        screen(&shown).contains("z1[1] = 5"),
        "typing shows the field again"
    );
}

#[test]
fn a_quiz_begins_anew_when_the_run_goes_on() {
    let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
    shown.type_command("quiz");
    shown.update(Msg::Key(KeyCode::Char('+').into()));
    assert!(shown.wait_until(Model::is_quizzed));
    shown.press("+2\n");
    assert_eq!(
        shown.model.run.learning_rate, 1.0,
        "it is no key of the training"
    );
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(!screen.contains("+ −"), "{screen}");
    assert!(drawn_with(&shown.model, Theme::new(Depth::None)).contains("number 2/56"));
    shown.press(":step 1 batch\n");
    assert!(shown.wait_until(|model| model.run.position.step == 1 && model.is_quizzed()));
    assert!(drawn_with(&shown.model, Theme::new(Depth::None)).contains("number 1/56"));
}

#[test]
fn the_enter_key_opens_a_run_in_the_list_of_a_race() {
    let mut shown = Shown::lesson("xor", &[], (120, 36));
    shown.type_command("race lr 0.1 0.3");
    let is_started = |model: &Model| {
        model
            .race
            .as_ref()
            .is_some_and(|race| (0..race.lanes.len()).all(|lane| model.lane(lane).is_some()))
    };
    assert!(shown.wait_until(is_started));
    shown.type_command("view race");
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(
        screen.contains("enter opens the chosen run here"),
        "{screen}"
    );
    let enter = || Msg::Key(KeyCode::Enter.into());
    let step = |shown: &Shown| shown.model.course.as_ref().expect("a lesson").step;
    shown.update(enter());
    assert_eq!(step(&shown), 0, "it is not the lesson's");
    shown.type_command("view regions");
    shown.update(enter());
    assert_eq!(step(&shown), 0, "it leads back to the main run first");
    shown.update(enter());
    assert_eq!(step(&shown), 1);
}

/// Tasks whose commands pass through a pause are not taken for such as cannot be done.
#[test]
fn a_pause_between_two_commands_is_no_dead_end() {
    for name in [
        "dying-relu",
        "linear",
        "saturation",
        "mini-batch",
        "backprop-output",
    ] {
        let mut shown = Shown::lesson(name, &[], (120, 36));
        let course = |model: &Model| model.course.clone().expect("a lesson");
        let last = course(&shown.model).lesson.steps.len();
        shown.type_command(&format!("lesson {last}"));
        let is_there =
            |model: &Model| course(model).step + 1 == last && !course(model).is_hurried();
        assert!(
            shown.wait_until(is_there),
            "{name}, step {}",
            course(&shown.model).step + 1
        );
    }
}

/// The enter key goes on in the lesson; W leads from a neuron to its weights, and the footer and the help say so.
#[test]
fn the_inspector_is_usable_in_a_lesson() {
    let mut shown = Shown::lesson("neuron", &[], (120, 36));
    assert!(shown.model.inspector.open.is_some(), "the lesson opens it");
    let screen = drawn_with(&shown.model, Theme::new(Depth::True));
    assert!(screen.contains(" W  weights"), "{screen}");
    shown.press("W");
    shown.look();
    let screen = drawn_with(&shown.model, Theme::new(Depth::True));
    assert!(screen.contains("─ Weight w"), "{screen}");
    shown.press("?");
    let screen = drawn_with(&shown.model, Theme::new(Depth::True));
    let heading = |name: &str| screen.find(name).unwrap_or(usize::MAX);
    let first = heading("go on; where");
    assert!(first < heading("move the cursor"), "{screen}");
}

/// A quiz that is left can be gone on with: by `:quiz`, and by going to its step.
#[test]
fn a_quiz_goes_on_where_it_was_left() {
    let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
    let screen = |shown: &Shown| drawn_with(&shown.model, Theme::new(Depth::None));
    let step = |model: &Model| model.course.as_ref().map(|course| course.step);
    shown.press(":lesson 4\n");
    assert!(shown.wait_until(|model| step(model) == Some(3)));
    for key in keys("2\n\n") {
        shown.update(Msg::Key(key.into()));
    }
    let now = step(&shown.model);
    assert_eq!(
        now,
        Some(4),
        "enter before the numbers are there ends no step"
    );
    assert!(shown.wait_until(Model::is_quizzed));
    let asks_second =
        |shown: &Shown| shown.model.is_quizzed() && screen(shown).contains("number 2/56");
    shown.press("2\n");
    assert!(asks_second(&shown));
    let tab = || Msg::Key(KeyCode::Tab.into());
    shown.update(tab());
    assert!(asks_second(&shown), "another view: {}", screen(&shown));
    shown.press("\x1b");
    assert!(!shown.model.is_quizzed());
    assert!(
        screen(&shown).contains(":quiz: goes on"),
        "{}",
        screen(&shown)
    );
    shown.press(":quiz\n");
    assert!(asks_second(&shown), "{}", screen(&shown));
    for way in [":lesson back\n:lesson 5\n", "\x1b:lesson back\n:lesson 5\n"] {
        shown.press(way);
        assert!(asks_second(&shown), "{way:?}: {}", screen(&shown));
    }
    shown.press(":lesson back\n:lesson 6\n");
    assert!(shown.wait_until(|model| step(model) == Some(5)));
    shown.press(":lesson back\n");
    assert!(asks_second(&shown), "{}", screen(&shown));
    // Other weights, other numbers.
    shown.press(":set w1[1,1] 3\n");
    assert!(shown.wait_until(|model| {
        let screen = drawn_with(model, Theme::new(Depth::None));
        model.is_quizzed() && screen.contains("number 1/56")
    }));
    shown.press("4\n");
    assert!(screen(&shown).contains("✓ z1[1] = 4"), "{}", screen(&shown));
}

/// The run has gone on before the quiz: the text says so, and how to start anew.
#[test]
fn a_quiz_about_another_step_says_so() {
    let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
    shown.press(":lesson 4\n");
    let step = |model: &Model| model.course.as_ref().map(|course| course.step);
    assert!(shown.wait_until(|model| step(model) == Some(3)));
    shown.press("s");
    assert!(shown.wait_until(|model| model.run.position.step == 1));
    shown.press("2\n");
    assert!(shown.wait_until(Model::is_quizzed));
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(screen.contains("This run is not as"), "{screen}");
}

/// Conditions and numbers of a lesson are those of the main run while another run of a race is shown.
#[test]
fn a_lesson_is_about_the_main_run() {
    let mut shown = Shown::lesson("loss", &[], (120, 36));
    shown.press(":lesson 4\n");
    let course = |model: &Model| model.course.clone().expect("a lesson");
    let is_there = |model: &Model| course(model).step == 3 && !course(model).is_hurried();
    assert!(shown.wait_until(is_there));
    shown.type_command("race lr 1 3");
    let is_started = |model: &Model| {
        model
            .race
            .as_ref()
            .is_some_and(|race| (0..race.lanes.len()).all(|lane| model.lane(lane).is_some()))
    };
    assert!(shown.wait_until(is_started));
    let enter = || Msg::Key(KeyCode::Enter.into());
    shown.update(enter());
    assert_ne!(shown.model.race.as_ref().map(|race| race.shown), Some(0));
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    assert!(screen.contains("back to the main run"), "{screen}");
    shown.update(Msg::Key(KeyCode::Char(' ').into()));
    assert!(shown.wait_until(|model| course(model).is_done));
    let is_finished = |model: &Model| {
        (0..3).all(|lane| {
            let run = model.lane(lane);
            run.is_some_and(|run| matches!(run.phase, Phase::Finished(_)))
        })
    };
    assert!(shown.wait_until(is_finished));
    shown.update(enter());
    assert_eq!(course(&shown.model).step, 3, "it leads back first");
    assert_eq!(shown.model.race.as_ref().map(|race| race.shown), Some(0));
    shown.update(enter());
    assert_eq!(course(&shown.model).step, 4);
    let fits = |model: &Model| {
        let text = course(model).current().text.clone();
        let text = text.filled(Lang::En, &|quantity| model.number_in_text(quantity));
        text.contains(&format!("to {:.3}.", model.run.losses().0))
    };
    assert!(shown.wait_until(fits));
}

#[test]
fn texts_name_the_keys_of_the_key_map() {
    for (language, expected) in Lang::ALL.into_iter().zip(["press T (or", "按T键"]) {
        lang::set_current(language);
        let mut shown = Shown::lesson("xor", &[], (200, 60));
        shown.model.keys.replace(' ', 'T').expect("it is free");
        shown.press("\n3\n");
        let screen = drawn_with(&shown.model, Theme::new(Depth::None)).replace(' ', "");
        assert!(screen.contains(&expected.replace(' ', "")), "{screen}");
        for text in ["空格", "pressspace"] {
            assert!(!screen.contains(text), "{screen}");
        }
    }
}

/// Acts of a step that follow one another without a frame between them lead to where they lead a reader.
#[test]
fn a_step_shows_what_it_is_about_on_a_small_screen() {
    for size in [(60, 20), (80, 24), (90, 28)] {
        let mut shown = Shown::lesson("overfitting", &[], size);
        shown.type_command("lesson 6");
        let course = |model: &Model| model.course.clone().expect("a lesson");
        let is_there = |model: &Model| course(model).step == 5 && !course(model).is_hurried();
        assert!(shown.wait_until(is_there), "{size:?}");
        let screen = drawn_with(&shown.model, Theme::new(Depth::None));
        let is_shown = ["─ Regions ", "━ Regions "].map(|frame| screen.contains(frame));
        assert!(is_shown.contains(&true), "{size:?}: {screen}");
    }
}

/// Who has a key says so, and nobody else does.
#[test]
fn a_key_is_offered_once() {
    let screen = |shown: &Shown| drawn_with(&shown.model, Theme::new(Depth::None));
    let footer = |shown: &Shown| screen(shown).lines().last().unwrap_or_default().to_owned();
    let course = |shown: &Shown| shown.model.course.clone().expect("a lesson");
    // A popup has the enter key.
    let mut shown = Shown::lesson("backprop-hidden", &[], (80, 24));
    assert!(
        screen(&shown).contains("enter does it"),
        "{}",
        screen(&shown)
    );
    shown.press(":menu\n");
    assert!(
        !screen(&shown).contains("enter does it"),
        "{}",
        screen(&shown)
    );
    assert!(
        screen(&shown).contains("│esc closes what"),
        "{}",
        screen(&shown)
    );
    shown.press("\x1b");
    assert!(
        screen(&shown).contains("enter does it"),
        "{}",
        screen(&shown)
    );
    // A question has the arrow keys, also where findings are listed.
    let mut shown = Shown::lesson("dying-relu", &[], (80, 24));
    shown.type_command("lesson 4");
    let is_asked = |model: &Model| {
        let course = model.course.as_ref().expect("a lesson");
        course.step == 3 && !course.is_hurried() && !model.run.findings.is_empty()
    };
    assert!(shown.wait_until(is_asked));
    shown.type_command("view health");
    assert!(!footer(&shown).contains("finding"), "{}", footer(&shown));
    shown.update(Msg::Key(KeyCode::Down.into()));
    assert_eq!(course(&shown).choice, Some(0));
    shown.press("2");
    assert!(
        footer(&shown).contains("↑ ↓  finding"),
        "{}",
        footer(&shown)
    );
    // A quiz has the enter key in the list of a race, too.
    let mut shown = Shown::lesson("mini-batch", &[], (120, 36));
    shown.type_command("quiz");
    assert!(shown.wait_until(Model::is_quizzed));
    shown.type_command("race lr 0.5 1");
    let is_started = |model: &Model| {
        let race = model.race.as_ref();
        race.is_some_and(|race| (0..race.lanes.len()).all(|lane| model.lane(lane).is_some()))
    };
    assert!(shown.wait_until(is_started));
    shown.type_command("view race");
    assert!(!footer(&shown).contains("open"), "{}", footer(&shown));
    shown.update(Msg::Key(KeyCode::Enter.into()));
    assert!(screen(&shown).contains("number 2/56"), "{}", screen(&shown));
    shown.update(Msg::Key(KeyCode::Esc.into()));
    shown.model.prompt.notice = None;
    assert!(footer(&shown).contains("enter  open"), "{}", footer(&shown));
    assert!(
        screen(&shown).contains("enter opens the chosen run"),
        "{}",
        screen(&shown)
    );
}

/// The command for a quiz that is open already changes nothing; other settings, of which its text does not speak, do.
#[test]
fn an_open_quiz_keeps_its_place() {
    let mut shown = Shown::lesson("mini-batch", &[], (80, 24));
    let screen = |model: &Model| drawn_with(model, Theme::new(Depth::None));
    shown.type_command("lesson 5");
    assert!(shown.wait_until(Model::is_quizzed));
    assert!(!screen(&shown.model).contains("This run is not"));
    shown.press("2\n-0.5\n");
    shown.type_command("quiz");
    assert!(
        screen(&shown.model).contains("number 3/56"),
        "{}",
        screen(&shown.model)
    );
    for command in ["set w1[1,1] 3", "undo", "batch 4"] {
        shown.type_command(command);
        let is_said = |model: &Model| {
            let screen = screen(model);
            let is_other = screen.contains("This run is not as");
            screen.contains("number 1/") && is_other != (command == "undo")
        };
        assert!(
            shown.wait_until(is_said),
            "{command}: {}",
            screen(&shown.model)
        );
    }
}

/// Values of the loss before a change of the loss are no measure of those after it.
#[test]
fn another_loss_is_no_overfitting() {
    let mut shown = Shown::lesson("never-predicted", &[], (120, 36));
    shown.type_command("lesson 7");
    let is_there = |model: &Model| {
        let course = model.course.as_ref().expect("a lesson");
        course.step == 6 && !course.is_hurried()
    };
    assert!(shown.wait_until(is_there));
    shown.look();
    let findings = &shown.model.run.findings;
    let is_false = |finding: &Finding| matches!(finding, Finding::OverfittingSince(_));
    assert!(!findings.iter().any(is_false), "{findings:?}");
}

/// A label of an earlier run is at the end of its curve, nearer than at that of another, or nowhere.
#[test]
fn the_label_of_a_ghost_is_at_its_own_curve() {
    let mut shown = Shown::lesson("batch-size", &[], (80, 24));
    shown.type_command("lesson 8");
    let is_there = |model: &Model| {
        let course = model.course.as_ref().expect("a lesson");
        course.step == 7 && !course.is_hurried()
    };
    assert!(shown.wait_until(is_there));
    shown.look();
    let screen = drawn_with(&shown.model, Theme::new(Depth::None));
    let row = |text: &str| screen.lines().position(|line| line.contains(text));
    let highest = row("batch 1 ").or(row("batch 1│"));
    let (all, some) = (row("batch 1438"), row("batch 16"));
    assert!(all.is_some(), "{screen}");
    // The losses end in this order, the first far above the others.
    let in_order = |a: Option<usize>, b: Option<usize>| a.zip(b).is_none_or(|(a, b)| a < b);
    assert!(in_order(highest, all) && in_order(all, some), "{screen}");
    let curve = screen.lines().position(|line| line.contains("100"));
    assert!(curve < all, "{screen}");
}
