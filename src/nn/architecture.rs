//! Shape of a network: layer sizes, activations, output and loss.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::optimizer::MAX_STATE;
use super::{Activation, Loss, Output};
use util::error::{Error, Result};
use util::lang::say;
use util::memory::amount;
use util::numbers::grouped;

/// Bytes per row and neuron of a pass: activations and deltas of a mini-batch, or two copies of the
/// activations of an evaluation.
const BYTES_PER_ACTIVATION: u128 = 8;

/// Bytes that training takes per parameter: the parameter, its gradient, the largest state of an optimizer,
/// copies in snapshots and for what is shown, each an `f32` (33 bytes measured); and what saving takes on top of
/// that, as text (32 bytes measured) or as a checkpoint (48 bytes measured), so that no network is trained that
/// can't be saved. A second network on all rows takes less than that.
const BYTES_PER_PARAMETER: u128 = 4 * (30 + MAX_STATE as u128);

/// Those of them that are in use while nothing is saved.
const BYTES_IN_USE_PER_PARAMETER: u128 = 4 * (7 + MAX_STATE as u128);

/// Shape of a network and the functions it is made of. Always valid: every layer has a neuron,
/// and loss and output go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Architecture {
    sizes: Vec<usize>,
    hidden: Activation,
    output: Output,
    loss: Loss,
}

/// An architecture as a file holds it, not yet validated.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    sizes: Vec<usize>,
    hidden_activation: Activation,
    output_activation: Output,
    loss: Loss,
}

impl TryFrom<Unchecked> for Architecture {
    type Error = Error;

    fn try_from(unchecked: Unchecked) -> Result<Self> {
        Self::new(
            unchecked.sizes,
            unchecked.hidden_activation,
            unchecked.output_activation,
            unchecked.loss,
        )
    }
}

impl From<Architecture> for Unchecked {
    fn from(architecture: Architecture) -> Self {
        Self {
            sizes: architecture.sizes,
            hidden_activation: architecture.hidden,
            output_activation: architecture.output,
            loss: architecture.loss,
        }
    }
}

impl Architecture {
    /// A network whose layers have `sizes` neurons, inputs first and outputs last.
    ///
    /// # Errors
    /// [`Error::Usage`] for fewer than two layers, a layer without neurons, or cross-entropy on
    /// linear outputs (its formula needs probabilities).
    pub fn new(sizes: Vec<usize>, hidden: Activation, output: Output, loss: Loss) -> Result<Self> {
        if sizes.len() < 2 {
            return Err(Error::Usage(
                say!(
                    "network-needs-both",
                    "a network has at least inputs and outputs"
                )
                .into(),
            ));
        }
        if let Some(layer) = sizes.iter().position(|&size| size == 0) {
            return Err(Error::Usage(say!(
                "layer-is-empty",
                "layer {layer} has no neurons",
                layer
            )));
        }
        if !loss.goes_with(output) {
            let all = Output::ALL.into_iter();
            let outputs = all.filter(|&output| loss.goes_with(output));
            let outputs: Vec<&str> = outputs.map(Output::name).collect();
            return Err(Error::Usage(say!(
                "loss-takes-output",
                "{loss} loss goes with {outputs} output, not with {output}; use {losses} loss",
                loss,
                outputs = outputs.join(say!("or", " or ")),
                output,
                losses = Loss::names_for(output)
            )));
        }
        Ok(Self {
            sizes,
            hidden,
            output,
            loss,
        })
    }

    /// Neurons of each layer, inputs first and outputs last; at least two numbers.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Number of layers that have weights: all but the inputs.
    pub fn depth(&self) -> usize {
        self.sizes.len() - 1
    }

    /// `(inputs, outputs)` of each layer that has weights, layer 1 first.
    pub fn layer_shapes(&self) -> impl ExactSizeIterator<Item = (usize, usize)> + '_ {
        self.sizes.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Activation of the hidden layers.
    pub fn hidden(&self) -> Activation {
        self.hidden
    }

    /// Activation of the output layer.
    pub fn output(&self) -> Output {
        self.output
    }

    /// The loss it is trained on.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// Activation of each neuron of `layer` (1 is the first one with weights) on its own; none for a
    /// softmax, which depends on all of them.
    pub fn activation(&self, layer: usize) -> Option<Activation> {
        if layer >= self.depth() {
            self.output.activation()
        } else {
            Some(self.hidden)
        }
    }

    /// Activations that its layers use, each once.
    pub fn activations(&self) -> impl Iterator<Item = Activation> {
        let used: Vec<_> = (1..=self.depth())
            .filter_map(|layer| self.activation(layer))
            .collect();
        Activation::ALL
            .into_iter()
            .filter(move |activation| used.contains(activation))
    }

    /// Name on the screen of the activation of `layer` (1 is the first one with weights).
    pub fn activation_name(&self, layer: usize) -> &'static str {
        if layer >= self.depth() {
            self.output.name()
        } else {
            self.hidden.title()
        }
    }

    /// Number of weights and biases.
    pub fn parameter_count(&self) -> u128 {
        self.layer_shapes()
            .map(|(inputs, outputs)| (inputs as u128 + 1).saturating_mul(outputs as u128))
            .fold(0, u128::saturating_add)
    }

    /// Refuses a network whose training, on up to `rows` rows at once, would not fit into `memory`
    /// bytes, if that is known.
    ///
    /// # Errors
    /// [`Error::Memory`] with the number of parameters or rows and the memory they need.
    pub fn check_fits(&self, rows: usize, memory: Option<u64>) -> Result<()> {
        let Some(memory) = memory.map(u128::from) else {
            return Ok(());
        };
        let parameters = self.parameter_count();
        let needed = self.training_bytes();
        if needed > memory {
            return Err(Error::Memory(say!(
                "network-memory",
                "the network {network} has {parameters} parameters; training them takes {needed} of memory, and {free} are free \
                 beside what the program needs",
                network = self,
                parameters = grouped(parameters),
                needed = amount(needed),
                free = amount(memory),
            )));
        }
        let left = u64::try_from(memory - needed).unwrap_or(u64::MAX);
        self.check_rows_fit(rows, Some(left))
    }

    /// Returns how many bytes training takes, apart from passes of rows.
    pub fn training_bytes(&self) -> u128 {
        self.parameter_count().saturating_mul(BYTES_PER_PARAMETER)
    }

    /// Returns how many of the [`training_bytes`](Self::training_bytes) are for saving, and free until then.
    pub fn saving_bytes(&self) -> u128 {
        let bytes = BYTES_PER_PARAMETER - BYTES_IN_USE_PER_PARAMETER;
        self.parameter_count().saturating_mul(bytes)
    }

    /// Returns how many bytes one more network of this shape takes that is trained, on up to `rows` rows at once, but
    /// not saved.
    pub fn copy_bytes(&self, rows: usize) -> u128 {
        let parameters = self.parameter_count();
        let bytes = parameters.saturating_mul(BYTES_IN_USE_PER_PARAMETER);
        bytes.saturating_add(self.pass_bytes(rows))
    }

    /// Returns how many bytes a pass of `rows` rows at once takes.
    pub fn pass_bytes(&self, rows: usize) -> u128 {
        let neurons = self.sizes.iter().map(|&size| size as u128);
        neurons
            .fold(0, u128::saturating_add)
            .saturating_mul(rows as u128)
            .saturating_mul(BYTES_PER_ACTIVATION)
    }

    /// Refuses passes of `rows` rows at once that would not fit into `memory` bytes, if that is known.
    ///
    /// # Errors
    /// [`Error::Memory`] with the memory they need.
    pub fn check_rows_fit(&self, rows: usize, memory: Option<u64>) -> Result<()> {
        let needed = self.pass_bytes(rows);
        match memory {
            Some(memory) if needed > memory.into() => Err(Error::Memory(say!(
                "rows-memory",
                "{rows} rows at once through {network} take {needed} of memory, and {free} are free beside what the program \
                 needs",
                rows,
                network = self,
                needed = amount(needed),
                free = amount(memory.into()),
            ))),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Architecture {
    /// `4 → 8 → 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, size) in self.sizes.iter().enumerate() {
            if i > 0 {
                f.write_str(" → ")?;
            }
            write!(f, "{size}")?;
        }
        Ok(())
    }
}

/// Formats the sizes of the hidden layers as [`parse_hidden`] reads them: `16,8`, or `none`.
pub fn hidden_text(sizes: &[usize]) -> String {
    if sizes.is_empty() {
        return "none".into();
    }
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join(",")
}

/// Reads the sizes of the hidden layers as the command line takes them: `16,8`; empty or `none`
/// for no hidden layer.
///
/// # Errors
/// [`Error::Usage`] that names the part that is not a number of neurons.
pub fn parse_hidden(text: &str) -> Result<Vec<usize>> {
    if matches!(text.trim(), "" | "none") {
        return Ok(Vec::new());
    }
    text.split(',')
        .map(|part| match part.trim().parse() {
            Ok(size) if size > 0 => Ok(size),
            _ => Err(Error::Usage(say!(
                "not-sizes",
                "\"{text}\" is not a number of neurons; hidden layers are written like 16,8",
                text = util::text::sanitise(part)
            ))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(sizes: &[usize]) -> Architecture {
        Architecture::new(
            sizes.to_vec(),
            Activation::Tanh,
            Output::Softmax,
            Loss::CrossEntropy,
        )
        .unwrap()
    }

    #[test]
    fn parameters_are_counted() {
        assert_eq!(network(&[4, 8, 3]).parameter_count(), 4 * 8 + 8 + 8 * 3 + 3);
        assert_eq!(network(&[4, 3]).parameter_count(), 15);
    }

    #[test]
    fn a_network_beyond_memory_is_refused_with_its_size() {
        let huge = network(&[4, usize::MAX, usize::MAX, 3]);
        assert!(huge.check_fits(1, Some(u64::MAX)).is_err());
        assert!(huge.check_fits(1, None).is_ok(), "nothing is known");
        let error = network(&[1000, 100_000, 10])
            .check_fits(1, Some(1 << 30))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the network 1000 → 100000 → 10 has 101,100,010 parameters; training them takes 12.1 GiB of memory, and 1.0 GiB are free \
             beside what the program needs"
        );
        assert!(network(&[4, 8, 3]).check_fits(16, Some(1 << 20)).is_ok());
    }

    #[test]
    fn hidden_layers_are_parsed() {
        assert_eq!(parse_hidden("16, 8").unwrap(), [16, 8]);
        assert!(parse_hidden("").unwrap().is_empty());
        assert!(parse_hidden("none").unwrap().is_empty());
        for bad in ["16,", "0", "-1", "8x", "99999999999999999999999"] {
            assert!(parse_hidden(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn cross_entropy_needs_probabilities() {
        let with =
            |output| Architecture::new(vec![2, 2], Activation::Tanh, output, Loss::CrossEntropy);
        assert!(with(Output::Sigmoid).is_ok() && with(Output::Softmax).is_ok());
        assert!(with(Output::Linear).is_err());
    }
}
