//! The page of a weight or bias: its gradient and the next update.

use super::Context;
use super::figures::Figure;
use super::page::Page;
use crate::nn::ParameterId;
use crate::nn::gradient_check::Grade;
use crate::nn::optimizer::{Explained, Part, Role, UpdateFormula};
use crate::train::Cursor;
use crate::train::inspection::ParameterFacts;
use crate::tui::widgets::notation::{Index, Notation};
use crate::util::numbers::rate;
use ratatui::text::Span;

/// Cells of the labels before the numbers of the gradient, and of the update.
const GRADIENT_LABEL: usize = 22;
const UPDATE_LABEL: usize = 30;

/// Builds the page of a parameter.
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
        value.push(Span::styled("frozen", context.theme.bad()));
    }
    page.line(value);
    gradient(context, facts, &mut page, id);
    update(context, facts, &mut page, &symbol);
    page.section("History");
    page.figure(Figure::History(facts.history.clone()));
    page
}

/// Adds `dC/dw = a delta` and its comparison with a central difference.
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
        context.dim(format!("{plus_minus:<GRADIENT_LABEL$} ")),
        context.number(facts.difference, is_known),
        context.dim(" numeric"),
    ]);
    let (grade, style) = match Grade::of(facts.error) {
        Grade::Excellent => ("matches", context.theme.good()),
        Grade::Good => ("close", context.theme.text()),
        Grade::Wrong => ("differs", context.theme.bad()),
    };
    let is_zero = facts.gradient == 0.0 && facts.difference == 0.0;
    let mut error = vec![
        context.dim(format!("{:<GRADIENT_LABEL$} ", "relative error")),
        if is_zero {
            context.dim(" –")
        } else {
            context.number(facts.error, is_known)
        },
    ];
    if is_known && !is_zero {
        error.push(Span::styled(format!(" {grade}"), style));
    }
    page.line(error);
}

/// Adds the formula of the next update with its numbers.
fn update(context: &Context, facts: &ParameterFacts, page: &mut Page, symbol: &str) {
    let rule = &facts.rule;
    let notation = context.notation;
    page.section(&format!("Next update · {}", rule.optimizer));
    let row = |page: &mut Page, label: &str, number: Span<'static>| {
        let padding = " ".repeat(UPDATE_LABEL.saturating_sub(crate::util::text::width(label)) + 1);
        page.line(vec![context.text(format!("{label}{padding}")), number]);
    };
    let mean = format!("mean {} over the mini-batch", notation.derivative("w"));
    row(page, &mean, context.number(facts.batch_gradient, true));
    let decay = rule.gradient_decay() * facts.value;
    if rule.gradient_decay() > 0.0 {
        let lambda = notation.spelled("λ");
        let label = format!("+ {lambda} w, {lambda} = {}", rule.weight_decay);
        row(page, &label, context.number(decay, true));
    }
    row(
        page,
        "g",
        context.number(facts.batch_gradient + decay, true),
    );
    let formula = UpdateFormula::new(rule);
    let mut is_corrected = false;
    for line in formula.explain(&facts.before, facts.batch_gradient, facts.value) {
        if let Some(updates) = line.updates.filter(|_| !is_corrected) {
            is_corrected = true;
            page.line(vec![context.dim(format!("bias correction, t = {updates}"))]);
        }
        formula_line(context, page, &line);
    }
    page.line(vec![
        context.text("   = "),
        context.signed(facts.next_change, true),
    ]);
    page.line(vec![
        context.text(format!("{symbol} {} ", notation.spelled("←"))),
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
        page.say("Preview of the update at the end of this mini-batch.");
    }
}

/// Adds a line of the optimizer's formula, with its numbers.
fn formula_line(context: &Context, page: &mut Page, line: &Explained) {
    let notation = context.notation;
    let [target, formula] = [line.target, &line.formula].map(|text| notation.spelled(text));
    let constants = line.constants.iter();
    let constants =
        constants.map(|(name, value)| format!("{} = {}", notation.spelled(name), rate(*value)));
    let constants = constants.collect::<Vec<_>>().join(", ");
    if line.role == Role::Intermediate {
        let mut spans = vec![
            context.text(format!("{target} = {formula} = ")),
            context.number(line.value, true),
        ];
        if !constants.is_empty() {
            spans.push(context.text(format!("({constants})")));
        }
        page.line(spans);
        return;
    }
    let sign = match line.role {
        Role::State => notation.spelled("←"),
        Role::Intermediate | Role::Change => "=".into(),
    };
    let comma = if constants.is_empty() { "" } else { ",  " };
    page.line(vec![
        context.text(format!("{target} {sign} {formula}{comma}{constants}")),
    ]);
    let margin = " ".repeat(crate::util::text::width(&target));
    let mut numbers = vec![context.text(format!("{margin} = "))];
    numbers.extend(line.parts.iter().map(|part| match *part {
        Part::Text(operator) => context.text(operator),
        Part::Constant(value) => context.text(format!("{} ", rate(rounded(value)))),
        Part::Number(value) => context.number(value, true),
    }));
    page.line(numbers);
    if line.role == Role::State {
        page.line(vec![
            context.text(format!("{margin} = ")),
            context.number(line.value, true),
        ]);
    }
}

/// Returns `x` without the rounding errors of its last digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.6e}").parse().unwrap_or(x)
}
