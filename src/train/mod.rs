//! Deterministic training sessions, and the worker thread that runs them.
//!
//! [`Session`] has no clock and no input but its plan, its data and the log of changes, which determine
//! the weights bit for bit. [`worker`] runs a session on its own thread: it executes [`Command`]s, sends
//! [`Event`]s and puts the latest [`Snapshot`] into a mailbox, without ever waiting for the receiver.

pub mod checkpoint;
pub mod confusion_rows;
mod curves;
pub mod divergence;
pub mod evaluation;
mod event_queue;
mod export;
pub mod findings;
mod fit;
mod gradients;
pub mod health;
mod importance;
pub mod inspection;
mod limits;
mod lockstep;
pub mod messages;
pub mod observation;
pub mod pace;
pub mod phase_stepper;
pub mod plan;
pub mod preflight;
pub mod probes;
mod progress;
mod race;
mod rate_finder;
pub mod recovery;
mod refit;
mod sample;
mod sampler;
mod script;
pub mod session;
mod speed;
mod sweep;
mod throttle;
mod top_losses;
mod trainer;
mod trials;
pub mod worker;

pub use checkpoint::{CheckpointOption, FinalModel, Interval, Resumed};
pub(crate) use checkpoint::{parse_time, show_time};
pub use confusion_rows::ConfusionRows;
pub use curves::Curves;
pub(crate) use evaluation::ranking_of;
pub use evaluation::{Evaluation, Outcomes, Predictions};
pub(crate) use event_queue::DETAILED_EPOCHS;
pub use event_queue::Sink;
pub use findings::{Finding, Remedy};
pub(crate) use findings::{Trend, overfitting_since, steady_change, trend};
pub use health::LayerHealth;
pub use importance::{Importance, Importances, REPEATS};
pub use inspection::{Cursor, Inspect, Inspection, Subject};
pub use limits::{Limit, Limits};
pub use lockstep::RacePlace;
pub use messages::{
    Command, Event, InForce, PastMoment, ProgressSoFar, Replace, ShownMoment, Started, State,
    StepSize,
};
pub use observation::{Mailbox, Observation, Probe, Request, Scratch, Snapshot, Training};
pub use pace::Pace;
pub use phase_stepper::{PhaseStepper, PhaseValues, StepPhase, StepPosition};
pub use plan::Plan;
pub(crate) use preflight::Preflight;
pub use preflight::PreflightCheck;
pub use progress::{EpochRecord, LossPoint, Progress};
pub use race::{Handover, Lane, LaneStart, Lanes, MAX_LANES, Pacing};
pub(crate) use rate_finder::RateFinder;
pub use rate_finder::{RateCurve, RatePoint};
pub use refit::Refitted;
pub use sample::{SampleId, Set};
pub(crate) use script::training_script;
pub(crate) use session::Recipe;
pub use session::{
    BestEpoch, Divergence, Moment, Position, ReplayError, Session, Start, Stepped, Weights,
};
pub(crate) use sweep::{Planned, Standing, Sweep, SweepObserver, Swept, TrainingResult};
#[cfg(test)]
pub(crate) use trials::TrialId;
pub(crate) use trials::{Trial, Trials};
pub(crate) use worker::panic_message;
pub use worker::{Conclusion, Settings, Worker};
