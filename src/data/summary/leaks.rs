//! Input columns that give the target away.

use std::collections::HashMap;

use crate::{Column, ColumnKind, Dataset, Preprocessing, Target};

/// Maximum number of distinct values of a column whose values are compared with the classes one by one.
const MAX_DISTINCT: usize = 64;

/// Minimum number of rows per distinct value: fewer may agree by chance.
const MIN_ROWS: usize = 5;

/// Minimum number of rows of a class that a number separates from the others.
const MIN_CLASS_ROWS: usize = 10;

/// Minimum number of rows with a number, as a share of all.
const MIN_KNOWN: f64 = 0.9;

/// Share of the target's variance that a line over the column leaves, at most.
const UNEXPLAINED: f64 = 1e-3;

/// Share of the rows of the classes, each class counting alike, that a column must determine.
const DETERMINED: f64 = 0.99;

/// Maximum number of rows that are examined for ranges of classes.
const MAX_ROWS: usize = 50_000;

/// Returns the columns that determine the target of nearly every row: those with few values, each of which occurs with one
/// class; numbers that separate the classes into ranges; and numbers of which a numeric target is a linear function.
/// Missing values are what `preprocessing` replaces them by.
pub(super) fn determining<'d>(
    dataset: &'d Dataset,
    preprocessing: &Preprocessing,
) -> Vec<&'d Column> {
    let inputs = preprocessing.columns.iter();
    let fills: HashMap<&str, f32> = inputs
        .map(|input| (&*input.name, input.encoding.fill()))
        .collect();
    let counts = dataset.class_counts();
    let is_determining = |index: usize, column: &Column, fill: f32| {
        let values = dataset.values.column(index);
        let is_number = matches!(column.kind, ColumnKind::Numeric);
        let known = values.iter().filter(|value| value.is_finite()).count();
        let is_known = is_number && known as f64 >= MIN_KNOWN * values.len() as f64;
        let filled = values.iter();
        let filled = filled.map(|&value| if value.is_nan() { fill } else { value });
        match &dataset.target {
            Target::Classes { labels, names } => {
                let pairs = || filled.clone().zip(labels.iter().copied());
                is_one_class_each(pairs(), &counts)
                    || is_known
                        && is_separating(pairs().step_by(labels.len() / MAX_ROWS + 1), names.len())
            }
            Target::Numbers(targets) => {
                is_known && is_linear(values.iter().copied().zip(targets.iter().copied()))
            }
        }
    };
    // A column that is no input is constant in the training rows.
    let columns = dataset.columns.iter().enumerate();
    let found = columns.filter(|&(index, column)| {
        let fill = fills.get(&*column.name);
        fill.is_some_and(|&fill| is_determining(index, column, fill))
    });
    found.map(|(_, column)| column).collect()
}

/// Whether each value of a column occurs with one class, and there are few values for the rows, of which each class has
/// these `counts`.
fn is_one_class_each(pairs: impl Iterator<Item = (f32, u32)>, counts: &[usize]) -> bool {
    let rows: usize = counts.iter().sum();
    let mut known: Vec<(u32, Vec<usize>)> = Vec::new();
    for (value, label) in pairs {
        let place = known.iter().position(|(bits, _)| *bits == value.to_bits());
        let place = match place {
            Some(place) => place,
            None if known.len() == MAX_DISTINCT => return false,
            None => {
                known.push((value.to_bits(), vec![0; counts.len()]));
                known.len() - 1
            }
        };
        known[place].1[label as usize] += 1;
    }
    let share = |(class, count): (usize, &usize)| *count as f64 / counts[class].max(1) as f64;
    let best = |(_, of_class): &(u32, Vec<usize>)| {
        let shares = of_class.iter().enumerate().map(share);
        shares.fold(0.0, f64::max)
    };
    let classes = counts.iter().filter(|&&count| count > 0).count();
    let determined = known.iter().map(best).sum::<f64>() / classes as f64;
    known.len() > 1 && rows >= MIN_ROWS * known.len() && determined >= DETERMINED
}

/// Whether the values of each of `classes` classes have a range of their own, and several rows.
fn is_separating(pairs: impl Iterator<Item = (f32, u32)>, classes: usize) -> bool {
    let mut pairs: Vec<(f32, u32)> = pairs.filter(|(value, _)| value.is_finite()).collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (place, &(_, label)) in pairs.iter().enumerate() {
        places[label as usize].push(place);
    }
    // Classes without a row have no range.
    let mut order: Vec<usize> = (0..classes)
        .filter(|&class| !places[class].is_empty())
        .collect();
    order.sort_unstable_by_key(|&class| places[class][places[class].len() / 2]);
    if order.len() < 2
        || order
            .iter()
            .any(|&class| places[class].len() < MIN_CLASS_ROWS)
    {
        return false;
    }
    // Largest share of the rows before a place that are in the ranges of their classes, by the class of the last range.
    let mut best = vec![0.0_f64; order.len()];
    for of_value in pairs.chunk_by(|a, b| a.0 == b.0) {
        for range in 1..best.len() {
            best[range] = best[range].max(best[range - 1]);
        }
        for (share, &class) in best.iter_mut().zip(&order) {
            let own = of_value
                .iter()
                .filter(|(_, label)| *label as usize == class)
                .count();
            *share += own as f64 / places[class].len() as f64;
        }
    }
    best.iter().fold(0.0, |a: f64, &b| a.max(b)) >= DETERMINED * order.len() as f64
}

/// Whether the target is a line over the values, but for a thousandth of its variance.
fn is_linear(pairs: impl Iterator<Item = (f32, f64)> + Clone) -> bool {
    let pairs = pairs.map(|(x, y)| (f64::from(x), y));
    let pairs = pairs.filter(|(x, y)| x.is_finite() && y.is_finite());
    let count = pairs.clone().count() as f64;
    let [mean_x, mean_y] = [|pair: (f64, f64)| pair.0, |pair: (f64, f64)| pair.1]
        .map(|of| pairs.clone().map(of).sum::<f64>() / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    // NaN, for a column of one value, is no line.
    count >= MIN_CLASS_ROWS as f64 && yy > 0.0 && 1.0 - xy * xy / (xx * yy) < UNEXPLAINED
}

#[cfg(test)]
mod tests {
    use crate::source::builtin;
    use crate::{Source, dataset_of, load};

    use super::*;

    fn names_of(dataset: &Dataset) -> Vec<String> {
        let rows: Vec<u32> = (0..dataset.rows() as u32).collect();
        let (preprocessing, _) = Preprocessing::fit(dataset, &rows).expect("inputs");
        let columns = determining(dataset, &preprocessing).into_iter();
        columns.map(|column| column.name.clone()).collect()
    }

    fn names(table: &str) -> Vec<String> {
        names_of(&dataset_of(table.as_bytes(), None).expect("loads"))
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
    fn a_number_that_separates_the_classes_or_gives_the_target_is_found() {
        let noise = |i: usize| (i * 37 % 101) as f64 / 10.0;
        let row = |i: usize| {
            let class = i * 7 % 3;
            let score = 20.0 * class as f64 + noise(i);
            format!(
                "{},{},{score},{}\n",
                noise(i + 3),
                noise(i * i),
                ["a", "b", "c"][class]
            )
        };
        let table: String = (0..90).map(row).collect();
        assert_eq!(names(&format!("x,y,score,class\n{table}")), ["score"]);
        // All scores are different, and one row of a class is on the other side.
        let row = |i: usize| {
            let side = if i == 7 { 0 } else { i % 2 };
            let score = 50 * side + i % 47;
            format!("{},{score}.{i:03},{}\n", noise(i), ["a", "b"][i % 2])
        };
        let rows = |count: usize| (0..count).map(row).collect::<String>();
        assert_eq!(names(&format!("x,score,class\n{}", rows(200))), ["score"]);
        assert!(names(&format!("x,score,class\n{}", rows(40))).is_empty());
        let row = |i: usize| {
            let word = ["no", "yes"][usize::from(i % 2 == 1 && i != 7)];
            format!("{},{word},{}\n", noise(i), ["a", "b"][i % 2])
        };
        let rows = |count: usize| (0..count).map(row).collect::<String>();
        assert_eq!(names(&format!("x,alive,class\n{}", rows(200))), ["alive"]);
        assert!(names(&format!("x,alive,class\n{}", rows(40))).is_empty());
        let row = |i: usize| {
            let price = 1.2 * noise(i) + 3.0;
            format!("{},{},{price:.3}\n", noise(i), noise(i * i))
        };
        let table: String = (0..90).map(row).collect();
        assert_eq!(names(&format!("x,y,price\n{table}")), ["x"]);
        let row = |i: usize| format!("{},{:.3}\n", noise(i), 1.2 * noise(i) + noise(i * i));
        let table: String = (0..90).map(row).collect();
        assert!(names(&format!("x,price\n{table}")).is_empty());
    }

    #[test]
    fn no_column_of_the_built_in_data_gives_the_target_away() {
        for built_in in &builtin::BUILT_IN {
            let dataset = load(&Source::parse(built_in.name), None).expect("built in");
            assert!(names_of(&dataset).is_empty(), "{}", built_in.name);
        }
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
