//! The state of the screen while the data are loaded.

use std::collections::VecDeque;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::bindings::{self, Action, When};
use super::update::Effect;
use crate::data::{Part, Progress};

/// Speeds are means over this time.
const WINDOW: Duration = Duration::from_secs(3);
/// Time between two looks that are kept for that.
const INTERVAL: Duration = Duration::from_millis(100);

/// How far the loading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadingStage {
    /// Nothing has come yet, as from a pipe that nobody writes to.
    Waiting,
    /// A file is read.
    Reading(Progress),
    /// All are read; the rows are split and measured.
    Preparing,
}

/// What is loaded, and how far that is.
#[derive(Debug, Clone)]
pub struct Loading {
    /// Short name of the data.
    pub name: String,
    /// The files that are read, in this order, as messages name them.
    pub files: Vec<(Part, String)>,
    /// Whether the training will wait for a key.
    pub paused: bool,
    /// How far it is.
    pub stage: LoadingStage,
    /// The last that was heard of a file.
    pub progress: Option<Progress>,
    /// Time since it began.
    pub elapsed: Duration,
    /// What was known when, oldest first: of the file under way, within [`WINDOW`].
    recent: VecDeque<(Duration, Progress)>,
}

impl Loading {
    /// A loading that has just begun.
    pub fn new(name: String, files: Vec<(Part, String)>, paused: bool) -> Self {
        Self {
            name,
            files,
            paused,
            stage: LoadingStage::Waiting,
            progress: None,
            elapsed: Duration::ZERO,
            recent: VecDeque::new(),
        }
    }

    /// Takes in how far it is, `elapsed` after its beginning.
    pub fn look(&mut self, stage: LoadingStage, elapsed: Duration) {
        let before = std::mem::replace(&mut self.elapsed, elapsed);
        self.stage = stage;
        let progress = match stage {
            LoadingStage::Reading(progress) => progress,
            LoadingStage::Waiting => return,
            LoadingStage::Preparing => {
                // The last bytes may not have been worth a word.
                if let Some(progress) = &mut self.progress {
                    progress.bytes = progress.size.unwrap_or(progress.bytes);
                }
                return;
            }
        };
        self.progress = Some(progress);
        if self.recent.back().map(|it| it.1.part) != Some(progress.part) {
            // What was not there when last looked has come since.
            let nothing = Progress {
                bytes: 0,
                rows: 0,
                ..progress
            };
            self.recent = VecDeque::from([(before, nothing)]);
        }
        if self
            .recent
            .back()
            .is_none_or(|&(at, _)| at + INTERVAL <= elapsed)
        {
            self.recent.push_back((elapsed, progress));
        }
        while self.recent.len() > 2 && self.recent[1].0 + WINDOW <= elapsed {
            self.recent.pop_front();
        }
    }

    /// What `key` does here: leaving and going to the shell, nothing else.
    pub fn press(&self, key: &KeyEvent) -> Option<Effect> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if key.code == KeyCode::Esc {
            return Some(Effect::Quit { code: 0 });
        }
        match bindings::find(key, |when| when == When::Always)?.action {
            Action::Quit => Some(Effect::Quit { code: 0 }),
            Action::QuitNow => Some(Effect::Quit { code: 130 }),
            Action::Suspend => Some(Effect::Suspend),
            _ => None,
        }
    }

    /// The file that is read, or was read last.
    pub fn file(&self) -> &str {
        let part = self.progress.map_or(Part::Table, |it| it.part);
        let found = self.files.iter().find(|file| file.0 == part);
        // What was found beside the table is no file that was asked for.
        let found = found.or(self.files.first());
        found.map_or("", |file| &file.1)
    }

    /// Share of that file's bytes that are read, where their number is known: `0.0..=1.0`.
    pub fn share(&self) -> Option<f64> {
        let progress = self.progress?;
        let size = progress.size.filter(|&size| size > 0)?;
        Some((progress.bytes as f64 / size as f64).min(1.0))
    }

    /// Bytes and rows a second of late; none before there is something to tell, and once all is
    /// read.
    pub fn speeds(&self) -> Option<(f64, f64)> {
        if self.stage == LoadingStage::Preparing {
            return None;
        }
        let (&(from, first), now) = (self.recent.front()?, self.progress?);
        let seconds = self.elapsed.saturating_sub(from).as_secs_f64();
        let bytes = now.bytes.saturating_sub(first.bytes) as f64;
        let rows = now.rows.saturating_sub(first.rows) as f64;
        (seconds >= INTERVAL.as_secs_f64()).then(|| (bytes / seconds, rows / seconds))
    }

    /// Time until the file is read, at the speed of late; none where that can't be told.
    pub fn time_left(&self) -> Option<Duration> {
        let (progress, (speed, _)) = (self.progress?, self.speeds()?);
        let left = progress.size?.saturating_sub(progress.bytes) as f64;
        Duration::try_from_secs_f64(left / speed).ok()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::KeyModifiers;

    use super::*;

    fn loading() -> Loading {
        let files = vec![
            (Part::Table, "a.csv".into()),
            (Part::Validation, "b.csv".into()),
        ];
        Loading::new("a".into(), files, false)
    }

    fn reading(part: Part, bytes: u64) -> LoadingStage {
        LoadingStage::Reading(Progress {
            part,
            bytes,
            size: Some(1000),
            rows: bytes as usize / 10,
        })
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_time_left_is_that_of_the_speed_of_late() {
        let mut loading = loading();
        assert_eq!((loading.speeds(), loading.time_left()), (None, None));
        loading.look(reading(Part::Table, 100), seconds(1.0));
        assert_eq!(loading.speeds(), Some((100.0, 10.0)));
        assert_eq!(loading.time_left(), Some(seconds(9.0)));
        for tenths in 11..=60 {
            // Twice as fast from now on.
            let bytes = 100 + 20 * (tenths - 10);
            loading.look(reading(Part::Table, bytes), seconds(tenths as f64 / 10.0));
        }
        let (speed, _) = loading.speeds().expect("known");
        assert!((speed - 200.0).abs() < 1.0, "{speed}");
        assert!(loading.recent.len() < 40);
        for tenths in 61..=100 {
            let at = seconds(f64::from(tenths) / 10.0);
            loading.look(reading(Part::Table, 1000), at);
        }
        assert_eq!(loading.speeds(), Some((0.0, 0.0)));
        assert_eq!(loading.time_left(), None, "nothing comes");
    }

    #[test]
    fn every_file_has_a_speed_of_its_own() {
        let mut loading = loading();
        loading.look(reading(Part::Table, 1000), seconds(1.0));
        assert_eq!((loading.file(), loading.share()), ("a.csv", Some(1.0)));
        loading.look(reading(Part::Validation, 50), seconds(1.5));
        assert_eq!((loading.file(), loading.share()), ("b.csv", Some(0.05)));
        assert_eq!(loading.speeds(), Some((100.0, 10.0)));
        loading.look(LoadingStage::Preparing, seconds(2.0));
        assert_eq!((loading.share(), loading.speeds()), (Some(1.0), None));
    }

    #[test]
    fn keys_leave_or_do_nothing() {
        let press = |code, modifiers| loading().press(&KeyEvent::new(code, modifiers));
        let code = |effect| match effect {
            Some(Effect::Quit { code }) => Some(code),
            _ => None,
        };
        let plain = KeyModifiers::NONE;
        assert_eq!(code(press(KeyCode::Char('q'), plain)), Some(0));
        assert_eq!(code(press(KeyCode::Esc, plain)), Some(0));
        let control = KeyModifiers::CONTROL;
        assert_eq!(code(press(KeyCode::Char('c'), control)), Some(130));
        let suspended = press(KeyCode::Char('z'), control);
        assert!(matches!(suspended, Some(Effect::Suspend)));
        for key in [' ', 'w', 'r', 's', '+', '?'] {
            assert!(press(KeyCode::Char(key), plain).is_none(), "{key}");
        }
    }
}
