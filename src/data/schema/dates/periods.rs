//! Quarters such as 2010Q1, weeks of ISO 8601 such as 2010-W05, and times of day without a date.

use super::parsing::{day_of, month_of, number};
use super::{Written, days, is_leap, weekday};

/// Years of quarters and weeks.
const YEARS: std::ops::Range<u16> = 1800..2200;

/// Parses `2010Q1`, `2010-Q1`, `Q1 2010` and the like: the first month of the quarter. `None` for other texts.
pub(super) fn quarter(text: &str) -> Option<Written> {
    let (before, behind) = text.split_once(['Q', 'q'])?;
    let (year, quarter) = if before.is_empty() {
        let (quarter, year) = behind.split_at_checked(1)?;
        (year.strip_prefix([' ', '-', '/'])?, quarter)
    } else {
        (
            before.strip_suffix([' ', '-', '/']).unwrap_or(before),
            behind,
        )
    };
    let quarter = number(quarter, 1..=1).filter(|quarter| (1..=4).contains(quarter))?;
    month_of(year_of(year)?, 3 * quarter as u8 - 2)
}

/// Parses a month such as `2010M05`; `None` for other texts.
pub(super) fn month(text: &str) -> Option<Written> {
    let (year, month) = text.split_once(['M', 'm'])?;
    month_of(year_of(year)?, number(month, 2..=2)? as u8)
}

/// Parses `2010-W05`, `2010W05` or `2010-W05-1`: the Monday of the week, or another day. `None` for other texts, and if
/// there is no such week.
pub(super) fn week(text: &str) -> Option<Written> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = year_of(year)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let (week, day) = rest.strip_prefix(['W', 'w'])?.split_at_checked(2)?;
    let day = match day.strip_prefix('-').unwrap_or(day) {
        "" => 1,
        day => number(day, 1..=1).filter(|day| (1..=7).contains(day))?,
    };
    // A year that starts on a Thursday, or a leap year that starts on a Wednesday, has 53 weeks.
    let first = weekday(year, 1, 1);
    let weeks = 52 + u16::from(first == 3 || first == 2 && is_leap(year));
    let week = number(week, 2..=2).filter(|week| (1..=weeks).contains(week))?;
    // The first week has 4 January. From 1 for 1 January; before it, the day is one of the year before.
    let mut of_year = i32::from(7 * week + day) - i32::from(weekday(year, 1, 4)) - 4;
    let mut month = (year, 1);
    if of_year < 1 {
        month = (year - 1, 12);
        of_year += 31;
    }
    while of_year > i32::from(days(month.0, month.1)) {
        of_year -= i32::from(days(month.0, month.1));
        month = if month.1 == 12 {
            (month.0 + 1, 1)
        } else {
            (month.0, month.1 + 1)
        };
    }
    day_of(month.0, &month.1.to_string(), &of_year.to_string(), None)
}

/// Returns a time of day in hours, on a day that means nothing.
pub(super) fn time_of_day(hour: f32) -> Written {
    Written {
        year: 2000,
        numbers: [1, 1],
        open: None,
        has_day: false,
        has_date: false,
        hour: Some(hour),
    }
}

fn year_of(text: &str) -> Option<u16> {
    number(text, 4..=4).filter(|year| YEARS.contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Option<(u16, u8, u8, bool)> {
        let written = Written::parse(cell)?;
        let date = written.date(None)?;
        Some((date.year, date.month, date.day, written.has_day))
    }

    #[test]
    fn quarters_begin_with_their_first_month() {
        for cell in ["2010Q3", "2010-Q3", "2010 q3", "Q3 2010", "Q3-2010"] {
            assert_eq!(read(cell), Some((2010, 7, 1, false)), "{cell}");
        }
        for cell in ["2010Q5", "Q3", "2010Q", "3Q2010x", "Q32010", "10Q3"] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn months_and_days_may_have_letters_between_digits() {
        assert_eq!(read("2015M01"), Some((2015, 1, 1, false)));
        for cell in [
            "17NOV2023",
            "17nov2023:06:30:00",
            "17nov2023 06:30",
            "17Nov23",
        ] {
            assert_eq!(read(cell), Some((2023, 11, 17, true)), "{cell}");
        }
        for cell in [
            "2015M13",
            "2015M1",
            "M01",
            "17NOX2023",
            "117NOV2023",
            "17NOV2023:06",
            "B12NOV2023",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        for (cell, expected) in [
            ("2010-W05", (2010, 2, 1)),
            ("2010W05", (2010, 2, 1)),
            ("2010-W05-7", (2010, 2, 7)),
            ("2009-W01", (2008, 12, 29)),
            ("2010-W52", (2010, 12, 27)),
            ("2020-W53", (2020, 12, 28)),
            ("2020-W53-7", (2021, 1, 3)),
            ("2012-W10", (2012, 3, 5)),
        ] {
            let (year, month, day) = expected;
            assert_eq!(read(cell), Some((year, month, day, true)), "{cell}");
        }
        for cell in ["2010-W53", "2010-W00", "2010-W5", "2010-W05-8", "W05"] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_time_of_day_is_no_date() {
        let time = Written::parse("13:45").expect("a time");
        assert!(!time.has_date && time.has_time());
        assert_eq!(time.date(None).map(|date| date.hour), Some(13.75));
        assert!(Written::parse("13:45:30").is_some() && Written::parse("1:45 pm").is_some());
        for cell in ["25:00", "1:5", "13:75", "1:2:3"] {
            assert!(Written::parse(cell).is_none(), "{cell}");
        }
    }
}
