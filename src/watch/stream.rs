//! Logs on a stream, such as standard input: one, or those of `tail` with several files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, SystemTime};

use super::source::{Format, LogReader};
use super::{Run, STANDARD_INPUT};

/// Begin and end of the line that `tail` writes before what is of another file.
const HEADER: (&[u8], &[u8]) = (b"\n==> ", b" <==");
/// Name of standard input in such a line.
const TAILED_INPUT: &str = "standard input";
/// Longest name in such a line.
const NAME: usize = 4096;
/// Maximum number of parts that wait to be read.
const PARTS: usize = 4;
/// Time without another part after which what was read is shown again.
const QUIET: Duration = Duration::from_millis(250);
/// Maximum number of files.
const FILES: usize = 1000;

/// Returns whether `path` can only be read from its beginning to its end: standard input, or a pipe.
pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
        || fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Reads all of the stream at `path`, and passes its runs to `changed` after each portion. Returns them.
pub(crate) fn read_stream(
    path: &Path,
    changed: impl FnMut(&[(Arc<str>, Arc<Run>)]),
) -> Vec<(Arc<str>, Arc<Run>)> {
    if path.as_os_str() == STANDARD_INPUT {
        return read_all(Ok(io::stdin()), changed);
    }
    read_all(File::open(path), changed)
}

/// Reads all of `input` in a thread of its own, so that `changed` can be called again once nothing more has come for a while:
/// what came last stays on the screen until then.
fn read_all(
    input: io::Result<impl Read + Send>,
    mut changed: impl FnMut(&[(Arc<str>, Arc<Run>)]),
) -> Vec<(Arc<str>, Arc<Run>)> {
    let mut stream = Stream::new();
    let (sender, parts) = sync_channel(PARTS);
    thread::scope(|scope| {
        let reader = input.and_then(|input| {
            let name = "stream".to_owned();
            let reader = thread::Builder::new().name(name);
            reader.spawn_scoped(scope, move || send_parts(input, &sender))
        });
        if let Err(error) = reader {
            stream.fail(&error.to_string());
        }
        let mut has_news = false;
        loop {
            let part = if has_news {
                parts.recv_timeout(QUIET)
            } else {
                parts.recv().map_err(Into::into)
            };
            has_news = part.is_ok();
            match part {
                Ok(Ok(part)) => stream.push(&part),
                Ok(Err(error)) => stream.fail(&error.to_string()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // Also when nothing more can be read of it: the program that writes it would wait for ever.
            changed(&stream.runs);
        }
    });
    stream.end();
    changed(&stream.runs);
    stream.runs
}

/// Sends all of `input` in parts, as they come, and why it cannot be read on.
fn send_parts(mut input: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let part = match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = part.is_err();
        if sender.send(part).is_err() || is_last {
            return;
        }
    }
}

/// The logs of a stream, and what has been read of them.
struct Stream {
    /// Bytes that were not read: the beginning of a header perhaps.
    waiting: Vec<u8>,
    /// Whether there are headers, once that is known.
    is_tailed: Option<bool>,
    logs: Vec<StreamedFile>,
    /// Number of the log that goes on.
    current: usize,
    runs: Vec<(Arc<str>, Arc<Run>)>,
}

/// A file on the stream.
struct StreamedFile {
    /// Name in its header.
    name: String,
    /// Number of its run.
    run: usize,
    /// None once nothing more can be read.
    reader: Option<Box<dyn LogReader>>,
}

impl Stream {
    /// Creates a stream with the log that it has without headers.
    fn new() -> Self {
        let mut stream = Self {
            // The first header has no line before it.
            waiting: vec![b'\n'],
            is_tailed: None,
            logs: Vec::new(),
            current: 0,
            runs: Vec::new(),
        };
        stream.add_log(STANDARD_INPUT);
        stream
    }

    /// Adds the log of the file `name`. The event files in a folder are one run.
    fn add_log(&mut self, name: &str) {
        let folder = name
            .rsplit_once('/')
            .map_or(STANDARD_INPUT, |(folder, _)| folder);
        let is_event_file = Format::of_name(name) == Format::EventFile;
        let run = if is_event_file { folder } else { name };
        let known = self.runs.iter().position(|(name, _)| **name == *run);
        let run = known.unwrap_or_else(|| {
            self.runs.push((run.into(), Arc::default()));
            self.runs.len() - 1
        });
        self.logs.push(StreamedFile {
            name: name.to_owned(),
            run,
            reader: Some(Format::Unknown.reader()),
        });
    }

    /// Adds the bytes that follow.
    fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        if self.is_tailed.is_none() {
            let begin = HEADER.0;
            let is_begun = begin.starts_with(&self.waiting) || self.waiting.starts_with(begin);
            let is_tailed = match next_part(&self.waiting) {
                Part::Content(0) if is_begun => return,
                part => matches!(part, Part::Header { start: 0, .. }),
            };
            self.begin(is_tailed);
        }
        if self.is_tailed != Some(true) {
            let bytes = std::mem::take(&mut self.waiting);
            return self.read(&bytes);
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        loop {
            match next_part(&waiting) {
                Part::Header { start, end, name } => {
                    self.read(&waiting[..start]);
                    self.choose(&name);
                    waiting.drain(..end);
                }
                Part::Content(end) => {
                    self.read(&waiting[..end]);
                    waiting.drain(..end);
                    self.waiting = waiting;
                    return;
                }
            }
        }
    }

    /// Settles whether the stream is of `tail`, by its first line.
    fn begin(&mut self, is_tailed: bool) {
        self.is_tailed = Some(is_tailed);
        if is_tailed {
            (self.logs, self.runs) = (Vec::new(), Vec::new());
        } else {
            self.waiting.remove(0);
        }
    }

    /// Goes on with the file `name`.
    fn choose(&mut self, name: &str) {
        let known = self.logs.iter().position(|log| log.name == name);
        self.current = known.unwrap_or_else(|| {
            if self.logs.len() < FILES {
                self.add_log(name);
            }
            self.logs.len() - 1
        });
    }

    /// Reads what is of the current file.
    fn read(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.with_reader(|reader, run| reader.read(bytes, run));
        }
    }

    fn with_reader(
        &mut self,
        read: impl FnOnce(&mut dyn LogReader, &mut Run) -> Result<(), String>,
    ) {
        let Some(log) = self.logs.get_mut(self.current) else {
            return;
        };
        let run = Arc::make_mut(&mut self.runs[log.run].1);
        run.modified = Some(SystemTime::now());
        if let Some(reader) = &mut log.reader
            && let Err(problem) = read(&mut **reader, run)
        {
            run.problem = Some(problem);
            log.reader = None;
        }
    }

    /// Reads what is left at the end.
    fn end(&mut self) {
        if self.is_tailed.is_none() {
            self.begin(false);
        }
        let rest = std::mem::take(&mut self.waiting);
        self.read(&rest);
        for current in 0..self.logs.len() {
            self.current = current;
            self.with_reader(|reader, run| reader.end(run));
        }
        for (_, run) in &mut self.runs {
            let run = Arc::make_mut(run);
            run.has_ended = true;
            if run.is_empty() && run.problem.is_none() {
                run.problem = Some(super::no_log());
            }
        }
    }

    fn fail(&mut self, problem: &str) {
        for (_, run) in &mut self.runs {
            Arc::make_mut(run).problem = Some(problem.to_owned());
        }
    }
}

/// Kind of a part of a stream, by its first bytes.
enum Part {
    /// Number of bytes that belong to the current file, before the end of the part or a possible beginning of a header.
    Content(usize),
    /// Bytes of the current file, and a header.
    Header {
        start: usize,
        end: usize,
        name: String,
    },
}

/// Returns whether a name in a line like a header of `tail` looks like that of a file. Programs print such lines, too, as
/// titles: `==> Epoch 1/10 <==`.
fn is_path(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let mut ends = file.split('.').skip(1);
    let has_extension = ends.any(|end| end.starts_with(|c: char| c.is_alphabetic()));
    let has_letters = file.contains(char::is_alphabetic);
    has_extension
        || name == TAILED_INPUT
        || name.contains('/') && has_letters && !name.contains(char::is_whitespace)
}

/// Finds the next header of `tail` in `bytes`.
fn next_part(bytes: &[u8]) -> Part {
    let (begin, end) = HEADER;
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|&byte| byte == b'\n') {
        let start = from + found;
        let rest = &bytes[start..];
        from = start + 1;
        if rest.len() < begin.len() && begin.starts_with(rest) {
            return Part::Content(start);
        }
        let Some(line) = rest.strip_prefix(begin) else {
            continue;
        };
        let line = &line[..line.len().min(NAME)];
        match line.iter().position(|&byte| byte == b'\n') {
            Some(length) => {
                let name = line[..length].strip_suffix(end);
                let name = name
                    .map(String::from_utf8_lossy)
                    .filter(|name| is_path(name));
                if let Some(name) = name {
                    return Part::Header {
                        start,
                        end: start + begin.len() + length + 1,
                        name: name.into_owned(),
                    };
                }
            }
            None if line.len() < NAME => return Part::Content(start),
            None => {}
        }
    }
    Part::Content(bytes.len())
}

#[cfg(test)]
mod tests;
