//! The single layer that a network of linear layers amounts to, written out.

use ratatui::text::Line;

use super::page::{Page, joined, padded};
use crate::train::inspection::{Collapse, OutputFacts};
use crate::tui::text;
use crate::tui::widgets::Index;
use crate::util::numbers::NUMBER;
use crate::util::text::width;

/// Maximum number of outputs that are shown.
const OUTPUTS: usize = 10;
/// Widest name of an output.
const NAME: usize = 12;

/// Writes the product of the weight matrices, and that one layer gives the outputs of all of them.
pub(super) fn write(page: &mut Page, facts: &OutputFacts, collapse: &Collapse) {
    let c = page.context;
    let depth = c.depth();
    page.section(text::collapse_title());
    page.note(text::collapse_reason());
    let matrix = |layer| c.notation.layered("W", layer);
    let matrices: Vec<String> = (1..=depth).rev().map(matrix).collect();
    page.formula("W", &matrices.join(" "));
    // b = b3 + W3 (b2 + W2 b1), from the inside out.
    let biases = (2..=depth).fold(c.notation.layered("b", 1), |inner, layer| {
        let inner = if inner.contains(' ') {
            format!("({inner})")
        } else {
            inner
        };
        let own = c.notation.layered("b", layer);
        format!("{own} + {} {inner}", matrix(layer))
    });
    page.formula("b", &biases);
    page.gap();

    let names = (0..facts.terms.len()).map(|output| width(c.name(depth, output)) + 1);
    let names = names.max().unwrap_or(0).min(NAME);
    let all = collapse.weights.ncols();
    // Besides the weights a row has its bias.
    let room = c.width.saturating_sub(names + NUMBER) / NUMBER;
    let shown = if all <= room {
        all
    } else {
        room.saturating_sub(1)
    };
    let input = |input| {
        padded(
            &format!(" {}", c.notation.a(0, Index::Neuron(input))),
            NUMBER,
        )
    };
    let mut heading: String = (0..shown).map(input).collect();
    if shown < all {
        heading += &padded(" ⋯", NUMBER);
    }
    page.line(c.dim(format!("{}{heading} b", padded("W", names))));
    let outputs = collapse.weights.outer_iter().zip(&collapse.biases);
    for (output, (weights, &bias)) in outputs.enumerate().take(OUTPUTS) {
        let mut line = Line::from(c.text(padded(c.name(depth, output), names)));
        for &weight in weights.iter().take(shown) {
            line += c.signed(weight, true);
        }
        if shown < all {
            line += c.dim(padded(" ⋯", NUMBER));
        }
        line += c.signed(bias, true);
        page.line(line);
    }
    rest(page, facts.terms.len());
    page.gap();

    let is_known = c.knows_activation(depth);
    let z = c.notation.z(depth, Index::Any('k'));
    let [single, network] =
        [" W x + b".to_owned(), format!(" {z}")].map(|text| padded(&text, NUMBER));
    page.line(c.dim(format!("{}{single}{network}", padded("", names))));
    let terms = facts.terms.iter().zip(&collapse.z);
    for (output, (term, &z)) in terms.enumerate().take(OUTPUTS) {
        let name = c.text(padded(c.name(depth, output), names));
        let numbers = c.number(z, is_known) + c.number(term.z, is_known);
        page.line(joined(name, numbers));
    }
    rest(page, facts.terms.len());
}

/// Counts the outputs that are not shown.
fn rest(page: &mut Page, outputs: usize) {
    if outputs > OUTPUTS {
        page.line(page.context.dim(text::and_more(outputs - OUTPUTS)));
    }
}
