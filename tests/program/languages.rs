//! The command line in Chinese: no text is half English, and files are the same in every language.

use super::*;

/// Words of Chinese texts that are the same in English: names of the data, of settings and their values, of scores, and
/// formats.
const NAMES: &str = "iris setosa versicolor virginica species sepal petal length width sine relu linear softmax \
    cross entropy quadratic Adam SGD ROC AUC RMSE MAE json nan jsonl csv nosuch true UTF none point lr tui nn xyz \
    sigmoid huber safetensors npz onnx py val resume wine breast cancer digits xor circles moons spiral comment \
    header missing keep categorical drop split task target max rows delimiter decimal encoding quote skip val other \
    FILE NAME RATE help OPTIONS DATA COMMAND headless seed no data export PATH hidden describe threads lang inf";

/// Returns the words in `text` that are no Chinese and no names.
fn foreign_words(text: &str) -> Vec<String> {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    let words = text.split(|c: char| !is_letter(c));
    let words = words.filter(|word| word.len() > 1);
    let is_name = |word: &&str| NAMES.split_whitespace().any(|name| name == *word);
    words
        .filter(|word| !is_name(word))
        .map(str::to_owned)
        .collect()
}

fn chinese(arguments: &str, folder: &Path) -> Output {
    let arguments = arguments.split(' ').chain(["--lang", "zh"]);
    program(arguments).current_dir(folder).finish()
}

#[test]
fn reports_are_chinese_throughout() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        "iris --headless -e 3 --importance -o m.json --force",
        "iris --headless -e 3 --val 0 --weights last",
        "iris --headless -e 2 --check-gradients",
        "iris --headless -e 2 --refit --test 0.2",
        "sine --headless -e 3 --patience 2",
        "iris --headless --lr 1e30 --optimizer sgd",
        "iris --find-lr",
        "iris --preflight",
        "iris --folds 3 -e 2",
        "sine --repeat 2 -e 2",
        "iris --describe",
        "sine --describe",
        "eval m.json iris",
        "predict m.json nosuch.csv",
        "--resume list",
        "--resume nosuch",
    ] {
        let output = chinese(arguments, folder.path());
        for text in [stdout(&output), stderr(&output)] {
            let foreign = foreign_words(&text);
            assert!(foreign.is_empty(), "{arguments}: {foreign:?}\n{text}");
        }
    }
}

#[test]
fn errors_are_chinese_throughout() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, part) in [
        ("--lr x", "“--lr <RATE>”的值“x”无效。应为：大于 0 的数"),
        ("--nosuch", "没有参数“--nosuch”"),
        ("--hidden 0", "“--hidden <SIZES>”的值“0”无效"),
        ("--threads x", "应为不小于 1 的线程数，或 auto"),
        ("--epochs", "“--epochs <N>”缺少值"),
        ("--theme pink", "可用：auto, light"),
        ("--describe --export m.json", "不能与"),
        ("eval", "缺少参数"),
        ("eval --headless", "没有参数"),
        ("--lr 1 predict m.json iris", "用于训练，不能与"),
        ("nosuch.csv", "文件不存在"),
        ("--val 2", "--val 为 2；应不小于 0 且小于 1"),
        ("--export m.xyz", "模型文件名须以"),
        (
            "--loss cross-entropy --output linear",
            "请改用 quadratic 或 huber 损失",
        ),
        ("lesson nosuch", "没有课程或文件“nosuch”"),
        ("lesson neuron --lr x", "neuron: “--lr <RATE>”的值“x”无效"),
        ("iris --headless --patience 3 --val 0", "没有验证样本"),
    ] {
        let output = chinese(arguments, folder.path());
        let message = stderr(&output);
        assert_eq!(code(&output) & !64, 2, "{arguments}: {message}");
        assert!(message.contains(part), "{arguments}: {message}");
    }
}

#[test]
fn the_help_is_chinese() {
    for arguments in [
        "--help",
        "predict --help",
        "eval --help",
        "lesson -h",
        "completions -h",
    ] {
        let output = chinese(arguments, Path::new("."));
        let help = stdout(&output);
        assert_eq!(code(&output), 0);
        assert!(help.contains("用法：nn-tui"), "{help}");
        for english in ["Usage", "Options", "Print", "default", "possible", "the "] {
            assert!(!help.contains(english), "{english}:\n{help}");
        }
        let widest = help
            .lines()
            .map(unicode_width::UnicodeWidthStr::width)
            .max();
        assert!(widest <= Some(100), "{help}");
    }
}

#[test]
fn files_are_the_same_in_every_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &str, lang: &str| {
        let arguments = arguments.split(' ').chain(["--lang", lang]);
        program(arguments).current_dir(folder.path()).finish()
    };
    let read = |name: &str| fs::read(folder.path().join(name)).expect(name);
    for name in ["m.json", "m.onnx", "m.py", "m.safetensors", "split.csv"] {
        let files = ["en", "zh"].map(|lang| {
            let option = if name == "split.csv" {
                "--save-split"
            } else {
                "-o"
            };
            let output = run(
                &format!("iris --headless -e 3 --force {option} {name}"),
                lang,
            );
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            read(name)
        });
        assert_eq!(files[0], files[1], "{name}");
    }
    for arguments in [
        "iris --headless -e 3 --force --log log.jsonl",
        "iris --headless --lr 1e30 --optimizer sgd --force --log log.jsonl",
    ] {
        let logs = ["en", "zh"].map(|lang| {
            run(arguments, lang);
            let text = String::from_utf8(read("log.jsonl")).expect("UTF-8");
            assert!(text.is_ascii(), "{text}");
            // Times and speeds differ from run to run.
            let lines = text.lines().map(|line| {
                let mut line: Value = serde_json::from_str(line).expect("JSON");
                let members = line.as_object_mut().expect("an object");
                members.retain(|name, _| !name.contains("second"));
                line
            });
            lines.collect::<Vec<_>>()
        });
        assert_eq!(logs[0], logs[1], "{arguments}");
    }
}
