//! Dates and times of day as tables write them, without time zones: a time is that of the clock.

mod compact;
mod parsing;
mod periods;

use serde::{Deserialize, Serialize};

pub(crate) use compact::are_compact;
pub use parsing::MONTHS;

/// Order of day and month in dates such as 01/02/2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// The first is the day.
    #[serde(rename = "dmy")]
    DayFirst,
    /// The first is the month.
    #[serde(rename = "mdy")]
    MonthFirst,
}

impl DateOrder {
    /// All variants.
    pub const ALL: [Self; 2] = [Self::DayFirst, Self::MonthFirst];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }
}

/// Part of a date that is a network input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatePart {
    /// Year, a number.
    Year,
    /// Month, 1 to 12.
    Month,
    /// Day of the week, 0 for Monday to 6 for Sunday.
    Weekday,
    /// Time of day in hours.
    Hour,
}

impl DatePart {
    /// All variants.
    pub const ALL: [Self; 4] = [Self::Year, Self::Month, Self::Weekday, Self::Hour];

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
        }
    }

    /// Number of units after which it starts again; `None` for the year.
    pub fn period(self) -> Option<u8> {
        match self {
            Self::Year => None,
            Self::Month => Some(12),
            Self::Weekday => Some(7),
            Self::Hour => Some(24),
        }
    }

    /// Minimum and maximum of a part that starts again.
    pub fn range(self) -> [u8; 2] {
        match self {
            Self::Year | Self::Month => [1, 12],
            Self::Weekday => [0, 6],
            Self::Hour => [0, 24],
        }
    }
}

/// A date that exists, with the time of day. Dates are ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Date {
    pub(crate) year: u16,
    pub(crate) month: u8,
    /// 1 if there is only a month.
    pub(crate) day: u8,
    /// From 0 up to 24, with fractions; 0 without a time.
    pub(crate) hour: f32,
}

impl Date {
    /// Returns a number that grows with time.
    pub(crate) fn time(self) -> f64 {
        let days =
            (f64::from(self.year) * 12.0 + f64::from(self.month)) * 31.0 + f64::from(self.day);
        24.0 * days + f64::from(self.hour)
    }

    /// Returns the value of `part`.
    pub(crate) fn part(self, part: DatePart) -> f32 {
        match part {
            DatePart::Year => self.year.into(),
            DatePart::Month => self.month.into(),
            DatePart::Weekday => weekday(self.year, self.month, self.day).into(),
            DatePart::Hour => self.hour,
        }
    }
}

/// Numbers of a date in a cell, of which day and month may be in either order. The day may not exist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Written {
    year: u16,
    /// Month and day, or both in an unknown order.
    numbers: [u8; 2],
    /// Separator of a date whose day and month are in an unknown order.
    open: Option<char>,
    /// Whether there is a day.
    pub(crate) has_day: bool,
    /// Whether there is a date, not only a time of day.
    pub(crate) has_date: bool,
    hour: Option<f32>,
}

impl Written {
    fn at(self, hour: f32) -> Self {
        Self {
            hour: Some(hour),
            ..self
        }
    }

    /// Completes a date without a time of day by that of `clock`.
    pub(crate) fn with_time_of(self, clock: Option<Self>) -> Self {
        Self {
            hour: self.hour.or(clock.and_then(|clock| clock.hour)),
            ..self
        }
    }

    /// Returns whether there is a time of day.
    pub(crate) fn has_time(self) -> bool {
        self.hour.is_some()
    }

    /// Returns whether day and month could be in either order.
    pub(crate) fn is_ambiguous(self) -> bool {
        self.open.is_some() && self.order().is_none()
    }

    /// Returns the order of day and month if only one is possible, because a number is above 12.
    pub(crate) fn order(self) -> Option<DateOrder> {
        self.open?;
        match self.numbers {
            [first, _] if first > 12 => Some(DateOrder::DayFirst),
            [_, second] if second > 12 => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Returns the usual order of day and month with this separator.
    pub(crate) fn usual_order(self) -> DateOrder {
        match self.open {
            Some('/') => DateOrder::MonthFirst,
            _ => DateOrder::DayFirst,
        }
    }

    /// Returns day and month as they are written, in the order of the text.
    pub(crate) fn numbers(self) -> [u8; 2] {
        self.numbers
    }

    /// Returns the date, with day and month in `order` if the numbers leave that open. `None` if they
    /// contradict it, `order` is needed and not known, or there is no such day.
    pub(crate) fn date(self, order: Option<DateOrder>) -> Option<Date> {
        let [first, second] = self.numbers;
        let (month, day) = match (self.open, self.order(), order) {
            (None, ..) => (first, second),
            (Some(_), Some(own), Some(other)) if own != other => return None,
            (Some(_), own, other) => match own.or(other)? {
                DateOrder::DayFirst => (second, first),
                DateOrder::MonthFirst => (first, second),
            },
        };
        let exists = (1..=12).contains(&month) && (1..=days(self.year, month)).contains(&day);
        exists.then(|| Date {
            year: self.year,
            month,
            day,
            hour: self.hour.unwrap_or(0.0),
        })
    }
}

/// Guesses the order of day and month in dates of which all leave it open, given the two `numbers` of each as
/// they are written: one that is constant beside all of 1 to 12 is the day of monthly data. `None` for
/// others.
pub(crate) fn monthly_order(numbers: impl Iterator<Item = [u8; 2]>) -> Option<DateOrder> {
    let mut seen = [0_u16; 2];
    for pair in numbers {
        for (seen, number) in seen.iter_mut().zip(pair) {
            *seen |= 1 << number.min(15);
        }
    }
    match seen.map(u16::count_ones) {
        [1, 12] => Some(DateOrder::DayFirst),
        [12, 1] => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// Returns whether `cell` looks like a date, even if there is no such day. Numbers do not; see [`are_compact`].
pub(crate) fn is_date(cell: &str) -> bool {
    let is_number = cell.trim().parse::<f64>().is_ok();
    !is_number && Written::parse(cell).is_some_and(|written| written.has_date)
}

/// Returns whether `cell` is a time of day without a date, such as `13:45`.
pub(crate) fn is_time(cell: &str) -> bool {
    Written::parse(cell).is_some_and(|written| !written.has_date)
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Returns the number of days of a month in the Gregorian calendar.
fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the day of the week, 0 for Monday (Sakamoto's method).
fn weekday(year: u16, month: u8, day: u8) -> u8 {
    const SHIFTS: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    // A year begins with March, so that a leap day is its last.
    let year = u32::from(year) - u32::from(month < 3) + 400;
    let shift = SHIFTS[usize::from(month - 1)];
    let from_sunday = (year + year / 4 - year / 100 + year / 400 + shift + u32::from(day)) % 7;
    ((from_sunday + 6) % 7) as u8
}

#[cfg(test)]
mod tests;
