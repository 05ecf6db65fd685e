//! Entry of a value or a path.

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation;

use super::{centred, chosen_if, content_width, popup, wrapped};
use crate::data::InputColumn;
use crate::model_file::formats;
use crate::train::Weights;
use crate::tui::app::Model;
use crate::tui::app::dialogs::{Dialog, Purpose};
use crate::tui::app::prompt::Prompt;
use crate::tui::app::what_if::ColumnDomain;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::text::{is_printable, shorten_front, width};

/// Widest content.
const MAX_WIDTH: u16 = 60;

/// Draws `dialog` with its title and, below the text, a hint or the reason of a rejection.
pub(super) fn render(pane: &mut Pane<'_>, dialog: &Dialog) {
    let (prompt, theme) = (&dialog.prompt, pane.theme);
    let (title, hint) = title_and_hint(pane.model, dialog.purpose);
    let cells = content_width(pane.area, MAX_WIDTH);
    let (note, style) = match &prompt.error {
        Some(error) => (error, theme.bad()),
        None => (&hint, theme.dim()),
    };
    let typed = typed(prompt, "› ", cells, theme);
    let column = cursor_column(&typed);
    let mut lines = vec![typed, Line::default()];
    lines.extend(wrapped(note, cells, style));
    let place = centred(pane.area, cells, lines.len());
    let inner = popup(pane, place, &title, None);
    pane.draw(Paragraph::new(lines), inner);
    pane.place_cursor(inner, column);
}

fn title_and_hint(model: &Model, purpose: Purpose) -> (String, String) {
    match purpose {
        Purpose::Setting(setting) => (setting.title().into_owned(), text::prompt_keys().into()),
        Purpose::SavePath(weights) => (text::save_title().into(), save_hint(model, weights)),
        Purpose::CheckpointPath => (
            text::save_checkpoint_title().into(),
            text::type_a_path().into(),
        ),
        Purpose::Parameter(id) => (id.to_string(), text::prompt_keys().into()),
        Purpose::Input(column) => {
            let column = model.run.columns().get(column);
            let domain = |column: &InputColumn| ColumnDomain::of(column).to_string();
            column.map_or_else(Default::default, |column| {
                (column.name.clone(), domain(column))
            })
        }
    }
}

/// Returns the hint of the prompt of a model's path: which weights are saved, the key for the others, if there are
/// any, and the formats.
fn save_hint(model: &Model, weights: Weights) -> String {
    let formats = text::save_hint(formats::extensions());
    let epoch = model.run.position.epoch;
    let Some(best) = model.run.best else {
        return formats;
    };
    let (current, best) = (
        text::save_current(epoch),
        text::save_best(best.epoch, epoch),
    );
    let chosen = match weights {
        Weights::Last => text::save_current_hint(current, best),
        Weights::Best => text::save_current_hint(best, current),
    };
    format!("{chosen} · {formats}")
}

/// Returns `mark` and the text of `prompt` with its cursor, in `cells` cells. Of a long text the end
/// of the part before the cursor is shown.
pub(crate) fn typed(
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
    let typed = chosen_if(prompt.is_selected, theme.strong());
    Span::styled(mark, theme.accent())
        + Span::styled(shorten_front(&printable(before), room), typed)
        + Span::styled(under, chosen_if(true, theme.strong()))
        + Span::styled(after, theme.strong())
}

/// Returns the column of the cursor in a line that [`typed`] made.
pub(crate) fn cursor_column(typed: &Line<'_>) -> usize {
    let before = typed.spans.iter().take(2);
    before.map(|span| width(&span.content)).sum()
}

/// Replaces characters that a terminal would act on.
fn printable(text: &str) -> String {
    text.replace(|c| !is_printable(c), "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::crossterm::event::{KeyCode, KeyEvent};
    use ratatui::layout::Rect;
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
        let prompt = Prompt::new(&text);
        for cells in 4..100 {
            let (under, _, end) = cursor(&prompt, cells);
            assert_eq!(under, " ");
            assert!(end <= cells, "{end} of {cells}");
        }
        let mut prompt = Prompt::new("");
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
