//! Tables as people have them: text above them, odd rows, percent signs, other formats, long names.

use super::*;

/// Writes `text` to a file called `name` in a folder with a model trained on `table` with `options`.
struct Trained {
    folder: TempDir,
    model: PathBuf,
}

impl Trained {
    fn on(table: &str, options: &str) -> Self {
        let (folder, model) = place("model.json");
        let trained = Self { folder, model };
        let data = trained.file("trained.csv", table);
        let line = format!("--headless --epochs 2 {options} --export");
        succeed(&line, &[&trained.model, &data]);
        trained
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// Predicts on `text` and returns the number of rows.
    fn predicted(&self, text: &str) -> usize {
        let data = self.file("new.csv", text);
        let csv = stdout(&succeed("predict", &[&self.model, &data]));
        let mut table = csv::Reader::from_reader(csv.as_bytes());
        let rows: Result<Vec<_>, _> = table.records().collect();
        rows.expect("rows of one width").len()
    }

    /// Returns what `predict` and `eval` say about a table that both refuse as bad data.
    fn refused(&self, text: &str) -> String {
        let data = self.file("bad.csv", text);
        let messages = ["predict", "eval"].map(|command| {
            let output = run(command, &[&self.model, &data]);
            assert_eq!(code(&output), 65, "{command}: {}", stderr(&output));
            stderr(&output)
        });
        assert_eq!(messages[0], messages[1]);
        messages[0].clone()
    }
}

/// Rows of two numbers and a class.
fn rows(count: usize) -> String {
    let row = |i: usize| {
        format!(
            "{}.5,{},{}\n",
            i * 7 % 11,
            i % 5,
            ["p", "q"][i * 7 % 11 / 6]
        )
    };
    (0..count).map(row).collect()
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|i| line(i) + "\n").collect()
}

#[test]
fn a_percent_sign_is_read_only_where_the_training_table_has_one() {
    let fractions = |sign: &str| {
        lines(60, |i| {
            format!("{}{sign},{}", i % 50, ["p", "q"][i % 50 / 25])
        })
    };
    let bare = Trained::on(&format!("rate,k\n{}", fractions("")), "");
    let message = bare.refused("rate,k\n20,p\n20%,q\n");
    assert!(
        message
            .contains("bad.csv, line 3, column 1 (rate): expected a number without a percent sign"),
        "{message}"
    );
    let with_signs = bare.file("signs.csv", format!("rate,k\n{}", fractions("%")));
    let data = bare.folder.path().join("trained.csv");
    let output = run("--headless --epochs 1 --val", &[&with_signs, &data]);
    assert_eq!(code(&output), 65, "{}", stderr(&output));
    let output = run("--headless --epochs 1 --from", &[&bare.model, &with_signs]);
    assert_eq!(code(&output), 65, "{}", stderr(&output));
    let signed = Trained::on(&format!("rate,k\n{}", fractions("%")), "");
    assert_eq!(signed.predicted("rate\n20%\n20 %\n20\n"), 3);
    // A target, too.
    let target = lines(60, |i| format!("{i}.5,0.{:02}", i % 60));
    let target = Trained::on(&format!("x,rate\n{target}"), "");
    assert_eq!(target.predicted("x,rate\n1.5,20%\n"), 1, "not needed");
    let data = target.file("bad.csv", "x,rate\n1.5,0.3\n2.5,20%\n");
    let output = run("eval", &[&target.model, &data]);
    assert_eq!(code(&output), 65);
    assert!(
        stderr(&output).contains("line 3, column 2 (rate)"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn points_are_not_read_both_ways_in_a_column() {
    let point = lines(60, |i| {
        format!(
            "{:.3};{}",
            0.905 + (i % 40) as f64 / 10.0,
            ["p", "q"][i % 40 / 20]
        )
    });
    let (folder, _) = place("model.json");
    let data = folder.path().join("points.csv");
    fs::write(&data, format!("x;k\n{point}")).expect("written");
    let output = run("--headless --epochs 1 --decimal comma", &[&data]);
    assert_eq!(code(&output), 65);
    let expected = "points.csv, line 3, column 1 (x): with a decimal comma, the point of \"0.905\" is before decimals \
                    and that of \"1.005\" between thousands (--decimal point reads both as decimal points)";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    succeed("--headless --epochs 1 --decimal point", &[&data]);
    let model = folder.path().join("model.json");
    let comma = lines(60, |i| format!("{},5;{},25", i % 40, i % 40));
    let trained_on = folder.path().join("comma.csv");
    fs::write(&trained_on, format!("x;y\n{comma}")).expect("written");
    succeed("--headless --epochs 1 --export", &[&model, &trained_on]);
    for (cells, column) in [
        ("0.905;1,5\n1.005;1,5", "1 (x)"),
        ("1,5;0.905\n1,5;1.005", "2 (y)"),
    ] {
        fs::write(&data, format!("x;y\n{cells}\n")).expect("written");
        let output = run("eval --decimal comma", &[&model, &data]);
        let said = stderr(&output);
        assert_eq!(code(&output), 65, "{said}");
        assert!(
            said.contains(&format!("line 3, column {column}: with a decimal comma")),
            "{said}"
        );
    }
}

#[test]
fn an_arff_file_gives_names_and_types() {
    let comment = lines(400, |i| format!("% line {i}"));
    let rows = lines(60, |i| {
        let boat = if i == 30 {
            "D".into()
        } else {
            (i % 4).to_string()
        };
        format!("{}.5,'z {}',{boat},{}", i * 7 % 11, i % 3, i * 7 % 11 / 6)
    });
    let head = "@relation r\n@attribute 'petal width' REAL\n@attribute zone {'z 0','z 1','z 2'}\n@attribute boat STRING\n@attribute class {0,1}\n";
    let text = format!("{comment}{head}@data\n{rows}?,'z 1',1,1\n");
    let (folder, model) = place("model.json");
    for name in ["t.arff", "t.csv"] {
        let data = folder.path().join(name);
        fs::write(&data, &text).expect("written");
        let said = stderr(&succeed(
            "--headless --epochs 2 --force --export",
            &[&model, &data],
        ));
        assert!(
            said.contains("61 rows") && said.contains("2 classes of \"class\""),
            "{said}"
        );
        let scores = stdout(&succeed("eval --json", &[&model, &data]));
        let scores: Value = serde_json::from_str(&scores).expect("JSON");
        assert_eq!(scores["rows"], 61);
    }
    let data = folder.path().join("bad.arff");
    fs::write(&data, format!("{head}@data\n{rows}oops,'z 1',1,1\n")).expect("written");
    let said = stderr(&run("predict", &[&model, &data]));
    assert!(
        said.contains("bad.arff, line 67, column 1 (petal width)"),
        "{said}"
    );
}

#[test]
fn a_tar_archive_is_refused_with_the_way_forward() {
    let mut header = [0_u8; 512];
    header[..5].copy_from_slice(b"t.csv");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let (folder, _) = place("model.json");
    let archive = [&header[..], rows(40).as_bytes()].concat();
    let data = folder.path().join("t.tar");
    fs::write(&data, archive).expect("written");
    let output = run("--describe", &[&data]);
    assert_eq!(code(&output), 65);
    let expected = "t.tar: it is a tar archive; extract its table first: tar -xf FILE";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
}

#[test]
fn a_model_finds_its_table_below_other_text() {
    let trained = Trained::on(&format!("x,y,k\n{}", rows(60)), "");
    for above in [
        lines(300, |i| format!("Log line {i}: value {i}")),
        "Report, created by me, today\nSource: a, b, c\n".to_owned(),
        "Report of x, y and k\nSource: me\n".to_owned(),
        "# a comment\n# b, c\n".to_owned(),
    ] {
        for count in [1, 2, 30] {
            let text = format!("{above}x,y,k\n{}", rows(count));
            assert_eq!(trained.predicted(&text), count, "{text}");
            let data = trained.file("new.csv", text);
            let scores = stdout(&succeed("eval --json", &[&trained.model, &data]));
            let scores: Value = serde_json::from_str(&scores).expect("JSON");
            assert_eq!(scores["rows"], count);
        }
    }
}

#[test]
fn text_above_a_table_is_skipped_or_an_option_is_named() {
    let (folder, _) = place("model.json");
    let data = folder.path().join("t.csv");
    let train = |text: &str, options: &str| {
        fs::write(&data, text).expect("written");
        let output = run(
            &format!("--headless --epochs 1 --target k {options}"),
            &[&data],
        );
        (code(&output), stderr(&output))
    };
    for line in ["Log line", "Log line, and more", "# Log"] {
        let above = lines(25, |i| format!("{line} {i}"));
        let (code, said) = train(&format!("{above}x,y,k\n{}", rows(60)), "");
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("first 25 lines skipped (--skip)"), "{said}");
    }
    for (text, option) in [
        ("Report, by me, today\nSource: a, b, c\nx,y,k\n", "--skip 2"),
        ("Report\nSource: a, b, c\nx,y,k\n", "--skip 2"),
    ] {
        let text = format!("{text}{}", rows(60));
        let (code, said) = train(&text, "");
        assert!(code == 0 || said.contains(option), "{said}");
        let (code, said) = train(&text, option);
        assert_eq!(code, 0, "{said}");
    }
    let few = format!("Report of today\nSource: me\nx,y,k\n{}", rows(2));
    let (code, said) = train(&few, "");
    assert_eq!(code, 65);
    assert!(
        said.contains("(--skip 2 takes line 3 for the first of the table)"),
        "{said}"
    );
    let (_, said) = train(&few, "--skip 2");
    assert!(!said.contains("single column"), "{said}");
}

#[test]
fn rows_may_end_in_empty_cells() {
    let trained = Trained::on(&format!("x,y,k\n{}1.5,2,p,,\n{}", rows(40), rows(9)), "");
    assert_eq!(trained.predicted("x,y\n1.5,2\n2.5,3, ,\n"), 2);
    assert_eq!(
        trained.predicted("x,y,,\n1.5,2\n2.5,3,\n"),
        2,
        "the header, too"
    );
    let message = trained.refused("x,y,k\n1.5,2,p\n1.5,2\n2.5,3,q\n");
    assert!(
        message.contains("line 3: the row has 2 cells, the first row has 3 (sed 3d FILE"),
        "{message}"
    );
    let message = trained.refused("x,y,k\n1.5,2,p\n1.5,2,p,more\n");
    assert!(message.contains("line 3: the row has 4 cells"), "{message}");
    let text = "1,2\n1.5,2,p\n2.5,3,q\n3.5,4,p\n";
    let data = trained.file("new.csv", text);
    let message = stderr(&run("predict", &[&trained.model, &data]));
    assert!(
        message.contains("(--skip 1 reads the table from this line on)"),
        "{message}"
    );
    succeed("eval --skip 1 --no-header", &[&trained.model, &data]);
    let message = trained.refused("x,y,k\n1.5,2,p\n# half\n2.5,3,q\n");
    assert!(message.contains("--comment \"#\""), "{message}");
    let data = trained.file("new.csv", "x,y,k\n1.5,2,p\n# half\n2.5,3,q\n");
    succeed("eval --comment #", &[&trained.model, &data]);
}

#[test]
fn long_names_and_labels_are_shortened_in_text_only() {
    let (label, name) = ("L".repeat(9000), "N".repeat(5000));
    let table = |count: usize| {
        let line = |i: usize| {
            let class = if i % 11 > 4 { &label } else { "p" };
            format!("{}.5,{},{class}", i % 11, i % 5)
        };
        format!("{name}a,{name}b,{name}\n{}", lines(count, line))
    };
    let trained = Trained::on(&table(60), "");
    let data = trained.file("long.csv", table(60));
    let renamed = trained.file("renamed.csv", table(60).replacen('N', "M", 1));
    let unknown = trained.file(
        "unknown.csv",
        format!("{}1.5,2,{}\n", table(3), "U".repeat(9000)),
    );
    let model = trained.model.as_path();
    let mut texts = vec![
        stdout(&succeed("--describe", &[&data])),
        stdout(&succeed("eval", &[model, &data])),
        stdout(&succeed("eval", &[model, &unknown])),
        stderr(&run("predict", &[model, &renamed])),
        stderr(&run("--headless --epochs 1 --target nowhere", &[&data])),
        stderr(&run("--headless --epochs 1 --drop 3", &[&data])),
        stderr(&run("--headless --epochs 1", &[model])),
    ];
    let output = succeed("--headless --epochs 1", &[&data]);
    texts.extend([stdout(&output), stderr(&output)]);
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(line.chars().count() < 400, "{}", &line[..400]);
    }
    let csv = stdout(&succeed("predict", &[model, &data]));
    assert!(csv.contains(&format!("predicted {name}")) && csv.contains(&label));
}
