//! The face for terminals: a thin skin over the model. One file a panel, each of which draws what
//! it is given and changes nothing.

mod activations;
mod ascii;
mod chart;
mod columns;
mod confusion;
mod data;
mod dots;
mod fault;
mod files;
mod footer;
mod header;
mod inspector;
mod layout;
mod loading;
mod network;
mod notation;
mod numbers;
mod outside;
mod overlay;
mod panel;
mod picture;
mod pictures;
mod plot;
mod rows;
mod run;
mod sample;
mod scatter;
mod spread;
mod terminal;
pub mod theme;
mod wait;
mod weights;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{Chart, Ends, Model, Panel, Spot};
use crate::train::Cursor;
pub use loading::{render_loading, view_loading};
pub use run::run;
use theme::Theme;
pub use wait::Load;

/// Draws `model` on the whole of `frame`.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    render(frame.area(), frame.buffer_mut(), model, *theme);
}

/// Draws `model` into `area` of `buf`. Returns how far what was drawn can be scrolled.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> Ends {
    let mut ends = Ends::default();
    if !is_too_small(area, buf, theme) {
        let parts = layout::parts(area, &model.screen, activations::wanted_rows(model));
        header::render(parts.header, buf, model, theme);
        for (panel, area) in parts.panels {
            let end = render_panel(panel, area, buf, model, theme);
            ends.panels.extend(end.map(|end| (panel, end)));
        }
        ends.help = overlay::render(parts.main, buf, model, theme);
        footer::render(parts.footer, buf, model, theme);
    }
    if theme.is_ascii() {
        ascii::translate(buf);
    }
    ends
}

/// Whether `area` is too small for anything to be drawn; then it says so.
fn is_too_small(area: Rect, buf: &mut Buffer, theme: Theme) -> bool {
    let (width, height) = layout::LEAST;
    let is_too_small = area.width < width || area.height < height;
    if is_too_small {
        let text = format!(
            "nn-tui needs {width}×{height} cells, this is {}×{}",
            area.width, area.height
        );
        panel::put_centred(buf, area, &text, theme.text());
    }
    is_too_small
}

/// The panel of `model` at column `x` and row `y` of `area`.
pub fn panel_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Panel> {
    let wanted = activations::wanted_rows(model);
    layout::panel_at(area, &model.screen, wanted, x, y).map(|(panel, _)| panel)
}

/// What can be pointed at at column `x` and row `y` of `area`.
pub fn spot_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Spot> {
    let wanted = activations::wanted_rows(model);
    match layout::panel_at(area, &model.screen, wanted, x, y)? {
        (Panel::Confusion, area) => confusion::spot_at(area, model, x, y),
        (Panel::Rows, area) => rows::spot_at(area, model, x, y),
        _ => None,
    }
}

/// What the inspector's cursor would stand on at column `x` and row `y` of `area`: a neuron of the
/// network's panel, if there is one.
pub fn cursor_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Cursor> {
    let wanted = activations::wanted_rows(model);
    let panels = layout::parts(area, &model.screen, wanted).panels;
    let network = panels.into_iter().find(|it| it.0 == Panel::Network)?;
    network::cursor_at(network.1, model, x, y)
}

/// Draws one panel of `model` into `area` of `buf`. Returns how far it can be scrolled, if it can be.
pub fn render_panel(
    panel: Panel,
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
) -> Option<u16> {
    let is_focused = model.screen.focus == panel;
    match panel {
        Panel::Network => network::render(area, buf, model, theme, is_focused),
        Panel::Chart => {
            let content = model.screen.chart_content();
            chart::render(area, buf, model, theme, is_focused, content);
        }
        Panel::Accuracy => {
            chart::render(area, buf, model, theme, is_focused, Chart::Accuracy);
        }
        Panel::Activations => return activations::render(area, buf, model, theme, is_focused),
        Panel::Weights if model.shows_pictures() => {
            return pictures::render(area, buf, model, theme, is_focused);
        }
        Panel::Weights => return weights::render(area, buf, model, theme, is_focused),
        Panel::Confusion => return confusion::render(area, buf, model, theme, is_focused),
        Panel::Columns => return columns::render(area, buf, model, theme, is_focused),
        Panel::Data => return data::render(area, buf, model, theme, is_focused),
        Panel::Rows => rows::render(area, buf, model, theme, is_focused),
        Panel::Inspector => return inspector::render(area, buf, model, theme, is_focused),
    }
    None
}
