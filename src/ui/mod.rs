//! The face for terminals: a thin skin over the model. One file a panel, each of which draws what
//! it is given and changes nothing.

mod activations;
mod ascii;
mod chart;
mod columns;
mod confusion;
mod data;
mod dots;
mod files;
mod footer;
mod header;
mod inspector;
mod layout;
mod network;
mod notation;
mod numbers;
mod overlay;
mod panel;
mod picture;
mod run;
mod scatter;
mod spread;
mod terminal;
pub mod theme;
mod weights;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{Chart, Model, Panel};
use crate::train::Cursor;
pub use run::run;
use theme::Theme;

/// Draws `model` on the whole of `frame`.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    render(frame.area(), frame.buffer_mut(), model, *theme);
}

/// Draws `model` into `area` of `buf`.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    if area.width < layout::LEAST.0 || area.height < layout::LEAST.1 {
        let (width, height) = layout::LEAST;
        let text = format!(
            "nn-tui needs {width}×{height} cells, this is {}×{}",
            area.width, area.height
        );
        panel::put_centred(buf, area, &text, theme.text());
    } else {
        let parts = layout::parts(area, &model.screen, activations::wanted_rows(model));
        header::render(parts.header, buf, model, theme);
        for (panel, area) in parts.panels {
            render_panel(panel, area, buf, model, theme);
        }
        overlay::render(parts.main, buf, model, theme);
        footer::render(parts.footer, buf, model, theme);
    }
    if theme.is_ascii() {
        ascii::translate(buf);
    }
}

/// The panel of `model` at column `x` and row `y` of `area`.
pub fn panel_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Panel> {
    let wanted = activations::wanted_rows(model);
    layout::panel_at(area, &model.screen, wanted, x, y)
}

/// What the inspector's cursor would stand on at column `x` and row `y` of `area`: a neuron of the
/// network's panel, if there is one.
pub fn cursor_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Cursor> {
    let wanted = activations::wanted_rows(model);
    let panels = layout::parts(area, &model.screen, wanted).panels;
    let network = panels.into_iter().find(|it| it.0 == Panel::Network)?;
    network::cursor_at(network.1, model, x, y)
}

/// Draws one panel of `model` into `area` of `buf`.
pub fn render_panel(panel: Panel, area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
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
        Panel::Activations => activations::render(area, buf, model, theme, is_focused),
        Panel::Weights => weights::render(area, buf, model, theme, is_focused),
        Panel::Confusion => confusion::render(area, buf, model, theme, is_focused),
        Panel::Columns => columns::render(area, buf, model, theme, is_focused),
        Panel::Inspector => inspector::render(area, buf, model, theme, is_focused),
        Panel::Data => data::render(area, buf, model, theme, is_focused),
    }
}
