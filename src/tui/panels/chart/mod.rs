//! Loss or accuracy over time, training and validation on one axis.
//!
//! Training is a whole line and validation a dashed one, so that they stay apart without colour.

mod crosshair;
mod labels;
mod marks;
mod plot;
pub(super) mod race;
pub(in crate::tui) mod scale;
pub(in crate::tui) mod series;

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Panel, PanelId, Pointer};
use crate::tui::app::navigation::SMOOTHING;
use crate::tui::app::{Chart, Model, Msg, PlotGesture};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, Dash, GUTTER, Pane, Stroke, Title, axes};
use crate::util::numbers::{loss, percent, r2};
use labels::Labels;
use plot::Plot;

/// Lines of the training and the validation curve in a legend.
const LINES: [&str; 2] = ["━", "╍"];
/// Cells of a score.
const VALUE: usize = 6;
/// Index of the details of the title that have these alone.
const SYMBOLS_ALONE: usize = 3;

/// A chart over time.
pub(crate) enum ChartPanel {
    /// Loss, or accuracy if switched.
    Switchable,
    Accuracy,
}

impl ChartPanel {
    fn id(&self) -> PanelId {
        match self {
            Self::Switchable => PanelId::Chart,
            Self::Accuracy => PanelId::Accuracy,
        }
    }

    fn content(&self, model: &Model) -> Chart {
        match self {
            Self::Switchable => model.navigation.chart_content(),
            Self::Accuracy => Chart::Accuracy,
        }
    }
}

impl Panel for ChartPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, theme) = (pane.model, pane.theme);
        title(model, theme, self.content(model))
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 4)
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let model = pane.model;
        let Some(plot) = Plot::new(model, self.content(model), pane.area) else {
            return pane.message(if model.run.is_training() {
                [
                    text::first_epoch_running(),
                    text::first_epoch_running_short(),
                ]
            } else {
                [text::how_to_start(), text::how_to_start_short()]
            });
        };
        let title = self.title(pane);
        let below = |width| plot.time_marks(width);
        axes(
            pane,
            pane.area,
            &plot.left,
            GUTTER,
            below,
            &plot.caption(model),
        );
        let mut canvas = Canvas::new(plot.area, plot.times, plot.scale.range());
        draw_curves(&mut canvas, pane, &plot);
        marks::overfitting_area(pane, &plot, &canvas);
        marks::grid(pane, &plot);
        marks::baseline_line(pane, &plot);
        marks::change_lines(pane, &plot, &canvas);
        canvas.render(pane.buf);
        crosshair::draw(pane, &plot, &canvas);
        let mut labels = Labels::new(plot.area, &canvas);
        marks::past(pane, &plot, &canvas, &mut labels);
        marks::change_labels(pane, &plot, &canvas, &mut labels);
        if title.detail(pane.area.width + 2) == Some(SYMBOLS_ALONE) {
            marks::legend(pane, &plot, &mut labels);
        }
        marks::best(pane, &plot, &canvas, &mut labels);
        marks::overfitting_label(pane, &plot, &canvas, &mut labels);
        marks::ghost_labels(pane, &plot, &canvas, &mut labels);
        marks::baseline_label(pane, &plot, &mut labels);
        marks::clipped_labels(pane, &plot, &canvas, &mut labels);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let plot = Plot::new(model, self.content(model), inside)?;
        let time = plot.epochs_at(model, at.x);
        Some(Msg::Plot(PlotGesture::Grab(self.id(), time)))
    }

    fn point(&self, model: &Model, inside: Rect, at: Position, does: Pointer) -> Option<Msg> {
        let plot = Plot::new(model, self.content(model), inside)?;
        let time = plot.epochs_at(model, at.x);
        Some(Msg::Plot(match does {
            Pointer::Hover => PlotGesture::Hover(plot.area.contains(at).then_some(time)),
            Pointer::Drag => PlotGesture::Drag(time),
            Pointer::Release => PlotGesture::Release(time),
            Pointer::Wheel(lines) => PlotGesture::Wheel(time, lines),
        }))
    }
}

/// Draws ghosts and curves, smoothed ones above themselves.
fn draw_curves(canvas: &mut Canvas, pane: &Pane<'_>, plot: &Plot) {
    let theme = pane.theme;
    let ghost = Stroke::new(theme.faint(theme.validation()), 0.0).dashed(Dash::Even(1, 2));
    for (points, _) in &plot.ghosts {
        series::draw(canvas, points, &plot.scale, &ghost, false);
    }
    let smoothing = pane.model.navigation.smoothing.min(SMOOTHING.len() - 1);
    let looks = [
        (theme.train(), Dash::Solid),
        (theme.validation(), Dash::Even(4, 2)),
    ];
    for (i, (points, (style, dash))) in plot.curves.iter().zip(looks).enumerate() {
        let stroke = Stroke::new(style, 3.0 + i as f32).dashed(dash);
        if smoothing > 0 {
            let faint = Stroke::new(theme.faint(style), 1.0);
            series::draw(canvas, points, &plot.scale, &faint, true);
            let points = series::smoothed(points, SMOOTHING[smoothing]);
            series::draw(canvas, &points, &plot.scale, &stroke, false);
        } else {
            series::draw(canvas, points, &plot.scale, &stroke, true);
        }
    }
}

fn title(model: &Model, theme: Theme, content: Chart) -> Title {
    let (name, (train, validation), show): (_, _, fn(f64) -> String) = match content {
        Chart::Loss => (text::loss_title(), model.run.losses(), loss),
        Chart::Accuracy if model.run.is_regression() => ("R²", model.run.scores(), r2),
        Chart::Accuracy => (text::accuracy_title(), model.run.scores(), percent),
    };
    let is_log = content == Chart::Loss && model.navigation.plot.is_log();
    let log = if is_log { text::logarithmic() } else { "" };
    let smooth = ["", text::smooth(), text::smoother()][model.navigation.smoothing.min(2)];
    let has_validation = !model.run.data.validation.is_empty();
    // Values of any length take the same cells.
    let cells = usize::from(content == Chart::Loss) + VALUE;
    let legend = |names: [&str; 2], gap: &str| {
        let named = |name: &str, value| format!("{name}{:<cells$}", show(value).trim());
        let mut legend = Line::from(Span::styled(named(names[0], train), theme.train()));
        if has_validation {
            let text = format!("{gap}{}", named(names[1], validation));
            legend += Span::styled(text, theme.validation());
        }
        legend
    };
    let [solid, dashed] = LINES;
    let (train, validation) = (text::train(), text::label_validation());
    let details = [
        legend([text::legend_train(), text::legend_validation()], "  "),
        legend(
            [
                &format!("{solid}{train} "),
                &format!("{dashed}{validation} "),
            ],
            " ",
        ),
        legend([solid, text::legend_validation_short()], ""),
        // The words are in the plot then.
        legend(LINES, " "),
    ];
    let zoom = if model.navigation.plot.zoom.is_some() {
        text::zoomed()
    } else {
        ""
    };
    // What the curves are matters more than how they are drawn.
    let title = Title::new(format!("{name}{log}{smooth}{zoom}"), details).or_short(name);
    match content {
        Chart::Accuracy if !model.run.is_regression() => {
            title.or_short(text::accuracy_title_short())
        }
        _ => title,
    }
}
