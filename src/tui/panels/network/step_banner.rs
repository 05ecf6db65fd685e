//! Banner of the phase stepper: its position in words, symbols and a formula.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::style::{knows_activation, knows_delta, knows_loss};
use crate::nn::Architecture;
use crate::train::{PhaseValues, StepPhase, StepPosition};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Index, Notation, Pane};

/// Rows of the banner in a panel of `height` rows without its frame.
pub(crate) fn rows(height: u16) -> u16 {
    match height {
        0..6 => 0,
        6..10 => 1,
        10..16 => 2,
        _ => 3,
    }
}

/// Draws the banner into `area`: last and next phase, all phases, the formula.
pub(crate) fn render(pane: &mut Pane<'_>, area: Rect, values: &PhaseValues) {
    let (architecture, theme) = (&pane.model.run.architecture, pane.theme);
    let (depth, room) = (architecture.depth(), usize::from(area.width));
    let formula = formula(values.position.done, architecture, Notation::new(theme));
    let lines = [
        words(pane.model, values, room, theme),
        track(values, depth, room, theme),
        Line::styled(formula, theme.text()),
    ];
    for (line, row) in lines.into_iter().zip(area.rows()) {
        pane.line(row, line);
    }
}

/// `row 3 of 10 · forward: layer 2 of 2 computed · p: loss`.
fn words(model: &Model, values: &PhaseValues, room: usize, theme: Theme) -> Line<'static> {
    let (position, depth) = (&values.position, model.run.architecture.depth());
    let (mut long, mut short) = done(position.done, depth);
    if let Some(StepPhase::Forward { layer }) = position.done
        && let Some(mask) = values.forward.masks.get(layer - 1)
    {
        let dropped = mask.iter().filter(|&&factor| factor == 0.0);
        let count = dropped.count();
        (long, short) = (text::dropped(long, count), text::dropped(short, count));
    }
    let next = next(position, depth);
    let next = model.keys.in_text(&next).into_owned();
    let (row, rows) = (position.row + 1, position.rows);
    let line = |row: String, done: &str| {
        Span::styled(format!("{row} · "), theme.dim())
            + Span::styled(done.to_owned(), theme.strong())
            + Span::styled(" · ", theme.dim())
            + Span::styled(next.clone(), theme.accent())
    };
    let lines = [
        line(text::batch_row(row, rows), &long),
        line(text::plain_row(row, rows), &long),
        line(text::plain_row(row, rows), &short),
    ];
    let mut fitting = lines.into_iter().filter(|line| line.width() <= room);
    fitting
        .next()
        .unwrap_or_else(|| line(format!("{row}/{rows}"), &short))
}

/// Describes the phase done last, long and short.
fn done(phase: Option<StepPhase>, depth: usize) -> (String, String) {
    let pair = |long: &str, short: &str| (long.to_owned(), short.to_owned());
    match phase {
        None => pair(text::inputs_set(), text::inputs_set_short()),
        Some(StepPhase::Forward { layer }) => {
            let long = text::forward_done(layer, depth);
            (long, text::forward_done_short(layer))
        }
        Some(StepPhase::Loss) => pair(text::loss_done(), text::loss_done_short()),
        Some(StepPhase::Backward { layer }) => {
            let long = text::backward_done(layer);
            (long, text::backward_done_short(layer))
        }
        Some(StepPhase::Update) => pair(text::update_done(), text::update_done_short()),
    }
}

/// Names the key and the phase that is next.
fn next(position: &StepPosition, depth: usize) -> String {
    match (position.next, position.done) {
        (StepPhase::Forward { .. }, Some(StepPhase::Update)) => text::next_batch().to_owned(),
        (StepPhase::Forward { layer: 1 }, Some(_)) => text::next_row().to_owned(),
        (StepPhase::Forward { layer }, _) => text::next_forward(layer),
        (StepPhase::Loss, _) => text::next_loss().to_owned(),
        (StepPhase::Backward { layer }, _) if layer == depth => text::next_outputs().to_owned(),
        (StepPhase::Backward { layer }, _) => text::next_backward(layer),
        (StepPhase::Update, _) => text::next_update().to_owned(),
    }
}

/// `x → a¹ → a² → C → δ² → δ¹ → Δw`, with computed phases in bold and the last one marked.
fn track(values: &PhaseValues, depth: usize, room: usize, theme: Theme) -> Line<'static> {
    let notation = Notation::new(theme);
    let (delta, change) = (
        notation.either("δ", "delta"),
        notation.either("Δw", "change"),
    );
    let mut phases = vec![("x".to_owned(), true)];
    let forward = (1..=depth).map(|l| (notation.layered("a", l), knows_activation(values, l)));
    phases.extend(forward);
    phases.push(("C".to_owned(), knows_loss(values)));
    let backward = (1..=depth).rev();
    let backward = backward.map(|l| (notation.layered(delta, l), knows_delta(values, l)));
    phases.extend(backward);
    let is_updated = values.position.done == Some(StepPhase::Update);
    phases.push((change.to_owned(), is_updated));
    let current = phases
        .iter()
        .rposition(|(_, is_done)| *is_done)
        .unwrap_or(0);
    let spans = phases.into_iter().enumerate().map(|(i, (name, is_done))| {
        if i == current {
            let style = theme.strong().add_modifier(Modifier::REVERSED);
            Span::styled(format!(" {name} "), style)
        } else if is_done {
            Span::styled(name, theme.strong())
        } else {
            Span::styled(name, theme.dim())
        }
    });
    let spans: Vec<Span> = spans.collect();
    let arrow = Span::styled(" → ", theme.dim());
    let cells = |spans: &[Span]| {
        let cells = spans
            .iter()
            .map(|span| span.content.trim().chars().count() + 5);
        cells.sum::<usize>()
    };
    // Where not all have room, those around the last one.
    let (mut from, mut to) = (0, spans.len());
    while to > from + 1 && cells(&spans[from..to]) > room {
        if to - current > current + 1 - from {
            to -= 1;
        } else {
            from += 1;
        }
    }
    let arrows = std::iter::repeat(arrow);
    let shown = spans[from..to].iter().cloned().zip(arrows);
    let joined = shown.flat_map(|(phase, arrow)| [arrow, phase]).skip(1);
    Line::from_iter(joined)
}

/// Formula of the phase done last.
fn formula(done: Option<StepPhase>, architecture: &Architecture, notation: Notation) -> String {
    let (i, j, k) = (Index::Any('i'), Index::Any('j'), Index::Any('k'));
    let depth = architecture.depth();
    match done {
        None => text::row_as_received(notation.a(0, i)),
        Some(StepPhase::Forward { layer }) => {
            let function = architecture.activation(layer);
            let z = notation.z(layer, j);
            format!(
                "{z} = {}{} {} + {}   {} = {}",
                notation.sum('i'),
                notation.w(layer, j, i),
                notation.a(layer - 1, i),
                notation.b(layer, j),
                notation.a(layer, j),
                notation.applied(function, &z),
            )
        }
        Some(StepPhase::Loss) => notation.loss(architecture.loss(), architecture.output(), depth),
        Some(StepPhase::Backward { layer }) if layer == depth => text::error_at_outputs(
            notation.delta(layer, j),
            notation.derivative(&notation.z(layer, j)),
        ),
        Some(StepPhase::Backward { layer }) => format!(
            "{} = f′({}) {}{} {}",
            notation.delta(layer, j),
            notation.z(layer, j),
            notation.sum('k'),
            notation.w(layer + 1, k, j),
            notation.delta(layer + 1, k),
        ),
        Some(StepPhase::Update) => format!(
            "w {} w + {}",
            notation.either("←", "<-"),
            notation.either("Δw", "dw"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Loss, Output};
    use crate::tui::theme::Depth;

    #[test]
    fn every_phase_has_its_formula() {
        let architecture = Architecture::new(
            vec![4, 8, 3],
            Activation::Tanh,
            Output::Softmax,
            Loss::CrossEntropy,
        );
        let architecture = architecture.unwrap();
        let notation = Notation::new(Theme::new(Depth::True));
        let of = |phase| formula(Some(phase), &architecture, notation);
        let forward = of(StepPhase::Forward { layer: 1 });
        assert_eq!(forward, "z¹ⱼ = Σᵢ w¹ⱼᵢ xᵢ + b¹ⱼ   a¹ⱼ = tanh z¹ⱼ");
        assert_eq!(of(StepPhase::Loss), "C = −Σₖ yₖ ln a²ₖ");
        let backward = of(StepPhase::Backward { layer: 1 });
        assert_eq!(backward, "δ¹ⱼ = f′(z¹ⱼ) Σₖ w²ₖⱼ δ²ₖ");
    }
}
