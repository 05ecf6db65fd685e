//! Scores of sets of rows, as JSON and as text in aligned columns.

use std::fmt::Write;

use serde::Serialize;

use crate::data::{ClassScore, ClassScores, Errors, RankingScores, Scores};
use crate::train::{Importance, Importances};
use crate::util::lang::say;
use crate::util::text::{sanitise, shorten, width};

/// Shown in place of a score that is undefined.
pub(crate) const ABSENT: &str = "–";
/// Maximal width of a class name in a report.
const NAME_CELLS: usize = 24;
/// Maximal width of the name of the second of two classes, beside a score of it.
const POSITIVE_CELLS: usize = 16;
/// Cells between two columns of a table.
const GAP: usize = 2;
/// Maximum number of classes that are listed.
const MAX_LISTED: usize = 20;

/// Scores on one set of rows, as members of a JSON object. Scores that are undefined are `null`.
#[derive(Serialize)]
pub(crate) struct ScoresJson<'a> {
    loss: f64,
    #[serde(flatten)]
    classes: Option<ClassesJson<'a>>,
    #[serde(flatten)]
    errors: Option<Errors>,
}

#[derive(Serialize)]
struct ClassesJson<'a> {
    accuracy: f64,
    balanced_accuracy: f64,
    #[serde(rename = "macro")]
    macro_mean: MeanJson,
    #[serde(rename = "weighted")]
    weighted_mean: MeanJson,
    roc_auc: f64,
    average_precision: f64,
    log_loss: f64,
    per_class: Vec<ClassJson<'a>>,
}

/// Mean scores of the classes.
#[derive(Serialize)]
struct MeanJson {
    precision: f64,
    recall: f64,
    f1: f64,
}

#[derive(Serialize)]
struct ClassJson<'a> {
    class: &'a str,
    #[serde(flatten)]
    score: ClassScore,
}

impl<'a> ScoresJson<'a> {
    /// Names the classes by `names`.
    pub fn new(scores: &Scores, names: &'a [String]) -> Self {
        let classes = scores.classes.as_ref();
        Self {
            loss: scores.loss,
            classes: classes.map(|classes| ClassesJson::new(classes, names)),
            errors: scores.errors,
        }
    }
}

impl<'a> ClassesJson<'a> {
    fn new(scores: &ClassScores, names: &'a [String]) -> Self {
        let mean = |score: ClassScore| MeanJson {
            precision: score.precision,
            recall: score.recall,
            f1: score.f1,
        };
        let ranking = scores.ranking.unwrap_or(RankingScores::UNDEFINED);
        let classes = names.iter().zip(&scores.each);
        Self {
            accuracy: scores.accuracy,
            balanced_accuracy: scores.balanced_accuracy,
            macro_mean: mean(scores.macro_mean),
            weighted_mean: mean(scores.weighted_mean),
            roc_auc: ranking.roc_auc,
            average_precision: ranking.average_precision,
            log_loss: ranking.log_loss,
            per_class: classes
                .map(|(class, &score)| ClassJson { class, score })
                .collect(),
        }
    }
}

/// A score of a whole set of rows: its name, value, and text.
pub(crate) struct NamedScore {
    /// Name in JSON.
    pub key: &'static str,
    pub name: String,
    pub value: f64,
    show: fn(f64) -> String,
}

impl NamedScore {
    /// Formats `value`, a number of the kind of this score.
    pub fn show(&self, value: f64) -> String {
        (self.show)(value)
    }
}

/// Lists the scores of a set of rows, the most telling first and the loss last. `names` are those of the classes.
pub(crate) fn named_scores(scores: &Scores, names: &[String]) -> Vec<NamedScore> {
    let score = |key, name: &str, value, show| NamedScore {
        key,
        name: name.to_owned(),
        value,
        show,
    };
    let mean_loss = score("loss", say!("score-loss", "loss"), scores.loss, loss);
    if let Some(errors) = scores.errors {
        let median = errors.median_absolute_error;
        return vec![
            score("mae", "MAE", errors.mae, number),
            score(
                "median_absolute_error",
                say!("score-median-error", "median absolute error"),
                median,
                number,
            ),
            score("rmse", "RMSE", errors.rmse, number),
            score("r2", "R²", errors.r2, four_decimals),
            mean_loss,
        ];
    }
    let Some(classes) = &scores.classes else {
        return vec![mean_loss];
    };
    let RankingScores {
        roc_auc,
        average_precision,
        log_loss,
    } = classes.ranking.unwrap_or(RankingScores::UNDEFINED);
    let precision = match names {
        [_, second] => say!(
            "score-average-precision-of",
            "average precision ({class})",
            class = shorten(second, POSITIVE_CELLS)
        ),
        _ => say!("score-average-precision", "average precision").to_owned(),
    };
    let (balanced, f1) = (classes.balanced_accuracy, classes.macro_mean.f1);
    vec![
        score(
            "accuracy",
            say!("score-accuracy", "accuracy"),
            classes.accuracy,
            percent as fn(f64) -> String,
        ),
        score(
            "balanced_accuracy",
            say!("score-balanced-accuracy", "balanced accuracy"),
            balanced,
            percent,
        ),
        score("f1_macro", say!("score-f1", "F1 (macro)"), f1, percent),
        score("roc_auc", "ROC AUC", roc_auc, four_decimals),
        score(
            "average_precision",
            &precision,
            average_precision,
            four_decimals,
        ),
        score(
            "log_loss",
            say!("score-log-loss", "log loss"),
            log_loss,
            loss,
        ),
        mean_loss,
    ]
}

/// Returns whether the loss of `scores` is their log loss, which need not be shown twice.
pub(crate) fn is_loss_repeated(scores: &Scores) -> bool {
    let ranking = scores.classes.as_ref().and_then(|classes| classes.ranking);
    ranking.is_some_and(|ranking| loss(ranking.log_loss) == loss(scores.loss))
}

/// Formats the scores of `sets` without a heading: in each row the name of a score and its value for each set.
pub(crate) fn rows_of_scores(sets: &[&Scores], names: &[String]) -> Vec<Vec<String>> {
    let of_sets = sets.iter().map(|scores| named_scores(scores, names));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for scores in of_sets {
        rows.resize(rows.len().max(scores.len()), Vec::new());
        for (row, score) in rows.iter_mut().zip(scores) {
            if row.is_empty() {
                row.push(score.name.clone());
            }
            row.push(score.show(score.value));
        }
    }
    if sets.iter().all(|scores| is_loss_repeated(scores)) {
        rows.pop();
    }
    rows
}

/// Formats the scores of `sets`, names of sets with their scores, one set a column.
pub(crate) fn table_of_sets(sets: &[(&str, &Scores)], names: &[String]) -> Vec<String> {
    let heads = sets.iter().map(|set| set.0.to_owned());
    let mut rows = vec![[String::new()].into_iter().chain(heads).collect()];
    let scores: Vec<&Scores> = sets.iter().map(|set| set.1).collect();
    rows.extend(rows_of_scores(&scores, names));
    aligned(&rows)
}

/// Formats the scores of each class of the rows of `set` with their means, in `cells` cells at most, for which names are
/// shortened; only those with the lowest F1 of many classes.
pub(crate) fn table_of_classes(
    set: &str,
    scores: &ClassScores,
    names: &[String],
    cells: usize,
) -> Vec<String> {
    let row = |name: &str, score: &ClassScore| {
        let ClassScore {
            precision,
            recall,
            f1,
            support,
        } = *score;
        let mut cells = vec![shorten(name, NAME_CELLS)];
        cells.extend([precision, recall, f1].map(percent));
        cells.push(support.to_string());
        cells
    };
    let mut classes: Vec<(&String, &ClassScore)> = names.iter().zip(&scores.each).collect();
    let hidden = classes.len().saturating_sub(MAX_LISTED);
    if hidden > 0 {
        classes.sort_by(|a, b| a.1.f1.total_cmp(&b.1.f1));
        classes.truncate(MAX_LISTED);
    }
    let heads = vec![
        set.to_owned(),
        say!("score-precision", "precision").to_owned(),
        say!("score-recall", "recall").to_owned(),
        "F1".to_owned(),
        say!("score-rows", "rows").to_owned(),
    ];
    let mut rows = vec![heads];
    rows.extend(classes.iter().map(|(name, score)| row(name, score)));
    rows.push(row(
        say!("score-macro-mean", "macro mean"),
        &scores.macro_mean,
    ));
    rows.push(row(
        say!("score-weighted-mean", "weighted mean"),
        &scores.weighted_mean,
    ));
    let mut lines = aligned_in(&mut rows, cells);
    if hidden > 0 {
        let line = say!(
            "score-hidden",
            "({hidden} classes with a higher F1 are left out; --json has all)",
            hidden
        );
        lines.insert(1 + MAX_LISTED, line);
    }
    lines
}

/// Lists the importance of columns, the largest first.
pub(crate) fn table_of_importances(importances: &Importances, are_numbers: bool) -> Vec<String> {
    let Importances { rows, repeats, .. } = importances;
    let (score, show): (_, fn(f64) -> String) = if are_numbers {
        ("R²", four_decimals)
    } else {
        (say!("score-accuracy", "accuracy"), percent)
    };
    let head = [
        say!("importance-head", "importance: loss of {score}", score),
        say!("importance-mean", "mean").into(),
        say!("importance-std", "std").into(),
    ];
    let mut columns: Vec<_> = importances.columns.iter().collect();
    columns.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    let row = |column: &&Importance| {
        let name = shorten(&sanitise(&column.name), NAME_CELLS);
        vec![name, show(column.mean), show(column.std)]
    };
    let lines = std::iter::once(head.to_vec()).chain(columns.iter().map(row));
    let mut lines = aligned(&lines.collect::<Vec<_>>());
    lines.push(say!(
        "importance-rows",
        "({repeats} permutations of each column over {rows} rows)",
        repeats,
        rows
    ));
    lines
}

/// Widths of the columns of `rows`.
fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let of_column = |column| rows.iter().filter_map(move |row| row.get(column));
    (0..columns)
        .map(|column| of_column(column).map(|cell| width(cell)).max().unwrap_or(0))
        .collect()
}

/// Aligns `rows` in `cells` cells at most: brings columns together if they have no room, and then shortens the first one.
fn aligned_in(rows: &mut [Vec<String>], cells: usize) -> Vec<String> {
    let widths = widths(rows);
    let needed = |gap: usize| {
        let numbers = widths.iter().skip(1).map(|width| gap + width);
        numbers.sum::<usize>()
    };
    let name = widths.first().copied().unwrap_or(0);
    let gap = if name.saturating_add(needed(GAP)) <= cells {
        GAP
    } else {
        1
    };
    for name in rows.iter_mut().filter_map(|row| row.first_mut()) {
        *name = shorten(name, cells.saturating_sub(needed(gap)));
    }
    with_gap(rows, gap)
}

/// Pads the cells of `rows`: the first column to the left, the others to the right.
pub(crate) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    with_gap(rows, GAP)
}

fn with_gap(rows: &[Vec<String>], gap: usize) -> Vec<String> {
    let widths = widths(rows);
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (column, (cell, cells)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(cells - width(cell));
            // Writing to a string does not fail.
            let _ = if column == 0 {
                write!(line, "{cell}{padding}")
            } else {
                write!(line, "{:gap$}{padding}{cell}", "")
            };
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Formats with about four significant digits.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => ABSENT.into(),
        0.0 => "0".into(),
        0.001..10.0 => format!("{value:.4}"),
        10.0..1000.0 => format!("{value:.2}"),
        1000.0..1e6 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    }
}

/// Formats with about five significant digits; losses span many orders of magnitude.
pub(crate) fn loss(value: f64) -> String {
    match value {
        value if !value.is_finite() => ABSENT.into(),
        value if value != 0.0 && !(1e-3..1e4).contains(&value) => format!("{value:.3e}"),
        value => format!("{value:.4}"),
    }
}

fn four_decimals(value: f64) -> String {
    if value.abs() < 100.0 {
        format!("{value:.4}")
    } else {
        number(value)
    }
}

/// Formats as a percentage, rounded in f64 as `--describe` and the screen do: 0.1135 would be 11.4%
/// in f32.
pub(crate) fn percent(fraction: f64) -> String {
    if fraction.is_finite() {
        format!("{:.1}%", 100.0 * fraction)
    } else {
        ABSENT.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Confusion;

    #[test]
    fn numbers_keep_their_width() {
        assert_eq!(loss(1.098_612), "1.0986");
        assert_eq!(loss(1.5e-7), "1.500e-7");
        assert_eq!(loss(0.0), "0.0000");
        assert_eq!(loss(f64::NAN), ABSENT);
        assert_eq!(percent(0.966_67), "96.7%");
        assert_eq!(percent(0.1135), format!("{:.1}%", 100.0 * 0.1135));
        assert_eq!(percent(0.1135), "11.3%");
        assert_eq!(percent(f64::NAN), ABSENT);
    }

    #[test]
    fn of_many_classes_the_worst_are_listed() {
        let mut confusion = Confusion::new(30);
        (0..30).for_each(|class| confusion.add(class, class));
        confusion.add(29, 28);
        let names: Vec<String> = (0..30).map(|class| format!("class {class}")).collect();
        let lines = table_of_classes("", &ClassScores::new(&confusion, None), &names, usize::MAX);
        assert_eq!(lines.len(), 1 + MAX_LISTED + 3);
        assert_eq!(lines[1], "class 28           50.0%  100.0%   66.7%     1");
        assert!(lines[1 + MAX_LISTED].starts_with("(10 classes"));
    }
}
