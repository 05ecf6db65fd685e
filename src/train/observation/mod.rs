//! Observation of a session in training: questions asked by whoever watches, and snapshots with their
//! answers.
//!
//! A question is a [`Probe`], a type of its own with a type of its own for the answer; neither has to
//! be registered anywhere. An [`Observation`] collects the probes of the visible panels, and a
//! [`Snapshot`] maps each of them to its answer. Probes only read the session, and compute in buffers
//! apart from those of training.

mod mailbox;
mod scratch;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::{PhaseStepper, Position, Session};
pub use mailbox::Mailbox;
pub(crate) use scratch::PROBE_ROWS;
pub use scratch::Scratch;

/// A session in training, as probes see it.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// The session.
    pub session: &'a Session,
    /// The phase stepper, while a mini-batch is stepped through phase by phase.
    pub stepper: Option<&'a PhaseStepper>,
    /// Whether it waits for a command between two steps.
    pub is_waiting: bool,
}

impl<'a> From<&'a Session> for Training<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            session,
            stepper: None,
            is_waiting: true,
        }
    }
}

/// Question about the network at one training step. Equal probes get one answer.
pub trait Probe: Debug + PartialEq + Send + Sync + 'static {
    /// Answer to the question.
    type Answer: Send + Sync + 'static;

    /// Computes the answer. The network may have changed since the question was asked: layers, neurons
    /// and rows that do not exist must be expected.
    /// Called by [`Observation::snapshot`], which first marks what is left in `scratch` as outdated.
    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Self::Answer;
}

type AnyAnswer = Arc<dyn Any + Send + Sync>;

/// A probe of any type.
trait AnyProbe: Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn is_equal(&self, other: &dyn AnyProbe) -> bool;
    fn compute_any(&self, training: &Training<'_>, scratch: &mut Scratch) -> AnyAnswer;
}

impl<P: Probe> AnyProbe for P {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_equal(&self, other: &dyn AnyProbe) -> bool {
        other.as_any().downcast_ref::<P>() == Some(self)
    }

    fn compute_any(&self, training: &Training<'_>, scratch: &mut Scratch) -> AnyAnswer {
        Arc::new(self.compute(training, scratch))
    }
}

/// A probe of any type, as part of an [`Observation`].
#[derive(Debug, Clone)]
pub struct Request(Arc<dyn AnyProbe>);

impl Request {
    /// A request for the answer to `probe`.
    pub fn new(probe: impl Probe) -> Self {
        Self(Arc::new(probe))
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.is_equal(&*other.0)
    }
}

/// Probes that snapshots shall answer, each of them once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observation {
    requests: Vec<Request>,
}

impl Observation {
    /// Adds `request`, unless an equal one is there.
    pub fn add(&mut self, request: Request) {
        if !self.requests.contains(&request) {
            self.requests.push(request);
        }
    }

    /// Returns whether nothing is observed, as in a run without a screen.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// This observation with `probe` added.
    pub fn with(mut self, probe: impl Probe) -> Self {
        self.add(Request::new(probe));
        self
    }

    /// The first probe of type `P`.
    pub fn find<P: Probe>(&self) -> Option<&P> {
        let mut probes = self.requests.iter().map(|request| request.0.as_any());
        probes.find_map(|probe| probe.downcast_ref())
    }

    /// Answers all probes about `training`.
    pub fn snapshot(&self, training: &Training<'_>, scratch: &mut Scratch) -> Snapshot {
        scratch.begin(training.session, self);
        let answer = |request: &Request| request.0.compute_any(training, scratch);
        Snapshot {
            position: training.session.position(),
            restarts: 0,
            is_past: false,
            answers: self.requests.iter().map(answer).collect(),
            observation: self.clone(),
        }
    }
}

/// Answers to the probes of the visible panels, all of them about one training step.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Training step of the snapshot.
    pub position: Position,
    /// Number of restarts of the worker before.
    pub restarts: u32,
    /// Whether an earlier moment than the present is shown.
    pub is_past: bool,
    observation: Observation,
    /// Answers in the order of the requests.
    answers: Vec<AnyAnswer>,
}

impl Snapshot {
    /// The probes that are answered.
    pub fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The first probe of type `P` with its answer. The probe is the one that was asked when the
    /// snapshot was taken, which need not be the one a panel would ask now.
    pub fn get<P: Probe>(&self) -> Option<(&P, &P::Answer)> {
        let answers = self.observation.requests.iter().zip(&self.answers);
        answers.into_iter().find_map(|(request, answer)| {
            let probe = request.0.as_any().downcast_ref()?;
            Some((probe, answer.downcast_ref()?))
        })
    }

    /// The answer to the first probe of type `P`.
    pub fn answer<P: Probe>(&self) -> Option<&P::Answer> {
        self.get::<P>().map(|(_, answer)| answer)
    }

    /// Sets the answer to `probe`, in place of that to the first probe of its type.
    pub fn set<P: Probe>(&mut self, probe: P, answer: P::Answer) {
        let (request, answer): (_, AnyAnswer) = (Request::new(probe), Arc::new(answer));
        let requests = &mut self.observation.requests;
        let same_type = |request: &Request| request.0.as_any().is::<P>();
        match requests.iter().position(same_type) {
            Some(at) => (requests[at], self.answers[at]) = (request, answer),
            None => {
                requests.push(request);
                self.answers.push(answer);
            }
        }
    }
}
