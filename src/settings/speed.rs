//! Settings of the screen's speed.

use super::{Direction, Edit, Setting};
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
    command: |choices, _| Command::SetPace(choices.pace.unwrap_or(Pace::Full)),
    restarts: false,
};
