use super::*;

fn can_hold_together(a: When, b: When) -> bool {
    let phase = [When::Training, When::Waiting, When::Diverged, When::Failed];
    let escapes = [
        When::Replaying,
        When::PastOnly,
        When::InspectingOnly,
        When::CanGoBack,
    ];
    let moment = [When::Present, When::Past];
    let size = [
        When::Enlarged,
        When::Pointing,
        When::Choosing,
        When::Overview,
        When::Diagnosing,
        When::Racing,
    ];
    let small = [When::Charting, When::Choosing, When::Overview];
    let chart = [When::Charting, When::Scoring, When::NoChartOrScores];
    let moving = [
        When::Charting,
        When::Scoring,
        When::Moving,
        When::Diagnosing,
        When::Racing,
        When::Inspecting,
    ];
    let stepper = [When::Stepping, When::BetweenBatches];
    let inspector = [When::Inspecting, When::Browsing];
    let closed = [
        When::Enlarged,
        When::Choosing,
        When::Overview,
        When::CanGoBack,
        When::PastOnly,
        When::Charting,
        When::Pointing,
        When::Scoring,
        When::Moving,
        When::Diagnosing,
        When::Racing,
    ];
    let waiting = |when| match when {
        When::Stepping | When::BetweenBatches | When::Editing | When::Present | When::Past => {
            When::Waiting
        }
        When::Unstable => When::Diverged,
        when => when,
    };
    // Changes by hand are made with the inspector open.
    let open = |when| match when {
        When::Editing => When::Inspecting,
        when => when,
    };
    let different = |group: &[When], a, b| group.contains(&a) && group.contains(&b) && a != b;
    a == b
        || !(different(&phase, waiting(a), waiting(b))
            || different(&escapes, a, b)
            || different(&moment, a, b)
            || different(&stepper, a, b)
            || different(&size, a, b)
            || different(&small, a, b)
            || different(&chart, a, b)
            || different(&moving, open(a), open(b))
            || different(&inspector, open(a), open(b))
            || open(a) == When::Inspecting && closed.contains(&b)
            || open(b) == When::Inspecting && closed.contains(&a))
}

#[test]
fn no_key_has_two_meanings_at_a_time() {
    for (i, a) in BINDINGS.iter().enumerate() {
        for b in &BINDINGS[i + 1..] {
            let shared = a.keys.iter().find(|key| b.keys.contains(key));
            assert!(
                shared.is_none() || !can_hold_together(a.when, b.when),
                "{shared:?} is both {a:?} and {b:?}"
            );
        }
    }
}

#[test]
fn every_key_is_explained() {
    for binding in BINDINGS {
        let explained = BINDINGS.iter().any(|other| {
            !other.help.is_empty()
                && (other.shown.contains(binding.shown) || other.help.contains(binding.shown))
        });
        assert!(explained, "{} is nowhere in the help", binding.shown);
    }
}

#[test]
fn shift_does_not_hide_a_character() {
    let key = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
    assert_eq!(find(&key, |_| true).unwrap().shown, "S");
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(find(&key, |_| true).unwrap().shown, "ctrl-c");
    let key = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::ALT);
    assert!(find(&key, |_| true).is_none());
}
