//! Updates of the parameters on vectors, while the sums of the gradient are still in registers.

use std::array::from_fn;
use std::ops::Range;

use pulp::Simd;

use super::aligned::Aligned;
use super::gradient::Consumer;
use super::{fetch_rows, magnitude, vector_rows_mut};

/// Vector form of an optimizer that keeps `N` values per parameter.
pub(in crate::nn) trait Lanes<const N: usize>: Copy {
    /// Returns the new parameters and their new state.
    ///
    /// `sum` is the gradient summed over the mini-batch, `w` the parameters before the update.
    fn update<S: Simd>(
        self,
        simd: S,
        scale: Scale,
        sum: S::f32s,
        w: S::f32s,
        state: [S::f32s; N],
    ) -> (S::f32s, [S::f32s; N]);
}

/// Factors that turn the summed gradient into the one to follow.
#[derive(Debug, Clone, Copy)]
pub(in crate::nn) struct Scale {
    /// One over the number of rows in the mini-batch.
    pub share: f32,
    /// Weight decay; zero for biases.
    pub decay: f32,
}

impl Scale {
    /// `g = share * sum + decay * w`.
    #[inline(always)]
    pub fn gradient<S: Simd>(self, simd: S, sum: S::f32s, w: S::f32s) -> S::f32s {
        let decayed = simd.mul_f32s(simd.splat_f32s(self.decay), w);
        simd.mul_add_e_f32s(simd.splat_f32s(self.share), sum, decayed)
    }
}

/// An update of tiles of parameters: the vector form of one optimizer, or of any.
pub(in crate::nn) trait TileUpdate {
    /// Updates a tile of parameters, and its state from a position on.
    fn update<S: Simd, const R: usize, const V: usize>(
        &self,
        simd: S,
        scale: Scale,
        sums: [[S::f32s; V]; R],
        parameters: &mut [[S::f32s; V]; R],
        state: (&mut [Aligned], usize),
    );
}

/// Updates the parameters of a layer as their gradient is computed.
pub(in crate::nn) struct LayerUpdate<'a, U> {
    pub scale: Scale,
    pub rule: &'a U,
    /// In the order of [`Panels`](super::panels::Panels).
    pub parameters: &'a mut [f32],
    /// State of the optimizer, each in the order of `parameters`.
    pub state: &'a mut [Aligned],
}

impl<U: TileUpdate> Consumer for LayerUpdate<'_, U> {
    #[inline(always)]
    fn accumulate<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    ) {
        let mut scale = self.scale;
        if !decays {
            scale.decay = 0.0;
        }
        let parameters = rows_at::<S, R, V>(self.parameters, position);
        let state = (&mut *self.state, position);
        self.rule.update(simd, scale, sums, parameters, state);
    }

    #[inline(always)]
    fn fetch_ahead(&self, positions: Range<usize>) {
        fetch_rows(&self.parameters[positions.clone()]);
        for values in &*self.state {
            fetch_rows(&values[positions.clone()]);
        }
    }

    /// A state changes without a gradient, too.
    #[inline(always)]
    fn ignores_zeros(&self) -> bool {
        self.state.is_empty() && self.scale.decay == 0.0
    }

    #[inline(always)]
    fn parameters(&self) -> &[f32] {
        self.parameters
    }
}

/// Updates a tile of parameters, and its state from `position` on.
#[inline(always)]
pub(in crate::nn) fn update_tile<
    S: Simd,
    L: Lanes<N>,
    const N: usize,
    const R: usize,
    const V: usize,
>(
    (simd, lanes): (S, L),
    scale: Scale,
    sums: [[S::f32s; V]; R],
    parameters: &mut [[S::f32s; V]; R],
    (state, position): (&mut [Aligned], usize),
) {
    let state: &mut [Aligned; N] = state.try_into().expect("the state of the optimizer");
    let state = state.each_mut();
    let state = state.map(|values| rows_at::<S, R, V>(values, position));
    for r in 0..R {
        for v in 0..V {
            let old = from_fn(|n| state[n][r][v]);
            let (w, new) = lanes.update(simd, scale, sums[r][v], parameters[r][v], old);
            for n in 0..N {
                state[n][r][v] = new[n];
            }
            parameters[r][v] = w;
        }
    }
}

/// Returns `x` with subnormal numbers replaced by zero.
///
/// If gradients stay zero, as before a dead ReLU, the state decays through the subnormal numbers, which
/// processors handle many times slower.
#[inline(always)]
pub(in crate::nn) fn flush_subnormal<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let smallest = simd.splat_f32s(f32::MIN_POSITIVE);
    let tiny = simd.less_than_f32s(magnitude(simd, x), smallest);
    simd.select_f32s(tiny, simd.splat_f32s(0.0), x)
}

/// Returns `R` rows of a panel from `position` on.
#[inline(always)]
fn rows_at<S: Simd, const R: usize, const V: usize>(
    values: &mut [f32],
    position: usize,
) -> &mut [[S::f32s; V]; R] {
    let length = R * V * S::F32_LANES;
    let rows = vector_rows_mut::<S, V>(&mut values[position..][..length]);
    rows.try_into().expect("as many rows as were cut out")
}
