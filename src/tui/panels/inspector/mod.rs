//! Every formula of what the cursor stands on, first in symbols and then with the numbers of the
//! shown row or the means of a mini-batch.
//!
//! While a mini-batch is walked through, numbers that the walk has not come to are dots: the
//! formulas say what they will be made of.

mod figures;
mod input;
mod neuron;
mod output;
mod page;
mod parameter;
mod terms;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use super::network::{knows_activation, knows_delta, knows_loss, phase_values};
use crate::data::with_offset;
use crate::nn::ParameterId;
use crate::train::inspection::Facts;
use crate::train::probes::{InspectProbe, PhaseProbe, RowPass, RowProbe};
use crate::train::{Cursor, Inspection, PhaseValues, Request, StepPhase, Subject};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::notation::{Index, Notation};
use crate::tui::widgets::pane::{Pane, Title};
use crate::util::numbers::{NUMBER, aligned};
use page::Page;

/// From this width on, and below this height, a figure stands beside the first table.
const FLAT: u16 = 78;
const LOW: u16 = 20;

/// Formulas of the item under the cursor, with its numbers.
pub(crate) struct InspectorPanel;

impl Panel for InspectorPanel {
    fn title(&self, model: &Model, theme: Theme, inside: Rect) -> Title {
        Context::new(model, theme, inside).map_or_else(
            || Title::new("Inspector", theme, []),
            |context| Title {
                name: context.title(),
                details: context.whose().into(),
            },
        )
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 1)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let row = model.row_probe();
        let inspect = model.inspector.open.map(|inspector| {
            Request::new(InspectProbe {
                inspect: inspector.inspect,
                row: row.clone(),
            })
        });
        let others = [Request::new(row), Request::new(PhaseProbe)];
        inspect.into_iter().chain(others).collect()
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        draw(model, pane);
    }
}

fn draw(model: &Model, pane: &mut Pane<'_>) {
    let Some(context) = Context::new(model, pane.theme, pane.area) else {
        return pane.message(&["waiting for values"]);
    };
    let inner = Rect {
        x: pane.area.x + 1,
        width: pane.area.width - 2,
        ..pane.area
    };
    let page = match &context.inspection.facts {
        Facts::Input(facts) => input::page(&context, facts),
        Facts::Neuron(facts) => neuron::page(&context, facts),
        Facts::Parameter(facts) => parameter::page(&context, facts),
        Facts::Output(facts) => output::page(&context, facts),
    };
    let first = pane.first_line(page.rows(), inner.height.into());
    page.render(inner, pane.buf, pane.theme, first);
}

/// Data that a page is made from.
struct Context<'a> {
    model: &'a Model,
    inspection: &'a Inspection,
    /// The shown row, and its forward pass.
    row: &'a RowProbe,
    pass: &'a RowPass,
    /// Position of the phase stepper, which hides the numbers it has not computed yet.
    phase_values: Option<&'a PhaseValues>,
    theme: Theme,
    notation: Notation,
    width: usize,
    /// Whether the panel is wide and low: then the curve stands beside the first table.
    is_flat: bool,
}

impl<'a> Context<'a> {
    /// Context of the newest inspection for a panel with this area `inside` its frame; none before the
    /// first.
    fn new(model: &'a Model, theme: Theme, inside: Rect) -> Option<Self> {
        let snapshot = model.run.snapshot.as_ref()?;
        let inspection = snapshot.answer::<InspectProbe>()?.as_ref()?;
        let (row, pass) = snapshot.get::<RowProbe>()?;
        Some(Self {
            model,
            inspection,
            row,
            pass,
            phase_values: phase_values(model, snapshot)
                .filter(|_| inspection.inspect.of == Subject::Row),
            theme,
            notation: Notation::new(theme),
            width: usize::from(inside.width.saturating_sub(2)),
            is_flat: inside.width + 2 >= FLAT && inside.height + 2 < LOW,
        })
    }

    fn page(&self) -> Page {
        Page::new(self.width, self.theme)
    }

    /// Layers with weights.
    fn depth(&self) -> usize {
        self.model.run.architecture.depth()
    }

    fn is_row(&self) -> bool {
        self.inspection.inspect.of == Subject::Row
    }

    /// The layer of the network that the cursor is at, and the neuron there.
    fn place(&self) -> (usize, usize) {
        match self.inspection.inspect.cursor {
            Cursor::Neuron { layer, neuron } => (layer, neuron),
            Cursor::Parameter(
                ParameterId::Weight { layer, output, .. } | ParameterId::Bias { layer, output },
            ) => (layer, output),
            Cursor::Output => (self.depth(), 0),
        }
    }

    /// Name of a neuron in the data; empty for a hidden one.
    fn name(&self, layer: usize, neuron: usize) -> &str {
        let data = &self.model.run.data;
        let names = match layer {
            0 => &data.input_names,
            l if l == self.depth() => &data.output_names,
            _ => return "",
        };
        names.get(neuron).map_or("", String::as_str)
    }

    /// `versicolor`, or `neuron 3 of layer 1`.
    fn called(&self, layer: usize, neuron: usize) -> String {
        match self.name(layer, neuron) {
            "" => format!("neuron {} of layer {layer}", neuron + 1),
            name => name.to_owned(),
        }
    }

    fn title(&self) -> String {
        let architecture = &self.model.run.architecture;
        match self.inspection.inspect.cursor {
            Cursor::Neuron { layer: 0, neuron } => {
                format!("Input {} · {}", neuron + 1, self.name(0, neuron))
            }
            Cursor::Neuron { layer, neuron } if layer == self.depth() => format!(
                "Output {} · {} · {}",
                neuron + 1,
                self.name(layer, neuron),
                architecture.output()
            ),
            Cursor::Neuron { layer, neuron } => format!(
                "Neuron {} of layer {layer} · {}",
                neuron + 1,
                architecture.activation_name(layer)
            ),
            Cursor::Parameter(id @ ParameterId::Weight { .. }) => {
                format!("Weight {}", self.notation.parameter(id))
            }
            Cursor::Parameter(id) => format!("Bias {}", self.notation.parameter(id)),
            Cursor::Output => format!("Outputs and loss · {}", architecture.loss()),
        }
    }

    /// Whose numbers they are, long and short.
    fn whose(&self) -> [Line<'static>; 2] {
        let texts = match self.inspection.inspect.of {
            Subject::Row => {
                let row = self.row.sample.index + 1;
                [format!("values for row {row}"), format!("row {row}")]
            }
            Subject::Batch => {
                let rows = self.inspection.rows;
                [
                    format!("mini-batch means ({rows} rows)"),
                    format!("means of {rows}"),
                ]
            }
        };
        texts.map(|text| Line::styled(text, self.theme.dim()))
    }

    fn knows_activation(&self, layer: usize) -> bool {
        self.phase_values
            .is_none_or(|it| knows_activation(it, layer))
    }

    fn knows_loss(&self) -> bool {
        self.phase_values.is_none_or(knows_loss)
    }

    fn knows_delta(&self, layer: usize) -> bool {
        self.phase_values.is_none_or(|it| knows_delta(it, layer))
    }

    /// Whether the update that is told of is the next one of a walk under way.
    fn is_before_update(&self) -> bool {
        let phase_values = self.phase_values;
        phase_values
            .is_some_and(|phase_values| phase_values.position.done != Some(StepPhase::Update))
    }

    /// `x` in [`NUMBER`] cells, or a dot where it is not known yet.
    fn number(&self, x: f64, is_known: bool) -> Span<'static> {
        if !is_known {
            Span::styled(format!("{:<NUMBER$}", " ·"), self.theme.dim())
        } else if x.is_finite() {
            Span::styled(aligned(x), self.theme.strong())
        } else {
            Span::styled(aligned(x), self.theme.bad())
        }
    }

    /// `− y`, or `− (−y)` for a `y` below zero, without cells left blank.
    fn minus(&self, y: f64) -> Span<'static> {
        let number = aligned(y);
        let number = number.trim();
        if y < 0.0 {
            self.text(format!("− ({number})"))
        } else {
            self.text(format!("− {number}"))
        }
    }

    /// A [`Self::number`] in the colour of its sign.
    fn signed(&self, x: f64, is_known: bool) -> Span<'static> {
        let span = self.number(x, is_known);
        if is_known && x.is_finite() && x != 0.0 {
            span.style(self.theme.signed(if x > 0.0 { 0.8 } else { -0.8 }))
        } else {
            span
        }
    }

    fn text(&self, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.text())
    }

    fn dim(&self, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.dim())
    }

    /// `symbol` of the neuron's own place.
    fn own(&self, symbol: fn(Notation, usize, Index) -> String) -> String {
        let (layer, neuron) = self.place();
        symbol(self.notation, layer, Index::Subject(neuron))
    }

    /// A value of the row before inputs were changed.
    fn before(&self, layer: usize, neuron: usize) -> Option<f64> {
        let (activations, _) = self.pass.unchanged.as_ref()?;
        let layer = activations.get(layer.checked_sub(1)?)?;
        layer
            .get(neuron)
            .map(|&a| a.into())
            .filter(|_| self.is_row())
    }

    /// The shown row's number, as the title of the network's panel has it.
    fn target_text(&self) -> String {
        let sample = self.row.sample;
        let targets = &sample.samples(&self.model.run.data).targets;
        match (targets.class(sample.index), targets.number(sample.index)) {
            (Some(class), _) => self.name(self.depth(), class).to_owned(),
            (None, Some(number)) => {
                let scale = self.model.run.data.task.scale();
                with_offset(number, scale.map_or(0.0, |scale| scale.offset)).replace('-', "−")
            }
            (None, None) => String::new(),
        }
    }
}
