//! The graph is sound by the rules of ONNX. `tests/interop` runs it in ONNX Runtime.

use std::collections::HashSet;

use super::*;
use crate::model_file::formats::json;

/// A network 3 → 2 → 2 for a number and a category.
const MODEL: &str = r#"{
  "format": "nn-tui model", "version": 3,
  "architecture": {
    "sizes": [3, 2, 2], "hidden_activation": "relu", "output_activation": "softmax",
    "loss": "cross-entropy"
  },
  "preprocessing": {
    "columns": [
      {"name": "c", "column": 0, "encoding": {
        "type": "categorical", "values": ["a", "b"], "other": false, "fill": 0}},
      {"name": "x", "column": 1, "encoding": {
        "type": "numeric", "mean": 0.5, "deviation": 0.25, "min": 0, "max": 1, "fill": 0.5}}
    ],
    "table_columns": 3, "target_column": 2
  },
  "target": "y",
  "task": {"type": "classification", "classes": ["no", "yes"]},
  "training": {
    "data": "t", "training_rows": 48, "validation_rows": 0, "validation_fraction": 0, "seed": 0,
    "initialisation": "auto",
    "rule": {"optimizer": {"name": "sgd"}, "learning_rate": 0.1, "weight_decay": 0},
    "batch": 16, "epochs": 1, "steps": 3, "changes": [], "training": {"loss": 0.5}
  },
  "layers": [
    {"weights": [[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]], "biases": [0.7, 0.8]},
    {"weights": [[1, 2], [3, 4]], "biases": [5, 6]}
  ]
}"#;

fn model_and_graph() -> (TrainedModel, messages::GraphProto) {
    let decode = json::FORMAT.decoder.expect("JSON is readable").decode;
    let model = decode(MODEL.as_bytes()).expect("a model");
    let bytes = encode(&model).expect("encoded");
    let file = ModelProto::decode(&*bytes).expect("protobuf");
    (model, file.graph.expect("a graph"))
}

#[test]
fn every_value_is_defined_once_and_before_it_is_used() {
    let (_, graph) = model_and_graph();
    let mut defined = HashSet::new();
    let inputs = graph.input.iter().map(|input| &input.name);
    let constants = graph.initializer.iter().map(|constant| &constant.name);
    for name in inputs.chain(constants) {
        assert!(defined.insert(name), "{name} twice");
    }
    for node in &graph.node {
        for input in &node.input {
            assert!(defined.contains(input), "{} before it is defined", input);
        }
        for output in &node.output {
            assert!(defined.insert(output), "{output} twice");
        }
    }
    let outputs: Vec<&str> = graph.output.iter().map(|output| &*output.name).collect();
    assert_eq!(outputs, [LABEL, PROBABILITIES]);
    assert!(
        graph
            .output
            .iter()
            .all(|output| defined.contains(&output.name))
    );
}

#[test]
fn the_constants_are_the_parameters() {
    let (model, graph) = model_and_graph();
    for tensor in crate::model_file::tensors::of(&model.parameters) {
        let constant = graph
            .initializer
            .iter()
            .find(|constant| constant.name == tensor.name)
            .expect("the tensor");
        let shape: Vec<usize> = constant
            .dims
            .iter()
            .map(|&length| length as usize)
            .collect();
        assert_eq!(shape, tensor.shape);
        assert_eq!(constant.raw_data, Some(tensor.bytes));
    }
}

#[test]
fn inputs_of_numbers_and_texts_return_to_the_order_of_the_columns() {
    let (model, _) = model_and_graph();
    // The number comes first in the concatenation, but after the category's two inputs in the table.
    assert_eq!(preprocess::sources(&model.preprocessing.columns), [1, 2, 0]);
}

#[test]
fn only_plain_whole_numbers_become_integer_labels() {
    let strings = |texts: &[&str]| {
        texts
            .iter()
            .map(|&text| text.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(whole_numbers(&strings(&["3", "-1"])), Some(vec![3, -1]));
    assert_eq!(whole_numbers(&strings(&["3", "03"])), None);
    assert_eq!(whole_numbers(&strings(&["3", "3.5"])), None);
}
