//! Score of the best constant prediction, the baseline that a network must beat.

use super::{ErrorSums, Errors, Samples, Targets};

/// Score of the best constant prediction over the validation rows, or over the training rows if
/// there are no others.
#[derive(Debug, Clone, PartialEq)]
pub enum Baseline {
    /// The majority class of the training rows.
    Majority {
        /// Index of the class.
        class: usize,
        /// Fraction of the rows that have the class.
        accuracy: f64,
    },
    /// The mean of the training rows.
    Mean {
        /// Errors of that prediction.
        errors: Errors,
    },
}

impl Baseline {
    /// Scores the best constant prediction.
    pub(super) fn of(training: &Samples, validation: &Samples) -> Self {
        let judged = if validation.is_empty() {
            training
        } else {
            validation
        };
        match (&training.targets, &judged.targets) {
            (Targets::Classes(labels), Targets::Classes(judged)) => {
                let mut counts: Vec<usize> = Vec::new();
                for &label in labels {
                    let label = label as usize;
                    counts.resize(counts.len().max(label + 1), 0);
                    counts[label] += 1;
                }
                let max = counts.iter().max().copied().unwrap_or(0);
                let class = counts.iter().position(|&count| count == max).unwrap_or(0);
                let right = judged
                    .iter()
                    .filter(|&&label| label as usize == class)
                    .count();
                let accuracy = right as f64 / judged.len() as f64;
                Self::Majority { class, accuracy }
            }
            (_, Targets::Numbers { values, scale }) => {
                let mut sums = ErrorSums::default();
                values.iter().for_each(|&value| sums.add(value, scale.mean));
                Self::Mean {
                    errors: sums.errors(),
                }
            }
            (Targets::Numbers { .. }, Targets::Classes(_)) => unreachable!("one task for both"),
        }
    }

    /// Returns the accuracy, or R².
    pub fn score(&self) -> f64 {
        match self {
            Self::Majority { accuracy, .. } => *accuracy,
            Self::Mean { errors } => errors.r2,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{dataset_of, prepare};

    use super::*;

    fn baseline(text: &str) -> Baseline {
        let data = dataset_of(text.as_bytes(), None).expect("loads");
        prepare(&data, 0.0, 1).expect("prepared").baseline
    }

    #[test]
    fn the_majority_and_the_mean_are_measured() {
        let found = baseline("x,kind\n1,a\n2,b\n3,b\n4,b\n");
        let class = 1;
        assert_eq!(
            found,
            Baseline::Majority {
                class,
                accuracy: 0.75
            }
        );
        let Baseline::Mean { errors } = baseline("x,price\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n") else {
            panic!("numbers");
        };
        assert_eq!((errors.mae, errors.r2), (1.0, 0.0));
    }
}
