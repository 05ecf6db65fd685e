//! The fitted curve: predictions over one column, with the rows.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Panel;
use super::plane::{
    MIN_LEFT, PlaneRequest, marks_below, marks_left, range_of, title, value, with_legend,
};
use super::row_marks::{nearest, number, target_range};
use crate::train::probes::{Along, PlaneAnswer, PlanePoint, PlaneProbe};
use crate::train::{SampleId, Set};
use crate::tui::app::{Model, Msg};
use crate::tui::text;
use crate::tui::widgets::{Canvas, Mark, Pane, Stroke, Title, axes, plot_area};
use crate::util::text::{shorten, width};

/// Share of the range of the targets that the plot has beyond it on either side.
const MARGIN: f64 = 0.1;

/// Prediction over one column, in the target's unit; of classes the probability of the predicted one.
pub(crate) struct FitPanel;

impl Panel for FitPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        title(text::fit_title(), pane.model)
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 6)
    }

    fn plane(&self, _model: &Model, inside: Rect) -> Option<PlaneRequest> {
        Some(PlaneRequest::predictions(&[2 * inside.width]))
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(fit) = Fit::new(pane.model, pane.area) else {
            return pane.message([text::waiting_for_values()]);
        };
        let [area, legend] = with_legend(pane.area);
        let (left, [x, _]) = (fit.left(pane.area), fit.range);
        axes(
            pane,
            area,
            &left,
            MIN_LEFT,
            |cells| marks_below(x, cells),
            &fit.caption,
        );
        let theme = pane.theme;
        let mut canvas = Canvas::new(fit.plot, fit.range[0], fit.range[1]);
        for (sample, _) in &fit.answer.rows {
            if let Some(at) = fit.place(*sample) {
                let style = match sample.set {
                    Set::Training => theme.train(),
                    Set::Validation => theme.validation(),
                };
                canvas.dot(at, &Stroke::new(style, 1.0));
            }
        }
        let points: Vec<(f64, f64)> = fit.curve().collect();
        let classes = fit.classes();
        for (place, ends) in points.windows(2).enumerate() {
            let style = classes.map_or(theme.strong(), |points| {
                theme.class(points[place].class.into())
            });
            canvas.line(ends[0], ends[1], &Stroke::new(style, 2.0));
        }
        canvas.render(pane.buf);
        fit.class_names(pane);
        if let Some(at) = fit.place(pane.model.navigation.sample)
            && let Some(cell) = pane.buf.cell_mut(canvas.anchor(at))
        {
            cell.set_char('◎').set_style(theme.strong());
        }
        let marks = [
            ("━", text::mark_prediction(), theme.strong()),
            ("•", text::mark_training(), theme.train()),
            ("•", text::mark_validation(), theme.validation()),
            ("◎", text::mark_shown(), theme.strong()),
        ];
        let line = |count: usize, gap: &str| {
            let shown = marks[..count].iter().enumerate();
            Line::from_iter(shown.flat_map(|(i, (mark, name, style))| {
                let gap = if i > 0 { gap } else { "" };
                [
                    Span::styled(format!("{gap}{mark}"), *style),
                    Span::styled(format!(" {name}"), theme.dim()),
                ]
            }))
        };
        // Where room is short, gaps are closed, then the last marks go.
        let lines = (1..=marks.len()).rev();
        let mut lines = lines.flat_map(|count| [line(count, "  "), line(count, " ")]);
        let line = lines.find(|line| line.width() <= legend.width.into());
        pane.line(legend, line.unwrap_or_default());
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let fit = Fit::new(model, inside).filter(|fit| fit.plot.contains(at))?;
        let canvas = Canvas::new(fit.plot, fit.range[0], fit.range[1]);
        let rows = fit.answer.rows.iter();
        let places =
            rows.filter_map(|(row, _)| Some((*row, canvas.anchor(fit.place(*row)?).into())));
        nearest(places, at)
    }
}

/// Predictions with the place of everything on the screen.
struct Fit<'a> {
    model: &'a Model,
    answer: &'a PlaneAnswer,
    along: Along,
    plot: Rect,
    range: [(f64, f64); 2],
    caption: String,
}

impl<'a> Fit<'a> {
    /// The newest predictions in a panel with this area inside its frame; none before the first.
    fn new(model: &'a Model, inside: Rect) -> Option<Self> {
        let (probe, answer) = model.run.probed::<PlaneProbe>()?;
        let [x] = probe.axes.as_slice() else {
            return None;
        };
        if answer.points.len() < 2 || inside.height < 4 {
            return None;
        }
        let mut fit = Self {
            model,
            answer,
            along: x.along,
            plot: inside,
            range: [range_of(x), (0.0, 1.0)],
            caption: model.navigation.plane.caption(x.along, &model.run.data),
        };
        fit.range[1] = fit.vertical_range();
        let [area, _] = with_legend(inside);
        fit.plot = plot_area(area, &fit.left(inside), MIN_LEFT);
        Some(fit)
    }

    fn left(&self, inside: Rect) -> Vec<Mark> {
        marks_left(self.range[1], inside.height - 1)
    }

    /// Range of the targets with a margin; of probabilities from 0 to 1.
    fn vertical_range(&self) -> (f64, f64) {
        let rows = self.answer.rows.iter().map(|row| row.0);
        let Some((from, to)) = target_range(self.model, rows) else {
            return (0.0, 1.05);
        };
        let margin = MARGIN * (to - from);
        (from - margin, to + margin)
    }

    /// Height of a prediction.
    fn height(&self, point: PlanePoint) -> f64 {
        match self.model.run.data.task.scale() {
            Some(scale) => scale.value(point.output),
            None => point.output.into(),
        }
    }

    /// The predictions, where they are classes.
    fn classes(&self) -> Option<&[PlanePoint]> {
        let is_number = self.model.run.is_regression();
        (!is_number).then_some(self.answer.points.as_slice())
    }

    /// Writes the names of predicted classes below the parts of the curve that are theirs.
    fn class_names(&self, pane: &mut Pane<'_>) {
        let names = self.model.run.data.class_names();
        let points = self.answer.points.len();
        let column =
            |place: usize| self.plot.x + (place * usize::from(self.plot.width) / points) as u16;
        let mut start = 0;
        let parts = self.classes().unwrap_or_default();
        for part in parts.chunk_by(|a, b| a.class == b.class) {
            let (from, to) = (column(start), column(start + part.len()));
            start += part.len();
            let class = usize::from(part[0].class);
            let name = names.get(class).map_or("", String::as_str);
            let name = shorten(name, usize::from(to - from));
            let free = (to - from).saturating_sub(width(&name) as u16);
            let y = self.plot.bottom().saturating_sub(1);
            let area = Rect::new(from + free / 2, y, to - from - free / 2, 1);
            pane.left(area, &name, pane.theme.class(class));
        }
    }

    fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        let (from, to) = self.range[0];
        let last = (self.answer.points.len() - 1) as f64;
        let points = self.answer.points.iter().enumerate();
        points.map(move |(i, &point)| (from + (to - from) * i as f64 / last, self.height(point)))
    }

    /// Place of a row in the coordinates of the plot; of classes at the probability of its prediction.
    fn place(&self, sample: SampleId) -> Option<(f64, f64)> {
        let x = value(self.model, sample, self.along)?;
        if let Some(number) = number(self.model, sample) {
            return Some((x, number));
        }
        let found = self.answer.rows.iter().find(|(row, _)| *row == sample)?;
        Some((x, found.1.output.into()))
    }
}
