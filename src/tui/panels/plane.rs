//! Axes, rows and probe that the pictures of predictions have in common.

use ratatui::layout::{Constraint, Layout, Rect};

use super::inside;
use crate::train::probes::{Along, PlaneAxis, PlaneProbe};
use crate::train::{Request, SampleId, Set};
use crate::tui::app::Model;
use crate::tui::layout::parts;
use crate::tui::text;
use crate::tui::widgets::{Mark, Title, marks_at};
use crate::util::numbers::{ticks, vertical_ticks};
use crate::util::text::{abbreviate, shorten, width};

/// Maximum number of training rows that are drawn, and of validation rows.
const MAX_ROWS: usize = 150;
/// Multiplications that a picture may take beside the training, and those while it waits.
const MAX_WORK: [u128; 2] = [2_000_000, 50_000_000];
/// Bounds of the number of its points.
const POINTS: (u128, u128) = (300, 30_000);
/// Maximum number of activations in a snapshot.
const MAX_RESPONSES: u128 = 200_000;
/// Share of the range of a quantity that a picture has beyond it on either side.
const MARGIN: f64 = 0.05;
/// Longest name of the target.
const NAME: usize = 20;
/// Longest name of a column in a title that has little room.
pub(super) const SHORT_NAME: usize = 8;
/// Fewest cells of the marks on the left of a plot.
pub(crate) const MIN_LEFT: u16 = 3;

/// Areas of a plot with its axes and of the legend below them, `inside` the frame of a panel.
pub(super) fn with_legend(inside: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inside)
}

/// Part of the plane that a panel draws.
pub(crate) struct PlaneRequest {
    /// Number of points along each axis.
    pub points: Vec<u16>,
    /// Whether the rows are wanted too.
    pub rows: bool,
    /// Neurons of each layer, inputs first, whose activations are wanted.
    pub neurons: Vec<Vec<usize>>,
}

impl PlaneRequest {
    /// Predictions with the rows, for so many points along each axis.
    pub fn predictions(points: &[u16]) -> Self {
        Self {
            points: points.to_vec(),
            rows: true,
            neurons: Vec::new(),
        }
    }
}

/// Title of a picture called `name`, with its axes.
pub(super) fn title(name: &str, model: &Model) -> Title {
    let (data, plane) = (&model.run.data, &model.navigation.plane);
    let names: Vec<String> = (plane.axes.iter().map(|&along| plane.caption(along, data))).collect();
    let (others, short) = (others(model), short_others(model));
    let target = shorten(&data.target_name, NAME);
    let details = match names.as_slice() {
        [x, y] => {
            let names = abbreviate(&[y.clone(), x.clone()], SHORT_NAME);
            vec![
                text::plane_of(y, x, &others),
                text::plane_of(y, x, &short),
                text::plane_of(&names[0], &names[1], &short),
                text::plane_of(y, x, ""),
            ]
        }
        [x] => {
            let details = [&*others, &short, ""].map(|others| text::plane_of(&target, x, others));
            details.to_vec()
        }
        _ => Vec::new(),
    };
    Title::new(
        name.to_owned(),
        details.into_iter().filter(|text| !text.is_empty()),
    )
}

/// Values of all other inputs, as a part of a title; empty if there are none.
pub(super) fn others(model: &Model) -> String {
    let plane = &model.navigation.plane;
    if plane.is_everything {
        String::new()
    } else if plane.at_means {
        text::others_at_means().to_owned()
    } else {
        text::others_of_row(model.navigation.sample.index + 1)
    }
}

/// [`others`] in few cells.
pub(super) fn short_others(model: &Model) -> String {
    let plane = &model.navigation.plane;
    if plane.is_everything {
        String::new()
    } else if plane.at_means {
        text::others_short_at_means().to_owned()
    } else {
        text::others_short_of_row(model.navigation.sample.index + 1)
    }
}

/// Asks for the plane, as fine as the finest of the panels on the screen draws it, with all that they draw of it.
pub(crate) fn request(model: &Model) -> Option<Request> {
    let (width, height) = model.navigation.size;
    let plane = &model.navigation.plane;
    let panels = parts(Rect::new(0, 0, width, height), model).panels;
    let wanted = panels.into_iter().filter_map(|(id, area)| {
        let (area, has_room) = inside(id, area);
        let wanted = has_room.then(|| id.panel().plane(model, area))??;
        (wanted.points.len() == plane.axes.len()).then_some(wanted)
    });
    let all = wanted.reduce(|mut all, other| {
        let points = all.points.iter_mut().zip(other.points);
        points.for_each(|(most, points)| *most = points.max(*most));
        all.rows |= other.rows;
        let layers = all.neurons.len().max(other.neurons.len());
        all.neurons.resize(layers, Vec::new());
        for (neurons, others) in all.neurons.iter_mut().zip(other.neurons) {
            neurons.extend(others);
            neurons.sort_unstable();
            neurons.dedup();
        }
        all
    })?;
    let rows = [Set::Training, Set::Validation].map(|set| {
        let rows = SampleId { set, index: 0 }.samples(&model.run.data).rows();
        let every = rows.div_ceil(MAX_ROWS).max(1);
        let rows = (0..rows as u32).step_by(every);
        if all.rows { rows.collect() } else { Vec::new() }
    });
    Some(Request::new(PlaneProbe {
        row: (!plane.at_means).then(|| model.row_probe()),
        axes: axes(model, &all),
        components: plane.components.clone(),
        neurons: all.neurons,
        rows,
    }))
}

/// Axes with the points that are wanted, or fewer if they would take too long.
fn axes(model: &Model, wanted: &PlaneRequest) -> Vec<PlaneAxis> {
    let all: usize = wanted
        .points
        .iter()
        .map(|&points| usize::from(points))
        .product();
    let network = &model.run.architecture;
    let neurons: usize = network.sizes().iter().sum();
    let work = network.parameter_count() + 16 * neurons as u128;
    let responses: usize = wanted.neurons.iter().map(Vec::len).sum();
    let max_work = MAX_WORK[usize::from(!model.run.is_training())];
    let most = (max_work / work.max(1))
        .clamp(POINTS.0, POINTS.1)
        .min((MAX_RESPONSES / responses.max(1) as u128).max(POINTS.0));
    // The same number of cells in both directions for each point.
    let shrink = (all as f64 / most as f64)
        .max(1.0)
        .powf(1.0 / wanted.points.len() as f64);
    let axes = model.navigation.plane.axes.iter().zip(&wanted.points);
    let axes = axes.map(|(&along, &points)| {
        let (from, to) = range(model, along);
        PlaneAxis {
            along,
            range: [from as f32, to as f32].map(Into::into),
            values: ((f64::from(points) / shrink) as u16).max(2),
        }
    });
    axes.collect()
}

/// Range of a quantity in a picture: that of the training rows and of the shown row, with a margin.
fn range(model: &Model, along: Along) -> (f64, f64) {
    let (mut from, mut to) = model.navigation.plane.range(along, &model.run.data);
    if let Some(shown) = model.value_along(along) {
        (from, to) = (from.min(shown), to.max(shown));
    }
    let margin = match to - from {
        length if length > 0.0 => MARGIN * length,
        _ => 0.5 * from.abs().max(1.0),
    };
    (from - margin, to + margin)
}

/// Range of the values of `axis`.
pub(super) fn range_of(axis: &PlaneAxis) -> (f64, f64) {
    let [from, to] = axis.range.map(|bits| f64::from(f32::from(bits)));
    (from, to)
}

/// Marks of a vertical axis of a plot in `rows` rows, two of which the horizontal axis takes.
pub(crate) fn marks_left(range: (f64, f64), rows: u16) -> Vec<Mark> {
    let values = vertical_ticks(range.0, range.1, rows.saturating_sub(2));
    marks_at(range, &values)
}

/// Marks at round numbers of an axis, at most `max`.
fn marks(range: (f64, f64), max: usize) -> Vec<Mark> {
    marks_at(range, &ticks(range.0, range.1, max))
}

/// Marks of a horizontal axis of `cells` cells.
pub(super) fn marks_below(range: (f64, f64), cells: u16) -> Vec<Mark> {
    let widest = marks(range, 3).iter().map(|(_, label)| width(label)).max();
    marks(range, usize::from(cells) / (widest.unwrap_or(1) + 6))
}

/// Value of a quantity in a row, with the changed inputs of the shown one.
pub(super) fn value(model: &Model, sample: SampleId, along: Along) -> Option<f64> {
    if sample == model.navigation.sample {
        model.value_along(along)
    } else {
        model.navigation.plane.value(along, sample, &model.run.data)
    }
}
