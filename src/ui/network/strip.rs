//! Where the walk through a mini-batch stands, in words and in symbols.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::look::{knows_activation, knows_delta, knows_loss};
use crate::app::Model;
use crate::nn::Architecture;
use crate::text::width;
use crate::train::inspection::Function;
use crate::train::{Stand, WalkPhase, Walked};
use crate::ui::notation::{Index, Notation, raised};
use crate::ui::panel::{line_width, put_line};
use crate::ui::theme::Theme;

/// Rows of the strip in a panel of `height` rows without its frame.
pub(super) fn rows(height: u16) -> u16 {
    match height {
        0..6 => 0,
        6..10 => 1,
        10..16 => 2,
        _ => 3,
    }
}

/// Draws the strip into `area`: what was done and what comes next; the phases; the formula.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, walked: &Walked) {
    let architecture = &model.run.architecture;
    let notation = Notation::new(theme);
    let room = usize::from(area.width);
    let formula = formula(walked.stand.done, architecture, notation);
    let lines = [
        words(&walked.stand, architecture.depth(), room, theme),
        track(walked, architecture.depth(), room, theme, notation),
        Line::styled(formula, theme.text()),
    ];
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put_line(buf, area.x, y, room, line);
    }
}

/// `row 3 of 10 · forward: layer 2 done · p: the loss`.
fn words(stand: &Stand, depth: usize, room: usize, theme: Theme) -> Line<'static> {
    let done = match stand.done {
        None => "its inputs are set".to_owned(),
        Some(WalkPhase::Forward { layer }) => format!("forward: layer {layer} of {depth} done"),
        Some(WalkPhase::Loss) => "the loss is known".to_owned(),
        Some(WalkPhase::Backward { layer }) => format!("backward: layer {layer} done"),
        Some(WalkPhase::Update) => "updated: edges show the changes".to_owned(),
    };
    let next = match stand.next {
        WalkPhase::Forward { .. } if stand.done == Some(WalkPhase::Update) => {
            "p: the next mini-batch".to_owned()
        }
        WalkPhase::Forward { layer: 1 } if stand.done.is_some() => "p: the next row".to_owned(),
        WalkPhase::Forward { layer } => format!("p: forward to layer {layer}"),
        WalkPhase::Loss => "p: the loss".to_owned(),
        WalkPhase::Backward { layer } if layer == depth => "p: back to the outputs".to_owned(),
        WalkPhase::Backward { layer } => format!("p: back to layer {layer}"),
        WalkPhase::Update => "p: the update".to_owned(),
    };
    let row = format!("row {} of {}", stand.row + 1, stand.rows);
    let line = |row: String| {
        Line::from(vec![
            Span::styled(format!("{row} · "), theme.dim()),
            Span::styled(done.clone(), theme.strong()),
            Span::styled(" · ", theme.dim()),
            Span::styled(next.clone(), theme.accent()),
        ])
    };
    let long = line(format!("mini-batch {row}"));
    match line_width(&long) <= room {
        true => long,
        false => line(row),
    }
}

/// `x → a¹ → a² → C → δ² → δ¹ → Δw`, done phases strong, the last one marked.
fn track(
    walked: &Walked,
    depth: usize,
    room: usize,
    theme: Theme,
    notation: Notation,
) -> Line<'static> {
    let layered = |name: &str, layer: usize| match theme.is_ascii() {
        true => format!("{name}{layer}"),
        false => format!("{name}{}", raised(layer)),
    };
    let delta = notation.either("δ", "delta");
    let mut phases = vec![("x".to_owned(), true)];
    phases.extend((1..=depth).map(|l| (layered("a", l), knows_activation(walked, l))));
    phases.push(("C".to_owned(), knows_loss(walked)));
    let backward = (1..=depth).rev();
    phases.extend(backward.map(|l| (layered(delta, l), knows_delta(walked, l))));
    let is_updated = walked.stand.done == Some(WalkPhase::Update);
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
        match to - current > current + 1 - from {
            true => to -= 1,
            false => from += 1,
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

/// The formula of the phase done last.
fn formula(done: Option<WalkPhase>, architecture: &Architecture, notation: Notation) -> String {
    let (i, j, k) = (Index::Any('i'), Index::Any('j'), Index::Any('k'));
    let depth = architecture.depth();
    match done {
        None => format!(
            "{}: the row's values as the network sees them",
            notation.a(0, i)
        ),
        Some(WalkPhase::Forward { layer }) => {
            let function = match layer == depth {
                true => Function::Output(architecture.output()),
                false => Function::Hidden(architecture.hidden()),
            };
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
        Some(WalkPhase::Loss) => notation.loss(architecture.loss(), depth),
        Some(WalkPhase::Backward { layer }) if layer == depth => format!(
            "{} = {}, the error at the outputs",
            notation.delta(layer, j),
            notation.derivative(&notation.z(layer, j)),
        ),
        Some(WalkPhase::Backward { layer }) => format!(
            "{} = f′({}) {}{} {}",
            notation.delta(layer, j),
            notation.z(layer, j),
            notation.sum('k'),
            notation.w(layer + 1, k, j),
            notation.delta(layer + 1, k),
        ),
        Some(WalkPhase::Update) => format!(
            "w ← w + {}: the optimizer's step along the mean of {} over the rows",
            notation.either("Δw", "change"),
            notation.derivative("w"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Loss, Output};
    use crate::ui::theme::Depth;

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
        let forward = of(WalkPhase::Forward { layer: 1 });
        assert_eq!(forward, "z¹ⱼ = Σᵢ w¹ⱼᵢ xᵢ + b¹ⱼ   a¹ⱼ = tanh z¹ⱼ");
        assert_eq!(of(WalkPhase::Loss), "C = −Σₖ yₖ ln a²ₖ");
        let backward = of(WalkPhase::Backward { layer: 1 });
        assert_eq!(backward, "δ¹ⱼ = f′(z¹ⱼ) Σₖ w²ₖⱼ δ²ₖ");
    }
}
