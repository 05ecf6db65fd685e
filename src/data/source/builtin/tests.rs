use crate::{Dataset, Source, load};

use super::*;

fn loaded(name: &str) -> Dataset {
    let built_in = built_in(name).expect("built in");
    load(&Source::BuiltIn(built_in), None).expect("loads")
}

#[test]
fn every_table_loads_with_its_rows_and_classes() {
    let shapes = [
        ("iris", 150, 4, vec![50, 50, 50]),
        ("wine", 178, 13, vec![59, 71, 48]),
        ("breast-cancer", 569, 30, vec![212, 357]),
        (
            "digits",
            1797,
            64,
            vec![178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
        ),
        ("xor", 300, 2, vec![150, 150]),
        ("circles", 300, 2, vec![150, 150]),
        ("moons", 300, 2, vec![150, 150]),
        ("spiral", 360, 2, vec![120, 120, 120]),
        ("sine", 300, 1, vec![]),
    ];
    assert_eq!(shapes.len(), BUILT_IN.len());
    for (name, rows, features, classes) in shapes {
        let dataset = loaded(name);
        assert_eq!(dataset.name, name);
        assert_eq!(dataset.values.dim(), (rows, features), "{name}");
        assert_eq!(dataset.class_counts(), classes, "{name}");
        assert_eq!(dataset.lines.of(0), 2, "{name} has a header");
    }
}

#[test]
fn iris_is_fishers_and_not_the_copy_with_two_wrong_rows() {
    let iris = loaded("iris");
    let names: Vec<&str> = iris
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["sepal length", "sepal width", "petal length", "petal width"]
    );
    assert_eq!(iris.target_name, "species");
    assert_eq!(iris.class_names(), ["setosa", "versicolor", "virginica"]);
    assert_eq!(iris.values.row(34).to_vec(), [4.9, 3.1, 1.5, 0.2]);
    assert_eq!(iris.values.row(37).to_vec(), [4.9, 3.6, 1.4, 0.1]);
    let sums = [876.5, 458.6, 563.7, 179.9];
    for (column, sum) in iris.values.columns().into_iter().zip(sums) {
        // Tenths are added as whole numbers, so that the sum is exact.
        let tenths: i32 = column.iter().map(|&x| (x * 10.0).round() as i32).sum();
        assert_eq!(f64::from(tenths) / 10.0, sum);
    }
}

#[test]
fn digits_are_in_order_and_their_pixels_in_range() {
    let digits = loaded("digits");
    assert_eq!(digits.class_names().concat(), "0123456789");
    assert_eq!(digits.columns[0].name, "r0c0");
    assert_eq!(digits.columns[63].name, "r7c7");
    assert!(digits.values.iter().all(|x| (0.0..=16.0).contains(x)));
    assert_eq!(digits.image, Some((8, 8)));
    let digits = Source::BuiltIn(built_in("digits").expect("built in"));
    let other_target = load(&digits, Some("r3c3")).expect("loads");
    assert_eq!(other_target.image, None, "a pixel is missing");
}
