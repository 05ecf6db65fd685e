//! Tables in other formats than CSV, converted to it.

use serde::Serialize;

use crate::table::dialect::Delimiter;
use crate::table::{Quote, Reading};

/// CSV that was made from a table in another format: a row on each line, whatever its cells hold.
pub(crate) struct Converted {
    pub(super) csv: Vec<u8>,
    pub(super) conversion: Conversion,
}

/// Format that a table was converted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// Name of the format, such as `JSON lines`.
    pub name: String,
    /// Whether the format itself names the columns, so that its first row is data.
    pub has_names: bool,
    /// Indices (from 0) of the columns that the format itself declares to be categorical.
    #[serde(skip)]
    pub(crate) categorical: Vec<usize>,
    /// Indices of the columns that it declares to be texts, even if they look like numbers.
    #[serde(skip)]
    pub(crate) texts: Vec<usize>,
}

impl Conversion {
    /// Completes how the CSV is read by what is certain.
    pub(crate) fn complete(&self, reading: &Reading) -> Reading {
        let mut trained_with = reading.trained_with;
        trained_with.given.comment = None;
        Reading {
            trained_with,
            delimiter: Some(Delimiter::Byte(b',')),
            quote: Some(Quote::Byte(b'"')),
            comment: None,
            header: if self.has_names {
                Some(true)
            } else {
                reading.header
            },
            skip: if self.has_names {
                Some(0)
            } else {
                reading.skip
            },
            ..*reading
        }
    }

    /// Number of the first line.
    pub(crate) fn first_line(&self) -> u64 {
        u64::from(!self.has_names)
    }
}

impl Converted {
    /// Starts a table of the format called `name`, which `has_names` of its columns on its first line.
    pub(super) fn new(name: impl Into<String>, has_names: bool) -> Self {
        Self {
            csv: Vec::new(),
            conversion: Conversion {
                name: name.into(),
                has_names,
                categorical: Vec::new(),
                texts: Vec::new(),
            },
        }
    }

    /// Appends a row; one without cells is skipped, but counts.
    pub(super) fn push<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.csv.push(b',');
            }
            let cell = cell.as_ref();
            if cell.contains([',', '"', '\r', '\n', '\x1a']) {
                let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
                self.csv.extend(quoted.as_bytes());
            } else {
                self.csv.extend(cell.as_bytes());
            }
        }
        self.csv.push(b'\n');
    }
}
