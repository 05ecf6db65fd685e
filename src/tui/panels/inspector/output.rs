//! The inspector's page of the outputs and the loss, class by class.

use super::Context;
use super::page::{Page, bar};
use crate::nn::{Loss, Output};
use crate::train::inspection::{OutputFacts, OutputTerm};
use crate::tui::widgets::notation::Index;
use crate::util::numbers::{NUMBER, aligned};
use crate::util::text::{shorten, width};
use ratatui::text::Span;

/// Classes shown at most; of more the largest outputs.
const CLASSES: usize = 24;
/// Widest name of a class.
const NAME: usize = 14;

/// The page of the outputs.
pub(super) fn page(context: &Context, facts: &OutputFacts) -> Page {
    let mut page = context.page();
    let depth = context.depth();
    let (notation, k) = (context.notation, Index::Any('k'));
    let (a, z) = (notation.a(depth, k), notation.z(depth, k));
    match facts.output {
        Output::Softmax => {
            let j = notation.z(depth, Index::Any('j'));
            let sum = notation.sum('j');
            page.line(vec![
                context.text(format!("{a} = softmax {z} = exp {z} / {sum}exp {j}")),
            ]);
            page.say("Outputs are positive and sum to one. The largest z is subtracted first; this leaves the result unchanged and avoids overflow.");
        }
        Output::Sigmoid => page.line(vec![context.text(format!(
            "{a} = {} {z} = 1 / (1 + exp −{z})",
            notation.either("σ", "sigmoid")
        ))]),
        Output::Linear => page.line(vec![context.text(format!("{a} = {z}"))]),
    }
    page.gap();
    let columns = Columns::new(context, facts);
    columns.write(context, facts, &mut page);
    loss(context, facts, &mut page);
    page
}

/// Cells of targets that are all 0 or 1.
const PLAIN_TARGET: usize = 5;
/// Longest bar.
const BAR: usize = 10;

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

/// The table of the outputs: its columns, and cells of the names.
struct Columns {
    shown: Vec<Column>,
    names: usize,
    bar: usize,
}

impl Column {
    fn cells(self) -> usize {
        match self {
            Self::Target(cells) => cells,
            _ => NUMBER,
        }
    }
}

impl Columns {
    fn new(context: &Context, facts: &OutputFacts) -> Self {
        let depth = context.depth();
        let mut shown = vec![Column::Z];
        if facts.output == Output::Softmax {
            shown.push(Column::Exponential);
        }
        if context.before(depth, 0).is_some() {
            shown.push(Column::Before);
        }
        let are_plain = facts.terms.iter().all(|it| matches!(it.target, 0.0 | 1.0));
        let target = if are_plain { PLAIN_TARGET } else { NUMBER };
        shown.extend([Column::A, Column::Target(target), Column::Loss]);
        let names = (0..facts.terms.len()).map(|class| width(context.name(depth, class)) + 1);
        let wanted = names.max().unwrap_or(0).min(NAME);
        let cells = |shown: &[Column]| shown.iter().map(|it| it.cells()).sum::<usize>() + 2;
        // The formulas around the table or the other columns show their numbers too.
        let mut dispensable = match facts.function {
            Loss::CrossEntropy => vec![Column::Exponential, Column::Loss],
            Loss::Quadratic => vec![Column::Loss, Column::Exponential],
        };
        while cells(&shown) + wanted > context.width
            && let Some(column) = dispensable.pop()
        {
            shown.retain(|&it| it != column);
        }
        let room = context.width.saturating_sub(cells(&shown));
        let names = wanted.min(room);
        Self {
            bar: (room - names).min(BAR),
            shown,
            names,
        }
    }

    fn write(&self, context: &Context, facts: &OutputFacts, page: &mut Page) {
        let depth = context.depth();
        let (notation, k) = (context.notation, Index::Any('k'));
        let mut heading = " ".repeat(2 + self.names);
        for column in &self.shown {
            let text = match column {
                Column::Z => notation.z(depth, k),
                Column::Exponential => "exp".into(),
                Column::Before => "before".into(),
                Column::A => notation.a(depth, k),
                Column::Target(_) => notation.y(k),
                Column::Loss => "part of C".into(),
            };
            let cells = column.cells() - 1;
            heading += &format!(" {:<cells$}", shorten(&text, cells));
        }
        page.line(vec![context.dim(heading)]);
        let order = self.order(facts);
        for &class in &order {
            self.row(context, class, &facts.terms[class], page);
        }
        let rest = facts.terms.len() - order.len();
        if rest > 0 {
            page.line(vec![context.dim(format!("  and {rest} more"))]);
        }
        self.sums(context, facts, page);
    }

    /// The classes that are shown: all, or the true one and those with the largest outputs.
    fn order(&self, facts: &OutputFacts) -> Vec<usize> {
        let mut order: Vec<usize> = (0..facts.terms.len()).collect();
        if order.len() > CLASSES {
            let weight = |class: usize| {
                let term = &facts.terms[class];
                if term.target > 0.5 {
                    f64::INFINITY
                } else {
                    term.a.abs()
                }
            };
            order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
            order.truncate(CLASSES);
        }
        order
    }

    fn row(&self, context: &Context, class: usize, term: &OutputTerm, page: &mut Page) {
        let depth = context.depth();
        let is_known = context.knows_activation(depth);
        let is_class = context.model.run.data.task.scale().is_none();
        let is_true = is_class && term.target > 0.5;
        let mark = if is_true { "▸ " } else { "  " };
        let name = shorten(context.name(depth, class), self.names);
        let padding = " ".repeat(self.names - width(&name));
        let name = name + &padding;
        let mut spans = vec![
            Span::styled(mark, context.theme.accent()),
            if is_true {
                Span::styled(name, context.theme.strong())
            } else {
                context.text(name)
            },
        ];
        spans.extend(self.shown.iter().map(|column| match column {
            Column::Z => context.number(term.z, is_known),
            Column::Exponential => context.number(term.exponential, is_known),
            Column::Before => {
                let before = context.before(depth, class).unwrap_or(f64::NAN);
                context.dim(aligned(before))
            }
            Column::A => context.signed(term.a, is_known),
            Column::Target(NUMBER) => context.number(term.target, true),
            &Column::Target(cells) => context.text(format!(" {:<1$.0}", term.target, cells - 1)),
            Column::Loss => context.number(term.loss, context.knows_loss()),
        }));
        if self.bar >= 3 && is_known && facts_are_shares(context) {
            let bar = bar(term.a, self.bar);
            spans.push(Span::styled(bar, context.theme.accent()));
        }
        page.line(spans);
    }

    /// Sums of the columns.
    fn sums(&self, context: &Context, facts: &OutputFacts, page: &mut Page) {
        let is_known = context.knows_activation(context.depth());
        let has_sum = |column: &Column| match column {
            Column::Exponential => context.is_row(),
            Column::A => facts.output == Output::Softmax,
            column => *column == Column::Loss,
        };
        if !self.shown.iter().any(has_sum) {
            return;
        }
        let sum = format!("  {:<1$}", context.notation.either("Σ", "sum"), self.names);
        let outputs: f64 = facts.terms.iter().map(|term| term.a).sum();
        let mut spans = vec![context.dim(shorten(&sum, 2 + self.names))];
        spans.extend(self.shown.iter().map(|column| match column {
            Column::Exponential if context.is_row() => context.number(facts.total, is_known),
            Column::A if facts.output == Output::Softmax => context.number(outputs, is_known),
            Column::Loss => context.number(facts.loss, context.knows_loss()),
            column => context.text(" ".repeat(column.cells())),
        }));
        page.line(spans);
    }
}

/// Whether outputs are between 0 and 1.
fn facts_are_shares(context: &Context) -> bool {
    context.model.run.architecture.output() != Output::Linear
}

/// The loss with its formula, and the loss of the unchanged row where inputs were changed.
fn loss(context: &Context, facts: &OutputFacts, page: &mut Page) {
    let depth = context.depth();
    let notation = context.notation;
    page.section("Loss");
    page.line(vec![context.text(notation.loss(
        facts.function,
        facts.output,
        depth,
    ))]);
    let is_known = context.knows_loss();
    let target = facts.terms.iter().position(|term| term.target > 0.5);
    if context.is_row() {
        match (facts.function, target) {
            (Loss::CrossEntropy, _) if facts.output == Output::Sigmoid => {
                for (i, term) in facts.terms.iter().enumerate().take(4) {
                    let start = if i == 0 { "  = −" } else { "    −" };
                    let number = context.number(term.a, is_known);
                    page.line(match term.target {
                        1.0 => vec![context.text(format!("{start}ln ")), number],
                        0.0 => vec![
                            context.text(format!("{start}ln(1 − ")),
                            number,
                            context.text(")"),
                        ],
                        _ => continue,
                    });
                }
            }
            (Loss::CrossEntropy, Some(class)) => {
                let weight = facts.terms[class].target;
                let factor = if weight == 1.0 {
                    String::new()
                } else {
                    format!("{} × ", aligned(weight).trim())
                };
                page.line(vec![
                    context.text(format!("  = −{factor}ln ")),
                    context.number(facts.terms[class].a, is_known),
                    context.dim(format!("of {}", context.name(depth, class))),
                ]);
            }
            (Loss::Quadratic, _) if facts.terms.len() <= 4 => {
                let half = notation.either("½", "1/2");
                let square = notation.either("²", "^2");
                for (i, term) in facts.terms.iter().enumerate() {
                    let start = match i {
                        0 => format!("  = {half} ("),
                        _ => format!("  + {half} ("),
                    };
                    page.line(vec![
                        context.text(start),
                        context.number(term.a, is_known),
                        context.minus(term.target),
                        context.text(format!("){square}")),
                    ]);
                }
            }
            _ => {}
        }
    }
    page.line(vec![
        context.text("  = "),
        context.number(facts.loss, is_known),
    ]);
    if context.is_row() {
        if let Some((_, before)) = &context.pass.unchanged {
            page.line(vec![
                context.dim(format!("    {}", aligned(*before))),
                context.dim("before the change"),
            ]);
        }
        let target = context.target_text();
        if !target.is_empty() {
            page.line(vec![context.dim("true: "), context.text(target)]);
        }
    }
}
