//! What is predicted of how many rows, what there is to beat, and how the file was read.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Panel;
use crate::data::{DataSummary, Fact, Severity, TargetSummary};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::numbers::{percent, significant};
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::put_line;
use crate::tui::widgets::sparkbars::{bars, short_number};
use crate::util::text::{shorten, width, wrap};

/// Cells of the labels in front of the facts.
const LABEL: usize = 11;
/// From this width on the classes may stand beside the facts.
const BESIDE: u16 = 72;
/// Widest name of a class.
const CLASS: usize = 16;
/// Longest bar of a class, and least room for one.
const BAR: (usize, usize) = (24, 4);

/// Target, baseline, and how the file was read.
pub(crate) struct DataPanel;

impl Panel for DataPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        let card = model.run.card.as_ref();
        let details = card.map_or(Vec::new(), |card| {
            vec![card.source.clone(), card.name.clone()]
        });
        Title::new("Data", theme, details)
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 1)
    }

    fn needs_summary(&self) -> bool {
        true
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        let Some(card) = model.run.card.as_deref() else {
            return pane.message(&["computing statistics…"]);
        };
        let blocks = blocks(card, pane.area, pane.theme);
        let longest = blocks.iter().map(|block| block.1.len()).max().unwrap_or(0);
        let first = pane.first_line(longest, pane.area.height.into());
        for (area, lines) in &blocks {
            for (line, y) in lines.iter().skip(first).zip(area.y..area.bottom()) {
                put_line(pane.buf, area.x, y, area.width.into(), line);
            }
        }
    }
}

/// Facts and classes with their places: one below the other, or side by side where they would be
/// too long.
fn blocks(card: &DataSummary, inner: Rect, theme: Theme) -> Vec<(Rect, Vec<Line<'static>>)> {
    let mut lines = facts(card, inner, theme);
    lines.push(Line::default());
    lines.extend(target(&card.target, inner, theme));
    if inner.width < BESIDE || lines.len() <= inner.height.into() {
        return vec![(inner, lines)];
    }
    let width = inner.width * 6 / 10;
    let left = Rect { width, ..inner };
    let right = Rect {
        x: inner.x + width + 2,
        width: inner.width - width - 2,
        ..inner
    };
    vec![
        (left, facts(card, left, theme)),
        (right, target(&card.target, right, theme)),
    ]
}

/// Returns the lines of the facts, one paragraph per topic.
fn facts(card: &DataSummary, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let topics = card.facts_by_topic();
    topics
        .flat_map(|(topic, facts)| {
            let texts: Vec<String> = facts.iter().map(Fact::text).collect();
            let is_warning = facts.iter().any(|fact| fact.severity == Severity::Warning);
            let style = if is_warning {
                theme.bad()
            } else {
                theme.text()
            };
            fact(topic.label(), &texts.join(" · "), style, area, theme)
        })
        .collect()
}

/// `label` and the lines of `text` beside it.
fn fact(
    label: &'static str,
    text: &str,
    style: Style,
    area: Rect,
    theme: Theme,
) -> Vec<Line<'static>> {
    let room = usize::from(area.width).saturating_sub(LABEL).max(1);
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let lines = wrap(text, room).into_iter().zip(labels);
    lines
        .map(|(text, label)| {
            let label = format!("{label:LABEL$}");
            Line::from(vec![
                Span::styled(label, theme.dim()),
                Span::styled(text, style),
            ])
        })
        .collect()
}

/// How often there is each class, or where the numbers lie.
fn target(target: &TargetSummary, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let room = usize::from(area.width);
    if let Some(range) = target.range {
        let [least, greatest] = [range.min, range.max].map(|it| short_number(it, 8));
        let cells = (room / target.counts.len().max(1)).clamp(1, 4);
        let rows = bars(&target.counts, 4, cells);
        let mut lines = vec![Line::styled(shorten(&target.name, room), theme.strong())];
        lines.extend(
            rows.into_iter()
                .map(|row| Line::styled(row, theme.signed(0.75))),
        );
        let span = (cells * target.counts.len()).saturating_sub(width(&least) + width(&greatest));
        let text = format!("{least}{}{greatest}", " ".repeat(span.max(1)));
        lines.push(Line::styled(text, theme.text()));
        lines.push(Line::styled(
            format!("mean {}", significant(range.mean, 4)),
            theme.dim(),
        ));
        return lines;
    }
    let all: usize = target.classes.iter().map(|class| class.1).sum();
    let most = target.classes.iter().map(|class| class.1).max();
    let most = most.unwrap_or(0).max(1);
    let names = target.classes.iter().map(|class| width(&class.0)).max();
    let names = names.unwrap_or(0).min(CLASS).min(room / 3);
    let digits = most.to_string().len().max(3);
    let bar = room.saturating_sub(names + digits + 11);
    let bar = if bar < BAR.1 { 0 } else { bar.min(BAR.0) };
    let line = |(name, count): &(String, usize)| {
        let name = shorten(name, names);
        let padding = " ".repeat(names - width(&name) + 1);
        let full = (count * bar).div_ceil(most);
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
