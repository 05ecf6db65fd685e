//! Update of the state by messages, which is the only place where it changes.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::bindings::{self, When};
use super::lesson::Course;
use super::loading::Loading;
use super::messages::{Effect, Msg, is_input};
use super::model::{Model, Overlay};
use super::race::MAIN_LANE;
use super::training::Phase;
use crate::train::Event;
use crate::tui::key_table::KeyScreen;
use crate::tui::layout;
use crate::tui::panels::PanelId;
use crate::tui::sweep::Board;
use crate::tui::text;
use crate::tui::watch::Watch;
use crate::util::text::sanitise;

/// State of the program on the screen.
#[derive(Debug)]
pub(crate) enum App {
    /// Data are loaded.
    Loading(Box<Loading>),
    /// A network is trained, or waits.
    Running(Box<Model>),
    /// Runs of other programs are watched.
    Watching(Box<Watch>),
    /// A sweep trains.
    Sweeping(Box<Board>),
}

impl App {
    /// Changes the state by `msg`. Returns effects to carry out, in order.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match self {
            Self::Running(model) => model.update(msg),
            Self::Watching(watch) => watch.update(msg),
            Self::Sweeping(board) => board.update(msg),
            Self::Loading(loading) => {
                if let Msg::Worker(_, event) = &msg
                    && let Event::Started(started) = &**event
                {
                    *self = Self::Running(Box::new(loading.training(started)));
                    return Vec::new();
                }
                loading.update(msg)
            }
        }
    }

    /// State of a training, if there is one.
    pub(in crate::tui) fn model(&self) -> Option<&Model> {
        match self {
            Self::Running(model) => Some(model),
            Self::Loading(_) | Self::Watching(_) | Self::Sweeping(_) => None,
        }
    }

    /// Returns whether inputs must wait for the worker's answer, since what they change is not known before it.
    pub(in crate::tui) fn is_unsettled(&self) -> bool {
        self.model().is_some_and(|model| model.is_unsettled)
    }

    /// Returns whether characters are inserted into a text.
    pub(in crate::tui) fn is_typing(&self) -> bool {
        match self {
            Self::Running(model) => model.is_typing(),
            Self::Watching(watch) => watch.key_state().is_typing,
            Self::Sweeping(board) => board.key_state().is_typing,
            Self::Loading(_) => false,
        }
    }
}

impl Model {
    /// Changes the state by `msg`. Returns effects to carry out, in order.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let sample_before = self.navigation.sample;
        self.handle(msg);
        if self.navigation.sample != sample_before {
            self.inspector.forget_inputs();
        }
        self.settle_race();
        self.settle_inspector();
        self.settle_lesson();
        self.look_at_undone_task();
        self.go_forward();
        self.navigation.dock = layout::dock(self);
        self.request();
        self.request_lanes();
        self.effects.take()
    }

    fn handle(&mut self, msg: Msg) {
        if self.leaving.is_some() && is_input(&msg) {
            // The run is being saved as it was.
            return;
        }
        match msg {
            Msg::Key(key) if key.kind == KeyEventKind::Release => {}
            Msg::Key(key) => self.press(&key),
            Msg::Text(text) => self.insert(&text),
            Msg::Resize(width, height) => {
                self.navigation.size = (width, height);
                self.navigation.settle_focus();
            }
            // A popup covers the panels.
            Msg::Click(_) | Msg::Point(_) | Msg::Plot(_) if self.prompt.overlay.is_some() => {}
            Msg::Click(panel) => {
                self.prompt.notice = None;
                self.navigation.focus = panel;
            }
            Msg::Pick(target) => self.pick(target),
            Msg::Plot(gesture) => self.point_at_plot(gesture),
            Msg::Point(cursor) => {
                self.prompt.notice = None;
                self.inspect_at(cursor);
            }
            Msg::Wheel(panel, lines) => self.turn_wheel(panel, lines),
            Msg::Worker(MAIN_LANE, event) => self.on_main_event(*event),
            Msg::Worker(id, event) => self.on_lane_event(id, *event),
            Msg::Snapshot(id, snapshot) => self.on_lane_snapshot(id, *snapshot),
            Msg::Tick(now) => {
                self.motion.tick(now);
                self.prompt.tick(now);
            }
            // Facts about the split before a restart are outdated.
            Msg::Described(restarts, card) if restarts == self.run.restarts => {
                self.run.card = Some(Arc::new(card.printable()));
                self.run.diagnose();
            }
            Msg::Drawn(ends) => {
                let help = ends.help;
                self.navigation.set_drawn(ends);
                if let Some(Overlay::Help(shown)) = &mut self.prompt.overlay {
                    shown.line = help.map_or(shown.line, |end| end.min(shown.line));
                }
            }
            Msg::Files(files) => self.on_files(files),
            Msg::ScreenshotTaken(Ok(path)) => {
                let path = sanitise(&path.display().to_string());
                self.prompt.status(text::screenshot_saved(path));
            }
            Msg::ScreenshotTaken(Err(problem)) => self.prompt.error(problem),
            Msg::LogFailed(reason) => self.prompt.error(text::logging_stopped(&reason)),
            Msg::Terminate(code) => self.terminate(code),
            Msg::Described(..) | Msg::LoadingStage(..) | Msg::Loaded(..) => {}
            Msg::Runs(..) | Msg::Sweep(_) => {}
        }
    }

    pub(super) fn press(&mut self, key: &KeyEvent) {
        // These two also work while a popup is open.
        match key.code {
            _ if !key.modifiers.contains(KeyModifiers::CONTROL) => {}
            KeyCode::Char('c') => return self.leave(130),
            KeyCode::Char('l') => return self.effects.push(Effect::Redraw),
            _ => {}
        }
        let was_noticed = self.prompt.notice.take().is_some();
        match self.prompt.overlay.take() {
            // The message is gone, and that may be all that was meant.
            None if was_noticed
                && key.code == KeyCode::Esc
                && self.prompt.count.is_none()
                && !self.course.as_ref().is_some_and(Course::is_hurried) =>
            {
                if bindings::find(key, |when| self.holds(when)).is_some() {
                    self.press_over_panels(key);
                }
            }
            None => self.press_over_panels(key),
            Some(Overlay::Help(help)) => self.press_in_help(help, key),
            Some(Overlay::Dialog(dialog)) => self.press_in_dialog(dialog, key),
            Some(Overlay::Confirm(question)) => self.answer(question, key),
            Some(Overlay::Command(line)) => self.press_in_command_line(line, key),
            Some(Overlay::Menu(menu)) => self.press_in_menu(menu, key),
            Some(Overlay::Sliders(sliders)) => self.press_in_sliders(sliders, key),
            Some(Overlay::Gradients(chosen)) => self.press_in_gradients(chosen, key),
            Some(Overlay::Rates(curve)) => self.press_in_rates(curve, key),
            Some(Overlay::Preflight(checks)) => self.press_in_preflight(checks, key),
        }
    }

    fn press_over_panels(&mut self, key: &KeyEvent) {
        if self.press_in_lesson(key) || self.prompt.edit_count(key) {
            return;
        }
        match self.keys.usual(key) {
            Some(key) => self.run_key(&key),
            None => self.prompt.error(text::no_such_key()),
        }
    }

    /// Handles `key` by the name it has in the program, whatever a person has put in its place.
    pub(super) fn press_usual(&mut self, key: &KeyEvent) {
        if self.prompt.overlay.is_some() {
            return self.press(key);
        }
        self.prompt.notice = None;
        self.run_key(key);
    }

    fn run_key(&mut self, key: &KeyEvent) {
        let done = match bindings::find(key, |when| self.holds(when)) {
            Some(binding) => (binding.run)(self),
            None => Err(self.why_not(key)),
        };
        self.prompt.report(done);
        self.prompt.count = None;
        self.navigation.settle_focus();
    }

    fn is_typing(&self) -> bool {
        match &self.prompt.overlay {
            Some(Overlay::Dialog(_) | Overlay::Command(_)) => true,
            Some(Overlay::Help(help)) => help.is_typing,
            _ => false,
        }
    }

    /// Inserts typed or pasted text.
    fn insert(&mut self, text: &str) {
        if !self.is_typing() {
            return;
        }
        self.prompt.notice = None;
        match self.prompt.overlay.take() {
            Some(Overlay::Dialog(mut dialog)) => {
                dialog.prompt.insert(text);
                self.list_typed_folder(&mut dialog);
                self.prompt.overlay = Some(Overlay::Dialog(dialog));
            }
            Some(Overlay::Command(mut line)) => {
                line.insert(text);
                self.refresh_command_line(line);
            }
            Some(Overlay::Help(mut help)) => {
                if let Some(search) = &mut help.search {
                    search.insert(text);
                    help.line = 0;
                }
                self.prompt.overlay = Some(Overlay::Help(help));
            }
            other => self.prompt.overlay = other,
        }
    }

    /// Explains why `key` does nothing now, and what to press first.
    fn why_not(&self, key: &KeyEvent) -> String {
        let Some(binding) = bindings::find(key, |_| true) else {
            return text::no_such_key().into();
        };
        let inspects = self.inspector.open.is_some();
        let is_of_findings = bindings::find(key, |when| when == When::Diagnosing).is_some();
        match binding.when {
            _ if is_of_findings && self.navigation.is_diagnosing() => text::nothing_found_yet(),
            When::Inspecting | When::Editing if !inspects => text::open_inspector_first(),
            When::Waiting | When::Stepping | When::BetweenBatches | When::Editing => {
                text::pause_first()
            }
            When::Training => text::not_training(),
            When::Diverged | When::Unstable => text::not_diverged(),
            When::Racing => text::open_race_first(),
            When::Layering => text::open_hidden_first(),
            When::Charting => text::maximise_chart_first(),
            When::CanGoBack | When::PastOnly | When::Replaying => text::nothing_to_go_back_to(),
            When::Past => text::present_is_shown(),
            _ => text::close_inspector_first(),
        }
        .into()
    }

    /// Returns whether bindings for `when` are active.
    pub fn holds(&self, when: When) -> bool {
        let (phase, navigation) = (&self.run.phase, &self.navigation);
        let is_waiting = matches!(phase, Phase::Paused | Phase::Finished(_)) && !self.trains();
        let scores = navigation.is_scoring() && self.run.data.class_names().len() == 2;
        let races = navigation.is_racing();
        // In a list, keys are its own.
        let diagnoses = navigation.is_diagnosing() || races;
        let (inspects, steps) = (self.inspector.open.is_some(), self.inspector.step.is_some());
        let is_past = self.run.past.is_some();
        let leads_back = match self.shown_lane() {
            0 => navigation.leads_back(),
            // Back to the present first, then to the race.
            _ if is_past => navigation.enlarged,
            _ => true,
        };
        match when {
            When::Always => true,
            When::Training => self.trains(),
            When::Waiting => is_waiting,
            When::Present => is_waiting && !is_past,
            When::Past => is_past,
            When::PastOnly => is_past && !inspects && !leads_back && !self.run.is_replaying(),
            When::Replaying => self.run.is_replaying(),
            When::Stepping => is_waiting && steps,
            When::BetweenBatches => is_waiting && !steps,
            When::Editing => is_waiting && inspects,
            When::Diverged => matches!(phase, Phase::Diverged(_)),
            When::Unstable => matches!(phase, Phase::Diverged(_)) || self.run.is_diverging(),
            When::Diagnosing => diagnoses && !races && !self.run.findings.is_empty(),
            When::Racing => races,
            When::Failed => matches!(phase, Phase::Failed(_)),
            When::Inspecting => inspects,
            When::InspectingOnly => inspects && !self.run.is_replaying(),
            When::Browsing => !inspects,
            When::Enlarged => {
                let is_pointing = navigation.is_charting() && navigation.plot.crosshair.is_some();
                let is_free = !navigation.has_choice() && !diagnoses && !is_pointing;
                !inspects && navigation.enlarged && is_free
            }
            When::Choosing => !inspects && navigation.enlarged && navigation.has_choice(),
            When::Layering => navigation.shows(PanelId::Hidden),
            When::Charting => navigation.is_charting(),
            When::Scoring => scores,
            When::NoChartOrScores => !navigation.is_charting() && !scores,
            When::Moving => !inspects && !navigation.is_charting() && !scores && !diagnoses,
            When::Overview => !inspects && !navigation.enlarged && !diagnoses,
            When::CanGoBack => !inspects && leads_back && !self.run.is_replaying(),
            When::Pointing => navigation.is_charting() && navigation.plot.crosshair.is_some(),
        }
    }
}
