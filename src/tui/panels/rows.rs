//! The rows of the table, or those of them that are gone through: what stands in each, what is
//! predicted for it, and how far off that is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Panel;
use super::sample::titles;
use crate::data::{Encoding, InputColumn, Samples};
use crate::nn::Output;
use crate::train::Request;
use crate::train::probes::{OutcomeProbe, RowOutcome};
use crate::tui::app::{ClickTarget, Model, Msg};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::numbers::{loss, percent, significant};
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::{put, put_right};
use crate::tui::widgets::picture::{Picture, fitted};
use crate::tui::widgets::sparkbars::short_number;
use crate::util::text::{shorten, width};

/// Widest name of a class, and of a column.
const NAME: usize = 14;
/// Cells of a number, and least ones of a column.
const NUMBER: usize = 8;
/// Cells of a share in per cent, and of a loss.
const SHARE: usize = 7;

/// Rows of the table with their predictions; of images the shown row's picture is beside the list.
pub(crate) struct RowsPanel;

impl Panel for RowsPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        let details = titles(model).into_iter().map(|(place, class)| {
            Line::from(vec![
                Span::styled(place, theme.dim()),
                Span::styled(class, theme.text()),
            ])
        });
        Title {
            name: "Rows".into(),
            details: details.collect(),
        }
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 2)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        vec![Request::new(OutcomeProbe {
            set: model.navigation.sample.set,
            rows: model.listed_rows(),
        })]
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        draw(model, pane);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let listed = model.listed(lines(inside));
        let place = listed.start + usize::from(at.y.checked_sub(inside.y + 1)?);
        listed
            .contains(&place)
            .then_some(Msg::Pick(ClickTarget::Row(place)))
    }
}

fn draw(model: &Model, pane: &mut Pane<'_>) {
    let inner = pane.area;
    let places = Places::new(inner, model);
    if places.listed.is_empty() {
        return pane.message(&["no rows"]);
    }
    let (all, _) = model.going_through();
    pane.set_below(all - places.listed.end);
    pane.set_footnote(hints(&places, model));
    let (buf, theme) = (&mut *pane.buf, pane.theme);
    heads(&places, buf, model, theme);
    for (place, y) in places.listed.clone().zip(inner.y + 1..inner.bottom()) {
        if let Some(row) = model.row_at(place) {
            line(&places, buf, model, theme, row, y);
        }
    }
    if let (Some(picture), Some(size)) = (places.picture, model.run.data.image) {
        let samples = model.navigation.sample.samples(&model.run.data);
        let preprocessing = &model.run.data.preprocessing;
        let shown = Picture::of_row(size, samples, preprocessing, model.navigation.sample.index);
        shown.render(picture, buf, theme, Palette::Grey);
    }
}

/// Lines for rows in a panel with this inside.
fn lines(inner: Rect) -> usize {
    usize::from(inner.height.saturating_sub(1))
}

/// Where the parts of a line stand.
struct Places {
    inner: Rect,
    /// Places of the rows that are listed.
    listed: std::ops::Range<usize>,
    /// Cells of the number of a line, of the true value, of the predicted one.
    line: usize,
    actual: usize,
    predicted: usize,
    /// The columns of the table that have room: which, where, and how wide.
    columns: Vec<(usize, u16, usize)>,
    /// Where the row's picture stands, of images.
    picture: Option<Rect>,
}

impl Places {
    fn new(inner: Rect, model: &Model) -> Self {
        let data = &model.run.data;
        let samples = model.navigation.sample.samples(data);
        let listed = model.listed(lines(inner));
        let numbers = listed.clone().filter_map(|place| model.row_at(place));
        let last = numbers.map(|row| samples.line(row)).max().unwrap_or(0);
        let classes = data.class_names().iter().map(|name| width(name)).max();
        let value = classes.map_or(NUMBER, |widest| widest.min(NAME)).max(4);
        let picture = data.image.and_then(|size| picture(inner, size));
        let mut places = Self {
            inner,
            listed,
            line: last.to_string().len().max(4),
            actual: value,
            predicted: value.max(9),
            columns: Vec::new(),
            picture,
        };
        // Pixels say less one by one than as the picture they are.
        if picture.is_none() {
            places.columns = places.columns_from(model.navigation.column, model);
        }
        places
    }

    /// Where the true value starts.
    fn actual_at(&self) -> u16 {
        self.inner.x + 2 + self.line as u16 + 2
    }

    fn predicted_at(&self) -> u16 {
        self.actual_at() + self.actual as u16 + 2
    }

    /// Where the verdict stands, behind what is predicted.
    fn share_at(&self) -> u16 {
        self.predicted_at() + self.predicted as u16 + 1
    }

    fn loss_at(&self) -> u16 {
        self.share_at() + 2 + SHARE as u16 + 1
    }

    fn columns_from(&self, first: usize, model: &Model) -> Vec<(usize, u16, usize)> {
        let columns = &model.run.data.preprocessing.columns;
        let mut x = self.loss_at() + NUMBER as u16 + 2;
        let mut shown = Vec::new();
        let first = first.min(columns.len().saturating_sub(1));
        for (i, column) in columns.iter().enumerate().skip(first) {
            let cells = column_width(column);
            if usize::from(x) + cells > usize::from(self.inner.right()) {
                break;
            }
            shown.push((i, x, cells));
            x += cells as u16 + 2;
        }
        shown
    }
}

/// Where the picture of an image of `size` stands; none where it leaves the list no room.
fn picture(inner: Rect, size: (usize, usize)) -> Option<Rect> {
    let (width, height) = fitted(size, inner.width * 2 / 5, inner.height)?;
    Some(Rect {
        x: inner.right() - width,
        y: inner.y + (inner.height - height) / 2,
        width,
        height,
    })
}

fn column_width(column: &InputColumn) -> usize {
    let values = match &column.encoding {
        Encoding::Categorical { values, .. } => values.iter().map(|it| width(it)).max(),
        Encoding::Numeric { .. } | Encoding::Boolean { .. } => None,
    };
    let widest = width(&column.name).max(values.unwrap_or(NUMBER));
    widest.clamp(4, NAME)
}

fn heads(places: &Places, buf: &mut Buffer, model: &Model, theme: Theme) {
    let (y, dim) = (places.inner.y, theme.dim());
    let number = if model.run.data.image.is_some() {
        "no."
    } else {
        "line"
    };
    let end = match places.picture {
        Some(picture) => picture.x.saturating_sub(1),
        None => places.inner.right(),
    };
    let mut head = |x: u16, cells: usize, text: &str, is_right: bool| {
        let room = usize::from(end.saturating_sub(x)).min(cells);
        if is_right && room == cells {
            put_right(buf, x + cells as u16, y, cells, text, dim)
        } else {
            put(buf, x, y, room, text, dim)
        }
    };
    let is_regression = model.run.is_regression();
    head(places.inner.x + 2, places.line, number, true);
    head(places.actual_at(), places.actual, "true", is_regression);
    head(
        places.predicted_at(),
        places.predicted,
        "predicted",
        is_regression,
    );
    let off = if is_regression { "error" } else { "loss" };
    head(places.loss_at(), NUMBER, off, true);
    for &(i, x, cells) in &places.columns {
        let column = &model.run.data.preprocessing.columns[i];
        let is_number = matches!(column.encoding, Encoding::Numeric { .. });
        head(x, cells, &column.name, is_number);
    }
}

/// The line of `row`.
fn line(places: &Places, buf: &mut Buffer, model: &Model, theme: Theme, row: usize, y: u16) {
    let data = &model.run.data;
    let samples = model.navigation.sample.samples(data);
    let is_shown = row == model.navigation.sample.index;
    let (text, dim) = if is_shown {
        (theme.strong(), theme.accent())
    } else {
        (theme.text(), theme.dim())
    };
    if is_shown {
        put(buf, places.inner.x, y, 1, "▶", theme.accent());
    }
    let end = match places.picture {
        Some(picture) => picture.x.saturating_sub(1),
        None => places.inner.right(),
    };
    let mut cell = |x: u16, cells: usize, text: &str, style: Style, is_right: bool| {
        if usize::from(x) + cells <= usize::from(end) {
            if is_right {
                put_right(buf, x + cells as u16, y, cells, text, style)
            } else {
                put(buf, x, y, cells, text, style)
            }
        }
    };
    let number = samples.line(row).to_string();
    cell(places.inner.x + 2, places.line, &number, dim, true);
    for part in outcome(model, samples, row, theme, text) {
        let (x, cells) = match part.what {
            What::Actual => (places.actual_at(), places.actual),
            What::Predicted => (places.predicted_at(), places.predicted),
            What::Verdict => (places.share_at(), 1),
            What::Share => (places.share_at() + 2, SHARE),
            What::Loss => (places.loss_at(), NUMBER),
        };
        let is_right = model.run.is_regression() || matches!(part.what, What::Share | What::Loss);
        cell(x, cells, &shorten(&part.text, cells), part.style, is_right);
    }
    if places.columns.is_empty() {
        return;
    }
    let raw = samples.raw_row(row);
    for &(i, x, cells) in &places.columns {
        let encoding = &data.preprocessing.columns[i].encoding;
        let is_number = matches!(encoding, Encoding::Numeric { .. });
        let value = value(encoding, raw[i], cells);
        cell(x, cells, &value, text, is_number);
    }
}

/// A part of what is known of a row.
struct Part {
    what: What,
    text: String,
    style: Style,
}

#[derive(Clone, Copy)]
enum What {
    Actual,
    Predicted,
    Verdict,
    Share,
    Loss,
}

/// The true value of `row`, and what is predicted for it as far as that is known.
fn outcome(model: &Model, samples: &Samples, row: usize, theme: Theme, text: Style) -> Vec<Part> {
    let part = |what, text: String, style| Part { what, text, style };
    let names = model.run.data.class_names();
    let found = outcome_of(model, row);
    if let Some(actual) = samples.targets.number(row) {
        let mut parts = vec![part(What::Actual, short_number(actual, NUMBER), text)];
        let scale = model.run.data.task.scale();
        if let (Some(found), Some(scale)) = (found, scale) {
            let predicted = scale.value(found.output);
            let error = predicted - f64::from(actual);
            parts.push(part(What::Predicted, estimate(predicted), text));
            parts.push(part(What::Loss, estimate(error), theme.dim()));
        }
        return parts;
    }
    let Some(actual) = samples.targets.class(row) else {
        return Vec::new();
    };
    let name = |class: usize| names.get(class).cloned().unwrap_or_default();
    let mut parts = vec![part(What::Actual, name(actual), text)];
    if let Some(found) = found {
        let (mark, style) = if found.class == actual {
            ("✓", theme.good())
        } else {
            ("✗", theme.bad())
        };
        parts.push(part(
            What::Predicted,
            name(found.class),
            if found.class == actual { text } else { style },
        ));
        parts.push(part(What::Verdict, mark.into(), style));
        if model.run.architecture.output() != Output::Linear {
            parts.push(part(What::Share, percent(found.output.into()), theme.dim()));
        }
        parts.push(part(What::Loss, loss(found.loss).trim().to_owned(), text));
    }
    parts
}

/// A number that is known about: four digits say enough.
fn estimate(value: f64) -> String {
    let text = significant(value, 4);
    if text.chars().count() <= NUMBER {
        text
    } else {
        short_number(value as f32, NUMBER)
    }
}

/// What the newest snapshot says of `row`, if it was looked at.
fn outcome_of(model: &Model, row: usize) -> Option<RowOutcome> {
    let (probe, outcomes) = model.run.snapshot.as_ref()?.get::<OutcomeProbe>()?;
    if probe.set != model.navigation.sample.set {
        return None;
    }
    let place = probe.rows.iter().position(|&asked| asked as usize == row)?;
    outcomes.get(place).copied()
}

/// A raw value as it stands in the table, or about so.
fn value(encoding: &Encoding, raw: f32, cells: usize) -> String {
    let named = |names: &[String]| names.first().cloned().unwrap_or_default();
    match encoding {
        _ if raw.is_nan() => "?".into(),
        Encoding::Numeric { .. } => short_number(raw, cells),
        Encoding::Boolean { no, yes, .. } => named(if raw > 0.5 { yes } else { no }),
        Encoding::Categorical { values, .. } => {
            let value = values.get(raw as usize).cloned();
            shorten(&value.unwrap_or_else(|| "other".into()), cells)
        }
    }
}

/// Names the keys, and the columns of the table that are shown if those are not all.
fn hints(places: &Places, model: &Model) -> String {
    let all = model.run.data.preprocessing.columns.len();
    let mut hints = Vec::new();
    if model.navigation.enlarged {
        hints.push("enter: show in network".to_owned());
    }
    if let (Some(first), Some(last)) = (places.columns.first(), places.columns.last())
        && places.columns.len() < all
    {
        let (first, last) = (first.0 + 1, last.0 + 1);
        hints.push(format!("← → columns {first}–{last} of {all}"));
    }
    hints.join(" · ")
}
