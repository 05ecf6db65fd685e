//! Bar with the names of the views, in the header.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::tui::app::{ClickTarget, Navigation, View};
use crate::tui::widgets::Pane;
use crate::util::text::{padded, width};

/// Width of the screen from which on the other views have the begin of their names, their names, and also their
/// numbers.
const WITH_LETTERS: u16 = 64;
const WITH_NAMES: u16 = 110;
const WITH_NUMBERS: u16 = 150;
/// Letters of a name's begin, and Chinese characters.
const LETTERS: usize = 3;
const CHARACTERS: usize = 2;

/// Part of the bar: its text, and the view that a click on it leads to.
struct Tab {
    text: String,
    view: View,
}

/// The parts of the bar on a screen of `columns`, in order; where they have no room, the name of `shown`
/// between two arrows.
fn tabs(columns: u16, screen: &Navigation) -> Vec<Tab> {
    let shown = screen.view;
    let tab = |text: String, view| Tab { text, view };
    if columns < WITH_LETTERS {
        return vec![
            tab("◂ ".into(), screen.view_after(-1)),
            tab(padded(&shown.title(), 8), shown),
            tab(" ▸".into(), screen.view_after(1)),
        ];
    }
    let views = screen.views().into_iter().enumerate();
    let text = |(i, view): (usize, View)| match columns {
        ..WITH_NAMES if view != shown => {
            let title = view.title();
            let letters = if title.is_ascii() {
                LETTERS
            } else {
                CHARACTERS
            };
            format!(" {}", title.chars().take(letters).collect::<String>())
        }
        ..WITH_NUMBERS => format!(" {}", view.title()),
        _ => format!("  {} {}", i + 1, view.title()),
    };
    views.map(|at| tab(text(at), at.1)).collect()
}

/// The bar, with the name of the shown view highlighted; its parts can be clicked.
pub(super) fn bar(pane: &mut Pane<'_>, row: Rect) -> Line<'static> {
    let (shown, theme) = (pane.model.navigation.view, pane.theme);
    let mut line = Line::default();
    for tab in tabs(row.width, &pane.model.navigation) {
        let x = row.x + line.width() as u16;
        let area = Rect::new(x, row.y, width(&tab.text) as u16, 1);
        pane.hit(area.intersection(row), ClickTarget::View(tab.view));
        let style = if tab.view == shown {
            theme.accent().add_modifier(Modifier::BOLD)
        } else {
            theme.dim()
        };
        line.push_span(Span::styled(tab.text, style));
    }
    line
}
