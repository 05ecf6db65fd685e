//! Principal components: the directions along which rows of numbers vary most.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// Number of directions that are iterated together: those beyond the wanted ones make these converge fast.
const BLOCK: usize = 8;
/// Maximum number of rounds of the iteration.
const MAX_ROUNDS: usize = 100;
/// Residual of a direction, relative to the largest eigenvalue, at which the iteration ends.
const TOLERANCE: f64 = 1e-11;
/// Maximum number of sweeps of Jacobi's method; a few are enough.
const MAX_SWEEPS: usize = 30;

/// Mean of some rows, and the orthonormal directions of their largest variances.
#[derive(Debug, Clone, PartialEq)]
pub struct Components {
    /// Means of the columns.
    pub mean: Array1<f64>,
    /// Directions `(components, columns)`, that of the largest variance first.
    pub directions: Array2<f64>,
    /// Share of the whole variance along each direction, from 0 to 1; 0 where nothing varies.
    pub shares: Vec<f64>,
}

impl Components {
    /// Computes the first `count` components of `rows`, `(rows, columns)`; fewer if there are fewer columns. Numbers
    /// that are not finite count as their column's mean.
    ///
    /// A direction and its opposite describe the same component: the one nearer to that of `before`
    /// is returned, or else the one whose largest entry is positive.
    pub fn of(rows: ArrayView2<f32>, count: usize, before: Option<&Self>) -> Self {
        let (centred, mean) = centred(rows);
        Self::along(&centred, mean, count, before)
    }

    /// Computes the `count` directions along which `rows`, `(rows, columns)`, are furthest from `origin`, which stands for
    /// their mean: shares are those of the squared distances.
    pub fn around(rows: ArrayView2<f32>, origin: ArrayView1<f32>, count: usize) -> Self {
        let origin = origin.mapv(f64::from);
        let apart = rows.mapv(f64::from) - &origin;
        Self::along(&apart, origin, count, None)
    }

    /// Computes the first `count` components of rows that are given less `mean`.
    fn along(
        centred: &Array2<f64>,
        mean: Array1<f64>,
        count: usize,
        before: Option<&Self>,
    ) -> Self {
        let columns = mean.len();
        let count = count.min(columns);
        let before = before.filter(|before| before.directions.ncols() == columns);
        let (mut directions, variances) = iterate(centred, count, before);
        for (index, mut direction) in directions.outer_iter_mut().enumerate() {
            let known = before.filter(|before| index < before.directions.nrows());
            let side = match known {
                Some(before) => before.directions.row(index).dot(&direction),
                None => largest(direction.view()),
            };
            if side < 0.0 {
                direction.mapv_inplace(|entry| -entry);
            }
        }
        let total: f64 = centred.iter().map(|x| x * x).sum();
        let share = |variance: f64| (variance / total).clamp(0.0, 1.0);
        let shares = variances
            .into_iter()
            .map(|variance| if total > 0.0 { share(variance) } else { 0.0 });
        Self {
            mean,
            directions,
            shares: shares.collect(),
        }
    }

    /// Coordinate of `row` along component `index`: 0 for the mean.
    pub fn coordinate(&self, row: ArrayView1<f32>, index: usize) -> f64 {
        let entries = row.iter().zip(&self.mean).zip(self.directions.row(index));
        let products = entries.map(|((&x, mean), entry)| (f64::from(x) - mean) * entry);
        products.sum()
    }
}

/// Entry with the largest absolute value.
fn largest(direction: ArrayView1<f64>) -> f64 {
    let entries = direction.iter().copied();
    entries.fold(0.0, |largest, entry| {
        if entry.abs() > f64::abs(largest) {
            entry
        } else {
            largest
        }
    })
}

/// The rows less their mean, and the mean.
fn centred(rows: ArrayView2<f32>) -> (Array2<f64>, Array1<f64>) {
    let mut rows = rows.mapv(f64::from);
    let means = rows.axis_iter(Axis(1)).map(|column| {
        let finite = column.iter().filter(|x| x.is_finite());
        let (sum, count) = finite.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
        sum / f64::max(count, 1.0)
    });
    let means = Array1::from_iter(means);
    for mut row in rows.outer_iter_mut() {
        for (x, mean) in row.iter_mut().zip(&means) {
            *x = if x.is_finite() { *x - mean } else { 0.0 };
        }
    }
    (rows, means)
}

/// Eigenvectors of `xᵀ x` with the `count` largest eigenvalues, `(count, columns)`, and these, by subspace iteration
/// with Rayleigh-Ritz projection. With at most [`BLOCK`] columns that is Jacobi's method alone.
fn iterate(x: &Array2<f64>, count: usize, before: Option<&Components>) -> (Array2<f64>, Vec<f64>) {
    let columns = x.ncols();
    let mut basis = start(columns, columns.min(BLOCK.max(count)), before);
    let mut found = (Array2::zeros((count, columns)), vec![0.0; count]);
    for _ in 0..MAX_ROUNDS {
        let image = x.dot(&basis);
        let (values, rotation) = eigen(image.t().dot(&image));
        basis = basis.dot(&rotation);
        let next = x.t().dot(&image.dot(&rotation));
        let residual = |i: usize| {
            let pairs = next.column(i).into_iter().zip(basis.column(i));
            let squares = pairs.map(|(next, now)| (next - values[i] * now).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let limit = TOLERANCE * values.first().copied().unwrap_or(0.0);
        let is_done = (0..count).all(|i| residual(i) <= limit);
        found = (
            Array2::from_shape_fn((count, columns), |(i, column)| basis[(column, i)]),
            values[..count].to_vec(),
        );
        if is_done {
            break;
        }
        basis = next;
        orthonormalise(&mut basis);
    }
    found
}

/// A basis of `count` orthonormal columns: first the directions of `before`, then some in no particular position.
fn start(columns: usize, count: usize, before: Option<&Components>) -> Array2<f64> {
    let mut basis = Array2::from_shape_fn((columns, count), |(row, column)| {
        let known = before.and_then(|before| before.directions.get((column, row)));
        let scattered = ((row * count + column + 1) as f64 * 0.618_033_988_749_895).fract() - 0.5;
        known.copied().unwrap_or(scattered)
    });
    orthonormalise(&mut basis);
    basis
}

/// Makes the columns orthonormal (modified Gram-Schmidt, twice against rounding). A column that depends on those
/// before it becomes zero.
fn orthonormalise(basis: &mut Array2<f64>) {
    for i in 0..basis.ncols() {
        let size = norm(basis.column(i));
        for _ in 0..2 {
            for j in 0..i {
                let (done, mut rest) = basis.view_mut().split_at(Axis(1), i);
                let share = done.column(j).dot(&rest.column(0));
                rest.column_mut(0).scaled_add(-share, &done.column(j));
            }
        }
        let left = norm(basis.column(i));
        let scale = if left > 1e-12 * size && left > 0.0 {
            1.0 / left
        } else {
            0.0
        };
        basis.column_mut(i).mapv_inplace(|entry| scale * entry);
    }
}

fn norm(column: ArrayView1<f64>) -> f64 {
    column.dot(&column).sqrt()
}

/// Eigenvalues of a symmetric matrix, largest first, and the eigenvectors as columns, by Jacobi's method (Golub and
/// Van Loan, *Matrix Computations*, section 8.5).
fn eigen(mut a: Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let size = a.nrows();
    let mut vectors = Array2::eye(size);
    let diagonal: f64 = a.diag().iter().map(|x| x.abs()).sum();
    for _ in 0..MAX_SWEEPS {
        let pairs = || (0..size).flat_map(|p| (p + 1..size).map(move |q| (p, q)));
        let rest: f64 = pairs().map(|at| a[at].abs()).sum();
        if rest <= 1e-15 * diagonal {
            break;
        }
        for (p, q) in pairs() {
            if a[(p, q)] == 0.0 {
                continue;
            }
            let tau = (a[(q, q)] - a[(p, p)]) / (2.0 * a[(p, q)]);
            let tangent = tau.signum() / (tau.abs() + tau.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            let sine = tangent * cosine;
            let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
            for k in 0..size {
                (a[(k, p)], a[(k, q)]) = turn(a[(k, p)], a[(k, q)]);
            }
            for k in 0..size {
                (a[(p, k)], a[(q, k)]) = turn(a[(p, k)], a[(q, k)]);
                (vectors[(k, p)], vectors[(k, q)]) = turn(vectors[(k, p)], vectors[(k, q)]);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&i, &j| a[(j, j)].total_cmp(&a[(i, i)]));
    let values = order.iter().map(|&i| a[(i, i)].max(0.0)).collect();
    (values, vectors.select(Axis(1), &order))
}
