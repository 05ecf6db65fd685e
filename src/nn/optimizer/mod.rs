//! The learning rule: how the gradient of a mini-batch becomes an update of the parameters.
//!
//! Every optimizer is one file: a `Spec` with its name, constants, default learning rates and
//! formula, and the same arithmetic on vectors (`VectorForm`). A new one is such a file, its `mod` and
//! a line in the list below; the command line, the typed command, the menu, model files, the
//! textbook, the engine and the inspector read that list.

mod adam;
mod adamw;
mod defaults;
mod formula;
mod learning_rule;
mod momentum;
mod nesterov;
mod rmsprop;
mod serialise;
mod sgd;
mod state;

use std::fmt;

use pulp::Simd;

use super::kernels::update::{Scale, Tile, TileUpdate, update_tile};
use super::{LearningRate, Loss, Output, WeightDecay};
use defaults::{DefaultDecay, Defaults, measured_decay};
pub use formula::Part;
use formula::{Assignment, Symbol};
pub use learning_rule::LearningRule;
pub use state::{Explained, Role};
pub use state::{ParameterState, UpdateFormula};
use util::lang::say;
use util::numbers::rate;

/// Generates the list of optimizers from lines of: variant, constant with the default settings, file.
macro_rules! optimizers {
    ($($kind:ident, $constant:ident, $file:ident;)+) => {
        /// The optimizers there are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Kind {
            $($kind),+
        }

        impl Kind {
            const fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$kind => &$file::SPEC),+
                }
            }
        }

        /// Number of values that the optimizer with the largest state keeps per parameter.
        pub const MAX_STATE: usize = max(&[$($file::SPEC.state.len()),+]);
        const MAX_CONSTANTS: usize = max(&[$($file::SPEC.constants.len()),+]);

        impl Optimizer {
            $(
                #[doc = concat!("The optimizer of `", stringify!($file), ".rs` with its default constants.")]
                pub const $constant: Self = Self::new(Kind::$kind);
            )+

            /// Every optimizer with its default constants, in the order of menus and help.
            pub const ALL: &'static [Self] = &[$(Self::$constant),+];
        }

        /// The arithmetic of a learning rule on vectors, with its constants in `f32`.
        ///
        /// The kernels are compiled once for all optimizers and choose one for every tile; compiled for
        /// each, they would be most of the program.
        pub(super) enum VectorRule {
            $($kind($file::VectorForm),)+
            /// No update: the summed gradient takes the place of the parameters.
            Sums,
        }

        impl VectorRule {
            /// Creates the vector form of `rule`. `updates` counts those since the state was zero, the
            /// next one included.
            pub fn new(rule: &LearningRule, updates: u64) -> Self {
                match rule.optimizer.kind {
                    $(Kind::$kind => Self::$kind($file::VectorForm::new(rule, updates))),+
                }
            }
        }

        impl TileUpdate for VectorRule {
            #[inline(always)]
            fn update<S: Simd>(&self, simd: S, scale: Scale, sums: &[S::f32s], tile: Tile) {
                match *self {
                    $(Self::$kind(lanes) => update_tile((simd, lanes), scale, sums, tile),)+
                    Self::Sums => {
                        let vectors = S::as_mut_simd_f32s(tile.parameters).0;
                        vectors.copy_from_slice(sums);
                    }
                }
            }
        }
    };
}

optimizers! {
    Sgd, SGD, sgd;
    Momentum, MOMENTUM, momentum;
    Nesterov, NESTEROV, nesterov;
    Rmsprop, RMSPROP, rmsprop;
    Adam, ADAM, adam;
    Adamw, ADAMW, adamw;
}

const fn max(numbers: &[usize]) -> usize {
    let (mut max, mut i) = (0, 0);
    while i < numbers.len() {
        if numbers[i] > max {
            max = numbers[i];
        }
        i += 1;
    }
    max
}

/// Description of an optimizer.
struct Spec {
    /// Name on the command line and in files.
    name: &'static str,
    /// Name on the screen.
    title: &'static str,
    constants: &'static [Constant],
    /// Symbols of the values kept for each parameter, zero at first.
    state: &'static [Symbol],
    decay: Decay,
    learning_rates: Defaults,
    weight_decay: DefaultDecay,
    /// Assignments that end with the one of [`formula::CHANGE`].
    formula: fn() -> Vec<Assignment>,
    /// Call of a class of `torch.optim`, with the names of constants in braces.
    torch: &'static str,
    /// Magnitude up to which gradients cannot make the state or the update overflow `f32`.
    max_gradient: fn(&LearningRule) -> f32,
}

/// A constant of an optimizer, such as Adam's `beta1`.
struct Constant {
    /// Name in files and messages.
    name: &'static str,
    symbol: Symbol,
    default: f64,
    range: Range,
}

/// Name of the constant `mu`, which optimizers with a velocity have.
pub const MOMENTUM: &str = "momentum";

/// Values that a constant may have.
enum Range {
    /// `0 <= x < 1`.
    Fraction,
    /// `x > 0`, also when rounded to `f32`.
    Positive,
}

/// Place where weight decay enters the update. Biases are never decayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decay {
    /// In the gradient, as the derivative `lambda w` of an L2 penalty.
    Gradient,
    /// In the update, as `-eta lambda w`.
    Decoupled,
}

/// Gradient descent in one of its forms, with its constants, which are always within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimizer {
    kind: Kind,
    /// In the order of the [`Spec`]; 0 where it has fewer.
    constants: [f64; MAX_CONSTANTS],
}

impl Optimizer {
    const fn new(kind: Kind) -> Self {
        let mut constants = [0.0; MAX_CONSTANTS];
        let all = kind.spec().constants;
        let mut i = 0;
        while i < all.len() {
            constants[i] = all[i].default;
            i += 1;
        }
        Self { kind, constants }
    }

    fn spec(self) -> &'static Spec {
        self.kind.spec()
    }

    /// Returns the optimizer called `name`, such as `adam`, with its default constants.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }

    /// Reads an optimizer as it is typed: the name, and constants in their order where they are not
    /// the defaults, as in `momentum 0.8`.
    ///
    /// # Errors
    /// Names the optimizers there are, or the constants and their ranges.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let Some(mut optimizer) = words.next().and_then(Self::named) else {
            return Err(say!(
                "optimizer-one-of",
                "optimizer takes one of {names}",
                names = Self::names().join(", ")
            ));
        };
        let mut constants = optimizer.spec().constants.iter();
        for word in words {
            let Some(constant) = constants.next() else {
                let names = optimizer.constants().map(|(name, _)| name);
                let names: Vec<&str> = names.collect();
                let takes = if names.is_empty() {
                    say!("optimizer-no-number", "no number").to_owned()
                } else {
                    names.join(", ")
                };
                return Err(say!(
                    "optimizer-takes",
                    "{optimizer} takes {takes} and nothing else",
                    optimizer = optimizer.name(),
                    takes
                ));
            };
            // What is not a number is out of every range.
            let value = word.parse().unwrap_or(f64::NAN);
            optimizer = optimizer.with(constant.name, value)?;
        }
        Ok(optimizer)
    }

    /// Returns the optimizer with another value of the constant `name`.
    ///
    /// # Errors
    /// If it has no such constant, or the value is outside its range.
    pub fn with(mut self, name: &str, value: f64) -> Result<Self, String> {
        let constants = self.spec().constants;
        let Some(i) = constants.iter().position(|constant| constant.name == name) else {
            return Err(say!(
                "optimizer-no-constant",
                "{optimizer} has no constant {name}",
                optimizer = self.name(),
                name
            ));
        };
        constants[i].check(value)?;
        self.constants[i] = value;
        Ok(self)
    }

    /// Name on the command line and in files, such as `adam`.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Name on the screen, such as `Adam`.
    pub fn title(self) -> &'static str {
        self.spec().title
    }

    /// Names of all optimizers, in the order of menus and help.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|known| known.name()).collect()
    }

    /// Returns the optimizer as [`parse`](Self::parse) reads it. A single constant is always shown, several
    /// only where they are not the defaults.
    pub fn words(self) -> String {
        let mut words = self.name().to_owned();
        if self.spec().constants.len() == 1 || self != Self::new(self.kind) {
            for (_, value) in self.constants() {
                words.push(' ');
                words.push_str(&rate(value));
            }
        }
        words
    }

    /// Names and values of the constants.
    pub(crate) fn constants(self) -> impl Iterator<Item = (&'static str, f64)> {
        let names = self.spec().constants.iter().map(|constant| constant.name);
        names.zip(self.constants)
    }

    /// Call of a class of `torch.optim` with this optimizer's constants.
    pub fn torch(self) -> String {
        let call = self.spec().torch.to_owned();
        self.constants().fold(call, |call, (name, value)| {
            call.replace(&format!("{{{name}}}"), &format!("{value:?}"))
        })
    }

    /// Value of the constant `name`, if the optimizer has it.
    pub fn constant(self, name: &str) -> Option<f64> {
        let mut constants = self.constants();
        constants.find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Whether both are the same optimizer, whatever their constants: one continues with the other's
    /// state.
    pub fn is_same_kind(self, other: Self) -> bool {
        self.kind == other.kind
    }

    /// Names of the optimizers that have the constant `name`.
    pub fn with_constant(name: &str) -> Vec<&'static str> {
        let all = Self::ALL
            .iter()
            .filter(|known| known.constant(name).is_some());
        all.map(|known| known.name()).collect()
    }

    /// Number of values kept for each parameter.
    pub fn state_len(self) -> usize {
        self.spec().state.len()
    }

    /// Learning rate where none is given. An update of Adam has about the size of the rate, one of
    /// SGD that of the gradient times the rate.
    pub fn default_learning_rate(self, output: Output, loss: Loss) -> LearningRate {
        let rate = self.spec().learning_rates.of(output, loss);
        LearningRate::new(rate).expect("default rates are in range")
    }

    /// Weight decay where none is given: chosen by measurement for Adam, 0.01 for AdamW as in PyTorch, and
    /// none for the others, which follow the textbook. `inputs_per_row` is the number of inputs divided by that of the
    /// rows of the table.
    pub fn default_weight_decay(
        self,
        output: Output,
        loss: Loss,
        inputs_per_row: f64,
    ) -> WeightDecay {
        let decay = match self.spec().weight_decay {
            DefaultDecay::Fixed(decay) => decay,
            DefaultDecay::Measured => {
                let numbers = measured_decay(inputs_per_row);
                let decays = Defaults {
                    usual: 0.003,
                    sigmoid_quadratic: 0.0,
                    linear: numbers,
                };
                decays.of(output, loss)
            }
        };
        WeightDecay::new(decay).expect("default decays are in range")
    }
}

impl Constant {
    fn check(&self, value: f64) -> Result<(), String> {
        let in_f32 = value as f32;
        let (is_valid, range) = match self.range {
            Range::Fraction => (
                (0.0..1.0).contains(&value),
                say!("range-fraction", "at least 0 and below 1"),
            ),
            Range::Positive => (
                in_f32 > 0.0 && in_f32.is_finite(),
                say!("range-positive", "above 0 and finite"),
            ),
        };
        if is_valid {
            Ok(())
        } else {
            Err(say!(
                "constant-range",
                "{name} is {value}; it must be {range}",
                name = self.name,
                value,
                range
            ))
        }
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests;
