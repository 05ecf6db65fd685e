//! Permutation importance of the columns: how much worse predictions get if the values of a column are exchanged
//! between the rows (Breiman, Random Forests, 2001; `sklearn.inspection.permutation_importance`).

use std::sync::Arc;

use std::ops::Range;

use ndarray::{Array2, Axis};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::evaluation::{Depth, Tally};
use crate::data::{Derived, Prepared, Samples};
use crate::nn::engine::{Engine, Passes};
use crate::util::random::{RngStream, generator, shuffle};

/// Number of permutations of each column.
pub const REPEATS: u32 = 10;

/// Importance of each column of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importances {
    /// Score of the rows as they are: the accuracy, or R² of numbers.
    pub score: f64,
    /// Number of rows whose values were exchanged.
    pub rows: usize,
    /// Number of permutations of each column.
    pub repeats: u32,
    /// The columns in the order of the table. All values derived from a date are one.
    pub columns: Vec<Importance>,
}

/// Importance of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    /// Name of the column.
    #[serde(rename = "column")]
    pub name: String,
    /// Mean of what the score loses by a permutation of the column.
    pub mean: f64,
    /// Standard deviation over the permutations, with [`REPEATS`] as divisor.
    pub std: f64,
}

/// Measures the importance of columns on some rows.
pub(crate) struct ImportanceMeter {
    /// Names of the columns with their network inputs.
    columns: Vec<(String, Vec<usize>)>,
    rows: Vec<usize>,
    /// Network inputs of the rows as they are, `(rows, inputs)`.
    inputs: Array2<f32>,
    seed: u64,
    passes: Passes,
}

impl ImportanceMeter {
    /// Prepares for the given `rows` of `samples`, which are of `data`, and networks shaped like that of `engine`.
    /// Permutations are drawn from `seed`.
    pub fn new(
        data: &Prepared,
        samples: &Samples,
        rows: Vec<usize>,
        engine: &Engine,
        seed: u64,
    ) -> Self {
        Self {
            columns: columns(data),
            passes: Passes::new(engine),
            inputs: samples.gather(rows.iter().copied()),
            rows,
            seed,
        }
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Keeps the first `columns` columns.
    pub fn truncate(&mut self, columns: usize) {
        self.columns.truncate(columns);
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Returns the score of the rows as they are.
    pub fn score(&mut self, engine: &Engine, samples: &Samples) -> f64 {
        self.score_of(engine, samples, None)
    }

    /// Measures the importance of the column of this index, given the score of the rows as they are.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn measure(
        &mut self,
        engine: &Engine,
        samples: &Samples,
        column: usize,
        score: f64,
    ) -> Importance {
        let mut permutations = Permutations::new(self, column);
        loop {
            permutations.next(self, engine, samples, score);
            if let Some(importance) = permutations.importance(self) {
                return importance;
            }
        }
    }

    /// Measures all columns.
    pub fn measure_all(&mut self, engine: &Engine, samples: &Samples) -> Importances {
        let score = self.score(engine, samples);
        let columns = 0..self.columns();
        Importances {
            score,
            rows: self.rows(),
            repeats: REPEATS,
            columns: columns
                .map(|column| self.measure(engine, samples, column, score))
                .collect(),
        }
    }

    /// Score of the rows, each with the values of a column from the row that is in its place in an order.
    fn score_of(
        &mut self,
        engine: &Engine,
        samples: &Samples,
        permuted: Option<(usize, &[usize])>,
    ) -> f64 {
        let count = self.rows.len();
        let mut tally = Tally::new(engine.architecture(), count, Depth::Epoch);
        let (values, columns, own_rows) = (&self.inputs, &self.columns, &self.rows);
        let inputs = |rows: Range<usize>| {
            let inputs = values.slice_axis(Axis(0), rows.clone().into());
            let Some((column, order)) = permuted else {
                return inputs.into();
            };
            let mut inputs = inputs.to_owned();
            for (mut row, &from) in inputs.outer_iter_mut().zip(&order[rows]) {
                for &input in &columns[column].1 {
                    row[input] = values[[from, input]];
                }
            }
            inputs.into()
        };
        self.passes.run(engine, count, inputs, |rows, workspace| {
            for (&row, outputs) in own_rows[rows].iter().zip(workspace.output_rows()) {
                tally.add(&samples.targets, row, outputs.outputs);
            }
        });
        tally.scores(0.0, count, &samples.targets).0.score()
    }
}

/// Permutations of a column, drawn one after the other.
struct Permutations {
    column: usize,
    generator: ChaCha8Rng,
    order: Vec<usize>,
    /// Loss of the score by each permutation so far.
    losses: Vec<f64>,
}

impl Permutations {
    fn new(meter: &ImportanceMeter, column: usize) -> Self {
        Self {
            column,
            generator: generator(meter.seed, RngStream::Permutation(column as u32)),
            order: (0..meter.rows.len()).collect(),
            losses: Vec::new(),
        }
    }

    /// Draws a permutation and notes the loss of the score.
    fn next(
        &mut self,
        meter: &mut ImportanceMeter,
        engine: &Engine,
        samples: &Samples,
        score: f64,
    ) {
        shuffle(&mut self.order, &mut self.generator);
        let permuted = Some((self.column, &self.order[..]));
        self.losses
            .push(score - meter.score_of(engine, samples, permuted));
    }

    /// Returns the importance after [`REPEATS`] permutations.
    fn importance(&self, meter: &ImportanceMeter) -> Option<Importance> {
        if self.losses.len() < REPEATS as usize {
            return None;
        }
        let count = f64::from(REPEATS);
        let mean = self.losses.iter().sum::<f64>() / count;
        let squares = self.losses.iter().map(|loss| (loss - mean).powi(2));
        Some(Importance {
            name: meter.columns[self.column].0.clone(),
            mean,
            std: (squares.sum::<f64>() / count).sqrt(),
        })
    }
}

/// Measurement of all columns on all rows on which predictions are measured, one permutation after the other.
pub(crate) struct ImportanceRun {
    data: Arc<Prepared>,
    engine: Engine,
    meter: ImportanceMeter,
    found: Importances,
    permutations: Permutations,
}

impl ImportanceRun {
    /// Prepares for the network `engine` on `data`.
    pub fn new(data: &Arc<Prepared>, engine: Engine, seed: u64) -> Self {
        let samples = data.measured();
        let rows = (0..samples.rows()).collect();
        let mut meter = ImportanceMeter::new(data, samples, rows, &engine, seed);
        Self {
            found: Importances {
                score: meter.score(&engine, samples),
                rows: meter.rows(),
                repeats: REPEATS,
                columns: Vec::new(),
            },
            permutations: Permutations::new(&meter, 0),
            data: Arc::clone(data),
            engine,
            meter,
        }
    }

    /// Does one permutation. Returns whether there are more.
    pub fn advance(&mut self) -> bool {
        if self.found.columns.len() == self.meter.columns() {
            return false;
        }
        let (samples, score) = (self.data.measured(), self.found.score);
        (self.permutations).next(&mut self.meter, &self.engine, samples, score);
        if let Some(importance) = self.permutations.importance(&self.meter) {
            self.found.columns.push(importance);
            self.permutations = Permutations::new(&self.meter, self.found.columns.len());
        }
        self.found.columns.len() < self.meter.columns()
    }

    /// Returns what is measured.
    pub fn finish(self) -> Importances {
        self.found
    }
}

/// Names of the columns of the table with the network inputs that depend on each.
fn columns(data: &Prepared) -> Vec<(String, Vec<usize>)> {
    let mut columns: Vec<(String, Vec<usize>)> = Vec::new();
    let mut first = 0;
    for column in &data.preprocessing.columns {
        let inputs = first..first + column.encoding.inputs();
        first = inputs.end;
        let name = match &column.derived {
            Some(Derived::DatePart { from, .. }) => from,
            Some(Derived::Lag { .. }) | None => &column.name,
        };
        match columns.last_mut().filter(|(last, _)| last == name) {
            Some((_, before)) => before.extend(inputs),
            None => columns.push((name.clone(), inputs.collect())),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::ParameterId;
    use crate::nn::engine::Workspace;
    use crate::train::probes::ImportanceProbe;
    use crate::train::{Observation, Probe, Scratch, Session, Training};

    #[test]
    fn a_column_without_weights_has_none() {
        let mut session = Session::trained_on_iris(10);
        let hidden = session.architecture().sizes()[1];
        for neuron in 0..hidden {
            let id = ParameterId::weight(1, neuron, 2);
            session
                .apply(crate::nn::Change::Parameter { id, value: 0.0 })
                .expect("it is there");
        }
        let found = session.importances();
        let validated = session.evaluate().validation.expect("validation rows");
        assert_eq!((found.score, found.rows), (validated.score(), 30));
        assert_eq!(found.columns.len(), 4);
        assert_eq!((found.columns[2].mean, found.columns[2].std), (0.0, 0.0));
        assert!(
            found.columns.iter().any(|column| column.mean > 0.05),
            "{found:?}"
        );
        assert_eq!(session.importances(), found, "the same permutations");
    }

    #[test]
    fn a_permutation_exchanges_values_of_one_column() {
        let session = Session::trained_on_iris(5);
        let (engine, samples) = (session.engine(), session.data().measured());
        let rows: Vec<usize> = (0..samples.rows()).collect();
        let mut meter = ImportanceMeter::new(session.data(), samples, rows, engine, 0);
        let order: Vec<usize> = (0..30).rev().collect();
        for column in 0..4 {
            let mut right = 0;
            for (row, &from) in order.iter().enumerate() {
                let mut inputs = samples.inputs(row..row + 1).into_owned();
                inputs[[0, column]] = samples.inputs(from..from + 1)[[0, column]];
                let mut pass = Workspace::new(engine.architecture(), 1);
                engine.forward(inputs.view(), &mut pass);
                let outputs = pass.output_rows().next().expect("a row").outputs;
                let best = (0..3).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b]));
                right += usize::from(best == samples.targets.class(row));
            }
            let score = meter.score_of(engine, samples, Some((column, &order)));
            assert_eq!(score, right as f64 / 30.0, "column {column}");
        }
    }

    #[test]
    fn a_probe_measures_in_turn_and_all_at_once_while_it_waits() {
        let mut session = Session::trained_on_iris(1);
        let mut scratch = Scratch::new(&session);
        let observation = Observation::default().with(ImportanceProbe);
        scratch.prepare(&session, &observation);
        for is_waiting in [true, false, false, true] {
            session.step().expect("finite");
            let training = Training {
                is_waiting,
                ..Training::from(&session)
            };
            let found = ImportanceProbe.compute(&training, &mut scratch);
            assert_eq!(found.columns.len(), 4);
            if is_waiting {
                assert_eq!(found, session.importances());
            }
        }
    }
}
