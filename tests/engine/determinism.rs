//! Determinism: equal calls give bit-identical results.

use nn_tui::nn::engine::{MiniBatch, Workspace};
use nn_tui::nn::{Activation, Engine, Optimizer};

use crate::common::{Random, architecture, bits, ends, rule};

#[test]
fn same_calls_same_bits() {
    for (&optimizer, end) in Optimizer::ALL.iter().zip(ends().into_iter().cycle()) {
        let architecture = architecture(&[37, 50, 20, 5], Activation::Tanh, end);
        let run = |observe: bool, batch: usize| {
            let mut random = Random(4);
            let parameters = random.parameters(&architecture);
            let mut engine = Engine::new(&architecture, &parameters, optimizer, batch);
            let mut workspace = Workspace::new(&architecture, 12);
            let mut losses = Vec::new();
            for rows in [12, 12, 7, 12, 1] {
                let (inputs, targets) = random.batch(&architecture, rows);
                let rule = rule(optimizer, 0.05, 0.01);
                let step = engine
                    .train(MiniBatch::all(inputs.view(), targets.view()), &rule)
                    .unwrap();
                losses.push(step.loss.to_bits());
                if observe {
                    engine.forward(inputs.view(), &mut workspace);
                    engine = engine.clone();
                }
            }
            (losses, bits(&engine.parameters()))
        };
        assert_eq!(run(false, 12), run(false, 12));
        assert_eq!(run(false, 12), run(true, 12), "watching changes nothing");
        assert_eq!(
            run(false, 12),
            run(false, 40),
            "nor does room for more rows"
        );
    }
}
