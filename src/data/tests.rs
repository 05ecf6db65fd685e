//! The loader as a whole: what it makes of good tables, and that nothing makes it panic.

use ndarray::array;
use proptest::prelude::*;

use super::*;

fn names(dataset: &Dataset) -> Vec<&str> {
    dataset
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect()
}

fn labels(dataset: &Dataset) -> &[u32] {
    match &dataset.target {
        Target::Classes { labels, .. } => labels,
        Target::Numbers(_) => &[],
    }
}

#[test]
fn a_table_with_a_header() {
    let text = b"\xef\xbb\xbfx, y ,kind\r\n1,2,\"b, c\"\r\n\r\n3,4.5,a\r\n5,6,a\r\n5,6,a\r\n\r\n";
    let dataset = dataset_of(text, None).expect("loads");
    assert_eq!(dataset.name, "t");
    assert_eq!(dataset.source, "t.csv");
    assert_eq!(names(&dataset), ["x", "y"]);
    assert_eq!(
        (dataset.target_name.as_str(), dataset.target_column),
        ("kind", 2)
    );
    assert_eq!(dataset.class_names(), ["b, c", "a"]);
    assert_eq!(
        dataset.values,
        array![[1.0, 2.0], [3.0, 4.5], [5.0, 6.0], [5.0, 6.0]]
    );
    assert_eq!(labels(&dataset), [0, 1, 1, 1]);
    assert_eq!(dataset.lines.iter().collect::<Vec<_>>(), [2, 4, 5, 6]);
    assert_eq!((dataset.rows(), dataset.class_counts()), (4, vec![1, 3]));
}

#[test]
fn a_table_without_a_header() {
    let dataset = dataset_of(
        b"5.1,3.5,setosa\n4.9,3.0,setosa\n7,3,virginica\n7,3,virginica",
        None,
    );
    let dataset = dataset.expect("loads");
    assert_eq!(names(&dataset), ["c1", "c2"]);
    assert_eq!(dataset.target_name, "c3");
    assert_eq!(dataset.lines.iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn the_target_may_be_any_column() {
    let text = b"kind,x,y\na,1,2\nb,3,4\na,5,6\nb,5,6\n";
    let by_name = dataset_of(text, Some("kind")).expect("loads");
    assert_eq!(names(&by_name), ["x", "y"]);
    assert_eq!(by_name.values.row(0).to_vec(), [1.0, 2.0]);
    assert_eq!(by_name.target_column, 0);
    assert_eq!(by_name, dataset_of(text, Some("1")).expect("loads"));
}

#[test]
fn names_and_classes_keep_their_text_until_they_are_shown() {
    let dataset = dataset_of(b"\x1b[2J,kind\n1,a\x07\n2,b\n3,b\n4,b\n", None).expect("loads");
    assert_eq!(names(&dataset), ["\u{1b}[2J"]);
    assert_eq!(dataset.class_names(), ["a\u{7}", "b"]);
    let prepared = prepare(&dataset, 0.0, 1).expect("prepared").printable();
    assert_eq!(prepared.input_names, ["\\u{1b}[2J"]);
    assert_eq!(prepared.class_names(), ["a\\u{7}", "b"]);
}

/// Text that comes close to a table, so that the loader gets past its first checks.
fn nearly_a_table() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        4 => "[0-9]{1,2}",
        2 => "[ab]",
        1 => Just("nan".to_owned()),
        1 => "[ \"\r\n,.;\u{feff}\u{202e}e-]{0,3}",
    ];
    let row = prop::collection::vec(cell, 1..4).prop_map(|cells| cells.join(","));
    prop::collection::vec(row, 0..12).prop_map(|rows| rows.join("\n"))
}

fn check(bytes: &[u8], target: Option<&str>) {
    let Ok(dataset) = dataset_of(bytes, target) else {
        return;
    };
    let (rows, features) = dataset.values.dim();
    assert_eq!((rows, features), (dataset.rows(), dataset.columns.len()));
    assert!(dataset.values.iter().all(|value| !value.is_infinite()));
    assert!(dataset.class_counts().iter().all(|&count| count > 0));
    assert!(dataset.lines.iter().is_sorted_by(|a, b| a < b));
    if let Ok(prepared) = prepare(&dataset, 0.3, 1) {
        assert_eq!(prepared.training.rows() + prepared.validation.rows(), rows);
        for samples in [&prepared.training, &prepared.validation] {
            let inputs = samples.inputs(0..samples.rows());
            assert!(inputs.iter().all(|x| x.is_finite()));
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_loader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes, None);
    }

    #[test]
    fn no_table_makes_the_loader_panic(text in nearly_a_table(), target in "[0-3a]") {
        check(text.as_bytes(), None);
        check(text.as_bytes(), Some(&target));
    }
}
