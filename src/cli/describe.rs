//! `nn-tui DATA --describe`: the data card, for people or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::iter;

use super::job::Job;
use super::standard_output;
use crate::data::{ColumnSummary, DataSummary, Dataset, Guess, Range, prepare};
use crate::error::Result;
use crate::util::text::{shorten, width};

/// Terminal cells of the columns' names.
const NAME: usize = 24;
/// Terminal cells of the words in front of the facts.
const ABOUT: usize = 10;
/// Values of a category that are named.
const NAMED: usize = 4;

/// Writes the card of `dataset` to standard output.
///
/// # Errors
/// Those of [`prepare`]; [`crate::error::Error::CannotWrite`].
pub(super) fn run(job: &Job, dataset: &Dataset, json: bool) -> Result<()> {
    let plan = job.plan_for(dataset)?;
    let prepared = prepare(dataset, plan.validation, plan.seed)?;
    let card = DataSummary::new(dataset, &prepared);
    let text = if json {
        serde_json::to_string(&card).unwrap_or_default() + "\n"
    } else {
        text(&card)
    };
    let mut stdout = io::stdout().lock();
    standard_output(
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush()),
    )
}

fn text(card: &DataSummary) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}: {} rows", card.source, card.reading.rows);
    for (about, group) in card.grouped_guesses() {
        facts(&mut out, about, group.iter().map(Guess::text));
    }
    if !card.constant.is_empty() {
        let constant = card.constant.join(", ");
        facts(
            &mut out,
            "constant",
            [format!("{constant}: one value in all training rows")],
        );
    }
    facts(&mut out, "inputs", [card.inputs_text()]);
    if card.duplicates > 0 {
        facts(&mut out, "doubles", [card.duplicates_text()]);
    }
    let target = &card.target;
    let baseline = if target.classes.is_empty() {
        format!("R2 {:.3} by always saying the mean", card.baseline)
    } else {
        format!(
            "accuracy {:.1} % by always saying \"{}\"",
            100.0 * card.baseline,
            card.baseline_prediction
        )
    };
    facts(&mut out, "to beat", [baseline]);
    out.push('\n');
    for (class, rows) in &target.classes {
        let _ = writeln!(out, "  {} {rows:>9} rows", padded(class));
    }
    if let Some(range) = &target.range {
        let spread = bars(&target.counts);
        let _ = writeln!(
            out,
            "  {} {spread} {}",
            padded(&target.name),
            range_text(range)
        );
    }
    out.push('\n');
    columns(&mut out, card);
    out
}

/// Lines of `texts` beside a word that says what they are about.
fn facts(out: &mut String, about: &str, texts: impl IntoIterator<Item = String>) {
    let words = iter::once(about).chain(iter::repeat(""));
    for (text, word) in texts.into_iter().zip(words) {
        let _ = writeln!(out, "  {word:<ABOUT$}{text}");
    }
}

fn columns(out: &mut String, card: &DataSummary) {
    if let Some((width, height)) = card.image {
        let bright = brightness(&card.columns);
        let _ = writeln!(out, "  images of {width} x {height} pixels{bright}");
        return;
    }
    let _ = writeln!(
        out,
        "  {} {:<8} {:>8} {:>8}  values",
        padded("column"),
        "type",
        "missing",
        "distinct"
    );
    for column in &card.columns {
        let _ = writeln!(out, "  {}", column_line(column));
    }
}

fn column_line(column: &ColumnSummary) -> String {
    let least = if column.distinct_is_least { ">" } else { "" };
    let values = match &column.range {
        Some(range) => format!("{} {}", bars(&column.counts), range_text(range)),
        None => {
            let pairs = column.values.iter().zip(&column.counts).take(NAMED);
            let named: Vec<String> = pairs
                .map(|(value, count)| format!("{value} {count}"))
                .collect();
            let rest = column.values.len().saturating_sub(NAMED);
            let more = if rest > 0 {
                format!(" and {rest} more")
            } else {
                String::new()
            };
            format!("{}{more}", named.join(", "))
        }
    };
    format!(
        "{} {:<8} {:>8} {:>8}  {values}",
        padded(&column.name),
        column.kind,
        column.missing,
        format!("{least}{}", column.distinct),
    )
}

/// `, 0 to 255, mean 33.3` over all pixels, which have the same number of rows each.
fn brightness(pixels: &[ColumnSummary]) -> String {
    let ranges: Vec<&Range> = pixels.iter().filter_map(|it| it.range.as_ref()).collect();
    let whole = ranges.iter().copied().cloned().reduce(|all, range| Range {
        least: all.least.min(range.least),
        mean: all.mean + range.mean,
        greatest: all.greatest.max(range.greatest),
    });
    whole.map_or(String::new(), |mut range| {
        range.mean /= ranges.len() as f64;
        format!(", {}", range_text(&range))
    })
}

fn padded(name: &str) -> String {
    let name = shorten(name, NAME);
    let room = NAME.saturating_sub(width(&name));
    format!("{name}{}", " ".repeat(room))
}

fn range_text(range: &Range) -> String {
    format!(
        "{} to {}, mean {:.4}",
        range.least, range.greatest, range.mean
    )
}

/// A small histogram.
fn bars(counts: &[usize]) -> String {
    const HEIGHTS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let height = |&count: &usize| HEIGHTS[(count * 8).div_ceil(most)];
    counts.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_what_there_is() {
        assert_eq!(bars(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(bars(&[0, 0]), "  ");
    }
}
