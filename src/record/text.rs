//! A training as lines for people, on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::End;
use super::gradients;
use crate::data::{Baseline, Prepared, TargetScale};
use crate::error::Error;
use crate::model_file::Saved;
use crate::nn::GradientCheck;
use crate::train::{EpochRecord, Evaluation, Position, Progress, Scores, Started};
use crate::util::text::rate;
use crate::util::text::{sanitise, shorten};

/// Time between two lines of metrics at least; the first and the last epoch are always shown.
const INTERVAL: Duration = Duration::from_millis(300);

/// Terminal cells that the names of the columns left out may fill.
const NAMES_CELLS: usize = 60;

/// Writes to standard error. A failure there ends nothing: the training is worth more than its
/// lines.
#[derive(Default)]
pub(crate) struct Lines {
    shown_at: Option<Instant>,
    /// How the target is standardised, where it is a number.
    scale: Option<TargetScale>,
    /// The newest epoch, if it is not shown yet, and the speed.
    waiting: Option<(EpochRecord, f64)>,
}

impl Lines {
    pub fn started(&mut self, started: &Started) {
        let (data, plan, network) = (&*started.data, &started.plan, &started.architecture);
        let (training, validation) = (data.training.rows(), data.validation.rows());
        say(format_args!(
            "{}: {} rows ({training} to train on, {validation} to validate), {}, {}",
            data.source,
            training + validation,
            counted(data.preprocessing.inputs() as u64, "input"),
            match data.class_names().len() {
                0 => format!("predicting the number \"{}\"", data.target_name),
                classes => format!("{classes} classes of \"{}\"", data.target_name),
            },
        ));
        say(format_args!("to beat: {}", baseline(data)));
        self.scale = data.task.scale().copied();
        for note in &data.notes {
            say(note);
        }
        if !data.left_out.is_empty() {
            let names = shorten(&data.left_out.join(", "), NAMES_CELLS);
            let columns = counted(data.left_out.len() as u64, "constant column");
            say(format_args!("left out: {columns} ({names})"));
        }
        let rule = &plan.rule;
        let hidden = match network.depth() {
            1 => String::new(),
            _ => format!("{} and ", network.hidden()),
        };
        say(format_args!(
            "{network}, {} parameters, {hidden}{}, {} loss",
            network.parameter_count(),
            network.output(),
            network.loss(),
        ));
        say(format_args!(
            "{}, learning rate {}, mini-batches of {}, seed {}",
            rule.optimizer,
            rate(rule.learning_rate),
            counted(plan.batch.min(training) as u64, "row"),
            plan.seed,
        ));
    }

    pub fn progress(&mut self, progress: &Progress) {
        let speed = progress.samples_per_second;
        if self.shown_at.is_none()
            && let Some(first) = progress.epochs.first()
        {
            say(match self.scale {
                None => {
                    "  epoch      step  train loss    val loss  train acc    val acc      rows/s"
                }
                Some(_) => {
                    "  epoch      step  train loss    val loss     val R2   val RMSE      rows/s"
                }
            });
            self.show(first, speed);
        }
        let newest = progress.epochs.last().filter(|epoch| epoch.epoch > 1);
        self.waiting = newest.map(|epoch| (*epoch, speed)).or(self.waiting);
        if self.shown_at.is_some_and(|at| at.elapsed() >= INTERVAL) {
            self.show_waiting();
        }
    }

    fn show_waiting(&mut self) {
        if let Some((epoch, speed)) = self.waiting.take() {
            self.show(&epoch, speed);
        }
    }

    fn show(&mut self, epoch: &EpochRecord, speed: f64) {
        let (first, second) = match self.scale {
            None => (
                percent(epoch.train_score.last.into()),
                percent(epoch.validation_score.last.into()),
            ),
            Some(scale) => (
                number(epoch.validation_score.last.into()),
                number(scale.rmse(epoch.validation_loss.last.into())),
            ),
        };
        say(format_args!(
            "{:>7} {:>9} {:>11} {:>11} {:>10} {:>10} {:>11}",
            epoch.epoch,
            epoch.step,
            loss(epoch.train_loss.last),
            loss(epoch.validation_loss.last),
            first,
            second,
            if speed > 0.0 {
                format!("{speed:.0}")
            } else {
                ABSENT.into()
            },
        ));
        self.shown_at = Some(Instant::now());
    }

    pub fn gradients(&mut self, check: &GradientCheck, position: Position) {
        self.show_waiting();
        gradients::lines(check, position).iter().for_each(say);
    }

    pub fn finished(
        &mut self,
        end: &End,
        position: Position,
        seconds: f64,
        evaluation: Option<&Evaluation>,
        exported: Option<(&Path, Saved)>,
    ) {
        self.show_waiting();
        let what = match end {
            End::Epochs => "done",
            End::Signal(_) => "stopped by a signal",
            End::Diverged(_) => "diverged",
            End::WrongGradients(_) => "stopped at wrong gradients",
            End::Failed(_) => "failed",
            End::ReaderGone => "stopped, nobody reads on",
        };
        say(format_args!(
            "{what} after {}, {}, {seconds:.2} s",
            counted(position.epoch.into(), "epoch"),
            counted(position.step, "step"),
        ));
        if let Some(evaluation) = evaluation {
            say(format_args!("training: {}", scores(&evaluation.training)));
            for (set, of_set) in [
                ("validation", evaluation.validation),
                ("test", evaluation.test),
            ] {
                if let Some(of_set) = of_set {
                    say(format_args!("{set}: {}", scores(&of_set)));
                }
            }
        }
        if let Some((path, Saved { bytes, check })) = exported {
            let path = sanitise(&path.to_string_lossy());
            let which = match end {
                End::Diverged(_) | End::Failed(_) => "the last good weights in ",
                _ => "",
            };
            say(format_args!("saved {which}{path}, {bytes} bytes, {check}"));
        }
    }

    /// Shows an error that is not the one the program ends with.
    pub fn complain(&mut self, error: &Error) {
        say(format_args!("nn-tui: {error}"));
    }
}

const ABSENT: &str = "–";

fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// `1 row`, `2 rows`.
fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What always predicting the same gives.
fn baseline(data: &Prepared) -> String {
    let set = if data.validation.is_empty() {
        "training"
    } else {
        "validation"
    };
    match &data.baseline {
        Baseline::Majority { class, accuracy } => format!(
            "accuracy {} of the {set} rows by always saying \"{}\"",
            percent(*accuracy),
            data.class_names()[*class],
        ),
        Baseline::Mean { errors } => format!(
            "RMSE {}, MAE {} on the {set} rows by always saying the mean",
            number(errors.rmse),
            number(errors.mae),
        ),
    }
}

fn scores(scores: &Scores) -> String {
    match scores.errors {
        None => format!(
            "loss {}, accuracy {}",
            loss(scores.loss as f32),
            percent(scores.accuracy)
        ),
        Some(errors) => format!(
            "MAE {}, RMSE {}, R2 {}",
            number(errors.mae),
            number(errors.rmse),
            number(errors.r2)
        ),
    }
}

/// In four significant digits or so.
fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => ABSENT.into(),
        0.0 => "0".into(),
        0.001..10.0 => format!("{value:.4}"),
        10.0..1000.0 => format!("{value:.2}"),
        1000.0..1e6 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    }
}

/// In five significant digits or so; losses span many orders of magnitude.
fn loss(value: f32) -> String {
    match value {
        value if !value.is_finite() => ABSENT.into(),
        value if value != 0.0 && !(1e-3..1e4).contains(&value) => format!("{value:.3e}"),
        value => format!("{value:.4}"),
    }
}

/// In f64, as `--describe` and the screen round it: 0.1135 would be 11.4 % in f32.
fn percent(fraction: f64) -> String {
    if fraction.is_finite() {
        format!("{:.1} %", 100.0 * fraction)
    } else {
        ABSENT.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_width() {
        assert_eq!(loss(1.098_612), "1.0986");
        assert_eq!(loss(1.5e-7), "1.500e-7");
        assert_eq!(loss(0.0), "0.0000");
        assert_eq!(loss(f32::NAN), ABSENT);
        assert_eq!(percent(0.966_67), "96.7 %");
        assert_eq!(percent(0.1135), format!("{:.1} %", 100.0 * 0.1135));
        assert_eq!(percent(0.1135), "11.3 %");
        assert_eq!(percent(f64::NAN), ABSENT);
    }
}
