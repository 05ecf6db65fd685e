//! Choice of validation and test rows: by time, by group, and as listed in a file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use super::*;

/// A table of `rows` rows: a number, a group of four rows each, the time from last to first, and a class.
fn table(folder: &Path, rows: usize) -> PathBuf {
    let path = folder.join("table.csv");
    let line = |row: usize| {
        let class = ["no", "yes"][usize::from(row % 5 < 2)];
        format!("{},g{},{},{class}\n", row % 5, row / 4, rows - row)
    };
    let lines: String = (0..rows).map(line).collect();
    fs::write(&path, format!("x,family,day,class\n{lines}")).expect("written");
    path
}

/// Reads a file of `--save-split`: the lines of each set.
fn sets(path: &Path) -> BTreeMap<String, BTreeSet<usize>> {
    let text = fs::read_to_string(path).expect("a list");
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    assert!(
        header.starts_with("row,set,") && header.contains(" rows"),
        "{header}"
    );
    let mut sets: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for line in lines {
        let (row, set) = line.split_once(',').expect("two cells");
        let row = row.parse().expect("a line");
        sets.entry(set.into()).or_default().insert(row);
    }
    sets
}

/// Describes `data` with the words of `options`, and returns the sets of its rows and the description.
fn described(data: &Path, options: &str) -> (BTreeMap<String, BTreeSet<usize>>, String) {
    let (_folder, list) = place("split.csv");
    let output = succeed(
        &format!("--describe {options} --save-split"),
        &[&list, data],
    );
    (sets(&list), stdout(&output))
}

#[test]
fn the_last_rows_validate_and_test() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = table(folder.path(), 100);
    let (sets, text) = described(&data, "--split time --val 0.2 --test 0.1");
    assert_eq!(sets["train"], (2..72).collect());
    assert_eq!(sets["validation"], (72..92).collect());
    assert_eq!(sets["test"], (92..102).collect());
    for part in [
        "70 training · 20 validation (set by --val, --split)",
        "10 test (set by --test)",
        "split by time: the last rows of the file validate (set by --split)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (sets, text) = described(&data, "--split time:day");
    assert_eq!(sets["train"], (22..102).collect());
    assert_eq!(sets["validation"], (2..22).collect());
    assert!(
        text.contains("the rows with the last \"day\" validate"),
        "{text}"
    );
}

#[test]
fn dates_are_times() {
    let (_folder, path) = place("days.csv");
    let line = |row: usize| {
        let (month, day) = (12 - row / 28, 28 - row % 28);
        format!(
            "{},2024-{month:02}-{day:02},{}\n",
            row % 5,
            ["a", "b"][row % 2]
        )
    };
    let lines: String = (0..100).map(line).collect();
    fs::write(&path, format!("x,day,class\n{lines}")).expect("written");
    let (sets, _) = described(&path, "--split time:day --val 0.25");
    assert_eq!(sets["validation"], (2..27).collect());
    fs::write(&path, format!("x,day,class\n{lines}1,soon,a\n")).expect("written");
    let output = run("--describe --split time:day", &[&path]);
    assert_eq!(code(&output), 65);
    let problem = "days.csv, line 102, column 2 (day): expected a number or a date";
    assert!(stderr(&output).contains(problem), "{}", stderr(&output));
}

#[test]
fn the_only_dates_order_a_split_by_time() {
    let (folder, path) = place("days.csv");
    let line = |row: usize, with_other: bool| {
        let (month, day) = (12 - row / 28, 28 - row % 28);
        let date = format!("2024-{month:02}-{day:02}");
        let other = if with_other {
            format!(",{date}")
        } else {
            String::new()
        };
        format!("{},{date}{other},{}\n", row % 5, ["a", "b"][row % 2])
    };
    let write = |header: &str, with_other: bool| {
        let lines: String = (0..100).map(|row| line(row, with_other)).collect();
        fs::write(&path, format!("{header}\n{lines}")).expect("written");
    };
    write("x,day,class", false);
    let (sets, text) = described(&path, "--split time");
    assert_eq!(sets["validation"], (2..22).collect(), "{text}");
    let said = "the rows with the last \"day\" validate (set by --split)";
    assert!(text.contains(said), "{text}");
    // The model records it, and a training from it splits alike.
    let model = folder.path().join("model.json");
    let line = "--headless --epochs 1 --split time -o";
    succeed(line, &[&model, &path]);
    let recorded = fs::read_to_string(&model).expect("a model");
    let recorded: Value = serde_json::from_str(&recorded).expect("JSON");
    assert_eq!(recorded["training"]["split"]["method"], "time:day");
    let (_other, list) = place("split.csv");
    let line = "--headless --epochs 1 --split time --save-split";
    succeed(line, &[&list, Path::new("--from"), &model, &path]);
    assert_eq!(self::sets(&list), sets);
    write("x,from,to,class", true);
    let (sets, text) = described(&path, "--split time");
    assert_eq!(
        sets["validation"],
        (82..102).collect(),
        "two columns of dates"
    );
    assert!(
        text.contains("the last rows of the file validate"),
        "{text}"
    );
}

/// Lines name the rows of other formats too.
#[test]
fn rows_of_json_lines_are_listed_by_their_lines() {
    let (folder, list) = place("split.csv");
    let path = folder.path().join("rows.jsonl");
    let line = |row: usize| {
        let class = ["a", "b"][row % 2];
        format!("{{\"x\": {}.5, \"class\": \"{class}\"}}\n", row % 7)
    };
    fs::write(&path, (0..40).map(line).collect::<String>()).expect("written");
    succeed("--describe --split time --save-split", &[&list, &path]);
    assert_eq!(sets(&list)["validation"], (33..41).collect());
    let model = folder.path().join("model.json");
    succeed(
        "--headless --epochs 1 --split",
        &[&list, Path::new("-o"), &model, &path],
    );
    let output = succeed("eval --json --split", &[&list, &model, &path]);
    assert_eq!(events(&stdout(&output))[0]["rows"], 8);
}

#[test]
fn groups_stay_together_and_are_no_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = table(folder.path(), 200);
    let (sets, text) = described(&data, "--split group:family --test 0.1 --seed 3");
    let sizes = ["train", "validation", "test"].map(|set| sets[set].len());
    assert_eq!(sizes, [140, 40, 20]);
    for set in sets.values() {
        for line in set {
            let first = (line - 2) / 4 * 4 + 2;
            assert!((first..first + 4).all(|line| set.contains(&line)), "{line}");
        }
    }
    for part in [
        "rows of one \"family\" stay together (50 groups; set by --split)",
        "excluded family (groups of the split)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let seeds =
        [3, 4].map(|seed| described(&data, &format!("--split group:family --seed {seed}")).0);
    assert_ne!(seeds[0], seeds[1]);
    // The report of a run says so too.
    let output = succeed("--headless --epochs 1 --split group:family", &[&data]);
    assert!(
        stderr(&output).contains("stay together"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_class_with_one_row_does_not_stop_training() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rare.csv");
    let mut text = String::from("x,family,class\n");
    for row in 0..60 {
        let class = if row == 59 {
            "rare"
        } else {
            ["a", "b"][row % 2]
        };
        text.push_str(&format!("{row}.5,g{},{class}\n", row / 3));
    }
    fs::write(&path, text).expect("written");
    let (sets, text) = described(&path, "--split group:family");
    assert!(sets["train"].contains(&61));
    assert!(
        text.contains("the only row of \"rare\" is used for training"),
        "{text}"
    );
    let (sets, text) = described(&path, "--split time");
    assert!(sets["validation"].contains(&61));
    assert!(text.contains("no training row of class \"rare\""), "{text}");
    assert!(!text.contains("is used for training"), "{text}");
    for weights in ["none", "balanced"] {
        let line = format!("--headless --epochs 2 --split time --class-weights {weights}");
        succeed(&line, &[&path]);
    }
}

#[test]
fn a_saved_split_gives_the_same_training_and_evaluation() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 80);
    let models = ["one.json", "two.json"].map(|name| folder.path().join(name));
    let line = "--headless --json --epochs 3 --split group:family --test 0.2 --seed 5 --save-split";
    let first = succeed(line, &[&list, Path::new("-o"), &models[0], &data]);
    let line = "--headless --json --epochs 3 --seed 9 --drop family --split";
    succeed(line, &[&list, Path::new("-o"), &models[1], &data]);
    let records = models.each_ref().map(|path| {
        let text = fs::read_to_string(path).expect("a model");
        let model: Value = serde_json::from_str(&text).expect("JSON");
        model["training"].clone()
    });
    assert_eq!(
        records[0]["split"],
        serde_json::json!({"method": "group:family", "test_fraction": 0.2, "test_rows": 16})
    );
    assert_eq!(records[1]["split"]["method"], "file");
    assert_eq!(records[1]["split"]["test_rows"], 16);
    for key in ["training_rows", "validation_rows"] {
        assert_eq!(records[0][key], records[1][key]);
    }
    // Scores of the rows that were held out, from another run of the program.
    let finished = events(&stdout(&first)).pop().expect("an event");
    assert_eq!(events(&stdout(&first))[0]["test_rows"], 16);
    for (set, key) in [
        ("validation", "validation"),
        ("test", "test"),
        ("train", "training"),
    ] {
        let arguments = [&*models[0], &data, Path::new("--split"), &list];
        let output = succeed(&format!("eval --json --rows {set}"), &arguments);
        let said = events(&stdout(&output)).remove(0);
        assert_eq!(said["rows"], sets(&list)[set].len());
        assert_eq!(
            said["selected"],
            format!("{set} rows of {}", list.display())
        );
        assert_eq!(said["accuracy"], finished[key]["accuracy"], "{finished}");
    }
    let arguments = [&*models[0], &data, Path::new("--split"), &list];
    let text = stdout(&succeed("eval", &arguments));
    let rows = format!(
        ": 16 rows, \"class\", the validation rows of {}\n",
        list.display()
    );
    assert!(text.contains(&rows), "{text}");
}

#[test]
fn a_list_of_other_rows_is_refused() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 20);
    let (_, model) = place("model.json");
    let refused = |line: &str, more: &[&Path], text: &str| {
        let output = run(line, more);
        assert_eq!(code(&output), 65, "{}", stderr(&output));
        assert!(
            stderr(&output).contains(text),
            "{text}: {}",
            stderr(&output)
        );
    };
    let write = |lines: &[String]| fs::write(&list, lines.concat()).expect("written");
    let lines: Vec<String> = (2..22)
        .map(|row| {
            format!(
                "{row},{}\n",
                if row % 4 == 0 { "validation" } else { "train" }
            )
        })
        .collect();
    let header = String::from("row,set\n");
    let with = |lines: &[String]| [std::slice::from_ref(&header), lines].concat();
    let line = "--describe --split";
    write(&with(&lines[..18]));
    refused(line, &[&list, &data], "table.csv, line 20: ");
    refused(
        line,
        &[&list, &data],
        "split.csv does not list this row, nor 1 other",
    );
    write(&with(&[&lines[..], &["30,test\n".into()]].concat()));
    let text = "split.csv, line 22: there is no row on line 30 of ";
    refused(line, &[&list, &data], text);
    fs::create_dir_all(model.parent().expect("a folder")).expect("made");
    let model = folder.path().join("model.json");
    succeed("--headless --epochs 1 -o", &[&model, &data]);
    refused("eval --split", &[&list, &model, &data], text);
    write(&lines);
    refused(
        line,
        &[&list, &data],
        "expected a list of rows with the header row,set",
    );
    write(&with(&["2,test\n".into()]));
    refused(
        "eval --split",
        &[&list, &model, &data],
        "it lists no validation row",
    );
    refused(
        line,
        &[&list, Path::new("iris")],
        "does not list this row, nor 148 others",
    );
}

#[test]
fn a_list_of_another_table_is_refused() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 40);
    let model = folder.path().join("model.json");
    let arguments = [&*list, Path::new("-o"), &model, &data];
    succeed("--headless --epochs 1 --save-split", &arguments);
    let text = fs::read_to_string(&list).expect("a list");
    let other = table(folder.path(), 44);
    for line in ["eval --split", "--describe --drop class --target x --split"] {
        let more = [&*list, &model, &other];
        let more = if line.starts_with("eval") {
            &more[..]
        } else {
            &[more[0], more[2]]
        };
        let output = run(line, more);
        assert_eq!(code(&output), 65, "{}", stdout(&output));
        let problem = "it lists the rows of a table of 40 rows, and ";
        assert!(stderr(&output).contains(problem), "{}", stderr(&output));
    }
    // As many rows, in another order.
    let lines = fs::read_to_string(table(folder.path(), 40)).expect("a table");
    let mut lines: Vec<&str> = lines.lines().collect();
    lines[1..].sort_unstable();
    fs::write(&data, lines.join("\n")).expect("written");
    let doubt = "split.csv is of a table with other targets, or of another order";
    let refused = run("eval --split", &[&list, &model, &data]);
    assert_eq!(code(&refused), 65, "{}", stdout(&refused));
    assert!(
        stderr(&refused).contains("--force takes this one"),
        "{}",
        stderr(&refused)
    );
    assert!(stdout(&refused).is_empty());
    let said = stderr(&succeed("eval --force --split", &[&list, &model, &data]));
    assert!(said.contains(doubt), "{said}");
    let said = stdout(&succeed("--describe --split", &[&list, &data]));
    assert!(said.contains(doubt), "{said}");
    let other = table(folder.path(), 44);
    // A list without the number.
    let bare = text.split_once('\n').expect("a header").1;
    fs::write(&list, format!("row,set\n{bare}")).expect("written");
    let said = stderr(&succeed("eval --split", &[&list, &model, &other]));
    assert!(said.contains("4 rows not listed in "), "{said}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 20);
    fs::write(&list, "row,set\n").expect("written");
    let lists = "lists the rows of all sets";
    refused("--headless --val 0.2 --split", &[&list, &data], 2, lists);
    refused("--headless --test 0.2 --split", &[&list, &data], 2, lists);
    let other = "--headless --val datasets/iris.csv --split time";
    refused(other, &[&data], 2, "--val FILE names others");
    let all = "--headless --val 0.6 --test 0.4";
    refused(all, &[&data], 2, "together they must be");
    refused("--headless --test 1.5", &[&data], 2, "--test is 1.5");
    refused(
        "--headless --split group:class",
        &[&data],
        2,
        "another column than the target",
    );
    refused(
        "--headless --split group:famly",
        &[&data],
        65,
        "did you mean \"family\"?",
    );
    refused(
        "--headless --split time:family",
        &[&data],
        65,
        "line 2, column 2 (family): ",
    );
    let text = "kin,x,class\ng,1,a\ng,2,b\ng,3,a\ng,4,b\n";
    let one = folder.path().join("one.csv");
    fs::write(&one, text).expect("written");
    let few = "has 1 group: too few to split by";
    refused("--headless --split group:kin", &[&one], 65, few);
    let missing = "--split takes random, time, time:COLUMN, group:COLUMN or a file";
    refused("--headless --split tiem", &[&data], 66, missing);
    refused("--headless --save-split", &[&list, &data], 73, "--force");
    let from = "--describe --val datasets/iris.csv --save-split";
    refused(
        from,
        &[&folder.path().join("new.csv"), Path::new("iris")],
        2,
        "in another file",
    );
    let same = folder.path().join("same.csv");
    fs::copy(&data, &same).expect("copied");
    refused(
        "--headless --force --save-split",
        &[&same, &same],
        2,
        "the file of DATA",
    );
    succeed("--describe --force --save-split", &[&list, &data]);
    assert_eq!(sets(&list).len(), 2);
}

/// A resumed run needs the same sets, wherever they came from.
#[test]
fn a_resumed_run_verifies_the_split() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 40);
    let checkpoint = folder.path().join("run.checkpoint");
    let models = ["whole.json", "resumed.json"].map(|name| folder.path().join(name));
    succeed("--describe --split time --save-split", &[&list, &data]);
    let whole = [&*list, Path::new("-o"), &models[0], &data];
    succeed("--headless --epochs 4 --split", &whole);
    let part = [&*list, Path::new("--checkpoint"), &checkpoint, &data];
    succeed("--headless --epochs 2 --split", &part);
    let arguments = [&*checkpoint, Path::new("-o"), &models[1]];
    succeed("--headless --epochs 4 --resume", &arguments);
    let [whole, resumed] = models
        .each_ref()
        .map(|path| fs::read(path).expect("a model"));
    assert!(whole == resumed, "the same bytes");
    let output = run(
        "--headless --epochs 5 --split time --resume",
        &[&checkpoint],
    );
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("--split contradicts the run"),
        "{}",
        stderr(&output)
    );
    let text = fs::read_to_string(&list).expect("a list");
    fs::write(&list, text.replacen("train", "validation", 1)).expect("written");
    let output = run("--headless --epochs 5 --resume", &[&checkpoint]);
    assert_eq!(code(&output), 65, "{}", stderr(&output));
}

/// Training from a model splits the new table as asked.
#[test]
fn a_warm_start_splits_by_group() {
    let (folder, list) = place("split.csv");
    let data = table(folder.path(), 80);
    let model = folder.path().join("model.json");
    succeed(
        "--headless --epochs 1 --split group:family -o",
        &[&model, &data],
    );
    let line = "--headless --epochs 1 --split group:family --seed 8 --save-split";
    let output = succeed(line, &[&list, Path::new("--from"), &model, &data]);
    assert!(stderr(&output).contains("excluded family (groups of the split)"));
    let mut set_of: HashMap<usize, String> = HashMap::new();
    for (set, lines) in sets(&list) {
        for line in lines {
            let other = set_of.entry((line - 2) / 4).or_insert(set.clone());
            assert_eq!(*other, set);
        }
    }
    assert_eq!(set_of.len(), 20);
}
