//! Split by time: the last rows validate, those behind them test.

use super::{Fractions, RowSet, Split};

/// Divides `rows` rows in the order of `times`, or of the rows themselves if `times` is empty; rows of equal
/// time keep their order. The last `test` rows are test rows, those before them validation rows.
///
/// Rows of equal time belong to one set: a set begins at the first row of its first time, and later if
/// nothing would be left to train on. A set is empty if its fraction is 0 or there are too few times.
pub(super) fn by_time(times: &[f64], rows: usize, fractions: Fractions) -> Split {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    if !times.is_empty() {
        order.sort_by(|&a, &b| times[a as usize].total_cmp(&times[b as usize]));
    }
    let count = |fraction: f64| {
        if fraction > 0.0 {
            ((rows as f64 * fraction).round() as usize).max(1)
        } else {
            0
        }
    };
    let is_tie = |place: usize| {
        let time = |place: usize| times.get(order[place] as usize);
        place > 0 && place < rows && !times.is_empty() && time(place - 1) == time(place)
    };
    // The first place from which on no time is also before it.
    let begin = |wanted: usize, min: usize, end: usize| {
        let before = (min..=wanted).rev().find(|&place| !is_tie(place));
        before.unwrap_or_else(|| (wanted..end).find(|&place| !is_tie(place)).unwrap_or(end))
    };
    let (validated, tested) = (count(fractions.validation), count(fractions.test));
    // A training row stays, and a validation row if there are to be any.
    let min = 1 + usize::from(validated > 0);
    let first_tested = match tested {
        0 => rows,
        _ => begin(rows.saturating_sub(tested).max(min), min, rows),
    };
    let first_validated = match validated {
        0 => first_tested,
        _ => begin(
            first_tested.saturating_sub(validated).max(1),
            1,
            first_tested,
        ),
    };
    let mut sets = vec![RowSet::Training; rows];
    for (place, &row) in order.iter().enumerate() {
        if place >= first_tested {
            sets[row as usize] = RowSet::Test;
        } else if place >= first_validated {
            sets[row as usize] = RowSet::Validation;
        }
    }
    Split::from_sets(&sets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(times: &[f64], rows: usize, validation: f64, test: f64) -> [Vec<u32>; 3] {
        let split = by_time(times, rows, Fractions { validation, test });
        [split.training, split.validation, split.test]
    }

    #[test]
    fn the_last_rows_validate_and_those_behind_them_test() {
        let rows = |range: std::ops::Range<u32>| range.collect::<Vec<_>>();
        assert_eq!(split(&[], 10, 0.2, 0.0), [rows(0..8), rows(8..10), vec![]]);
        assert_eq!(
            split(&[], 10, 0.2, 0.3),
            [rows(0..5), rows(5..7), rows(7..10)]
        );
        assert_eq!(split(&[], 10, 0.0, 0.3), [rows(0..7), vec![], rows(7..10)]);
        let backwards: Vec<f64> = (0..10).rev().map(f64::from).collect();
        assert_eq!(split(&backwards, 10, 0.2, 0.0)[1], [0, 1]);
    }

    #[test]
    fn rows_of_one_time_stay_together() {
        let years = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0];
        assert_eq!(split(&years, 10, 0.2, 0.0)[1], [6, 7, 8, 9]);
        assert_eq!(split(&years, 10, 0.2, 0.2)[0], [0, 1, 2]);
        // Two times: the later one validates, however many rows it has.
        let halves = [1.0, 2.0, 2.0, 2.0, 2.0];
        assert_eq!(split(&halves, 5, 0.2, 0.0)[1], [1, 2, 3, 4]);
        let begin = [1.0, 1.0, 1.0, 1.0, 2.0];
        assert_eq!(split(&begin, 5, 0.6, 0.0)[1], [4]);
        assert!(split(&[5.0; 4], 4, 0.5, 0.0)[1].is_empty());
        assert_eq!(split(&[], 0, 0.5, 0.2).concat(), [0_u32; 0]);
        assert_eq!(split(&[], 1, 0.5, 0.0), [vec![0], vec![], vec![]]);
    }

    proptest! {
        #[test]
        fn no_row_is_older_than_one_of_an_earlier_set(
            times in prop::collection::vec(0u8..20, 0..60),
            validation in 0.0f64..0.5,
            test in 0.0f64..0.5,
        ) {
            let times: Vec<f64> = times.into_iter().map(f64::from).collect();
            let sets = split(&times, times.len(), validation, test);
            prop_assert_eq!(sets.iter().map(Vec::len).sum::<usize>(), times.len());
            let time = |row: &u32| times[*row as usize];
            for (earlier, later) in [(0, 1), (0, 2), (1, 2)] {
                for early in &sets[earlier] {
                    prop_assert!(sets[later].iter().all(|late| time(early) < time(late)));
                }
            }
            prop_assert!(times.is_empty() || !sets[0].is_empty());
        }
    }
}
