//! Output of `nn-tui eval`, and the memory of `predict` and `eval` on large files.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{code, events, place, run, stderr, stdout, succeed};

fn evaluated(model: &Path, data: &Path) -> Value {
    let output = succeed("eval --json", &[model, data]);
    events(&stdout(&output)).remove(0)
}

/// The scores equal those counted from the output of `predict`.
#[test]
fn agree_with_the_predictions() {
    for ending in ["json", "safetensors", "npz"] {
        let (_folder, model) = place(&format!("model.{ending}"));
        succeed("iris --headless --epochs 5 --export", &[&model]);
        let data = Path::new("datasets/iris.csv");
        let said = evaluated(&model, data);
        let mut counts = [[0_u64; 3]; 3];
        let mut loss = 0.0;
        let predicted = stdout(&succeed("predict", &[&model, data]));
        let names = ["setosa", "versicolor", "virginica"];
        let place = |name: &str| {
            names
                .iter()
                .position(|other| *other == name)
                .expect("a class")
        };
        for row in csv::Reader::from_reader(predicted.as_bytes()).records() {
            let row = row.expect("a row");
            let (actual, predicted) = (place(&row[4]), place(&row[5]));
            counts[actual][predicted] += 1;
            loss -= row[6 + actual].parse::<f64>().expect("a number").ln() / 150.0;
        }
        let right: u64 = (0..3).map(|class| counts[class][class]).sum();
        assert_eq!(said["rows"], 150);
        assert_eq!(said["accuracy"], right as f64 / 150.0);
        assert_eq!(said["baseline_accuracy"], 1.0 / 3.0);
        assert_eq!(said["classes"], serde_json::json!(names));
        assert_eq!(said["confusion"], serde_json::json!(counts));
        assert!((said["loss"].as_f64().expect("a number") - loss).abs() < 1e-5);
    }
}

#[test]
fn of_numbers_are_in_their_own_unit() {
    let (folder, model) = place("model.json");
    let table = folder.path().join("table.csv");
    let rows = (0..60).map(|i| {
        format!(
            "{},{},{}\n",
            2 * i,
            i % 7,
            1000.0 + 10.0 * f64::from(i) + 0.5
        )
    });
    let text = format!("a,b,price\n{}", rows.collect::<String>());
    fs::write(&table, text).expect("written");
    succeed(
        "--task regression --lr 0.01 --headless --epochs 20 --export",
        &[&model, &table],
    );
    let said = evaluated(&model, &table);
    let predicted = stdout(&succeed("predict", &[&model, &table]));
    let (mut absolute, mut squared) = (0.0, 0.0);
    for row in csv::Reader::from_reader(predicted.as_bytes()).records() {
        let row = row.expect("a row");
        let number = |cell: usize| row[cell].parse::<f64>().expect("a number");
        let error = number(3) - number(2);
        absolute += error.abs() / 60.0;
        squared += error * error / 60.0;
    }
    let near = |name: &str, expected: f64| {
        let found = said[name].as_f64().expect("a number");
        assert!(
            (found - expected).abs() < 1e-3 * expected,
            "{name}: {found} {expected}"
        );
    };
    near("mae", absolute);
    near("rmse", squared.sqrt());
    // The variance of 0, 10, ..., 590.
    let variance = 100.0 * (60.0 * 60.0 - 1.0) / 12.0;
    near("r2", 1.0 - squared / variance);
    let text = stdout(&succeed("eval", &[&model, &table]));
    assert!(
        text.contains("\nMAE  ") && text.contains("\nbaseline: MAE "),
        "{text}"
    );
}

#[test]
fn show_the_confusion_as_text() {
    let (_folder, model) = place("model.json");
    succeed("iris --headless --epochs 60 --export", &[&model]);
    let text = stdout(&succeed("eval", &[&model, Path::new("iris")]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "built-in iris: 150 rows, \"species\"");
    assert!(lines[2].starts_with("accuracy            9"), "{text}");
    assert!(lines[2].ends_with(" of 150 rows)"), "{text}");
    let baseline = "baseline: accuracy 33.3% (always the most frequent class)";
    assert_eq!(lines[8], baseline);
    assert_eq!(lines[10], "               precision  recall      F1  rows");
    assert_eq!(lines[11], "setosa            100.0%  100.0%  100.0%    50");
    assert_eq!(lines[18], "            setosa  versicolor  virginica");
    assert_eq!(lines[19], "setosa          50           0          0");
}

#[test]
fn need_the_true_values_and_say_where_they_are_not() {
    let (folder, model) = place("model.json");
    succeed("iris --headless --epochs 1 --export", &[&model]);
    let table = folder.path().join("new.csv");
    let header = "species,sepal length,petal length,petal width,sepal width\n";
    let rows = "setosa,5,1,1,3\n,5,1,1,3\n?,5,1,1,3\n virginica ,7,5,2,3\n";
    fs::write(&table, format!("{header}{rows}")).expect("written");
    let said = evaluated(&model, &table);
    assert_eq!(
        (&said["rows"], &said["rows_without_target"]),
        (&2.into(), &2.into())
    );

    fs::write(&table, format!("{header}setosa,5,1,1,3\nrose,5,1,1,3\n")).expect("written");
    let text = stdout(&succeed("eval", &[&model, &table]));
    let expected = "1 value of \"species\" unknown to the model, first \"rose\" on line 3";
    assert!(text.contains(expected), "{text}");
    fs::write(&table, format!("{header}rose,5,1,1,3\n")).expect("written");
    let refused = run("eval", &[&model, &table]);
    assert_eq!((code(&refused), stdout(&refused)), (65, String::new()));
    assert!(stderr(&refused).contains("line 2, column 1 (species): the class \"rose\""));

    let without = header.replacen("species,", "", 1);
    fs::write(&table, format!("{without}5,1,1,3\n")).expect("written");
    let refused = run("eval", &[&model, &table]);
    assert!(
        stderr(&refused).contains("\"species\""),
        "{}",
        stderr(&refused)
    );
    assert_eq!(code(&refused), 65);
}

/// Returns the peak resident memory of the program in KiB.
#[cfg(target_os = "linux")]
fn peak_memory(line: &str, model: &Path, data: &Path) -> u64 {
    use std::io::Read;
    let words = line.split(' ').map(std::ffi::OsStr::new);
    let arguments = words.chain([model.as_os_str(), data.as_os_str()]);
    let mut child = super::program(arguments).spawn().expect("starts");
    let status = format!("/proc/{}/status", child.id());
    let mut to = child.stdout.take().expect("piped");
    let (mut peak, mut buffer) = (0, vec![0; 1 << 16]);
    // The program writes as it reads, so it is looked at while it runs.
    while to.read(&mut buffer).expect("reads") > 0 {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(number.unwrap_or(0));
    }
    assert!(child.wait().expect("ends").success());
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn take_no_more_memory_for_more_rows() {
    let (folder, model) = place("model.json");
    succeed("iris --headless --epochs 1 --export", &[&model]);
    let table = folder.path().join("many.csv");
    let mut text = String::from("sepal length,sepal width,petal length,petal width\n");
    let row = "5.1,3.5,1.4,0.2\n";
    let mut peak_of = |rows: usize| {
        text.truncate(50);
        text.push_str(&row.repeat(rows));
        fs::write(&table, &text).expect("written");
        peak_memory("predict", &model, &table)
    };
    let (few, many) = (peak_of(20_000), peak_of(400_000));
    assert!(few > 0 && many < few + 4096, "{few} KiB, then {many} KiB");
}

/// Images are read row by row too, and score as they did in validation.
#[test]
fn of_images_are_those_of_their_validation() {
    let (folder, model) = place("model.json");
    let path = |name: &str| folder.path().join(name);
    for set in ["train", "t10k"] {
        let count = 40_u8;
        let header = |magic: u8| [&[0, 0, 8, magic, 0, 0, 0][..], &[count]].concat();
        let size = [[0, 0, 0, 2], [0, 0, 0, 3]].concat();
        let pixels = (0..6 * count).map(|i| i.wrapping_mul(37));
        let images = [header(3), size, pixels.collect()].concat();
        let labels = [header(1), (0..count).map(|i| i % 3).collect()].concat();
        fs::write(path(&format!("{set}-images-idx3-ubyte")), images).expect("written");
        fs::write(path(&format!("{set}-labels-idx1-ubyte")), labels).expect("written");
    }
    let images = path("train-images-idx3-ubyte");
    let output = succeed("--headless --json --epochs 3 --export", &[&model, &images]);
    let events = events(&stdout(&output));
    let finished = events.iter().find(|event| event["event"] == "finished");
    let said = evaluated(&model, &path("t10k-images-idx3-ubyte"));
    assert_eq!(said["rows"], 40);
    let accuracy = &finished.expect("it finished")["validation"]["accuracy"];
    assert_eq!(&said["accuracy"], accuracy);
    let text = stdout(&succeed("--describe", &[&images]));
    let line = "images of 3 x 2 pixels, 0 to 255, mean ";
    assert!(text.contains(line) && !text.contains("r0c1"), "{text}");
    let line = "40 training · 40 validation from ";
    assert!(text.contains(line), "{text}");
}

/// Two classes on one output: what is predicted, what is counted and what is reported agree.
#[test]
fn a_single_output_tells_two_classes_apart() {
    for ending in ["json", "safetensors", "npz"] {
        let (_folder, model) = place(&format!("model.{ending}"));
        succeed(
            "breast-cancer --outputs 1 --epochs 10 --hidden 2 --headless --export",
            &[&model],
        );
        let table = Path::new("datasets/breast-cancer.csv");
        let predicted = stdout(&succeed("predict", &[&model, table]));
        let mut lines = predicted.lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let [.., actual, class, probability] = header.as_slice() else {
            panic!("{header:?}");
        };
        assert_eq!((*actual, *class), ("diagnosis", "predicted diagnosis"));
        let second = probability
            .strip_prefix("p(")
            .and_then(|it| it.strip_suffix(')'));
        let mut right = 0;
        for line in lines {
            let cells: Vec<&str> = line.rsplitn(4, ',').collect();
            let probability: f32 = cells[0].parse().expect("a number");
            assert_eq!(probability >= 0.5, Some(cells[1]) == second, "{line}");
            right += usize::from(cells[1] == cells[2]);
        }
        let report = stdout(&succeed("eval", &[&model, table]));
        assert!(
            report.contains(&format!("({right} of 569 rows)")),
            "{report}"
        );
        assert!(right > 480, "{report}");
    }
}
