//! Thresholds of all rules, in one place.
//!
//! "Learned nothing" means that the training loss is near that of the best constant prediction
//! ([`ExpectedLosses::constant`](super::ExpectedLosses)).

/// Diverging: multiple of the first training loss, at least that of equal outputs, above which a run diverges.
pub const EXPLODED: f64 = 10.0;
/// Diverging: multiple of it for the validation loss of a network that has learned the training rows, which overfitting does
/// not reach.
pub const EXPLODED_VALIDATION: f64 = 100.0;

/// Exploding gradients: size of a layer's gradient relative to its weights.
pub const EXPLODING: f64 = 10.0;

/// Dead neurons: fraction of a layer's neurons that is exceeded.
pub const DEAD: f64 = 0.5;
/// Dead neurons: number of them, unless they are all of the layer.
pub const MIN_DEAD: usize = 4;
/// Dead neurons: number of epochs, since some recover from the first large steps.
pub const DEAD_EPOCHS: u64 = 5;

/// Dead neurons: fraction of a layer's neurons that is exceeded where they are wasted even if the network has learned.
pub const WASTED: f64 = 0.65;
/// Dead neurons: number of neurons of a layer from which on they are wasted.
pub const MIN_WASTEFUL: usize = 32;

/// Dead neurons: size of their weights relative to the layer with the largest ones below which weight decay has killed them.
pub const DECAYED: f64 = 0.1;

/// Linear layers: training loss, as a multiple of the constant prediction's, up to which it is near that.
pub const NEAR_CONSTANT: f64 = 1.1;

/// Saturated neurons: fraction of a layer's neurons.
pub const SATURATED: f64 = 0.5;
/// Dead and saturated neurons: fraction of the constant prediction's loss above which they are a problem. Networks that have
/// learned well have them too.
pub const HALF_LEARNED: f64 = 0.5;

/// Vanishing gradients: gradient of the output layer relative to that of the smallest.
pub const VANISHING: f64 = 100.0;

/// Nothing is learned while the training loss is above this fraction of the constant prediction's.
pub const UNLEARNED: f64 = 0.9;
/// Number of epochs after which something should have been learned.
pub const PATIENCE: u64 = 10;

/// Number of epochs after which something should have been learned if no other reason is known.
pub const LONG: u64 = 30;

/// Learning rate too high: log10 of an update relative to the weights in some layer.
pub const HIGH_UPDATE: f64 = -1.5;
/// Learning rate too low: log10 of the update relative to the weights in every layer.
pub const LOW_UPDATE: f64 = -3.3;
/// Learning rate too low: fraction of the constant prediction's loss above which the training loss still is.
pub const SLOW: f64 = 0.8;

/// Constant outputs: standard deviation of predicted numbers relative to that of the true ones.
pub const CONSTANT: f64 = 0.02;

/// Initial loss: multiple of that of equal outputs.
pub const INITIAL_FACTOR: f64 = 2.0;
/// Initial loss: what is added to that multiple, for losses without an upper limit.
pub const INITIAL_MARGIN: f64 = 2.5;
/// Initial loss: multiple for losses with an upper limit, such as the quadratic loss of fractions.
pub const INITIAL_FACTOR_OF_FRACTIONS: f64 = 1.6;

/// Memorising: number of epochs.
pub const MEMORISED_EPOCHS: u64 = 30;
/// Memorising: fraction of the constant prediction's loss below which the training loss is.
pub const MEMORISED: f64 = 0.6;
/// Memorising: fraction of the constant prediction's loss that the validation loss was never below.
pub const NEVER_BELOW: f64 = 0.95;
/// Memorising: fraction of the way from the constant prediction's score to 1 that the validation score has never gone. A
/// network with confident predictions may be right on most rows, and its loss large by the few others.
pub const NEVER_SCORED: f64 = 0.4;

/// Overfitting: rise of the smoothed validation loss above its minimum, as a fraction of the minimum.
pub const RISE: f64 = 0.05;
/// Overfitting: rise as a fraction of the first validation loss, which lets a loss near zero double.
pub const RISE_OF_FIRST: f64 = 0.01;
/// Overfitting: mean rise since then above which it is no noise, as a fraction of the minimum.
pub const CLEAR_RISE: f64 = 0.2;
/// Overfitting: mean rise since then as a fraction of the first validation loss.
pub const CLEAR_RISE_OF_FIRST: f64 = 0.05;
/// Overfitting: number of epochs that the rise must last.
pub const RISE_EPOCHS: u64 = 10;
/// Overfitting: fraction of the run that the rise must last.
pub const RISE_PART: f64 = 0.05;

/// Class never predicted: number of epochs in a row.
pub const NEVER_EPOCHS: u64 = 10;
/// Class never predicted: number of validation rows of the class.
pub const NEVER_ROWS: u32 = 5;
/// Class never predicted: fraction of all other rows that are predicted correctly.
pub const OTHERS_CORRECT: f64 = 0.6;

/// Validation set too small: number of rows below which an accuracy is off by more than 11 percentage points (one standard
/// error).
pub const MIN_VALIDATION_ROWS: usize = 20;
