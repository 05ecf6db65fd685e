//! `--export-training`: the script, and what it does not reproduce. `tests/interop` runs such scripts.

use super::*;

#[test]
fn a_script_is_written_once_and_nothing_is_trained() {
    let (folder, script) = place("train.py");
    let output = succeed(
        "iris --hidden 8,4 --optimizer momentum --momentum 0.8 --epochs 30 --export-training",
        &[&script],
    );
    assert!(
        stdout(&output).contains("train.py; run it with python3"),
        "{output:?}"
    );
    let text = fs::read_to_string(&script).expect("a script");
    for part in [
        "SIZES = [4, 8, 4, 3]",
        "EPOCHS = 30",
        "LEARNING_RATE, momentum=0.8)",
        "BUILT_IN = ",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("#if") && !text.contains("DROPOUT"));
    refused("iris --export-training", &[&script], 73, "--force");
    succeed("iris --force --export-training", &[&script]);
    let nowhere = folder.path().join("nowhere").join("train.py");
    refused("iris --export-training", &[&nowhere], 73, "nowhere");
    let data = folder.path().join("iris.csv");
    fs::copy("datasets/iris.csv", &data).expect("copied");
    let linked = folder.path().join("iris.py");
    fs::hard_link(&data, &linked).expect("linked");
    refused(
        "--force --export-training",
        &[&linked, &data],
        2,
        "is the file of DATA",
    );
}

#[test]
fn what_a_script_does_not_reproduce_is_named() {
    let (folder, script) = place("train.py");
    for (options, name) in [
        ("iris --time-limit 3s", "--time-limit"),
        ("iris --folds 3", "--folds"),
        ("iris --epochs none", "such as --epochs 100"),
        ("iris --refit", "--refit"),
        ("iris --val datasets/iris.csv", "(--val)"),
        ("sine --lags 2", "(--lags)"),
    ] {
        refused(&format!("{options} --export-training"), &[&script], 2, name);
    }
    let change = Path::new("3 lr 0.1");
    refused("iris --export-training train.py --at", &[change], 2, "--at");
    let lines = folder.path().join("table.jsonl");
    let rows: String = (0..40)
        .map(|x| format!("{{\"x\": {x}, \"y\": \"{}\"}}\n", x % 2))
        .collect();
    fs::write(&lines, rows).expect("written");
    refused(
        "--export-training",
        &[&script, &lines],
        2,
        "save the table as CSV",
    );
    assert!(!script.exists());
}
