//! Commands that start and end a race, and make a lane the main run.

use super::{Lane, MAIN_LANE, Race};
use crate::nn::Change;
use crate::settings::{Axis, Choices, Edit, Setting, TableShape};
use crate::train::{Command, Handover, LaneStart, Lanes, MAX_LANES, Plan};
use crate::tui::app::actions::Done;
use crate::tui::app::command::expected;
use crate::tui::app::messages::Effect;
use crate::tui::app::model::Model;
use crate::tui::app::training::Phase;
use crate::tui::app::views::View;
use crate::tui::panels::PanelId;
use crate::tui::text;

/// First word of `:race` for runs from the present state.
const NOW: &str = "now";
/// Argument of `:race` that ends it.
const STOP: &str = "stop";

impl Model {
    /// `:fork [SETTING VALUE]`: a lane that goes on from the present state, with the change.
    pub(in crate::tui::app) fn fork(&mut self, rest: &str) -> Done {
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
    pub(in crate::tui::app) fn race(&mut self, rest: &str) -> Done {
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
        if is_now && axis.setting.restarts {
            return Err(text::race_anew(axis.setting.name));
        }
        let plans = self.plans(&axis)?.into_iter();
        let starts: Vec<LaneStart> = plans
            .map(|(plan, choices)| {
                if is_now {
                    now(&axis, &plan, &choices)
                } else {
                    LaneStart::Anew(Box::new(plan))
                }
            })
            .collect();
        // Other parameters have no present state to go on from.
        let is_anew = |start: &LaneStart| matches!(start, LaneStart::Now(changes) if changes.iter().any(|change| matches!(change, Change::Network { .. })));
        if starts.iter().any(is_anew) {
            return Err(text::race_anew(axis.setting.name));
        }
        self.add_lanes(starts)
    }

    /// Returns the plans that the values of a setting lead to.
    fn plans(&self, axis: &Axis) -> Result<Vec<(Plan, Choices)>, String> {
        let main = self.main_run();
        let before = main.choices();
        let rows = main.data.training.rows();
        let table = TableShape {
            inputs: main.architecture.inputs(),
            rows,
            is_number: main.is_regression(),
        };
        let plan = |(value, edit): &(String, Edit)| {
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
        let goes_on = |start: &LaneStart| matches!(start, LaneStart::Now(_));
        if self.run.past.is_some() && starts.iter().any(goes_on) {
            return Err(text::lanes_need_present().into());
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
    pub(in crate::tui::app) fn on_lanes_made(&mut self, made: Lanes) {
        let race = self.race.get_or_insert_with(|| Race {
            lanes: vec![Lane::new(MAIN_LANE)],
            shown: 0,
            chosen: 1,
            beside: 0,
            in_lockstep: false,
        });
        race.chosen = race.lanes.len();
        let mut lanes = Vec::new();
        for lane in made.lanes {
            self.lane_ids += 1;
            race.lanes.push(Lane::new(self.lane_ids));
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
        self.settle_race();
    }

    /// Makes the shown lane, or the one chosen in the race, the main run.
    pub(in crate::tui::app) fn adopt(&mut self) -> Done {
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
    pub(super) fn take_over(&mut self, lane: Box<Handover>) {
        self.end_race();
        self.effects
            .push(Effect::Send(MAIN_LANE, Command::Adopt(lane)));
        self.navigation.turn_to(View::Overview);
        self.navigation.settle_focus();
        self.prompt.status(text::lane_adopted());
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
