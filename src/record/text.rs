//! A run as text for people: progress, then a report of scores and saved files.

use std::io::{self, Write};

use super::scores::{
    ABSENT, NAME_CELLS, loss, number, percent, table_of_classes, table_of_importances,
    table_of_sets,
};
use super::{End, LogFormat, Moment, Output, Recorder, Refit, SavedModel, Summary, gradients};
use crate::data::{Baseline, Prepared, Samples, TargetScale};
use crate::model_file::Saved;
use crate::train::{EpochRecord, Evaluation, Event, Limit, Position, Progress, Started, show_time};
use crate::util::numbers::{counted, rate};
use crate::util::text::{brief, sanitise, shorten};

/// `--log PATH.txt`.
pub(super) const LOG_FORMAT: LogFormat = LogFormat {
    extension: "txt",
    about: "text",
    recorder: |output| Box::new(Text::new(output)),
};

/// Minimum number of seconds between two lines of metrics; the first and the last epoch are always
/// shown.
const INTERVAL: f64 = 0.3;
/// Minimum number of seconds between two lines after the first minute.
const LATER_INTERVAL: f64 = 1.0;
/// Seconds after which lines are rarer.
const MINUTE: f64 = 60.0;

/// Heading of the scores of a network that was trained anew.
const REFIT_TEST: &str = "test, refit";
/// Terminal cells for the names of excluded columns.
const NAMES_CELLS: usize = 60;

/// Recorder of text.
pub(super) struct Text {
    progress: Output,
    /// Destination of the report, if it is not that of the progress.
    report: Option<Output>,
    /// Seconds since the start of the run at the last line of metrics.
    shown_at: Option<f64>,
    /// Standardisation of a numeric target.
    scale: Option<TargetScale>,
    /// Names of the classes; empty for regression.
    class_names: Vec<String>,
    /// Newest epoch, if it is not shown yet, and rows per second.
    waiting: Option<(EpochRecord, f64)>,
}

impl Text {
    /// Creates a recorder that writes everything to `output`.
    pub fn new(output: Output) -> Self {
        Self {
            progress: output,
            report: None,
            shown_at: None,
            scale: None,
            class_names: Vec::new(),
            waiting: None,
        }
    }

    /// Creates a recorder that writes progress and report to different outputs.
    pub(crate) fn with_report(progress: Output, report: Output) -> Self {
        Self {
            report: Some(report),
            ..Self::new(progress)
        }
    }

    fn report(&mut self) -> &mut Output {
        self.report.as_mut().unwrap_or(&mut self.progress)
    }

    fn started(&mut self, started: &Started) -> io::Result<()> {
        let (data, plan, network) = (
            started.data.printable(),
            &started.plan,
            &started.architecture,
        );
        let (training, validation) = (data.training.rows(), data.validation.rows());
        let tested = data.test.as_ref().map_or(0, Samples::rows);
        let test = if tested > 0 {
            format!(", {tested} test")
        } else {
            String::new()
        };
        self.scale = data.task.scale().copied();
        self.class_names = data.class_names().to_vec();
        self.shown_at = None;
        self.waiting = None;
        let out = &mut self.progress;
        writeln!(
            out,
            "{}: {} rows ({training} training, {validation} validation{test}), {}, {}",
            data.source,
            training + validation + tested,
            counted(data.preprocessing.inputs() as u64, "input"),
            match data.class_names().len() {
                0 => format!("predicting the number \"{}\"", brief(&data.target_name)),
                classes => format!("{classes} classes of \"{}\"", brief(&data.target_name)),
            },
        )?;
        writeln!(out, "baseline: {}", baseline(&data))?;
        for note in data.notes() {
            writeln!(out, "{note}")?;
        }
        if !data.left_out.is_empty() {
            let names = shorten(&data.left_out.join(", "), NAMES_CELLS);
            let columns = counted(data.left_out.len() as u64, "constant column");
            writeln!(out, "excluded: {columns} ({names})")?;
        }
        let rule = &plan.rule;
        let hidden = match network.depth() {
            1 => String::new(),
            _ => format!("{} and ", network.hidden()),
        };
        writeln!(
            out,
            "{network}, {} parameters, {hidden}{}, {} loss",
            network.parameter_count(),
            network.output(),
            network.loss(),
        )?;
        writeln!(
            out,
            "{}, learning rate {}, mini-batches of {}, seed {}",
            rule.optimizer,
            rate(rule.learning_rate.get()),
            counted(plan.batch.get().min(training) as u64, "row"),
            plan.seed,
        )?;
        if !plan.schedule.is_constant() {
            writeln!(out, "schedule {}", plan.schedule)?;
        }
        if !plan.regularisation.is_none() {
            writeln!(out, "{}", plan.regularisation)?;
        }
        if started.resumed.is_some() {
            let Position { epoch, step, .. } = started.position();
            writeln!(out, "resumed after epoch {epoch}, step {step}")?;
        }
        Ok(())
    }

    /// Writes the scores of each set, and those of each class of the rows that were not trained on.
    fn scores(&mut self, evaluation: &Evaluation, summary: &Summary) -> io::Result<()> {
        let refit = summary.refit.as_ref();
        let Evaluation {
            training,
            validation,
            test,
            ..
        } = evaluation;
        let sets = [
            ("training", Some(training)),
            ("validation", validation.as_ref()),
            ("test", test.as_ref()),
            (REFIT_TEST, refit.and_then(|refit| refit.test.as_ref())),
        ];
        let sets = sets.into_iter();
        let sets: Vec<_> = sets.filter_map(|(name, of)| Some((name, of?))).collect();
        let names = std::mem::take(&mut self.class_names);
        let out = self.report();
        writeln!(out)?;
        for line in table_of_sets(&sets, &names) {
            writeln!(out, "{line}")?;
        }
        let held_out = if sets.len() > 1 { &sets[1..] } else { &sets };
        for (set, of_set) in held_out.iter().filter(|set| set.0 != REFIT_TEST) {
            if let Some(classes) = &of_set.classes {
                writeln!(out)?;
                for line in table_of_classes(&format!("{set} rows"), classes, &names, NAME_CELLS) {
                    writeln!(out, "{line}")?;
                }
            }
        }
        if let Some(importances) = &summary.importances {
            writeln!(out)?;
            for line in table_of_importances(importances, evaluation.training.errors.is_some()) {
                writeln!(out, "{line}")?;
            }
        }
        writeln!(out)?;
        if let Some(Refit { rows, epochs, .. }) = refit {
            writeln!(
                out,
                "trained anew on all {rows} training and validation rows for {}; validation scores are those from \
                 before",
                counted(*epochs, "epoch"),
            )?;
        }
        Ok(())
    }

    fn progress(&mut self, progress: &Progress, seconds: f64) -> io::Result<()> {
        let speed = progress.samples_per_second;
        let mut epochs = progress.epochs.iter();
        if self.shown_at.is_none()
            && let Some(first) = epochs.next()
        {
            let scores = match self.scale {
                None => ["train acc", "val acc"],
                Some(_) => ["val R2", "val RMSE"],
            };
            writeln!(
                self.progress,
                "{:>7} {:>9} {:>11} {:>11} {:>10} {:>10} {:>11}",
                "epoch", "step", "train loss", "val loss", scores[0], scores[1], "rows/s"
            )?;
            self.show(first, speed)?;
            self.shown_at = Some(seconds);
        }
        if let Some(newest) = epochs.next_back() {
            self.waiting = Some((*newest, speed));
        }
        let interval = if seconds < MINUTE {
            INTERVAL
        } else {
            LATER_INTERVAL
        };
        if self.waiting.is_some() && self.shown_at.is_some_and(|at| seconds - at >= interval) {
            self.show_waiting()?;
            self.shown_at = Some(seconds);
        }
        Ok(())
    }

    fn show_waiting(&mut self) -> io::Result<()> {
        match self.waiting.take() {
            Some((epoch, speed)) => self.show(&epoch, speed),
            None => Ok(()),
        }
    }

    fn show(&mut self, epoch: &EpochRecord, speed: f64) -> io::Result<()> {
        let (first, second) = match self.scale {
            None => (
                percent(epoch.train_score.last),
                percent(epoch.validation_score.last),
            ),
            Some(scale) => (
                number(epoch.validation_score.last),
                number(scale.rmse(epoch.validation_loss.last)),
            ),
        };
        let speed = if speed > 0.0 {
            format!("{speed:.0}")
        } else {
            ABSENT.into()
        };
        writeln!(
            self.progress,
            "{:>7} {:>9} {:>11} {:>11} {first:>10} {second:>10} {speed:>11}",
            epoch.epoch,
            epoch.step,
            loss(epoch.train_loss.last),
            loss(epoch.validation_loss.last),
        )
    }
}

impl Recorder for Text {
    fn record(&mut self, event: &Event, moment: Moment) -> io::Result<()> {
        match event {
            Event::Started(started) => self.started(started)?,
            Event::Progress(progress) => self.progress(progress, moment.seconds)?,
            Event::GradientsChecked(check) => {
                self.show_waiting()?;
                for line in gradients::lines(check, moment.position) {
                    writeln!(self.report(), "{line}")?;
                }
                self.report().flush()?;
            }
            _ => return Ok(()),
        }
        self.progress.flush()
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.show_waiting()?;
        self.progress.flush()?;
        let ended = match summary.end {
            End::Finished(Limit::Epochs) => "done",
            End::Finished(Limit::Patience(_)) => "stopped early",
            End::Finished(Limit::Time(_)) => "time limit reached",
            End::Quit => "quit",
            End::Signal(_) => "stopped by a signal",
            End::Diverged(_) => "diverged",
            End::WrongGradients(_) => "gradient check failed",
            End::Failed(_) => "failed",
            End::ReaderGone => "output was closed",
        };
        let out = self.report();
        writeln!(
            out,
            "{ended} after {}, {}, {:.2} s{}",
            counted(summary.position.epoch, "epoch"),
            counted(summary.position.step, "step"),
            summary.seconds,
            match summary.end {
                End::Finished(Limit::Patience(patience)) => {
                    let epochs = counted(patience, "epoch");
                    format!(" (no lower validation loss for {epochs})")
                }
                End::Finished(Limit::Time(time)) => format!(" (time limit {})", show_time(time)),
                _ => String::new(),
            },
        )?;
        let epochs = summary.position.epoch;
        if let Some(best) = summary.best {
            let (epoch, loss) = (best.epoch, loss(best.loss));
            writeln!(
                out,
                "best epoch {epoch} of {epochs}, validation loss {loss}"
            )?;
        }
        if let Some(evaluation) = &summary.evaluation {
            self.scores(evaluation, summary)?;
        }
        let out = self.report();
        for SavedModel { path, saved, best } in &summary.saved {
            let path = sanitise(&path.to_string_lossy());
            let weights = match (best, &summary.end) {
                (Some(best), _) => format!("best epoch {} to ", best.epoch),
                (None, _) if summary.refit.is_some() => "the refitted network to ".into(),
                (None, End::Diverged(_) | End::Failed(_)) => "the last good weights to ".into(),
                (None, _) => String::new(),
            };
            let Saved {
                bytes,
                verification,
            } = saved;
            writeln!(out, "saved {weights}{path}, {bytes} bytes, {verification}")?;
        }
        out.flush()
    }
}

/// Score of the best constant prediction.
fn baseline(data: &Prepared) -> String {
    let set = if data.validation.is_empty() {
        "training"
    } else {
        "validation"
    };
    match &data.baseline {
        Baseline::Majority { class, accuracy } => format!(
            "{} {set} accuracy (always \"{}\")",
            percent(*accuracy),
            brief(&data.class_names()[*class]),
        ),
        Baseline::Mean { errors } => format!(
            "RMSE {}, MAE {} on the {set} rows (predict the mean)",
            number(errors.rmse),
            number(errors.mae),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::util::stats::MinMaxLast;

    /// Writer to a text that can be read meanwhile.
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Metrics of one epoch.
    fn progress(epoch: u64) -> Progress {
        let position = Position {
            epoch,
            ..Position::default()
        };
        let zero = MinMaxLast::of(0.0);
        Progress {
            position,
            learning_rate: 0.1,
            best: None,
            samples_per_second: 1.0,
            seconds: 0.0,
            losses: Vec::new(),
            epochs: vec![EpochRecord {
                epoch,
                step: epoch,
                train_loss: zero,
                train_score: zero,
                validation_loss: zero,
                validation_score: zero,
                learning_rate: 0.1,
            }],
            outcomes: None,
        }
    }

    #[test]
    fn after_a_minute_there_is_a_line_a_second_at_most() {
        let lines_within = |seconds: std::ops::Range<u32>| {
            let written = Arc::default();
            let mut text = Text::new(Box::new(Shared(Arc::clone(&written))));
            for tenth in seconds.start * 10..seconds.end * 10 {
                let now = f64::from(tenth) / 10.0;
                text.progress(&progress(tenth.into()), now)
                    .expect("written");
            }
            let written = written.lock().unwrap();
            written.iter().filter(|&&byte| byte == b'\n').count()
        };
        // Two lines are the header and the first epoch.
        assert!((2 + 90..=2 + 200).contains(&lines_within(0..60)));
        assert!((2 + 50..=2 + 60).contains(&lines_within(60..120)));
    }
}
