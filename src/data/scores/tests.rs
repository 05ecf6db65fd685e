//! Scores against those of scikit-learn (`tests/golden/scores.py`).

use serde::Deserialize;

use super::*;

/// Largest difference, relative for scores above 1.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Golden {
    classifications: Vec<Classification>,
    regressions: Vec<Regression>,
}

#[derive(Deserialize)]
struct Classification {
    name: String,
    classes: usize,
    are_probabilities: bool,
    labels: Vec<usize>,
    outputs: Vec<Vec<f32>>,
    expected: ExpectedClasses,
}

#[derive(Deserialize)]
struct ExpectedClasses {
    accuracy: f64,
    balanced_accuracy: f64,
    /// Precision, recall, F1 and rows of each class.
    each: Vec<[f64; 4]>,
    #[serde(rename = "macro")]
    macro_mean: [f64; 3],
    weighted: [f64; 3],
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    log_loss: Option<f64>,
}

#[derive(Deserialize)]
struct Regression {
    name: String,
    actual: Vec<f64>,
    predicted: Vec<f64>,
    expected: Errors,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/golden/scores.json")).unwrap()
}

fn assert_near(what: &str, found: f64, expected: Option<f64>) {
    let Some(expected) = expected else {
        return assert!(found.is_nan(), "{what}: {found} is undefined");
    };
    let error = (found - expected).abs();
    assert!(
        error <= TOLERANCE * expected.abs().max(1.0),
        "{what}: {found} instead of {expected}"
    );
}

/// Outputs of `case` as kept rows.
fn ranking(case: &Classification) -> Ranking {
    let mut ranking = Ranking::new(case.classes, case.are_probabilities);
    let rows = case.labels.iter().zip(&case.outputs);
    rows.for_each(|(&label, outputs)| ranking.add(label, outputs));
    ranking
}

fn predicted(outputs: &[f32]) -> usize {
    let largest = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    match outputs {
        [single] => usize::from(*single >= 0.5),
        all => all.iter().position(|&output| output == largest).unwrap(),
    }
}

#[test]
fn scores_of_classes_are_those_of_scikit_learn() {
    let cases = golden().classifications;
    assert_eq!(cases.len(), 13);
    for case in cases {
        let mut confusion = Confusion::new(case.classes);
        for (&label, outputs) in case.labels.iter().zip(&case.outputs) {
            confusion.add(label, predicted(outputs));
        }
        let found = ClassScores::new(&confusion, Some(ranking(&case).scores()));
        let expected = case.expected;
        let near = |what: &str, found, expected| {
            assert_near(&format!("{}: {what}", case.name), found, expected);
        };
        let means = |what: &str, found: ClassScore, expected: &[f64]| {
            let found = [found.precision, found.recall, found.f1];
            for (found, &expected) in found.iter().zip(expected) {
                near(what, *found, Some(expected));
            }
        };
        near("accuracy", found.accuracy, Some(expected.accuracy));
        let balanced = Some(expected.balanced_accuracy);
        near("balanced accuracy", found.balanced_accuracy, balanced);
        for (found, expected) in found.each.iter().zip(&expected.each) {
            means("class", *found, expected);
            assert_eq!(found.support as f64, expected[3]);
        }
        means("macro mean", found.macro_mean, &expected.macro_mean);
        means("weighted mean", found.weighted_mean, &expected.weighted);
        let ranking = found.ranking.unwrap();
        near("ROC AUC", ranking.roc_auc, expected.roc_auc);
        let precision = expected.average_precision;
        near("average precision", ranking.average_precision, precision);
        near("log loss", ranking.log_loss, expected.log_loss);
    }
}

#[test]
fn errors_of_numbers_are_those_of_scikit_learn() {
    for case in golden().regressions {
        let mut sums = ErrorSums::default();
        let rows = case.actual.iter().zip(&case.predicted);
        rows.for_each(|(&actual, &predicted)| sums.add(actual, predicted));
        let (found, expected) = (sums.errors(), case.expected);
        let near = |what: &str, found, expected| {
            assert_near(&format!("{}: {what}", case.name), found, Some(expected));
        };
        near("MAE", found.mae, expected.mae);
        let median = expected.median_absolute_error;
        near("median", found.median_absolute_error, median);
        near("RMSE", found.rmse, expected.rmse);
        near("R2", found.r2, expected.r2);
    }
}

/// The curve counts as predictions at each threshold do.
#[test]
fn the_curve_counts_every_threshold() {
    let cases = golden().classifications;
    let case = cases.iter().find(|case| case.name == "ties").unwrap();
    let curve = ranking(case).curve().unwrap();
    assert!(curve.points.len() < case.labels.len(), "there are ties");
    for threshold in (-10..=110).map(|percent| percent as f32 / 100.0) {
        let reach = |class: usize| {
            let rows = case.labels.iter().zip(&case.outputs);
            let rows = rows.filter(|(label, outputs)| **label == class && outputs[1] >= threshold);
            rows.count() as u64
        };
        assert_eq!(curve.at(threshold), (reach(1), reach(0)), "{threshold}");
        let confusion = curve.confusion(threshold);
        assert_eq!(u64::from(confusion.count(1, 1)), reach(1));
        assert_eq!(u64::from(confusion.count(0, 1)), reach(0));
        assert_eq!(confusion.total() as usize, case.labels.len());
    }
}

#[test]
fn bins_compare_scores_with_shares() {
    let rows = [
        (0.05, false),
        (0.15, false),
        (0.15, true),
        (0.95, true),
        (1.0, true),
    ];
    let curve = ThresholdCurve::new(rows.into_iter());
    let bins = curve.calibration(10);
    let near = |found: (f64, f64), expected: (f64, f64)| {
        assert!((found.0 - expected.0).abs() < 1e-6 && found.1 == expected.1);
    };
    assert_eq!(bins.len(), 3);
    near(bins[0], (0.05, 0.0));
    near(bins[1], (0.15, 0.5));
    near(bins[2], (0.975, 1.0));
}

#[test]
fn no_row_and_infinite_outputs_have_no_scores() {
    let none = ClassScores::new(&Confusion::new(2), Some(Ranking::new(2, true).scores()));
    assert!(none.accuracy.is_nan() && none.balanced_accuracy.is_nan());
    assert!(none.ranking.unwrap().log_loss.is_nan());
    let mut ranking = Ranking::new(2, true);
    ranking.add(0, &[0.75, 0.25]);
    ranking.add(1, &[f32::NAN, f32::NAN]);
    let scores = ranking.scores();
    assert!(scores.roc_auc.is_nan() && scores.log_loss.is_nan());
    let mut confusion = Confusion::new(2);
    confusion.add(0, 0);
    confusion.add_unpredicted(0);
    assert_eq!(ClassScores::new(&confusion, None).each[0].recall, 0.5);
}
