use proptest::prelude::*;
use pulp::{Simd, WithSimd};

use super::*;
use crate::kernels::Instructions;
use crate::kernels::aligned::Aligned;
use crate::kernels::update::{Scale, Tile};

#[test]
fn names_are_read_back() {
    for &optimizer in Optimizer::ALL {
        assert_eq!(Optimizer::named(optimizer.name()), Some(optimizer));
        assert_eq!(Optimizer::parse(&optimizer.words()), Ok(optimizer));
        for (name, value) in optimizer.constants() {
            assert_eq!(optimizer.constant(name), Some(value));
            let other = optimizer.with(name, 0.5).unwrap();
            assert_eq!(Optimizer::parse(&other.words()), Ok(other));
            assert_ne!(other, optimizer);
            assert!(other.is_same_kind(optimizer));
        }
    }
}

#[test]
fn wrong_words_are_refused() {
    for (text, message) in [
        ("", "optimizer takes one of sgd, "),
        ("foo", "optimizer takes one of sgd, "),
        ("sgd 1", "sgd takes no number and nothing else"),
        (
            "momentum 1",
            "momentum is 1; it must be at least 0 and below 1",
        ),
        ("momentum x", "momentum is NaN; it must be at least 0"),
        (
            "momentum 0.5 0.5",
            "momentum takes momentum and nothing else",
        ),
        ("adam 0.9 -0.1", "beta2 is -0.1; it must be"),
        (
            "adam 0.9 0.9 0",
            "epsilon is 0; it must be above 0 and finite",
        ),
        ("adam 0.9 0.9 1e-60", "epsilon is 0"),
    ] {
        let error = Optimizer::parse(text).unwrap_err();
        assert!(error.starts_with(message), "{text}: {error}");
    }
    assert!(Optimizer::SGD.with("momentum", 0.5).is_err());
    assert!(Optimizer::MOMENTUM.with("momentum", f64::NAN).is_err());
}

#[test]
fn files_hold_names_and_constants() {
    for (optimizer, text) in [
        (Optimizer::SGD, r#"{"name":"sgd"}"#),
        (Optimizer::MOMENTUM, r#"{"name":"momentum","momentum":0.9}"#),
        (
            Optimizer::ADAM,
            r#"{"name":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&optimizer).unwrap(), text);
    }
    for &optimizer in Optimizer::ALL {
        let text = serde_json::to_string(&optimizer).unwrap();
        assert_eq!(serde_json::from_str::<Optimizer>(&text).unwrap(), optimizer);
    }
    for (text, message) in [
        (r#"{"name":"foo"}"#, "unknown optimizer \"foo\""),
        (r#"{"name":"momentum"}"#, "momentum without momentum"),
        (
            r#"{"name":"momentum","momentum":1.5}"#,
            "momentum is 1.5; it must be",
        ),
        (r#"{"name":"sgd","momentum":0.5}"#, "sgd has no constant"),
    ] {
        let error = serde_json::from_str::<Optimizer>(text)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(message), "{text}: {error}");
    }
}

#[test]
fn formulas_are_printed_and_filled_in() {
    let rule = LearningRule {
        optimizer: Optimizer::ADAM,
        learning_rate: LearningRate::new(0.01).unwrap(),
        weight_decay: WeightDecay::ZERO,
    };
    let before = ParameterState {
        state: [0.5, 0.25],
        count: 3,
    };
    let lines = UpdateFormula::new(&rule).explain(&before, 2.0, 1.0);
    let text = |line: &Explained| format!("{} = {}", line.target, line.formula);
    assert_eq!(
        lines.iter().map(text).collect::<Vec<_>>(),
        [
            "m = β₁ m + (1 − β₁) g",
            "v = β₂ v + (1 − β₂) g²",
            "m′ = m / (1 − β₁ᵗ)",
            "v′ = v / (1 − β₂ᵗ)",
            "Δw = −η m′ / (√v′ + ε)",
        ]
    );
    assert_eq!(lines[0].constants, [("β₁", 0.9)]);
    assert_eq!(lines[4].constants, [("η", 0.01), ("ε", 1e-8)]);
    assert_eq!(lines[2].updates, Some(4));
    assert_eq!(lines[4].updates, None);
    assert_eq!(
        lines[0].parts,
        [
            Part::Constant(0.9),
            Part::Text("× "),
            Part::Number(0.5),
            Part::Text("+ "),
            Part::Constant(1.0 - 0.9),
            Part::Text("× "),
            Part::Number(2.0),
        ]
    );
}

/// One update of some parameters by the vector form.
struct OnVectors<'a> {
    rule: LearningRule,
    updates: u64,
    rows: f32,
    sums: &'a [f32],
    parameters: &'a mut [f32],
    state: &'a mut [Aligned],
}

impl WithSimd for OnVectors<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let scale = Scale {
            share: 1.0 / self.rows,
            decay: self.rule.weight_decay.get() as f32,
        };
        let rule = VectorRule::new(&self.rule, self.updates);
        let tile = Tile {
            parameters: self.parameters,
            state: self.state,
            position: 0,
        };
        rule.update(simd, scale, S::as_simd_f32s(self.sums).0, tile);
    }
}

proptest! {
    /// The scalar form in `f64` and the vector form in `f32`, for some updates in a row.
    #[test]
    fn vectors_are_updated_as_scalars_are(
        optimizer in prop::sample::select(Optimizer::ALL.to_vec()),
        weight_decay in prop::sample::select(vec![0.0, 0.1]),
        gradients in prop::collection::vec(prop::collection::vec(-2f32..2.0, 16), 1..6),
        initial in prop::collection::vec(-3f32..3.0, 16),
    ) {
        let rule = LearningRule {
            // With a smaller one the sign of a gradient near zero decides.
            optimizer: optimizer.with("epsilon", 1e-2).unwrap_or(optimizer),
            learning_rate: LearningRate::new(0.05).unwrap(),
            weight_decay: WeightDecay::new(weight_decay).unwrap(),
        };
        for instructions in Instructions::ALL {
            let mut parameters = initial.clone();
            let mut state = vec![Aligned::zeros(16); optimizer.state_len()];
            let mut expected: Vec<f64> = initial.iter().map(|&w| w.into()).collect();
            let mut updates = [ParameterState::default(); 16];
            let formula = UpdateFormula::new(&rule);
            for (t, sums) in (1..).zip(&gradients) {
                instructions.unit().run(OnVectors {
                    rule,
                    updates: t,
                    rows: 8.0,
                    sums,
                    parameters: &mut parameters,
                    state: &mut state,
                });
                for (i, w) in expected.iter_mut().enumerate() {
                    *w += formula.apply(&mut updates[i], f64::from(sums[i]) / 8.0, *w);
                }
            }
            for i in 0..16 {
                let (found, expected) = (f64::from(parameters[i]), expected[i]);
                prop_assert!((found - expected).abs() < 2e-6, "{found} instead of {expected}");
                for (values, expected) in state.iter().zip(updates[i].state) {
                    let found = f64::from(values[i]);
                    prop_assert!((found - expected).abs() < 2e-6, "{found} instead of {expected}");
                }
            }
        }
    }
}

#[test]
fn the_call_of_pytorch_has_every_constant() {
    for &optimizer in Optimizer::ALL {
        let call = optimizer.torch();
        assert!(!call.contains('{') && call.ends_with(')'), "{call}");
        for (name, value) in optimizer.constants() {
            assert!(call.contains(&format!("{value:?}")), "{name}: {call}");
        }
    }
}
