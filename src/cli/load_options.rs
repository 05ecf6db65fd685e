//! Options of loading data, from the arguments.

use std::ffi::OsStr;

use super::args::{ReadingArgs, TableArgs, TrainingArgs};
use super::job::out_of_range;
use crate::data::{
    CellFormat, LoadOptions, MAX_LAGS, MissingValues, Quote, Reading, Source, SplitMethod,
    TaskChoice, ValidationRows,
};
use crate::error::{Error, Result};
use crate::settings::defaults;
use crate::util::lang::say;

/// Makes the options of loading, and the fraction of rows kept for validation.
pub(super) fn load_options(
    args: &TrainingArgs,
    format: &ReadingArgs,
    seed: u64,
) -> Result<(LoadOptions, f64)> {
    let table = &args.table;
    let (validation, fraction) = match table.val.as_deref() {
        None => (ValidationRows::Auto, defaults::VALIDATION),
        Some(given) => match fraction_or_file("--val", given)? {
            (None, fraction) => (ValidationRows::Split, fraction),
            (Some(file), _) => (ValidationRows::File(file), 0.0),
        },
    };
    let test = table.test.as_deref();
    let test = test.map(|given| fraction_or_file("--test", given));
    let (test, test_fraction) = test.transpose()?.unwrap_or_default();
    let split = table.split.as_deref().map(SplitMethod::parse);
    if let Some(method) = &split {
        check_split(method, table, &validation, test_fraction)?;
    }
    let fraction = match split {
        Some(SplitMethod::Listed(_)) => 0.0,
        _ => fraction,
    };
    let validation = match validation {
        // Images beside those of the data are not split off them.
        ValidationRows::Auto if split.is_some() => ValidationRows::Split,
        other => other,
    };
    if table.max_rows.is_some_and(|max| max < 2) {
        return Err(Error::Usage(
            say!("max-rows-range", "--max-rows must be at least 2").into(),
        ));
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
        dates: table.dates,
        lags: lags(table.lags, table.task)?,
        max_rows: table.max_rows,
        seed,
        validation,
        test,
        test_fraction,
        split: split.unwrap_or_default(),
        base: None,
    };
    Ok((options, fraction))
}

/// Checks `--lags`.
fn lags(lags: usize, task: TaskChoice) -> Result<usize> {
    if lags > MAX_LAGS {
        return Err(out_of_range(
            "--lags",
            lags as f64,
            &say!("range-at-most", "at most {max}", max = MAX_LAGS),
        ));
    }
    if lags > 0 && task == TaskChoice::Classification {
        return Err(Error::Usage(
            say!(
                "lags-no-classes",
                "--lags takes earlier targets as numbers; --task classification predicts no number"
            )
            .into(),
        ));
    }
    Ok(lags)
}

fn missing_values(words: Option<&[String]>) -> MissingValues {
    words.map_or_else(MissingValues::default, MissingValues::of)
}

/// Parses the rows of `option`: a file of them, or their fraction.
fn fraction_or_file(option: &str, given: &OsStr) -> Result<(Option<Source>, f64)> {
    match given.to_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(fraction) if (0.0..1.0).contains(&fraction) => Ok((None, fraction)),
        Some(fraction) => Err(out_of_range(
            option,
            fraction,
            say!("range-fraction", "at least 0 and below 1"),
        )),
        None => Ok((Some(Source::parse(given)), 0.0)),
    }
}

/// Checks that there are rows for `method` to choose.
///
/// # Errors
/// [`Error::Usage`].
fn check_split(
    method: &SplitMethod,
    table: &TableArgs,
    validation: &ValidationRows,
    test_fraction: f64,
) -> Result<()> {
    let problem = match (method, validation) {
        (SplitMethod::Listed(_), _) if table.val.is_some() || table.test.is_some() => {
            say!(
                "split-lists-all",
                "--split FILE lists the rows of all sets: it takes neither --val nor --test"
            )
        }
        (_, ValidationRows::File(_)) if test_fraction == 0.0 => {
            say!(
                "split-of-data",
                "--split chooses among the rows of DATA, and --val FILE names others"
            )
        }
        _ => return Ok(()),
    };
    Err(Error::Usage(problem.into()))
}

/// Parses `--quote`.
fn quote(given: &str) -> Result<Quote> {
    match given.as_bytes() {
        b"none" => Ok(Quote::Never),
        [byte] if byte.is_ascii_punctuation() => Ok(Quote::Byte(*byte)),
        _ => {
            let message = say!(
                "quote-takes",
                "--quote takes an ASCII punctuation character, or none"
            );
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
        return Err(Error::Usage(
            say!("comment-takes", "--comment takes an ASCII character").into(),
        ));
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
        decimal_comma: args.decimal.as_deref().map(|mark| mark == "comma"),
        quote: args.quote.as_deref().map(quote).transpose()?,
        skip: args.skip,
        trained_with: CellFormat::default(),
    })
}
