//! Work on the columns of a table, on two threads for half of the columns each.

use std::thread;

use ndarray::{ArrayView2, Axis};

/// Number of values below which a thread costs more time than it saves.
const MIN_VALUES: usize = 1 << 16;

/// Calls `measure` for both halves of the columns of `values`, `(rows, columns)`, and returns the results
/// one behind the other.
pub(super) fn by_halves<T: Send>(
    values: ArrayView2<f32>,
    measure: impl Fn(ArrayView2<f32>) -> Vec<T> + Sync,
) -> Vec<T> {
    if values.len() < MIN_VALUES {
        return measure(values);
    }
    let (left, right) = values.split_at(Axis(1), values.ncols() / 2);
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || measure(right));
        let mut all = measure(left);
        let other = other.ok().and_then(|thread| thread.join().ok());
        all.extend(other.unwrap_or_else(|| measure(right)));
        all
    })
}
