//! Training throughput in samples per second: four networks, from toy to large, the cost of optimizers
//! and activations, and the peak floating-point operations of the processor.
//!
//! `cargo bench --bench training_step`. The networks are those of `peers/`, which runs the same
//! work in other libraries.

mod works;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nn_tui::nn::engine::Threads;
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::kernels::elementwise::activate_slice;
use nn_tui::nn::{Activation, LearningRule, Optimizer};
use works::{WORKS, peak};

fn training_steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training_step");
    for work in &WORKS {
        let mut engine = work.engine(Threads::ONE);
        let (table, rule) = (work.table(), work.rule());
        let mut batches = table.rows.chunks(work.batch).cycle();
        let operations = work.operations() * work.batch as f64;
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_function(work.name, |bencher| {
            bencher.iter(|| {
                let rows = batches.next().expect("no end");
                engine.train(table.mini_batch(rows), &rule).unwrap()
            });
        });
    }
}

/// Peak of the processor in operations per second, the unit of the steps.
fn processor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("processor");
    group.throughput(Throughput::Elements(peak() as u64));
    group.bench_function("multiply-add", |bencher| bencher.iter(peak));
}

fn optimizers(criterion: &mut Criterion) {
    let work = WORKS.iter().find(|work| work.name == "w3_784_128_64_10");
    let work = work.expect("a known network");
    let table = work.table();
    let mut group = criterion.benchmark_group("optimizer");
    for optimizer in [Optimizer::SGD, Optimizer::MOMENTUM, Optimizer::ADAM] {
        let mut engine = work.engine(Threads::ONE);
        let rule = LearningRule {
            optimizer,
            ..work.rule()
        };
        let mut batches = table.rows.chunks(work.batch).cycle();
        group.bench_function(optimizer.name(), |bencher| {
            bencher.iter(|| {
                let rows = batches.next().expect("no end");
                engine.train(table.mini_batch(rows), &rule).unwrap()
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

criterion_group!(benches, processor, training_steps, optimizers, activations);
criterion_main!(benches);
