//! Numbers of a run that the rules judge.

use ndarray::{Array1, ArrayView1};

use super::thresholds::CONSTANT;
use crate::data::{ClassWeights, Prepared, Samples};
use crate::nn::Architecture;
use crate::train::observation::Scratch;
use crate::train::probes::Health;
use crate::train::{EpochRecord, LossPoint, Outcomes, Plan, Predictions, Session};

/// Maximum number of rows from which losses are computed.
const MAX_ROWS: usize = 2000;

/// Numbers of a run.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Settings in force.
    pub plan: &'a Plan,
    /// The data.
    pub data: &'a Prepared,
    /// The network.
    pub architecture: &'a Architecture,
    /// Losses to compare those of the run with.
    pub expected: ExpectedLosses,
    /// Mean loss before training, as [`loss_before_training`] computes it; NaN if it is not known, or of another network.
    pub initial_loss: f64,
    /// Training losses since the start, or since the network was changed.
    pub losses: &'a [LossPoint],
    /// Time in epochs at which good weights were last restored; 0 before.
    pub recovered_at: f64,
    /// Metrics of the epochs since then.
    pub records: &'a [EpochRecord],
    /// Health of the layers, if it is known.
    pub health: Option<&'a Health>,
    /// Classes that no row is predicted as.
    pub unpredicted: &'a Unpredicted,
    /// Table's column that predicts the target alone, if it is known.
    pub leaking_column: Option<usize>,
}

impl Evidence<'_> {
    /// The last training loss; NaN before the first step.
    pub(super) fn loss(&self) -> f64 {
        self.losses.last().map_or(f64::NAN, |point| point.loss.last)
    }

    /// Whether the training loss is above `part` of that of the best constant prediction.
    pub(super) fn is_above(&self, part: f64) -> bool {
        self.loss() > part * self.expected.constant
    }

    /// Number of epochs of the present run.
    pub(super) fn epochs(&self) -> u64 {
        let ends = self.records.first().zip(self.records.last());
        ends.map_or(0, |(first, last)| last.epoch - first.epoch + 1)
    }
}

/// Mean losses over the training rows of predictions that know nothing of the columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedLosses {
    /// Loss where all weighted inputs of the outputs are 0: `ln k` for softmax of k outputs and cross-entropy, half the
    /// variance for numbers. A network with small initial weights begins near it.
    pub initial: f64,
    /// Loss where the outputs are the mean target: the lowest of a constant prediction.
    pub constant: f64,
}

impl ExpectedLosses {
    /// Computes both from at most 2000 of the training rows. With balanced classes all are equally frequent, and both are
    /// equal.
    pub fn of(training: &Samples, architecture: &Architecture, weights: ClassWeights) -> Self {
        let (output, loss) = (architecture.output(), architecture.loss());
        let rows = training.spread(MAX_ROWS);
        let targets = (training.targets.gather(rows, architecture.outputs())).mapv(f64::from);
        let count = targets.nrows() as f64;
        let mean = |z: &[f64]| {
            let a = output.values(z);
            let losses = targets.outer_iter().map(|target| {
                let target = target.to_slice().expect("a row of a matrix");
                loss.value(output, z, &a, target)
            });
            losses.sum::<f64>() / count
        };
        let initial = mean(&vec![0.0; architecture.outputs()]);
        if weights == ClassWeights::Balanced {
            let constant = initial;
            return Self { initial, constant };
        }
        let mean_target = |output: usize| {
            let values = targets.column(output);
            values.iter().sum::<f64>() / count
        };
        let within = |a: f64| a.clamp(1e-9, 1.0 - 1e-9);
        let logits = (0..architecture.outputs()).map(mean_target).map(|a| {
            if output.sums_to_one() {
                within(a).ln()
            } else if output.is_fraction() {
                (within(a) / (1.0 - within(a))).ln()
            } else {
                a
            }
        });
        let constant = mean(&logits.collect::<Vec<f64>>());
        Self { initial, constant }
    }
}

/// Computes the mean loss of at most 2000 training rows with the present parameters of `session`.
pub fn loss_before_training(session: &Session) -> f64 {
    let samples = &session.data().training;
    let rows: Vec<usize> = samples.spread(MAX_ROWS).collect();
    let mut sum = 0.0;
    Scratch::new(session).passes(session, samples, &rows, |_, outputs, target| {
        sum += outputs.loss(target);
    });
    sum / rows.len() as f64
}

/// Epochs since which classes, or any but one value, have not been predicted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unpredicted {
    /// The last epoch that was noted.
    epoch: u64,
    /// For each class the epoch since which no row was predicted as it.
    classes: Vec<Option<u64>>,
    /// The epoch since which all predictions are the same.
    constant: Option<u64>,
    /// Number of rows of each class, and the fraction of the other rows that are predicted correctly.
    rows: Vec<(u32, f64)>,
}

impl Unpredicted {
    /// Notes the outcomes of an evaluation after `epoch` epochs.
    pub fn note(&mut self, epoch: u64, outcomes: &Outcomes) {
        if epoch < self.epoch {
            // A step back, or a restart.
            *self = Self::default();
        }
        self.epoch = epoch;
        let is_constant = match &outcomes.predictions {
            Predictions::Classes(confusion) => {
                let all = 0..confusion.classes();
                self.classes.resize(all.len(), None);
                let total = f64::from(confusion.total());
                self.rows.clear();
                for class in all.clone() {
                    let predicted: u32 = all.clone().map(|of| confusion.count(of, class)).sum();
                    let since = &mut self.classes[class];
                    *since = (predicted == 0).then(|| since.unwrap_or(epoch));
                    let rows = confusion.of_class(class);
                    let right = confusion.right() - confusion.count(class, class);
                    let others = f64::from(right) / (total - f64::from(rows));
                    self.rows.push((rows, others));
                }
                let predicted = self.classes.iter().filter(|since| since.is_none());
                predicted.count() <= 1
            }
            Predictions::Numbers(pairs) => {
                let [actual, predicted] = [0, 1].map(|side| {
                    let values = pairs.iter().map(|pair| [pair.0, pair.1][side]);
                    std(values.map(f64::from))
                });
                predicted < CONSTANT * actual
            }
        };
        self.constant = is_constant.then(|| self.constant.unwrap_or(epoch));
    }

    /// Number of epochs for which all predictions have been the same; `None` if they are not.
    pub(super) fn constant_for(&self) -> Option<u64> {
        self.constant.map(|since| self.epoch - since)
    }

    /// Classes that no row is predicted as: index, epoch since which, number of epochs, of its rows, and the fraction of
    /// the other rows that are predicted correctly.
    pub(super) fn classes(&self) -> impl Iterator<Item = (usize, u64, u64, u32, f64)> {
        let classes = self.classes.iter().zip(&self.rows).enumerate();
        classes.filter_map(|(class, (since, &(rows, others)))| {
            let since = (*since)?;
            Some((class, since, self.epoch - since, rows, others))
        })
    }
}

/// Standard deviation; NaN of no numbers.
fn std(values: impl Iterator<Item = f64>) -> f64 {
    let values: Array1<f64> = values.collect();
    ArrayView1::from(&values).std(0.0)
}
