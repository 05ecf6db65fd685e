//! Metrics as CSV, one row per epoch, for spreadsheets and plotting programs.

use std::io;

use super::{EventTime, LogFormat, LogStart, Output, Recorder, Summary};
use crate::train::Event;
use crate::util::lang::say;

/// `--log PATH.csv`.
pub(super) const LOG_FORMAT: LogFormat = LogFormat {
    extension: "csv",
    about: || say!("log-csv", "one row per epoch"),
    has_distributions: false,
    place_of_line: |line| {
        let mut cells = line.split(',').map(|cell| cell.parse().ok());
        Some((Some(cells.next()??), cells.next()??))
    },
    recorder: |output, place| Box::new(Csv::new(output, place)),
};

/// Names of the columns, for a classification or a regression.
pub(crate) fn header(is_regression: bool) -> [&'static str; 7] {
    let [train, validation] = if is_regression {
        ["train_r2", "val_r2"]
    } else {
        ["train_accuracy", "val_accuracy"]
    };
    [
        "epoch",
        "step",
        "train_loss",
        "val_loss",
        train,
        validation,
        "learning_rate",
    ]
}

/// Recorder of CSV. Values that are not finite are empty. A restart on the screen begins at epoch 1
/// again, under the same header.
struct Csv {
    rows: csv::Writer<Output>,
    has_header: bool,
}

impl Csv {
    fn new(output: Output, place: LogStart) -> Self {
        Self {
            rows: csv::Writer::from_writer(output),
            has_header: place == LogStart::Next,
        }
    }
}

impl Recorder for Csv {
    fn record(&mut self, event: &Event, _: EventTime) -> io::Result<()> {
        match event {
            Event::Started(started) => {
                if !std::mem::replace(&mut self.has_header, true) {
                    let is_regression = started.data.task.scale().is_some();
                    self.rows.write_record(header(is_regression))?;
                }
            }
            Event::Progress(progress) => {
                for epoch in &progress.epochs {
                    let counts = [epoch.epoch, epoch.step].map(|n| n.to_string());
                    let metrics = [
                        epoch.train_loss,
                        epoch.validation_loss,
                        epoch.train_score,
                        epoch.validation_score,
                    ];
                    let metrics = metrics.map(|metric| finite(metric.last));
                    let rate = [epoch.learning_rate.to_string()];
                    let row = counts.iter().chain(&metrics).chain(&rate);
                    self.rows.write_record(row)?;
                }
            }
            _ => return Ok(()),
        }
        self.rows.flush()
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        self.rows.flush()
    }
}

fn finite(value: f64) -> String {
    if value.is_finite() {
        value.to_string()
    } else {
        String::new()
    }
}
