//! Leaving out zeros changes no bit.

use pulp::{Simd, WithSimd};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::kernels::Instructions;
use crate::kernels::aligned::Aligned;
use crate::kernels::gradient;
use crate::kernels::gradient::Samples;
use crate::kernels::panels::{Panels, WIDE};
use crate::kernels::product;
use crate::kernels::product::Start;
use crate::kernels::update::{LayerUpdate, Scale};
use crate::optimizer::VectorRule;
use crate::{LearningRate, WeightDecay};
use crate::{LearningRule, Optimizer};

/// Numbers of which a part is zero, with something in the padding if `is_padded`.
fn random(
    rng: &mut ChaCha8Rng,
    (rows, columns): (usize, usize),
    zeros: f64,
    is_padded: bool,
) -> Panels {
    let mut panels = Panels::zeros(rows, columns, WIDE);
    if is_padded {
        panels.values_mut().fill(0.5);
    }
    for r in 0..rows {
        for c in 0..columns {
            let is_zero = rng.random_bool(zeros);
            let x = if is_zero {
                0.0
            } else {
                rng.random_range(-1.0..1.0)
            };
            panels.set(r, c, x);
        }
    }
    panels
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// `C = A B`, and how much of it the sparse product does.
struct Product<'a> {
    a: (&'a Panels, usize),
    b: &'a Panels,
    start: Start,
    c: &'a Panels,
    c_first: usize,
    room: Scratch,
}

impl WithSimd for Product<'_> {
    type Output = (usize, Panels);

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> Self::Output {
        let mut c = self.c.clone();
        let to = (&mut c, self.c_first);
        let done =
            crate::kernels::sparse::product(simd, self.a, self.b, self.start, to, &mut self.room);
        let mut c = self.c.clone();
        let to = (&mut c, self.c_first);
        product::product(simd, self.a, self.b, self.start, to, &mut self.room);
        (done, c)
    }
}

/// `A B`, and how many panels of it the sparse product does.
fn multiply(instructions: Instructions, a: &Panels, b: &Panels) -> (usize, Panels) {
    instructions.unit().run(Product {
        a: (a, 0),
        b,
        start: Start::Zero,
        c: &Panels::zeros(a.rows(), b.columns(), WIDE),
        c_first: 0,
        room: Scratch::new(&[b.rows(), b.columns()], a.rows(), 1),
    })
}

#[test]
fn products_are_the_dense_ones() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    // Rows, depth, columns around the sizes of blocks and strips.
    let shapes = [
        (16, 64, 64),
        (32, 96, 128),
        (33, 97, 129),
        (40, 144, 300),
        (65, 784, 128),
        (129, 191, 64),
        (32, 200, 65),
    ];
    for (rows, depth, columns) in shapes {
        for zeros in [0.7, 0.9, 1.0] {
            for start in [Start::Zero, Start::Bias, Start::Sum] {
                // A and C with a panel before those that are meant.
                let a = random(&mut rng, (rows, depth + WIDE), zeros, true);
                let c = random(&mut rng, (rows, columns + WIDE), 0.0, false);
                let b_rows = depth + usize::from(start == Start::Bias);
                let b = random(&mut rng, (b_rows, columns), 0.1, false);
                for instructions in Instructions::ALL {
                    let run = |room| {
                        instructions.unit().run(Product {
                            a: (&a, 1),
                            b: &b,
                            start,
                            c: &c,
                            c_first: 1,
                            room,
                        })
                    };
                    let context = format!("{rows} {depth} {columns} {zeros} {start:?}");
                    let (done, sparse) = run(Scratch::new(&[depth, columns], rows, 1));
                    let (none, dense) = run(Scratch::new(&[], 0, 1));
                    assert_eq!(bits(sparse.values()), bits(dense.values()), "{context}");
                    assert_eq!(none, 0);
                    let half_strip = match instructions.unit().lanes() {
                        16 => 4,
                        1 => usize::MAX,
                        _ => 2,
                    };
                    assert_eq!(done, b.count() / half_strip * half_strip, "{context}");
                }
            }
        }
    }
}

#[test]
fn full_matrices_and_small_ones_are_left_to_the_dense_product() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (rows, depth, columns, zeros) in [
        (40, 150, 128, 0.4),
        (15, 150, 128, 0.8),
        (40, 47, 128, 0.8),
        (40, 150, 48, 0.8),
    ] {
        let a = random(&mut rng, (rows, depth), zeros, false);
        let b = random(&mut rng, (depth, columns), 0.0, false);
        for instructions in Instructions::ALL {
            let (done, _) = multiply(instructions, &a, &b);
            assert_eq!(done, 0, "{rows} {depth} {columns} {zeros}");
        }
    }
}

#[test]
fn what_is_not_a_number_is_not_left_out() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut a = random(&mut rng, (40, 150), 0.7, false);
    a.set(7, 70, f32::NAN);
    let b = random(&mut rng, (150, 130), 0.0, false);
    for instructions in Instructions::ALL {
        let (_, c) = multiply(instructions, &a, &b);
        for row in 0..40 {
            for column in 0..130 {
                assert_eq!(c.get(row, column).is_nan(), row == 7);
            }
        }
    }
}

/// One update of a layer from the gradient of two parts of a mini-batch.
struct Update<'a> {
    samples: &'a [Samples<'a>],
    /// Of the deltas: the first panel to take, and their number.
    panels: (usize, usize),
    parameters: &'a Panels,
    rule: LearningRule,
    room: Scratch,
}

impl WithSimd for Update<'_> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self {
            samples,
            panels,
            parameters,
            rule,
            mut room,
        } = self;
        let decay = rule.weight_decay.get() as f32;
        let mut weights = parameters.clone();
        let mut values = Aligned::zeros(weights.values().len());
        values.fill(0.1);
        let mut state = vec![values; rule.optimizer.state_len()];
        let inputs = weights.rows() - 1;
        let mut transposed = Panels::zeros(weights.columns(), inputs, WIDE);
        let mut consumer = LayerUpdate {
            scale: Scale { share: 0.1, decay },
            rule: &VectorRule::new(&rule, 3),
            parameters: weights.values_mut(),
            state: &mut state,
        };
        let to = Some(&mut transposed);
        gradient::gradient(simd, samples, panels, &mut consumer, to, &mut room);
        let mut sums = Aligned::zeros(weights.values().len());
        let mut consumer = LayerUpdate {
            scale: Scale { share: 0.1, decay },
            rule: &VectorRule::Sums,
            parameters: &mut sums,
            state: &mut [],
        };
        gradient::gradient(simd, samples, panels, &mut consumer, None, &mut room);
        let state = state.iter().map(|values| &values[..]);
        [weights.values(), transposed.values(), &sums]
            .into_iter()
            .chain(state)
            .flat_map(bits)
            .collect()
    }
}

#[test]
fn updates_are_the_dense_ones() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    // Rows of either part, inputs, outputs.
    let shapes = [
        (32, 0, 96, 128),
        (48, 49, 97, 129),
        (40, 39, 300, 260),
        (65, 64, 130, 65),
        (128, 1, 150, 128),
    ];
    for (first, second, inputs, outputs) in shapes {
        for (zeros, decay) in [(0.7, 0.0), (0.9, 0.1), (1.0, 0.0), (1.0, 0.1)] {
            // The first layer knows which columns are zero in all rows, and has nothing in the padding.
            let is_first = zeros > 0.7;
            let mut a =
                [first, second].map(|rows| random(&mut rng, (rows, inputs), zeros, !is_first));
            if is_first {
                for part in &mut a {
                    Instructions::Best.unit().run(FindSpans(part));
                }
            }
            let columns = outputs + WIDE;
            let d = [first, second].map(|rows| random(&mut rng, (rows, columns), 0.5, false));
            let samples = [0, 1].map(|part| Samples {
                activations: &a[part],
                deltas: &d[part],
            });
            let parts = if second == 0 { 1 } else { 2 };
            let parameters = random(&mut rng, (inputs + 1, outputs), 0.1, false);
            for instructions in Instructions::ALL {
                for &optimizer in Optimizer::ALL {
                    let rule = LearningRule {
                        optimizer,
                        learning_rate: LearningRate::new(0.3).unwrap(),
                        weight_decay: WeightDecay::new(decay).unwrap(),
                    };
                    let run = |room| {
                        instructions.unit().run(Update {
                            samples: &samples[..parts],
                            panels: (1, outputs.div_ceil(WIDE)),
                            parameters: &parameters,
                            rule,
                            room,
                        })
                    };
                    let sparse = run(Scratch::new(&[inputs, outputs], first + second, 2));
                    let dense = run(Scratch::new(&[], 0, 1));
                    let context = format!("{first} {second} {inputs} {outputs} {zeros} {decay}");
                    assert!(sparse == dense, "{context}");
                }
            }
        }
    }
}

struct FindSpans<'a>(&'a mut Panels);

impl WithSimd for FindSpans<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        self.0.find_spans(simd)
    }
}
