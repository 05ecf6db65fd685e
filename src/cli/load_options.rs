//! How data are loaded, from the command line as it is typed.

use std::ffi::OsStr;

use super::args::{DecimalMark, ReadingArgs, TrainingArgs};
use super::defaults;
use super::job::out_of_range;
use crate::data::{LoadOptions, Reading, Source, ValidationRows};
use crate::error::{Error, Result};

/// How the data are read, and which fraction of them validates.
pub(super) fn load_options(args: &TrainingArgs) -> Result<(LoadOptions, f64)> {
    let table = &args.table;
    let (validation, fraction) = validation(table.val.as_deref())?;
    if table.max_rows.is_some_and(|most| most < 2) {
        return Err(Error::Usage("--max-rows must be at least 2".into()));
    }
    let options = LoadOptions {
        reading: reading(&args.reading)?,
        target: table.target.clone(),
        drop: table.drop.clone(),
        keep: table.keep.clone(),
        categorical: table.categorical.clone(),
        task: table.task,
        missing: table.missing,
        max_rows: table.max_rows,
        seed: table.seed,
        validation,
        test: table.test.as_ref().map(Source::parse),
    };
    Ok((options, fraction))
}

/// Where the rows to validate on are from, and which fraction of the rows that is.
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

/// How a file is to be read.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn reading(args: &ReadingArgs) -> Result<Reading> {
    let comment = args.comment.map(u8::try_from).transpose();
    let comment = comment
        .ok()
        .filter(|it| it.is_none_or(|byte| byte.is_ascii()));
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
    })
}
