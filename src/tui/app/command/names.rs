//! What parameters and neurons are called where a person types them: `w2[1,3]` is the weight of
//! layer 2 to its neuron 1 from neuron 3 of the layer before, `b2[1]` that neuron's bias, `a2[1]`
//! the neuron itself. Layers are counted as the book does (layer 1 is the first hidden one),
//! neurons from 1.

use crate::nn::ParameterId;

/// Name of a weight or a bias.
pub fn parameter(id: ParameterId) -> String {
    match id {
        ParameterId::Weight {
            layer,
            output,
            input,
        } => format!("w{layer}[{},{}]", output + 1, input + 1),
        ParameterId::Bias { layer, output } => format!("b{layer}[{}]", output + 1),
    }
}

/// Name of the neuron at `place` (from 0) of `layer`.
pub fn neuron(layer: usize, place: usize) -> String {
    format!("a{layer}[{}]", place + 1)
}

/// The parameter called `text`, whether the network has it or not.
pub fn parse_parameter(text: &str) -> Option<ParameterId> {
    match indexed(text)? {
        ('w', layer, places) => match places.as_slice() {
            &[output, input] => Some(ParameterId::Weight {
                layer,
                output,
                input,
            }),
            _ => None,
        },
        ('b', layer, places) => match places.as_slice() {
            &[output] => Some(ParameterId::Bias { layer, output }),
            _ => None,
        },
        _ => None,
    }
}

/// Layer and place (from 0) of the neuron called `text`.
pub fn parse_neuron(text: &str) -> Option<(usize, usize)> {
    match indexed(text)? {
        ('a', layer, places) => match places.as_slice() {
            &[place] => Some((layer, place)),
            _ => None,
        },
        _ => None,
    }
}

/// `w2[1,3]` as its letter, layer and places, the latter from 0.
fn indexed(text: &str) -> Option<(char, usize, Vec<usize>)> {
    let mut rest = text.chars();
    let letter = rest.next()?.to_ascii_lowercase();
    let (layer, places) = rest.as_str().strip_suffix(']')?.split_once('[')?;
    let layer: usize = layer.trim().parse().ok().filter(|&layer| layer > 0)?;
    let places = places.split(',').map(|place| {
        let place: usize = place.trim().parse().ok()?;
        place.checked_sub(1)
    });
    Some((letter, layer, places.collect::<Option<_>>()?))
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
        assert_eq!(parameter(weight), "w2[1,3]");
        assert_eq!(parse_parameter("W2[ 1, 3 ]"), Some(weight));
        let bias = ParameterId::Bias {
            layer: 1,
            output: 9,
        };
        assert_eq!(parse_parameter(&parameter(bias)), Some(bias));
        assert_eq!(parse_neuron(&neuron(1, 4)), Some((1, 4)));
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
            assert_eq!(parse_parameter(bad), None, "{bad}");
        }
        assert_eq!(parse_neuron("w1[1,1]"), None);
    }
}
