//! Watching of runs: a thread reads them, the loop shows them.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use super::{CAPACITY, Program};
use crate::error::Result;
use crate::tui::app::App;
use crate::tui::events::{Incoming, spawn};
use crate::tui::options::ScreenOptions;
use crate::tui::watch::Watch;
use crate::watch::{Watcher, is_stream, read_stream};

/// Time between two looks at the files.
const POLL: Duration = Duration::from_millis(1500);
/// Shortest time between two states of a stream that are shown.
const INTERVAL: Duration = Duration::from_millis(200);

/// Shows the runs in `paths`, or of standard input, until the user quits. `filter` is the filter at the start.
///
/// # Errors
/// [`Error::Terminal`](crate::error::Error::Terminal), [`Error::Worker`](crate::error::Error::Worker).
pub(crate) fn watch_runs(paths: Vec<PathBuf>, filter: &str, options: ScreenOptions) -> Result<u8> {
    let (sender, incoming) = sync_channel(CAPACITY);
    let names: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    let watch = Watch::new(names.join(" "), filter, options.keys.clone());
    let is_piped = paths.iter().any(|path| is_stream(path));
    let watch = if is_piped { watch.on_pipe() } else { watch };
    let program = Program::new(App::Watching(Box::new(watch)), options, sender.clone())?;
    spawn("watch", move || match &paths[..] {
        [path] if is_stream(path) => follow_stream(path, &sender),
        _ => follow_files(Watcher::new(paths), &sender),
    })?;
    Ok(program.run_to_end(&incoming)?.code)
}

/// Reads files over and over, and sends the runs, whose age changes too.
fn follow_files(mut watcher: Watcher, sender: &SyncSender<Incoming>) {
    loop {
        let (_, has_more) = watcher.poll();
        if sender
            .send(Incoming::Runs(watcher.runs(), SystemTime::now()))
            .is_err()
        {
            return;
        }
        if !has_more {
            sleep(POLL);
        }
    }
}

/// Reads a stream to its end, and sends its runs now and then.
fn follow_stream(path: &Path, sender: &SyncSender<Incoming>) {
    let send = |runs: &[_]| sender.send(Incoming::Runs(runs.to_vec(), SystemTime::now()));
    let mut next = Instant::now();
    let runs = read_stream(path, |runs| {
        if Instant::now() >= next {
            // Without a screen there is nobody to read for.
            let _ = send(runs);
            next = Instant::now() + INTERVAL;
        }
    });
    let _ = send(&runs);
}
