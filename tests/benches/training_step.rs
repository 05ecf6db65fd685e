//! How many samples a second the engine trains on: four networks, from toy to large.
//!
//! `cargo bench --bench training_step`. The networks are those of `peers/`, which runs the same
//! work in other libraries.

mod works;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nn_tui::nn::Activation;
use nn_tui::nn::engine::Threads;
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::kernels::elementwise::activate_slice;
use works::WORKS;

fn training_steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training_step");
    for work in &WORKS {
        let mut engine = work.engine(Threads::One);
        let (table, rule) = (work.table(), work.rule());
        let mut batches = table.rows.chunks(work.batch).cycle();
        group.throughput(Throughput::Elements(work.batch as u64));
        group.bench_function(work.name, |bencher| {
            bencher.iter(|| {
                let rows = batches.next().expect("no end");
                engine.train_on(table.mini_batch(rows), &rule).unwrap()
            });
        });
    }
}

fn activations(criterion: &mut Criterion) {
    let values: Vec<f32> = (0..4096).map(|i| (i as f32 - 2048.0) / 256.0).collect();
    let mut group = criterion.benchmark_group("activation");
    group.throughput(Throughput::Elements(values.len() as u64));
    for activation in Activation::ALL {
        group.bench_function(activation.name(), |bencher| {
            // Copying is a tenth of the time at most, and keeps the values as they were.
            let mut buffer = values.clone();
            bencher.iter(|| {
                buffer.copy_from_slice(&values);
                activate_slice(Instructions::Best, activation, &mut buffer);
            });
        });
    }
}

criterion_group!(benches, training_steps, activations);
criterion_main!(benches);
