use crate::{Source, Target, dataset_of, load};

use super::*;

#[test]
fn iris_is_split_and_standardised() {
    let iris = load(&Source::parse("iris"), None).expect("iris");
    let prepared = prepare(&iris, 0.2, 1).expect("prepared");
    assert_eq!(prepared.training.inputs(0..120).dim(), (120, 4));
    assert_eq!(prepared.validation.inputs(0..30).dim(), (30, 4));
    for class in 0..3 {
        let targets = &prepared.validation.targets;
        let of_class = (0..30).filter(|&row| targets.class(row) == Some(class));
        assert_eq!(of_class.count(), 10);
    }
    let line = prepared.validation.line(3);
    let row = iris.lines.iter().position(|l| l == line).expect("a row");
    assert_eq!(prepared.validation.raw_row(3), iris.values.row(row));
    let Target::Classes { labels, .. } = &iris.target else {
        panic!("{:?}", iris.target);
    };
    let class = prepared.validation.targets.class(3);
    assert_eq!(class, Some(labels[row] as usize));
    for column in prepared.training.inputs(0..120).columns() {
        let column = column.mapv(f64::from);
        let mean = column.sum() / 120.0;
        let variance = column.mapv(|x| (x - mean).powi(2)).sum() / 120.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
    }
}

#[test]
fn constant_columns_are_named_and_the_others_keep_their_order() {
    let digits = load(&Source::parse("digits"), None).expect("digits");
    let prepared = prepare(&digits, 0.2, 1).expect("prepared");
    assert!(prepared.left_out.contains(&"r0c0".to_owned()));
    let inputs = prepared.preprocessing.inputs();
    assert_eq!(inputs + prepared.left_out.len(), 64);
    assert_eq!(prepared.training.raw_row(0).len(), inputs);
    for column in &prepared.preprocessing.columns {
        assert_eq!(column.name, digits.columns[column.column].name);
    }
}

#[test]
fn what_cannot_be_split_is_refused() {
    let few = dataset_of(b"x,class\n1,a\n2,b\n", None).expect("loads");
    assert_eq!(
        prepare(&few, 0.2, 1).expect_err("too few").to_string(),
        "t.csv: 2 rows with a target are too few to split into training and validation rows \
         (--target predicts another column, --task decides between classes and numbers)"
    );
    let prepared = prepare(&few, 0.0, 1).expect("all train");
    assert_eq!(
        (prepared.training.rows(), prepared.validation.rows()),
        (2, 0)
    );
    for fraction in [1.0, -0.1, f64::NAN] {
        assert_eq!(
            prepare(&few, fraction, 1).expect_err("usage").exit_code(),
            2
        );
    }
}
