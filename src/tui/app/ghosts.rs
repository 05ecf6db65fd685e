//! Curves of earlier runs, and of this run before its layers changed, for comparison.

use super::actions::Done;
use super::command::expected;
use super::history::TrainingHistory;
use super::model::Model;
use super::timeline::Timeline;
use super::training::Run;
use crate::settings::{Choices, differing};
use crate::train::{Curves, Plan};
use crate::tui::text;

/// Maximum number of ghosts; the oldest one leaves first.
const GHOSTS: usize = 4;
/// Maximum number of settings in a ghost's label.
const DIFFERENCES: usize = 2;
/// Multiple of the present run up to which longer ghosts are shown, so that it has a quarter of the plot.
const LEAD: f64 = 4.0;
/// Argument of `:ghost` that removes all.
pub(super) const CLEAR: &str = "clear";

/// Curves of an earlier plan or run, drawn faintly behind the current ones.
#[derive(Debug, Clone)]
pub struct Ghost {
    pub(crate) curves: Curves,
    pub(crate) timeline: Timeline,
    /// Times in epochs at which the curves begin and end.
    pub(crate) span: (f64, f64),
    plan: Plan,
}

impl Ghost {
    /// Describes the settings in which the ghost differs from `plan`: `lr 0.01 · seed 1`.
    fn label(&self, plan: &Plan) -> String {
        let (ghost, now) = (Choices::of_plan(&self.plan), Choices::of_plan(plan));
        let differences = differing(&[&ghost, &now])
            .into_iter()
            .map(|setting| format!("{} {}", setting.name, (setting.value)(&ghost)));
        let differences: Vec<String> = differences.take(DIFFERENCES).collect();
        if differences.is_empty() {
            text::ghost_until(self.span.1.round())
        } else {
            differences.join(" · ")
        }
    }
}

impl Run {
    /// Keeps what was drawn since the last ghost of this run as a ghost. Returns whether there was anything.
    pub(super) fn keep_ghost(&mut self) -> bool {
        let history = &mut self.history;
        let span = (history.begin(), history.end());
        if span.1 <= span.0 {
            return false;
        }
        self.ghosts.push(Ghost {
            curves: history.curves().clone(),
            timeline: history.timeline().clone(),
            span,
            plan: self.drawn_plan.clone(),
        });
        history.begin_at(span.1);
        if self.ghosts.len() > GHOSTS {
            self.ghosts.remove(0);
        }
        true
    }

    /// Describes each ghost by the settings that drew it, as far as they differ from the present ones; equal
    /// descriptions are numbered.
    pub(crate) fn ghost_labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        let mut plain: Vec<String> = Vec::new();
        for ghost in &self.ghosts {
            let label = ghost.label(&self.plan);
            let before = plain.iter().filter(|other| **other == label).count();
            labels.push(match before {
                0 => label.clone(),
                before => format!("{label} #{}", before + 1),
            });
            plain.push(label);
        }
        labels
    }

    /// Right end of the charts in epochs: that of the run, or of the ghosts while they are ahead.
    pub(crate) fn chart_end(&self) -> f64 {
        let end = self.history.end();
        let ghosts = self.ghosts.iter().map(|ghost| ghost.span.1);
        let longest = ghosts.fold(0.0, f64::max);
        let lead = if end > 0.0 { LEAD * end } else { longest };
        end.max(longest.min(lead))
    }
}

impl TrainingHistory {
    /// Returns whether a time is drawn as part of the present run, not as that of a ghost.
    pub(crate) fn is_present(&self, epochs: f64) -> bool {
        epochs >= self.begin()
    }
}

impl Model {
    /// Keeps the present curves as a ghost, or removes all ghosts.
    pub(super) fn ghost(&mut self, argument: &str) -> Done {
        match argument {
            "" if self.run.keep_ghost() => Ok(()),
            "" => Err(text::nothing_drawn().into()),
            CLEAR => {
                self.run.ghosts.clear();
                self.run.history.begin_at(0.0);
                Ok(())
            }
            other => Err(expected("ghost", &text::nothing_or(CLEAR), other)),
        }
    }
}
