//! Tables in Excel workbooks (.xlsx).

use std::io::Cursor;

use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::converted::Converted;
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;

/// Converts the first visible sheet of the workbook in `bytes` that has cells; messages call it `source`.
///
/// # Errors
/// [`Error::CannotRead`] for what is no workbook; [`DataProblem::Empty`] without any cells.
pub(super) fn converted(bytes: Vec<u8>, source: &str) -> Result<Converted> {
    let unreadable = |error: XlsxError| Error::cannot_read(source, std::io::Error::other(error));
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let is_shown = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    for sheet in sheets.iter().filter(is_shown) {
        let range = workbook.worksheet_range(&sheet.name).map_err(unreadable)?;
        let Some((first_row, _)) = range.start() else {
            continue;
        };
        let name = match sheets.len() {
            1 => say!("workbook", "Excel workbook").to_owned(),
            all => say!(
                "workbook-sheet",
                "Excel workbook, sheet \"{sheet}\" of {all}",
                sheet = sheet.name,
                all
            ),
        };
        let mut table = Converted::new(name, false);
        for _ in 0..first_row {
            table.push([""; 0]);
        }
        for row in range.rows() {
            let is_blank = row.iter().all(|cell| *cell == Data::Empty);
            let cells = if is_blank { &[] } else { row };
            table.push(cells.iter().map(text));
        }
        return Ok(table);
    }
    Err(Error::in_source(source, DataProblem::Empty))
}

/// Returns the text of a cell; a date as in ISO 8601.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let time = match (hour, minute, second) {
                (0, 0, 0) => String::new(),
                _ => format!("T{hour:02}:{minute:02}:{second:02}"),
            };
            format!("{year:04}-{month:02}-{day:02}{time}")
        }
        Data::DateTime(duration) => duration.as_f64().to_string(),
        // A failed formula has no value.
        Data::Error(_) | Data::Empty => String::new(),
        Data::Int(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bool(_)
        | Data::DateTimeIso(_)
        | Data::DurationIso(_) => cell.to_string(),
    }
}
