//! The list of runs, with facts about the one under the cursor.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Content, Order, Watch, marks};
use crate::tui::app::ClickTarget;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title};
use crate::util::lang::say;
use crate::util::numbers::{ago, significant};
use crate::util::text::{abbreviate, padded, right_aligned, sanitise, width, wrap, wrap_whole};
use crate::watch::{CurveFinding, Run, findings, training_beside, whole};

/// Cells of a value.
const VALUE: usize = 9;
/// Maximum number of lines about the run under the cursor.
const FACTS: usize = 6;

/// Draws the list into `area`.
pub(super) fn draw_list(pane: &mut Pane<'_, Watch>, area: Rect) {
    let (watch, theme) = (pane.model, pane.theme);
    let listed = watch.listed();
    let count = say!(
        "watch-count",
        "{shown} of {all}",
        shown = listed.len(),
        all = watch.runs.len()
    );
    let order = match watch.order {
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
    let inside = pane.frame(area, true, &title, [note, String::new()]);
    let cells = usize::from(inside.width);
    let facts = watch.facts(cells, theme);
    let rows = inside.height.saturating_sub(facts.len() as u16).max(1);
    let first = watch.cursor.saturating_sub(usize::from(rows) - 1);
    let tag = match watch.content {
        Content::Charts => watch.tags().into_iter().nth(watch.chart),
        Content::Histograms | Content::Settings | Content::Texts => None,
    };
    let values = tag.map(|tag| watch.values_of(&tag)).unwrap_or_default();
    let lines = listed.iter().enumerate().skip(first).take(rows.into());
    let looks = watch.looks();
    let room = name_room(cells, !values.is_empty());
    let shown: Vec<usize> = lines.clone().map(|(_, &index)| index).collect();
    let names = watch.short_names(&shown, room);
    for (((place, &index), name), row) in lines.zip(names).zip(inside.rows()) {
        let look = looks[index];
        let value = values.get(&index).or_else(|| values.get(&look)).copied();
        let line = watch.line((place, index, look), &padded(&name, room), value, theme);
        pane.draw(line, row);
        pane.drawn.hits.push((row, ClickTarget::Line(place)));
    }
    let below = inside.rows().skip(rows.into());
    for (line, row) in facts.into_iter().zip(below) {
        pane.line(row, line);
    }
}

impl Watch {
    /// Line of the run under the cursor in so many cells, for a screen without the list.
    pub(super) fn pointed_line(&self, cells: usize, theme: Theme) -> Option<Line<'static>> {
        let (index, ..) = self.pointed()?;
        let look = self.looks()[index];
        let value = self.selected_value(index, look);
        let room = name_room(cells, value.is_some());
        let name = self.short_names(&[index], room).concat();
        Some(self.line((self.cursor, index, look), &name, value, theme))
    }

    /// Value of a run in the selected chart, of a group that of its first run.
    fn selected_value(&self, run: usize, look: usize) -> Option<f64> {
        let is_shown = self.content == Content::Charts;
        let tag = self.ordered_by.as_ref().filter(|_| is_shown)?;
        let values = self.values_of(tag);
        values.get(&run).or_else(|| values.get(&look)).copied()
    }

    fn line(
        &self,
        (place, index, look): (usize, usize, usize),
        name_cells: &str,
        value: Option<f64>,
        theme: Theme,
    ) -> Line<'static> {
        let (name, run) = &self.runs[index];
        let is_hidden = self.hidden.contains(name);
        let symbol = if is_hidden {
            "○"
        } else {
            marks::mark(theme, look)
        };
        let pin = if self.pinned.contains(name) {
            "↑"
        } else {
            " "
        };
        let is_pointed = place == self.cursor;
        let pointer = if is_pointed { "▸" } else { " " };
        let trouble = if run.problem.is_some() || run.is_gone {
            "!"
        } else if !findings(run, training_beside(&self.runs, name)).is_empty() {
            "▲"
        } else {
            " "
        };
        let value = value.map_or(String::new(), |value| significant(value, 4));
        let style = match (is_pointed, is_hidden) {
            (true, _) => theme.strong(),
            (_, true) => theme.dim(),
            _ => theme.text(),
        };
        let colour = if is_hidden {
            theme.dim()
        } else {
            theme.class(look)
        };
        Line::from(vec![
            Span::styled(pointer, theme.accent()),
            Span::styled(symbol, colour),
            Span::styled(pin, theme.accent()),
            Span::styled(format!("{name_cells} "), style),
            Span::styled(trouble, theme.warning()),
            Span::styled(right_aligned(&value, VALUE), style),
        ])
    }

    /// Names of these runs in at most so many cells. Where a name is longer, the beginning that all runs share is left out.
    pub(super) fn short_names(&self, runs: &[usize], cells: usize) -> Vec<String> {
        let all: Vec<String> = self.runs.iter().map(|(name, _)| sanitise(name)).collect();
        let is_long = all.iter().any(|name| width(name) > cells);
        let shared = if is_long { common_beginning(&all) } else { 0 };
        let short = |&run: &usize| match &all[run] {
            name if shared > 1 && all.len() > 1 => format!("…{}", &name[shared..]),
            name => name.clone(),
        };
        let short: Vec<String> = runs.iter().map(short).collect();
        abbreviate(&short, cells)
    }

    /// Lines about the run under the cursor.
    fn facts(&self, cells: usize, theme: Theme) -> Vec<Line<'static>> {
        let Some((_, name, run)) = self.pointed() else {
            return Vec::new();
        };
        let found = findings(run, training_beside(&self.runs, name));
        let mut lines = vec![Line::styled("─".repeat(cells), theme.frame())];
        let name = sanitise(name);
        if width(&name) > name_room(cells, true) {
            let whole = wrap_whole(&name, cells).into_iter();
            lines.extend(whole.map(|line| Line::styled(line, theme.text())));
        }
        lines.push(Line::styled(self.age(run), theme.dim()));
        let problems = run.problem.iter().map(|problem| sanitise(problem));
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
        } else if run.has_ended {
            say!("watch-ended", "stream ended {age}", age)
        } else {
            say!("watch-changed", "changed {age}", age)
        }
    }
}

/// Cells of a name in a list of so many, which may have values.
fn name_room(cells: usize, has_values: bool) -> usize {
    cells.saturating_sub(if has_values { VALUE + 5 } else { 5 })
}

/// Length of the beginning that all `names` share, up to the end of a word, in bytes.
fn common_beginning(names: &[String]) -> usize {
    let Some((first, others)) = names.split_first() else {
        return 0;
    };
    let shared = first
        .char_indices()
        .take_while(|&(at, c)| others.iter().all(|name| name[at..].starts_with(c)));
    let word_ends = shared.filter(|(_, c)| !c.is_alphanumeric());
    word_ends.last().map_or(0, |(at, c)| at + c.len_utf8())
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
        CurveFinding::Diverged => say!("watch-diverged", "the training diverged").into(),
        CurveFinding::Diverging { tag } => say!(
            "watch-diverging",
            "{tag} is more than ten times the first",
            tag = sanitise(tag)
        ),
        CurveFinding::Rising { tag } => say!(
            "watch-rising",
            "{tag} rises all the time",
            tag = sanitise(tag)
        ),
        CurveFinding::Overfitting { tag, since } => say!(
            "watch-overfitting",
            "overfits since step {since}: {tag} rises",
            since = whole(*since),
            tag = sanitise(tag)
        ),
        CurveFinding::Plateau { tag } => {
            say!("watch-plateau", "{tag} does not fall", tag = sanitise(tag))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_beginning_ends_with_a_word() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            names[0][..common_beginning(&names)].to_owned()
        };
        assert_eq!(
            of(&["sweep/lr=0.1,seed=1", "sweep/lr=0.12,seed=1"]),
            "sweep/lr=0."
        );
        assert_eq!(of(&["宽-1", "宽-2"]), "宽-");
        assert_eq!(of(&["wide", "wider"]), "");
    }
}
