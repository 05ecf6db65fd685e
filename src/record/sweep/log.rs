//! Event files of a sweep: a directory for each training, named by the values that differ.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use super::SweepTable;
use crate::error::{Error, Result};
use crate::record::{End, LogOption, Recorders};
use crate::train::{EpochRecord, Event, Limit, Planned, Progress, Started, SweepObserver, Swept};
use crate::util::lang::say;
use crate::util::sync::lock;
use crate::util::text::sanitise;

/// Logs of the trainings of a sweep.
pub(crate) struct SweepLog<'t> {
    directory: PathBuf,
    table: &'t SweepTable,
    open: Mutex<Open>,
}

/// Logs of the trainings in progress.
#[derive(Default)]
struct Open {
    logs: Vec<(Planned, TrainingLog)>,
    /// First failure to write.
    failure: Option<Error>,
}

struct TrainingLog {
    recorders: Recorders,
    training_rows: usize,
    /// Time of the last epoch, or of the start.
    time: Instant,
}

impl<'t> SweepLog<'t> {
    /// Checks that there can be logs in the directory `path`. Only a sweep that goes on, or with `replace`, may add to
    /// others there.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file; [`Error::Exists`], [`Error::CannotWrite`].
    pub fn open(path: &Path, table: &'t SweepTable, replace: bool) -> Result<Self> {
        let option = LogOption::new(path, true)?;
        let Some(directory) = option.directory() else {
            return Err(Error::Usage(say!(
                "sweep-log-directory",
                "{path}: a sweep logs to a directory, such as --log runs/",
                path = sanitise(&path.to_string_lossy())
            )));
        };
        option.check()?;
        let is_filled = fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
        if is_filled && !replace {
            return Err(Error::Exists(directory.to_owned()));
        }
        Ok(Self {
            directory: directory.to_owned(),
            table,
            open: Mutex::default(),
        })
    }

    /// Ends the log of a training that is done, or was before.
    ///
    /// # Errors
    /// The first [`Error::CannotWrite`] since the last call.
    pub fn finish(&self, swept: &Swept) -> Result<()> {
        let mut open = self.state();
        let place = open
            .logs
            .iter()
            .position(|(planned, _)| *planned == swept.planned);
        if let Some(place) = place {
            let (_, log) = open.logs.swap_remove(place);
            let end = if swept.outcome.loss.is_nan() {
                End::Failed(say!("sweep-diverged", "diverged").into())
            } else {
                End::Finished(Limit::Epochs)
            };
            let failures = log.recorders.finish(end);
            open.failure = open.failure.take().or(failures.into_iter().next());
        }
        open.failure.take().map_or(Ok(()), Err)
    }

    fn start(&self, planned: &Planned, started: Started) -> Result<TrainingLog> {
        let name = self.table.directory(planned);
        let mut recorders = Recorders::new();
        recorders.add_log(&LogOption::new(&self.directory.join(name), true)?)?;
        let mut log = TrainingLog {
            recorders,
            training_rows: started.data.training.rows(),
            time: Instant::now(),
        };
        log.record(Event::Started(Box::new(started)))
            .map_or(Ok(log), Err)
    }

    fn state(&self) -> MutexGuard<'_, Open> {
        lock(&self.open)
    }
}

impl TrainingLog {
    /// Records `event`. Returns the failure, if there is one.
    fn record(&mut self, event: Event) -> Option<Error> {
        self.recorders.record(&event).into_iter().next()
    }
}

impl SweepObserver for SweepLog<'_> {
    fn started(&self, planned: &Planned, started: Started) {
        let log = self.start(planned, started);
        let mut open = self.state();
        match log {
            Ok(log) => open.logs.push((*planned, log)),
            Err(error) => {
                open.failure.get_or_insert(error);
            }
        }
    }

    fn epoch(&self, planned: &Planned, record: &EpochRecord) {
        let mut open = self.state();
        let log = open.logs.iter_mut().find(|(known, _)| known == planned);
        let Some((_, log)) = log else {
            return;
        };
        let seconds = std::mem::replace(&mut log.time, Instant::now()).elapsed();
        let progress = Progress {
            samples_per_second: log.training_rows as f64 / seconds.as_secs_f64().max(1e-9),
            ..Progress::of_epochs(vec![*record])
        };
        let failure = log.record(Event::Progress(Box::new(progress)));
        open.failure = open.failure.take().or(failure);
    }
}

/// Observer whose trainings are logged too, if there is a log.
pub(crate) struct Logged<'s, O> {
    pub log: Option<&'s SweepLog<'s>>,
    pub observer: &'s O,
}

impl<O: SweepObserver> SweepObserver for Logged<'_, O> {
    fn started(&self, planned: &Planned, started: Started) {
        if let Some(log) = self.log {
            log.started(planned, started);
        }
    }

    fn epoch(&self, planned: &Planned, record: &EpochRecord) {
        if let Some(log) = self.log {
            log.epoch(planned, record);
        }
        self.observer.epoch(planned, record);
    }

    fn should_continue(&self) -> bool {
        self.observer.should_continue()
    }
}
