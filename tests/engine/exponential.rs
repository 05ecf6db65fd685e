//! Vector forms of the activations over the whole range of `f32`.

use nn_tui::nn::Activation;
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::kernels::elementwise::{activate_slice, multiply_by_slopes};

/// Floats between those that are tried, of both signs: 70 million in release builds, fewer
/// otherwise.
const STRIDE: usize = if cfg!(debug_assertions) { 4097 } else { 61 };

/// Largest relative error where the true value is a normal number, absolute below. Infinite inputs
/// whose true value is no number are left out.
fn largest_error(activation: Activation, instructions: Instructions) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    let largest = f32::INFINITY.to_bits();
    let mut patterns = (0..=largest).step_by(STRIDE).chain([largest]).peekable();
    let mut z = Vec::new();
    while patterns.peek().is_some() {
        z.clear();
        for pattern in patterns.by_ref().take(4096) {
            z.extend([f32::from_bits(pattern), -f32::from_bits(pattern)]);
        }
        let mut a = z.clone();
        activate_slice(instructions, activation, &mut a);
        for (&z, &a) in z.iter().zip(&a) {
            let expected = activation.value(f64::from(z));
            if expected.is_nan() || expected == f64::from(a) {
                continue;
            }
            let error = (f64::from(a) - expected).abs();
            // A factor of it may be smaller than a normal number.
            let smallest = f64::from(f32::MIN_POSITIVE * z.abs().max(1.0));
            let relative = if expected.abs() < smallest {
                assert!(error <= smallest, "{activation} at {z}");
                0.0
            } else {
                error / expected.abs()
            };
            assert!(!relative.is_nan(), "{activation} at {z} is {a}");
            if relative > worst.0 {
                worst = (relative, z);
            }
        }
    }
    worst
}

#[test]
fn errors_are_a_few_units_in_the_last_place() {
    for activation in Activation::ALL {
        // Below -9 the two exponentials that GELU multiplies lose a little each.
        let most = if activation == Activation::Gelu {
            1e-6
        } else {
            4e-7
        };
        for instructions in Instructions::ALL {
            let (error, z) = largest_error(activation, instructions);
            println!("{activation} {instructions:?}: {error:.2e} at {z}");
            assert!(error < most, "{activation} at {z}: {error:e}");
        }
    }
}

/// The slopes of the engine are those of the textbook, to an absolute error.
#[test]
fn vector_derivatives_are_those_of_the_textbook() {
    let z: Vec<f32> = (-4000..4000).map(|i| i as f32 * 0.005).collect();
    for activation in Activation::ALL {
        for instructions in Instructions::ALL {
            let mut a = z.clone();
            activate_slice(instructions, activation, &mut a);
            let mut slopes = vec![1.0; z.len()];
            multiply_by_slopes(instructions, activation, &z, &a, &mut slopes);
            for ((&z, &a), &slope) in z.iter().zip(&a).zip(&slopes) {
                let z = f64::from(z);
                let expected = activation.derivative(z, activation.value(z));
                let error = (f64::from(slope) - expected).abs();
                assert!(error < 6e-7, "{activation} at {z}, {a}: {slope} {expected}");
            }
        }
    }
}

#[test]
fn special_values() {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let payload = f32::from_bits(0xffc1_2345);
    for instructions in Instructions::ALL {
        for activation in Activation::ALL {
            let mut values = [nan, payload, -nan];
            activate_slice(instructions, activation, &mut values);
            assert!(
                values.iter().all(|a| a.is_nan()),
                "{activation}: {values:?}"
            );
        }
        let of = |activation, z: f32| {
            let mut a = [z];
            activate_slice(instructions, activation, &mut a);
            a[0]
        };
        assert_eq!(of(Activation::Sigmoid, inf), 1.0);
        assert_eq!(of(Activation::Sigmoid, -inf), 0.0);
        assert_eq!(of(Activation::Sigmoid, 0.0), 0.5);
        assert_eq!(of(Activation::Tanh, inf), 1.0);
        assert_eq!(of(Activation::Tanh, -inf), -1.0);
        assert_eq!(of(Activation::Tanh, -0.0), 0.0);
        assert_eq!(of(Activation::Relu, -inf), 0.0);
        assert_eq!(of(Activation::Relu, inf), inf);
        assert_eq!(of(Activation::LeakyRelu, -100.0), -1.0);
    }
}
