//! Settings of the screen's speed.

use super::{AUTO, BASE, Direction, Edit, ON_OR_OFF, Setting, parse_or};
use crate::train::{Command, Pace};

/// Pace without a limit.
const FULL: &str = "full";

/// Speed limit on the screen.
pub(crate) const PACE: Setting = Setting {
    name: "pace",
    heading: "Screen",
    argument: "PACE",
    help: "speed limit: auto, full, or epochs per second",
    expected: |_| "auto, full, or epochs per second such as 20".into(),
    words: || vec![AUTO, FULL],
    default: || AUTO.into(),
    parse: |text| {
        let pace = parse_or(AUTO, text, pace)?;
        Some(Edit::new(move |choices| choices.pace = pace))
    },
    value: |choices| match choices.pace {
        None => AUTO.into(),
        Some(Pace::Full) => FULL.into(),
        Some(Pace::EpochsPerSecond(pace)) => pace.to_string(),
    },
    step: |choices, direction, facts| {
        choices.pace = choices.pace.map(|pace| match direction {
            Direction::Up => pace.faster(),
            Direction::Down => pace.slower(facts.epochs_per_second),
        });
    },
    command: |choices, _| Some(Command::SetPace(choices.pace.unwrap_or(Pace::Full))),
    ..BASE
};

/// Whether activations and deltas are seen travelling through the network.
pub(crate) const MOTION: Setting = Setting {
    name: "motion",
    heading: "Screen",
    argument: ON_OR_OFF,
    help: "the motion of activations and deltas through the network",
    note: "up to 10 epochs per second, and in phase steps",
    expected: |_| "on or off".into(),
    words: || vec!["on", "off"],
    default: || "on".into(),
    parse: |text| {
        let is_on = match text {
            "on" => true,
            "off" => false,
            _ => return None,
        };
        Some(Edit::new(move |choices| choices.motion = is_on))
    },
    value: |choices| if choices.motion { "on" } else { "off" }.into(),
    step: |choices, _, _| choices.motion = !choices.motion,
    ..BASE
};

fn pace(text: &str) -> Option<Pace> {
    if text == FULL {
        return Some(Pace::Full);
    }
    let pace = text.parse::<f64>().ok()?;
    (pace.is_finite() && pace >= 0.001).then_some(Pace::EpochsPerSecond(pace))
}
