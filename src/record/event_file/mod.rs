//! Event files: the format of TensorBoard.
//!
//! Tags, at the number of mini-batches that were trained on (`step`):
//! - `loss/train`, `loss/validation`, and `accuracy/...` or for numbers `r2/...` after every epoch, with `learning_rate`,
//!   `samples_per_second` and `epoch`; `loss/batches` several times within the first epochs; `loss/test` and so on at the end;
//! - `weights/layer N`, `biases/layer N`, `gradients/layer N`, `activations/layer N`: histograms;
//! - `command` and `data`: text; and the hyperparameters.
//!
//! The size is bounded: all of the first [`EVERY_EPOCH`] epochs are written, and then one of so many that the distance
//! from one to the next is a ten-thousandth of the number of epochs. Histograms become rarer by themselves. A training of
//! a billion epochs has 130,000 points of each tag. What a restart on the screen leaves behind is purged by its readers.

mod frames;
pub(crate) mod messages;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use prost::Message;

use super::{End, EventTime, LogFormat, Output, Recorder, Summary};
use crate::data::Scores;
use crate::settings::quoted;
use crate::train::probes::LayerDistributions;
use crate::train::{EpochRecord, Event as TrainingEvent, Progress, Started};
use crate::util::lang::say;
use crate::util::stats::Buckets;
#[cfg(test)]
pub(crate) use frames::write_frame;
pub(crate) use frames::{FrameReader, MAX_RECORD, is_header};
use messages::{
    Dim, Event, FILE_VERSION, HParam, HParamKind, HParamsPluginData, PluginData, SessionEndInfo,
    SessionLog, SessionStartInfo, SourceMetadata, SummaryMetadata, TensorProto, TensorShapeProto,
    Value, element, plugin, session, status,
};

/// `--log PATH.tfevents`, and `--log DIRECTORY`.
pub(super) const LOG_FORMAT: LogFormat = LogFormat {
    extension: "tfevents",
    about: || {
        say!(
            "log-events",
            "event file for TensorBoard, also in a directory DIR/"
        )
    },
    has_distributions: true,
    place_of_line: |_| None,
    recorder: |output, _| Box::new(EventFile::new(output)),
};

/// Number of first epochs of which every one is written, and of later epochs from one to twice as many that are.
const EVERY_EPOCH: u64 = 10_000;

/// Returns a name for the event file of a run that starts now.
pub(super) fn file_name() -> String {
    let (seconds, process) = (now() as u64, std::process::id());
    format!("events.out.tfevents.{seconds}.nn-tui.{process}")
}

/// Returns whether `name` is that of an event file.
pub(crate) fn is_event_file(name: &str) -> bool {
    let text = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".log"];
    name.contains("tfevents") && !text.iter().any(|end| name.ends_with(end))
}

/// Returns whether there are event files in `directory`.
pub(super) fn has_any(directory: &Path) -> bool {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| is_event_file(&name.to_string_lossy()))
}

/// Recorder of an event file.
struct EventFile {
    output: Output,
    /// Bytes that are written together.
    frames: Vec<u8>,
    /// Names of the scores of a training.
    scores: [&'static str; 2],
    /// Steps of an epoch.
    batches: u32,
    /// Epoch before which none is written.
    next_epoch: u64,
    /// Last epoch, if it was left out.
    left_out: Option<(EpochRecord, f64)>,
    has_version: bool,
}

impl EventFile {
    fn new(output: Output) -> Self {
        Self {
            output,
            frames: Vec::new(),
            scores: ["accuracy/train", "accuracy/validation"],
            batches: 1,
            next_epoch: 0,
            left_out: None,
            has_version: false,
        }
    }

    /// Begins a training: readers drop what an earlier one has recorded for later steps than its own.
    fn started(&mut self, started: &Started) {
        if !std::mem::replace(&mut self.has_version, true) {
            self.write(Event {
                file_version: Some(FILE_VERSION.into()),
                source_metadata: Some(SourceMetadata {
                    writer: "nn-tui".into(),
                }),
                ..Event::default()
            });
        }
        let step = started.position().step;
        // The last epoch before a resumed run is at its step.
        let first = if step > 0 { step + 1 } else { 0 };
        self.write(Event {
            step: signed(first),
            session_log: Some(SessionLog {
                status: session::START,
            }),
            ..Event::default()
        });
        if started.data.task.scale().is_some() {
            self.scores = ["r2/train", "r2/validation"];
        }
        self.batches = started.batches;
        (self.next_epoch, self.left_out) = (0, None);
        let start = HParamsPluginData {
            session_start_info: Some(SessionStartInfo {
                hparams: hyperparameters(started).collect(),
                start_time_secs: now(),
            }),
            session_end_info: None,
        };
        self.values(
            step,
            vec![
                hparams("_hparams_/session_start_info", &start),
                text("command", &command_line()),
                text("data", &started.data.name),
            ],
        );
    }

    fn progress(&mut self, progress: &Progress) {
        let position = progress.position;
        let done = position.epochs(self.batches);
        for point in &progress.losses {
            // What an epoch has at its end is in its own tag.
            if point.epochs.fract() > 0.0 {
                let behind = (done - point.epochs) * f64::from(self.batches);
                let step = position.step.saturating_sub(behind.round().max(0.0) as u64);
                self.values(step, vec![scalar("loss/batches", point.loss.last)]);
            }
        }
        for epoch in &progress.epochs {
            if epoch.epoch < self.next_epoch {
                self.left_out = Some((*epoch, progress.samples_per_second));
            } else {
                self.epoch(epoch, progress.samples_per_second);
            }
        }
    }

    fn epoch(&mut self, epoch: &EpochRecord, samples_per_second: f64) {
        self.left_out = None;
        self.next_epoch = epoch.epoch + (epoch.epoch / EVERY_EPOCH).max(1);
        let [train_score, validation_score] = self.scores;
        let values = [
            ("epoch", epoch.epoch as f64),
            ("loss/train", epoch.train_loss.last),
            ("loss/validation", epoch.validation_loss.last),
            (train_score, epoch.train_score.last),
            (validation_score, epoch.validation_score.last),
            ("learning_rate", epoch.learning_rate),
            ("samples_per_second", samples_per_second),
        ];
        // Without validation rows there are no metrics of them; a training loss that is not a number says something.
        let has_validation =
            !(epoch.validation_loss.last.is_nan() && epoch.validation_score.last.is_nan());
        let known = |(tag, _): &(&str, f64)| has_validation || !tag.ends_with("/validation");
        let values = values.into_iter().filter(known);
        let values = values.map(|(tag, value)| scalar(tag, value)).collect();
        self.values(epoch.step, values);
    }

    fn distributions(&mut self, step: u64, layers: &[LayerDistributions]) {
        let values = (1..).zip(layers).flat_map(|(n, layer)| {
            let parts = [
                ("weights", Some(&layer.weights)),
                ("biases", Some(&layer.biases)),
                ("gradients", layer.gradients.as_ref()),
                ("activations", Some(&layer.activations)),
            ];
            let known = parts.into_iter();
            known.filter_map(move |(kind, buckets)| {
                Some(histogram(&format!("{kind}/layer {n}"), buckets?))
            })
        });
        let values = values.collect();
        self.values(step, values);
    }

    /// Adds the values of a step.
    fn values(&mut self, step: u64, value: Vec<Value>) {
        self.write(Event {
            step: signed(step),
            summary: Some(messages::Summary { value }),
            ..Event::default()
        });
    }

    fn write(&mut self, event: Event) {
        let event = Event {
            wall_time: now(),
            ..event
        };
        frames::write_frame(&mut self.frames, &event.encode_to_vec());
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.write_all(&self.frames)?;
        self.frames.clear();
        self.output.flush()
    }
}

impl Recorder for EventFile {
    fn record(&mut self, event: &TrainingEvent, moment: EventTime) -> io::Result<()> {
        match event {
            TrainingEvent::Started(started) => self.started(started),
            TrainingEvent::Progress(progress) => self.progress(progress),
            TrainingEvent::Changed { now, .. } => self.batches = now.batches,
            TrainingEvent::Distributions(layers) => {
                self.distributions(moment.position.step, layers);
            }
            _ => return Ok(()),
        }
        self.flush()
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if let Some((epoch, samples_per_second)) = self.left_out.take() {
            self.epoch(&epoch, samples_per_second);
        }
        let test = summary.evaluation.as_ref();
        let test = test.and_then(|evaluation| evaluation.test.as_ref());
        let scores = test.map(|scores: &Scores| {
            let score = match self.scores[0] {
                "r2/train" => "r2/test",
                _ => "accuracy/test",
            };
            [("loss/test", scores.loss), (score, scores.score())]
        });
        let scores = scores.into_iter().flatten();
        let mut values: Vec<Value> = scores.map(|(tag, value)| scalar(tag, value)).collect();
        let is_failed = matches!(
            summary.end,
            End::Diverged(_) | End::WrongGradients(_) | End::Failed(_)
        );
        let end = HParamsPluginData {
            session_start_info: None,
            session_end_info: Some(SessionEndInfo {
                status: if is_failed {
                    status::FAILURE
                } else {
                    status::SUCCESS
                },
                end_time_secs: now(),
            }),
        };
        values.push(hparams("_hparams_/session_end_info", &end));
        self.values(summary.position.step, values);
        self.flush()
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

fn signed(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

/// Command line of this process, quoted for a shell.
fn command_line() -> String {
    let words = std::env::args_os().map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// Names and values of the settings of a training.
fn hyperparameters(started: &Started) -> impl Iterator<Item = (String, HParam)> + use<> {
    let (plan, network) = (&started.plan, &started.architecture);
    let number = HParamKind::Number;
    let text = |text: &dyn std::fmt::Display| HParamKind::Text(text.to_string());
    let hidden = network.sizes()[1..network.depth()].iter();
    let hidden: Vec<String> = hidden.map(ToString::to_string).collect();
    let all = [
        ("hidden", text(&hidden.join(","))),
        ("activation", text(&network.hidden())),
        ("output", text(&network.output())),
        ("loss", text(&network.loss())),
        ("init", text(&plan.initialisation.name())),
        ("optimizer", text(&plan.rule.optimizer.name())),
        ("lr", number(plan.rule.learning_rate.get())),
        ("l2", number(plan.rule.weight_decay.get())),
        ("batch", number(plan.batch.get() as f64)),
        ("seed", number(plan.seed as f64)),
    ];
    all.into_iter().map(|(name, kind)| {
        let kind = Some(kind);
        (name.to_owned(), HParam { kind })
    })
}

fn scalar(tag: &str, value: f64) -> Value {
    Value {
        tag: tag.into(),
        simple_value: Some(value as f32),
        ..Value::default()
    }
}

/// Value of a plugin's own kind.
fn of_plugin(tag: &str, name: &str, content: Vec<u8>, tensor: TensorProto) -> Value {
    Value {
        tag: tag.into(),
        tensor: Some(tensor),
        metadata: Some(SummaryMetadata {
            plugin_data: Some(PluginData {
                plugin_name: name.into(),
                content,
            }),
        }),
        ..Value::default()
    }
}

/// Histogram as a tensor, `(buckets, 3)`: lower end, upper end and count of each.
fn histogram(tag: &str, buckets: &Buckets) -> Value {
    let rows: Vec<[f64; 3]> = buckets.rows().collect();
    let dim = [rows.len() as i64, 3].map(|size| Dim { size });
    let tensor = TensorProto {
        dtype: element::DOUBLE,
        tensor_shape: Some(TensorShapeProto { dim: dim.into() }),
        tensor_content: rows
            .iter()
            .flatten()
            .flat_map(|x| x.to_le_bytes())
            .collect(),
        ..TensorProto::default()
    };
    of_plugin(tag, plugin::HISTOGRAMS, Vec::new(), tensor)
}

fn text(tag: &str, text: &str) -> Value {
    let tensor = TensorProto {
        dtype: element::STRING,
        tensor_shape: Some(TensorShapeProto::default()),
        string_val: vec![text.as_bytes().to_vec()],
        ..TensorProto::default()
    };
    of_plugin(tag, plugin::TEXT, Vec::new(), tensor)
}

pub(crate) fn hparams(tag: &str, data: &HParamsPluginData) -> Value {
    // TensorBoard wants a tensor, of which it looks at nothing.
    let tensor = TensorProto {
        dtype: element::FLOAT,
        tensor_shape: Some(TensorShapeProto::default()),
        float_val: vec![0.0],
        ..TensorProto::default()
    };
    of_plugin(tag, plugin::HPARAMS, data.encode_to_vec(), tensor)
}

#[cfg(test)]
mod tests;
