//! `nn-tui eval MODEL DATA`.

use std::fmt::Write as _;
use std::path::Path;

use ndarray::Array2;
use serde_json::{Value, json};

use super::predict::{Unpredicted, lacks_history, report_unknown, rows_at_once};
use super::print;
use crate::data::{
    ClassScores, Confusion, ErrorSums, Errors, Labels, PredictionInput, PredictionRows, Ranking,
    Reading, Scores, Selection, Source, TargetScale, Task, UnknownTexts, write_class,
};
use crate::error::shown_source;
use crate::error::{DataProblem, Result};
use crate::model_file::{TrainedModel, load, predicted_class};
use crate::record::scores::{
    ScoresJson, aligned, number, percent, rows_of_scores, table_of_classes,
};
use crate::train::ranking_of;
use crate::util::lang::say;
use crate::util::numbers::counted;
use crate::util::text::{brief, padded, printable_json, sanitise, shorten, width};

/// Maximal width of a class name in the confusion matrix, in terminal cells.
const MAX_NAME_WIDTH: usize = 16;

/// Evaluates `model` on the rows of `source`, or on some of them, and writes the scores to standard output, as text or as
/// one JSON object.
///
/// # Errors
/// The errors of [`load`] and [`PredictionRows`]; [`DataProblem::UnknownClass`] if the model knows the
/// class of no row; [`crate::error::Error::CannotWrite`].
pub(super) fn run(
    model: &Path,
    source: &Source,
    reading: &Reading,
    selection: Option<Selection>,
    json: bool,
) -> Result<()> {
    let model = load(model)?;
    let max_rows = rows_at_once(&model);
    model.check_predicts(max_rows)?;
    let rows = PredictionRows::open(source, reading, &model.preprocessing)?;
    let rows = rows.without_unread(&model.target, &model.task);
    let mut rows = rows.select(selection);
    let target = rows.target_column(&model.target)?;
    let mut sums = Sums::new(&model);
    let in_names = model.preprocessing.cell_format.decimal_comma == Some(true);
    let labels = Labels::new(model.task.classes(), in_names, rows.has_decimal_commas());
    while let Some(mut input) = rows.next_chunk(max_rows)? {
        let actual = sums.actual(&mut rows, &model, &labels, &mut input, target)?;
        sums.add(&model, &input, &actual);
    }
    if let (0, Some((class, line))) = (sums.rows, &sums.unknown_labels.first) {
        let class = class.clone();
        return Err(rows.cell_error(*line, target, DataProblem::UnknownClass { class }));
    }
    if sums.rows == 0 && sums.without_history.rows > 0 {
        let lags = model.preprocessing.lags();
        return Err(rows.error(DataProblem::NoHistory { lags }));
    }
    sums.without_history.report(source);
    sums.unpredicted.report(source);
    report_unknown(source, &rows);
    let scores = sums.scores(&model.task);
    let text = if json {
        let json = sums.as_json(&scores, &model, &rows).to_string();
        format!("{}\n", printable_json(&json))
    } else {
        sums.as_text(&scores, &model, source, rows.selection())
    };
    print(text)
}

/// True classes or numbers of some rows.
enum Actual<'m> {
    Classes(Vec<usize>),
    /// Numbers less the offset of the target, and the scale of the target.
    Numbers(&'m TargetScale, Vec<f64>),
}

/// Sums over the rows, from which the scores are computed.
struct Sums {
    /// Rows with a true value.
    rows: u64,
    /// Rows without a true value, which are skipped.
    without_target: u64,
    /// Labels of rows that are skipped, since the model does not know them.
    unknown_labels: UnknownTexts,
    /// Labels that name a class but for a full stop.
    labels_with_stop: UnknownTexts,
    unpredicted: Unpredicted,
    /// Rows that are skipped, since an earlier target that the model needs is missing.
    without_history: Unpredicted,
    loss: f64,
    confusion: Confusion,
    ranking: Ranking,
    errors: ErrorSums,
    /// Errors of predicting the mean of the training rows, the baseline.
    baseline: ErrorSums,
}

/// Scores of a model.
struct ModelScores {
    scores: Scores,
    baseline: Baseline,
}

/// Scores of the best constant prediction.
enum Baseline {
    /// Fraction of rows of the most frequent class.
    Majority(f64),
    /// Errors of the mean of the training rows.
    Mean(Errors),
}

impl Sums {
    fn new(model: &TrainedModel) -> Self {
        Self {
            rows: 0,
            without_target: 0,
            unknown_labels: UnknownTexts::default(),
            labels_with_stop: UnknownTexts::default(),
            unpredicted: Unpredicted::because(say!("eval-unpredicted", "outputs are not finite")),
            without_history: Unpredicted::because(lacks_history()),
            loss: 0.0,
            confusion: Confusion::new(model.task.classes().len()),
            ranking: ranking_of(&model.architecture),
            errors: ErrorSums::default(),
            baseline: ErrorSums::default(),
        }
    }

    /// Parses the true values of `input` in column `target`. Removes and counts the rows without one, and
    /// those with a label that the model does not know.
    fn actual<'m>(
        &mut self,
        rows: &mut PredictionRows,
        model: &'m TrainedModel,
        labels: &Labels,
        input: &mut PredictionInput,
        target: usize,
    ) -> Result<Actual<'m>> {
        let mut kept = Vec::new();
        let (mut classes, mut numbers) = (Vec::new(), Vec::new());
        for (row, (cells, &line)) in input.cells.iter().zip(&input.lines).enumerate() {
            let cell = cells[target].trim();
            if let Some(scale) = model.task.scale() {
                let number = rows.number(target, cell);
                let number = number.map_err(|problem| rows.cell_error(line, target, problem))?;
                if number.is_nan() {
                    self.without_target += 1;
                    continue;
                }
                if model.preprocessing.lacks_history(input.raw.row(row)) {
                    self.without_history.add(line);
                    continue;
                }
                numbers.push(number - scale.offset);
            } else {
                match labels.class(cell) {
                    Some(class) => {
                        if labels.differs_by_stop(cell) {
                            self.labels_with_stop.add(cell, line);
                        }
                        classes.push(class);
                    }
                    None if rows.is_missing_label(cell) => {
                        self.without_target += 1;
                        continue;
                    }
                    None => {
                        self.unknown_labels.add(cell, line);
                        continue;
                    }
                }
            }
            kept.push(row);
        }
        if kept.len() < input.rows() {
            input.raw = input.raw.select(ndarray::Axis(0), &kept);
            input.lines = kept.iter().map(|&row| input.lines[row]).collect();
            input.cells = kept.iter().map(|&row| input.cells[row].clone()).collect();
        }
        Ok(match model.task.scale() {
            Some(scale) => Actual::Numbers(scale, numbers),
            None => Actual::Classes(classes),
        })
    }

    fn add(&mut self, model: &TrainedModel, input: &PredictionInput, actual: &Actual<'_>) {
        let outputs = model.architecture.outputs();
        let mut targets = Array2::zeros((input.rows(), outputs));
        match actual {
            Actual::Numbers(scale, numbers) => {
                for (&number, target) in numbers.iter().zip(&mut targets) {
                    *target = scale.standardise(number as f32);
                }
            }
            Actual::Classes(classes) => {
                let targets = targets.as_slice_mut().expect("a new array");
                for (target, &class) in targets.chunks_exact_mut(outputs).zip(classes) {
                    write_class(class, target);
                }
            }
        }
        let (outputs, loss) = model.outputs_and_loss(input.raw.view(), targets.view());
        self.loss += loss;
        self.rows += input.rows() as u64;
        for (row, outputs) in outputs.outer_iter().enumerate() {
            let is_finite = outputs.iter().all(|output| output.is_finite());
            if !is_finite {
                self.unpredicted.add(input.lines[row]);
            }
            match actual {
                Actual::Numbers(..) if !is_finite => {}
                Actual::Numbers(scale, numbers) => {
                    self.errors.add(numbers[row], scale.raw_value(outputs[0]));
                    self.baseline.add(numbers[row], scale.mean);
                }
                Actual::Classes(classes) => {
                    let outputs = outputs.to_slice().expect("a row of a matrix");
                    self.ranking.add(classes[row], outputs);
                    match predicted_class(outputs) {
                        Some(predicted) => self.confusion.add(classes[row], predicted),
                        None => self.confusion.add_unpredicted(classes[row]),
                    }
                }
            }
        }
    }

    /// Computes the scores of the rows so far.
    fn scores(&mut self, task: &Task) -> ModelScores {
        let loss = self.loss / self.rows as f64;
        let (classes, errors, baseline) = match task {
            Task::Classification { .. } => {
                let classes = ClassScores::new(&self.confusion, Some(self.ranking.scores()));
                let rows = classes.each.iter().map(|score| score.support);
                let majority = rows.max().unwrap_or(0) as f64 / self.rows as f64;
                (Some(classes), None, Baseline::Majority(majority))
            }
            Task::Regression(_) => {
                let errors = std::mem::take(&mut self.errors).errors();
                let baseline = std::mem::take(&mut self.baseline).errors();
                (None, Some(errors), Baseline::Mean(baseline))
            }
        };
        let scores = Scores {
            loss,
            classes,
            errors,
        };
        ModelScores { scores, baseline }
    }

    fn as_json(&self, scores: &ModelScores, model: &TrainedModel, rows: &PredictionRows) -> Value {
        let unknown = rows.unknown();
        let unknown = unknown.map(|(column, texts)| (column.to_owned(), json!(texts.count)));
        // Numbers that are not finite become null.
        let mut all = json!({
            "rows": self.rows,
            "rows_without_target": self.without_target,
            "rows_with_unknown_label": self.unknown_labels.count,
            "rows_without_prediction": self.unpredicted.rows,
            "rows_without_history": self.without_history.rows,
            "unknown_values": unknown.collect::<serde_json::Map<String, Value>>(),
        });
        let classes = model.task.classes();
        let baseline = match scores.baseline {
            Baseline::Majority(accuracy) => {
                let row = |actual| {
                    let row = (0..classes.len()).map(|to| self.confusion.count(actual, to));
                    row.collect::<Vec<_>>()
                };
                json!({
                    "baseline_accuracy": accuracy,
                    "classes": classes,
                    "confusion": (0..classes.len()).map(row).collect::<Vec<_>>(),
                })
            }
            Baseline::Mean(errors) => {
                json!({ "baseline_mae": errors.mae, "baseline_rmse": errors.rmse })
            }
        };
        if let Some(selection) = rows.selection() {
            all["selected"] = json!(selection.to_string());
        }
        for more in [json!(ScoresJson::new(&scores.scores, classes)), baseline] {
            if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
                all.extend(more);
            }
        }
        all
    }

    fn as_text(
        &self,
        scores: &ModelScores,
        model: &TrainedModel,
        source: &Source,
        selection: Option<&Selection>,
    ) -> String {
        let mut text = say!(
            "eval-data",
            "{source}: {rows}, \"{target}\"",
            source = shown_source(&source.to_string()),
            rows = counted(self.rows, "row"),
            target = brief(&model.target)
        );
        // Writing to a string does not fail.
        if let Some(selection) = selection {
            let _ = write!(
                text,
                "{}",
                say!("eval-selection", ", the {selection}", selection)
            );
        }
        if self.without_target > 0 {
            let _ = write!(
                text,
                "{}",
                say!(
                    "eval-untargeted",
                    " ({rows} more without a true value, skipped)",
                    rows = self.without_target
                )
            );
        }
        if let Some(labels) = self.unknown_labels.statement(&model.target) {
            let skipped = say!("eval-skipped", "{labels}; those rows are skipped", labels);
            let _ = write!(text, "\n{skipped}");
        }
        if let Some(labels) = self.labels_with_stop.stop_statement() {
            let _ = write!(text, "\n{labels}");
        }
        let classes = model.task.classes().iter();
        let classes: Vec<String> = classes.map(|name| sanitise(name)).collect();
        let mut rows = rows_of_scores(&[&scores.scores], &classes);
        if let Baseline::Majority(_) = scores.baseline {
            let (right, all) = (self.confusion.right(), self.rows);
            rows[0].push(say!("eval-right", "({right} of {all} rows)", right, all));
        }
        let mut lines = aligned(&rows);
        lines.push(match scores.baseline {
            Baseline::Majority(accuracy) => say!(
                "eval-baseline-class",
                "baseline: accuracy {accuracy} (always the most frequent class)",
                accuracy = percent(accuracy)
            ),
            Baseline::Mean(errors) => say!(
                "eval-baseline-mean",
                "baseline: MAE {mae}, RMSE {rmse} (always the mean of the training rows)",
                mae = number(errors.mae),
                rmse = number(errors.rmse)
            ),
        });
        let _ = write!(text, "\n\n{}\n", lines.join("\n"));
        if let Some(of_classes) = &scores.scores.classes {
            let table = table_of_classes("", of_classes, &classes, usize::MAX);
            let _ = write!(text, "\n{}\n\n{}", table.join("\n"), self.matrix(&classes));
        }
        text
    }

    /// Formats the confusion matrix, one line for each true class.
    fn matrix(&self, classes: &[String]) -> String {
        let names: Vec<String> = classes
            .iter()
            .map(|name| shorten(name, MAX_NAME_WIDTH))
            .collect();
        // As wide as the word above it.
        let heading = [" ".repeat(4)].into_iter().chain(names.iter().cloned());
        let row = |(actual, name): (usize, &String)| {
            let counts = (0..names.len()).map(|to| self.confusion.count(actual, to));
            let counts = counts.map(|count| count.to_string());
            [name.clone()].into_iter().chain(counts).collect()
        };
        let rows = names.iter().enumerate().map(row);
        let rows: Vec<Vec<String>> = [heading.collect()].into_iter().chain(rows).collect();
        let first = rows.iter().map(|row| width(&row[0])).max().unwrap_or(0);
        let mut text = format!(
            "{}  {}\n",
            padded(say!("eval-true", "true"), first),
            say!("eval-predicted", "predicted as")
        );
        for line in aligned(&rows) {
            text += &line;
            text.push('\n');
        }
        text
    }
}
