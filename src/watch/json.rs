//! Newest values of the runs as JSON, for scripts.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::{Filter, Run, findings, training_beside};

/// Formats the newest values of those of `runs` that `filter` lets through as one JSON object. Numbers that are not finite
/// are `null`.
pub(crate) fn to_json(runs: &[(Arc<str>, Arc<Run>)], filter: &Filter) -> Value {
    let values: Vec<Value> = runs
        .iter()
        .filter(|(name, run)| filter.matches(name, run))
        .map(|(name, run)| run_json(name, run, training_beside(runs, name)))
        .collect();
    json!({ "runs": values })
}

fn run_json(name: &str, run: &Run, training: Option<&Run>) -> Value {
    let age = run
        .modified
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    let values = run.scalars.iter().filter_map(|(tag, series)| {
        let (last, points) = (series.last()?, series.points());
        let min = points
            .iter()
            .map(|point| point.value.min)
            .fold(f64::NAN, f64::min);
        let max = points
            .iter()
            .map(|point| point.value.max)
            .fold(f64::NAN, f64::max);
        let value = json!({
            "step": last.step,
            "wall_time": last.wall,
            "value": last.value.last,
            "min": min,
            "max": max,
        });
        Some((tag.to_string(), value))
    });
    let histograms = run.histograms.iter().filter_map(|(tag, series)| {
        let last = series.points().last()?;
        let value = json!({ "step": last.step, "buckets": last.buckets });
        Some((tag.to_string(), value))
    });
    let texts = |map: &std::collections::BTreeMap<Arc<str>, Arc<str>>| -> Map<String, Value> {
        let pairs = map.iter();
        pairs
            .map(|(name, text)| (name.to_string(), text.as_ref().into()))
            .collect()
    };
    json!({
        "run": name,
        "age_seconds": age.map(|age| age.as_secs_f64()),
        "gone": run.is_gone,
        "ended": run.has_ended,
        "problem": run.problem,
        "findings": findings(run, training).iter().map(|finding| finding.name()).collect::<Vec<_>>(),
        "hparams": texts(&run.hparams),
        "text": texts(&run.texts),
        "values": values.collect::<Map<String, Value>>(),
        "histograms": histograms.collect::<Map<String, Value>>(),
    })
}
