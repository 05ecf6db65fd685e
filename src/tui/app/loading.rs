//! State of the screen while data are loaded.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::lesson::Course;
use super::messages::{Effect, Msg};
use super::model::Model;
use crate::data::{DataFile, Progress};
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model_file::ExportOption;
use crate::settings::Invocation;
use crate::train::{Pace, Started, Weights};
use crate::tui::keymap::KeyMap;

/// Time over which speeds are averaged.
const WINDOW: Duration = Duration::from_secs(3);
/// Shortest time between two observations kept for that.
const INTERVAL: Duration = Duration::from_millis(100);

/// Stage of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadingStage {
    /// No byte has arrived, for example from a pipe that nobody writes to.
    Waiting,
    Reading(Progress),
    /// All files are read; rows are split and scaled.
    Preparing,
}

/// State of the screen while data are loaded.
#[derive(Debug, Clone)]
pub struct Loading {
    pub name: String,
    /// Files to read, in order, with their names for messages.
    pub files: Vec<(DataFile, String)>,
    /// Whether training will wait for a key.
    pub paused: bool,
    pub stage: LoadingStage,
    /// Last progress of a file.
    pub progress: Option<Progress>,
    pub elapsed: Duration,
    /// Destination given by `--export`, for the training.
    pub export: Option<ExportOption>,
    /// Weights that are written there.
    pub weights: Weights,
    /// Whether the training overwrites files without asking.
    pub force: bool,
    /// Whether the training shows motion in the network.
    pub motion: bool,
    /// File of `--checkpoint`.
    pub checkpoint: Option<PathBuf>,
    /// Message to show when the training starts.
    pub notice: Option<String>,
    /// The lesson that the training is part of.
    pub lesson: Option<Arc<Lesson>>,
    /// Index of the step at which it was left another time.
    pub offered_step: Option<usize>,
    /// Number of the step that it goes to at once.
    pub first_step: Option<usize>,
    /// Returns whether the lesson of a name could start in place of the run, and why not.
    pub check_lesson: fn(&str) -> Result<()>,
    /// Keys in place of others.
    pub keys: KeyMap,
    /// Command line of the run; `None` where no command repeats it.
    pub command: Option<Invocation>,
    size: (u16, u16),
    /// Speed limit of the training, once it is known.
    pace: Pace,
    /// Progress of the current file within [`WINDOW`], oldest first, with the time it was observed.
    recent: VecDeque<(Duration, Progress)>,
}

impl Loading {
    /// Creates the state at the beginning.
    pub fn new(name: String, files: Vec<(DataFile, String)>, paused: bool) -> Self {
        Self {
            name,
            files,
            paused,
            stage: LoadingStage::Waiting,
            progress: None,
            elapsed: Duration::ZERO,
            export: None,
            weights: Weights::Best,
            force: false,
            motion: false,
            checkpoint: None,
            notice: None,
            lesson: None,
            offered_step: None,
            first_step: None,
            check_lesson: |name| Lesson::open(name).map(|_| ()),
            keys: KeyMap::default(),
            command: None,
            size: (0, 0),
            pace: Pace::Full,
            recent: VecDeque::new(),
        }
    }

    /// Changes the state by `msg`. Returns effects to carry out.
    pub(super) fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => return self.press(&key).into_iter().collect(),
            Msg::Terminate(code) => return vec![Effect::Quit { code }],
            Msg::Resize(width, height) => self.size = (width, height),
            Msg::LoadingStage(stage, elapsed) => self.observe(stage, elapsed),
            Msg::Loaded(pace, table) => {
                self.pace = pace;
                if let Some(command) = &mut self.command {
                    command.table = Some(table);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Creates the state of the training that `started`.
    pub(super) fn training(&self, started: &Started) -> Model {
        let mut model = Model::new(started, self.pace, self.size, self.export.clone());
        model.run.force = self.force;
        model.run.weights = self.weights;
        model.motion.is_on = self.motion;
        model.keys.clone_from(&self.keys);
        model.command.clone_from(&self.command);
        model.check_lesson = self.check_lesson;
        model.course = self.lesson.clone().map(Course::new);
        if let Some(course) = &mut model.course {
            // The file may have fewer steps now.
            let steps = course.lesson.steps.len();
            course.offered = self.offered_step.filter(|step| *step < steps);
            course.begins_at = self.first_step;
        }
        model.run.checkpoint.clone_from(&self.checkpoint);
        model.run.last_checkpoint.clone_from(&self.checkpoint);
        if let Some(text) = self.notice.clone() {
            model.prompt.status(text);
        }
        model
    }

    /// Notes the stage at a time after the beginning.
    pub fn observe(&mut self, stage: LoadingStage, elapsed: Duration) {
        let before = std::mem::replace(&mut self.elapsed, elapsed);
        self.stage = stage;
        let progress = match stage {
            LoadingStage::Reading(progress) => progress,
            LoadingStage::Waiting => return,
            LoadingStage::Preparing => {
                // The last bytes may not have been reported.
                if let Some(progress) = &mut self.progress {
                    progress.bytes = progress.size.unwrap_or(progress.bytes);
                }
                return;
            }
        };
        self.progress = Some(progress);
        if self.recent.back().map(|(_, last)| last.part) != Some(progress.part) {
            // Everything has arrived since the last observation.
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

    /// Returns the effect of `key`, if any.
    fn press(&self, key: &KeyEvent) -> Option<Effect> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        Effect::of_key(key).or(match key.code {
            KeyCode::Esc | KeyCode::Char('q') => Some(Effect::Quit { code: 0 }),
            _ => None,
        })
    }

    /// Returns the name of the current or last file.
    pub fn file(&self) -> &str {
        let part = self
            .progress
            .map_or(DataFile::Table, |progress| progress.part);
        let found = self.files.iter().find(|file| file.0 == part);
        // A file that was found beside the table has no name here.
        let found = found.or(self.files.first());
        found.map_or("", |file| &file.1)
    }

    /// Returns the share of that file's bytes that are read, in `0.0..=1.0`, if its size is known.
    pub fn share(&self) -> Option<f64> {
        let progress = self.progress?;
        let size = progress.size.filter(|&size| size > 0)?;
        Some((progress.bytes as f64 / size as f64).min(1.0))
    }

    /// Returns bytes and rows per second over `WINDOW`; none at the beginning, and once all files
    /// are read.
    pub(crate) fn speeds(&self) -> Option<(f64, f64)> {
        if self.stage == LoadingStage::Preparing {
            return None;
        }
        let (&(from, first), now) = (self.recent.front()?, self.progress?);
        let seconds = self.elapsed.saturating_sub(from).as_secs_f64();
        let bytes = now.bytes.saturating_sub(first.bytes) as f64;
        let rows = now.rows.saturating_sub(first.rows) as f64;
        (seconds >= INTERVAL.as_secs_f64()).then(|| (bytes / seconds, rows / seconds))
    }

    /// Estimates the time until the file is read; none if size or speed is unknown.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let (progress, (speed, _)) = (self.progress?, self.speeds()?);
        let left = progress.size?.saturating_sub(progress.bytes) as f64;
        Duration::try_from_secs_f64(left / speed).ok()
    }
}

#[cfg(test)]
mod tests;
