//! Input columns that give the class away.

use crate::data::{Column, Dataset, Preprocessing, Target};

/// Maximum number of distinct values of a column that is tried.
const MAX_DISTINCT: usize = 64;

/// Minimum number of rows per distinct value: fewer may agree by chance.
const MIN_ROWS: usize = 5;

/// Returns the columns each of whose values occurs with one class only, and which have few values:
/// those determine the class of every row. Missing values are what `preprocessing` replaces them by.
pub(super) fn determining<'d>(
    dataset: &'d Dataset,
    preprocessing: &Preprocessing,
) -> Vec<&'d Column> {
    let Target::Classes { labels, .. } = &dataset.target else {
        return Vec::new();
    };
    let columns = dataset.columns.iter().enumerate();
    let fill = |name: &str| {
        let mut inputs = preprocessing.columns.iter();
        let input = inputs.find(|input| input.name == name)?;
        Some(input.encoding.fill())
    };
    let is_determining = |column: usize, fill: f32| {
        let mut class_of: Vec<(u32, u32)> = Vec::new();
        for (value, &label) in dataset.values.column(column).iter().zip(labels) {
            let value = if value.is_nan() { fill } else { *value }.to_bits();
            match class_of.iter().find(|(known, _)| *known == value) {
                Some(&(_, class)) if class != label => return false,
                Some(_) => {}
                None if class_of.len() == MAX_DISTINCT => return false,
                None => class_of.push((value, label)),
            }
        }
        class_of.len() > 1 && labels.len() >= MIN_ROWS * class_of.len()
    };
    // A column that is no input is constant in the training rows.
    columns
        .filter(|(index, column)| {
            fill(&column.name).is_some_and(|fill| is_determining(*index, fill))
        })
        .map(|(_, column)| column)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::data::dataset_of;

    use super::*;

    fn names(table: &str) -> Vec<String> {
        let dataset = dataset_of(table.as_bytes(), None).expect("loads");
        let rows: Vec<u32> = (0..dataset.rows() as u32).collect();
        let (preprocessing, _) = Preprocessing::fit(&dataset, &rows).expect("inputs");
        let columns = determining(&dataset, &preprocessing).into_iter();
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

    #[test]
    fn missing_values_are_replaced_as_in_training() {
        let row = |i: usize| {
            let (country, class) = [
                ("NA", "died"),
                ("FR", "lived"),
                ("NA", "died"),
                ("DE", "lived"),
            ][i % 4];
            format!("{},{country},{class}\n", i * 7 % 31)
        };
        let table: String = (0..41).map(row).collect();
        // NA counts as FR, the first of the most frequent, whose rows are of the other class.
        assert!(names(&format!("age,country,survived\n{table}")).is_empty());
        let row = |i: usize| {
            let (country, class) = [("DE", "died"), ("FR", "lived"), ("NA", "died")][i % 3];
            format!("{},{country},{class}\n", i * 7 % 31)
        };
        let table: String = (0..41).map(row).collect();
        let found = names(&format!("age,country,survived\n{table}"));
        assert_eq!(
            found,
            ["country"],
            "NA counts as DE, the first of the most frequent"
        );
    }
}
