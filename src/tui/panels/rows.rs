//! Rows of the data, or the selected ones: values, prediction and loss of each.

use std::ops::Range;

use ratatui::layout::{Constraint, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Row, Table, Widget};

use super::Panel;
use super::sample::titles;
use crate::data::{Encoding, InputColumn, Samples};
use crate::nn::Output;
use crate::train::Request;
use crate::train::probes::{OutcomeProbe, RowOutcome};
use crate::tui::app::{ClickTarget, Model, Msg};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::picture::{Picture, fitted};
use crate::tui::widgets::sparkbars::short_number;
use crate::tui::widgets::table::fitting;
use crate::util::numbers::{loss, percent, significant};
use crate::util::text::{shorten, width};

/// Widest name of a class or column.
const NAME: usize = 14;
/// Width of a number, and least width of a column.
const NUMBER: usize = 8;
/// Width of a probability.
const SHARE: usize = 6;
/// Cells between two columns.
const GAP: usize = 2;

/// List of the rows with their predictions; of images the shown row's picture is beside it.
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
        let list = List::new(pane.area, model);
        if list.listed.is_empty() {
            return pane.message(&["no rows"]);
        }
        let (all, _) = model.going_through();
        pane.set_below(all - list.listed.end);
        pane.set_footnote(list.hints(model));
        let theme = pane.theme;
        let places = list.listed.clone();
        let rows = places.filter_map(|place| model.row_at(place));
        let rows = rows.map(|row| list.row(row, model, theme));
        let table = Table::new(rows, &list.fitting.1).column_spacing(GAP as u16);
        Widget::render(table.header(list.heads(model, theme)), list.area, pane.buf);
        if let (Some(picture), Some(size)) = (list.picture, model.run.data.image) {
            let sample = model.navigation.sample;
            let samples = sample.samples(&model.run.data);
            let preprocessing = &model.run.data.preprocessing;
            let shown = Picture::of_row(size, samples, preprocessing, sample.index);
            shown.render(picture, pane.buf, theme, Palette::Grey);
        }
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let listed = model.listed(lines(inside));
        let place = listed.start + usize::from(at.y.checked_sub(inside.y + 1)?);
        listed
            .contains(&place)
            .then_some(Msg::Pick(ClickTarget::Row(place)))
    }
}

/// Returns how many rows have room in a panel.
fn lines(inner: Rect) -> usize {
    usize::from(inner.height.saturating_sub(1))
}

/// Layout of the panel.
struct List {
    area: Rect,
    /// Place of the row's image.
    picture: Option<Rect>,
    /// Places of the listed rows among those gone through.
    listed: Range<usize>,
    /// Width of a true value and of a predicted one.
    value: usize,
    /// Columns of the data that have room.
    columns: Range<usize>,
    /// Number of table columns that have room, and their widths.
    fitting: (usize, Vec<Constraint>),
}

impl List {
    fn new(inner: Rect, model: &Model) -> Self {
        let data = &model.run.data;
        let samples = model.navigation.sample.samples(data);
        let listed = model.listed(lines(inner));
        let numbers = listed.clone().filter_map(|place| model.row_at(place));
        let last = numbers.map(|row| samples.line(row)).max().unwrap_or(0);
        let line = last.to_string().len().max(4);
        let classes = data.class_names().iter().map(|name| width(name)).max();
        let value = classes.map_or(NUMBER, |widest| widest.min(NAME)).max(4);
        let picture = data.image.and_then(|size| picture(inner, size));
        let right = picture.map_or(inner.right(), |picture| picture.x.saturating_sub(1));
        let area = Rect {
            width: right.saturating_sub(inner.x),
            ..inner
        };
        let mut cells = vec![2 + line, value];
        if model.run.is_regression() {
            cells.extend([value.max(9), NUMBER]);
        } else {
            cells.extend([value.max(9) + 2, SHARE, NUMBER]);
        }
        // An image says more than its pixels one by one.
        let all = if picture.is_some() {
            &[]
        } else {
            data.preprocessing.columns.as_slice()
        };
        let first = model.navigation.column.min(all.len().saturating_sub(1));
        let mut columns = first..first;
        let used = |cells: &[usize]| cells.iter().map(|cells| cells + GAP).sum::<usize>() - GAP;
        for column in all.iter().skip(first) {
            cells.push(column_width(column));
            if used(&cells) > area.width.into() {
                cells.pop();
                break;
            }
            columns.end += 1;
        }
        let widths: Vec<u16> = cells.into_iter().map(|cells| cells as u16).collect();
        Self {
            area,
            picture,
            listed,
            value,
            columns,
            fitting: fitting(&widths, GAP as u16, area.width),
        }
    }

    /// Names the keys, and the columns of the data that are shown if not all of them are.
    fn hints(&self, model: &Model) -> String {
        let all = model.run.data.preprocessing.columns.len();
        let mut hints = Vec::new();
        if model.navigation.enlarged {
            hints.push("enter: show in network".to_owned());
        }
        if !self.columns.is_empty() && self.columns.len() < all {
            let (first, last) = (self.columns.start + 1, self.columns.end);
            hints.push(format!("← → columns {first}–{last} of {all}"));
        }
        hints.join(" · ")
    }

    fn heads(&self, model: &Model, theme: Theme) -> Row<'static> {
        let dim = theme.dim();
        let is_regression = model.run.is_regression();
        let number = if model.run.data.image.is_some() {
            "no."
        } else {
            "line"
        };
        let value = |text: &'static str| aligned(text.into(), is_regression, dim);
        let mut heads = vec![
            aligned(number.into(), true, dim),
            value("true"),
            value("predicted"),
        ];
        if is_regression {
            heads.push(aligned("error".into(), true, dim));
        } else {
            heads.extend([Line::default(), aligned("loss".into(), true, dim)]);
        }
        let columns = &model.run.data.preprocessing.columns[self.columns.clone()];
        heads.extend(columns.iter().map(|column| {
            let is_number = matches!(column.encoding, Encoding::Numeric { .. });
            aligned(shorten(&column.name, column_width(column)), is_number, dim)
        }));
        Row::new(heads.into_iter().take(self.fitting.0))
    }

    fn row(&self, row: usize, model: &Model, theme: Theme) -> Row<'static> {
        let data = &model.run.data;
        let samples = model.navigation.sample.samples(data);
        let is_shown = row == model.navigation.sample.index;
        let (text, number, mark) = if is_shown {
            (theme.strong(), theme.accent(), "▶ ")
        } else {
            (theme.text(), theme.dim(), "")
        };
        let line = vec![
            Span::styled(mark, theme.accent()),
            Span::styled(format!("{:>4}", samples.line(row)), number),
        ];
        let mut cells = vec![Line::from(line).right_aligned()];
        if model.run.is_regression() {
            cells.extend(number_outcome(model, samples, row, (theme, text)));
        } else {
            cells.extend(self.class_outcome(model, samples, row, (theme, text)));
        }
        if !self.columns.is_empty() {
            let raw = samples.raw_row(row);
            cells.extend(self.columns.clone().map(|i| {
                let column = &data.preprocessing.columns[i];
                let is_number = matches!(column.encoding, Encoding::Numeric { .. });
                let value = value(
                    &column.encoding,
                    raw[i] + column.offset as f32,
                    column_width(column),
                );
                aligned(value, is_number, text)
            }));
        }
        Row::new(cells.into_iter().take(self.fitting.0))
    }

    /// Returns true class, predicted class with a verdict, probability and loss.
    fn class_outcome(
        &self,
        model: &Model,
        samples: &Samples,
        row: usize,
        (theme, text): (Theme, Style),
    ) -> [Line<'static>; 4] {
        let names = model.run.data.class_names();
        let name = |class: usize| shorten(names.get(class).map_or("", String::as_str), self.value);
        let actual = samples.targets.class(row);
        let truth = Line::styled(actual.map_or(String::new(), name), text);
        let (Some(found), Some(actual)) = (outcome_of(model, row), actual) else {
            return [truth, Line::default(), Line::default(), Line::default()];
        };
        let (mark, style, name_style) = if found.class == actual {
            ("✓", theme.good(), text)
        } else {
            ("✗", theme.bad(), theme.bad())
        };
        let cells = self.value.max(9);
        let predicted = name(found.class);
        let gap = " ".repeat(cells + 1 - width(&predicted));
        let predicted = Line::from(vec![
            Span::styled(predicted, name_style),
            Span::styled(format!("{gap}{mark}"), style),
        ]);
        let share = if model.run.architecture.output() == Output::Linear {
            Line::default()
        } else {
            Line::styled(percent(found.output.into()), theme.dim()).right_aligned()
        };
        [
            truth,
            predicted,
            share,
            aligned(loss(found.loss), true, text),
        ]
    }
}

/// Returns true number, predicted number and error.
fn number_outcome(
    model: &Model,
    samples: &Samples,
    row: usize,
    (theme, text): (Theme, Style),
) -> Vec<Line<'static>> {
    let Some(actual) = samples.targets.number(row) else {
        return vec![Line::default(); 3];
    };
    let scale = model.run.data.task.scale();
    let offset = scale.map_or(0.0, |scale| scale.offset);
    let shown = (f64::from(actual) + offset) as f32;
    let mut cells = vec![aligned(short_number(shown, NUMBER), true, text)];
    if let (Some(found), Some(scale)) = (outcome_of(model, row), scale) {
        let error = scale.raw_value(found.output) - f64::from(actual);
        let predicted = scale.value(found.output);
        cells.push(aligned(estimate(predicted), true, text));
        cells.push(aligned(estimate(error), true, theme.dim()));
    }
    cells.resize(3, Line::default());
    cells
}

fn aligned(text: String, is_right: bool, style: Style) -> Line<'static> {
    let line = Line::styled(text, style);
    if is_right { line.right_aligned() } else { line }
}

/// Returns the place of an image of `size`; none where it would leave the list no room.
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
        Encoding::Categorical { values, .. } => values.iter().map(|value| width(value)).max(),
        Encoding::Numeric { .. } | Encoding::Boolean { .. } => None,
    };
    let widest = width(&column.name).max(values.unwrap_or(NUMBER));
    widest.clamp(4, NAME)
}

/// Formats a predicted value with four digits.
fn estimate(value: f64) -> String {
    let text = significant(value, 4);
    if text.chars().count() <= NUMBER {
        text
    } else {
        short_number(value as f32, NUMBER)
    }
}

/// Returns the outcome of `row` in the newest snapshot.
fn outcome_of(model: &Model, row: usize) -> Option<RowOutcome> {
    let (probe, outcomes) = model.run.snapshot.as_ref()?.get::<OutcomeProbe>()?;
    if probe.set != model.navigation.sample.set {
        return None;
    }
    let place = probe.rows.iter().position(|&asked| asked as usize == row)?;
    outcomes.get(place).copied()
}

/// Formats a raw value in `cells` cells, as it is in the data if it fits.
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
