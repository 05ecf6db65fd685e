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

#[test]
fn numbers_in_another_unit_are_reported() {
    let table = |factor: f64| {
        let row = |i: usize| {
            format!(
                "{:.2},{},{}\n",
                factor * (1 + i % 20) as f64,
                i % 7,
                ["p", "q"][i % 2]
            )
        };
        format!("rate,n,kind\n{}", (0..60).map(row).collect::<String>())
    };
    let trained = Trained::on(&table(0.01), "--val 0");
    let said = |text: &str| {
        let data = trained.file("new.csv", text);
        ["predict", "eval"].map(|command| stderr(&succeed(command, &[&trained.model, &data])))
    };
    let expected =
        "new.csv: column \"rate\": all 60 values lie outside the training range 0.01 to 0.2\n";
    for said in said(&table(1.0)) {
        assert!(
            said.ends_with(expected) && said.lines().count() == 1,
            "{said}"
        );
    }
    assert_eq!(said(&table(0.01)), ["", ""]);
    let one = "rate,n,kind\n0.3,3,p\n";
    assert!(said(one)[0].contains("\"rate\": the value lies outside the training range"));
    assert_eq!(said(&format!("{one}0.1,3,p\n")), ["", ""]);
}

#[test]
fn another_column_does_not_change_the_decimal_mark() {
    let table = |row: &dyn Fn(usize) -> String| {
        let rows: String = (0..60).map(row).collect();
        format!("sales;rate;kind\n{rows}")
    };
    let sales = |i: usize| format!("{}.{:03}", 1 + i * 7 % 5, 100 + i);
    let kind = |i: usize| ["p", "q"][i % 2];
    let plain = table(&|i| format!("{};0.{};{}\n", sales(i), 11 + i, kind(i)));
    let trained = Trained::on(&plain, "--decimal point --drop rate");
    let commas = table(&|i| format!("{};0,{};{}\n", sales(i), 11 + i, kind(i)));
    let predicted = |text: &str| {
        let data = trained.file("new.csv", text);
        let output = succeed("predict", &[&trained.model, &data]);
        let csv = stdout(&output);
        let last = |line: &str| line.rsplit(',').next().unwrap_or_default().to_owned();
        csv.lines().skip(1).map(last).collect::<Vec<String>>()
    };
    assert_eq!(predicted(&plain), predicted(&commas));
}

#[test]
fn rows_of_names_that_pandas_writes_are_left_out() {
    let day = |i: usize| {
        format!(
            "2020-{:02}-{:02},{}.5,{}.25\n",
            1 + i / 28,
            1 + i % 28,
            i % 7,
            i % 5
        )
    };
    let days: String = (0..60).map(day).collect();
    let text = format!("Price,Close,High\nTicker,AAPL,AAPL\nDate,,\n{days}");
    let trained = Trained::on(&text, "--dates parts");
    assert_eq!(trained.predicted(&text), 60);
    let said = stdout(&succeed("--describe", &[&trained.file("t.csv", &text)]));
    assert!(said.contains("2 rows of units or types excluded"), "{said}");
}

#[test]
fn a_single_column_is_predicted_from_its_past() {
    let text: String = (0..60).map(|i| format!("{}.5\n", (i * i) % 13)).collect();
    let (_folder, path) = place("series.csv");
    fs::write(&path, format!("level\n{text}")).expect("written");
    let refused = stderr(&run("--headless", &[&path]));
    assert!(
        refused.contains("--lags 3 predicts each number"),
        "{refused}"
    );
    let trained = Trained::on(&format!("level\n{text}"), "--lags 3");
    assert_eq!(trained.predicted(&format!("level\n{text}")), 60);
}

#[test]
fn periods_and_times_of_day_are_dates() {
    let describe = |cell: &dyn Fn(usize) -> String, options: &str| {
        let row = |i: usize| format!("{},{}.5,{}\n", cell(i), i * 7 % 11, i * i % 17);
        let (_folder, path) = place("t.csv");
        let rows: String = (0..40).map(row).collect();
        fs::write(&path, format!("when,x,y\n{rows}")).expect("written");
        stdout(&succeed(&format!("--describe {options}"), &[&path]))
    };
    let quarters = |i: usize| format!("{}Q{}", 2000 + i / 4, 1 + i % 4);
    let weeks = |i: usize| format!("2010-W{:02}", 1 + i);
    let times = |i: usize| format!("{:02}:{:02}", i % 24, i);
    for (cells, parts) in [
        (
            &quarters as &dyn Fn(usize) -> String,
            "when (year), when (month)",
        ),
        (&weeks, "when (month)"),
        (&times, "when (hour)"),
    ] {
        let text = describe(cells, "");
        assert!(text.contains("excluded when (dates; --keep)"), "{text}");
        let alone = describe(cells, "--drop x");
        assert!(alone.contains(parts), "{alone}");
        let by_time = alone.contains("the rows with the last \"when\" validate");
        assert_eq!(by_time, parts != "when (hour)", "{alone}");
    }
    let with = describe(&times, "--keep when --split time");
    assert!(
        with.contains("the last rows of the file validate"),
        "{with}"
    );
}

#[test]
fn whole_lines_in_quotes_name_a_way_forward() {
    let row = |i: usize| {
        format!(
            "\"{}.5,\"\"t{}\"\",{}\"\n",
            i * 7 % 11,
            i % 3,
            ["p", "q"][i % 2]
        )
    };
    let rows: String = (0..40).map(row).collect();
    let (_folder, path) = place("t.csv");
    fs::write(&path, format!("\"x,\"\"n\"\",kind\"\n{rows}")).expect("written");
    let refused = stderr(&run("--describe", &[&path]));
    let (_, way) = refused.split_once("quoted as a whole: ").expect("a way");
    let way = way.split(" FILE | nn-tui -").next().expect("a command");
    let script = format!("{way} \"$1\" | \"$0\" --describe -");
    let mut command = shell(&script);
    let output = command.arg(&path).finish();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1 numeric, 1 categorical"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn labels_with_a_full_stop_behind_them_are_those_without() {
    let trained = Trained::on(&format!("a,b,kind\n{}", rows(40)), "");
    let table = format!(
        "a,b,kind\n{}",
        rows(20).replace("p\n", "p.\n").replace("q\n", "q.\n")
    );
    let data = trained.file("stops.csv", &table);
    let said = stdout(&succeed("eval", &[&trained.model, &data]));
    let expected =
        "20 labels counted as the class that differs by a full stop, first \"p.\" on line 2";
    assert!(said.contains(expected), "{said}");
    let train = trained.folder.path().join("trained.csv");
    let said = stdout(&succeed("--describe --test", &[&data, &train]));
    assert!(said.contains(expected), "{said}");
    let both = trained.file(
        "both.csv",
        format!("a,b,kind\n{}{}", rows(40), rows(20).replace("p\n", "p.\n")),
    );
    let said = stdout(&succeed("--describe", &[&both]));
    let expected = "classes \"p\" and \"p.\" may be one class, spelled differently";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn units_behind_numbers_are_part_of_the_model() {
    let row = |i: usize| format!("{} km/h,{}.5 kg\n", i * 7 % 11, i * 7 % 11);
    let table = |rows: usize| format!("speed,mass\n{}", (0..rows).map(row).collect::<String>());
    let trained = Trained::on(&table(40), "");
    assert_eq!(trained.predicted(&table(10)), 10);
    assert_eq!(
        trained.predicted(&table(10).replace(" km/h", "").replace(" kg", "")),
        10
    );
    let said = trained.refused(&table(10).replace("km/h", "mph"));
    assert!(
        said.contains("line 2, column 1 (speed): expected a number, found \"0 mph\""),
        "{said}"
    );
    let data = trained.folder.path().join("trained.csv");
    let said = stdout(&succeed("eval", &[&trained.model, &data]));
    assert!(said.contains("40 rows, \"mass\""), "{said}");
}
