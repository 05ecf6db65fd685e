//! The page of a weight or bias: its gradient and the next update.

use ratatui::text::{Line, Span};

use super::figures::Figure;
use super::page::{Page, padded};
use crate::nn::gradient_check::Grade;
use crate::nn::optimizer::{Explained, Part, Role, UpdateFormula};
use crate::nn::{NeuronId, ParameterId};
use crate::train::inspection::ParameterFacts;
use crate::train::{Cursor, StepPhase};
use crate::tui::text;
use crate::tui::widgets::{Index, Notation};
use crate::util::numbers::rate;

/// Cells of the labels before the numbers of the gradient, and of the update.
const GRADIENT_LABEL: usize = 23;
const UPDATE_LABEL: usize = 31;

/// Writes the page of a parameter.
pub(super) fn write(page: &mut Page, facts: &ParameterFacts) {
    let c = page.context;
    let Cursor::Parameter(id) = c.inspection.inspect.cursor else {
        return;
    };
    let (layer, output) = c.place();
    let to = c.called(layer, output);
    page.note(&match id.input() {
        Some(input) => text::from_to(c.called(layer - 1, input), &to),
        None => text::of_neuron(&to),
    });
    let symbol = c.notation.parameter(id);
    let frozen = if facts.is_frozen { text::frozen() } else { "" };
    let value = c.text(format!("{symbol} = ")) + c.signed(facts.value, true);
    page.line(value + Span::styled(frozen, c.theme.bad()));
    if let Some(NeuronId { layer, neuron }) = facts.muted {
        let note = if (layer, neuron) == c.place() {
            text::muted_target(neuron + 1, layer)
        } else {
            text::muted_source(neuron + 1, layer)
        };
        page.note(&note);
    }
    gradient(page, facts, id);
    update(page, facts, &symbol);
    page.section(text::history_section());
    page.figure(Figure::History(facts.history.clone()));
}

/// Adds `dC/dw = a delta` and its comparison with a central difference.
fn gradient(page: &mut Page, facts: &ParameterFacts, id: ParameterId) {
    let c = page.context;
    let (layer, _) = c.place();
    page.section(text::gradient_section());
    page.note(&c.notation.spelled(text::tutorial_gradient()));
    let derivative = c.notation.derivative(&c.notation.parameter(id));
    let delta = c.own(Notation::delta);
    let is_known = c.knows_delta(layer);
    match id.input() {
        Some(input) => {
            let a = c.notation.a(layer - 1, Index::Neuron(input));
            page.formula(&derivative, &format!("{a} {delta}"));
            // The mean of the products is not the product of the means.
            if c.is_row() {
                let a = c.number(facts.a, c.knows_activation(layer - 1));
                page.equals(
                    &derivative,
                    a + c.text("× ") + c.number(facts.delta, is_known),
                );
            }
        }
        None => page.formula(&derivative, &delta),
    }
    page.equals(&derivative, c.signed(facts.gradient, is_known));
    let difference = c
        .notation
        .either("(C(w+h) − C(w−h)) / 2h", "(C(w+h) - C(w-h)) / 2h");
    let label = |text: &str| c.dim(padded(text, GRADIENT_LABEL));
    page.line(label(difference) + c.number(facts.difference, is_known) + c.dim(text::numeric()));
    let (grade, style) = match Grade::of(facts.error) {
        Grade::Excellent => (text::error_matches(), c.theme.good()),
        Grade::Good => (text::error_close(), c.theme.text()),
        Grade::Wrong => (text::error_differs(), c.theme.bad()),
    };
    let error = label(text::relative_error());
    page.line(if facts.gradient == 0.0 && facts.difference == 0.0 {
        error + c.dim(" –")
    } else if is_known {
        error + c.number(facts.error, true) + Span::styled(grade, style)
    } else {
        error + c.number(facts.error, false)
    });
}

/// Adds the formula of the next update with its numbers.
fn update(page: &mut Page, facts: &ParameterFacts, symbol: &str) {
    let c = page.context;
    let rule = &facts.rule;
    let known = |x: f64| c.number(x, true);
    page.section(&text::next_update_of(rule.optimizer));
    page.note(&c.notation.spelled(text::tutorial_update()));
    let row = |label: &str, number: Span<'static>| c.text(padded(label, UPDATE_LABEL)) + number;
    let mean = text::mean_over_batch(c.notation.derivative("w"));
    page.line(row(&mean, known(facts.batch_gradient)));
    let decay = rule.gradient_decay() * facts.value;
    if rule.gradient_decay() > 0.0 {
        let lambda = c.notation.spelled("λ");
        let label = format!("+ {lambda} w, {lambda} = {}", rule.weight_decay);
        page.line(row(&label, known(decay)));
    }
    page.line(row("g", known(facts.batch_gradient + decay)));
    let formula = UpdateFormula::new(rule);
    let mut is_corrected = false;
    let lines = formula.explain(&facts.before, facts.batch_gradient, facts.value);
    for line in &lines {
        if let Some(updates) = line.updates.filter(|_| !is_corrected) {
            is_corrected = true;
            page.line(c.dim(text::bias_correction(updates)));
        }
        formula_line(page, line);
    }
    let change = lines.iter().rfind(|line| line.role == Role::Change);
    let change = change.map_or(f64::NAN, |line| line.value);
    let is_withheld = facts.muted.is_some() || facts.is_frozen;
    if is_withheld && facts.next_change == 0.0 && change != 0.0 {
        page.equals("  ", c.signed(change, true));
        page.note(text::update_withheld());
    } else {
        page.equals("  ", c.signed(facts.next_change, true));
    }
    let sign = c.text(if facts.next_change < 0.0 { "−" } else { "+" });
    let sum = known(facts.value) + sign + known(facts.next_change.abs()) + c.text("= ");
    let start = c.text(format!("{symbol} {} ", c.notation.spelled("←")));
    page.line(super::page::joined(
        start,
        sum + known(facts.value + facts.next_change),
    ));
    let last = facts.last_change.map(|change| c.signed(change, true));
    page.line(row(text::last_change(), last.unwrap_or(c.dim(" –"))));
    let done = c.phase_values.map(|values| values.position.done);
    if done.is_some_and(|done| done != Some(StepPhase::Update)) {
        page.note(text::update_preview());
    }
}

/// Adds a line of the optimizer's formula, with its numbers.
fn formula_line(page: &mut Page, line: &Explained) {
    let c = page.context;
    let [target, formula] = [line.target, &line.formula].map(|text| c.notation.spelled(text));
    let constant =
        |(name, value): &(&str, f64)| format!("{} = {}", c.notation.spelled(name), rate(*value));
    let constants = line.constants.iter().map(constant);
    let constants = constants.collect::<Vec<_>>().join(", ");
    if line.role == Role::Intermediate {
        let value = c.text(format!("{target} = {formula} = ")) + c.number(line.value, true);
        let constants = if constants.is_empty() {
            constants
        } else {
            format!("({constants})")
        };
        return page.line(value + c.text(constants));
    }
    let sign = match line.role {
        Role::State => c.notation.spelled("←"),
        Role::Intermediate | Role::Change => "=".into(),
    };
    let comma = if constants.is_empty() { "" } else { ",  " };
    page.text(format!("{target} {sign} {formula}{comma}{constants}"));
    let numbers = line.parts.iter().map(|part| match *part {
        Part::Text(operator) => c.text(operator),
        Part::Constant(value) => c.text(format!("{} ", rate(rounded(value)))),
        Part::Number(value) => c.number(value, true),
    });
    page.equals(&target, Line::from_iter(numbers));
    if line.role == Role::State {
        page.equals(&target, c.number(line.value, true));
    }
}

/// Returns `x` without the rounding errors of its last digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.6e}").parse().unwrap_or(x)
}
