//! Logs in files and directories, and the names of their runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::source::Format;

/// Depth of directories that are searched.
const DEPTH: usize = 8;
/// Maximum number of files that are found.
const FILES: usize = 20_000;
/// Bytes of a file that are searched for the first line of a log, and the longest first line.
const BEGIN: usize = 4096;
const LINE: u64 = 1 << 20;
/// Names, without extension, that say nothing about a run.
const GENERIC: [&str; 7] = [
    "results",
    "metrics",
    "trainer_state",
    "log",
    "logs",
    "training",
    "history",
];
/// Start of the names of directories in which Hugging Face's Trainer saves states.
const CHECKPOINT: &str = "checkpoint-";

/// Log of a run in one or several files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub format: Format,
    /// Files in the order in which they were begun.
    pub files: BTreeSet<PathBuf>,
}

/// Finds the logs in `roots`. The event files in a folder are one run, every other file is one. Of those whose names are
/// equal but for the extension, the first in the order of formats has the name without it.
pub(super) fn discover(roots: &[PathBuf]) -> BTreeMap<String, Found> {
    let mut files = Vec::new();
    for root in roots {
        if root.is_dir() {
            Search::new(root, &mut files).folder(root, DEPTH);
        } else if !matches!(root.try_exists(), Ok(false)) {
            files.push((root.clone(), format_of(root)));
        }
    }
    let is_single = roots.len() == 1 && roots[0].is_dir();
    let base = if is_single {
        roots[0].clone()
    } else {
        common(roots)
    };
    let mut logs: BTreeMap<String, BTreeSet<(Format, PathBuf)>> = BTreeMap::new();
    for (path, format) in newest_states(files) {
        let name = run_name(&path, &base, format);
        logs.entry(name).or_default().insert((format, path));
    }
    let mut runs: BTreeMap<String, Found> = BTreeMap::new();
    for (name, logs) in logs {
        for (n, (format, path)) in logs.into_iter().enumerate() {
            let name = if n == 0 || format == Format::EventFile {
                name.clone()
            } else {
                let inside = path.strip_prefix(&base).unwrap_or(&path);
                inside.to_string_lossy().into_owned()
            };
            let files = BTreeSet::new();
            let run = runs.entry(name).or_insert(Found { format, files });
            run.files.insert(path);
        }
    }
    runs
}

fn format_of(path: &Path) -> Format {
    let name = path.file_name().unwrap_or_default();
    Format::of_name(&name.to_string_lossy())
}

/// Search for logs in a folder and those in it.
struct Search<'f> {
    files: &'f mut Vec<(PathBuf, Format)>,
    /// The folder, and after it those elsewhere that links in it name.
    folders: Vec<PathBuf>,
}

impl<'f> Search<'f> {
    fn new(root: &Path, files: &'f mut Vec<(PathBuf, Format)>) -> Self {
        let folders = fs::canonicalize(root).into_iter().collect();
        Self { files, folders }
    }

    /// Adds the logs in `folder` and the folders in it.
    fn folder(&mut self, folder: &Path, depth: usize) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (entry.path(), entry.file_type());
            let is_link = kind.as_ref().is_ok_and(fs::FileType::is_symlink);
            let kind = if is_link {
                fs::metadata(&path).map(|found| found.file_type())
            } else {
                kind
            };
            match kind {
                _ if self.files.len() >= FILES => return,
                Ok(kind) if kind.is_dir() && depth > 0 && (!is_link || self.follows(&path)) => {
                    self.folder(&path, depth - 1);
                }
                // Opening anything else, such as a pipe, might wait for ever.
                Ok(kind) if kind.is_file() => {
                    let format = log_format(&path);
                    self.files.extend(format.map(|format| (path, format)));
                }
                _ => {}
            }
        }
    }

    /// Returns whether the link at `path` names a folder that is searched by it only.
    fn follows(&mut self, path: &Path) -> bool {
        let Ok(target) = fs::canonicalize(path) else {
            return false;
        };
        let mut others = self.folders.iter();
        let is_around = |root: &PathBuf| root.starts_with(&target);
        let is_known = self.folders.first().is_some_and(is_around)
            || others.any(|other| target.starts_with(other));
        if !is_known {
            self.folders.push(target);
        }
        !is_known
    }
}

/// Returns whether the file at `path` begins like a log, or has the name of one that may be empty.
pub(super) fn is_log(path: &Path) -> bool {
    log_format(path).is_some_and(|format| format != Format::JsonLines)
}

/// Returns the format of a file in a folder that is searched, if it is a log. Names that data and other texts have too
/// leave it to the first lines, which name steps or epochs.
fn log_format(path: &Path) -> Option<Format> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let is_general = ["log", "txt", "json"]
        .iter()
        .any(|other| extension == *other);
    match format_of(path) {
        Format::Unknown if is_general => Format::of_first_lines(&first_lines(path)?),
        Format::Unknown => None,
        Format::Table => {
            Format::of_first_lines(&first_lines(path)?).filter(|format| *format == Format::Table)
        }
        format => Some(format),
    }
}

/// First line of a file, of at most [`LINE`] bytes, and the others in its first [`BEGIN`] bytes.
fn first_lines(path: &Path) -> Option<String> {
    let mut begin = Vec::new();
    let mut file = BufReader::with_capacity(BEGIN, fs::File::open(path).ok()?);
    (&mut file).take(LINE).read_until(b'\n', &mut begin).ok()?;
    let rest = BEGIN.saturating_sub(begin.len());
    file.take(rest as u64).read_to_end(&mut begin).ok()?;
    Some(String::from_utf8_lossy(&begin).into_owned())
}

/// Leaves out all states of a run in checkpoints but the one with the most steps: each has those before it.
fn newest_states(files: Vec<(PathBuf, Format)>) -> Vec<(PathBuf, Format)> {
    let checkpoint = |path: &Path| {
        let folder = path.parent()?;
        let name = folder.file_name()?.to_str()?;
        let step: u64 = name.strip_prefix(CHECKPOINT)?.parse().ok()?;
        Some((folder.parent()?.to_owned(), step))
    };
    let mut newest: BTreeMap<PathBuf, u64> = BTreeMap::new();
    let mut finished = BTreeSet::new();
    for (path, format) in &files {
        if *format == Format::TrainerState {
            match checkpoint(path) {
                Some((run, step)) => {
                    let last = newest.entry(run).or_default();
                    *last = step.max(*last);
                }
                None => finished.extend(path.parent().map(Path::to_owned)),
            }
        }
    }
    let is_newest = |(path, format): &(PathBuf, Format)| match checkpoint(path) {
        Some((run, step)) if *format == Format::TrainerState => {
            newest.get(&run) == Some(&step) && !finished.contains(&run)
        }
        _ => true,
    };
    files.into_iter().filter(is_newest).collect()
}

/// Returns the folder that all `roots` are in.
fn common(roots: &[PathBuf]) -> PathBuf {
    let mut parents = roots
        .iter()
        .map(|root| root.parent().unwrap_or(Path::new("")));
    let first = parents.next().unwrap_or(Path::new(""));
    parents.fold(first.to_owned(), |shared, parent| {
        let parts = shared.components().zip(parent.components());
        let same = parts.take_while(|(a, b)| a == b);
        same.map(|(part, _)| part).collect()
    })
}

/// Name of the run that the log at `path` is of: its folder below `base`, and the file's name where it says something.
fn run_name(path: &Path, base: &Path, format: Format) -> String {
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = match folder.file_name().and_then(|name| name.to_str()) {
        Some(name) if format == Format::TrainerState && name.starts_with(CHECKPOINT) => {
            folder.parent().unwrap_or(folder)
        }
        _ => folder,
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_named = format != Format::EventFile && !GENERIC.contains(&&*stem.to_ascii_lowercase());
    let inside = folder.strip_prefix(base).unwrap_or(folder);
    let mut name = inside.to_string_lossy().into_owned();
    if is_named {
        let separator = if name.is_empty() { "" } else { "/" };
        name = format!("{name}{separator}{stem}");
    }
    if name.is_empty() {
        let here = Path::new(".");
        let folder = Some(folder).filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(here);
        let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let last = whole
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        name = last.unwrap_or_else(|| ".".into());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_the_names_of_their_folders_or_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for (path, text) in [
            ("a/events.out.tfevents.2.host", ""),
            ("a/events.out.tfevents.1.host", ""),
            ("a/metrics.csv", "epoch,loss\n"),
            ("b/results.csv", "   epoch,  train/box_loss\n"),
            ("b/lr.csv", "epoch;loss\n"),
            ("data/iris.csv", "sepal,petal\n"),
            ("hf/checkpoint-500/trainer_state.json", "{}"),
            ("hf/checkpoint-1000/trainer_state.json", "{}"),
            ("run.jsonl", ""),
            ("notes.txt", ""),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, text).expect("written");
        }
        let found = discover(&[root.to_owned()]);
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["a", "a/metrics.csv", "b", "b/lr", "hf", "run"]);
        assert_eq!(found["a"].format, Format::EventFile);
        let files: Vec<_> = found["a"]
            .files
            .iter()
            .map(|path| path.ends_with("events.out.tfevents.1.host"))
            .collect();
        assert_eq!(files, [true, false]);
        let state = found["hf"].files.first().expect("a file");
        assert!(state.ends_with("checkpoint-1000/trainer_state.json"));
        let both = discover(&[root.join("a"), root.join("b/results.csv")]);
        let names: Vec<&str> = both.keys().map(String::as_str).collect();
        assert_eq!(names, ["a", "a/metrics.csv", "b"]);
    }

    #[test]
    fn a_run_in_this_folder_has_its_name() {
        let here = std::env::current_dir().expect("a folder");
        let name = here.file_name().expect("a name").to_string_lossy();
        let file = Path::new("events.out.tfevents.1.host");
        assert_eq!(run_name(file, Path::new(""), Format::EventFile), name);
    }

    #[cfg(unix)]
    #[test]
    fn links_to_folders_elsewhere_are_followed_once() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let (root, other) = (folder.path().join("root"), folder.path().join("other"));
        for run in [root.join("a"), other.join("b")] {
            fs::create_dir_all(&run).expect("created");
            fs::write(run.join("metrics.csv"), "epoch,loss\n").expect("written");
        }
        for (target, link) in [
            (&other, root.join("link")),
            (&other, root.join("same")),
            (&other.join("b"), root.join("inner")),
            (&root.join("a"), root.join("latest")),
            (&root, other.join("back")),
            (&folder.path().to_owned(), root.join("up")),
            (&root.join("none"), root.join("broken")),
        ] {
            symlink(target, link).expect("linked");
        }
        let found = discover(&[root]);
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["a", "inner", "link/b"]);
    }

    #[test]
    fn logs_are_known_by_their_first_lines_and_none_hides_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for (path, text) in [
            ("keras/training.log", "epoch,loss\n0,0.5\n"),
            ("mae/log.txt", "{\"train_loss\": NaN, \"epoch\": 0}\n"),
            ("d2/metrics.json", "{\"iteration\": 19, \"loss\": 0.5}\n"),
            ("marked.csv", "\u{feff}Epoch,loss\r\n"),
            ("quoted.csv", "\"Step\";\"loss\"\n"),
            ("run.csv", "epoch,loss\n"),
            ("run.jsonl", ""),
            (
                "long.json",
                &format!("{{\"step\":1{}}}\n", ",\"metric\":0.5".repeat(900)),
            ),
            ("long.csv", &format!("epoch{}\n", ",metric".repeat(900))),
            ("numpy.csv", "# by hand\n# epoch,loss\n"),
            ("banner.log", "Training\n\n{\"step\":1,\"loss\":1}\n"),
            ("tfevents_export.csv", "Step,Value\n"),
            ("config.json", "{\"step\": {}}\n"),
            ("steps.txt", "step\n1\n"),
            ("training.log", "Epoch 1/2, step 3\n"),
            ("data.log.csv", "sepal,petal\n"),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, text).expect("written");
        }
        let found = discover(&[root.to_owned()]);
        let runs: Vec<_> = found
            .iter()
            .map(|(name, run)| (&**name, run.format))
            .collect();
        let (lines, table) = (Format::JsonLines, Format::Table);
        let expected = [
            ("banner", lines),
            ("d2", lines),
            ("keras", table),
            ("long", lines),
            ("long.csv", table),
            ("mae", lines),
            ("marked", table),
            ("numpy", table),
            ("quoted", table),
            ("run", lines),
            ("run.csv", table),
            ("tfevents_export", table),
        ];
        assert_eq!(runs, expected);
    }
}
