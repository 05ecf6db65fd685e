//! Stratified split into training and validation rows.

use std::cmp::Reverse;

use crate::util::random::{RngStream, generator, shuffle};

/// Partition of the rows of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Split {
    /// Indices of the training rows, ascending.
    pub training: Vec<u32>,
    /// Indices of the validation rows, ascending; may be empty.
    pub validation: Vec<u32>,
}

/// Splits off about `fraction` (0 to 1) of the rows of every class for validation, chosen at random
/// by `seed`. `labels` holds the class of every row, each below `classes`.
///
/// A class of `n` rows gives `n * fraction` rows, rounded down or up such that the total is
/// `fraction` of all rows to the nearest whole number (largest remainder first, then the lower
/// class), and at least 1 if `fraction` is above 0. Every class keeps a training row, which may make
/// the total smaller. The same arguments give the same split on every machine.
///
/// # Panics
/// If a label is not below `classes`.
pub(crate) fn stratified(labels: &[u32], classes: usize, fraction: f64, seed: u64) -> Split {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes];
    for (row, &label) in (0..).zip(labels) {
        members[label as usize].push(row);
    }
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let shares = shares(&sizes, fraction);
    let mut generator = generator(seed, RngStream::Split);
    let mut is_validated = vec![false; labels.len()];
    for (mut rows, share) in members.into_iter().zip(shares) {
        shuffle(&mut rows, &mut generator);
        for &row in &rows[..share] {
            is_validated[row as usize] = true;
        }
    }
    let (validation, training) =
        (0..labels.len() as u32).partition(|&row| is_validated[row as usize]);
    Split {
        training,
        validation,
    }
}

/// Returns the number of validation rows of each class, given the sizes of the classes.
fn shares(sizes: &[usize], fraction: f64) -> Vec<usize> {
    let fraction = if fraction > 0.0 {
        fraction.min(1.0)
    } else {
        // NaN too: without a sensible fraction every row trains.
        return vec![0; sizes.len()];
    };
    let max_share = |class: usize| sizes[class].saturating_sub(1);
    let exact = |class: usize| sizes[class] as f64 * fraction;
    let rows: usize = sizes.iter().sum();
    let total = ((rows as f64 * fraction).round() as usize).max(1);
    let mut shares: Vec<usize> = (0..sizes.len())
        .map(|class| (exact(class) as usize).min(max_share(class)))
        .collect();
    let mut missing = total.saturating_sub(shares.iter().sum());
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    // Remainders are compared as billionths, lest rounding errors break a tie.
    by_remainder.sort_by_key(|&class| Reverse((exact(class).fract() * 1e9).round() as u64));
    for class in by_remainder {
        if missing > 0 && shares[class] < max_share(class) {
            shares[class] += 1;
            missing -= 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_total_is_right_and_remainders_are_shared_out() {
        assert_eq!(shares(&[50, 50, 50], 0.2), [10, 10, 10]);
        assert_eq!(shares(&[50, 50, 50], 0.25), [13, 13, 12]);
        assert_eq!(shares(&[59, 71, 48], 0.2), [12, 14, 10]);
        assert_eq!(shares(&[100], 0.29), [29]);
    }

    #[test]
    fn every_class_keeps_a_row_to_train_on() {
        assert_eq!(shares(&[1, 2, 10], 0.9), [0, 1, 9]);
        assert_eq!(shares(&[1, 1], 0.5), [0, 0]);
        assert_eq!(shares(&[2, 2], 1.0), [1, 1]);
    }

    #[test]
    fn a_fraction_above_nothing_gives_a_row() {
        assert_eq!(shares(&[2, 2], 0.01), [1, 0]);
        for fraction in [0.0, -1.0, f64::NAN] {
            assert_eq!(shares(&[2, 2], fraction), [0, 0]);
        }
    }

    #[test]
    fn the_choice_is_the_same_for_ever() {
        let split = stratified(&[0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2, 0.4, 7);
        assert_eq!(split.validation, [2, 5, 6, 9]);
        let other = stratified(&[0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2, 0.4, 8);
        assert_ne!(split, other, "the seed counts");
    }

    proptest! {
        #[test]
        fn a_split_is_a_fair_and_repeatable_partition(
            labels in prop::collection::vec(0u32..5, 0..200),
            fraction in 0.0f64..1.0,
            seed: u64,
        ) {
            let split = stratified(&labels, 5, fraction, seed);
            prop_assert_eq!(&split, &stratified(&labels, 5, fraction, seed));
            let mut all = [split.training.as_slice(), &split.validation].concat();
            prop_assert!(split.training.is_sorted() && split.validation.is_sorted());
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len() as u32).collect::<Vec<_>>());
            for class in 0..5 {
                let size = |rows: &[u32]| rows.iter().filter(|&&r| labels[r as usize] == class).count();
                let (training, validation) = (size(&split.training), size(&split.validation));
                let exact = (training + validation) as f64 * fraction;
                prop_assert!((validation as f64 - exact).abs() <= 1.0);
                prop_assert!(training > 0 || validation == 0);
            }
        }
    }
}
