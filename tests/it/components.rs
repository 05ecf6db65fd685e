//! Principal components against NumPy. The expected values in `golden/components.json` are computed by
//! `golden/components.py`.

use ndarray::{Array2, ArrayView2, Axis};
use nn_tui::util::stats::Components;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    rows: Vec<Vec<f32>>,
    mean: Vec<f64>,
    directions: Vec<Vec<f64>>,
    shares: Vec<f64>,
}

fn records() -> Vec<(Array2<f32>, Record)> {
    let records: Vec<Record> =
        serde_json::from_str(include_str!("../golden/components.json")).unwrap();
    let table = |record: &Record| {
        let numbers = record.rows.concat();
        Array2::from_shape_vec((record.rows.len(), record.mean.len()), numbers).unwrap()
    };
    records
        .into_iter()
        .map(|record| (table(&record), record))
        .collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-9,
            "{found} instead of {expected}"
        );
    }
}

#[test]
fn components_are_those_of_numpy() {
    for (table, record) in records() {
        let found = Components::of(table.view(), 2, None);
        assert_near(&found.mean.to_vec(), &record.mean);
        assert_near(&found.shares, &record.shares);
        for (found, expected) in found.directions.outer_iter().zip(&record.directions) {
            assert_near(&found.to_vec(), expected);
        }
    }
}

#[test]
fn signs_follow_the_components_before() {
    for (table, _) in records() {
        let first = Components::of(table.view(), 2, None);
        let mut before = first.clone();
        before.directions *= -1.0;
        // A little later the rows are nearly the same.
        let later = Components::of((&table * 1.25f32 + 0.5).view(), 2, Some(&before));
        for (later, before) in later
            .directions
            .outer_iter()
            .zip(before.directions.outer_iter())
        {
            assert_near(&later.to_vec(), &before.to_vec());
        }
        let other = Components::of(table.slice_axis(Axis(1), (..1).into()), 2, Some(&before));
        assert_eq!(other.directions.dim(), (1, 1), "of another width");
    }
}

proptest! {
    #[test]
    fn any_numbers_have_components(
        (rows, columns) in (0usize..20, 0usize..14),
        numbers in prop::collection::vec(prop_oneof![-1e3f32..1e3, Just(f32::NAN), Just(f32::INFINITY), Just(0.0)], 280),
        scale in prop_oneof![Just(1.0f32), Just(0.0), Just(1e30), Just(1e-30)],
    ) {
        let table = ArrayView2::from_shape((rows, columns), &numbers[..rows * columns]).unwrap();
        let found = Components::of((&table * scale).view(), 2, None);
        prop_assert_eq!(found.directions.dim(), (columns.min(2), columns));
        prop_assert!(found.directions.iter().all(|entry| entry.abs() <= 1.0 + 1e-9));
        prop_assert!(found.shares.iter().all(|share| (0.0..=1.0).contains(share)));
        prop_assert!(found.shares.iter().sum::<f64>() <= 1.0 + 1e-9);
    }
}
