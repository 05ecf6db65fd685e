//! The numbers of a step of training, to be computed by hand: each with its formula, in the order of the derivation.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::digits::{Mistake, mistake, shown};
use crate::nn::Loss;
use crate::nn::textbook::Layer;
use crate::train::probes::{RowTrace, Trace};

/// Most numbers that are asked for.
const MAX_QUESTIONS: usize = 2000;

/// A quiz about the next mini-batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quiz {
    /// Questions in order; empty until the numbers are known.
    questions: Vec<Question>,
    /// Index of the present question.
    at: usize,
    /// What was typed so far.
    pub typed: String,
    /// Reply to the last number.
    pub reply: Option<Reply>,
    /// Wrong numbers for the present question so far.
    attempts: usize,
    /// Number of questions answered right at once.
    pub right: usize,
    /// Whether the network is too large for it.
    pub is_too_large: bool,
}

/// Reply to a number that was typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// The number before was right; its name and value.
    Right(String, String),
    /// The number before was shown; its name and value.
    Shown(String, String),
    /// It is wrong, for this reason; with the numbers in the formula from the second time on.
    Wrong(Mistake, Option<String>),
}

/// A number to compute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// Index of the row in the mini-batch, with the number of its rows; none for what concerns all.
    pub row: Option<(usize, usize)>,
    /// Symbol such as `z1[2]`.
    pub name: String,
    /// Formula in symbols.
    pub formula: String,
    /// Formula with the numbers in place of the symbols.
    numbers: String,
    value: f64,
}

impl Quiz {
    /// Takes the numbers that are asked for from `trace`, unless that was done. `loss` is that of the network.
    pub fn fill(&mut self, trace: Option<&Trace>, loss: Loss) {
        if !self.questions.is_empty() || self.is_too_large {
            return;
        }
        let questions = trace
            .map(|trace| questions(trace, loss))
            .unwrap_or_default();
        self.is_too_large = questions.is_empty() || questions.len() > MAX_QUESTIONS;
        if !self.is_too_large {
            self.questions = questions;
        }
    }

    /// Whether the numbers are not known yet.
    pub fn is_waiting(&self) -> bool {
        self.questions.is_empty() && !self.is_too_large
    }

    /// The present question; none before the first and after the last one.
    pub fn question(&self) -> Option<&Question> {
        self.questions.get(self.at)
    }

    /// Whether a number is asked for.
    pub fn is_asking(&self) -> bool {
        self.question().is_some()
    }

    /// Number of the present question from 1, and of all.
    pub fn place(&self) -> (usize, usize) {
        (self.at + 1, self.questions.len())
    }

    /// Handles a key for the number that is typed. Returns whether it has to do with that.
    pub fn press(&mut self, key: &KeyEvent) -> bool {
        match key.code {
            KeyCode::Char(c @ ('0'..='9' | '.' | ',' | '-' | '−')) => self.typed.push(c),
            KeyCode::Char('e') if !self.typed.is_empty() => self.typed.push('e'),
            KeyCode::Backspace if !self.typed.is_empty() => _ = self.typed.pop(),
            KeyCode::Enter => {
                let typed = std::mem::take(&mut self.typed);
                self.check(&typed);
                return true;
            }
            _ => return false,
        }
        self.reply = None;
        true
    }

    /// Compares what was `typed` with the number that is asked for. Without a number the right one is shown.
    fn check(&mut self, typed: &str) {
        let Some(question) = self.questions.get(self.at) else {
            return;
        };
        let value = shown(question.value);
        let answer = if typed.trim().is_empty() {
            Reply::Shown(question.name.clone(), value)
        } else if let Some(mistake) = mistake(typed, question.value) {
            let numbers = (self.attempts > 0).then(|| question.numbers.clone());
            self.attempts += 1;
            self.reply = Some(Reply::Wrong(mistake, numbers));
            return;
        } else {
            self.right += usize::from(self.attempts == 0);
            Reply::Right(question.name.clone(), value)
        };
        self.reply = Some(answer);
        self.attempts = 0;
        self.at += 1;
    }
}

/// Collects the questions of one step.
struct Questions<'t> {
    trace: &'t Trace,
    loss: Loss,
    asked: Vec<Question>,
}

/// The numbers of a step in the order in which they are computed: for each row forward, loss, backward and gradients,
/// then the mean gradients and the new weights.
fn questions(trace: &Trace, loss: Loss) -> Vec<Question> {
    let mut all = Questions {
        trace,
        loss,
        asked: Vec::new(),
    };
    for (i, row) in trace.rows.iter().enumerate() {
        let place = Some((i, trace.rows.len()));
        all.forward(place, row);
        all.backward(place, row);
    }
    all.update();
    all.asked
}

impl Questions<'_> {
    fn ask(
        &mut self,
        row: Option<(usize, usize)>,
        name: String,
        formula: String,
        numbers: String,
        value: f64,
    ) {
        self.asked.push(Question {
            row,
            name,
            formula,
            numbers,
            value,
        });
    }

    /// Name of the output of neuron `i` (from 0) of `layer`; layer 0 are the inputs.
    fn output_of(layer: usize, i: usize) -> String {
        match layer {
            0 => format!("x[{}]", i + 1),
            layer => format!("a{layer}[{}]", i + 1),
        }
    }

    fn forward(&mut self, place: Option<(usize, usize)>, row: &RowTrace) {
        let trace = self.trace;
        for (l, layer) in trace.network.layers.iter().enumerate() {
            let n = l + 1;
            for (j, (weights, &bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
                let (to, z) = (j + 1, row.forward.z[l][j]);
                let inputs = &row.forward.a[l];
                let terms = (0..weights.len())
                    .map(|i| format!("w{n}[{to},{}]·{}", i + 1, Self::output_of(l, i)));
                let formula = format!("{} + b{n}[{to}]", joined(terms));
                let terms = weights.iter().zip(inputs);
                let terms = terms.map(|(&w, &a)| format!("{}·{}", shown(w), factor(a)));
                let numbers = format!("{} + {}", joined(terms), factor(bias));
                self.ask(place, format!("z{n}[{to}]"), formula, numbers, z);
            }
            let function = match trace.network.activation(n) {
                Some(activation) => activation.to_string(),
                None => "softmax".into(),
            };
            for j in 0..layer.biases.len() {
                let (to, z) = (j + 1, row.forward.z[l][j]);
                let (formula, numbers) = match trace.network.activation(n) {
                    Some(_) => (
                        format!("{function}(z{n}[{to}])"),
                        format!("{function}({})", shown(z)),
                    ),
                    None => {
                        let all = row.forward.z[l].iter();
                        let sum = all.map(|&z| format!("exp({})", shown(z)));
                        (
                            format!("exp(z{n}[{to}]) / Σ exp(z{n})"),
                            format!("exp({}) / ({})", shown(z), joined(sum)),
                        )
                    }
                };
                let a = row.forward.a[n][j];
                self.ask(place, format!("a{n}[{to}]"), formula, numbers, a);
            }
        }
        let depth = trace.network.layers.len();
        let (formula, numbers) = match self.loss {
            Loss::Quadratic => {
                let pairs = row.forward.outputs().iter().zip(&row.targets);
                let numbers = pairs
                    .clone()
                    .map(|(&a, &y)| format!("½({} − {})²", shown(a), factor(y)));
                let terms = (1..=row.targets.len()).map(|k| format!("½(a{depth}[{k}] − y[{k}])²"));
                (joined(terms), joined(numbers))
            }
            loss => (format!("{loss}(a{depth}, y)"), String::new()),
        };
        self.ask(place, "C".into(), formula, numbers, row.backward.loss);
    }

    fn backward(&mut self, place: Option<(usize, usize)>, row: &RowTrace) {
        let network = &self.trace.network;
        let depth = network.layers.len();
        for n in (1..=depth).rev() {
            let deltas = &row.backward.delta[n - 1];
            for (j, &delta) in deltas.iter().enumerate() {
                let (to, z, a) = (j + 1, row.forward.z[n - 1][j], row.forward.a[n][j]);
                let activation = network.activation(n);
                let slope = activation.map_or(f64::NAN, |activation| activation.derivative(z, a));
                let (formula, numbers) = if n == depth {
                    self.output_delta(to, a, row.targets[j], slope)
                } else {
                    let next = &network.layers[n].weights;
                    let terms =
                        (1..=next.len()).map(|k| format!("w{}[{k},{to}]·δ{}[{k}]", n + 1, n + 1));
                    let formula = format!("f′(z{n}[{to}])·({})", joined(terms));
                    let pairs = next.iter().zip(&row.backward.delta[n]);
                    let terms = pairs.map(|(w, &d)| format!("{}·{}", shown(w[j]), factor(d)));
                    (formula, format!("{}·({})", shown(slope), joined(terms)))
                };
                self.ask(place, format!("δ{n}[{to}]"), formula, numbers, delta);
            }
            let before = &row.forward.a[n - 1];
            for (j, &delta) in deltas.iter().enumerate() {
                let to = j + 1;
                for (i, &a) in before.iter().enumerate() {
                    let formula = format!("{}·δ{n}[{to}]", Self::output_of(n - 1, i));
                    let numbers = format!("{}·{}", shown(a), factor(delta));
                    self.ask(
                        place,
                        format!("∂C/∂w{n}[{to},{}]", i + 1),
                        formula,
                        numbers,
                        a * delta,
                    );
                }
                self.ask(
                    place,
                    format!("∂C/∂b{n}[{to}]"),
                    format!("δ{n}[{to}]"),
                    shown(delta),
                    delta,
                );
            }
        }
    }

    /// Formula of the delta of an output: of quadratic loss the error times the slope, of cross-entropy the error.
    fn output_delta(&self, to: usize, a: f64, y: f64, slope: f64) -> (String, String) {
        let n = self.trace.network.layers.len();
        let error = (
            format!("a{n}[{to}] − y[{to}]"),
            format!("{} − {}", shown(a), factor(y)),
        );
        match self.loss {
            Loss::CrossEntropy => error,
            Loss::Quadratic => (
                format!("({})·f′(z{n}[{to}])", error.0),
                format!("({})·{}", error.1, shown(slope)),
            ),
            _ => (format!("∂C/∂a{n}[{to}]·f′(z{n}[{to}])"), String::new()),
        }
    }

    /// Asks for the mean gradients, and for the new weights and biases where they follow from them alone.
    fn update(&mut self) {
        let trace = self.trace;
        let mean = trace.mean_gradient();
        let rows = trace.rows.len();
        let layers = trace.network.layers.iter().zip(&mean).enumerate();
        for (l, (layer, mean)) in layers {
            for (symbol, value, gradient, parts) in parameters(l, layer, mean, trace) {
                if rows > 1 {
                    let formula = format!("Σ ∂C/∂{symbol} / {rows}");
                    let numbers = format!(
                        "({}) / {rows}",
                        joined(parts.iter().map(|&part| factor(part)))
                    );
                    self.ask(None, format!("∂C̄/∂{symbol}"), formula, numbers, gradient);
                }
                if let Some(rate) = trace.descent {
                    let bar = if rows > 1 { "∂C̄" } else { "∂C" };
                    let formula = format!("{symbol} − η·{bar}/∂{symbol}");
                    let numbers =
                        format!("{} − {}·{}", shown(value), shown(rate), factor(gradient));
                    self.ask(
                        None,
                        format!("new {symbol}"),
                        formula,
                        numbers,
                        value - rate * gradient,
                    );
                }
            }
        }
    }
}

/// Weights and biases of a layer: the symbol, the value, the mean gradient, and the gradient of each row.
fn parameters(
    l: usize,
    layer: &Layer,
    mean: &Layer,
    trace: &Trace,
) -> Vec<(String, f64, f64, Vec<f64>)> {
    let mut all = Vec::new();
    let n = l + 1;
    let of_rows = |of: &dyn Fn(&Layer) -> f64| {
        let rows = trace.rows.iter();
        rows.map(|row| of(&row.backward.gradient[l]))
            .collect::<Vec<_>>()
    };
    for (j, weights) in layer.weights.iter().enumerate() {
        for (i, &weight) in weights.iter().enumerate() {
            let parts = of_rows(&|gradient| gradient.weights[j][i]);
            let symbol = format!("w{n}[{},{}]", j + 1, i + 1);
            all.push((symbol, weight, mean.weights[j][i], parts));
        }
        let parts = of_rows(&|gradient| gradient.biases[j]);
        all.push((
            format!("b{n}[{}]", j + 1),
            layer.biases[j],
            mean.biases[j],
            parts,
        ));
    }
    all
}

fn joined(terms: impl Iterator<Item = String>) -> String {
    terms.collect::<Vec<_>>().join(" + ")
}

/// A number behind a sign, in brackets if it has one of its own.
fn factor(value: f64) -> String {
    let text = shown(value);
    if text.starts_with('−') {
        format!("({text})")
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
