//! Activation of a neuron over the plane of two quantities, or over one, with axes and the shown row.

use ratatui::layout::Rect;

use super::Context;
use super::figures::Figure;
use super::page::Page;
use crate::train::probes::PlaneProbe;
use crate::tui::app::Model;
use crate::tui::panels::network::Response;
use crate::tui::panels::plane::{
    MIN_LEFT, SHORT_NAME, marks_below, marks_left, others, range_of, short_others, value,
};
use crate::tui::text;
use crate::tui::widgets::{Canvas, Pane, axes};
use crate::util::numbers::significant;
use crate::util::text::abbreviate;

/// Rows of the figure, with those of the axis.
pub(super) const ROWS: u16 = 14;

/// Points of the plane that a figure of at most `columns` cells wants.
pub(super) fn points(model: &Model, columns: u16) -> Vec<u16> {
    match model.navigation.plane.axes.len() {
        1 => vec![2 * columns],
        _ => vec![columns, 2 * ROWS],
    }
}

/// Adds the section with the figure, if the newest snapshot has it.
pub(super) fn write(page: &mut Page) {
    let c = page.context;
    let Some(response) = response(c).filter(|_| c.is_row()) else {
        return;
    };
    let plane = &c.model.navigation.plane;
    let names = plane.axes.iter().rev();
    let names: Vec<String> = names
        .map(|&along| plane.caption(along, &c.model.run.data))
        .collect();
    let between = format!(" {} ", c.notation.either("×", "x"));
    let [whole, short] = [names.clone(), abbreviate(&names, SHORT_NAME)];
    let [whole, short] = [whole, short].map(|names| names.join(&between));
    let largest = &significant(response.scale.into(), 3);
    let with =
        |axes: &str, others: &str| text::response_section(format!("{axes}{others}"), largest);
    page.section_under(&[
        with(&whole, &others(c.model)),
        with(&whole, &short_others(c.model)),
        with(&whole, ""),
        with(&short, ""),
        text::response_section_short(&whole),
        text::response_section_short(&short),
    ]);
    page.figure(Figure::Response);
}

fn response<'a>(c: &Context<'a>) -> Option<Response<'a>> {
    let response = Response::new(c.model.run.probed::<PlaneProbe>()?, c.place());
    response.map(Response::alone)
}

/// Draws the figure into `area`.
pub(super) fn draw(pane: &mut Pane<'_>, area: Rect, c: &Context<'_>) -> Option<()> {
    let response = response(c)?;
    let probe = c.model.run.probed::<PlaneProbe>()?.0;
    let x = probe.axes.first()?;
    let vertical = probe.axes.get(1).map_or(response.range(), range_of);
    let left = marks_left(vertical, area.height);
    let caption = c.model.navigation.plane.caption(x.along, &c.model.run.data);
    let plot = axes(
        pane,
        area,
        &left,
        MIN_LEFT,
        |cells| marks_below(range_of(x), cells),
        &caption,
    );
    response.draw(plot, pane);
    let sample = c.model.navigation.sample;
    let right = value(c.model, sample, x.along)?;
    let up = match probe.axes.get(1) {
        Some(y) => value(c.model, sample, y.along)?,
        None => c
            .pass
            .activations
            .get(c.place().0.checked_sub(1)?)?
            .get(c.place().1)
            .copied()?
            .into(),
    };
    let canvas = Canvas::new(plot, range_of(x), vertical);
    if let Some(cell) = pane.buf.cell_mut(canvas.anchor((right, up))) {
        let style = pane.theme.strong();
        cell.set_char('◎').set_fg(style.fg.unwrap_or_default());
        cell.modifier |= style.add_modifier;
    }
    Some(())
}
