//! Tables in ARFF, the format of Weka: names and types of the columns above rows of cells between commas.

use std::borrow::Cow;

use super::converted::Converted;
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;
use util::windows_1252::character;

fn no_rows() -> &'static str {
    say!(
        "arff-no-rows",
        "it is an ARFF file without @data; rows of cells follow that line"
    )
}

fn nested() -> &'static str {
    say!(
        "arff-nested",
        "the column is a table of its own (relational), which nn-tui does not read; convert the file to CSV"
    )
}

fn unclear() -> &'static str {
    say!(
        "arff-unclear",
        "expected an ARFF declaration such as @attribute NAME numeric, or @data above the rows"
    )
}

/// A declared column.
struct Attribute {
    name: String,
    /// Names of its categories; `None` if it has any other type.
    categories: Option<Vec<String>>,
    is_text: bool,
}

/// Converts the ARFF in `bytes`, UTF-8 or else Windows-1252; messages call it `source`. Columns whose categories are
/// declared are categorical, and strings are texts, whatever they look like; a `?` without quotes is a missing value.
///
/// # Errors
/// [`DataProblem::ForeignFormat`] for a line that is no declaration, a column that is a table, and without rows.
pub(super) fn converted(bytes: &[u8], source: &str) -> Result<Converted> {
    let text: Cow<str> = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => {
            let character = |&byte: &u8| character(byte).unwrap_or(char::REPLACEMENT_CHARACTER);
            bytes.iter().map(character).collect()
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    let foreign = |line: u64, about| {
        let place = Place::whole(source).at_line(line);
        Error::data(place, DataProblem::ForeignFormat(about))
    };
    let mut attributes = Vec::new();
    let mut lines = text.lines().zip(1..);
    let mut above = 0;
    for (line, number) in &mut lines {
        let (word, rest) = first_word(line);
        match word.to_ascii_lowercase().as_str() {
            "@attribute" => {
                attributes.push(attribute(rest).map_err(|about| foreign(number, about))?)
            }
            "@data" => {
                above = number;
                break;
            }
            "@relation" | "" => {}
            word if word.starts_with('%') => {}
            _ => return Err(foreign(number, unclear())),
        }
    }
    if above == 0 || attributes.is_empty() {
        return Err(Error::in_source(
            source,
            DataProblem::ForeignFormat(no_rows()),
        ));
    }
    let mut table = Converted::new("ARFF", true);
    for (column, attribute) in attributes.iter().enumerate() {
        match attribute.categories {
            Some(_) => table.conversion.categorical.push(column),
            None if attribute.is_text => table.conversion.texts.push(column),
            None => {}
        }
    }
    table.push(attributes.iter().map(|attribute| &attribute.name));
    for _ in 0..above {
        table.push([""; 0]);
    }
    for (line, _) in lines {
        let line = line.trim();
        if line.is_empty() || line.starts_with('%') {
            table.push([""; 0]);
            continue;
        }
        let inner = line
            .strip_prefix('{')
            .and_then(|line| line.strip_suffix('}'));
        let cells = match inner {
            Some(inner) => sparse(inner, &attributes),
            None => cells(line),
        };
        table.push(cells);
    }
    Ok(table)
}

/// Splits off the first word of a line, without blanks around the rest.
fn first_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    (&line[..end], line[end..].trim())
}

/// Parses the name and the type of a column.
fn attribute(text: &str) -> Result<Attribute, &'static str> {
    let (name, kind) = match text.chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let (name, length) = unquoted(&text[1..], quote);
            (name, text[1 + length..].trim())
        }
        _ => {
            let (name, kind) = first_word(text);
            (name.to_owned(), kind)
        }
    };
    let inner = kind
        .strip_prefix('{')
        .and_then(|kind| kind.strip_suffix('}'));
    let categories = inner.map(cells);
    let kind_name = kind.to_ascii_lowercase();
    if categories.is_none() && kind_name.starts_with("relational") {
        return Err(nested());
    }
    if name.is_empty() || kind.is_empty() {
        return Err(unclear());
    }
    Ok(Attribute {
        name,
        categories,
        is_text: kind_name == "string",
    })
}

/// Returns the text before the closing `quote`, in which a backslash stands before a quote or itself, and the length of
/// both.
fn unquoted(text: &str, quote: char) -> (String, usize) {
    let mut plain = String::new();
    let mut letters = text.char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            letter if letter == quote => return (plain, index + letter.len_utf8()),
            '\\' => plain.extend(letters.next().map(|(_, letter)| match letter {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                letter => letter,
            })),
            letter => plain.push(letter),
        }
    }
    (plain, text.len())
}

/// Splits cells between commas, with quotes around those that have commas or blanks.
fn cells(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|letter| matches!(letter, '\'' | '"'));
        let (cell, length) = match quote {
            Some(quote) => {
                let (cell, length) = unquoted(&rest[1..], quote);
                (cell, 1 + length)
            }
            None => {
                let length = rest.find(',').unwrap_or(rest.len());
                let cell = rest[..length].trim_end();
                (if cell == "?" { "" } else { cell }.to_owned(), length)
            }
        };
        all.push(cell);
        let behind = &rest[length..];
        match behind.find(',') {
            Some(comma) => rest = &behind[comma + 1..],
            None => return all,
        }
    }
}

/// Parses the cells of a sparse row, pairs of an index from 0 and a value; the others are 0, or the first category.
fn sparse(inner: &str, attributes: &[Attribute]) -> Vec<String> {
    let zero = |attribute: &Attribute| match &attribute.categories {
        Some(categories) => categories.first().cloned().unwrap_or_default(),
        None => "0".to_owned(),
    };
    let mut row: Vec<String> = attributes.iter().map(zero).collect();
    for pair in inner.split(',') {
        let (index, value) = first_word(pair);
        let value = cells(value).swap_remove(0);
        if let Some(cell) = index
            .parse()
            .ok()
            .and_then(|index: usize| row.get_mut(index))
        {
            *cell = value;
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> String {
        let table = converted(text.as_bytes(), "t.arff").expect("converted");
        String::from_utf8(table.csv).expect("UTF-8")
    }

    #[test]
    fn declarations_name_the_columns_of_rows() {
        let text = "% A comment\n@RELATION 'a b'\n\n@attribute 'it\\'s x' REAL\n@attribute kind {a, 'b c'}\n\
                    @data\n1.5,'b c'\n% no row\n?, a\n 'x, y' , '?'\n";
        let expected = "it's x,kind\n\n\n\n\n\n\n1.5,b c\n\n,a\n\"x, y\",?\n";
        assert_eq!(csv(text), expected);
        let table = converted(text.as_bytes(), "t.arff").expect("converted");
        assert_eq!(table.conversion.categorical, [1]);
    }

    #[test]
    fn sparse_rows_are_filled() {
        let text = "@attribute x numeric\n@attribute y numeric\n@attribute kind {a,b}\n@data\n{1 2.5, 2 b}\n{0 ?}\n{}\n";
        assert_eq!(csv(text), "x,y,kind\n\n\n\n\n0,2.5,b\n,0,a\n0,0,a\n");
    }

    #[test]
    fn what_is_no_table_is_refused_in_its_place() {
        for (text, place) in [
            (
                "@relation r\n@attribute x relational\n",
                "t.arff, line 2: the column is a table",
            ),
            (
                "@relation r\nx\n",
                "t.arff, line 2: expected an ARFF declaration",
            ),
            ("@attribute x\n@data\n", "t.arff, line 1: expected"),
            (
                "@attribute x real\n",
                "t.arff: it is an ARFF file without @data",
            ),
        ] {
            let message = converted(text.as_bytes(), "t.arff")
                .err()
                .expect(text)
                .to_string();
            assert!(message.starts_with(place), "{message}");
        }
    }
}
