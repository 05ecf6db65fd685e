//! Gradient of the shown image's loss over its pixels, beside the image.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use crate::train::Request;
use crate::train::probes::InputGradientProbe;
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title, fitted};
use crate::util::numbers::significant;

/// Cells between the two pictures.
const GAP: u16 = 2;

/// Gradient of the loss over the pixels of the shown image.
pub(crate) struct SaliencyPanel;

impl Panel for SaliencyPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let row = text::values_for_row_short(model.navigation.sample.index + 1);
        let gradient = model.run.answer::<InputGradientProbe>();
        let details = match gradient.and_then(|gradient| largest(gradient)) {
            Some(largest) => vec![format!("{row} · ±{}", significant(largest, 2)), row],
            None => vec![row],
        };
        Title::new(text::saliency_title(), details)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let row = model.row_probe();
        let probe = model.run.data.image.map(|_| InputGradientProbe { row });
        probe.into_iter().map(Request::new).collect()
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let Some(size) = model.run.data.image else {
            return pane.message([text::errors_of_images()]);
        };
        let Some((probe, gradient)) = model.run.probed::<InputGradientProbe>() else {
            return pane.message([text::waiting_for_values()]);
        };
        let rows = pane.area.height.saturating_sub(1);
        let half = pane.area.width.saturating_sub(GAP) / 2;
        // Side by side, or the gradient alone where two would be too small.
        let both = fitted(size, half, rows);
        let Some((width, height)) = both.or(fitted(size, pane.area.width, rows)) else {
            return pane.message([text::no_room_for_picture()]);
        };
        let pictures = if both.is_some() {
            2 * width + GAP
        } else {
            width
        };
        let x = pane.area.x + pane.area.width.saturating_sub(pictures) / 2;
        let mut area = Rect::new(x, pane.area.y, width, height);
        let sample = probe.row.sample;
        if let (Some(_), Some(samples)) = (both, model.run.samples_with(sample)) {
            let picture =
                Picture::of_row(size, samples, &model.run.data.preprocessing, sample.index);
            picture.render(area, pane.buf, theme, HeatPalette::Grey);
            area.x += width + GAP;
        }
        let scale = largest(gradient).unwrap_or(0.0).max(f64::MIN_POSITIVE);
        let pixels = model.run.columns().iter().zip(gradient);
        let pixels = pixels.map(|(column, slope)| (column.column, (slope / scale) as f32));
        Picture::new(size, pixels).render(area, pane.buf, theme, HeatPalette::Signed);
        let [raises, lowers] = [(1.0, "■", "█"), (-1.0, "■", "≡")].map(|(sign, colour, plain)| {
            let mark = if theme.has_coloured_symbols() {
                colour
            } else {
                plain
            };
            Span::styled(mark, theme.signed(sign))
        });
        let words =
            [text::raises_loss(), text::lowers_loss()].map(|word| Span::styled(word, theme.dim()));
        let [first, second] = words;
        let legend = Line::from_iter([raises, first, lowers, second]);
        let foot = Rect::new(pane.area.x, pane.area.bottom() - 1, pane.area.width, 1);
        pane.line(foot, legend);
    }
}

/// Largest absolute number; none without a finite one.
fn largest(gradient: &[f64]) -> Option<f64> {
    let sizes = gradient.iter().map(|slope| slope.abs());
    sizes.filter(|size| size.is_finite()).reduce(f64::max)
}
