use proptest::prelude::*;

use super::*;

/// Year, month, day and hour of `cell`, with an unknown order of day and month.
fn read(cell: &str) -> Option<(u16, u8, u8, f32)> {
    read_with(cell, None)
}

fn read_with(cell: &str, order: Option<DateOrder>) -> Option<(u16, u8, u8, f32)> {
    let date = Written::parse(cell)?.date(order)?;
    Some((date.year, date.month, date.day, date.hour))
}

#[test]
fn dates_are_read_in_the_formats_that_tables_have() {
    for cell in [
        "2020-01-31",
        " 2020/01/31 ",
        "2020.1.31",
        "31.01.2020",
        "31.1.20",
        "1/31/2020",
        "31/01/2020",
        "31-01-2020",
        "31 Jan 2020",
        "31-Jan-2020",
        "31-JAN-20",
        "Jan 31, 2020",
        "January 31 2020",
        "Fri, 31 Jan 2020",
        "2020 Jan 31",
    ] {
        assert_eq!(read(cell), Some((2020, 1, 31, 0.0)), "{cell}");
    }
    for cell in [
        "1949-09",
        "1949/9",
        "09/1949",
        "Sep 1949",
        "Sept. 1949",
        "September 1949",
    ] {
        let written = Written::parse(cell).expect(cell);
        assert!(!written.has_day, "{cell}");
        assert_eq!(read(cell), Some((1949, 9, 1, 0.0)), "{cell}");
    }
    assert_eq!(read("Jan-20"), Some((2020, 1, 1, 0.0)));
    assert_eq!(read("Jan-69"), Some((1969, 1, 1, 0.0)));
}

#[test]
fn times_are_read_without_their_zone() {
    for cell in [
        "2020-01-31T18:30:00Z",
        "2020-01-31 18:30",
        "2020-01-31T18:30:00.000+01:00",
        "2020-01-31 18:30:00 UTC",
        "Fri Jan 31 18:30:00 2020",
        "Fri Jan 31 18:30:00 +0000 2020",
        "2020-01-31T18:30-0500",
        "31.01.2020 18:30",
        "1/31/2020 6:30 PM",
        "1/31/2020, 6:30:00 pm",
        "31 Jan 2020 18:30:00",
    ] {
        assert_eq!(read(cell), Some((2020, 1, 31, 18.5)), "{cell}");
    }
    assert_eq!(read("2020-01-31 00:00"), Some((2020, 1, 31, 0.0)));
    assert_eq!(read("1/31/2020 12:15 AM"), Some((2020, 1, 31, 0.25)));
    assert_eq!(read("2020-01-31 24:00"), Some((2020, 1, 31, 24.0)));
    assert!(Written::parse("2020-01-31 00:00").is_some_and(Written::has_time));
    for cell in [
        "2020-01-31 25:00",
        "2020-01-31 12:60",
        "2020-01-31 13:00 PM",
        "2020-01-31 12:3",
        "2020-01-31 24:01",
        "2020-01-31 12:00 noon",
        "25:30",
        "2020-01-31x12:30",
    ] {
        assert_eq!(read(cell), None, "{cell}");
    }
}

#[test]
fn days_that_do_not_exist_are_dates_by_their_looks_only() {
    for (cell, exists) in [
        ("2020-02-29", true),
        ("2019-02-29", false),
        ("1900-02-29", false),
        ("2000-02-29", true),
        ("31.02.2020", false),
        ("31/04/2020", false),
        ("31 Jun 2020", false),
        ("2020-12-31", true),
    ] {
        assert!(is_date(cell), "{cell}");
        assert_eq!(read(cell).is_some(), exists, "{cell}");
    }
}

#[test]
fn other_texts_are_no_dates() {
    for cell in [
        "",
        "2020",
        "20200131",
        "1.5",
        "12.2020",
        "1-2",
        "1990-91",
        "1001-01",
        "2020-13-01",
        "2020-00-10",
        "192.168.1.1",
        "1/2",
        "May",
        "May 5",
        "5 May",
        "Jane 2020",
        "ma 2020",
        "2020--01-31",
        "a-b-c",
        "2020-01-31-1",
        "0000-00-00",
        "1-2-3",
        "12-34-5678",
        "31.01.",
        "2020-01-31T",
        "J\u{f6}n 2020",
        "Juillets 2020",
        "jui 2020",
        "SET-12",
    ] {
        assert!(!is_date(cell), "{cell}");
    }
}

#[test]
fn the_order_of_day_and_month_is_certain_above_12() {
    use DateOrder::{DayFirst, MonthFirst};
    let order = |cell: &str| Written::parse(cell).expect(cell).order();
    assert_eq!(order("31/01/2020"), Some(DayFirst));
    assert_eq!(order("01/31/2020"), Some(MonthFirst));
    assert_eq!(order("01/02/2020"), None);
    assert!(Written::parse("01/02/2020").is_some_and(Written::is_ambiguous));
    assert!(!Written::parse("2020-02-01").is_some_and(Written::is_ambiguous));
    assert_eq!(read("01/02/2020"), None);
    assert_eq!(
        read_with("01/02/2020", Some(DayFirst)),
        Some((2020, 2, 1, 0.0))
    );
    assert_eq!(
        read_with("01/02/2020", Some(MonthFirst)),
        Some((2020, 1, 2, 0.0))
    );
    assert_eq!(read_with("31/01/2020", Some(MonthFirst)), None);
    assert_eq!(
        read_with("2020-01-31", Some(DayFirst)),
        Some((2020, 1, 31, 0.0))
    );
    let usual = |cell: &str| Written::parse(cell).expect(cell).usual_order();
    assert_eq!(usual("01/02/2020"), MonthFirst);
    assert_eq!(usual("01.02.2020"), DayFirst);
}

#[test]
fn weekdays_are_those_of_known_dates() {
    for (year, month, day, expected) in [
        (1970, 1, 1, 3),
        (2000, 1, 1, 5),
        (2000, 2, 29, 1),
        (2024, 2, 29, 3),
        (1969, 7, 20, 6),
        (1900, 3, 1, 3),
        (1600, 1, 1, 5),
        (2026, 11, 26, 3),
        (1, 1, 1, 0),
    ] {
        assert_eq!(weekday(year, month, day), expected, "{year}-{month}-{day}");
    }
}

proptest! {
    #[test]
    fn a_date_is_read_as_it_was_written(
        year in 1000_u16..=9999,
        month in 1_u8..=12,
        day in 1_u8..=31,
        minutes in 0_u16..1440,
    ) {
        prop_assume!(day <= days(year, month));
        let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let expected = Some((year, month, day, (f64::from(minutes) / 60.0) as f32));
        for order in DateOrder::ALL {
            let (first, second) = match order {
                DateOrder::DayFirst => (day, month),
                DateOrder::MonthFirst => (month, day),
            };
            for cell in [
                format!("{year}-{month:02}-{day:02}T{time}:00Z"),
                format!("{year}/{month}/{day} {time}"),
                format!("{first:02}/{second:02}/{year} {time}"),
                format!("{first}.{second}.{year} {time}"),
            ] {
                prop_assert_eq!(read_with(&cell, Some(order)), expected, "{}", cell);
            }
        }
    }

    #[test]
    fn the_next_day_is_the_next_weekday(year in 1_u16..=9999, month in 1_u8..=12, day in 1_u8..=31) {
        prop_assume!(day <= days(year, month));
        let (next_year, next_month, next_day) = match (month, day) {
            (12, 31) => (year + 1, 1, 1),
            _ if day == days(year, month) => (year, month + 1, 1),
            _ => (year, month, day + 1),
        };
        let next = weekday(next_year, next_month, next_day);
        prop_assert_eq!(next, (weekday(year, month, day) + 1) % 7);
    }

    #[test]
    fn no_text_panics(cell in "[0-9 /.:T+-]{0,24}|[a-zA-Z0-9 ,'-]{0,16}|\\PC{0,12}") {
        let written = Written::parse(&cell);
        if let Some(written) = written {
            for order in [None, Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst)] {
                let _ = written.date(order).map(|date| DatePart::ALL.map(|part| date.part(part)));
            }
        }
    }
}

#[test]
fn months_may_have_names_of_other_languages() {
    for (cell, month) in [
        ("J\u{e4}n 2020", 1),
        ("12 f\u{e9}vr. 2020", 2),
        ("1. M\u{e4}rz 2020", 3),
        ("12-Mrz-20", 3),
        ("1er ao\u{fb}t 2020", 8),
        ("3 de septiembre de 2020", 9),
        ("dicembre 2020", 12),
    ] {
        let date = Written::parse(cell).and_then(|written| written.date(None));
        assert_eq!(
            date.map(|date| (date.year, date.month)),
            Some((2020, month)),
            "{cell}"
        );
    }
}
