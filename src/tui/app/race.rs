//! Race: the runs beside the main one, which of them is shown, and the commands that start and end it.

use super::actions::Done;
use super::command::expected;
use super::model::Model;
use super::training::{Phase, Run};
use super::update::Effect;
use super::views::View;
use crate::nn::LoggedChange;
use crate::settings::{Axis, Choices, SETTINGS, Setting, TableShape};
use crate::train::probes::HealthProbe;
use crate::train::{
    Command, Event, Handover, LaneStart, Lanes, Limits, MAX_LANES, Observation, Pace, Plan,
    Snapshot, StepPosition, StepSize,
};
use crate::tui::panels::{PanelId, plane};
use crate::tui::text;

/// First word of `:race` for runs from the present state.
const NOW: &str = "now";
/// Argument of `:race` that ends it.
const STOP: &str = "stop";

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
    /// Number that tells the lanes of all races apart; 0 for the main run.
    pub id: u64,
    /// The run, unless it is the one that all panels show, or has not started yet.
    run: Option<Box<Run>>,
    /// Position of its phase stepper, while it is not the one that is shown.
    step: Option<StepPosition>,
    /// Changes that it had made when it began.
    log: Vec<LoggedChange>,
}

impl Lane {
    fn new(id: u64, log: Vec<LoggedChange>) -> Self {
        Self {
            id,
            run: None,
            step: None,
            log,
        }
    }
}

impl Run {
    /// Whether it waits, and could go on.
    fn is_paused(&self) -> bool {
        self.phase == Phase::Paused
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
        let choices = |run: &Run| Choices::of(&run.plan, Limits::default(), Pace::Full);
        let choices: Vec<Option<Choices>> = (0..race.lanes.len())
            .map(|index| self.lane(index).map(choices))
            .collect();
        let differs = |setting: &&&Setting| {
            let mut values = choices
                .iter()
                .flatten()
                .map(|choices| (setting.value)(choices));
            let first = values.next();
            // The momentum is one of the optimizer's constants.
            setting.name != "momentum" && values.any(|value| Some(value) != first)
        };
        let differing: Vec<&&Setting> = SETTINGS.iter().filter(differs).collect();
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
        line.of(&run.start, run.log.as_deref()?, limits)
    }

    /// Sends a command where it belongs: one that trains or waits to all runs, one that looks to the shown one. Others
    /// change the main run, and are refused while another is shown.
    pub(super) fn route(&mut self, command: Command) {
        let Some(race) = &self.race else {
            return self.effects.push(Effect::Send(command));
        };
        let shown = race.shown;
        match command {
            Command::Pause => self.send_to_all(|| Command::Pause, |run| run.is_training()),
            Command::Resume => {
                let is_any_paused = self.lanes().any(Run::is_paused);
                let is_done = |run: &Run| matches!(run.phase, Phase::Finished(_));
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
            Command::MakeLanes { .. } => self.effects.push(Effect::Send(command)),
            command => self.send_to_lane(shown, command),
        }
    }

    fn send_to_lane(&mut self, index: usize, command: Command) {
        let id = self
            .race
            .as_ref()
            .and_then(|race| race.lanes.get(index))
            .map_or(0, |lane| lane.id);
        self.effects.push(if id == 0 {
            Effect::Send(command)
        } else {
            Effect::ToLane(id, command)
        });
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
            Event::Started(started) => {
                let lane = &mut race.lanes[index];
                let mut run = Run::new(&started, self.run.pace);
                run.log = Some(lane.log.clone());
                lane.run = Some(Box::new(run));
            }
            event if index == race.shown => self.handle_event(event, true),
            event => {
                if let Some(run) = &mut race.lanes[index].run {
                    run.update(&event);
                }
            }
        }
    }

    /// Adds a snapshot of the lane called `id`; 0 is the main run.
    pub(super) fn on_lane_snapshot(&mut self, id: u64, snapshot: Snapshot) {
        let race = self.race.as_mut();
        match race.map(|race| (race.shown, &mut race.lanes)) {
            Some((shown, lanes)) if lanes.get(shown).is_none_or(|lane| lane.id != id) => {
                let lane = lanes.iter_mut().find(|lane| lane.id == id);
                if let Some(run) = lane.and_then(|lane| lane.run.as_mut()) {
                    run.add_snapshot(snapshot);
                }
            }
            None if id != 0 => {}
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

    /// `:fork [SETTING VALUE]`: a lane that goes on from the present state, with the change.
    pub(super) fn fork(&mut self, rest: &str) -> Done {
        let starts = match rest.trim() {
            "" => vec![LaneStart::Now(Vec::new())],
            rest => {
                let axis = axis("fork", rest)?;
                if axis.setting.restarts {
                    return Err(text::race_anew(axis.setting.name));
                }
                let plans = self.plans(&axis)?;
                plans
                    .into_iter()
                    .map(|(plan, choices)| now(&axis, &plan, &choices))
                    .collect()
            }
        };
        self.add_lanes(starts)
    }

    /// `:race [now] SETTING VALUES`: lanes with these values, from the start or from now; `:race` alone shows the race,
    /// `:race stop` ends it.
    pub(super) fn race(&mut self, rest: &str) -> Done {
        match rest.trim() {
            "" if self.race.is_some() => {
                self.navigation.turn_to(View::Race);
                return Ok(());
            }
            STOP => return self.stop_race(),
            "" => return Err(expected("race", text::expected_race(), "")),
            _ => {}
        }
        let (is_now, rest) = match rest.strip_prefix(NOW) {
            Some(rest) if rest.starts_with(char::is_whitespace) => (true, rest),
            _ => (false, rest),
        };
        let axis = axis("race", rest.trim())?;
        let is_of_network = ["hidden", "activation", "output", "loss"].contains(&axis.setting.name);
        if is_now && (axis.setting.restarts || is_of_network) {
            return Err(text::race_anew(axis.setting.name));
        }
        let plans = self.plans(&axis)?.into_iter();
        let starts = plans.map(|(plan, choices)| match is_now {
            true => now(&axis, &plan, &choices),
            false => LaneStart::Anew(Box::new(plan)),
        });
        let starts = starts.collect();
        self.add_lanes(starts)
    }

    /// Returns the plans that the values of a setting lead to.
    fn plans(&self, axis: &Axis) -> Result<Vec<(Plan, Choices)>, String> {
        let main = self.lane(0).unwrap_or(&self.run);
        let before = main.choices();
        let rows = main.data.training.rows();
        let table = TableShape {
            inputs: main.architecture.inputs(),
            rows,
            is_number: main.is_regression(),
        };
        let plan = |(value, edit): &(String, crate::settings::Edit)| {
            let mut after = before.clone();
            edit.apply(&mut after);
            after.follow(&before);
            let problem = |why: String| format!("{} {value}: {why}", axis.setting.name);
            let plan = after.plan(table).map_err(problem)?;
            if plan.batch.get() > rows {
                return Err(problem(text::batch_too_large(rows)));
            }
            self.check_size(&plan).map_err(problem)?;
            Ok((plan, after))
        };
        axis.values.iter().map(plan).collect()
    }

    /// Asks the main run for lanes, beside those that there are.
    fn add_lanes(&mut self, starts: Vec<LaneStart>) -> Done {
        if let Some(Phase::Failed(_)) = self.lane(0).map(|main| &main.phase) {
            return Err(text::training_has_failed().into());
        }
        let first = self.race.as_ref().map_or(1, |race| race.lanes.len());
        if first + starts.len() > MAX_LANES + 1 {
            return Err(text::too_many_lanes(MAX_LANES));
        }
        self.show_main_run();
        let in_lockstep = self.race.as_ref().is_some_and(|race| race.in_lockstep);
        self.send(Command::MakeLanes {
            starts,
            first,
            in_lockstep,
        });
        Ok(())
    }

    /// Starts the lanes that the main run has made, and shows the race.
    pub(super) fn on_lanes_made(&mut self, made: Lanes) {
        let race = self.race.get_or_insert_with(|| Race {
            lanes: vec![Lane::new(0, Vec::new())],
            shown: 0,
            chosen: 1,
            beside: 0,
            in_lockstep: false,
        });
        race.chosen = race.lanes.len();
        let mut lanes = Vec::new();
        for lane in made.lanes {
            self.lane_ids += 1;
            race.lanes
                .push(Lane::new(self.lane_ids, lane.log().to_vec()));
            lanes.push((self.lane_ids, lane));
        }
        self.effects.push(Effect::StartLanes(made.pacing, lanes));
        self.navigation.has_race = true;
        self.navigation.turn_to(View::Race);
        self.navigation.focus = PanelId::RaceTable;
        let main = &self.run;
        if !main.is_training() && !matches!(main.phase, Phase::Finished(_)) {
            self.prompt.status(text::race_waits());
        }
    }

    /// Ends the race; the main run goes on.
    fn stop_race(&mut self) -> Done {
        if self.race.is_none() {
            return Err(text::no_race().into());
        }
        self.end_race();
        Ok(())
    }

    fn end_race(&mut self) {
        self.show_main_run();
        self.race = None;
        self.effects.push(Effect::EndLanes);
        self.navigation.has_race = false;
        if self.navigation.view == View::Race {
            self.navigation.turn_to(View::Overview);
            self.navigation.settle_focus();
        }
    }

    /// Makes the shown lane, or the one chosen in the race, the main run.
    pub(super) fn adopt(&mut self) -> Done {
        let Some(race) = &self.race else {
            return Err(text::no_race().into());
        };
        let index = if race.shown == 0 {
            race.chosen
        } else {
            race.shown
        };
        if index == 0 {
            return Err(text::adopt_main().into());
        }
        if self.lane(index).is_none() {
            return Err(text::lane_not_started().into());
        }
        self.send_to_lane(index, Command::HandOver);
        Ok(())
    }

    /// Lets the main run continue from the state of a lane. The race ends.
    fn take_over(&mut self, lane: Box<Handover>) {
        self.end_race();
        self.effects.push(Effect::Send(Command::Adopt(lane)));
        self.navigation.turn_to(View::Overview);
        self.navigation.settle_focus();
        self.prompt.status(text::lane_adopted());
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

/// Parses a setting with its values.
fn axis(name: &str, rest: &str) -> Result<Axis, String> {
    let (word, values) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let setting = Setting::named(word).filter(|setting| setting.is_live() || setting.restarts);
    let wrong = || expected(name, text::expected_race(), rest);
    let setting = setting.ok_or_else(wrong)?;
    if values.trim().is_empty() {
        return Err(wrong());
    }
    Axis::parse_words(setting, values.trim())
}

/// Start of a lane from the present state, with the change that a value of a setting makes.
fn now(axis: &Axis, plan: &Plan, choices: &Choices) -> LaneStart {
    LaneStart::Now(match (axis.setting.command)(choices, plan) {
        Some(Command::Apply(change)) => vec![change],
        _ => Vec::new(),
    })
}
