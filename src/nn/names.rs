//! Names of parameters and neurons as they are typed, shown in tables and written to JSON:
//! `w2[1,3]` is the weight to neuron 1 of layer 2 from neuron 3 of layer 1, `b2[1]` that neuron's
//! bias, `a2[1]` its activation. Layer 1 is the first hidden layer; neurons are counted from 1.

use std::fmt;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ParameterId;

use util::lang::say;

/// One neuron of a network. `layer` is counted from 1, `neuron` from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct NeuronId {
    pub layer: usize,
    pub neuron: usize,
}

/// A text that is no name of a parameter or neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("not-a-parameter", "not a name such as w2[1,3], b2[1] or a1[3]"))]
pub struct NotAName;

impl fmt::Display for ParameterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (layer, output) = (self.layer(), self.output().saturating_add(1));
        let name = match self.input() {
            Some(input) => format!("w{layer}[{output},{}]", input.saturating_add(1)),
            None => format!("b{layer}[{output}]"),
        };
        f.pad(&name)
    }
}

impl FromStr for ParameterId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        match indexed(text).ok_or(NotAName)? {
            ('w', layer, indices) if indices.len() == 2 => Ok(Self::Weight {
                layer,
                output: indices[0],
                input: indices[1],
            }),
            ('b', layer, indices) if indices.len() == 1 => Ok(Self::Bias {
                layer,
                output: indices[0],
            }),
            _ => Err(NotAName),
        }
    }
}

impl fmt::Display for NeuronId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}[{}]", self.layer, self.neuron.saturating_add(1))
    }
}

impl FromStr for NeuronId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        match indexed(text).ok_or(NotAName)? {
            ('a', layer, indices) if indices.len() == 1 => Ok(Self {
                layer,
                neuron: indices[0],
            }),
            _ => Err(NotAName),
        }
    }
}

/// Splits `w2[1,3]` into letter, layer and indices, the latter counted from 0.
fn indexed(text: &str) -> Option<(char, usize, Vec<usize>)> {
    let mut rest = text.chars();
    let letter = rest.next()?.to_ascii_lowercase();
    let (layer, indices) = rest.as_str().strip_suffix(']')?.split_once('[')?;
    let layer: usize = layer.trim().parse().ok().filter(|&layer| layer > 0)?;
    let indices = indices.split(',').map(|index| {
        let index: usize = index.trim().parse().ok()?;
        index.checked_sub(1)
    });
    Some((letter, layer, indices.collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let weight = ParameterId::Weight {
            layer: 2,
            output: 0,
            input: 2,
        };
        assert_eq!(weight.to_string(), "w2[1,3]");
        assert_eq!("W2[ 1, 3 ]".parse(), Ok(weight));
        let bias = ParameterId::Bias {
            layer: 1,
            output: 9,
        };
        assert_eq!(bias.to_string().parse(), Ok(bias));
        let neuron = NeuronId {
            layer: 1,
            neuron: 4,
        };
        assert_eq!(neuron.to_string(), "a1[5]");
        assert_eq!(neuron.to_string().parse(), Ok(neuron));
        for bad in [
            "",
            "w",
            "w2",
            "w[1,1]",
            "w0[1,1]",
            "w1[0,1]",
            "w1[1]",
            "b1[1,2]",
            "w1[1,2",
            "w1[1,2]x",
            "w1[1,,2]",
            "w1[-1,2]",
            "w99999999999999999999[1,1]",
            "é1[1]",
            "a1[1]",
        ] {
            assert_eq!(bad.parse::<ParameterId>(), Err(NotAName), "{bad}");
        }
        assert!("w1[1,1]".parse::<NeuronId>().is_err());
    }
}
