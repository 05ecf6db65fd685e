//! Parsing of dates and times of day.

use std::ops::RangeInclusive;

use super::{Written, compact, periods};

impl Written {
    /// Parses `cell`: a date with a four-digit year first (ISO 8601 and the like), or last, or with the
    /// month by its name, or a year and a month, quarter or week; then optionally a time, which may stand before the
    /// year as in `Fri Jan 31 09:05:00 2020`, or alone. Numbers may be dates, too; see [`are_compact`]. `None` for other texts.
    pub(crate) fn parse(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        if !cell.is_ascii() {
            let plain = compact::with_separators(cell).or_else(|| without_accents(cell))?;
            return Self::separated(&plain);
        }
        compact::compact(cell).or_else(|| Self::separated(cell))
    }

    /// Parses a date with separators, and a time.
    fn separated(cell: &str) -> Option<Self> {
        let (date, hour) = match cell.find(':') {
            None => (cell, None),
            Some(colon) => {
                let is_digit = |letter: char| letter.is_ascii_digit();
                // SAS writes the date, a colon and the time.
                if let Some(date) = joined(&cell[..colon]).and_then(|date| named(&date)) {
                    return Some(date.at(hours(&cell[colon + 1..])?));
                }
                let Some(before) = cell[..colon].rfind(|letter| !is_digit(letter)) else {
                    return Some(periods::time_of_day(hours(cell)?));
                };
                let time = cell[before..].strip_prefix(['T', 't', ' '])?;
                let date = cell[..before].trim_end_matches([',', ' ']);
                if let Some((time, year)) = time.rsplit_once(' ')
                    && number(year, 4..=4).is_some()
                {
                    let hour = hours(time)?;
                    return named(&format!("{date} {year}")).map(|date| date.at(hour));
                }
                (date, Some(hours(time)?))
            }
        };
        let written = numeric(date).or_else(|| named(joined(date).as_deref().unwrap_or(date)));
        let written = written.or_else(|| periods::quarter(date));
        let written = written.or_else(|| periods::month(date));
        let written = written.or_else(|| periods::week(date))?;
        Some(Self { hour, ..written })
    }
}

/// Parses a number of `digits` digits.
pub(super) fn number(text: &str, digits: RangeInclusive<usize>) -> Option<u16> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Completes a year of two digits, as POSIX does: 69 to 99 are in the 20th century.
fn full_year(text: &str) -> Option<u16> {
    match number(text, 2..=4)? {
        year if text.len() == 2 => Some(if year < 69 { 2000 + year } else { 1900 + year }),
        year if text.len() == 4 && year > 0 => Some(year),
        _ => None,
    }
}

/// Returns a month without a day.
pub(super) fn month_of(year: u16, month: u8) -> Option<Written> {
    (1..=12).contains(&month).then_some(Written {
        year,
        numbers: [month, 1],
        open: None,
        has_day: false,
        has_date: true,
        hour: None,
    })
}

/// Returns a day; `open` is the separator if the order of the numbers is not known.
pub(super) fn day_of(year: u16, first: &str, second: &str, open: Option<char>) -> Option<Written> {
    let numbers = [first, second].map(|text| number(text, 1..=2).unwrap_or(0) as u8);
    let is_possible = numbers.iter().all(|number| (1..=31).contains(number))
        && numbers[..2 - usize::from(open.is_none())]
            .iter()
            .any(|&number| number <= 12);
    is_possible.then_some(Written {
        year,
        numbers,
        open,
        has_day: true,
        has_date: true,
        hour: None,
    })
}

/// Parses a date of numbers with one separator.
fn numeric(date: &str) -> Option<Written> {
    let separator = date.chars().find(|letter| !letter.is_ascii_digit())?;
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let mut parts = date.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let Some(third) = third else {
        // Two numbers are a month only if one is a year of these times.
        let (year, month) = if first.len() == 4 {
            (first, second)
        } else {
            (second, first)
        };
        let year = number(year, 4..=4).filter(|year| (1800..2200).contains(year))?;
        let month = number(month, 1..=2).filter(|_| separator != '.')?;
        return month_of(year, month as u8);
    };
    if first.len() == 4 {
        day_of(full_year(first)?, second, third, None)
    } else {
        day_of(full_year(third)?, first, second, Some(separator))
    }
}

/// Parses a date with the name of its month, such as `Jan 2020`, `31-Jan-20`, `Fri, January 31, 2020` or `31 de enero de 2020`.
fn named(date: &str) -> Option<Written> {
    let separators = [' ', '-', '/', '.', ',', '\''];
    let is_needed =
        |word: &&str| !word.is_empty() && !is_weekday(word) && !["de", "del", "of"].contains(word);
    let words: Vec<&str> = date.split(separators).filter(is_needed).take(4).collect();
    let place = words.iter().position(|word| month_name(word).is_some())?;
    let (month, is_english) = month_name(words[place])?;
    let written = |year: &str, day: &str| {
        let ordinal = |end: &&str| day.len() > 2 && day.ends_with(*end);
        let end = ["st", "nd", "rd", "th", "er"]
            .into_iter()
            .find(ordinal)
            .unwrap_or_default();
        let day = &day[..day.len() - end.len()];
        day_of(full_year(year)?, &month.to_string(), day, None)
    };
    // Codes such as SET-12 are no Italian months.
    let may_be_short = is_english && date.contains(['-', '\'']);
    match (place, words.as_slice()) {
        (0, &[_, year]) if year.len() == 4 || may_be_short => month_of(full_year(year)?, month),
        (1, &[year, _]) if year.len() == 4 => month_of(full_year(year)?, month),
        (0, &[_, day, year]) => written(year, day),
        (1, &[year, _, day]) if year.len() == 4 => written(year, day),
        (1, &[day, _, year]) => written(year, day),
        _ => None,
    }
}

/// Writes the accented letters in names of months without their accents; `None` if `text` has other letters beyond ASCII.
fn without_accents(text: &str) -> Option<String> {
    let plain = |letter: char| match letter {
        '\u{e9}' | '\u{e8}' => Some('e'),
        '\u{e4}' => Some('a'),
        '\u{fb}' => Some('u'),
        '\u{e7}' => Some('c'),
        letter => letter.is_ascii().then_some(letter),
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// Separates the parts of a date such as `01JAN2023`; `None` for other texts.
fn joined(date: &str) -> Option<String> {
    let letter = date.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (day, rest) = date.split_at(letter);
    let digit = rest.find(|letter: char| letter.is_ascii_digit())?;
    let (month, year) = rest.split_at(digit);
    number(day, 1..=2)?;
    let is_word = month.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word.then(|| format!("{day} {month} {year}"))
}

/// Names of the months without accents, the English one first, then the German, French, Spanish, Italian and Portuguese ones
/// that differ.
pub const MONTHS: [&str; 12] = [
    "january januar janner janvier janv enero gennaio janeiro",
    "february februar fevrier fevr febrero febbraio fevereiro",
    "march marz mrz mars marzo marco",
    "april avril abril aprile",
    "may mai mayo maggio maio",
    "june juni juin junio giugno junho",
    "july juli juillet juil julio luglio julho",
    "august aout agosto",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
];

/// Returns the number of the month that `word` names or abbreviates, and whether it does in English, with three letters or
/// more; other languages with three, since Jane is no month. `None` also for what could be two months, as the French `jui`.
fn month_name(word: &str) -> Option<(u8, bool)> {
    let word = word.to_ascii_lowercase();
    let abbreviates = |name: &str| word.len() > 2 && name.starts_with(&word);
    let is_english = |names: &str| names.split(' ').next().is_some_and(abbreviates);
    let is_other = |name: &str| name == word || word.len() == 3 && abbreviates(name);
    let is_month = |names: &str| is_english(names) || names.split(' ').any(is_other);
    let mut found = (1..).zip(MONTHS).filter(|(_, names)| is_month(names));
    let (month, names) = found.next()?;
    found.next().is_none().then_some((month, is_english(names)))
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.to_ascii_lowercase();
    word.len() > 2 && NAMES.iter().any(|name| name.starts_with(&word))
}

/// Parses a time of day such as `9:05`, `21:05:30.5Z` or `9:05 pm`, in hours. A time zone may follow.
pub(super) fn hours(time: &str) -> Option<f32> {
    let is_clock = |letter: char| letter.is_ascii_digit() || matches!(letter, ':' | '.' | ',');
    let end = time.find(|letter| !is_clock(letter)).unwrap_or(time.len());
    let (clock, rest) = time.split_at(end);
    let mut parts = clock.split(':');
    let hour = f64::from(number(parts.next()?, 1..=2)?);
    let minute = f64::from(number(parts.next()?, 2..=2)?);
    let second = match parts.next() {
        None => 0.0,
        Some(text) if number(text.get(..2)?, 2..=2).is_some() => {
            text.replace(',', ".").parse::<f64>().ok()?
        }
        Some(_) => return None,
    };
    let rest = rest.trim().to_ascii_lowercase();
    let is_12_hours = (1.0..=12.0).contains(&hour);
    let (hour, zone) = if let Some(zone) = rest.strip_prefix("am").filter(|_| is_12_hours) {
        (hour % 12.0, zone)
    } else if let Some(zone) = rest.strip_prefix("pm").filter(|_| is_12_hours) {
        (hour % 12.0 + 12.0, zone)
    } else {
        (hour, rest.as_str())
    };
    let hours = hour + minute / 60.0 + second / 3600.0;
    // A minute may have a leap second.
    let is_valid = parts.next().is_none()
        && minute < 60.0
        && second < 61.0
        && hours <= 24.0
        && is_zone(zone.trim());
    is_valid.then_some(hours as f32)
}

/// Returns whether `text`, in lower case, is empty or a time zone such as `z` or `+01:00`.
fn is_zone(text: &str) -> bool {
    if matches!(text, "" | "z" | "utc" | "gmt") {
        return true;
    }
    let Some(offset) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    let digits = offset.replacen(':', "", 1);
    number(&digits, 2..=2).or(number(&digits, 4..=4)).is_some()
}
