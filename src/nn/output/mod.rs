//! The activation of the output layer.
//!
//! Each output is one file and one row of the table below. An output that is an activation of each neuron
//! alone implements [`OfEachNeuron`]; one whose neurons depend on one another, [`OutputFunction`].

mod linear;
mod sigmoid;
pub(crate) mod softmax;

use pulp::Simd;
use serde::{Deserialize, Serialize};

use super::activation::Function;
use super::loss::ErrorLoss;
use super::{Activation, Loss};
use crate::kernels::output::{OutputRows, masked, of_each_output};
use crate::kernels::panels::Panels;
use util::named::{read_by_name, shown_by_name};

/// Declares the enum of the outputs, and the macro `with_output`, which expands `$body` with the type `$O`
/// that implements [`OutputFunction`] for `$output`.
macro_rules! outputs {
    (($d:tt) $($variant:ident, $module:ident, $about:literal;)*) => {
        $(pub(crate) use $module::$variant;)*

        /// Activation of the output layer. Softmax depends on all outputs together, so this is a type of
        /// its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Output {
            $(#[doc = $about] $variant,)*
        }

        impl Output {
            /// All outputs, in the order in which menus and help list them.
            pub const ALL: [Self; [$(stringify!($variant)),*].len()] = [$(Self::$variant),*];
        }

        macro_rules! with_output {
            ($d output:expr, |$d O:ident| $d body:expr) => {
                match $d output {
                    $($crate::Output::$variant => {
                        type $d O = $crate::output::$variant;
                        $d body
                    })*
                }
            };
        }
    };
}
outputs! { ($)
    Sigmoid, sigmoid, "Each output between 0 and 1, on its own.";
    Softmax, softmax, "`e^z_j / sum_k e^z_k`: probabilities that add up to one.";
    Linear, linear, "`z` itself.";
}

pub(crate) use with_output;

/// Activation of the output layer in every form in which the program needs it.
pub(crate) trait OutputFunction {
    /// Name on the command line, in files and on the screen.
    const NAME: &'static str;
    /// Smallest and largest output; infinite where there is none.
    const RANGE: (f64, f64);
    /// Activation of each output on its own.
    const ACTIVATION: Option<Activation>;
    /// Loss where only the output is chosen.
    const LOSS: Loss = Loss::Quadratic;
    /// Logit from which a single output predicts the second of two classes.
    const SINGLE_THRESHOLD: f32;
    /// `a` as the inspector shows it: `{z}` stands for the output's own logit, `{z_j}` for any and `{sum_j}` for
    /// the sum over them.
    const FORMULA: &'static str;
    /// `dC/dz` as the inspector shows it: `{e}` stands for `dC/da`, and `{a_k}`, `{e_k}` and
    /// `{sum_k}` run over the outputs.
    const DELTA_FORMULA: &'static str;
    /// Code for exports; none if the activation's will do.
    const CODE: Option<OutputCode> = None;

    /// Outputs of one sample from its logits `z`.
    fn values(z: &[f64]) -> Vec<f64>;

    /// `dC/dz` of one sample by the chain rule, from its outputs `a` and `slopes = dC/da`.
    fn delta(a: &[f64], slopes: Vec<f64>) -> Vec<f64>;

    /// Vector form of [`values`](Self::values): `z` and `a` are `(rows, outputs)`.
    fn values_of_rows<S: Simd, const V: usize>(simd: S, z: &Panels, a: &mut Panels);

    /// Vector form of [`delta`](Self::delta) with the loss `L`. Returns the largest magnitude of the deltas.
    fn deltas_of_rows<S: Simd, const V: usize, L: ErrorLoss>(simd: S, rows: OutputRows) -> f32;
}

/// Functions of all outputs together, in the languages of exports.
pub struct OutputCode {
    /// Operator of ONNX on axis 1.
    pub onnx: &'static str,
    /// Definition of a Python function of a list of floats, called as the output with `_` before.
    pub python: &'static str,
    /// Module of `torch.nn` for `(rows, outputs)`.
    pub torch: &'static str,
    /// Definition of a Rust function of `[f32; N]` called as the output, which may call `exp`.
    pub rust: &'static str,
}

/// An output that applies the activation `F` to each neuron alone.
pub(crate) trait OfEachNeuron {
    /// The activation, whose derivative must follow from `a` alone.
    type F: Function;
    /// The activation's variant.
    const ACTIVATION: Activation;
    /// See [`OutputFunction::SINGLE_THRESHOLD`].
    const SINGLE_THRESHOLD: f32;
    /// See [`OutputFunction::FORMULA`].
    const FORMULA: &'static str;
    /// See [`OutputFunction::DELTA_FORMULA`].
    const DELTA_FORMULA: &'static str = "({e}) f′({z})";
}

impl<E: OfEachNeuron> OutputFunction for E {
    const NAME: &'static str = E::F::NAME;
    const RANGE: (f64, f64) = E::F::RANGE;
    const ACTIVATION: Option<Activation> = Some(E::ACTIVATION);
    const SINGLE_THRESHOLD: f32 = E::SINGLE_THRESHOLD;
    const FORMULA: &'static str = E::FORMULA;
    const DELTA_FORMULA: &'static str = E::DELTA_FORMULA;

    fn values(z: &[f64]) -> Vec<f64> {
        z.iter().map(|&z| E::F::value(z)).collect()
    }

    fn delta(a: &[f64], slopes: Vec<f64>) -> Vec<f64> {
        const { assert!(!E::F::NEEDS_Z) };
        let neurons = slopes.into_iter().zip(a);
        neurons
            .map(|(slope, &a)| slope * E::F::derivative(f64::NAN, a))
            .collect()
    }

    #[inline(always)]
    fn values_of_rows<S: Simd, const V: usize>(simd: S, z: &Panels, a: &mut Panels) {
        let from = S::as_simd_f32s(z.values()).0;
        let to = S::as_mut_simd_f32s(a.values_mut()).0;
        for (&z, a) in from.iter().zip(to) {
            *a = E::F::value_of_lanes(simd, z);
        }
    }

    #[inline(always)]
    fn deltas_of_rows<S: Simd, const V: usize, L: ErrorLoss>(simd: S, rows: OutputRows) -> f32 {
        of_each_output::<S, V>(
            simd,
            rows,
            #[inline(always)]
            |z, y, used| {
                let a = E::F::value_of_lanes(simd, z);
                let error = masked(simd, used, simd.sub_f32s(a, y));
                let (slope, cost) = L::slope_and_cost(simd, error);
                let derivative = E::F::derivative_of_lanes(simd, z, a);
                (simd.mul_f32s(slope, derivative), cost)
            },
        )
    }
}

impl Output {
    /// The activation of each output on its own; none for softmax.
    pub fn activation(self) -> Option<Activation> {
        with_output!(self, |O| <O as OutputFunction>::ACTIVATION)
    }

    /// Output activations of the logits `z` of one sample.
    pub fn values(self, z: &[f64]) -> Vec<f64> {
        with_output!(self, |O| <O as OutputFunction>::values(z))
    }

    /// Smallest and largest output; infinite where there is none.
    pub fn range(self) -> (f64, f64) {
        with_output!(self, |O| <O as OutputFunction>::RANGE)
    }

    /// Whether the outputs are from 0 to 1.
    pub fn is_fraction(self) -> bool {
        self.range() == (0.0, 1.0)
    }

    /// Whether the outputs are probabilities that add up to one.
    pub fn sums_to_one(self) -> bool {
        self.activation().is_none()
    }

    /// Loss where only the output is chosen.
    pub fn default_loss(self) -> Loss {
        with_output!(self, |O| <O as OutputFunction>::LOSS)
    }

    /// Logit from which a single output predicts the second of two classes.
    pub(super) fn single_threshold(self) -> f32 {
        with_output!(self, |O| <O as OutputFunction>::SINGLE_THRESHOLD)
    }

    /// `a` as the inspector shows it, with `{z}`, `{z_j}` and `{sum_j}`.
    pub fn formula(self) -> &'static str {
        with_output!(self, |O| <O as OutputFunction>::FORMULA)
    }

    /// `dC/dz` as the inspector shows it, with `{a}`, `{e}`, `{z}`, `{a_k}`, `{e_k}` and `{sum_k}`.
    pub fn delta_formula(self) -> &'static str {
        with_output!(self, |O| <O as OutputFunction>::DELTA_FORMULA)
    }

    /// Code for exports; none if the activation's will do.
    pub fn code(self) -> Option<OutputCode> {
        with_output!(self, |O| <O as OutputFunction>::CODE)
    }

    /// Module of `torch.nn` that computes the outputs from logits `(rows, outputs)`.
    pub fn torch(self) -> &'static str {
        match self.activation() {
            Some(activation) => activation.torch(),
            None => self.code().map_or("Identity()", |code| code.torch),
        }
    }

    /// Name on the command line, in files and on the screen.
    pub fn name(self) -> &'static str {
        with_output!(self, |O| <O as OutputFunction>::NAME)
    }
}

/// Class that the outputs of a row predict: that with the largest output, of equals the first; NaN is
/// never the largest. A single output tells two classes apart: from one half on, the second.
pub fn predicted_class<'a>(outputs: impl IntoIterator<Item = &'a f32>) -> usize {
    let (mut best, mut count) = ((0, f32::NEG_INFINITY), 0);
    for &output in outputs {
        if output > best.1 {
            best = (count, output);
        }
        count += 1;
    }
    if count == 1 {
        usize::from(best.1 >= SINGLE_OUTPUT_THRESHOLD)
    } else {
        best.0
    }
}

/// A single output of at least this predicts the second of two classes.
pub const SINGLE_OUTPUT_THRESHOLD: f32 = 0.5;

shown_by_name!(Output);
read_by_name!(Output, "output");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_and_nan_have_a_class() {
        assert_eq!(predicted_class(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(predicted_class(&[f32::NAN, -1.0, f32::NAN]), 1);
        assert_eq!(predicted_class(&[f32::NAN, f32::NAN]), 0);
    }

    #[test]
    fn a_single_output_tells_two_classes_apart() {
        assert_eq!(
            [0.0, 0.49, 0.5, 1.0, f32::NAN].map(|a| predicted_class(&[a])),
            [0, 0, 1, 1, 0]
        );
    }

    #[test]
    fn names_read_back() {
        for output in Output::ALL {
            assert_eq!(output.name().parse::<Output>().unwrap(), output);
            let serialised = serde_json::to_string(&output).unwrap();
            assert_eq!(serialised, format!("\"{output}\""));
            assert!(output.default_loss().goes_with(output), "{output}");
        }
    }
}
