//! The inspector's page of the outputs and the loss, class by class.

use ratatui::text::{Line, Span};

use super::page::{Page, joined, padded};
use super::{Context, TARGET};
use crate::train::inspection::OutputFacts;
use crate::tui::text;
use crate::tui::widgets::{Index, bar};
use crate::util::numbers::{NUMBER, aligned};
use crate::util::text::width;

/// Maximum number of classes shown; of more the largest outputs.
const CLASSES: usize = 24;
/// Widest name of a class.
const NAME: usize = 14;
/// Cells of targets that are all 0 or 1.
const PLAIN_TARGET: usize = 5;
/// Maximum number of terms of the loss shown with their numbers.
const TERMS: usize = 4;
/// Longest bar.
const BAR: usize = 10;

/// Writes the page of the outputs.
pub(super) fn write(page: &mut Page, facts: &OutputFacts) {
    let c = page.context;
    let (depth, notation, k) = (c.depth(), c.notation, Index::Any('k'));
    let (a, z) = (notation.a(depth, k), notation.z(depth, k));
    let formula = notation.formula(facts.output.formula(), &a, &z);
    let formula = formula.replace("{z_j}", &notation.z(depth, Index::Any('j')));
    page.formula(&a, &formula.replace("{sum_j}", &notation.sum('j')));
    if facts.output.sums_to_one() {
        page.note(text::outputs_sum_to_one());
    }
    page.gap();
    Columns::new(c, facts).write(page, facts);
    loss(page, facts);
    if let Some(collapse) = &facts.collapse {
        super::collapse::write(page, facts, collapse);
    }
}

/// A column of numbers.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Z,
    Exponential,
    Before,
    A,
    /// The target, in so many cells.
    Target(usize),
    Loss,
}

impl Column {
    fn cells(self) -> usize {
        match self {
            Self::Target(cells) => cells,
            _ => NUMBER,
        }
    }
}

/// The table of the outputs: its columns, and cells of the names.
struct Columns {
    shown: Vec<Column>,
    names: usize,
    bar: usize,
}

impl Columns {
    fn new(context: &Context, facts: &OutputFacts) -> Self {
        let depth = context.depth();
        let mut shown = vec![Column::Z];
        if facts.output.sums_to_one() {
            shown.push(Column::Exponential);
        }
        if context.before(depth, 0).is_some() {
            shown.push(Column::Before);
        }
        let are_plain = facts
            .terms
            .iter()
            .all(|term| matches!(term.target, 0.0 | 1.0));
        let target = if are_plain { PLAIN_TARGET } else { NUMBER };
        shown.extend([Column::A, Column::Target(target), Column::Loss]);
        let names = (0..facts.terms.len()).map(|class| width(context.name(depth, class)) + 1);
        let wanted = names.max().unwrap_or(0).min(NAME);
        let cells = |shown: &[Column]| shown.iter().map(|column| column.cells()).sum::<usize>() + 2;
        // The formula below the table has the same numbers.
        let mut dispensable = vec![Column::Exponential, Column::Loss];
        while cells(&shown) + wanted > context.width
            && let Some(column) = dispensable.pop()
        {
            shown.retain(|&other| other != column);
        }
        let room = context.width.saturating_sub(cells(&shown));
        let names = wanted.min(room);
        Self {
            bar: (room - names).min(BAR),
            shown,
            names,
        }
    }

    fn write(&self, page: &mut Page, facts: &OutputFacts) {
        let c = page.context;
        let (depth, k) = (c.depth(), Index::Any('k'));
        let heads = self.shown.iter().map(|column| {
            let text = match column {
                Column::Z => c.notation.z(depth, k),
                Column::Exponential => "exp".into(),
                Column::Before => text::before().into(),
                Column::A => c.notation.a(depth, k),
                Column::Target(_) => c.notation.y(k),
                Column::Loss => text::part_of_loss().into(),
            };
            let bar = if *column == Column::A {
                self.bar(c, facts)
            } else {
                0
            };
            format!(" {}", padded(&text, column.cells() - 1 + bar))
        });
        let heads: String = heads.collect();
        page.line(c.dim(format!("{}{heads}", " ".repeat(2 + self.names))));
        let order = order(facts);
        for &class in &order {
            self.row(page, facts, class);
        }
        let rest = facts.terms.len() - order.len();
        if rest > 0 {
            page.line(c.dim(text::and_more(rest)));
        }
        self.sums(page, facts);
    }

    fn row(&self, page: &mut Page, facts: &OutputFacts, class: usize) {
        let (c, term) = (page.context, &facts.terms[class]);
        let depth = c.depth();
        let is_known = c.knows_activation(depth);
        let is_true = c.model.run.data.task.scale().is_none() && term.target > 0.5;
        let style = if is_true {
            c.theme.strong()
        } else {
            c.theme.text()
        };
        let name = padded(c.name(depth, class), self.names);
        let mark = if is_true { "▸ " } else { "  " };
        let mut line = Span::styled(mark, c.theme.accent()) + Span::styled(name, style);
        for column in &self.shown {
            line += match column {
                Column::Z => c.number(term.z, is_known),
                Column::Exponential => c.number(term.exponential, is_known),
                Column::Before => c.dim(aligned(c.before(depth, class).unwrap_or(f64::NAN))),
                Column::A => c.signed(term.a, is_known),
                Column::Target(NUMBER) => c.number(term.target, true),
                Column::Target(cells) => c.text(format!(" {:<1$.0}", term.target, cells - 1)),
                Column::Loss => c.number(term.loss, c.knows_loss()),
            };
            if *column == Column::A {
                let cells = self.bar(c, facts);
                line += Span::styled(padded(&bar(term.a, cells), cells), c.theme.accent());
            }
        }
        page.line(line);
    }

    /// Cells of the bars behind the activations; 0 if there are none.
    fn bar(&self, context: &Context, facts: &OutputFacts) -> usize {
        let is_drawn = context.knows_activation(context.depth()) && facts.output.is_fraction();
        if is_drawn && self.bar >= 3 {
            self.bar
        } else {
            0
        }
    }

    /// Writes the sums of the columns that have one.
    fn sums(&self, page: &mut Page, facts: &OutputFacts) {
        let c = page.context;
        let is_known = c.knows_activation(c.depth());
        let outputs: f64 = facts.terms.iter().map(|term| term.a).sum();
        let sum = |column: &Column| match column {
            Column::Exponential if c.is_row() => Some(c.number(facts.total, is_known)),
            Column::A if facts.output.sums_to_one() => Some(c.number(outputs, is_known)),
            Column::Loss => Some(c.number(facts.loss, c.knows_loss())),
            _ => None,
        };
        if self.shown.iter().any(|column| sum(column).is_some()) {
            let name = format!("  {}", c.notation.either("Σ", "sum"));
            let blank = |column: &Column| c.text(" ".repeat(column.cells()));
            let sums = self.shown.iter().flat_map(|column| {
                let bar = if *column == Column::A {
                    self.bar(c, facts)
                } else {
                    0
                };
                let sum = sum(column).unwrap_or_else(|| blank(column));
                [sum, c.text(" ".repeat(bar))]
            });
            page.line(joined(
                c.dim(padded(&name, 2 + self.names)),
                Line::from_iter(sums),
            ));
        }
    }
}

/// The classes that are shown: all, or the true one and those with the largest outputs.
fn order(facts: &OutputFacts) -> Vec<usize> {
    let mut order: Vec<usize> = (0..facts.terms.len()).collect();
    if order.len() > CLASSES {
        let weight = |class: usize| match &facts.terms[class] {
            term if term.target > 0.5 => f64::INFINITY,
            term => term.a.abs(),
        };
        order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
        order.truncate(CLASSES);
    }
    order
}

/// The loss with its formula, and the loss of the unchanged row where inputs were changed.
fn loss(page: &mut Page, facts: &OutputFacts) {
    let c = page.context;
    page.section(text::loss_title());
    page.loss(facts.function, facts.output);
    if c.is_row() {
        loss_with_numbers(page, facts);
    }
    page.equals(" ", c.number(facts.loss, c.knows_loss()));
    if c.is_row() {
        if let Some((_, before)) = &c.pass.unchanged {
            page.before(" ", *before, text::before_the_change());
        }
        let output = facts.terms.first().map_or(f64::NAN, |term| term.a);
        let scale = c.model.run.data.task.scale();
        if let Some(scale) = scale.filter(|_| c.knows_activation(c.depth())) {
            let value = c
                .model
                .run
                .target_number(scale.value(output as f32), TARGET);
            let value = c.text(value.replace('-', "−"));
            page.line(c.dim(text::predicted_label()) + value);
        }
        let target = c.target_text();
        if !target.is_empty() {
            page.line(c.dim(text::true_label()) + c.text(target));
        }
    }
}

/// Writes the terms of a short sum for the loss with their numbers, up to [`TERMS`].
fn loss_with_numbers(page: &mut Page, facts: &OutputFacts) {
    let c = page.context;
    let terms = facts.terms.iter().enumerate().filter_map(|(class, term)| {
        let formula = facts
            .function
            .term_formula(facts.output, term.a, term.target)?;
        Some((class, term, formula))
    });
    let terms: Vec<_> = terms.collect();
    if terms.len() > TERMS {
        return;
    }
    for (i, &(class, term, formula)) in terms.iter().enumerate() {
        let start = match (i, formula.starts_with('−')) {
            (0, _) => "  = ",
            (_, true) => "    ",
            (_, false) => "  + ",
        };
        let numbers = c.with_numbers(formula, term.a, c.knows_loss(), term.target);
        let mut line = joined(c.text(start), numbers);
        if terms.len() == 1 && facts.terms.len() > 1 {
            line += c.dim(text::of_class(c.name(c.depth(), class)));
        }
        page.line(line);
    }
}
