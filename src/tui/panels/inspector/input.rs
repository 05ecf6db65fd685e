//! The inspector's page of an input: its encoding and the gradient with respect to it.

use super::Context;
use super::figures::Figure;
use super::page::Page;
use crate::data::Encoding;
use crate::train::inspection::InputFacts;
use crate::tui::widgets::notation::{Index, Notation};
use crate::util::numbers::rate;
use crate::util::numbers::{aligned, significant};

/// The page of an input.
pub(super) fn page(context: &Context, facts: &InputFacts) -> Page {
    let mut page = context.page();
    value(context, facts, &mut page);
    page.section("Gradient with respect to the input");
    let (_, neuron) = context.place();
    let notation = context.notation;
    let (j, own) = (Index::Any('j'), Index::Subject(neuron));
    let x = context.own(Notation::a);
    let derivative = notation.derivative(&x);
    page.line(vec![context.text(format!(
        "{derivative} = {}{} {}",
        notation.sum('j'),
        notation.w(1, j, own),
        notation.delta(1, j),
    ))]);
    let margin = " ".repeat(crate::util::text::width(&derivative));
    page.line(vec![
        context.text(format!("{margin} = ")),
        context.signed(facts.gradient, context.knows_delta(1)),
    ]);
    page.say(
        "Training never changes inputs, but this shows which ones this row's loss is sensitive to.",
    );
    let rows = facts.distribution.count() + facts.distribution.not_finite();
    page.section(&format!("Over {rows} rows"));
    page.line(vec![
        context.dim("mean      "),
        context.number(facts.distribution.mean(), true),
    ]);
    page.line(vec![
        context.dim("std       "),
        context.number(facts.distribution.std(), true),
    ]);
    page.figure(Figure::MinMaxLast(Box::new(facts.distribution.clone())));
    page
}

/// From the cell to `x`.
fn value(context: &Context, facts: &InputFacts, page: &mut Page) {
    let (_, neuron) = context.place();
    let x = context.own(Notation::a);
    let margin = " ".repeat(crate::util::text::width(&x));
    let plain = |x: f64| significant(x, 4).replace('-', "−");
    match encoding(context, neuron) {
        Some((name, Encoding::Numeric { mean, std, .. })) if *mean == 0.0 => {
            page.line(vec![context.text(format!("{x} = {name} / {}", rate(*std)))]);
        }
        Some((name, Encoding::Numeric { mean, std, .. } | Encoding::Boolean { mean, std, .. })) => {
            page.line(vec![context.text(format!("{x} = ({name} − mean) / std"))]);
            if context.is_row() {
                let raw = facts.value * std + mean;
                page.line(vec![context.text(format!(
                    "{margin} = ({} − {}) / {}",
                    plain(raw),
                    plain(*mean),
                    plain(*std)
                ))]);
            }
        }
        Some((name, Encoding::Categorical { .. })) => {
            let text = format!("{x} = 1 where {name} is this value, else 0");
            page.line(vec![context.text(text)]);
        }
        None => {}
    }
    page.line(vec![
        context.text(format!("{margin} = ")),
        context.signed(facts.value, true),
    ]);
    let changed = context.row.what_if.iter();
    let is_changed = changed.clone().any(|it| it.0 == neuron) && context.is_row();
    if is_changed && let Some(before) = context.row_input(neuron) {
        page.line(vec![
            context.dim(format!("{margin}   {}", aligned(before))),
            context.dim("in the table"),
        ]);
    }
    match encoding(context, neuron) {
        Some((_, Encoding::Numeric { mean: 0.0, .. }))
            if context.model.run.data.image.is_some() =>
        {
            page.say("Its brightness, from 0 to 1.");
        }
        Some((_, Encoding::Categorical { .. })) | None => {}
        Some(_) => page.say(
            "Mean and standard deviation come from the training rows, so that all inputs share one scale.",
        ),
    }
}

/// The column that input `neuron` comes from: its name and encoding.
fn encoding<'a>(context: &'a Context, neuron: usize) -> Option<(String, &'a Encoding)> {
    let data = &context.model.run.data;
    let mut first = 0;
    for column in &data.preprocessing.columns {
        first += column.encoding.inputs();
        if neuron < first {
            let name = context.called(0, neuron);
            let name = match column.offset {
                0.0 => name,
                offset => format!("{name} − {offset}"),
            };
            return Some((name, &column.encoding));
        }
    }
    None
}

impl Context<'_> {
    /// Input `neuron` of the unchanged row.
    fn row_input(&self, neuron: usize) -> Option<f64> {
        let sample = self.row.sample;
        let samples = sample.samples(&self.model.run.data);
        if sample.index >= samples.rows() {
            return None;
        }
        let inputs = samples.inputs(sample.index..sample.index + 1);
        inputs.iter().nth(neuron).map(|&x| x.into())
    }
}
