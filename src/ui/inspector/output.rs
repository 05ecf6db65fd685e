//! The outputs and the loss, class by class.

use super::Context;
use super::page::{Page, bar};
use crate::nn::{Loss, Output};
use crate::text::{shorten, width};
use crate::train::inspection::{OutputFacts, OutputTerm};
use crate::ui::notation::Index;
use crate::ui::numbers::{NUMBER, aligned};
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
            page.say("The outputs are above zero and add up to one. The largest z is subtracted first: that changes nothing, and no exponential overflows.");
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

/// How wide the table is.
struct Columns {
    names: usize,
    has_exponentials: bool,
    has_before: bool,
}

impl Columns {
    fn new(context: &Context, facts: &OutputFacts) -> Self {
        let has_before = context.before(context.depth(), 0).is_some();
        let numbers = 4 + usize::from(has_before);
        let is_softmax = facts.output == Output::Softmax;
        let room = context.width.saturating_sub(2 + numbers * NUMBER);
        let has_exponentials = is_softmax && room >= NUMBER + 4;
        let room = room.saturating_sub(if has_exponentials { NUMBER } else { 0 });
        let depth = context.depth();
        let names = (0..facts.terms.len()).map(|class| width(context.name(depth, class)) + 1);
        let widest = names.max().unwrap_or(0).min(NAME);
        Self {
            names: widest.min(room.saturating_sub(1)),
            has_exponentials,
            has_before,
        }
    }

    fn write(&self, context: &Context, facts: &OutputFacts, page: &mut Page) {
        let depth = context.depth();
        let (notation, k) = (context.notation, Index::Any('k'));
        let cell = |text: String| format!(" {text:<cells$}", cells = NUMBER - 1);
        let mut heading = " ".repeat(2 + self.names);
        heading += &cell(notation.z(depth, k));
        if self.has_exponentials {
            heading += &cell("exp(z−max)".chars().take(NUMBER - 1).collect());
        }
        if self.has_before {
            heading += &cell("before".into());
        }
        heading += &cell(notation.a(depth, k));
        heading += &cell(notation.y(k));
        heading += " of C";
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
            match is_true {
                true => Span::styled(name, context.theme.strong()),
                false => context.text(name),
            },
            context.number(term.z, is_known),
        ];
        if self.has_exponentials {
            spans.push(context.number(term.exponential, is_known));
        }
        if self.has_before {
            let before = context.before(depth, class).unwrap_or(f64::NAN);
            spans.push(context.dim(aligned(before)));
        }
        spans.push(context.signed(term.a, is_known));
        spans.push(context.number(term.target, true));
        spans.push(context.number(term.loss, context.knows_loss()));
        let used = 2 + self.names + NUMBER * (4 + usize::from(self.has_before));
        let used = used + if self.has_exponentials { NUMBER } else { 0 };
        let cells = context.width.saturating_sub(used).min(10);
        if cells >= 3 && is_known && facts_are_shares(context) {
            spans.push(Span::styled(bar(term.a, cells), context.theme.accent()));
        }
        page.line(spans);
    }

    /// What the columns add up to.
    fn sums(&self, context: &Context, facts: &OutputFacts, page: &mut Page) {
        let is_known = context.knows_activation(context.depth());
        let sum = format!("{:<1$}", context.notation.either("Σ", "sum"), self.names);
        let blank = " ".repeat(NUMBER);
        let mut spans = vec![
            context.dim("  "),
            context.text(sum),
            context.text(blank.clone()),
        ];
        if self.has_exponentials {
            spans.push(context.number(facts.total, is_known && context.is_row()));
        }
        if self.has_before {
            spans.push(context.text(blank.clone()));
        }
        let outputs = facts.terms.iter().map(|term| term.a).sum();
        spans.push(match facts.output {
            Output::Softmax => context.number(outputs, is_known),
            _ => context.text(blank.clone()),
        });
        spans.push(context.text(blank));
        spans.push(context.number(facts.loss, context.knows_loss()));
        page.line(spans);
    }
}

/// Whether outputs are between 0 and 1.
fn facts_are_shares(context: &Context) -> bool {
    context.model.run.architecture.output() != Output::Linear
}

/// The loss with its formula, and that of the row before inputs were changed.
fn loss(context: &Context, facts: &OutputFacts, page: &mut Page) {
    let depth = context.depth();
    let notation = context.notation;
    page.section("Loss");
    page.line(vec![context.text(notation.loss(facts.function, depth))]);
    let is_known = context.knows_loss();
    let target = facts.terms.iter().position(|term| term.target > 0.5);
    if context.is_row() {
        match (facts.function, target) {
            (Loss::CrossEntropy, Some(class)) => {
                let weight = facts.terms[class].target;
                let factor = match weight == 1.0 {
                    true => String::new(),
                    false => format!("{} · ", aligned(weight).trim()),
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
                        context.text("− "),
                        context.number(term.target, true),
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
        if let Some((_, before)) = &context.snapshot.unchanged {
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
