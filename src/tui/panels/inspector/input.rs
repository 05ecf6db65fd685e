//! The inspector's page of an input: its encoding and the gradient with respect to it.

use super::page::Page;
use crate::data::Encoding;
use crate::train::inspection::InputFacts;
use crate::tui::text;
use crate::tui::widgets::{Index, Notation};
use crate::util::numbers::{rate, typeset};

/// Writes the page of an input.
pub(super) fn write(page: &mut Page, facts: &InputFacts) {
    let c = page.context;
    value(page, facts);
    page.section(text::input_gradient());
    let (_, neuron) = c.place();
    let (j, own) = (Index::Any('j'), Index::Neuron(neuron));
    let derivative = c.notation.derivative(&c.own(Notation::a));
    let (sum, w, delta) = (
        c.notation.sum('j'),
        c.notation.w(1, j, own),
        c.notation.delta(1, j),
    );
    page.formula(&derivative, &format!("{sum}{w} {delta}"));
    page.equals(&derivative, c.signed(facts.gradient, c.knows_delta(1)));
    page.note(text::inputs_do_not_change());
    page.distribution("", &facts.distribution);
}

/// From the cell to `x`.
fn value(page: &mut Page, facts: &InputFacts) {
    let c = page.context;
    let (_, neuron) = c.place();
    let x = c.own(Notation::a);
    let plain = |x: f64| typeset(x, 4);
    let preprocessing = &c.model.run.data.preprocessing;
    let column = preprocessing
        .column_of(neuron)
        .map(|index| &preprocessing.columns[index]);
    let name = match column.map_or(0.0, |column| column.offset) {
        0.0 => c.called(0, neuron),
        offset => format!("{} − {offset}", c.called(0, neuron)),
    };
    let mut note = text::same_scale();
    match column.map(|column| &column.encoding) {
        Some(Encoding::Numeric { mean, std, .. }) if *mean == 0.0 => {
            page.formula(&x, &format!("{name} / {}", rate(*std)));
            if c.model.run.data.image.is_some() {
                note = text::brightness();
            }
        }
        Some(Encoding::Numeric { mean, std, .. } | Encoding::Boolean { mean, std, .. }) => {
            page.formula(&x, &text::scaled_input(&name));
            if c.is_row() {
                let raw = plain(facts.value * std + mean);
                let scaled = format!("({raw} − {}) / {}", plain(*mean), plain(*std));
                page.equals(&x, c.text(scaled));
            }
        }
        Some(Encoding::Cyclic { period, .. }) => {
            // The name begins with the function.
            if let Some((function, value)) = name.split_once(' ') {
                page.formula(&x, &format!("{function}(2π · {value} / {period})"));
            }
            note = "";
        }
        Some(Encoding::Categorical { .. }) => {
            page.formula(&x, &text::one_hot(&name));
            note = "";
        }
        None => note = "",
    }
    page.equals(&x, c.signed(facts.value, true));
    let is_changed = c.row.what_if.iter().any(|(input, _)| *input == neuron) && c.is_row();
    let row = c.row.sample.index;
    if is_changed && let Some(samples) = c.model.run.samples_with(c.row.sample) {
        let inputs = samples.inputs(row..row + 1);
        if let Some(&before) = inputs.iter().nth(neuron) {
            page.before(&x, before.into(), text::in_the_table());
        }
    }
    page.note(note);
}
