//! The loss over a plane through the current parameters, along the first two principal directions of the path's differences to
//! them (Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 7: optimization trajectories).

use ndarray::{Array2, ArrayView1};

use crate::error::Result;
use crate::nn::Parameters;
use crate::nn::engine::{Engine, Workspace};
use crate::train::Session;
use crate::train::observation::{Probe, Scratch, Training};
use crate::util::lang::say;
use crate::util::memory;
use crate::util::stats::Components;

/// Largest network that the plane is computed for: the directions of a larger one take seconds.
pub const MAX_PARAMETERS: usize = 150_000;
/// Points of the plane along each direction.
pub const POINTS: [u16; 2] = [48, 32];
/// Largest and smallest number of training rows that the loss is the mean of.
const ROWS: (usize, usize) = (256, 16);
/// Multiplications for all points of a plane, which decide the number of rows.
const PLANE_WORK: u64 = 800_000_000;
/// Multiplications in a snapshot while training, on average.
const WORK: u64 = 1_000_000;
/// Distances between the points that are computed first, then between them, and so on.
const STRIDES: [usize; 3] = [4, 2, 1];
/// Rounds of the iteration for the components, each over all numbers of the path, about.
const COMPONENT_WORK: u64 = 300;
/// Part of the path's extent that the plane has beyond it on each side.
const MARGIN: f64 = 0.4;

/// Bytes for each number of the path: as `f32` with room to grow, and as `f64`.
const BYTES_PER_NUMBER: u128 = 20;
/// Bytes for each parameter: the directions that are iterated together, and a copy of the network.
const BYTES_PER_PARAMETER: u128 = 256;

/// Asks for the loss around the path of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LandscapeProbe;

/// The loss over a plane through the parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Landscape {
    /// The network has too many parameters.
    TooLarge,
    /// The path has too few points.
    TooShort,
    /// There is no memory for it, with the figures.
    NoMemory(String),
    /// The plane.
    Plane(Plane),
}

/// A plane in the space of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Mean losses of the training rows, without weight decay: [`POINTS`] from left to right, the lowest line first. A point
    /// that is not computed yet has the loss of the nearest one below and to the left; NaN before there is any.
    pub losses: Vec<f32>,
    /// Ranges of both directions: distances from the parameters that were current when the plane was laid.
    pub range: [(f64, f64); 2],
    /// Share of the path's squared distances along each direction, from 0 to 1.
    pub shares: [f64; 2],
    /// Points of the path when the plane was laid, oldest first.
    pub path: Vec<[f64; 2]>,
    /// The current parameters, projected onto the plane.
    pub current: [f64; 2],
    /// Number of training rows.
    pub rows: usize,
}

/// The plane that is computed, and what it takes to go on with it.
pub struct LastLandscape {
    plane: Plane,
    /// The last complete plane, which is shown meanwhile.
    complete: Option<(Plane, Components)>,
    components: Components,
    engine: Engine,
    workspace: Workspace,
    parameters: Parameters,
    inputs: Array2<f32>,
    targets: Array2<f32>,
    /// Points in the order in which they are computed, a coarse grid first, each with the distance to its neighbours then.
    order: Vec<(usize, usize)>,
    /// Number of losses that are computed.
    done: usize,
    /// Step at which the plane was laid.
    step: u64,
    /// Work that was not done in the snapshots before.
    credit: u64,
}

impl Probe for LandscapeProbe {
    type Answer = Landscape;

    /// While training, a part of the plane is computed in each snapshot, and a complete plane is replaced by one for the
    /// longer path.
    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Landscape {
        let session = training.session;
        let parameters = session.architecture().parameter_count() as usize;
        if parameters > MAX_PARAMETERS {
            return Landscape::TooLarge;
        }
        let step = session.position().step;
        let kept = scratch.landscape.take();
        let mut last = match kept.filter(|last| last.step <= step) {
            Some(last) => last,
            None => match check_memory(session).map(|()| LastLandscape::new(session)) {
                Err(error) => return Landscape::NoMemory(error.to_string()),
                // The first plane is seen as a whole at once.
                Ok(Some(last)) => last.with_coarse_grid(),
                Ok(None) => return Landscape::TooShort,
            },
        };
        let is_complete = last.done == last.plane.losses.len();
        last.credit += WORK;
        let laying = COMPONENT_WORK * 64 * parameters as u64;
        // While waiting, an older plane is not completed.
        let is_due = training.is_waiting || is_complete && last.credit >= laying;
        if last.step != step && is_due {
            let credit = last.credit.saturating_sub(laying);
            if check_memory(session).is_ok()
                && let Some(next) = LastLandscape::new(session)
            {
                let complete = Some((last.plane, last.components)).filter(|_| is_complete);
                let complete = complete.or(last.complete);
                last = LastLandscape { complete, ..next };
            }
            last.credit = credit;
        }
        if training.is_waiting {
            last.credit = u64::MAX;
        }
        last.go_on();
        last.credit = last.credit.min(laying);
        if last.done == last.plane.losses.len() {
            last.complete = None;
        }
        let current: Vec<f32> = session.engine().parameters().iter().collect();
        let (plane, components) = match &last.complete {
            Some((plane, components)) => (plane, components),
            None => (&last.plane, &last.components),
        };
        let plane = Plane {
            current: place(components, ArrayView1::from(&current)),
            ..plane.clone()
        };
        scratch.landscape = Some(last);
        Landscape::Plane(plane)
    }
}

/// Checks that there is memory to lay a plane.
fn check_memory(session: &Session) -> Result<()> {
    let points = session.path().count() as u128 + 1;
    let numbers = session.architecture().parameter_count();
    let needed = numbers.saturating_mul(points * BYTES_PER_NUMBER + BYTES_PER_PARAMETER);
    memory::check(say!("purpose-landscape", "the loss landscape"), needed)
}

impl LastLandscape {
    /// Lays the plane of the path so far; none if there are too few different points.
    fn new(session: &Session) -> Option<Self> {
        let engine = session.engine();
        let mut path: Vec<f32> = Vec::new();
        for (_, parameters) in session.path() {
            path.extend(parameters.iter());
        }
        let current: Vec<f32> = engine.parameters().iter().collect();
        path.extend(&current);
        let architecture = engine.architecture();
        let count = architecture.parameter_count() as usize;
        let path = Array2::from_shape_vec((path.len() / count, count), path).ok()?;
        if path.nrows() < 3 || path.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let components = Components::around(path.view(), ArrayView1::from(&current), 2);
        if components.shares.len() < 2 || components.shares[1] <= 0.0 {
            return None;
        }
        let training = &session.data().training;
        let pass = count as u64 * u64::from(POINTS[0]) * u64::from(POINTS[1]);
        let affordable = (PLANE_WORK / pass.max(1)) as usize;
        let rows: Vec<usize> = training.spread(affordable.clamp(ROWS.1, ROWS.0)).collect();
        let indices = || rows.iter().copied();
        let mut last = Self {
            plane: Plane {
                losses: vec![f32::NAN; usize::from(POINTS[0]) * usize::from(POINTS[1])],
                range: [(0.0, 0.0); 2],
                shares: [components.shares[0], components.shares[1]],
                path: Vec::new(),
                current: [0.0; 2],
                rows: rows.len(),
            },
            complete: None,
            components,
            engine: Engine::new(architecture, &engine.parameters(), engine.optimizer(), 1),
            workspace: Workspace::new(architecture, rows.len()),
            parameters: Parameters::zeros(architecture),
            inputs: training.gather(indices()),
            targets: (training.targets).gather(indices(), architecture.outputs()),
            order: order(),
            done: 0,
            step: session.position().step,
            credit: 0,
        };
        let points = path
            .outer_iter()
            .map(|point| place(&last.components, point));
        last.plane.path = points.collect();
        last.plane.range = [0, 1].map(|axis| range(&last.plane.path, axis));
        Some(last)
    }

    /// Gives it credit for the coarsest grid, a part of what laying the plane takes.
    fn with_coarse_grid(self) -> Self {
        let points = self.plane.losses.len() / (STRIDES[0] * STRIDES[0]);
        let pass = self.engine.architecture().parameter_count() as u64;
        let credit = points as u64 * pass * self.plane.rows as u64;
        Self { credit, ..self }
    }

    /// Computes losses as long as there is credit.
    fn go_on(&mut self) {
        let pass = self.engine.architecture().parameter_count() as u64;
        let work = pass * self.plane.rows as u64;
        while self.done < self.plane.losses.len() && self.credit >= work {
            self.credit -= work;
            let (point, stride) = self.order[self.done];
            let loss = self.loss(point);
            // The points around it that come later have this loss till then.
            let columns = usize::from(POINTS[0]);
            for row in 0..stride {
                let first = point + row * columns;
                self.plane.losses[first..first + stride].fill(loss);
            }
            self.done += 1;
        }
    }

    /// Loss at a point of the plane.
    fn loss(&mut self, point: usize) -> f32 {
        let (row, column) = (
            point / usize::from(POINTS[0]),
            point % usize::from(POINTS[0]),
        );
        let at = [(column, 0), (row, 1)].map(|(index, axis): (usize, usize)| {
            let (from, to) = self.plane.range[axis];
            from + (to - from) * (index as f64 + 0.5) / f64::from(POINTS[axis])
        });
        let directions = &self.components.directions;
        let entries = directions.row(0).into_iter().zip(directions.row(1));
        let entries = self.components.mean.iter().zip(entries);
        let values = entries.map(|(mean, (first, second))| mean + at[0] * first + at[1] * second);
        for (into, value) in self.parameters.iter_mut().zip(values) {
            *into = value as f32;
        }
        self.engine.set_parameters(&self.parameters);
        self.engine.forward(self.inputs.view(), &mut self.workspace);
        (self.workspace.loss(self.targets.view()) / self.plane.rows as f64) as f32
    }
}

/// All points with the distances of the grid that they are of, the coarsest first.
fn order() -> Vec<(usize, usize)> {
    let [columns, rows] = POINTS.map(usize::from);
    let is_on = |point: usize, stride: usize| {
        (point % columns).is_multiple_of(stride) && (point / columns).is_multiple_of(stride)
    };
    let stride_of = |point| STRIDES.into_iter().find(|&stride| is_on(point, stride));
    let mut points: Vec<(usize, usize)> = (0..columns * rows)
        .map(|point| (point, stride_of(point).unwrap_or(1)))
        .collect();
    points.sort_by_key(|&(_, stride)| std::cmp::Reverse(stride));
    points
}

/// Projects parameters onto the plane.
fn place(components: &Components, parameters: ArrayView1<f32>) -> [f64; 2] {
    [0, 1].map(|axis| components.coordinate(parameters, axis))
}

/// Range of the path along an axis, with a margin.
fn range(path: &[[f64; 2]], axis: usize) -> (f64, f64) {
    let places = path.iter().map(|point| point[axis]);
    let (from, to) = places.fold((f64::MAX, f64::MIN), |(from, to), place| {
        (from.min(place), to.max(place))
    });
    let margin = MARGIN * (to - from).max(1e-6);
    (from - margin, to + margin)
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;

    use super::*;
    use crate::nn::{Change, ParameterId, textbook};
    use crate::train::Observation;

    fn plane(session: &Session, scratch: &mut Scratch, is_waiting: bool) -> Landscape {
        let observation = Observation::default().with(LandscapeProbe);
        scratch.prepare(session, &observation);
        let training = Training {
            is_waiting,
            ..Training::from(session)
        };
        LandscapeProbe.compute(&training, scratch)
    }

    #[test]
    fn a_point_has_the_loss_of_the_textbook() {
        let session = Session::trained_on_iris(40);
        let mut scratch = Scratch::new(&session);
        let Landscape::Plane(plane) = plane(&session, &mut scratch, true) else {
            panic!("there is a path");
        };
        assert!(plane.losses.iter().all(|loss| loss.is_finite()));
        let last = scratch.landscape.as_mut().expect("kept");
        // The plane goes through the current parameters.
        assert_eq!(plane.current, [0.0; 2]);
        let mut at_now = Parameters::zeros(session.architecture());
        for (into, &value) in at_now.iter_mut().zip(&last.components.mean) {
            *into = value as f32;
        }
        assert_eq!(at_now, session.engine().parameters());
        assert_eq!(plane.path.last(), Some(&[0.0; 2]));
        for point in [0, 700, 1535] {
            let found = last.loss(point);
            assert_eq!(found, plane.losses[point]);
            let network = textbook::Network::new(session.architecture(), &last.parameters);
            let rows = last.inputs.outer_iter().zip(last.targets.outer_iter());
            let losses = rows.map(|(inputs, targets)| {
                let (inputs, targets): (Array1<f64>, Array1<f64>) =
                    (inputs.mapv(f64::from), targets.mapv(f64::from));
                let forward = network.forward(&inputs.to_vec());
                network.loss(&forward, &targets.to_vec())
            });
            let expected = losses.sum::<f64>() / plane.rows as f64;
            assert!((f64::from(found) - expected).abs() < 1e-4 * expected.max(1.0));
        }
    }

    #[test]
    fn a_plane_is_complete_when_its_coarse_grid_is_computed() {
        let session = Session::trained_on_iris(40);
        let mut scratch = Scratch::new(&session);
        plane(&session, &mut scratch, false);
        let last = scratch.landscape.as_mut().expect("kept");
        let coarse = last.plane.losses.len() / (STRIDES[0] * STRIDES[0]);
        let work = session.architecture().parameter_count() as u64 * last.plane.rows as u64;
        last.credit = (coarse - last.done.min(coarse)) as u64 * work;
        last.go_on();
        assert!(last.plane.losses.iter().all(|loss| loss.is_finite()));
        let computed = last.plane.losses.clone();
        last.credit = u64::MAX;
        last.go_on();
        assert_ne!(last.plane.losses, computed);
        for &(point, _) in last.order.clone().iter().step_by(97) {
            assert_eq!(last.loss(point), last.plane.losses[point]);
        }
    }

    #[test]
    fn a_path_begins_with_the_parameters_that_training_began_with() {
        let mut session = Session::trained_on_iris(0);
        let id = ParameterId::Bias {
            layer: 2,
            output: 1,
        };
        let set = |value| Change::Parameter { id, value };
        session.apply(set(3.0)).expect("valid");
        let begin = session.engine().parameters();
        for _ in 0..80 {
            session.step().expect("finite");
        }
        session.apply(set(-3.0)).expect("valid");
        let (position, first) = session.path().next().expect("a path");
        assert_eq!((position.step, first), (0, begin));
    }

    #[test]
    fn a_plane_follows_the_parameters_once_training_waits() {
        let mut session = Session::trained_on_iris(40);
        let mut scratch = Scratch::new(&session);
        plane(&session, &mut scratch, false);
        for _ in 0..200 {
            session.step().expect("finite");
        }
        let Landscape::Plane(plane) = plane(&session, &mut scratch, true) else {
            panic!("there is a path");
        };
        assert_eq!(plane.current, [0.0; 2]);
        assert!(plane.losses.iter().all(|loss| loss.is_finite()));
    }
}
