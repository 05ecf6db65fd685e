//! Layer and row at which a step diverged, and the numbers just before.

use std::borrow::Cow;

use super::Session;
use super::inspection::Rows;
use super::session::Divergence;
use crate::nn::engine::{Quantity, Workspace};
use crate::nn::pass::Pass;

/// Row of a mini-batch that a step has diverged at, and the largest numbers that met there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DivergedRow {
    /// Index of the training row.
    pub row: usize,
    /// Line of that row in the table, from 1.
    pub line: u64,
    /// Layer whose activation, or for a gradient whose delta, is the first that is not finite or too large; from 1.
    pub layer: usize,
    /// Largest absolute weight of the layer before the step.
    pub weight: f64,
    /// Largest absolute activation that enters the layer, for this row.
    pub activation: f64,
    /// Largest absolute delta of the layer for this row; NaN unless a gradient is the cause.
    pub delta: f64,
}

/// Finds the row at which the next step of `session`, which has diverged, goes wrong first: in the lowest layer, and there
/// the first one of the mini-batch; `None` if it has not diverged.
pub(super) fn diverged_row(session: &Session) -> Option<DivergedRow> {
    let Divergence { cause, .. } = session.diverged()?;
    let rows = Rows::of_next_step(session, usize::MAX);
    let (place, layer, activation, delta) = match cause.what {
        Quantity::Loss => first_non_finite(session, &rows)?,
        Quantity::Gradient => largest_gradient(session, &rows, cause.layer)?,
    };
    let row = *session.next_rows().get(place)? as usize;
    let weights = &session.engine().parameters().layers[layer - 1].weights;
    let weights = weights.iter().map(|&weight| f64::from(weight).abs());
    Some(DivergedRow {
        row,
        line: session.data().training.line(row),
        layer,
        weight: weights.fold(0.0, f64::max),
        activation,
        delta,
    })
}

/// Place in the mini-batch, layer, and largest activation before it of the first row with an activation that is not finite,
/// in the lowest layer; or else of the row with the largest loss, in the output layer.
fn first_non_finite(session: &Session, rows: &Rows) -> Option<(usize, usize, f64, f64)> {
    let architecture = session.architecture();
    let mut pass = Workspace::new(architecture, rows.inputs.nrows());
    session.engine().forward(rows.inputs.view(), &mut pass);
    let depth = architecture.depth();
    let is_finite = |layer: usize, row: usize| {
        let activations = pass.activations(layer);
        activations.row(row).iter().all(|a| a.is_finite())
    };
    let places = || 0..rows.inputs.nrows();
    let by_layer = (1..=depth).find_map(|layer| {
        let row = places().find(|&row| !is_finite(layer, row))?;
        Some((row, layer))
    });
    let by_loss = || {
        let outputs = pass.output_rows().zip(rows.targets.outer_iter());
        let losses = outputs.map(|(outputs, targets)| outputs.loss(&targets.to_vec()));
        // Losses may each be finite, and their sum is not; NaN is the largest.
        let losses = losses.map(f64::abs).enumerate();
        let (row, _) = losses.max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((row, depth))
    };
    let (row, layer) = by_layer.or_else(by_loss)?;
    let before = match layer {
        1 => rows.inputs.row(row).to_vec(),
        layer => pass.activations(layer - 1).row(row).to_vec(),
    };
    let largest = before.iter().map(|&a| f64::from(a).abs());
    Some((row, layer, largest.fold(0.0, f64::max), f64::NAN))
}

/// Place in the mini-batch, layer, largest activation before it and largest delta of the row that has most part in the
/// gradient of `layer`.
fn largest_gradient(
    session: &Session,
    rows: &Rows,
    layer: usize,
) -> Option<(usize, usize, f64, f64)> {
    let parameters = session.engine().parameters();
    let inputs = vec![rows.inputs.mapv(f64::from)];
    let targets = rows.targets.mapv(f64::from);
    let architecture = session.architecture();
    let mut pass = Pass::by_products(
        architecture,
        Cow::Owned(parameters),
        inputs,
        targets,
        Vec::new(),
    );
    pass.propagate_back(layer);
    let largest = |values: ndarray::ArrayView1<'_, f64>| {
        values
            .iter()
            .fold(0.0, |max: f64, value| max.max(value.abs()))
    };
    let of_rows = (0..pass.rows()).map(|row| {
        let activation = largest(pass.activations(layer - 1).row(row));
        let delta = largest(pass.deltas(layer).row(row));
        (row, layer, activation, delta)
    });
    // The bias is a weight from an input that is 1.
    let part = |of: &(usize, usize, f64, f64)| of.2.max(1.0) * of.3;
    of_rows.max_by(|a, b| part(a).total_cmp(&part(b)))
}
