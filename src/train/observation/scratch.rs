//! Buffers that probes compute in, and results that several of them need.

use ndarray::{Array2, ArrayView2, ArrayViewMut1};
use rand::seq::index;

use super::Observation;
use crate::data::Samples;
use crate::nn::Parameters;
use crate::nn::engine::{RowResult, Workspace};
use crate::train::inspection::{History, Inspector, is_small};
use crate::train::probes::{InspectProbe, LastHealth, LastImportances, LastLandscape};
use crate::train::{Cursor, SampleId, Session, Set};
use crate::util::random::{RngStream, generator};
use crate::util::stats::Components;

/// Maximal number of probe rows, over which distributions of activations are counted.
pub(crate) const PROBE_ROWS: usize = 256;

/// Buffers of all probes, apart from those of training. What several probes need is computed once a
/// snapshot, and only if one of them needs it.
pub struct Scratch {
    pub(in crate::train) parameters: Parameters,
    pub(in crate::train) probe_samples: Vec<SampleId>,
    /// Inputs of the probe rows, `(rows, inputs)`.
    pub(in crate::train) probe_rows: Array2<f32>,
    pub(in crate::train) probe_pass: Workspace,
    /// Whether `parameters` and `probe_pass` are those of the current snapshot.
    has_parameters: bool,
    has_probe_pass: bool,
    row_pass: Workspace,
    /// Principal components of the activations of a layer in the snapshot before, and the layer.
    pub(in crate::train) components: Option<(usize, Components)>,
    pub(in crate::train) inspector: Inspector,
    /// Earlier values of parameters.
    pub(in crate::train) history: History,
    pub(in crate::train) health: Option<LastHealth>,
    pub(in crate::train) importances: Option<LastImportances>,
    pub(in crate::train) landscape: Option<LastLandscape>,
}

impl Scratch {
    /// Buffers for `session`, and a fixed choice of probe rows: of the validation rows, or of the
    /// training rows if there are none.
    pub fn new(session: &Session) -> Self {
        let architecture = session.architecture();
        let data = session.data();
        let set = if data.validation.is_empty() {
            Set::Training
        } else {
            Set::Validation
        };
        let samples = SampleId { set, index: 0 }.samples(data);
        let rows = samples.rows();
        let mut generator = generator(session.plan().seed, RngStream::Probe);
        let mut chosen = index::sample(&mut generator, rows, rows.min(PROBE_ROWS)).into_vec();
        chosen.sort_unstable();
        let probe_samples = chosen.iter().map(|&index| SampleId { set, index });
        Self {
            parameters: Parameters::zeros(architecture),
            probe_samples: probe_samples.collect(),
            probe_rows: samples.gather(chosen.iter().copied()),
            probe_pass: Workspace::new(architecture, chosen.len()),
            has_parameters: false,
            has_probe_pass: false,
            row_pass: Workspace::new(architecture, 1),
            components: None,
            inspector: Inspector::default(),
            history: History::default(),
            health: None,
            importances: None,
            landscape: None,
        }
    }

    /// Prepares for the probes of `observation`: from now on the parameter under the inspector's cursor
    /// is followed from step to step.
    pub fn prepare(&mut self, session: &Session, observation: &Observation) {
        let probe = observation.find::<InspectProbe>();
        let cursor = match probe.map(|probe| probe.inspect.cursor) {
            Some(Cursor::Parameter(id)) if id.is_in(session.architecture().sizes()) => Some(id),
            _ => None,
        };
        self.history.watch(cursor, is_small(session));
    }

    /// Begins a snapshot of `session`: nothing computed before is valid any more.
    pub(super) fn begin(&mut self, session: &Session, observation: &Observation) {
        if !self.parameters.fits(session.architecture()) {
            *self = Self::new(session);
        }
        (self.has_parameters, self.has_probe_pass) = (false, false);
        self.prepare(session, observation);
        if self.history.is_empty() {
            self.record_history(session);
        }
    }

    /// Records the values of parameters after a step, if their history lacks a point there.
    ///
    /// Steps alone decide, so that the history does not depend on the time of snapshots.
    pub fn record_history(&mut self, session: &Session) {
        if self.history.is_due(session) {
            self.has_parameters = false;
            if is_small(session) {
                self.refresh_parameters(session);
                self.has_parameters = false;
            }
            self.history.record_values(session, &self.parameters);
        }
    }

    fn refresh_parameters(&mut self, session: &Session) {
        if !self.has_parameters {
            session.engine().copy_parameters(&mut self.parameters);
            self.has_parameters = true;
        }
    }

    /// The session's parameters in textbook layout.
    pub fn parameters(&mut self, session: &Session) -> &Parameters {
        self.refresh_parameters(session);
        &self.parameters
    }

    fn refresh_probe_pass(&mut self, session: &Session) {
        if !self.has_probe_pass {
            let pass = &mut self.probe_pass;
            session.engine().forward(self.probe_rows.view(), pass);
            self.has_probe_pass = true;
        }
    }

    /// Forward pass of the probe rows.
    pub(crate) fn probe_pass(&mut self, session: &Session) -> &Workspace {
        self.refresh_probe_pass(session);
        &self.probe_pass
    }

    /// Forward pass of a single row of `inputs`, `(1, inputs)`.
    pub(crate) fn row_pass(&mut self, session: &Session, inputs: &Array2<f32>) -> &mut Workspace {
        session.engine().forward(inputs.view(), &mut self.row_pass);
        &mut self.row_pass
    }

    /// Passes these `rows` of `samples` through the network, and calls `each` with the index, the outputs and the target of
    /// each row.
    pub fn passes(
        &mut self,
        session: &Session,
        samples: &Samples,
        rows: &[usize],
        mut each: impl FnMut(usize, RowResult<'_>, &[f32]),
    ) {
        let mut target = vec![0.0; session.architecture().outputs()];
        for rows in rows.chunks(self.most_rows()) {
            let inputs = samples.gather(rows.iter().copied());
            let pass = self.pass(session, inputs.view());
            for (outputs, &row) in pass.output_rows().zip(rows) {
                let out = ArrayViewMut1::from(&mut target[..]);
                samples.targets.write(row, out);
                each(row, outputs, &target);
            }
        }
    }

    /// Maximum number of rows of [`Self::pass`].
    pub(crate) fn most_rows(&self) -> usize {
        self.probe_rows.nrows().max(1)
    }

    /// Forward pass of some `inputs`, `(rows, inputs)`.
    pub(crate) fn pass(&mut self, session: &Session, inputs: ArrayView2<'_, f32>) -> &Workspace {
        // The buffer of the probe rows is as good as any.
        self.has_probe_pass = false;
        session.engine().forward(inputs, &mut self.probe_pass);
        &self.probe_pass
    }
}
