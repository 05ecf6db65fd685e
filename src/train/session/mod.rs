//! Training session: determined by its plan, its data and the changes made to it, and by nothing else.

mod best;
mod changes;
mod fork;
mod frozen;
mod progress;
mod recipe;
mod replay;
mod reshape;
mod rewind;
mod scores;
mod snapshots;
mod state;
mod undo;
mod validate;

use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array2, ArrayViewMut1, Axis};

use super::Plan;
use super::evaluation::{Evaluator, Outcomes};
use super::sampler::Sampler;
use crate::data::{Dataset, Prepared, Samples, Scores, Targets};
use crate::error::{Error, Result};
use crate::nn::engine::{
    self, Engine, EngineSnapshot, MiniBatch, NonFinite, Resources, Step, StepOptions, Threads,
};
use crate::nn::regularisation::{draw_masks, smoothed};
use crate::nn::schedule::Plateau;
use crate::nn::{
    Architecture, Change, Initialisation, LearningRule, LoggedChange, ParameterId, Parameters,
    Regularisation,
};
use crate::util::lang::say;
use crate::util::memory;
pub(super) use best::ChosenWeights;
pub use best::{BestEpoch, Weights};
use frozen::FrozenParameters;
pub use progress::{Divergence, Position, RunningMean, Stepped};
pub(crate) use recipe::Recipe;
pub use replay::ReplayError;
pub use rewind::Moment;
use snapshots::{Recovery, Snapshot, SnapshotRing};
pub(super) use state::{Fields, Numbers, SessionState};
use undo::UndoStack;

/// Returns how many bytes the order of this number of training rows takes.
fn order_bytes(rows: usize) -> u128 {
    (rows * size_of::<u32>()) as u128
}

/// Buffers in which a mini-batch is assembled row by row.
struct Buffers {
    /// `(batch, network inputs)`.
    inputs: Array2<f32>,
    /// `(batch, network outputs)`.
    targets: Array2<f32>,
}

impl Buffers {
    /// Allocates buffers for mini-batches of `samples`; `None` if the engine can pick the rows itself,
    /// because the network inputs of all rows are precomputed and the targets are classes.
    fn needed_for(samples: &Samples, architecture: &Architecture, batch: usize) -> Option<Self> {
        let is_ready = samples.ready_inputs().is_some();
        let is_needed = !(is_ready && matches!(samples.targets, Targets::Classes(_)));
        is_needed.then(|| Self {
            inputs: Array2::zeros((batch, architecture.inputs())),
            targets: Array2::zeros((batch, architecture.outputs())),
        })
    }
}

/// Network from whose parameters a training starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Architecture of the network.
    pub architecture: Architecture,
    /// Parameters of that network.
    pub parameters: Parameters,
}

/// Training in progress. Equal plans, data and changes at equal steps give bit-identical weights on the
/// same binary and type of processor.
pub struct Session {
    /// Plan at the start.
    plan: Plan,
    /// Plan after the changes so far.
    now: Plan,
    dataset: Arc<Dataset>,
    data: Arc<Prepared>,
    engine: Engine,
    evaluator: Evaluator,
    position: Position,
    sampler: Sampler,
    order: Arc<Vec<u32>>,
    mean: RunningMean,
    /// Scores on the validation rows at the end of the last epoch, until they are taken.
    validated: Option<(Scores, Outcomes)>,
    /// Buffers for a mini-batch, if the engine cannot pick its rows itself.
    buffers: Option<Buffers>,
    resources: Resources,
    log: Vec<LoggedChange>,
    frozen: FrozenParameters,
    undo: UndoStack,
    snapshots: SnapshotRing,
    recovery: Recovery,
    /// State of the schedule.
    plateau: Plateau,
    diverged: Option<Divergence>,
    is_interrupted: bool,
    initial_values: Vec<(ParameterId, f32)>,
    start: Option<Arc<Start>>,
}

impl Session {
    /// Creates a session before its first step: rows are split, features standardised and parameters
    /// drawn.
    ///
    /// # Errors
    /// Those of [`prepare`](crate::data::prepare()) and of [`Architecture::new`].
    pub fn new(plan: Plan, dataset: Arc<Dataset>) -> Result<Self> {
        Self::with_resources(plan, dataset, Threads::available())
    }

    /// Creates a session that trains on `resources`, which may be [`Threads`] alone. Results are
    /// bit-identical for any number of threads.
    ///
    /// # Errors
    /// Those of [`Session::new`].
    pub fn with_resources(
        plan: Plan,
        dataset: Arc<Dataset>,
        resources: impl Into<Resources>,
    ) -> Result<Self> {
        let recipe = Recipe {
            dataset,
            plan,
            initial_values: Vec::new(),
            start: None,
            resources: resources.into(),
        };
        recipe.session(recipe.split()?)
    }

    /// Creates a session before its first step on `data` with the targets of the plan. The initial values of `recipe` are
    /// not set yet. A network of another shape than that of the start takes the parameters that both have.
    ///
    /// # Errors
    /// Those of [`Architecture::new`]; [`Error::Usage`] if the plan does not go with the target; [`Error::Memory`].
    fn before_first_step(recipe: Recipe, data: Arc<Prepared>) -> Result<Self> {
        let plan = &recipe.plan;
        plan.check_target(data.task.scale().is_some())
            .map_err(Error::Usage)?;
        let architecture =
            plan.architecture(data.preprocessing.inputs(), data.output_names.len())?;
        let purpose = say!("purpose-order", "the order of the rows in an epoch");
        memory::check_large(purpose, order_bytes(data.training.rows()))?;
        let mut parameters = plan.initialisation.draw(&architecture, plan.seed);
        if let Some(start) = &recipe.start {
            reshape::copy_shared(start, &architecture, &mut parameters);
        }
        let optimizer = (plan.rule.optimizer, 0);
        let engine =
            EngineSnapshot::new(&architecture, &parameters, optimizer, &[], recipe.resources);
        let initial = Arc::new(Snapshot::initial(engine, plan, data.training.rows()));
        let current = Snapshot {
            recovery: Some(Recovery::new(Arc::clone(&initial))),
            ..Snapshot::clone(&initial)
        };
        let past = (Vec::new(), SnapshotRing::default());
        let mut session = Self::from_snapshot(recipe, data, past, current);
        session.extend_path(&initial);
        Ok(session)
    }

    /// Sets parameters before the first step, as logged changes. A restart sets them again.
    ///
    /// # Errors
    /// A message if the network has no such parameter.
    pub fn set_initial_values(&mut self, values: &[(ParameterId, f32)]) -> Result<(), String> {
        for &(id, value) in values {
            self.apply(Change::Parameter { id, value })?;
        }
        self.initial_values = values.to_vec();
        Ok(())
    }

    /// Returns the threads that may share a step.
    pub(super) fn threads(&self) -> Threads {
        self.resources.threads
    }

    /// Returns the data set before the split.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Creates a session with the settings now in force and this seed and initialisation, before its
    /// first step.
    ///
    /// # Errors
    /// Those of [`Session::new`].
    pub fn restarted(&self, seed: u64, initialisation: Initialisation) -> Result<Self> {
        let plan = Plan {
            seed,
            initialisation,
            ..self.now.clone()
        };
        self.started_anew(plan, self.resources.threads)
    }

    /// Creates a session with this plan before its first step, on the same rows if the plan has their seed.
    ///
    /// # Errors
    /// Those of [`Session::new`].
    pub(super) fn started_anew(&self, plan: Plan, threads: Threads) -> Result<Self> {
        // Another initialisation asks for other weights.
        let is_same = plan.initialisation == self.now.initialisation;
        let has_same_rows = (plan.seed, plan.validation, plan.targets)
            == (self.plan.seed, self.plan.validation, self.plan.targets);
        let recipe = Recipe {
            plan,
            start: self.start.clone().filter(|_| is_same),
            resources: Resources {
                threads,
                ..self.resources
            },
            ..self.recipe()
        };
        let data = if has_same_rows {
            Arc::clone(&self.data)
        } else {
            recipe.prepared(recipe.split()?)?
        };
        let mut session = Self::before_first_step(recipe, data)?;
        let sizes = session.architecture().sizes();
        let mut values = self.initial_values.clone();
        // Changes of the hidden layers may have removed some.
        values.retain(|(id, _)| id.is_in(sizes));
        session.set_initial_values(&values).map_err(Error::Usage)?;
        Ok(session)
    }

    /// Trains on the next mini-batch.
    ///
    /// # Errors
    /// A [`Divergence`] if the loss or a gradient is not finite. Parameters and position are then
    /// unchanged, and further steps fail until [`Change::Recover`].
    pub fn step(&mut self) -> Result<Stepped, Divergence> {
        if let Some(divergence) = self.diverged {
            return Err(divergence);
        }
        let (rows, rule) = (self.next_rows().len(), self.rule());
        let learning_rate = rule.learning_rate.get();
        let step = match self.change_parameters(&rule) {
            Ok(step) => step,
            Err(cause) => {
                let divergence = Divergence {
                    step: self.position.step + 1,
                    cause,
                    learning_rate,
                };
                self.diverged = Some(divergence);
                return Err(divergence);
            }
        };
        self.mean.add(step, rows);
        self.position.step += 1;
        self.position.batch += 1;
        let epoch = (self.position.batch == self.batches()).then(|| self.end_epoch());
        Ok(Stepped {
            loss: step.loss,
            rows,
            learning_rate,
            epoch,
        })
    }

    /// Changes the parameters by the next mini-batch, and nothing else.
    fn change_parameters(&mut self, rule: &LearningRule) -> Result<Step, NonFinite> {
        let step = self.train(self.next_places(), rule)?;
        if !self.frozen.is_empty() {
            self.engine.set_each(self.frozen.values());
        }
        Ok(step)
    }

    /// Returns the range of the next mini-batch in the order of the epoch.
    fn next_places(&self) -> Range<usize> {
        let start = self.position.batch as usize * self.engine.batch();
        start..(start + self.engine.batch()).min(self.order.len())
    }

    /// Returns the indices of the training rows in the next mini-batch.
    pub fn next_rows(&self) -> &[u32] {
        &self.order[self.next_places()]
    }

    /// Trains on the rows at `places` in the order of the epoch.
    fn train(&mut self, places: Range<usize>, rule: &LearningRule) -> Result<Step, NonFinite> {
        let masks = self.masks(self.position.step, places.len());
        let Regularisation {
            clip,
            label_smoothing,
            ..
        } = self.now.regularisation;
        let options = StepOptions {
            clip,
            fixed: self.frozen.values(),
            label_smoothing: label_smoothing.get() as f32,
            masks: &masks,
        };
        let rows = &self.order[places];
        let samples = &self.data.training;
        let Some(buffers) = &mut self.buffers else {
            let inputs = samples.ready_inputs().expect("ready, so without buffers");
            let Targets::Classes(labels) = &samples.targets else {
                unreachable!("classes, so without buffers");
            };
            let batch = MiniBatch {
                inputs: inputs.view(),
                targets: engine::Targets::Classes(labels),
                rows: Some(rows),
                options,
            };
            return self.engine.train(batch, rule);
        };
        for (i, &row) in rows.iter().enumerate() {
            let row = row as usize;
            samples.write_inputs(row, buffers.inputs.row_mut(i));
            samples.targets.write(row, buffers.targets.row_mut(i));
        }
        let inputs = buffers.inputs.slice_axis(Axis(0), (..rows.len()).into());
        let targets = buffers.targets.slice_axis(Axis(0), (..rows.len()).into());
        let batch = MiniBatch {
            options,
            ..MiniBatch::all(inputs, targets)
        };
        self.engine.train(batch, rule)
    }

    /// Draws the masks of dropout for the step after `step` steps, on `rows` rows: `(rows, neurons)` of each hidden
    /// layer; none without dropout.
    pub(super) fn masks(&self, step: u64, rows: usize) -> Vec<Array2<f32>> {
        let rate = self.now.regularisation.dropout;
        if rate.get() == 0.0 {
            return Vec::new();
        }
        let place = (self.now.seed, step);
        draw_masks(rate, place, self.architecture(), rows)
    }

    /// Smooths the targets of a row as a step does.
    pub(super) fn smooth(&self, mut targets: ArrayViewMut1<f32>) {
        let share = self.now.regularisation.label_smoothing.get() as f32;
        if share > 0.0 {
            let outputs = targets.len();
            targets.mapv_inplace(|target| smoothed(target, outputs, share));
        }
    }

    fn end_epoch(&mut self) -> RunningMean {
        let mean = std::mem::take(&mut self.mean);
        self.position.epoch += 1;
        self.position.batch = 0;
        self.shuffle();
        let engine = self.keep_at_epoch_end(mean.loss());
        self.validated = self.validate();
        let validation = self.validated.as_ref().map(|(scores, _)| scores.loss);
        let loss = validation.unwrap_or(mean.loss());
        self.plateau.note(self.now.schedule.shape, loss);
        if let Some(loss) = validation {
            self.note_validation_loss(loss, engine.as_ref());
        }
        self.keep_for_rewinding(engine);
        mean
    }

    /// Draws the row order of the current epoch.
    fn shuffle(&mut self) {
        let order = Arc::make_mut(&mut self.order);
        self.sampler.draw(self.position.epoch, order);
    }

    /// Returns the number of steps per epoch; the last may have a smaller mini-batch.
    pub fn batches(&self) -> u32 {
        (self.order.len() as u32).div_ceil(self.engine.batch() as u32)
    }

    /// Returns the progress so far.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Returns the means over the mini-batches of the current epoch.
    pub fn running_mean(&self) -> RunningMean {
        self.mean
    }

    /// Returns the plan at the start; [`plan_in_force`](Self::plan_in_force) includes later changes.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the network from whose parameters the training started, if they were not drawn.
    pub(super) fn start(&self) -> Option<&Start> {
        self.start.as_deref()
    }

    /// Returns the changes so far, oldest first.
    pub fn log(&self) -> &[LoggedChange] {
        &self.log
    }

    /// Returns the changes so far without the initial values of parameters.
    pub(super) fn live_changes(&self) -> &[LoggedChange] {
        self.log
            .get(self.initial_values.len()..)
            .unwrap_or_default()
    }

    /// Returns the training, validation and test rows.
    pub fn data(&self) -> &Arc<Prepared> {
        &self.data
    }

    /// Returns the engine with the current parameters.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the architecture of the network.
    pub fn architecture(&self) -> &Architecture {
        self.engine.architecture()
    }

    /// Returns the divergence that stopped the training, if any.
    pub fn diverged(&self) -> Option<Divergence> {
        self.diverged
    }
}

#[cfg(test)]
impl Session {
    /// Returns a session of a small network that was trained on iris.
    pub(super) fn trained_on_iris(epochs: u32) -> Self {
        use crate::data::{Source, load};
        let dataset = load(&Source::parse("iris"), None).expect("it is built in");
        let mut session = Self::new(Plan::small(), Arc::new(dataset)).expect("sound");
        for _ in 0..epochs * session.batches() {
            session.step().expect("finite");
        }
        session
    }
}
