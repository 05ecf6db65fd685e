//! Choice of the columns: ranges, headers of numbers, texts that are mostly different.

use std::fs;

use super::*;

fn describe(options: &str, path: &Path) -> String {
    stdout(&succeed(&format!("--describe {options}"), &[path]))
}

#[test]
fn ranges_of_columns_are_dropped() {
    let (folder, model) = place("model.json");
    let path = folder.path().join("wide.csv");
    let names: Vec<String> = (1..=12).map(|i| format!("v{i}")).collect();
    let mut text = format!("{},1-3,class\n", names.join(","));
    for row in 0..40 {
        let cells = (0..13).map(|i| ((row * (i + 3)) % 11).to_string());
        let cells: Vec<String> = cells.collect();
        text.push_str(&format!("{},{}\n", cells.join(","), ["a", "b"][row % 2]));
    }
    fs::write(&path, text).expect("written");
    let kept = |drop: &str| {
        succeed(
            &format!("--headless --force --epochs 1 --drop {drop} -o"),
            &[&model, &path],
        );
        let model = fs::read_to_string(&model).expect("a model");
        let model: Value = serde_json::from_str(&model).expect("JSON");
        let columns = model["preprocessing"]["columns"]
            .as_array()
            .expect("columns");
        let names = columns.iter().filter_map(|column| column["name"].as_str());
        names.map(str::to_owned).collect::<Vec<String>>().join(" ")
    };
    assert_eq!(kept("1-10,1-3"), "v11 v12");
    assert_eq!(kept("v2..v12"), "v1 1-3");
    assert_eq!(kept("v1,3..v10,13"), "v2 v11 v12");
    let output = run("--headless --drop v2..v122", &[&path]);
    assert_eq!(code(&output), 65);
    let problem = "there is no column \"v122\"; did you mean \"v12\"";
    assert!(stderr(&output).contains(problem), "{}", stderr(&output));
}

#[test]
fn a_doubtful_header_is_reported() {
    let (folder, years) = place("years.csv");
    let rows = |first: &str| {
        let rows = (0..30).map(|row| format!("{},{},{}.5\n", row % 7, row % 5, row % 3));
        format!("{first}\n{}", rows.collect::<String>())
    };
    fs::write(&years, rows("2001,2002,2003")).expect("written");
    let notes = |options: &str, path: &Path| {
        stderr(&succeed(
            &format!("--headless --epochs 1 {options}"),
            &[path],
        ))
    };
    let found = notes("", &years);
    let data = "format: no header row; the first row, of ascending numbers, is data (--header)";
    assert!(found.contains(data), "{found}");
    assert!(describe("--header", &years).contains("header row of numbers (set by --header)"));
    for option in ["--header", "--no-header"] {
        assert!(!notes(option, &years).contains("header"), "{option}");
    }
    let counted = folder.path().join("counted.csv");
    fs::write(
        &counted,
        "0,1,2,3,4\n5,2,1,4,a\n2,5,7,1,b\n3,3,1,2,a\n9,1,4,4,b\n5,6,1,1,a\n",
    )
    .expect("written");
    let found = notes("", &counted);
    assert!(
        found.contains("format: header row of numbers (--no-header)"),
        "{found}"
    );
    let bare = folder.path().join("bare.csv");
    fs::write(&bare, rows("3,1,0.5")).expect("written");
    let found = notes("", &bare);
    assert!(
        found.contains("format: no header row (--header)"),
        "{found}"
    );
    assert!(!notes("", Path::new("iris")).contains("header"));
}

#[test]
fn mostly_different_texts_are_excluded_unless_kept() {
    let (folder, path) = place("cars.csv");
    // 60 names once, 20 names twice: 80 different ones in 100 rows.
    let name = |row: usize| if row < 60 { row } else { 60 + row % 20 };
    let rows =
        (0..100).map(|row| format!("car {},{},{}\n", name(row), row % 7, ["a", "b"][row % 2]));
    fs::write(&path, format!("name,x,class\n{}", rows.collect::<String>())).expect("written");
    let output = succeed("--headless --epochs 1", &[&path]);
    let note = "columns: excluded name (80 different texts in 100 rows; --keep)";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
    let json = describe("--json", &path);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let excluded = &json["reading"]["left_out"][0];
    assert_eq!(excluded["reason"], "many-texts");
    assert_eq!(excluded["texts"], serde_json::json!([80, 100]));
    assert!(describe("--keep name", &path).contains("1 numeric, 1 categorical"));
    // Half of the texts are repeated: categories.
    let few = folder.path().join("few.csv");
    let rows =
        (0..100).map(|row| format!("car {},{},{}\n", row % 50, row % 7, ["a", "b"][row % 2]));
    fs::write(&few, format!("name,x,class\n{}", rows.collect::<String>())).expect("written");
    assert!(describe("", &few).contains("1 numeric, 1 categorical"));
}
