//! Probes that more than one part of the screen asks for, one kind a file.

mod activations;
mod distributions;
mod divergence;
mod health;
mod hidden_space;
mod importance;
mod input_gradient;
mod inspect;
mod landscape;
mod outcomes;
mod phase;
mod plane;
mod row;
mod scores;
mod trace;
mod weights;

pub use activations::{ActivationProbe, LayerActivations};
pub use distributions::{DistributionProbe, LayerDistributions};
pub use divergence::DivergenceProbe;
pub(super) use health::LastHealth;
pub use health::{Health, HealthProbe};
pub use hidden_space::{HiddenSpace, HiddenSpaceProbe};
pub use importance::ImportanceProbe;
pub(super) use importance::LastImportances;
pub use input_gradient::InputGradientProbe;
pub use inspect::InspectProbe;
pub(super) use landscape::LastLandscape;
pub use landscape::{Landscape, LandscapeProbe, MAX_PARAMETERS, POINTS, Plane};
pub use outcomes::{OutcomeProbe, RowOutcome};
pub use phase::PhaseProbe;
pub use plane::{Along, PlaneAnswer, PlaneAxis, PlanePoint, PlaneProbe};
pub use row::{Bits, RowPass, RowProbe};
pub use scores::{MeasuredScores, ScoreProbe};
pub use trace::{RowTrace, Trace, TraceProbe};
pub use weights::{EdgeProbe, Edges, IncomingWeightProbe, WeightProbe};
