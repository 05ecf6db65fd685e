use crate::DateOptions;
use crate::table::{Reading, table_of};

use super::*;

fn role(name: &str, cells: &[&str]) -> Role {
    let rows = cells.iter().map(|cell| format!("\"{cell}\",1\n"));
    let text = format!("{name},target\n{}", rows.collect::<String>());
    let reading = Reading {
        header: Some(true),
        ..Reading::default()
    };
    let table = table_of(text.as_bytes(), &reading, &[]).expect("a table");
    let mut roles = roles(&table, &LoadOptions::default()).expect("roles");
    roles.remove(0)
}

const NUMBERS: Role = Role::Numbers {
    offset: 0.0,
    is_kept: false,
};
const TEXTS: Role = Role::Texts {
    is_wanted: false,
    has_signs: false,
    has_checks: false,
};

#[test]
fn numbers_words_and_mixtures_are_told_apart() {
    assert_eq!(role("x", &["1", "2.5", "", "-3e4"]), NUMBERS);
    assert_eq!(
        role("x", &["1", "2.5", "oops", "4"]),
        NUMBERS,
        "an error, later"
    );
    assert_eq!(role("x", &["red", "blue", "red", "?"]), TEXTS);
    assert_eq!(
        role("doors", &["2", "3", "5more", "5more", "2", "3"]),
        TEXTS
    );
    assert_eq!(role("x", &["", "NA", "?"]), Role::Undecided);
    let signs = Role::Texts {
        is_wanted: false,
        has_signs: true,
        has_checks: false,
    };
    assert_eq!(role("strand", &["+", "-", "-", "NA", "+"]), signs);
    let checks = Role::Texts {
        is_wanted: false,
        has_signs: false,
        has_checks: true,
    };
    assert_eq!(role("ticked", &["", "x", "", "x"]), checks);
    for cells in [["", "x", "NA", "x"], ["", "no", "", "no"], ["x"; 4]] {
        assert_eq!(role("ticked", &cells), TEXTS, "{cells:?}");
    }
    assert_eq!(role("strand", &["+", "-", "both"]), TEXTS);
}

#[test]
fn identifiers_dates_and_prose_are_excluded() {
    let names: Vec<String> = (0..20).map(|i| format!("name {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(
        role("name", &names),
        Role::Excluded(ExclusionReason::Identifiers)
    );
    assert_eq!(role("name", &names[..5]), TEXTS, "too few to tell");
    let prose = ["x".repeat(60), "y".repeat(60)];
    let prose: Vec<&str> = prose.iter().map(String::as_str).collect();
    assert_eq!(role("note", &prose), Role::Excluded(ExclusionReason::Prose));
}

#[test]
fn numbers_that_f64_does_not_tell_apart_are_codes() {
    let codes: Vec<String> = (0..20)
        .map(|i| format!("12345678901234567{i:02}"))
        .collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    assert_eq!(
        role("tweet", &codes),
        Role::Excluded(ExclusionReason::Identifiers)
    );
    let two = ["9007199254740992", "9007199254740993"].repeat(10);
    assert_eq!(role("b", &two), TEXTS);
    assert_eq!(
        role("b", &["1234567890123456"; 3]),
        role("b", &["1234567890123456.0"; 3])
    );
}

/// Returns the role of the column called `name` beside another input.
fn role_beside(name: &str, cells: &[&str], options: &LoadOptions) -> Role {
    let rows = cells.iter().zip(1..);
    let rows = rows.map(|(cell, row)| format!("{cell},{row}.5,1\n"));
    let text = format!("{name},x,target\n{}", rows.collect::<String>());
    let reading = Reading {
        header: Some(true),
        ..Reading::default()
    };
    let table = table_of(text.as_bytes(), &reading, &[]).expect("a table");
    roles(&table, options).expect("roles").remove(0)
}

#[test]
fn dates_are_used_on_request_or_if_nothing_else_is_left() {
    let cells = ["2024-01-31", "2024-02-01T10:00", "1.2.2024", "3/4/24"];
    let used = |order| Role::Dates {
        order,
        is_used: true,
    };
    assert_eq!(role("day", &cells), used(None), "there is no other");
    let with = |options: LoadOptions| role_beside("day", &cells, &options);
    let excluded = Role::Excluded(ExclusionReason::Dates);
    assert_eq!(with(LoadOptions::default()), excluded);
    let dates = |argument: &str| LoadOptions {
        dates: DateOptions::parse(argument).expect(argument),
        ..LoadOptions::default()
    };
    assert_eq!(with(dates("parts")), used(None));
    assert_eq!(with(dates("parts,dmy")), used(Some(DateOrder::DayFirst)));
    assert_eq!(with(dates("mdy")), used(Some(DateOrder::MonthFirst)));
    assert_eq!(with(dates("exclude")), excluded);
    let keep = vec!["day".to_owned()];
    let kept = LoadOptions {
        keep,
        ..LoadOptions::default()
    };
    assert_eq!(with(kept), used(None));
    let lags = LoadOptions {
        lags: 3,
        ..LoadOptions::default()
    };
    let for_order = Role::Dates {
        order: None,
        is_used: false,
    };
    assert_eq!(with(lags), for_order);
    assert!(DateOptions::parse("parts,ymd").is_err());
}

#[test]
fn dates_are_used_beside_columns_that_say_nothing() {
    let role_beside = |cell: &dyn Fn(usize) -> String| {
        let row = |row: usize| format!("2024-01-{:02},{},{}.5\n", row + 1, cell(row), row % 7);
        let text = format!("day,n,sales\n{}", (0..20).map(row).collect::<String>());
        let table = table_of(text.as_bytes(), &Reading::default(), &[]).expect("a table");
        let mut roles = roles(&table, &LoadOptions::default()).expect("roles");
        roles.remove(0)
    };
    let used = Role::Dates {
        order: None,
        is_used: true,
    };
    assert_eq!(role_beside(&|row| format!("{}", row + 1)), used, "counts");
    assert_eq!(role_beside(&|_| String::new()), used, "empty");
    assert_eq!(role_beside(&|_| "a".into()), used, "constant");
    assert_eq!(role_beside(&|row| format!("text {row}")), used, "names");
    let excluded = Role::Excluded(ExclusionReason::Dates);
    assert_eq!(role_beside(&|row| format!("{}", row * row)), excluded);
    assert_eq!(role_beside(&|row| ["a", "b"][row % 2].into()), excluded);
    assert_eq!(
        role_beside(&|row| ["a", ""][row % 2].into()),
        excluded,
        "ticked"
    );
}

#[test]
fn identifiers_are_excluded_unless_they_are_all() {
    let with_other = |name: &str, cells: [&str; 9], keep: bool| {
        let options = LoadOptions {
            keep: if keep { vec![name.to_owned()] } else { vec![] },
            ..LoadOptions::default()
        };
        role_beside(name, &cells, &options)
    };
    let cells = ["9", "2", "3", "4", "5", "6", "7", "8", "1"];
    let rows = Role::Excluded(ExclusionReason::RowNumbers);
    assert_eq!(with_other("id", cells, false), rows);
    assert_eq!(with_other("PassengerId", cells, false), rows);
    for name in ["", "Unnamed: 0", "index"] {
        assert_eq!(with_other(name, cells, false), rows, "{name:?}");
    }
    let down = ["90", "80", "70", "60", "50", "40", "30", "20", "10"];
    for (name, expected) in [
        ("Lfd. Nr.", &rows),
        ("Row_Number", &rows),
        ("#", &rows),
        ("number of rooms", &NUMBERS),
    ] {
        assert_eq!(with_other(name, down, false), *expected, "{name}");
    }
    assert_eq!(with_other("nr", cells, false), NUMBERS, "in no order");
    let joined = ["1", "2", "4", "5", "7", "1", "2", "4", "5"];
    assert_eq!(
        with_other("", joined, false),
        rows,
        "an index of two tables"
    );
    assert_eq!(
        with_other("index", joined, false),
        NUMBERS,
        "it may mean something"
    );
    let repeated = ["9", "2", "3", "4", "5", "2", "7", "8", "1"];
    assert_eq!(
        with_other("", repeated, false),
        NUMBERS,
        "they number nothing"
    );
    let kept = Role::Numbers {
        offset: 0.0,
        is_kept: true,
    };
    assert_eq!(with_other("id", cells, true), kept);
    assert_eq!(with_other("humid", cells, false), NUMBERS);
    assert_eq!(role("id", &cells), kept, "there is no other");
    let beside_constant = |id: &str| format!("{id},1.5,1\n");
    let rows: String = cells.into_iter().map(beside_constant).collect();
    let text = format!("id,x,target\n{rows}");
    let table = table_of(text.as_bytes(), &Reading::default(), &[]).expect("a table");
    let roles = roles(&table, &LoadOptions::default()).expect("roles");
    assert_eq!(roles[0], kept, "the other is constant");
}

#[test]
fn numbers_far_from_0_have_an_offset() {
    let offset = |cells: &[&str]| match role("x", cells) {
        Role::Numbers { offset, .. } => offset,
        other => panic!("{other:?}"),
    };
    assert_eq!(offset(&["1990", "2020", "2005.5"]), 0.0);
    assert_eq!(
        offset(&["1700000000", "1700000060", "1700000120"]),
        1_700_000_000.0
    );
    assert_eq!(
        offset(&["5500000.01", "5500000.02", "5600000"]),
        5_500_000.0,
        "UTM"
    );
    let mut seconds: Vec<String> = (0..20)
        .map(|row| (1_700_000_000 + 60 * row).to_string())
        .collect();
    for place in [0, 9] {
        seconds[place] = "0".into();
    }
    let seconds: Vec<&str> = seconds.iter().map(String::as_str).collect();
    assert!(offset(&seconds) > 1.6e9, "0 for an unknown time");
    assert_eq!(offset(&["1000000000", "1", "500"]), 0.0);
    assert_eq!(offset(&["0.5", "0.5"]), 0.0);
}
