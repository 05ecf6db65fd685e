//! Words in the names of tags, columns and members.

/// Words that only names of metrics have.
const METRICS: [&str; 35] = [
    "loss",
    "losses",
    "acc",
    "acc1",
    "acc5",
    "accuracy",
    "top1",
    "top5",
    "error",
    "err",
    "cost",
    "objective",
    "nll",
    "elbo",
    "mse",
    "rmse",
    "mae",
    "rmsle",
    "r2",
    "auc",
    "roc",
    "map",
    "f1",
    "precision",
    "recall",
    "iou",
    "dice",
    "bleu",
    "rouge",
    "perplexity",
    "ppl",
    "entropy",
    "logloss",
    "reward",
    "score",
];

/// Words of a name in small letters, with blanks between them; those of `trainLoss` are two.
pub(super) fn words(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() || !c.is_alphanumeric() {
            words.push(' ');
        }
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// A word without the number at its end, as that of `loss1`.
pub(super) fn unnumbered(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Returns whether a name has a word of a metric.
pub(super) fn names_metric(name: &str) -> bool {
    let words = words(name);
    let is_metric = |word: &str| METRICS.contains(&word) || METRICS.contains(&unnumbered(word));
    words.split_whitespace().any(is_metric)
}
