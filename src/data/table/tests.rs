use std::collections::BTreeSet;

use super::*;

fn shape(text: &str, reading: Reading) -> Shape {
    table_of(text.as_bytes(), &reading, &[])
        .expect("a table")
        .shape
}

#[test]
fn numbers_are_read_as_f64() {
    let shape = shape("a,b\n1,x\n2,y\n", Reading::default());
    let parse_number = |cell: &str| shape.number(cell);
    assert_eq!(parse_number(" 5.1 "), Ok(5.1));
    assert_eq!(parse_number("-1e-3"), Ok(-0.001));
    assert_eq!(parse_number("1e39"), Ok(1e39));
    for text in [" ", "nan", "NA", "-"] {
        assert!(parse_number(text).expect("missing").is_nan(), "{text}");
    }
    for text in ["inf", "-Infinity", "1e400"] {
        let found = text.to_owned();
        assert_eq!(parse_number(text), Err(DataProblem::NotFinite { found }));
    }
    for text in ["abc", "1,5", "0x10", "1 2"] {
        let found = text.to_owned();
        assert_eq!(parse_number(text), Err(DataProblem::NotANumber { found }));
    }
}

#[test]
fn decimal_commas_are_read_where_they_are_meant() {
    let shape = shape("a;b\n1,5;x\n2,5;y\n", Reading::default());
    assert_eq!(shape.number("2,5"), Ok(2.5));
    assert_eq!(shape.number("2"), Ok(2.0));
    assert!(shape.number("2,5,1").is_err());
    let told = |decimal_comma| Reading {
        decimal_comma: Some(decimal_comma),
        ..Reading::default()
    };
    let thousands = self::shape("a;b\n1,500;x\n2,500;y\n", told(false));
    assert_eq!(thousands.number("2,500"), Ok(2500.0));
    let quoted = self::shape("a,b\n\"1,5\",x\n\"2,5\",y\n", told(true));
    assert_eq!(quoted.number("2,5"), Ok(2.5));
}

#[test]
fn a_column_is_found_by_name_first_then_by_number() {
    let shape = shape(
        "3,y,\"a,b\"\n0,5,a\n0,5,b\n1,5,a\n1,5,b\n",
        Reading::default(),
    );
    assert_eq!(shape.find_column("y").expect("found"), 1);
    assert_eq!(shape.find_column(" a,b ").expect("found"), 2);
    assert_eq!(shape.find_column("3").expect("found"), 0, "the name wins");
    assert_eq!(shape.find_column("2").expect("found"), 1);
    for absent in ["0", "4", "-1", "klass", ""] {
        assert!(shape.find_column(absent).is_err(), "{absent}");
    }
    let find = |list: &str| shape.find_columns(&[list.to_owned()]);
    assert_eq!(find("y,3").expect("found"), BTreeSet::from([0, 1]));
    assert_eq!(find("a,b").expect("found"), BTreeSet::from([2]));
    assert!(find("y,no").is_err());
}

#[test]
fn ranges_go_by_number_and_by_name() {
    let shape = shape(
        "id,1-3,height,x..y,z,class\na,2,3,4,5,u\nb,3,4,5,6,v\nc,4,5,6,7,u\n",
        Reading::default(),
    );
    let find = |list: &str| shape.find_columns(&[list.to_owned()]);
    for (list, columns) in [
        ("1-3", &[1][..]),
        ("2-3", &[1, 2]),
        ("5 - 3", &[2, 3, 4]),
        ("height..z", &[2, 3, 4]),
        ("z..height", &[2, 3, 4]),
        ("x..y", &[3]),
        ("x..y..z", &[3, 4]),
        ("1..x..y", &[0, 1, 2, 3]),
        ("id, 4-5,class", &[0, 3, 4, 5]),
        ("6-6", &[5]),
    ] {
        let found: Vec<usize> = find(list).expect(list).into_iter().collect();
        assert_eq!(found, columns, "{list}");
    }
    for (list, problem) in [
        ("2-7", "there is no column \"7\""),
        ("0-2", "there is no column \"0\""),
        (
            "hight..z",
            "there is no column \"hight\"; did you mean \"height\"?",
        ),
        ("id,height..k", "there is no column \"k\""),
        ("-3", "there is no column \"-3\""),
        ("id-z", "there is no column \"id-z\""),
        ("..", "there is no column \"\""),
    ] {
        let found = find(list).expect_err(list).to_string();
        assert!(found.contains(problem), "{list}: {found}");
    }
}

#[test]
fn the_header_is_found_out_or_told() {
    let bytes = "1,2\n3,4\n5,6\n";
    assert!(shape(bytes, Reading::default()).header.is_none());
    let told = Reading {
        header: Some(true),
        ..Reading::default()
    };
    assert_eq!(shape(bytes, told).names, ["1", "2"]);
    let named = table_of(bytes.as_bytes(), &Reading::default(), &["2"]).expect("a table");
    assert_eq!(named.shape.names, ["1", "2"]);
    let told = Reading {
        header: Some(false),
        ..Reading::default()
    };
    assert_eq!(shape("x,y\n3,4\n", told).names, ["c1", "c2"]);
}

#[test]
fn a_row_longer_than_the_head_is_read() {
    let wide = vec!["0.123456789"; 200_000].join(",");
    let text = format!("{wide}\n{wide}\n{wide}\n");
    let mut table = table_of(text.as_bytes(), &Reading::default(), &[]).expect("a table");
    assert_eq!(table.shape.width(), 200_000);
    let mut rows = 0;
    while table.rows.next().expect("a row").is_some() {
        rows += 1;
    }
    assert_eq!(rows, 3);
}
