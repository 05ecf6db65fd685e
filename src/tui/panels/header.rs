//! Header: what is trained on which data, progress, and scores, in two lines.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::app::{Model, Phase, Run, View};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::numbers::{count, loss, percent, r2, rate, significant};
use crate::util::text::shorten;

/// Cells between two parts.
const GAP: usize = 2;
/// Width from which on the views are named.
const WITH_VIEWS: usize = 110;

/// Part of a header line, with its rank. Where room is short, parts of low rank are left out first.
type Part = (u8, Line<'static>);

/// Draws the header into the first two rows of `pane`.
pub(crate) fn render(pane: &mut Pane<'_>) {
    let (model, theme) = (pane.model, pane.theme);
    let room = usize::from(pane.area.width);
    let mut rows = pane.area.rows();
    if let Some(row) = rows.next() {
        let views = views(model, theme);
        let beside = room.saturating_sub(views.width() + GAP);
        let beside = if room >= WITH_VIEWS { beside } else { room };
        // The names of the views matter more than the words between the numbers.
        let [long, short] = [true, false].map(|is_long| subject(model, theme, is_long));
        let fits = width(&long) <= beside;
        let line = fitting(if fits { long } else { short }, beside);
        if room >= WITH_VIEWS && line.width() < room - views.width() {
            pane.line(row, views.right_aligned());
        }
        pane.line(row, line);
    }
    if let Some(row) = rows.next() {
        pane.line(row, fitting(progress(model, theme), room));
    }
}

/// Badge of the training state, always equally wide.
pub(crate) fn badge(phase: &Phase, theme: Theme) -> Span<'static> {
    let (text, style) = match phase {
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

/// First line: data and network.
fn subject(model: &Model, theme: Theme, is_long: bool) -> Vec<Part> {
    let run = &model.run;
    let rows = match (run.data.training.rows(), run.data.validation.rows()) {
        (training, 0) => text::train_rows(training),
        (training, validation) if is_long => text::train_and_val_rows(training, validation),
        (training, validation) => text::both_rows(training, validation),
    };
    let architecture = &run.architecture;
    let (output, loss) = (architecture.output(), architecture.loss());
    let functions = format!("{output} {loss} · {}", run.plan.rule.optimizer);
    let functions = match architecture.depth() {
        1 => functions,
        _ => format!("{} · {functions}", architecture.hidden()),
    };
    let part = |rank, text: String, style| (rank, Line::from(Span::styled(text, style)));
    vec![
        (9, badge(&run.phase, theme) + Span::raw(" ")),
        part(8, shorten(&run.data.name, 24), theme.strong()),
        part(4, rows, theme.dim()),
        part(7, architecture.to_string(), theme.strong()),
        part(5, functions, theme.dim()),
    ]
}

/// Second line: progress and scores.
fn progress(model: &Model, theme: Theme) -> Vec<Part> {
    let run = &model.run;
    let (text, strong) = (theme.text(), theme.strong());
    let epoch = format!("{:>4}", run.position.epoch);
    let step = format!("{:>5}", run.position.step);
    let learning_rate = match run.asked_learning_rate {
        Some(asked) => format!("{asked} …"),
        None if run.plan.schedule.is_constant() => rate(run.learning_rate),
        // Of a schedule's rate, three digits.
        None => rate(
            format!("{:.2e}", run.learning_rate)
                .parse()
                .unwrap_or(f64::NAN),
        ),
    };
    let learning_rate = format!("{learning_rate:<7}");
    let pace = format!("{:<12}", run.pace.to_string());
    let is_training = run.is_training();
    let speed = is_training.then(|| count(run.samples_per_second));
    let speed = format!("{:<5}", speed.unwrap_or("–".into()));
    let part = |rank, name, value, style| labelled(rank, name, value, style, theme);
    let mut parts = vec![
        part(9, text::label_epoch(), epoch, strong),
        best(run, theme),
        part(6, text::label_step(), step, text),
        part(8, text::label_learning_rate(), learning_rate, strong),
        part(5, text::label_pace(), pace, text),
        part(3, text::label_rows_per_second(), speed, text),
    ];
    let (scores, rmse) = scores(run, theme);
    parts.extend(scores);
    parts.push(part(
        1,
        text::label_batch(),
        run.plan.batch.to_string(),
        text,
    ));
    parts.push(part(1, text::label_seed(), run.plan.seed.to_string(), text));
    parts.extend(rmse);
    if let Some(saved) = run.last_saved() {
        parts.push(part(6, text::label_saved(), format!("{saved:<10}"), text));
    }
    let decay = run.plan.rule.weight_decay.get();
    if decay > 0.0 {
        parts.push(part(2, "L2", rate(decay), text));
    }
    let schedule = run.plan.schedule;
    if !schedule.is_constant() {
        parts.push(part(2, text::label_schedule(), schedule.to_string(), text));
    }
    if !run.plan.regularisation.is_none() {
        let shown = Span::styled(run.plan.regularisation.to_string(), text);
        parts.push((2, shown.into()));
    }
    parts
}

/// Best epoch so far; blank before there is one.
fn best(run: &Run, theme: Theme) -> Part {
    let epoch = run.best.map_or("–".into(), |best| best.epoch.to_string());
    labelled(
        5,
        text::label_best(),
        format!("{epoch:>4}"),
        theme.validation(),
        theme,
    )
}

/// Score and loss on the validation rows, or else on the training rows, and for regression the error in
/// the target's unit.
fn scores(run: &Run, theme: Theme) -> ([Part; 2], Option<Part>) {
    let ((train_loss, validation_loss), (train, validation)) = (run.losses(), run.scores());
    let (set, score, error, style) = if validation.is_nan() {
        (text::label_train(), train, train_loss, theme.train())
    } else {
        let set = text::label_validation();
        (set, validation, validation_loss, theme.validation())
    };
    let (measure, score) = if run.is_regression() {
        ("R²", r2(score))
    } else {
        (text::label_accuracy(), percent(score))
    };
    let bold = style.add_modifier(Modifier::BOLD);
    let score = labelled(7, &format!("{set} {measure}"), score, bold, theme);
    let shown = format!("{:<7}", loss(error));
    let loss = labelled(4, text::label_loss(), shown, style, theme);
    let rmse = run.data.task.scale().map(|scale| {
        let rmse = significant(scale.rmse(error), 3);
        labelled(6, "RMSE", format!("{rmse:<7}"), style, theme)
    });
    ([score, loss], rmse)
}

fn labelled(rank: u8, name: &str, value: String, style: Style, theme: Theme) -> Part {
    let name = Span::styled(format!("{name} "), theme.dim());
    (rank, name + Span::styled(value, style))
}

/// Cells of `parts` with gaps between them.
fn width(parts: &[Part]) -> usize {
    let cells = parts.iter().map(|(_, line)| line.width() + GAP);
    cells.sum::<usize>().saturating_sub(GAP)
}

/// Joins as many of `parts` as fit, the higher-ranked ones first, in their order.
fn fitting(parts: Vec<Part>, room: usize) -> Line<'static> {
    let mut by_rank: Vec<usize> = (0..parts.len()).collect();
    by_rank.sort_by_key(|&at| std::cmp::Reverse(parts[at].0));
    let mut kept: Vec<usize> = Vec::new();
    let mut used = 0;
    for at in by_rank {
        let cells = parts[at].1.width() + GAP;
        if used == 0 || used + cells <= room + GAP {
            used += cells;
            kept.push(at);
        }
    }
    let mut line = Line::default();
    for (at, (_, part)) in parts.into_iter().enumerate() {
        if kept.contains(&at) {
            let gap = if line.spans.is_empty() { 0 } else { GAP };
            line += Span::raw(" ".repeat(gap));
            line.spans.extend(part.spans);
        }
    }
    line
}

/// Names of the views, the shown one highlighted.
fn views(model: &Model, theme: Theme) -> Line<'static> {
    let name = |view: View| {
        let style = if view == model.navigation.view {
            theme.accent().add_modifier(Modifier::BOLD)
        } else {
            theme.dim()
        };
        Span::styled(format!(" {}", view.name()), style)
    };
    Line::from_iter(View::ALL.map(name))
}
