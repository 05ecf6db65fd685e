//! The screen while training waits: messages give the keys back, and scores are those of the network as it is.

use std::time::Duration;

use nn_tui::tui::app::Msg;

use crate::support::screen::{Shown, drawn};
use crate::support::{dataset, plan};

#[test]
fn a_message_gives_the_keys_back_after_a_while_and_at_once_by_esc() {
    let mut shown = Shown::new(dataset("iris"), plan(&[4]), (120, 36)).train(1);
    let message = |shown: &Shown| shown.model.prompt.notice.as_ref().map(|n| n.text.clone());
    shown.press("z");
    assert!(
        shown
            .model
            .prompt
            .notice
            .as_ref()
            .is_some_and(|notice| notice.is_error)
    );
    shown.update(Msg::Tick(Duration::from_secs(1)));
    shown.update(Msg::Tick(Duration::from_secs(60)));
    assert!(message(&shown).is_some(), "an error stays");
    shown.press("\x1b");
    assert_eq!(message(&shown), None);
    shown.press("w\x1b");
    shown.press(":set b1[1] 0.5\n");
    assert!(shown.wait_until(|model| model.prompt.notice.is_some()));
    shown.update(Msg::Tick(Duration::from_secs(61)));
    shown.update(Msg::Tick(Duration::from_secs(66)));
    assert!(message(&shown).is_some());
    shown.update(Msg::Tick(Duration::from_secs(70)));
    assert_eq!(message(&shown), None);
}

#[test]
fn the_header_shows_the_scores_of_a_network_that_was_changed_while_it_waits() {
    let mut shown = Shown::new(dataset("iris"), plan(&[8]), (120, 36)).train(30);
    let before = shown.model.run.scores();
    assert!(before.1 > 0.9, "{before:?}");
    shown.press(":lr 0.02\n");
    assert!(shown.wait_until(|model| model.run.plan.rule.learning_rate.get() == 0.02));
    assert_eq!(shown.model.run.scores(), before, "the network is the same");
    shown.press(":set b2[1] 50\n");
    assert!(shown.wait_until(|model| model.run.scores().1 < 0.6));
    let screen = drawn(&shown.model);
    let header = screen.lines().next().expect("a header");
    assert!(
        header.contains("val acc  3") || header.contains("val acc 3"),
        "{header}"
    );
    // Of one class only, as the matrix says.
    let evaluation = shown.model.run.evaluation.clone().expect("evaluated");
    assert_eq!(
        Some(&evaluation.outcomes),
        shown.model.run.outcomes.as_ref()
    );
}
