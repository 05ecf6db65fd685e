//! The products of a sum as a table.

use ratatui::text::Span;

use super::Context;
use super::page::{Page, padded};
use crate::train::inspection::Term;
use crate::tui::app::inspector::FEW_INPUTS;
use crate::tui::text;
use crate::tui::widgets::bar;
use crate::util::numbers::NUMBER;
use crate::util::text::{shorten, width};

/// Rows of a table that leaves out what adds little.
const STRONGEST: usize = 10;
/// Cells of the neurons' numbers.
const NUMBERS: usize = 4;
/// Widest name.
const NAME: usize = 14;
/// Longest bar.
const BAR: usize = 6;

/// A table to be shown.
pub(super) struct Table<'a> {
    /// The products.
    pub terms: &'a [Term],
    /// The layer that their neurons are of.
    pub layer: usize,
    /// The letter that runs over them.
    pub letter: &'static str,
    /// Headings of the factors and of the weights.
    pub headings: [String; 2],
    /// Whether the factor is before the weight.
    pub is_factor_first: bool,
    /// Whether factors are known.
    pub is_known: bool,
}

impl Table<'_> {
    /// Cells of the names; none where the neurons have no names.
    fn name_cells(&self, context: &Context) -> usize {
        let room = context.width.saturating_sub(NUMBERS + 3 * NUMBER);
        let names = self.terms.iter().take(1000);
        let widest = names.map(|term| width(context.name(self.layer, term.neuron)));
        match widest.max().unwrap_or(0) {
            0 => 0,
            widest => (widest + 1).min(NAME).min(room),
        }
    }

    /// The factor's and the weight's cell in their order.
    fn ordered<T>(&self, factor: T, weight: T) -> (T, T) {
        if self.is_factor_first {
            (factor, weight)
        } else {
            (weight, factor)
        }
    }

    /// Returns the terms that have room: all, or those with the largest products. Few inputs keep their order.
    fn shown(&self, max_terms: usize) -> Vec<&Term> {
        let mut order: Vec<&Term> = self.terms.iter().collect();
        let is_long = order.len() > FEW_INPUTS;
        let room = if is_long { STRONGEST } else { order.len() };
        let room = room.min(max_terms);
        // The line about the rest takes a row as well.
        if order.len() <= room.saturating_add(1) {
            return order;
        }
        if self.is_known {
            order.sort_by(|a, b| b.product.abs().total_cmp(&a.product.abs()));
        }
        order.truncate(room);
        if !is_long {
            order.sort_by_key(|term| term.neuron);
        }
        order
    }

    /// Writes the table. What adds little to a long one is summed up in one line.
    pub fn write(&self, page: &mut Page) {
        let c = page.context;
        let names = self.name_cells(c);
        let [factor, weight] = &self.headings;
        let (first, second) = self.ordered(factor, weight);
        let (letter, product) = (self.letter, text::head_product());
        let heading = format!(
            "{letter:>3} {:names$} {first:<NUMBER$}{second:<NUMBER$}{product}",
            ""
        );
        page.line(c.dim(heading));
        let order = self.shown(c.max_terms);
        let products = self.terms.iter().map(|term| term.product.abs());
        let largest = products
            .filter(|product| product.is_finite())
            .fold(0.0, f64::max);
        let used = NUMBERS + names + 3 * NUMBER;
        let bar_cells = c.width.saturating_sub(used).min(BAR);
        for term in &order {
            let name = padded(c.name(self.layer, term.neuron), names);
            let factor = c.number(term.factor, self.is_known);
            let (first, second) = self.ordered(factor, c.signed(term.weight, true));
            let share = if self.is_known {
                term.product.abs() / largest
            } else {
                0.0
            };
            let style = c.theme.signed(if term.product < 0.0 { -0.8 } else { 0.8 });
            page.line(
                c.dim(format!("{:>3} ", term.neuron + 1))
                    + c.text(name)
                    + first
                    + second
                    + c.signed(term.product, self.is_known)
                    + Span::styled(bar(share, bar_cells), style),
            );
        }
        let rest = self.terms.len() - order.len();
        if rest > 0 {
            let shown: f64 = order.iter().map(|term| term.product).sum();
            let used = used - NUMBER;
            let short = text::terms_left_out(rest);
            let long = text::terms_together(&short);
            let text = padded(if width(&long) < used { &long } else { &short }, used);
            page.line(c.dim(text) + c.signed(self.sum() - shown, self.is_known));
        }
    }

    /// The sum of all products.
    pub fn sum(&self) -> f64 {
        self.terms.iter().map(|term| term.product).sum()
    }

    /// Writes a line below the table whose number is below the products.
    pub fn below(&self, page: &mut Page, label: &str, number: Span<'static>) {
        let used = NUMBERS + self.name_cells(page.context) + 2 * NUMBER;
        let label = shorten(label, used.saturating_sub(1));
        let padding = " ".repeat(used.saturating_sub(1 + width(&label)));
        page.line(page.context.text(format!("{padding}{label} ")) + number);
    }
}
