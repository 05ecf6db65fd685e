//! A line to type.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::popup;
use crate::tui::app::Model;
use crate::tui::app::command::names;
use crate::tui::app::prompt::{Prompt, Purpose};
use crate::tui::app::what_if::Domain;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::put_line;
use crate::util::text::{sanitise, width};

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
    let it_stays = "enter takes it · esc leaves it as it is";
    match purpose {
        Purpose::LearningRate => ("Learning rate".into(), it_stays.into()),
        Purpose::SavePath => (
            "Save the model".into(),
            ".json .safetensors .npz .onnx .py .rs · esc goes back".into(),
        ),
        Purpose::Parameter(id) => (names::parameter(id), it_stays.into()),
        Purpose::Input(column) => {
            let column = model.run.data.preprocessing.columns.get(column);
            let name = column.map_or(String::new(), |it| it.name.clone());
            let domain = column.map(|it| Domain::of(&it.encoding).to_string());
            (name, domain.unwrap_or_default())
        }
        Purpose::Command => ("Command".into(), it_stays.into()),
    }
}

/// The text of `prompt` with its cursor behind `mark`, in so many `cells`.
pub(super) fn typed(
    prompt: &Prompt,
    mark: &'static str,
    cells: usize,
    theme: Theme,
) -> Line<'static> {
    let (before, under, behind) = prompt.parts();
    // The end of a long text matters most: what was typed last.
    let room = cells.saturating_sub(width(mark) + 1);
    let skip = before.chars().count().saturating_sub(room);
    let shown: String = before.chars().skip(skip).collect();
    let typed = if prompt.is_selected {
        theme.strong().add_modifier(Modifier::REVERSED)
    } else {
        theme.strong()
    };
    Line::from(vec![
        Span::styled(mark, theme.accent()),
        Span::styled(sanitise_inner(&shown), typed),
        Span::styled(under, theme.strong().add_modifier(Modifier::REVERSED)),
        Span::styled(sanitise_inner(&behind), theme.strong()),
    ])
}

/// Typed text may hold what a terminal would act on; white space at its ends counts.
fn sanitise_inner(text: &str) -> String {
    text.chars()
        .map(|c| {
            if sanitise(&format!("x{c}x")).chars().count() == 3 {
                c
            } else {
                '�'
            }
        })
        .collect()
}
