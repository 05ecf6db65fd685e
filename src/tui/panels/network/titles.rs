//! Titles of the layers.

use ratatui::layout::Rect;

use super::geometry::Places;
use super::style::Look;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::significant;
use crate::util::text::width;

/// Writes above each layer its activation and size, where these have no room the activation of the first hidden layer
/// alone, or the sizes alone. Once the
/// phase stepper has computed a layer's deltas, the largest one is there.
pub(crate) fn layer_titles(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let architecture = &pane.model.run.architecture;
    let sizes = architecture.sizes();
    let title = |(l, size): (usize, &usize)| match (l, look.largest_delta(l)) {
        (_, Some(delta)) => text::largest_delta(significant(delta, 2)),
        (0, _) => text::inputs(size),
        _ => format!("{} {size}", architecture.activation_name(l)),
    };
    let titles: Vec<String> = sizes.iter().enumerate().map(title).collect();
    let last = sizes.len() - 1;
    // Hidden layers have the same activation.
    let once = |(l, size): (usize, &usize)| {
        let is_named = l < 2 || l == last || look.largest_delta(l).is_some();
        if is_named {
            titles[l].clone()
        } else {
            size.to_string()
        }
    };
    let once: Vec<String> = sizes.iter().enumerate().map(once).collect();
    let short: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let forms = [(&titles, 2), (&once, 2), (&short, 1)].into_iter();
    let fitting = forms.filter_map(|(titles, gap)| Some((titles, columns(places, titles, gap)?)));
    let (titles, columns) = fitting.take(1).next().unwrap_or((&short, Vec::new()));
    for (title, x) in titles.iter().zip(columns) {
        let area = Rect::new(x, places.inner.y, width(title) as u16, 1);
        pane.left(area.intersection(places.inner), title, pane.theme.dim());
    }
}

/// First columns of `titles`, each above its layer as far as its neighbours leave room and a `gap`; none if they
/// don't.
fn columns(places: &Places, titles: &[String], gap: u16) -> Option<Vec<u16>> {
    let inner = places.inner;
    let mut free = inner.x;
    let layers = places.layers.iter().enumerate().zip(titles);
    let columns = layers.map(|((l, layer), title)| {
        let cells = width(title) as u16;
        let x = match places.picture.filter(|_| l == 0) {
            Some(picture) => picture.x + picture.width / 2,
            None => layer.x,
        };
        let last = inner.right().checked_sub(cells)?.max(inner.x);
        let centred = x.saturating_sub(cells / 2).clamp(inner.x, last);
        let x = centred.max(free);
        free = x + cells + gap;
        (x <= last && x - centred <= cells / 3).then_some(x)
    });
    columns.collect()
}
