//! Settings of the learning rule, and of how long and from what seed it is applied.

use std::fmt;

use super::network::restart;
use super::{
    AUTO, BASE, Direction, Edit, NONE, Setting, defaults, neighbour, one_of, text_or, turned,
};
use crate::nn::optimizer;
use crate::nn::{BatchSize, Change, LearningRate, Loss, Optimizer, Output, WeightDecay};
use crate::train::Command;
use crate::util::lang::say;

const HEADING: &str = "Learning";

/// Bounds of the learning rates that keys reach.
const MIN_RATE: f64 = 1e-7;
const MAX_RATE: f64 = 1e3;
/// Weight decays that keys reach.
const DECAYS: [f64; 7] = [0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/// Optimizer, with its constants where they are not the defaults.
pub(crate) const OPTIMIZER: Setting = Setting {
    name: "optimizer",
    heading: HEADING,
    argument: "NAME [CONSTANT ...]",
    help: "optimizer",
    note: "resets its state",
    expected: |text| {
        let name = text.split_whitespace().next().unwrap_or_default();
        match Optimizer::parse(text) {
            Err(problem) if Optimizer::named(name).is_some() => {
                say!(
                    "optimizer-expected",
                    "a name and valid constants ({problem})",
                    problem
                )
            }
            _ => one_of(&Optimizer::names()),
        }
    },
    words: Optimizer::names,
    default: || defaults::OPTIMIZER.name().into(),
    parse: |text| {
        let optimizer = Optimizer::parse(text).ok()?;
        Some(Edit::new(move |choices| choices.optimizer = optimizer))
    },
    value: |choices| choices.optimizer.words(),
    step: |choices, direction, _| {
        let now = Optimizer::named(choices.optimizer.name());
        choices.optimizer = turned(Optimizer::ALL, now.unwrap_or(Optimizer::SGD), direction);
    },
    command: |_, plan| {
        Some(Command::Apply(Change::Optimizer {
            optimizer: plan.rule.optimizer,
        }))
    },
    ..BASE
};

/// Momentum of the optimizers that have one.
pub const MOMENTUM: Setting = Setting {
    name: "momentum",
    heading: HEADING,
    argument: "MU",
    help: "momentum of the optimizer, if it has one",
    note: "resets its state",
    expected: |_| "a number of at least 0 and below 1".into(),
    default: || {
        let default = Optimizer::MOMENTUM.constant(optimizer::MOMENTUM);
        default.unwrap_or_default().to_string()
    },
    parse: |text| {
        let momentum = text.parse().ok()?;
        // Checks the range.
        Optimizer::MOMENTUM
            .with(optimizer::MOMENTUM, momentum)
            .ok()?;
        Some(Edit::new(move |choices| choices.momentum = Some(momentum)))
    },
    value: |choices| {
        let now = choices.optimizer.constant(optimizer::MOMENTUM);
        text_or(NONE, choices.momentum.or(now))
    },
    step: |choices, direction, _| {
        let steps = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99];
        let now = choices.optimizer.constant(optimizer::MOMENTUM);
        choices.momentum = now.map(|now| neighbour(&steps, now, direction).unwrap_or(now));
    },
    command: |_, plan| {
        Some(Command::Apply(Change::Optimizer {
            optimizer: plan.rule.optimizer,
        }))
    },
    ..BASE
};

/// Lists the defaults that `value` gives for each optimizer, by output and loss.
fn by_optimizer<T: fmt::Display>(value: fn(Optimizer, Output, Loss) -> T) -> String {
    let mut kinds: Vec<(String, Vec<&str>)> = Vec::new();
    for &optimizer in Optimizer::ALL {
        let values = format!(
            "{} / {} / {}",
            value(optimizer, Output::Softmax, Loss::CrossEntropy),
            value(optimizer, Output::Linear, Loss::Quadratic),
            value(optimizer, Output::Sigmoid, Loss::Quadratic)
        );
        match kinds.iter_mut().find(|(known, _)| *known == values) {
            Some((_, names)) => names.push(optimizer.name()),
            None => kinds.push((values, vec![optimizer.name()])),
        }
    }
    let kinds = kinds.iter();
    let kinds =
        kinds.map(|(values, names)| format!("{} {values}", names.join(say!("and", " and "))));
    let kinds = kinds.collect::<Vec<_>>().join(say!("semicolon", "; "));
    say!(
        "default-by-optimizer",
        "for classes / numbers / sigmoid output with quadratic loss: {kinds}",
        kinds
    )
}

/// The default weight decay, from that of few inputs per row to that of many.
fn default_decays(optimizer: Optimizer, output: Output, loss: Loss) -> String {
    let [few, many] = [0.0, f64::INFINITY]
        .map(|inputs_per_row| optimizer.default_weight_decay(output, loss, inputs_per_row));
    if few == many {
        few.to_string()
    } else {
        say!("default-range", "{few} to {many}", few, many)
    }
}

/// Learning rate.
pub(crate) const LEARNING_RATE: Setting = Setting {
    name: "lr",
    heading: HEADING,
    argument: "RATE",
    help: "learning rate",
    expected: |_| "a number above 0 such as 0.03 or 1e-4".into(),
    default: || by_optimizer(Optimizer::default_learning_rate),
    parse: |text| {
        let rate: LearningRate = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.learning_rate = Some(rate)))
    },
    value: |choices| text_or(AUTO, choices.learning_rate),
    step: |choices, direction, _| {
        choices.learning_rate = choices.learning_rate.map(|rate| match direction {
            Direction::Up => rate_above(rate),
            Direction::Down => rate_below(rate),
        });
    },
    command: |_, plan| {
        Some(Command::Apply(Change::LearningRate {
            learning_rate: plan.rule.learning_rate,
        }))
    },
    ..BASE
};

/// Weight decay.
pub(crate) const WEIGHT_DECAY: Setting = Setting {
    name: "l2",
    heading: HEADING,
    argument: "LAMBDA",
    help: "L2 weight decay",
    expected: |_| "a number of at least 0 such as 1e-4".into(),
    default: || by_optimizer(default_decays),
    parse: |text| {
        let lambda: WeightDecay = text.parse().ok()?;
        Some(Edit::new(move |choices| {
            choices.weight_decay = Some(lambda)
        }))
    },
    value: |choices| text_or(AUTO, choices.weight_decay),
    step: |choices, direction, _| {
        choices.weight_decay = choices.weight_decay.map(|now| {
            // One that was rounded is not its own neighbour.
            let edge = match direction {
                Direction::Up => now.get() * 1.001,
                Direction::Down => now.get() * 0.999,
            };
            let next = neighbour(&DECAYS, edge, direction);
            next.map_or(now, |decay| WeightDecay::new(decay).expect("is in range"))
        });
    },
    command: |_, plan| {
        Some(Command::Apply(Change::WeightDecay {
            weight_decay: plan.rule.weight_decay,
        }))
    },
    ..BASE
};

/// Mini-batch size.
pub(crate) const BATCH: Setting = Setting {
    name: "batch",
    heading: HEADING,
    argument: "ROWS",
    help: "mini-batch size",
    note: "restarts the current epoch",
    expected: |_| "a number of rows such as 32".into(),
    default: || defaults::BATCH.to_string(),
    parse: |text| {
        let batch = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.batch = batch))
    },
    value: |choices| choices.batch.to_string(),
    step: |choices, direction, facts| {
        let rows = choices.batch.get();
        let next = match direction {
            Direction::Up => (rows + 1).next_power_of_two().min(facts.training_rows),
            Direction::Down => rows.div_ceil(2).next_power_of_two().min(rows - 1).max(1),
        };
        choices.batch = BatchSize::new(next).unwrap_or(choices.batch);
    },
    command: |_, plan| Some(Command::Apply(Change::Batch { batch: plan.batch })),
    ..BASE
};

/// Seed of all random numbers.
pub(crate) const SEED: Setting = Setting {
    name: "seed",
    heading: "Data",
    argument: "N",
    help: "seed for the split, the initial weights and the order of rows",
    note: "restarts",
    expected: |_| "a whole number of at least 0".into(),
    default: || defaults::SEED.to_string(),
    parse: |text| {
        let seed = text.parse().ok()?;
        Some(Edit::new(move |choices| choices.seed = seed))
    },
    value: |choices| choices.seed.to_string(),
    command: restart,
    restarts: true,
    ..BASE
};

/// The next rate above `rate` on the ladder 1, 2, 5, 10 ...
fn rate_above(rate: LearningRate) -> LearningRate {
    let now = rate.get();
    let next = ladder(now).find(|&step| step > now * (1.0 + 1e-9));
    let next = next.unwrap_or(now).min(MAX_RATE).max(now);
    LearningRate::new(next).unwrap_or(rate)
}

/// The next rate below `rate` on the ladder.
fn rate_below(rate: LearningRate) -> LearningRate {
    let now = rate.get();
    let below = ladder(now).filter(|&step| step < now * (1.0 - 1e-9));
    let below = below.last().unwrap_or(now).max(MIN_RATE).min(now);
    LearningRate::new(below).unwrap_or(rate)
}

/// Steps of the ladder around `rate`, ascending.
fn ladder(rate: f64) -> impl Iterator<Item = f64> {
    let decade = rate.log10().floor() as i32;
    (decade - 1..=decade + 1).flat_map(|exponent| {
        // A power of ten is exact up to the 22nd, and a quotient is rounded once.
        let power = 10f64.powi(exponent.abs());
        [1.0, 2.0, 5.0].map(|digit| match exponent {
            ..0 => digit / power,
            _ => digit * power,
        })
    })
}

/// Rounds to four digits, which removes errors of binary fractions.
pub(crate) fn rounded(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

/// Returns a tenth of `rate`, or `rate` if that is too small.
pub fn tenth(rate: LearningRate) -> LearningRate {
    LearningRate::new(rounded(rate.get() / 10.0)).unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_1_2_5() {
        let above = |rate| rate_above(LearningRate::new(rate).unwrap()).get();
        let below = |rate| rate_below(LearningRate::new(rate).unwrap()).get();
        let mut rate = 0.001;
        for expected in [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2] {
            rate = above(rate);
            assert_eq!(rate, expected);
        }
        for expected in [0.1, 0.05, 0.02, 0.01, 0.005] {
            rate = below(rate);
            assert_eq!(rate, expected);
        }
        assert_eq!((above(0.03), below(0.03)), (0.05, 0.02));
        assert_eq!((below(MIN_RATE), above(MAX_RATE)), (MIN_RATE, MAX_RATE));
    }
}
