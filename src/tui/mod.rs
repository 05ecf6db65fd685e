//! The face for terminals: a thin skin over the model. One file a panel, each of which draws what
//! it is given and changes nothing.

pub mod app;
mod events;
mod fault_injection;
mod files;
mod layout;
mod loading_screen;
pub mod panels;
mod run;
mod terminal;
pub mod theme;
pub mod widgets;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::train::Cursor;
use app::{Chart, ClickTarget, Model, Panel, ScrollLimits};
pub use loading_screen::Load;
pub use panels::loading::{render_loading, view_loading};
pub use run::run;
use theme::Theme;

/// Draws `model` on the whole of `frame`.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    render(frame.area(), frame.buffer_mut(), model, *theme);
}

/// Draws `model` into `area` of `buf`. Returns how far what was drawn can be scrolled.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> ScrollLimits {
    let mut ends = ScrollLimits::default();
    if !is_too_small(area, buf, theme) {
        let parts = layout::parts(
            area,
            &model.navigation,
            crate::tui::panels::activations::wanted_rows(model),
        );
        crate::tui::panels::header::render(parts.header, buf, model, theme);
        for (panel, area) in parts.panels {
            let end = render_panel(panel, area, buf, model, theme);
            ends.panels.extend(end.map(|end| (panel, end)));
        }
        ends.help = crate::tui::widgets::overlay::render(parts.main, buf, model, theme);
        crate::tui::panels::footer::render(parts.footer, buf, model, theme);
    }
    if theme.is_ascii() {
        crate::tui::widgets::ascii::translate(buf);
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
        crate::tui::widgets::panel::put_centred(buf, area, &text, theme.text());
    }
    is_too_small
}

/// The panel of `model` at column `x` and row `y` of `area`.
pub fn panel_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Panel> {
    let wanted = crate::tui::panels::activations::wanted_rows(model);
    layout::panel_at(area, &model.navigation, wanted, x, y).map(|(panel, _)| panel)
}

/// What can be pointed at at column `x` and row `y` of `area`.
pub fn spot_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<ClickTarget> {
    let wanted = crate::tui::panels::activations::wanted_rows(model);
    match layout::panel_at(area, &model.navigation, wanted, x, y)? {
        (Panel::Confusion, area) => crate::tui::panels::confusion::spot_at(area, model, x, y),
        (Panel::Rows, area) => crate::tui::panels::rows::spot_at(area, model, x, y),
        _ => None,
    }
}

/// What the inspector's cursor would stand on at column `x` and row `y` of `area`: a neuron of the
/// network's panel, if there is one.
pub fn cursor_at(model: &Model, area: Rect, x: u16, y: u16) -> Option<Cursor> {
    let wanted = crate::tui::panels::activations::wanted_rows(model);
    let panels = layout::parts(area, &model.navigation, wanted).panels;
    let network = panels.into_iter().find(|it| it.0 == Panel::Network)?;
    crate::tui::panels::network::cursor_at(network.1, model, x, y)
}

/// Draws one panel of `model` into `area` of `buf`. Returns how far it can be scrolled, if it can be.
pub fn render_panel(
    panel: Panel,
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
) -> Option<u16> {
    let is_focused = model.navigation.focus == panel;
    match panel {
        Panel::Network => crate::tui::panels::network::render(area, buf, model, theme, is_focused),
        Panel::Chart => {
            let content = model.navigation.chart_content();
            crate::tui::panels::chart::render(area, buf, model, theme, is_focused, content);
        }
        Panel::Accuracy => {
            crate::tui::panels::chart::render(area, buf, model, theme, is_focused, Chart::Accuracy);
        }
        Panel::Activations => {
            return crate::tui::panels::activations::render(area, buf, model, theme, is_focused);
        }
        Panel::Weights if model.shows_pictures() => {
            return crate::tui::panels::pictures::render(area, buf, model, theme, is_focused);
        }
        Panel::Weights => {
            return crate::tui::panels::weights::render(area, buf, model, theme, is_focused);
        }
        Panel::Confusion => {
            return crate::tui::panels::confusion::render(area, buf, model, theme, is_focused);
        }
        Panel::Columns => {
            return crate::tui::panels::columns::render(area, buf, model, theme, is_focused);
        }
        Panel::Data => {
            return crate::tui::panels::data::render(area, buf, model, theme, is_focused);
        }
        Panel::Rows => crate::tui::panels::rows::render(area, buf, model, theme, is_focused),
        Panel::Inspector => {
            return crate::tui::panels::inspector::render(area, buf, model, theme, is_focused);
        }
    }
    None
}
