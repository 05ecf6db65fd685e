//! A line to type.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::popup;
use crate::model_file::formats;
use crate::tui::app::Model;
use crate::tui::app::prompt::{Prompt, Purpose};
use crate::tui::app::what_if::Domain;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::put_line;
use crate::util::text::{is_printable, shorten_front, width};

/// Draws `prompt` with what it asks for.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, prompt: &Prompt) {
    let (title, hint) = about(model, prompt.purpose);
    let inner = popup(area, buf, theme, 64, 5, &title);
    let line = typed(prompt, "› ", inner.width.into(), theme);
    put_line(buf, inner.x, inner.y, inner.width.into(), &line);
    let below = match &prompt.error {
        Some(error) => Line::styled(error.clone(), theme.bad()),
        None => Line::styled(hint, theme.dim()),
    };
    put_line(buf, inner.x, inner.y + 2, inner.width.into(), &below);
}

/// Title and hint of a prompt.
fn about(model: &Model, purpose: Purpose) -> (String, String) {
    let it_stays = "enter: apply · esc: cancel";
    match purpose {
        Purpose::Setting(setting) => (setting.help.into(), it_stays.into()),
        Purpose::SavePath => (
            "Save the model".into(),
            format!("{} · esc: cancel", formats::extensions()),
        ),
        Purpose::Parameter(id) => (id.to_string(), it_stays.into()),
        Purpose::Input(column) => {
            let column = model.run.data.preprocessing.columns.get(column);
            let name = column.map_or(String::new(), |it| it.name.clone());
            let domain = column.map(|it| Domain::of(&it.encoding).to_string());
            (name, domain.unwrap_or_default())
        }
        Purpose::Command => ("Command".into(), it_stays.into()),
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
