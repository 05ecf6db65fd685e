//! Format of a table of text: what is given, what a model keeps of it, and what is left to detection.

use serde::{Deserialize, Serialize};

use super::dialect::Delimiter;
use super::shape::Shape;
use crate::source::text_encoding::TextEncoding;

/// Quotes around cells that contain delimiters or line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quote {
    /// No character quotes.
    Never,
    /// An ASCII character.
    Byte(u8),
}

impl Quote {
    pub(super) fn byte(self) -> Option<u8> {
        match self {
            Self::Never => None,
            Self::Byte(byte) => Some(byte),
        }
    }
}

/// Format of a table of text; what is `None` is detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Separator of cells.
    pub delimiter: Option<Delimiter>,
    /// Character encoding.
    #[serde(default)]
    pub encoding: Option<TextEncoding>,
    /// ASCII character that starts comment lines.
    pub comment: Option<u8>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// Whether numbers are written as 3,14.
    pub decimal_comma: Option<bool>,
    /// Quotes around cells that contain delimiters.
    #[serde(default)]
    pub quote: Option<Quote>,
    /// Number of lines above the table.
    #[serde(default)]
    pub skip: Option<u64>,
    /// Reading of the training table of the model that reads this one, unless this one certainly differs.
    #[serde(default)]
    pub trained_with: CellFormat,
}

/// Reading of the training table that its model applies to other tables too; what is `None` is detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellFormat {
    /// Whether numbers are written as 3,14.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_comma: Option<bool>,
    /// Quotes around cells that contain delimiters, unless they are `"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Separator of cells that was detected or given, unless it is a comma; other tables may have another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// Options that the training table was read with, for tables that they fit.
    #[serde(default, skip_serializing_if = "GivenReading::is_open")]
    pub given: GivenReading,
}

/// Options for reading a table that were given; `None` is what was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GivenReading {
    /// Separator of cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// Character encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<TextEncoding>,
    /// ASCII character that starts comment lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<u8>,
    /// False if the first row was said to be data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// Number of lines above the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<u64>,
}

impl GivenReading {
    /// Returns the options of `reading` that are not for the training table alone.
    pub(super) fn of(reading: &Reading) -> Self {
        Self {
            delimiter: reading.delimiter,
            encoding: reading.encoding,
            comment: reading.comment,
            // Names are found by themselves.
            header: reading.header.filter(|has_names| !has_names),
            skip: reading.skip,
        }
    }

    /// Returns whether no option was given.
    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Completes the `reading` of another table, with the lines above it or without.
    pub(super) fn complete(self, reading: &Reading, with_skip: bool) -> Reading {
        Reading {
            delimiter: reading.delimiter.or(self.delimiter),
            comment: reading.comment.or(self.comment),
            header: reading.header.or(self.header),
            skip: reading.skip.or(self.skip.filter(|_| with_skip)),
            ..*reading
        }
    }
}

impl CellFormat {
    /// Returns the format of the cells of a table of this `shape` that was read as `reading` says.
    pub(crate) fn of(shape: &Shape, reading: &Reading) -> Self {
        let dialect = &shape.dialect;
        let quote = dialect.quote.map_or(Quote::Never, Quote::Byte);
        Self {
            decimal_comma: Some(dialect.decimal_comma),
            quote: (quote != Quote::Byte(b'"')).then_some(quote),
            delimiter: (dialect.delimiter != Delimiter::Byte(b',')).then_some(dialect.delimiter),
            given: GivenReading::of(reading),
        }
    }

    /// Returns whether everything is detected.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether all marks are ASCII characters.
    pub fn is_ascii(&self) -> bool {
        let byte = |delimiter| match delimiter {
            Some(Delimiter::Byte(byte)) => Some(byte),
            _ => None,
        };
        let marks = [
            self.quote.and_then(Quote::byte),
            byte(self.delimiter),
            byte(self.given.delimiter),
            self.given.comment,
        ];
        marks.iter().flatten().all(u8::is_ascii)
    }

    /// Completes the `reading` of another table.
    pub(crate) fn complete(self, reading: &Reading) -> Reading {
        Reading {
            trained_with: self,
            ..*reading
        }
    }
}
