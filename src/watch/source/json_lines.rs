//! JSON lines: one object per line, with numbers by name; also those of nn-tui.

use serde_json::{Map, Value};

use super::{Lines, LogReader, add_values, counts_steps, literal, python_json};
use crate::watch::names::names_metric;
use crate::watch::run::Run;

/// Depth of objects in objects that is read.
const DEPTH: usize = 4;

/// Reader of JSON lines.
#[derive(Default)]
pub(super) struct JsonLines {
    lines: Lines,
    /// Number of objects.
    count: u64,
    /// Whether nn-tui writes it.
    is_own: bool,
}

/// Returns whether a first line is an object with the number of a step or an epoch.
pub(super) fn begins(line: &str) -> bool {
    let is_step = |(name, value): (&String, &Value)| counts_steps(name) && number(value).is_some();
    object(line).is_some_and(|object| object.iter().any(is_step))
}

/// A number, also one in quotation marks, as one that is not finite may be.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

impl JsonLines {
    /// Adds what a line says to `run`, if it is an object: programs print other things between their lines.
    pub(super) fn line(&mut self, line: &str, run: &mut Run) {
        if let Some(object) = object(line) {
            self.is_own |= is_start(&object);
            if self.is_own {
                add_event(&object, self.count, run);
            } else {
                add_object(&object, self.count, run);
            }
            self.count += 1;
        }
    }
}

/// Parses a line that is an object, or finds one in it with numbers of a log, behind a progress bar perhaps.
pub(super) fn object(line: &str) -> Option<Map<String, Value>> {
    let is_begun = line.trim_start().starts_with('{');
    let whole = is_begun.then(|| python_json::parse(line).ok()).flatten();
    whole.or_else(|| literal::find_object(line, is_of_log))
}

/// Returns whether an object has a number that only a log has.
fn is_of_log(object: &Map<String, Value>) -> bool {
    object
        .iter()
        .any(|(name, value)| (counts_steps(name) || names_metric(name)) && number(value).is_some())
}

impl LogReader for JsonLines {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.read(bytes, run, |line, run| self.line(line, run));
        self.lines = lines;
        Ok(())
    }

    fn end(&mut self, run: &mut Run) -> Result<(), String> {
        self.read(b"\n", run)
    }
}

/// Adds the numbers of an object, which has `count` objects before it.
pub(super) fn add_object(object: &Map<String, Value>, count: u64, run: &mut Run) {
    let mut values = Vec::new();
    collect(object, "", 0, &mut values);
    add_values(&values, count, run);
}

/// Returns whether nn-tui writes this line first; other programs have events, too.
fn is_start(object: &Map<String, Value>) -> bool {
    object.get("event").is_some_and(|event| event == "started")
        && object.get("architecture").is_some_and(Value::is_array)
}

/// Adds what a line of nn-tui says, which has `count` lines before it.
fn add_event(object: &Map<String, Value>, count: u64, run: &mut Run) {
    match object.get("event").and_then(Value::as_str) {
        None | Some("epoch") => add_object(object, count, run),
        Some("started") => {
            run.has_diverged = false;
            // What an earlier run has logged after the step from which this one goes on.
            let resumed = object.get("resumed_step").and_then(Value::as_f64);
            run.purge(resumed.map_or(0.0, |step| step + 1.0));
            let settings = object.iter().filter(|(name, _)| *name != "event");
            for (name, value) in settings {
                match value {
                    Value::String(text) => run.set_hparam(name, text),
                    Value::Number(_) | Value::Bool(_) => run.set_hparam(name, &value.to_string()),
                    _ => {}
                }
            }
        }
        Some("finished") => {
            run.has_diverged = object
                .get("reason")
                .is_some_and(|reason| reason == "diverged");
        }
        Some(_) => {}
    }
}

/// Collects numbers with their names; those of inner objects have the names of the outer ones before theirs.
fn collect(object: &Map<String, Value>, prefix: &str, depth: usize, to: &mut Vec<(String, f64)>) {
    for (name, value) in object {
        let name = || format!("{prefix}{name}");
        match value {
            Value::Number(_) | Value::String(_) => {
                to.extend(number(value).map(|number| (name(), number)));
            }
            Value::Object(inner) if depth < DEPTH => {
                collect(inner, &format!("{}/", name()), depth + 1, to);
            }
            _ => {}
        }
    }
}
