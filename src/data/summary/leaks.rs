//! Input columns that give the class away.

use crate::data::{Column, Dataset, Target};

/// Maximum number of distinct values of a column that is tried.
const MAX_DISTINCT: usize = 64;

/// Minimum number of rows per distinct value: fewer may agree by chance.
const MIN_ROWS: usize = 5;

/// Returns the columns each of whose values occurs with one class only, and which have few values:
/// those determine the class of every row.
pub(super) fn determining(dataset: &Dataset) -> Vec<&Column> {
    let Target::Classes { labels, .. } = &dataset.target else {
        return Vec::new();
    };
    let columns = dataset.columns.iter().enumerate();
    let is_determining = |column: usize| {
        let mut class_of: Vec<(u32, u32)> = Vec::new();
        for (value, &label) in dataset.values.column(column).iter().zip(labels) {
            // All missing values are one.
            let value = if value.is_nan() { f32::NAN } else { *value }.to_bits();
            match class_of.iter().find(|(known, _)| *known == value) {
                Some(&(_, class)) if class != label => return false,
                Some(_) => {}
                None if class_of.len() == MAX_DISTINCT => return false,
                None => class_of.push((value, label)),
            }
        }
        class_of.len() > 1 && labels.len() >= MIN_ROWS * class_of.len()
    };
    columns
        .filter(|&(index, _)| is_determining(index))
        .map(|(_, column)| column)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::data::dataset_of;

    use super::*;

    fn names(table: &str) -> Vec<String> {
        let dataset = dataset_of(table.as_bytes(), None).expect("loads");
        let columns = determining(&dataset).into_iter();
        columns.map(|column| column.name.clone()).collect()
    }

    #[test]
    fn a_column_that_gives_the_class_away_is_found() {
        let row = |i: usize| {
            let class = ["died", "lived"][i % 2];
            let alive = ["no", "yes"][i % 2];
            format!("{},{},{alive},{class}\n", i * 7 % 31, i % 3)
        };
        let table: String = (0..30).map(row).collect();
        assert_eq!(
            names(&format!("age,pclass,alive,survived\n{table}")),
            ["alive"]
        );
    }
}
