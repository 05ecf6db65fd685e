//! A run as text for people: progress, then a report of scores and saved files.

mod opening;

use std::io::{self, Write};

use super::scores::{
    ABSENT, loss, number, percent, table_of_classes, table_of_importances, table_of_sets,
};
use super::{End, EventTime, LogFormat, Output, Recorder, SavedModel, Summary, gradients};
use crate::model_file::Saved;
use crate::train::{EpochRecord, Evaluation, Event, Limit, Progress, Refitted, Started, show_time};
use crate::util::lang::say;
use crate::util::numbers::counted;
use crate::util::text::{right_aligned, sanitise};

/// `--log PATH.txt`.
pub(super) const LOG_FORMAT: LogFormat = LogFormat {
    extension: "txt",
    about: || say!("log-text", "text"),
    has_distributions: false,
    place_of_line: |_| None,
    recorder: |output, _| Box::new(Text::new(output)),
};

/// Minimum number of seconds between two lines of metrics; the first and the last epoch are always
/// shown.
const INTERVAL: f64 = 0.3;
/// Minimum number of seconds between two lines after the first minute.
const LATER_INTERVAL: f64 = 1.0;
/// Seconds after which lines are rarer.
const MINUTE: f64 = 60.0;

/// Recorder of text.
pub(super) struct Text {
    progress: Output,
    /// Destination of the report, if it is not that of the progress.
    report: Option<Output>,
    /// Seconds since the start of the run at the last line of metrics.
    shown_at: Option<f64>,
    /// Whether a number is predicted, not a class.
    is_regression: bool,
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
            is_regression: false,
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
        let data = started.data.printable();
        self.is_regression = data.task.scale().is_some();
        self.class_names = data.class_names().to_vec();
        self.shown_at = None;
        self.waiting = None;
        for line in opening::lines(started, &data) {
            writeln!(self.progress, "{line}")?;
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
        let held_out = [
            (
                say!("set-validation", "validation"),
                say!("trials-validation", "validation rows"),
                validation,
            ),
            (
                say!("set-test", "test"),
                say!("trials-test", "test rows"),
                test,
            ),
        ];
        let held_out = held_out.into_iter();
        let held_out: Vec<_> = held_out
            .filter_map(|(set, rows, of)| Some((set, rows, of.as_ref()?)))
            .collect();
        let mut sets = vec![(say!("set-training", "training"), training)];
        sets.extend(held_out.iter().map(|&(set, _, of)| (set, of)));
        if let Some(of_refit) = refit.and_then(|refit| refit.test.as_ref()) {
            sets.push((say!("set-refit", "test, refit"), of_refit));
        }
        let names = std::mem::take(&mut self.class_names);
        let out = self.report();
        writeln!(out)?;
        for line in table_of_sets(&sets, &names) {
            writeln!(out, "{line}")?;
        }
        let on_training_rows = ("", say!("trials-training", "training rows"), training);
        let reported = if held_out.is_empty() {
            vec![on_training_rows]
        } else {
            held_out
        };
        for (_, rows, of_set) in reported {
            if let Some(classes) = &of_set.classes {
                writeln!(out)?;
                for line in table_of_classes(rows, classes, &names, usize::MAX) {
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
        if let Some(Refitted { rows, epochs, .. }) = refit {
            writeln!(
                out,
                "{}",
                say!(
                    "run-refit",
                    "trained anew on all {rows} training and validation rows for {epochs}; validation scores are those from \
                 before",
                    rows,
                    epochs = counted(*epochs, "epoch")
                )
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
            let (first_score, second_score) = if self.is_regression {
                (
                    say!("metrics-val-r2", "val R2"),
                    say!("metrics-val-rmse", "val RMSE"),
                )
            } else {
                (
                    say!("metrics-train-accuracy", "train acc"),
                    say!("metrics-val-accuracy", "val acc"),
                )
            };
            let heads = [
                say!("metrics-epoch", "epoch"),
                say!("metrics-step", "step"),
                say!("metrics-train-loss", "train loss"),
                say!("metrics-val-loss", "val loss"),
                first_score,
                second_score,
                say!("metrics-rows-per-second", "rows/s"),
            ];
            writeln!(
                self.progress,
                "{}",
                line_of_metrics(heads.map(str::to_owned))
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
        let (first, second) = if self.is_regression {
            (
                number(epoch.validation_score.last),
                number(epoch.validation_rmse.last),
            )
        } else {
            (
                percent(epoch.train_score.last),
                percent(epoch.validation_score.last),
            )
        };
        let speed = if speed > 0.0 {
            format!("{speed:.0}")
        } else {
            ABSENT.into()
        };
        let cells = [
            epoch.epoch.to_string(),
            epoch.step.to_string(),
            loss(epoch.train_loss.last),
            loss(epoch.validation_loss.last),
            first,
            second,
            speed,
        ];
        writeln!(self.progress, "{}", line_of_metrics(cells))
    }
}

/// Aligns the numbers of an epoch, or the heads above them.
fn line_of_metrics(cells: [String; 7]) -> String {
    let widths = [7, 9, 11, 11, 10, 10, 11];
    let cells = cells.iter().zip(widths);
    let cells: Vec<String> = cells
        .map(|(cell, width)| right_aligned(cell, width))
        .collect();
    cells.join(" ")
}

impl Recorder for Text {
    fn record(&mut self, event: &Event, moment: EventTime) -> io::Result<()> {
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
            End::Finished(Limit::Epochs) => say!("run-done", "done"),
            End::Finished(Limit::Patience(_)) => say!("run-stopped-early", "stopped early"),
            End::Finished(Limit::Time(_)) => say!("run-time-reached", "time limit reached"),
            End::Quit => say!("run-quit", "quit"),
            End::Signal(_) => say!("run-signal", "stopped by a signal"),
            End::Diverged(_) => say!("run-diverged", "diverged"),
            End::WrongGradients(_) => say!("run-check-failed", "gradient check failed"),
            End::Failed(_) => say!("run-failed", "failed"),
            End::ReaderGone => say!("run-reader-gone", "output was closed"),
        };
        let out = self.report();
        writeln!(
            out,
            "{}",
            say!(
                "run-ended",
                "{ended} after {epochs}, {steps}, {seconds} s{because}",
                ended,
                epochs = counted(summary.position.epoch, "epoch"),
                steps = counted(summary.position.step, "step"),
                seconds = format!("{:.2}", summary.seconds),
                because = match summary.end {
                    End::Finished(Limit::Patience(patience)) => {
                        let epochs = counted(patience, "epoch");
                        say!(
                            "run-patience",
                            " (no lower validation loss for {epochs})",
                            epochs = epochs
                        )
                    }
                    End::Finished(Limit::Time(time)) => say!(
                        "run-time-limit",
                        " (time limit {time})",
                        time = show_time(time)
                    ),
                    _ => String::new(),
                }
            )
        )?;
        let epochs = summary.position.epoch;
        if let Some(best) = summary.best {
            let (epoch, loss) = (best.epoch, loss(best.loss));
            writeln!(
                out,
                "{}",
                say!(
                    "run-best",
                    "best epoch {epoch} of {epochs}, validation loss {loss}",
                    epoch,
                    epochs,
                    loss
                )
            )?;
        }
        if let Some(evaluation) = &summary.evaluation {
            self.scores(evaluation, summary)?;
        }
        let out = self.report();
        for SavedModel { path, saved, best } in &summary.saved {
            let path = sanitise(&path.to_string_lossy());
            let weights = match (best, &summary.end) {
                (Some(best), _) => say!("saved-best", "best epoch {epoch} to ", epoch = best.epoch),
                (None, _) if summary.refit.is_some() => {
                    say!("saved-refit", "the refitted network to ").into()
                }
                (None, End::Diverged(_) | End::Failed(_)) => {
                    say!("saved-last-good", "the last good weights to ").into()
                }
                (None, _) => String::new(),
            };
            let Saved {
                bytes,
                verification,
            } = saved;
            let line = say!(
                "run-saved",
                "saved {weights}{path}, {bytes} bytes, {verification}",
                weights,
                path,
                bytes,
                verification
            );
            writeln!(out, "{line}")?;
        }
        out.flush()
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
        let zero = MinMaxLast::of(0.0);
        Progress::of_epochs(vec![EpochRecord {
            train_loss: zero,
            train_score: zero,
            validation_loss: zero,
            validation_score: zero,
            learning_rate: 0.1,
            ..EpochRecord::unknown(epoch, epoch)
        }])
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
