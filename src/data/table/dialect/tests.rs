use super::*;

fn detected(text: &str) -> Dialect {
    let prefix = Prefix {
        bytes: text.as_bytes().to_vec(),
        is_whole: true,
    };
    Dialect::detect(&prefix, &Reading::default())
}

#[test]
fn the_delimiter_is_detected() {
    let delimiter = |text| detected(text).delimiter.name();
    assert_eq!(delimiter("a,b,c\n1,2,x\n3,4,y\n"), "comma");
    assert_eq!(delimiter("a;b;c\n1;2;x\n3;4;y\n"), "semicolon");
    assert_eq!(delimiter("a\tb c\td\n1\t2\tx y\n"), "tab");
    assert_eq!(delimiter("a|b\n1|x, y\n"), "bar");
    assert_eq!(delimiter("a^b\n1^x\n2^y\n"), "^");
    assert_eq!(delimiter("a:b\n1:x\n2:y\n"), ":");
    assert_eq!(delimiter("when kind\n10:30 x\n11:15 y\n"), "blanks");
    assert_eq!(delimiter("  1.5   2 x\n 3 4.5 y\n"), "blanks");
    assert_eq!(
        delimiter("name,note\nx,one two\ny,three four five\n"),
        "comma"
    );
    assert_eq!(delimiter("a,b\n1,\"x;y\"\n2,\"z;w\"\n"), "comma", "quoted");
    assert_eq!(delimiter("a,b,c\n1,2\n3,4,5\n"), "comma", "ragged");
    for rows in [
        "\"x\", \"size\", \"kind\"\n\"0\", \"s, 0\", \"a\"\n",
        "x, size, kind\n0, \"s, 0\", a\n1, \"s, 1\", b\n",
        "x, when, kind\n0, \"Jan 1, 2020\", a\n1, \"Jan 2, 2020\", b\n",
    ] {
        assert_eq!(delimiter(rows), "comma", "{rows}");
    }
    assert_eq!(
        delimiter("x kind\n1 0.5 a\n2 1.5 b\n"),
        "blanks",
        "row names"
    );
    assert_eq!(delimiter("alone\n1\n2\n"), "comma");
    for (rows, expected) in [
        ("0,Action|Drama,x\n7,Comedy|Kids,y\n", "comma"),
        ("0,1,\"a;b\",x\n7,2,\"c;d\",y\n", "comma"),
        ("0,\"St 1; Apt 2\",x\n7,\"St 3; Apt 4\",y\n", "comma"),
        ("0,0,0,a\tb,x\n7,1,1,c\td,y\n", "comma"),
        ("0,0,0;x\n7,1,1;y\n", "comma"),
        ("20,F,0.5,no.|3000\n21,M,0.7,yes.|3001\n", "comma"),
        ("18.0  4 x\t\"a b\"\n19.0  6 y\t\"c d\"\n", "blanks"),
        ("0 1 2,x\n7 1 3,y\n", "blanks"),
        ("1,5;2,5\n3,5;4,5\n", "semicolon"),
        ("1,234,567;x\n2,345,678;y\n", "semicolon"),
        ("Smith, Ann, Dr;5\nJones, Bob, Dr;6\n", "semicolon"),
        ("New York\t5\t6\nLos Angeles\t7\t8\n", "tab"),
        ("12 May 2020\t5\tx\n13 May 2020\t6\ty\n", "tab"),
        ("1 000\t2 000\n3 000\t4 500\n", "tab"),
    ] {
        assert_eq!(delimiter(rows), expected, "{rows}");
    }
    assert_eq!(delimiter(""), "comma");
}

#[test]
fn semicolons_separate_rows_whose_header_has_other_cells() {
    let rows = |header: &str, row: &str| format!("{header}\n{}", format!("{row}\n").repeat(8));
    for (header, row) in [
        ("a;b;y", "3,5;1,5;x;"),
        ("a;b;y;", "3,5;1,5;x"),
        ("a;b;y", "r1;3,5;1,5;x"),
        ("a;b", "3,5;1,5;x"),
        ("a;b;y;z", "3,5;1,5;x"),
        ("a;b;y", "3,5;1,5;x;;"),
        ("a\tb\ty", "3,5\t1,5\tx\t"),
    ] {
        let found = detected(&rows(header, row));
        let expected = if row.contains(';') {
            "semicolon"
        } else {
            "tab"
        };
        assert_eq!(
            (&*found.delimiter.name(), found.skip),
            (expected, 0),
            "{header}, {row}"
        );
    }
    let found = detected(&rows("a,b,y", "1,x;z,3"));
    assert_eq!(found.delimiter.name(), "comma", "a semicolon in a text");
}

#[test]
fn a_delimiter_that_cuts_quoted_cells_loses() {
    let delimiter = |rows: &str| detected(rows).delimiter.name();
    for rows in [
        "\"id\",\"Address (street; no)\",\"kind\"\n1000,\"High st; 93; LA\",\"x\"\n1007,\"Low st; 5; NY\",\"y\"\n",
        "\"sex\",\"Job; Industry\",\"kind\"\n\"f\",\"clerk; retail\",\"x\"\n\"m\",\"nurse; health\",\"y\"\n",
        "\"sex\",\"Job|Industry\",\"kind\"\n\"f\",\"clerk|retail\",\"x\"\n\"m\",\"nurse|health\",\"y\"\n",
        "city,state; zip,kind\nNY,CA; 31; US,x\nLA,CA; 32; US,y\nNY,CA; 33; US,x\n",
        "sex,Job; Industry,kind\nf,clerk; retail,x\nm,nurse; health,y\n",
        "lat;lon,x,k\n5.2;70.9,70,x\n7.5;45.3,45,y\n",
        "m|n,o|p,k\n5.2,70.9,x|q|p\n7.5,45.3,y|q|p\n",
        "sex,k,ans;1\ns0,x,CA;93;B\ns1,y,CA;37;A\n",
    ] {
        assert_eq!(delimiter(rows), "comma", "{rows}");
    }
    for rows in [
        "size;kind;note\n5\" pipe;x;a, b\n3\" pipe;y;c, d\n",
        "id;json\n7;{\"a\":1,\"b\":2}\n8;{\"a\":3,\"b\":4}\n9;{\"a\":5,\"b\":6}\n10;{\"a\":5,\"b\":6}\n",
        "Name, V;Age;City, C\nMeier, A;23;Bern, B;\nHuber, B;25;Wien, W;\n",
    ] {
        assert_eq!(delimiter(rows), "semicolon", "{rows}");
    }
}

#[test]
fn numbers_with_decimal_commas_are_left_whole() {
    let rows = |delimiter: &str| -> String {
        let row = |row| format!("{}9,5{delimiter}-0,{row}47\n", 400 + row);
        (1..9).map(row).collect()
    };
    for above in [
        "Probe A\n",
        "[Data]\n",
        "# a\n# b\n",
        "Messung, Halle 2\n",
        "Messung, Halle 2, rechts\n",
        "\"Probe A\"\n",
    ] {
        for (delimiter, name) in [(";", "semicolon"), ("\t", "tab"), ("^", "^")] {
            let found = detected(&format!("{above}{}", rows(delimiter)));
            let lines = above.matches('\n').count() as u64;
            assert_eq!(
                (&*found.delimiter.name(), found.skip),
                (name, lines),
                "{above}"
            );
        }
    }
    for above in ["", "Probe\n"] {
        let found = detected(&format!("{above}{}", rows(" ")));
        assert_eq!(found.delimiter.name(), "blanks", "{above}");
    }
    for (header, start, end) in [("x^y^", "", ""), ("x^y", "", "^"), ("x^y", "r^", "")] {
        for delimiter in ["^", "~", ":"] {
            let rows: String = (1..9)
                .map(|row| {
                    format!(
                        "{}{row},2^8,0{row}{end}\n",
                        start.replace('r', &format!("r{row}"))
                    )
                })
                .collect();
            let text = format!("{header}\n{rows}").replace('^', delimiter);
            let found = detected(&text);
            assert_eq!(
                (&*found.delimiter.name(), found.skip),
                (delimiter, 0),
                "{text}"
            );
        }
    }
    let times = "id,time,v\n".to_owned() + &"1,10:30,5\n2,11:45,7\n".repeat(4);
    assert_eq!(detected(&times).delimiter.name(), "comma");
}

#[test]
fn the_name_of_a_single_column_is_no_title() {
    let rows = |start: &str| -> String {
        (1..9)
            .map(|row| format!("\"{start}{row}\";10{row},{row}\n"))
            .collect()
    };
    for start in ["", "r"] {
        let found = detected(&format!("\"x\"\n{}", rows(start)));
        assert_eq!(
            (&*found.delimiter.name(), found.skip),
            ("semicolon", 0),
            "{start}"
        );
    }
    let padded = "y\n".to_owned() + &"81,31;\n60,39;\n".repeat(3);
    assert_eq!(
        (&*detected(&padded).delimiter.name(), detected(&padded).skip),
        ("semicolon", 0)
    );
    let titled = "Export\nname;kind\nanna;x\nbert;y\ncleo;x\ndora;y\nemil;x\n";
    assert_eq!(detected(titled).skip, 1);
}

#[test]
fn a_header_below_a_title_may_be_narrower_than_its_rows() {
    for (header, row) in [
        ("a;b;kind", "1,5;3,25;k;"),
        ("a,b,kind", "r#,1,5,k"),
        ("a|b|kind", "1|2|k||"),
    ] {
        let rows: String = (1..9)
            .map(|number| format!("{}\n", row.replace('#', &number.to_string())))
            .collect();
        let found = detected(&format!("Report, hall 2\nby: Anna\n{header}\n{rows}"));
        assert_eq!(found.skip, 2, "{header}");
    }
    let above = "Messung;Halle 2\nDatum;3.5.2024\n";
    let table = "a;b;kind\n".to_owned() + &"1;2;x\n3;4;y\n".repeat(3);
    assert_eq!(detected(&format!("{above}{table}")).skip, 2);
}

#[test]
fn lines_above_a_table_are_skipped_unless_they_look_like_data() {
    let skipped = |text: &str| detected(text).skip;
    let table = "a,b,c,kind\n1,2,3,x\n2,3,4,y\n3,4,5,x\n4,5,6,y\n";
    assert_eq!(skipped(table), 0);
    for above in [
        "Export\n",
        "Log,v2\nDate,2024-01-01\n\n",
        "Rows,4\n",
        "Export,,,\n",
        "Export,,,\nby Anna,,,\n,,,\n",
        "Region,North,,\nYear,2024,,\n",
        "Export\nRegion,North,,\n",
    ] {
        let lines = above.matches('\n').count() as u64;
        assert_eq!(skipped(&format!("{above}{table}")), lines, "{above}");
    }
    let rows = table.split_once('\n').map_or("", |(_, rows)| rows);
    for above in ["1,2,x\n", "0.5,x\n1,y\n", "red,2,3\n", "red,,,\n"] {
        assert_eq!(skipped(&format!("{above}{rows}")), 0, "{above}");
    }
    let unnamed = "a,b,\n".to_owned() + &"x,1,y\n".repeat(5);
    assert_eq!(skipped(&unnamed), 0);
    let words = "red,x,a,b\n".repeat(5);
    assert_eq!(skipped(&format!("red,y,a\n{words}")), 0);
    let padded = "a,b\n1,2,,\n2,3,,\n3,4,,\n4,5,,\n";
    assert_eq!(skipped(padded), 0);
}

#[test]
fn delimiters_are_read_by_name() {
    for text in ["comma", "semicolon", "tab", "bar", "blanks", "^"] {
        let delimiter: Delimiter = text.parse().expect(text);
        assert_eq!(delimiter.name(), text);
    }
    for text in ["", "x", "ab", "\"", "é", "5"] {
        assert!(text.parse::<Delimiter>().is_err(), "{text}");
    }
}
