//! Race: the runs beside the main one, and which of them is shown.

mod commands;

use super::actions::Done;
use super::messages::Effect;
use super::model::Model;
use super::training::{Phase, Run};
use super::views::View;
use crate::settings::{Choices, Setting, differing};
use crate::train::probes::HealthProbe;
use crate::train::{Command, Event, Limits, Observation, Snapshot, StepPosition, StepSize};
use crate::tui::panels::{PanelId, plane};
use crate::tui::text;

/// Number of the lane that is the main run.
pub const MAIN_LANE: u64 = 0;

/// The runs beside the main one, with it.
#[derive(Debug, Clone)]
pub struct Race {
    /// The main run, then the others.
    pub lanes: Vec<Lane>,
    /// Index of the lane that all panels show.
    pub shown: usize,
    /// Index of the lane that is chosen in the table.
    pub chosen: usize,
    /// Index of the lane whose regions are beside those of the chosen one.
    pub beside: usize,
    /// Whether all lanes begin each epoch together.
    pub in_lockstep: bool,
}

/// A run of a race.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Number that tells the lanes of all races apart; [`MAIN_LANE`] for the main run.
    pub id: u64,
    /// The run, unless it is the one that all panels show, or has not started yet.
    run: Option<Box<Run>>,
    /// Position of its phase stepper, while it is not the one that is shown.
    step: Option<StepPosition>,
}

impl Lane {
    fn new(id: u64) -> Self {
        Self {
            id,
            run: None,
            step: None,
        }
    }
}

impl Run {
    /// Whether it waits at its present, and could go on.
    fn is_paused(&self) -> bool {
        self.phase == Phase::Paused && self.past.is_none()
    }
}

impl Model {
    /// Returns the run of the lane at `index`, 0 being the main run; `None` before it has started.
    pub fn lane(&self, index: usize) -> Option<&Run> {
        match &self.race {
            Some(race) if index != race.shown => race.lanes.get(index)?.run.as_deref(),
            _ => Some(&self.run),
        }
    }

    /// Returns the index of the lane that all panels show; 0 is the main run.
    pub(crate) fn shown_lane(&self) -> usize {
        self.race.as_ref().map_or(0, |race| race.shown)
    }

    /// The main run, whether it is shown or not.
    pub(crate) fn main_run(&self) -> &Run {
        self.lane(0).unwrap_or(&self.run)
    }

    /// Whether the shown run, or another of the race, is training.
    pub(crate) fn trains(&self) -> bool {
        self.lanes().any(Run::is_training)
    }

    /// The runs of the race that have started, or the only run.
    fn lanes(&self) -> impl Iterator<Item = &Run> {
        let count = self.race.as_ref().map_or(1, |race| race.lanes.len());
        (0..count).filter_map(|index| self.lane(index))
    }

    /// Describes what differs between the lanes: for each the values of the settings that are not the same in all.
    pub(crate) fn lane_labels(&self) -> Vec<String> {
        let Some(race) = &self.race else {
            return Vec::new();
        };
        let choices = |run: &Run| Choices::of_plan(&run.plan);
        let choices: Vec<Option<Choices>> = (0..race.lanes.len())
            .map(|index| self.lane(index).map(choices))
            .collect();
        let known: Vec<&Choices> = choices.iter().flatten().collect();
        let differing: Vec<&Setting> = differing(&known);
        let label = |choices: &Option<Choices>| {
            let Some(choices) = choices else {
                return String::new();
            };
            let values = differing.iter();
            let values =
                values.map(|setting| format!("{} {}", setting.name, (setting.value)(choices)));
            values.collect::<Vec<_>>().join(" · ")
        };
        choices.iter().map(label).collect()
    }

    /// Returns the command that repeats the lane at `index` up to its limit, or to the epochs it has done; `None` if none
    /// does.
    pub(crate) fn lane_command(&self, index: usize) -> Option<String> {
        let (line, run) = (self.command.as_ref()?, self.lane(index)?);
        let epochs = run.limits.epochs.unwrap_or(run.position.epoch).max(1);
        let limits = Limits {
            epochs: Some(epochs),
            patience: run.limits.patience,
            time: None,
        };
        line.command_for(&run.start, run.log.as_deref()?, limits)
    }

    /// Sends a command where it belongs: one that trains or waits to all runs, one that looks to the shown one. Others
    /// change the main run, and are refused while another is shown.
    pub(super) fn route(&mut self, command: Command) {
        let Some(race) = &self.race else {
            return self.effects.push(Effect::Send(MAIN_LANE, command));
        };
        let shown = race.shown;
        match command {
            Command::Pause => self.send_to_all(|| Command::Pause, |run| run.is_training()),
            // From an earlier moment, a run goes on only if that is what the panels show.
            Command::Resume | Command::Step { .. }
                if self.run.past.is_some() && self.navigation.view != View::Race =>
            {
                self.send_to_lane(shown, command);
            }
            Command::Resume => {
                let is_any_paused = self.lanes().any(Run::is_paused);
                let is_done =
                    |run: &Run| matches!(run.phase, Phase::Finished(_)) && run.past.is_none();
                self.send_to_all(
                    || Command::Resume,
                    |run| run.is_paused() || !is_any_paused && is_done(run),
                );
            }
            Command::Step {
                size: size @ (StepSize::Batch | StepSize::Epoch),
                count,
            } => self.send_to_all(
                || Command::Step { size, count },
                |run| run.is_training() || run.is_paused(),
            ),
            Command::SetPace(pace) => self.send_to_all(|| Command::SetPace(pace), |_| true),
            Command::SetLimits(limits) => {
                for lane in &mut self.race.iter_mut().flat_map(|race| &mut race.lanes) {
                    if let Some(run) = &mut lane.run {
                        run.limits = limits;
                    }
                }
                self.send_to_all(|| Command::SetLimits(limits), |_| true);
            }
            Command::Apply(_)
            | Command::Reset { .. }
            | Command::Restore { .. }
            | Command::StepBack
            | Command::Refit { .. }
            | Command::SwitchBranch
            | Command::Checkpoint { .. }
                if shown != 0 =>
            {
                self.run.asked_learning_rate = None;
                self.run.update(&Event::Refused(String::new()));
                // No worker will answer, so keys must not wait.
                self.is_unsettled = false;
                self.prompt.error(text::lane_is_fixed());
            }
            Command::MakeLanes { .. } => self.effects.push(Effect::Send(MAIN_LANE, command)),
            command => self.send_to_lane(shown, command),
        }
    }

    fn send_to_lane(&mut self, index: usize, command: Command) {
        let id = self
            .race
            .as_ref()
            .and_then(|race| race.lanes.get(index))
            .map_or(MAIN_LANE, |lane| lane.id);
        self.effects.push(Effect::Send(id, command));
    }

    fn send_to_all(&mut self, command: impl Fn() -> Command, is_meant: impl Fn(&Run) -> bool) {
        let count = self.race.as_ref().map_or(1, |race| race.lanes.len());
        for index in 0..count {
            if self.lane(index).is_some_and(&is_meant) {
                self.send_to_lane(index, command());
            }
        }
    }

    /// Handles an event of the main run, which may not be the one that is shown.
    pub(super) fn on_main_event(&mut self, event: Event) {
        let shown = self.shown_lane();
        self.swap_in(0);
        self.handle_event(event, shown == 0);
        // The event may have ended the race.
        self.swap_in(shown);
    }

    /// Handles an event of the lane called `id`.
    pub(super) fn on_lane_event(&mut self, id: u64, event: Event) {
        let Some(race) = &mut self.race else { return };
        let Some(index) = race.lanes.iter().position(|lane| lane.id == id) else {
            return;
        };
        match event {
            Event::HandedOver(handover) => self.take_over(handover),
            event if index == race.shown => self.handle_event(event, true),
            event => match (&mut race.lanes[index].run, event) {
                (Some(run), event) => run.update(&event),
                (run, Event::Started(started)) => {
                    *run = Some(Box::new(Run::new(&started, self.run.pace)));
                }
                (None, _) => {}
            },
        }
    }

    /// Adds a snapshot of the lane called `id`.
    pub(super) fn on_lane_snapshot(&mut self, id: u64, snapshot: Snapshot) {
        let race = self.race.as_mut();
        match race.map(|race| (race.shown, &mut race.lanes)) {
            Some((shown, lanes)) if lanes.get(shown).is_none_or(|lane| lane.id != id) => {
                let lane = lanes.iter_mut().find(|lane| lane.id == id);
                if let Some(run) = lane.and_then(|lane| lane.run.as_mut()) {
                    run.add_snapshot(snapshot);
                }
            }
            None if id != MAIN_LANE => {}
            _ => {
                self.run.add_snapshot(snapshot);
                self.settle_plane();
            }
        }
    }

    /// Exchanges the shown run for that of the lane at `index`, and nothing else. Returns whether it has started.
    fn swap_in(&mut self, index: usize) -> bool {
        let Some(race) = &mut self.race else {
            return index == 0;
        };
        if index == race.shown {
            return true;
        }
        let Some(lane) = race.lanes.get_mut(index) else {
            return false;
        };
        let Some(run) = lane.run.take() else {
            return false;
        };
        let step = lane.step.take();
        let before = &mut race.lanes[race.shown];
        before.run = Some(Box::new(std::mem::replace(&mut self.run, *run)));
        before.step = std::mem::replace(&mut self.inspector.step, step);
        race.shown = index;
        true
    }

    /// Shows the lane at `index` in all panels.
    fn show_lane(&mut self, index: usize) -> Done {
        if index == self.shown_lane() {
            return Ok(());
        }
        if !self.swap_in(index) {
            return Err(text::lane_not_started().into());
        }
        self.navigation.selection = None;
        self.inspector.gradients = None;
        let rows = self.samples().rows();
        let sample = &mut self.navigation.sample;
        sample.index = sample.index.min(rows.saturating_sub(1));
        let run = &self.run;
        self.navigation.plot.follow(&run.history, &run.ghosts);
        Ok(())
    }

    /// Shows the main run again.
    pub(super) fn show_main_run(&mut self) {
        // The main run has started long ago.
        let _ = self.show_lane(0);
    }

    /// Shows the main run while the race is on the screen, where no lane is more than the others.
    pub(super) fn settle_race(&mut self) {
        self.navigation.has_race = self.race.is_some();
        if self.navigation.view == View::Race {
            if self.race.is_none() {
                self.navigation.turn_to(View::Overview);
                self.navigation.settle_focus();
            }
            self.show_main_run();
        }
    }

    /// Opens the chosen lane with all panels.
    pub(super) fn open_lane(&mut self) -> Done {
        let Some(race) = &self.race else {
            return Err(text::no_race().into());
        };
        let chosen = race.chosen;
        self.show_lane(chosen)?;
        self.navigation.follow(View::Overview, PanelId::Network);
        self.navigation.settle_focus();
        Ok(())
    }

    /// Goes back from a lane to the race, if no other way leads back. Returns whether there is a lane to go back from.
    pub(super) fn leave_lane(&mut self) -> bool {
        let is_shown = self.shown_lane() != 0;
        if is_shown {
            self.navigation.turn_to(View::Race);
            self.navigation.focus = PanelId::RaceTable;
        }
        is_shown
    }

    /// Chooses the lane `by` further down; beyond the last comes the first.
    pub(super) fn move_lane(&mut self, by: isize) {
        if let Some(race) = &mut self.race {
            let next = race.chosen as isize + by;
            race.chosen = next.rem_euclid(race.lanes.len() as isize) as usize;
        }
    }

    /// Chooses a clicked lane; a second click opens it.
    pub(super) fn pick_lane(&mut self, index: usize) {
        let was_there = self.navigation.focus == PanelId::RaceTable;
        self.navigation.focus = PanelId::RaceTable;
        let Some(race) = &mut self.race else { return };
        if race.chosen == index && was_there {
            let opened = self.open_lane();
            return self.prompt.report(opened);
        }
        race.chosen = index.min(race.lanes.len() - 1);
    }

    /// Keeps the regions of the chosen lane, to compare those of others with.
    pub(super) fn put_beside(&mut self) -> Done {
        if !self.has_race_regions() {
            return Err(text::no_race_regions().into());
        }
        if let Some(race) = &mut self.race {
            race.beside = race.chosen;
        }
        Ok(())
    }

    /// Whether the predictions of lanes can be drawn as regions.
    pub(crate) fn has_race_regions(&self) -> bool {
        let plane = &self.navigation.plane;
        plane.is_everything && plane.axes.len() == 2
    }

    /// Switches between curves and regions, where there is room for one of both.
    pub(super) fn toggle_race_regions(&mut self) -> Done {
        if !self.has_race_regions() {
            return Err(text::no_race_regions().into());
        }
        self.navigation.race_regions = !self.navigation.race_regions;
        Ok(())
    }

    /// Lets the lanes begin each epoch together, or each as soon as it can.
    pub(super) fn toggle_lockstep(&mut self) -> Done {
        let race = self.race.as_mut().ok_or(text::no_race())?;
        race.in_lockstep = !race.in_lockstep;
        self.effects.push(Effect::SetLockstep(race.in_lockstep));
        self.prompt.status(if race.in_lockstep {
            text::lanes_in_lockstep()
        } else {
            text::lanes_are_free()
        });
        Ok(())
    }

    /// Requests what the race shows of the lanes that are not shown with all panels.
    pub(super) fn request_lanes(&mut self) {
        let Some(race) = &self.race else { return };
        let (count, shown) = (race.lanes.len(), race.shown);
        let mut observation = Observation::default().with(HealthProbe { is_shown: false });
        if self.navigation.shows(PanelId::RaceRegions) {
            let plane = plane::request(self);
            plane.into_iter().for_each(|probe| observation.add(probe));
        }
        for index in (0..count).filter(|&index| index != shown) {
            let race = self.race.as_mut();
            let run = race.and_then(|race| race.lanes[index].run.as_mut());
            let Some(run) = run else { continue };
            if run.observed.as_ref() != Some(&observation) {
                run.observed = Some(observation.clone());
                self.send_to_lane(index, Command::Observe(observation.clone()));
            }
        }
    }
}
