//! Guesses on everyday tables, and the notes that show them.

mod spreadsheets;

use std::fs;

use nn_tui::data::{
    ColumnKind, ExclusionReason, LoadOptions, MissingValues, Preprocessing, Source, TextEncoding,
    ValidationRows, prepare, read_for_prediction,
};
use tempfile::TempDir;

use crate::support::table::{column_names, loaded, notes, read};

/// A header and `rows` rows.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows = (0..rows).map(|index| row(index) + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

fn kind(row: usize) -> &'static str {
    ["a", "b"][row % 2]
}

#[test]
fn a_western_table_is_read_as_windows_1252() {
    let mut bytes = b"pr\xe9nom,prix,kind\n".to_vec();
    for row in 0..20 {
        bytes.extend(if row % 2 == 0 {
            &b"Andr\xe9,5 \x80,\x93a\x94\n"[..]
        } else {
            b"Zo\xeb,6 \x80,b\n"
        });
    }
    let dataset = loaded(&bytes);
    assert_eq!(column_names(&dataset), ["prénom", "prix"]);
    assert_eq!(dataset.class_names(), ["\u{201c}a\u{201d}", "b"]);
    let notes = notes(&dataset);
    assert!(
        notes.contains("WINDOWS-1252, since some bytes are not UTF-8 (--encoding)"),
        "{notes}"
    );
    let mut options = LoadOptions::default();
    options.reading.encoding = Some(TextEncoding::Utf8);
    let error = read(&bytes, &options).expect_err("refused").to_string();
    assert!(
        error.contains("line 1, column 1: the byte 0xe9 is not UTF-8; --encoding windows-1252"),
        "{error}"
    );
}

#[test]
fn a_row_number_in_the_last_column_is_not_predicted() {
    let numbered = table("x,z,kind,n", 20, |row| {
        format!("{},{},{},{}", row * 7 % 10, row % 3, kind(row), row + 1)
    });
    let dataset = loaded(&numbered);
    assert_eq!(
        (dataset.target_name.as_str(), column_names(&dataset)),
        ("kind", vec!["x", "z"])
    );
    assert_eq!(
        dataset.report.excluded[0].reason,
        ExclusionReason::RowNumbers
    );
    let notes = notes(&dataset);
    assert!(
        notes.contains("target: kind (column 3), since \"n\" numbers the rows (--target)"),
        "{notes}"
    );
    let options = LoadOptions {
        target: Some("n".into()),
        ..LoadOptions::default()
    };
    assert_eq!(read(&numbered, &options).expect("loads").target_name, "n");
    let options = LoadOptions {
        keep: vec!["n".into()],
        ..LoadOptions::default()
    };
    let kept = read(&numbered, &options).expect("loads");
    assert_eq!(
        (kept.target_name.as_str(), column_names(&kept)),
        ("kind", vec!["x", "z", "n"])
    );
    let line = table("x,y", 20, |row| format!("{},{row}", 2 * row));
    assert_eq!(loaded(line).target_name, "y");
}

#[test]
fn dates_beside_row_numbers_are_used() {
    let day = |row: usize| {
        format!(
            "{}-{:02}-{:02}",
            2000 + row / 336,
            row / 28 % 12 + 1,
            row % 28 + 1
        )
    };
    let sales = |row: usize| row / 28 % 12 * 10 + row % 7;
    for name in [
        "n",
        "index",
        "Row",
        "No.",
        "#",
        "",
        "obs",
        "Unnamed: 0",
        "id",
    ] {
        let text = table(&format!("{name},day,sales"), 400, |row| {
            format!("{},{},{}.5", row + 1, day(row), sales(row))
        });
        let dataset = loaded(&text);
        let expected = ["day (year)", "day (month)", "day (weekday)"];
        assert_eq!(column_names(&dataset), expected, "{name}");
        let notes = notes(&dataset);
        assert!(notes.contains("(row numbers; --keep)"), "{notes}");
        assert!(
            notes.contains("parts of dates used, no other input is left"),
            "{notes}"
        );
    }
    let notes: [fn(usize) -> String; 4] = [
        |_| String::new(),
        |_| "x".into(),
        |row| format!("name {row}"),
        |row| format!("name {}", row % 250),
    ];
    for (index, note) in notes.into_iter().enumerate() {
        let text = table("day,note,sales", 400, |row| {
            format!("{},{},{}.5", day(row), note(row), sales(row))
        });
        assert_eq!(column_names(&loaded(&text))[0], "day (year)", "{index}");
    }
}

#[test]
fn dates_are_excluded_if_a_later_row_makes_another_column_useful() {
    let with = |number: fn(usize) -> usize| {
        let text = table("n,day,sales", 3000, |row| {
            format!(
                "{},2000-{:02}-{:02},{}.5",
                number(row),
                row % 12 + 1,
                row % 28 + 1,
                row % 7
            )
        });
        loaded(&text)
    };
    for number in [|row: usize| row % 2500 + 1, |row: usize| row / 2500] {
        let dataset = with(number);
        assert_eq!(column_names(&dataset), ["n"]);
        let notes = notes(&dataset);
        assert!(notes.contains("excluded day (dates; --keep)"), "{notes}");
        assert!(!notes.contains("no other input"), "{notes}");
    }
    assert_eq!(column_names(&with(|row| row + 1))[0], "day (year)");
}

#[test]
fn dates_without_separators_are_dates() {
    let compact = |row: usize| format!("2000{:02}{:02}", row / 28 % 12 + 1, row % 28 + 1);
    let alone = table("day,sales", 300, |row| {
        format!("{},{}.5", compact(row), row % 7)
    });
    assert_eq!(column_names(&loaded(&alone))[0], "day (year)");
    let beside = table("day,x,sales", 300, |row| {
        format!("{},{}.5,{}.5", compact(row), row % 9, row % 7)
    });
    let dataset = loaded(&beside);
    assert_eq!(column_names(&dataset), ["x"]);
    assert!(notes(&dataset).contains("excluded day (dates; --keep)"));
    // Other numbers of eight digits are numbers.
    let numbers = table("code,x,sales", 300, |row| {
        format!(
            "{},{}.5,{}.5",
            20_000_000 + row * 7919 % 10_000,
            row % 9,
            row % 7
        )
    });
    assert_eq!(column_names(&loaded(&numbers)), ["code", "x"]);
    let chinese = table("日期,sales", 300, |row| {
        format!(
            "2000年{}月{}日,{}.5",
            row / 28 % 12 + 1,
            row % 28 + 1,
            row % 7
        )
    });
    assert_eq!(column_names(&loaded(&chinese))[0], "日期 (year)");
}

#[test]
fn stray_words_among_numbers_are_named() {
    let prices = table("price,z,kind", 60, |row| {
        let price = match row % 20 {
            7 => "see note".to_owned(),
            11 => "n/a?".to_owned(),
            _ => (row % 9 * 10).to_string(),
        };
        format!("{price},{},{}", row * 7 % 10, kind(row))
    });
    let shown = notes(&loaded(&prices));
    let expected = "6 cells of \"price\" not numbers (line 9: \"see note\"): read as categories; \
                    --missing-values \"see note,n/a?\" reads the others as numbers (--categorical)";
    assert!(shown.contains(expected), "{shown}");
    let options = LoadOptions {
        categorical: vec!["price".into()],
        ..LoadOptions::default()
    };
    let chosen = notes(&read(prices, &options).expect("loads"));
    assert!(!chosen.contains("not numbers"), "{chosen}");
}

#[test]
fn categories_of_validation_rows_alone_are_counted() {
    let cities = |city: &str| {
        table("x,city,kind", 20, |row| {
            let city = if row == 10 {
                city
            } else {
                ["Bonn", "Ulm"][row % 2]
            };
            format!("{},{city},{}", row * 7 % 10, kind(row))
        })
    };
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("other.csv");
    fs::write(&file, cities("Kiel")).expect("written");
    let options = LoadOptions {
        validation: ValidationRows::File(Source::parse(&file)),
        ..LoadOptions::default()
    };
    let dataset = read(cities("Rom"), &options).expect("loads");
    let shown = notes(&dataset);
    let expected = "other.csv: 1 of \"city\" (first \"Kiel\", line 12)";
    assert!(shown.contains(expected), "{shown}");
    // Of all rows but those that train, the one with the rare city is among them with some seed.
    let dataset = loaded(cities("Rom"));
    let shown = (0..50).map(|seed| {
        prepare(&dataset, 0.4, seed)
            .expect("prepared")
            .notes()
            .join("\n")
    });
    let expected =
        "values unknown to the model in validation: 1 of \"city\" (first \"Rom\", line 12)";
    assert!(shown.into_iter().any(|notes| notes.contains(expected)));
}

#[test]
fn missing_targets_are_named() {
    let rows = table("x,z,kind", 20, |row| {
        let kind = match row {
            3 => "NA",
            7 => "",
            row => kind(row),
        };
        format!("{},{},{kind}", row * 7 % 10, row % 3)
    });
    let shown = notes(&loaded(rows));
    let expected = "2 without a target excluded (\"NA\", empty, first on line 5; --missing-values)";
    assert!(shown.contains(expected), "{shown}");
}

#[test]
fn tables_of_r_and_titles_are_found() {
    let quoted = table("\"x\" \"city\" \"kind\"", 20, |row| {
        format!(
            "\"{}\" {} \"{}\" \"{}\"",
            row + 1,
            row * 7 % 10,
            ["Ulm", "New York"][row % 3 % 2],
            kind(row)
        )
    });
    let dataset = loaded(quoted);
    assert_eq!(
        (column_names(&dataset), dataset.target_name.as_str()),
        (vec!["x", "city"], "kind")
    );
    let plain = table("x,z,kind", 20, |row| {
        format!("{},{},{}", row * 7 % 10, row % 3, kind(row))
    });
    for (title, lines) in [
        ("Report,,\nby Anna,,\n", 2),
        ("Report\nby Anna\n", 2),
        ("Region,North,\nYear,2024,\n,,\n", 3),
    ] {
        let dataset = loaded(format!("{title}{plain}"));
        assert_eq!(
            (column_names(&dataset), dataset.report.skipped),
            (vec!["x", "z"], lines),
            "{title}"
        );
    }
    let tabs = plain.replace(',', "\t");
    let dataset = loaded(format!("Report of all\nby Anna\n{tabs}"));
    let delimiter = dataset.report.delimiter.as_str();
    assert_eq!((delimiter, dataset.report.skipped), ("tab", 2), "no words");
}

#[test]
fn a_constant_column_gives_nothing_away() {
    let with = |other: &'static str| {
        notes(&loaded(table("x,mark,kind", 20, |row| {
            let mark = [other, "1"][row % 2];
            format!("{}.5,{mark},{}", row * 7 % 10, kind(row))
        })))
    };
    assert!(with("0").contains("mark predicts the target alone"));
    assert!(!with("").contains("predicts"), "1 or missing: {}", with(""));
}

#[test]
fn names_below_other_lines_name_the_lines_to_skip() {
    let plain = table("x,z,kind", 20, |row| {
        format!("{},{},{}", row * 7 % 10, row % 3, kind(row))
    });
    for (above, hint) in [
        ("Report,of,mine\nMade,today,\n", "--skip 2 takes this line"),
        ("a,b,c\n1,2,a\n", "--skip 2 takes this line"),
        ("#a,b,c\n#1,2,a\n", "--comment \"#\" skips lines"),
    ] {
        let error = read(
            format!("{above}{plain}").as_bytes(),
            &LoadOptions::default(),
        );
        let said = error.expect_err("refused").to_string();
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn lines_around_a_table_are_left_out_and_named() {
    let rows: String = (0..20)
        .map(|row| format!("{}|{}|{}\n", row * 7 % 10, row % 3, kind(row)))
        .collect();
    for (text, expected) in [
        (
            format!("x|z|kind\n---+---+---\n{rows}(20 rows)\n"),
            "1 line of text below the table excluded, from line 23 on",
        ),
        (
            format!("x|z|kind\n{rows}\nSource: a survey\nTotal: 20\n"),
            "2 lines of text below the table excluded, from line 23 on",
        ),
        (
            format!("x|z|kind\n--|--|--\n{rows}"),
            "row of units or types on line 2 excluded",
        ),
        (
            format!("x|z|kind\nint|float|text\n{rows}"),
            "row of units or types on line 2 excluded",
        ),
    ] {
        let dataset = loaded(&text);
        assert_eq!(
            (column_names(&dataset), dataset.rows()),
            (vec!["x", "z"], 20),
            "{text}"
        );
        let notes = notes(&dataset);
        assert!(notes.contains(expected), "{notes}");
    }
    let cut = format!("x|z|kind\n{rows}see below\n1|2|a\n");
    let error = read(cut, &LoadOptions::default()).expect_err("refused");
    let expected = "line 22: the row has 1 cell, the first row has 3 \
                    (sed 22d FILE | nn-tui - reads the table without the line)";
    assert!(error.to_string().ends_with(expected), "{error}");
    for (row, hint) in [
        (
            "# note\n",
            "(--comment \"#\" skips lines that start with it)",
        ),
        (
            "'a|b'|2|a\n",
            "(--quote \"'\" keeps what is between two of them in one cell)",
        ),
    ] {
        let text = format!("x|z|kind\n{rows}{row}1|2|a\n");
        let error = read(text, &LoadOptions::default()).expect_err("refused");
        assert!(error.to_string().ends_with(hint), "{error}");
    }
}

#[test]
fn names_over_numbers_are_a_header_even_if_a_class_has_the_same_name() {
    let dataset = loaded(table("x,y", 20, |row| {
        format!("{}.5,{}", row * 7 % 10, ["y", "n"][row % 2])
    }));
    assert_eq!((dataset.rows(), dataset.target_name.as_str()), (20, "y"));
    let dataset = loaded(table("price,y", 20, |row| {
        format!("\"${},200.50\",{}", row * 7 % 10 + 1, ["y", "n"][row % 2])
    }));
    assert_eq!((dataset.rows(), dataset.target_name.as_str()), (20, "y"));
    let rows: String = (0..20)
        .map(|row| format!("${}.50,{}\n", row * 7 % 10, kind(row)))
        .collect();
    assert_eq!(loaded(rows).rows(), 20, "no header");
}

/// First input of a table of `cells` between semicolons.
fn numbers(cells: &[&str]) -> Vec<f32> {
    let dataset = loaded(table("x;kind", 3 * cells.len(), |row| {
        format!("{};{}", cells[row % cells.len()], kind(row))
    }));
    dataset
        .values
        .column(0)
        .iter()
        .copied()
        .take(cells.len())
        .collect()
}

#[test]
fn amounts_are_read_as_they_are_written() {
    for (cells, expected) in [
        (["5.-", "1'250.-", "-3.-"], [5.0, 1250.0, -3.0]),
        (["5,-", "1.250,- \u{20ac}", "-3,-"], [5.0, 1250.0, -3.0]),
        (
            ["966,566", "4,201,472", "12"],
            [966_566.0, 4_201_472.0, 12.0],
        ),
        (
            ["966.566", "4.201.472", "12"],
            [966_566.0, 4_201_472.0, 12.0],
        ),
        (
            ["\u{a5}73,090", "\u{a5}9,500", "\u{a5}12"],
            [73_090.0, 9500.0, 12.0],
        ),
        (
            ["\u{20b9}4,02,645", "\u{20b9}1,00,000", "-\u{20b9}5"],
            [402_645.0, 100_000.0, -5.0],
        ),
        (["Rs. 1,234.5", "Rs 12", "A$7"], [1234.5, 12.0, 7.0]),
    ] {
        assert_eq!(numbers(&cells), expected, "{cells:?}");
    }
}

#[test]
fn a_negative_amount_in_the_first_row_is_no_unit() {
    let dataset = loaded(table("x,kind", 20, |row| {
        format!("({}.5),{}", row * 7 % 10 + 1, kind(row))
    }));
    assert_eq!((dataset.rows(), dataset.values[[0, 0]]), (20, -1.5));
    assert_eq!(dataset.report.units.0, 0);
}

#[test]
fn words_beside_yes_and_no_are_missing_as_in_other_texts() {
    let text = table("x,smoker,kind", 40, |row| {
        let smoker = ["yes", "no", "None", "-"][row % 4];
        format!("{}.5,{smoker},{}", row * 7 % 11, kind(row / 2))
    });
    let dataset = loaded(&text);
    let values = ["yes", "no", "None"].map(str::to_owned).to_vec();
    let other = false;
    assert_eq!(
        dataset.columns[1].kind,
        ColumnKind::Categorical { values, other }
    );
    assert_eq!(dataset.values.column(1)[3].to_bits(), f32::NAN.to_bits());
    let said = notes(&dataset);
    assert!(said.contains("\"None\" in smoker is a category"), "{said}");
    let chosen = |words: &str| {
        let options = LoadOptions {
            missing_values: MissingValues::of(&[words.to_owned()]),
            ..LoadOptions::default()
        };
        read(text.replace(",-,", ",no,").as_bytes(), &options).expect("loads")
    };
    let dataset = chosen("none");
    assert!(matches!(
        dataset.columns[1].kind,
        ColumnKind::Boolean { .. }
    ));
    assert!(dataset.values.column(1)[2].is_nan());
    assert_eq!(chosen("x").values.column(1)[2], 2.0);
}

#[test]
fn a_minus_beside_a_plus_is_a_category() {
    let text = table("start,strand,kind", 40, |row| {
        let strand = ["+", "-", "NA", "-"][row % 4];
        format!("{},{strand},{}", row * 7 % 11, kind(row / 2))
    });
    let dataset = loaded(&text);
    let column = dataset.values.column(1);
    assert_eq!([column[0], column[1], column[3]], [0.0, 1.0, 1.0]);
    assert!(column[2].is_nan());
    let said = notes(&dataset);
    assert!(said.contains("\"-\" in strand is a category"), "{said}");
    let rows: Vec<u32> = (0..40).collect();
    let (preprocessing, _) = Preprocessing::fit(&dataset, &rows).expect("fits");
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("new.csv");
    fs::write(&path, "strand,start\n-,1\nNA,1\n+,1\n").expect("written");
    let input = read_for_prediction(&Source::parse(&path), &preprocessing).expect("reads");
    let [minus, missing, plus] = [0, 1, 2].map(|row| input.raw[[row, 1]]);
    assert!((minus, plus) == (1.0, 0.0) && missing.is_nan());
}
