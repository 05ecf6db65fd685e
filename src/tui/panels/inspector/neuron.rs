//! The inspector's page of a neuron: weighted input, activation, delta, and its values over many rows.

use super::Context;
use super::figures::Figure;
use super::page::{Page, bar};
use super::terms::Table;
use crate::nn::activation::Formula;
use crate::nn::{Loss, Output};
use crate::train::inspection::{Back, NeuronFacts};
use crate::tui::widgets::notation::{Index, Notation};
use crate::util::stats::Histogram;
use ratatui::text::Span;

/// The page of a neuron.
pub(super) fn page(context: &Context, facts: &NeuronFacts) -> Page {
    let mut page = context.page();
    forward(context, facts, &mut page);
    activation(context, facts, &mut page);
    match &facts.back {
        Back::Output {
            loss,
            target,
            error,
        } => output_delta(context, facts, &mut page, (*loss, *target, *error)),
        Back::Hidden { terms, sum } => {
            let table = Table {
                terms,
                layer: context.place().0 + 1,
                letter: "k",
                headings: headings(context, false),
                is_factor_first: false,
                is_known: context.knows_delta(context.place().0 + 1),
            };
            hidden_delta(context, facts, &mut page, &table, *sum);
        }
    }
    over_rows(context, &mut page, &facts.distribution, &facts.influence);
    page
}

/// Column headings of a neuron's sums: factors and weights, forward or backward.
fn headings(context: &Context, is_forward: bool) -> [String; 2] {
    let (layer, neuron) = context.place();
    let (notation, own) = (context.notation, Index::Subject(neuron));
    if is_forward {
        [
            format!(" {}", notation.a(layer - 1, Index::Any('i'))),
            format!(" {}", notation.w(layer, own, Index::Any('i'))),
        ]
    } else {
        [
            format!(" {}", notation.delta(layer + 1, Index::Any('k'))),
            format!(" {}", notation.w(layer + 1, Index::Any('k'), own)),
        ]
    }
}

/// `z = sum + b`.
fn forward(context: &Context, facts: &NeuronFacts, page: &mut Page) {
    let (layer, neuron) = context.place();
    let notation = context.notation;
    let i = Index::Any('i');
    let formula = format!(
        "{} = {}{} {} + {}",
        context.own(Notation::z),
        notation.sum('i'),
        notation.w(layer, Index::Subject(neuron), i),
        notation.a(layer - 1, i),
        context.own(Notation::b),
    );
    let mut spans = vec![context.text(formula)];
    if facts.is_muted {
        let muted = "   muted (output forced to 0)";
        spans.push(Span::styled(muted, context.theme.bad()));
    }
    page.line(spans);
    let inputs = if layer == 1 {
        "x input"
    } else {
        "a activation"
    };
    let symbols = format!("{inputs} · w weight · b bias · z weighted input");
    page.line(vec![context.dim(symbols)]);
    let table = Table {
        terms: &facts.inputs,
        layer: layer - 1,
        letter: "i",
        headings: headings(context, true),
        is_factor_first: true,
        is_known: context.knows_activation(layer - 1),
    };
    table.write(context, page);
    let is_known = context.knows_activation(layer);
    let sum = context.number(table.sum(), is_known);
    table.below(context, page, notation.either("Σ", "sum"), sum);
    let bias = format!("+ {}", context.own(Notation::b));
    table.below(context, page, &bias, context.signed(facts.bias, true));
    let z = format!("= {}", context.own(Notation::z));
    table.below(context, page, &z, context.number(facts.z, is_known));
    if context.is_flat {
        page.figure(curve(context, facts));
    }
}

/// The activation's curve with the neuron's point on it.
fn curve(context: &Context, facts: &NeuronFacts) -> Figure {
    Figure::Curve {
        function: facts.activation,
        z: facts.z,
        a: facts.a,
        is_known: context.knows_activation(context.place().0),
    }
}

/// `a = f(z)`, its slope and the curve.
fn activation(context: &Context, facts: &NeuronFacts, page: &mut Page) {
    let (layer, neuron) = context.place();
    let notation = context.notation;
    let is_known = context.knows_activation(layer);
    page.section("Activation");
    let (a, z) = (context.own(Notation::a), context.own(Notation::z));
    let applied = notation.applied(facts.activation, &z);
    page.line(vec![context.text(format!("{a} = {applied}"))]);
    let margin = " ".repeat(crate::util::text::width(&a));
    // A mean of f(z) is not f of the mean z.
    if let Some(activation) = facts.activation {
        let start = format!("{margin} = ");
        with_numbers(context, facts, page, (&start, &activation.formula()));
    }
    page.line(vec![
        context.text(format!("{margin} = ")),
        context.signed(facts.a, is_known),
    ]);
    if let Some(before) = context.before(layer, neuron) {
        page.line(vec![
            context.dim(format!("{margin}   ")),
            context.dim(crate::util::numbers::aligned(before)),
            context.dim("before the change"),
        ]);
    }
    if !context.is_row() {
        page.line(vec![context.dim("mean of f(z), not f of the mean z")]);
    }
    slope(context, facts, page, is_known);
    if !context.is_flat {
        page.figure(curve(context, facts));
    }
    if facts.activation.is_none() {
        page.part();
        let others = "The curve varies this logit only; the others are held fixed.";
        page.say(others);
    }
}

/// `f'(z)`, in the form that needs only what is known already.
fn slope(context: &Context, facts: &NeuronFacts, page: &mut Page, is_known: bool) {
    // Every output of a softmax depends on every logit: there is no one slope.
    let Some(activation) = facts.activation else {
        return;
    };
    let notation = context.notation;
    let (a, z) = (context.own(Notation::a), context.own(Notation::z));
    let slope = activation.slope();
    let formula = notation.formula(slope.symbols, &a, &z);
    let prime = notation.either("′", "'");
    page.line(vec![context.text(format!("f{prime}({z}) = {formula}"))]);
    with_numbers(context, facts, page, ("  = ", &slope));
    page.line(vec![
        context.text("  = "),
        context.number(facts.slope, is_known),
    ]);
}

/// Writes `formula` with the numbers of one row in it, where that is useful.
fn with_numbers(
    context: &Context,
    facts: &NeuronFacts,
    page: &mut Page,
    (start, formula): (&str, &Formula),
) {
    if !context.is_row() || formula.numbers.is_empty() {
        return;
    }
    let is_known = context.knows_activation(context.place().0);
    let numbers = context.notation.formula(formula.numbers, "", "");
    let mut texts = numbers.split("{}");
    let mut spans = vec![context.text(format!("{start}{}", texts.next().unwrap_or_default()))];
    for (text, value) in texts.zip((formula.values)(facts.z, facts.a)) {
        spans.push(context.number(value, is_known));
        spans.push(context.text(text));
    }
    page.line(spans);
}

/// The delta of an output neuron, from the loss.
fn output_delta(
    context: &Context,
    facts: &NeuronFacts,
    page: &mut Page,
    (loss, target, error): (Loss, f64, f64),
) {
    let (layer, neuron) = context.place();
    let notation = context.notation;
    page.section("Backward: from the loss");
    let delta = context.own(Notation::delta);
    let (a, z) = (context.own(Notation::a), context.own(Notation::z));
    let y = notation.y(Index::Subject(neuron));
    let output = context.model.run.architecture.output();
    page.line(vec![context.text(notation.loss(loss, output, layer))]);
    let start = format!("{delta} = {}", notation.derivative(&z));
    let difference = facts.a - target;
    let is_known = context.knows_delta(layer);
    let (a_is_known, row) = (context.knows_activation(layer), context.is_row());
    let prime = format!("f{}({z})", notation.either("′", "'"));
    let simple = vec![context.number(facts.a, a_is_known), context.minus(target)];
    let (formula, numbers) = match (loss, output) {
        (Loss::CrossEntropy, _) | (Loss::Quadratic, Output::Linear) => {
            (format!("{a} − {y}"), simple)
        }
        (Loss::Quadratic, Output::Sigmoid) => (
            format!("({a} − {y}) {prime}"),
            vec![
                context.number(if error.is_nan() { difference } else { error }, is_known),
                context.text("× "),
                context.number(facts.slope, is_known),
            ],
        ),
        (Loss::Quadratic, Output::Softmax) => {
            let k = Index::Any('k');
            let (a_k, y_k) = (notation.a(layer, k), notation.y(k));
            let mean = format!("{}{a_k} ({a_k} − {y_k})", notation.sum('k'));
            (
                format!("{a} ({a} − {y} − {mean})"),
                vec![
                    context.number(facts.a, is_known),
                    context.text("× "),
                    context.number(facts.delta / facts.a, is_known && facts.a != 0.0),
                ],
            )
        }
    };
    let margin = " ".repeat(crate::util::text::width(&delta));
    let whole = format!("{start} = {formula}");
    if crate::util::text::width(&whole) <= context.width {
        page.line(vec![context.text(whole)])
    } else {
        page.line(vec![context.text(start)]);
        page.line(vec![context.text(format!("{margin} = {formula}"))]);
    }
    // A mean of products is not the product of the means.
    let is_linear = matches!(
        (loss, output),
        (Loss::CrossEntropy, _) | (Loss::Quadratic, Output::Linear)
    );
    if row || is_linear {
        let mut spans = vec![context.text(format!("{margin} = "))];
        spans.extend(numbers);
        page.line(spans);
    }
    page.line(vec![
        context.text(format!("{margin} = ")),
        context.signed(facts.delta, is_known),
    ]);
    page.say(&match loss {
        Loss::CrossEntropy => format!(
            "δ = ∂C/∂z. For {output} with cross-entropy it is simply the prediction minus the target."
        ),
        Loss::Quadratic => "δ = ∂C/∂z: the error times the slope of f.".into(),
    });
}

/// The delta of a hidden neuron, from those of the next layer.
fn hidden_delta(context: &Context, facts: &NeuronFacts, page: &mut Page, table: &Table, sum: f64) {
    let (layer, neuron) = context.place();
    let notation = context.notation;
    let k = Index::Any('k');
    let (next, what) = if layer + 1 == context.depth() {
        ("the output layer".to_owned(), "all outputs")
    } else {
        (
            format!("layer {}", layer + 1),
            "all neurons of the next layer",
        )
    };
    page.section(&format!("Backward: from {next}"));
    let prime = format!(
        "f{}({})",
        notation.either("′", "'"),
        context.own(Notation::z)
    );
    let delta = context.own(Notation::delta);
    page.line(vec![context.text(format!(
        "{delta} = {prime} {}{} {}",
        notation.sum('k'),
        notation.w(layer + 1, k, Index::Subject(neuron)),
        notation.delta(layer + 1, k),
    ))]);
    page.say(&format!(
        "Sums over {what}, reusing the {} computed one step earlier.",
        notation.delta(layer + 1, k),
    ));
    table.write(context, page);
    let is_known = context.knows_delta(layer);
    let total = context.number(sum, is_known);
    table.below(context, page, notation.either("Σ", "sum"), total);
    // The mean of the products with the slopes is not the product of the means.
    if context.is_row() {
        let slope = context.number(facts.slope, context.knows_activation(layer));
        table.below(context, page, &format!("× {prime}"), slope);
    }
    let value = context.signed(facts.delta, is_known);
    table.below(context, page, &format!("= {delta}"), value);
}

/// Distribution of the activation over many rows, and the inputs with the largest influence.
fn over_rows(
    context: &Context,
    page: &mut Page,
    distribution: &Histogram,
    influence: &[(usize, f64)],
) {
    let (layer, _) = context.place();
    let rows = distribution.count() + distribution.not_finite();
    page.section(&format!("Over {rows} rows"));
    page.line(vec![
        context.dim("mean of a "),
        context.number(distribution.mean(), true),
    ]);
    page.line(vec![
        context.dim("std of a  "),
        context.number(distribution.std(), true),
    ]);
    page.figure(Figure::MinMaxLast(Box::new(distribution.clone())));
    if influence.is_empty() {
        return;
    }
    page.part();
    page.line(vec![
        context.dim("largest influence: |w| × std of the input"),
    ]);
    let largest = influence.iter().map(|it| it.1).fold(0.0, f64::max);
    for &(neuron, amount) in influence.iter().take(5) {
        let name = match context.name(layer - 1, neuron) {
            "" => context.notation.a(layer - 1, Index::Subject(neuron)),
            name => name.to_owned(),
        };
        let name = crate::util::text::shorten(&name, 18);
        let padding = " ".repeat(18 - crate::util::text::width(&name));
        page.line(vec![
            context.dim(format!("{:>3} ", neuron + 1)),
            context.text(name + &padding),
            context.number(amount, true),
            Span::styled(bar(amount / largest, 12), context.theme.accent()),
        ]);
    }
}
