//! Importance of the columns for the predictions.

use crate::train::importance::{ImportanceMeter, Importances, REPEATS};
use crate::train::observation::{Probe, Scratch, Training};

/// Maximum number of rows whose values are exchanged; of more, as many are chosen evenly.
const MAX_ROWS: usize = 400;
/// Maximum number of columns that are measured, the first of the table.
const MAX_COLUMNS: usize = 64;
/// Multiplications in a snapshot while training, on average.
const WORK: u64 = 250_000;
/// Multiplications in the first snapshot and in one of a training that waits, at most. There are as many rows as that
/// allows, and [`MIN_ROWS`] at least.
const FIRST_WORK: u64 = 200_000_000;
const MIN_ROWS: usize = 20;

/// Asks for the importance of the columns on the rows on which predictions are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportanceProbe;

/// Importance of the columns as measured last. While training, columns are measured in turn.
pub struct LastImportances {
    meter: ImportanceMeter,
    step: u64,
    seed: u64,
    found: Importances,
    /// Column that is measured next.
    next: usize,
    /// Work that was not done in the snapshots before.
    credit: u64,
}

impl Probe for ImportanceProbe {
    type Answer = Importances;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Importances {
        let session = training.session;
        let (engine, samples) = (session.engine(), session.data().measured());
        let (step, seed) = (session.position().step, session.plan().seed);
        let pass = engine.architecture().parameter_count() as u64;
        let kept = scratch.importances.take();
        let kept = kept.filter(|last| last.seed == seed && last.step <= step);
        let Some(mut last) = kept else {
            let data = session.data();
            let columns = data.preprocessing.columns.len().min(MAX_COLUMNS) as u64;
            let row_work = pass * u64::from(REPEATS) * columns.max(1);
            let affordable = (FIRST_WORK / row_work.max(1)) as usize;
            let wanted = affordable.clamp(MIN_ROWS, MAX_ROWS);
            let rows = samples.spread(wanted).collect();
            let mut meter = ImportanceMeter::new(data, samples, rows, engine, seed);
            meter.truncate(MAX_COLUMNS);
            let last = scratch.importances.insert(LastImportances {
                found: meter.measure_all(engine, samples),
                meter,
                step,
                seed,
                next: 0,
                credit: 0,
            });
            return last.found.clone();
        };
        if training.is_waiting && last.step != step {
            last.found = last.meter.measure_all(engine, samples);
        } else if last.step != step {
            let column_work = pass * u64::from(REPEATS) * last.meter.rows() as u64;
            let all = column_work * last.meter.columns() as u64;
            last.credit = (last.credit + WORK).min(all.max(WORK));
            if last.credit >= column_work {
                last.found.score = last.meter.score(engine, samples);
            }
            for _ in 0..last.meter.columns() {
                if last.credit < column_work {
                    break;
                }
                last.credit -= column_work;
                let (next, score) = (last.next, last.found.score);
                last.found.columns[next] = last.meter.measure(engine, samples, next, score);
                last.next = (next + 1) % last.meter.columns();
            }
        }
        last.step = step;
        let found = last.found.clone();
        scratch.importances = Some(last);
        found
    }
}
