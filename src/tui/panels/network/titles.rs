//! Titles of the layers.

use ratatui::layout::Rect;

use super::geometry::Places;
use super::style::Look;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::significant;
use crate::util::text::width;

/// Writes above each layer its activation and size, or the sizes alone where these have no room. Once the
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
    let short: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let columns = columns(places, &titles);
    let (titles, columns) = match columns {
        Some(columns) => (titles, columns),
        None => {
            let columns = self::columns(places, &short);
            (short, columns.unwrap_or_default())
        }
    };
    for (title, x) in titles.iter().zip(columns) {
        let area = Rect::new(x, places.inner.y, width(title) as u16, 1);
        pane.left(area.intersection(places.inner), title, pane.theme.dim());
    }
}

/// First columns of `titles`, each above its layer as far as its neighbours leave room; none if they
/// don't.
fn columns(places: &Places, titles: &[String]) -> Option<Vec<u16>> {
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
        // Two numbers without a blank between them would be another number.
        let x = centred.max(free);
        free = x + cells + 1;
        (x <= last && x - centred <= cells / 3).then_some(x)
    });
    columns.collect()
}
