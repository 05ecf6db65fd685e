//! Training that starts from a saved model.

use super::*;

/// Runs the program and returns its output; `%` in `line` stands for each of `paths` in turn.
fn run_with(line: &str, paths: &[&Path]) -> Output {
    let mut paths = paths.iter();
    let words = line.split_whitespace().map(|word| match word {
        "%" => paths.next().expect("a path").as_os_str(),
        word => OsStr::new(word),
    });
    program(words.collect::<Vec<_>>()).finish()
}

fn succeed_with(line: &str, paths: &[&Path]) -> Output {
    let output = run_with(line, paths);
    assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
    output
}

fn refused(line: &str, paths: &[&Path], expected: i32, message: &str) {
    let output = run_with(line, paths);
    assert_eq!(code(&output), expected, "{line}: {}", stderr(&output));
    assert!(
        stderr(&output).contains(message),
        "{line}: {}",
        stderr(&output)
    );
}

#[test]
fn every_readable_format_is_a_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for (data, ending) in [
        ("iris", "json"),
        ("sine", "safetensors"),
        ("digits", "npz"),
        ("moons --outputs 1 --activation tanh --hidden 5", "json"),
        ("circles --hidden none --loss quadratic", "safetensors"),
    ] {
        let first = path(&format!("first.{ending}"));
        let again = path(&format!("again.{ending}"));
        let later = path(&format!("later.{ending}"));
        let table = data.split(' ').next().expect("a name");
        succeed_with(
            &format!("{data} --headless --force --epochs 3 -o %"),
            &[&first],
        );
        let line = format!("{table} --headless --force --seed 9 --from % -o % --epochs");
        succeed_with(&format!("{line} 0"), &[&first, &again]);
        succeed_with(&format!("{line} 5"), &[&first, &later]);
        let [first, again, later] =
            [first, again, later].map(|path| nn_tui::model_file::load(&path).expect("loads"));
        assert_eq!(first.parameters, again.parameters, "{data}");
        for model in [&again, &later] {
            assert_eq!(first.architecture, model.architecture, "{data}");
            assert_eq!(first.preprocessing, model.preprocessing, "{data}");
            assert_eq!((&first.task, &first.target), (&model.task, &model.target));
            assert!(model.training.started_from.is_some(), "{data}");
        }
        assert_ne!(first.parameters, later.parameters, "{data}");
        assert_eq!(first.training.started_from, None);
        let loss = |model: &nn_tui::model_file::TrainedModel| model.training.training.loss;
        assert!(loss(&later) < loss(&again), "{data}: it goes on learning");
    }
}

const TABLE: &str = "size,colour,ok,kind
14,red,yes,a
29,blue,no,b
13,red,yes,a
44,green,no,b
25,blue,yes,a
36,green,no,b
17,red,yes,a
38,blue,no,b
";

#[test]
fn columns_are_matched_by_name_and_mismatches_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (table, model, other) = (path("table.csv"), path("model.json"), path("other.csv"));
    fs::write(&table, TABLE).expect("written");
    let line = "% --headless --val 0.25 --hidden 4 --epochs 3 -o %";
    succeed_with(line, &[&table, &model]);
    let line = "% --headless --val 0.25 --epochs 2 --from %";
    let paths: &[&Path] = &[&other, &model];
    let write = |text: &str| fs::write(&other, text).expect("written");

    // Another order of columns, of categories and of classes; a colour that the model does not know.
    write(
        "kind,ok,colour,size\nb,no,green,40\na,yes,red,11\nb,no,blue,33\na,yes,pink,2\na,yes,red,5\n",
    );
    let again = path("again.json");
    succeed_with(&format!("{line} -o %"), &[&other, &model, &again]);
    let load = |path: &Path| nn_tui::model_file::load(path).expect("loads");
    assert_eq!(load(&model).preprocessing, load(&again).preprocessing);
    assert_eq!(load(&model).task, load(&again).task);

    write(&TABLE.replace("colour", "color"));
    refused(line, paths, 65, "the model needs a column \"colour\"");
    refused(line, paths, 65, "did you mean \"color\"?");
    write(&TABLE.replace(",b\n", ",c\n"));
    refused(
        line,
        paths,
        65,
        "the class \"c\" is none of those that are trained on",
    );
    write(
        &TABLE
            .replace('\n', ",0\n")
            .replacen("kind,0", "kind,weight", 1),
    );
    let message = "which has no inputs for \"weight\" (--drop leaves columns out)";
    refused(line, paths, 65, message);
    succeed_with(&format!("{line} --drop weight"), paths);
    refused(
        &format!("{line} --drop size,weight"),
        paths,
        2,
        "--drop: the model needs the column \"size\"",
    );
    write(&TABLE.replace("14,red", "small,red"));
    refused(
        line,
        paths,
        65,
        "other.csv, line 2, column 1 (size): expected a number",
    );
    write(TABLE);
    refused(
        &format!("{line} --target size"),
        paths,
        2,
        "--target size: the model predicts \"kind\"",
    );
    succeed_with(&format!("{line} --target kind"), paths);
    refused(
        &format!("{line} --hidden 8"),
        paths,
        2,
        "cannot be used with",
    );
    refused(
        line,
        &[&other, &table],
        2,
        "the name of a model file must end in",
    );
}

#[test]
fn a_model_in_place_of_a_table_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for ending in ["json", "safetensors", "npz"] {
        let model = path(&format!("model.{ending}"));
        succeed_with("iris --headless --epochs 1 -o %", &[&model]);
        for message in [
            "is a model and no table: a network 4 → 16 → 16 → 3",
            "predicts one of 3 classes of \"species\"",
            &format!("nn-tui TABLE --from {}", model.display()),
            "nn-tui predict ",
            "nn-tui eval ",
        ] {
            refused("%", &[&model], 2, message);
        }
    }
    let checkpoint = path("run.checkpoint");
    succeed_with("iris --headless --epochs 1 --checkpoint %", &[&checkpoint]);
    let message = "is a checkpoint of a run on iris, epoch 1; nn-tui --resume ";
    refused("%", &[&checkpoint], 2, message);
}

#[test]
fn a_damaged_model_in_place_of_a_table_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for ending in ["json", "safetensors", "npz"] {
        let model = folder.path().join(format!("model.{ending}"));
        succeed_with("iris --headless --epochs 1 -o %", &[&model]);
        let bytes = fs::read(&model).expect("written");
        fs::write(&model, &bytes[..bytes.len() / 2]).expect("written");
        refused("%", &[&model], 65, ": not a usable model: ");
    }
}

#[test]
fn a_run_that_started_from_a_model_is_resumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (model, checkpoint) = (path("model.json"), path("run.checkpoint"));
    let [whole, resumed] = ["whole.json", "resumed.json"].map(path);
    succeed_with("digits --headless --hidden 12 --epochs 2 -o %", &[&model]);
    let line = "digits --headless --from % --lr 0.01 --epochs";
    succeed_with(&format!("{line} 6 -o %"), &[&model, &whole]);
    succeed_with(&format!("{line} 3 --checkpoint %"), &[&model, &checkpoint]);
    fs::remove_file(&model).expect("removed");
    succeed_with("--resume % --epochs 6 -o %", &[&checkpoint, &resumed]);
    let read = |path: &Path| fs::read(path).expect("exported");
    assert!(read(&whole) == read(&resumed));
}
