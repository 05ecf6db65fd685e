//! The columns of the table: what each is taken for, and what stands in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Panel;
use crate::data::{ColumnSummary, DataSummary, Exclusion};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::numbers::significant;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::{put, put_right};
use crate::tui::widgets::picture::{Picture, fitted};
use crate::tui::widgets::sparkbars::{bars, short_number};
use crate::util::text::width;

/// Widest name of a column.
const NAME: usize = 24;
/// Cells of the type.
const KIND: u16 = 8;
/// Cells of a count or of a number.
const NUMBER: u16 = 8;
/// Cells of what stands beside the mean of all images, with the space between.
const CAPTION: u16 = 19;
/// Values of a category that have a bar.
const VALUES: usize = 8;

/// Columns of the table with their types and values; of images the mean image.
pub(crate) struct ColumnsPanel;

impl Panel for ColumnsPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        let details = model.run.card.as_ref().map_or(Vec::new(), |card| {
            let (used, out) = (card.columns.len(), card.reading.excluded.len());
            let of = match out {
                0 => format!("{used} columns used"),
                out => format!("{used} used, {out} excluded"),
            };
            vec![of, format!("{used}")]
        });
        Title::new("Columns", theme, details)
    }

    fn min_size(&self) -> (u16, u16) {
        (8, 2)
    }

    fn needs_summary(&self) -> bool {
        true
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        let Some(card) = model.run.card.as_deref() else {
            return pane.message(&["computing statistics…"]);
        };
        if let Some(size) = model.run.data.image
            && mean_image(pane.area, pane.buf, card, size, pane.theme)
        {
            return;
        }
        table(pane, card);
    }
}

/// A line of the table.
enum Row<'c> {
    Used(&'c ColumnSummary),
    Excluded(&'c Exclusion),
    Target,
}

/// The columns in the order of the file, whatever became of them.
fn rows(card: &DataSummary) -> Vec<(usize, &str, Row<'_>)> {
    let used = card.columns.iter();
    let used = used.map(|it| (it.number, it.name.as_str(), Row::Used(it)));
    let excluded = card.reading.excluded.iter();
    let excluded = excluded.map(|it| (it.column + 1, it.name.as_str(), Row::Excluded(it)));
    let target = (card.target.number, card.target.name.as_str(), Row::Target);
    let mut rows: Vec<_> = used.chain(excluded).chain([target]).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

/// Where the parts of a line stand.
struct Places {
    kind: u16,
    bars: u16,
    /// Cells of a bar.
    bar: u16,
    missing: u16,
    distinct: u16,
    values: u16,
    right: u16,
}

impl Places {
    fn new(inner: Rect, names: usize) -> Self {
        let rest = KIND + VALUES as u16 + 5 * NUMBER + 7;
        // Where even that is too much, the right end goes.
        let room = usize::from(inner.width.saturating_sub(rest)).clamp(8, NAME);
        let name = names.clamp(6, room) as u16;
        let spare = inner.width.saturating_sub(name + rest);
        let bar = 1 + (spare / (2 * VALUES as u16)).min(3);
        let kind = inner.x + name + 1;
        let bars = kind + KIND + 1;
        let missing = bars + bar * VALUES as u16 + 1;
        let distinct = missing + NUMBER + 1;
        Self {
            kind,
            bars,
            bar,
            missing,
            distinct,
            values: distinct + NUMBER + 1,
            right: inner.right(),
        }
    }

    /// Writes `text` into the `cells` at `x`, flush right, if they are there.
    fn number(&self, buf: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
        if x + NUMBER <= self.right {
            put_right(buf, x + NUMBER, y, NUMBER.into(), text, style);
        }
    }
}

fn table(pane: &mut Pane<'_>, card: &DataSummary) {
    let (inner, theme) = (pane.area, pane.theme);
    let rows = rows(card);
    let names = rows.iter().map(|row| width(row.1)).max().unwrap_or(0);
    let places = Places::new(inner, names);
    heads(inner, pane.buf, &places, theme);
    let room = usize::from(inner.height - 1);
    // With room to spare the histograms get more lines, and a space below them.
    let mut heights = [5, 3].into_iter();
    let height = heights
        .find(|height| height * rows.len() <= room + 1)
        .unwrap_or(1);
    let first = pane.first_line(rows.len(), room.div_ceil(height));
    let buf = &mut *pane.buf;
    let ys = (inner.y + 1..inner.bottom()).step_by(height);
    for ((_, name, row), y) in rows.iter().skip(first).zip(ys) {
        let line = Rect {
            y,
            height: (height as u16 - 1).max(1).min(inner.bottom() - y),
            ..inner
        };
        match row {
            Row::Used(column) => used(line, buf, &places, column, card, theme),
            Row::Excluded(column) => {
                remark(line, buf, &places, name, &column.text(), theme.dim());
            }
            Row::Target => remark(line, buf, &places, name, "target", theme.accent()),
        }
    }
}

fn heads(inner: Rect, buf: &mut Buffer, places: &Places, theme: Theme) {
    let (y, dim) = (inner.y, theme.dim());
    let left = [
        (inner.x, "column"),
        (places.kind, "type"),
        (places.bars, "distribution"),
    ];
    for (x, text) in left {
        let room = usize::from(places.right.saturating_sub(x));
        put(buf, x, y, room, text, dim);
    }
    let right = ["missing", "distinct", "min", "mean", "max"];
    let xs = (0u16..).map(|i| match i {
        0 => places.missing,
        1 => places.distinct,
        i => places.values + (i - 2) * (NUMBER + 1),
    });
    for (x, text) in xs.zip(right) {
        places.number(buf, x, y, text, dim);
    }
}

/// The line of a column that no input is made of.
fn remark(line: Rect, buf: &mut Buffer, places: &Places, name: &str, text: &str, style: Style) {
    let cells = usize::from(places.kind - 1 - line.x);
    put(buf, line.x, line.y, cells, name, style);
    let room = usize::from(places.right.saturating_sub(places.kind));
    put(buf, places.kind, line.y, room, text, style);
}

fn used(
    line: Rect,
    buf: &mut Buffer,
    places: &Places,
    column: &ColumnSummary,
    card: &DataSummary,
    theme: Theme,
) {
    let y = line.y;
    let is_constant = card.constant.contains(&column.name);
    if is_constant {
        let text = "excluded: constant in the training rows";
        return remark(line, buf, places, &column.name, text, theme.dim());
    }
    let cells = usize::from(places.kind - 1 - line.x);
    put(buf, line.x, y, cells, &column.name, theme.text());
    let room = |x: u16| usize::from(places.right.saturating_sub(x));
    put(
        buf,
        places.kind,
        y,
        room(places.kind).min(KIND.into()),
        column.kind,
        theme.dim(),
    );
    let counts = &column.counts[..column.counts.len().min(VALUES)];
    let rows = bars(counts, line.height.into(), places.bar.into());
    for (row, y) in rows.iter().zip(y..) {
        put(
            buf,
            places.bars,
            y,
            room(places.bars),
            row,
            theme.signed(0.75),
        );
    }
    let (missing, style) = match column.missing {
        0 => ("·".to_owned(), theme.dim()),
        missing => (missing.to_string(), theme.bad()),
    };
    places.number(buf, places.missing, y, &missing, style);
    let least = if column.distinct_is_min { ">" } else { "" };
    let distinct = format!("{least}{}", column.distinct);
    places.number(buf, places.distinct, y, &distinct, theme.text());
    match &column.range {
        Some(range) => {
            let cells = usize::from(NUMBER);
            let numbers = [
                short_number(range.min, cells),
                significant(range.mean, 4),
                short_number(range.max, cells),
            ];
            let xs = (0u16..).map(|i| places.values + i * (NUMBER + 1));
            for (x, text) in xs.zip(numbers) {
                places.number(buf, x, y, &text, theme.text());
            }
        }
        None => {
            let text = named(column);
            put(
                buf,
                places.values,
                y,
                room(places.values),
                &text,
                theme.text(),
            );
        }
    }
}

/// `red 12, blue 10`.
fn named(column: &ColumnSummary) -> String {
    let pairs = column.values.iter().zip(&column.counts);
    let named = pairs.map(|(value, count)| format!("{value} {count}"));
    named.collect::<Vec<_>>().join(", ")
}

/// The mean of all images and what is to be said of their pixels; false where it has no room.
fn mean_image(
    inner: Rect,
    buf: &mut Buffer,
    card: &DataSummary,
    size: (usize, usize),
    theme: Theme,
) -> bool {
    let Some((columns, rows)) = fitted(size, inner.width.saturating_sub(CAPTION), inner.height)
    else {
        return false;
    };
    let ranges = || card.columns.iter().filter_map(|column| column.range);
    let brightest = ranges().map(|range| range.mean).fold(0.0, f64::max);
    let means = card.columns.iter().map(|column| {
        let mean = column.range.map_or(0.0, |range| range.mean);
        let level = mean / brightest.max(f64::MIN_POSITIVE);
        (column.number - 1, level as f32)
    });
    let picture = Rect {
        x: inner.x + 1,
        y: inner.y + (inner.height - rows) / 2,
        width: columns,
        height: rows,
    };
    Picture::new(size, means).render(picture, buf, theme, Palette::Grey);
    let greatest = ranges().map(|range| range.max).fold(0.0, f32::max);
    let never = ranges().filter(|range| range.max == 0.0).count();
    let lines = [
        ("mean image".to_owned(), theme.strong()),
        (format!("{} × {} pixels", size.0, size.1), theme.text()),
        (format!("from 0 to {greatest}"), theme.text()),
        (format!("{never} never active"), theme.dim()),
    ];
    let x = picture.right() + 2;
    let room = usize::from(inner.right().saturating_sub(x));
    for ((text, style), y) in lines.iter().zip(picture.y..inner.bottom()) {
        put(buf, x, y, room, text, *style);
    }
    true
}
