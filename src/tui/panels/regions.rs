//! Decision regions: the predictions over the plane of two columns, with the rows.

use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Style};

use super::Panel;
use super::field::{self, Contour, Field, heat_or_contour, is_on_contour};
use super::plane::{
    MIN_LEFT, PlaneRequest, marks_below, marks_left, range_of, title, value, with_legend,
};
use super::race_table::{LaneLook, lane_style};
use super::row_marks::{Kind, Legend, UNSURE, letter, nearest, target_range};
use crate::train::probes::{ImportanceProbe, PlaneAnswer, PlanePoint, PlaneProbe};
use crate::train::{Request, SampleId};
use crate::tui::app::{Model, Msg, Run};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Mark, Pane, Title, axes, plot_area, shade};
use crate::util::numbers::{tick_labels, ticks};

/// Certainty of a class from which on its letter is shown.
const CLEAR: f32 = 0.5;
/// Number of contour lines.
const CONTOURS: usize = 8;

/// Predictions over the plane of two columns: the colour is the class, its brightness the probability; or a heat
/// map with contour lines of a number.
pub(crate) struct RegionsPanel;

impl Panel for RegionsPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        title(text::regions_title(), pane.model)
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 6)
    }

    /// The importance of the columns chooses those of the plane.
    fn probes(&self, model: &Model) -> Vec<Request> {
        let is_everything = model.navigation.plane.is_everything;
        let probe = (!is_everything && model.run.data.image.is_none()).then_some(ImportanceProbe);
        probe.map(Request::new).into_iter().collect()
    }

    fn plane(&self, _model: &Model, inside: Rect) -> Option<PlaneRequest> {
        Some(PlaneRequest::predictions(&[
            inside.width,
            2 * inside.height,
        ]))
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        if pane.model.navigation.plane.axes.is_empty() {
            return pane.message([text::no_numeric_column()]);
        }
        draw(pane, pane.area, &pane.model.run);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let picture = RegionPlot::new(model, &model.run, inside);
        let picture = picture.filter(|picture| picture.plot.contains(at))?;
        let rows = picture.answer.rows.iter();
        let places = rows.filter_map(|(row, _)| Some((*row, picture.place(*row)?)));
        nearest(places, at)
    }
}

/// Predictions of the chosen run of a race over the plane, beside those of another one.
pub(crate) struct RaceRegions;

impl Panel for RaceRegions {
    fn title(&self, pane: &Pane<'_>) -> Title {
        title(text::regions_title(), pane.model)
    }

    fn min_size(&self) -> (u16, u16) {
        (24, 8)
    }

    fn plane(&self, _model: &Model, inside: Rect) -> Option<PlaneRequest> {
        Some(PlaneRequest::predictions(&[
            inside.width / 2,
            2 * inside.height,
        ]))
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let Some(race) = &model.race else {
            return pane.message([text::no_race()]);
        };
        let labels = model.lane_labels();
        let pair = [race.beside, race.chosen];
        let columns = [Constraint::Fill(1), Constraint::Fill(1)];
        let halves: [Rect; 2] = Layout::horizontal(columns).spacing(1).areas(pane.area);
        for (index, half) in pair.into_iter().zip(halves) {
            let [head, below] =
                Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(half);
            let label = labels.get(index).map_or("", String::as_str);
            let head_text = format!("{} {label}", LaneLook::of(index).symbol);
            pane.left(head, &head_text, lane_style(index, theme));
            match model.lane(index) {
                Some(run) => draw(pane, below, run),
                None => pane.message_in(below, [text::lane_starts()]),
            }
        }
    }
}

/// Draws the predictions of `run` into `inside`, with axes and a legend.
fn draw(pane: &mut Pane<'_>, inside: Rect, run: &Run) {
    let Some(picture) = RegionPlot::new(pane.model, run, inside) else {
        return pane.message_in(inside, [text::waiting_for_values()]);
    };
    let [area, foot] = with_legend(inside);
    axes(
        pane,
        area,
        &picture.left,
        MIN_LEFT,
        |cells| marks_below(picture.range[0], cells),
        &picture.caption,
    );
    field::draw(pane, picture.plot, &picture);
    // With another seed there are other rows.
    if run.plan.seed == pane.model.run.plan.seed {
        picture.rows(pane);
    }
    let lines = picture.lines();
    field::contour_values(pane, picture.plot, &lines, |column, row| {
        picture.level(picture.pixel(column, row).output)
    });
    let rows = picture.answer.rows.iter().map(|row| row.0);
    let contours = picture
        .levels
        .first_chunk()
        .map(|[first, second]| second - first);
    let legend = Legend::new(rows, picture.targets, "░▒▓█").of_field(contours);
    pane.line(foot, legend.line(pane.model, pane.theme, foot.width));
}

/// Predictions with the place of everything on the screen.
struct RegionPlot<'a> {
    model: &'a Model,
    run: &'a Run,
    probe: &'a PlaneProbe,
    answer: &'a PlaneAnswer,
    plot: Rect,
    /// Ranges of both axes.
    range: [(f64, f64); 2],
    /// Marks on the left.
    left: Vec<Mark>,
    caption: String,
    /// Range of a numeric target, in its own unit.
    targets: Option<(f64, f64)>,
    /// Edges of the levels between contour lines.
    levels: Vec<f64>,
}

impl<'a> RegionPlot<'a> {
    /// The newest predictions of `run` in a panel with this area inside its frame; none before the first.
    fn new(model: &'a Model, run: &'a Run, inside: Rect) -> Option<Self> {
        let (probe, answer) = run.probed::<PlaneProbe>()?;
        let [x, y] = probe.axes.as_slice() else {
            return None;
        };
        if answer.points.is_empty() || inside.height < 4 {
            return None;
        }
        let range = [range_of(x), range_of(y)];
        let [area, _] = with_legend(inside);
        let left = marks_left(range[1], area.height);
        let plot = plot_area(area, &left, MIN_LEFT);
        let caption = model.navigation.plane.caption(x.along, &model.run.data);
        let targets = target_range(model, answer.rows.iter().map(|row| row.0));
        let levels = targets.map_or(Vec::new(), |(from, to)| ticks(from, to, CONTOURS));
        Some(Self {
            model,
            run,
            probe,
            answer,
            plot,
            range,
            left,
            caption,
            targets,
            levels,
        })
    }

    /// Point of the grid nearest to a place in the plot, from 0 to 1 to the right and upwards.
    fn point(&self, right: f64, up: f64) -> PlanePoint {
        let index = |share: f64, values: u16| {
            let last = f64::from(values) - 1.0;
            (share * f64::from(values)).floor().clamp(0.0, last) as usize
        };
        let [x, y] = [0, 1].map(|axis| self.probe.axes[axis].values);
        let index = index(up, y) * usize::from(x) + index(right, x);
        let nothing = PlanePoint {
            class: 0,
            output: f32::NAN,
        };
        *self.answer.points.get(index).unwrap_or(&nothing)
    }

    /// Point at the middle of a half cell of the plot.
    fn pixel(&self, column: i32, half_row: i32) -> PlanePoint {
        let right = (f64::from(column) + 0.5) / f64::from(self.plot.width);
        let down = (f64::from(half_row) + 0.5) / (2.0 * f64::from(self.plot.height));
        self.point(right, 1.0 - down)
    }

    /// Place of a numeric prediction in the range of the targets, from 0 to 1.
    fn share(&self, output: f32) -> f32 {
        let Some((from, to)) = self.targets else {
            return f32::NAN;
        };
        let scale = self.run.data.task.scale();
        let number = scale.map_or(f64::NAN, |scale| scale.value(output));
        ((number - from) / (to - from)).clamp(0.0, 1.0) as f32
    }

    /// Number of the level between contour lines that a prediction lies in.
    fn level(&self, output: f32) -> usize {
        let scale = self.run.data.task.scale();
        let number = scale.map_or(f64::NAN, |scale| scale.value(output));
        self.levels.iter().filter(|&&edge| edge <= number).count()
    }

    /// The contour lines with their numbers, in the unit of the target.
    fn lines(&self) -> Vec<Contour> {
        let Some((from, to)) = self.targets else {
            return Vec::new();
        };
        let texts = tick_labels(&self.levels);
        let lines = self.levels.iter().zip(texts).map(|(level, text)| Contour {
            text,
            share: ((level - from) / (to - from)) as f32,
        });
        lines.collect()
    }

    /// How certain a class is, from 0 for a guess to 1.
    fn certainty(&self, point: PlanePoint) -> f32 {
        let guess = 1.0 / self.run.data.output_names.len().max(2) as f32;
        ((point.output - guess) / (1.0 - guess)).clamp(0.0, 1.0)
    }

    /// Cell of a row on the screen, if it is within the plot.
    fn place(&self, sample: SampleId) -> Option<Position> {
        let share = |axis: usize| {
            let (from, to) = self.range[axis];
            let value = value(self.model, sample, self.probe.axes[axis].along)?;
            let share = (value - from) / (to - from);
            (0.0..=1.0).contains(&share).then_some(share)
        };
        let cell = |share: f64, cells: u16| ((share * f64::from(cells)) as u16).min(cells - 1);
        let (right, up) = (share(0)?, share(1)?);
        Some(Position::new(
            self.plot.x + cell(right, self.plot.width),
            self.plot.y + cell(1.0 - up, self.plot.height),
        ))
    }

    /// Draws the rows: training rows first, then validation rows, wrong ones, and the shown one.
    fn rows(&self, pane: &mut Pane<'_>) {
        let shown = self.model.navigation.sample;
        let rows = self.answer.rows.iter().filter(|(row, _)| *row != shown);
        let rows = rows.map(|(row, outcome)| (Kind::of(self.model, *row, outcome.class), *row));
        let mut rows: Vec<(Kind, SampleId)> = rows.collect();
        rows.push((Kind::Shown, shown));
        rows.sort_by_key(|&(kind, _)| kind);
        for (kind, row) in rows {
            if let Some(at) = self.place(row) {
                self.mark(pane, row, kind, at);
            }
        }
    }

    fn mark(&self, pane: &mut Pane<'_>, row: SampleId, kind: Kind, at: Position) {
        let theme = pane.theme;
        let (column, line) = (i32::from(at.x - self.plot.x), i32::from(at.y - self.plot.y));
        let (symbol, style) = kind.symbol(self.model, row, theme);
        let colour = self.colour(theme, column, 2 * line);
        if let Some(cell) = pane.buf.cell_mut(at) {
            cell.set_char(symbol).set_style(style);
            if let Some(colour) = colour.filter(|_| !theme.is_ascii()) {
                cell.set_bg(colour);
            }
        }
    }
}

impl Field for RegionPlot<'_> {
    fn colour(&self, theme: Theme, column: i32, half_row: i32) -> Option<Color> {
        if self.targets.is_none() {
            let point = self.pixel(column, half_row);
            return theme.class_shade(point.class.into(), 0.12 + 0.45 * self.certainty(point));
        }
        let output = |column, half_row| self.pixel(column, half_row).output;
        let is_contour = is_on_contour(self.plot, (column, half_row), |column, half_row| {
            self.level(output(column, half_row))
        });
        heat_or_contour(theme, self.share(output(column, half_row)), is_contour)
    }

    fn symbol(&self, theme: Theme, column: i32, row: i32) -> (char, Style) {
        let point = self.pixel(column, 2 * row);
        if self.targets.is_some() {
            return (shade(self.share(point.output)), theme.text());
        }
        let class = usize::from(point.class);
        if theme.has_coloured_symbols() {
            let certainty = self.certainty(point).clamp(0.2, 0.5);
            return (shade(certainty), theme.class(class));
        }
        if self.certainty(point) < CLEAR {
            return (UNSURE, theme.dim());
        }
        (letter(class), theme.dim())
    }
}
