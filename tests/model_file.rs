//! Model files: what is read back is what was saved, and no file, however damaged, does harm.

use std::fs;
use std::path::PathBuf;

use ndarray::{Array1, Array2, array};
use nn_tui::data::{Feature, Preprocessing};
use nn_tui::error::{EXIT_BAD_DATA, EXIT_NO_INPUT, EXIT_USAGE, Error};
use nn_tui::model_file::{Format, TrainedModel, TrainingRecord, load, save};
use nn_tui::nn::{
    Activation, Architecture, Change, Initialisation, LayerParameters, LearningRule, LoggedChange,
    Loss, Optimizer, Output, Parameters,
};
use proptest::prelude::*;
use tempfile::TempDir;

/// A network 2 → 2 → 3 with numbers that are easy to get wrong.
fn small() -> TrainedModel {
    let sizes = vec![2, 2, 3];
    let architecture = Architecture::new(
        sizes,
        Activation::LeakyRelu,
        Output::Softmax,
        Loss::CrossEntropy,
    );
    let feature = |name: &str, column| Feature {
        name: name.to_owned(),
        column,
        mean: 0.1 + 0.2,
        deviation: 5e-324,
        min: -f32::MAX,
        max: f32::from_bits(1),
    };
    TrainedModel {
        architecture: architecture.expect("valid"),
        parameters: Parameters {
            layers: vec![
                LayerParameters {
                    weights: array![[0.1, -0.0], [f32::MAX, f32::from_bits(1)]],
                    biases: array![1e-7, 16_777_217.0],
                },
                LayerParameters {
                    weights: array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
                    biases: array![0.0, f32::MIN_POSITIVE, 1.0 / 3.0],
                },
            ],
        },
        preprocessing: Preprocessing {
            features: vec![feature("sepal \"width\"", 0), feature("宽", 2)],
            columns: 3,
            target_column: 3,
        },
        target: "species".into(),
        classes: ["a", "b, c", "\\u{1b}"].map(String::from).into(),
        training: TrainingRecord {
            data: "iris".into(),
            training_rows: 120,
            validation_rows: 30,
            validation_fraction: 0.2,
            seed: u64::MAX,
            initialisation: Initialisation::Auto,
            rule: LearningRule {
                optimizer: Optimizer::ADAM,
                learning_rate: 0.01,
                weight_decay: 1e-4,
            },
            batch: 16,
            epochs: 100,
            steps: 800,
            changes: vec![LoggedChange {
                step: 7,
                change: Change::LearningRate { learning_rate: 0.1 },
            }],
            training_loss: Some(0.1 + 0.7),
            training_accuracy: 1.0,
            validation_loss: None,
            validation_accuracy: Some(29.0 / 30.0),
        },
    }
}

/// A folder, and a path in it whose ending asks for `format`.
fn place(format: Format) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("model.{}", format.ending()));
    (folder, path)
}

fn bytes_of(model: &TrainedModel, format: Format) -> Vec<u8> {
    let (_folder, path) = place(format);
    let length = save(&path, model, false).expect("saved");
    let bytes = fs::read(&path).expect("there");
    assert_eq!(bytes.len() as u64, length);
    bytes
}

fn read(bytes: &[u8], format: Format) -> Result<TrainedModel, Error> {
    let (_folder, path) = place(format);
    fs::write(&path, bytes).expect("written");
    load(&path)
}

/// What loading `bytes` fails with, behind the path.
fn problem(bytes: &[u8], format: Format) -> String {
    match read(bytes, format) {
        Err(error @ Error::Model { .. }) => {
            assert_eq!(error.exit_code(), EXIT_BAD_DATA);
            let message = error.to_string();
            let (_, problem) = message.split_once("not a usable model: ").expect("a model");
            problem.to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_formats_give_back_what_was_saved() {
    for format in Format::ALL {
        let bytes = bytes_of(&small(), format);
        let model = read(&bytes, format).expect("loads");
        assert_eq!(model, small(), "{format:?}");
        assert!(
            model.parameters.layers[0].weights[[0, 1]].is_sign_negative(),
            "{format:?}: the sign of zero"
        );
        assert_eq!(bytes, bytes_of(&model, format), "{format:?}: same bytes");
    }
}

#[test]
fn json_is_laid_out_for_people() {
    let text = String::from_utf8(bytes_of(&small(), Format::Json)).expect("text");
    assert!(text.starts_with("{\n  \"format\": \"nn-tui model\",\n  \"version\": 1,\n"));
    assert!(text.ends_with(
        "    {
      \"weights\": [
        [1.0,2.0],
        [3.0,4.0],
        [5.0,6.0]
      ],
      \"biases\": [0.0,1.1754944e-38,0.33333334]
    }
  ]
}
"
    ));
}

#[test]
fn safetensors_have_pytorchs_names_and_shapes() {
    let bytes = bytes_of(&small(), Format::Safetensors);
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let mut names = file.names();
    names.sort_unstable();
    let expected = [
        "layers.0.bias",
        "layers.0.weight",
        "layers.1.bias",
        "layers.1.weight",
    ];
    assert_eq!(names, expected);
    let weight = file.tensor("layers.1.weight").expect("there");
    assert_eq!(weight.shape(), [3, 2]);
    assert_eq!(
        weight.data()[..8],
        [0, 0, 128, 63, 0, 0, 0, 64],
        "1 and 2, row by row"
    );
}

#[test]
fn the_ending_chooses_the_format() {
    for name in ["m.json", "M.JSON", "a.b.Json"] {
        assert_eq!(Format::of(name.as_ref()).expect("json"), Format::Json);
    }
    for name in ["model", ".json", "m.pt", "json", ""] {
        let error = Format::of(name.as_ref()).expect_err("unknown");
        assert_eq!(error.exit_code(), EXIT_USAGE);
        assert!(error.to_string().ends_with("ends in .json or .safetensors"));
    }
    let absent = load("no/m.json".as_ref()).expect_err("not there");
    assert_eq!(absent.exit_code(), EXIT_NO_INPUT);
}

#[test]
fn a_model_that_could_not_be_read_is_not_saved() {
    let mut model = small();
    model.parameters.layers[1].biases[0] = f32::NAN;
    let (_folder, path) = place(Format::Json);
    let error = save(&path, &model, false).expect_err("refused");
    assert!(
        error
            .to_string()
            .ends_with("layer 2 has a number that is not finite")
    );
    assert!(!path.exists());
}

/// Text in a valid JSON file, what stands there instead, and what is said about it.
const DAMAGED: [(&str, &str, &str); 20] = [
    (
        "nn-tui model",
        "model",
        "it has no \"format\": \"nn-tui model\"",
    ),
    (
        "\"version\": 1",
        "\"version\": 2",
        "it has version 2 of the format, this program reads version 1",
    ),
    (
        "\"version\": 1",
        "\"version\": -1",
        "invalid value: integer `-1`, expected u64",
    ),
    (
        "[1.0,2.0]",
        "[1.0]",
        "layer 2: a row of weights has 1 instead of 2 numbers",
    ),
    (
        "[1.0,2.0],",
        "",
        "layer 2 has 2 instead of 3 rows of weights",
    ),
    (
        "[0.0,1.1754944e-38,",
        "[",
        "layer 2: the biases are 1 instead of 3 numbers",
    ),
    (
        "[1.0,2.0]",
        "[1.0,null]",
        "invalid type: null, expected f32",
    ),
    ("[1.0,2.0]", "[1.0,NaN]", "expected value"),
    ("[1.0,2.0]", "[1.0,1e39]", "number out of range"),
    ("[1.0,2.0]", "[1.0,1e999]", "number out of range"),
    (
        "\"mean\": 0.3",
        "\"mean\": 1e999, \"x\": 0.3",
        "number out of range",
    ),
    (
        "5e-324",
        "0.0",
        "feature \"sepal \"width\"\": its deviation is 0; it must be above 0",
    ),
    (
        "5e-324",
        "-1",
        "feature \"sepal \"width\"\": its deviation is -1; it must be above 0",
    ),
    (
        "\"column\": 2",
        "\"column\": 3",
        "feature \"宽\": column 3 is out of order, or none of 3",
    ),
    (
        "\"column\": 2",
        "\"column\": 0",
        "feature \"宽\": column 0 is out of order, or none of 3",
    ),
    (
        "\"columns\": 3",
        "\"columns\": 18446744073709551615",
        "18446744073709551615 columns are more than a table has",
    ),
    (
        "\"target_column\": 3",
        "\"target_column\": 4",
        "the target is column 4 of 3 and one",
    ),
    (
        "\"a\",",
        "",
        "it has 2 classes, and the network 2 → 2 → 3 has 3 outputs",
    ),
    (
        "      2,\n      2,",
        "      1,\n      2,",
        "layer 1: a row of weights has 2 instead of 1 numbers",
    ),
    (
        "cross-entropy",
        "quadratics",
        "unknown variant `quadratics`",
    ),
];

#[test]
fn damage_is_named() {
    let json = String::from_utf8(bytes_of(&small(), Format::Json)).expect("text");
    for (from, to, expected) in DAMAGED {
        assert!(json.contains(from), "{from}");
        let damaged = json.replacen(from, to, 1);
        let problem = problem(damaged.as_bytes(), Format::Json);
        assert!(problem.starts_with(expected), "{from} {to}: {problem}");
    }
}

#[test]
fn a_network_of_absurd_size_costs_nothing() {
    let json = String::from_utf8(bytes_of(&small(), Format::Json)).expect("text");
    let sizes = "      2,\n      2,\n      3";
    let huge = json.replacen(sizes, "2, 18446744073709551615, 3", 1);
    assert!(problem(huge.as_bytes(), Format::Json).contains("rows of weights"));
    let safetensors = bytes_of(&small(), Format::Safetensors);
    for length in [u64::MAX, 100_000_000, 0] {
        let mut damaged = safetensors.clone();
        damaged[..8].copy_from_slice(&length.to_le_bytes());
        problem(&damaged, Format::Safetensors);
    }
}

#[test]
fn tensors_hold_only_finite_numbers() {
    let mut bytes = bytes_of(&small(), Format::Safetensors);
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    // The names sort biases first, so the last number is a weight of the last layer.
    assert_eq!(
        problem(&bytes, Format::Safetensors),
        "layer 2 has a number that is not finite"
    );
}

#[test]
fn names_in_a_file_cannot_act_on_the_terminal() {
    let json = String::from_utf8(bytes_of(&small(), Format::Json)).expect("text");
    let model = read(
        json.replacen("species", "\\u001b[2J", 1).as_bytes(),
        Format::Json,
    );
    assert_eq!(model.expect("loads").target, "\\u{1b}[2J");
    let unknown = json.replacen("\"target\"", "\"\\u001b\"", 1);
    assert!(problem(unknown.as_bytes(), Format::Json).starts_with("unknown field `\\u{1b}`"));
}

#[test]
fn truncation_is_noticed_at_every_byte() {
    for format in Format::ALL {
        let bytes = bytes_of(&small(), format);
        // The last byte of the JSON is the end of its last line.
        for length in 0..bytes.len() - 1 {
            problem(&bytes[..length], format);
        }
    }
}

/// Numbers of every kind that a model may hold.
fn number() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(|bits| {
        let number = f32::from_bits(bits);
        if number.is_finite() { number } else { 0.5 }
    })
}

fn parameters(architecture: &Architecture) -> impl Strategy<Value = Parameters> + use<> {
    let layers: Vec<_> = architecture
        .layer_shapes()
        .map(|(inputs, outputs)| {
            let weights = prop::collection::vec(number(), inputs * outputs);
            let biases = prop::collection::vec(number(), outputs);
            (weights, biases).prop_map(move |(weights, biases)| LayerParameters {
                weights: Array2::from_shape_vec((outputs, inputs), weights).expect("as many"),
                biases: Array1::from_vec(biases),
            })
        })
        .collect();
    layers.prop_map(|layers| Parameters { layers })
}

fn model() -> impl Strategy<Value = TrainedModel> {
    prop::collection::vec(1usize..5, 2..5).prop_flat_map(|sizes| {
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let architecture =
            Architecture::new(sizes, Activation::Tanh, Output::Sigmoid, Loss::Quadratic)
                .expect("valid");
        (parameters(&architecture), -1e30f64..1e30).prop_map(move |(parameters, mean)| {
            let feature = |i| Feature {
                name: format!("x{i}"),
                column: i,
                mean,
                deviation: mean.abs() + 1e-300,
                min: 0.0,
                max: 0.0,
            };
            TrainedModel {
                architecture: architecture.clone(),
                parameters,
                preprocessing: Preprocessing {
                    features: (0..inputs).map(feature).collect(),
                    columns: inputs,
                    target_column: 0,
                },
                classes: (0..outputs).map(|i| i.to_string()).collect(),
                ..small()
            }
        })
    })
}

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_number_survives(model in model(), format in format()) {
        let loaded = read(&bytes_of(&model, format), format).expect("loads");
        prop_assert_eq!(loaded, model);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        format in format(),
    ) {
        prop_assert!(read(&bytes, format).is_err());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        format in format(),
    ) {
        let mut bytes = bytes_of(&small(), format);
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(model) = read(&bytes, format) {
            // The damage hit a name or a digit: what was let in must be usable.
            let raw = Array2::from_elem((2, 2), 1.5);
            prop_assert_eq!(model.outputs(raw.view()).dim(), (2, 3));
        }
    }
}
