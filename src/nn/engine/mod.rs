//! The fast network: `f32`, whole mini-batches, nothing allocated while it trains.
//!
//! It computes what [`textbook`](crate::nn::textbook) computes, with the sums over a mini-batch written
//! as products of matrices. For a mini-batch `X: (batch, inputs)`:
//!
//! 1. forward: `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`, with `A_0 = X` and `W_l: (inputs, outputs)`;
//! 2. output: `D_L = dC/dZ_L` from the loss;
//! 3. back: `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, element by element where the `*` stands;
//! 4. gradients: `dC/dW_l = A_(l-1)^T D_l / batch`, `dC/db_l` the column means of `D_l`;
//! 5. update, by the [learning rule](crate::nn::LearningRule).
//!
//! This file is the network as others use it, `step.rs` the five parts above, `shares.rs` what they
//! work on, `pair.rs` how two threads share the work, `workspace.rs` the forward pass alone. The
//! arithmetic is in [`kernels`](crate::nn::kernels).

mod batch;
mod finite_check;
mod optimizer_state;
mod partition;
mod snapshot;
mod step;
mod two_threads;
mod workspace;

use std::fmt;
use std::num::NonZero;

use ndarray::ArrayView2;

use super::kernels::sparse::Scratch;
use super::kernels::{Instructions, VectorUnit};
use super::parameters::ParameterId;
use super::{Architecture, LearningRule, Optimizer, Parameters};
use batch::{Checked, Rows};
pub use batch::{MiniBatch, Targets};
use partition::{NeuronShare, RowShare};
pub use snapshot::EngineSnapshot;
use step::{UpdateParams, WholeStep};
pub use two_threads::HELPER_THREAD;
use two_threads::Pair;
pub use workspace::Workspace;

/// A network that trains.
///
/// The same calls give the same numbers, bit for bit, on the same binary and kind of processor, with
/// one thread or with two.
#[derive(Debug, Clone)]
pub struct Engine {
    architecture: Architecture,
    unit: VectorUnit,
    state: State,
    /// The rule whose memory the layers hold.
    optimizer: Optimizer,
    /// Updates since that memory was empty.
    updates: u32,
    batch: usize,
}

/// The numbers, and who works on them.
#[derive(Debug, Clone)]
enum State {
    One(Box<One>),
    Two(Pair),
}

#[derive(Debug, Clone)]
struct One {
    neurons: NeuronShare,
    rows: RowShare,
    room: Scratch,
}

/// What an engine may use of the machine. None of it decides what is computed: instructions make a
/// difference within rounding, threads none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// The instructions.
    pub instructions: Instructions,
    /// The threads.
    pub threads: Threads,
}

/// How many threads take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// One.
    One,
    /// Two where a step is long enough to be worth sharing and there are two processors, else one.
    UpToTwo,
    /// Two, whatever it costs.
    Two,
}

/// Floating-point operations of a step, from which on sharing it pays.
const WORTH_SHARING: f64 = 20e6;

impl Resources {
    /// One thread, with the instructions of [`Instructions::from_environment`].
    pub fn one_thread() -> Self {
        Self {
            instructions: Instructions::from_environment(),
            threads: Threads::One,
        }
    }

    /// The same with up to two threads.
    pub fn up_to_two_threads() -> Self {
        Self {
            threads: Threads::UpToTwo,
            ..Self::one_thread()
        }
    }
}

impl Threads {
    /// Whether there are two for steps on `batch` rows.
    fn are_two(self, architecture: &Architecture, batch: usize) -> bool {
        match self {
            Self::One => false,
            Self::Two => true,
            Self::UpToTwo => {
                let weights = architecture.layer_shapes().map(|(m, n)| (m * n) as f64);
                // Forward, back and gradient each multiply and add once for every weight.
                let operations = 6.0 * weights.sum::<f64>() * batch as f64;
                let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
                operations >= WORTH_SHARING && processors >= 2
            }
        }
    }
}

/// What a training step says about the mini-batch, as it was before the update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Mean loss.
    pub loss: f32,
    /// Rows whose largest output is the target's class; with one output, rows on the target's
    /// side of one half.
    pub correct: usize,
}

/// A number that left the range of `f32`, or was never a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonFinite {
    /// Which number.
    pub what: Quantity,
    /// Where, counted from 1: the gradient's layer; for the loss the first layer with a
    /// non-finite activation, or else the output layer.
    pub layer: usize,
}

/// What can leave the range of `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The loss of a mini-batch.
    Loss,
    /// The gradient of a layer, or the change it would make to a parameter.
    Gradient,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = self.layer;
        match self.what {
            Quantity::Loss => write!(f, "the loss is not finite (layer {layer})"),
            Quantity::Gradient => write!(f, "the gradient of layer {layer} is not finite"),
        }
    }
}

impl std::error::Error for NonFinite {}

impl Engine {
    /// A network with `parameters`, shaped for `architecture`. `batch` is the largest number of
    /// rows in a mini-batch. The optimizer remembers nothing yet. It uses
    /// [`Resources::one_thread`].
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
    ) -> Self {
        let resources = Resources::one_thread();
        Self::with_resources(architecture, parameters, optimizer, batch, resources)
    }

    /// As [`Engine::new`], with a choice of what to use of the machine.
    pub fn with_resources(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
        resources: Resources,
    ) -> Self {
        let unit = resources.instructions.unit_for(architecture.sizes());
        let share = |share, shares| NeuronShare::new(architecture, unit, (share, shares));
        let state = if resources.threads.are_two(architecture, batch) {
            let neurons = [share(0, 2), share(1, 2)];
            let always = resources.threads == Threads::Two;
            State::Two(Pair::new(architecture, unit, neurons, batch, always))
        } else {
            State::One(Box::new(One::new(architecture, unit, share(0, 1), batch)))
        };
        let mut engine = Self {
            architecture: architecture.clone(),
            unit,
            state,
            optimizer,
            updates: 0,
            batch,
        };
        engine.reset_optimizer(optimizer);
        engine.set_parameters(parameters);
        engine
    }

    /// Shape and functions of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The largest number of rows in a mini-batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// How many threads take a step: 1 or 2.
    pub fn threads(&self) -> usize {
        match self.state {
            State::One(_) => 1,
            State::Two(_) => 2,
        }
    }

    /// The optimizer whose memory is kept.
    pub fn optimizer(&self) -> Optimizer {
        self.optimizer
    }

    /// Updates since the optimizer's memory was empty.
    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// Learns from one mini-batch: forward, backward, one update by `rule`. Allocates nothing,
    /// unless `rule` has another kind of optimizer than the one before: then the memory of that
    /// one is dropped and the new one starts with none.
    ///
    /// `inputs`: `(rows, inputs)`, `targets`: `(rows, outputs)`, in standard layout, with 1 up to
    /// [`batch`](Self::batch) rows.
    ///
    /// # Errors
    /// [`NonFinite`] if the loss or a gradient is not finite. Parameters and the optimizer's
    /// memory are then as they were.
    ///
    /// # Panics
    /// If the shapes are not as above.
    pub fn train(
        &mut self,
        inputs: ArrayView2<f32>,
        targets: ArrayView2<f32>,
        rule: &LearningRule,
    ) -> Result<Step, NonFinite> {
        let rows = inputs.nrows();
        assert_eq!(inputs.ncols(), self.architecture.inputs());
        let targets = Targets::Values(targets).checked(rows, self.architecture.outputs());
        let batch = Checked {
            inputs: inputs.to_slice().expect("inputs in standard layout"),
            targets,
            rows: Rows::First(rows),
        };
        self.step(batch, rule)
    }

    /// As [`Engine::train`], on rows picked from a table.
    ///
    /// # Errors
    /// As [`Engine::train`].
    ///
    /// # Panics
    /// If shapes are not as [`MiniBatch`] says, or it has no or too many rows.
    pub fn train_on(&mut self, batch: MiniBatch, rule: &LearningRule) -> Result<Step, NonFinite> {
        let batch = batch.checked(&self.architecture);
        self.step(batch, rule)
    }

    fn step(&mut self, batch: Checked, rule: &LearningRule) -> Result<Step, NonFinite> {
        let rows = batch.rows.count();
        assert!(rows > 0 && rows <= self.batch, "{rows} rows in a batch");
        let is_new = !rule.optimizer.is_same_kind(self.optimizer);
        let updates = if is_new { 1 } else { self.updates + 1 };
        let order = UpdateParams {
            rule: *rule,
            updates,
            is_new,
        };
        let step = match &mut self.state {
            State::One(one) => one.step(self.unit, &self.architecture, batch, &order),
            State::Two(pair) => pair.step(batch, order),
        }?;
        self.optimizer = rule.optimizer;
        self.updates = updates;
        Ok(step)
    }

    /// A copy of the parameters.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::zeros(&self.architecture);
        self.copy_parameters(&mut parameters);
        parameters
    }

    /// Copies the parameters into those of a network of the same shape.
    pub fn copy_parameters(&self, into: &mut Parameters) {
        assert!(into.fits(&self.architecture));
        self.state.read(|shares| {
            for share in shares {
                for (layer, into) in share.layers.iter().zip(&mut into.layers) {
                    layer.copy_to(into);
                }
            }
        });
    }

    /// Takes over the parameters of a network of the same shape. The optimizer's memory stays.
    pub fn set_parameters(&mut self, from: &Parameters) {
        assert!(from.fits(&self.architecture));
        self.state.change(|share| {
            for (layer, from) in share.layers.iter_mut().zip(&from.layers) {
                layer.copy_from(from);
            }
        });
    }

    /// One parameter.
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

    /// Sets one parameter. The optimizer's memory stays.
    pub fn set_parameter(&mut self, id: ParameterId, value: f32) {
        self.set_each(&[(id, value)]);
    }

    /// Sets some parameters; takes time for those only. The optimizer's memory stays.
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

    /// Forgets what the optimizer remembers, and goes on with `optimizer`.
    pub fn reset_optimizer(&mut self, optimizer: Optimizer) {
        self.state.change(|share| share.reset_state(optimizer));
        self.optimizer = optimizer;
        self.updates = 0;
    }

    /// Runs `inputs`, `(rows, inputs)` in standard layout, through the network, and returns the
    /// outputs, `(rows, outputs)`. All else that was computed is then in `workspace` too. Has
    /// nothing to do with training and its buffers.
    ///
    /// # Panics
    /// If there are more rows than the workspace was made for, or it was made for another
    /// architecture.
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

/// Index of the layer, row of its parameters, and neuron.
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
            room: Scratch::new(architecture.sizes(), batch),
        }
    }

    fn step(
        &mut self,
        unit: VectorUnit,
        architecture: &Architecture,
        batch: Checked,
        order: &UpdateParams,
    ) -> Result<Step, NonFinite> {
        let Self {
            neurons,
            rows,
            room,
        } = self;
        unit.run(WholeStep {
            batch,
            architecture,
            neurons,
            rows,
            room,
            order,
        })
    }
}

impl State {
    /// Shows all neurons, in their order.
    fn read<R>(&self, look: impl FnOnce(&[&NeuronShare]) -> R) -> R {
        match self {
            Self::One(one) => look(&[&one.neurons]),
            Self::Two(pair) => look(&pair.neurons().each_ref().map(|it| &**it)),
        }
    }

    /// Changes every share of the neurons.
    fn change(&mut self, change: impl Fn(&mut NeuronShare)) {
        match self {
            Self::One(one) => change(&mut one.neurons),
            Self::Two(pair) => pair.neurons_mut().iter_mut().for_each(|it| change(it)),
        }
    }
}
