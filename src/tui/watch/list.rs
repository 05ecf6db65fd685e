//! The list of runs, with facts about the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Content, Order, Watch};
use crate::tui::app::{ClickTarget, Drawn};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Title, cut, frame};
use crate::util::lang::say;
use crate::util::numbers::{ago, significant};
use crate::util::text::{padded, right_aligned, sanitise, shorten_front, wrap};
use crate::watch::{CurveFinding, Run, findings};

/// Cells of a value.
const VALUE: usize = 9;
/// Maximum number of lines about the run under the cursor.
const FACTS: usize = 6;

impl Watch {
    /// Draws the list into `area`.
    pub(super) fn draw_list(&self, area: Rect, buf: &mut Buffer, theme: Theme, drawn: &mut Drawn) {
        let listed = self.listed();
        let count = say!(
            "watch-count",
            "{shown} of {all}",
            shown = listed.len(),
            all = self.runs.len()
        );
        let order = match self.order {
            Order::Found => "",
            Order::Name => say!("watch-by-name", "by name"),
            Order::Lowest => say!("watch-lowest", "lowest first"),
            Order::Highest => say!("watch-highest", "highest first"),
        };
        let title = Title::new(say!("watch-runs", "Runs"), [Line::from(count)]);
        let note = if order.is_empty() {
            String::new()
        } else {
            format!(" {order} ")
        };
        frame(area, buf, theme, true, &title, [note, String::new()]);
        let inside = area.inner(Margin::new(1, 1));
        let cells = usize::from(inside.width);
        let facts = self.facts(cells, theme);
        let rows = inside.height.saturating_sub(facts.len() as u16).max(1);
        let first = self.cursor.saturating_sub(usize::from(rows) - 1);
        let tag = match self.content {
            Content::Charts => self.tags().into_iter().nth(self.chart),
            Content::Histograms | Content::Settings | Content::Texts => None,
        };
        let values = tag.map(|tag| self.values_of(&tag)).unwrap_or_default();
        let lines = listed.iter().enumerate().skip(first).take(rows.into());
        for ((place, &index), row) in lines.zip(inside.rows()) {
            let value = values.get(&index).copied();
            let line = self.line((place, index), value, cells, theme);
            line.render(row, buf);
            drawn.hits.push((row, ClickTarget::Line(place)));
        }
        let below = inside.rows().skip(rows.into());
        for (line, row) in facts.into_iter().zip(below) {
            cut(line, cells).render(row, buf);
        }
    }

    fn line(
        &self,
        (place, index): (usize, usize),
        value: Option<f64>,
        cells: usize,
        theme: Theme,
    ) -> Line<'static> {
        let (name, run) = &self.runs[index];
        let is_hidden = self.hidden.contains(name);
        let symbol = match (is_hidden, self.pinned.contains(name)) {
            (true, _) => "○",
            (false, true) => "◆",
            (false, false) => "●",
        };
        let is_pointed = place == self.cursor;
        let pointer = if is_pointed { "▸" } else { " " };
        let trouble = if run.problem.is_some() || run.is_gone {
            "!"
        } else if !findings(run).is_empty() {
            "▲"
        } else {
            " "
        };
        let value = value.map_or(String::new(), |value| significant(value, 4));
        let room = cells.saturating_sub(VALUE + 5);
        let name = padded(&shorten_front(&sanitise(name), room), room);
        let style = match (is_pointed, is_hidden) {
            (true, _) => theme.strong(),
            (_, true) => theme.dim(),
            _ => theme.text(),
        };
        let colour = if is_hidden {
            theme.dim()
        } else {
            theme.class(index)
        };
        Line::from(vec![
            Span::styled(pointer, theme.accent()),
            Span::styled(symbol, colour),
            Span::styled(format!(" {name} "), style),
            Span::styled(trouble, theme.warning()),
            Span::styled(right_aligned(&value, VALUE), style),
        ])
    }

    /// Lines about the run under the cursor.
    fn facts(&self, cells: usize, theme: Theme) -> Vec<Line<'static>> {
        let Some((_, _, run)) = self.pointed() else {
            return Vec::new();
        };
        let mut lines = vec![Line::styled("─".repeat(cells), theme.frame())];
        lines.push(Line::styled(self.age(run), theme.dim()));
        let problems = run.problem.iter().map(|problem| sanitise(problem));
        let found = findings(run);
        let found = found.iter().map(described);
        for text in problems.chain(found) {
            let wrapped = wrap(&text, cells).into_iter();
            lines.extend(wrapped.map(|line| Line::styled(line, theme.warning())));
        }
        lines.truncate(FACTS);
        lines
    }

    /// Age of the data of `run`.
    fn age(&self, run: &Run) -> String {
        let since = run.modified.and_then(|at| self.now.duration_since(at).ok());
        let age = since.map_or(String::new(), |since| ago(since.as_secs_f64()));
        if run.is_gone {
            say!("watch-gone", "files are gone, changed {age}", age)
        } else {
            say!("watch-changed", "changed {age}", age)
        }
    }
}

/// Describes a finding.
fn described(finding: &CurveFinding) -> String {
    match finding {
        CurveFinding::NotFinite { tag } => {
            say!(
                "watch-not-finite",
                "{tag} is not finite",
                tag = sanitise(tag)
            )
        }
        CurveFinding::Diverging { tag } => say!(
            "watch-diverging",
            "{tag} is more than ten times the first",
            tag = sanitise(tag)
        ),
        CurveFinding::Overfitting { tag, since } => say!(
            "watch-overfitting",
            "overfits since step {since}: {tag} rises",
            since,
            tag = sanitise(tag)
        ),
        CurveFinding::Plateau { tag } => {
            say!("watch-plateau", "{tag} does not fall", tag = sanitise(tag))
        }
    }
}
