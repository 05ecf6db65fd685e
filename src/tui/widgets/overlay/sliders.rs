//! Sliders over the inputs of the shown row, below the network that follows them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{first_shown, popup, scrollbar};
use crate::tui::app::Model;
use crate::tui::app::what_if::{Domain, Sliders};
use crate::tui::theme::Theme;
use crate::util::text::{shorten, width};

/// Maximum number of sliders shown at a time; they take at most half the screen.
const SHOWN: usize = 10;
const HINT: &str = "← →: move · shift: faster · 0: reset one · r: reset all · esc: close";
const SHORT_HINT: &str = "← →: move · 0 r: reset · esc: close";
/// Cells of a value.
const VALUE: u16 = 9;
/// Cells of the ends of a domain.
const END: u16 = 8;
/// From this width of a line on the ends are shown.
const WIDE: u16 = 50;

/// Draws the sliders at the foot of `area`.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, sliders: Sliders) {
    let columns = &model.run.data.preprocessing.columns;
    let most = usize::from(area.height / 2)
        .saturating_sub(3)
        .clamp(1, SHOWN);
    let shown = columns.len().min(most);
    let height = (shown as u16 + 3).min(area.height);
    let place = Rect {
        y: area.bottom() - height,
        height,
        ..area
    };
    let row = model.navigation.sample.index + 1;
    let title = format!("What if: inputs of row {row}");
    let changed = match model.inspector.moved.len() {
        0 => Vec::new(),
        n => vec![Line::styled(format!("{n} changed"), theme.accent())],
    };
    let inner = popup(place, buf, theme, &title, &changed);
    let [body, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inner);
    let first = first_shown(sliders.chosen, columns.len(), shown);
    let names = columns.iter().map(|column| width(&column.name)).max();
    let names = names.unwrap_or(0).min(usize::from(inner.width) / 3) as u16;
    for (column, line) in (first..columns.len()).take(shown).zip(body.rows()) {
        let is_chosen = column == sliders.chosen;
        slider(line, buf, model, (column, is_chosen), names, theme);
    }
    let hint = if width(HINT) > foot.width.into() {
        SHORT_HINT
    } else {
        HINT
    };
    Line::styled(hint, theme.accent()).render(foot, buf);
    let track = Rect {
        height: body.height + 2,
        ..place
    };
    scrollbar(track, buf, theme, columns.len(), first);
}

/// Draws the name, the value, and a bar between the ends of the domain with a mark at the value.
fn slider(
    line: Rect,
    buf: &mut Buffer,
    model: &Model,
    (index, is_chosen): (usize, bool),
    names: u16,
    theme: Theme,
) {
    let column = model.run.data.preprocessing.columns.get(index);
    let (Some((now, own)), Some(column)) = (model.input(index), column) else {
        return;
    };
    let domain = Domain::of(column);
    let ends = if line.width < WIDE { 0 } else { END };
    let [name, value, start, bar, end] = Layout::horizontal([
        Constraint::Length(names),
        Constraint::Length(VALUE),
        Constraint::Length(ends),
        Constraint::Fill(1),
        Constraint::Length(ends),
    ])
    .spacing(1)
    .areas(line);
    let (mut style, strong) = if now == own {
        (theme.text(), theme.text())
    } else {
        (theme.accent(), theme.strong())
    };
    if is_chosen {
        style = style.add_modifier(Modifier::REVERSED);
    }
    let fit = |text: &str, place: Rect| shorten(text, place.width.into());
    Span::styled(fit(&column.name, name), style).render(name, buf);
    let shown = fit(&domain.shown(now), value);
    Line::styled(shown, strong)
        .right_aligned()
        .render(value, buf);
    let (min, max) = match &domain {
        Domain::Numbers { min, max, .. } => (domain.shown(*min), domain.shown(*max)),
        Domain::Words(words) => {
            let of = format!("{} of {}", now as usize + 1, words.len());
            (String::new(), of)
        }
    };
    Line::styled(fit(&min, start), theme.dim())
        .right_aligned()
        .render(start, buf);
    Line::styled(fit(&max, end), theme.dim()).render(end, buf);
    let Some(last) = bar.width.checked_sub(1) else {
        return;
    };
    let cell_of = |raw: f32| (domain.fraction(raw) * f64::from(last)).round() as u16;
    let track = (0..bar.width).map(|cell| match cell {
        cell if cell == cell_of(now) => Span::styled("●", theme.accent()),
        cell if cell == cell_of(own) => Span::styled("○", theme.dim()),
        _ => Span::styled("─", theme.frame()),
    });
    Line::from_iter(track).render(bar, buf);
}
