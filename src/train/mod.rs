//! Training as a deterministic machine, and the thread that runs it.
//!
//! [`Session`] is pure: plan, seed and the log of changes determine the weights bit for bit.
//! [`worker`] runs a session on a thread of its own, takes [`Command`]s, reports [`Event`]s and
//! fills a mailbox with the [`Snapshot`] that somebody watches. It never waits for whoever watches.

pub mod evaluation;
mod export;
mod gradients;
pub mod inspection;
pub mod messages;
pub mod observation;
mod order;
mod outbox;
pub mod pace;
pub mod plan;
pub mod session;
mod speed;
pub mod taken;
mod trainer;
pub mod walk;
pub mod worker;
mod worst;

pub use evaluation::{Confusion, Evaluation, Outcomes, Predictions, Scores};
pub use inspection::{Cursor, Inspect, Inspection, Of};
pub use messages::{
    Command, EpochRecord, Event, InForce, LossPoint, Progress, Size, Started, State,
};
pub use observation::{Mailbox, Observation, RowOutcome, SampleId, Set, Snapshot};
pub use outbox::{DETAILED_EPOCHS, Sink};
pub use pace::Pace;
pub use plan::Plan;
pub use session::{Divergence, Position, ReplayError, Session, Stepped};
pub use taken::TakenRows;
pub use walk::{Stand, Walk, WalkPhase, Walked};
pub use worker::{Settings, Worker, panic_message};
