//! Header: what is trained on which data, progress, and scores, in two lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::app::{Model, Phase, View};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{line_width, put_line};
use crate::util::numbers::{count, loss, percent, r2, rate, significant};
use crate::util::text::shorten;

/// Cells between two parts.
const GAP: usize = 2;
/// Width from which on the views are named.
const WITH_VIEWS: usize = 100;

/// Part of a header line. Where room is short, parts of low rank are left out first.
struct Part {
    rank: u8,
    spans: Vec<Span<'static>>,
}

impl Part {
    /// Cells with the gap behind it.
    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum::<usize>() + GAP
    }
}

/// Draws the header into the first two rows of `area`.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    let room = usize::from(area.width);
    if area.height >= 1 {
        let views = views(model, theme);
        let beside = if room >= WITH_VIEWS {
            room.saturating_sub(line_width(&views) + GAP)
        } else {
            room
        };
        // The names of the views matter more than the words between the numbers.
        let [long, short] = [true, false].map(|is_long| subject(model, theme, is_long));
        let fits = long.iter().map(Part::width).sum::<usize>() <= beside + GAP;
        put_parts(buf, area.x, area.y, room, if fits { long } else { short });
        if room >= WITH_VIEWS {
            put_views(buf, area, &views);
        }
    }
    if area.height >= 2 {
        put_parts(buf, area.x, area.y + 1, room, progress(model, theme));
    }
}

/// Badge of the training state, always equally wide.
pub(crate) fn badge(phase: &Phase, theme: Theme) -> Span<'static> {
    let (text, style) = match phase {
        Phase::Training => (" ▶ training ", theme.good()),
        Phase::Stepping => (" ▶ stepping ", theme.good()),
        Phase::Pausing => (" ⋯ pausing  ", theme.validation()),
        Phase::Paused => (" ‖ paused   ", theme.validation()),
        Phase::Finished => (" ■ finished ", theme.accent()),
        Phase::Diverged(_) => (" ! diverged ", theme.bad()),
        Phase::Failed(_) => (" ! failed   ", theme.bad()),
    };
    Span::styled(text, theme.badge(style))
}

/// First line: data and network.
fn subject(model: &Model, theme: Theme, is_long: bool) -> Vec<Part> {
    let run = &model.run;
    let rows = match (run.data.training.rows(), run.data.validation.rows()) {
        (training, 0) => format!("{training} train rows"),
        (training, validation) if is_long => {
            format!("{training} train + {validation} val rows")
        }
        (training, validation) => format!("{training} + {validation} rows"),
    };
    let architecture = &run.architecture;
    let functions = format!(
        "{}{} · {}",
        match architecture.depth() {
            1 => String::new(),
            _ => format!("{} · ", architecture.hidden()),
        },
        format_args!("{} {}", architecture.output(), architecture.loss()),
        run.plan.rule.optimizer,
    );
    vec![
        part(9, [badge(&run.phase, theme), " ".into()]),
        part(
            8,
            [Span::styled(shorten(&run.data.name, 24), theme.strong())],
        ),
        part(4, [Span::styled(rows, theme.dim())]),
        part(7, [Span::styled(architecture.to_string(), theme.strong())]),
        part(5, [Span::styled(functions, theme.dim())]),
    ]
}

/// Second line: progress and scores.
fn progress(model: &Model, theme: Theme) -> Vec<Part> {
    let run = &model.run;
    let learning_rate = match run.asked_learning_rate {
        Some(asked) => format!("{:<7}", format!("{asked} …")),
        None => format!("{:<7}", rate(run.learning_rate)),
    };
    let (train_loss, validation_loss) = run.losses();
    let (train, validation) = run.scores();
    let (name, accuracy, error, style) = if validation.is_nan() {
        ("train", train, train_loss, theme.train())
    } else {
        ("val", validation, validation_loss, theme.validation())
    };
    let speed = if run.is_training() {
        count(run.samples_per_second)
    } else {
        "–".into()
    };
    let mut parts = vec![
        label(
            9,
            " epoch",
            format!("{:>4}", run.position.epoch),
            theme.strong(),
            theme,
        ),
        label(
            6,
            "step",
            format!("{:>5}", run.position.step),
            theme.text(),
            theme,
        ),
        label(8, "lr", learning_rate, theme.strong(), theme),
        label(
            5,
            "speed",
            format!("{:<12}", run.pace.to_string()),
            theme.text(),
            theme,
        ),
        label(3, "rows/s", format!("{speed:<5}"), theme.text(), theme),
        label(
            7,
            &format!("{name} {}", if run.is_regression() { "R²" } else { "acc" }),
            if run.is_regression() {
                r2(accuracy)
            } else {
                percent(accuracy)
            },
            style.add_modifier(Modifier::BOLD),
            theme,
        ),
        label(4, "loss", format!("{:<7}", loss(error)), style, theme),
        label(1, "batch", run.plan.batch.to_string(), theme.text(), theme),
        label(1, "seed", run.plan.seed.to_string(), theme.text(), theme),
    ];
    if let Some(scale) = run.data.task.scale() {
        let rmse = format!("{:<7}", significant(scale.rmse(error), 3));
        parts.push(label(6, "RMSE", rmse, style, theme));
    }
    let decay = run.plan.rule.weight_decay.get();
    if decay > 0.0 {
        parts.push(label(2, "L2", rate(decay), theme.text(), theme));
    }
    parts
}

fn part<const N: usize>(rank: u8, spans: [Span<'static>; N]) -> Part {
    Part {
        rank,
        spans: spans.into(),
    }
}

fn label(rank: u8, name: &str, value: String, style: Style, theme: Theme) -> Part {
    part(
        rank,
        [
            Span::styled(format!("{name} "), theme.dim()),
            Span::styled(value, style),
        ],
    )
}

/// Writes as many of `parts` as fit, the higher-ranked ones first, in their order.
fn put_parts(buf: &mut Buffer, x: u16, y: u16, room: usize, mut parts: Vec<Part>) {
    let mut by_rank: Vec<usize> = (0..parts.len()).collect();
    by_rank.sort_by_key(|&at| std::cmp::Reverse(parts[at].rank));
    let mut used = 0;
    let mut is_kept = vec![false; parts.len()];
    for at in by_rank {
        let width = parts[at].width();
        if used == 0 || used + width <= room + GAP {
            used += width;
            is_kept[at] = true;
        }
    }
    let mut kept = is_kept.into_iter();
    parts.retain(|_| kept.next().unwrap_or(false));
    let mut line = Line::default();
    for part in parts {
        line.spans.extend(part.spans);
        line.spans.push(Span::raw(" ".repeat(GAP)));
    }
    line.spans.pop();
    put_line(buf, x, y, room, &line);
}

/// Names of the views, the shown one highlighted.
fn views(model: &Model, theme: Theme) -> Line<'static> {
    let mut line = Line::default();
    for view in View::ALL {
        let style = if view == model.navigation.view {
            theme.accent().add_modifier(Modifier::BOLD)
        } else {
            theme.dim()
        };
        line.spans
            .push(Span::styled(format!(" {}", view.name()), style));
    }
    line
}

/// Writes the names of the views at the right end, where the subject leaves room.
fn put_views(buf: &mut Buffer, area: Rect, views: &Line<'_>) {
    let width = line_width(views) as u16;
    let x = area.right().saturating_sub(width);
    let is_free = (x.saturating_sub(1)..area.right()).all(|x| {
        buf.cell((x, area.y))
            .is_none_or(|cell| cell.symbol() == " ")
    });
    if is_free {
        put_line(buf, x, area.y, width.into(), views);
    }
}
