//! Earlier moments of the run on the screen: going there, back to the present, and on from there as a branch.

use super::actions::Done;
use super::command::expected;
use super::history::TrainingHistory;
use super::model::Model;
use super::timeline::TimeUnit;
use super::training::{Phase, Run};
use crate::train::{Command, Moment, Position, ShownMoment, Started};
use crate::tui::text;

/// Number of jumps from one end of a run to the other.
const JUMPS: u64 = 10;
/// Argument of `:rewind` that shows the present.
pub(super) const NOW: &str = "now";
/// Arguments of `:rewind` before a number.
pub(super) const WORDS: [&str; 3] = ["epoch", "step", NOW];

/// Length of a way back or forth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Step,
    Epoch,
    /// A tenth of the run.
    Jump,
}

/// Moments that were asked for. One at a time is asked of the worker, and of those that are asked for meanwhile the last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AwaitedMoments {
    asked: Option<Moment>,
    next: Option<Moment>,
}

impl Run {
    /// Returns the position of the present, whatever is shown.
    pub(crate) fn present(&self) -> Position {
        self.past.map_or(self.position, |past| past.present)
    }

    /// Whether a replay is on its way to the moment that is to be shown.
    pub(crate) fn is_replaying(&self) -> bool {
        self.past.is_some_and(|past| past.goal.is_some())
    }

    /// Shows another moment.
    pub(super) fn show_moment(&mut self, moment: &ShownMoment) {
        let exported_at = self.exported_at;
        let now = moment.now.clone();
        self.move_to(now.position);
        self.apply(now);
        self.exported_at = exported_at;
        self.learning_rate = moment.learning_rate;
        self.best = moment.best;
        self.past = moment.past;
        if self.past.is_some() {
            self.phase = Phase::Paused;
        }
    }

    /// Continues the history `before` as a branch, or goes on with `other`, which was left for it.
    pub(super) fn branch_off(
        &mut self,
        before: TrainingHistory,
        other: Option<Box<TrainingHistory>>,
    ) {
        match other {
            Some(other) => self.history = *other,
            None => {
                let epochs = self.epochs();
                self.history.branch_from(&before, epochs);
                self.other_branch = Some(Box::new(before));
            }
        }
        let present = self.history.curves();
        self.ghosts.retain(|ghost| ghost.curves != *present);
    }

    /// Returns the position from which keys go back and forth: the one that was asked for last.
    fn base(&self) -> (u64, u64) {
        let awaited = self.awaited_moments.next.or(self.awaited_moments.asked);
        let goal = awaited.or(self.past.and_then(|past| past.goal));
        let Position { epoch, step, .. } = self.position;
        match goal {
            Some(Moment::Epoch(epoch)) => (epoch, step),
            Some(Moment::Step(step)) => (epoch, step),
            None => (epoch, step),
        }
    }
}

impl Model {
    /// Shows the moment that was typed: `12`, `epoch 12`, `step 340`, or `now` for the present.
    pub(super) fn rewind(&mut self, typed: &str) -> Done {
        match parse(typed)? {
            Some(moment) => self.rewind_to(moment),
            None => self.show_present(),
        }
    }

    fn rewind_to(&mut self, moment: Moment) -> Done {
        if matches!(self.run.phase, Phase::Failed(_)) {
            return Err(text::training_has_failed().into());
        }
        let present = self.run.present();
        if !moment.is_reached_at(present) {
            return Err(text::not_that_far(present.epoch, present.step));
        }
        if moment.is_at(present) {
            return self.show_present();
        }
        let awaited = &mut self.run.awaited_moments;
        if awaited.asked.is_some() {
            awaited.next = Some(moment);
        } else {
            awaited.asked = Some(moment);
            self.send(Command::Rewind(moment));
        }
        Ok(())
    }

    /// Goes on to the moment that was asked for meanwhile.
    pub(super) fn on_moment(&mut self) {
        let awaited = &mut self.run.awaited_moments;
        awaited.asked = awaited.next.take();
        if let Some(moment) = awaited.asked {
            self.send(Command::Rewind(moment));
        }
    }

    /// Goes some ways back, as many as the repeat count says.
    pub(super) fn rewind_by(&mut self, way: Way) -> Done {
        let count = u64::from(self.prompt.count.take().unwrap_or(1));
        let (epoch, step) = self.run.base();
        let is_inside = self.run.position.batch > 0 && self.run.position.epoch == epoch;
        let epochs = match way {
            Way::Step if step == 0 => return Err(text::at_the_start().into()),
            Way::Step => return self.rewind_to(Moment::Step(step.saturating_sub(count))),
            // First to the start of the epoch.
            Way::Epoch => count - u64::from(is_inside),
            Way::Jump => count.saturating_mul(self.jump()),
        };
        if epoch == 0 && !is_inside {
            return Err(text::at_the_start().into());
        }
        self.rewind_to(Moment::Epoch(epoch.saturating_sub(epochs)))
    }

    /// Goes some ways forth, at most to the present.
    pub(super) fn forward_by(&mut self, way: Way) -> Done {
        let count = u64::from(self.prompt.count.take().unwrap_or(1));
        let (epoch, step) = self.run.base();
        let moment = match way {
            Way::Step => Moment::Step(step.saturating_add(count)),
            Way::Epoch => Moment::Epoch(epoch.saturating_add(count)),
            Way::Jump => Moment::Epoch(epoch.saturating_add(count.saturating_mul(self.jump()))),
        };
        let present = self.run.present();
        if moment.is_reached_at(present) {
            self.rewind_to(moment)
        } else {
            self.show_present()
        }
    }

    fn jump(&self) -> u64 {
        (self.run.present().epoch / JUMPS).max(1)
    }

    /// Shows the present again.
    pub(super) fn show_present(&mut self) -> Done {
        if self.run.past.is_none() && self.run.awaited_moments.asked.is_none() {
            return Err(text::present_is_shown().into());
        }
        self.run.awaited_moments.next = None;
        self.send(Command::ShowPresent);
        Ok(())
    }

    /// Shows the moment that a replay has reached, and goes no further.
    pub(super) fn stop_replay(&mut self) {
        self.run.awaited_moments.next = None;
        self.send(Command::CancelTask);
    }

    /// Leaves the past because the program ends: what is saved is the present.
    pub(super) fn leave_past(&mut self) {
        if let Some(past) = self.run.past.take() {
            self.send(Command::ShowPresent);
            self.run.move_to(past.present);
        }
    }

    /// Says that the run is a branch now, which an undo leaves.
    pub(super) fn on_branch(&mut self, started: &Started, was_returning: bool) {
        let resumed = started.resumed.as_ref();
        if !resumed.is_some_and(|resumed| resumed.is_branch) {
            return;
        }
        let epoch = self.run.position.epoch;
        if was_returning {
            self.prompt.status(text::back_from_branch(epoch));
        } else {
            self.remember_branch();
            self.prompt.status(text::branch_begun(epoch));
        }
    }

    /// Shows the moment at a time of the charts.
    pub(super) fn rewind_to_time(&mut self, epochs: f64) -> Done {
        let present = self.run.present();
        if epochs > self.run.history.end() + 0.5 {
            // What is drawn there is a ghost.
            return Err(text::not_that_far(present.epoch, present.step));
        }
        let (from, to) = self.navigation.plot.visible(self.run.chart_end());
        let columns = f64::from(self.navigation.size.0.max(1));
        // A column that is part of an epoch is a step.
        if (to - from) * 2.0 < columns && epochs.fract() != 0.0 {
            let step = self.run.history.timeline().value(epochs, TimeUnit::Steps);
            let step = (step.round().max(0.0) as u64).min(present.step);
            return self.rewind_to(Moment::Step(step));
        }
        let epoch = epochs.round().max(0.0) as u64;
        self.rewind_to(Moment::Epoch(epoch.min(present.epoch)))
    }

    /// Shows the moment under the crosshair.
    pub(super) fn rewind_to_crosshair(&mut self) -> Done {
        match self.navigation.plot.crosshair {
            Some(epochs) => self.rewind_to_time(epochs),
            None => Ok(()),
        }
    }
}

/// Parses the arguments of `:rewind`; `None` is the present.
///
/// # Errors
/// Says what the command takes.
pub(super) fn parse(typed: &str) -> Result<Option<Moment>, String> {
    let wrong = || expected("rewind", text::expected_moment(), typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    let number = |word: &str| word.parse::<u64>().map_err(|_| wrong());
    match words.as_slice() {
        [NOW] => Ok(None),
        [epoch] | ["epoch", epoch] => Ok(Some(Moment::Epoch(number(epoch)?))),
        ["step", step] => Ok(Some(Moment::Step(number(step)?))),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_epoch_or_a_step() {
        assert_eq!(parse("12"), Ok(Some(Moment::Epoch(12))));
        assert_eq!(parse("epoch 0"), Ok(Some(Moment::Epoch(0))));
        assert_eq!(parse("step  340"), Ok(Some(Moment::Step(340))));
        assert_eq!(parse("now"), Ok(None));
        for wrong in [
            "",
            "epoch",
            "-1",
            "1.5",
            "step x",
            "row 3",
            "3 epoch",
            "99999999999999999999",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
