//! Error messages and exit codes.

use nn_tui::nn::Optimizer;

use super::*;

fn refused(line: &str, expected: i32, message: &str) {
    let output = run(line, &[]);
    assert_eq!(code(&output), expected, "{line}: {}", stderr(&output));
    assert!(
        stderr(&output).contains(message),
        "{line}: {}",
        stderr(&output)
    );
    let is_json = stdout(&output).starts_with("{\"event\":\"failed\"");
    assert_eq!(is_json, line.contains("--json"), "{line}");
    assert!(is_json || stdout(&output).is_empty(), "{line}");
}

#[test]
fn of_a_wrong_command_line() {
    for (line, message) in [
        (
            "--lr 0",
            "invalid value '0' for '--lr <RATE>': expected a number above 0",
        ),
        ("--lr -1", "expected a number above 0 such as 0.03 or 1e-4"),
        ("--lr fast", "invalid value 'fast' for '--lr <RATE>'"),
        ("--set w1[1,1]", "expected a weight or bias and a number"),
        (
            "--headless --set w9[1,1]=2",
            "nn-tui: --set: the network 4 → 16 → 16 → 3 has no w9[1,1]",
        ),
        (
            "--momentum 0.5",
            "nn-tui: --momentum goes with --optimizer momentum or nesterov, not with adam",
        ),
        (
            "--optimizer momentum --momentum 1",
            "expected a number of at least 0 and below 1",
        ),
        (
            "--optimizer nadam",
            &format!("expected one of {}", Optimizer::names().join(", ")),
        ),
        ("--l2 -1", "expected a number of at least 0"),
        ("--batch 0", "expected a number of rows"),
        ("--val 1", "nn-tui: --val is 1;"),
        ("--hidden 16,x", "expected sizes such as 16,8, or none"),
        ("--activation swish", "possible values: sigmoid, tanh"),
        (
            "--loss cross-entropy --output linear",
            "nn-tui: cross-entropy loss goes with sigmoid or softmax output",
        ),
        ("--pace slow", "expected auto, full, or epochs per second"),
        ("--paused", "nn-tui: --paused waits for a key"),
        ("--paused --headless", "cannot be used with"),
        ("--pace 5 --json", "cannot be used with"),
        (
            "--export model.pt",
            "nn-tui: model.pt: the name of a model file must end in",
        ),
        ("--speed", "unexpected argument '--speed'"),
        ("iris wine", "unexpected argument 'wine' found"),
        ("predict model.json", "<DATA>"),
        (
            "--lr 1 predict model.json iris",
            "'--lr <RATE>' is for training and can't be used with 'predict'",
        ),
        ("iris eval model.json iris", "can't be used with 'eval'"),
        (
            "predict model.json iris --json",
            "--json goes with training, eval and watch",
        ),
        (
            "predict model.txt iris",
            "the name of a model file must end in .json, .safetensors, .npz, .onnx, .py, .rs or .c",
        ),
        ("completions tcsh", "possible values: bash"),
    ] {
        refused(line, 2, message);
    }
}

#[test]
fn of_unusable_data() {
    for (line, expected, message) in [
        (
            "tests/data/infinity.csv",
            65,
            "nn-tui: tests/data/infinity.csv, line 3, column 1 (x):",
        ),
        ("iris --target specie", 65, "did you mean \"species\"?"),
        ("tests/data/two-rows.csv", 65, "too few"),
        (
            "irsi",
            66,
            "nn-tui: irsi: no such file; did you mean the built-in iris?",
        ),
        ("predict no.json iris", 66, "nn-tui: no.json: no such file"),
        ("tests", 66, "it is a directory"),
    ] {
        refused(line, expected, message);
    }
    let (_folder, model) = place("model.json");
    fs::write(&model, "{}").expect("written");
    let output = program([OsStr::new("predict"), model.as_os_str(), "iris".as_ref()]).finish();
    assert_eq!(code(&output), 65);
    assert!(
        stderr(&output)
            .ends_with("model.json: not a usable model: it has no \"format\": \"nn-tui model\"\n")
    );
}

#[test]
fn of_an_export_that_could_not_be_written_come_before_training() {
    let (folder, model) = place("model.json");
    fs::write(&model, "precious").expect("written");
    for (path, message) in [
        (
            model.clone(),
            "model.json: exists already; --force replaces it\n",
        ),
        (folder.path().join("no/m.json"), "/no\n"),
    ] {
        let output = run("--export", &[&path]);
        assert_eq!(code(&output), 73);
        assert!(
            stderr(&output).starts_with("nn-tui: "),
            "nothing was trained"
        );
        assert!(stderr(&output).ends_with(message), "{}", stderr(&output));
    }
    assert_eq!(fs::read(&model).expect("there"), b"precious");
    succeed("--epochs 1 --force --export", &[&model]);
    assert_ne!(fs::read(&model).expect("there"), b"precious");
}

#[test]
fn of_outputs_that_would_replace_inputs_or_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["t.csv", "other.csv"] {
        fs::copy("datasets/iris.csv", path(name)).expect("copied");
    }
    fs::hard_link(path("t.csv"), path("linked.ck")).expect("linked");
    for options in [
        "--checkpoint t.csv",
        "--checkpoint ./t.csv",
        "--checkpoint linked.ck",
        "--log t.csv",
        "--val other.csv --checkpoint other.csv",
        "--test other.csv --log other.csv",
        "--export x.json --checkpoint x.json",
        "--checkpoint x.csv --log ./x.csv",
    ] {
        let words = "t.csv --headless --epochs 1 --force".split(' ');
        let mut command = program(words.chain(options.split(' ')));
        let output = command.current_dir(&folder).finish();
        let message = stderr(&output);
        assert_eq!(code(&output), 2, "{options}: {message}");
        assert!(
            message.ends_with("; name another file\n"),
            "{options}: {message}"
        );
    }
    for name in ["t.csv", "other.csv"] {
        assert!(
            fs::read(path(name)).expect("there") == fs::read("datasets/iris.csv").expect("there")
        );
    }
    // A model may take the place of the one that it starts from.
    let model = path("m.json");
    succeed("iris --headless --epochs 1 --export", &[&model]);
    let from = "datasets/iris.csv --headless --epochs 1 --force --export";
    succeed(from, &[&model, Path::new("--from"), &model]);
}

#[test]
fn of_models_for_other_programs_in_place_of_a_table() {
    let (_folder, model) = place("m.onnx");
    succeed("iris --headless --epochs 1 --export", &[&model]);
    let output = run("", &[&model]);
    assert_eq!(code(&output), 2);
    let message = "nn-tui cannot read ONNX files back, only .json, .safetensors or .npz";
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
}
