//! Loading screen: current file, progress, and the steps that follow.

use std::cmp::Ordering;
use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::footer::keys;
use crate::data::DataFile;
use crate::tui::app::{Loading, LoadingStage};
use crate::tui::on_screen;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title, cut};
use crate::util::lang::say;
use crate::util::numbers::{clock, count, grouped};
use crate::util::text::{padded, right_aligned, shorten, shorten_front, width};

/// Largest width of the panel.
const MAX_WIDTH: u16 = 76;

/// Draws `loading` on the whole of `frame`.
pub fn view_loading(loading: &Loading, theme: &Theme, frame: &mut Frame<'_>) {
    render_loading(frame.area(), frame.buffer_mut(), loading, *theme);
}

/// Draws `loading` into `area` of `buf`.
pub fn render_loading(area: Rect, buf: &mut Buffer, loading: &Loading, theme: Theme) {
    on_screen(area, buf, loading, theme, |pane| {
        let [header, main, footer] = Layout::vertical([
            Constraint::Length(2),
            Constraint::Fill(1),
            Constraint::Length(1),
        ])
        .areas(area);
        let badge = Span::styled(text::badge_loading(), theme.badge(theme.accent()));
        let name = Span::styled(format!("   {}", loading.name), theme.strong());
        pane.line(header, badge + name);
        panel(pane, main);
        let keys = keys(
            [("q", text::cancel_key()), ("ctrl-z", text::suspend_key())],
            theme,
        );
        pane.draw(keys, footer.inner(Margin::new(1, 0)));
    });
}

fn panel(pane: &mut Pane<'_, Loading>, main: Rect) {
    let (loading, theme) = (pane.model, pane.theme);
    let width = main.width.min(MAX_WIDTH);
    let margin = if width < MAX_WIDTH { 1 } else { 2 };
    let cells = usize::from(width - 2 - 2 * margin);
    let mut lines = lines(loading, cells, theme);
    let room = usize::from(main.height - 2);
    if lines.len() > room {
        lines.retain(|line| line.width() > 0);
    }
    lines.truncate(room);
    let height = lines.len() as u16 + 2;
    let x = main.x + (main.width - width) / 2;
    // The optical centre is a little above the middle.
    let y = main.y + (main.height - height) * 2 / 5;
    let area = Rect::new(x, y, width, height);
    let share = loading.share();
    let share = share.map(|share| format!("{:3.0}%", (100.0 * share).floor()));
    let share = share.map(|share| Line::styled(share, theme.strong()));
    let title = Title::new(text::loading_title(), share);
    let inside = pane.frame(area, false, &title, Default::default());
    pane.draw(Paragraph::new(lines), inside.inner(Margin::new(margin, 0)));
}

/// Returns the lines of the panel in `cells` cells, from top to bottom.
fn lines(loading: &Loading, cells: usize, theme: Theme) -> Vec<Line<'static>> {
    let file = shorten_front(loading.file(), cells);
    let mut lines = vec![Line::default(), Line::styled(file, theme.text())];
    lines.extend(loading.share().map(|share| {
        let done = (share * cells as f64).floor() as usize;
        Span::styled("━".repeat(done), theme.accent())
            + Span::styled("─".repeat(cells - done), theme.frame())
    }));
    lines.push(Line::default());
    let (first, second) = if cells < 50 { (6, 17) } else { (9, 27) };
    let fact = |name: &str, amount: String, speed: Option<String>| {
        let amount = shorten(&amount, second - 1);
        let gap = " ".repeat(second - width(&amount));
        let line = Span::styled(padded(name, first), theme.dim())
            + Span::styled(amount + &gap, theme.strong())
            + Span::styled(speed.unwrap_or_default(), theme.text());
        cut(line, cells)
    };
    let speeds = loading.speeds();
    let (read, rows) = match loading.progress {
        None => (text::no_data_yet().to_owned(), 0),
        Some(progress) => (amount(progress.bytes, progress.size), progress.rows),
    };
    let speed = speeds.map(|(bytes, _)| format!("{}/s", amount(bytes as u64, None)));
    lines.push(fact(text::read(), read, speed));
    let speed = speeds.map(|(_, rows)| text::rows_per_second(count(rows)));
    lines.push(fact(text::rows_read(), grouped(rows as u128), speed));
    let left = loading.time_left();
    let left = left.map(|left| text::time_left(clock(left + Duration::from_millis(999))));
    lines.push(fact(text::time(), clock(loading.elapsed), left));
    lines.push(Line::default());
    lines.extend(steps(loading, cells, theme));
    lines.push(Line::default());
    lines
}

/// Returns the steps from reading to training, the present one marked.
fn steps(loading: &Loading, cells: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut steps: Vec<&str> = loading.files.iter().map(|file| read(file.0)).collect();
    steps.push(text::preprocess());
    let train = if loading.paused {
        text::train_paused()
    } else {
        text::train()
    };
    let train = loading.keys.in_text(train);
    steps.push(&train);
    let part = loading
        .progress
        .map_or(DataFile::Table, |progress| progress.part);
    let now = match loading.stage {
        LoadingStage::Preparing => Some(loading.files.len()),
        _ => loading.files.iter().position(|file| file.0 == part),
    };
    let line = |(step, text): (usize, &str)| {
        let (mark, mark_style, style) = match step.cmp(&now.unwrap_or(0)) {
            Ordering::Less => ("✓ ", theme.good(), theme.dim()),
            Ordering::Equal => ("▶ ", theme.accent(), theme.text()),
            Ordering::Greater => ("· ", theme.dim(), theme.dim()),
        };
        let line = Span::styled(mark, mark_style) + Span::styled(text.to_owned(), style);
        cut(line, cells)
    };
    steps.into_iter().enumerate().map(line).collect()
}

fn read(part: DataFile) -> &'static str {
    match part {
        DataFile::Table => text::read_rows(),
        DataFile::Validation => text::read_validation_rows(),
        DataFile::Test => text::read_test_rows(),
    }
}

/// Formats `967 bytes`, `12.3 MB`, or `210 of 500 MB`, whose width stays the same throughout.
fn amount(bytes: u64, size: Option<u64>) -> String {
    let largest = size.unwrap_or(bytes).max(bytes);
    let (unit, scale) = match largest {
        0..1000 => (say!("loading-bytes", "bytes"), 1.0),
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
        Some(size) => say!(
            "loading-of",
            "{bytes} of {size} {unit}",
            bytes = right_aligned(&number(bytes), width(&size)),
            size,
            unit
        ),
        None => format!("{} {unit}", number(bytes)),
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
}
