//! How many samples a second the engine trains on: four networks, from toy to large.
//!
//! `cargo bench --bench training_step`. The networks are those of `peers/`, which runs the same
//! work in other libraries.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::kernels::elementwise::activate_slice;
use nn_tui::nn::{
    Activation, Architecture, Engine, Initialisation, LearningRule, Loss, Optimizer, Output,
};

/// One of the networks that are compared.
struct Work {
    name: &'static str,
    sizes: &'static [usize],
    batch: usize,
    hidden: Activation,
    end: (Output, Loss),
    optimizer: Optimizer,
    inputs: Inputs,
}

#[derive(Clone, Copy)]
enum Inputs {
    /// No zeros, as in a standardised table.
    Dense,
    /// White pixels around a shape, as in MNIST: 28 x 28, a fifth of them not zero.
    Pictures,
}

const BOOK: (Activation, (Output, Loss)) =
    (Activation::Sigmoid, (Output::Sigmoid, Loss::Quadratic));
const MODERN: (Activation, (Output, Loss)) =
    (Activation::Relu, (Output::Softmax, Loss::CrossEntropy));

const WORKS: [Work; 6] = [
    work(
        "w1_4_8_3",
        &[4, 8, 3],
        10,
        BOOK,
        Optimizer::Sgd,
        Inputs::Dense,
    ),
    work(
        "w2_784_30_10",
        &[784, 30, 10],
        10,
        BOOK,
        Optimizer::Sgd,
        Inputs::Dense,
    ),
    work(
        "w2_pictures",
        &[784, 30, 10],
        10,
        BOOK,
        Optimizer::Sgd,
        Inputs::Pictures,
    ),
    work(
        "w3_784_128_64_10",
        &[784, 128, 64, 10],
        64,
        MODERN,
        Optimizer::ADAM,
        Inputs::Dense,
    ),
    work(
        "w3_pictures",
        &[784, 128, 64, 10],
        64,
        MODERN,
        Optimizer::ADAM,
        Inputs::Pictures,
    ),
    work(
        "w4_784_1024_1024_10",
        &[784, 1024, 1024, 10],
        256,
        MODERN,
        Optimizer::ADAM,
        Inputs::Dense,
    ),
];

const fn work(
    name: &'static str,
    sizes: &'static [usize],
    batch: usize,
    (hidden, end): (Activation, (Output, Loss)),
    optimizer: Optimizer,
    inputs: Inputs,
) -> Work {
    Work {
        name,
        sizes,
        batch,
        hidden,
        end,
        optimizer,
        inputs,
    }
}

/// Mini-batches to choose from, so that the caches hold no more than in real training.
const BATCHES: usize = 32;

fn training_steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training_step");
    for work in &WORKS {
        let (output, loss) = work.end;
        let architecture =
            Architecture::new(work.sizes.to_vec(), work.hidden, output, loss).unwrap();
        let parameters = Initialisation::Auto.draw(&architecture, 1);
        let mut engine = Engine::new(&architecture, &parameters, work.optimizer, work.batch);
        let batches: Vec<_> = (0..BATCHES).map(|seed| batch(work, seed as u32)).collect();
        let rule = LearningRule {
            optimizer: work.optimizer,
            learning_rate: 1e-3,
            weight_decay: 0.0,
        };
        let mut next = 0;
        group.throughput(Throughput::Elements(work.batch as u64));
        group.bench_function(work.name, |bencher| {
            bencher.iter(|| {
                let (inputs, targets) = &batches[next % BATCHES];
                next += 1;
                engine.train(inputs.view(), targets.view(), &rule).unwrap()
            });
        });
    }
}

/// Pseudo-random rows and classes; only their speed matters.
fn batch(work: &Work, seed: u32) -> (Array2<f32>, Array2<f32>) {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut uniform = move || {
        // George Marsaglia's xorshift (2003).
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / f64::from(u32::MAX)
    };
    let mut inputs = Array2::from_shape_simple_fn((work.batch, work.sizes[0]), || uniform() as f32);
    if let Inputs::Pictures = work.inputs {
        // A square of 12 x 12 somewhere in the middle 20 x 20.
        for mut picture in inputs.outer_iter_mut() {
            let (top, left) = (
                (4.0 + 9.0 * uniform()) as usize,
                (4.0 + 9.0 * uniform()) as usize,
            );
            for (i, pixel) in picture.iter_mut().enumerate() {
                let (y, x) = (i / 28, i % 28);
                if !(top..top + 12).contains(&y) || !(left..left + 12).contains(&x) {
                    *pixel = 0.0;
                }
            }
        }
    }
    let classes = *work.sizes.last().unwrap();
    let mut targets = Array2::zeros((work.batch, classes));
    for mut row in targets.outer_iter_mut() {
        row[(uniform() * classes as f64) as usize % classes] = 1.0;
    }
    (inputs, targets)
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
