//! `nn-tui DATA --describe`: the data card, for people or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::job::Job;
use super::standard_output;
use crate::data::{Card, ColumnCard, Dataset, Range, prepare};
use crate::error::Result;
use crate::text::{shorten, width};

/// Terminal cells of the columns' names.
const NAME: usize = 24;
/// Values of a category that are named.
const NAMED: usize = 4;

/// Writes the card of `dataset` to standard output.
///
/// # Errors
/// Those of [`prepare`]; [`crate::error::Error::CannotWrite`].
pub(super) fn run(job: &Job, dataset: &Dataset, json: bool) -> Result<()> {
    let plan = job.plan_for(dataset)?;
    let prepared = prepare(dataset, plan.validation, plan.seed)?;
    let card = Card::new(dataset, &prepared);
    let text = match json {
        true => serde_json::to_string(&card).unwrap_or_default() + "\n",
        false => text(&card, &prepared.notes),
    };
    let mut stdout = io::stdout().lock();
    standard_output(
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush()),
    )
}

fn text(card: &Card, notes: &[String]) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}: {} rows", card.source, card.reading.rows);
    let reading = &card.reading;
    if !reading.delimiter.is_empty() {
        let header = match reading.header {
            true => "first row names the columns (--no-header)",
            false => "no row names the columns (--header)",
        };
        let _ = writeln!(
            out,
            "  cells separated by {} (--delimiter); {header}",
            reading.delimiter
        );
    }
    let target = &card.target;
    let _ = writeln!(
        out,
        "  predicting \"{}\", column {} (--target): {} (--task)",
        target.name, target.number, target.task
    );
    for (class, rows) in &target.classes {
        let _ = writeln!(out, "    {} {rows:>9} rows", padded(class));
    }
    if let Some(range) = &target.range {
        let _ = writeln!(out, "    {}", range_text(range));
    }
    out.push('\n');
    match card.image {
        Some((width, height)) => {
            let _ = writeln!(
                out,
                "  images of {width} x {height} pixels{}",
                brightness(&card.columns)
            );
        }
        None => {
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
    }
    out.push('\n');
    for note in notes {
        let _ = writeln!(out, "  {note}");
    }
    if !card.constant.is_empty() {
        let _ = writeln!(
            out,
            "  constant over the training rows: {}",
            card.constant.join(", ")
        );
    }
    let test = card.test_rows.map(|rows| format!(", {rows} to test"));
    let options = match &card.validation_source {
        Some(file) => format!("{file}; --val"),
        None => "--val, --seed".into(),
    };
    let _ = writeln!(
        out,
        "  {} rows to train on, {} to validate{} ({options}); {} network inputs",
        card.training_rows,
        card.validation_rows,
        test.unwrap_or_default(),
        card.inputs
    );
    if card.duplicates > 0 {
        let _ = writeln!(
            out,
            "  {} of the validation rows have the values of a training row",
            card.duplicates
        );
    }
    let baseline = match target.classes.is_empty() {
        true => format!("R2 {:.3} by always saying the mean", card.baseline),
        false => format!(
            "accuracy {:.1} % by always saying \"{}\"",
            100.0 * card.baseline,
            card.baseline_prediction
        ),
    };
    let _ = writeln!(out, "  to beat: {baseline}");
    out
}

fn column_line(column: &ColumnCard) -> String {
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
fn brightness(pixels: &[ColumnCard]) -> String {
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
