//! `nn-tui predict MODEL DATA`.

use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use ndarray::ArrayView1;

use super::standard_output;
use crate::data::{PredictionInput, PredictionRows, Reading, Selection, Source};
use crate::error::Result;
use crate::model_file::{TrainedModel, load, predicted_class};
use crate::util::lang::say;
use crate::util::numbers::counted;
use crate::util::text::{sanitise, unique_name};

/// Writes the rows of `source` to standard output as CSV, with the predictions of `model` added.
///
/// # Errors
/// The errors of [`load`] and [`PredictionRows`]; [`crate::error::Error::CannotWrite`].
pub(super) fn run(model: &Path, source: &Source, reading: &Reading) -> Result<()> {
    let model = load(model)?;
    let max_rows = rows_at_once(&model);
    model.check_predicts(max_rows)?;
    let rows = PredictionRows::open(source, reading, &model.preprocessing)?;
    let mut rows = rows.without_unread(&model.target, &model.task);
    let stdout = io::stdout();
    // A terminal would act on control characters; a file gets the cells unchanged.
    let escape: fn(&str) -> String = if stdout.is_terminal() {
        sanitise
    } else {
        str::to_owned
    };
    let mut table = Table {
        to: csv::Writer::from_writer(stdout.lock()),
        escape,
        unpredicted: Unpredicted::because(say!("eval-unpredicted", "outputs are not finite")),
        without_history: Unpredicted::because(lacks_history()),
    };
    let mut has_header = false;
    let mut written = Ok(());
    while let Some(input) = rows.next_chunk(max_rows)? {
        if !has_header {
            written = table.write_header(&model, &input);
            has_header = true;
        }
        written = written.and_then(|()| table.write(&model, &input));
        if written.is_err() {
            break;
        }
    }
    let written = written.and_then(|()| table.to.flush());
    table.without_history.report(source);
    table.unpredicted.report(source);
    report_unknown(source, &rows);
    standard_output(written)
}

/// Returns the number of rows to read and predict at a time, 16 to 4096; fewer for wide tables, to
/// bound the memory.
pub(super) fn rows_at_once(model: &TrainedModel) -> usize {
    const CELLS: usize = 1 << 18;
    (CELLS / model.preprocessing.table_columns.max(1)).clamp(16, 4096)
}

/// Reason for rows without a prediction by a model with lags.
pub(super) fn lacks_history() -> &'static str {
    say!("predict-no-history", "an earlier target is missing")
}

/// Number of rows without a prediction, and the line of the first.
pub(super) struct Unpredicted {
    pub rows: u64,
    first: Option<u64>,
    reason: &'static str,
}

impl Unpredicted {
    /// Counts rows without a prediction for this `reason`.
    pub fn because(reason: &'static str) -> Self {
        Self {
            rows: 0,
            first: None,
            reason,
        }
    }

    /// Counts the row on `line`.
    pub fn add(&mut self, line: u64) {
        self.rows += 1;
        self.first.get_or_insert(line);
    }

    /// Writes a warning to standard error, if there are any.
    pub fn report(&self, source: &Source) {
        let Some(first) = self.first else {
            return;
        };
        let rows = counted(self.rows, "row");
        // Standard error may be closed; then there is nowhere to report this.
        let _ = writeln!(
            io::stderr(),
            "{}",
            say!(
                "predict-none",
                "nn-tui: {source}: no prediction for {rows} ({reason}), first on line {first}",
                source,
                rows,
                reason = self.reason,
                first
            )
        );
    }
}

/// Writes a warning to standard error for each column with texts that the model does not know, for lines that
/// are no rows, for another decimal mark, and for each column whose numbers are all outside their range in training.
pub(super) fn report_unknown(source: &Source, rows: &PredictionRows) {
    let mark = rows.other_mark().map(str::to_owned);
    let selection = rows.selection().and_then(Selection::doubt);
    let statements = mark.into_iter().chain(rows.left_out()).chain(selection);
    for statement in statements.chain(rows.out_of_range()) {
        let _ = writeln!(io::stderr(), "nn-tui: {source}: {statement}");
    }
    for (column, texts) in rows.unknown() {
        if let Some(statement) = texts.statement(column) {
            // Standard error may be closed; then there is nowhere to report this.
            let _ = writeln!(io::stderr(), "nn-tui: {source}: {statement}");
        }
    }
}

/// Table of predictions that is written.
struct Table<W: Write> {
    to: csv::Writer<W>,
    /// Applied to every text from the file.
    escape: fn(&str) -> String,
    unpredicted: Unpredicted,
    without_history: Unpredicted,
}

impl<W: Write> Table<W> {
    fn write_header(&mut self, model: &TrainedModel, input: &PredictionInput) -> io::Result<()> {
        let header = input.header.as_ref().unwrap_or(&input.names);
        let header = header.iter().map(|name| (self.escape)(name));
        let added = new_columns(model, &input.names);
        let names = header.chain(added.iter().map(|name| (self.escape)(name)));
        self.to.write_record(names).map_err(io_error)
    }

    fn write(&mut self, model: &TrainedModel, input: &PredictionInput) -> io::Result<()> {
        let outputs = model.outputs(input.raw.view());
        let rows = input.cells.iter().zip(&input.lines);
        let rows = rows.zip(input.raw.outer_iter());
        for (((cells, &line), raw), outputs) in rows.zip(outputs.outer_iter()) {
            let cells = cells.iter().map(|cell| (self.escape)(cell));
            let (predicted, numbers) = if model.preprocessing.lacks_history(raw) {
                self.without_history.add(line);
                (String::new(), Vec::new())
            } else {
                let (predicted, numbers) = prediction(model, outputs);
                if predicted.is_empty() {
                    self.unpredicted.add(line);
                }
                ((self.escape)(&predicted), numbers)
            };
            let record = cells.chain([predicted]).chain(numbers);
            self.to.write_record(record).map_err(io_error)?;
        }
        Ok(())
    }
}

/// Returns the I/O error inside `error`; the crate's own conversion hides its kind.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Returns names for the added columns that differ from those in `taken`.
fn new_columns(model: &TrainedModel, taken: &[String]) -> Vec<String> {
    let is_single = model.architecture.outputs() == 1;
    let output = model.architecture.output();
    // Sigmoid outputs do not sum to one, and linear ones may leave 0 to 1: not probabilities.
    let output = if output.sums_to_one() || is_single && output.is_fraction() {
        "p"
    } else {
        "output"
    };
    let class = format!("predicted {}", model.target);
    let outputs = model
        .output_classes()
        .iter()
        .map(|class| format!("{output}({class})"));
    let mut taken: HashSet<String> = taken.iter().cloned().collect();
    [class]
        .into_iter()
        .chain(outputs)
        .map(|name| unique_name(name, |candidate| !taken.insert(candidate.clone())))
        .collect()
}

/// Returns the predicted class and the outputs, or the predicted number, as cells. They are empty if
/// an output is not finite.
fn prediction(model: &TrainedModel, outputs: ArrayView1<f32>) -> (String, Vec<String>) {
    if let Some(scale) = model.task.scale() {
        let value = outputs.first().map(|&output| scale.value(output));
        let value = value.filter(|&value| (value as f32).is_finite());
        // In f64, as the exports compute it: the mean may be far larger than the differences. A fraction is the output.
        let text = |value: f64| {
            if scale.is_fraction {
                format!("{:?}", value as f32)
            } else {
                format!("{value:?}")
            }
        };
        return (value.map_or_else(String::new, text), Vec::new());
    }
    match predicted_class(outputs.iter()) {
        // `{:?}` writes the fewest digits that read back as the same number, small ones as 1e-9.
        Some(class) => (
            model.task.classes()[class].clone(),
            outputs.iter().map(|output| format!("{output:?}")).collect(),
        ),
        None => (String::new(), vec![String::new(); outputs.len()]),
    }
}
