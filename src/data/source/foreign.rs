//! Recognition of formats other than text tables.

mod formats;
mod text;

use formats::{About, FORMATS, PICKLE, STATA, UTF_32};
pub(crate) use text::{tar_problem, text_problem};
use util::error::DataProblem;
use util::lang::say;

/// First bytes of some texts in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// First bytes of formats of other programs, of which a byte is one of several.
const PICKLES: std::ops::RangeInclusive<u8> = 2..=5;
const OLD_STATA: std::ops::RangeInclusive<u8> = 0x69..=0x73;

/// Format of a table that is converted to CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    JsonLines,
    Arff,
    Workbook,
    Parquet,
}

/// Recognises the format of a file that begins with `first`; `None` for a table as text.
///
/// # Errors
/// [`DataProblem::ForeignFormat`] for a format that is not read.
pub(super) fn recognise(first: &[u8]) -> Result<Option<Format>, DataProblem> {
    if first
        .strip_prefix(PARQUET)
        .is_some_and(|behind| behind.iter().any(is_binary))
    {
        return Ok(Some(Format::Parquet));
    }
    if let [letter, 0, 0, 0, ..] = first
        && *letter > 0
    {
        return Err(DataProblem::ForeignFormat(UTF_32()));
    }
    match first {
        [0x80, version, ..] if PICKLES.contains(version) => {
            return Err(DataProblem::ForeignFormat(PICKLE()));
        }
        [version, 1 | 2, 1, 0, ..] if OLD_STATA.contains(version) => {
            return Err(DataProblem::ForeignFormat(STATA()));
        }
        _ => {}
    }
    let known = FORMATS.iter().find(|(magic, _)| first.starts_with(magic));
    match known {
        Some((_, about)) => Err(DataProblem::ForeignFormat(about())),
        None => markup(first),
    }
}

/// Returns whether more than the `first` bytes are needed to tell Parquet, JSON, HTML and XML from a table
/// whose first cell begins like them.
pub(super) fn is_ambiguous(first: &[u8]) -> bool {
    let is_start =
        |(magic, _): &(&[u8], About)| magic.len() > first.len() && magic.starts_with(first);
    let may_be_known = first.starts_with(PARQUET) || FORMATS.iter().any(is_start);
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let first = first.trim_ascii_start();
    may_be_known || first.first().is_none_or(|byte| b"{[<@%v".contains(byte))
}

/// Returns whether the `first` bytes are all of a comment such as those that ARFF files begin with.
pub(super) fn is_comment(first: &[u8]) -> bool {
    let lines = first.split(|&byte| byte == b'\n');
    let mut lines = lines
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with(b"%"))
}

/// Recognises JSON, ARFF, HTML and XML by their first line.
fn markup(first: &[u8]) -> Result<Option<Format>, DataProblem> {
    let refuse = |about| Err(DataProblem::ForeignFormat(about));
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let text = String::from_utf8_lossy(first.trim_ascii_start());
    let behind = |start: char| Some(text.strip_prefix(start)?.trim_start());
    let key = |inner: &str| {
        let rest = inner.strip_prefix('"')?.split_once('"')?.1;
        rest.trim_start().strip_prefix(':').map(drop)
    };
    if behind('{').is_some_and(|inner| key(inner).is_some()) {
        return Ok(Some(Format::JsonLines));
    }
    if behind('[').is_some_and(|inner| inner.starts_with(['{', '['])) {
        return refuse(say!(
            "format-json",
            "it is JSON; convert it to CSV, for example with pandas: \
             read_json(FILE).to_csv(\"table.csv\", index=False)"
        ));
    }
    let line = text.lines().next().unwrap_or_default().to_lowercase();
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('%'));
    let declares = |line: &str| {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        word.eq_ignore_ascii_case("@relation") || word.eq_ignore_ascii_case("@attribute")
    };
    if lines.next().is_some_and(declares) {
        return Ok(Some(Format::Arff));
    }
    if line.starts_with("version https://git-lfs") {
        return refuse(say!(
            "format-lfs",
            "it is a pointer to a file of Git LFS; git lfs pull fetches the file itself"
        ));
    }
    if ["<!doctype html", "<html", "<table"]
        .iter()
        .any(|tag| line.starts_with(tag))
    {
        return refuse(say!(
            "format-html",
            "it is an HTML page; save its table as CSV, for example from a spreadsheet"
        ));
    }
    let is_tag = line.starts_with('<') && line.trim_end().ends_with('>');
    let is_xml = line.starts_with("<?xml") || is_tag && line.matches('<').count() == 1;
    if is_xml {
        return refuse(say!(
            "format-xml",
            "it is XML; convert it to CSV, for example with pandas.read_xml"
        ));
    }
    Ok(None)
}

/// Returns whether `byte` is none of a table as text whose first cell is the name of a format.
fn is_binary(byte: &u8) -> bool {
    !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()
}
#[cfg(test)]
mod tests;
