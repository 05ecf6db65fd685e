use std::sync::Arc;

use ndarray::{Array2, array};
use proptest::prelude::*;

use crate::Column;

use super::*;

fn dataset(values: Array2<f32>) -> Dataset {
    let values = values.into_shared();
    let rows = values.nrows();
    Dataset {
        name: "t".into(),
        source: "t.csv".into(),
        columns: (0..values.ncols())
            .map(|column| Column {
                name: format!("x{column}"),
                column,
                derived: None,
                kind: ColumnKind::Numeric,
                offset: 0.0,
            })
            .collect(),
        table_columns: values.ncols() + 1,
        target_name: "class".into(),
        target_column: values.ncols(),
        target: Target::Classes {
            names: vec!["a".into(), "b".into()],
            labels: (0..rows as u32).map(|row| row % 2).collect(),
        },
        lines: Arc::new((2..).take(rows).collect()),
        validation: None,
        test: None,
        split: crate::RowSplit::default(),
        test_fraction: 0.0,
        image: None,
        target_offset: 0.0,
        missing: crate::MissingValues::default(),
        cell_format: crate::CellFormat::default(),
        percent: None,
        units: Vec::new(),
        row_order: None,
        report: crate::ReadReport::default(),
        origin: None,
        values,
    }
}

fn numeric(column: &InputColumn) -> (f64, f64, f32, f32) {
    match column.encoding {
        Encoding::Numeric {
            mean,
            std,
            min,
            max,
            ..
        } => (mean, std, min, max),
        _ => panic!("{column:?}"),
    }
}

#[test]
fn statistics_are_of_the_training_rows_alone() {
    let data = dataset(array![[1.0, 7.0, 0.0], [3.0, 7.0, 4.0], [99.0, 8.0, 9.0]]);
    let (preprocessing, left_out) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
    assert_eq!(left_out, ["x1"], "constant over the training rows");
    assert_eq!(numeric(&preprocessing.columns[0]), (2.0, 1.0, 1.0, 3.0));
    assert_eq!(preprocessing.columns[1].column, 2);
    assert_eq!(
        (preprocessing.table_columns, preprocessing.target_column),
        (4, 3)
    );
    let picked = data.values.select(ndarray::Axis(1), &[0, 2]);
    let inputs = preprocessing.encode(picked.view());
    assert_eq!(inputs.row(2), array![97.0, 3.5]);
    assert_eq!(preprocessing.shown(picked.row(2), 0), 99.0);
}

#[test]
fn missing_values_do_not_count_and_are_filled() {
    let data = dataset(array![[1.0], [f32::NAN], [3.0]]);
    let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2]).expect("fits");
    assert_eq!(numeric(&preprocessing.columns[0]).0, 2.0);
    assert_eq!(
        preprocessing.encode(data.values.view()),
        array![[-1.0], [0.0], [1.0]]
    );
}

#[test]
fn categories_and_numbers_stand_side_by_side() {
    let mut data = dataset(array![[0.0, 5.0], [2.0, 7.0], [1.0, 5.0], [1.0, 7.0]]);
    data.columns[0].kind = ColumnKind::Categorical {
        values: vec!["red".into(), "blue".into()],
        other: true,
    };
    let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2, 3]).expect("fits");
    assert_eq!(
        preprocessing.input_names(),
        ["x0=red", "x0=blue", "x0: other", "x1"]
    );
    assert_eq!(preprocessing.inputs(), 4);
    assert_eq!(
        preprocessing.columns[0].encoding.fill(),
        1.0,
        "blue is most frequent"
    );
    let inputs = preprocessing.encode(data.values.view());
    assert_eq!(inputs.row(1), array![0.0, 0.0, 1.0, 1.0]);
    assert_eq!(preprocessing.shown(data.values.row(1), 3), 7.0);
    assert_eq!(preprocessing.shown(data.values.row(0), 0), 1.0);
}

#[test]
fn a_small_spread_far_from_zero_survives() {
    let data = dataset(array![[16_777_214.0], [16_777_215.0], [16_777_216.0]]);
    let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2]).expect("fits");
    let (mean, std, ..) = numeric(&preprocessing.columns[0]);
    assert_eq!(mean, 16_777_215.0);
    assert!((std - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
}

#[test]
fn extremes_stay_finite() {
    let tiny = f32::from_bits(1);
    let data = dataset(array![[0.0, f32::MAX], [tiny, f32::MIN], [f32::MAX, 0.0]]);
    let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
    assert!(
        preprocessing
            .columns
            .iter()
            .all(|column| numeric(column).1 > 0.0)
    );
    let inputs = preprocessing.encode(data.values.view());
    assert!(inputs.iter().all(|x| x.is_finite()), "{inputs}");
}

#[test]
fn constant_columns_leave_nothing() {
    let error = Preprocessing::fit(&dataset(array![[1.0], [1.0]]), &[0, 1]);
    assert_eq!(
        error.expect_err("nothing left").to_string(),
        "t.csv: no feature is left: every column but the target is constant \
         or left out: \"x0\" (constant)"
    );
}

proptest! {
    #[test]
    fn standardised_columns_have_mean_0_and_std_1(
        values in prop::collection::vec(-1e4f32..1e4, 3..200),
        shift in -1e5f32..1e5,
    ) {
        let rows = values.len();
        let values: Vec<f32> = values.iter().map(|value| value + shift).collect();
        let data = dataset(Array2::from_shape_vec((rows, 1), values).expect("a column"));
        let all: Vec<u32> = (0..rows as u32).collect();
        let Ok((preprocessing, _)) = Preprocessing::fit(&data, &all) else {
            return Ok(());
        };
        let inputs = preprocessing.encode(data.values.view()).mapv(f64::from);
        let mean = inputs.sum() / rows as f64;
        let variance = inputs.mapv(|x| (x - mean).powi(2)).sum() / rows as f64;
        prop_assert!(mean.abs() < 1e-5, "mean {}", mean);
        prop_assert!((variance.sqrt() - 1.0).abs() < 1e-5, "variance {}", variance);
    }
}
