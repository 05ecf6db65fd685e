//! Reader of a column of dates.

use super::Shape;
use crate::schema::dates::{Date, DateOrder, DatePart, Written, monthly_order};
use util::error::DataProblem;
use util::lang::say;
use util::text::brief;

/// Reader of a column of dates, which become four raw values each: year, month, day and hour. The month is
/// negative while day and month may be in the other order.
pub(crate) struct Dates {
    /// Whether their parts are inputs.
    is_used: bool,
    /// Order of day and month, given or by a date with a number above 12.
    order: Option<DateOrder>,
    /// Order assumed from the first date that has either; the last resort.
    guess: Option<DateOrder>,
    has_days: bool,
    has_times: bool,
    /// Whether there are times of day only, by the first.
    are_times: Option<bool>,
}

/// Parts of all dates of a column.
pub(crate) struct DateParts {
    /// Parts that are inputs.
    pub(crate) used: Vec<DatePart>,
    /// Whether there are dates, not only times of day.
    pub(crate) has_dates: bool,
    /// Order of day and month, if some dates need it.
    pub(crate) order: Option<DateOrder>,
    /// Whether that order is a guess.
    pub(crate) is_guess: bool,
    /// Time of every row, that of the row before for a missing date.
    pub(crate) times: Vec<f64>,
    /// First row that is older than the one before, and first row of the same time.
    pub(crate) disorder: [Option<usize>; 2],
}

impl Dates {
    /// Number of raw values of a row.
    pub(crate) const WIDTH: usize = DatePart::ALL.len();

    pub(crate) fn new(order: Option<DateOrder>, is_used: bool) -> Self {
        Self {
            is_used,
            order,
            guess: None,
            has_days: false,
            has_times: false,
            are_times: None,
        }
    }

    /// Returns whether their parts are inputs.
    pub(crate) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Returns the raw values of `cell`, NaN for a missing one.
    ///
    /// # Errors
    /// [`DataProblem::NotADate`].
    pub(crate) fn raw(
        &mut self,
        cell: &str,
        shape: &Shape,
    ) -> Result<[f32; Self::WIDTH], DataProblem> {
        if shape.missing.is_missing_number(cell) {
            return Ok([f32::NAN; Self::WIDTH]);
        }
        let mut is_alike = |is_time| *self.are_times.get_or_insert(is_time) == is_time;
        let written = Written::parse(cell).filter(|written| is_alike(!written.has_date));
        let is_open = written.is_some_and(Written::is_ambiguous) && self.order.is_none();
        let mut order = self.order;
        if let Some(written) = written {
            if is_open {
                order = Some(*self.guess.get_or_insert(written.usual_order()));
            } else {
                order = order.or(written.order());
            }
            self.has_days |= written.has_day;
            self.has_times |= written.has_time();
        }
        let date = written.and_then(|written| written.date(order));
        let date = date.ok_or_else(|| not_a_date(cell, self.order))?;
        if !is_open {
            self.order = order;
        }
        let sign = if is_open { -1.0 } else { 1.0 };
        let month = sign * f32::from(date.month);
        Ok([date.year.into(), month, date.day.into(), date.hour])
    }

    /// Decides on the order of day and month and on the parts. Replaces the days in `values`, rows of `width`
    /// values of which those of the date start at `first`, by days of the week.
    pub(crate) fn finish(self, values: &mut [f32], first: usize, width: usize) -> DateParts {
        let order = self
            .order
            .or_else(|| self.monthly_order(values, first, width));
        let is_swapped = order.is_some() && order != self.guess;
        let (mut days, mut before): (_, Option<Date>) = (None, None);
        let mut has_different_days = false;
        let mut times = Vec::new();
        let mut disorder = [None; 2];
        for (index, row) in values.chunks_exact_mut(width).enumerate() {
            let date = &mut row[first..first + Self::WIDTH];
            if date[0].is_nan() {
                times.push(before.map_or(0.0, Date::time));
                continue;
            }
            if date[1] < 0.0 {
                date[1] = -date[1];
                if is_swapped {
                    date.swap(1, 2);
                }
            }
            has_different_days |= *days.get_or_insert(date[2]) != date[2];
            let now = Date {
                year: date[0] as u16,
                month: date[1] as u8,
                day: date[2] as u8,
                hour: date[3],
            };
            times.push(now.time());
            if let Some(before) = before.replace(now) {
                let place = match now.partial_cmp(&before) {
                    Some(std::cmp::Ordering::Less) => Some(0),
                    Some(std::cmp::Ordering::Equal) => Some(1),
                    _ => None,
                };
                if let Some(place) = place {
                    disorder[place].get_or_insert(index);
                }
            }
            date[2] = now.part(DatePart::Weekday);
        }
        let has_dates = self.are_times != Some(true);
        let is_useful = |part: &DatePart| match part {
            DatePart::Year | DatePart::Month => has_dates,
            // The first of every month stands for the month.
            DatePart::Weekday => self.has_days && has_different_days,
            DatePart::Hour => self.has_times,
        };
        let used = DatePart::ALL.into_iter().filter(is_useful);
        DateParts {
            used: used.filter(|_| self.is_used).collect(),
            has_dates,
            order: order.or(self.guess),
            is_guess: self.order.is_none() && self.guess.is_some(),
            times,
            disorder,
        }
    }

    /// Guesses the order of day and month in dates that all leave it open; the arguments are those of
    /// [`Self::finish`].
    fn monthly_order(&self, values: &[f32], first: usize, width: usize) -> Option<DateOrder> {
        let guess = self.guess?;
        let dates = values.chunks_exact(width).map(|row| &row[first..]);
        let open = dates.filter(|date| date[1] < 0.0);
        monthly_order(open.map(|date| {
            let (month, day) = (-date[1] as u8, date[2] as u8);
            match guess {
                DateOrder::DayFirst => [day, month],
                DateOrder::MonthFirst => [month, day],
            }
        }))
    }
}

/// Returns the problem with a `cell` that is no date whose day and month are in `order`.
pub(crate) fn not_a_date(cell: &str, order: Option<DateOrder>) -> DataProblem {
    let is_open = Written::parse(cell).is_some_and(|written| {
        let has_own = |order| written.date(Some(order)).is_some();
        written.date(order).is_none() && DateOrder::ALL.into_iter().any(has_own)
    });
    let order = match order {
        _ if !is_open => "",
        Some(DateOrder::DayFirst) => say!("date-day-first", " with the day first"),
        Some(DateOrder::MonthFirst) => say!("date-month-first", " with the month first"),
        None => say!(
            "date-year-first",
            " with the year first, or the name of the month"
        ),
    };
    DataProblem::NotADate {
        found: brief(cell),
        order,
    }
}
