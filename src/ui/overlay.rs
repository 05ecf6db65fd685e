//! What lies above the panels: help, prompts, questions, and what went wrong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::panel::{frame, line_width, put_line, put_right};
use super::theme::Theme;
use crate::app::bindings::{BINDINGS, Group};
use crate::app::prompt::{Prompt, Purpose};
use crate::app::{Confirm, Model, Overlay, Phase};
use crate::text::{rate, sanitise, width, wrap};

/// Draws what lies above the panels in `area`, if anything does. Returns how far the help can be
/// scrolled.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> Option<u16> {
    match &model.overlay {
        Some(Overlay::Help(line)) => return Some(help(area, buf, theme, *line)),
        Some(Overlay::Prompt(prompt)) => ask(area, buf, theme, prompt),
        Some(Overlay::Confirm(question)) => confirm(area, buf, model, theme, question),
        None => trouble(area, buf, model, theme),
    }
    None
}

/// An emptied and framed area of at most `cells` by `rows` in the middle of `area`; returns what
/// is inside, with a margin of one cell to the sides.
fn popup(area: Rect, buf: &mut Buffer, theme: Theme, cells: u16, rows: u16, title: &str) -> Rect {
    let (cells, rows) = (cells.min(area.width), rows.min(area.height));
    let popup = Rect {
        x: area.x + (area.width - cells) / 2,
        y: area.y + (area.height - rows) / 2,
        width: cells,
        height: rows,
    };
    Clear.render(popup, buf);
    let inner = frame(popup, buf, theme, true, title, &[]);
    match inner.width {
        0..4 => inner,
        _ => Rect {
            x: inner.x + 1,
            width: inner.width - 2,
            ..inner
        },
    }
}

fn help(area: Rect, buf: &mut Buffer, theme: Theme, first: u16) -> u16 {
    let keys = BINDINGS.iter().filter(|binding| !binding.help.is_empty());
    let key_room = keys.map(|binding| width(binding.shown)).max().unwrap_or(0) + 2;
    let group = |group: Group| {
        let mut lines = vec![Line::styled(group.title(), theme.strong())];
        let rows = BINDINGS
            .iter()
            .filter(|it| it.group == group && !it.help.is_empty());
        lines.extend(rows.map(|binding| {
            let padding = " ".repeat(key_room - width(binding.shown));
            Line::from(vec![
                Span::styled(binding.shown, theme.accent()),
                Span::raw(padding),
                Span::styled(binding.help, theme.text()),
            ])
        }));
        lines
    };
    let mut columns: Vec<Vec<Line>> = vec![Vec::new()];
    let room = usize::from(area.width).saturating_sub(6);
    let groups: Vec<Vec<Line>> = Group::ALL.into_iter().map(group).collect();
    let widest = groups.iter().flatten().map(line_width).max().unwrap_or(0);
    let in_two = room >= 2 * widest + 3;
    for (i, lines) in groups.into_iter().enumerate() {
        if in_two && i == 1 {
            columns.push(Vec::new());
        }
        let last = columns.len() - 1;
        if !columns[last].is_empty() {
            columns[last].push(Line::default());
        }
        columns[last].extend(lines);
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0) as u16;
    let cells = (widest + 3) * columns.len() + 4;
    let inner = popup(area, buf, theme, cells as u16, rows + 2, "Keys");
    let most = rows.saturating_sub(inner.height);
    let first = first.min(most);
    for (c, lines) in columns.iter().enumerate() {
        let x = inner.x + (c * (widest + 3)) as u16;
        let room = usize::from(inner.right().saturating_sub(x));
        for (line, y) in lines.iter().skip(first.into()).zip(inner.y..inner.bottom()) {
            put_line(buf, x, y, room, line);
        }
    }
    if first < most {
        put_right(
            buf,
            inner.right(),
            inner.bottom(),
            20,
            " ↓ more ",
            theme.accent(),
        );
    }
    most
}

fn ask(area: Rect, buf: &mut Buffer, theme: Theme, prompt: &Prompt) {
    let (title, hint) = match prompt.purpose {
        Purpose::LearningRate => ("Learning rate", "enter takes it · esc leaves it as it is"),
        Purpose::SavePath => (
            "Save the model",
            ".json .safetensors .npz .onnx .py .rs · esc goes back",
        ),
    };
    let inner = popup(area, buf, theme, 64, 5, title);
    let (before, under, behind) = prompt.parts();
    // The end of a long text matters most: what was typed last.
    let room = usize::from(inner.width).saturating_sub(3);
    let skip = before.chars().count().saturating_sub(room);
    let shown: String = before.chars().skip(skip).collect();
    let typed = match prompt.is_selected {
        true => theme.strong().add_modifier(Modifier::REVERSED),
        false => theme.strong(),
    };
    let line = Line::from(vec![
        Span::styled("› ", theme.accent()),
        Span::styled(sanitise_inner(&shown), typed),
        Span::styled(under, theme.strong().add_modifier(Modifier::REVERSED)),
        Span::styled(sanitise_inner(&behind), theme.strong()),
    ]);
    put_line(buf, inner.x, inner.y, inner.width.into(), &line);
    let below = match &prompt.error {
        Some(error) => Line::styled(error.clone(), theme.bad()),
        None => Line::styled(hint, theme.dim()),
    };
    put_line(buf, inner.x, inner.y + 2, inner.width.into(), &below);
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

fn confirm(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, question: &Confirm) {
    let seconds = model.run.unsaved_seconds();
    let trained = match seconds {
        s if s < 120.0 => format!("{s:.0} seconds"),
        s => format!("{:.0} minutes", s / 60.0),
    };
    let (title, text, keys) = match question {
        Confirm::Replace(path) => (
            "Replace the file?",
            format!("{} exists already.", sanitise(&path.display().to_string())),
            "y replaces it · esc goes back",
        ),
        Confirm::Reset(seed) => (
            "Start again?",
            format!("{trained} of training are unsaved. The next seed is {seed}."),
            "y starts again · w saves first · esc goes back",
        ),
        Confirm::Quit => (
            "Quit?",
            format!("{trained} of training are unsaved."),
            "y quits · w saves first · esc goes back",
        ),
    };
    let cells = width(&text).max(width(keys)) as u16 + 4;
    let inner = popup(area, buf, theme, cells, 5, title);
    let room = usize::from(inner.width);
    put_line(
        buf,
        inner.x,
        inner.y,
        room,
        &Line::styled(text, theme.text()),
    );
    put_line(
        buf,
        inner.x,
        inner.y + 2,
        room,
        &Line::styled(keys, theme.accent()),
    );
}

/// Widest text about a trouble.
const TROUBLE: usize = 76;

/// A divergence or a failure of the training, with what can be done.
fn trouble(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    let (title, text, keys) = match &model.run.phase {
        Phase::Diverged(divergence) => (
            "Training diverged",
            vec![
                format!("Step {}: {}.", divergence.step, divergence.cause),
                format!(
                    "The learning rate {} is probably too high. The last good weights are kept.",
                    rate(divergence.learning_rate)
                ),
            ],
            "t goes on from them with a tenth of it · r starts again · w saves them",
        ),
        Phase::Failed(message) => (
            "The training thread failed",
            vec![message.clone(), "The last good weights are kept.".into()],
            "w saves them · r starts again · q quits",
        ),
        _ => return,
    };
    let room = usize::from(area.width).saturating_sub(4).min(TROUBLE);
    let mut lines: Vec<Line> = Vec::new();
    for paragraph in text {
        let wrapped = wrap(&paragraph, room).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(line, theme.text())));
    }
    lines.push(Line::default());
    let keys = wrap(keys, room).into_iter();
    lines.extend(keys.map(|line| Line::styled(line, theme.accent())));
    let widest = lines.iter().map(line_width).max().unwrap_or(0);
    let inner = popup(
        area,
        buf,
        theme,
        widest as u16 + 4,
        lines.len() as u16 + 2,
        title,
    );
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        put_line(buf, inner.x, y, inner.width.into(), line);
    }
}
