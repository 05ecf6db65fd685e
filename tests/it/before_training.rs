//! Learning-rate finder and pre-flight checks: beside other commands, and as seen on the screen.

use nn_tui::nn::Change;
use nn_tui::train::{Command, Event, PreflightCheck, StepSize};
use nn_tui::tui::app::Overlay;
use nn_tui::tui::theme::{Depth, Theme};

use crate::support::screen::{Shown, drawn_with};
use crate::support::{Driven, dataset, plan, rate, session, settings};

#[test]
fn commands_are_carried_out_while_rates_are_tried() {
    let driven = Driven::spawn(session("digits", plan(&[256, 256])), settings(true, None));
    driven.started();
    driven.send(Command::FindRate);
    let learning_rate = rate(0.02);
    driven.send(Command::Apply(Change::LearningRate { learning_rate }));
    let mut is_changed = false;
    let seen = |event: &Event| is_changed |= matches!(event, Event::Changed { .. });
    driven.wait_for(seen, |event| matches!(event, Event::RatesTried(_)));
    assert!(is_changed);
}

#[test]
fn a_search_that_is_cancelled_has_no_result() {
    let driven = Driven::spawn(session("digits", plan(&[256, 256])), settings(true, None));
    driven.started();
    for command in [Command::FindRate, Command::Preflight] {
        driven.send(command);
        driven.send(Command::CancelTask);
    }
    driven.send(Command::Step {
        size: StepSize::Batch,
        count: 1,
    });
    let seen = |event: &Event| {
        assert!(!matches!(event, Event::RatesTried(_)), "{event:?}");
    };
    let evaluated = driven.wait_for(seen, |event| matches!(event, Event::Evaluated { .. }));
    let Event::Evaluated { position, .. } = evaluated else {
        unreachable!("waited for");
    };
    assert_eq!(position.step, 1);
}

#[test]
fn the_suggested_rate_is_applied() {
    for size in [(80, 24), (120, 36)] {
        let mut shown = Shown::new(dataset("iris"), plan(&[8]), size);
        shown.press("L");
        // It may have come already.
        if matches!(shown.model.prompt.overlay, Some(Overlay::Rates(None))) {
            shown.order(Command::Pause, |event| {
                matches!(event, Event::RatesTried(_))
            });
        }
        let Some(Overlay::Rates(Some(curve))) = &shown.model.prompt.overlay else {
            panic!("no curve");
        };
        let suggestion = curve.suggestion.expect("it falls");
        let name = format!("rates-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, drawn_with(&shown.model, Theme::new(Depth::None)));
        shown.press("\n");
        // The change may have come already.
        if shown.model.run.plan.rule.learning_rate != suggestion {
            shown.order(Command::Pause, |event| {
                matches!(event, Event::Changed { .. })
            });
        }
        assert_eq!(shown.model.run.plan.rule.learning_rate, suggestion);
        assert_eq!(shown.model.run.position.step, 0);
        assert!(shown.model.prompt.overlay.is_none());
    }
}

#[test]
fn the_checks_are_listed_as_they_end() {
    for size in [(80, 24), (120, 36)] {
        let mut shown = Shown::new(dataset("iris"), plan(&[8]), size);
        shown.press(":preflight\n");
        let is_over = |event: &Event| match event {
            Event::Preflight(checks) => checks.len() == PreflightCheck::COUNT,
            _ => false,
        };
        let is_running = matches!(&shown.model.prompt.overlay, Some(Overlay::Preflight(checks)) if checks.len() < PreflightCheck::COUNT);
        if is_running {
            shown.order(Command::Pause, is_over);
        }
        let name = format!("preflight-{}x{}", size.0, size.1);
        let drawn = drawn_with(&shown.model, Theme::new(Depth::None));
        assert_eq!(drawn.matches('✓').count(), 4, "{drawn}");
        insta::assert_snapshot!(name, drawn);
        shown.press("\x1b");
        assert!(shown.model.prompt.overlay.is_none());
    }
}
