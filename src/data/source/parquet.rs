//! Tables in Parquet files.

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::converted::Converted;
use util::error::{DataProblem, Error, Place, Result};

/// Converts the Parquet file in `bytes`, which messages call `source`.
///
/// # Errors
/// [`Error::CannotRead`] for a damaged file; [`DataProblem::Nested`] for a column that is no single value a row.
pub(super) fn converted(bytes: Vec<u8>, source: &str) -> Result<Converted> {
    let unreadable = |error: ParquetError| Error::cannot_read(source, std::io::Error::other(error));
    let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(unreadable)?;
    let mut table = Converted::new("Parquet", true);
    let schema = file.metadata().file_metadata().schema();
    table.push(schema.get_fields().iter().map(|field| field.name()));
    for (row, number) in file.get_row_iter(None).map_err(unreadable)?.zip(1..) {
        let columns = row.map_err(unreadable)?.into_columns().into_iter();
        let cells = columns.enumerate().map(|(column, (name, field))| {
            text(field).ok_or_else(|| {
                let place = Place::whole(source).at_line(number);
                Error::data(
                    place.at_column(column + 1, Some(&name)),
                    DataProblem::Nested,
                )
            })
        });
        table.push(cells.collect::<Result<Vec<String>>>()?);
    }
    Ok(table)
}

/// Returns the text of a value, empty for a missing one; `None` for nested values and bytes that are no text.
fn text(field: Field) -> Option<String> {
    match field {
        Field::Null => Some(String::new()),
        Field::Str(text) => Some(text),
        Field::Bytes(bytes) => String::from_utf8(bytes.data().to_vec()).ok(),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => None,
        other => Some(other.to_string()),
    }
}
