//! Bar with the names of the views, in the header.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::tui::app::View;
use crate::tui::theme::Theme;
use crate::util::text::width;

/// Width of the screen from which on the views have names, and from which on also their numbers.
const WITH_NAMES: u16 = 64;
const WITH_NUMBERS: u16 = 110;

/// Part of the bar: its text, and the view that a click on it leads to.
struct Tab {
    text: String,
    view: View,
}

/// The parts of the bar on a screen of `columns`, in order; where all names have no room, that of `shown` between two
/// arrows.
fn tabs(columns: u16, shown: View) -> Vec<Tab> {
    let tab = |text: String, view| Tab { text, view };
    if columns < WITH_NAMES {
        return vec![
            tab("◂ ".into(), shown.previous()),
            tab(format!("{:<8}", shown.name()), shown),
            tab(" ▸".into(), shown.next()),
        ];
    }
    let views = View::ALL.into_iter().enumerate();
    let text = |(i, view): (usize, View)| match columns {
        ..WITH_NUMBERS => format!(" {}", view.name()),
        _ => format!("  {} {}", i + 1, view.name()),
    };
    views.map(|at| tab(text(at), at.1)).collect()
}

/// The bar on a screen of `columns`, with the name of `shown` highlighted.
pub(super) fn bar(columns: u16, shown: View, theme: Theme) -> Line<'static> {
    let spans = tabs(columns, shown).into_iter().map(|tab| {
        let style = if tab.view == shown {
            theme.accent().add_modifier(Modifier::BOLD)
        } else {
            theme.dim()
        };
        Span::styled(tab.text, style)
    });
    spans.collect()
}

/// The view whose name is `at` a position of `row`, which the bar is drawn into.
pub(super) fn view_at(row: Rect, shown: View, at: Position) -> Option<View> {
    let mut right = row.x;
    let mut tabs = tabs(row.width, shown).into_iter();
    let hit = tabs.find(|tab| {
        right = right.saturating_add(width(&tab.text) as u16);
        at.x < right
    });
    hit.filter(|_| row.contains(at)).map(|tab| tab.view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn a_click_on_each_name_leads_to_its_view() {
        for columns in [40, 63, 64, 80, 109, 110, 200] {
            let row = Rect::new(0, 1, columns, 1);
            let shown = View::Curves;
            let line = bar(columns, shown, Theme::new(Depth::None)).to_string();
            let views = View::ALL.into_iter();
            for view in views.filter(|view| line.contains(view.name())) {
                let start = width(line.split(view.name()).next().unwrap_or_default()) as u16;
                for x in start..start + width(view.name()) as u16 {
                    let at = Position { x, y: 1 };
                    assert_eq!(view_at(row, shown, at), Some(view), "{x} of {columns}");
                }
            }
            let beside = Position {
                x: width(&line) as u16,
                y: 1,
            };
            assert_eq!(view_at(row, shown, beside), None);
            assert_eq!(view_at(row, shown, Position { x: 3, y: 2 }), None);
        }
        let row = Rect::new(0, 1, 40, 1);
        let first = view_at(row, View::Curves, Position { x: 0, y: 1 });
        assert_eq!(first, Some(View::Network));
    }
}
