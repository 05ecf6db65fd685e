//! Entry of a value or a path.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_segmentation::UnicodeSegmentation;

use super::{centred, content_width, popup, wrapped};
use crate::model_file::formats;
use crate::tui::app::Model;
use crate::tui::app::prompt::{Prompt, Purpose};
use crate::tui::app::what_if::Domain;
use crate::tui::theme::Theme;
use crate::util::text::{is_printable, shorten_front, width};

/// Widest content.
const MAX_WIDTH: u16 = 60;
const KEYS: &str = "enter: apply · esc: cancel";

/// Draws `prompt` with its title and, below the text, a hint or the reason of a rejection.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, prompt: &Prompt) {
    let (title, hint) = title_and_hint(model, prompt.purpose);
    let cells = content_width(area, MAX_WIDTH);
    let (note, style) = match &prompt.error {
        Some(error) => (error, theme.bad()),
        None => (&hint, theme.dim()),
    };
    let mut lines = vec![typed(prompt, "› ", cells, theme), Line::default()];
    lines.extend(wrapped(note, cells, style));
    let inner = popup(centred(area, cells, lines.len()), buf, theme, &title, &[]);
    Paragraph::new(lines).render(inner, buf);
}

fn title_and_hint(model: &Model, purpose: Purpose) -> (String, String) {
    match purpose {
        Purpose::Setting(setting) => (setting.help.into(), KEYS.into()),
        Purpose::SavePath => (
            "Save model".into(),
            format!("{} · esc: cancel", formats::extensions()),
        ),
        Purpose::Parameter(id) => (id.to_string(), KEYS.into()),
        Purpose::Input(column) => {
            let column = model.run.data.preprocessing.columns.get(column);
            let name = column.map_or(String::new(), |column| column.name.clone());
            let domain = column.map(|column| Domain::of(column).to_string());
            (name, domain.unwrap_or_default())
        }
        Purpose::Command => ("Command".into(), KEYS.into()),
    }
}

/// Returns `mark` and the text of `prompt` with its cursor, in `cells` cells. Of a long text the end
/// of the part before the cursor is shown.
pub(super) fn typed(
    prompt: &Prompt,
    mark: &'static str,
    cells: usize,
    theme: Theme,
) -> Line<'static> {
    let (before, after) = prompt.split_at_cursor();
    let under = after.graphemes(true).next().unwrap_or_default();
    let after = printable(&after[under.len()..]);
    let under = match printable(under) {
        under if under.is_empty() => " ".to_owned(),
        // A combining mark without a letter has no cell of its own.
        under if width(&under) == 0 => char::REPLACEMENT_CHARACTER.to_string(),
        under => under,
    };
    let room = cells.saturating_sub(width(mark) + width(&under));
    let typed = if prompt.is_selected {
        theme.strong().add_modifier(Modifier::REVERSED)
    } else {
        theme.strong()
    };
    Line::from(vec![
        Span::styled(mark, theme.accent()),
        Span::styled(shorten_front(&printable(before), room), typed),
        Span::styled(under, theme.strong().add_modifier(Modifier::REVERSED)),
        Span::styled(after, theme.strong()),
    ])
}

/// Replaces characters that a terminal would act on.
fn printable(text: &str) -> String {
    let printable = text.chars().map(|c| {
        if is_printable(c) {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    });
    printable.collect()
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent};
    use ratatui::style::Style;

    use super::*;
    use crate::tui::theme::Depth;

    /// Text and start column of the cursor's cell, and the width of the whole line.
    fn cursor(prompt: &Prompt, cells: usize) -> (String, usize, usize) {
        let line = typed(prompt, "› ", cells, Theme::new(Depth::None));
        let widths: Vec<usize> = line.spans.iter().map(|span| width(&span.content)).collect();
        let start = widths[..2].iter().sum();
        (line.spans[2].content.to_string(), start, start + widths[2])
    }

    #[test]
    fn the_cursor_stays_in_sight_behind_wide_characters() {
        let text = "宽".repeat(40);
        let prompt = Prompt::new(Purpose::SavePath, &text);
        for cells in 4..100 {
            let (under, _, end) = cursor(&prompt, cells);
            assert_eq!(under, " ");
            assert!(end <= cells, "{end} of {cells}");
        }
        let mut prompt = Prompt::new(Purpose::SavePath, "");
        prompt.replace(&format!("{text}\u{1b}e\u{301}"));
        assert_eq!(cursor(&prompt, 10), (" ".into(), 9, 10));
        prompt.replace("\u{301}");
        prompt.on_key(&KeyEvent::from(KeyCode::Home));
        assert_eq!(cursor(&prompt, 10).0, "\u{fffd}");
    }

    #[test]
    fn widths_are_those_of_a_drawn_buffer() {
        for text in [
            "abc",
            "宽a",
            "e\u{301}",
            "\u{301}a",
            "❤\u{fe0f}",
            "👨\u{200d}👩",
            "a\u{1b}b",
        ] {
            let mut buf = Buffer::empty(Rect::new(0, 0, 40, 1));
            let (end, _) = buf.set_stringn(0, 0, text, 40, Style::new());
            assert_eq!(width(text), usize::from(end), "{text:?}");
        }
    }
}
