//! Help, version, completions.

use super::*;

#[test]
fn help_and_version_go_to_standard_output() {
    let help = stdout(&succeed("--help", &[]));
    for part in [
        "Usage: nn-tui [OPTIONS] [DATA]",
        "Examples:",
        "Built-in data sets:",
        "spiral",
    ] {
        assert!(help.contains(part), "{part}");
    }
    assert!(stdout(&succeed("predict --help", &[])).contains("p(class)"));
    let version = concat!("nn-tui ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(stdout(&succeed("--version", &[])), version);
}

#[test]
fn completions_know_the_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&succeed(&format!("completions {shell}"), &[]));
        assert!(script.contains("activation"), "{shell}");
    }
}

#[test]
fn a_description_tells_what_is_understood() {
    let text = stdout(&succeed(
        "tests/data/awkward/identifiers.csv --describe",
        &[],
    ));
    for part in [
        "tests/data/awkward/identifiers.csv: 12 rows\n",
        "cells separated by comma (--delimiter); first row names the columns (--no-header)\n",
        "predicting \"kind\", column 5 (--target): classification (--task)\n",
        "left out: id (names the rows), day (dates), name (nearly all different); --keep uses them\n",
        "10 rows to train on, 2 to validate",
        "to beat: accuracy 50.0 % by always saying \"a\"\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let json = stdout(&succeed("iris --describe --json", &[]));
    let card: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(card["columns"][0]["name"], "sepal length");
    assert_eq!(card["columns"][0]["range"]["greatest"], 7.9);
    assert_eq!(
        card["target"]["classes"][2],
        serde_json::json!(["virginica", 50])
    );
    assert_eq!(
        (&card["training_rows"], &card["inputs"]),
        (&120.into(), &4.into())
    );
}
