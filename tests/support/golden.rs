//! Records of trainings by PyTorch.

use ndarray::{Array1, Array2};
use nn_tui::nn::{LayerParameters, Parameters};
use serde::Deserialize;

/// Parameters of a layer.
#[derive(Deserialize)]
pub struct Layer {
    /// `weights[j][i]`: from neuron `i` of the layer before to neuron `j` of this one.
    pub weights: Vec<Vec<f64>>,
    pub biases: Vec<f64>,
}

pub fn parameters(layers: &[Layer]) -> Parameters {
    let layers = layers.iter().map(|layer| LayerParameters {
        weights: matrix(&layer.weights),
        biases: Array1::from_iter(layer.biases.iter().map(|&b| b as f32)),
    });
    Parameters {
        layers: layers.collect(),
    }
}

pub fn matrix(rows: &[Vec<f64>]) -> Array2<f32> {
    let numbers = rows.iter().flatten().map(|&x| x as f32).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), numbers).unwrap()
}

#[track_caller]
pub fn assert_near(found: f64, expected: f64, tolerance: f64, name: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{name}: {found} instead of {expected}"
    );
}
