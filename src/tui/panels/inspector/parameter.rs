//! A weight or a bias: its gradient, and what the optimizer makes of it.

use super::Context;
use super::figures::Figure;
use super::page::Page;
use crate::nn::gradient_check::Grade;
use crate::nn::{LearningRule, Optimizer, ParameterId};
use crate::train::Cursor;
use crate::train::inspection::ParameterFacts;
use crate::tui::widgets::notation::{Index, Notation};
use crate::util::text::rate;
use ratatui::text::Span;

/// Cells of the words before numbers.
const LABEL: usize = 22;

/// The page of a parameter.
pub(super) fn page(context: &Context, facts: &ParameterFacts) -> Page {
    let mut page = context.page();
    let Cursor::Parameter(id) = context.inspection.inspect.cursor else {
        return page;
    };
    let (layer, output) = context.place();
    let to = context.called(layer, output);
    page.say(&match id {
        ParameterId::Weight { input, .. } => {
            format!("from {} to {to}", context.called(layer - 1, input))
        }
        ParameterId::Bias { .. } => format!("of {to}"),
    });
    let symbol = context.notation.parameter(id);
    let mut value = vec![
        context.text(format!("{symbol} = ")),
        context.signed(facts.value, true),
    ];
    if facts.is_frozen {
        value.push(Span::styled(
            "frozen: it keeps its value",
            context.theme.bad(),
        ));
    }
    page.line(value);
    gradient(context, facts, &mut page, id);
    update(context, facts, &mut page, &symbol);
    page.section("History");
    page.figure(Figure::History(facts.history.clone()));
    page
}

/// `dC/dw = a delta`, and the same by differences.
fn gradient(context: &Context, facts: &ParameterFacts, page: &mut Page, id: ParameterId) {
    let (layer, _) = context.place();
    let notation = context.notation;
    page.section("Gradient");
    let derivative = notation.derivative(&notation.parameter(id));
    let delta = context.own(Notation::delta);
    let is_known = context.knows_delta(layer);
    let margin = " ".repeat(crate::util::text::width(&derivative));
    match id {
        ParameterId::Weight { input, .. } => {
            let a = notation.a(layer - 1, Index::Subject(input));
            page.line(vec![context.text(format!("{derivative} = {a} {delta}"))]);
            // The mean of the products is not the product of the means.
            if context.is_row() {
                page.line(vec![
                    context.text(format!("{margin} = ")),
                    context.number(facts.a, context.knows_activation(layer - 1)),
                    context.text("× "),
                    context.number(facts.delta, is_known),
                ]);
            }
        }
        ParameterId::Bias { .. } => {
            page.line(vec![context.text(format!("{derivative} = {delta}"))]);
        }
    }
    page.line(vec![
        context.text(format!("{margin} = ")),
        context.signed(facts.gradient, is_known),
    ]);
    let plus_minus = notation.either("(C(w+h) − C(w−h)) / 2h", "(C(w+h) - C(w-h)) / 2h");
    page.line(vec![
        context.dim(format!("{plus_minus:<LABEL$} ")),
        context.number(facts.difference, is_known),
        context.dim(" by differences"),
    ]);
    let (grade, style) = match Grade::of(facts.error) {
        Grade::Excellent => ("excellent", context.theme.good()),
        Grade::Good => ("good", context.theme.text()),
        Grade::Wrong => ("they differ", context.theme.bad()),
    };
    let mut error = vec![
        context.dim(format!("{:<LABEL$} ", "relative error")),
        context.number(facts.error, is_known),
    ];
    if is_known {
        error.push(Span::styled(format!(" {grade}"), style));
    }
    page.line(error);
}

/// The step that the optimizer makes of the mini-batch's gradient.
fn update(context: &Context, facts: &ParameterFacts, page: &mut Page, symbol: &str) {
    let LearningRule {
        optimizer,
        learning_rate,
        weight_decay,
    } = facts.rule;
    let notation = context.notation;
    page.section(&format!("Next update · {optimizer}"));
    let row = |page: &mut Page, label: &str, number: Span<'static>| {
        let padding = " ".repeat(LABEL.saturating_sub(crate::util::text::width(label)) + 1);
        page.line(vec![context.text(format!("{label}{padding}")), number]);
    };
    let mean = format!("mean {} of the rows", notation.derivative("w"));
    let mut gradient = facts.batch_gradient;
    row(page, &mean, context.number(facts.batch_gradient, true));
    if weight_decay > 0.0 {
        let lambda = notation.either("λ", "lambda");
        let label = format!("+ {lambda} w, {lambda} = {}", rate(weight_decay));
        row(page, &label, context.number(facts.decay, true));
        gradient += facts.decay;
    }
    row(page, "g", context.number(gradient, true));
    let (before, after) = (&facts.before, &facts.after);
    let eta = notation.either("η", "eta");
    let with_eta = format!("{eta} = {}", rate(learning_rate));
    let factor = |factor: f64| context.text(format!("{} × ", rate(factor)));
    let arrow = notation.either("←", "<-");
    let delta_w = notation.either("Δw", "dw");
    match optimizer {
        Optimizer::Sgd => {
            page.line(vec![
                context.text(format!("{delta_w} = −{eta} g,  {with_eta}")),
            ]);
            page.line(vec![
                context.text(format!("   = −{} × ", rate(learning_rate))),
                context.number(gradient, true),
            ]);
        }
        Optimizer::Momentum { momentum } => {
            let mu = notation.either("μ", "mu");
            page.line(vec![context.text(format!(
                "v {arrow} {mu} v + g,  {mu} = {}",
                rate(momentum)
            ))]);
            page.line(vec![
                context.text("  = "),
                factor(momentum),
                context.number(before.first, true),
                context.text("+ "),
                context.number(gradient, true),
            ]);
            page.line(vec![
                context.text("  = "),
                context.number(after.first, true),
            ]);
            page.line(vec![
                context.text(format!("{delta_w} = −{eta} v,  {with_eta}")),
            ]);
            page.line(vec![
                context.text(format!("   = −{} × ", rate(learning_rate))),
                context.number(after.first, true),
            ]);
        }
        Optimizer::Adam {
            beta1,
            beta2,
            epsilon,
        } => adam(context, facts, page, gradient, (beta1, beta2, epsilon)),
    }
    page.line(vec![
        context.text("   = "),
        context.signed(facts.next_change, true),
    ]);
    page.line(vec![
        context.text(format!("{symbol} {arrow} ")),
        context.number(facts.value, true),
        context.text(if facts.next_change < 0.0 { "−" } else { "+" }),
        context.number(facts.next_change.abs(), true),
        context.text("= "),
        context.number(facts.value + facts.next_change, true),
    ]);
    let last = match facts.last_change {
        Some(change) => context.signed(change, true),
        None => context.dim(" –"),
    };
    row(page, "last change", last);
    if context.is_before_update() {
        page.say("This is what the update will do once the walk comes to it.");
    }
}

/// Adam's two means and the step.
fn adam(
    context: &Context,
    facts: &ParameterFacts,
    page: &mut Page,
    gradient: f64,
    (beta1, beta2, epsilon): (f64, f64, f64),
) {
    let notation = context.notation;
    let (before, after) = (&facts.before, &facts.after);
    let beta = notation.either("β", "beta");
    let [one, two] = match notation.either("₁", "1") {
        "₁" => ["₁", "₂"],
        _ => ["1", "2"],
    };
    let square = notation.either("²", "^2");
    let arrow = notation.either("←", "<-");
    let prime = notation.either("′", "'");
    let eta = notation.either("η", "eta");
    let root = notation.either("√", "sqrt ");
    let power = notation.either("ᵗ", "^t");
    let blend = |page: &mut Page, keep: f64, old: f64, new: f64, result: f64| {
        page.line(vec![
            context.text(format!("  = {} × ", rate(keep))),
            context.number(old, true),
            context.text(format!("+ {} × ", rate(rounded(1.0 - keep)))),
            context.number(new, true),
        ]);
        page.line(vec![context.text("  = "), context.number(result, true)]);
    };
    page.line(vec![
        context.text(format!("m {arrow} {beta}{one} m + (1 − {beta}{one}) g")),
    ]);
    blend(page, beta1, before.first, gradient, after.first);
    page.line(vec![context.text(format!(
        "v {arrow} {beta}{two} v + (1 − {beta}{two}) g{square}"
    ))]);
    blend(
        page,
        beta2,
        before.second,
        gradient * gradient,
        after.second,
    );
    let count = f64::from(after.count);
    let mean = after.first / (1.0 - beta1.powf(count));
    let mean_square = after.second / (1.0 - beta2.powf(count));
    page.line(vec![context.dim(format!(
        "corrected for their start at 0, t = {}",
        after.count
    ))]);
    page.line(vec![
        context.text(format!("m{prime} = m / (1 − {beta}{one}{power}) = ")),
        context.number(mean, true),
    ]);
    page.line(vec![
        context.text(format!("v{prime} = v / (1 − {beta}{two}{power}) = ")),
        context.number(mean_square, true),
    ]);
    let epsilon_name = notation.either("ε", "eps");
    let delta_w = notation.either("Δw", "dw");
    let learning_rate = facts.rule.learning_rate;
    page.line(vec![context.text(format!(
        "{delta_w} = −{eta} m{prime} / ({root}v{prime} + {epsilon_name}),  {eta} = {}, {epsilon_name} = {}",
        rate(learning_rate),
        rate(epsilon)
    ))]);
    page.line(vec![
        context.text(format!("   = −{} × ", rate(learning_rate))),
        context.number(mean, true),
        context.text("/ "),
        context.number(mean_square.sqrt() + epsilon, true),
    ]);
}

/// `x` without the dust of floating-point arithmetic.
fn rounded(x: f64) -> f64 {
    format!("{x:.6e}").parse().unwrap_or(x)
}
