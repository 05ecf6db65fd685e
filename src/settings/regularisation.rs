//! Settings of the learning rate's schedule and of regularisation.

use super::{
    AUTO, BASE, Choices, Direction, Edit, NONE, Setting, neighbour, one_of, parse_or, text_or,
    turned,
};
use crate::nn::schedule::Shape;
use crate::nn::{Change, ClipNorm, DropoutRate, LabelSmoothing};
use crate::train::{Command, Plan};
use crate::util::lang::say;

const HEADING: &str = "Learning";

/// Norms that keys reach.
const NORMS: [f64; 6] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
/// Probabilities of dropout that keys reach.
const DROPOUTS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// Shares of label smoothing that keys reach.
const SMOOTHINGS: [f64; 5] = [0.0, 0.05, 0.1, 0.2, 0.3];

/// Schedule of the learning rate.
pub(crate) const SCHEDULE: Setting = Setting {
    name: "schedule",
    heading: HEADING,
    argument: "NAME [EPOCHS [FACTOR]]",
    help: "schedule of the learning rate; cosine and one-cycle end with the number of epochs",
    expected: |_| {
        let names = one_of(&Shape::ALL.map(Shape::name));
        say!(
            "schedule-expected",
            "{names}; step and plateau may be followed by epochs and a factor below 1",
            names
        )
    },
    words: || Shape::ALL.map(Shape::name).to_vec(),
    default: || Shape::default().name().into(),
    parse: |text| {
        let shape = Shape::parse(text)?;
        Some(Edit::new(move |choices| choices.schedule.shape = shape))
    },
    value: |choices| choices.schedule.shape.words(),
    step: |choices, direction, _| {
        let now = choices.schedule.shape.name();
        let now = Shape::ALL.into_iter().find(|shape| shape.name() == now);
        choices.schedule.shape = turned(&Shape::ALL, now.unwrap_or_default(), direction);
        // Without an end, those that have one can't be.
        while choices.schedule.shape.end().is_some() && choices.limits.epochs.is_none() {
            choices.schedule.shape = turned(&Shape::ALL, choices.schedule.shape, direction);
        }
    },
    command: set_schedule,
    ..BASE
};

/// Number of epochs of the warm-up.
pub(crate) const WARM_UP: Setting = Setting {
    name: "warm-up",
    heading: HEADING,
    argument: "N",
    help: "epochs over which the learning rate rises to its value",
    expected: |_| "a whole number of epochs".into(),
    default: || "0".into(),
    parse: |text| {
        let epochs = text.parse().ok().filter(|&epochs: &u64| epochs < 1 << 32)?;
        Some(Edit::new(move |choices| choices.schedule.warm_up = epochs))
    },
    value: |choices| choices.schedule.warm_up.to_string(),
    step: |choices, direction, _| {
        let warm_up = &mut choices.schedule.warm_up;
        *warm_up = match direction {
            Direction::Up => *warm_up + 1,
            Direction::Down => warm_up.saturating_sub(1),
        };
    },
    command: set_schedule,
    ..BASE
};

/// Gradient clipping.
pub(crate) const CLIP: Setting = Setting {
    name: "clip",
    heading: HEADING,
    argument: "NORM",
    help: "largest norm of the gradient, or none",
    expected: |_| "a number above 0 such as 1, or none".into(),
    words: || vec![NONE],
    default: || NONE.into(),
    parse: |text| {
        let clip = parse_or(NONE, text, |text| text.parse().ok())?;
        Some(Edit::new(move |choices| choices.clip = clip))
    },
    value: |choices| text_or(NONE, choices.clip),
    step: |choices, direction, _| {
        let clip = &mut choices.clip;
        let now = clip.map_or(f64::INFINITY, ClipNorm::get);
        *clip = match neighbour(&NORMS, now, direction) {
            Some(norm) => ClipNorm::new(norm).ok(),
            None if direction == Direction::Up => None,
            None => *clip,
        };
    },
    command: set_regularisation,
    ..BASE
};

/// Dropout.
pub(crate) const DROPOUT: Setting = Setting {
    name: "dropout",
    heading: HEADING,
    argument: "P",
    help: "probability that a step leaves out a hidden neuron",
    expected: |_| "a number of at least 0 and below 1".into(),
    default: || "0".into(),
    parse: |text| {
        let dropout = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.dropout = dropout))
    },
    value: |choices| choices.dropout.to_string(),
    step: |choices, direction, _| {
        if let Some(next) = neighbour(&DROPOUTS, choices.dropout.get(), direction) {
            choices.dropout = DropoutRate::new(next).unwrap_or(choices.dropout);
        }
    },
    command: set_regularisation,
    ..BASE
};

/// Label smoothing.
pub(crate) const LABEL_SMOOTHING: Setting = Setting {
    name: "label-smoothing",
    heading: HEADING,
    argument: "SHARE",
    help: "share of each label that is spread over all classes",
    expected: |_| "a number of at least 0 and below 1".into(),
    default: || {
        say!(
            "default-label-smoothing",
            "0; headless without --epochs {share} with softmax and cross-entropy",
            share = LabelSmoothing::AUTOMATIC
        )
    },
    parse: |text| {
        let share = text.parse().ok()?;
        Some(Edit::new(move |choices| {
            choices.label_smoothing = Some(share)
        }))
    },
    value: |choices| text_or(AUTO, choices.label_smoothing),
    step: |choices, direction, _| {
        choices.label_smoothing = choices.label_smoothing.map(|now| {
            let next = neighbour(&SMOOTHINGS, now.get(), direction);
            next.map_or(now, |share| LabelSmoothing::new(share).unwrap_or(now))
        });
    },
    command: set_regularisation,
    ..BASE
};

fn set_schedule(_: &Choices, plan: &Plan) -> Option<Command> {
    Some(Command::Apply(Change::Schedule {
        schedule: plan.schedule,
    }))
}

fn set_regularisation(_: &Choices, plan: &Plan) -> Option<Command> {
    Some(Command::Apply(Change::Regularisation {
        regularisation: plan.regularisation,
    }))
}
