//! Models as one Python 3 file without dependencies.

mod dates;
mod parts;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Format, USUAL_BYTES_PER_PARAMETER};
use super::source_code::list;
use dates::DATES;
use parts::{CELLS, HEAD, NETWORK};
use table::{MAIN, UNPACKED};
use crate::data::{CASED, COLUMN_UNITS, Delimiter, Derived, Encoding, InputColumn, MONTHS, NO_CENTS, NUMBER_TYPES, OTHER_TYPES, Preprocessing, Quote, SUBTOTALS, TOTALS, Task, UNITS};
use crate::model_file::TrainedModel;
use crate::model_file::description::description;
use crate::util::text::is_printable;

/// Module and command-line program for Python 3.
pub(super) const FORMAT: Format = Format {
    name: "Python",
    extension: "py",
    description: "Python 3 source code, without dependencies",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: None,
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let mut code = String::from("#!/usr/bin/env python3\n");
    for line in description(model) {
        code.push_str(&format!("# {line}\n"));
    }
    code.push_str(HEAD);
    write_tables(&mut code, model).map_err(|error| error.to_string())?;
    code.push_str(CELLS);
    code.push_str(NETWORK);
    code.push_str(&dates(&model.preprocessing));
    code.push_str(UNPACKED);
    code.push_str(MAIN);
    Ok(code.into_bytes())
}

/// Returns Python code that reads cells as `preprocessing` does: the constants of its columns, `_encoded` and `_number`
/// for the cells, and `_unpacked` for compressed files.
pub(crate) fn cell_reader(preprocessing: &Preprocessing) -> String {
    let mut code = String::new();
    // Writing to a string does not fail.
    let _ = write_cells(&mut code, preprocessing);
    code.push_str(CELLS);
    code.push_str(&dates(preprocessing));
    code + UNPACKED
}

/// Returns the reader of dates, if there are any.
fn dates(preprocessing: &Preprocessing) -> String {
    let mut columns = preprocessing.columns.iter();
    if !columns.any(InputColumn::is_date_part) && preprocessing.row_order.is_none() {
        return String::new();
    }
    let months = MONTHS.map(|names| format!("    \"{names}\".split(),\n"));
    format!("\n\nMONTHS = [\n{}]{DATES}", months.concat())
}

fn write_tables(code: &mut String, model: &TrainedModel) -> Result<(), std::fmt::Error> {
    let architecture = &model.architecture;
    writeln!(code, "TARGET = {}", text(&model.target))?;
    writeln!(code, "WIDTH = {}", model.preprocessing.table_columns)?;
    match &model.task {
        Task::Classification { classes } => writeln!(code, "CLASSES = [{}]", texts(classes))?,
        Task::Regression(scale) => {
            let (center, unit) = scale.center_and_unit();
            writeln!(code, "CLASSES = None")?;
            writeln!(code, "TARGET_MEAN, TARGET_DEVIATION = {center:?}, {unit:?}")?;
        }
    }
    let (hidden, output) = (architecture.hidden(), architecture.output());
    writeln!(code, "HIDDEN, OUTPUT = \"{hidden}\", \"{output}\"")?;
    match &model.preprocessing.row_order {
        None => writeln!(code, "ROW_ORDER = None")?,
        Some(order) => {
            let days = order.days.map_or("None".to_owned(), |days| text(days.name()));
            writeln!(code, "ROW_ORDER = {}, {days}", text(&order.name))?;
        }
    }
    let comment = model.preprocessing.cell_format.given.comment;
    let comment = comment.map_or("None".to_owned(), |sign| text(&char::from(sign).to_string()));
    writeln!(code, "COMMENT = {comment}")?;
    writeln!(code, "# The unit behind all numbers of a column.")?;
    writeln!(code, "IN_UNITS = {{{}}}", units(model))?;
    write_row_texts(code)?;
    write_cells(code, &model.preprocessing)?;
    writeln!(
        code,
        "\n# The network: for each layer the weights, a row for each neuron, and the biases."
    )?;
    writeln!(code, "LAYERS = [")?;
    for layer in &model.parameters.layers {
        writeln!(code, "    ([")?;
        for row in layer.weights.outer_iter() {
            writeln!(code, "        [{}],", list(row, ""))?;
        }
        writeln!(code, "    ], [\n        {},\n    ]),", list(&layer.biases, ""))?;
    }
    writeln!(code, "]\n")?;
    writeln!(code, "_EACH = {{")?;
    for activation in architecture.activations() {
        writeln!(
            code,
            "    \"{activation}\": lambda z: {},",
            activation.python()
        )?;
    }
    writeln!(code, "}}")?;
    let mut all = String::new();
    if let Some(output) = architecture.output().code() {
        writeln!(code, "\n{}\n", output.python)?;
        all = format!("\"{output}\": _{output}", output = architecture.output());
    }
    writeln!(code, "_ALL = {{{all}}}")
}

/// Returns the items of a dictionary from the names of columns to the units behind their numbers.
fn units(model: &TrainedModel) -> String {
    let preprocessing = &model.preprocessing;
    let columns = preprocessing.columns.iter().map(|column| (column.column, column.table_name()));
    let columns = columns.chain([(preprocessing.target_column, model.target.as_str())]);
    let columns: BTreeMap<usize, &str> = columns.collect();
    let units = preprocessing.units.iter();
    let units = units.filter_map(|(column, unit)| Some(format!("{}: {}", text(columns.get(column)?), text(unit))));
    units.collect::<Vec<_>>().join(", ")
}

/// Writes what is known of the cells of a table and of its columns.
fn write_cells(code: &mut String, preprocessing: &Preprocessing) -> Result<(), std::fmt::Error> {
    let missing = &preprocessing.missing;
    writeln!(code, "# Missing values, in lower case.")?;
    for (name, words) in [
        ("MISSING_NUMBERS", missing.in_numbers()),
        ("MISSING_TEXTS", missing.in_texts()),
    ] {
        let words: Vec<String> = [""]
            .iter()
            .chain(&words)
            .map(|word| word.to_ascii_lowercase())
            .collect();
        writeln!(code, "{name} = {{{}}}", texts(&words))?;
    }
    let format = &preprocessing.cell_format;
    let mark = if format.decimal_comma == Some(true) {
        ","
    } else {
        "."
    };
    let quote = match format.quote {
        None => text("\""),
        Some(Quote::Byte(byte)) => text(&char::from(byte).to_string()),
        Some(Quote::Never) => "None".to_owned(),
    };
    writeln!(code, "DECIMAL_MARK, QUOTE = \"{mark}\", {quote}")?;
    let delimiter = match format.delimiter {
        None => ",".to_owned(),
        Some(Delimiter::Byte(byte)) => char::from(byte).to_string(),
        Some(Delimiter::Blanks) => " ".to_owned(),
    };
    writeln!(code, "DELIMITER = {}", text(&delimiter))?;
    let percent = preprocessing.percent.as_ref().map(|percent| {
        let columns = preprocessing.columns.iter();
        let columns = columns.filter(|column| percent.contains(&column.column));
        texts(&columns.map(|column| column.name.clone()).collect::<Vec<_>>())
    });
    match percent {
        None => writeln!(code, "PERCENT = None")?,
        Some(names) => writeln!(code, "PERCENT = [{names}]")?,
    }
    write_units(code)?;
    writeln!(
        code,
        "\n# The columns of a row: name, kind, and what is known of it.\nCOLUMNS = ["
    )?;
    for column in &preprocessing.columns {
        writeln!(code, "    {},", column_tuple(column))?;
    }
    writeln!(code, "]")
}

/// Writes what may be around the digits of a number.
fn write_units(code: &mut String) -> Result<(), std::fmt::Error> {
    writeln!(code, "UNITS = [{}]", list_of(UNITS))?;
    let (cased, ends) = (text(CASED), list_of(NO_CENTS));
    writeln!(code, "CASED, NO_CENTS = {cased}, [{ends}]")
}

/// Writes the texts of rows that are no data.
fn write_row_texts(code: &mut String) -> Result<(), std::fmt::Error> {
    let words = |texts: &'static str| list_of(texts.split_ascii_whitespace());
    writeln!(code, "# Texts in rows of units and of types below the header, and of totals.")?;
    writeln!(code, "COLUMN_UNITS = {{{}}}", words(COLUMN_UNITS))?;
    writeln!(code, "NUMBER_TYPES = {{{}}}", words(NUMBER_TYPES))?;
    writeln!(code, "OTHER_TYPES = {{{}}}", words(OTHER_TYPES))?;
    writeln!(code, "SUBTOTALS = {{{}}}", list_of(SUBTOTALS))?;
    writeln!(code, "TOTALS = SUBTOTALS | {{{}}}", list_of(TOTALS))
}

/// Describes a column as a Python tuple.
fn column_tuple(column: &InputColumn) -> String {
    let name = text(&column.name);
    match &column.derived {
        Some(Derived::Lag { rows, .. }) => {
            let kind = format!("\"lag\", {rows}");
            return number_tuple(column, &name, &kind);
        }
        Some(Derived::DatePart { from, part, order }) => {
            let order = order.map_or("None".to_owned(), |order| format!("\"{}\"", order.name()));
            let kind = format!("\"date\", \"{}\", {order}", part.name());
            return number_tuple(column, &text(from), &kind);
        }
        None => {}
    }
    match &column.encoding {
        Encoding::Numeric { .. } => number_tuple(column, &name, "\"number\""),
        Encoding::Cyclic { .. } => number_tuple(column, &name, "\"cyclic\""),
        Encoding::Categorical {
            values,
            other,
            fill,
        } => {
            let other = if *other { "True" } else { "False" };
            format!(
                "({name}, \"category\", [{}], {other}, {fill})",
                texts(values)
            )
        }
        Encoding::Boolean {
            no,
            yes,
            mean,
            std,
            fill,
        } => {
            let (no, yes) = (texts(no), texts(yes));
            let fill = u8::from(*fill);
            format!("({name}, \"boolean\", [{no}], [{yes}], {mean:?}, {std:?}, {fill})")
        }
    }
}

/// Describes a column of numbers of this `kind`.
fn number_tuple(column: &InputColumn, name: &str, kind: &str) -> String {
    let offset = column.offset;
    match &column.encoding {
        Encoding::Cyclic { period, fill } => {
            format!("({name}, {kind}, {period}, {:?})", f64::from(*fill))
        }
        Encoding::Numeric {
            mean, std, fill, ..
        } => {
            // Single precision, to all digits.
            let fill = f64::from(*fill);
            format!("({name}, {kind}, {offset:?}, {mean:?}, {std:?}, {fill:?})")
        }
        _ => format!("({name}, {kind})"),
    }
}

/// Lists texts as Python literals, with commas between.
pub(crate) fn texts(texts: &[String]) -> String {
    list_of(texts.iter().map(|text| &**text))
}

fn list_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Quotes `text` as a Python literal.
pub(crate) fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if !is_printable(c) => {
                // Writing to a string does not fail.
                let _ = write!(literal, "\\U{:08x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_literals() {
        assert_eq!(text("a \"b\" \\n ä\u{7}"), r#""a \"b\" \\n ä\U00000007""#);
    }
}
