//! A lesson on the screen: its step, the answers of the reader, and the numbers that were kept.

mod digits;
mod forward;
mod quantities;
mod quiz;

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::Done;
use super::command::expected;
use super::model::{Confirm, Model, Overlay};
use super::training::Phase;
use crate::lesson::expression::Quantity;
use crate::lesson::{Act, Kind, Lesson, Step, in_step, name_after, names};
use crate::train::probes::TraceProbe;
use crate::train::{Command, Event, Limits, Position};
use crate::tui::panels::PanelId;
use crate::tui::text;
use crate::util::lang::{Lang, listed, say};
pub(crate) use digits::{Mistake, shown};
use forward::Destination;
pub(crate) use quiz::{Quiz, Reply, is_of_number};

/// Word in place of the name of a lesson that ends the present one.
pub(super) const END: &str = "end";
/// Word in place of the name of a lesson that goes one step back.
pub(super) const BACK: &str = "back";

/// A lesson that is in progress.
#[derive(Debug, Clone)]
pub struct Course {
    pub lesson: Arc<Lesson>,
    /// Index of the present step.
    pub step: usize,
    /// Index of the answer under the cursor; none before the reader moves it there.
    pub choice: Option<usize>,
    /// Index of the answer that was given to the present question.
    pub answered: Option<usize>,
    /// Whether the present task is done.
    pub is_done: bool,
    /// The latest step that was reached: tasks before it are done.
    reached: usize,
    /// Limits that the lesson or the reader set, which hold again after a restart.
    limits: Option<Limits>,
    /// Number of restarts of the run when the present step began, or a setting last changed in it.
    restarts: u32,
    /// Whether the program did the present task for the reader.
    was_done_by_program: bool,
    /// Mark of the snapshot to come, another one each time.
    mark: usize,
    /// Number of marked snapshots that showed the task undone, since the worker last reported something else.
    undone_snapshots: usize,
    /// Whether the worker has yet to say that it trains, or trains anew, as it was asked to.
    awaits_worker: bool,
    /// Numbers that were kept, by name.
    kept: Vec<(String, f64)>,
    /// Position of the run at which the numbers of the present text are taken, once it is known.
    taken_at: Option<Position>,
    /// Numbers of the present text, which stay while the run goes on.
    taken: Vec<(Quantity, f64)>,
    /// Whether the acts of the first step are still to be carried out.
    is_new: bool,
    /// Index of the step at which the reader left the lesson another time.
    pub(in crate::tui) offered: Option<usize>,
    /// Number of the step, from 1, that a lesson which is started goes to at once.
    pub(in crate::tui) begins_at: Option<usize>,
    /// The step that the lesson is on the way to.
    destination: Option<Destination>,
}

impl Course {
    /// Creates the state at the beginning of `lesson`.
    pub fn new(lesson: Arc<Lesson>) -> Self {
        Self {
            offered: None,
            begins_at: None,
            destination: None,
            lesson,
            step: 0,
            choice: None,
            answered: None,
            is_done: false,
            reached: 0,
            limits: None,
            restarts: 0,
            was_done_by_program: false,
            mark: 0,
            undone_snapshots: 0,
            awaits_worker: false,
            kept: Vec::new(),
            taken_at: None,
            taken: Vec::new(),
            is_new: true,
        }
    }

    /// The present step.
    pub fn current(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// Whether the present step is the last one.
    pub fn is_at_end(&self) -> bool {
        self.step + 1 == self.lesson.steps.len()
    }

    /// Name and title of the lesson after this one, if it is built in.
    pub fn next_lesson(&self, lang: Lang) -> Option<(&'static str, String)> {
        let name = name_after(&self.lesson.name)?;
        let title = Lesson::open(name).ok()?.title.plain(lang);
        Some((name, title))
    }

    fn turn_to(&mut self, step: usize) {
        self.step = step;
        self.reached = self.reached.max(step);
        self.choice = None;
        self.answered = None;
        self.is_done = step < self.reached;
        self.was_done_by_program = false;
        self.taken_at = None;
        self.taken.clear();
    }

    /// The number in the present text called `quantity`, if it was taken.
    fn taken(&self, quantity: &Quantity) -> Option<f64> {
        let mut taken = self.taken.iter();
        Some(taken.find(|(known, _)| known == quantity)?.1)
    }

    /// Notes a command to the worker after which the state of the run is not known.
    pub(super) fn note_command(&mut self, command: &Command) {
        self.awaits_worker |= matches!(command, Command::Reset { .. } | Command::Resume);
        if let Command::SetLimits(limits) = command {
            self.limits = Some(*limits);
        }
        // What the reader interrupts has not failed.
        self.was_done_by_program &= !matches!(command, Command::Pause);
    }

    /// Limits that a restart puts in force again, if those of the run are others.
    pub(super) fn lifted_limits(&self, limits: &Limits) -> Option<Limits> {
        self.limits.filter(|own| own != limits)
    }

    /// Notes an answer of the worker to a run that was restarted so many times.
    pub(super) fn note_event(&mut self, event: &Event, restarts: u32) {
        if let Event::Changed { .. } = event {
            self.restarts = restarts;
        }
        let is_answer = matches!(
            event,
            Event::State { .. } | Event::Refused(_) | Event::ResetFailed(_)
        );
        self.awaits_worker &= !is_answer;
        if !matches!(event, Event::Snapshot | Event::Progress(_)) {
            self.undone_snapshots = 0;
        }
    }
}

impl Model {
    /// The number that a lesson calls `quantity`; NaN if it is not known now.
    pub fn number_in_lesson(&self, quantity: &Quantity) -> f64 {
        let kept = self.course.iter().flat_map(|course| &course.kept);
        let mut kept =
            kept.filter(|(name, _)| quantity.indices.is_empty() && *name == quantity.name);
        match kept.next_back() {
            Some((_, value)) => *value,
            None => quantities::of(self, quantity),
        }
    }

    /// The number that the text of the present step shows as `quantity`: as it was when the step began, since a text whose
    /// numbers change while it is read is hard to follow.
    pub fn number_in_text(&self, quantity: &Quantity) -> f64 {
        let taken = self
            .course
            .as_ref()
            .and_then(|course| course.taken(quantity));
        taken.unwrap_or_else(|| self.number_in_lesson(quantity))
    }

    /// Takes the numbers of the present text anew as long as the run is where it was when the step began, since rows and
    /// weights may be chosen there; afterwards only those that were not known.
    fn take_numbers(&mut self) {
        let Some(course) = &self.course else { return };
        let is_begun = !(course.awaits_worker || course.is_new);
        if self.shown_lane() != 0 {
            // Of the main run rows and weights are not observed now.
            return;
        }
        let position = self.run.position;
        // Snapshots may be ahead of the position that is known.
        let snapshot = self.run.snapshot.as_ref().map(|snapshot| snapshot.position);
        let is_there = course.taken_at.is_none_or(|taken_at| {
            taken_at == position && snapshot.is_none_or(|snapshot| snapshot == position)
        });
        let mut taken = Vec::new();
        course.current().visit_shown(&mut |quantity: &Quantity| {
            let before = course.taken(quantity).filter(|number| number.is_finite());
            let number = match before {
                Some(before) if !is_there => before,
                _ => self.number_in_lesson(quantity),
            };
            taken.push((quantity.clone(), number));
        });
        if let (Some(course), true) = (&mut self.course, is_begun) {
            course.taken_at.get_or_insert(position);
            course.taken = taken;
        }
    }

    /// Whether a number is asked for.
    pub fn is_quizzed(&self) -> bool {
        self.quiz.as_ref().is_some_and(Quiz::is_asking)
    }

    /// Whether the numbers of the run, as far as they are known, are not those the present step claims.
    pub(crate) fn differs_from_claims(&self) -> bool {
        let course = self.course.iter().filter(|_| self.shown_lane() == 0);
        let mut claims = course.flat_map(|course| &course.current().claims);
        let number = |quantity: &Quantity| self.number_in_lesson(quantity);
        claims.any(|claim| {
            let mut is_known = true;
            claim.visit(&mut |quantity: &Quantity| is_known &= !number(quantity).is_nan());
            is_known && !claim.is_true(&number)
        })
    }

    /// Begins the first step of a new lesson, and notes when the present task is done.
    pub(super) fn settle_lesson(&mut self) {
        let position = self.main_run().position;
        if (self.quiz.as_ref()).is_some_and(|quiz| quiz.is_outdated(position)) {
            self.renew_quiz();
        }
        let is_main = self.shown_lane() == 0;
        if let Some(quiz) = self.quiz.as_mut().filter(|_| is_main)
            && let Some(snapshot) = &self.run.snapshot
            && snapshot.position == self.run.position
            && !self.run.is_training()
            && let Some((TraceProbe::Step, trace)) = snapshot.get::<TraceProbe>()
        {
            quiz.fill(trace.as_ref(), &self.run.architecture, self.run.position);
        }
        if let Some(sample) = self.quiz.as_ref().and_then(Quiz::sample) {
            // The network shows the row that is computed.
            self.navigation.sample = sample;
            self.navigation.selection = None;
        }
        let Some(course) = &mut self.course else {
            return;
        };
        if std::mem::take(&mut course.is_new) {
            course.limits = Some(self.run.limits);
            let begins_at = course.begins_at;
            self.begin_step();
            if let Some(number) = begins_at {
                self.begin_at(number);
            }
            return;
        }
        self.take_numbers();
        let Some(course) = &self.course else { return };
        if course.is_done || course.awaits_worker {
            return;
        }
        let Kind::Task { until, keep } = &course.current().kind else {
            return;
        };
        // While waiting, the numbers of the panels are those of the last step once its snapshot is there.
        let run = self.main_run();
        let snapshot = run.snapshot.as_ref();
        let is_current = snapshot.is_some_and(|snapshot| snapshot.position == run.position);
        let number = |quantity: &Quantity| self.number_in_lesson(quantity);
        if !(is_current || run.is_training()) || !until.is_true(&number) {
            return;
        }
        let kept = keep
            .iter()
            .map(|(name, value)| (name.clone(), value.value(&number)));
        let kept: Vec<_> = kept.collect();
        if let Some(course) = &mut self.course {
            course.is_done = true;
            course.kept.extend(kept);
        }
    }

    /// Turns to the step of this index, and to the first line of its text.
    fn turn_page(&mut self, step: usize) {
        self.show_main_run();
        if let Some(course) = &mut self.course {
            course.turn_to(step);
        }
        self.navigation.scroll_by(PanelId::Lesson, i16::MIN);
    }

    /// Scrolls the panel of the lesson by a page, unless the keyboard is in a list, or in another panel that can be
    /// scrolled. Returns whether it did.
    fn page_in_lesson(&mut self, is_down: bool) -> bool {
        let navigation = &mut self.navigation;
        let is_long = |panel| {
            navigation
                .scroll_limit(panel)
                .is_some_and(|limit| limit > 0)
        };
        let focus = navigation.focus;
        let is_of_other = focus == PanelId::Rows || focus != PanelId::Lesson && is_long(focus);
        if is_of_other || !is_long(PanelId::Lesson) {
            return false;
        }
        let (_, below) = navigation.dock;
        let rows = if below > 0 { below } else { navigation.size.1 };
        let lines = i16::try_from(rows.saturating_sub(5).max(1)).unwrap_or(i16::MAX);
        navigation.scroll_by(PanelId::Lesson, if is_down { lines } else { -lines });
        true
    }

    /// Carries out what a step does when it begins.
    fn begin_step(&mut self) {
        let Some(course) = &mut self.course else {
            return;
        };
        course.restarts = self.run.restarts;
        let step = course.current();
        let (is_quiz, is_task) = (
            matches!(step.kind, Kind::Quiz),
            matches!(step.kind, Kind::Task { .. }),
        );
        let acts = step.acts.clone();
        self.quiz = None;
        if is_quiz {
            self.open_quiz();
        }
        if !is_task {
            self.carry_out(&acts);
        }
    }

    /// Turns to the step of this index, one that was reached before; a quiz asks for its numbers again.
    fn turn_back(&mut self, step: usize) {
        self.leave_quiz();
        self.turn_page(step);
        let course = self.course.as_ref();
        if course.is_some_and(|course| matches!(course.current().kind, Kind::Quiz)) {
            self.prompt.notice = None;
            self.open_quiz();
        }
    }

    /// Carries out keys and commands as if the reader did.
    fn carry_out(&mut self, acts: &[Act]) {
        for act in acts {
            let done = match act {
                Act::Command(command) => self.run_command(command),
                Act::Key(name) => match key_called(name) {
                    Some(key) => {
                        self.press_usual(&key);
                        Ok(())
                    }
                    None => Err(text::no_such_key().into()),
                },
            };
            // What is asked before a restart is answered by the lesson.
            if let Some(Overlay::Confirm(Confirm::Reset(..))) = self.prompt.overlay {
                self.press_usual(&KeyEvent::from(KeyCode::Char('y')));
            }
            // The next act finds the screen as a reader would.
            self.navigation.settle_focus();
            if done.is_err() {
                return self.prompt.report(done);
            }
        }
    }

    /// Whether `code` is a key of the lesson or the quiz over the panels, whatever else it does without one. In the list
    /// of a race, where no lesson leads, it is that of the list.
    pub(crate) fn is_key_of_lesson(&self, code: KeyCode) -> bool {
        if !self.is_in_lesson() {
            return false;
        }
        let quiz = self.quiz.as_ref();
        let is_quizzed = quiz.is_some_and(Quiz::is_open);
        let is_free = !self.navigation.is_racing();
        match code {
            KeyCode::Enter => is_quizzed || self.course.is_none() || is_free,
            KeyCode::Up | KeyCode::Down => !is_quizzed && self.open_answers() > 0 && is_free,
            _ => false,
        }
    }

    /// Number of answers that the reader can choose from now.
    fn open_answers(&self) -> usize {
        let course = self.course.as_ref();
        let course = course.filter(|course| course.answered.is_none());
        match course.map(|course| &course.current().kind) {
            Some(Kind::Question { choices, .. }) => choices.len(),
            _ => 0,
        }
    }

    /// Whether a lesson or a quiz is on the screen.
    pub(super) fn is_in_lesson(&self) -> bool {
        self.navigation.dock != (0, 0) && (self.course.is_some() || self.quiz.is_some())
    }

    /// Handles `key` if the lesson or the quiz waits for it. Returns whether it did.
    pub(super) fn press_in_lesson(&mut self, key: &KeyEvent) -> bool {
        let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
        if !is_plain || self.navigation.dock == (0, 0) {
            return false;
        }
        if let KeyCode::PageUp | KeyCode::PageDown = key.code {
            return self.page_in_lesson(key.code == KeyCode::PageDown);
        }
        if let Some(quiz) = &mut self.quiz {
            if quiz.is_asking() && quiz.press(key) {
                // The question and what is typed are at the top.
                self.navigation.scroll_by(PanelId::Lesson, i16::MIN);
                return true;
            }
            // What is typed before the numbers are there is no key of the training, nor an end of the step.
            let is_number = key.code.as_char().is_some_and(is_of_number);
            let is_typed = is_number || key.code == KeyCode::Enter && self.course.is_some();
            if is_typed && quiz.is_waiting() && !self.run.is_training() {
                return true;
            }
            if key.code == KeyCode::Esc || key.code == KeyCode::Enter && self.course.is_none() {
                self.leave_quiz();
                return true;
            }
            if quiz.is_asking() {
                return false;
            }
        }
        let is_of_lesson = self.is_key_of_lesson(key.code);
        let choices = self.open_answers();
        let Some(course) = &mut self.course else {
            return false;
        };
        match key.code {
            KeyCode::Enter if is_of_lesson => self.go_on(),
            KeyCode::Up if is_of_lesson => {
                let now = course.choice.unwrap_or(0);
                course.choice = Some((now + choices - 1) % choices);
            }
            KeyCode::Down if is_of_lesson => {
                course.choice = Some(course.choice.map_or(0, |now| (now + 1) % choices));
            }
            KeyCode::Char(digit) if choices > 0 && matches!(digits::narrow(digit), '1'..='9') => {
                let choice = digits::narrow(digit) as usize - '1' as usize;
                if choice < choices {
                    course.choice = Some(choice);
                    course.answered = Some(choice);
                }
            }
            KeyCode::Esc if course.destination.is_some() => self.stop_going_forward(),
            _ => return false,
        }
        true
    }

    /// Does what the enter key does in a lesson: answers the question, does the task, or turns to the next step.
    fn go_on(&mut self) {
        if self.shown_lane() != 0 {
            return self.show_main_run();
        }
        let is_stuck = self.is_lesson_stuck();
        let Some(course) = &mut self.course else {
            return;
        };
        match &course.current().kind {
            Kind::Question { .. } if course.answered.is_none() => {
                course.answered = course.choice;
            }
            Kind::Task { .. } if is_stuck => {
                let step = course.step;
                let started = self.restart_lesson(step);
                self.prompt.report(started);
            }
            Kind::Task { .. } if !course.is_done => {
                // Asked to train when its limit has just been reached, a run would go on without it.
                if course.was_done_by_program && self.run.is_training() {
                    return;
                }
                course.was_done_by_program = true;
                course.mark += 1;
                course.undone_snapshots = 0;
                let acts = course.current().acts.clone();
                self.carry_out(&acts);
            }
            _ if !course.is_at_end() => {
                let next = course.step + 1;
                self.turn_page(next);
                self.begin_step();
            }
            _ => {
                let next = name_after(&course.lesson.name);
                match next {
                    Some(name) => {
                        let started = self.start_lesson(name, None);
                        self.prompt.report(started);
                    }
                    None => self.end_lesson(),
                }
            }
        }
    }

    /// Carries out the command `:lesson`: starts the lesson called `name`, goes to a step, or ends the lesson.
    pub(super) fn turn_to_lesson(&mut self, name: &str) -> Done {
        match (name, &mut self.course) {
            ("", _) => {
                let names = listed(&names().collect::<Vec<_>>());
                Err(expected("lesson", &text::expected_word(names), ""))
            }
            (END, None) if self.quiz.is_some() => {
                self.leave_quiz();
                Ok(())
            }
            (name, None) if name.parse::<usize>().is_ok() => Err(text::no_lesson().into()),
            (END | BACK, None) => Err(text::no_lesson().into()),
            (END, Some(_)) => {
                self.end_lesson();
                Ok(())
            }
            (BACK, Some(course)) => {
                let before = course.step.saturating_sub(1);
                self.turn_back(before);
                Ok(())
            }
            (name, Some(_)) if let Ok(number) = name.parse() => self.turn_to_step(number),
            (name, _) => self.start_lesson(name, None),
        }
    }

    /// Leaves the run for the lesson called `name`, after a question if much would be lost. That begins at the step of
    /// this number, with the options of the present one if it is started anew.
    ///
    /// # Errors
    /// If that lesson could not start.
    fn start_lesson(&mut self, name: &str, step: Option<usize>) -> Done {
        (self.check_lesson)(name).map_err(|error| error.to_string())?;
        self.next_lesson = Some((name.to_owned(), step));
        if self.course.is_some() {
            // What a lesson has trained is of no use after it.
            self.leave(0);
        } else {
            self.quit();
        }
        Ok(())
    }

    fn end_lesson(&mut self) {
        self.stop_going_forward();
        self.left_lesson = self.lesson_place();
        self.course = None;
        self.quiz = None;
        self.left_quiz = None;
    }

    /// Name of the lesson in progress, or else of the one that was ended, with the index of the step to go on at.
    pub(in crate::tui) fn lesson_place(&self) -> Option<(String, usize)> {
        let place = |course: &Course| (course.lesson.name.clone(), course.place());
        self.course
            .as_ref()
            .map(place)
            .or_else(|| self.left_lesson.clone())
    }

    /// Carries out the command `:quiz`: asks for every number of the next mini-batch.
    pub(super) fn start_quiz(&mut self) -> Done {
        if !matches!(self.run.phase, Phase::Paused | Phase::Finished(_)) {
            return Err(text::pause_first().into());
        }
        self.show_main_run();
        if !self.quiz.as_ref().is_some_and(Quiz::is_open) {
            self.open_quiz();
        }
        Ok(())
    }
}

/// Checks that the program knows the commands and keys of `lesson`, also the keys in its texts.
///
/// # Errors
/// Names the step and the first one that it does not know.
pub(crate) fn check_acts(lesson: &Lesson) -> Result<(), String> {
    let check_key = |name: &str| {
        key_called(name)
            .map(|_| ())
            .ok_or_else(|| say!("lesson-no-key", "there is no key called \"{name}\"", name))
    };
    for (i, step) in lesson.steps.iter().enumerate() {
        let acts = step.acts.iter().map(|act| match act {
            Act::Command(command) => super::command::check(command),
            Act::Key(name) => check_key(name),
        });
        let shown = step.shown_keys().map(check_key);
        let known: Result<(), String> = acts.chain(shown).collect();
        known.map_err(|problem| in_step(i, &problem))?;
    }
    Ok(())
}

/// The key called `name` in a lesson.
fn key_called(name: &str) -> Option<KeyEvent> {
    let code = match name {
        "space" => KeyCode::Char(' '),
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "esc" => KeyCode::Esc,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "backspace" => KeyCode::Backspace,
        name => {
            let mut letters = name.chars();
            let letter = letters.next().filter(|_| letters.next().is_none());
            KeyCode::Char(letter?)
        }
    };
    Some(KeyEvent::from(code))
}

#[cfg(test)]
mod tests;
