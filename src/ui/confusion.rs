//! Which class was taken for which.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::numbers::percent;
use super::panel::{frame, put, put_centred, put_right};
use super::scatter;
use super::theme::Theme;
use crate::app::{Model, Panel};
use crate::text::{abbreviate, width};
use crate::train::{Confusion, Outcomes};

/// Draws the panel: the matrix where it fits, and below it, or in its place, the classes taken
/// for another most often.
///
/// Where numbers are predicted there is a scatter in its place. Returns how far it can be scrolled.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    is_focused: bool,
) -> Option<u16> {
    if model.run.is_regression() {
        scatter::render(area, buf, model, theme, is_focused);
        return None;
    }
    let confusion = model.run.outcomes.as_ref().and_then(Outcomes::confusion);
    let rights = confusion.map_or([Line::default(), Line::default()], |confusion| {
        let right: u32 = (0..confusion.classes())
            .map(|c| confusion.count(c, c))
            .sum();
        let set = match model.run.data.validation.is_empty() {
            true => "training",
            false => "validation",
        };
        let text = format!("{right} of {} {set} rows right", confusion.total());
        let short = format!("{right}/{}", confusion.total());
        [text, short].map(|text| Line::styled(text, theme.dim()))
    });
    let inner = frame(area, buf, theme, is_focused, "Confusion", &rights);
    if inner.width < 10 || inner.height < 2 {
        return None;
    }
    let Some(confusion) = confusion.filter(|it| it.classes() == model.run.data.class_names().len())
    else {
        put_centred(buf, inner, "after the first epoch", theme.dim());
        return None;
    };
    let used = matrix(inner, buf, model, theme, confusion);
    let rest = Rect {
        y: inner.y + used,
        height: inner.height - used,
        ..inner
    };
    u16::try_from(mistakes(rest, buf, model, theme, confusion)).ok()
}

/// Draws the matrix and returns how many rows it took; none where it does not fit.
fn matrix(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, confusion: &Confusion) -> u16 {
    let names = model.run.data.class_names();
    let classes = names.len() as u16;
    let all = (0..names.len()).flat_map(|a| (0..names.len()).map(move |p| (a, p)));
    let largest = all.map(|(a, p)| confusion.count(a, p)).max().unwrap_or(0);
    let digits = largest.to_string().len() as u16;
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(1) as u16;
    let label = widest.min(area.width / 3).max(1);
    let room = area.width.saturating_sub(label + 1) / classes.max(1);
    if room < digits.max(2) + 1 || area.height < classes + 1 {
        return 0;
    }
    let cell = room.min(widest.max(digits + 4) + 2).min(14);
    let spread = if area.height > 2 * classes + 3 { 2 } else { 1 };
    if label >= 4 {
        put(buf, area.x, area.y, label.into(), "true", theme.dim());
    }
    for (c, name) in abbreviate(names, usize::from(cell - 1)).iter().enumerate() {
        let x = area.x + label + 1 + c as u16 * cell;
        put_right(
            buf,
            x + cell - 1,
            area.y,
            usize::from(cell - 1),
            name,
            theme.dim(),
        );
    }
    for (actual, name) in abbreviate(names, label.into()).iter().enumerate() {
        let y = area.y + 1 + actual as u16 * spread;
        put_right(buf, area.x + label, y, label.into(), name, theme.text());
        let of_class: u32 = (0..names.len()).map(|p| confusion.count(actual, p)).sum();
        for predicted in 0..names.len() {
            let count = confusion.count(actual, predicted);
            let x = area.x + label + 1 + predicted as u16 * cell;
            let share = count as f32 / of_class.max(1) as f32;
            let style = match count {
                0 => theme.dim(),
                _ => theme.cell(actual == predicted, share),
            };
            let text = match count {
                0 => "·".to_owned(),
                _ => count.to_string(),
            };
            // A space behind the number, where the cell has one to spare.
            let margin = usize::from(cell > digits + 1);
            let room = usize::from(cell).saturating_sub(1 + margin);
            let text = format!("{text:>room$}{}", " ".repeat(margin));
            put(buf, x, y, usize::from(cell - 1), &text, style);
        }
    }
    (1 + classes * spread).min(area.height)
}

/// Pairs of classes taken for one another, most often first; where nothing is wrong, says so.
/// Returns how far they can be scrolled.
fn mistakes(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    confusion: &Confusion,
) -> usize {
    if area.height == 0 {
        return 0;
    }
    let names = model.run.data.class_names();
    let mut pairs: Vec<(u32, usize, usize)> = (0..names.len())
        .flat_map(|a| (0..names.len()).map(move |p| (a, p)))
        .filter(|(actual, predicted)| actual != predicted)
        .map(|(actual, predicted)| (confusion.count(actual, predicted), actual, predicted))
        .filter(|pair| pair.0 > 0)
        .collect();
    pairs.sort_by_key(|&(count, ..)| std::cmp::Reverse(count));
    if pairs.is_empty() {
        put(
            buf,
            area.x,
            area.y,
            area.width.into(),
            "no mistakes",
            theme.good(),
        );
        return 0;
    }
    let most = pairs.len().saturating_sub(area.height.into());
    let first = usize::from(model.screen.scroll(Panel::Confusion)).min(most);
    for (&(count, actual, predicted), y) in pairs.iter().skip(first).zip(area.y..area.bottom()) {
        let of_class: u32 = (0..names.len()).map(|p| confusion.count(actual, p)).sum();
        let share = percent(f64::from(count) / f64::from(of_class.max(1)));
        put_right(buf, area.x + 4, y, 4, &count.to_string(), theme.bad());
        let text = format!("{} taken for {}", names[actual], names[predicted]);
        let short = format!("{} → {}", names[actual], names[predicted]);
        let room = usize::from(area.width).saturating_sub(5);
        let (text, with_share) = match room {
            room if width(&text) + 9 <= room => (text, true),
            room => {
                let fits = width(&short) + 9 <= room;
                (short, fits)
            }
        };
        put(buf, area.x + 5, y, room, &text, theme.text());
        if with_share {
            put_right(buf, area.right(), y, 8, &share, theme.dim());
        }
    }
    most
}
