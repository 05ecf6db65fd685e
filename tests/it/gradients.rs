//! Back-propagation against central differences, for every activation, output and loss.

use std::collections::HashSet;

use ndarray::Array2;
use nn_tui::nn::gradient_check::{BackPropagation, Check, choose, relative_error};
use nn_tui::nn::textbook::{Layer, Network};
use nn_tui::nn::{Activation, Architecture, Grade, Initialisation, Loss, Output};

/// Every output with every loss it goes with.
fn ends() -> Vec<(Output, Loss)> {
    let outputs = Output::ALL.into_iter();
    let all = outputs.flat_map(|output| Loss::ALL.map(|loss| (output, loss)));
    all.filter(|&(output, loss)| loss.goes_with(output))
        .collect()
}

/// Step of the finite differences.
const H: f64 = 1e-3;

/// Two samples whose weighted inputs keep clear of the kink of ReLU.
const INPUTS: [[f64; 3]; 2] = [[0.9, -0.4, 0.3], [-0.7, 0.8, 0.5]];
const TARGETS: [[f64; 3]; 2] = [[0.0, 1.0, 0.0], [0.2, 0.5, 0.3]];

fn loss(network: &Network, sample: usize) -> f64 {
    network.loss(&network.forward(&INPUTS[sample]), &TARGETS[sample])
}

/// Estimates `dC/dp` for the parameter that `place` returns, by central differences over `H` and `H / 2`
/// with Richardson extrapolation (1911): the error is of order `H^4`, below 1e-11 here.
fn difference(
    network: &mut Network,
    sample: usize,
    place: impl Fn(&mut Layer) -> &mut f64,
    layer: usize,
) -> f64 {
    let mut central = |h: f64| {
        let value = *place(&mut network.layers[layer]);
        *place(&mut network.layers[layer]) = value + h;
        let above = loss(network, sample);
        *place(&mut network.layers[layer]) = value - h;
        let below = loss(network, sample);
        *place(&mut network.layers[layer]) = value;
        (above - below) / (2.0 * h)
    };
    (4.0 * central(H / 2.0) - central(H)) / 3.0
}

fn check(hidden: Activation, (output, loss): (Output, Loss)) {
    let architecture = Architecture::new(vec![3, 5, 4, 3], hidden, output, loss).unwrap();
    let parameters = Initialisation::Normal.draw(&architecture, 12);
    let mut network = Network::new(&architecture, &parameters);
    for sample in 0..INPUTS.len() {
        let forward = network.forward(&INPUTS[sample]);
        let hidden_z = forward.z[..2].iter().flatten();
        assert!(hidden_z.clone().all(|z| z.abs() > 5.0 * H), "near a kink");
        let backward = network.backward(&forward, &TARGETS[sample]);
        for (l, gradient) in backward.gradient.iter().enumerate() {
            for (j, row) in gradient.weights.iter().enumerate() {
                for (i, &found) in row.iter().enumerate() {
                    let expected =
                        difference(&mut network, sample, |layer| &mut layer.weights[j][i], l);
                    assert_near(
                        found,
                        expected,
                        &format!("{hidden} {output} {loss} w{l}{j}{i}"),
                    );
                }
                let found = gradient.biases[j];
                let expected = difference(&mut network, sample, |layer| &mut layer.biases[j], l);
                assert_near(
                    found,
                    expected,
                    &format!("{hidden} {output} {loss} b{l}{j}"),
                );
            }
        }
    }
}

/// Asserts a relative error below 1e-7, or an absolute error within rounding: losses of order one, exact
/// to 1e-16, are subtracted and divided by 1e-3.
fn assert_near(found: f64, expected: f64, context: &str) {
    let error = (found - expected).abs();
    let size = found.abs().max(expected.abs());
    assert!(
        error < 1e-7 * size || error < 1e-11,
        "{context}: {found} instead of {expected}"
    );
}

#[test]
fn back_propagation_gives_the_derivatives_of_the_loss() {
    for hidden in Activation::ALL {
        for end in ends() {
            check(hidden, end);
        }
    }
}

fn mini_batch() -> (Array2<f64>, Array2<f64>) {
    let matrix = |rows: &[[f64; 3]]| Array2::from_shape_fn((rows.len(), 3), |(r, i)| rows[r][i]);
    (matrix(&INPUTS), matrix(&TARGETS))
}

fn gradient_check(architecture: &Architecture, seed: u64) -> Check {
    let parameters = Initialisation::Normal.draw(architecture, seed);
    let (inputs, targets) = mini_batch();
    let ids = choose(architecture, inputs.nrows(), seed);
    Check::new(architecture, parameters, inputs, targets, ids)
}

#[test]
fn a_check_finds_back_propagation_right() {
    let depths: [&[usize]; 4] = [&[], &[5], &[5, 4], &[4, 5, 3, 4]];
    for (hidden, sizes) in Activation::ALL
        .into_iter()
        .flat_map(|hidden| depths.map(|sizes| (hidden, sizes)))
    {
        for (output, loss) in ends() {
            let sizes = [&[3], sizes, &[3]].concat();
            let architecture = Architecture::new(sizes, hidden, output, loss).unwrap();
            let found = gradient_check(&architecture, 12).finish();
            let context = format!("{architecture} {hidden} {output} {loss}: {found:?}");
            assert_eq!(found.grade(), Grade::Excellent, "{context}");
            let all = architecture.parameter_count() as usize;
            assert_eq!(found.checked.len() + found.at_kinks, all, "{context}");
            assert!(found.at_kinks * 20 <= all, "{context}");
            assert!(
                found
                    .checked
                    .windows(2)
                    .all(|pair| pair[0].error >= pair[1].error)
            );
        }
    }
}

/// Common mistakes in back-propagation are detected.
#[test]
fn a_check_finds_back_propagation_wrong() {
    let mistakes: [(&str, BackPropagation); 4] = [
        ("a sign", |network, forward, targets| {
            let mut deltas = network.deltas(forward, targets);
            deltas[0].iter_mut().for_each(|delta| *delta = -*delta);
            deltas
        }),
        ("no f'", |network, forward, targets| {
            let mut deltas = network.deltas(forward, targets);
            deltas[0] = (0..deltas[0].len())
                .map(|i| {
                    let next = network.layers[1].weights.iter().zip(&deltas[1]);
                    next.map(|(weights, delta)| weights[i] * delta).sum()
                })
                .collect();
            deltas
        }),
        ("only one term of the sum", |network, forward, targets| {
            let mut deltas = network.deltas(forward, targets);
            for (i, delta) in deltas[0].iter_mut().enumerate() {
                let a = forward.a[1][i];
                *delta = network.layers[1].weights[0][i] * (1.0 - a * a);
            }
            deltas
        }),
        ("no number", |network, forward, targets| {
            let mut deltas = network.deltas(forward, targets);
            deltas[1][2] = f64::NAN;
            deltas
        }),
    ];
    for (mistake, back) in mistakes {
        let (output, loss) = (Output::Softmax, Loss::CrossEntropy);
        let architecture =
            Architecture::new(vec![3, 4, 3], Activation::Tanh, output, loss).unwrap();
        let found = gradient_check(&architecture, 5).of(back).finish();
        assert_eq!(found.grade(), Grade::Wrong, "{mistake}");
        let layer = if mistake == "no number" { 2 } else { 1 };
        assert_eq!(found.checked[0].id.layer(), layer, "{mistake}: {found:?}");
    }
}

/// Rows exactly at the kink have no derivative; parameters they reach are not judged.
#[test]
fn kinks_are_left_out_and_counted() {
    let (output, loss) = (Output::Softmax, Loss::CrossEntropy);
    let architecture = Architecture::new(vec![3, 4, 3], Activation::Relu, output, loss).unwrap();
    let mut parameters = Initialisation::Normal.draw(&architecture, 12);
    parameters.layers[0].weights.row_mut(2).fill(0.0);
    parameters.layers[0].biases[2] = 0.0;
    let (inputs, targets) = mini_batch();
    let ids = choose(&architecture, 2, 1);
    let found = Check::new(&architecture, parameters, inputs, targets, ids).finish();
    assert_eq!(found.at_kinks, 4, "three weights and the bias: {found:?}");
    assert_eq!(found.grade(), Grade::Excellent);
}

#[test]
fn gradients_that_vanish_are_not_wrong() {
    assert_eq!(relative_error(0.0, 0.0, 1.0), 0.0);
    assert!(Grade::of(relative_error(1e-16, -1e-14, 1.0)) == Grade::Excellent);
    assert!(relative_error(f64::NAN, 1.0, 1.0).is_nan());
    assert!(relative_error(f64::INFINITY, f64::INFINITY, 1.0).is_nan());
    assert!((relative_error(1.0, 1.1, 1.0) - 0.1 / 1.1).abs() < 1e-15);
}

#[test]
fn parameters_are_chosen_from_all_layers() {
    let sizes = vec![784, 1024, 1024, 10];
    let (output, loss) = (Output::Softmax, Loss::CrossEntropy);
    let architecture = Architecture::new(sizes, Activation::Relu, output, loss).unwrap();
    let ids = choose(&architecture, 256, 3);
    assert_eq!(ids, choose(&architecture, 256, 3));
    assert_ne!(ids, choose(&architecture, 256, 4));
    assert!(ids.iter().all(|id| id.is_in(architecture.sizes())));
    assert!(ids.iter().collect::<HashSet<_>>().len() == ids.len());
    for layer in 1..=3 {
        let of_layer = || ids.iter().filter(move |id| id.layer() == layer);
        assert!(of_layer().count() >= 50, "layer {layer}");
        assert!(of_layer().any(|id| id.input().is_none()));
    }
}
