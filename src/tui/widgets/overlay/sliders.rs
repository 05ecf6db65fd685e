//! Sliders over the inputs of the shown row, below the network that follows them.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::{chosen_if, key_hints, popup, scrollbar};
use crate::tui::app::ClickTarget;
use crate::tui::app::around;
use crate::tui::app::what_if::{ColumnDomain, Sliders};
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::text::width;

/// Maximum number of sliders shown at a time; they take at most half the screen.
const SHOWN: usize = 10;
/// Cells of a value.
const VALUE: u16 = 9;
/// Cells of the ends of a domain.
const END: u16 = 8;
/// From this width of a line on the ends are shown.
const WIDE: u16 = 50;

/// Draws the sliders at the foot of `pane`.
pub(super) fn render(pane: &mut Pane<'_>, sliders: Sliders) {
    let (area, model, theme) = (pane.area, pane.model, pane.theme);
    let columns = model.run.columns();
    let max = usize::from(area.height / 2)
        .saturating_sub(3)
        .clamp(1, SHOWN);
    let shown = columns.len().min(max);
    let height = (shown as u16 + 3).min(area.height);
    let place = Rect::new(area.x, area.bottom() - height, area.width, height);
    let title = text::what_if_title(model.navigation.sample.index + 1);
    let changed = model.inspector.moved.len();
    let note = (changed > 0).then(|| Line::styled(text::changed(changed), theme.accent()));
    let inner = popup(pane, place, &title, note);
    let [body, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inner);
    let first = around(sliders.chosen, columns.len(), shown).start;
    let names = columns.iter().map(|column| width(&column.name)).max();
    let names = names.unwrap_or(0).min(usize::from(inner.width) / 3) as u16;
    for (column, line) in (first..columns.len()).take(shown).zip(body.rows()) {
        pane.hit(line, ClickTarget::Line(column));
        slider(pane, line, column, column == sliders.chosen, names);
    }
    let (long, short) = (text::sliders_keys(), text::sliders_keys_short());
    let has_room = width(long) <= foot.width.into();
    let hint = if has_room { long } else { short };
    let hint = Line::styled(hint, theme.accent());
    key_hints::make_clickable(pane, foot, std::slice::from_ref(&hint));
    pane.draw(hint, foot);
    scrollbar(pane, place, body, columns.len(), first);
}

/// Draws the name, the value, and a bar between the ends of the domain with a mark at the value.
fn slider(pane: &mut Pane<'_>, line: Rect, index: usize, is_chosen: bool, names: u16) {
    let theme = pane.theme;
    let column = pane.model.run.columns().get(index);
    let (Some((now, own)), Some(column)) = (pane.model.input(index), column) else {
        return;
    };
    let domain = ColumnDomain::of(column);
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
    let (style, strong) = if now == own {
        (theme.text(), theme.text())
    } else {
        (theme.accent(), theme.strong())
    };
    pane.left(name, &column.name, chosen_if(is_chosen, style));
    pane.right(value, &domain.shown(now), strong);
    let (min, max) = match &domain {
        ColumnDomain::Numbers { min, max, .. } => (domain.shown(*min), domain.shown(*max)),
        ColumnDomain::Words(words) => (String::new(), text::word_of(now as usize + 1, words.len())),
    };
    pane.right(start, &min, theme.dim());
    pane.left(end, &max, theme.dim());
    let Some(last) = bar.width.checked_sub(1) else {
        return;
    };
    let cell_of = |raw: f32| (domain.fraction(raw) * f64::from(last)).round() as u16;
    let track = (0..bar.width).map(|cell| match cell {
        cell if cell == cell_of(now) => Span::styled("●", theme.accent()),
        cell if cell == cell_of(own) => Span::styled("○", theme.dim()),
        _ => Span::styled("─", theme.frame()),
    });
    pane.draw(Line::from_iter(track), bar);
    let target = ClickTarget::Slider {
        column: index,
        cell: 0,
        cells: bar.width,
    };
    pane.hit(bar, target);
}
