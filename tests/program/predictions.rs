//! Output of `nn-tui predict`.

use super::*;
use nn_tui::data::{Source, read_for_prediction};
use nn_tui::model_file::{TrainedModel, load, save};
use nn_tui::nn::textbook::Network;

type Table = (Vec<String>, Vec<Vec<String>>);

fn table(csv: &str) -> Table {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = owned(reader.headers().expect("a header"));
    let rows = reader
        .records()
        .map(|record| owned(&record.expect("a row")));
    (header, rows.collect())
}

fn predicted(model: &Path, data: &Path) -> Table {
    table(&stdout(&succeed("predict", &[model, data])))
}

fn trained(options: &str, name: &str) -> (TempDir, PathBuf) {
    let (folder, model) = place(name);
    succeed(&format!("{options} --export"), &[&model]);
    (folder, model)
}

fn new_table(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("new.csv");
    fs::write(&path, text).expect("written");
    path
}

/// Computes the outputs for the rows of `data` with the textbook: `[row][output]`.
fn by_the_textbook(model: &TrainedModel, data: &Path) -> Vec<Vec<f64>> {
    let input = read_for_prediction(&Source::parse(data), &model.preprocessing);
    let raw = input.expect("reads").raw;
    let inputs = model.preprocessing.encode(raw.view());
    let network = Network::new(&model.architecture, &model.parameters);
    let outputs = inputs.outer_iter().map(|row| {
        let row: Vec<f64> = row.iter().map(|&x| x.into()).collect();
        network.forward(&row).outputs().to_vec()
    });
    outputs.collect()
}

#[test]
fn of_iris_are_right_and_by_the_textbook() {
    let data = Path::new("datasets/iris.csv");
    let original = table(&fs::read_to_string(data).expect("there"));
    let mut in_json = None;
    for name in ["model.json", "model.safetensors"] {
        let (_folder, path) = trained("iris --epochs 100", name);
        let (header, rows) = predicted(&path, data);
        let added = [
            "predicted species",
            "p(setosa)",
            "p(versicolor)",
            "p(virginica)",
        ];
        assert_eq!(
            (&header[..5], &header[5..]),
            (&original.0[..], &added.map(String::from)[..])
        );
        let cells: Vec<_> = rows.iter().map(|row| row[..5].to_vec()).collect();
        assert_eq!(cells, original.1, "the input's cells, as they are");
        let right = rows.iter().filter(|row| row[4] == row[5]).count();
        assert!(right > 140, "{right} of 150");
        let expected = by_the_textbook(&load(&path).expect("loads"), data);
        for (row, expected) in rows.iter().zip(expected) {
            for (cell, expected) in row[6..].iter().zip(expected) {
                let found: f64 = cell.parse().expect("a number");
                assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
        let json = in_json.get_or_insert_with(|| rows.clone());
        assert_eq!(json, &rows, "the same from both formats");
    }
}

#[test]
fn of_outputs_that_are_no_probabilities_do_not_say_so() {
    let textbook = "xor --activation sigmoid --output sigmoid --loss quadratic --init normal \
                    --optimizer sgd --epochs 2";
    let (_folder, model) = trained(textbook, "model.json");
    let (header, _) = predicted(&model, Path::new("xor"));
    assert_eq!(header[4..], ["output(different)", "output(same)"]);
}

#[test]
fn keep_columns_they_do_not_need_and_names_that_are_taken() {
    let (folder, model) = trained("iris --epochs 1", "model.json");
    let text = "predicted species,petal width,petal length,sepal width,sepal length,p(setosa)\n\
                \"a, \"\"b\"\"\",0.2,1.4,3.5,5.1,\n";
    let (header, rows) = predicted(&model, &new_table(&folder, text));
    assert_eq!(header[6..8], ["predicted species.2", "p(setosa).2"]);
    assert_eq!(rows[0][..6], ["a, \"b\"", "0.2", "1.4", "3.5", "5.1", ""]);
}

#[test]
fn of_a_table_without_header_have_one() {
    let (folder, model) = trained("iris --epochs 1", "model.json");
    let (header, rows) = predicted(&model, &new_table(&folder, "5.1,3.5,1.4,0.2\n6,3,4,1\n"));
    assert_eq!(header[..5], ["c1", "c2", "c3", "c4", "predicted species"]);
    assert_eq!(rows.len(), 2);
}

#[test]
fn that_are_not_finite_are_left_empty() {
    let (folder, path) = trained("iris --epochs 1", "model.json");
    let mut model = load(&path).expect("loads");
    model.parameters.layers[1].weights.fill(f32::MAX);
    model.parameters.layers[1].biases.fill(f32::MAX);
    save(&path, &model, true).expect("saved");
    let data = new_table(
        &folder,
        "sepal length,sepal width,petal length,petal width\n5.1,3.5,1.4,0.2\n",
    );
    let output = succeed("predict", &[&path, &data]);
    let (_, rows) = table(&stdout(&output));
    assert_eq!(rows[0][4..], ["", "", "", ""]);
    assert!(
        stderr(&output)
            .ends_with("no prediction for 1 row (outputs are not finite), first on line 2\n")
    );
}

#[test]
fn end_quietly_when_nobody_reads_on() {
    let (_folder, model) = trained("digits --epochs 1", "model.json");
    let args = [OsStr::new("predict"), model.as_os_str(), "digits".as_ref()];
    let mut child = program(args).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
}
