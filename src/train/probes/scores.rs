//! Scores of the rows on which predictions are measured.

use crate::data::{Ranking, Scores, ThresholdCurve};
use crate::train::evaluation::{Depth, Tally};
use crate::train::observation::{Probe, Scratch, Training};

/// Maximum number of rows that are scored; of more, as many are chosen evenly.
const MAX_ROWS: usize = 20_000;

/// Asks for all scores of the rows on which predictions are measured, or of the test rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScoreProbe {
    /// Whether the test rows are scored, if there are any.
    pub of_test: bool,
}

/// Scores of the validation rows, of the training rows without any, or of the test rows.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredScores {
    /// The scores.
    pub scores: Scores,
    /// Predictions at every threshold, of the second of two classes.
    pub curve: Option<ThresholdCurve>,
    /// Whether they are those of the test rows.
    pub of_test: bool,
    /// Number of rows scored.
    pub rows: usize,
    /// Whether the score that thresholds apply to is a probability.
    pub are_probabilities: bool,
}

impl Probe for ScoreProbe {
    type Answer = MeasuredScores;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> MeasuredScores {
        let session = training.session;
        let data = session.data();
        let test = data.test.as_ref().filter(|_| self.of_test);
        let samples = test.unwrap_or_else(|| data.measured());
        let rows: Vec<usize> = samples.spread(MAX_ROWS).collect();
        let mut tally = Tally::new(session.architecture(), rows.len(), Depth::Full);
        let mut loss = 0.0;
        scratch.passes(session, samples, &rows, |row, outputs, target| {
            loss += outputs.loss(target);
            tally.add(&samples.targets, row, outputs.outputs);
        });
        let ranking = tally.ranking();
        let curve = ranking.and_then(Ranking::curve);
        let are_probabilities = ranking.is_some_and(Ranking::are_probabilities);
        let (scores, _) = tally.scores(loss, rows.len(), &samples.targets);
        MeasuredScores {
            curve: curve.filter(|_| scores.classes.is_some()),
            scores,
            of_test: test.is_some(),
            rows: rows.len(),
            are_probabilities,
        }
    }
}
