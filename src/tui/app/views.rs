//! Views, and what the chart and the edges of the network show.

use std::borrow::Cow;

use crate::train::EpochRecord;
use crate::util::lang::catalogue::{id_of, translated};
use crate::util::stats::MinMaxLast;

/// An arrangement of panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything at a glance.
    Overview,
    /// The topology and its activations.
    Network,
    /// Loss, accuracy and confusion.
    Curves,
    /// Scores of the predictions.
    Scores,
    /// Weights in full.
    Weights,
    /// Columns, baseline and rows of the data.
    Data,
    /// Predictions over two columns, or over one.
    Regions,
    /// Rows in the principal components of a layer's activations, and the loss around the path of the run.
    Hidden,
    /// Health of the layers.
    Health,
    /// Images that were predicted wrong; only where rows are images.
    Errors,
    /// Curves, scores and regions of several runs; only while there are some.
    Race,
}

impl View {
    /// All views in the order of the tab key.
    pub const ALL: [Self; 11] = [
        Self::Overview,
        Self::Network,
        Self::Curves,
        Self::Scores,
        Self::Weights,
        Self::Data,
        Self::Regions,
        Self::Hidden,
        Self::Health,
        Self::Errors,
        Self::Race,
    ];

    /// Name in the header, in the language of the screen.
    pub fn title(self) -> Cow<'static, str> {
        translated(&id_of("view", self.name()), self.name())
    }

    /// Name in the commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Network => "network",
            Self::Curves => "curves",
            Self::Scores => "scores",
            Self::Weights => "weights",
            Self::Data => "data",
            Self::Regions => "regions",
            Self::Hidden => "hidden",
            Self::Health => "health",
            Self::Errors => "errors",
            Self::Race => "race",
        }
    }
}

/// Content of the chart panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    Loss,
    Accuracy,
}

impl Chart {
    /// Training and validation values of an epoch.
    pub(crate) fn values(self, record: &EpochRecord) -> [MinMaxLast; 2] {
        match self {
            Self::Loss => [record.train_loss, record.validation_loss],
            Self::Accuracy => [record.train_score, record.validation_score],
        }
    }
}

/// Number shown by the edges of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeValue {
    Weight,
    /// Weight times activation of the neuron before, for the shown row.
    Contribution,
    /// Change of the weight by the last update.
    Change,
}

impl EdgeValue {
    pub(crate) fn formula(self) -> &'static str {
        match self {
            Self::Weight => "w",
            Self::Contribution => "w·a",
            Self::Change => "Δw",
        }
    }

    pub(crate) fn next(self) -> Self {
        match self {
            Self::Weight => Self::Contribution,
            Self::Contribution => Self::Change,
            Self::Change => Self::Weight,
        }
    }
}
