//! JSON lines: one object per line, with numbers by name; also those of nn-tui.

use serde_json::{Map, Value};

use super::{Lines, LogReader, STRANGE_LINES, add_values, counts_steps, python_json};
use crate::util::lang::say;
use crate::watch::run::Run;

/// Depth of objects in objects that is read.
const DEPTH: usize = 4;

/// Reader of JSON lines.
#[derive(Default)]
pub(super) struct JsonLines {
    lines: Lines,
    /// Number of objects.
    count: u64,
    /// Number of the last lines that were no objects.
    strange: u32,
    /// Whether nn-tui writes it.
    is_own: bool,
}

/// Returns whether a first line is an object with the number of a step or an epoch.
pub(super) fn begins(line: &str) -> bool {
    let is_step = |(name, value): (&String, &Value)| counts_steps(name) && value.is_number();
    line.trim_start().starts_with('{')
        && python_json::parse::<Map<String, Value>>(line)
            .is_ok_and(|object| object.iter().any(is_step))
}

impl LogReader for JsonLines {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let Self {
            lines,
            count,
            strange,
            is_own,
        } = self;
        lines.read(bytes, |line| {
            match python_json::parse::<Map<String, Value>>(line) {
                Ok(object) => {
                    *strange = 0;
                    *is_own |= is_start(&object);
                    if *is_own {
                        add_event(&object, *count, run);
                    } else {
                        add_object(&object, *count, run);
                    }
                    *count += 1;
                }
                // Programs print other things between their lines.
                Err(_) if line.trim().is_empty() => {}
                Err(_) if *strange < STRANGE_LINES => *strange += 1,
                Err(_) => {
                    return Err(say!("watch-no-json", "these lines are no JSON objects").into());
                }
            }
            Ok(())
        })
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
            Value::Number(number) => {
                to.extend(number.as_f64().map(|number| (name(), number)));
            }
            // Also one that is not finite.
            Value::String(text) => {
                to.extend(text.parse().ok().map(|number| (name(), number)));
            }
            Value::Object(inner) if depth < DEPTH => {
                collect(inner, &format!("{}/", name()), depth + 1, to);
            }
            _ => {}
        }
    }
}
