//! The runs of a race: what differs, best score, epoch, speed and finding, and the command that repeats the chosen one.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::Panel;
use super::header::badge;
use crate::train::EpochRecord;
use crate::tui::app::{ClickTarget, Model, Phase, Run};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Column, Dash, Listing, Pane, Title};
use crate::util::lang::after_character;
use crate::util::numbers::{count, loss, percent, r2};
use crate::util::text::{width, wrap};

/// Rows of the command below the list, and rows of the panel from which on they are shown.
const DETAILS: u16 = 2;
const WITH_DETAILS: u16 = 5;

/// List of the runs of a race.
pub(crate) struct RaceTable;

impl Panel for RaceTable {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let Some(race) = &pane.model.race else {
            return Title::new::<&str>(text::race_title(), []);
        };
        let pacing = if race.in_lockstep {
            text::in_lockstep()
        } else {
            text::free()
        };
        Title::new(text::race_title(), [pacing.to_owned()])
    }

    fn preferred_rows(&self, model: &Model) -> u16 {
        let lanes = model.race.as_ref().map_or(0, |race| race.lanes.len());
        1 + lanes as u16 + DETAILS
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme, area) = (pane.model, pane.theme, pane.area);
        let Some(race) = &model.race else {
            return pane.message([text::no_race()]);
        };
        let list_rows = 1 + race.lanes.len() as u16;
        let details = if area.height >= WITH_DETAILS {
            DETAILS.min(area.height.saturating_sub(list_rows).max(1))
        } else {
            0
        };
        let list = Rect {
            height: area.height - details,
            ..area
        };
        let listing = listing(model, theme);
        let shown = listing.draw(list, pane.buf, theme);
        let last = shown.last().map_or(0, |(index, _)| index + 1);
        pane.below = listing.rows.len() - last;
        for (index, row) in shown {
            pane.hit(row, ClickTarget::Lane(index));
        }
        let command = model.lane_command(race.chosen);
        let lines = match &command {
            Some(command) => wrap(command, area.width.max(1).into()),
            None => vec![text::no_lane_command().to_owned()],
        };
        let below = list_rows.min(list.height);
        let rest = Rect::new(area.x, area.y + below, area.width, area.height - below);
        for (row, line) in rest.rows().zip(lines) {
            pane.left(row, &line, theme.dim());
        }
    }
}

/// Look of a lane's curve without its colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaneLook {
    /// Symbol on the curve and in the list.
    pub symbol: &'static str,
    pub dash: Dash,
    /// Piece of such a line.
    sample: &'static str,
}

/// Looks of the main run, which comes first, and of the lanes.
const LOOKS: [LaneLook; 7] = {
    const fn look(symbol: &'static str, dash: Dash, sample: &'static str) -> LaneLook {
        LaneLook {
            symbol,
            dash,
            sample,
        }
    }
    [
        look("M", Dash::Solid, "━━━"),
        look("1", Dash::Solid, "━━━"),
        look("2", Dash::Even(4, 2), "╍╍╍"),
        look("3", Dash::Even(2, 2), "┅┅┅"),
        look("4", Dash::Even(1, 1), "┉┉┉"),
        look("5", Dash::Even(6, 2), "━ ━"),
        look("6", Dash::Even(1, 3), "· ·"),
    ]
};

impl LaneLook {
    /// Returns the look of the lane at `index`.
    pub fn of(index: usize) -> Self {
        LOOKS[index % LOOKS.len()]
    }
}

/// Colour of the lane at `index`.
pub(super) fn lane_style(index: usize, theme: Theme) -> Style {
    match index.checked_sub(1) {
        Some(lane) => theme.class(lane),
        None => theme.strong(),
    }
}

/// Symbol and a piece of the curve of the lane at `index`.
fn mark(index: usize, theme: Theme) -> Span<'static> {
    let look = LaneLook::of(index);
    let text = format!("{} {}", look.symbol, look.sample);
    Span::styled(text, lane_style(index, theme))
}

fn listing(model: &Model, theme: Theme) -> Listing {
    let race = model.race.as_ref();
    let count = race.map_or(0, |race| race.lanes.len());
    let labels = model.lane_labels();
    let best = (0..count)
        .filter_map(|index| model.lane(index)?.best.map(|best| (best.loss, index)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, index)| index);
    let score = if model.run.is_regression() {
        "R²"
    } else {
        text::label_accuracy()
    };
    let best_score = text::head_best_score(after_character(score));
    let rows = (0..count).map(|index| {
        let label = labels.get(index).cloned().unwrap_or_default();
        row(model, theme, (index, label), best == Some(index))
    });
    Listing {
        columns: vec![
            Column::new("", 6, 9),
            Column::new(text::head_run(), 40, 10),
            Column::new(text::head_best_loss(), 13, 8).right(),
            Column::new(best_score.clone(), 8.max(width(&best_score) as u16), 7).right(),
            Column::new(text::label_epoch(), 9, 6).right(),
            Column::new(
                text::head_speed(),
                6.max(width(text::head_speed()) as u16),
                3,
            )
            .right(),
            Column::new(text::head_state(), 14, 5),
            Column::new(text::head_finding(), 44, 4),
        ],
        rows: rows.collect(),
        chosen: race.map(|race| race.chosen),
    }
}

/// Cells of the lane at `index`, with what differs in it.
fn row(
    model: &Model,
    theme: Theme,
    (index, label): (usize, String),
    is_best: bool,
) -> Vec<Line<'static>> {
    let Some(run) = model.lane(index) else {
        return vec![
            mark(index, theme).into(),
            Line::styled(text::lane_starts(), theme.dim()),
        ];
    };
    let name = match (index, label.as_str()) {
        (0, "") => text::main_run().to_owned(),
        (0, label) => text::main_run_with(label),
        (_, "") => text::same_as_main().to_owned(),
        (_, label) => label.to_owned(),
    };
    let best = match run.best {
        Some(best) => format!("{} @ {}", loss(best.loss), best.epoch),
        None => "–".to_owned(),
    };
    let style = if is_best {
        theme.good().add_modifier(Modifier::BOLD)
    } else {
        theme.text()
    };
    let speed = if run.is_training() && run.samples_per_second > 0.0 {
        count(run.samples_per_second)
    } else {
        "–".to_owned()
    };
    let finding = run.findings.first().map_or_else(Line::default, |&finding| {
        let style = if finding.is_severe() {
            theme.bad()
        } else {
            theme.warning()
        };
        Line::styled(run.describe(finding).names[0].clone(), style)
    });
    vec![
        mark(index, theme).into(),
        Line::styled(name, theme.text()),
        Line::styled(best, style),
        Line::styled(best_score(run), theme.text()),
        Line::styled(epoch(run), theme.text()),
        Line::styled(speed, theme.dim()),
        badge(run, theme).into(),
        finding,
    ]
}

/// The best score so far: on the validation rows, or else on the training rows.
fn best_score(run: &Run) -> String {
    let is_validated = !run.data.validation.is_empty();
    let records = run.history.epochs().iter();
    let is_shown = |record: &&EpochRecord| run.past.is_none() || record.epoch <= run.position.epoch;
    let scores = records.filter(is_shown).map(|record| {
        if is_validated {
            record.validation_score.max
        } else {
            record.train_score.max
        }
    });
    let best = scores
        .filter(|score| score.is_finite())
        .max_by(f64::total_cmp);
    match best {
        Some(best) if run.is_regression() => r2(best),
        Some(best) => percent(best).trim().to_owned(),
        None => "–".into(),
    }
}

fn epoch(run: &Run) -> String {
    match (run.limits.epochs, &run.phase) {
        (Some(all), Phase::Training | Phase::Paused | Phase::Stepping | Phase::Pausing) => {
            format!("{}/{all}", run.position.epoch)
        }
        _ => run.position.epoch.to_string(),
    }
}
