//! Columns of the data: type, distribution and statistics of each, or why it is not used.

use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Paragraph, Row, Table};

use super::Panel;
use crate::data::{ColumnSummary, DataSummary, Exclusion};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title, fitted, fitting, histogram};
use crate::util::numbers::{short, significant};
use crate::util::text::{abbreviate, shorten, width};

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
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let card = model.run.card.iter();
        let details = card.flat_map(|card| {
            // Constant columns are read, but are no inputs.
            let constant = card.constant.len();
            let used = card.columns.len() - constant.min(card.columns.len());
            let out = card.reading.excluded.len() + constant;
            let of = match out {
                0 => text::columns_used(used),
                out => text::columns_excluded(used, out),
            };
            [of, format!("{used}")]
        });
        Title::new(text::columns_title(), details)
    }

    fn min_size(&self) -> (u16, u16) {
        (8, 2)
    }

    fn needs_summary(&self) -> bool {
        true
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(card) = pane.model.run.card.as_deref() else {
            return pane.message([text::computing_statistics()]);
        };
        let room = (pane.area.width.saturating_sub(CAPTION), pane.area.height);
        let image = pane.model.run.data.image;
        match image.and_then(|size| Some((size, fitted(size, room.0, room.1)?))) {
            Some((size, cells)) => mean_image(pane, card, size, cells),
            None => table(pane, card),
        }
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
    let excluded = excluded.map(|out| (out.column + 1, out.name.as_str(), Entry::Excluded(out)));
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
    let names: Vec<String> = rows.iter().map(|row| row.1.to_owned()).collect();
    let names = abbreviate(&names, cells.name);
    let room = usize::from(inner.height - 1);
    // With room to spare the histograms get more lines, and a space below them.
    let mut heights = [5, 3].into_iter();
    let height = heights
        .find(|height| height * rows.len() <= room + 1)
        .unwrap_or(1);
    let first = pane.first_line(rows.len(), room.div_ceil(height));
    let lines = (height - 1).max(1);
    let (count, widths) = fitting(&cells.all(), 1, inner.width);
    let visible = rows.iter().zip(&names).skip(first);
    let visible = visible.take(room.div_ceil(height));
    let visible = visible.map(|((.., row), name)| {
        let (text, style) = match row {
            Entry::Used(column) if !card.constant.contains(&column.name) => {
                return used(name, column, lines, (cells, count), theme);
            }
            Entry::Used(_) => (text::constant_column().to_owned(), theme.dim()),
            Entry::Excluded(column) => (column.text(), theme.dim()),
            Entry::Target => (text::target().to_owned(), theme.accent()),
        };
        let room = usize::from(inner.width).saturating_sub(cells.name + 1);
        let text = Cell::new(shorten(&text, room)).column_span(u16::MAX);
        Row::new([Cell::new(name.as_str()), text]).style(style)
    });
    let visible = visible.map(|row| row.height(lines as u16));
    let visible = visible.map(|row| row.bottom_margin((height - lines) as u16));
    pane.draw(
        Table::new(visible, widths).header(heads(cells, count, theme)),
        inner,
    );
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
        text::head_distribution_short()
    } else {
        text::head_distribution()
    };
    let left = [text::head_column(), text::head_type(), distribution].map(Line::from);
    let right = [
        text::head_missing(),
        text::head_distinct(),
        text::head_min(),
        text::head_mean(),
        text::head_max(),
    ];
    let right = right.map(|text| Line::from(text).right_aligned());
    let heads = left.into_iter().chain(right).take(count);
    Row::new(heads).style(theme.dim())
}

/// Returns the row of a column that the network uses, called `name` there, with a histogram of `lines` lines. Its first
/// `count` cells have room.
fn used<'a>(
    name: &str,
    column: &ColumnSummary,
    lines: usize,
    (cells, count): (Widths, usize),
    theme: Theme,
) -> Row<'a> {
    let counts = &column.counts[..column.counts.len().min(VALUES)];
    let bars = histogram(counts, lines, cells.bar).into_iter();
    let bars = Text::from_iter(bars.map(Line::from)).style(theme.signed(0.75));
    let (missing, missing_style) = match column.missing {
        0 => ("·".to_owned(), theme.dim()),
        missing => (missing.to_string(), theme.bad()),
    };
    let more = if column.distinct_is_min { ">" } else { "" };
    let right = |text: String, style| Cell::new(Line::styled(text, style).right_aligned());
    let mut row = vec![
        Cell::new(name.to_owned()),
        Cell::new(column.kind_title()).style(theme.dim()),
        Cell::new(bars),
        right(missing, missing_style),
        right(format!("{more}{}", column.distinct), theme.text()),
    ];
    match &column.range {
        Some(range) => {
            let numbers = [
                short(range.min as f32, NUMBER.into()),
                significant(range.mean, 4),
                short(range.max as f32, NUMBER.into()),
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

/// Draws the mean of all images of `size` pixels in `width` and `height` cells, beside facts about
/// their pixels.
fn mean_image(
    pane: &mut Pane<'_>,
    card: &DataSummary,
    size: (usize, usize),
    (width, height): (u16, u16),
) {
    let (inner, theme) = (pane.area, pane.theme);
    let ranges = || card.columns.iter().filter_map(|column| column.range);
    let brightest = ranges()
        .map(|range| range.mean)
        .fold(f64::MIN_POSITIVE, f64::max);
    let means = card.columns.iter().map(|column| {
        let mean = column.range.map_or(0.0, |range| range.mean);
        (column.number - 1, (mean / brightest) as f32)
    });
    let y = inner.y + (inner.height - height) / 2;
    let picture = Rect::new(inner.x + 1, y, width, height);
    Picture::new(size, means).render(picture, pane.buf, theme, HeatPalette::Grey);
    let max = ranges().map(|range| range.max).fold(0.0, f64::max);
    let never = ranges().filter(|range| range.max == 0.0).count();
    let lines = vec![
        Line::styled(text::mean_image(), theme.strong()),
        Line::styled(text::pixels(size.0, size.1), theme.text()),
        Line::styled(text::from_zero(max), theme.text()),
        Line::styled(text::never_active(never), theme.dim()),
    ];
    let x = picture.right() + 2;
    let beside = Rect::new(x, y, inner.right().saturating_sub(x), inner.bottom() - y);
    pane.draw(Paragraph::new(lines), beside);
}
