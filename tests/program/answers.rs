//! Output of `--help`, `--version`, `--describe` and `completions`.

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
fn a_description_lists_the_inferred_schema() {
    let text = stdout(&succeed(
        "tests/data/awkward/identifiers.csv --describe",
        &[],
    ));
    for part in [
        "tests/data/awkward/identifiers.csv: 12 rows\n",
        "  target      kind (column 5; --target)\n              2 classes (--task)\n",
        "excluded id (row numbers), day (dates), name (nearly all different) (--keep)\n",
        "10 training · 2 validation (--val, --split, --seed)\n",
        "  format      comma-separated (--delimiter)\n",
        "header row (--no-header)\n",
        "1 network input\n",
        "  baseline    50.0% (always \"a\")\n",
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

#[test]
fn every_option_about_the_data_is_named_by_a_guess_and_no_other() {
    let help = stdout(&succeed("--help", &[]));
    let section = |title: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != format!("{title}:"));
        let lines = lines.skip(1).take_while(|line| !line.is_empty());
        let options = lines.filter_map(|line| {
            // Nothing, or a short option such as `-t, `.
            let (before, option) = line.trim().split_once("--")?;
            matches!(before.len(), 0 | 4).then_some(option)
        });
        let name = |option: &str| option.split(' ').next().unwrap_or_default().to_owned();
        options
            .map(|option| format!("--{}", name(option)))
            .collect()
    };
    let mut known = section("Reading");
    known.extend(section("Data"));
    assert!(known.len() > 12, "{known:?}");
    let mut named = std::collections::BTreeSet::new();
    for line in [
        "iris",
        "iris --val datasets/iris.csv --test datasets/iris.csv",
        "tests/data/awkward/identifiers.csv",
        "tests/data/awkward/no-header.csv --val 0",
        "tests/data/awkward/missing.csv --val 0",
        "sine --max-rows 50",
        "tests/data/cases/monthly.csv --lags 2",
    ] {
        let json = stdout(&succeed(&format!("{line} --describe --json"), &[]));
        let card: Value = serde_json::from_str(&json).expect("JSON");
        let guesses = card["guesses"].as_array().expect("a list");
        let options = guesses
            .iter()
            .flat_map(|part| part["options"].as_array().expect("a list"));
        named.extend(options.map(|option| option.as_str().expect("a name").to_owned()));
    }
    for option in &named {
        assert!(known.contains(option), "there is no option {option}");
    }
    // How much the classes count in training is no guess about the data.
    known.retain(|option| option != "--class-weights");
    for option in &known {
        assert!(named.contains(option), "no guess names {option}");
    }
}

#[test]
fn an_explicit_option_is_not_called_a_guess() {
    let line =
        "tests/data/awkward/no-header.csv --delimiter comma --no-header --decimal point --val 0";
    let text = stdout(&succeed(&format!("{line} --describe"), &[]));
    for part in [
        "comma-separated (set by --delimiter)\n",
        "no header row (set by --no-header)\n",
        "decimal point (set by --decimal)\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
