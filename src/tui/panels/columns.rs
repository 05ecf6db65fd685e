//! Columns of the data: type, distribution and statistics of each, or why it is not used.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Paragraph, Row, Table, Widget};

use super::Panel;
use crate::data::{ColumnSummary, DataSummary, Exclusion};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::picture::{Picture, fitted};
use crate::tui::widgets::sparkbars::{bars, short_number};
use crate::tui::widgets::table::fitting;
use crate::util::numbers::{counted, significant};
use crate::util::text::{shorten, width};

/// Widest name of a column.
const NAME: usize = 24;
/// Width of a type.
const KIND: u16 = 8;
/// Width of a count or a number.
const NUMBER: u16 = 8;
/// Width of the text beside the mean image, with a gap.
const CAPTION: u16 = 19;
/// Maximum number of categories that have a bar.
const VALUES: usize = 8;

/// Table of the columns; of images the mean image.
pub(crate) struct ColumnsPanel;

impl Panel for ColumnsPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        let details = model.run.card.as_ref().map_or(Vec::new(), |card| {
            let (used, out) = (card.columns.len(), card.reading.excluded.len());
            let of = match out {
                0 => format!("{} used", counted(used as u64, "column")),
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

/// A column of the data, as the table shows it.
enum Entry<'c> {
    Used(&'c ColumnSummary),
    Excluded(&'c Exclusion),
    Target,
}

/// Returns all columns with their number and name, in the order of the file.
fn rows(card: &DataSummary) -> Vec<(usize, &str, Entry<'_>)> {
    let used = card.columns.iter();
    let used = used.map(|column| (column.number, column.name.as_str(), Entry::Used(column)));
    let excluded = card.reading.excluded.iter();
    let excluded = excluded.map(|column| {
        (
            column.column + 1,
            column.name.as_str(),
            Entry::Excluded(column),
        )
    });
    let target = (card.target.number, card.target.name.as_str(), Entry::Target);
    let mut rows: Vec<_> = used.chain(excluded).chain([target]).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

fn table(pane: &mut Pane<'_>, card: &DataSummary) {
    let (inner, theme) = (pane.area, pane.theme);
    let rows = rows(card);
    let names = rows.iter().map(|row| width(row.1)).max().unwrap_or(0);
    let cells = Widths::new(inner, names);
    let room = usize::from(inner.height - 1);
    // With room to spare the histograms get more lines, and a space below them.
    let mut heights = [5, 3].into_iter();
    let height = heights
        .find(|height| height * rows.len() <= room + 1)
        .unwrap_or(1);
    let first = pane.first_line(rows.len(), room.div_ceil(height));
    let lines = (height - 1).max(1);
    let (count, widths) = fitting(&cells.all(), 1, inner.width);
    let visible = rows.iter().skip(first).take(room.div_ceil(height));
    let visible = visible.map(|(_, name, row)| {
        let (text, style) = match row {
            Entry::Used(column) if !card.constant.contains(&column.name) => {
                return used(name, column, lines, (cells, count), theme);
            }
            Entry::Used(_) => (
                "excluded: constant in the training rows".to_owned(),
                theme.dim(),
            ),
            Entry::Excluded(column) => (column.text(), theme.dim()),
            Entry::Target => ("target".to_owned(), theme.accent()),
        };
        let room = usize::from(inner.width).saturating_sub(cells.name + 1);
        let text = Cell::new(shorten(&text, room)).column_span(u16::MAX);
        Row::new([Cell::new(shorten(name, cells.name)), text]).style(style)
    });
    let visible = visible.map(|row| {
        row.height(lines as u16)
            .bottom_margin((height - lines) as u16)
    });
    let table = Table::new(visible, widths).header(heads(cells, count, theme));
    Widget::render(table, inner, pane.buf);
}

/// Widths of the table's columns.
#[derive(Clone, Copy)]
struct Widths {
    name: usize,
    /// Cells of a bar of the distribution.
    bar: usize,
}

impl Widths {
    fn new(inner: Rect, names: usize) -> Self {
        let rest = usize::from(KIND) + VALUES + 5 * usize::from(NUMBER) + 7;
        let room = usize::from(inner.width).saturating_sub(rest);
        // Where even a short name is too long, columns at the right are left out.
        let name = names.clamp(6, room.clamp(8, NAME));
        let spare = room.saturating_sub(name);
        Self {
            name,
            bar: 1 + (spare / (2 * VALUES)).min(3),
        }
    }

    fn all(self) -> [u16; 8] {
        let bars = (self.bar * VALUES) as u16;
        let name = self.name as u16;
        [name, KIND, bars, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER]
    }
}

fn heads(cells: Widths, count: usize, theme: Theme) -> Row<'static> {
    let distribution = if cells.bar == 1 {
        "distrib."
    } else {
        "distribution"
    };
    let left = ["column", "type", distribution].map(Line::from);
    let right = ["missing", "distinct", "min", "mean", "max"];
    let right = right.map(|text| Line::from(text).right_aligned());
    let heads = left.into_iter().chain(right).take(count);
    Row::new(heads).style(theme.dim())
}

/// Returns the row of a column that the network uses, with a histogram of `lines` lines. Its first
/// `count` cells have room.
fn used<'a>(
    name: &str,
    column: &ColumnSummary,
    lines: usize,
    (cells, count): (Widths, usize),
    theme: Theme,
) -> Row<'a> {
    let counts = &column.counts[..column.counts.len().min(VALUES)];
    let bars = bars(counts, lines, cells.bar).into_iter();
    let bars = Text::from_iter(bars.map(Line::from)).style(theme.signed(0.75));
    let (missing, missing_style) = match column.missing {
        0 => ("·".to_owned(), theme.dim()),
        missing => (missing.to_string(), theme.bad()),
    };
    let more = if column.distinct_is_min { ">" } else { "" };
    let right = |text: String, style| Cell::new(Line::styled(text, style).right_aligned());
    let mut row = vec![
        Cell::new(shorten(name, cells.name)),
        Cell::new(column.kind).style(theme.dim()),
        Cell::new(bars),
        right(missing, missing_style),
        right(format!("{more}{}", column.distinct), theme.text()),
    ];
    match &column.range {
        Some(range) => {
            let numbers = [
                short_number(range.min as f32, NUMBER.into()),
                significant(range.mean, 4),
                short_number(range.max as f32, NUMBER.into()),
            ];
            row.extend(numbers.map(|text| right(text, theme.text())));
        }
        None => row.push(Cell::new(named(column)).column_span(u16::MAX)),
    }
    Row::new(row.into_iter().take(count)).style(theme.text())
}

/// Formats values with their counts: `red 12, blue 10`.
fn named(column: &ColumnSummary) -> String {
    let pairs = column.values.iter().zip(&column.counts);
    let named = pairs.map(|(value, count)| format!("{value} {count}"));
    named.collect::<Vec<_>>().join(", ")
}

/// Draws the mean of all images beside facts about their pixels. Returns false without room for it.
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
    let max = ranges().map(|range| range.max).fold(0.0, f64::max);
    let never = ranges().filter(|range| range.max == 0.0).count();
    let lines = [
        Line::styled("mean image", theme.strong()),
        Line::styled(format!("{} × {} pixels", size.0, size.1), theme.text()),
        Line::styled(format!("from 0 to {max}"), theme.text()),
        Line::styled(format!("{never} never active"), theme.dim()),
    ];
    let x = picture.right() + 2;
    let beside = Rect {
        x,
        y: picture.y,
        width: inner.right().saturating_sub(x),
        height: inner.bottom() - picture.y,
    };
    Paragraph::new(Vec::from(lines)).render(beside, buf);
    true
}
