//! Rows, units and dates as spreadsheets and reports write them.

use super::*;

/// Rows of four regions with eight products each, and behind each region what `total` makes of its name and the sums of units and
/// revenue.
fn sales(total: impl Fn(&str, usize, usize) -> String) -> String {
    let mut text = String::from("region,product,units,price,revenue\n");
    for (place, region) in ["North", "South", "East", "West"].into_iter().enumerate() {
        let (mut all, mut revenue) = (0, 0);
        for (row, product) in "ABCDEFGH".chars().enumerate() {
            let (units, price) = (7 + (place * 8 + row) * 13 % 83, 5 + row * 3 % 11);
            all += units;
            revenue += units * price;
            text += &format!("{region},{product},{units},{price},{}\n", units * price);
        }
        text += &total(region, all, revenue);
    }
    text
}

/// Checks that the rows of [`sales`] are left of `text`, and that the notes have `expected`.
fn only_sales(text: &str, expected: &str) {
    let (dataset, plain) = (loaded(text), loaded(sales(|_, _, _| String::new())));
    assert_eq!(dataset.rows(), 32, "{text}");
    assert_eq!(
        (&dataset.values, &dataset.target),
        (&plain.values, &plain.target)
    );
    let notes = notes(&dataset);
    assert!(notes.contains(expected), "{notes}");
}

#[test]
fn rows_with_sums_of_others_are_left_out() {
    type Total = fn(&str, usize, usize) -> String;
    let totals: [Total; 5] = [
        |region, units, revenue| format!("{region} Total,,{units},,{revenue}\n"),
        |region, units, revenue| format!("Summe {region},,{units},,{revenue}\n"),
        |region, units, revenue| format!("{region},Total,{units},,{revenue}\n"),
        |_, units, revenue| format!("Total:,,{units},,{revenue}\n"),
        |region, units, revenue| {
            format!(
                "{region} Average,,{},,{}\n",
                units as f64 / 8.0,
                revenue as f64 / 8.0
            )
        },
    ];
    for total in totals {
        only_sales(
            &sales(total),
            "4 rows of totals excluded, the first on line 10",
        );
    }
    let text = sales(|_, _, _| String::new()) + "Gesamtergebnis,,1500,,20000\n";
    only_sales(&text, "row of totals on line 34 excluded");
}

#[test]
fn names_of_totals_beside_other_numbers_are_data() {
    let text = sales(|region, units, _| format!("{region} Total,A,{units},7,9\n"));
    let dataset = loaded(&text);
    assert_eq!(dataset.rows(), 36);
    let expected = "\"North Total\" on line 10 may be a row of totals";
    assert!(notes(&dataset).contains(expected), "{}", notes(&dataset));
    let shops = ["Total Wine", "Media Markt", "Sum 41", "Mean Bean"];
    let text = table("shop,x,kind", 40, |row| {
        format!("{},{},{}", shops[row % 4], row * 7 % 10, kind(row))
    });
    let dataset = loaded(&text);
    assert_eq!(dataset.rows(), 40);
    assert!(!notes(&dataset).contains("total"), "{}", notes(&dataset));
}

#[test]
fn narrower_lines_below_an_empty_one_are_no_rows() {
    let rows = sales(|_, _, _| String::new());
    for (below, expected) in [
        (
            "\nCode,Meaning\nN,North\n",
            "2 lines of text below the table excluded, from line 35 on",
        ),
        (
            "\n\nyear,sum\n2020,5\n\n2021,8\n",
            "3 lines of text below the table excluded, from line 36 on",
        ),
        (
            "\"Source: Office, 2020\"\nNote: one, two\n",
            "2 lines of text below the table excluded, from line 34 on",
        ),
        (
            "\n42\n",
            "1 line of text below the table excluded, from line 35 on",
        ),
    ] {
        only_sales(&format!("{rows}{below}"), expected);
    }
    for (below, expected) in [
        (
            "East,A\n",
            "line 34: the row has 2 cells, the first row has 5 (the file ends here, maybe cut short; head -n 33 FILE | \
             nn-tui - reads the rows above)",
        ),
        (
            "\nEast,A\nEast,A,1,2,3\n",
            "line 35: the row has 2 cells, the first row has 5 (sed 35d FILE | nn-tui - reads the table without the line)",
        ),
    ] {
        let text = format!("{rows}{below}");
        let error = read(text, &LoadOptions::default()).expect_err("refused");
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let numbers = table("x,y,kind", 20, |row| {
        format!("{},{},{}", row * 7 % 10, row % 3, kind(row))
    });
    let error = read(
        format!("{numbers}\n5,1\n").as_bytes(),
        &LoadOptions::default(),
    );
    let error = error.expect_err("refused").to_string();
    assert!(
        error.contains("line 23: the row has 2 cells, the first row has 3"),
        "{error}"
    );
    // Delimiters at the end of the header alone, and an empty line among the rows.
    let rows = (0..20).map(|row| format!("{},{},{}\n", row * 7 % 10, row % 3, kind(row)));
    let mut rows: Vec<String> = rows.collect();
    rows.insert(9, "\n".to_owned());
    assert_eq!(loaded(format!("x,z,kind,\n{}", rows.concat())).rows(), 20);
}

#[test]
fn rows_of_types_are_left_out() {
    let rows = |row: usize| {
        format!(
            "{},{}.5,{}",
            ["u", "v", "w"][row % 3],
            row * 7 % 10,
            kind(row)
        )
    };
    for (types, count) in [
        (
            "discrete,continuous,discrete",
            "row of units or types on line 2 excluded",
        ),
        ("d,c,d", "row of units or types on line 2 excluded"),
        (
            "d,c,d\n,,class",
            "2 rows of units or types excluded, the first on line 2",
        ),
        (
            "<chr>,<dbl>,<fct>",
            "row of units or types on line 2 excluded",
        ),
        (
            "VARCHAR(10),REAL,TEXT",
            "row of units or types on line 2 excluded",
        ),
    ] {
        let dataset = loaded(table(&format!("a,b,kind\n{types}"), 30, rows));
        assert_eq!(
            (column_names(&dataset), dataset.rows()),
            (vec!["a", "b"], 30),
            "{types}"
        );
        assert!(notes(&dataset).contains(count), "{}", notes(&dataset));
    }
    let texts = |row: usize| {
        format!(
            "{},{},{}",
            ["u", "v"][row % 2],
            ["p", "q", "r"][row % 3],
            kind(row)
        )
    };
    assert_eq!(
        loaded(table("a,b,kind\nstring,string,string", 30, texts)).rows(),
        30
    );
    // Names of types that come again are data, as are single letters over words.
    assert_eq!(
        loaded(table("a,b,kind\ntext,date,a\ntext,date,b", 30, texts)).rows(),
        32
    );
    assert_eq!(loaded(table("a,b,kind\nc,d,a", 30, texts)).rows(), 31);
}

#[test]
fn numbers_have_the_unit_of_their_column() {
    let text = table("temp,kind", 40, |row| {
        format!("{}.5 °C,{}", row * 7 % 19, kind(row))
    });
    let dataset = loaded(&text);
    assert_eq!(column_names(&dataset), ["temp"]);
    assert_eq!(dataset.values.column(0).to_vec()[..3], [0.5, 7.5, 14.5]);
    let notes = notes(&dataset);
    assert!(
        notes.contains("units behind numbers removed: temp °C (--categorical)"),
        "{notes}"
    );
    let prepared = nn_tui::data::prepare(&dataset, 0.2, 1).expect("prepared");
    assert_eq!(prepared.preprocessing.units, [(0, "°C".to_owned())]);

    let mixed = text.replacen("°C", "°F", 1);
    let dataset = loaded(&mixed);
    assert!(matches!(
        dataset.columns[0].kind,
        ColumnKind::Categorical { .. }
    ));
    let length = table("x,length", 40, |row| {
        format!("{},{}.25 cm", row % 9, row % 9)
    });
    let dataset = loaded(&length);
    let numbers = match &dataset.target {
        nn_tui::data::Target::Numbers(numbers) => numbers[..3].to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(numbers, [0.25, 1.25, 2.25]);
    // Few whole numbers are classes, with their own names.
    let dataset = loaded(table("x,dose", 40, |row| {
        format!("{},{} mg", row % 9, 5 * (row % 3))
    }));
    assert_eq!(dataset.class_names(), ["0 mg", "5 mg", "10 mg"]);
}

#[test]
fn months_have_names_in_several_languages() {
    for names in [
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    ] {
        let months: Vec<&str> = names.split(' ').collect();
        let text = table("day;sales", 96, |row| {
            let month = months[row % 12];
            format!(
                "{}. {month} {};{}.5",
                row % 28 + 1,
                2010 + row / 12,
                row % 12 * 10
            )
        });
        let dataset = loaded(&text);
        assert_eq!(
            column_names(&dataset),
            ["day (year)", "day (month)", "day (weekday)"],
            "{names}"
        );
        let values: Vec<f32> = dataset.values.column(1).to_vec();
        assert_eq!(
            values[..12],
            std::array::from_fn::<f32, 12, _>(|month| month as f32 + 1.0)
        );
    }
    let codes = table("code,x,kind", 40, |row| {
        format!(
            "{}-{:02},{},{}",
            ["SET", "OUT"][row % 2],
            row % 3 + 10,
            row * 7 % 10,
            kind(row)
        )
    });
    assert_eq!(column_names(&loaded(codes)), ["code", "x"]);
}

#[test]
fn a_label_that_was_cut_is_named() {
    let text = table("x,kind", 30, |row| {
        format!("{},{}", row * 7 % 10, ["hot", "cold"][row % 2])
    });
    let dataset = loaded(text.trim_end_matches("ld\n"));
    let expected = "\"co\" in the last row may be a \"cold\" that was cut short";
    assert!(notes(&dataset).contains(expected), "{}", notes(&dataset));
    assert!(!notes(&loaded(&text)).contains("cut short"));
}

#[test]
fn big5_is_not_taken_for_a_western_encoding() {
    let row = |row: usize| {
        [
            b"\xa5\x5f\xa8\xca,".to_vec(),
            format!("{},{}\n", row * 7 % 10, kind(row)).into_bytes(),
        ]
        .concat()
    };
    let text = [b"city,x,kind\n".to_vec(), (0..20).flat_map(row).collect()].concat();
    let error = read(&text, &LoadOptions::default()).expect_err("refused");
    assert!(error.to_string().contains("big5"), "{error}");
    for name in ["Noël", "Zoë", "Zürich", "Café"] {
        let latin: Vec<u8> = name.chars().map(|letter| u32::from(letter) as u8).collect();
        let row = |row: usize| {
            [
                latin.clone(),
                format!(",{},{}\n", row * 7 % 10, kind(row)).into_bytes(),
            ]
            .concat()
        };
        let text = [b"city,x,kind\n".to_vec(), (0..20).flat_map(row).collect()].concat();
        assert_eq!(loaded(text).rows(), 20, "{name}");
    }
}
