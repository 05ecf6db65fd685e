//! Small tables that are easily misread, through training, prediction and evaluation.

use super::*;

fn case(name: &str) -> PathBuf {
    Path::new("tests/data/cases").join(name)
}

/// Trains on a table for `epochs` and returns the scores on the same rows, with what standard error
/// said in training.
fn evaluated(name: &str, options: &str) -> (Value, String) {
    let (_folder, model) = place("model.json");
    let table = case(name);
    let line = format!("--headless --hidden 16 {options} --export");
    let trained = succeed(&line, &[&model, &table]);
    let scores = succeed("eval --json", &[&model, &table]);
    let scores = serde_json::from_str(&stdout(&scores)).expect("JSON");
    (scores, stderr(&trained))
}

fn number(scores: &Value, key: &str) -> f64 {
    scores[key]
        .as_f64()
        .unwrap_or_else(|| panic!("{key} in {scores}"))
}

#[test]
fn an_unclosed_quote_is_refused_by_every_command() {
    let expected = "line 102: the quote that opens on this line is never closed (--quote none takes quotes for text)";
    let table = case("openquote_note.csv");
    let (folder, model) = place("model.json");
    let good = folder.path().join("good.csv");
    let rows = "a,b,kind,note\n1,2,x,ok\n2,3,y,ok\n3,4,x,no\n4,5,y,no\n";
    fs::write(&good, rows).expect("written");
    succeed(
        "--headless --epochs 1 --target kind --export",
        &[&model, &good],
    );
    for (line, files) in [
        ("--headless --target kind", vec![table.as_path()]),
        ("predict", vec![&model, &table]),
        ("eval", vec![&model, &table]),
    ] {
        let output = run(line, &files);
        assert_eq!(code(&output), 65, "{line}");
        assert!(
            stderr(&output).contains(expected),
            "{line}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn classes_are_told_apart() {
    for (name, accuracy) in [
        ("zwnj_feature.csv", 0.99),
        ("multiline_feature.csv", 0.99),
        // Some of its rows are noise.
        ("excel_header_newline.csv", 0.95),
        ("space_feature.csv", 0.99),
        ("offset_1e9.csv", 0.99),
        ("epoch_ms.csv", 0.99),
        ("label_mixed_float.csv", 0.99),
        ("none_class.csv", 0.99),
    ] {
        let (scores, _) = evaluated(name, "--epochs 300");
        assert!(number(&scores, "accuracy") > accuracy, "{name}: {scores}");
    }
}

#[test]
fn numbers_are_predicted() {
    for (name, r2) in [
        ("offset_target.csv", 0.99),
        ("none_small.csv", 0.99),
        ("small_integers.csv", 0.9),
    ] {
        let (scores, _) = evaluated(name, "--epochs 600");
        assert!(number(&scores, "r2") > r2, "{name}: {scores}");
    }
}

#[test]
fn rare_classes_and_row_numbers_are_reported() {
    let (_, said) = evaluated("rare_class.csv", "--epochs 1");
    assert!(said.contains("is used for training"), "{said}");
    let (_, said) = evaluated("row_numbers.csv", "--epochs 1");
    assert!(said.contains("excluded n (row numbers; --keep)"), "{said}");
    let (_, said) = evaluated("row_numbers.csv", "--epochs 1 --keep n");
    assert!(!said.contains("row numbers"), "{said}");
}

#[test]
fn unknown_texts_and_labels_are_counted() {
    let (folder, model) = place("model.json");
    succeed(
        "--headless --epochs 1 --export",
        &[&model, &case("space_feature.csv")],
    );
    let table = folder.path().join("new.csv");
    let rows = "place,x,kind\nYork,1,home\nRome,1,home\nRome,2,shop\nBonn,1,castle\n";
    fs::write(&table, rows).expect("written");
    let output = succeed("eval --json", &[&model, &table]);
    let scores: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(scores["rows"], 3);
    assert_eq!(scores["rows_with_unknown_label"], 1);
    assert_eq!(scores["unknown_values"]["place"], 2);
    let expected = "2 values of \"place\" unknown to the model, first \"Rome\" on line 3";
    for command in ["eval", "predict"] {
        let output = succeed(command, &[&model, &table]);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}
