//! The terminal screen. State and its changes are in [`app`], what is drawn in [`panels`] and
//! [`widgets`].

// Public for the tests alone: names that need no comment have none.
#![allow(missing_docs)]

pub mod app;
pub mod cast;
mod decoder;
mod events;
mod fault_injection;
mod files;
mod key_table;
pub mod keymap;
mod layout;
mod loader;
pub mod options;
pub mod panels;
mod replies;
mod run;
pub mod screenshot;
pub(crate) mod sweep;
mod terminal;
mod text;
pub mod theme;
pub mod watch;
pub mod widgets;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::text::{Line, Text};

use app::{ClickTarget, Drawn, Model, Msg, PlotGesture};
pub use panels::loading::{render_loading, view_loading};
pub use panels::render_panel;
use panels::{Pointer, click_panel, footer, header, point_at_panel};
pub use run::run;
pub(crate) use run::{SweepEnd, SweepLink, run_sweep, watch_runs};
pub(crate) use terminal::unusable;
use theme::Theme;
use widgets::{Pane, cut};
use widgets::{ascii, overlay, wide};

/// Draws `model` on the whole of `frame`.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let drawn = render(frame.area(), frame.buffer_mut(), model, *theme);
    if let Some(cursor) = drawn.cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws `model` into `area` of `buf`. Returns what later input refers to.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> Drawn {
    on_screen(area, buf, model, theme, |pane| {
        let parts = layout::parts(area, model);
        pane.area = parts.header;
        header::render(pane);
        for (id, area) in parts.panels {
            render_panel(id, area, pane.buf, model, theme, &mut pane.drawn);
        }
        let is_covered = model.prompt.overlay.is_some();
        if is_covered {
            pane.drawn.cursor = None;
        }
        pane.area = parts.footer;
        pane.area.y -= 1;
        pane.area.height += 1;
        footer::render(pane);
        if is_covered {
            pane.drawn.hits.clear();
        }
        pane.area = parts.main;
        pane.drawn.help = overlay::render(pane);
    })
}

/// Calls `draw` with a pane of all of `area`, unless that is too small; then makes what is drawn fit for the terminal.
/// Returns what later input refers to.
fn on_screen<M>(
    area: Rect,
    buf: &mut Buffer,
    model: &M,
    theme: Theme,
    draw: impl FnOnce(&mut Pane<'_, M>),
) -> Drawn {
    let mut pane = Pane::new(area, buf, model, theme);
    if !is_too_small(&mut pane) {
        draw(&mut pane);
    }
    wide::mend(pane.buf);
    ascii::translate(pane.buf, theme.symbols());
    pane.drawn
}

/// Whether the area is too small for the screen; if so, writes what size is needed.
fn is_too_small<M>(pane: &mut Pane<'_, M>) -> bool {
    let (area, theme) = (pane.area, pane.theme);
    let (width, height) = layout::MIN_SIZE;
    let is_too_small = area.width < width || area.height < height;
    if is_too_small {
        let need = text::size_needed(width, height, area.width, area.height);
        let lines = [text::terminal_too_small().to_owned(), need].into_iter();
        let lines = lines.map(|line| cut(Line::styled(line, theme.text()), area.width.into()));
        let middle = area.centered_vertically(Constraint::Length(2));
        pane.draw(Text::from_iter(lines).centered(), middle);
    }
    is_too_small
}

/// Message for a click at column `x` and row `y` of `area`: for an item of the last frame, for what is
/// there in a panel, or for the panel itself.
pub fn click(model: &Model, area: Rect, x: u16, y: u16) -> Option<Msg> {
    let at = Position { x, y };
    if let Some(target) = model.navigation.drawn().hit(at) {
        return Some(Msg::Pick(target));
    }
    let (id, area) = layout::panel_at(area, model, at)?;
    Some(click_panel(id, area, model, at))
}

/// Message for what the mouse does besides clicking at column `x` and row `y` of `area`.
pub fn point(model: &Model, area: Rect, x: u16, y: u16, does: Pointer) -> Option<Msg> {
    let at = Position { x, y };
    let drawn = model.navigation.drawn();
    let slider = |target: &ClickTarget| matches!(target, ClickTarget::Slider { .. });
    if does == Pointer::Drag
        && let Some(target) = drawn.hit(at).filter(slider)
    {
        return Some(Msg::Pick(target));
    }
    let is_covered = drawn.popup.is_some_and(|popup| popup.contains(at));
    let panel = layout::panel_at(area, model, at).filter(|_| !is_covered);
    let pointed = panel.filter(|_| model.prompt.overlay.is_none());
    let msg = pointed.and_then(|(id, area)| point_at_panel(id, area, model, at, does));
    msg.or_else(|| match does {
        Pointer::Wheel(lines) => Some(Msg::Wheel(panel.map(|(id, _)| id), lines)),
        // The crosshair is where the pointer is.
        Pointer::Hover if model.navigation.plot.crosshair.is_some() => {
            Some(Msg::Plot(PlotGesture::Hover(None)))
        }
        Pointer::Hover | Pointer::Drag | Pointer::Release => None,
    })
}
