//! Rows of the data, or the selected ones: values, prediction and loss of each.

use std::ops::Range;

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Row, Table};

use super::Panel;
use super::sample::titles;
use crate::data::{Encoding, InputColumn};
use crate::train::Request;
use crate::train::probes::{OutcomeProbe, RowOutcome};
use crate::tui::app::{ClickTarget, Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title, fitted, fitting};
use crate::util::numbers::{loss, percent, short};
use crate::util::text::{abbreviate, shorten, width};

/// Widest name of a class or column.
const NAME: usize = 14;
/// Width of a number, and minimum width of a column.
const NUMBER: usize = 8;
/// Width of a probability.
const SHARE: usize = 6;
/// Cells between two columns.
const GAP: usize = 2;

/// List of the rows with their predictions; of images the shown row's picture is beside it.
pub(crate) struct RowsPanel;

impl Panel for RowsPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        Title::new(text::rows_title(), titles(pane.model, pane.theme))
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 2)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        vec![Request::new(OutcomeProbe {
            set: model.navigation.sample.set,
            rows: model.navigation.listed_rows(&model.run.data),
        })]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let list = List::new(pane.area, model);
        if list.listed.is_empty() {
            return pane.message([text::no_rows()]);
        }
        let (all, _) = model.navigation.going_through(&model.run.data);
        pane.below = all - list.listed.end;
        pane.footnote = list.hints(model);
        let rows = list
            .listed
            .clone()
            .filter_map(|place| model.navigation.row_at(place, &model.run.data));
        let rows = rows.map(|row| list.row(row, model, theme));
        let table = Table::new(rows, &list.fitting.1).column_spacing(GAP as u16);
        pane.draw(table.header(list.heads(model, theme)), list.area);
        if let (Some(picture), Some(size)) = (list.picture, model.run.data.image) {
            let row = model.navigation.sample.index;
            let shown = Picture::of_row(size, model.samples(), &model.run.data.preprocessing, row);
            shown.render(picture, pane.buf, theme, HeatPalette::Grey);
        }
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let listed = model.navigation.listed(lines(inside), &model.run.data);
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
        let listed = model.navigation.listed(lines(inner), &model.run.data);
        let numbers = listed
            .clone()
            .filter_map(|place| model.navigation.row_at(place, &model.run.data));
        let last = numbers
            .map(|row| model.samples().line(row))
            .max()
            .unwrap_or(0);
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
            model.run.columns()
        };
        let first = model.navigation.column.min(all.len().saturating_sub(1));
        let mut columns = first..first;
        let mut used = cells.iter().sum::<usize>() + GAP * (cells.len() - 1);
        for column in all.iter().skip(first) {
            used += GAP + column_width(column);
            if used > area.width.into() {
                break;
            }
            cells.push(column_width(column));
            columns.end += 1;
        }
        let widths: Vec<u16> = cells.into_iter().map(|cells| cells as u16).collect();
        let fitting = fitting(&widths, GAP as u16, area.width);
        Self {
            area,
            picture,
            listed,
            value,
            columns,
            fitting,
        }
    }

    /// Names the keys, and the columns of the data that are shown if not all of them are.
    fn hints(&self, model: &Model) -> String {
        let all = model.run.columns().len();
        let mut hints = Vec::new();
        if model.navigation.enlarged && !model.is_key_of_lesson(KeyCode::Enter) {
            hints.push(text::show_in_network().to_owned());
        }
        if !self.columns.is_empty() && self.columns.len() < all {
            let (first, last) = (self.columns.start + 1, self.columns.end);
            hints.push(text::columns_shown(first, last, all));
        }
        hints.join(" · ")
    }

    fn heads(&self, model: &Model, theme: Theme) -> Row<'static> {
        let is_regression = model.run.is_regression();
        let head = |text: &str, is_right| aligned(text.to_owned(), is_right, theme.dim());
        let is_image = model.run.data.image.is_some();
        let mut heads = vec![
            head(
                if is_image {
                    text::head_number()
                } else {
                    text::head_line()
                },
                true,
            ),
            head(text::head_true(), is_regression),
            head(text::head_predicted(), is_regression),
        ];
        if is_regression {
            heads.push(head(text::head_error(), true));
        } else {
            heads.extend([Line::default(), head(text::head_loss(), true)]);
        }
        let columns = &model.run.columns()[self.columns.clone()];
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let names = abbreviate(&names, NAME);
        heads.extend((columns.iter().zip(&names)).map(|(column, name)| {
            let name = shorten(name, column_width(column));
            head(&name, is_number(column))
        }));
        Row::new(heads.into_iter().take(self.fitting.0))
    }

    fn row(&self, row: usize, model: &Model, theme: Theme) -> Row<'static> {
        let samples = model.samples();
        let (text, number, mark) = if row == model.navigation.sample.index {
            (theme.strong(), theme.accent(), "▶ ")
        } else {
            (theme.text(), theme.dim(), "")
        };
        let line = Span::styled(mark, theme.accent())
            + Span::styled(format!("{:>4}", samples.line(row)), number);
        let mut cells = vec![line.right_aligned()];
        if model.run.is_regression() {
            cells.extend(number_outcome(model, row, (theme, text)));
        } else {
            cells.extend(self.class_outcome(model, row, (theme, text)));
        }
        if !self.columns.is_empty() {
            let raw = samples.raw_row(row);
            cells.extend(self.columns.clone().map(|i| {
                let column = &model.run.columns()[i];
                let value = value(
                    &column.encoding,
                    raw[i] + column.offset as f32,
                    column_width(column),
                );
                aligned(value, is_number(column), text)
            }));
        }
        Row::new(cells.into_iter().take(self.fitting.0))
    }

    /// Returns true class, predicted class with a verdict, probability and loss.
    fn class_outcome(
        &self,
        model: &Model,
        row: usize,
        (theme, text): (Theme, Style),
    ) -> Vec<Line<'static>> {
        let names = model.run.data.class_names();
        let name = |class: usize| shorten(names.get(class).map_or("", String::as_str), self.value);
        let actual = model.samples().targets.class(row);
        let mut cells = vec![Line::styled(actual.map_or(String::new(), name), text)];
        if let (Some(found), Some(actual)) = (outcome_of(model, row), actual) {
            let (mark, style, name_style) = if found.class == actual {
                ("✓", theme.good(), text)
            } else {
                ("✗", theme.bad(), theme.bad())
            };
            let predicted = name(found.class);
            let gap = " ".repeat(self.value.max(9) + 1 - width(&predicted));
            let verdict = Span::styled(format!("{gap}{mark}"), style);
            cells.push(Span::styled(predicted, name_style) + verdict);
            let is_share = model.run.architecture.output().is_fraction();
            let share = if is_share {
                percent(found.output.into())
            } else {
                String::new()
            };
            cells.push(aligned(share, true, theme.dim()));
            cells.push(aligned(loss(found.loss), true, text));
        }
        cells.resize(4, Line::default());
        cells
    }
}

/// Returns true number, predicted number and error.
fn number_outcome(model: &Model, row: usize, (theme, text): (Theme, Style)) -> Vec<Line<'static>> {
    let mut cells = Vec::new();
    if let Some(actual) = model.samples().targets.number(row) {
        let shown = f64::from(actual) + model.run.target_offset();
        let text_of = |value: f64| model.run.target_number(value, NUMBER);
        cells.push(aligned(text_of(shown), true, text));
        let scale = model.run.data.task.scale();
        if let (Some(found), Some(scale)) = (outcome_of(model, row), scale) {
            let predicted = scale.value(found.output);
            let error = scale.raw_value(found.output) - f64::from(actual);
            cells.push(aligned(text_of(predicted), true, text));
            cells.push(aligned(text_of(error), true, theme.dim()));
        }
    }
    cells.resize(3, Line::default());
    cells
}

fn is_number(column: &InputColumn) -> bool {
    column.encoding.is_number()
}

fn aligned(text: String, is_right: bool, style: Style) -> Line<'static> {
    let line = Line::styled(text, style);
    if is_right { line.right_aligned() } else { line }
}

/// Returns the place of an image of `size`; none where it would leave the list no room.
fn picture(inner: Rect, size: (usize, usize)) -> Option<Rect> {
    let (width, height) = fitted(size, inner.width * 2 / 5, inner.height)?;
    let y = inner.y + (inner.height - height) / 2;
    Some(Rect::new(inner.right() - width, y, width, height))
}

fn column_width(column: &InputColumn) -> usize {
    let values = match &column.encoding {
        Encoding::Categorical { values, .. } => values.iter().map(|value| width(value)).max(),
        _ => None,
    };
    let widest = width(&column.name).max(values.unwrap_or(NUMBER));
    widest.clamp(4, NAME)
}

/// Returns the outcome of `row` in the newest snapshot.
fn outcome_of(model: &Model, row: usize) -> Option<RowOutcome> {
    let (probe, outcomes) = model.run.probed::<OutcomeProbe>()?;
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
        Encoding::Numeric { .. } | Encoding::Cyclic { .. } => short(raw, cells),
        Encoding::Boolean { no, yes, .. } => named(if raw > 0.5 { yes } else { no }),
        Encoding::Categorical { values, .. } => {
            let value = values.get(raw as usize).cloned();
            shorten(&value.unwrap_or_else(|| text::other().into()), cells)
        }
    }
}
