//! Split by group: all rows of a group belong to one set.

use super::{Fractions, RowSet, Split};
use util::random::{RngStream, generator, shuffle};

/// Chooses whole groups at random by `seed`, until validation and test rows are as near to their fractions
/// as the sizes of the groups allow. `groups` holds the group of every row (from 0), `labels` its class,
/// below `classes`.
///
/// A fraction above 0 gets one group at least, the smallest that suits. A group stays with the training
/// rows if a class would have none without it.
///
/// # Panics
/// If there are not as many of both.
pub(super) fn by_group(
    groups: &[u32],
    labels: &[u32],
    classes: usize,
    fractions: Fractions,
    seed: u64,
) -> Split {
    assert_eq!(groups.len(), labels.len(), "a class for every row");
    let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut training = vec![0_usize; classes];
    for (row, (&group, &label)) in (0..).zip(groups.iter().zip(labels)) {
        members[group as usize].push(row);
        training[label as usize] += 1;
    }
    // Rows that were excluded may have left groups without any.
    let mut order: Vec<usize> = (0..count)
        .filter(|&group| !members[group].is_empty())
        .collect();
    shuffle(&mut order, &mut generator(seed, RngStream::Split));
    let mut sets = vec![RowSet::Training; groups.len()];
    let wanted = [
        (RowSet::Validation, fractions.validation),
        (RowSet::Test, fractions.test),
    ];
    for (set, fraction) in wanted {
        let goal = (groups.len() as f64 * fraction).round().max(1.0) as usize;
        let mut has = 0;
        let mut take = |group: usize, has: &mut usize, max: usize| {
            let rows = &members[group];
            if *has + rows.len() > max || !spares(&mut training, rows, labels) {
                return true;
            }
            *has += rows.len();
            rows.iter().for_each(|&row| sets[row as usize] = set);
            false
        };
        if fraction > 0.0 {
            // A group that brings the count nearer to the goal.
            order.retain(|&group| {
                let max = (2 * goal).saturating_sub(has + 1);
                take(group, &mut has, max)
            });
            let mut by_size = order.clone();
            by_size.sort_by_key(|&group| members[group].len());
            for group in by_size {
                if has == 0 && !take(group, &mut has, usize::MAX) {
                    order.retain(|&other| other != group);
                }
            }
        }
    }
    Split::from_sets(&sets)
}

/// Subtracts `rows` from the numbers of training rows of each class, unless a class would have none left.
/// Returns whether it did.
fn spares(training: &mut [usize], rows: &[u32], labels: &[u32]) -> bool {
    let class = |row: &u32| labels[*row as usize] as usize;
    for row in rows {
        training[class(row)] -= 1;
    }
    let is_possible = rows.iter().all(|row| training[class(row)] > 0);
    if !is_possible {
        for row in rows {
            training[class(row)] += 1;
        }
    }
    is_possible
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(groups: &[u32], labels: &[u32], validation: f64, test: f64) -> Split {
        let classes = labels.iter().max().map_or(1, |&last| last as usize + 1);
        by_group(groups, labels, classes, Fractions { validation, test }, 3)
    }

    #[test]
    fn the_only_group_of_a_class_is_trained_on() {
        let groups = [0, 0, 1, 1, 2, 2, 3, 3];
        let labels = [0, 0, 0, 0, 0, 1, 0, 0];
        for seed in 0..20 {
            let fractions = Fractions {
                validation: 0.25,
                test: 0.25,
            };
            let split = by_group(&groups, &labels, 2, fractions, seed);
            assert!(split.training.contains(&5), "{split:?}");
            assert_eq!((split.validation.len(), split.test.len()), (2, 2));
        }
    }

    #[test]
    fn a_group_larger_than_the_fraction_is_taken_if_there_is_no_smaller_one() {
        let split = split(&[0, 0, 0, 0, 1, 1, 1, 1, 1], &[0; 9], 0.1, 0.0);
        assert_eq!(split.validation, [0, 1, 2, 3]);
    }

    #[test]
    fn one_group_stays_whole() {
        let split = split(&[0; 5], &[0; 5], 0.4, 0.0);
        assert_eq!((split.training.len(), split.validation.len()), (5, 0));
    }

    proptest! {
        #[test]
        fn no_group_is_in_two_sets(
            rows in prop::collection::vec((0u32..12, 0u32..3), 1..80),
            validation in 0.0f64..0.5,
            test in 0.0f64..0.5,
        ) {
            let (groups, labels): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let split = split(&groups, &labels, validation, test);
            let sets = [&split.training, &split.validation, &split.test];
            prop_assert_eq!(sets.iter().map(|set| set.len()).sum::<usize>(), groups.len());
            for group in 0..12 {
                let holds = |set: &&&Vec<u32>| set.iter().any(|&row| groups[row as usize] == group);
                prop_assert!(sets.iter().filter(holds).count() <= 1);
            }
            for class in &labels {
                prop_assert!(split.training.iter().any(|&row| labels[row as usize] == *class));
            }
        }
    }
}
