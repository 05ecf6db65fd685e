//! Updates of the parameters on vectors, while the sums of the gradient are still in registers.

use std::ops::Range;

use pulp::Simd;

use super::aligned::Aligned;
use super::gradient::Consumer;
use super::{fetch_rows, magnitude};

/// Vector form of an optimizer that keeps `N` values per parameter.
pub(crate) trait VectorUpdate<const N: usize>: Copy {
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
pub(crate) struct Scale {
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
pub(crate) trait TileUpdate {
    /// Updates a tile.
    fn update<S: Simd>(&self, simd: S, scale: Scale, sums: &[S::f32s], tile: Tile);
}

/// Consecutive parameters of a layer, and the state of the optimizer for them.
pub(crate) struct Tile<'a> {
    pub parameters: &'a mut [f32],
    /// State of the whole layer.
    pub state: &'a mut [Aligned],
    /// Position of the first of the parameters in the state.
    pub position: usize,
}

/// Updates the parameters of a layer as their gradient is computed.
pub(crate) struct LayerUpdate<'a, U> {
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
        let tile = Tile {
            parameters: &mut self.parameters[position..][..R * V * S::F32_LANES],
            state: self.state,
            position,
        };
        self.rule.update(simd, scale, sums.as_flattened(), tile);
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

/// Updates a tile by the vector form of an optimizer.
#[inline(always)]
pub(crate) fn update_tile<S: Simd, L: VectorUpdate<N>, const N: usize>(
    (simd, lanes): (S, L),
    scale: Scale,
    sums: &[S::f32s],
    Tile {
        parameters,
        state,
        position,
    }: Tile,
) {
    let length = parameters.len();
    let state: &mut [Aligned; N] = state.try_into().expect("the state of the optimizer");
    let state = state.each_mut();
    let state = state.map(|values| S::as_mut_simd_f32s(&mut values[position..][..length]).0);
    let parameters = S::as_mut_simd_f32s(parameters).0;
    for (i, (&sum, w)) in sums.iter().zip(parameters).enumerate() {
        let mut old = [sum; N];
        for n in 0..N {
            old[n] = state[n][i];
        }
        let new;
        (*w, new) = lanes.update(simd, scale, sum, *w, old);
        for n in 0..N {
            state[n][i] = new[n];
        }
    }
}

/// Returns `x` with subnormal numbers replaced by zero.
///
/// If gradients stay zero, as before a dead ReLU, the state decays through the subnormal numbers, which
/// processors handle many times slower.
#[inline(always)]
pub(crate) fn flush_subnormal<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let smallest = simd.splat_f32s(f32::MIN_POSITIVE);
    let tiny = simd.less_than_f32s(magnitude(simd, x), smallest);
    simd.select_f32s(tiny, simd.splat_f32s(0.0), x)
}
