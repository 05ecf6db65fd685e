//! Earlier moments of a run: shown as they were, left again without a trace, and continued as branches.

use nn_tui::model_file;
use nn_tui::nn::engine::Threads;
use nn_tui::nn::{Change, Parameters};
use nn_tui::train::checkpoint::Checkpoint;
use nn_tui::train::probes::WeightProbe;
use nn_tui::train::{
    Command, Event, Limits, Moment, Observation, Position, Replace, Session, Settings, ShownMoment,
    State, StepSize, Weights,
};
use nn_tui::tui::app::{Model, Msg, Phase, PlotGesture};
use nn_tui::util::lang::{Lang, set_current};
use nn_tui::util::random::{RngStream, below, generator};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::support::screen::{Shown, drawn};
use crate::support::{Driven, PATIENCE, dataset, plan, rate, session, settings};

/// Steps of an epoch of the sessions here.
const BATCHES: u64 = 12;

fn remembering(paused: bool, epochs: Option<u64>) -> Settings {
    Settings {
        history_memory: 64 << 20,
        ..settings(paused, epochs)
    }
}

/// Returns the next moment that is shown and not on the way to another.
fn moment(driven: &Driven) -> ShownMoment {
    let is_there = |event: &Event| matches!(event, Event::Moment(moment) if moment.past.is_none_or(|past| past.goal.is_none()));
    match driven.wait_for(|_| {}, is_there) {
        Event::Moment(moment) => *moment,
        _ => unreachable!(),
    }
}

/// Exports what is shown, and returns its parameters and step.
fn exported(driven: &Driven) -> (Parameters, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    driven.send(Command::Export {
        path: path.clone(),
        weights: Weights::Last,
        replace: Replace::Nothing,
    });
    let event = driven.wait_for(|_| {}, |event| matches!(event, Event::Exported { .. }));
    let Event::Exported { step, result, .. } = event else {
        unreachable!();
    };
    result.expect("written");
    let model = model_file::load(&path).expect("it is a model");
    assert_eq!(model.training.steps, step);
    (model.parameters, step)
}

/// A run of `epochs` epochs with a change of the learning rate after the fourth.
fn run(epochs: u64) -> Driven {
    let driven = Driven::spawn(session("iris", plan(&[8])), remembering(true, None));
    driven.started();
    let step = |count| {
        driven.send(Command::Step {
            size: StepSize::Epoch,
            count,
        });
        driven.state(|state| *state == State::Stepping);
        driven.state(|state| *state == State::Paused);
    };
    step(4);
    driven.send(Command::Apply(Change::LearningRate {
        learning_rate: rate(0.05),
    }));
    step(u32::try_from(epochs - 4).expect("few"));
    driven
}

/// The same run, never interrupted, after so many steps.
fn uninterrupted(steps: u64) -> Session {
    let mut session = session("iris", plan(&[8]));
    while session.position().step < steps {
        if session.position().step == 4 * BATCHES {
            change(&mut session);
        }
        session.step().expect("finite");
    }
    if steps == 4 * BATCHES {
        change(&mut session);
    }
    session
}

fn change(session: &mut Session) {
    let learning_rate = rate(0.05);
    let change = Change::LearningRate { learning_rate };
    session.apply(change).expect("sound");
}

#[test]
fn a_moment_is_that_of_an_uninterrupted_run_and_leaves_no_trace() {
    let driven = run(30);
    let present = exported(&driven);
    assert_eq!(present.1, 30 * BATCHES);
    for (goal, step) in [
        (Moment::Epoch(12), 144),
        (Moment::Step(47), 47),
        (Moment::Epoch(0), 0),
        (Moment::Step(200), 200),
        (Moment::Step(199), 199),
        (Moment::Epoch(4), 48),
    ] {
        driven.send(Command::Rewind(goal));
        let shown = moment(&driven);
        let expected = uninterrupted(step);
        assert_eq!(shown.now, expected.in_force(), "{goal}");
        assert_eq!(shown.best, expected.best());
        let past = shown.past.expect("it is earlier");
        assert_eq!(past.present.step, 30 * BATCHES);
        let evaluated = driven.wait_for(|_| {}, |event| matches!(event, Event::Evaluated { .. }));
        let Event::Evaluated { evaluation, .. } = evaluated else {
            unreachable!();
        };
        assert_eq!(*evaluation, uninterrupted(step).evaluate());
        let shown = exported(&driven);
        assert_eq!(shown, (expected.engine().parameters(), step));
    }
    driven.send(Command::ShowPresent);
    assert_eq!(moment(&driven).past, None);
    assert_eq!(exported(&driven), present);
    driven.send(Command::Step {
        size: StepSize::Epoch,
        count: 5,
    });
    driven.state(|state| *state == State::Stepping);
    driven.state(|state| *state == State::Paused);
    let after = uninterrupted(35 * BATCHES);
    assert_eq!(exported(&driven).0, after.engine().parameters());
}

#[test]
fn a_branch_is_a_run_with_its_changes_and_the_run_before_can_be_returned_to() {
    let driven = run(20);
    let left = exported(&driven);
    driven.send(Command::Rewind(Moment::Epoch(7)));
    moment(&driven);
    driven.send(Command::Step {
        size: StepSize::Epoch,
        count: 1,
    });
    let started = driven.started();
    let resumed = started.resumed.expect("a branch has a past");
    assert!(resumed.is_branch);
    assert_eq!(resumed.now.position.epoch, 7);
    driven.wait_for(
        |_| {},
        |event| matches!(event, Event::Evaluated { position, .. } if position.epoch == 8),
    );
    let expected = uninterrupted(8 * BATCHES).engine().parameters();
    assert_eq!(exported(&driven).0, expected);
    driven.send(Command::SwitchBranch);
    assert_eq!(driven.started().position().epoch, 20);
    assert_eq!(exported(&driven), left);
    // What both have in common can still be shown.
    driven.send(Command::Rewind(Moment::Step(31)));
    moment(&driven);
    assert_eq!(exported(&driven).0, uninterrupted(31).engine().parameters());
}

#[test]
fn a_replay_shows_the_nearest_moment_at_once_and_can_be_stopped() {
    let settings = Settings {
        history_memory: 0,
        limits: Limits::epochs(Some(300)),
        ..settings(false, None)
    };
    let driven = Driven::spawn(session("iris", plan(&[8])), settings);
    driven.state(|state| matches!(state, State::Finished(_)));
    driven.send(Command::Rewind(Moment::Epoch(299)));
    let is_on_its_way = |event: &Event| matches!(event, Event::Moment(moment) if moment.past.is_some_and(|past| past.goal.is_some()));
    let event = driven.wait_for(|_| {}, is_on_its_way);
    let Event::Moment(first) = event else {
        unreachable!();
    };
    assert_eq!(first.now.position, Position::default(), "without snapshots");
    driven.send(Command::CancelTask);
    let stopped = moment(&driven);
    assert!(stopped.past.is_some());
    let step = stopped.now.position.step;
    // A fast machine may be there already.
    assert!(step <= 299 * BATCHES);
    let mut same = session("iris", plan(&[8]));
    for _ in 0..step {
        same.step().expect("finite");
    }
    assert_eq!(exported(&driven), (same.engine().parameters(), step));
    // The worker may take the second command before the first step, or after the last.
    driven.send(Command::Rewind(Moment::Epoch(1)));
    driven.send(Command::CancelTask);
    let step = moment(&driven).now.position.step;
    assert!(step <= BATCHES);
    assert_eq!(
        exported(&driven),
        (uninterrupted(step).engine().parameters(), step)
    );
}

#[test]
fn checkpoints_hold_what_is_shown_and_the_end_of_the_run_its_present() {
    let folder = tempfile::tempdir().expect("a folder");
    let [shown, last] = ["shown", "last"].map(|name| folder.path().join(name));
    let driven = run(10);
    let checkpoint = |path: &std::path::Path| {
        driven.send(Command::Checkpoint {
            path: path.to_owned(),
            replace: false,
            is_last: false,
        });
        let is_written = |event: &Event| matches!(event, Event::CheckpointWritten { .. });
        driven.wait_for(|_| {}, is_written);
        let checkpoint = Checkpoint::read(path, Threads::ONE).expect("a checkpoint");
        let resumed = checkpoint.resume(path, dataset("iris"), Threads::ONE);
        resumed.expect("of these data").0
    };
    driven.send(Command::Rewind(Moment::Epoch(6)));
    moment(&driven);
    let mut resumed = checkpoint(&shown);
    let mut same = uninterrupted(6 * BATCHES);
    assert_eq!(resumed.position(), same.position());
    for _ in 0..50 {
        assert_eq!(resumed.step(), same.step());
    }
    driven.send(Command::ShowPresent);
    moment(&driven);
    assert_eq!(checkpoint(&last).position().epoch, 10);
    driven.send(Command::Rewind(Moment::Epoch(2)));
    moment(&driven);
    let conclusion = driven.worker.stop();
    assert_eq!(conclusion.position.expect("no panic").epoch, 10);
}

#[test]
fn probes_answer_about_the_moment() {
    let driven = run(10);
    driven.send(Command::Observe(Observation::default().with(WeightProbe)));
    driven.send(Command::Rewind(Moment::Epoch(3)));
    moment(&driven);
    let deadline = std::time::Instant::now() + PATIENCE;
    let snapshot = loop {
        let snapshot = driven.worker.mailbox().take();
        if let Some(snapshot) = snapshot.filter(|snapshot| snapshot.is_past) {
            break snapshot;
        }
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    };
    assert_eq!(snapshot.position.epoch, 3);
}

/// A run of 12 epochs on the screen.
fn screen(size: (u16, u16)) -> Shown {
    Shown::new(dataset("iris"), plan(&[8]), size).train(12)
}

fn press_with(shown: &mut Shown, code: KeyCode, modifiers: KeyModifiers) {
    shown.update(Msg::Key(KeyEvent::new(code, modifiers)));
}

fn type_line(shown: &mut Shown, line: &str) {
    shown.press(&format!(":{line}\n"));
}

/// Waits until the moment after `step` steps is shown and evaluated.
fn arrive(shown: &mut Shown, step: u64) {
    let is_there = |model: &Model| {
        let run = &model.run;
        let is_quiet = run.past.is_none_or(|past| past.goal.is_none());
        run.position.step == step && is_quiet && run.evaluation.is_some()
    };
    assert!(shown.wait_until(is_there), "{:?}", shown.model.run.position);
    shown.look();
}

#[test]
fn keys_commands_and_clicks_lead_to_moments_and_back() {
    let mut shown = screen((120, 36));
    let present = drawn(&shown.model);
    type_line(&mut shown, "rewind 5");
    arrive(&mut shown, 60);
    assert!(shown.model.run.past.is_some() && shown.model.run.phase == Phase::Paused);
    shown.press("(");
    arrive(&mut shown, 48);
    shown.press("2)");
    arrive(&mut shown, 72);
    press_with(&mut shown, KeyCode::Left, KeyModifiers::ALT);
    arrive(&mut shown, 71);
    shown.press("(");
    arrive(&mut shown, 60);
    press_with(&mut shown, KeyCode::Right, KeyModifiers::CONTROL);
    arrive(&mut shown, 72);
    type_line(&mut shown, "rewind step 3");
    arrive(&mut shown, 3);
    shown.press("9(");
    arrive(&mut shown, 0);
    shown.press("(");
    let notice = |shown: &Shown| shown.model.prompt.notice.clone().map(|notice| notice.text);
    assert_eq!(
        notice(&shown).as_deref(),
        Some("this is the start of the run")
    );
    shown.press("\x1b\x1b");
    arrive(&mut shown, 144);
    assert!(shown.model.run.past.is_none());
    assert_eq!(drawn(&shown.model), present);
    // Beyond the present.
    type_line(&mut shown, "rewind 13");
    assert!(
        shown.model.prompt.overlay.is_some(),
        "it says that there is no such epoch"
    );
    shown.press("\x1b");
    // In the maximised chart: a click, the line, and enter at the crosshair.
    shown.press("→\n");
    assert!(shown.model.navigation.enlarged);
    let panel = shown.model.navigation.focus;
    shown.update(Msg::Plot(PlotGesture::Grab(panel, 4.2)));
    shown.update(Msg::Plot(PlotGesture::Release(4.0)));
    arrive(&mut shown, 48);
    shown.update(Msg::Plot(PlotGesture::Grab(panel, 4.0)));
    shown.update(Msg::Plot(PlotGesture::Drag(6.0)));
    shown.update(Msg::Plot(PlotGesture::Drag(9.0)));
    shown.update(Msg::Plot(PlotGesture::Release(9.0)));
    arrive(&mut shown, 108);
    shown.press("←\n");
    arrive(&mut shown, 96);
    // One level back at a time.
    shown.press("\x1b");
    assert!(!shown.model.navigation.enlarged && shown.model.run.past.is_some());
    shown.press("\x1b");
    arrive(&mut shown, 144);
}

#[test]
fn the_help_of_an_earlier_moment_begins_with_its_keys() {
    let mut shown = screen((80, 24));
    type_line(&mut shown, "rewind 5");
    arrive(&mut shown, 60);
    shown.press("?");
    let screen = drawn(&shown.model);
    let mut lines = screen.lines().skip_while(|line| !line.contains("Keys ("));
    let first = lines.nth(1).expect("a line of the help");
    assert!(first.contains("Earlier moments"), "{screen}");
    shown.press("\x1b");
}

#[test]
fn the_best_score_of_an_earlier_moment_is_not_a_later_one() {
    let mut shown = screen((120, 36));
    shown.press(":view curves\n");
    let best = |shown: &Shown| -> Vec<u64> {
        let screen = drawn(&shown.model);
        let words: Vec<&str> = screen.split_whitespace().collect();
        let marked = words
            .windows(4)
            .filter(|words| words[0] == "best" && words[2] == "@");
        marked.filter_map(|words| words[3].parse().ok()).collect()
    };
    assert!(
        best(&shown).iter().any(|&epoch| epoch > 2),
        "{:?}",
        best(&shown)
    );
    type_line(&mut shown, "rewind 2");
    arrive(&mut shown, 24);
    let then = best(&shown);
    assert!(
        !then.is_empty() && then.iter().all(|&epoch| epoch <= 2),
        "{then:?}"
    );
}

#[test]
fn going_on_makes_a_branch_and_a_ghost_and_undo_leads_back() {
    let mut shown = screen((120, 36));
    type_line(&mut shown, "rewind 5");
    arrive(&mut shown, 60);
    type_line(&mut shown, "lr 0.5");
    let is_branch = |model: &Model| {
        model.run.past.is_none()
            && model
                .run
                .in_force
                .as_ref()
                .is_some_and(|now| now.undoable == 1)
    };
    assert!(shown.wait_until(is_branch));
    arrive(&mut shown, 60);
    assert_eq!(shown.model.run.ghosts.len(), 1);
    assert_eq!(shown.model.run.history.epochs().len(), 5);
    shown.press("S");
    // First the change, then the branch.
    shown.press("z");
    assert!(shown.wait_until(|model| {
        model
            .run
            .in_force
            .as_ref()
            .is_some_and(|now| now.undoable == 0)
    }));
    shown.press("z");
    assert!(shown.wait_until(|model| model.run.position.step == 144));
    arrive(&mut shown, 144);
    assert_eq!(shown.model.run.history.epochs().len(), 12);
    assert_eq!(shown.model.run.ghosts.len(), 1, "the branch");
}

#[test]
fn whatever_is_pressed_nothing_panics_and_the_present_is_there() {
    let arrow = |code, modifiers| KeyEvent::new(code, modifiers);
    let mut keys = vec![
        arrow(KeyCode::Left, KeyModifiers::ALT),
        arrow(KeyCode::Right, KeyModifiers::ALT),
        arrow(KeyCode::Left, KeyModifiers::CONTROL),
        arrow(KeyCode::Right, KeyModifiers::CONTROL),
        arrow(KeyCode::Left, KeyModifiers::NONE),
        arrow(KeyCode::Enter, KeyModifiers::NONE),
        arrow(KeyCode::Tab, KeyModifiers::NONE),
        arrow(KeyCode::Backspace, KeyModifiers::NONE),
    ];
    // Going back and leaving again more often than the rest.
    keys.extend([KeyCode::Esc; 3].map(KeyEvent::from));
    let letters = "((()))  sSpnzi+-29rtegcaxk";
    keys.extend(letters.chars().map(|c| KeyEvent::from(KeyCode::Char(c))));
    let mut dice = generator(3, RngStream::Sample);
    for size in [(80, 24), (120, 36)] {
        let mut shown = screen(size);
        for _ in 0..400 {
            shown.update(Msg::Key(keys[below(keys.len(), &mut dice)]));
            if below(3, &mut dice) == 0 {
                shown.handle_events();
                drawn(&shown.model);
            }
        }
        shown.order(Command::Pause, |event| matches!(event, Event::State { .. }));
        assert!(shown.wait_until(|model| model.run.past.is_none()));
    }
}

#[test]
fn the_screen_says_what_it_shows() {
    for lang in [Lang::En, Lang::Zh] {
        set_current(lang);
        for size in [(80, 24), (120, 36), (200, 60)] {
            let mut shown = screen(size);
            type_line(&mut shown, "rewind step 100");
            arrive(&mut shown, 100);
            shown.model.run.seconds = 12.0;
            let screen = drawn(&shown.model);
            let (width, height) = size;
            insta::assert_snapshot!(format!("past-{}-{width}x{height}", lang.name()), screen);
            type_line(&mut shown, "rewind now");
            arrive(&mut shown, 144);
        }
    }
    set_current(Lang::En);
}
