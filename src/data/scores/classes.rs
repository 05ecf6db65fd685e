//! Scores that follow from the confusion matrix.

use serde::Serialize;

use super::{Confusion, RankingScores};

/// Precision, recall and F1 of one class, or a mean of them. 0 where a denominator is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ClassScore {
    /// Fraction of the rows predicted as the class that are of the class.
    pub precision: f64,
    /// Fraction of the rows of the class that are predicted as the class.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Number of rows of the class.
    pub support: u64,
}

impl ClassScore {
    fn new(confusion: &Confusion, class: usize) -> Self {
        let hits = f64::from(confusion.count(class, class));
        let (actual, predicted) = (confusion.of_class(class), confusion.predicted_as(class));
        let fraction = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
        let (rows, predicted) = (f64::from(actual), f64::from(predicted));
        Self {
            precision: fraction(hits, predicted),
            recall: fraction(hits, rows),
            f1: fraction(2.0 * hits, rows + predicted),
            support: actual.into(),
        }
    }

    /// Mean of `scores`, each with its weight. 0 without any weight.
    fn mean<'a>(scores: impl Iterator<Item = (&'a Self, f64)>) -> Self {
        let (mut mean, mut weights) = (Self::default(), 0.0);
        for (score, weight) in scores {
            mean.precision += weight * score.precision;
            mean.recall += weight * score.recall;
            mean.f1 += weight * score.f1;
            mean.support += score.support;
            weights += weight;
        }
        if weights > 0.0 {
            mean.precision /= weights;
            mean.recall /= weights;
            mean.f1 /= weights;
        }
        mean
    }
}

/// Scores of predicted classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScores {
    /// Fraction of correctly classified rows.
    pub accuracy: f64,
    /// Mean recall of the classes that have rows.
    pub balanced_accuracy: f64,
    /// Scores of each class.
    pub each: Vec<ClassScore>,
    /// Mean of the classes that have rows or are predicted, all of equal weight.
    pub macro_mean: ClassScore,
    /// Mean of the classes, weighted by their rows.
    pub weighted_mean: ClassScore,
    /// Scores of the outputs themselves, where they were asked for.
    pub ranking: Option<RankingScores>,
}

impl ClassScores {
    /// Computes the scores of the predictions counted in `confusion`.
    pub fn new(confusion: &Confusion, ranking: Option<RankingScores>) -> Self {
        let classes = 0..confusion.classes();
        let each: Vec<ClassScore> = classes
            .map(|class| ClassScore::new(confusion, class))
            .collect();
        let with_rows = each.iter().filter(|score| score.support > 0);
        let with_rows = ClassScore::mean(with_rows.map(|score| (score, 1.0)));
        let is_present = |(class, score): &(usize, &ClassScore)| {
            score.support > 0 || confusion.predicted_as(*class) > 0
        };
        let present = each.iter().enumerate().filter(is_present);
        let macro_mean = ClassScore::mean(present.map(|(_, score)| (score, 1.0)));
        let weighted = each.iter().map(|score| (score, score.support as f64));
        let weighted_mean = ClassScore::mean(weighted);
        let is_empty = weighted_mean.support == 0;
        Self {
            accuracy: f64::from(confusion.right()) / f64::from(confusion.total()),
            balanced_accuracy: if is_empty { f64::NAN } else { with_rows.recall },
            each,
            macro_mean,
            weighted_mean,
            ranking,
        }
    }
}
