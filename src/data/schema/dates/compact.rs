//! Dates without separators, such as 20240131, and those of East Asia, such as 2024年1月31日.

use super::Written;
use super::parsing::{day_of, hours, month_of, number};

/// Years of dates without separators; other numbers hardly begin with one.
const YEARS: std::ops::Range<u16> = 1900..2100;

/// Minimum number of cells of a column of such dates, by their length: many numbers of six digits end in 01 to 12.
const MIN_DAYS: usize = 3;
const MIN_MONTHS: usize = 8;

/// Returns whether all `cells`, enough of them, are dates without separators: else they are numbers.
pub(crate) fn are_compact(cells: &[&str]) -> bool {
    let have_points = cells.iter().any(|cell| cell.contains('.'));
    let min = if have_points || cells.iter().any(|cell| cell.len() == 6) {
        MIN_MONTHS
    } else {
        MIN_DAYS
    };
    // No number begins with 0 before other digits.
    let are_likely = !have_points || cells.iter().any(|cell| cell.starts_with('0'));
    are_likely && cells.len() >= min && cells.iter().all(|cell| compact(cell).is_some())
}

/// Parses `20240131`, `202401`, `01.2024`, `2024013112`, `20240131120000`, `20240131T1200Z` and the like; `None` for other texts, and if there is
/// no such day.
pub(super) fn compact(text: &str) -> Option<Written> {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let (date, time) = match (digits.len(), rest) {
        (6 | 8, "") => (digits, ""),
        (2, rest) => {
            let year = rest.strip_prefix('.')?;
            let year = number(year, 4..=4).filter(|year| YEARS.contains(year))?;
            return month_of(year, number(digits, 2..=2)? as u8);
        }
        (10 | 12 | 14, "") => digits.split_at(8),
        (8, rest) => (digits, rest.strip_prefix(['T', 't'])?),
        _ => return None,
    };
    let year = number(&date[..4], 4..=4).filter(|year| YEARS.contains(year))?;
    if date.len() == 6 {
        return month_of(year, number(&date[4..], 2..=2)? as u8);
    }
    let written = day_of(year, &date[4..6], &date[6..], None)?;
    written.date(None)?;
    if time.is_empty() && rest.is_empty() {
        return Some(written);
    }
    let (hour, behind) = time.split_at_checked(2)?;
    if digits.len() == 10 {
        return Some(written.at(hours(&format!("{hour}:00"))?));
    }
    let (minute, behind) = behind.split_at_checked(2)?;
    let has_seconds = behind.starts_with(|letter: char| letter.is_ascii_digit());
    let colon = if has_seconds { ":" } else { "" };
    Some(written.at(hours(&format!("{hour}:{minute}{colon}{behind}"))?))
}

/// Writes a date of East Asia, such as `2024年1月31日 9时5分`, with the separators of other dates; `None` for other
/// texts.
pub(super) fn with_separators(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        match letter {
            '年' | '년' | '月' | '월' => plain.push('-'),
            '日' | '号' | '일' => plain.push(' '),
            '时' | '時' | '点' | '시' => plain.push(':'),
            '分' | '분' => plain.push(':'),
            '秒' | '초' => {}
            letter if letter.is_ascii_digit() || ":.".contains(letter) => plain.push(letter),
            _ => return None,
        }
    }
    let end = plain.trim_end_matches([' ', '-', ':']).len();
    plain.truncate(end);
    text.contains(['年', '년']).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Option<(u16, u8, u8, f32)> {
        let date = Written::parse(cell)?.date(None)?;
        Some((date.year, date.month, date.day, date.hour))
    }

    #[test]
    fn dates_without_separators_are_read() {
        for (cell, hour) in [
            ("20200131", 0.0),
            ("20200131T183000", 18.5),
            ("20200131T1830Z", 18.5),
            ("20200131183000", 18.5),
            ("202001311830", 18.5),
            ("2020013118", 18.0),
        ] {
            assert_eq!(read(cell), Some((2020, 1, 31, hour)), "{cell}");
        }
        assert_eq!(read("202011"), Some((2020, 11, 1, 0.0)));
        assert_eq!(read("11.2020"), Some((2020, 11, 1, 0.0)));
        for cell in [
            "20200231",
            "20201301",
            "18200131",
            "202013",
            "2020013",
            "20200131T",
            "20200131x12",
            "20200131T25",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_column_has_nothing_but_dates_without_separators() {
        assert!(are_compact(&["20200131", "20200201", "20200229"]));
        assert!(!are_compact(&["20200131", "20200201"]), "too few");
        assert!(!are_compact(&["20200131", "20200201", "20200230"]));
        assert!(!are_compact(&["202001", "202002", "202003"]), "too few");
        assert!(are_compact(&[
            "202001", "202002", "202003", "202004", "202005", "202006", "202007", "202008"
        ]));
        assert!(are_compact(&["2020013100", "2020013106", "2020013112"]));
        let months: Vec<String> = (1..=12).map(|month| format!("{month:02}.2020")).collect();
        let months: Vec<&str> = months.iter().map(String::as_str).collect();
        assert!(are_compact(&months));
        assert!(!are_compact(&["10.2020"; 9]), "a number");
    }

    #[test]
    fn dates_of_east_asia_are_read() {
        for (cell, hour) in [
            ("2020年1月31日", 0.0),
            ("2020 年 01 月 31 号", 0.0),
            ("2020년 1월 31일", 0.0),
            ("2020年1月31日 18:30", 18.5),
            ("2020年1月31日18时30分", 18.5),
            ("2020年1月31日18时30分00秒", 18.5),
            ("2020/1/31", 0.0),
        ] {
            assert_eq!(read(cell), Some((2020, 1, 31, hour)), "{cell}");
        }
        assert_eq!(read("2020年11月"), Some((2020, 11, 1, 0.0)));
        for cell in [
            "2020年",
            "1月31日",
            "2020年13月",
            "少年",
            "31年前",
            "2020-1-31日",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }
}
