//! The fast network: `f32`, whole mini-batches, no allocation while it trains.
//!
//! It computes the formulas of [`textbook`](crate::textbook) with the sums over a mini-batch as matrix
//! products. For a mini-batch `X: (batch, inputs)`:
//!
//! 1. forward: `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`, with `A_0 = X` and `W_l: (inputs, outputs)`;
//! 2. output: `D_L = dC/dZ_L` from the loss;
//! 3. back: `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, where `*` is the element-wise product;
//! 4. gradients: `dC/dW_l = A_(l-1)^T D_l / batch`, `dC/db_l` the column means of `D_l`;
//! 5. update, by the [learning rule](crate::LearningRule).
//!
//! This file is the public interface, `step.rs` has the five parts above, `partition.rs` the memory they
//! work on, `team.rs` the division of work among threads, `workspace.rs` the forward pass alone. The arithmetic is
//! in [`kernels`](crate::kernels).

mod batch;
mod clip;
mod dropout;
mod finite_check;
mod optimizer_state;
mod partition;
mod passes;
mod phases;
mod resources;
mod sharing;
mod snapshot;
mod step;
mod team;
mod workspace;

use ndarray::ArrayView2;

use super::kernels::VectorUnit;
use super::kernels::sparse::Scratch;
use super::parameters::ParameterId;
use super::{Architecture, LearningRule, Optimizer, Parameters};
use batch::CheckedBatch;
pub use batch::{MiniBatch, StepOptions, Targets};
pub use finite_check::{NonFinite, Quantity};
use partition::{NeuronShare, RowShare};
pub use passes::{CHUNK, Passes};
pub use resources::{Resources, Threads};
pub use snapshot::EngineSnapshot;
use step::{UpdateParams, WholeStep};
use team::{Team, references};
pub use workspace::{RowResult, Workspace};

/// A network in training.
///
/// Equal calls give bit-identical results on the same binary and kind of processor, on any number of
/// threads.
#[derive(Debug, Clone)]
pub struct Engine {
    architecture: Architecture,
    unit: VectorUnit,
    state: State,
    /// Optimizer whose state the layers hold.
    optimizer: Optimizer,
    /// Updates since that state was zero.
    updates: u64,
    batch: usize,
    threads: Threads,
}

/// Parameters and buffers for one thread or several.
#[derive(Debug, Clone)]
enum State {
    One(Box<One>),
    Team(Team),
}

#[derive(Debug, Clone)]
struct One {
    neurons: NeuronShare,
    rows: RowShare,
    scratch: Scratch,
}

/// Results of a training step for the mini-batch before the update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Mean loss.
    pub loss: f32,
    /// Number of rows whose largest output is the target's class; with one output, of rows on the
    /// target's side of 0.5.
    pub correct: usize,
    /// Sum over the rows of the squared error of the only output; 0 with several.
    pub squared_error: f64,
}

impl Engine {
    /// Creates a network with `parameters` shaped for `architecture`, for mini-batches of up to `batch` rows,
    /// on [`Resources::one_thread`]. The optimizer's state is zero.
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
    ) -> Self {
        let resources = Resources::one_thread();
        Self::with_resources(architecture, parameters, optimizer, batch, resources)
    }

    /// Creates a network as [`new`](Self::new) does, on the given resources.
    pub fn with_resources(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
        resources: Resources,
    ) -> Self {
        let unit = resources.instructions.unit_for(architecture.sizes());
        let neurons = vec![NeuronShare::whole(architecture, unit)];
        let state = State::new(architecture, unit, neurons, batch, resources.threads);
        let mut engine = Self {
            architecture: architecture.clone(),
            unit,
            state,
            optimizer,
            updates: 0,
            batch,
            threads: resources.threads,
        };
        engine.reset_optimizer(optimizer);
        engine.set_parameters(parameters);
        engine
    }

    /// Returns the architecture of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Maximum number of rows in a mini-batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Maximum number of threads that share a step.
    pub fn threads(&self) -> usize {
        match &self.state {
            State::One(_) => 1,
            State::Team(team) => team.size(),
        }
    }

    /// Returns the maximum number of threads for passes of `rows` rows each, such as those of an evaluation; 1 for a
    /// small network.
    pub fn threads_for(&self, rows: usize) -> usize {
        self.threads.count(&self.architecture, rows)
    }

    /// Returns the optimizer whose state is kept.
    pub fn optimizer(&self) -> Optimizer {
        self.optimizer
    }

    /// Number of updates since the optimizer's state was zero.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Trains on one mini-batch: forward pass, backward pass, one update by `rule`. Allocates nothing, unless
    /// `rule` has another kind of optimizer than the previous step: then the state starts at zero; or another number of
    /// threads shares the step: then the neurons are divided anew; or for clipping and the first use of dropout.
    ///
    /// # Errors
    /// [`NonFinite`] if the loss or a gradient is not finite. Parameters and the optimizer's state are
    /// then unchanged.
    ///
    /// # Panics
    /// If shapes are not as [`MiniBatch`] and [`StepOptions`] say, or if there are no rows or more than
    /// [`batch`](Self::batch).
    pub fn train(&mut self, batch: MiniBatch, rule: &LearningRule) -> Result<Step, NonFinite> {
        let batch = &batch.checked(&self.architecture);
        let rows = batch.rows.count();
        assert!(rows > 0 && rows <= self.batch, "{rows} rows in a batch");
        let is_new = !rule.optimizer.is_same_kind(self.optimizer);
        let updates = if is_new { 1 } else { self.updates + 1 };
        let params = UpdateParams {
            rule: *rule,
            updates,
            is_new,
            clip_factor: 1.0,
        };
        let step = match &mut self.state {
            State::One(one) => one.step(self.unit, &self.architecture, batch, params),
            State::Team(team) => team.step(batch, params),
        }?;
        self.optimizer = rule.optimizer;
        self.updates = updates;
        Ok(step)
    }

    /// Returns a copy of the parameters.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::zeros(&self.architecture);
        self.copy_parameters(&mut parameters);
        parameters
    }

    /// Copies the parameters into those of a network of the same shape.
    pub fn copy_parameters(&self, into: &mut Parameters) {
        assert!(into.fits(&self.architecture));
        self.state.read(|shares| {
            shares.iter().for_each(|share| share.copy_to(into));
        });
    }

    /// Sets the parameters to those of a network of the same shape. The optimizer's state stays.
    pub fn set_parameters(&mut self, from: &Parameters) {
        assert!(from.fits(&self.architecture));
        self.state.change(|share| {
            for (layer, from) in share.layers.iter_mut().zip(&from.layers) {
                layer.copy_from(from);
            }
        });
    }

    /// Returns one parameter.
    pub fn parameter(&self, id: ParameterId) -> f32 {
        let (layer, row, neuron) = self.place(id);
        self.state.read(|shares| {
            let layers = shares.iter().map(|share| &share.layers[layer]);
            let found = layers
                .filter(|layer| layer.neurons().contains(&neuron))
                .map(|layer| layer.parameters.get(row, neuron - layer.neurons().start));
            found.sum()
        })
    }

    /// Sets one parameter. The optimizer's state stays.
    pub fn set_parameter(&mut self, id: ParameterId, value: f32) {
        self.set_each(&[(id, value)]);
    }

    /// Sets some parameters, in time proportional to their number. The optimizer's state stays.
    pub fn set_each(&mut self, values: &[(ParameterId, f32)]) {
        let architecture = &self.architecture;
        self.state.change(|share| {
            for &(id, value) in values {
                let (layer, row, neuron) = place(architecture, id);
                share.layers[layer].set(row, neuron, value);
            }
        });
    }

    fn place(&self, id: ParameterId) -> (usize, usize, usize) {
        place(&self.architecture, id)
    }

    /// Switches to `optimizer` with its state at zero.
    pub fn reset_optimizer(&mut self, optimizer: Optimizer) {
        self.state.change(|share| share.reset_state(optimizer));
        self.optimizer = optimizer;
        self.updates = 0;
    }

    /// Computes the outputs, `(rows, outputs)`, for `inputs`, `(rows, inputs)` in standard layout. All
    /// activations are left in `workspace`. Training and its buffers are not affected.
    ///
    /// # Panics
    /// If there are more rows than the workspace holds, or it belongs to another architecture.
    pub fn forward<'w>(
        &self,
        inputs: ArrayView2<f32>,
        workspace: &'w mut Workspace,
    ) -> ArrayView2<'w, f32> {
        self.state
            .read(|shares| workspace.forward(self, shares, inputs));
        workspace.outputs()
    }
}

/// Returns the index of a parameter's layer, its row there, and the neuron.
fn place(architecture: &Architecture, id: ParameterId) -> (usize, usize, usize) {
    assert!(
        id.is_in(architecture.sizes()),
        "{id:?} is none of the network"
    );
    let layer = id.layer();
    // The biases are the row behind the weights.
    let row = id.input().unwrap_or(architecture.sizes()[layer - 1]);
    (layer - 1, row, id.output())
}

impl One {
    fn new(
        architecture: &Architecture,
        unit: VectorUnit,
        neurons: NeuronShare,
        batch: usize,
    ) -> Self {
        Self {
            neurons,
            rows: RowShare::new(architecture, unit, batch),
            scratch: Scratch::new(architecture.sizes(), batch, 1),
        }
    }

    fn step(
        &mut self,
        unit: VectorUnit,
        architecture: &Architecture,
        batch: &CheckedBatch,
        params: UpdateParams,
    ) -> Result<Step, NonFinite> {
        unit.run(WholeStep {
            batch,
            architecture,
            neurons: &mut self.neurons,
            rows: &mut self.rows,
            scratch: &mut self.scratch,
            params,
        })
    }
}

impl State {
    /// Creates buffers for mini-batches of up to `batch` rows, and threads as far as steps are long enough.
    fn new(
        architecture: &Architecture,
        unit: VectorUnit,
        neurons: Vec<NeuronShare>,
        batch: usize,
        threads: Threads,
    ) -> Self {
        let count = threads.count(architecture, batch);
        let is_fixed = matches!(threads, Threads::Exactly(_));
        let shares = if is_fixed {
            count
        } else {
            neurons.len().min(count)
        };
        let mut neurons = NeuronShare::divide(architecture, unit, neurons, shares);
        if count > 1 {
            let size = (count, is_fixed);
            return Self::Team(Team::new(architecture, unit, neurons, batch, size));
        }
        let whole = neurons.pop().expect("one share");
        Self::One(Box::new(One::new(architecture, unit, whole, batch)))
    }

    /// Calls `look` with all shares of the neurons, in order.
    fn read<R>(&self, look: impl FnOnce(&[&NeuronShare]) -> R) -> R {
        match self {
            Self::One(one) => look(&[&one.neurons]),
            Self::Team(team) => look(&references(&team.neurons())),
        }
    }

    /// Calls `change` with every share of the neurons.
    fn change(&mut self, change: impl Fn(&mut NeuronShare)) {
        match self {
            Self::One(one) => change(&mut one.neurons),
            Self::Team(team) => team
                .neurons_mut()
                .iter_mut()
                .for_each(|share| change(share)),
        }
    }
}
