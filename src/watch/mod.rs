//! Runs that other programs, or nn-tui, log: found, read as they grow, and kept in bounded memory.
//!
//! A [`Watcher`] knows files and directories. Each [`Watcher::poll`] looks for new ones and reads what has been added
//! since the one before; only the sizes of files are asked for where nothing has changed, as network file systems need.
//! A log is read by a [`source::LogReader`] of its [`Format`] into a [`Run`].

mod discover;
mod filter;
mod findings;
mod json;
mod names;
mod run;
mod series;
mod source;
mod stream;
mod tail;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use filter::{Filter, unknown_name};
pub(crate) use findings::{CurveFinding, findings, training_beside};
pub(crate) use json::to_json;
pub use run::Run;
pub(crate) use series::{HistogramPoint, Point, Series, whole};
use source::Format;
pub(crate) use stream::{is_stream, read_stream};
use tail::Tail;

use crate::util::lang::say;

/// Time between two searches for new files.
const SEARCH: Duration = Duration::from_secs(5);
/// Bytes that one poll reads at most, so that what is read is soon shown.
const PORTION: usize = 64 << 20;
/// Name of the run of standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Reads runs as they are logged.
pub struct Watcher {
    roots: Vec<PathBuf>,
    next_search: Instant,
    /// Runs by name.
    logs: BTreeMap<String, RunLog>,
    /// Runs in the order in which they were found.
    names: Vec<Arc<str>>,
}

/// Log of a run, and what has been read of it.
struct RunLog {
    format: Format,
    files: Vec<Tail>,
    run: Arc<Run>,
    /// Whether a file was begun anew, and nothing has been read of it since.
    is_anew: bool,
    /// First and last step before a file was begun anew, and the first values, of which the points are lost.
    lost: Option<Lost>,
}

/// Points that a file had before it was begun anew.
struct Lost {
    steps: (f64, f64),
    /// The run, of which only the first points matter.
    run: Arc<Run>,
}

impl Watcher {
    /// Creates a watcher of files and directories, which need not exist yet.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            next_search: Instant::now(),
            logs: BTreeMap::new(),
            names: Vec::new(),
        }
    }

    /// Reads what has been added. Returns whether anything has changed, and whether there is more to read at once.
    pub fn poll(&mut self) -> (bool, bool) {
        let now = Instant::now();
        let mut has_changed = false;
        if now >= self.next_search {
            has_changed |= self.search();
            // A large tree on a slow disk takes its time.
            self.next_search = now + SEARCH.max(now.elapsed() * 10);
        }
        let mut room = PORTION;
        for log in self.logs.values_mut() {
            has_changed |= log.read(&mut room);
        }
        (has_changed, room == 0)
    }

    fn search(&mut self) -> bool {
        let mut is_any = false;
        for (name, found) in discover::discover(&self.roots) {
            let log = self.logs.entry(name.clone()).or_insert_with(|| {
                is_any = true;
                self.names.push(name.into());
                RunLog::new(found.format)
            });
            let is_new = |path: &PathBuf| log.files.iter().all(|tail| tail.path() != path);
            let is_gone = |tail: &Tail| matches!(tail.path().try_exists(), Ok(false));
            // A new file replaces those that are gone and those that say everything, too.
            let is_replaced = found.files.iter().any(is_new)
                && (found.format.is_rewritten() || log.files.iter().any(is_gone));
            if log.format != found.format || is_replaced && found.format.is_rewritten() {
                *log = RunLog::new(found.format);
            } else if is_replaced {
                log.drop_gone();
            }
            for path in found.files {
                if !log.files.iter().any(|tail| tail.path() == path) {
                    log.files.push(Tail::new(path, found.format));
                    is_any = true;
                }
            }
        }
        is_any
    }

    /// Returns the runs in the order in which they were found. The hyperparameters that torch's `add_hparams` writes into a
    /// folder inside that of a run are those of the run.
    pub fn runs(&self) -> Vec<(Arc<str>, Arc<Run>)> {
        let (inner, logs): (Vec<&RunLog>, Vec<&RunLog>) =
            self.logs.values().partition(|log| log.run.is_of_hparams());
        let folders: HashSet<&Path> = logs.iter().filter_map(|log| log.folder()).collect();
        let inner = inner.into_iter().filter_map(|log| {
            let outer = log.folder()?.parent()?;
            folders.contains(outer).then_some((outer, &*log.run))
        });
        let inner: HashMap<&Path, &Run> = inner.collect();
        let run = |name: &Arc<str>| {
            let log = self.logs.get(&**name)?;
            let outer = log.folder().and_then(Path::parent);
            if log.run.is_of_hparams() && outer.is_some_and(|outer| inner.contains_key(outer)) {
                return None;
            }
            let mut run = Arc::clone(&log.run);
            if let Some(inner) = log.folder().and_then(|folder| inner.get(folder)) {
                Arc::make_mut(&mut run).take_hparams(inner);
            }
            Some((Arc::clone(name), run))
        };
        self.names.iter().filter_map(run).collect()
    }
}

impl RunLog {
    fn new(format: Format) -> Self {
        Self {
            format,
            files: Vec::new(),
            run: Arc::default(),
            is_anew: false,
            lost: None,
        }
    }

    /// Folder of the event files of the run.
    fn folder(&self) -> Option<&Path> {
        let file = (self.format == Format::EventFile).then(|| self.files.first())??;
        file.path().parent()
    }

    /// Reads what has been added to the files, at most `room` bytes. Returns whether anything has changed.
    fn read(&mut self, room: &mut usize) -> bool {
        let is_rewritten = self.files.iter_mut().any(Tail::is_rewritten);
        if is_rewritten {
            // Points cannot be taken back one file at a time.
            self.files.iter_mut().for_each(Tail::rewind);
            self.is_anew = true;
        }
        let has_news = self.files.iter_mut().any(Tail::has_news);
        let is_gone = !self.files.is_empty() && self.files.iter().all(Tail::is_gone);
        if !has_news && !is_rewritten && is_gone == self.run.is_gone {
            return false;
        }
        let mut read = if self.is_anew {
            Run::default()
        } else {
            std::mem::take(Arc::make_mut(&mut self.run))
        };
        if read.is_empty() && self.files.iter().all(|tail| tail.problem().is_none()) {
            read.problem = None;
        }
        for tail in &mut self.files {
            tail.read(&mut read, room);
        }
        if self.is_anew {
            read = self.joined(read);
        } else {
            self.note_lost(&mut read);
        }
        read.is_gone = is_gone;
        // An event file has no values before the first step.
        if read.is_empty() && self.format != Format::EventFile {
            read.note(|| self.nothing());
        }
        self.run = Arc::new(read);
        true
    }

    /// Forgets the files that are gone, and reads the others anew after what is known.
    fn drop_gone(&mut self) {
        self.files
            .retain(|tail| !matches!(tail.path().try_exists(), Ok(false)));
        self.files.iter_mut().for_each(Tail::rewind);
        self.is_anew = true;
    }

    /// Returns the run with what was `read` since its file was begun anew. What was logged before stays where the steps go
    /// on after it, as those of a log that was rotated, and until there are any.
    fn joined(&mut self, read: Run) -> Run {
        let mut known = std::mem::take(Arc::make_mut(&mut self.run));
        if read.is_empty() {
            known.modified = read.modified.max(known.modified);
            known.problem = read.problem.or(known.problem);
            return known;
        }
        self.is_anew = false;
        // A file may go on in the middle of what several others had.
        if known.goes_on_with(&read, self.format == Format::EventFile) {
            known.extend(read);
            return known;
        }
        let mut read = read;
        let steps = known.steps();
        let run = Arc::new(known);
        self.lost = steps.map(|steps| Lost { steps, run });
        self.note_lost(&mut read);
        read
    }

    /// Says that points are lost, until the run has as many again: a file that is written anew as a whole has all of them.
    fn note_lost(&mut self, run: &mut Run) {
        let Some(lost) = &self.lost else {
            return;
        };
        let note = say!(
            "watch-anew",
            "the file began anew: what it had before is left out"
        );
        let (from, to) = lost.steps;
        let is_begun = run.steps().is_some_and(|(first, _)| first <= from);
        // Other files of the run may have what followed.
        let is_whole = self.files.len() > 1 || run.steps().is_some_and(|(_, last)| last >= to);
        // Where steps are only counted, another training has the same ones.
        let is_same = !run.is_counted || run.begins_like(&lost.run);
        if is_begun && is_whole && is_same {
            self.lost = None;
            run.problem.take_if(|problem| problem == note);
        } else {
            run.note(|| note.to_owned());
        }
    }

    /// Says why nothing was read.
    fn nothing(&self) -> String {
        let is_begun = |tail: &Tail| tail.is_at_begin() || discover::is_log(tail.path());
        if self.files.iter().all(is_begun) {
            say!("watch-nothing-yet", "nothing was logged yet").into()
        } else {
            no_log()
        }
    }
}

/// Says that something is no log.
fn no_log() -> String {
    say!("watch-no-log", "there is nothing of a log in it").into()
}

#[cfg(test)]
mod tests;
