//! The inspector's page of a neuron: weighted input, activation, delta, and its values over many rows.

use ratatui::text::{Line, Span};

use super::figures::Figure;
use super::page::{Page, joined, padded};
use super::response;
use super::terms::Table;
use crate::nn::activation::Formula;
use crate::nn::{Activation, Loss};
use crate::train::inspection::{Back, NeuronFacts};
use crate::tui::text;
use crate::tui::widgets::{Index, Notation, bar};
use crate::util::numbers::significant;

/// Widest name of an input.
const NAME: usize = 18;

/// Writes the page of a neuron.
pub(super) fn write(page: &mut Page, facts: &NeuronFacts) {
    forward(page, facts);
    activation(page, facts);
    match &facts.back {
        Back::Output {
            loss,
            target,
            slope,
        } => output_delta(page, facts, *loss, *target, *slope),
        Back::Hidden { terms, sum } => {
            let (c, (layer, neuron)) = (page.context, page.context.place());
            let (k, own) = (Index::Any('k'), Index::Neuron(neuron));
            let table = Table {
                terms,
                layer: layer + 1,
                letter: "k",
                headings: headings(
                    c.notation.delta(layer + 1, k),
                    c.notation.w(layer + 1, k, own),
                ),
                is_factor_first: false,
                is_known: c.knows_delta(layer + 1),
            };
            hidden_delta(page, facts, &table, *sum);
        }
    }
    page.mark_essential();
    response::write(page);
    page.distribution(text::of_activation(), &facts.distribution);
    influence(page, &facts.influence);
}

/// Column headings of a neuron's sums: factors and weights.
fn headings(factor: String, weight: String) -> [String; 2] {
    [factor, weight].map(|symbol| format!(" {symbol}"))
}

/// `z = sum + b`.
fn forward(page: &mut Page, facts: &NeuronFacts) {
    let c = page.context;
    let (layer, neuron) = c.place();
    let i = Index::Any('i');
    let (w, a) = (
        c.notation.w(layer, Index::Neuron(neuron), i),
        c.notation.a(layer - 1, i),
    );
    let (z, b) = (c.own(Notation::z), c.own(Notation::b));
    let muted = if facts.is_muted {
        text::muted_neuron().to_owned()
    } else if facts.dropout != 1.0 {
        let a = c.own(Notation::a);
        text::dropped_neuron(a, significant(facts.dropout, 3))
    } else {
        String::new()
    };
    let formula = c.text(format!("{z} = {}{w} {a} + {b}", c.notation.sum('i')));
    page.line(formula + Span::styled(muted, c.theme.bad()));
    let inputs = if layer == 1 {
        text::symbol_input()
    } else {
        text::symbol_activation()
    };
    page.line(c.dim(text::symbols(inputs)));
    let table = Table {
        terms: &facts.inputs,
        layer: layer - 1,
        letter: "i",
        headings: headings(a, w),
        is_factor_first: true,
        is_known: c.knows_activation(layer - 1),
    };
    table.write(page);
    let is_known = c.knows_activation(layer);
    table.below(
        page,
        c.notation.either("Σ", "sum"),
        c.number(table.sum(), is_known),
    );
    table.below(page, &format!("+ {b}"), c.signed(facts.bias, true));
    table.below(page, &format!("= {z}"), c.number(facts.z, is_known));
    if c.is_flat {
        curve(page, facts);
    }
}

/// Adds the activation's curve with the neuron's point on it.
fn curve(page: &mut Page, facts: &NeuronFacts) {
    let is_known = page.context.knows_activation(page.context.place().0);
    let point = is_known.then_some((facts.z, facts.a));
    page.figure(Figure::Curve {
        function: facts.activation,
        point,
    });
}

/// `a = f(z)`, its slope and the curve.
fn activation(page: &mut Page, facts: &NeuronFacts) {
    let c = page.context;
    let (layer, neuron) = c.place();
    let is_known = c.knows_activation(layer);
    page.section(text::activation_section());
    let (a, z) = (c.own(Notation::a), c.own(Notation::z));
    page.formula(&a, &c.notation.applied(facts.activation, &z));
    // A mean of f(z) is not f of the mean z.
    if let Some(activation) = facts.activation {
        with_numbers(page, facts, &a, &activation.formula());
    }
    page.equals(&a, c.signed(facts.a, is_known));
    if let Some(before) = c.before(layer, neuron) {
        page.before(&a, before, text::before_the_change());
    }
    if !c.is_row() {
        page.line(c.dim(text::mean_of_activations()));
    }
    // Every output of a softmax depends on every logit: there is no one slope.
    if let Some(activation) = facts.activation {
        let slope = activation.slope();
        let prime = c.notation.either("′", "'");
        page.formula(
            &format!("f{prime}({z})"),
            &c.notation.formula(slope.symbols, &a, &z),
        );
        with_numbers(page, facts, " ", &slope);
        page.equals(" ", c.number(facts.slope, is_known));
    }
    if !c.is_flat {
        curve(page, facts);
    }
    if facts.activation.is_none() {
        page.part();
        page.note(text::one_logit());
    }
}

/// Writes `formula` of `symbol` with the numbers of one row in it, where that is useful.
fn with_numbers(page: &mut Page, facts: &NeuronFacts, symbol: &str, formula: &Formula) {
    let c = page.context;
    if !c.is_row() || formula.numbers.is_empty() {
        return;
    }
    let is_known = c.knows_activation(c.place().0);
    let numbers = c.notation.formula(formula.numbers, "", "");
    let mut texts = numbers.split("{}");
    let mut line = Line::from(c.text(texts.next().unwrap_or_default()));
    for (text, value) in texts.zip((formula.values)(facts.z, facts.a)) {
        line += c.number(value, is_known);
        line += c.text(text);
    }
    page.equals(symbol, line);
}

/// The delta of an output neuron, from the loss and its derivative `slope`.
fn output_delta(page: &mut Page, facts: &NeuronFacts, loss: Loss, target: f64, slope: f64) {
    let c = page.context;
    let (layer, neuron) = c.place();
    let (delta, a, z) = (
        c.own(Notation::delta),
        c.own(Notation::a),
        c.own(Notation::z),
    );
    let y = c.notation.y(Index::Neuron(neuron));
    let output = c.model.run.architecture.output();
    page.section(text::backward_from_loss());
    page.note(&c.notation.spelled(text::tutorial_output()));
    page.loss(loss, output);
    let is_known = c.knows_delta(layer);
    let product =
        |a: f64, b: f64, b_is_known| c.number(a, is_known) + c.text("× ") + c.number(b, b_is_known);
    let cancels = loss.cancels_slope(output);
    let slope_of = |a: &str, y: &str| loss.slope_formula().replace("{a}", a).replace("{y}", y);
    let factor_of = |a: &str, y: &str| match slope_of(a, y) {
        function if function.ends_with(')') => function,
        sum => format!("({sum})"),
    };
    let function = output.activation();
    let is_slope_alone = cancels || function == Some(Activation::Linear);
    let formula = if cancels {
        slope_of(&a, &y)
    } else {
        let k = Index::Any('k');
        let (a_k, y_k) = (c.notation.a(layer, k), c.notation.y(k));
        let formula = output.delta_formula().replace("({e})", &factor_of(&a, &y));
        let formula = formula.replace("{e}", &slope_of(&a, &y));
        let formula = formula
            .replace("({e_k})", &factor_of(&a_k, &y_k))
            .replace("{a_k}", &a_k);
        let formula = formula.replace("{sum_k}", &c.notation.sum('k'));
        c.notation.formula(&formula, &a, &z)
    };
    let numbers = if is_slope_alone {
        c.with_numbers(
            loss.slope_formula(),
            facts.a,
            c.knows_activation(layer),
            target,
        )
    } else if function.is_none() {
        product(facts.a, facts.delta / facts.a, is_known && facts.a != 0.0)
    } else {
        product(slope, facts.slope, is_known)
    };
    let start = format!("{delta} = {}", c.notation.derivative(&z));
    page.long_formula(&start, &delta, &formula);
    // A mean of products is not the product of the means.
    if c.is_row() || is_slope_alone && !loss.has_kink() {
        page.equals(&delta, numbers);
    }
    page.equals(&delta, c.signed(facts.delta, is_known));
    if function.is_none() && !cancels {
        let a_k = c.notation.a(layer, Index::Any('k'));
        let d = c.notation.either("∂", "d");
        let derivative = format!("{d}{a_k}/{d}{z}");
        let same = format!("{a_k} (1 − {a_k})");
        let formula = text::jacobian(&same, neuron + 1, format!("−{a_k} {a}"));
        page.long_formula(&derivative, &derivative, &formula);
        return page.note(text::softmax_jacobian());
    }
    page.note(&if cancels {
        text::delta_is_difference(output, loss)
    } else {
        let is_error = loss.slope_formula() == Loss::Quadratic.slope_formula();
        let by_a = c.notation.derivative("a");
        text::delta_is_product(if is_error { text::the_error() } else { &by_a })
    });
}

/// The delta of a hidden neuron, from those of the next layer.
fn hidden_delta(page: &mut Page, facts: &NeuronFacts, table: &Table, sum: f64) {
    let c = page.context;
    let (layer, neuron) = c.place();
    let k = Index::Any('k');
    let (next, neurons) = if layer + 1 == c.depth() {
        (text::the_output_layer().to_owned(), text::all_outputs())
    } else {
        (text::layer(layer + 1), text::all_neurons())
    };
    page.section(&text::backward_from(&next));
    page.note(&c.notation.spelled(text::tutorial_hidden()));
    let prime = format!("f{}({})", c.notation.either("′", "'"), c.own(Notation::z));
    let (delta, next) = (c.own(Notation::delta), c.notation.delta(layer + 1, k));
    let w = c.notation.w(layer + 1, k, Index::Neuron(neuron));
    page.formula(
        &delta,
        &format!("{prime} {}{w} {next}", c.notation.sum('k')),
    );
    page.note(&text::reuses_deltas(neurons, &next));
    table.write(page);
    let is_known = c.knows_delta(layer);
    table.below(page, c.notation.either("Σ", "sum"), c.number(sum, is_known));
    // The mean of the products with the slopes is not the product of the means.
    if c.is_row() {
        let slope = c.number(facts.slope, c.knows_activation(layer));
        table.below(page, &format!("× {prime}"), slope);
    }
    table.below(page, &format!("= {delta}"), c.signed(facts.delta, is_known));
}

/// The inputs with the largest influence over many rows.
fn influence(page: &mut Page, influence: &[(usize, f64)]) {
    if influence.is_empty() {
        return;
    }
    let c = page.context;
    let layer = c.place().0 - 1;
    page.part();
    page.line(c.dim(text::largest_influence()));
    let largest = influence
        .iter()
        .map(|(_, amount)| *amount)
        .fold(0.0, f64::max);
    for &(neuron, amount) in influence.iter().take(5) {
        let name = match c.name(layer, neuron) {
            "" => c.notation.a(layer, Index::Neuron(neuron)),
            name => name.to_owned(),
        };
        let bar = Span::styled(bar(amount / largest, 12), c.theme.accent());
        let values = c.text(padded(&name, NAME)) + c.number(amount, true) + bar;
        page.line(joined(c.dim(format!("{:>3} ", neuron + 1)), values));
    }
}
