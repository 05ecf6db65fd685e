//! Views, and what the chart and the edges of the network show.

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
    /// Health of the layers.
    Health,
}

impl View {
    /// All views in the order of the tab key.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Network,
        Self::Curves,
        Self::Scores,
        Self::Weights,
        Self::Data,
        Self::Regions,
        Self::Health,
    ];

    /// Name in the header and the commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Network => "network",
            Self::Curves => "curves",
            Self::Scores => "scores",
            Self::Weights => "weights",
            Self::Data => "data",
            Self::Regions => "regions",
            Self::Health => "health",
        }
    }

    fn shifted(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|&view| view == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    pub fn next(self) -> Self {
        self.shifted(1)
    }

    pub(crate) fn previous(self) -> Self {
        self.shifted(Self::ALL.len() - 1)
    }
}

/// Content of the chart panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    Loss,
    Accuracy,
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
