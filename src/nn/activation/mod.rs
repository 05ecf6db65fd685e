//! The non-linear half of the activity rule: `a = f(z)`.
//!
//! Without it layers would be worth nothing: `W2 (W1 x + b1) + b2` is again a matrix times `x`
//! plus a vector, so any number of linear layers collapses into one.
//!
//! Each activation is one file that implements `Function`, and one row of the table below.

use pulp::Simd;
use serde::{Deserialize, Serialize};

use super::Initialisation;
use export::{Onnx, RustCode};
use util::named::{read_by_name, shown_by_name};

pub mod export;

/// Declares the modules and the enum of the activations, and the macro `with_function`, which expands
/// `$body` with the type `$F` that implements [`Function`] for `$activation`.
macro_rules! activations {
    (($d:tt) $($variant:ident, $module:ident, $about:literal;)*) => {
        $(mod $module;
        pub(crate) use $module::$variant;)*

        /// Activation function of a hidden layer, applied to each neuron alone.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Activation {
            $(#[doc = $about] $variant,)*
        }

        impl Activation {
            /// All activations, in the order in which menus and help list them.
            pub const ALL: [Self; [$(stringify!($variant)),*].len()] = [$(Self::$variant),*];
        }

        macro_rules! with_function {
            ($d activation:expr, |$d F:ident| $d body:expr) => {
                match $d activation {
                    $($crate::Activation::$variant => {
                        type $d F = $crate::activation::$variant;
                        $d body
                    })*
                }
            };
        }
    };
}
activations! { ($)
    Sigmoid, sigmoid, "`1 / (1 + e^-z)`, between 0 and 1.";
    Tanh, tanh, "`tanh z`, between -1 and 1.";
    Relu, relu, "`max(0, z)`.";
    LeakyRelu, leaky_relu, "`z` where positive, `0.01 z` elsewhere.";
    Gelu, gelu, "`z Φ(z)` with the normal distribution function `Φ`.";
    Silu, silu, "`z / (1 + e^-z)`.";
    Elu, elu, "`z` where positive, `e^z - 1` elsewhere.";
    Softplus, softplus, "`ln(1 + e^z)`: a smooth ReLU.";
    Linear, linear, "`z` itself: shows the limits of a network without non-linearity.";
}

pub(crate) use with_function;

/// An activation function in every form in which the program needs it.
///
/// The textbook computes with `value` and `derivative`, the engine with their vector forms, and tests
/// hold the second against the first.
pub(crate) trait Function {
    /// Name on the command line and in files.
    const NAME: &'static str;
    /// Name on the screen.
    const TITLE: &'static str = Self::NAME;
    /// Smallest and largest value; infinite where there is none.
    const RANGE: (f64, f64);
    /// Whether the derivative cannot be had from `a` alone. The engine then keeps `z`.
    const NEEDS_Z: bool = false;
    /// Whether the first or the second derivative jumps at `z = 0`, so that finite differences across
    /// it are not to be relied on.
    const HAS_KINK: bool = false;
    /// Initialisation that `auto` stands for in a layer with this activation.
    const INITIALISATION: Initialisation = Initialisation::Xavier;
    /// `f(z)` as the inspector shows it.
    const FORMULA: Formula;
    /// `f'(z)` as the inspector shows it, in the form that reuses most of what the forward pass found.
    const SLOPE: Formula;
    /// `f(z)` in operators of ONNX.
    const ONNX: Onnx;
    /// `f(z)` as a Python expression of the float `z`. It may use `math` and `_sigmoid`.
    const PYTHON: &'static str;
    /// Module of `torch.nn`.
    const TORCH: &'static str;
    /// `f(z)` as Rust code.
    const RUST: RustCode;

    /// `a = f(z)`.
    fn value(z: f64) -> f64;

    /// `f'(z)`, given `a = f(z)` too. At a kink the slope of the negative side, as in PyTorch.
    fn derivative(z: f64, a: f64) -> f64;

    /// `f(z)` of each lane. NaN stays NaN.
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s;

    /// `f'(z)` of each lane. Without [`NEEDS_Z`](Self::NEEDS_Z) only `a` may be used.
    fn derivative_of_lanes<S: Simd>(simd: S, z: S::f32s, a: S::f32s) -> S::f32s;
}

/// A formula as the inspector shows it: with symbols, and then with numbers in their places.
#[derive(Clone, Copy)]
pub struct Formula {
    /// `{z}` and `{a}` stand for the neuron's symbols.
    pub symbols: &'static str,
    /// Each `{}` stands for one of `values`. Empty where numbers would tell nothing new.
    pub numbers: &'static str,
    /// From `z` and `a`, as many values as `numbers` has places.
    pub values: fn(f64, f64) -> Vec<f64>,
}

impl Formula {
    /// A formula that is not shown with numbers.
    const fn symbols(symbols: &'static str) -> Self {
        Self {
            symbols,
            numbers: "",
            values: |_, _| Vec::new(),
        }
    }
}

impl Activation {
    /// `a = f(z)`.
    pub fn value(self, z: f64) -> f64 {
        with_function!(self, |F| F::value(z))
    }

    /// `f'(z)`, given both `z` and `a = f(z)`. At the kink of ReLU and leaky ReLU the slope of the
    /// negative side, as in PyTorch.
    pub fn derivative(self, z: f64, a: f64) -> f64 {
        with_function!(self, |F| F::derivative(z, a))
    }

    /// Name on the command line and in files.
    pub fn name(self) -> &'static str {
        with_function!(self, |F| F::NAME)
    }

    /// Name on the screen: `ReLU` for `relu`.
    pub fn title(self) -> &'static str {
        with_function!(self, |F| F::TITLE)
    }

    /// Smallest and largest value; infinite where there is none.
    pub fn range(self) -> (f64, f64) {
        with_function!(self, |F| F::RANGE)
    }

    /// Whether the derivative cannot be had from `a` alone.
    pub(crate) fn needs_z(self) -> bool {
        with_function!(self, |F| F::NEEDS_Z)
    }

    /// Whether the first or the second derivative jumps at `z = 0`.
    pub(crate) fn has_kink(self) -> bool {
        with_function!(self, |F| F::HAS_KINK)
    }

    /// Initialisation that `auto` stands for in a layer with this activation.
    pub fn initialisation(self) -> Initialisation {
        with_function!(self, |F| F::INITIALISATION)
    }

    /// `f(z)` as the inspector shows it.
    pub fn formula(self) -> Formula {
        with_function!(self, |F| F::FORMULA)
    }

    /// `f'(z)` as the inspector shows it.
    pub fn slope(self) -> Formula {
        with_function!(self, |F| F::SLOPE)
    }

    /// `f(z)` in operators of ONNX.
    pub fn onnx(self) -> &'static Onnx {
        with_function!(self, |F| &F::ONNX)
    }

    /// `f(z)` as a Python expression of the float `z`.
    pub fn python(self) -> &'static str {
        with_function!(self, |F| F::PYTHON)
    }

    /// Module of `torch.nn` that computes `f(z)`.
    pub fn torch(self) -> &'static str {
        with_function!(self, |F| F::TORCH)
    }

    /// `f(z)` as Rust code.
    pub fn rust(self) -> RustCode {
        with_function!(self, |F| F::RUST)
    }
}

shown_by_name!(Activation);
read_by_name!(Activation, "activation");

#[cfg(test)]
mod tests;
