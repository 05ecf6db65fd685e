//! Texts of the screen, one a row: titles, labels, key hints and messages.
//!
//! Each row becomes a function; in a row with two texts the first is for a count of 1, its first
//! argument. The Chinese of a row is the message of the same name in `assets/lang/zh.ftl`. The help of keys,
//! commands and settings is in their tables (`BINDINGS`, `COMMANDS`, `SETTINGS`).

mod header;
mod inspector;
mod lesson;
mod messages;
mod panels;
mod popups;
#[cfg(test)]
mod tests;

use super::app::lesson::Mistake;
use crate::util::lang::say;
pub(super) use header::*;
pub(super) use inspector::*;
pub(super) use lesson::*;
pub(super) use messages::*;
pub(super) use panels::*;
pub(super) use popups::*;

/// Name and arguments of a text.
#[cfg(test)]
type Row = (&'static str, &'static [&'static str]);

macro_rules! texts {
    ($($name:ident($($argument:ident),*) $text:literal $(| $many:literal)?;)+) => {
        $(texts!(@function $name($($argument),*) $text $($many)?);)+

        /// Rows of this file.
        #[cfg(test)]
        pub(super) const ROWS: &[super::Row] =
            &[$((stringify!($name), &[$(stringify!($argument)),*])),+];
    };
    (@function $name:ident() $text:literal) => {
        pub(in crate::tui) fn $name() -> &'static str {
            $crate::util::lang::say!(stringify!($name), $text)
        }
    };
    (@function $name:ident($count:ident $(, $argument:ident)*) $one:literal $many:literal) => {
        pub(in crate::tui) fn $name(
            $count: impl std::fmt::Display
            $(, $argument: impl std::fmt::Display)*
        ) -> String {
            if $count.to_string() == "1" {
                texts!(@said $name $one, $count $(, $argument)*)
            } else {
                texts!(@said $name $many, $count $(, $argument)*)
            }
        }
    };
    (@function $name:ident($($argument:ident),+) $text:literal) => {
        pub(in crate::tui) fn $name($($argument: impl std::fmt::Display),+) -> String {
            texts!(@said $name $text, $($argument),+)
        }
    };
    (@said $name:ident $text:literal, $($argument:ident),+) => {
        $crate::util::lang::say!(stringify!($name), $text, $($argument = $argument),+)
    };
}
use texts;

/// Says where a number that was typed is wrong.
pub(super) fn mistake(mistake: Mistake) -> String {
    match mistake {
        Mistake::NotANumber => not_a_number().into(),
        Mistake::FewDecimals => few_decimals().into(),
        Mistake::Sign => sign_is_off().into(),
        Mistake::WholePart => whole_part_is_off().into(),
        Mistake::Decimal(decimal) => decimal_is_off(decimal),
    }
}

/// Returns `formula`, of one or more lines, with `if` and `else` in the language of the screen.
pub(super) fn cases(formula: &str) -> String {
    let lines = formula.split('\n').map(|line| {
        let parts = line.split_once(" if ");
        let parts = parts.and_then(|(value, rest)| Some((value, rest.split_once(", else ")?)));
        match parts {
            Some((value, (condition, other))) => say!(
                "formula-cases",
                "{value} if {condition}, else {other}",
                value,
                condition,
                other
            ),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
