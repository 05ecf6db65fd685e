//! Folds of a cross-validation: splits whose test rows are the folds.

use std::cmp::Reverse;

use super::{Fractions, RowSplit, Split};
use crate::schema::class_encoder::tally;
use crate::{Dataset, Target};
use util::error::{Error, Result};
use util::lang::say;
use util::memory;
use util::random::{RngStream, generator, shuffle};

/// Bytes per row while rows are dealt out, and per row and fold.
const BYTES_PER_ROW: u128 = 64;
const BYTES_PER_FOLD: u128 = 8;

/// Rows to train and validate on, and rows to test on.
type Parts = (Vec<u32>, Vec<u32>);

impl Split {
    /// Divides the rows of `dataset` into `count` splits whose test rows differ: those of classes are stratified,
    /// groups stay whole, and by time a network is tested on the rows that follow those it has seen. Of the other
    /// rows, the fraction `validation` validates, chosen as in [`Split::of`].
    ///
    /// A class of a single row is trained on in every fold, and so is a group without which a class would
    /// have no training row.
    ///
    /// # Errors
    /// [`Error::Usage`] if rows are listed in a file or come from others;
    /// [`DataProblem`](util::error::DataProblem) if there are too few rows, times or groups;
    /// [`Error::Memory`].
    pub fn folds(dataset: &Dataset, count: usize, validation: f64, seed: u64) -> Result<Vec<Self>> {
        Self::check_fits(dataset)?;
        let rows = dataset.rows();
        let per_row = BYTES_PER_ROW + BYTES_PER_FOLD * count as u128;
        let purpose = say!("purpose-folds", "dividing {rows} rows into folds", rows);
        memory::check_large(&purpose, per_row * rows as u128)?;
        let (labels, classes) = match &dataset.target {
            Target::Classes { names, labels } => (labels.clone(), names.len()),
            Target::Numbers(_) => (vec![0; rows], 1),
        };
        let has_other_rows = dataset.validation.is_some() || dataset.test.is_some();
        if has_other_rows || dataset.test_fraction > 0.0 {
            return Err(Error::Usage(
                say!("folds-all-rows", "--folds tests on every row of DATA in turn: it takes no other validation or test rows").into(),
            ));
        }
        let parts = match &dataset.split {
            RowSplit::Listed { .. } => {
                return Err(Error::Usage(
                    say!(
                        "folds-choose",
                        "--folds chooses the rows of each set itself: it does not take --split FILE"
                    )
                    .into(),
                ));
            }
            RowSplit::Random => {
                let is_classed = matches!(dataset.target, Target::Classes { .. });
                parts_of(&deal(&labels, classes, is_classed, count, seed), count)
            }
            RowSplit::Groups { groups, .. } => {
                parts_of(&deal_groups(groups, &labels, classes, count, seed), count)
            }
            RowSplit::Time { times, .. } => blocks(times, rows, count),
        };
        let fractions = Fractions {
            validation,
            test: 0.0,
        };
        fractions.check()?;
        let split = |(others, tested): Parts| {
            let mut split = Self::divide(dataset, &others, fractions, seed);
            split.test = tested;
            let is_validated = !split.validation.is_empty() || validation == 0.0;
            if split.training.is_empty() || split.test.is_empty() || !is_validated {
                return Err(Error::in_source(
                    &dataset.source,
                    dataset.split.problem(rows),
                ));
            }
            Ok(split)
        };
        parts.into_iter().map(split).collect()
    }
}

/// Gathers the rows of each fold, given the fold of every row that is tested.
fn parts_of(folds: &[Option<usize>], count: usize) -> Vec<Parts> {
    let rows = || (0..).zip(folds);
    let part = |fold| {
        let (tested, others): (Vec<_>, Vec<_>) = rows().partition(|row| *row.1 == Some(fold));
        let indices = |rows: Vec<(u32, _)>| rows.into_iter().map(|row| row.0).collect();
        (indices(others), indices(tested))
    };
    (0..count).map(part).collect()
}

/// Deals the rows of every class out to the folds, after shuffling them.
fn deal(
    labels: &[u32],
    classes: usize,
    is_classed: bool,
    count: usize,
    seed: u64,
) -> Vec<Option<usize>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (row, &label) in labels.iter().enumerate() {
        members[label as usize].push(row);
    }
    let mut generator = generator(seed, RngStream::Split);
    let mut folds = vec![None; labels.len()];
    let mut next = 0;
    for mut rows in members {
        shuffle(&mut rows, &mut generator);
        if is_classed && rows.len() == 1 {
            continue;
        }
        for row in rows {
            folds[row] = Some(next % count);
            next += 1;
        }
    }
    folds
}

/// Gives every group to the fold with the fewest rows so far, the largest group first.
fn deal_groups(
    groups: &[u32],
    labels: &[u32],
    classes: usize,
    count: usize,
    seed: u64,
) -> Vec<Option<usize>> {
    let number = groups.iter().max().map_or(0, |&last| last as usize + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); number];
    for (row, &group) in groups.iter().enumerate() {
        members[group as usize].push(row);
    }
    shuffle(&mut members, &mut generator(seed, RngStream::Split));
    members.sort_by_key(|rows| Reverse(rows.len()));
    let of_class = tally(labels, classes);
    let mut folds = vec![None; groups.len()];
    // Rows, and rows of each class, in each fold.
    let mut sizes = vec![0; count];
    let mut tested = vec![vec![0_usize; classes]; count];
    for rows in members.iter().filter(|rows| !rows.is_empty()) {
        let fold = (0..count).min_by_key(|&fold| sizes[fold]).unwrap_or(0);
        let mut counts = tested[fold].clone();
        rows.iter()
            .for_each(|&row| counts[labels[row] as usize] += 1);
        if counts
            .iter()
            .zip(&of_class)
            .any(|(own, all)| own == all && *all > 0)
        {
            continue;
        }
        tested[fold] = counts;
        sizes[fold] += rows.len();
        rows.iter().for_each(|&row| folds[row] = Some(fold));
    }
    folds
}

/// Cuts the rows in the order of time into one block more than there are folds; each fold tests on a block, and
/// trains on all before it. Rows of one time stay together.
fn blocks(times: &[f64], rows: usize, count: usize) -> Vec<Parts> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    if !times.is_empty() {
        order.sort_by(|&a, &b| times[a as usize].total_cmp(&times[b as usize]));
    }
    let is_tie = |place: usize| {
        let time = |place: usize| times.get(order[place] as usize);
        place > 0 && place < rows && !times.is_empty() && time(place - 1) == time(place)
    };
    let begin = |block: usize| {
        let place = rows * block / (count + 1);
        (place..rows).find(|&place| !is_tie(place)).unwrap_or(rows)
    };
    let sorted = |rows: &[u32]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows
    };
    let part = |fold: usize| {
        let (start, end) = (begin(fold), begin(fold + 1));
        (sorted(&order[..start]), sorted(&order[start..end]))
    };
    (1..=count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_are_spread_over_the_folds() {
        let labels: Vec<u32> = (0..40).map(|row| u32::from(row >= 30)).collect();
        let folds = deal(&labels, 2, true, 5, 0);
        for fold in 0..5 {
            let of_class = |class| {
                let rows = labels.iter().zip(&folds);
                rows.filter(|row| *row.0 == class && *row.1 == Some(fold))
                    .count()
            };
            assert_eq!((of_class(0), of_class(1)), (6, 2));
        }
        assert_eq!(
            deal(&[0, 0, 1], 2, true, 2, 0)[2],
            None,
            "always trained on"
        );
        assert_eq!(deal(&labels, 2, true, 5, 0), folds);
        assert_ne!(deal(&labels, 2, true, 5, 1), folds);
    }

    #[test]
    fn time_is_tested_on_later_rows_only() {
        let parts = blocks(&[], 12, 3);
        assert_eq!(parts[0], (vec![0, 1, 2], vec![3, 4, 5]));
        assert_eq!(parts[2], ((0..9).collect(), vec![9, 10, 11]));
        let years = [1.0, 1.0, 1.0, 1.0, 2.0, 3.0];
        assert_eq!(blocks(&years, 6, 2)[0], (vec![0, 1, 2, 3], vec![]));
        assert_eq!(blocks(&years, 6, 2)[1], (vec![0, 1, 2, 3], vec![4, 5]));
    }

    proptest! {
        #[test]
        fn groups_stay_whole(
            rows in prop::collection::vec((0u32..12, 0u32..3), 1..80),
            count in 2usize..6,
            seed in 0u64..4,
        ) {
            let (groups, labels): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let folds = deal_groups(&groups, &labels, 3, count, seed);
            for (row, group) in groups.iter().enumerate() {
                let first = groups.iter().position(|other| other == group).unwrap();
                prop_assert_eq!(folds[row], folds[first]);
            }
            for fold in 0..count {
                for class in &labels {
                    let trains = |(row, label): (usize, &u32)| label == class && folds[row] != Some(fold);
                    prop_assert!(labels.iter().enumerate().any(trains));
                }
            }
        }
    }
}
