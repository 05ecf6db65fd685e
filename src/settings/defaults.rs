//! Default values of settings and options. Help shows them and tests use them; none is repeated
//! elsewhere.

use crate::nn::{Activation, BatchSize, Initialisation, Optimizer};

/// Built-in data set that is trained on.
pub const DATA: &str = "iris";
/// Hidden layer sizes of a network with few inputs; see [`hidden`].
pub(crate) const HIDDEN: [usize; 2] = [16, 16];
/// Hidden layer sizes of a network with many inputs.
pub(crate) const HIDDEN_OF_MANY: [usize; 2] = [64, 64];
/// Number of inputs up to which they are few.
pub(crate) const FEW_INPUTS: usize = 32;
/// Activation of the hidden layers.
pub(crate) const ACTIVATION: Activation = Activation::Relu;
/// Distribution of the initial weights.
pub(crate) const INIT: Initialisation = Initialisation::Auto;
/// Optimizer.
pub(crate) const OPTIMIZER: Optimizer = Optimizer::ADAM;

/// Mini-batch size.
pub(crate) const BATCH: BatchSize = BatchSize::DEFAULT;
/// Fraction of the rows kept for validation.
pub(crate) const VALIDATION: f64 = 0.2;
/// Seed. Fixed, so that the same command gives the same network.
pub(crate) const SEED: u64 = 0;
/// Maximum number of epochs of a headless run without `--epochs`.
pub(crate) const HEADLESS_EPOCHS: u64 = 1000;
/// Number of epochs without a lower validation loss after which such a run is finished.
pub(crate) const HEADLESS_PATIENCE: u64 = 100;
/// Number of epochs of such a run without validation rows, which has no best epoch.
pub(crate) const HEADLESS_EPOCHS_UNVALIDATED: u64 = 100;

/// Number of rows up to which a headless run that chooses its number of epochs trains a second network on validation
/// rows too. Tables with more gain little.
pub(crate) const MAX_REFIT_ROWS: usize = 10_000;

/// Returns the hidden layer sizes for a network with this number of inputs.
///
/// Sixteen neurons are enough for a few columns, and the screen shows them all. Through sixteen the
/// pixels of an image lose what the digits differ in.
pub fn hidden(inputs: usize) -> [usize; 2] {
    if inputs > FEW_INPUTS {
        HIDDEN_OF_MANY
    } else {
        HIDDEN
    }
}
