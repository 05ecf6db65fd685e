//! Drawing of the screen of a sweep.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Board, Loss, Row, Sort, chart};
use crate::tui::app::{ClickTarget, Drawn};
use crate::tui::key_table::{draw_footer, draw_help};
use crate::tui::layout::MIN_SIZE;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Column, Listing, Pane, Title, bar, bars};
use crate::tui::{on_screen, text};
use crate::util::lang::after_character;
use crate::util::numbers::loss;
use crate::util::text::{padded, shorten, width, wrap_whole};

/// Cells of a curve.
const CURVE: usize = 16;
/// Cells of the bar of an effect, and settings and values that are listed at most.
const BAR: usize = 12;
const EFFECTS: usize = 4;
/// Height of the screen from which on all settings are listed.
const TALL: u16 = 40;
/// Lines of the table around its rows, and lines of the best command at most.
const AROUND_ROWS: u16 = 3;
const COMMAND: usize = 3;
/// Longest value of a setting.
const VALUE: usize = 16;

/// Draws `board` into `area` of `buf`. Returns what later input refers to.
pub(in crate::tui) fn render(area: Rect, buf: &mut Buffer, board: &Board, theme: Theme) -> Drawn {
    on_screen(area, buf, board, theme, draw)
}

fn draw(pane: &mut Pane<'_, Board>) {
    let (board, theme, area) = (pane.model, pane.theme, pane.area);
    let listed = if area.height >= TALL {
        usize::MAX
    } else {
        EFFECTS
    };
    let effects = effects(board, theme, area.width, listed);
    let below = match effects.len() as u16 {
        0 => 0,
        lines if area.height >= MIN_SIZE.1 + lines + 2 => lines + 2,
        _ => 0,
    };
    let command = best_command(board, theme, area);
    let best = match command.len() as u16 {
        0 => 0,
        lines => lines + 2,
    };
    let rows = board.rows();
    let room = area.height.saturating_sub(2 + below + best);
    // What all rows of the table will leave empty is for their curves.
    let all = if board.shows_trainings {
        board.total
    } else {
        board.table.values.len()
    };
    let needed = u16::try_from(all)
        .unwrap_or(u16::MAX)
        .saturating_add(AROUND_ROWS);
    let curves = match room.saturating_sub(needed) {
        rest if rest >= chart::MIN_HEIGHT => rest,
        _ => 0,
    };
    let [head, table, curves, below, best, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(curves),
        Constraint::Length(below),
        Constraint::Length(best),
        Constraint::Length(1),
    ])
    .areas(area);
    pane.line(head, header(board, theme));
    draw_table(pane, table, &rows);
    if curves.height > 0 {
        chart::draw(pane, curves, &rows);
    }
    if best.height > 2 {
        let title = Title::new::<String>(text::sweep_best_title(), []);
        let inside = pane.frame(best, false, &title, Default::default());
        for (row, command) in inside.rows().zip(command) {
            pane.line(row, command);
        }
    }
    if below.height > 2 {
        let score = after_character(board.table.score_name());
        // Until all are done, the values of a setting have met different values of the others.
        let name = if board.is_done {
            text::sweep_effects_title(score)
        } else {
            text::sweep_effects_so_far(score)
        };
        let title = Title::new::<String>(name, []);
        let inside = pane.frame(below, false, &title, Default::default());
        for (row, effect) in inside.rows().zip(effects) {
            pane.line(row, effect);
        }
    }
    let quit = if board.is_done {
        text::key_close()
    } else {
        text::key_stop()
    };
    draw_footer(pane, foot, quit);
    draw_help(pane, table);
}

/// Number of trainings that are done, of all.
fn header(board: &Board, theme: Theme) -> Line<'static> {
    let (done, total) = (board.done(), board.total);
    let (badge, style) = if board.is_done {
        (text::badge_finished(), theme.accent())
    } else {
        (text::badge_training(), theme.good())
    };
    let progress = bar(done as f64 / total.max(1) as f64, BAR);
    Line::from_iter([
        Span::styled(badge, theme.badge(style)),
        Span::styled(format!("  {}", shorten(&board.source, 32)), theme.strong()),
        Span::styled(
            format!("  {}", text::trainings_done(done, total)),
            theme.text(),
        ),
        Span::styled(format!("  {}", padded(&progress, BAR)), theme.good()),
        Span::styled(format!("  {}", text::at_a_time(board.jobs)), theme.dim()),
    ])
}

/// Lines with the command line of the best combination, once that is known; none where the table would have no room.
fn best_command(board: &Board, theme: Theme, area: Rect) -> Vec<Line<'static>> {
    let command = board.best.and_then(|best| board.commands.get(best));
    let command = command.filter(|_| area.height >= MIN_SIZE.1 + COMMAND as u16 + 2);
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let command = command.map(|command| wrap_whole(&crate::util::text::sanitise(command), room));
    let lines = command.into_iter().flatten().take(COMMAND);
    lines
        .map(|line| Line::styled(line, theme.strong()))
        .collect()
}

fn draw_table(pane: &mut Pane<'_, Board>, area: Rect, rows: &[Row]) {
    let (board, theme) = (pane.model, pane.theme);
    let name = if board.shows_trainings {
        text::sweep_trainings_title()
    } else {
        text::sweep_settings_title()
    };
    let sorted = match board.sort {
        Sort::Score => text::sorted_by_score(board.table.score_name()),
        Sort::Loss => text::sorted_by_loss().to_owned(),
        Sort::Given => text::sorted_as_given().to_owned(),
    };
    let title = Title::new(name, [sorted]);
    let inside = pane.frame(area, false, &title, Default::default());
    let listing = Listing {
        columns: columns(board),
        rows: rows.iter().map(|row| cells(board, row, theme)).collect(),
        chosen: (!rows.is_empty()).then(|| board.chosen.min(rows.len().saturating_sub(1))),
    };
    let shown = listing.draw(inside, pane.buf, theme).into_iter();
    let hits = &mut pane.drawn.hits;
    hits.extend(shown.map(|(row, area)| (area, ClickTarget::Line(row))));
}

fn columns(board: &Board) -> Vec<Column> {
    let score = board.table.score_name();
    let mut columns = vec![
        Column::new(text::head_run(), 44, 10),
        Column::new(score, 8, 9).right(),
    ];
    if !board.shows_trainings {
        columns.push(Column::new("±", 6, 6).right());
    }
    columns.push(Column::new(text::head_loss(), 8, 8).right());
    columns.push(Column::new(text::validation_loss_title(), CURVE as u16, 7));
    columns.push(Column::new(text::label_epoch().trim(), 6, 5).right());
    if !board.shows_trainings {
        columns.push(Column::new(text::head_trainings(), 9, 4).right());
    }
    columns
}

fn cells(board: &Board, row: &Row, theme: Theme) -> Vec<Line<'static>> {
    let styled = |text: String, style| Line::styled(text, style);
    let score = board.table.show_score(row.score).trim().to_owned();
    let mut cells = vec![
        styled(board.label(row), theme.text()),
        styled(score, theme.strong()),
    ];
    if row.training.is_none() {
        let error = board.table.show_score(row.error);
        cells.push(styled(error.trim().to_owned(), theme.dim()));
    }
    let (done, begun) = row.count;
    let shown_loss = if row.loss.is_nan() {
        "–".to_owned()
    } else {
        loss(row.loss)
    };
    cells.push(styled(shown_loss.trim().to_owned(), theme.text()));
    cells.push(styled(sparkline(&row.curve), theme.validation()));
    cells.push(styled(row.epoch.to_string(), theme.dim()));
    if row.training.is_none() {
        cells.push(styled(format!("{done}/{begun}"), theme.dim()));
    }
    cells
}

/// The last values as bars: the lowest of them is lowest, the highest highest.
fn sparkline(losses: &[Loss]) -> String {
    let values = || losses.iter().map(|loss| loss.value);
    let finite = || values().filter(|value| value.is_finite());
    let (low, high) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    // Several points to a cell, the last of which counts.
    let per_cell = losses.len().div_ceil(CURVE).max(1);
    let points = losses.chunks(per_cell).filter_map(<[Loss]>::last);
    let shares = points
        .map(|loss| loss.value)
        .map(|value| match (value - low) / (high - low) {
            share if share.is_finite() => share.max(1e-9),
            _ if value.is_finite() => 1e-9,
            _ => 0.0,
        });
    bars(shares, 1).pop().unwrap_or_default()
}

/// A line for each setting that differs, that of the largest effect first: bar, and means by value.
fn effects(board: &Board, theme: Theme, cells: u16, count: usize) -> Vec<Line<'static>> {
    if board.table.has_rounds {
        return Vec::new();
    }
    let mut effects = board.table.effects(&board.standings());
    effects.retain(|effect| !effect.spread().is_nan());
    effects.sort_by(|a, b| b.spread().total_cmp(&a.spread()));
    let most = effects.first().map_or(0.0, |effect| effect.spread());
    let names = effects.iter().map(|effect| width(effect.setting)).max();
    let names = names.unwrap_or(0);
    let line = |effect: &crate::record::Effect| {
        let spread = effect.spread();
        let share = if most > 0.0 { spread / most } else { 0.0 };
        let mut line = Line::from_iter([
            Span::styled(padded(effect.setting, names), theme.strong()),
            Span::styled(
                format!("  {}", padded(&bar(share, BAR), BAR)),
                theme.accent(),
            ),
            Span::styled(
                format!("  {}", board.table.show_score(spread).trim()),
                theme.strong().add_modifier(Modifier::BOLD),
            ),
        ]);
        for (value, mean) in &effect.means {
            let mean = board.table.show_score(*mean);
            let value = shorten(&crate::util::text::sanitise(value), VALUE);
            let part = format!("  {value} {}", mean.trim());
            if line.width() + width(&part) + 2 > usize::from(cells) {
                break;
            }
            line.push_span(Span::styled(part, theme.dim()));
        }
        line
    };
    effects.iter().take(count).map(line).collect()
}
