//! `--find-lr` and `--preflight`: what can be found out before a training.

use serde::Serialize;

use super::job::Job;
use super::{print, standard_output};
use crate::data::Dataset;
use crate::error::{EXIT_FAILED, Result};
use crate::record::json_line;
use crate::train::preflight::PreflightKind;
use crate::train::{Preflight, RateFinder};
use crate::util::lang::say;
use crate::util::numbers::{loss, rate};
use crate::util::text::right_aligned;

/// Number of points of the curve that the text shows.
const SHOWN_POINTS: usize = 30;

/// A line of JSON.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line {
    Rates {
        /// Learning rate and smoothed loss of every step.
        points: Vec<(f64, f64)>,
        suggestion: Option<f64>,
    },
    Preflight {
        check: String,
        passed: bool,
        found: f64,
        expected: f64,
        statement: String,
    },
}

fn print_json(line: &Line) -> Result<()> {
    match json_line(line) {
        Ok(line) => print(line),
        Err(cause) => standard_output(Err(cause)),
    }
}

/// Tries learning rates on the data of `job`, and writes the losses and a suggestion, as text or as a line of JSON.
///
/// # Errors
/// Those of preparing the data; [`Error::CannotWrite`](crate::error::Error::CannotWrite).
pub(super) fn find_rate(job: &Job, dataset: Dataset) -> Result<()> {
    let recipe = super::recipe(job, dataset)?;
    let session = recipe.session(recipe.split()?)?;
    let mut finder = RateFinder::new(&session);
    while finder.advance() {}
    let curve = finder.curve();
    let suggestion = curve.suggestion.map(|suggestion| suggestion.get());
    if job.json {
        let points = curve.points.iter();
        return print_json(&Line::Rates {
            points: points.map(|point| (point.rate, point.loss)).collect(),
            suggestion,
        });
    }
    let (heading, of_loss) = (
        say!("find-rate", "learning rate"),
        say!("find-loss", "loss"),
    );
    let mut text = format!("{}  {of_loss}\n", right_aligned(heading, 13));
    let stride = curve.points.len().div_ceil(SHOWN_POINTS).max(1);
    for point in curve.points.iter().step_by(stride) {
        text += &format!("{:>13.1e}  {}\n", point.rate, loss(point.loss).trim());
    }
    text += &match suggestion {
        Some(suggestion) => say!(
            "find-suggestion",
            "suggestion: --lr {rate}",
            rate = rate(suggestion)
        ),
        None => say!(
            "find-nothing",
            "no suggestion: the loss falls at none of these rates"
        )
        .to_owned(),
    };
    text.push('\n');
    print(text)
}

/// Checks whether a network with the settings of `job` can learn its data, and writes a line for each check. Returns the
/// exit code, 1 if one failed.
///
/// # Errors
/// Those of preparing the data; [`Error::CannotWrite`](crate::error::Error::CannotWrite).
pub(super) fn preflight(job: &Job, dataset: Dataset) -> Result<u8> {
    let mut preflight = Preflight::new(super::recipe(job, dataset)?);
    let mut has_more = true;
    while has_more {
        has_more = preflight.advance()?;
        let Some(&check) = preflight.take_new().as_deref().and_then(<[_]>::last) else {
            continue;
        };
        let (name, statement) = (check.kind.name(), check.kind.to_string());
        if job.json {
            let (found, expected) = numbers(check.kind);
            print_json(&Line::Preflight {
                check: name,
                passed: check.is_passed,
                found,
                expected,
                statement,
            })?;
        } else {
            let verdict = if check.is_passed {
                say!("preflight-pass", "pass")
            } else {
                say!("preflight-fail", "FAIL")
            };
            let line = say!(
                "preflight-line",
                "{verdict}  {name}: {statement}",
                verdict,
                name,
                statement
            ) + "\n";
            print(line)?;
        }
    }
    let is_passed = preflight.done().iter().all(|check| check.is_passed);
    Ok(if is_passed { 0 } else { EXIT_FAILED })
}

/// Returns the number found by a check, and the one it is compared with.
fn numbers(kind: PreflightKind) -> (f64, f64) {
    match kind {
        PreflightKind::InitialLoss {
            found, expected, ..
        } => (found, expected),
        PreflightKind::Gradients { error, .. } => (error, 0.0),
        PreflightKind::Memorised { relative_loss, .. } => (relative_loss, 0.0),
        PreflightKind::Shuffled { score, chance, .. } => (score, chance),
    }
}
