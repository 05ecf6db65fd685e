//! Quantities that the pictures of predictions vary: a plane of two, or a line of one.

use std::sync::Arc;

use ndarray::ArrayView1;

use super::actions::Done;
use super::model::Model;
use super::what_if::{ColumnDomain, unknown};
use crate::data::{Encoding, InputColumn, Prepared, Samples};
use crate::train::SampleId;
use crate::train::probes::{Along, ImportanceProbe, PlaneProbe, RowOutcome};
use crate::tui::text;
use crate::util::lang;
use crate::util::stats::Components;
use crate::util::text::{near_matches, sanitise, shorten_middle};

/// Maximum number of training rows that the choice of the columns looks at.
const MAX_ROWS: usize = 2000;
/// Maximum number of inputs of the training rows that principal components are computed from.
const MAX_INPUTS: usize = 400_000;
/// Importance of the columns that vary, as a part of that of the two most important ones, below which those take their place.
const CLEARLY_LESS: f64 = 0.7;
/// Longest name of a column on an axis.
const NAME: usize = 20;
/// Number of columns that an error lists.
const LISTED: usize = 4;
/// Argument of `:plane` for the principal components.
pub(in crate::tui::app) const COMPONENTS: &str = "pca";

/// Quantities that vary; all others have the values of the shown row, or their means.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaneChoice {
    /// At most two: numeric columns, ascending unless they were given, or principal components.
    pub axes: Vec<Along>,
    /// The first two principal components of the network's inputs, if they vary.
    pub(crate) components: Option<Arc<Components>>,
    /// Ranges of the components in the training rows.
    ranges: [(f64, f64); 2],
    /// Whether there are no other columns.
    pub is_everything: bool,
    /// Whether all others have their means in place of the values of the shown row.
    pub at_means: bool,
    /// Whether a person has chosen the quantities.
    is_chosen: bool,
    /// Whether a person has chosen what the others have, or it was changed for them.
    are_others_chosen: bool,
}

impl PlaneChoice {
    /// Chooses the numeric columns that tell most about the target on their own: by the share of their variance
    /// that lies between the classes, or the squared correlation with a numeric target. Of images, no pixel tells much:
    /// they have the plane of the principal components.
    pub fn of(data: &Prepared) -> Self {
        if data.image.is_some() {
            return Self::of_components(data);
        }
        let columns = &data.preprocessing.columns;
        let numeric = columns.iter().enumerate();
        let numeric =
            numeric.filter(|(_, column)| matches!(column.encoding, Encoding::Numeric { .. }));
        let mut chosen: Vec<usize> = numeric.map(|(index, _)| index).collect();
        if chosen.len() > 2 {
            let score = |&column: &usize| explained_variance(&data.training, column);
            let mut scored: Vec<(f64, usize)> = chosen.iter().map(|c| (score(c), *c)).collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            chosen = scored
                .into_iter()
                .take(2)
                .map(|(_, column)| column)
                .collect();
            chosen.sort_unstable();
        }
        Self::of_columns(&chosen, data)
    }

    fn of_columns(chosen: &[usize], data: &Prepared) -> Self {
        Self {
            axes: chosen.iter().map(|&column| Along::Column(column)).collect(),
            is_everything: chosen.len() == data.preprocessing.columns.len(),
            ..Self::default()
        }
    }

    /// The plane of the first two principal components of the inputs, from some of the training rows.
    fn of_components(data: &Prepared) -> Self {
        let max = (MAX_INPUTS / data.preprocessing.inputs().max(1)).max(2);
        let rows = data.training.gather(data.training.spread(max));
        let components = Components::of(rows.view(), 2, None);
        let count = components.shares.len();
        let range = |index: usize| {
            let along = rows
                .outer_iter()
                .map(|row| components.coordinate(row, index));
            along.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), x| {
                (from.min(x), to.max(x))
            })
        };
        let mut ranges = [(0.0, 1.0); 2];
        ranges
            .iter_mut()
            .take(count)
            .enumerate()
            .for_each(|(index, place)| *place = range(index));
        Self {
            axes: (0..count).map(Along::Component).collect(),
            components: Some(Arc::new(components)),
            ranges,
            is_everything: count == data.preprocessing.inputs(),
            ..Self::default()
        }
    }

    /// Range of a quantity in the training rows.
    pub(crate) fn range(&self, along: Along, data: &Prepared) -> (f64, f64) {
        match along {
            Along::Component(index) => self.ranges.get(index).copied().unwrap_or((0.0, 1.0)),
            Along::Column(column) => {
                match data.preprocessing.columns.get(column).map(ColumnDomain::of) {
                    Some(ColumnDomain::Numbers { min, max, .. }) => (min.into(), max.into()),
                    _ => (0.0, 1.0),
                }
            }
        }
    }

    /// Value of a quantity in a row, if it is there: the raw one of a column.
    pub(crate) fn value(&self, along: Along, sample: SampleId, data: &Prepared) -> Option<f64> {
        let samples: &Samples = sample.samples(data);
        if sample.index >= samples.rows() {
            return None;
        }
        match along {
            Along::Column(column) => {
                let value = samples.raw_values(sample.index).nth(column)?;
                value.is_finite().then_some(value.into())
            }
            Along::Component(index) => {
                let inputs = samples.inputs(sample.index..sample.index + 1);
                self.coordinate(inputs.row(0), index)
            }
        }
    }

    fn coordinate(&self, inputs: ArrayView1<'_, f32>, index: usize) -> Option<f64> {
        let components = self.components.as_ref()?;
        let is_there = index < components.shares.len() && inputs.len() == components.mean.len();
        is_there.then(|| components.coordinate(inputs, index))
    }

    /// Name of a quantity on an axis. The numbers of a column lack its offset.
    pub(crate) fn caption(&self, along: Along, data: &Prepared) -> String {
        match along {
            Along::Component(index) => {
                let share = self
                    .components
                    .as_ref()
                    .map(|known| known.shares.get(index));
                let share = share.flatten().copied().unwrap_or(0.0);
                text::component(index + 1, format!("{:.0}%", 100.0 * share))
            }
            Along::Column(column) => {
                let Some(column) = data.preprocessing.columns.get(column) else {
                    return String::new();
                };
                let name = shorten_middle(&column.name, NAME);
                match column.offset {
                    0.0 => name,
                    offset => format!("{name} − {offset}"),
                }
            }
        }
    }
}

/// Share of a column's variance that the target explains, from 0 to 1.
fn explained_variance(samples: &Samples, column: usize) -> f64 {
    let pairs: Vec<(f64, Option<usize>, f64)> = (samples.spread(MAX_ROWS))
        .filter_map(|row| {
            let value = samples
                .raw_values(row)
                .nth(column)
                .filter(|value| value.is_finite())?;
            let number = samples.targets.number(row).map_or(0.0, f64::from);
            Some((value.into(), samples.targets.class(row), number))
        })
        .collect();
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let total: f64 = pairs.iter().map(|pair| (pair.0 - mean).powi(2)).sum();
    let classes = pairs.iter().filter_map(|pair| pair.1).max();
    let explained = match classes {
        Some(last) => {
            let mut sums = vec![(0.0, 0.0); last + 1];
            for (value, class, _) in &pairs {
                let (sum, count) = &mut sums[class.unwrap_or(0)];
                (*sum, *count) = (*sum + value - mean, *count + 1.0);
            }
            let between = sums.iter().filter(|(_, count)| *count > 0.0);
            between.map(|(sum, count)| sum * sum / count).sum()
        }
        None => {
            let target = pairs.iter().map(|pair| pair.2).sum::<f64>() / count;
            let products = pairs.iter().map(|pair| (pair.0 - mean) * (pair.2 - target));
            let squares: f64 = pairs.iter().map(|pair| (pair.2 - target).powi(2)).sum();
            products.sum::<f64>().powi(2) / squares
        }
    };
    let share = explained / total;
    if share.is_finite() { share } else { 0.0 }
}

impl Model {
    /// Value of a quantity in the shown row, with its changed inputs.
    pub(crate) fn value_along(&self, along: Along) -> Option<f64> {
        let plane = &self.navigation.plane;
        match along {
            Along::Column(column) => {
                let value = self.input(column)?.0;
                value.is_finite().then_some(value.into())
            }
            Along::Component(index) => {
                let sample = self.navigation.sample;
                let samples = self.run.samples_with(sample)?;
                let mut inputs = samples.inputs(sample.index..sample.index + 1).into_owned();
                for &(input, value) in &self.inspector.what_if {
                    *inputs.get_mut((0, input))? = value;
                }
                plane.coordinate(inputs.row(0), index)
            }
        }
    }

    /// Sets the quantities that vary: one or two columns separated by a comma, or the principal components; by default
    /// the columns chosen for the data.
    ///
    /// # Errors
    /// A description of what is wrong with the names.
    pub(super) fn set_plane(&mut self, names: &str) -> Done {
        let plane = self.plane_of(names)?;
        self.replace_plane(plane, !names.is_empty());
        Ok(())
    }

    /// Varies other quantities, and leaves what the others have as it is.
    fn replace_plane(&mut self, plane: PlaneChoice, is_chosen: bool) {
        let before = &self.navigation.plane;
        self.navigation.plane = PlaneChoice {
            at_means: before.at_means,
            are_others_chosen: before.are_others_chosen,
            is_chosen,
            ..plane
        };
    }

    /// Adapts the plane to what is known of the network, unless a person has chosen it: varies the two most important
    /// columns once they are clearly more important than those that vary, and gives the others their means once the plane
    /// through the shown row has a single class.
    pub(super) fn settle_plane(&mut self) {
        let plane = &self.navigation.plane;
        if !plane.is_chosen
            && let Some(pair) = self.most_important_pair()
        {
            let plane = PlaneChoice::of_columns(&pair, &self.run.data);
            self.replace_plane(plane, false);
        } else if !plane.is_everything
            && !plane.are_others_chosen
            && self.run.position.epoch > 0
            && self.shows_one_class()
        {
            let plane = &mut self.navigation.plane;
            (plane.at_means, plane.are_others_chosen) = (true, true);
        }
    }

    /// The two numeric columns with the largest importance, ascending, if two columns vary that are clearly less important.
    fn most_important_pair(&self) -> Option<[usize; 2]> {
        let [Along::Column(first), Along::Column(second)] = self.navigation.plane.axes[..] else {
            return None;
        };
        let found = self.run.answer::<ImportanceProbe>()?;
        let importance = |column: &InputColumn| {
            let mut all = found.columns.iter();
            let known = all.find(|importance| importance.name == column.name);
            known.map_or(0.0, |known| known.mean.max(0.0))
        };
        let columns = self.run.columns().iter().enumerate();
        let numeric =
            columns.filter(|(_, column)| matches!(column.encoding, Encoding::Numeric { .. }));
        let mut ranked: Vec<(f64, usize)> = numeric
            .map(|(index, column)| (importance(column), index))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let of = |column: usize| ranked.iter().find(|(_, other)| *other == column);
        let shown = of(first)?.0 + of(second)?.0;
        let [best, next, ..] = ranked[..] else {
            return None;
        };
        let mut pair = [best.1, next.1];
        pair.sort_unstable();
        (shown < CLEARLY_LESS * (best.0 + next.0)).then_some(pair)
    }

    /// Whether all points of the plane are predicted as one class, and not all rows.
    fn shows_one_class(&self) -> bool {
        let Some(answer) = self.run.answer::<PlaneProbe>() else {
            return false;
        };
        let classes = answer.points.iter().map(|point| point.class);
        let (Some(first), Some(last)) = (classes.clone().min(), classes.max()) else {
            return false;
        };
        let is_other = |(_, row): &(SampleId, RowOutcome)| row.class != usize::from(first);
        !self.run.is_regression() && first == last && answer.rows.iter().any(is_other)
    }

    fn plane_of(&self, names: &str) -> Result<PlaneChoice, String> {
        let data = &self.run.data;
        if names.is_empty() {
            return Ok(PlaneChoice::of(data));
        }
        let columns = &data.preprocessing.columns;
        let known: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        if names == COMPONENTS && !known.iter().any(|name| name == names) {
            return Ok(PlaneChoice::of_components(data));
        }
        let mut chosen = Vec::new();
        for name in names.split(',').map(str::trim) {
            let index = known.iter().position(|column| column == name);
            let index = index.ok_or_else(|| self.not_in_a_plane(name, &known))?;
            if !matches!(columns[index].encoding, Encoding::Numeric { .. }) {
                return Err(text::not_numeric(sanitise(name)));
            }
            chosen.push(index);
        }
        if chosen.len() > 2 || chosen.first() == chosen.get(1) {
            return Err(text::expected_plane().to_owned());
        }
        Ok(PlaneChoice::of_columns(&chosen, data))
    }

    /// Says why there is no column called `name` among the inputs, which are called `known`, and which there are.
    fn not_in_a_plane(&self, name: &str, known: &[String]) -> String {
        let data = &self.run.data;
        if name == data.target_name {
            return text::target_in_plane(sanitise(name));
        }
        if !near_matches(name, known).is_empty() {
            return unknown(text::kind_input(), name, known);
        }
        let is_numeric =
            |column: &&InputColumn| matches!(column.encoding, Encoding::Numeric { .. });
        let mut numeric = data.preprocessing.columns.iter().filter(is_numeric);
        let mut listed: Vec<String> = numeric
            .by_ref()
            .take(LISTED)
            .map(|column| shorten_middle(&sanitise(&column.name), NAME))
            .collect();
        listed.extend(numeric.next().map(|_| "…".to_owned()));
        listed.push(COMPONENTS.to_owned());
        text::no_column_for_plane(sanitise(name), lang::listed(&listed))
    }

    /// Switches all other inputs between the values of the shown row and their means.
    ///
    /// # Errors
    /// If there are no other inputs.
    pub(super) fn toggle_means(&mut self) -> Done {
        let plane = &mut self.navigation.plane;
        if plane.is_everything {
            return Err(text::no_other_columns().to_owned());
        }
        plane.at_means = !plane.at_means;
        plane.are_others_chosen = true;
        let others = if plane.at_means {
            text::others_now_at_means().to_owned()
        } else {
            text::others_now_of_row(self.navigation.sample.index + 1)
        };
        self.prompt.status(others);
        Ok(())
    }
}
