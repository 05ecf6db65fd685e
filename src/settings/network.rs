//! Settings of the network: its hidden layers, functions and initial weights.

use super::{
    AUTO, BASE, Choices, Direction, Edit, Setting, defaults, one_of, parse_or, text_or, turned,
};
use crate::nn::architecture::{hidden_text, parse_hidden};
use crate::nn::{Activation, Initialisation, Loss, Output};
use crate::train::{Command, Plan};
use crate::util::lang::say;

const HEADING: &str = "Network";

/// Number of neurons of a hidden layer in a network that had none.
pub(crate) const NEW_LAYER: usize = 8;

/// Sizes of the hidden layers.
pub(crate) const HIDDEN: Setting = Setting {
    name: "hidden",
    heading: HEADING,
    argument: "SIZES",
    help: "hidden layer sizes, e.g. 16,8, or none",
    note: "surviving weights keep their values",
    expected: |_| "sizes such as 16,8, or none".into(),
    default: || {
        let [few, many] =
            [defaults::HIDDEN, defaults::HIDDEN_OF_MANY].map(|sizes| hidden_text(&sizes));
        say!(
            "default-hidden",
            "{few}; {many} for more than {inputs} inputs",
            few,
            many,
            inputs = defaults::FEW_INPUTS
        )
    },
    parse: |text| {
        let sizes = parse_hidden(text).ok()?;
        Some(Edit::new(move |choices| {
            choices.hidden = Some(sizes.clone());
        }))
    },
    value: |choices| choices.hidden.as_deref().map_or(AUTO.into(), hidden_text),
    step: |choices, direction, _| {
        let hidden = choices.hidden.get_or_insert_default();
        match (hidden.first_mut(), direction) {
            (Some(size), Direction::Up) => *size = size.saturating_add(1),
            (Some(size), Direction::Down) => *size = (*size - 1).max(1),
            (None, Direction::Up) => hidden.push(NEW_LAYER),
            (None, Direction::Down) => {}
        }
    },
    command: change_network,
    ..BASE
};

/// Activation of the hidden layers.
pub(crate) const ACTIVATION: Setting = Setting {
    name: "activation",
    heading: HEADING,
    argument: "NAME",
    help: "hidden activation",
    expected: |_| one_of(&names(&Activation::ALL, Activation::name)),
    words: || names(&Activation::ALL, Activation::name),
    default: || defaults::ACTIVATION.to_string(),
    parse: |text| {
        let activation = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.activation = activation))
    },
    value: |choices| choices.activation.to_string(),
    step: |choices, direction, _| {
        choices.activation = turned(&Activation::ALL, choices.activation, direction);
    },
    command: change_network,
    ..BASE
};

/// Activation of the output layer.
pub(crate) const OUTPUT: Setting = Setting {
    name: "output",
    heading: HEADING,
    argument: "NAME",
    help: "output activation",
    note: "changes the loss if required",
    expected: |_| one_of(&or_auto(&Output::ALL, Output::name)),
    words: || or_auto(&Output::ALL, Output::name),
    default: || say!("default-output", "{auto} (matches the loss)", auto = AUTO),
    parse: |text| {
        let output = parse_or(AUTO, text, |name| name.parse().ok())?;
        Some(Edit::new(move |choices| choices.output = output))
    },
    value: |choices| text_or(AUTO, choices.output),
    step: |choices, direction, _| {
        choices.output = choices
            .output
            .map(|output| turned(&Output::ALL, output, direction));
    },
    command: change_network,
    ..BASE
};

/// Loss function.
pub(crate) const LOSS: Setting = Setting {
    name: "loss",
    heading: HEADING,
    argument: "NAME",
    help: "loss",
    note: "changes the output if required",
    expected: |_| one_of(&or_auto(&Loss::ALL, Loss::name)),
    words: || or_auto(&Loss::ALL, Loss::name),
    default: || say!("default-loss", "{auto} (matches the output)", auto = AUTO),
    parse: |text| {
        let loss = parse_or(AUTO, text, |name| name.parse().ok())?;
        Some(Edit::new(move |choices| choices.loss = loss))
    },
    value: |choices| text_or(AUTO, choices.loss),
    step: |choices, direction, _| {
        choices.loss = choices.loss.map(|loss| turned(&Loss::ALL, loss, direction));
    },
    command: change_network,
    ..BASE
};

/// Distribution of the initial weights.
pub(crate) const INIT: Setting = Setting {
    name: "init",
    heading: HEADING,
    argument: "NAME",
    help: "distribution of the initial weights",
    note: "restarts",
    expected: |_| one_of(&names(&Initialisation::ALL, Initialisation::name)),
    words: || names(&Initialisation::ALL, Initialisation::name),
    default: || {
        say!(
            "default-init",
            "{init} (suits the activation)",
            init = defaults::INIT
        )
    },
    parse: |text| {
        let initialisation = text.parse().ok()?;
        Some(Edit::new(move |choices| {
            choices.initialisation = initialisation;
        }))
    },
    value: |choices| choices.initialisation.to_string(),
    command: restart,
    restarts: true,
    ..BASE
};

/// Starts the training again with the plan's seed and initialisation.
pub(super) fn restart(_: &Choices, plan: &Plan) -> Option<Command> {
    Some(Command::Reset {
        seed: plan.seed,
        initialisation: plan.initialisation,
    })
}

fn change_network(_: &Choices, plan: &Plan) -> Option<Command> {
    Some(Command::Apply(plan.network_change()))
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|&value| name(value)).collect()
}

fn or_auto<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    [AUTO].into_iter().chain(names(all, name)).collect()
}
