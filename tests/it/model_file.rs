//! Model files: a loaded model is equal to the saved one, and damaged files are refused.

use std::fs;
use std::path::PathBuf;

use crate::support::{decay, rate, rows};
use ndarray::{Array1, Array2, array};
use nn_tui::data::{
    CellFormat, ClassWeights, Encoding, InputColumn, MissingValues, Preprocessing, TargetScale,
    Task,
};
use nn_tui::error::{EXIT_BAD_DATA, EXIT_NO_INPUT, EXIT_USAGE, Error};
use nn_tui::model_file::formats;
use nn_tui::model_file::{EndedWith, Quality, TrainedModel, TrainingRecord, load, save};
use nn_tui::nn::NeuronId;
use nn_tui::nn::parameters::ParameterId;
use nn_tui::nn::{
    Activation, Architecture, Change, Initialisation, LayerParameters, LearningRule, LoggedChange,
    Loss, Optimizer, Output, Parameters,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// A network 2 → 2 → 3 with numbers at the limits of f32 and f64.
pub(crate) fn small() -> TrainedModel {
    let sizes = vec![2, 2, 3];
    let architecture = Architecture::new(
        sizes,
        Activation::LeakyRelu,
        Output::Softmax,
        Loss::CrossEntropy,
    );
    let feature = |name: &str, column| InputColumn {
        name: name.to_owned(),
        column,
        derived: None,
        offset: 0.0,
        encoding: Encoding::Numeric {
            mean: 0.1 + 0.2,
            std: 5e-324,
            min: -f32::MAX,
            max: f32::from_bits(1),
            fill: 0.3,
        },
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
            columns: vec![feature("sepal \"width\"", 0), feature("宽", 2)],
            table_columns: 4,
            target_column: 3,
            missing: MissingValues::default(),
            cell_format: CellFormat::default(),
            percent: None,
            units: Vec::new(),
            row_order: None,
        },
        target: "species".into(),
        task: Task::Classification {
            classes: strings(&["a", "b, c", "\\u{1b}"]),
        },
        training: TrainingRecord {
            data: "iris".into(),
            training_rows: 120,
            validation_rows: 30,
            validation_fraction: 0.2,
            split: None,
            seed: u64::MAX,
            initialisation: Initialisation::Auto,
            rule: LearningRule {
                optimizer: Optimizer::ADAM,
                learning_rate: rate(0.01),
                weight_decay: decay(1e-4),
            },
            schedule: nn_tui::nn::Schedule::default(),
            regularisation: nn_tui::nn::Regularisation::default(),
            batch: 16,
            class_weights: ClassWeights::None,
            epochs: 100,
            steps: 800,
            best_of: None,
            changes: changes(),
            started_from: None,
            started_as: Some(
                Architecture::new(
                    vec![3, 5, 3],
                    Activation::Tanh,
                    Output::Softmax,
                    Loss::CrossEntropy,
                )
                .unwrap(),
            ),
            ended_with: Some(EndedWith {
                rule: LearningRule {
                    optimizer: Optimizer::MOMENTUM,
                    learning_rate: rate(0.1),
                    weight_decay: decay(0.0),
                },
                schedule: nn_tui::nn::Schedule::default(),
                regularisation: nn_tui::nn::Regularisation::default(),
                batch: 7,
            }),
            training: Quality {
                loss: Some(0.1 + 0.7),
                accuracy: Some(1.0),
                errors: None,
            },
            validation: Some(Quality {
                loss: None,
                accuracy: Some(29.0 / 30.0),
                errors: None,
            }),
        },
    }
}

const JSON: &str = "json";
const SAFETENSORS: &str = "safetensors";

/// Extensions of the formats that can be read.
pub(crate) fn readable() -> Vec<&'static str> {
    formats::readable().map(|format| format.extension).collect()
}

/// A folder, and a path in it with this extension.
pub(crate) fn place(extension: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("model.{extension}"));
    (folder, path)
}

pub(crate) fn bytes_of(model: &TrainedModel, format: &str) -> Vec<u8> {
    let (_folder, path) = place(format);
    let length = save(&path, model, false).expect("saved");
    let bytes = fs::read(&path).expect("there");
    assert_eq!(bytes.len() as u64, length);
    bytes
}

pub(crate) fn read(bytes: &[u8], format: &str) -> Result<TrainedModel, Error> {
    let (_folder, path) = place(format);
    fs::write(&path, bytes).expect("written");
    load(&path)
}

/// The error of loading `bytes`, without the path.
pub(crate) fn problem(bytes: &[u8], format: &str) -> String {
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

/// One change of each kind.
fn changes() -> Vec<LoggedChange> {
    let id = ParameterId::Weight {
        layer: 2,
        output: 0,
        input: 1,
    };
    let bias = ParameterId::Bias {
        layer: 1,
        output: 2,
    };
    let kinds = vec![
        Change::LearningRate {
            learning_rate: rate(0.1),
        },
        Change::Recover {
            learning_rate: rate(0.01),
        },
        Change::Parameter { id, value: 0.1 },
        Change::Parameter {
            id: bias,
            value: -0.0,
        },
        Change::Freeze { id, frozen: true },
        Change::Mute {
            neuron: NeuronId {
                layer: 1,
                neuron: 0,
            },
            muted: true,
        },
        Change::Network {
            hidden: vec![4, 2],
            activation: Activation::LeakyRelu,
            output: Output::Sigmoid,
            loss: Loss::Quadratic,
        },
        Change::Optimizer {
            optimizer: Optimizer::MOMENTUM,
        },
        Change::WeightDecay {
            weight_decay: decay(1e-4),
        },
        Change::Batch { batch: rows(7) },
        Change::Undo,
        Change::UndoLast,
    ];
    let logged = |(step, change)| LoggedChange { step, change };
    (7..).zip(kinds).map(logged).collect()
}

#[test]
fn all_formats_give_back_what_was_saved() {
    for format in readable() {
        let bytes = bytes_of(&small(), format);
        let model = read(&bytes, format).expect("loads");
        assert_eq!(model, small(), "{format}");
        assert!(
            model.parameters.layers[0].weights[[0, 1]].is_sign_negative(),
            "{format}: the sign of zero"
        );
        assert_eq!(bytes, bytes_of(&model, format), "{format}: same bytes");
    }
}

#[test]
fn every_optimizer_is_read_back() {
    for &optimizer in Optimizer::ALL {
        let mut model = small();
        model.training.rule.optimizer = optimizer;
        let change = Change::Optimizer { optimizer };
        model
            .training
            .changes
            .push(LoggedChange { step: 900, change });
        for format in readable() {
            let read = read(&bytes_of(&model, format), format).expect("loads");
            assert_eq!(read, model, "{format} {optimizer}");
        }
    }
}

/// A regression network 4 → 1 for a category with `other` and a boolean.
fn mixed() -> TrainedModel {
    let architecture = Architecture::new(
        vec![4, 1],
        Activation::Relu,
        Output::Linear,
        Loss::Quadratic,
    );
    let column = |name: &str, column, encoding| InputColumn {
        name: name.to_owned(),
        column,
        derived: None,
        offset: 0.0,
        encoding,
    };
    let colour = Encoding::Categorical {
        values: strings(&["red", "blue"]),
        other: true,
        fill: 1,
    };
    let smokes = Encoding::Boolean {
        no: strings(&["no"]),
        yes: strings(&["yes", "Yes"]),
        mean: 0.25,
        std: 0.4,
        fill: false,
    };
    TrainedModel {
        architecture: architecture.expect("valid"),
        parameters: Parameters {
            layers: vec![LayerParameters {
                weights: array![[1.0, 2.0, 4.0, 8.0]],
                biases: array![0.5],
            }],
        },
        preprocessing: Preprocessing {
            columns: vec![column("colour", 0, colour), column("smokes", 2, smokes)],
            table_columns: 3,
            target_column: 1,
            missing: MissingValues::default(),
            cell_format: CellFormat::default(),
            percent: None,
            units: Vec::new(),
            row_order: None,
        },
        target: "price".into(),
        task: Task::Regression(TargetScale {
            mean: 100.0,
            std: 10.0,
            min: 50.0,
            max: 150.0,
            is_fraction: false,
            offset: 0.0,
        }),
        ..small()
    }
}

#[test]
fn texts_go_in_and_a_number_comes_out() {
    for format in readable() {
        let model = read(&bytes_of(&mixed(), format), format).expect("loads");
        assert_eq!(model, mixed(), "{format}");
        let raw = |colour: &str, smokes: &str| {
            let columns = model.preprocessing.columns.iter().zip([colour, smokes]);
            columns
                .map(|(it, text)| it.encoding.of_text(text))
                .collect::<Array1<f32>>()
        };
        let outputs = |colour, smokes| {
            let raw = raw(colour, smokes).insert_axis(ndarray::Axis(0));
            model.outputs(raw.view())[[0, 0]]
        };
        let (yes, no) = (8.0 * (0.75 / 0.4), 8.0 * (-0.25 / 0.4));
        assert_eq!(outputs("red", "yes"), 1.5 + yes);
        assert_eq!(outputs("green", "Yes"), 4.5 + yes);
        assert_eq!(outputs("blue", "perhaps"), 2.5 + no);
        let scale = model.task.scale().expect("a number");
        assert_eq!(scale.value(1.5), 115.0);
    }
}

#[test]
fn damaged_columns_are_named() {
    let json = String::from_utf8(bytes_of(&mixed(), JSON)).expect("text");
    for (from, to, expected) in [
        (
            "\"red\",",
            "",
            "it has 3 inputs, but the network 4 → 1 has 4 inputs",
        ),
        (
            "\"red\"",
            "\"blue\"",
            "column \"colour\": it has the value \"blue\" twice",
        ),
        (
            "\"fill\": 1",
            "\"fill\": 2",
            "column \"colour\": a missing value becomes number 2 of 2",
        ),
        (
            "\"no\"\n",
            "\"yes\"\n",
            "column \"smokes\": it has the value \"yes\" twice",
        ),
        (
            "\"deviation\": 10.0",
            "\"deviation\": 0",
            "the target: its deviation is 0; it must be above 0",
        ),
        (
            "\"type\": \"boolean\"",
            "\"type\": \"binary\"",
            "unknown variant `binary`",
        ),
        (
            "\"max\": 150.0",
            "\"max\": 150.0, \"x\": 1",
            "unknown field `x`",
        ),
    ] {
        assert!(json.contains(from), "{from} in {json}");
        let damaged = json.replacen(from, to, 1);
        let problem = problem(damaged.as_bytes(), JSON);
        assert!(problem.starts_with(expected), "{from} {to}: {problem}");
    }
}

#[test]
fn json_is_laid_out_for_people() {
    let text = String::from_utf8(bytes_of(&small(), JSON)).expect("text");
    assert!(text.starts_with("{\n  \"format\": \"nn-tui model\",\n  \"version\": 9,\n"));
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
fn the_extension_selects_the_format() {
    for name in ["m.json", "M.JSON", "a.b.Json"] {
        let format = formats::for_path(name.as_ref()).expect("json");
        assert_eq!(format.extension, JSON);
    }
    for name in ["model", ".json", "m.pt", "json", ""] {
        let error = formats::for_path(name.as_ref())
            .map(|format| format.name)
            .expect_err("unknown");
        assert_eq!(error.exit_code(), EXIT_USAGE);
        let expected = "must end in .json, .safetensors, .npz, .onnx, .py, .rs or .c";
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    for name in ["m.onnx", "m.py", "m.rs"] {
        let error = load(name.as_ref()).expect_err("not to be read");
        assert_eq!(error.exit_code(), EXIT_USAGE);
        let expected = "files are for other programs; nn-tui reads .json, .safetensors or .npz";
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let absent = load("no/m.json".as_ref()).expect_err("not there");
    assert_eq!(absent.exit_code(), EXIT_NO_INPUT);
}

#[test]
fn a_model_that_could_not_be_read_is_not_saved() {
    let mut model = small();
    model.parameters.layers[1].biases[0] = f32::NAN;
    let (_folder, path) = place(JSON);
    let error = save(&path, &model, false).expect_err("refused");
    assert!(
        error
            .to_string()
            .ends_with("layer 2 has a number that is not finite")
    );
    assert!(!path.exists());
}

/// Text in a valid JSON file, its replacement, and the expected error.
const DAMAGED: [(&str, &str, &str); 20] = [
    (
        "nn-tui model",
        "model",
        "it has no \"format\": \"nn-tui model\"",
    ),
    (
        "\"version\": 9",
        "\"version\": 10",
        "it has version 10 of the format, this program reads versions 2 to 9",
    ),
    (
        "\"version\": 9",
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
        "column \"sepal \"width\"\": its deviation is 0; it must be above 0",
    ),
    (
        "5e-324",
        "-1",
        "column \"sepal \"width\"\": its deviation is -1; it must be above 0",
    ),
    (
        "\"column\": 2",
        "\"column\": 3",
        "column \"宽\" is the target",
    ),
    (
        "\"column\": 2",
        "\"column\": 0",
        "column \"宽\": its index 0 is out of order, or none of 4",
    ),
    (
        "\"table_columns\": 4",
        "\"table_columns\": 18446744073709551615",
        "18446744073709551615 columns are more than a table has",
    ),
    (
        "\"target_column\": 3",
        "\"target_column\": 4",
        "the target is column 4 of 4",
    ),
    (
        "\"a\",",
        "",
        "it has 2 classes, but the network 2 → 2 → 3 has 3 outputs",
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
    let json = String::from_utf8(bytes_of(&small(), JSON)).expect("text");
    for (from, to, expected) in DAMAGED {
        assert!(json.contains(from), "{from}");
        let damaged = json.replacen(from, to, 1);
        let problem = problem(damaged.as_bytes(), JSON);
        assert!(problem.starts_with(expected), "{from} {to}: {problem}");
    }
}

#[test]
fn a_network_of_absurd_size_costs_nothing() {
    let json = String::from_utf8(bytes_of(&small(), JSON)).expect("text");
    let sizes = "      2,\n      2,\n      3";
    let huge = json.replacen(sizes, "2, 18446744073709551615, 3", 1);
    assert!(problem(huge.as_bytes(), JSON).contains("rows of weights"));
    let safetensors = bytes_of(&small(), SAFETENSORS);
    for length in [u64::MAX, 100_000_000, 0] {
        let mut damaged = safetensors.clone();
        damaged[..8].copy_from_slice(&length.to_le_bytes());
        problem(&damaged, SAFETENSORS);
    }
}

#[test]
fn names_in_a_file_cannot_act_on_the_terminal() {
    let json = String::from_utf8(bytes_of(&small(), JSON)).expect("text");
    let model = read(json.replacen("species", "\\u001b[2J", 1).as_bytes(), JSON);
    assert_eq!(
        model.expect("loads").target,
        "\u{1b}[2J",
        "escaped when shown"
    );
    let unknown = json.replacen("\"target\"", "\"\\u001b\"", 1);
    assert!(problem(unknown.as_bytes(), JSON).starts_with("unknown field `\\u{1b}`"));
}

#[test]
fn truncation_is_noticed_at_every_byte() {
    for format in readable() {
        let bytes = bytes_of(&small(), format);
        // The last byte of the JSON is the end of its last line.
        for length in 0..bytes.len() - 1 {
            problem(&bytes[..length], format);
        }
    }
}

/// Any finite f32.
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
            let feature = |i| InputColumn {
                name: format!("x{i}"),
                column: i + 1,
                derived: None,
                offset: 0.0,
                encoding: Encoding::Numeric {
                    mean,
                    std: mean.abs() + 1e-300,
                    min: 0.0,
                    max: 0.0,
                    fill: mean as f32,
                },
            };
            TrainedModel {
                architecture: architecture.clone(),
                parameters,
                preprocessing: Preprocessing {
                    columns: (0..inputs).map(feature).collect(),
                    table_columns: inputs + 1,
                    target_column: 0,
                    missing: MissingValues::default(),
                    cell_format: CellFormat::default(),
                    percent: None,
                    units: Vec::new(),
                    row_order: None,
                },
                task: Task::Classification {
                    classes: (0..outputs).map(|i| i.to_string()).collect(),
                },
                ..small()
            }
        })
    })
}

fn format() -> impl Strategy<Value = &'static str> {
    prop::sample::select(readable())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_number_survives(model in model(), format in format()) {
        let loaded = read(&bytes_of(&model, format), format).expect("loads");
        prop_assert_eq!(loaded, model);
    }
}
