//! Motion in the network: activations travel forward and deltas backward, layer by layer.

use std::time::Duration;

use super::model::Model;
use crate::train::{Event, Pace, StepPhase};

/// Time from one layer to the next in a phase step.
const TRAVEL: Duration = Duration::from_millis(350);
/// Time through the whole network and back while training.
const ROUND: Duration = Duration::from_millis(2400);
/// Epochs per second above which nothing moves.
const FASTEST: f64 = 10.0;

/// Clock of the motion. Nothing moves without one, so that every state can be drawn at rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Motion {
    /// Whether anything may move.
    pub is_on: bool,
    /// Time since the start of the screen.
    now: Duration,
    /// Phase that the stepper did last, and when it was first drawn.
    step: Option<(StepPhase, Option<Duration>)>,
}

/// Place of activations or deltas on their way between two layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pulse {
    /// Layer that the edges lead into, from 1.
    pub layer: usize,
    /// Part of the way done, from 0 to 1.
    pub progress: f64,
    pub is_forward: bool,
}

impl Motion {
    pub(super) fn tick(&mut self, now: Duration) {
        self.now = now;
        match &mut self.step {
            Some((_, since @ None)) => *since = Some(now),
            Some((_, Some(since))) if now.saturating_sub(*since) >= TRAVEL => self.step = None,
            _ => {}
        }
    }

    /// Changes the state by an event of the worker.
    pub(super) fn update(&mut self, event: &Event) {
        if let Event::StepPosition(position) = event {
            let done = position.and_then(|position| position.done);
            self.step = done.filter(|_| self.is_on).map(|phase| (phase, None));
        }
    }

    /// Returns the pulse of the phase step done last, until it has arrived.
    fn of_step(&self) -> Option<Pulse> {
        let (phase, since) = self.step?;
        let passed = since.map_or(Duration::ZERO, |since| self.now.saturating_sub(since));
        let progress = (passed.as_secs_f64() / TRAVEL.as_secs_f64()).min(1.0);
        let (layer, is_forward) = match phase {
            StepPhase::Forward { layer } => (layer, true),
            StepPhase::Backward { layer } => (layer + 1, false),
            StepPhase::Loss | StepPhase::Update => return None,
        };
        Some(Pulse {
            layer,
            progress,
            is_forward,
        })
    }

    /// Returns the pulse of a training that goes on, which travels through `depth` layers and back.
    fn of_training(&self, depth: usize) -> Pulse {
        let round = self.now.as_secs_f64() / ROUND.as_secs_f64();
        let way = round.fract() * 2.0 * depth as f64;
        let leg = (way as usize).min(2 * depth - 1);
        let is_forward = leg < depth;
        Pulse {
            layer: if is_forward { leg + 1 } else { 2 * depth - leg },
            progress: way - leg as f64,
            is_forward,
        }
    }
}

impl Model {
    /// Returns the pulse to draw in the network, if one is on its way.
    pub(crate) fn pulse(&self) -> Option<Pulse> {
        let depth = self.run.architecture.depth();
        if !self.motion.is_on || depth == 0 {
            return None;
        }
        let step = self.motion.of_step().filter(|pulse| pulse.layer <= depth);
        if self.inspector.step.is_some() {
            return step;
        }
        (self.run.is_training() && self.is_slow()).then(|| self.motion.of_training(depth))
    }

    /// Whether there are at most ten epochs per second.
    fn is_slow(&self) -> bool {
        let rows = self.run.data.training.rows().max(1) as f64;
        let speed = self.run.samples_per_second / rows;
        let is_limited = matches!(self.run.pace, Pace::EpochsPerSecond(pace) if pace <= FASTEST);
        is_limited || speed > 0.0 && speed <= FASTEST
    }

    /// Whether the next frame differs though nothing happens.
    pub(crate) fn is_moving(&self) -> bool {
        let pulses = self.motion.is_on && (self.motion.step.is_some() || self.pulse().is_some());
        pulses || self.prompt.is_vanishing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_goes_forward_then_back() {
        let at = |millis| Motion {
            now: Duration::from_millis(millis),
            ..Motion::default()
        };
        let pulse = |millis| {
            let pulse = at(millis).of_training(3);
            (pulse.layer, pulse.is_forward)
        };
        let way = [100, 500, 1000, 1300, 1700, 2300].map(pulse);
        let there = [(1, true), (2, true), (3, true)];
        let back = [(3, false), (2, false), (1, false)];
        assert_eq!(way[..3], there);
        assert_eq!(way[3..], back);
    }

    #[test]
    fn a_step_arrives() {
        let mut motion = Motion {
            is_on: true,
            step: Some((StepPhase::Forward { layer: 2 }, None)),
            ..Motion::default()
        };
        motion.tick(Duration::from_secs(60));
        assert_eq!(motion.of_step().map(|pulse| pulse.progress), Some(0.0));
        motion.tick(Duration::from_secs(60) + TRAVEL / 2);
        assert_eq!(motion.of_step().map(|pulse| pulse.progress), Some(0.5));
        motion.tick(Duration::from_secs(60) + TRAVEL);
        assert_eq!(motion.of_step(), None);
    }
}
