//! One row's forward pass.

use ndarray::Array2;

use crate::train::inspection::Rows;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Session};

/// An `f32` compared by its bits, so that NaN equals itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits(u32);

impl From<f32> for Bits {
    fn from(value: f32) -> Self {
        Self(value.to_bits())
    }
}

impl From<Bits> for f32 {
    fn from(bits: Bits) -> Self {
        f32::from_bits(bits.0)
    }
}

/// Asks for the forward pass of one row, possibly with some inputs changed.
#[derive(Debug, Clone, PartialEq)]
pub struct RowProbe {
    /// The row.
    pub sample: SampleId,
    /// Inputs whose values differ from the row's: index, and value as the network receives it.
    pub what_if: Vec<(usize, Bits)>,
}

/// Forward pass of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPass {
    /// Activations of each layer, layer 1 first; empty if there is no such row.
    pub activations: Vec<Vec<f32>>,
    /// Loss; NaN if there is no such row.
    pub loss: f64,
    /// Activations and loss of the row as it is, if changed inputs made a difference.
    pub unchanged: Option<(Vec<Vec<f32>>, f64)>,
}

impl RowProbe {
    /// Inputs and targets of the row, `(1, inputs)` and `(1, outputs)`, without and with the changed
    /// inputs; none if there is no such row.
    pub(super) fn rows(&self, session: &Session) -> Option<(Array2<f32>, Rows)> {
        let samples = self.sample.samples(session.data());
        if self.sample.index >= samples.rows() {
            return None;
        }
        let row = || std::iter::once(self.sample.index);
        let unchanged = samples.gather(row());
        let targets = (samples.targets).gather(row(), session.architecture().outputs());
        let mut inputs = unchanged.clone();
        for &(input, value) in &self.what_if {
            if let Some(place) = inputs.get_mut((0, input)) {
                *place = value.into();
            }
        }
        Some((unchanged, Rows { inputs, targets }))
    }
}

impl Probe for RowProbe {
    type Answer = RowPass;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> RowPass {
        let session = training.session;
        let architecture = session.architecture();
        let Some((unchanged, row)) = self.rows(session) else {
            return RowPass {
                activations: Vec::new(),
                loss: f64::NAN,
                unchanged: None,
            };
        };
        let mut run = |inputs: &Array2<f32>| {
            let pass = scratch.row_pass(session, inputs);
            let layers = 1..=architecture.depth();
            let activations = layers.map(|layer| pass.activations(layer).row(0).to_vec());
            let activations = activations.collect();
            (activations, pass.loss(row.targets.view()))
        };
        let (activations, loss) = run(&row.inputs);
        // By their bits, since NaN may be asked for.
        let is_same = |(one, two): (&f32, &f32)| one.to_bits() == two.to_bits();
        let is_changed = !unchanged.iter().zip(&row.inputs).all(is_same);
        RowPass {
            activations,
            loss,
            unchanged: is_changed.then(|| run(&unchanged)),
        }
    }
}
