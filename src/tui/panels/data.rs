//! Facts about the data: target, rows, baseline, format of the file, and distribution of the target.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Panel;
use crate::data::{DataSummary, Fact, Severity, TargetSummary};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title, histogram};
use crate::util::numbers::{percent, short, significant};
use crate::util::text::{padded, shorten, width, wrap};

/// Width of the labels in front of the facts.
const LABEL: usize = 11;
/// From this width on the classes may be beside the facts.
const BESIDE: u16 = 72;
/// Widest name of a class.
const CLASS: usize = 16;
/// Longest and shortest bar of a class.
const BAR: (usize, usize) = (24, 4);

/// Facts about the data, and the distribution of the target.
pub(crate) struct DataPanel;

impl Panel for DataPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let card = model.run.card.iter();
        Title::new(
            text::data_title(),
            card.flat_map(|card| [card.source.clone(), card.name.clone()]),
        )
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 1)
    }

    fn needs_summary(&self) -> bool {
        true
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(card) = pane.model.run.card.as_deref() else {
            return pane.message([text::computing_statistics()]);
        };
        let blocks = blocks(card, pane.area, pane.theme);
        let longest = blocks.iter().map(|(_, lines)| lines.len()).max();
        let first = pane.first_line(longest.unwrap_or(0), pane.area.height.into());
        let first = u16::try_from(first).unwrap_or(u16::MAX);
        for (area, lines) in blocks {
            pane.draw(Paragraph::new(lines).scroll((first, 0)), area);
        }
    }
}

/// Returns facts and target with their places: one below the other, or side by side where they
/// would be too long.
fn blocks(card: &DataSummary, inner: Rect, theme: Theme) -> Vec<(Rect, Vec<Line<'static>>)> {
    let mut lines = facts(card, inner, theme);
    lines.push(Line::default());
    lines.extend(target(&card.target, inner, theme));
    if inner.width < BESIDE || lines.len() <= inner.height.into() {
        return vec![(inner, lines)];
    }
    let [left, right] = Layout::horizontal([Constraint::Fill(6), Constraint::Fill(4)])
        .spacing(2)
        .areas(inner);
    vec![
        (left, facts(card, left, theme)),
        (right, target(&card.target, right, theme)),
    ]
}

/// Returns the lines of the facts, one paragraph per topic.
fn facts(card: &DataSummary, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let room = usize::from(area.width).saturating_sub(LABEL).max(1);
    let paragraphs = card.facts_by_topic().flat_map(|(topic, facts)| {
        let texts: Vec<String> = facts.iter().map(Fact::text).collect();
        let is_warning = facts.iter().any(|fact| fact.severity == Severity::Warning);
        let style = if is_warning {
            theme.bad()
        } else {
            theme.text()
        };
        let labels = std::iter::once(topic.label()).chain(std::iter::repeat(""));
        let lines = wrap(&texts.join(" · "), room).into_iter().zip(labels);
        lines.map(move |(text, label)| {
            Span::styled(padded(label, LABEL), theme.dim()) + Span::styled(text, style)
        })
    });
    paragraphs.collect()
}

/// Returns the frequencies of the classes, or the distribution of the numbers.
fn target(target: &TargetSummary, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let room = usize::from(area.width);
    if target.range.is_some() {
        return numbers(target, room, theme);
    }
    let all: usize = target.classes.iter().map(|(_, count)| count).sum();
    let max = target.classes.iter().map(|&(_, count)| count).max();
    let max = max.unwrap_or(0).max(1);
    let names = target.classes.iter().map(|(name, _)| width(name)).max();
    let names = names.unwrap_or(0).min(CLASS).min(room / 3);
    let digits = max.to_string().len().max(3);
    let bar = room.saturating_sub(names + digits + 10);
    let bar = if bar < BAR.1 { 0 } else { bar.min(BAR.0) };
    let line = |(name, count): &(String, usize)| {
        let name = shorten(name, names);
        let padding = " ".repeat(names - width(&name) + 1);
        let full = (count * bar).div_ceil(max);
        let share = percent(*count as f64 / all.max(1) as f64);
        Line::from(vec![
            Span::styled(format!("{name}{padding}"), theme.text()),
            Span::styled("■".repeat(full), theme.signed(0.75)),
            Span::raw(" ".repeat(bar - full)),
            Span::styled(format!(" {count:>digits$}"), theme.text()),
            Span::styled(format!("  {share}"), theme.dim()),
        ])
    };
    target.classes.iter().map(line).collect()
}

/// Returns name, histogram, range and mean of a numeric target, in `room` cells.
fn numbers(target: &TargetSummary, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(range) = target.range else {
        return Vec::new();
    };
    let [min, max] = [range.min, range.max].map(|end| short(end as f32, 8));
    let cells = (room / target.counts.len().max(1)).clamp(1, 4);
    let bars = histogram(&target.counts, 4, cells).into_iter();
    let span = (cells * target.counts.len()).saturating_sub(width(&min) + width(&max));
    let ends = format!("{min}{}{max}", " ".repeat(span.max(1)));
    let mean = text::mean(significant(range.mean, 4));
    let mut lines = vec![Line::styled(shorten(&target.name, room), theme.strong())];
    lines.extend(bars.map(|row| Line::styled(row, theme.signed(0.75))));
    lines.push(Line::styled(ends, theme.text()));
    lines.push(Line::styled(mean, theme.dim()));
    lines
}
