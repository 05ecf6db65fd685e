//! How long a table takes to be read, and how much memory: `cargo bench --bench loading -- FILE`.
//!
//! `peers/loading.py` makes files and holds this against pandas.

use std::fs;
use std::ops::ControlFlow;
use std::time::Instant;

use nn_tui::data::{LoadOptions, Source, load_with, prepare};

/// Kilobytes on the line `name:` of Linux's statistics about this process.
fn kilobytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}

fn main() {
    let Some(file) = std::env::args().skip(1).find(|it| !it.starts_with("--")) else {
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
    let (rows, columns) = data.values.dim();
    let matrix = (rows * (columns + 1) * 4) as f64 / 1024.0;
    let peak = kilobytes("VmHWM");
    println!(
        "{{\"seconds\":{loaded:.4},\"prepared\":{:.4},\"rows\":{rows},\"training\":{},\
         \"matrix_kb\":{matrix:.0},\"before_kb\":{before},\"loading_kb\":{after_loading},\
         \"peak_kb\":{peak},\"ratio\":{:.3}}}",
        start.elapsed().as_secs_f64(),
        prepared.training.rows(),
        (peak - before) as f64 / matrix,
    );
}
