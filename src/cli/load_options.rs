//! Options of loading data, from the arguments.

use std::ffi::OsStr;

use super::args::{DecimalMark, ReadingArgs, TrainingArgs};
use super::job::out_of_range;
use crate::data::{CellFormat, LoadOptions, MissingValues, Quote, Reading, Source, ValidationRows};
use crate::error::{Error, Result};
use crate::settings::defaults;

/// Makes the options of loading, and the fraction of rows kept for validation.
pub(super) fn load_options(
    args: &TrainingArgs,
    format: &ReadingArgs,
    seed: u64,
) -> Result<(LoadOptions, f64)> {
    let table = &args.table;
    let (validation, fraction) = validation(table.val.as_deref())?;
    if table.max_rows.is_some_and(|max| max < 2) {
        return Err(Error::Usage("--max-rows must be at least 2".into()));
    }
    let options = LoadOptions {
        reading: reading(format)?,
        target: table.target.clone(),
        drop: table.drop.clone(),
        keep: table.keep.clone(),
        categorical: table.categorical.clone(),
        task: table.task,
        missing: table.missing,
        missing_values: missing_values(table.missing_values.as_deref()),
        max_rows: table.max_rows,
        seed,
        validation,
        test: table.test.as_ref().map(Source::parse),
        base: None,
    };
    Ok((options, fraction))
}

fn missing_values(words: Option<&[String]>) -> MissingValues {
    words.map_or_else(MissingValues::default, MissingValues::of)
}

/// Parses `--val`: the origin of the validation rows, and their fraction.
fn validation(given: Option<&OsStr>) -> Result<(ValidationRows, f64)> {
    let Some(given) = given else {
        return Ok((ValidationRows::Auto, defaults::VALIDATION));
    };
    match given.to_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(fraction) if (0.0..1.0).contains(&fraction) => Ok((ValidationRows::Split, fraction)),
        Some(fraction) => Err(out_of_range("--val", fraction, "at least 0 and below 1")),
        None => Ok((ValidationRows::File(Source::parse(given)), 0.0)),
    }
}

/// Parses `--quote`.
fn quote(given: &str) -> Result<Quote> {
    match given.as_bytes() {
        b"none" => Ok(Quote::Never),
        [byte] if byte.is_ascii_punctuation() => Ok(Quote::Byte(*byte)),
        _ => {
            let message = "--quote takes an ASCII punctuation character, or none";
            Err(Error::Usage(message.into()))
        }
    }
}

/// Checks the format of a file.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn reading(args: &ReadingArgs) -> Result<Reading> {
    let comment = args.comment.map(u8::try_from).transpose();
    let comment = comment
        .ok()
        .filter(|comment| comment.is_none_or(|byte| byte.is_ascii()));
    let Some(comment) = comment else {
        return Err(Error::Usage("--comment takes an ASCII character".into()));
    };
    Ok(Reading {
        delimiter: args.delimiter,
        encoding: args.encoding,
        comment,
        header: match (args.header, args.no_header) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        decimal_comma: args.decimal.map(|mark| mark == DecimalMark::Comma),
        quote: args.quote.as_deref().map(quote).transpose()?,
        skip: args.skip,
        trained_with: CellFormat::default(),
    })
}
