//! Numbers outside the range of the training rows, as of a column in another unit.

use crate::prepare::encoding::Encoding;
use crate::prepare::preprocessing::{InputColumn, with_offset};
use util::lang::say;
use util::text::brief;

/// Counts of the numbers in a column, and of those outside the range of the training rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OutOfRange {
    numbers: u64,
    outside: u64,
}

impl OutOfRange {
    /// Counts the `raw` value of `column`, unless it is missing, or no number of the table.
    pub(super) fn add(&mut self, raw: f32, column: &InputColumn) {
        if let (Encoding::Numeric { min, max, .. }, None) = (&column.encoding, &column.derived)
            && !raw.is_nan()
        {
            self.numbers += 1;
            self.outside += u64::from(!(*min..=*max).contains(&raw));
        }
    }

    /// Returns a statement if all numbers of `column` are outside.
    pub(super) fn statement(&self, column: &InputColumn) -> Option<String> {
        let Encoding::Numeric { min, max, .. } = &column.encoding else {
            return None;
        };
        if self.numbers == 0 || self.outside < self.numbers {
            return None;
        }
        let name = brief(&column.name);
        let [min, max] = [min, max].map(|&end| with_offset(end, column.offset));
        Some(if self.numbers == 1 {
            say!(
                "range-one-outside",
                "column \"{name}\": the value lies outside the training range {min} to {max}",
                name,
                min,
                max
            )
        } else {
            say!(
                "range-all-outside",
                "column \"{name}\": all {count} values lie outside the training range {min} to {max}",
                name,
                count = self.numbers,
                min,
                max
            )
        })
    }
}
