//! Training allocates nothing.

use allocation_counter::measure;
use nn_tui::nn::engine::{MiniBatch, Workspace};
use nn_tui::nn::{Activation, Engine, Optimizer};

use crate::common::{Random, architecture, ends, rule};

/// Layers so large that zeros are left out.
const SPARSE: &[usize] = &[150, 300, 130, 5];

#[test]
fn steps_passes_and_copies_allocate_nothing() {
    for sizes in [
        &[4, 8, 3][..],
        &[784, 30, 10],
        &[40, 300, 100, 5],
        &[2, 1],
        SPARSE,
    ] {
        for (hidden, end) in Activation::ALL.into_iter().zip(ends().into_iter().cycle()) {
            for &optimizer in Optimizer::ALL {
                let architecture = architecture(sizes, hidden, end);
                let mut random = Random(1);
                let mut parameters = random.parameters(&architecture);
                let (mut inputs, targets) = random.batch(&architecture, 40);
                if sizes == SPARSE {
                    inputs.mapv_inplace(|x| if x < 0.5 { 0.0 } else { x });
                }
                let mut engine = Engine::new(&architecture, &parameters, optimizer, 40);
                let mut workspace = Workspace::new(&architecture, 40);
                let rule = rule(optimizer, 0.01, 1e-4);
                let allocations = measure(|| {
                    for _ in 0..3 {
                        let step =
                            engine.train(MiniBatch::all(inputs.view(), targets.view()), &rule);
                        assert!(step.is_ok());
                        engine.forward(inputs.view(), &mut workspace);
                        workspace.loss(targets.view());
                        engine.copy_parameters(&mut parameters);
                    }
                });
                assert_eq!(allocations.count_total, 0, "{sizes:?} {hidden} {optimizer}");
            }
        }
    }
}
