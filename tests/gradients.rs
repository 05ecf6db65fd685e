//! Back-propagation against central differences: the formulas of the textbook are the derivatives
//! of its loss, for every activation, output and loss.

use nn_tui::nn::textbook::{Layer, Network};
use nn_tui::nn::{Activation, Architecture, Initialisation, Loss, Output};

const ENDS: [(Output, Loss); 4] = [
    (Output::Softmax, Loss::CrossEntropy),
    (Output::Softmax, Loss::Quadratic),
    (Output::Sigmoid, Loss::Quadratic),
    (Output::Linear, Loss::Quadratic),
];

/// Step of the differences.
const H: f64 = 1e-3;

/// Two samples whose weighted inputs stay clear of the kink of ReLU.
const INPUTS: [[f64; 3]; 2] = [[0.9, -0.4, 0.3], [-0.7, 0.8, 0.5]];
const TARGETS: [[f64; 3]; 2] = [[0.0, 1.0, 0.0], [0.2, 0.5, 0.3]];

fn loss(network: &Network, sample: usize) -> f64 {
    network.loss(&network.forward(&INPUTS[sample]), &TARGETS[sample])
}

/// `dC/dp` for the parameter that `place` finds. The differences over `H` and `H / 2` are combined
/// so that their errors of second order cancel (Richardson 1911); what is left is of order `H^4`,
/// below 1e-11 here.
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

/// A relative error below 1e-7, or an absolute one that is all rounding: the differences subtract
/// losses of order one, known to 1e-16, and divide by 1e-3.
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
        for end in ENDS {
            check(hidden, end);
        }
    }
}
