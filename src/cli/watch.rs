//! `nn-tui watch`: runs that any program logs, on the screen or as text.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::Work;
use super::args::ScreenArgs;
use super::config::Config;
use crate::error::{Error, Result};
use crate::tui;
use crate::util::lang::say;
use crate::util::numbers::{ago, significant};
use crate::util::text::{padded, printable_json, sanitise, width};
use crate::watch::{Filter, Run, Watcher, is_stream, read_stream, to_json, unknown_name, whole};

/// Significant digits of a value.
const DIGITS: usize = 6;

/// Shows the runs in `paths` on the screen, or without a terminal or with `json` writes their newest values.
///
/// # Errors
/// Those of [`print`], and of the screen.
pub(super) fn prepare(
    paths: Vec<PathBuf>,
    filter: String,
    looks: ScreenArgs,
    json: bool,
) -> Result<Work> {
    Filter::check(&filter)
        .map_err(|problem| Error::Usage(format!("--filter '{}': {problem}", sanitise(&filter))))?;
    let can_show = io::stdout().is_terminal() && tui::unusable().is_none();
    if json || !can_show {
        print(&paths, &filter, json)?;
        return Ok(Box::new(|| Ok(0)));
    }
    check(&paths)?;
    let options = Config::read()?.with(looks);
    Ok(Box::new(move || tui::watch_runs(paths, &filter, options)))
}

/// Checks that the paths go together and exist.
fn check(paths: &[PathBuf]) -> Result<()> {
    if let Some(path) = paths.iter().find(|path| paths.len() > 1 && is_stream(path)) {
        return Err(Error::Usage(say!(
            "watch-alone",
            "{path} is a stream, which is watched alone",
            path = sanitise(&path.to_string_lossy())
        )));
    }
    let missing = (paths.iter()).find(|path| !is_stream(path) && !path.exists());
    missing.map_or(Ok(()), |path| {
        Err(Error::NoSuchInput {
            path: path.clone(),
            hint: String::new(),
        })
    })
}

/// Writes the newest values of the runs in `paths` that `filter` lets through to standard output, as JSON or text.
///
/// # Errors
/// [`Error::NoSuchInput`], [`Error::CannotRead`] without any logs, [`Error::Usage`] for a stream beside others, [`Error::CannotWrite`].
fn print(paths: &[PathBuf], filter: &str, json: bool) -> Result<()> {
    check(paths)?;
    let filter = Filter::parse(filter);
    let runs = newest(paths)?;
    if let Some(name) = filter.unknown(&runs) {
        let _ = writeln!(io::stderr(), "nn-tui: {}", unknown_name(&name));
    }
    let text = if json {
        format!("{}\n", printable_json(&to_json(&runs, &filter).to_string()))
    } else {
        let shown = runs.iter().filter(|(name, run)| filter.matches(name, run));
        let texts = shown.map(|(name, run)| text(name, run));
        texts.collect::<Vec<_>>().join("\n")
    };
    super::print(text)
}

/// Reads the runs as they are now; a stream to its end.
///
/// # Errors
/// [`Error::CannotRead`] if there are none.
fn newest(paths: &[PathBuf]) -> Result<Vec<(Arc<str>, Arc<Run>)>> {
    if let Some(path) = paths.iter().find(|path| is_stream(path)) {
        return Ok(read_stream(path, |_| {}));
    }
    let mut watcher = Watcher::new(paths.to_vec());
    while watcher.poll().1 {}
    let runs = watcher.runs();
    match paths.first() {
        Some(path) if runs.is_empty() => Err(Error::CannotRead {
            path: path.clone(),
            cause: io::Error::other(say!(
                "watch-no-logs",
                "no event files, CSV with a column epoch or step, JSON lines or trainer_state.json"
            )),
        }),
        _ => Ok(runs),
    }
}

/// Newest values of a run, a line for each tag.
fn text(name: &str, run: &Run) -> String {
    let age = run
        .modified
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    let age = age.map(|age| ago(age.as_secs_f64()));
    let mut text = format!("{}  {}\n", sanitise(name), age.unwrap_or_default());
    if let Some(problem) = &run.problem {
        text += &format!("  {}\n", sanitise(problem));
    }
    let tags: Vec<String> = run.scalars.keys().map(|tag| sanitise(tag)).collect();
    let widest = tags.iter().map(|tag| width(tag)).max().unwrap_or(0);
    for (tag, series) in tags.iter().zip(run.scalars.values()) {
        if let Some(point) = series.last() {
            let value = significant(point.value.last, DIGITS);
            let step = say!("watch-step", "step {step}", step = whole(point.step));
            text += &format!("  {}  {value:>12}  {step}\n", padded(tag, widest));
        }
    }
    text
}
