//! Forward passes of many rows.

use std::ops::Range;

use ndarray::{CowArray, Ix2};

use super::{Engine, Workspace};
use util::parallel;

/// Rows of one pass.
pub const CHUNK: usize = 256;

/// Buffers for passes of [`CHUNK`] rows through networks of one architecture, one for each thread.
#[derive(Debug)]
pub struct Passes {
    passes: Vec<(Range<usize>, Workspace)>,
}

impl Passes {
    /// Creates buffers for one thread. There will be as many as are needed.
    pub fn new(engine: &Engine) -> Self {
        let workspace = Workspace::new(engine.architecture(), CHUNK);
        Self {
            passes: vec![(0..0, workspace)],
        }
    }

    /// Passes `rows` rows through the network, on as many threads as the engine may use, and calls `use_outputs` with
    /// each chunk of them in order, so that the result is the same for any number of threads. `inputs` returns
    /// the network's inputs of some rows.
    pub fn run<'a>(
        &mut self,
        engine: &Engine,
        rows: usize,
        inputs: impl Fn(Range<usize>) -> CowArray<'a, f32, Ix2> + Sync,
        mut use_outputs: impl FnMut(Range<usize>, &Workspace),
    ) {
        let chunks = rows.div_ceil(CHUNK);
        let threads = engine.threads_for(CHUNK).min(chunks);
        while self.passes.len() < threads {
            let workspace = Workspace::new(engine.architecture(), CHUNK);
            self.passes.push((0..0, workspace));
        }
        for first in (0..chunks).step_by(threads.max(1)) {
            let passes = &mut self.passes[..threads.min(chunks - first)];
            for ((rows_of_pass, _), chunk) in passes.iter_mut().zip(first..) {
                *rows_of_pass = chunk * CHUNK..rows.min((chunk + 1) * CHUNK);
            }
            parallel::on_each(passes, |(rows, workspace)| {
                engine.forward(inputs(rows.clone()).view(), workspace);
            });
            for (rows, workspace) in passes {
                use_outputs(rows.clone(), workspace);
            }
        }
    }
}
