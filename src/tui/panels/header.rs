//! Header of two lines: what is trained on which data and how well, then the views, progress, and a finding.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::view_bar;
use crate::train::Trend;
use crate::tui::app::bindings::When;
use crate::tui::app::{ClickTarget, Model, Phase, Run};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::lang::after_character;
use crate::util::numbers::{clock, count, loss, percent, r2, rate, significant};
use crate::util::text::{padded, shorten, width as cells};

/// Cells between two parts.
const GAP: usize = 2;
/// Width from which on findings are written out.
const WITH_SENTENCES: usize = 150;
/// Cells of the badge.
const BADGE: u16 = 12;

/// Part of a header line.
struct Part {
    /// Precedence: parts of low rank are left out first.
    rank: u8,
    line: Line<'static>,
    /// Whether it is at the right end of the line.
    is_right: bool,
}

impl Part {
    fn new(rank: u8, line: impl Into<Line<'static>>) -> Self {
        Self {
            rank,
            line: line.into(),
            is_right: false,
        }
    }

    fn styled(rank: u8, text: impl Into<String>, style: Style) -> Self {
        Self::new(rank, Span::styled(text.into(), style))
    }

    /// A value after its name.
    fn named(rank: u8, name: &str, value: impl Into<String>, style: Style, theme: Theme) -> Self {
        let name = Span::styled(format!("{name} "), theme.dim());
        Self::new(rank, name + Span::styled(value.into(), style))
    }

    fn right(self) -> Self {
        Self {
            is_right: true,
            ..self
        }
    }
}

/// Draws the header into the first two rows of `pane`.
pub(crate) fn render(pane: &mut Pane<'_>) {
    let (model, theme) = (pane.model, pane.theme);
    let room = usize::from(pane.area.width);
    let mut rows = pane.area.rows();
    let bar_row = pane.area.rows().nth(1).unwrap_or_default();
    let bar = Part::new(u8::MAX, view_bar::bar(pane, bar_row));
    let badge = Rect::new(pane.area.x, pane.area.y, BADGE, 1);
    pane.hit(
        badge,
        ClickTarget::Key(KeyCode::Char(' '), KeyModifiers::NONE),
    );
    let [long, short] = [true, false].map(|is_long| first_line(model, theme, is_long));
    let first = if width(&long) <= room { long } else { short };
    let beside = room.saturating_sub(bar.line.width() + GAP);
    let second = [bar]
        .into_iter()
        .chain(progress(model, theme, room, beside))
        .collect();
    for (row, parts) in rows.by_ref().zip([first, second]) {
        let [left, right] = fitting(parts, room);
        pane.line(row, right.right_aligned());
        pane.line(row, left);
    }
}

/// Badge of the state of training, or of the earlier moment that is shown; always equally wide.
pub(crate) fn badge(run: &Run, theme: Theme) -> Span<'static> {
    let (text, style) = match &run.phase {
        _ if run.past.is_some() => (text::badge_past(), theme.validation()),
        Phase::Training if run.is_diverging() => (text::badge_diverging(), theme.bad()),
        Phase::Training => (text::badge_training(), theme.good()),
        Phase::Stepping => (text::badge_stepping(), theme.good()),
        Phase::Pausing => (text::badge_pausing(), theme.validation()),
        Phase::Paused => (text::badge_paused(), theme.validation()),
        Phase::Finished(_) => (text::badge_finished(), theme.accent()),
        Phase::Diverged(_) => (text::badge_diverged(), theme.bad()),
        Phase::Failed(_) => (text::badge_failed(), theme.bad()),
    };
    Span::styled(text, theme.badge(style))
}

/// First line: data, network, and on the right the scores. A short line leaves out a loss that goes with the output.
fn first_line(model: &Model, theme: Theme, is_long: bool) -> Vec<Part> {
    let run = &model.run;
    let rows = match (run.data.training.rows(), run.data.validation.rows()) {
        (training, 0) => text::train_rows(training),
        (training, validation) if is_long => text::train_and_val_rows(training, validation),
        (training, validation) => text::both_rows(training, validation),
    };
    let architecture = &run.architecture;
    let hidden = (architecture.depth() > 1).then(|| architecture.hidden().title().to_owned());
    let (output, loss) = (architecture.output(), architecture.loss());
    let output = if is_long || loss != output.default_loss() {
        format!("{output} {loss}")
    } else {
        output.to_string()
    };
    let optimizer = run.plan.rule.optimizer.to_string();
    let functions = hidden.into_iter().chain([output, optimizer]);
    let functions = functions.collect::<Vec<_>>().join(" · ");
    let mut parts = vec![
        Part::new(9, badge(run, theme) + Span::raw(" ")),
        Part::styled(8, shorten(&run.data.name, 24), theme.strong()),
        Part::styled(3, rows, theme.dim()),
        Part::styled(6, architecture.to_string(), theme.strong()),
        Part::styled(4, functions, theme.dim()),
    ];
    parts.splice(1..1, lane(model, theme));
    if !run.plan.regularisation.is_none() {
        let shown = run.plan.regularisation.to_string();
        parts.push(Part::styled(5, shown, theme.text()));
    }
    parts.extend(scores(run, theme).into_iter().map(Part::right));
    parts
}

/// The lane that is shown in place of the main run.
fn lane(model: &Model, theme: Theme) -> Option<Part> {
    let shown = Some(model.shown_lane()).filter(|&shown| shown > 0)?;
    let label = model.lane_labels().swap_remove(shown);
    let text = text::shown_lane(shown, shorten(&label, 32));
    let style = theme.badge(theme.warning());
    Some(Part::styled(9, text, style))
}

/// Score and loss on the validation rows, or else on the training rows, the lowest validation loss, and for
/// regression the error in the target's unit.
fn scores(run: &Run, theme: Theme) -> Vec<Part> {
    let ((train_loss, validation_loss), (train, validation)) = (run.losses(), run.scores());
    let is_validated = !run.data.validation.is_empty();
    let (set, score, error, style) = if is_validated {
        let set = text::label_validation();
        (set, validation, validation_loss, theme.validation())
    } else {
        (text::label_train(), train, train_loss, theme.train())
    };
    let (measure, score) = if run.is_regression() {
        ("R²", r2(score))
    } else {
        (text::label_accuracy(), percent(score))
    };
    let bold = style.add_modifier(Modifier::BOLD);
    let mut parts = vec![Part::named(
        8,
        &text::score_of_set(set, after_character(measure)),
        score,
        bold,
        theme,
    )];
    if run.is_regression() {
        let (of_train, of_validation) = run.root_mean_squared_errors();
        let rmse = match if is_validated {
            of_validation
        } else {
            of_train
        } {
            rmse if rmse.is_finite() => significant(rmse, 3),
            _ => "–".to_owned(),
        };
        parts.push(Part::named(5, "RMSE", format!("{rmse:<7}"), style, theme));
    }
    let shown = format!("{:<6} ", loss(error));
    let mut shown = Part::named(6, text::label_loss(), shown, style, theme);
    let trend = run.history.trend().filter(|_| run.past.is_none());
    let (arrow, style) = match trend {
        Some(Trend::Falling) => ("↘", theme.good()),
        Some(Trend::Flat) => ("→", theme.dim()),
        Some(Trend::Rising) => ("↗", theme.bad()),
        None => (" ", theme.dim()),
    };
    shown.line += Span::styled(arrow, style);
    parts.push(shown);
    if is_validated {
        let best = match run.best {
            Some(best) => format!("{} @ {:<3}", loss(best.loss), best.epoch),
            None => format!("{:<12}", "–"),
        };
        let best = Part::named(7, text::label_best(), best, theme.validation(), theme);
        parts.push(best);
    }
    parts
}

/// Second line of `room` cells, of which so many are `beside` the views: progress, settings, and on the right a finding or
/// the trend.
fn progress(model: &Model, theme: Theme, room: usize, beside: usize) -> Vec<Part> {
    let run = &model.run;
    let (text, strong) = (theme.text(), theme.strong());
    let named = |rank, name, value: String, style| Part::named(rank, name, value, style, theme);
    let mut parts = Vec::new();
    // An earlier moment that is shown is named on the right.
    if run.past.is_none() || run.is_replaying() {
        parts.push(named(8, text::label_epoch(), epochs(run), strong));
    }
    // Ranks before the settings.
    let [share, left] = remaining(run);
    parts.extend(share.map(|share| Part::styled(6, share, text)));
    parts.extend(left.map(|left| Part::styled(7, left, text)));
    parts.push(named(
        7,
        text::label_learning_rate(),
        learning_rate(run),
        strong,
    ));
    let pace = padded(&run.pace.to_string(), 12);
    parts.push(named(3, text::label_pace(), pace, text));
    let step = format!("{:>5}", run.position.step);
    parts.push(named(
        if run.is_training() { 5 } else { 7 },
        text::label_step(),
        step,
        text,
    ));
    let speed = run.is_training().then(|| count(run.samples_per_second));
    let speed = format!("{:<5}", speed.unwrap_or("–".into()));
    parts.push(named(2, text::label_rows_per_second(), speed, text));
    parts.push(named(
        1,
        text::label_batch(),
        run.plan.batch.to_string(),
        text,
    ));
    parts.push(named(
        4,
        text::label_seed(),
        run.plan.seed.to_string(),
        text,
    ));
    let decay = run.plan.rule.weight_decay.get();
    if decay > 0.0 {
        parts.push(named(2, "L2", rate(decay), text));
    }
    let schedule = run.plan.schedule;
    if !schedule.is_constant() {
        parts.push(named(2, text::label_schedule(), schedule.to_string(), text));
    }
    parts.extend(viewing(model, theme, beside).map(Part::right));
    if run.past.is_none() {
        parts.push(verdict(run, theme, room).right());
    }
    parts
}

/// Epochs done, of those to do if they are limited.
fn epochs(run: &Run) -> String {
    let epoch = run.position.epoch;
    match run.limits.epochs {
        Some(all) => {
            let all = all.to_string();
            format!("{epoch:>cells$}/{all}", cells = all.len())
        }
        None => format!("{epoch:>4}"),
    }
}

/// Share of the epochs that are done, and the time left while training; none where there is no limit, or for an earlier
/// moment.
fn remaining(run: &Run) -> [Option<String>; 2] {
    if run.past.is_some() {
        return [None, None];
    }
    let left = run.time_left().map(|time| text::time_left(clock(time)));
    let share = run.limits.epochs.map(|all| {
        let share = run.epochs() / all.max(1) as f64;
        format!("{:>3.0}%", (100.0 * share).floor())
    });
    [share, left]
}

/// Learning rate in force, or the one that was asked for.
fn learning_rate(run: &Run) -> String {
    let shown = match run.asked_learning_rate {
        Some(asked) => format!("{asked} …"),
        None if run.plan.schedule.is_constant() => rate(run.learning_rate),
        None => {
            // Of a schedule's rate, three digits.
            let rounded = format!("{:.2e}", run.learning_rate);
            rate(rounded.parse().unwrap_or(f64::NAN))
        }
    };
    format!("{shown:<7}")
}

/// The earlier moment that is shown, what leads there, and the keys that lead away, as far as they fit into `room` cells.
fn viewing(model: &Model, theme: Theme, room: usize) -> Option<Part> {
    let run = &model.run;
    let past = run.past?;
    let (position, epochs) = (run.position, past.present.epoch);
    let (place, short, hints) = match past.goal {
        Some(goal) => {
            let left = past.left.map(clock);
            let whole = left.map_or_else(
                || text::replaying_soon(goal),
                |left| text::replaying(goal, left),
            );
            (whole, text::replaying_soon(goal), vec![text::stop_hint()])
        }
        None => {
            let (epoch, step) = (position.epoch, position.step);
            let [whole, short] = if position.batch > 0 {
                [
                    text::viewing_step(epoch, epochs, step),
                    text::viewing_step_short(epoch, epochs, step),
                ]
            } else {
                [
                    text::viewing_epoch(epoch, epochs),
                    text::viewing_short(epoch, epochs),
                ]
            };
            let leaves = model.holds(When::PastOnly).then_some(text::present_hint());
            let hints = leaves.into_iter().chain([text::continue_hint()]).collect();
            (whole, short, hints)
        }
    };
    let hints: Vec<_> = hints
        .into_iter()
        .map(|hint| model.keys.in_text(hint))
        .collect();
    let with_hints = |place: &str, count: usize| {
        let parts = [place]
            .into_iter()
            .chain(hints[..count].iter().map(|hint| &**hint));
        parts.collect::<Vec<_>>().join(" · ")
    };
    let whole = (1..=hints.len())
        .rev()
        .map(|count| with_hints(&place, count));
    let alone = [place.clone(), short.clone()];
    let with_hint = (!hints.is_empty()).then(|| with_hints(&short, 1));
    let mut longest_first = whole.chain(with_hint).chain(alone);
    let fits = |text: &String| cells(text) <= room;
    let shown = longest_first.find(fits).unwrap_or(short);
    Some(Part::styled(9, shown, theme.validation()))
}

/// The finding, or else the trend in words. While training it matters more than settings.
fn verdict(run: &Run, theme: Theme, room: usize) -> Part {
    let is_short = room < WITH_SENTENCES;
    let is_important = run.is_training() || !run.findings.is_empty();
    let rank = if is_important { 8 } else { 6 };
    let Some(&finding) = run.findings.first() else {
        return trend(run.history.trend(), rank, theme);
    };
    let [name, short] = run.describe(finding).names;
    let style = if finding.is_severe() {
        theme.bad()
    } else {
        theme.warning()
    };
    let text = text::finding(if is_short { short } else { name });
    Part::styled(rank, text + " ", style)
}

/// The trend in a word, a cell apart from the edge, as in the line above. All words take the same cells, so that parts
/// of lower rank do not come and go with them.
fn trend(trend: Option<Trend>, rank: u8, theme: Theme) -> Part {
    let words = [
        text::trend_falling(),
        text::trend_flat(),
        text::trend_rising(),
    ];
    let (word, style) = match trend {
        Some(Trend::Falling) => (words[0], theme.good()),
        Some(Trend::Flat) => (words[1], theme.dim()),
        Some(Trend::Rising) => (words[2], theme.bad()),
        None => ("", theme.dim()),
    };
    let widest = words.iter().map(|word| cells(word)).max().unwrap_or(0);
    let padding = " ".repeat(widest - cells(word));
    Part::styled(rank, format!("{padding}{word} "), style)
}

/// Cells of `parts` with gaps between them.
fn width(parts: &[Part]) -> usize {
    let cells = parts.iter().map(|part| part.line.width() + GAP);
    cells.sum::<usize>().saturating_sub(GAP)
}

/// Joins as many of `parts` as fit, the higher-ranked ones first, in their order: those on the left, and those on the
/// right.
fn fitting(parts: Vec<Part>, room: usize) -> [Line<'static>; 2] {
    let mut by_rank: Vec<usize> = (0..parts.len()).collect();
    by_rank.sort_by_key(|&at| std::cmp::Reverse(parts[at].rank));
    let mut kept: Vec<usize> = Vec::new();
    let mut used = 0;
    for at in by_rank {
        let cells = parts[at].line.width() + GAP;
        if used == 0 || used + cells <= room + GAP {
            used += cells;
            kept.push(at);
        }
    }
    let mut lines = [const {
        Line {
            spans: Vec::new(),
            style: Style::new(),
            alignment: None,
        }
    }; 2];
    for (at, part) in parts.into_iter().enumerate() {
        if kept.contains(&at) {
            let line = &mut lines[usize::from(part.is_right)];
            let gap = if line.spans.is_empty() { 0 } else { GAP };
            *line += Span::raw(" ".repeat(gap));
            line.spans.extend(part.line.spans);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn a_trend_takes_the_same_cells_in_any_word() {
        let theme = Theme::new(Depth::True);
        let trends = [
            None,
            Some(Trend::Falling),
            Some(Trend::Flat),
            Some(Trend::Rising),
        ];
        let widths = trends.map(|found| trend(found, 8, theme).line.width());
        assert!(widths.iter().all(|&width| width == widths[0]), "{widths:?}");
    }
}
