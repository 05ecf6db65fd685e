//! Titles of the layers.

use ratatui::layout::Rect;

use super::geometry::Places;
use super::style::NetworkView;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::significant;
use crate::util::text::width;

/// Writes above each layer its activation and size, where these have no room the activation of the first hidden layer
/// alone, or the sizes alone; and a finding about the layer. Once the phase stepper has computed a layer's deltas, the largest one is there.
pub(crate) fn layer_titles(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let run = &pane.model.run;
    let architecture = &run.architecture;
    let sizes = architecture.sizes();
    let found = |l| (l > 0).then(|| run.finding_of_layer(l)).flatten();
    let mark = |l| match found(l) {
        Some(finding) => format!(" {}", text::finding(&run.describe(finding).names[1])),
        None => String::new(),
    };
    let title = |(l, size): (usize, &usize)| match (l, look.largest_delta(l)) {
        (_, Some(delta)) => text::largest_delta(significant(delta, 2)),
        (0, _) => text::inputs(size),
        _ => format!("{} {size}{}", architecture.activation_name(l), mark(l)),
    };
    let titles: Vec<String> = sizes.iter().enumerate().map(title).collect();
    let last = sizes.len() - 1;
    // Hidden layers have the same activation.
    let once = |(l, size): (usize, &usize)| {
        let is_named = l < 2 || l == last || look.largest_delta(l).is_some();
        if is_named {
            titles[l].clone()
        } else {
            format!("{size}{}", mark(l))
        }
    };
    let once: Vec<String> = sizes.iter().enumerate().map(once).collect();
    let short = sizes.iter().enumerate();
    let short = short.map(|(l, size)| match found(l) {
        Some(_) => format!("{size}!"),
        None => size.to_string(),
    });
    let short: Vec<String> = short.collect();
    let forms = [(&titles, 2), (&once, 2), (&short, 1)].into_iter();
    let fitting = forms.filter_map(|(titles, gap)| Some((titles, columns(places, titles, gap)?)));
    let (titles, columns) = fitting.take(1).next().unwrap_or((&short, Vec::new()));
    for (l, (title, x)) in titles.iter().zip(columns).enumerate() {
        let area = Rect::new(x, places.inner.y, width(title) as u16, 1);
        let style = if found(l).is_some() {
            pane.theme.bad()
        } else {
            pane.theme.dim()
        };
        pane.left(area.intersection(places.inner), title, style);
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
