//! Hidden space: the probe rows in the first two principal components of a layer's activations.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::Panel;
use super::plane::{MIN_LEFT, marks_below, marks_left, with_legend};
use super::row_marks::{Kind, Legend, nearest, number, target_range};
use crate::train::probes::{HiddenSpace, HiddenSpaceProbe};
use crate::train::{Request, SampleId};
use crate::tui::app::{Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, Mark, Pane, Title, axes, plot_area};

/// Parts of the range's power of two that its ends are multiples of, so that the axes rest while points move.
const PARTS: f64 = 4.0;
/// Largest ratio of the ranges of the axes: components without variance are not to show rounding errors.
const FLATTEST: f64 = 100.0;

/// Rows in the first two principal components of a layer's activations, by class or target.
pub(crate) struct HiddenPanel;

impl Panel for HiddenPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let architecture = &pane.model.run.architecture;
        let Some((probe, space)) = pane.model.run.probed::<HiddenSpaceProbe>() else {
            return Title::new(text::hidden_title(), [""; 0]);
        };
        let layer = match probe.layer {
            0 => text::layer_inputs().to_owned(),
            layer if layer == architecture.depth() => text::layer_outputs(layer),
            layer => text::layer_of(layer, architecture.depth()),
        };
        let [first, second] = space.shares.map(|share| format!("{:.1}%", 100.0 * share));
        let shares = text::explained(&first, &second);
        let [first, second] = space.shares.map(|share| format!("{:.0}%", 100.0 * share));
        let rounded = text::explained_short(&first, &second);
        let neurons = architecture.sizes().get(probe.layer).copied().unwrap_or(0);
        let neurons = text::neurons(neurons);
        Title::new(
            text::hidden_title(),
            [
                format!("{layer} · {neurons} · {shares}"),
                format!("{layer} · {shares}"),
                format!("{layer} · {rounded}"),
                layer,
            ],
        )
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 6)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let layer = model.hidden_layer();
        let row = model.row_probe();
        vec![Request::new(HiddenSpaceProbe { layer, row })]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(picture) = HiddenPlot::new(pane.model, pane.area) else {
            return pane.message([text::waiting_for_values()]);
        };
        let [area, foot] = with_legend(pane.area);
        let [x, _] = picture.range;
        let below = |cells| marks_below(x, cells);
        axes(
            pane,
            area,
            &picture.left,
            MIN_LEFT,
            below,
            text::first_component(),
        );
        picture.rows(pane);
        let targets = picture.targets;
        let rows = picture.space.rows.iter().map(|row| row.0);
        let legend = Legend::new(rows, targets, "0…9");
        pane.line(foot, legend.line(pane.model, pane.theme, foot.width));
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let picture = HiddenPlot::new(model, inside)?;
        let rows = picture.space.rows.iter();
        let places = rows.filter_map(|&(row, point, _)| Some((row, picture.place(point)?)));
        nearest(places, at).filter(|_| picture.plot.contains(at))
    }
}

/// Rows with the place of everything on the screen.
struct HiddenPlot<'a> {
    model: &'a Model,
    space: &'a HiddenSpace,
    plot: Rect,
    /// Coordinates of the plot.
    canvas: Canvas,
    /// Ranges of both axes.
    range: [(f64, f64); 2],
    /// Marks on the left.
    left: Vec<Mark>,
    /// Range of a numeric target, in its own unit.
    targets: Option<(f64, f64)>,
}

impl<'a> HiddenPlot<'a> {
    /// The newest rows in a panel with this area inside its frame; none before the first.
    fn new(model: &'a Model, inside: Rect) -> Option<Self> {
        let space = model.run.answer::<HiddenSpaceProbe>()?;
        if space.rows.is_empty() || inside.height < 4 {
            return None;
        }
        let points = || space.rows.iter().map(|row| row.1).chain(space.shown);
        let limits = [0, 1].map(|axis| limits(points().map(|point| point[axis].into())));
        let widest = limits
            .map(|(from, to)| to - from)
            .into_iter()
            .fold(0.0, f64::max);
        let range = limits.map(|limits| rounded(limits, widest / FLATTEST));
        let [area, _] = with_legend(inside);
        let left = marks_left(range[1], area.height);
        let plot = plot_area(area, &left, MIN_LEFT);
        Some(Self {
            model,
            space,
            plot,
            canvas: Canvas::new(plot, range[0], range[1]),
            range,
            left,
            targets: target_range(model, space.rows.iter().map(|row| row.0)),
        })
    }

    /// Cell of a point, if it has one.
    fn place(&self, [x, y]: [f32; 2]) -> Option<Position> {
        let is_finite = x.is_finite() && y.is_finite() && !self.plot.is_empty();
        is_finite.then(|| self.canvas.anchor((x.into(), y.into())).into())
    }

    /// Draws the rows, wrong ones above the others and the shown one above all.
    fn rows(&self, pane: &mut Pane<'_>) {
        let shown = self.model.navigation.sample;
        let rows = self.space.rows.iter().filter(|(row, ..)| *row != shown);
        let rows = rows.map(|&(row, point, class)| (Kind::of(self.model, row, class), row, point));
        let mut rows: Vec<(Kind, SampleId, [f32; 2])> = rows.collect();
        rows.extend(self.space.shown.map(|point| (Kind::Shown, shown, point)));
        rows.sort_by_key(|&(kind, ..)| kind);
        for (kind, row, point) in rows {
            let (symbol, style) = self.symbol(pane.theme, kind, row);
            let cell = self.place(point).and_then(|at| pane.buf.cell_mut(at));
            if let Some(cell) = cell {
                cell.set_char(symbol).set_style(style);
            }
        }
    }

    /// Symbol and style of a row: a number's place among the targets is its colour, or its first digit of ten where
    /// there are no colours.
    fn symbol(&self, theme: Theme, kind: Kind, row: SampleId) -> (char, Style) {
        let (symbol, style) = kind.symbol(self.model, row, theme);
        let share = self.targets.zip(number(self.model, row));
        let share = share.map(|((from, to), number)| ((number - from) / (to - from)) as f32);
        match share.filter(|_| kind != Kind::Shown) {
            None => (symbol, style),
            Some(share) => match theme.heat(share) {
                Some(colour) => (symbol, Style::new().fg(colour)),
                None => (
                    char::from(b'0' + (share.clamp(0.0, 0.99) * 10.0) as u8),
                    theme.text(),
                ),
            },
        }
    }
}

/// First and last of `values`; those that are not finite are left out.
fn limits(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values = values.filter(|value| value.is_finite());
    let limits = values.fold(None, |limits, value| match limits {
        None => Some((value, value)),
        Some((from, to)) => Some((value.min(from), value.max(to))),
    });
    limits.unwrap_or((0.0, 0.0))
}

/// Range around these limits, at least so wide, with ends that change in steps.
fn rounded((from, to): (f64, f64), width: f64) -> (f64, f64) {
    let missing = (width - (to - from)).max(0.0) / 2.0;
    let (from, to) = (from - missing, to + missing);
    if from >= to || !(to - from).is_finite() {
        return (from - 1.0, from + 1.0);
    }
    let step = (to - from).log2().ceil().exp2() / PARTS;
    ((from / step).floor() * step, (to / step).ceil() * step)
}
