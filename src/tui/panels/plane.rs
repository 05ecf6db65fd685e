//! Axes, rows and probe that the pictures of predictions have in common.

use ratatui::layout::Rect;

use super::{PanelId, inside};
use crate::data::{InputColumn, Prepared, Samples};
use crate::train::probes::{PlaneAxis, PlaneProbe};
use crate::train::{Request, SampleId, Set};
use crate::tui::app::Model;
use crate::tui::app::what_if::Domain;
use crate::tui::layout::parts;
use crate::tui::text;
use crate::tui::widgets::{Mark, Title};
use crate::util::numbers::{tick_labels, ticks};
use crate::util::text::{shorten, width};

/// Maximum number of training rows that are drawn, and of validation rows.
const MAX_ROWS: usize = 150;
/// Multiplications that a picture may take.
const MAX_WORK: u128 = 2_000_000;
/// Bounds of the number of its points.
const POINTS: (u128, u128) = (300, 20_000);
/// Share of the range of a column that a picture has beyond it on either side.
const MARGIN: f64 = 0.05;
/// Longest name of a column.
const NAME: usize = 20;

/// Title of a picture called `name`, with its columns.
pub(super) fn title(name: &str, model: &Model) -> Title {
    let data = &model.run.data;
    let columns = &data.preprocessing.columns;
    let name_of = |&column: &usize| columns.get(column).map_or(String::new(), caption);
    let names: Vec<String> = model.navigation.plane.columns.iter().map(name_of).collect();
    let others = if model.navigation.plane.is_everything {
        String::new()
    } else {
        text::others_of_row(model.navigation.sample.index + 1)
    };
    let target = shorten(&data.target_name, NAME);
    let details = match names.as_slice() {
        [x, y] => [text::plane_of(y, x, &others), text::plane_of(y, x, "")],
        [x] => [
            text::plane_of(&target, x, &others),
            text::plane_of(&target, x, ""),
        ],
        _ => Default::default(),
    };
    Title::new(
        name.to_owned(),
        details.into_iter().filter(|text| !text.is_empty()),
    )
}

/// Name of a column on an axis. Its numbers lack the offset.
pub(super) fn caption(column: &InputColumn) -> String {
    let name = shorten(&column.name, NAME);
    match column.offset {
        0.0 => name,
        offset => format!("{name} − {offset}"),
    }
}

/// Asks for the predictions that the panel `id` draws, at most one for each of `per_cell` parts of a cell along
/// each column.
pub(super) fn request(model: &Model, id: PanelId, per_cell: &[u16]) -> Vec<Request> {
    let (width, height) = model.navigation.size;
    let panels = parts(Rect::new(0, 0, width, height), model).panels;
    let area = panels.iter().find(|panel| panel.0 == id);
    let plane = &model.navigation.plane.columns;
    let (Some(&(_, area)), true) = (area, plane.len() == per_cell.len()) else {
        return Vec::new();
    };
    let (area, has_room) = inside(id, area);
    if !has_room {
        return Vec::new();
    }
    let wanted = [area.width, area.height].into_iter().zip(per_cell);
    let wanted: Vec<u16> = wanted.map(|(cells, per_cell)| cells * per_cell).collect();
    let all: usize = wanted.iter().map(|&values| usize::from(values)).product();
    let network = &model.run.architecture;
    let neurons: usize = network.sizes().iter().sum();
    let work = network.parameter_count() + 16 * neurons as u128;
    let most = (MAX_WORK / work.max(1)).clamp(POINTS.0, POINTS.1);
    // The same number of cells in both directions for each point.
    let shrink = (all as f64 / most as f64)
        .max(1.0)
        .powf(1.0 / wanted.len() as f64);
    let axes = plane.iter().zip(wanted).map(|(&column, wanted)| {
        let (from, to) = range(model, column);
        PlaneAxis {
            column,
            range: [from as f32, to as f32].map(Into::into),
            values: ((f64::from(wanted) / shrink) as u16).max(2),
        }
    });
    let rows = [Set::Training, Set::Validation].map(|set| {
        let rows = SampleId { set, index: 0 }.samples(&model.run.data).rows();
        let every = rows.div_ceil(MAX_ROWS).max(1);
        (0..rows as u32).step_by(every).collect()
    });
    let row = model.row_probe();
    let axes = axes.collect();
    vec![Request::new(PlaneProbe { row, axes, rows })]
}

/// Range of a column in a picture: that of the training rows and of the shown row, with a margin.
fn range(model: &Model, column: usize) -> (f64, f64) {
    let domain = model.run.columns().get(column).map(Domain::of);
    let Some(Domain::Numbers { min, max, .. }) = domain else {
        return (0.0, 1.0);
    };
    let shown = model.input(column).map(|(now, _)| f64::from(now));
    let shown = shown.filter(|value| value.is_finite());
    let (mut from, mut to) = (f64::from(min), f64::from(max));
    if let Some(shown) = shown {
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

/// Marks at round numbers of an axis, at most `max`.
pub(super) fn marks((from, to): (f64, f64), max: usize) -> Vec<Mark> {
    let values = ticks(from, to, max);
    let places = values.iter().map(|value| (value - from) / (to - from));
    places.zip(tick_labels(&values)).collect()
}

/// Marks of a horizontal axis of `cells` cells.
pub(super) fn marks_below(range: (f64, f64), cells: u16) -> Vec<Mark> {
    let widest = marks(range, 3).iter().map(|(_, label)| width(label)).max();
    marks(range, usize::from(cells) / (widest.unwrap_or(1) + 6))
}

/// Raw value of `column` in a row, if it is there.
pub(super) fn value(data: &Prepared, sample: SampleId, column: usize) -> Option<f64> {
    let samples: &Samples = sample.samples(data);
    if sample.index >= samples.rows() {
        return None;
    }
    let value = samples.raw_values(sample.index).nth(column)?;
    value.is_finite().then_some(value.into())
}
