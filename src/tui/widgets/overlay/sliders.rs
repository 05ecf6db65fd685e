//! Sliders over the inputs of the shown row, below the network that follows them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;

use super::{first_shown, more, popup_at};
use crate::tui::app::Model;
use crate::tui::app::what_if::{Domain, Sliders};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{put, put_line, put_right};
use crate::util::text::width;

/// Sliders that are shown at a time, at most half the screen.
const SHOWN: usize = 10;
const HINT: &str = "← → move · shift faster · 0 resets one · r resets all · esc";
const SHORT_HINT: &str = "← → move · 0 r reset · esc";
/// Cells of a value.
const VALUE: usize = 9;

/// Draws the sliders at the foot of `area`.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, sliders: Sliders) {
    let columns = &model.run.data.preprocessing.columns;
    let most = usize::from(area.height / 2)
        .saturating_sub(3)
        .clamp(1, SHOWN);
    let shown = columns.len().min(most);
    let rows = (shown as u16 + 3).min(area.height);
    let place = Rect {
        y: area.bottom() - rows,
        height: rows,
        ..area
    };
    let row = model.navigation.sample.index + 1;
    let title = format!("What if: inputs of row {row}");
    let changed = match model.inspector.moved.len() {
        0 => Vec::new(),
        n => vec![Line::styled(format!("{n} changed"), theme.accent())],
    };
    let inner = popup_at(place, buf, theme, &title, &changed);
    let first = first_shown(sliders.chosen, columns.len(), shown);
    let names = columns
        .iter()
        .map(|column| width(&column.name))
        .max()
        .unwrap_or(0);
    let names = names.min(usize::from(inner.width) / 3);
    let lines = (first..columns.len()).take(shown);
    let foot = inner.bottom().saturating_sub(1);
    for (column, y) in lines.zip(inner.y..foot) {
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        slider(
            line,
            buf,
            model,
            (column, column == sliders.chosen),
            names,
            theme,
        );
    }
    let hint = if width(HINT) > inner.width.into() {
        SHORT_HINT
    } else {
        HINT
    };
    put_line(
        buf,
        inner.x,
        foot,
        inner.width.into(),
        &Line::styled(hint, theme.accent()),
    );
    if first + shown < columns.len() {
        more(inner, buf, theme);
    }
}

/// Draws name, value, minimum, a bar with the value marked, and maximum.
fn slider(
    line: Rect,
    buf: &mut Buffer,
    model: &Model,
    (column, is_chosen): (usize, bool),
    names: usize,
    theme: Theme,
) {
    let (Some((now, own)), Some(it)) = (
        model.input(column),
        model.run.data.preprocessing.columns.get(column),
    ) else {
        return;
    };
    let domain = Domain::of(&it.encoding);
    let mut style = if now == own {
        theme.text()
    } else {
        theme.accent()
    };
    if is_chosen {
        style = style.add_modifier(Modifier::REVERSED);
    }
    let y = line.y;
    put(buf, line.x, y, names, &it.name, style);
    let right_of_value = line.x + (names + 1 + VALUE) as u16;
    let value = if now == own {
        theme.text()
    } else {
        theme.strong()
    };
    put_right(
        buf,
        right_of_value.min(line.right()),
        y,
        VALUE,
        &domain.shown(now),
        value,
    );
    let (min, max) = match &domain {
        Domain::Numbers { min, max } => (min.to_string(), max.to_string()),
        Domain::Words(words) => (
            String::new(),
            format!("{} of {}", now as usize + 1, words.len()),
        ),
    };
    let ends = 8;
    let x = right_of_value + 1;
    put_right(buf, x + ends, y, ends.into(), &min, theme.dim());
    let bar = x + ends + 1;
    let cells = line.right().saturating_sub(bar + ends + 1);
    if cells == 0 || line.right() <= bar + ends {
        return;
    }
    let place = |raw: f32| bar + (domain.fraction(raw) * f64::from(cells - 1)).round() as u16;
    for x in bar..bar + cells {
        put(buf, x, y, 1, "─", theme.frame());
    }
    if now != own {
        put(buf, place(own), y, 1, "○", theme.dim());
    }
    put(buf, place(now), y, 1, "●", theme.accent());
    put(buf, bar + cells + 1, y, ends.into(), &max, theme.dim());
}
