//! The products of a sum as a table.

use super::Context;
use super::page::{Page, bar};
use crate::train::inspection::Term;
use crate::tui::app::inspector::FEW_INPUTS;
use crate::util::numbers::NUMBER;
use crate::util::text::{shorten, width};
use ratatui::text::Span;

/// Rows of a table that leaves out what adds little.
const STRONGEST: usize = 10;
/// Cells of the neurons' numbers.
pub(super) const NUMBERS: usize = 4;
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
    /// Heading of the factors, of the weights.
    pub headings: [String; 2],
    /// Whether the factor stands before the weight.
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

    /// Writes the table. What adds little to a long one is told in one line.
    pub fn write(&self, context: &Context, page: &mut Page) {
        let names = self.name_cells(context);
        let [factor, weight] = &self.headings;
        let (first, second) = if self.is_factor_first {
            (factor, weight)
        } else {
            (weight, factor)
        };
        let heading = format!(
            "{:>3} {:names$} {first:<third$}{second:<third$}product",
            self.letter,
            "",
            third = NUMBER,
        );
        page.line(vec![context.dim(heading)]);
        let mut order: Vec<&Term> = self.terms.iter().collect();
        if order.len() > FEW_INPUTS {
            if self.is_known {
                order.sort_by(|a, b| b.product.abs().total_cmp(&a.product.abs()));
            }
            order.truncate(STRONGEST);
        }
        let finite = self.terms.iter().map(|term| term.product.abs());
        let largest = finite.filter(|it| it.is_finite()).fold(0.0, f64::max);
        for term in &order {
            let used = NUMBERS + names + 3 * NUMBER;
            let cells = context.width.saturating_sub(used).min(BAR);
            let name = shorten(context.name(self.layer, term.neuron), names);
            let padding = " ".repeat(names - width(&name));
            let factor = context.number(term.factor, self.is_known);
            let weight = context.signed(term.weight, true);
            let (first, second) = if self.is_factor_first {
                (factor, weight)
            } else {
                (weight, factor)
            };
            let sign = if term.product < 0.0 { -0.8 } else { 0.8 };
            let share = if self.is_known {
                term.product.abs() / largest
            } else {
                0.0
            };
            page.line(vec![
                context.dim(format!("{:>3} ", term.neuron + 1)),
                context.text(name + &padding),
                first,
                second,
                context.signed(term.product, self.is_known),
                Span::styled(bar(share, cells), context.theme.signed(sign)),
            ]);
        }
        let rest = self.terms.len() - order.len();
        if rest > 0 {
            let shown: f64 = order.iter().map(|term| term.product).sum();
            let together = self.sum() - shown;
            let used = NUMBERS + names + 2 * NUMBER;
            let long = format!("    and {rest} more, together");
            let text = if width(&long) < used {
                long
            } else {
                shorten(&format!("    and {rest} more"), used)
            };
            page.line(vec![
                context.dim(format!("{text:<used$}")),
                context.signed(together, self.is_known),
            ]);
        }
    }

    /// The sum of all products.
    pub fn sum(&self) -> f64 {
        self.terms.iter().map(|term| term.product).sum()
    }

    /// A line below the table whose number stands below the products.
    pub fn below(&self, context: &Context, page: &mut Page, label: &str, number: Span<'static>) {
        let used = NUMBERS + self.name_cells(context) + 2 * NUMBER;
        let label = shorten(label, used.saturating_sub(1));
        let padding = " ".repeat(used.saturating_sub(1 + width(&label)));
        page.line(vec![
            context.dim(padding),
            context.text(label),
            context.text(" "),
            number,
        ]);
    }
}
