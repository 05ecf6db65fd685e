//! The state that the screen is drawn from.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::command::{self, CommandLine};
use super::dialogs::Dialog;
use super::help::Help;
use super::inspector::InspectorState;
use super::lesson::{Course, Quiz};
use super::menu::Menu;
use super::messages::Effect;
use super::motion::Motion;
use super::navigation::Navigation;
use super::plane::PlaneChoice;
use super::race::{MAIN_LANE, Race};
use super::training::{Phase, Run};
use super::what_if::Sliders;
use crate::data::Samples;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model_file::ExportOption;
use crate::nn::{Change, Initialisation};
use crate::settings::{Choices, Invocation};
use crate::train::probes::{DivergenceProbe, HealthProbe, PhaseProbe, RowProbe, WeightProbe};
use crate::train::{
    Command, Event, Observation, Pace, PreflightCheck, RateCurve, Request, SampleId, Started,
    State, Weights,
};
use crate::tui::keymap::KeyMap;
use crate::tui::panels::plane;

/// A question that needs a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// Replace the file that exists by a model with these weights.
    Replace(PathBuf, Weights),
    /// Replace the file that exists by a checkpoint.
    ReplaceByCheckpoint(PathBuf),
    /// Replace the file that exists by a script of this training.
    ReplaceByScript(PathBuf),
    /// Continue from this checkpoint, though weights are unsaved.
    Restore(PathBuf),
    /// Restart with this seed and initialisation, though weights are unsaved.
    Reset(u64, Initialisation),
    Quit,
}

/// Popup above the panels.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// List of the keys or typed commands.
    Help(Help),
    Dialog(Dialog),
    Confirm(Confirm),
    Command(Box<CommandLine>),
    Menu(Menu),
    /// Sliders over the inputs of the shown row.
    Sliders(Sliders),
    /// Gradient check, with the index of its chosen line.
    Gradients(Option<usize>),
    /// Learning-rate finder; `None` while it is running.
    Rates(Option<Box<RateCurve>>),
    /// Pre-flight checks that have ended.
    Preflight(Vec<PreflightCheck>),
}

/// Time for which a message that is not an error hides the keys.
const NOTICE_TIME: Duration = Duration::from_secs(8);

/// Number of the latest messages that can be read again.
const MAX_MESSAGES: usize = 100;

/// Message in the footer; stays until the next key, or for eight seconds if it is not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub is_error: bool,
    /// Time since the start of the screen at which it was first drawn.
    since: Option<Duration>,
}

impl Notice {
    fn new(text: String, is_error: bool) -> Self {
        Self {
            text,
            is_error,
            since: None,
        }
    }
}

/// State of text entry and messages.
#[derive(Debug, Clone, Default)]
pub struct PromptState {
    /// The popup above the panels, if one is open.
    pub overlay: Option<Overlay>,
    /// The message in the footer.
    pub notice: Option<Notice>,
    /// The latest messages, the newest last, and which are errors.
    messages: VecDeque<(String, bool)>,
    /// A repeat count typed before a step.
    pub count: Option<u32>,
    /// History of typed commands.
    pub commands: command::History,
}

impl PromptState {
    /// Shows a message that is not an error.
    pub(super) fn status(&mut self, text: impl Into<String>) {
        self.notify(text.into(), false);
    }

    pub(super) fn error(&mut self, text: impl Into<String>) {
        self.notify(text.into(), true);
    }

    /// Shows a message, and keeps it for the list of messages.
    fn notify(&mut self, text: String, is_error: bool) {
        let message = (text.clone(), is_error);
        if self.messages.back() != Some(&message) {
            self.messages.push_back(message);
        }
        if self.messages.len() > MAX_MESSAGES {
            self.messages.pop_front();
        }
        self.notice = Some(Notice::new(text, is_error));
    }

    /// The latest messages, the newest first, and which are errors.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &(String, bool)> {
        self.messages.iter().rev()
    }

    /// Removes a message that has been shown for long enough at the time `now` since the start of the screen.
    pub(super) fn tick(&mut self, now: Duration) {
        self.notice.take_if(|notice| {
            let since = *notice.since.get_or_insert(now);
            !notice.is_error && now.saturating_sub(since) >= NOTICE_TIME
        });
    }

    /// Whether a message will vanish though nothing happens.
    pub(crate) fn is_vanishing(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| !notice.is_error)
    }

    /// Shows the error of an action, if there is one.
    pub(super) fn report(&mut self, done: Result<(), String>) {
        done.unwrap_or_else(|error| self.error(error));
    }
}

/// The whole state of the screen, in four parts.
#[derive(Debug, Clone)]
pub struct Model {
    /// The training as reported by the worker.
    pub run: Run,
    /// View, focus, scrolling and the shown row.
    pub navigation: Navigation,
    /// Inspector and phase stepping.
    pub inspector: InspectorState,
    /// Popups, typed text and messages.
    pub prompt: PromptState,
    /// Motion in the network.
    pub motion: Motion,
    /// Keys in place of others.
    pub keys: KeyMap,
    /// Command line of the run, but for its settings; `None` where no command repeats it.
    pub command: Option<Invocation>,
    /// The runs beside the main one.
    pub race: Option<Race>,
    /// Number of lanes of all races so far.
    pub(super) lane_ids: u64,
    /// The lesson that is in progress.
    pub course: Option<Course>,
    /// The numbers that are asked for.
    pub(crate) quiz: Option<Quiz>,
    /// The quiz that was left before its end.
    pub(crate) left_quiz: Option<Quiz>,
    /// Returns whether the lesson of a name could start in place of this run, and why not.
    pub(super) check_lesson: fn(&str) -> Result<()>,
    /// Name of the lesson that was ended, with the index of the step to go on at.
    pub(super) left_lesson: Option<(String, usize)>,
    /// Name of the lesson that follows when the program leaves this run; with the number of a step if it is the present
    /// one, which is started anew and goes there.
    pub(in crate::tui) next_lesson: Option<(String, Option<usize>)>,
    /// The exit code, once it was decided to leave.
    pub(super) leaving: Option<u8>,
    /// The exit code of a user who quit and is asked for another path first.
    pub(super) leaving_later: Option<u8>,
    /// Whether the user asked again to leave while the model was being saved.
    pub(super) is_impatient: bool,
    /// Whether settings are about to become those of before or of a checkpoint, so that what a key changes is not known.
    pub(in crate::tui) is_unsettled: bool,
    /// Number of changes that the worker has not answered yet.
    pub(super) unanswered_changes: usize,
    pub(super) effects: Effects,
}

/// Effects of the current update, in order. Between updates there are none, nor in a clone.
#[derive(Debug, Default)]
pub(super) struct Effects(Vec<Effect>);

impl Clone for Effects {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Effects {
    pub(super) fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// Returns the effects and forgets them.
    pub(super) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.0)
    }
}

impl Model {
    /// Creates the state at the start of a training.
    pub fn new(
        started: &Started,
        pace: Pace,
        size: (u16, u16),
        export: Option<ExportOption>,
    ) -> Self {
        let mut run = Run::new(started, pace);
        run.export = export;
        let set = run.measured_set();
        let mut prompt = PromptState::default();
        let notes = run.data.notes();
        if !notes.is_empty() {
            prompt.status(notes.join(" · "));
        }
        let mut navigation = Navigation::new(size, SampleId { set, index: 0 });
        navigation.plane = PlaneChoice::of(&run.data);
        navigation.has_images = run.data.image.is_some();
        navigation.has_curves = run.data.class_names().len() == 2;
        navigation.plot.follow(&run.history, &run.ghosts);
        Self {
            run,
            navigation,
            inspector: InspectorState::default(),
            prompt,
            motion: Motion::default(),
            keys: KeyMap::default(),
            command: None,
            race: None,
            lane_ids: 0,
            course: None,
            quiz: None,
            left_quiz: None,
            check_lesson: |name| Lesson::open(name).map(|_| ()),
            left_lesson: None,
            next_lesson: None,
            leaving: None,
            leaving_later: None,
            is_impatient: false,
            is_unsettled: false,
            unanswered_changes: 0,
            effects: Effects::default(),
        }
    }

    pub(super) fn send(&mut self, command: Command) {
        if let Some(course) = &mut self.course {
            if let Command::Reset { .. } = command
                && let Some(limits) = course.lifted_limits(&self.run.limits)
            {
                self.run.limits = limits;
                self.effects
                    .push(Effect::Send(MAIN_LANE, Command::SetLimits(limits)));
            }
            course.note_command(&command);
        }
        let is_undo = matches!(command, Command::Apply(Change::UndoLast));
        self.is_unsettled |= is_undo || matches!(command, Command::Restore { .. });
        self.unanswered_changes += usize::from(matches!(command, Command::Apply(_)));
        self.route(command);
    }

    /// Notes that the worker has answered what made the settings unknown, or will never do so.
    pub(super) fn settle(&mut self, event: &Event) {
        let is_answer = match event {
            Event::Started(_) | Event::ResetFailed(_) | Event::Refused(_) | Event::Stopped => true,
            Event::Changed { change, .. } => *change == Change::UndoLast,
            Event::State { state, .. } => matches!(state, State::Failed(_)),
            _ => false,
        };
        self.is_unsettled &= !is_answer;
        self.unanswered_changes = match event {
            Event::Changed { .. } | Event::Refused(_) => self.unanswered_changes.saturating_sub(1),
            Event::Started(_) | Event::Stopped => 0,
            _ => self.unanswered_changes,
        };
    }

    /// Returns the values of all settings, as asked for.
    pub(crate) fn choices(&self) -> Choices {
        Choices {
            motion: self.motion.is_on,
            ..self.run.choices()
        }
    }

    /// Returns the rows that the shown one is among.
    pub(crate) fn samples(&self) -> &Samples {
        self.navigation.sample.samples(&self.run.data)
    }

    /// Probe for the shown row, with the inputs that were changed by hand.
    pub(crate) fn row_probe(&self) -> RowProbe {
        let changed = self.inspector.what_if.iter();
        RowProbe {
            sample: self.navigation.sample,
            what_if: changed
                .map(|&(input, value)| (input, value.into()))
                .collect(),
        }
    }

    /// Requests the probes of the panels on the screen, and those that are always of use: the history
    /// of the weights has no gaps, and what panels have in common is there when they appear. Requests
    /// facts about the data once a panel shows them.
    pub(super) fn request(&mut self) {
        let mut observation = Observation::default()
            .with(self.row_probe())
            .with(WeightProbe)
            .with(PhaseProbe);
        let acts = self.course.as_ref().and_then(Course::probe);
        acts.into_iter().for_each(|probe| observation.add(probe));
        let panels = self.navigation.panels();
        for id in &panels {
            let probes = id.panel().probes(self);
            probes.into_iter().for_each(|probe| observation.add(probe));
        }
        let plane = plane::request(self);
        plane.into_iter().for_each(|probe| observation.add(probe));
        if matches!(self.run.phase, Phase::Diverged(_)) {
            observation.add(Request::new(DivergenceProbe));
        }
        if observation.find::<HealthProbe>().is_none() {
            observation.add(Request::new(HealthProbe { is_shown: false }));
        }
        if self.run.observed.as_ref() != Some(&observation) {
            self.run.observed = Some(observation.clone());
            self.send(Command::Observe(observation));
        }
        let needs_summary = panels.iter().any(|id| id.panel().needs_summary());
        if needs_summary && self.run.card.is_none() && !self.run.is_describing {
            self.run.is_describing = true;
            let data = Arc::clone(&self.run.data);
            self.effects.push(Effect::Describe(self.run.restarts, data));
        }
    }
}
