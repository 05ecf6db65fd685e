//! A file that grows, is rotated, cut or deleted while it is read.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::run::Run;
use super::source::{self, Format, LogReader};
use crate::util::platform;

/// Bytes at the beginning of a file by which one that was rewritten is recognised: these, and the rest of the first line,
/// a header of many columns perhaps.
const HEAD: usize = 4096;
/// Bytes before the end of what was read by which it is recognised, too.
const END: usize = 64;
/// Bytes that are read at a time.
const PART: usize = 1 << 20;

/// A file, and how far it has been read.
pub(super) struct Tail {
    path: PathBuf,
    format: Format,
    reader: Box<dyn LogReader>,
    /// Bytes that were read.
    offset: u64,
    /// First bytes, as they were read.
    head: Vec<u8>,
    is_head_whole: bool,
    /// Last bytes that were read.
    end: Vec<u8>,
    /// The file as it was found last.
    known: Option<Metadata>,
    modified: Option<SystemTime>,
    /// Why nothing more is read.
    problem: Option<String>,
    has_more: bool,
    is_gone: bool,
}

impl Tail {
    /// Creates a reader of the file at `path` that has read nothing.
    pub fn new(path: PathBuf, format: Format) -> Self {
        Self {
            path,
            format,
            reader: format.reader(),
            offset: 0,
            head: Vec::new(),
            is_head_whole: false,
            end: Vec::new(),
            known: None,
            modified: None,
            problem: None,
            has_more: false,
            is_gone: false,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing was read of the file.
    pub fn is_at_begin(&self) -> bool {
        self.offset == 0
    }

    /// Why nothing more is read.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether the file is not there any more.
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Looks at the file. Returns whether it is another one than before, or shorter, or has other bytes.
    pub fn is_rewritten(&mut self) -> bool {
        // Opening anything else might wait for ever.
        let Some(found) = fs::metadata(&self.path).ok().filter(Metadata::is_file) else {
            // What was read stays.
            self.is_gone = true;
            return false;
        };
        self.is_gone = false;
        let before = self.known.replace(found);
        let (Some(before), Some(found)) = (before, &self.known) else {
            self.has_more = true;
            return false;
        };
        let is_other = platform::is_same_file(&before, found) == Some(false);
        let is_changed = found.len() != before.len() || found.modified().ok() != self.modified;
        self.has_more |= is_changed || found.len() > self.offset;
        is_other && self.has_other_bytes()
            || found.len() < self.offset
            || is_changed && (self.format.is_rewritten() || self.has_other_bytes())
    }

    /// Returns whether the beginning of the file, or what is before the end of what was read, has changed.
    fn has_other_bytes(&self) -> bool {
        let is_other = |file: &mut File, at: u64, bytes: &[u8]| -> io::Result<bool> {
            let mut found = vec![0; bytes.len()];
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut found)?;
            Ok(found != bytes)
        };
        let before = self.offset - self.end.len() as u64;
        let is_other = File::open(&self.path).and_then(|mut file| {
            Ok(is_other(&mut file, 0, &self.head)? || is_other(&mut file, before, &self.end)?)
        });
        is_other.unwrap_or_else(|error| error.kind() == ErrorKind::UnexpectedEof)
    }

    /// Remembers what [`Self::has_other_bytes`] looks at of the next bytes.
    fn remember(&mut self, part: &[u8]) {
        if !self.is_head_whole {
            self.head.extend_from_slice(&part[..part.len().min(PART)]);
            let line = self.head.iter().position(|&byte| byte == b'\n');
            let enough = HEAD.max(line.map_or(PART, |end| end + 1));
            self.is_head_whole = self.head.len() >= enough;
            self.head.truncate(enough);
        }
        self.end
            .extend_from_slice(&part[part.len().saturating_sub(END)..]);
        self.end.drain(..self.end.len().saturating_sub(END));
    }

    /// Goes back to the beginning.
    pub fn rewind(&mut self) {
        let known = self.known.take();
        let reader = self.reader.anew();
        *self = Self {
            known,
            reader: reader.unwrap_or_else(|| self.format.reader()),
            has_more: true,
            is_gone: self.is_gone,
            ..Self::new(std::mem::take(&mut self.path), self.format)
        };
    }

    /// Returns whether there may be something to read.
    pub fn has_news(&mut self) -> bool {
        self.has_more && !self.is_gone
    }

    /// Reads what has been added, at most `room` bytes, which become fewer, and adds it to `run`.
    pub fn read(&mut self, run: &mut Run, room: &mut usize) {
        if !self.has_news() {
            return;
        }
        let result = self.read_parts(run, room);
        if let Err(problem) = result {
            self.problem = Some(problem);
        }
        if let Some(known) = &self.known {
            self.modified = known.modified().ok();
            run.modified = run.modified.max(self.modified);
        }
        if let Some(problem) = &self.problem {
            let name = self.path.file_name().unwrap_or_default().to_string_lossy();
            run.problem = Some(format!("{name}: {problem}"));
        }
    }

    fn read_parts(&mut self, run: &mut Run, room: &mut usize) -> Result<(), String> {
        if self.problem.is_some() {
            self.has_more = false;
            return Ok(());
        }
        let failed = |error: io::Error| error.to_string();
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.is_gone = true;
                return Ok(());
            }
            Err(error) => {
                // It may be readable later, as on a network file system.
                if run.is_empty() {
                    run.note(|| error.to_string());
                }
                return Ok(());
            }
        };
        if self.format.is_rewritten() {
            source::check_length(file.metadata().map_err(failed)?.len())?;
        }
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let mut part = Vec::new();
        while *room > 0 {
            part.clear();
            let size = if self.format.is_rewritten() {
                source::MAX_BYTES + 1
            } else {
                PART.min(*room)
            };
            let count = (&mut file)
                .take(size as u64)
                .read_to_end(&mut part)
                .map_err(failed)?;
            if count == 0 {
                self.has_more = false;
                return Ok(());
            }
            if self.offset == 0 && self.format != Format::EventFile {
                source::check_begin(&part)?;
            }
            self.offset += count as u64;
            *room = room.saturating_sub(count);
            self.remember(&part);
            let read = self.reader.read(&part, run);
            // Compressed event files have the names of others.
            read.map_err(|problem| source::check_begin(&self.head).err().unwrap_or(problem))?;
        }
        Ok(())
    }
}
