//! Default values of the settings of an optimizer.

use crate::{Loss, Output};

/// Default values of a setting, by output and loss.
pub(super) struct Defaults {
    pub usual: f64,
    /// Behind a sigmoid the gradient of the quadratic loss carries the factor `a (1 - a)` of at most a
    /// quarter and often far less, so larger rates suit it.
    pub sigmoid_quadratic: f64,
    /// Nothing bounds linear outputs, so too large a step feeds the next one.
    pub linear: f64,
}

/// Weight decay where none is given.
pub(super) enum DefaultDecay {
    /// One number for all networks and tables.
    Fixed(f64),
    /// Decay with which rows that were not seen are predicted best; see [`measured_decay`].
    Measured,
}

impl Defaults {
    pub fn of(&self, output: Output, loss: Loss) -> f64 {
        if output.range().1.is_infinite() {
            self.linear
        } else if !output.sums_to_one() && !loss.cancels_slope(output) {
            self.sigmoid_quadratic
        } else {
            self.usual
        }
    }
}

/// Weight decay of Adam for a numeric target: `0.1 sqrt(inputs / rows)` between 0.002 and 0.03, with two digits. The
/// fewer rows there are for each input, the more of a fit is noise.
pub(super) fn measured_decay(inputs_per_row: f64) -> f64 {
    let decay = (0.1 * inputs_per_row.sqrt()).clamp(0.002, 0.03);
    (decay * 1000.0).round() / 1000.0
}
