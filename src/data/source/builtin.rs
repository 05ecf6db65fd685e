//! Built-in data sets. `datasets/NOTICE` names their sources and licences.

/// A built-in data set.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// Name on the command line.
    pub name: &'static str,
    /// Table in CSV with a header; the last column is predicted.
    pub csv: &'static str,
    /// Description in one line.
    pub about: &'static str,
    /// Width and height, if every row is an image whose pixels are the columns, row by row.
    pub image: Option<(usize, usize)>,
}

macro_rules! built_in {
    ($name:literal, $about:literal) => {
        BuiltIn {
            name: $name,
            csv: include_str!(concat!("../../../datasets/", $name, ".csv")),
            about: $about,
            image: None,
        }
    };
}

/// All built-in data sets in the order of the help text; the first one is the default.
pub static BUILT_IN: [BuiltIn; 9] = [
    built_in!(
        "iris",
        "three species of iris, told apart by four lengths of their flowers"
    ),
    built_in!(
        "wine",
        "three cultivars, told apart by 13 chemical measurements of the wine"
    ),
    built_in!(
        "breast-cancer",
        "malignant or benign, from 30 measurements of cell nuclei"
    ),
    BuiltIn {
        image: Some((8, 8)),
        ..built_in!("digits", "handwritten digits as images of 8x8 pixels")
    },
    built_in!("xor", "four corners; opposite corners share a class"),
    built_in!("circles", "a ring around a ring"),
    built_in!("moons", "two half circles that reach into each other"),
    built_in!("spiral", "three arms that wind around each other"),
    built_in!("sine", "a wave with noise, to predict as a number"),
];

/// Finds the built-in data set called `name`.
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|built_in| built_in.name == name)
}

#[cfg(test)]
mod tests {
    use crate::data::{Dataset, Source, load};

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
}
