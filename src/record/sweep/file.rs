//! CSV file of a sweep, with which it goes on when it is started again.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::SweepTable;
use crate::error::{Error, Result};
use crate::model_file::create_file;
use crate::train::{Swept, TrainingResult};
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Columns of results, and of the sweep that they are of.
const RESULTS: [&str; 5] = ["epoch", "val_loss", "val_score", "seconds", "sweep"];

/// CSV file with a row for each training.
pub(crate) struct SweepFile {
    rows: csv::Writer<File>,
    known: HashMap<Vec<String>, TrainingResult>,
}

impl SweepFile {
    /// Opens the file in `path` to go on with it, or creates it. An incomplete last line, of a program that was killed, is
    /// removed.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file that is not of this sweep; [`Error::CannotRead`], [`Error::CannotWrite`].
    pub fn open(path: &Path, table: &SweepTable, replace: bool) -> Result<Self> {
        let columns = [&table.columns()[..], &RESULTS].concat();
        let cannot_write = |cause| Error::cannot_write(path, cause);
        let text = match fs::read(path) {
            Ok(text) if !replace => text,
            Ok(_) => Vec::new(),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(cause) => return Err(cannot_write(cause)),
        };
        let end = text
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        if end == 0 {
            let file = create_file(path, replace || text.is_empty())?;
            let mut rows = csv::Writer::from_writer(file);
            rows.write_record(&columns)
                .map_err(io::Error::from)
                .map_err(cannot_write)?;
            rows.flush().map_err(cannot_write)?;
            return Ok(Self {
                rows,
                known: HashMap::new(),
            });
        }
        let known = known(&text[..end], &columns, &table.identity).map_err(|other| {
            let path = sanitise(&path.to_string_lossy());
            Error::Usage(match other {
                Other::Columns => say!(
                    "sweep-other-file",
                    "{path} is not the file of this sweep, whose columns are {columns}; --force overwrites it",
                    path,
                    columns = columns.join(",")
                ),
                Other::Sweep => say!(
                    "sweep-other-data",
                    "{path} has results with other data or options; --force overwrites them",
                    path
                ),
            })
        })?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(cannot_write)?;
        file.set_len(end as u64).map_err(cannot_write)?;
        Ok(Self {
            rows: csv::Writer::from_writer(file),
            known,
        })
    }

    /// Returns whether there were outcomes in the file when it was opened.
    pub fn has_known(&self) -> bool {
        !self.known.is_empty()
    }

    /// Takes the outcomes that were in the file when it was opened, by [`SweepTable::key`].
    pub fn take_known(&mut self) -> HashMap<Vec<String>, TrainingResult> {
        std::mem::take(&mut self.known)
    }

    /// Adds a training.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add(&mut self, table: &SweepTable, swept: &Swept) -> io::Result<()> {
        let TrainingResult {
            epoch,
            loss,
            score,
            seconds,
        } = swept.outcome;
        let finite = |number: f64| {
            let finite = number.is_finite().then_some(number);
            finite.map_or(String::new(), |number| number.to_string())
        };
        let mut cells = table.key(&swept.planned);
        cells.extend([
            epoch.to_string(),
            finite(loss),
            finite(score),
            format!("{seconds:.3}"),
            table.identity.clone(),
        ]);
        self.rows.write_record(&cells)?;
        self.rows.flush()
    }
}

/// Difference between a file and that of a sweep.
enum Other {
    Columns,
    /// Data, or options that have no column.
    Sweep,
}

/// Reads the trainings in the `text` of a file with these `columns`, of the sweep with this `identity`.
fn known(
    text: &[u8],
    columns: &[&str],
    identity: &str,
) -> Result<HashMap<Vec<String>, TrainingResult>, Other> {
    let mut reader = csv::Reader::from_reader(text);
    let keys = columns.len() - RESULTS.len();
    let head = reader.headers().map_err(|_| Other::Columns)?;
    if head.iter().ne(columns.iter().copied()) {
        return Err(Other::Columns);
    }
    let mut known = HashMap::new();
    for row in reader.records() {
        let row = row.map_err(|_| Other::Columns)?;
        if row.get(columns.len() - 1) != Some(identity) {
            return Err(Other::Sweep);
        }
        let outcome = outcome(&row, keys).ok_or(Other::Columns)?;
        known.insert(row.iter().take(keys).map(str::to_owned).collect(), outcome);
    }
    Ok(known)
}

/// Reads the results in a row, after its `keys`.
fn outcome(row: &csv::StringRecord, keys: usize) -> Option<TrainingResult> {
    let cell = |at: usize| row.get(keys + at).unwrap_or_default();
    // An empty cell is NaN.
    let number = |at: usize| match cell(at) {
        "" => Some(f64::NAN),
        text => text.parse().ok(),
    };
    Some(TrainingResult {
        epoch: cell(0).parse().ok()?,
        loss: number(1)?,
        score: number(2)?,
        seconds: number(3)?,
    })
}
