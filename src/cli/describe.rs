//! `nn-tui DATA --describe`: prints the summary of a data set, as text or JSON.

use std::fmt::Write as _;

use super::job::Job;
use super::{print, save_split};
use crate::data::{ColumnSummary, DataSummary, Dataset, Range, prepare};
use crate::error::Result;
use crate::util::lang::{self, say};
use crate::util::numbers::{counted, score};
use crate::util::text::{padded, printable_json, right_aligned, shorten};

/// Terminal cells of the columns' names.
const NAME: usize = 24;
/// Terminal cells of the labels in front of the facts.
const LABEL: usize = 12;
/// Terminal cells of a column's type and counts.
const COUNT: usize = 8;
/// Categories of a column that are listed.
const LISTED: usize = 4;

/// Writes the summary of `dataset` to standard output.
///
/// # Errors
/// Those of [`prepare`]; [`crate::error::Error::CannotWrite`].
pub(super) fn run(job: &Job, dataset: &Dataset) -> Result<()> {
    let plan = job.plan_for(dataset)?;
    let prepared = prepare(dataset, plan.validation, plan.seed)?.with_targets(plan.targets)?;
    save_split(job, dataset, &prepared)?;
    let summary = DataSummary::new(dataset, &prepared);
    let text = if job.json {
        printable_json(&serde_json::to_string(&summary).unwrap_or_default()) + "\n"
    } else {
        text(&summary.printable())
    };
    print(text)
}

fn text(summary: &DataSummary) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let head = say!(
        "describe-head",
        "{source}: {rows}",
        source = summary.source,
        rows = counted(summary.reading.rows as u64, "row")
    );
    let _ = writeln!(out, "{head}");
    for (topic, facts) in summary.facts_by_topic() {
        let mut label = topic.label();
        for fact in facts {
            let _ = writeln!(out, "  {}{}", padded(label, LABEL), fact.text());
            label = "";
        }
    }
    out.push('\n');
    let target = &summary.target;
    for (class, rows) in &target.classes {
        let _ = writeln!(
            out,
            "  {} {}",
            padded(class, NAME),
            say!("describe-rows", "{rows} rows", rows = format!("{rows:>9}"))
        );
    }
    if let Some(range) = &target.range {
        let bars = bars(&target.counts);
        let _ = writeln!(
            out,
            "  {} {bars} {}",
            padded(&target.name, NAME),
            range_text(range)
        );
    }
    out.push('\n');
    columns(&mut out, summary);
    out
}

fn columns(out: &mut String, summary: &DataSummary) {
    if let Some((width, height)) = summary.image {
        let bright = brightness(&summary.columns);
        let _ = writeln!(
            out,
            "  {}{bright}",
            say!(
                "describe-images",
                "images of {width} x {height} pixels",
                width,
                height
            )
        );
        return;
    }
    let _ = writeln!(
        out,
        "  {} {} {} {}  {}",
        padded(say!("describe-column", "column"), NAME),
        padded(say!("describe-type", "type"), COUNT),
        right_aligned(say!("describe-missing", "missing"), COUNT),
        right_aligned(say!("describe-distinct", "distinct"), COUNT),
        say!("describe-values", "values").to_owned()
    );
    for column in &summary.columns {
        let _ = writeln!(out, "  {}", column_line(column));
    }
}

fn column_line(column: &ColumnSummary) -> String {
    let more_than = if column.distinct_is_min { ">" } else { "" };
    let values = match &column.range {
        Some(range) => format!("{} {}", bars(&column.counts), range_text(range)),
        None => {
            let pairs = column.values.iter().zip(&column.counts).take(LISTED);
            let listed: Vec<String> = pairs
                .map(|(value, count)| format!("{} {count}", shorten(value, NAME)))
                .collect();
            let rest = column.values.len().saturating_sub(LISTED);
            let more = if rest > 0 {
                say!("describe-and-more", " and {rest} more", rest)
            } else {
                String::new()
            };
            format!("{}{more}", lang::listed(&listed))
        }
    };
    format!(
        "{} {} {:>COUNT$} {:>COUNT$}  {values}",
        padded(&column.name, NAME),
        padded(&column.kind_title(), COUNT),
        column.missing,
        format!("{more_than}{}", column.distinct),
    )
}

/// Returns the range over all pixels, such as `, 0 to 255, mean 33.3`.
fn brightness(pixels: &[ColumnSummary]) -> String {
    let ranges = pixels.iter().filter_map(|pixel| pixel.range.as_ref());
    let ranges: Vec<&Range> = ranges.collect();
    // Every pixel has the same number of rows.
    let whole = ranges.iter().copied().copied().reduce(|all, range| Range {
        min: all.min.min(range.min),
        mean: all.mean + range.mean,
        max: all.max.max(range.max),
    });
    whole.map_or(String::new(), |mut range| {
        range.mean /= ranges.len() as f64;
        say!("describe-pixels", ", {range}", range = range_text(&range))
    })
}

fn range_text(range: &Range) -> String {
    say!(
        "describe-range",
        "{min} to {max}, mean {mean}",
        min = range.min,
        max = range.max,
        mean = score(range.mean, 4)
    )
}

/// Draws a histogram in one line.
fn bars(counts: &[usize]) -> String {
    const HEIGHTS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let max = counts.iter().max().copied().unwrap_or(0).max(1);
    let height = |&count: &usize| HEIGHTS[(count * 8).div_ceil(max)];
    counts.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_proportional_to_counts() {
        assert_eq!(bars(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(bars(&[0, 0]), "  ");
    }
}
