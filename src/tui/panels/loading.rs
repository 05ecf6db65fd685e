//! Loading screen: current file, progress, and the steps that follow.

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::footer::put_keys;
use crate::data::Part;
use crate::tui::app::{Loading, LoadingStage};
use crate::tui::is_too_small;
use crate::tui::theme::Theme;
use crate::tui::widgets::ascii;
use crate::tui::widgets::panel::{frame, put, put_line};
use crate::util::numbers::count;
use crate::util::text::{shorten_front, width};

/// Largest width of the panel.
const MAX_WIDTH: u16 = 76;
/// Keys shown in the footer.
const KEYS: [(&str, &str); 2] = [("q", "cancel"), ("ctrl-z", "suspend")];

/// Draws `loading` on the whole of `frame`.
pub fn view_loading(loading: &Loading, theme: &Theme, frame: &mut Frame<'_>) {
    render_loading(frame.area(), frame.buffer_mut(), loading, *theme);
}

/// Draws `loading` into `area` of `buf`.
pub fn render_loading(area: Rect, buf: &mut Buffer, loading: &Loading, theme: Theme) {
    if !is_too_small(area, buf, theme) {
        header(area, buf, loading, theme);
        let main = Rect {
            y: area.y + 2,
            height: area.height - 3,
            ..area
        };
        panel(main, buf, loading, theme);
        let footer = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        put_keys(footer, buf, KEYS, theme);
    }
    if theme.is_ascii() {
        ascii::translate(buf);
    }
}

fn header(area: Rect, buf: &mut Buffer, loading: &Loading, theme: Theme) {
    let line = Line::from(vec![
        Span::styled(" ⋯ loading  ", theme.badge(theme.accent())),
        "   ".into(),
        Span::styled(loading.name.clone(), theme.strong()),
    ]);
    put_line(buf, area.x, area.y, area.width.into(), &line);
}

/// A line of the panel.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    Blank,
    File,
    Bar(f64),
    /// Label, amount, speed.
    Number(&'static str, String, String),
    Step(Mark, String),
}

/// Progress of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Done,
    Now,
    Later,
}

fn panel(main: Rect, buf: &mut Buffer, loading: &Loading, theme: Theme) {
    let mut rows = rows(loading);
    let room = usize::from(main.height - 2);
    if rows.len() > room {
        rows.retain(|row| *row != Row::Blank);
    }
    rows.truncate(room);
    let (width, height) = (main.width.min(MAX_WIDTH), rows.len() as u16 + 2);
    let area = Rect {
        x: main.x + (main.width - width) / 2,
        // The optical centre is a little above the middle.
        y: main.y + (main.height - height) * 2 / 5,
        width,
        height,
    };
    let share = loading.share();
    let share = share.map(|share| format!("{:3.0}%", (100.0 * share).floor()));
    let right = Line::styled(share.unwrap_or_default(), theme.strong());
    let inner = frame(area, buf, theme, false, "Loading", &[right]);
    let margin = if width < MAX_WIDTH { 1 } else { 2 };
    let inner = Rect {
        x: inner.x + margin,
        width: inner.width - 2 * margin,
        ..inner
    };
    for (row, y) in rows.iter().zip(inner.y..inner.bottom()) {
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        draw(row, line, buf, loading, theme);
    }
}

fn draw(row: &Row, line: Rect, buf: &mut Buffer, loading: &Loading, theme: Theme) {
    let Rect { x, y, width, .. } = line;
    let cells = usize::from(width);
    match row {
        Row::Blank => {}
        Row::File => {
            let file = shorten_front(loading.file(), cells);
            put(buf, x, y, cells, &file, theme.text());
        }
        Row::Bar(share) => {
            let done = (share * cells as f64).floor() as usize;
            put(buf, x, y, cells, &"─".repeat(cells), theme.frame());
            put(buf, x, y, cells, &"━".repeat(done), theme.accent());
        }
        Row::Number(what, amount, speed) => {
            let (first, second) = if cells < 50 { (6, 23) } else { (9, 36) };
            put(buf, x, y, first.into(), what, theme.dim());
            let room = usize::from(second - first - 1);
            put(buf, x + first, y, room, amount, theme.strong());
            let room = cells - usize::from(second);
            put(buf, x + second, y, room, speed, theme.text());
        }
        Row::Step(mark, text) => {
            let (symbol, mark_style, style) = match mark {
                Mark::Done => ("✓", theme.good(), theme.dim()),
                Mark::Now => ("▶", theme.accent(), theme.text()),
                Mark::Later => ("·", theme.dim(), theme.dim()),
            };
            put(buf, x, y, 1, symbol, mark_style);
            put(buf, x + 2, y, cells - 2, text, style);
        }
    }
}

/// Returns the lines of the panel, from top to bottom.
fn rows(loading: &Loading) -> Vec<Row> {
    let mut rows = vec![Row::Blank, Row::File];
    rows.extend(loading.share().map(Row::Bar));
    rows.push(Row::Blank);
    let speeds = loading.speeds();
    let number =
        |speed: Option<String>, what, amount| Row::Number(what, amount, speed.unwrap_or_default());
    match loading.progress {
        None => {
            let nothing = "no data received yet".to_owned();
            rows.push(number(None, "read", nothing));
            rows.push(number(None, "rows", grouped(0)));
        }
        Some(progress) => {
            let speed = speeds.map(|(bytes, _)| format!("{}/s", amount(bytes as u64, None)));
            rows.push(number(speed, "read", amount(progress.bytes, progress.size)));
            let speed = speeds.map(|(_, rows)| format!("{} rows/s", count(rows)));
            rows.push(number(speed, "rows", grouped(progress.rows)));
        }
    }
    let left = loading.time_left();
    let left = left.map(|left| format!("{} left", clock(left + Duration::from_millis(999))));
    rows.push(number(left, "time", clock(loading.elapsed)));
    rows.push(Row::Blank);
    rows.extend(steps(loading));
    rows.push(Row::Blank);
    rows
}

/// Returns the steps from reading to training.
fn steps(loading: &Loading) -> impl Iterator<Item = Row> {
    let mut steps: Vec<&str> = loading.files.iter().map(|file| read(file.0)).collect();
    steps.push("preprocess");
    steps.push(if loading.paused {
        "train (press space to start)"
    } else {
        "train"
    });
    let part = loading
        .progress
        .map_or(Part::Table, |progress| progress.part);
    let now = match loading.stage {
        LoadingStage::Preparing => loading.files.len(),
        _ => loading
            .files
            .iter()
            .position(|file| file.0 == part)
            .unwrap_or(0),
    };
    steps.into_iter().enumerate().map(move |(step, text)| {
        let mark = match step.cmp(&now) {
            std::cmp::Ordering::Less => Mark::Done,
            std::cmp::Ordering::Equal => Mark::Now,
            std::cmp::Ordering::Greater => Mark::Later,
        };
        Row::Step(mark, text.to_owned())
    })
}

fn read(part: Part) -> &'static str {
    match part {
        Part::Table => "read rows",
        Part::Validation => "read validation rows",
        Part::Test => "read test rows",
    }
}

/// Formats `967 bytes`, `12.3 MB`, or `210 of 500 MB`, whose width stays the same throughout.
fn amount(bytes: u64, size: Option<u64>) -> String {
    let largest = size.unwrap_or(bytes).max(bytes);
    let (unit, scale) = match largest {
        0..1000 => ("bytes", 1.0),
        1000..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    let decimals = match largest as f64 / scale {
        _ if scale == 1.0 => 0,
        scaled if scaled < 10.0 => 2,
        scaled if scaled < 100.0 => 1,
        _ => 0,
    };
    let number = |bytes: u64| format!("{:.decimals$}", bytes as f64 / scale);
    match size.map(number) {
        Some(size) => format!("{:>1$} of {size} {unit}", number(bytes), width(&size)),
        None => format!("{} {unit}", number(bytes)),
    }
}

/// Formats with groups of digits: `1,312,768`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats whole seconds: `0:07`, `12:00`, `1:02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_width() {
        assert_eq!(amount(967, None), "967 bytes");
        assert_eq!(amount(12_345, None), "12.3 kB");
        assert_eq!(amount(21_000_000, Some(500_000_000)), " 21 of 500 MB");
        assert_eq!(amount(500_000_000, Some(500_000_000)), "500 of 500 MB");
        assert_eq!(amount(20_000_000, Some(1_234_567_890)), "0.02 of 1.23 GB");
        // A file that grows while it is read.
        assert_eq!(amount(2_000, Some(900)), "2.00 of 0.90 kB");
    }

    #[test]
    fn long_numbers_are_grouped_and_times_are_clocks() {
        let shown: Vec<String> = [0, 999, 1000, 1_312_768].map(grouped).into();
        assert_eq!(shown, ["0", "999", "1,000", "1,312,768"]);
        let shown: Vec<String> = [7, 720, 3723]
            .map(|seconds| clock(Duration::from_secs(seconds)))
            .into();
        assert_eq!(shown, ["0:07", "12:00", "1:02:03"]);
    }
}
