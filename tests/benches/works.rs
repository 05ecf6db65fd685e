//! Networks of the benchmarks, and data for them.

use ndarray::Array2;
use nn_tui::nn::engine::{MiniBatch, Resources, StepOptions, Targets, Threads};
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::{
    Activation, Architecture, Engine, Initialisation, LearningRate, LearningRule, Loss, Optimizer,
    Output, WeightDecay,
};
use pulp::{Simd, WithSimd};

/// Number of mini-batches to cycle through, so that caches hold no more than in real training.
pub const BATCHES: usize = 32;

/// Network of a benchmark.
pub struct Work {
    pub name: &'static str,
    sizes: &'static [usize],
    pub batch: usize,
    style: Style,
    inputs: Inputs,
}

#[derive(Clone, Copy)]
enum Inputs {
    /// No zeros, as in a standardised table.
    Dense,
    /// White pixels around a shape, as in MNIST: 28 x 28, a fifth of them not zero.
    Pictures,
}

/// Activation, output, loss and optimizer of a network.
type Style = (Activation, Output, Loss, Optimizer);

const BOOK: Style = (
    Activation::Sigmoid,
    Output::Sigmoid,
    Loss::Quadratic,
    Optimizer::SGD,
);
const MODERN: Style = (
    Activation::Relu,
    Output::Softmax,
    Loss::CrossEntropy,
    Optimizer::ADAM,
);

use Inputs::{Dense, Pictures};

/// Networks of all benchmarks; `w2` is the network of the textbook for MNIST.
pub const WORKS: [Work; 6] = [
    work("w1_4_8_3", &[4, 8, 3], 10, BOOK, Dense),
    work("w2_784_30_10", &[784, 30, 10], 10, BOOK, Dense),
    work("w2_pictures", &[784, 30, 10], 10, BOOK, Pictures),
    work("w3_784_128_64_10", &[784, 128, 64, 10], 64, MODERN, Dense),
    work("w3_pictures", &[784, 128, 64, 10], 64, MODERN, Pictures),
    work(
        "w4_784_1024_1024_10",
        &[784, 1024, 1024, 10],
        256,
        MODERN,
        Dense,
    ),
];

const fn work(
    name: &'static str,
    sizes: &'static [usize],
    batch: usize,
    style: Style,
    inputs: Inputs,
) -> Work {
    Work {
        name,
        sizes,
        batch,
        style,
        inputs,
    }
}

/// Training rows.
pub struct Table {
    pub inputs: Array2<f32>,
    pub classes: Vec<u32>,
    /// Indices of all rows; a mini-batch is a chunk of them.
    pub rows: Vec<u32>,
}

impl Table {
    /// Returns a mini-batch of `rows`, a part of [`Self::rows`].
    pub fn mini_batch<'a>(&'a self, rows: &'a [u32]) -> MiniBatch<'a> {
        MiniBatch {
            inputs: self.inputs.view(),
            targets: Targets::Classes(&self.classes),
            rows: Some(rows),
            options: StepOptions::default(),
        }
    }
}

impl Work {
    /// Creates an engine with initial parameters.
    pub fn engine(&self, threads: Threads) -> Engine {
        let (hidden, output, loss, optimizer) = self.style;
        let sizes = self.sizes.to_vec();
        let architecture = Architecture::new(sizes, hidden, output, loss).unwrap();
        let parameters = Initialisation::Auto.draw(&architecture, 1);
        let resources = Resources {
            threads,
            ..Resources::one_thread()
        };
        Engine::with_resources(&architecture, &parameters, optimizer, self.batch, resources)
    }

    /// Returns the floating-point operations per sample: a multiplication and an addition per weight in
    /// the forward pass, the backward pass (except layer 1) and the gradient.
    pub fn operations(&self) -> f64 {
        let weights = |pair: &[usize]| (pair[0] * pair[1]) as f64;
        let all: f64 = self.sizes.windows(2).map(weights).sum();
        6.0 * all - 2.0 * weights(&self.sizes[..2])
    }

    /// Returns the learning rule.
    pub fn rule(&self) -> LearningRule {
        LearningRule {
            optimizer: self.style.3,
            learning_rate: LearningRate::new(1e-3).expect("a learning rate"),
            weight_decay: WeightDecay::ZERO,
        }
    }

    /// Creates [`BATCHES`] mini-batches of pseudo-random rows and classes.
    pub fn table(&self) -> Table {
        let mut state = 1_u32;
        let mut uniform = move || {
            // George Marsaglia's xorshift (2003).
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            f64::from(state) / f64::from(u32::MAX)
        };
        let count = BATCHES * self.batch;
        let mut inputs = Array2::from_shape_simple_fn((count, self.sizes[0]), || uniform() as f32);
        if let Inputs::Pictures = self.inputs {
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
        let classes = *self.sizes.last().unwrap();
        Table {
            inputs,
            classes: (0..count)
                .map(|_| ((uniform() * classes as f64) as usize % classes) as u32)
                .collect(),
            rows: (0..count as u32).collect(),
        }
    }
}

/// Kernel of multiplications and additions in registers.
struct Peak;

impl WithSimd for Peak {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        // Enough independent sums to hide the latency of each.
        const SUMS: usize = 12;
        const ROUNDS: usize = 10_000;
        let (factor, term) = (simd.splat_f32s(0.999), simd.splat_f32s(1e-3));
        let mut sums = std::hint::black_box([simd.splat_f32s(1.0); SUMS]);
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, term);
            }
        }
        std::hint::black_box(sums);
        (ROUNDS * SUMS * S::F32_LANES * 2) as f64
    }
}

/// Runs the multipliers at their peak, and returns the number of floating-point operations.
pub fn peak() -> f64 {
    Instructions::Best.unit().run(Peak)
}
