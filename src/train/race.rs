//! Race: further runs beside the main one, from the same start or from its present state.

use std::fmt;
use std::sync::Arc;

use super::lockstep::{Lockstep, MAX_RUNS, RacePlace};
use super::{Plan, Resumed, Session, Settings};
use crate::error::Result;
use crate::nn::engine::Threads;
use crate::nn::{Architecture, Change};
use crate::util::lang::say;

/// Maximum number of lanes beside the main run.
pub const MAX_LANES: usize = MAX_RUNS - 1;

/// Start of a lane.
#[derive(Debug, Clone, PartialEq)]
pub enum LaneStart {
    /// Before the first step, with this plan.
    Anew(Box<Plan>),
    /// In the present state of the main run, with these changes.
    Now(Vec<Change>),
}

/// A run beside the main one, ready to train.
pub struct Lane {
    /// Session in its first state.
    pub session: Session,
    /// Settings for its worker.
    pub settings: Settings,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.session.position();
        f.debug_tuple("Lane").field(&position).finish()
    }
}

/// State of a lane, for the main run to continue from.
pub struct Handover {
    pub(super) session: Session,
    pub(super) resumed: Resumed,
    pub(super) is_training: bool,
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.session.position();
        f.debug_tuple("Handover").field(&position).finish()
    }
}

/// Lockstep of a race, for whoever shows it.
#[derive(Debug, Clone)]
pub struct Pacing(pub(super) Arc<Lockstep>);

impl Pacing {
    /// Lets all runs begin each epoch together, or each as soon as it can.
    pub fn set_lockstep(&self, is_on: bool) {
        self.0.set(is_on);
    }
}

/// Lanes that are ready to train.
#[derive(Debug)]
pub struct Lanes {
    /// Lockstep that all of them are in.
    pub pacing: Pacing,
    /// The lanes, in the order in which they were asked for.
    pub lanes: Vec<Lane>,
}

/// Makes lanes beside `main`, as `starts` say. `place` is that of the main run, and `first` the index of the first
/// place that is free; `settings` are those of the lanes, but for their places.
///
/// # Errors
/// Those of [`prepare`](crate::data::prepare()) and [`Session::new`]; [`Error::Memory`](crate::error::Error::Memory); a
/// message if a change is refused.
pub(super) fn lanes(
    main: &Session,
    starts: Vec<LaneStart>,
    (place, first): (&RacePlace, usize),
    settings: &Settings,
    memory: Option<u64>,
) -> Result<Lanes, String> {
    if first + starts.len() > MAX_RUNS {
        return Err(say!(
            "race-too-many",
            "a race has at most {max} lanes",
            max = MAX_LANES
        ));
    }
    check_memory(main, &starts, memory)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = match cores / (first + starts.len()) {
        0 | 1 => Threads::ONE,
        several => Threads::UpTo(several),
    };
    let lane = |(nth, start): (usize, LaneStart)| -> Result<Lane, String> {
        let session = match start {
            LaneStart::Anew(plan) => main
                .started_anew(*plan, threads)
                .map_err(|error| error.to_string())?,
            LaneStart::Now(changes) => {
                let mut session = main.duplicate(threads);
                for change in changes {
                    session.apply(change)?;
                }
                session
            }
        };
        let is_anew = session.position().step == 0;
        let resumed = settings.resumed.clone().filter(|_| !is_anew);
        let place = RacePlace::new(place.group(), first + nth, place.epochs());
        let settings = Settings {
            resumed,
            place: Some(place),
            ..settings.clone()
        };
        Ok(Lane { session, settings })
    };
    let lanes = starts.into_iter().enumerate().map(lane);
    Ok(Lanes {
        lanes: lanes.collect::<Result<_, _>>()?,
        pacing: Pacing(Arc::clone(place.group())),
    })
}

/// Refuses lanes whose networks would not fit into `memory` bytes together, if that is known.
fn check_memory(main: &Session, starts: &[LaneStart], memory: Option<u64>) -> Result<(), String> {
    let (inputs, outputs) = (main.architecture().inputs(), main.architecture().outputs());
    let network = |start: &LaneStart| -> Result<Architecture, String> {
        let plan = match start {
            LaneStart::Anew(plan) => plan,
            LaneStart::Now(_) => return Ok(main.architecture().clone()),
        };
        let made = plan.architecture(inputs, outputs);
        made.map_err(|error| error.to_string())
    };
    let orders = main.order_bytes().saturating_mul(starts.len() as u128);
    let orders = u64::try_from(orders).unwrap_or(u64::MAX);
    let mut left = memory.map(|bytes| bytes.saturating_sub(orders));
    for start in starts {
        let network = network(start)?;
        let batch = match start {
            LaneStart::Anew(plan) => plan.batch,
            LaneStart::Now(_) => main.plan_in_force().batch,
        };
        let rows = batch.get().min(main.data().training.rows());
        network.check_fits(rows, left).map_err(|problem| {
            say!(
                "race-memory",
                "{lanes} more networks do not fit into the memory: {problem}",
                lanes = starts.len(),
                problem
            )
        })?;
        let used = u64::try_from(network.training_bytes()).unwrap_or(u64::MAX);
        left = left.map(|left| left.saturating_sub(used));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anew(hidden: usize) -> LaneStart {
        LaneStart::Anew(Box::new(Plan {
            hidden: vec![hidden],
            ..Plan::small()
        }))
    }

    #[test]
    fn several_large_networks_are_refused_where_one_has_room() {
        let main = Session::trained_on_iris(1);
        let large = || anew(100_000);
        let room = Some(200 << 20);
        assert_eq!(check_memory(&main, &[large()], room), Ok(()));
        let six: Vec<LaneStart> = (0..6).map(|_| large()).collect();
        let problem = check_memory(&main, &six, room).expect_err("too much");
        assert!(problem.contains("6 more networks"), "{problem}");
        assert_eq!(check_memory(&main, &six, None), Ok(()), "nothing is known");
    }

    #[test]
    fn a_lane_from_now_is_the_run_with_its_change() {
        let mut main = Session::trained_on_iris(3);
        let place = RacePlace::new(&Lockstep::new(false), 0, 0);
        let change = Change::LearningRate {
            learning_rate: crate::nn::LearningRate::new(0.05).expect("in range"),
        };
        let starts = vec![LaneStart::Now(vec![change.clone()]), LaneStart::Now(vec![])];
        let settings = Settings::default();
        let made = lanes(&main, starts, (&place, 1), &settings, None).expect("made");
        let [mut changed, mut same]: [Lane; 2] = made.lanes.try_into().expect("two");
        let train = |session: &mut Session| {
            for _ in 0..50 {
                session.step().expect("finite");
            }
            session.engine().parameters()
        };
        assert_eq!(changed.session.live_changes().len(), 1);
        let as_it_is = train(&mut same.session);
        let with_change = train(&mut changed.session);
        assert_ne!(as_it_is, with_change);
        let mut after = main.duplicate(Threads::ONE);
        assert_eq!(train(&mut main), as_it_is);
        after.apply(change).expect("valid");
        assert_eq!(train(&mut after), with_change);
    }

    #[test]
    fn more_lanes_than_there_are_places_are_refused() {
        let main = Session::trained_on_iris(1);
        let place = RacePlace::new(&Lockstep::new(false), 0, 0);
        let starts: Vec<LaneStart> = (0..7).map(|_| anew(2)).collect();
        let made = lanes(&main, starts, (&place, 1), &Settings::default(), None);
        assert!(made.is_err());
    }
}
