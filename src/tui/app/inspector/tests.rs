use super::*;

const SIZES: [usize; 4] = [4, 8, 2, 3];

fn neuron(layer: usize, neuron: usize) -> Cursor {
    Cursor::Neuron { layer, neuron }
}

#[test]
fn moving_right_and_left_returns_to_the_start() {
    let topology = Topology { sizes: &SIZES };
    for place in 0..8 {
        let height = (place, 8);
        let mut cursor = neuron(1, place);
        for _ in 0..3 {
            cursor = topology.across(cursor, height, true);
        }
        assert_eq!(cursor, Cursor::Output);
        for _ in 0..3 {
            cursor = topology.across(cursor, height, false);
        }
        assert_eq!(cursor, neuron(1, place));
    }
}

#[test]
fn every_neuron_and_parameter_is_reached() {
    let topology = Topology { sizes: &SIZES };
    for (layer, &size) in SIZES.iter().enumerate() {
        let mut cursor = neuron(layer, 0);
        for place in 0..size {
            assert_eq!(cursor, neuron(layer, place));
            cursor = topology.along(cursor, 1);
        }
        assert_eq!(
            cursor,
            neuron(layer, size - 1),
            "the cursor stays at the end"
        );
        assert_eq!(topology.along(cursor, -10), neuron(layer, 0));
    }
    let weight = |input| {
        Cursor::Parameter(ParameterId::Weight {
            layer: 2,
            output: 1,
            input,
        })
    };
    let bias = Cursor::Parameter(ParameterId::Bias {
        layer: 2,
        output: 1,
    });
    assert_eq!(topology.along(weight(7), 1), bias);
    assert_eq!(topology.along(bias, -1), weight(7));
    assert_eq!(topology.along(bias, 1), bias);
    assert_eq!(topology.across(weight(5), (0, 1), false), neuron(1, 5));
    assert_eq!(topology.across(weight(5), (0, 1), true), neuron(2, 1));
}

#[test]
fn ends_of_a_weight_are_marked() {
    let weight = Cursor::Parameter(ParameterId::Weight {
        layer: 2,
        output: 1,
        input: 5,
    });
    let marks = [0, 1, 2, 3].map(|layer| marked(weight, layer));
    assert_eq!(marks, [None, Some(5), Some(1), None]);
    let marks = [0, 1].map(|layer| marked(neuron(0, 3), layer));
    assert_eq!(marks, [Some(3), None]);
}

#[test]
fn cursors_outside_the_network_are_detected() {
    let topology = Topology { sizes: &SIZES };
    assert!(topology.has(neuron(3, 2)) && !topology.has(neuron(3, 3)));
    assert!(!topology.has(neuron(4, 0)));
    let bias = |layer| Cursor::Parameter(ParameterId::Bias { layer, output: 0 });
    assert!(topology.has(bias(3)) && !topology.has(bias(0)) && !topology.has(bias(4)));
}
