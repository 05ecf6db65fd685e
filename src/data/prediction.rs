//! New rows for a trained model: its features found among whatever columns a file has.

use csv::StringRecord;
use ndarray::Array2;

use crate::data::encoding::Encoding;
use crate::data::matrix;
use crate::data::preprocessing::Preprocessing;
use crate::data::source::Source;
use crate::data::table::RawTable;
use crate::error::{DataProblem, Error, Result};
use crate::text::near_matches;

/// A table to predict on.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionInput {
    /// The header as it stands in the file, if there is one. Like `cells` it is meant to be
    /// written to a file again; it must be sanitised before it is shown.
    pub header: Option<Vec<String>>,
    /// Names of all columns, made safe to show and told apart; `c1`, `c2`, ... without a header.
    pub names: Vec<String>,
    /// The rows as they stand in the file, all columns included.
    pub cells: Vec<StringRecord>,
    /// Line of the file (from 1) of every row.
    pub lines: Vec<u64>,
    /// The raw values that the model asks for: `(rows, columns of its preprocessing)`.
    /// [`Preprocessing::encode`] makes the network's inputs of them.
    pub raw: Array2<f32>,
}

impl PredictionInput {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.cells.len()
    }
}

/// Reads the table of `source` and finds the columns that `wanted` names.
///
/// With a header they are found by name, in any order; other columns, such as the class, may hold
/// anything. Without one they are found by position, and the file must have the columns of the
/// training table, with or without its class column.
///
/// # Errors
/// As [`crate::data::load`] for what is wrong with the file; [`DataProblem::MissingFeature`];
/// [`DataProblem::WrongWidth`].
pub fn read_for_prediction(source: &Source, wanted: &Preprocessing) -> Result<PredictionInput> {
    let expected: Vec<&str> = wanted.columns.iter().map(|c| c.name.as_str()).collect();
    let table = RawTable::parse(source.read()?, &source.to_string(), &expected)?;
    let columns = if table.header.is_some() {
        by_name(&table, &expected)?
    } else {
        by_position(&table, wanted)?
    };
    let mut cells = Vec::new();
    let mut lines = Vec::new();
    let mut values = Vec::new();
    let mut rows = table.rows();
    let mut record = StringRecord::new();
    while let Some(line) = rows.read(&mut record)? {
        for (&column, input) in columns.iter().zip(&wanted.columns) {
            let cell = &record[column];
            values.push(match input.encoding {
                Encoding::Numeric { .. } => table.number(cell, line, column)?,
                _ => input.encoding.of_text(cell.trim()),
            });
        }
        cells.push(record.clone());
        lines.push(line);
    }
    Ok(PredictionInput {
        raw: matrix(lines.len(), columns.len(), values),
        cells,
        lines,
        header: table.header,
        names: table.names,
    })
}

fn by_name(table: &RawTable, expected: &[&str]) -> Result<Vec<usize>> {
    let column = |&name: &&str| {
        let found = table.names.iter().position(|other| other == name);
        found.ok_or_else(|| {
            let problem = DataProblem::MissingFeature {
                name: name.to_owned(),
                near: near_matches(name, &table.names),
                available: table.names.clone(),
            };
            Error::data(table.place(), problem)
        })
    };
    expected.iter().map(column).collect()
}

fn by_position(table: &RawTable, wanted: &Preprocessing) -> Result<Vec<usize>> {
    let (found, expected) = (table.width(), wanted.table_columns - 1);
    if found != expected && found != expected + 1 {
        let problem = DataProblem::WrongWidth { found, expected };
        return Err(Error::data(table.place(), problem));
    }
    let has_target = found > expected;
    let behind_target = |column| !has_target && column > wanted.target_column;
    let columns = wanted.columns.iter().map(|it| it.column);
    Ok(columns
        .map(|column| column - usize::from(behind_target(column)))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ndarray::array;

    use crate::data::{Dataset, dataset_of};

    use super::*;

    fn trained_on(text: &str, target: &str) -> Preprocessing {
        let dataset: Dataset = dataset_of(text.as_bytes(), Some(target)).expect("loads");
        let rows: Vec<usize> = (0..dataset.rows()).collect();
        Preprocessing::fit(&dataset, &rows).expect("fits").0
    }

    fn read(text: &str, wanted: &Preprocessing) -> Result<PredictionInput> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.csv");
        fs::write(&path, text).expect("written");
        let input = read_for_prediction(&Source::File(path), wanted);
        // The folder's name is not the same twice; messages are compared without it.
        input.map_err(|error| match error {
            Error::Data { mut place, problem } => {
                place.source = "new.csv".into();
                Error::data(*place, problem)
            }
            other => other,
        })
    }

    fn message(text: &str, wanted: &Preprocessing) -> String {
        read(text, wanted).expect_err("refused").to_string()
    }

    const TRAINING: &str = "kind,a,same,b\nx,1,7,2\ny,3,7,4\nx,3,7,4\ny,3,7,5\n";

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let wanted = trained_on(TRAINING, "kind");
        let text = "b,note,a\n10,\"so, so\",20\n30,,40\n";
        let input = read(text, &wanted).expect("reads");
        assert_eq!(input.raw, array![[20.0, 10.0], [40.0, 30.0]]);
        assert_eq!(
            input.header.as_deref(),
            Some(&["b", "note", "a"].map(String::from)[..])
        );
        assert_eq!(&input.cells[0][1], "so, so");
        assert_eq!((input.lines.as_slice(), input.rows()), (&[2, 3][..], 2));
        assert_eq!(
            message("B,same,kind\n1,2,x\n", &wanted),
            "new.csv: the model needs a column \"a\", and the file has none of that name; \
             did you mean \"B\"?"
        );
        assert_eq!(
            message("a,b\n1,x\n", &wanted),
            "new.csv, line 2, column 2 (b): expected a number, found \"x\""
        );
    }

    #[test]
    fn without_a_header_positions_count_with_or_without_the_class() {
        let wanted = trained_on(TRAINING, "kind");
        let with = read("x,20,7,10\ny,40,7,30\n", &wanted).expect("reads");
        let without = read("20,7,10\n40,7,30\n", &wanted).expect("reads");
        assert_eq!(with.raw, array![[20.0, 10.0], [40.0, 30.0]]);
        assert_eq!(with.raw, without.raw);
        assert_eq!(
            (with.header, without.names.concat()),
            (None, "c1c2c3".into())
        );
        assert_eq!(
            message("20,10\n40,30\n", &wanted),
            "new.csv: the file has no header and 2 columns; the model was trained on 3 feature \
             columns, with or without the class"
        );
    }

    #[test]
    fn a_name_the_model_knows_makes_a_header() {
        let wanted = trained_on("2019,2020,kind\n1.5,2,x\n3,4,y\n3,5,x\n3,5,y\n", "kind");
        let input = read("2020,2019\n1,2\n", &wanted).expect("reads");
        assert_eq!(input.raw, array![[2.0, 1.0]]);
        assert_eq!(
            message("2020,2019\n", &wanted),
            "new.csv: there are no rows of data in it"
        );
    }
}
