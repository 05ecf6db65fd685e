//! Networks and mini-batches to test with.

use ndarray::{Array1, Array2};
use nn_tui::nn::{
    Activation, Architecture, LayerParameters, LearningRule, Loss, Optimizer, Output, Parameters,
};
use nn_tui::nn::{LearningRate, WeightDecay};

/// Small, portable and good enough for test data (Steele, Lea and Flood 2014, "SplitMix64").
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `-1..1`.
    pub fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn matrix(&mut self, rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_simple_fn((rows, columns), || self.number())
    }

    /// Weights that keep the size of activations, and small biases.
    pub fn parameters(&mut self, architecture: &Architecture) -> Parameters {
        let layers = architecture.layer_shapes().map(|(inputs, outputs)| {
            let scale = (3.0 / inputs as f32).sqrt();
            LayerParameters {
                weights: self.matrix(outputs, inputs) * scale,
                biases: Array1::from_shape_simple_fn(outputs, || 0.5 * self.number()),
            }
        });
        Parameters {
            layers: layers.collect(),
        }
    }

    /// One class a row, as ones and zeros.
    pub fn classes(&mut self, rows: usize, classes: usize) -> Array2<f32> {
        let mut targets = Array2::zeros((rows, classes));
        for mut row in targets.outer_iter_mut() {
            row[self.below(classes)] = 1.0;
        }
        targets
    }

    /// A mini-batch for the architecture.
    pub fn batch(
        &mut self,
        architecture: &Architecture,
        rows: usize,
    ) -> (Array2<f32>, Array2<f32>) {
        let inputs = self.matrix(rows, architecture.inputs());
        (inputs, self.classes(rows, architecture.outputs()))
    }
}

pub fn architecture(
    sizes: &[usize],
    hidden: Activation,
    (output, loss): (Output, Loss),
) -> Architecture {
    Architecture::new(sizes.to_vec(), hidden, output, loss).unwrap()
}

/// Usual ends of networks.
pub const SOFTMAX: (Output, Loss) = (Output::Softmax, Loss::CrossEntropy);
pub const SIGMOID: (Output, Loss) = (Output::Sigmoid, Loss::Quadratic);
pub const LINEAR: (Output, Loss) = (Output::Linear, Loss::Quadratic);

/// Every output with every loss it goes with.
pub fn ends() -> Vec<(Output, Loss)> {
    let outputs = Output::ALL.into_iter();
    let all = outputs.flat_map(|output| Loss::ALL.map(|loss| (output, loss)));
    all.filter(|&(output, loss)| loss.goes_with(output))
        .collect()
}

pub fn rule(optimizer: Optimizer, learning_rate: f64, weight_decay: f64) -> LearningRule {
    LearningRule {
        optimizer,
        learning_rate: LearningRate::new(learning_rate).expect("a learning rate"),
        weight_decay: WeightDecay::new(weight_decay).expect("a weight decay"),
    }
}

pub fn bits(parameters: &Parameters) -> Vec<u32> {
    let layers = parameters.layers.iter();
    let numbers = layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases));
    numbers.map(|x| x.to_bits()).collect()
}
