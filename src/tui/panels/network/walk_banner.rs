//! Banner of the phase stepper: its position in words, symbols and a formula.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::style::{knows_activation, knows_delta, knows_loss};
use crate::nn::Architecture;
use crate::train::{PhaseValues, StepPhase, StepPosition};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::notation::{Index, Notation};
use crate::tui::widgets::panel::{line_width, put_line};
use crate::util::numbers::superscript;
use crate::util::text::width;

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
pub(crate) fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    phase_values: &PhaseValues,
) {
    let architecture = &model.run.architecture;
    let notation = Notation::new(theme);
    let room = usize::from(area.width);
    let formula = formula(phase_values.position.done, architecture, notation);
    let lines = [
        words(&phase_values.position, architecture.depth(), room, theme),
        track(phase_values, architecture.depth(), room, theme, notation),
        Line::styled(formula, theme.text()),
    ];
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put_line(buf, area.x, y, room, line);
    }
}

/// `row 3 of 10 · forward: layer 2 of 2 computed · p: loss`.
fn words(position: &StepPosition, depth: usize, room: usize, theme: Theme) -> Line<'static> {
    let done = match position.done {
        None => "inputs set".to_owned(),
        Some(StepPhase::Forward { layer }) => format!("forward: layer {layer} of {depth} computed"),
        Some(StepPhase::Loss) => "loss computed".to_owned(),
        Some(StepPhase::Backward { layer }) => format!("backward: δ of layer {layer} computed"),
        Some(StepPhase::Update) => "weights updated (edges show Δw)".to_owned(),
    };
    let next = match position.next {
        StepPhase::Forward { .. } if position.done == Some(StepPhase::Update) => {
            "p: next mini-batch".to_owned()
        }
        StepPhase::Forward { layer: 1 } if position.done.is_some() => "p: next row".to_owned(),
        StepPhase::Forward { layer } => format!("p: forward to layer {layer}"),
        StepPhase::Loss => "p: loss".to_owned(),
        StepPhase::Backward { layer } if layer == depth => {
            "p: backprop through the outputs".to_owned()
        }
        StepPhase::Backward { layer } => format!("p: backprop through layer {layer}"),
        StepPhase::Update => "p: update".to_owned(),
    };
    let row = format!("row {} of {}", position.row + 1, position.rows);
    let line = |row: String, done: &str| {
        Line::from(vec![
            Span::styled(format!("{row} · "), theme.dim()),
            Span::styled(done.to_owned(), theme.strong()),
            Span::styled(" · ", theme.dim()),
            Span::styled(next.clone(), theme.accent()),
        ])
    };
    let short = match position.done {
        None => "inputs".to_owned(),
        Some(StepPhase::Forward { layer }) => format!("forward {layer}"),
        Some(StepPhase::Loss) => "loss".to_owned(),
        Some(StepPhase::Backward { layer }) => format!("backward {layer}"),
        Some(StepPhase::Update) => "updated".to_owned(),
    };
    let lines = [
        line(format!("mini-batch {row}"), &done),
        line(row.clone(), &done),
        line(row, &short),
        line(format!("{}/{}", position.row + 1, position.rows), &short),
    ];
    let narrowest = lines[3].clone();
    let mut fitting = lines.into_iter().filter(|it| line_width(it) <= room);
    fitting.next().unwrap_or(narrowest)
}

/// `x → a¹ → a² → C → δ² → δ¹ → Δw`, with computed phases in bold and the last one marked.
fn track(
    phase_values: &PhaseValues,
    depth: usize,
    room: usize,
    theme: Theme,
    notation: Notation,
) -> Line<'static> {
    let layered = |name: &str, layer: usize| {
        if theme.is_ascii() {
            format!("{name}{layer}")
        } else {
            format!("{name}{}", superscript(layer))
        }
    };
    let delta = notation.either("δ", "delta");
    let mut phases = vec![("x".to_owned(), true)];
    phases.extend((1..=depth).map(|l| (layered("a", l), knows_activation(phase_values, l))));
    phases.push(("C".to_owned(), knows_loss(phase_values)));
    let backward = (1..=depth).rev();
    phases.extend(backward.map(|l| (layered(delta, l), knows_delta(phase_values, l))));
    let is_updated = phase_values.position.done == Some(StepPhase::Update);
    phases.push((notation.either("Δw", "change").to_owned(), is_updated));
    let current = phases.iter().rposition(|phase| phase.1).unwrap_or(0);
    let arrow = " → ";
    let cells = |from: usize, to: usize| -> usize {
        let phases = &phases[from..to];
        phases
            .iter()
            .map(|it| width(&it.0) + 2 + width(arrow))
            .sum()
    };
    // Where not all have room, those around the last one.
    let (mut from, mut to) = (0, phases.len());
    while to > from + 1 && cells(from, to) > room {
        if to - current > current + 1 - from {
            to -= 1
        } else {
            from += 1
        }
    }
    let mut spans = Vec::new();
    for (i, (name, is_done)) in phases.iter().enumerate().take(to).skip(from) {
        if i > from {
            spans.push(Span::styled(arrow, theme.dim()));
        }
        spans.push(match (i == current, is_done) {
            (true, _) => Span::styled(
                format!(" {name} "),
                theme.strong().add_modifier(Modifier::REVERSED),
            ),
            (false, true) => Span::styled(name.clone(), theme.strong()),
            (false, false) => Span::styled(name.clone(), theme.dim()),
        });
    }
    Line::from(spans)
}

/// Formula of the phase done last.
fn formula(done: Option<StepPhase>, architecture: &Architecture, notation: Notation) -> String {
    let (i, j, k) = (Index::Any('i'), Index::Any('j'), Index::Any('k'));
    let depth = architecture.depth();
    match done {
        None => format!(
            "{}: the row's values as the network receives them",
            notation.a(0, i)
        ),
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
        Some(StepPhase::Backward { layer }) if layer == depth => format!(
            "{} = {}, the error at the outputs",
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
