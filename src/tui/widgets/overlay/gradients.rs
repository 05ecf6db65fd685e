//! What the gradient check found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::popup;
use crate::nn::gradient_check::Checked;
use crate::nn::{Grade, GradientCheck};
use crate::tui::app::Model;
use crate::tui::app::gradients::worst_of_layers;
use crate::tui::theme::Theme;
use crate::tui::widgets::numbers::significant;
use crate::tui::widgets::panel::put_line;
use crate::util::text::wrap;

/// Width of the popup.
const CELLS: u16 = 72;

/// Draws what was found, or that it is not known yet.
pub(super) fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    chosen: Option<usize>,
) {
    let lines = match &model.inspector.gradients {
        Some(check) => told(
            check,
            chosen,
            usize::from(area.width.min(CELLS)).saturating_sub(4),
            theme,
        ),
        None => vec![
            Line::styled(
                "Back-propagation is held against centred differences …",
                theme.text(),
            ),
            Line::default(),
            Line::styled("esc goes back", theme.accent()),
        ],
    };
    let inner = popup(
        area,
        buf,
        theme,
        CELLS,
        lines.len() as u16 + 2,
        "Gradient check",
    );
    // Where not all fits, the keys in the last line are known from elsewhere.
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        put_line(buf, inner.x, y, inner.width.into(), line);
    }
}

fn told(
    check: &GradientCheck,
    chosen: Option<usize>,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let (verdict, style) = verdict(check.grade(), check.checked.is_empty(), theme);
    let mut lines = vec![Line::styled(verdict, style.add_modifier(Modifier::BOLD))];
    let parameters = match check.checked.len() {
        1 => "1 parameter".to_owned(),
        n => format!("{n} parameters"),
    };
    let rows = if check.rows == 1 {
        "1 row".to_owned()
    } else {
        format!("{} rows", check.rows)
    };
    let mut about = format!("{parameters}, on the {rows} of the next mini-batch, in f64.");
    if check.at_kinks > 0 {
        let kinks = check.at_kinks;
        about +=
            &format!(" {kinks} more left out: a difference steps over the kink of a ReLU there.");
    }
    lines.extend(
        wrap(&about, room)
            .into_iter()
            .map(|it| Line::styled(it, theme.text())),
    );
    lines.push(Line::default());
    let head = format!(
        "{:<16}{:>16}{:>14}{:>14}",
        "worst of layer", "back-prop.", "difference", "rel. error"
    );
    lines.push(Line::styled(head, theme.dim()));
    for (i, worst) in worst_of_layers(check).into_iter().enumerate() {
        lines.push(row(worst, chosen == Some(i), theme));
    }
    lines.push(Line::default());
    let keys = "enter inspects it · ↑ ↓ choose · esc goes back";
    lines.push(Line::styled(keys, theme.accent()));
    lines
}

fn row(worst: &Checked, is_chosen: bool, theme: Theme) -> Line<'static> {
    let (word, style) = match Grade::of(worst.error) {
        Grade::Excellent => ("", theme.good()),
        Grade::Good => (" good", theme.text()),
        Grade::Wrong => (" wrong", theme.bad()),
    };
    let name = if is_chosen {
        theme.accent().add_modifier(Modifier::REVERSED)
    } else {
        theme.accent()
    };
    let text = worst.id.to_string();
    let gap = " ".repeat(16usize.saturating_sub(text.len()));
    let numbers = format!(
        "{gap}{:>16}{:>14}",
        significant(worst.gradient, 4),
        significant(worst.difference, 4)
    );
    Line::from(vec![
        Span::styled(text, name),
        Span::styled(numbers, theme.text()),
        Span::styled(format!("{:>14}", format!("{:.1e}", worst.error)), style),
        Span::styled(word, style),
    ])
}

/// The grade in words.
fn verdict(grade: Grade, is_empty: bool, theme: Theme) -> (&'static str, Style) {
    match grade {
        _ if is_empty => ("Nothing could be checked.", theme.bad()),
        Grade::Excellent => ("Excellent: as equal as differences can tell.", theme.good()),
        Grade::Good => (
            "Good: no gradient is further off than differences may be.",
            theme.text(),
        ),
        Grade::Wrong => (
            "Wrong: a gradient is not the slope of the loss.",
            theme.bad(),
        ),
    }
}
