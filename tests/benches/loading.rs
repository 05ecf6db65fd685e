//! Time and memory of loading, preparing and summarising a table:
//! `cargo bench --bench loading -- FILE`.
//!
//! `peers/loading.py` generates files and compares the times with those of pandas and polars.

use std::fs;
use std::ops::ControlFlow;
use std::time::Instant;

use nn_tui::data::{DataSummary, LoadOptions, Source, load_with, prepare};

/// Returns the kilobytes on line `name` of Linux's statistics about this process.
fn kilobytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}

fn main() {
    let Some(file) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        return;
    };
    let before = kilobytes("VmRSS");
    let start = Instant::now();
    let options = LoadOptions::default();
    let go_on = &mut |_| ControlFlow::Continue(());
    let data = load_with(&Source::parse(&file), &options, go_on).expect("a table");
    let loaded = start.elapsed().as_secs_f64();
    let after_loading = kilobytes("VmHWM");
    let prepared = prepare(&data, 0.2, 0).expect("enough rows");
    let prepared_after = start.elapsed().as_secs_f64();
    let summary = DataSummary::new(&data, &prepared);
    assert_eq!(summary.columns.len(), data.columns.len());
    let described = start.elapsed().as_secs_f64();
    let (rows, columns) = data.values.dim();
    let matrix = (rows * (columns + 1) * 4) as f64 / 1024.0;
    let peak = kilobytes("VmHWM");
    println!(
        "{{\"seconds\":{loaded:.4},\"prepared\":{prepared_after:.4},\"described\":{described:.4},\
         \"rows\":{rows},\"training\":{},\"matrix_kb\":{matrix:.0},\"before_kb\":{before},\"loading_kb\":{after_loading},\
         \"peak_kb\":{peak},\"ratio\":{:.3}}}",
        prepared.training.rows(),
        (peak - before) as f64 / matrix,
    );
}
