//! Every formula of the item under the cursor, first in symbols and then with the numbers of the
//! shown row or the means of a mini-batch.
//!
//! While a mini-batch is stepped through, numbers that are not computed yet are dots.

mod collapse;
mod figures;
mod input;
mod neuron;
mod output;
mod page;
mod parameter;
mod response;
mod terms;

use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

use super::Panel;
use super::network::{knows_activation, knows_delta, knows_loss, phase_values};
use super::plane::PlaneRequest;
use crate::train::inspection::Facts;
use crate::train::probes::{InspectProbe, PhaseProbe, RowPass, RowProbe};
use crate::train::{Cursor, Inspection, PhaseValues, Request, Subject};
use crate::tui::app::Model;
use crate::tui::app::network_cursor::neuron_at;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Index, Notation, Pane, Title};
use crate::util::numbers::{NUMBER, aligned};
use page::{MAX_FIGURE, Page};

/// From this width on, and below this height, a figure is beside the first table.
const FLAT: u16 = 78;
const LOW: u16 = 20;

/// Cells of a true or predicted number.
const TARGET: usize = 12;
/// Cells of a column of two, at least, and between them.
const MIN_COLUMN: usize = 44;
const COLUMN_GAP: usize = 3;

/// Maximum numbers of rows of a table of products, for a page that has less and less room.
const MAX_TERMS: [usize; 4] = [usize::MAX, 8, 5, 3];

/// Formulas of the item under the cursor, with its numbers.
pub(crate) struct InspectorPanel;

impl Panel for InspectorPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, theme, inside) = (pane.model, pane.theme, pane.area);
        match Context::new(model, theme, inside) {
            Some(context) => Title::new(context.title(), context.whose()),
            None => Title::new(text::inspector_title(), [""; 0]),
        }
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 1)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let row = model.row_probe();
        let inspect = model.inspector.open.map(|inspector| {
            let (inspect, row) = (inspector.inspect, row.clone());
            Request::new(InspectProbe { inspect, row })
        });
        let others = [Request::new(row), Request::new(PhaseProbe)];
        inspect.into_iter().chain(others).collect()
    }

    fn plane(&self, model: &Model, _inside: Rect) -> Option<PlaneRequest> {
        let Cursor::Neuron { layer, neuron } = model.inspector.cursor()? else {
            return None;
        };
        let mut neurons = vec![Vec::new(); layer + 1];
        neurons[layer] = vec![neuron];
        (layer > 0 && !model.navigation.plane.axes.is_empty()).then(|| PlaneRequest {
            points: response::points(model, MAX_FIGURE as u16),
            rows: false,
            neurons,
        })
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(context) = Context::new(pane.model, pane.theme, pane.area) else {
            return pane.message([text::waiting_for_values()]);
        };
        let context = context.fitting();
        let inner = pane.area.inner(Margin::new(1, 0));
        let page = context.page();
        let first = pane.first_line(page.rows(), inner.height.into());
        page.render(inner, pane.buf, first);
    }
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
    /// Cells of a line.
    width: usize,
    height: usize,
    /// Whether the page has two columns, side by side.
    has_two_columns: bool,
    /// Maximum number of rows of a table of products.
    max_terms: usize,
    /// Whether the panel is wide and low: then the curve is beside the first table.
    is_flat: bool,
}

impl<'a> Context<'a> {
    /// Context of the newest inspection for a panel with this area `inside` its frame; none before the
    /// first.
    fn new(model: &'a Model, theme: Theme, inside: Rect) -> Option<Self> {
        let inspection = model.run.answer::<InspectProbe>()?.as_ref()?;
        let (row, pass) = model.run.probed::<RowProbe>()?;
        let is_row = inspection.inspect.of == Subject::Row;
        Some(Self {
            model,
            inspection,
            row,
            pass,
            phase_values: phase_values(model).filter(|_| is_row),
            theme,
            notation: Notation::new(theme),
            width: usize::from(inside.width.saturating_sub(2)),
            height: inside.height.into(),
            has_two_columns: false,
            max_terms: usize::MAX,
            is_flat: inside.width + 2 >= FLAT && inside.height + 2 < LOW,
        })
    }

    /// Divides a page that is higher than the panel into two columns where there is room for them, and shortens the tables
    /// of products until what matters has room.
    fn fitting(mut self) -> Self {
        let column = self.width.saturating_sub(COLUMN_GAP) / 2;
        if column >= MIN_COLUMN && self.page().rows() > self.height {
            (self.has_two_columns, self.width) = (true, column);
        }
        for limit in MAX_TERMS {
            self.max_terms = limit;
            if self.page().fits(self.height) {
                break;
            }
        }
        self
    }

    /// Writes the page of the inspected item.
    fn page(&self) -> Page<'_> {
        let mut page = Page::new(self);
        match &self.inspection.facts {
            Facts::Input(facts) => input::write(&mut page, facts),
            Facts::Neuron(facts) => neuron::write(&mut page, facts),
            Facts::Parameter(facts) => parameter::write(&mut page, facts),
            Facts::Output(facts) => output::write(&mut page, facts),
        }
        page
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
        neuron_at(self.inspection.inspect.cursor).unwrap_or((self.depth(), 0))
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
            "" => text::neuron_of_layer(neuron + 1, layer),
            name => name.to_owned(),
        }
    }

    fn title(&self) -> String {
        let architecture = &self.model.run.architecture;
        let (layer, neuron) = self.place();
        let (number, name) = (neuron + 1, self.name(layer, neuron));
        match self.inspection.inspect.cursor {
            Cursor::Output => text::outputs_title(architecture.loss()),
            Cursor::Parameter(id) => {
                let symbol = self.notation.parameter(id);
                match id.input() {
                    Some(_) => text::weight_title(symbol),
                    None => text::bias_title(symbol),
                }
            }
            Cursor::Neuron { .. } if layer == 0 => text::input_title(number, name),
            Cursor::Neuron { .. } if layer == self.depth() => {
                text::output_title(number, name, architecture.output())
            }
            Cursor::Neuron { .. } => {
                let function = architecture.activation_name(layer);
                text::neuron_title(number, layer, function)
            }
        }
    }

    /// Subject of the numbers, long and short.
    fn whose(&self) -> [String; 2] {
        let (row, rows) = (self.row.sample.index + 1, self.inspection.rows);
        if self.is_row() {
            [text::values_for_row(row), text::values_for_row_short(row)]
        } else {
            [text::batch_means(rows), text::batch_means_short(rows)]
        }
    }

    fn knows_activation(&self, layer: usize) -> bool {
        self.phase_values
            .is_none_or(|values| knows_activation(values, layer))
    }

    fn knows_loss(&self) -> bool {
        self.phase_values.is_none_or(knows_loss)
    }

    fn knows_delta(&self, layer: usize) -> bool {
        self.phase_values
            .is_none_or(|values| knows_delta(values, layer))
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
        match number.trim() {
            number if y < 0.0 => self.text(format!("− ({number})")),
            number => self.text(format!("− {number}")),
        }
    }

    /// A formula of an output `{a}` and its target `{y}` with their numbers.
    fn with_numbers(&self, formula: &str, a: f64, is_known: bool, y: f64) -> Line<'static> {
        let mut line = Line::default();
        let formula = self.notation.formula(formula, "{a}", "");
        for (i, part) in formula.split("{a}").enumerate() {
            if i > 0 {
                line += self.number(a, is_known);
            }
            // The blank before a minus is the last cell of the number before it.
            for (i, part) in part.trim_start_matches(' ').split("− {y}").enumerate() {
                if i > 0 {
                    line += self.minus(y);
                }
                line += self.text(part.replace("{y}", aligned(y).trim()));
            }
        }
        line
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
        symbol(self.notation, layer, Index::Neuron(neuron))
    }

    /// A value of the row before inputs were changed.
    fn before(&self, layer: usize, neuron: usize) -> Option<f64> {
        let (activations, _) = self.pass.unchanged.as_ref().filter(|_| self.is_row())?;
        let layer = activations.get(layer.checked_sub(1)?)?;
        layer.get(neuron).map(|&a| a.into())
    }

    /// The shown row's class or number.
    fn target_text(&self) -> String {
        let sample = self.row.sample;
        let targets = &sample.samples(&self.model.run.data).targets;
        match (targets.class(sample.index), targets.number(sample.index)) {
            (Some(class), _) => self.name(self.depth(), class).to_owned(),
            (None, Some(number)) => {
                let run = &self.model.run;
                let number = f64::from(number) + run.target_offset();
                run.target_number(number, TARGET).replace('-', "−")
            }
            (None, None) => String::new(),
        }
    }
}
