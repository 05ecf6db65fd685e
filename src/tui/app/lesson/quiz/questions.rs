//! Numbers of one step of training with their formulas, in the order of the derivation.

use crate::nn::textbook::Layer;
use crate::nn::{Activation, Architecture, Loss, Output};
use crate::train::probes::{RowTrace, Trace};
use crate::tui::app::lesson::digits::{shown, spread, spread_of_product};
use crate::tui::text;
use crate::util::lang::say;

/// A number to compute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// Index of the row in the mini-batch, with the number of its rows; none for what concerns all.
    pub row: Option<(usize, usize)>,
    /// Symbol such as `z1[2]`.
    pub name: String,
    /// Formula in symbols.
    pub formula: String,
    /// Numbers that stand in the formula, by their symbols.
    pub operands: Vec<(String, f64)>,
    /// Formula with the numbers in place of the symbols; empty where it would only repeat the operands.
    pub(super) numbers: String,
    pub(super) value: f64,
    /// Largest difference from the value, if it is computed with the numbers as they are shown.
    pub(super) spread: f64,
}

/// Collects the questions of one step.
struct Questions<'t> {
    trace: &'t Trace,
    loss: Loss,
    output: Output,
    asked: Vec<Question>,
    /// Numbers that are known from the start or were asked for, by their symbols: those of the network, and those of the
    /// present row.
    of_network: Vec<(String, f64)>,
    of_row: Vec<(String, f64)>,
}

/// The numbers of a step in the order in which they are computed: for each row forward, loss, backward and gradients,
/// then the mean gradients and the new weights.
pub(super) fn questions(trace: &Trace, loss: Loss, output: Output) -> Vec<Question> {
    let mut all = Questions {
        trace,
        loss,
        output,
        asked: Vec::new(),
        of_network: Vec::new(),
        of_row: Vec::new(),
    };
    for (l, layer) in trace.network.layers.iter().enumerate() {
        let symbols = parameters(l, layer, layer, trace).into_iter();
        all.of_network
            .extend(symbols.map(|parameter| (parameter.symbol, parameter.value)));
    }
    all.of_network
        .extend(trace.descent.map(|rate| ("η".to_owned(), rate)));
    for (i, row) in trace.rows.iter().enumerate() {
        let place = Some((i, trace.rows.len()));
        let inputs = row.forward.a[0].iter().enumerate();
        all.of_row = inputs.map(|(i, &x)| (output_of(0, i), x)).collect();
        let targets = row.targets.iter().enumerate();
        all.of_row
            .extend(targets.map(|(k, &y)| (format!("y[{}]", k + 1), y)));
        all.forward(place, row);
        all.backward(place, row);
    }
    all.update();
    all.asked
}

/// Number of [`questions`] about a mini-batch of `rows` rows, but for those about the update: `z`, `a` and δ of every
/// neuron and the gradient of every parameter for each row, and its loss.
pub(super) fn count(architecture: &Architecture, rows: usize) -> u128 {
    let neurons: usize = architecture.sizes().iter().skip(1).sum();
    rows as u128 * (3 * neurons as u128 + architecture.parameter_count() + 1)
}

/// Symbol of the output of neuron `i` (from 0) of `layer`; layer 0 are the inputs.
fn output_of(layer: usize, i: usize) -> String {
    match layer {
        0 => format!("x[{}]", i + 1),
        layer => format!("a{layer}[{}]", i + 1),
    }
}

/// Whether `symbol` stands in `formula`, by itself or as one of those that an index `k` runs over.
fn is_in(formula: &str, symbol: &str) -> bool {
    let places = formula.match_indices(symbol);
    let mut own = places.filter(|(at, _)| !formula[..*at].ends_with('∂'));
    let any = symbol.split_once('[').map(|(word, _)| format!("{word}[k]"));
    own.next().is_some() || any.is_some_and(|any| formula.contains(&any))
}

impl Questions<'_> {
    fn ask(
        &mut self,
        row: Option<(usize, usize)>,
        name: String,
        formula: String,
        numbers: String,
        (value, spread): (f64, f64),
    ) {
        let known = self.of_network.iter().chain(&self.of_row);
        let operands = known.filter(|(symbol, _)| is_in(&formula, symbol));
        let question = Question {
            row,
            name: name.clone(),
            operands: operands.cloned().collect(),
            formula,
            numbers,
            value,
            spread,
        };
        self.asked.push(question);
        let known = if row.is_some() {
            &mut self.of_row
        } else {
            &mut self.of_network
        };
        known.push((name, value));
    }

    fn forward(&mut self, place: Option<(usize, usize)>, row: &RowTrace) {
        let trace = self.trace;
        for (l, layer) in trace.network.layers.iter().enumerate() {
            let n = l + 1;
            let neurons = layer.weights.iter().zip(&layer.biases);
            for (j, (weights, &bias)) in neurons.enumerate() {
                let to = j + 1;
                let symbols =
                    (0..weights.len()).map(|i| format!("w{n}[{to},{}]·{}", i + 1, output_of(l, i)));
                let formula = format!("{} + b{n}[{to}]", joined(symbols));
                let terms = weights.iter().zip(&row.forward.a[l]);
                let terms = terms.map(|(&w, &a)| format!("{}·{}", factor(w), factor(a)));
                let numbers = format!("{} + {}", joined(terms), factor(bias));
                let spread =
                    spread_of_products(weights, &row.forward.a[l]) + spread_of_product(1.0, bias);
                let value = (row.forward.z[l][j], spread);
                self.ask(place, format!("z{n}[{to}]"), formula, numbers, value);
            }
            for (j, &z) in row.forward.z[l].iter().enumerate() {
                let to = j + 1;
                let function = trace.network.architecture.activation(n);
                let spread = match function {
                    Some(function) => spread(&[z], |z| function.value(z[0])),
                    None => spread(&row.forward.z[l], |z| {
                        let exponentials: f64 = z.iter().map(|z| z.exp()).sum();
                        z[j].exp() / exponentials
                    }),
                };
                let (formula, numbers) = match function {
                    Some(function) => (
                        format!("{function}(z{n}[{to}])"),
                        format!("{function}({})", shown(z)),
                    ),
                    None => {
                        let sum = row.forward.z[l].iter();
                        let sum = joined(sum.map(|&z| format!("exp({})", shown(z))));
                        let formula = format!("exp(z{n}[{to}]) / Σ exp(z{n}[k])");
                        (formula, format!("exp({}) / ({sum})", shown(z)))
                    }
                };
                let value = (row.forward.a[n][j], spread);
                self.ask(place, format!("a{n}[{to}]"), formula, numbers, value);
            }
        }
        let depth = trace.network.layers.len();
        let formula = text::cases(self.loss.formula(self.output)).replace("{sum}", "Σ ");
        let formula = formula
            .replace("{a}", &format!("a{depth}[k]"))
            .replace("{y}", "y[k]");
        let numbers = if self.loss == Loss::Quadratic {
            let pairs = row.forward.outputs().iter().zip(&row.targets);
            joined(pairs.map(|(&a, &y)| format!("½({} − {})²", shown(a), factor(y))))
        } else {
            String::new()
        };
        let (outputs, targets) = (row.forward.outputs(), &row.targets);
        let shown = [outputs, targets].concat();
        let spread = spread(&shown, |shown| {
            let (a, y) = shown.split_at(outputs.len());
            self.loss_of(a, y)
        });
        let value = (row.backward.loss, spread);
        self.ask(place, "C".into(), formula, numbers, value);
    }

    /// The loss of outputs `a` and targets `y`, computed from these alone.
    fn loss_of(&self, a: &[f64], y: &[f64]) -> f64 {
        if self.loss != Loss::CrossEntropy {
            return self.loss.terms(self.output, a, a, y).iter().sum();
        }
        let part = |y: f64, a: f64| if y == 0.0 { 0.0 } else { -y * a.ln() };
        let pairs = a.iter().zip(y);
        let is_binary = self.output == Output::Sigmoid;
        let terms = pairs.map(|(&a, &y)| {
            let other = if is_binary {
                part(1.0 - y, 1.0 - a)
            } else {
                0.0
            };
            part(y, a) + other
        });
        terms.sum()
    }

    fn backward(&mut self, place: Option<(usize, usize)>, row: &RowTrace) {
        let network = &self.trace.network;
        let depth = network.layers.len();
        for n in (1..=depth).rev() {
            let deltas = &row.backward.delta[n - 1];
            for (j, &delta) in deltas.iter().enumerate() {
                let (to, z, a) = (j + 1, row.forward.z[n - 1][j], row.forward.a[n][j]);
                let function = network.architecture.activation(n);
                let slope = function.map_or(f64::NAN, |function| function.derivative(z, a));
                let (formula, numbers, spread) = if n == depth {
                    let (formula, numbers) = self.output_delta(to, a, row.targets[j], slope);
                    (formula, numbers, self.spread_of_output_delta(j, row))
                } else {
                    let next = &network.layers[n].weights;
                    let symbols =
                        (1..=next.len()).map(|k| format!("w{}[{k},{to}]·δ{}[{k}]", n + 1, n + 1));
                    let formula = format!("f′(z{n}[{to}])·({})", joined(symbols));
                    let pairs = next.iter().zip(&row.backward.delta[n]);
                    let terms = pairs.map(|(w, &d)| format!("{}·{}", factor(w[j]), factor(d)));
                    let numbers = format!("{}·({})", shown(slope), joined(terms));
                    let weights: Vec<f64> = next.iter().map(|w| w[j]).collect();
                    let deltas = &row.backward.delta[n];
                    let sum: f64 = weights.iter().zip(deltas).map(|(w, d)| w * d).sum();
                    let spread = slope.abs() * spread_of_products(&weights, deltas)
                        + spread_of_slope(function, z, a, sum);
                    (formula, numbers, spread)
                };
                let formula = self.with_slope(n, to, formula);
                let value = (delta, spread);
                self.ask(place, format!("δ{n}[{to}]"), formula, numbers, value);
            }
            let before = &row.forward.a[n - 1];
            for (j, &delta) in deltas.iter().enumerate() {
                let to = j + 1;
                for (i, &a) in before.iter().enumerate() {
                    let name = format!("∂C/∂w{n}[{to},{}]", i + 1);
                    let formula = format!("{}·δ{n}[{to}]", output_of(n - 1, i));
                    let numbers = format!("{}·{}", shown(a), factor(delta));
                    let value = (a * delta, spread_of_products(&[a], &[delta]));
                    self.ask(place, name, formula, numbers, value);
                }
                let name = format!("∂C/∂b{n}[{to}]");
                let value = (delta, spread_of_product(1.0, delta));
                self.ask(place, name, format!("δ{n}[{to}]"), shown(delta), value);
            }
        }
    }

    /// Largest difference in the delta of output `j` of `row`, if it is computed with the numbers as they are shown.
    fn spread_of_output_delta(&self, j: usize, row: &RowTrace) -> f64 {
        let (outputs, targets) = (row.forward.outputs(), &row.targets);
        let n = self.trace.network.layers.len();
        let function = self.trace.network.architecture.activation(n);
        let (z, a) = (row.forward.z[n - 1][j], outputs[j]);
        let cancels = self.loss.cancels_slope(self.output);
        let slope = function
            .filter(|_| !cancels)
            .map(|function| function.derivative(z, a));
        let shown = [outputs, targets].concat();
        let of_errors = spread(&shown, |shown| {
            let (a, y) = shown.split_at(outputs.len());
            let error = |k: usize| self.loss.slope(a[k], y[k]);
            match slope {
                _ if cancels => a[j] - y[j],
                Some(slope) => slope * error(j),
                None => {
                    let mean: f64 = (0..a.len()).map(|k| a[k] * error(k)).sum();
                    a[j] * (error(j) - mean)
                }
            }
        });
        let error = self.loss.slope(a, targets[j]);
        let of_slope = slope.map_or(0.0, |_| spread_of_slope(function, z, a, error));
        of_errors + of_slope
    }

    /// Adds the formula of the slope of neuron `to` of layer `n` to a `formula` that has it.
    fn with_slope(&self, n: usize, to: usize, formula: String) -> String {
        let function = self.trace.network.architecture.activation(n);
        let Some(function) = function.filter(|_| formula.contains('′')) else {
            return formula;
        };
        let slope = text::cases(function.slope().symbols)
            .replace("{z}", &format!("z{n}[{to}]"))
            .replace("{a}", &format!("a{n}[{to}]"));
        format!("{formula}, f′ = {slope}")
    }

    /// Formula of the delta of an output: of quadratic loss the error times the slope, of cross-entropy the error.
    fn output_delta(&self, to: usize, a: f64, y: f64, slope: f64) -> (String, String) {
        let n = self.trace.network.layers.len();
        let (own, any) = (format!("a{n}[{to}]"), format!("a{n}[k]"));
        let error = |a: &str, y: &str| {
            let formula = self.loss.slope_formula();
            formula.replace("{a}", a).replace("{y}", y)
        };
        let own_error = error(&own, &format!("y[{to}]"));
        if self.loss.cancels_slope(self.output) {
            return (own_error, format!("{} − {}", shown(a), factor(y)));
        }
        let any_error = format!("({})", error(&any, "y[k]"));
        let formula = self
            .output
            .delta_formula()
            .replace("({e})", &format!("({own_error})"));
        let formula = formula
            .replace("{e}", &own_error)
            .replace("({e_k})", &any_error);
        let formula = formula.replace("{a_k}", &any).replace("{sum_k}", "Σ ");
        let formula = formula
            .replace("{a}", &own)
            .replace("{z}", &format!("z{n}[{to}]"));
        let is_product = self.loss == Loss::Quadratic && slope.is_finite();
        let numbers = if is_product {
            format!("({} − {})·{}", shown(a), factor(y), shown(slope))
        } else {
            String::new()
        };
        (formula, numbers)
    }

    /// Asks for the mean gradients, and for the new weights and biases where they follow from them alone.
    fn update(&mut self) {
        let trace = self.trace;
        let mean = trace.mean_gradient();
        let rows = trace.rows.len();
        if rows > 1 {
            self.of_row.clear();
        }
        for (l, (layer, mean)) in trace.network.layers.iter().zip(&mean).enumerate() {
            for Parameter {
                symbol,
                value,
                gradient,
                of_rows,
            } in parameters(l, layer, mean, trace)
            {
                let name = if rows > 1 { "∂C̄" } else { "∂C" };
                if rows > 1 {
                    let formula = format!("Σ ∂C/∂{symbol} / {rows}");
                    let parts = of_rows.iter().map(|&part| factor(part));
                    let numbers = format!("({}) / {rows}", joined(parts));
                    let rows = rows as f64;
                    let spread = spread(&of_rows, |parts| parts.iter().sum::<f64>() / rows);
                    let value = (gradient, spread);
                    self.ask(None, format!("{name}/∂{symbol}"), formula, numbers, value);
                    let operands = of_rows.iter().enumerate();
                    let operands =
                        operands.map(|(i, &part)| (format!("∂C/∂{symbol} ({})", i + 1), part));
                    if let Some(question) = self.asked.last_mut() {
                        question.operands = operands.collect();
                    }
                }
                if let Some(rate) = trace.descent {
                    let formula = format!("{symbol} − η·{name}/∂{symbol}");
                    let numbers =
                        format!("{} − {}·{}", shown(value), shown(rate), factor(gradient));
                    let spread = spread(&[value, rate, gradient], |n| n[0] - n[1] * n[2]);
                    let new = (value - rate * gradient, spread);
                    self.ask(
                        None,
                        say!("quiz-new", "new {symbol}", symbol),
                        formula,
                        numbers,
                        new,
                    );
                }
            }
        }
    }
}

/// A weight or bias, with its gradients.
struct Parameter {
    symbol: String,
    value: f64,
    /// Mean gradient over the rows.
    gradient: f64,
    /// Gradient of each row.
    of_rows: Vec<f64>,
}

/// Weights and biases of layer `l` (from 0), with their gradients of each row of `trace` and the `mean` of these.
fn parameters(l: usize, layer: &Layer, mean: &Layer, trace: &Trace) -> Vec<Parameter> {
    let mut all = Vec::new();
    let n = l + 1;
    let of_rows = |of: &dyn Fn(&Layer) -> f64| {
        let rows = trace.rows.iter();
        rows.map(|row| of(&row.backward.gradient[l])).collect()
    };
    for (j, weights) in layer.weights.iter().enumerate() {
        for (i, &value) in weights.iter().enumerate() {
            all.push(Parameter {
                symbol: format!("w{n}[{},{}]", j + 1, i + 1),
                value,
                gradient: mean.weights[j][i],
                of_rows: of_rows(&|gradient| gradient.weights[j][i]),
            });
        }
        all.push(Parameter {
            symbol: format!("b{n}[{}]", j + 1),
            value: layer.biases[j],
            gradient: mean.biases[j],
            of_rows: of_rows(&|gradient| gradient.biases[j]),
        });
    }
    all
}

/// Largest difference in the sum of the products of `a` and `b`, if they are rounded as they are shown.
fn spread_of_products(a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b);
    let spreads = pairs.map(|(&a, &b)| spread_of_product(a, b) + spread_of_product(b, a));
    spreads.sum()
}

/// Largest difference in the slope of `function` at `z`, where its value is `a`, times `factor`: both numbers and the slope
/// are rounded.
fn spread_of_slope(function: Option<Activation>, z: f64, a: f64, factor: f64) -> f64 {
    let Some(function) = function else { return 0.0 };
    let of_numbers = spread(&[z, a], |n| factor * function.derivative(n[0], n[1]));
    of_numbers + spread_of_product(factor, function.derivative(z, a))
}

fn joined(terms: impl Iterator<Item = String>) -> String {
    terms.collect::<Vec<_>>().join(" + ")
}

/// A number in a product or behind a sign, in brackets if it has a sign of its own.
fn factor(value: f64) -> String {
    let text = shown(value);
    if text.starts_with('−') {
        format!("({text})")
    } else {
        text
    }
}
