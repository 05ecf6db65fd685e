//! Settings of the screen's speed.

use super::{Direction, Edit, ON_OR_OFF, Setting};
use crate::train::pace::PaceOption;
use crate::train::{Command, Pace};

/// Speed limit on the screen.
pub(crate) const PACE: Setting = Setting {
    name: "pace",
    short: None,
    heading: "Screen",
    argument: "PACE",
    help: "speed limit: auto, full, or epochs per second",
    note: "",
    expected: |_| "auto, full, or epochs per second such as 20".into(),
    words: || vec!["auto", "full"],
    default: || "auto".into(),
    parse: |text| {
        let PaceOption(pace) = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.pace = pace))
    },
    value: |choices| match choices.pace {
        None => "auto".into(),
        Some(Pace::Full) => "full".into(),
        Some(Pace::EpochsPerSecond(pace)) => pace.to_string(),
    },
    step: |choices, direction, facts| {
        choices.pace = choices.pace.map(|pace| match direction {
            Direction::Up => pace.faster(),
            Direction::Down => pace.slower(facts.epochs_per_second),
        });
    },
    command: |choices, _| Some(Command::SetPace(choices.pace.unwrap_or(Pace::Full))),
    restarts: false,
};

/// Whether activations and deltas are seen travelling through the network.
pub(crate) const MOTION: Setting = Setting {
    name: "motion",
    short: None,
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
    command: |_, _| None,
    restarts: false,
};
