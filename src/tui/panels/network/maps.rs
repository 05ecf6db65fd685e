//! Neurons as maps: the activation over the plane of two quantities, or the curve over one.

use ratatui::layout::Rect;

use super::neurons::visible;
use crate::train::probes::{PlaneAnswer, PlaneProbe};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, Dash, HeatPalette, Pane, Stroke, heat_map};

/// Activation that is drawn at full brightness, unless there are larger ones in the layer.
const FULL: f32 = 1.0;
/// Brightness of an activation of zero, so that the map of a dead neuron is there.
const FAINTEST: f32 = 0.1;

/// Activations of one neuron over the plane.
pub(in crate::tui) struct Response<'a> {
    probe: &'a PlaneProbe,
    values: &'a [f32],
    /// Absolute activation that is drawn at full brightness: the largest of the layer's neurons over the plane, at least
    /// [`FULL`].
    pub scale: f32,
}

impl<'a> Response<'a> {
    /// The response of a neuron: layer, and index in the layer. None if it was not asked for.
    pub fn new(
        (probe, answer): (&'a PlaneProbe, &'a PlaneAnswer),
        (layer, neuron): (usize, usize),
    ) -> Option<Self> {
        let responses = answer.responses.get(layer)?;
        let place = probe
            .neurons
            .get(layer)?
            .iter()
            .position(|&n| n == neuron)?;
        let values = responses.row(place).to_slice()?;
        let finite = responses.iter().filter(|a| a.is_finite());
        Some(Self {
            probe,
            values,
            scale: finite.fold(FULL, |largest, a| largest.max(a.abs())),
        })
    }

    /// This response with its own largest absolute activation at full brightness.
    pub fn alone(self) -> Self {
        let finite = self.values.iter().filter(|a| a.is_finite());
        let scale = finite.fold(f32::MIN_POSITIVE, |largest, a| largest.max(a.abs()));
        Self { scale, ..self }
    }

    /// Number of quantities that vary.
    pub fn axes(&self) -> usize {
        self.probe.axes.len()
    }

    /// Activation at a place in the plane, from 0 to 1 to the right and upwards.
    fn at(&self, shares: [f64; 2]) -> f32 {
        let axes = self.probe.axes.iter().zip(shares).rev();
        let index = axes.fold(0, |index, (axis, share)| {
            let values = f64::from(axis.values);
            let place = (share * values).floor().clamp(0.0, values - 1.0);
            index * usize::from(axis.values) + place as usize
        });
        self.values.get(index).copied().unwrap_or(f32::NAN)
    }

    /// Draws the heat map, or the curve, into `area`.
    pub fn draw(&self, area: Rect, pane: &mut Pane<'_>) {
        match self.axes() {
            1 => self.curve(area, pane),
            _ => self.field(area, pane),
        }
    }

    fn field(&self, area: Rect, pane: &mut Pane<'_>) {
        let rows = 2 * area.height;
        heat_map(
            area,
            pane.buf,
            pane.theme,
            HeatPalette::Signed,
            rows,
            |x, y| {
                let right = (f64::from(x) + 0.5) / f64::from(area.width);
                let down = (f64::from(y) + 0.5) / f64::from(rows);
                visible(self.at([right, 1.0 - down]) / self.scale, FAINTEST)
            },
        );
    }

    /// Lowest and highest activation of the curve's axis: zero is always on it.
    pub fn range(&self) -> (f64, f64) {
        let scale = f64::from(self.scale);
        let is_negative = self.values.iter().any(|&a| a < 0.0);
        (if is_negative { -scale } else { 0.0 }, scale)
    }

    fn curve(&self, area: Rect, pane: &mut Pane<'_>) {
        let theme = pane.theme;
        let last = self.values.len().saturating_sub(1).max(1) as f64;
        let mut canvas = Canvas::new(area, (0.0, last), self.range());
        let axis = Stroke::new(theme.frame(), 0.0).dashed(Dash::Along(1, 1));
        canvas.line((0.0, 0.0), (last, 0.0), &axis);
        let points = self.values.iter().enumerate();
        let points: Vec<(f64, f64)> = points.map(|(i, &a)| (i as f64, a.into())).collect();
        for ends in points.windows(2) {
            canvas.line(ends[0], ends[1], &self.stroke(theme, ends[0].1));
        }
        canvas.render(pane.buf);
    }

    fn stroke(&self, theme: Theme, a: f64) -> Stroke {
        let share = visible(a as f32 / self.scale, 0.3);
        Stroke::new(theme.signed(share), 1.0)
    }
}
