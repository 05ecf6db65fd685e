use proptest::prelude::*;

use super::*;

fn validating(validation: f64) -> Fractions {
    Fractions {
        validation,
        test: 0.0,
    }
}

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
    let split = stratified(&[0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2, validating(0.4), 7);
    assert_eq!(split.validation, [2, 5, 6, 9]);
    let other = stratified(&[0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2, validating(0.4), 8);
    assert_ne!(split, other, "the seed counts");
}

proptest! {
    #[test]
    fn a_split_is_a_fair_and_repeatable_partition(
        labels in prop::collection::vec(0u32..5, 0..200),
        fraction in 0.0f64..1.0,
        seed: u64,
    ) {
        let split = stratified(&labels, 5, validating(fraction), seed);
        prop_assert_eq!(&split, &stratified(&labels, 5, validating(fraction), seed));
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
