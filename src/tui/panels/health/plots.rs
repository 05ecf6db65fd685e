//! Plots of the sizes and of the update ratio of a layer, on axes that all layers share.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::train::LayerHealth;
use crate::train::probes::Health;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, bar, bars};

/// Decades below 1 that the axis of update ratios spans.
const RATIO_DECADES: f64 = 6.0;
/// Logarithms of the usual update ratios.
const USUAL_RATIO: (f64, f64) = (-4.0, -2.0);
/// Smallest number of decades on the axis of sizes.
const MIN_DECADES: f64 = 3.0;
/// Maximum number of decades, so that an underflow leaves the others their bars.
const MAX_DECADES: f64 = 12.0;

/// Logarithmic axis: its ends as powers of ten.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Axis {
    pub(super) const RATIOS: Self = Self {
        low: -RATIO_DECADES,
        high: 0.0,
    };

    /// Axis of the weights and gradients of all layers, in whole decades.
    pub(super) fn of_sizes(health: &Health) -> Self {
        let layers = health.layers.iter();
        let logs = layers.flat_map(|layer| [layer.weights.log10(), layer.gradients.log10()]);
        let finite = logs.filter(|log| log.is_finite());
        let ends = finite.fold(None, |ends: Option<(f64, f64)>, log| {
            let (low, high) = ends.unwrap_or((log, log));
            Some((low.min(log), high.max(log)))
        });
        let (low, high) = ends.unwrap_or((-MIN_DECADES, 0.0));
        let high = high.ceil();
        // Even the smallest has a bar.
        let low = (low - 0.1).floor().min(high - MIN_DECADES);
        Self {
            low: low.max(high - MAX_DECADES),
            high,
        }
    }

    /// Place of a logarithm from 0 to 1; NaN stays NaN.
    pub(super) fn share(self, log: f64) -> f64 {
        ((log - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// Style of the logarithm of an update ratio.
pub(super) fn ratio_style(log: f64, theme: Theme) -> Style {
    if (USUAL_RATIO.0..=USUAL_RATIO.1).contains(&log) {
        theme.good()
    } else {
        theme.warning()
    }
}

/// Bar of the gradient, with a mark at the size of the weights.
pub(super) fn size_plot(pane: &mut Pane<'_>, area: Rect, health: &LayerHealth, axis: Axis) {
    let theme = pane.theme;
    let gradients = bar(axis.share(health.gradients.log10()), area.width.into());
    pane.left(area, &gradients, theme.train());
    let weights = axis.share(health.weights.log10());
    mark(pane, area, weights, Span::styled("○", theme.validation()));
}

/// Point of the update ratio on its axis, whose usual part is a line.
pub(super) fn ratio_plot(pane: &mut Pane<'_>, area: Rect, health: &LayerHealth) {
    let theme = pane.theme;
    let axis = Axis::RATIOS;
    let column = |log: f64| (axis.share(log) * f64::from(area.width - 1)).round() as usize;
    let (from, to) = (column(USUAL_RATIO.0), column(USUAL_RATIO.1));
    let line = (0..usize::from(area.width)).map(|x| match x {
        x if (from..=to).contains(&x) => Span::styled("━", theme.dim()),
        _ => Span::styled("·", theme.frame()),
    });
    pane.line(area, Line::from_iter(line));
    let log = health.log_update_ratio();
    let symbol = match log {
        log if log < axis.low => "◂",
        log if log > axis.high => "▸",
        _ => "●",
    };
    mark(
        pane,
        area,
        axis.share(log),
        Span::styled(symbol, ratio_style(log, theme)),
    );
}

/// Draws `symbol` at a place of `area` from 0 to 1; nowhere for NaN.
fn mark(pane: &mut Pane<'_>, area: Rect, share: f64, symbol: Span<'_>) {
    if !share.is_nan() && area.width > 0 {
        let x = area.x + (share * f64::from(area.width - 1)).round() as u16;
        pane.line(
            Rect {
                x,
                width: 1,
                ..area
            },
            symbol,
        );
    }
}

/// Draws values from 0 to 1 over time, oldest on the left.
pub(super) fn sparkline(pane: &mut Pane<'_>, area: Rect, shares: &[f64]) {
    let cells = usize::from(area.width);
    let Some(last) = shares.len().checked_sub(1) else {
        return;
    };
    let at = |cell: usize| shares[cell * last / cells.saturating_sub(1).max(1)];
    let shown = (0..cells).map(|cell| {
        let share = at(cell);
        if share.is_nan() { 0.0 } else { share }
    });
    let style = pane.theme.dim();
    for (line, row) in bars(shown, area.height.into()).iter().zip(area.rows()) {
        pane.line(row, Span::styled(line.as_str(), style));
    }
}
