//! Exported files: those that can be read are verified, and Rust code compiles and predicts the same.
//! `tests/interop` compares all formats with the programs they are for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{decay, rate};
use ndarray::{Array1, Array2};
use nn_tui::data::{
    CellFormat, ClassWeights, DatePart, Derived, Encoding, InputColumn, MissingValues,
    Preprocessing, TargetScale, Task,
};
use nn_tui::error::EXIT_CANNOT_WRITE;
use nn_tui::model_file::formats::{self, Format};
use nn_tui::model_file::{
    Quality, TrainedModel, TrainingRecord, Verification, predicted_class, save, verify,
};
use nn_tui::nn::{
    Activation, Architecture, Initialisation, LayerParameters, LearningRule, Loss, Optimizer,
    Output, Parameters,
};
use nn_tui::util::random::{RngStream, generator};
use rand::RngExt;

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn column(column: usize, name: &str, encoding: Encoding) -> InputColumn {
    InputColumn {
        name: name.to_owned(),
        column,
        derived: None,
        offset: 0.0,
        encoding,
    }
}

fn numeric(mean: f64, deviation: f64) -> Encoding {
    Encoding::Numeric {
        mean,
        std: deviation,
        min: 0.0,
        max: 1.0,
        fill: mean as f32,
    }
}

/// Parts of the dates in the column `day`.
fn date_part(index: usize, part: DatePart) -> InputColumn {
    let encoding = match part.period() {
        None => numeric(2010.0, 4.0),
        Some(period) => Encoding::Cyclic { period, fill: 3.0 },
    };
    InputColumn {
        derived: Some(Derived::DatePart {
            from: "day".to_owned(),
            part,
            order: None,
        }),
        ..column(index, &format!("day ({})", part.name()), encoding)
    }
}

/// Every kind of column, texts between numbers, names that are hard to quote.
fn mixed_columns() -> Vec<InputColumn> {
    let colour = Encoding::Categorical {
        values: strings(&["red", "\"blue\"\\", "grün"]),
        other: true,
        fill: 1,
    };
    let smoker = Encoding::Boolean {
        no: strings(&["no", "No"]),
        yes: strings(&["yes"]),
        mean: 0.25,
        std: 0.433,
        fill: false,
    };
    let town = Encoding::Categorical {
        values: strings(&["a", "b"]),
        other: false,
        fill: 0,
    };
    vec![
        column(0, "colour \"\"\"", colour),
        column(1, "far away", numeric(16_777_215.0, 0.8)),
        column(3, "smoker", smoker),
        column(4, "near", numeric(-0.5, 2.0)),
        column(5, "town", town),
        date_part(7, DatePart::Year),
        date_part(7, DatePart::Month),
        date_part(7, DatePart::Hour),
    ]
}

/// Raw values for [`mixed_columns`], including unknown categories and missing values.
fn mixed_rows() -> Array2<f32> {
    let mut random = generator(1, RngStream::Layer(1));
    Array2::from_shape_fn((200, 8), |(row, column)| {
        if (row + column) % 7 == 0 {
            return f32::NAN;
        }
        match column {
            0 => (row % 4) as f32,
            1 => 16_777_214.0 + (row % 3) as f32,
            2 => (row % 2) as f32,
            4 => (row % 3) as f32,
            5 => 2000.0 + (row % 30) as f32,
            6 => 1.0 + (row % 12) as f32,
            7 => (row % 97) as f32 / 4.0,
            _ => random.random_range(-5.0..5.0),
        }
    })
}

fn model(
    columns: Vec<InputColumn>,
    task: Task,
    hidden: Activation,
    output: Output,
) -> TrainedModel {
    let preprocessing = Preprocessing {
        table_columns: columns.len() + 2,
        target_column: 2,
        missing: MissingValues::default(),
        cell_format: CellFormat::default(),
        percent: None,
        units: Vec::new(),
        row_order: None,
        columns,
    };
    // Two classes on sigmoid outputs have a single one.
    let (outputs, loss) = match (&task, output) {
        (Task::Classification { classes }, Output::Sigmoid) if classes.len() == 2 => {
            (1, Loss::CrossEntropy)
        }
        (_, Output::Softmax) => (task.classes().len(), Loss::CrossEntropy),
        _ => (task.classes().len().max(1), Loss::Quadratic),
    };
    let sizes = vec![preprocessing.inputs(), 9, 5, outputs];
    let architecture = Architecture::new(sizes, hidden, output, loss).expect("valid");
    let mut random = generator(2, RngStream::Layer(2));
    let mut number = || random.random_range(-1.0_f32..1.0);
    let layers = architecture
        .layer_shapes()
        .map(|(inputs, outputs)| LayerParameters {
            weights: Array2::from_shape_simple_fn((outputs, inputs), &mut number),
            biases: Array1::from_shape_simple_fn(outputs, &mut number),
        });
    let layers = layers.collect();
    TrainedModel {
        parameters: Parameters { layers },
        architecture,
        preprocessing,
        target: "it\"s".into(),
        task,
        training: TrainingRecord {
            data: "table".into(),
            training_rows: 800,
            validation_rows: 200,
            validation_fraction: 0.2,
            split: None,
            seed: 3,
            class_weights: ClassWeights::None,
            initialisation: Initialisation::Auto,
            rule: LearningRule {
                optimizer: Optimizer::SGD,
                learning_rate: rate(0.1),
                weight_decay: decay(0.0),
            },
            schedule: nn_tui::nn::Schedule::default(),
            regularisation: nn_tui::nn::Regularisation::default(),
            batch: 10,
            epochs: 5,
            steps: 400,
            best_of: None,
            changes: vec![],
            started_from: None,
            started_as: None,
            ended_with: None,
            training: Quality::default(),
            validation: Some(Quality {
                accuracy: Some(0.9),
                ..Quality::default()
            }),
        },
    }
}

fn classes(names: &[&str]) -> Task {
    Task::Classification {
        classes: strings(names),
    }
}

fn regression() -> Task {
    Task::Regression(TargetScale {
        mean: 250_000.0,
        std: 80_000.0,
        min: 0.0,
        max: 1e6,
        is_fraction: false,
        offset: 0.0,
    })
}

/// Models that together use every task, output and kind of column.
fn models() -> Vec<(TrainedModel, Array2<f32>)> {
    let numbers = || {
        vec![
            column(0, "x", numeric(1.0, 2.0)),
            column(1, "y", numeric(0.0, 0.5)),
        ]
    };
    let texts = || {
        mixed_columns()
            .into_iter()
            .filter(|it| it.column % 3 == 0)
            .collect()
    };
    let some = |columns: &[usize]| mixed_rows().select(ndarray::Axis(1), columns);
    let letters = || classes(&["a", "b", "\"c\" \\"]);
    let whole = || classes(&["3", "-1", "7"]);
    let mixed = mixed_columns;
    let (all, plain, few) = (mixed_rows(), some(&[3, 3]), some(&[0, 2]));
    let each_activation = Activation::ALL.map(|activation| {
        (
            model(numbers(), letters(), activation, Output::Softmax),
            plain.clone(),
        )
    });
    let fraction = Task::Regression(TargetScale {
        mean: 0.4,
        std: 0.2,
        min: 0.0,
        max: 1.0,
        is_fraction: true,
        offset: 0.0,
    });
    let two = || classes(&["no", "yes"]);
    let numbered = || classes(&["0", "1"]);
    let mut models = vec![
        (
            model(mixed(), letters(), Activation::Relu, Output::Softmax),
            all.clone(),
        ),
        (
            model(mixed(), regression(), Activation::Tanh, Output::Linear),
            all.clone(),
        ),
        (
            model(numbers(), whole(), Activation::Sigmoid, Output::Sigmoid),
            plain.clone(),
        ),
        (
            model(numbers(), letters(), Activation::LeakyRelu, Output::Linear),
            plain.clone(),
        ),
        (
            model(numbers(), regression(), Activation::Linear, Output::Sigmoid),
            plain.clone(),
        ),
        (
            model(texts(), whole(), Activation::Tanh, Output::Softmax),
            few,
        ),
        (
            model(mixed(), two(), Activation::Tanh, Output::Sigmoid),
            all,
        ),
        (
            model(numbers(), numbered(), Activation::Relu, Output::Sigmoid),
            plain.clone(),
        ),
        (
            model(numbers(), fraction, Activation::Relu, Output::Sigmoid),
            plain.clone(),
        ),
    ];
    models.extend(each_activation);
    models
}

fn path_of(folder: &Path, format: &Format) -> PathBuf {
    folder.join(format!("model.{}", format.extension))
}

#[test]
fn files_that_can_be_read_are_verified_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    for (model, rows) in models() {
        for format in formats::ALL {
            let path = path_of(folder.path(), format);
            save(&path, &model, true).expect("saved");
            let found = verify(&path, &model, rows.view(), "validation").expect("the same");
            let expected = if format.is_readable() {
                let (rows, set) = (200, "validation");
                Verification::SamePredictions { rows, set }
            } else {
                let format = format.name;
                Verification::NotReadable { format }
            };
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_file_with_another_model_fails_the_verification() {
    let folder = tempfile::tempdir().expect("a folder");
    let (model, rows) = models().swap_remove(0);
    let mut other_weights = model.clone();
    other_weights.parameters.layers[2].biases[1] += 0.5;
    let mut other_classes = model.clone();
    other_classes.task = classes(&["b", "a", "\"c\" \\"]);
    for format in formats::readable() {
        for other in [&other_weights, &other_classes] {
            let path = path_of(folder.path(), format);
            save(&path, other, true).expect("saved");
            let error = verify(&path, &model, rows.view(), "validation").expect_err("different");
            assert_eq!(error.exit_code(), EXIT_CANNOT_WRITE, "{}", format.name);
            let expected = "the file was written, but reading it back gives a different model";
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }
}

/// Text of a cell with this raw value.
fn cell(encoding: &Encoding, raw: f32) -> String {
    let text = match encoding {
        _ if raw.is_nan() => " n/A",
        Encoding::Numeric { .. } | Encoding::Cyclic { .. } => return format!("{raw:?}"),
        Encoding::Boolean { yes, .. } if raw > 0.5 => &yes[0],
        Encoding::Boolean { no, .. } => &no[0],
        Encoding::Categorical { values, .. } => values
            .get(raw as usize)
            .map_or("something else", |value| value),
    };
    text.to_owned()
}

/// Formats a cell with this raw value as a Rust literal.
fn argument(encoding: &Encoding, raw: f32) -> String {
    match encoding {
        Encoding::Numeric { .. } | Encoding::Cyclic { .. } if raw.is_nan() => "f32::NAN".into(),
        Encoding::Numeric { .. } | Encoding::Cyclic { .. } => cell(encoding, raw),
        _ => format!("{:?}", cell(encoding, raw)),
    }
}

/// The code compiles without `std` and without warnings.
#[test]
fn rust_code_compiles_and_predicts_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for (i, (model, rows)) in models().into_iter().enumerate() {
        let path = folder.path().join(format!("model_{i}.rs"));
        save(&path, &model, false).expect("saved");
        let columns = &model.preprocessing.columns;
        let mut calls = String::new();
        for row in rows.outer_iter() {
            let (mut numbers, mut texts) = (Vec::new(), Vec::new());
            for (column, &raw) in columns.iter().zip(row) {
                match column.encoding {
                    Encoding::Numeric { .. } | Encoding::Cyclic { .. } => &mut numbers,
                    _ => &mut texts,
                }
                .push(argument(&column.encoding, raw));
            }
            let lists = [numbers, texts].map(|list| list.join(", "));
            let lists = lists.iter().filter(|list| !list.is_empty());
            let arguments: Vec<String> = lists.map(|list| format!("&[{list}]")).collect();
            let arguments = arguments.join(", ");
            let outputs = match model.task {
                Task::Classification { .. } => format!(", model::outputs({arguments})"),
                Task::Regression(_) => String::new(),
            };
            calls.push_str(&format!(
                "println!(\"{{:?}}\", (model::predict({arguments}){outputs}));\n"
            ));
        }
        let said = compiled(folder.path(), &path, &calls);
        let expected = model.outputs(rows.view());
        for (line, outputs) in said.lines().zip(expected.outer_iter()) {
            compare(line, &model, outputs.to_vec());
        }
        assert_eq!(said.lines().count(), rows.nrows());
    }
}

/// Compiles and runs a program with these `calls` of the module in `path`; returns its output.
fn compiled(folder: &Path, path: &Path, calls: &str) -> String {
    let rustc = |name: &str, code: String, options: &[&str]| {
        let source = folder.join(name);
        fs::write(&source, code).expect("written");
        let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        command
            .args(["--edition", "2024", "-Dwarnings", "-O"])
            .args(options);
        let output = command
            .current_dir(folder)
            .arg(&source)
            .output()
            .expect("rustc starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
    };
    let module = format!("#[path = {path:?}] pub mod model;\n");
    rustc(
        "core.rs",
        format!("#![no_std]\n{module}"),
        &["--crate-type", "rlib"],
    );
    rustc(
        "main.rs",
        format!("{module}fn main() {{\n{calls}}}\n"),
        &["-o", "program"],
    );
    let output = Command::new(folder.join("program"))
        .output()
        .expect("starts");
    String::from_utf8(output.stdout).expect("text")
}

/// Compares one line of the program's output with the `outputs` of `model`.
fn compare(line: &str, model: &TrainedModel, outputs: Vec<f32>) {
    match &model.task {
        Task::Classification { classes } => {
            let line = line
                .strip_prefix('(')
                .and_then(|line| line.strip_suffix("])"));
            let (label, numbers) = line
                .and_then(|line| line.rsplit_once(", ["))
                .expect("a pair");
            let class = predicted_class(&outputs).expect("finite");
            assert_eq!(label, format!("{:?}", classes[class]));
            let numbers = numbers
                .split(", ")
                .map(|number| number.parse::<f32>().expect("a number"));
            let numbers: Vec<f32> = numbers.collect();
            assert_eq!(numbers.len(), outputs.len());
            for (found, expected) in numbers.iter().zip(outputs) {
                assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
        Task::Regression(scale) => {
            let found: f64 = line.parse().expect("a number");
            let expected = scale.value(outputs[0]);
            assert!(
                (found - expected).abs() < 1e-5 * scale.center_and_unit().1,
                "{found} {expected}"
            );
        }
    }
}

/// The code compiles as C99 without warnings, with its program and without it, and the program predicts a
/// table.
#[cfg(unix)]
#[test]
fn c_code_compiles_and_predicts_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, program) = (folder.path().join("model.c"), folder.path().join("program"));
    for (model, rows) in models() {
        save(&source, &model, true).expect("saved");
        cc(folder.path(), &["-DMODEL_NO_MAIN", "-c", "model.c"]);
        cc(folder.path(), &["-o", "program", "model.c", "-lm"]);
        let columns = &model.preprocessing.columns;
        let mut table = csv::Writer::from_writer(Vec::new());
        let names = columns.iter().map(|column| &column.name);
        table.write_record(names).expect("a header");
        for row in rows.outer_iter() {
            let cells = columns.iter().zip(row);
            let cells = cells.map(|(column, &raw)| cell(&column.encoding, raw));
            table.write_record(cells).expect("a row");
        }
        let table = table.into_inner().expect("a table");
        let said = run_on(&program, &table);
        let mut said = csv::Reader::from_reader(said.as_slice());
        let records: Vec<_> = said
            .records()
            .map(|record| record.expect("a row"))
            .collect();
        assert_eq!(records.len(), rows.nrows());
        let expected = model.outputs(rows.view());
        for (record, outputs) in records.iter().zip(expected.outer_iter()) {
            let added: Vec<&str> = record.iter().skip(columns.len()).collect();
            let number = |text: &str| text.parse::<f64>().expect("a number");
            match &model.task {
                Task::Classification { classes } => {
                    let class = predicted_class(&outputs.to_vec()).expect("finite");
                    assert_eq!(added[0], classes[class]);
                    assert_eq!(added.len(), 1 + outputs.len());
                    for (found, &expected) in added[1..].iter().zip(outputs) {
                        assert!((number(found) - f64::from(expected)).abs() < 1e-5);
                    }
                }
                Task::Regression(scale) => {
                    let difference = number(added[0]) - scale.value(outputs[0]);
                    assert!(difference.abs() < 1e-5 * scale.center_and_unit().1);
                }
            }
        }
    }
}

#[cfg(unix)]
fn cc(folder: &Path, arguments: &[&str]) {
    let output = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pedantic",
            "-O1",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("cc starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Runs `program` with `input` as its standard input, and returns what it prints.
#[cfg(unix)]
fn run_on(program: &Path, input: &[u8]) -> Vec<u8> {
    let path = program.with_extension("csv");
    fs::write(&path, input).expect("written");
    let input = fs::File::open(path).expect("opened");
    let output = Command::new(program).stdin(input).output().expect("starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
