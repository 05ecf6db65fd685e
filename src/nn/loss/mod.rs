//! The loss that training minimises.
//!
//! Each loss is one file and one row of the table below. A loss of the errors `e_j = a_j - y_j` implements
//! [`ErrorLoss`] and goes with every output by the chain rule; any other implements [`LossFunction`].

use pulp::Simd;
use serde::{Deserialize, Serialize};

use super::Output;
use super::output::{OutputFunction, with_output};
use crate::kernels::output::OutputRows;
use util::lang::say;
use util::named::{read_by_name, shown_by_name};

/// Declares the modules and the enum of the losses, and the macro `with_loss`, which expands `$body` with
/// the type `$L` that implements [`LossFunction`] for `$loss`.
macro_rules! losses {
    (($d:tt) $($variant:ident, $module:ident, $about:literal;)*) => {
        $(mod $module;
        pub(crate) use $module::$variant;)*

        /// Loss of one sample; that of a mini-batch is the mean over its samples.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Loss {
            $(#[doc = $about] $variant,)*
        }

        impl Loss {
            /// All losses, in the order in which menus and help list them.
            pub const ALL: [Self; [$(stringify!($variant)),*].len()] = [$(Self::$variant),*];
        }

        macro_rules! with_loss {
            ($d loss:expr, |$d L:ident| $d body:expr) => {
                match $d loss {
                    $($crate::Loss::$variant => {
                        type $d L = $crate::loss::$variant;
                        $d body
                    })*
                }
            };
        }
    };
}
losses! { ($)
    Quadratic, quadratic, "`1/2 sum_j (a_j - y_j)^2`.";
    CrossEntropy, cross_entropy, "`- sum_j y_j ln a_j`, or the binary form for sigmoid outputs.";
    Huber, huber, "`e^2 / 2` up to an error of 1, `|e| - 1/2` beyond.";
}

pub(crate) use with_loss;

/// A loss in every form in which the program needs it.
///
/// `logits`, `outputs` (`a`) and `targets` (`y`) have one number per output neuron. In formulas `{a}` and `{y}`
/// stand for an output and its target, `{sum}` for the sum over the outputs.
pub(crate) trait LossFunction {
    /// Name on the command line, in files and on the screen.
    const NAME: &'static str;
    /// Output of a classifier where only the loss is chosen.
    const OUTPUT: Output = Output::Sigmoid;
    /// Whether the first or the second derivative jumps, so that finite differences across the jump are
    /// not to be relied on.
    const HAS_KINK: bool = false;

    /// Whether it is defined for `output`.
    fn goes_with(_output: Output) -> bool {
        true
    }

    /// Whether its derivative cancels that of `output`, so that `delta = a - y`.
    fn cancels_slope(_output: Output) -> bool {
        false
    }

    /// `C` as the inspector shows it, in one or several lines.
    fn formula(output: Output) -> &'static str;

    /// `dC/da` as the inspector shows it; of a loss that cancels the output's slope, `dC/dz`.
    fn slope_formula() -> &'static str;

    /// `C` of each row in PyTorch, where `z`, `a` and `y` are `(rows, outputs)`.
    fn torch(output: Output) -> &'static str;

    /// Formula of an output's part of `C` for these numbers, none where it is 0.
    fn term_formula(output: Output, a: f64, y: f64) -> Option<&'static str>;

    /// Terms of one sample's loss, one for each output neuron.
    fn terms<'a, T: Copy + Into<f64>>(
        output: Output,
        logits: &'a [T],
        outputs: &'a [T],
        targets: &'a [T],
    ) -> impl Iterator<Item = f64> + 'a;

    /// Sum of the losses of several samples, each with `count` outputs, one after the other.
    fn total<T: Copy + Into<f64>>(
        output: Output,
        _count: usize,
        logits: &[T],
        outputs: &[T],
        targets: &[T],
    ) -> f64 {
        Self::terms(output, logits, outputs, targets).sum()
    }

    /// `dC/da` of one output, if it depends on that output alone.
    fn slope(a: f64, y: f64) -> Option<f64>;

    /// `delta_j = dC/dz_j` of each output neuron.
    fn delta(output: Output, a: &[f64], targets: &[f64]) -> Vec<f64>;

    /// `e^2` of an output whose part of the loss is `cost` and whose `dC/dz` is `delta`.
    fn squared_error(cost: f64, delta: f64) -> f64;

    /// Side of the kinks on which an output lies.
    fn side(_a: f64, _y: f64) -> i8 {
        0
    }

    /// Vector form of [`delta`](Self::delta) and [`terms`](Self::terms) for a mini-batch. Returns the largest
    /// magnitude of the deltas.
    fn deltas_of_rows<S: Simd, const V: usize>(simd: S, output: Output, rows: OutputRows) -> f32;
}

/// A loss that is a sum over the errors `e_j = a_j - y_j`, `C = sum_j c(e_j)`.
pub(crate) trait ErrorLoss {
    /// Name on the command line, in files and on the screen.
    const NAME: &'static str;
    /// `C`, as [`LossFunction::formula`].
    const FORMULA: &'static str;
    /// `c'(e)`, as [`LossFunction::slope_formula`].
    const SLOPE_FORMULA: &'static str;
    /// See [`LossFunction::torch`].
    const TORCH: &'static str;
    /// Whether the second derivative jumps.
    const HAS_KINK: bool = false;

    /// `c(e)` in the formula that holds for this error.
    fn term_formula(error: f64) -> &'static str;

    /// `c(e)`.
    fn cost(error: f64) -> f64;

    /// `c'(e)`.
    fn slope(error: f64) -> f64;

    /// `e^2` from `c(e)`.
    fn squared_error(cost: f64) -> f64;

    /// Side of the kinks on which the error lies.
    fn side(_error: f64) -> i8 {
        0
    }

    /// `c'(e)` and `c(e)` of each lane, 0 for an error of 0. NaN stays NaN.
    fn slope_and_cost<S: Simd>(simd: S, error: S::f32s) -> (S::f32s, S::f32s);
}

impl<L: ErrorLoss> LossFunction for L {
    const NAME: &'static str = L::NAME;
    const HAS_KINK: bool = L::HAS_KINK;

    fn formula(_: Output) -> &'static str {
        L::FORMULA
    }

    fn slope_formula() -> &'static str {
        L::SLOPE_FORMULA
    }

    fn torch(_: Output) -> &'static str {
        L::TORCH
    }

    fn term_formula(_: Output, a: f64, y: f64) -> Option<&'static str> {
        Some(L::term_formula(a - y))
    }

    fn terms<'a, T: Copy + Into<f64>>(
        _: Output,
        _: &'a [T],
        outputs: &'a [T],
        targets: &'a [T],
    ) -> impl Iterator<Item = f64> + 'a {
        let neurons = outputs.iter().zip(targets);
        neurons.map(|(&a, &y)| L::cost(a.into() - y.into()))
    }

    fn slope(a: f64, y: f64) -> Option<f64> {
        Some(L::slope(a - y))
    }

    fn delta(output: Output, a: &[f64], targets: &[f64]) -> Vec<f64> {
        let slopes = a.iter().zip(targets).map(|(a, y)| L::slope(a - y));
        with_output!(output, |O| O::delta(a, slopes.collect()))
    }

    fn squared_error(cost: f64, _: f64) -> f64 {
        L::squared_error(cost)
    }

    fn side(a: f64, y: f64) -> i8 {
        L::side(a - y)
    }

    #[inline(always)]
    fn deltas_of_rows<S: Simd, const V: usize>(simd: S, output: Output, rows: OutputRows) -> f32 {
        with_output!(output, |O| O::deltas_of_rows::<S, V, L>(simd, rows))
    }
}

impl Loss {
    /// Whether it is defined for `output`: cross-entropy needs probabilities.
    pub fn goes_with(self, output: Output) -> bool {
        with_loss!(self, |L| <L as LossFunction>::goes_with(output))
    }

    /// Whether its derivative cancels that of `output`, so that `delta = a - y`.
    pub fn cancels_slope(self, output: Output) -> bool {
        with_loss!(self, |L| <L as LossFunction>::cancels_slope(output))
    }

    /// Output of a classifier where only the loss is chosen.
    pub fn default_output(self) -> Output {
        with_loss!(self, |L| <L as LossFunction>::OUTPUT)
    }

    /// Loss of one sample, which is in `f32` or `f64`.
    ///
    /// `logits`, `outputs` and `targets` have one number per output neuron. Cross-entropy takes `ln a_j`
    /// from the logits, so that an output rounded to 0 costs a large finite loss and not an infinite
    /// one.
    pub fn value<T: Copy + Into<f64>>(
        self,
        output: Output,
        logits: &[T],
        outputs: &[T],
        targets: &[T],
    ) -> f64 {
        self.total(output, logits.len(), logits, outputs, targets)
    }

    /// Sum of the losses of several samples, each with `count` outputs, one after the other.
    pub(crate) fn total<T: Copy + Into<f64>>(
        self,
        output: Output,
        count: usize,
        logits: &[T],
        outputs: &[T],
        targets: &[T],
    ) -> f64 {
        with_loss!(self, |L| <L as LossFunction>::total(
            output, count, logits, outputs, targets
        ))
    }

    /// Terms of one sample's loss, one for each output neuron; see [`value`](Self::value), their sum.
    pub fn terms(
        self,
        output: Output,
        logits: &[f64],
        outputs: &[f64],
        targets: &[f64],
    ) -> Vec<f64> {
        with_loss!(self, |L| <L as LossFunction>::terms(
            output, logits, outputs, targets
        )
        .collect())
    }

    /// First derivation of the textbook, output to hidden: `delta_j = dC/dz_j` of the output layer, from its
    /// activations `a` and the `targets`.
    pub(crate) fn delta(self, output: Output, a: &[f64], targets: &[f64]) -> Vec<f64> {
        with_loss!(self, |L| <L as LossFunction>::delta(output, a, targets))
    }

    /// `dC/da` of one output; NaN if it depends on the other outputs too.
    pub fn slope(self, a: f64, y: f64) -> f64 {
        with_loss!(self, |L| <L as LossFunction>::slope(a, y)).unwrap_or(f64::NAN)
    }

    /// Whether the first or the second derivative jumps at some errors.
    pub fn has_kink(self) -> bool {
        with_loss!(self, |L| <L as LossFunction>::HAS_KINK)
    }

    /// Side of the kinks on which an output lies.
    pub(crate) fn side(self, a: f64, y: f64) -> i8 {
        with_loss!(self, |L| <L as LossFunction>::side(a, y))
    }

    /// `C` of each row as an expression of PyTorch, of logits `z`, outputs `a` and targets `y`: `(rows, outputs)`.
    pub fn torch(self, output: Output) -> &'static str {
        with_loss!(self, |L| <L as LossFunction>::torch(output))
    }

    /// `C` as the inspector shows it, in one or several lines, with `{sum}`, `{a}` and `{y}`.
    pub fn formula(self, output: Output) -> &'static str {
        with_loss!(self, |L| <L as LossFunction>::formula(output))
    }

    /// `dC/da` as the inspector shows it, with `{a}` and `{y}`; of a loss that cancels the output's slope,
    /// `dC/dz`.
    pub fn slope_formula(self) -> &'static str {
        with_loss!(self, |L| <L as LossFunction>::slope_formula())
    }

    /// Formula of an output's part of `C` for these numbers, with `{a}` and `{y}`; none where it is 0.
    pub fn term_formula(self, output: Output, a: f64, y: f64) -> Option<&'static str> {
        with_loss!(self, |L| <L as LossFunction>::term_formula(output, a, y))
    }

    /// Name on the command line and in files.
    pub fn name(self) -> &'static str {
        with_loss!(self, |L| <L as LossFunction>::NAME)
    }

    /// Names of the losses that go with `output`.
    pub fn names_for(output: Output) -> String {
        let losses = Self::ALL.into_iter().filter(|loss| loss.goes_with(output));
        losses
            .map(Self::name)
            .collect::<Vec<_>>()
            .join(say!("or", " or "))
    }
}

shown_by_name!(Loss);
read_by_name!(Loss, "loss");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for loss in Loss::ALL {
            assert_eq!(loss.name().parse::<Loss>().unwrap(), loss);
            let serialised = serde_json::to_string(&loss).unwrap();
            assert_eq!(serialised, format!("\"{loss}\""));
            assert!(loss.goes_with(loss.default_output()), "{loss}");
        }
    }
}
