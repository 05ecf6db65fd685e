//! Settings of how long a training goes on.

use super::{BASE, Choices, Direction, Edit, NONE, Setting, defaults, parse_or, text_or};
use crate::train::{Command, parse_time, show_time};
use crate::util::lang::say;

const HEADING: &str = "Learning";

/// Names of the settings here, which a plan does not have.
pub(super) const ALL: [&str; 3] = ["epochs", "patience", "time-limit"];

/// Number of epochs.
pub const EPOCHS: Setting = Setting {
    name: "epochs",
    short: Some('e'),
    heading: HEADING,
    argument: "N",
    help: "epochs to train, or none",
    note: "finishes at once if already done",
    expected: |_| "a whole number, or none".into(),
    words: || vec![NONE],
    default: || {
        say!(
            "default-epochs",
            "none on the screen; headless at most {epochs}, {unvalidated} without validation rows",
            epochs = defaults::HEADLESS_EPOCHS,
            unvalidated = defaults::HEADLESS_EPOCHS_UNVALIDATED
        )
    },
    parse: |text| {
        let epochs = parse_or(NONE, text, |text| text.parse().ok())?;
        Some(Edit::new(move |choices| set_epochs(choices, epochs)))
    },
    value: |choices| text_or(NONE, choices.limits.epochs),
    step: |choices, direction, _| {
        let epochs = choices.limits.epochs;
        set_epochs(choices, epochs.map(|epochs| stepped(epochs, direction)));
    },
    command: |choices, _| Some(Command::SetLimits(choices.limits)),
    ..BASE
};

/// Number of epochs without a lower validation loss.
pub(crate) const PATIENCE: Setting = Setting {
    name: "patience",
    heading: HEADING,
    argument: "N",
    help: "epochs without a lower validation loss after which training finishes, or none",
    expected: |_| "a whole number of at least 1, or none".into(),
    words: || vec![NONE],
    default: || {
        say!(
            "default-patience",
            "none; headless without --epochs {epochs}",
            epochs = defaults::HEADLESS_PATIENCE
        )
    },
    parse: |text| {
        let is_valid = |&epochs: &u64| epochs > 0;
        let patience = parse_or(NONE, text, |text| text.parse().ok().filter(is_valid))?;
        Some(Edit::new(move |choices| choices.limits.patience = patience))
    },
    value: |choices| text_or(NONE, choices.limits.patience),
    step: |choices, direction, _| {
        let patience = &mut choices.limits.patience;
        *patience = patience.map(|epochs| stepped(epochs, direction));
    },
    command: |choices, _| Some(Command::SetLimits(choices.limits)),
    ..BASE
};

/// Time spent training.
pub(crate) const TIME_LIMIT: Setting = Setting {
    name: "time-limit",
    heading: HEADING,
    argument: "TIME",
    help: "time to train, e.g. 30s or 5m, or none",
    note: "counts the time spent training",
    expected: |_| "a time such as 30s or 5m, or none".into(),
    words: || vec![NONE],
    default: || NONE.into(),
    parse: |text| {
        let time = parse_or(NONE, text, parse_time)?;
        Some(Edit::new(move |choices| choices.limits.time = time))
    },
    value: |choices| text_or(NONE, choices.limits.time.map(show_time)),
    command: |choices, _| Some(Command::SetLimits(choices.limits)),
    ..BASE
};

/// Sets the number of epochs; a schedule with an end will end with them.
fn set_epochs(choices: &mut Choices, epochs: Option<u64>) {
    choices.limits.epochs = epochs;
    choices.schedule.shape = choices.schedule.shape.ending_at(0);
}

/// Ten epochs more or fewer, at least 1.
fn stepped(epochs: u64, direction: Direction) -> u64 {
    let step = match direction {
        Direction::Up => 10,
        Direction::Down => -10,
    };
    epochs.saturating_add_signed(step).max(1)
}
