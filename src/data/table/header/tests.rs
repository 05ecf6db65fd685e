use super::*;

fn has_header(text: &str) -> bool {
    let mut rows = text.lines().map(|line| Row {
        cells: line.split(',').map(str::to_owned).collect(),
        line: 0,
    });
    let first = rows.next().expect("a row");
    is_header(&first.cells, &rows.collect::<Vec<_>>())
}

#[test]
fn text_over_numbers_is_a_header() {
    assert!(has_header("x,y,class\n1,2,0\n3,4,1"));
    assert!(has_header("x,y,class\n1,2,a\n3,4,b"));
    assert!(has_header(",x,class\n0,2,a\n1,4,b"), "an unnamed index");
    assert!(
        has_header(",0,1\n0,0.2,5\n1,0.4,6"),
        "as pandas writes an array"
    );
    assert!(!has_header("0,1,2\n1,2,3\n2,3,4"));
    assert!(
        has_header("x,y,class\n1,,a\nn/a,4,b\n2,5,a"),
        "over some mess"
    );
}

#[test]
fn numbers_over_numbers_are_data() {
    assert!(!has_header("5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,other"));
    assert!(!has_header("0,0,0\n0,1,1\n1,0,1\n1,1,0"));
    assert!(!has_header("0,1,1\n0,0,0\n1,0,1\n1,1,0"));
    assert!(!has_header("1.5,NaN,1\n2.5,3,1"), "NaN is no name");
    assert!(!has_header("1,2,0"));
}

#[test]
fn a_class_found_only_in_the_first_row_is_still_data() {
    assert!(!has_header("5.1,3.5,rare\n4.9,3.0,a\n7.0,3.2,a"));
}

#[test]
fn a_typing_error_in_the_first_row_is_outvoted() {
    assert!(!has_header(
        "5.1,abc,1.4,setosa\n4.9,3.0,1.3,setosa\n4.9,3.0,1.3,setosa"
    ));
    assert!(!has_header("1,2,x,a\n3,4,5,a\n6,7,8,a"));
}

#[test]
fn a_header_may_come_again() {
    let rows = "red,a\nblue,b\n".repeat(5);
    assert!(has_header(&format!(
        "colour,kind\n{rows}colour,kind\n{rows}"
    )));
    assert!(!has_header(&rows), "two rows that come again");
}

#[test]
fn names_may_look_like_numbers() {
    assert!(has_header(
        "0,1,2,3,digit\n12,3,4,4,7\n12,3,4,4,7\n12,3,4,4,8"
    ));
    assert!(has_header(
        "2019,2020,class\n1.5,2,a\n1.2,2,b\n1.5,2,a\n1.5,2,b"
    ));
    assert!(has_header("0,1,2\n1.5,2.5,a\n1.5,2.5,b\n1,1,a\n1,1,b"));
    assert!(has_header("0,1,2,3,4\n5.1,3.5,1.4,0.2,1"));
    assert!(has_header("1,2,3,4,5\n5.1,3.5,1.4,0.2,1"));
    assert!(!has_header("0,1,2,4,4\n5.1,3.5,1.4,0.2,1"));
    assert!(has_header("country,2018,2019\nA,10.5,11\nB,20,22\nC,5,7"));
    assert!(
        !has_header("A,1918,1990\nB,1920,2001\nC,1931,1999"),
        "years of births and deaths"
    );
    assert!(!has_header("A,18,19\nB,10.5,11\nC,20,22"));
}

#[test]
fn text_alone_is_a_header() {
    assert!(has_header("x,y,class"));
    assert!(has_header("name,colour\nanna,red\nbert,blue"));
    assert!(!has_header("red,yes\nblue,no\nred,yes\nblue,no"));
}

#[test]
fn names_are_whole_and_unlike() {
    let names = |cells: &[&str]| column_names(cells.iter().copied());
    assert_eq!(names(&["x", "", "x", " x "]), ["x", "c2", "x.2", "x.3"]);
    assert_eq!(
        names(&["x", "x", "x.2", "c5", ""]),
        ["x", "x.3", "x.2", "c5", "c5.2"]
    );
    assert_eq!(names(&["a\tb\u{200c}"]), ["a\tb\u{200c}"], "the original");
    assert_eq!(numbered_names(2), ["c1", "c2"]);
}

#[test]
fn a_row_of_units_is_told_from_bad_data() {
    let units = |above: &[&str]| {
        let split = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<String>>();
        let row = |text: &str, line| Row {
            cells: split(text),
            line,
        };
        let rows = ["1,2,x", "2,3,y", "3,4,x"].map(|text| row(text, 3));
        let above: Vec<Row> = above.iter().map(|text| row(text, 2)).collect();
        let again = [
            row("Total,9,", 9),
            row(above[0].cells.join(",").as_str(), 10),
        ];
        let below = [above.as_slice(), &rows, &again].concat();
        units_rows(&split("a,b,kind"), &below)
    };
    for first in [
        "(cm),(kg),(name)",
        "(cm),(1),",
        "cm,kg,",
        "km/h,m^2,-",
        "[x],[y],x",
    ] {
        assert_eq!(units(&[first]), 1, "{first}");
        assert_eq!(units(&["width,weight,", first]), 2, "{first}");
    }
    for first in [
        "a,b,kind",
        "err,err,x",
        "cm,?,x",
        "$5,2 EUR,x",
        "1,kg,x",
        "(5),(1),x",
    ] {
        assert_eq!(units(&[first]), 0, "{first}");
    }
    assert_eq!(units(&["cm,kg,", "float,float,str"]), 2);
    assert_eq!(units(&["width,weight,", "1,2,x"]), 0);
    assert_eq!(units(&["(cm),,"]), 1, "no unit for a count");
    assert_eq!(units(&["cm,,"]), 0);
    assert_eq!(units(&["AAPL,AAPL,AAPL", "Date,,"]), 2, "names of pandas");
    assert_eq!(units(&["Ann,,", "Bob,,"]), 0, "rows without numbers");
}
