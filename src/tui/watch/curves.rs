//! Curves of a tag: one for each run that is shown, or one for each group of runs.

use std::collections::BTreeMap;

use super::{Content, TimeAxis, Watch};
use crate::tui::panels::chart::series::Points;
use crate::util::stats::MinMaxLast;
use crate::watch::{Point, Run};

/// Number of places at which the mean of a group is computed.
const PLACES: usize = 128;

/// A curve.
pub(super) struct Curve {
    /// Index of the run whose colour and mark it has.
    pub run: usize,
    /// Times on the axis with values, in order.
    pub points: Points,
    /// Times between which each run has values, if it is the mean of several.
    pub members: Vec<Vec<(f64, f64)>>,
    /// Whether the run is under the cursor.
    pub is_pointed: bool,
}

impl Watch {
    /// Curves of `tag`, with times from 0 at the origin of the axis.
    pub(super) fn curves(&self, tag: &str) -> Vec<Curve> {
        let pointed = self.pointed().map(|(index, ..)| index);
        let begin = self.first_time();
        let curves = self.shown().into_iter().filter_map(|index| {
            let run = &self.runs[index].1;
            let points = run.scalars.get(tag)?.points();
            Some(Curve {
                run: index,
                points: self.timed(run, points, begin),
                members: Vec::new(),
                is_pointed: Some(index) == pointed,
            })
        });
        let curves = curves.filter(|curve| !curve.points.is_empty());
        if self.is_grouped {
            self.groups(curves.collect())
        } else {
            curves.collect()
        }
    }

    /// Returns whether the horizontal axis is of times that none of the shown runs has.
    pub(super) fn lacks_times(&self) -> bool {
        self.content == Content::Charts
            && matches!(self.time, TimeAxis::Relative | TimeAxis::Wall)
            && !self.shown().is_empty()
            && self.first_time().is_nan()
    }

    /// Time of the first value of all runs that are shown.
    fn first_time(&self) -> f64 {
        let runs = self
            .shown()
            .into_iter()
            .map(|index| start(&self.runs[index].1));
        runs.fold(f64::NAN, f64::min)
    }

    /// Whether the runs that are shown have times on the axis.
    pub(super) fn has_axis(&self, axis: TimeAxis) -> bool {
        let mut runs = self.shown().into_iter().map(|index| &self.runs[index].1);
        match axis {
            TimeAxis::Steps => true,
            TimeAxis::Epochs => runs.any(|run| run.scalars.contains_key("epoch")),
            TimeAxis::Relative | TimeAxis::Wall => runs.any(|run| start(run).is_finite()),
            TimeAxis::Values => runs.any(|run| run.scalars.contains_key(&self.axis)),
        }
    }

    /// Index of the run whose colour and mark each run has: of a group that of its first run.
    pub(super) fn looks(&self) -> Vec<usize> {
        if !self.is_grouped {
            return (0..self.runs.len()).collect();
        }
        let shown = self.shown().into_iter();
        let hidden = 0..self.runs.len();
        let mut firsts: BTreeMap<String, usize> = BTreeMap::new();
        for index in shown.chain(hidden.clone()) {
            let name = group_name(&self.runs[index].0);
            firsts.entry(name).or_insert(index);
        }
        hidden
            .map(|index| firsts[group_name(&self.runs[index].0).as_str()])
            .collect()
    }

    /// The points with their times on the axis, in order.
    fn timed(&self, run: &Run, points: &[Point], begin: f64) -> Points {
        let origin = if self.time == TimeAxis::Relative {
            start(run)
        } else {
            begin
        };
        let known = |tag: &str| run.scalars.get(tag).map(|series| steps_of(series.points()));
        let axis = match self.time {
            TimeAxis::Epochs => Some(known("epoch").unwrap_or_default()),
            TimeAxis::Values => Some(known(&self.axis).unwrap_or_default()),
            TimeAxis::Steps | TimeAxis::Relative | TimeAxis::Wall => None,
        };
        let time = |point: &Point| match self.time {
            TimeAxis::Steps | TimeAxis::Epochs | TimeAxis::Values => match &axis {
                Some(axis) => between(axis, point.step),
                None => point.step,
            },
            TimeAxis::Relative | TimeAxis::Wall => point.wall - origin,
        };
        let timed = points.iter().map(|point| (time(point), point.value));
        let mut timed: Points = timed.filter(|(time, _)| time.is_finite()).collect();
        // Values of another tag rise and fall, and a run that began anew without saying so goes back.
        if !timed.is_sorted_by(|a, b| a.0 <= b.0) {
            timed.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        timed
    }

    /// Joins curves of runs whose names differ in their last number only: the mean, and one standard error around it.
    fn groups(&self, curves: Vec<Curve>) -> Vec<Curve> {
        let mut groups: BTreeMap<String, Vec<Curve>> = BTreeMap::new();
        for curve in curves {
            let name = group_name(&self.runs[curve.run].0);
            groups.entry(name).or_default().push(curve);
        }
        let mut joined: Vec<Curve> = groups.into_values().filter_map(mean).collect();
        joined.sort_by_key(|curve| curve.run);
        joined
    }
}

/// Time of the first value of `run`; NaN if there is none.
fn start(run: &Run) -> f64 {
    let firsts = run
        .scalars
        .values()
        .filter_map(|series| series.points().first());
    firsts.map(|point| point.wall).fold(f64::NAN, f64::min)
}

/// The points by their steps, in order.
fn steps_of(points: &[Point]) -> Points {
    let points = points.iter();
    points.map(|point| (point.step, point.value)).collect()
}

/// Value at `time` on straight lines between `points`; NaN outside and of none.
pub(super) fn between(points: &[(f64, MinMaxLast)], time: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < time);
    match (
        after.checked_sub(1).and_then(|i| points.get(i)),
        points.get(after),
    ) {
        (_, Some((at, value))) if *at == time => value.last,
        (Some((from, a)), Some((to, b))) => {
            a.last + (b.last - a.last) * ((time - from) / (to - from))
        }
        // The axis goes on beyond the last known epoch.
        (Some((_, last)), None) => last.last,
        (None, Some(_)) | (None, None) => f64::NAN,
    }
}

/// Name without its last number.
fn group_name(name: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let Some(end) = name.rfind(is_digit).map(|at| at + 1) else {
        return name.to_owned();
    };
    let start = name[..end].trim_end_matches(is_digit).len();
    format!("{}#{}", &name[..start], &name[end..])
}

impl Curve {
    /// Number of runs that a mean is of, at `time` or else at the end, and of all of them; `None` of a single run.
    pub(super) fn count_at(&self, time: Option<f64>) -> Option<(usize, usize)> {
        let time = time.or(self.points.last().map(|point| point.0))?;
        let inside = self.members.iter().filter(|parts| is_inside(parts, time));
        (!self.members.is_empty()).then(|| (inside.count(), self.members.len()))
    }
}

/// First and last time of each part of a curve without a value that is not finite.
fn parts(points: &[(f64, MinMaxLast)]) -> Vec<(f64, f64)> {
    let parts = points.split(|(_, value)| !value.last.is_finite());
    let ends = parts.filter_map(|part| part.first().zip(part.last()));
    ends.map(|(first, last)| (first.0, last.0)).collect()
}

/// Returns whether `time` is inside one of these parts of a curve.
fn is_inside(parts: &[(f64, f64)], time: f64) -> bool {
    let next = parts.partition_point(|(_, last)| *last < time);
    parts.get(next).is_some_and(|(first, _)| *first <= time)
}

/// Mean of those of the curves that have values at a time, with the ends of the standard error, which takes two of them, as
/// minimum and maximum.
fn mean(mut curves: Vec<Curve>) -> Option<Curve> {
    if curves.len() == 1 {
        return curves.pop();
    }
    let members: Vec<_> = curves.iter().map(|curve| parts(&curve.points)).collect();
    for curve in &mut curves {
        curve.points.retain(|(_, value)| value.last.is_finite());
    }
    let mut times = curves.iter().flat_map(|curve| &curve.points);
    let is_whole = times.all(|(time, _)| time.fract() == 0.0);
    let parts = || members.iter().flatten().copied();
    let (from, to) = parts().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let even = (0..PLACES).map(|i| from + (to - from) * i as f64 / (PLACES - 1) as f64);
    // There is nothing between two steps.
    let even = even.map(|time| if is_whole { time.round() } else { time });
    // Also where a run is NaN before and after each of its values.
    let mut places: Vec<f64> = even.chain(parts().map(|(_, last)| last)).collect();
    places.retain(|time| time.is_finite());
    places.sort_by(f64::total_cmp);
    places.dedup();
    let points = places.into_iter().map(|time| {
        let there = curves.iter().zip(&members);
        let there = there.filter(|(_, parts)| is_inside(parts, time));
        let values: Vec<f64> = there
            .map(|(curve, _)| between(&curve.points, time))
            .collect();
        let mean = crate::util::stats::mean(&values);
        let error = if values.len() > 1 {
            crate::util::stats::standard_error(&values)
        } else {
            0.0
        };
        let value = MinMaxLast {
            min: mean - error,
            max: mean + error,
            last: mean,
        };
        (time, value)
    });
    Some(Curve {
        run: curves.first()?.run,
        points: points.filter(|(_, value)| value.last.is_finite()).collect(),
        members,
        is_pointed: curves.iter().any(|curve| curve.is_pointed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_differ_in_their_last_number_are_a_group() {
        assert_eq!(group_name("wide/seed=12"), "wide/seed=#");
        assert_eq!(group_name("run3-b"), "run#-b");
        assert_eq!(group_name("wide"), "wide");
    }

    #[test]
    fn the_mean_has_its_standard_error() {
        let curve = |values: [f64; 2]| Curve {
            run: 0,
            points: vec![
                (0.0, MinMaxLast::of(values[0])),
                (10.0, MinMaxLast::of(values[1])),
            ],
            members: Vec::new(),
            is_pointed: false,
        };
        let both = mean(vec![curve([1.0, 2.0]), curve([3.0, 6.0])]).expect("a curve");
        let (time, value) = *both.points.last().expect("points");
        assert_eq!(
            (time, value.last, value.min, value.max),
            (10.0, 4.0, 2.0, 6.0)
        );
        assert_eq!(both.points[0].1.last, 2.0);
        // A run that has just begun, and ends at its only point.
        let mut begun = curve([5.0, 0.0]);
        begun.points.pop();
        let three = mean(vec![curve([1.0, 2.0]), curve([3.0, 6.0]), begun]).expect("a curve");
        let at = |n: usize| (three.points[n].0, three.points[n].1.last);
        assert_eq!([at(0), at(10)], [(0.0, 3.0), (10.0, 4.0)]);
        assert_eq!(
            [Some(0.0), None].map(|time| three.count_at(time)),
            [Some((3, 3)), Some((2, 3))]
        );
        // One that is NaN from some step on, and one that is all the time.
        let mut lost = curve([5.0, f64::NAN]);
        lost.points.insert(1, (4.0, MinMaxLast::of(9.0)));
        let never = curve([f64::NAN; 2]);
        let four = vec![curve([1.0, 2.0]), curve([3.0, 6.0]), lost, never];
        let four = mean(four).expect("a curve");
        let times = four.points.iter().map(|point| point.0);
        assert!(times.eq((0..=10).map(f64::from)));
        assert_eq!(four.points[10].1.last, 4.0);
        assert_eq!(
            [Some(4.0), None].map(|time| four.count_at(time)),
            [Some((3, 4)), Some((2, 4))]
        );
        // One that is NaN for some steps, and one with a value now and then.
        let mut hole = curve([2.0, 2.0]);
        hole.points.insert(1, (6.0, MinMaxLast::of(f64::NAN)));
        hole.points.insert(1, (3.0, MinMaxLast::of(2.0)));
        let mut seldom = curve([f64::NAN; 2]);
        seldom.points.insert(1, (5.0, MinMaxLast::of(6.0)));
        let holes = mean(vec![curve([4.0, 4.0]), hole, seldom]).expect("a curve");
        let found = [3, 4, 5, 6].map(|step| {
            let (time, value) = holes.points[step];
            (time, value.last, holes.count_at(Some(time)))
        });
        assert_eq!(
            found,
            [
                (3.0, 3.0, Some((2, 3))),
                (4.0, 4.0, Some((1, 3))),
                (5.0, 5.0, Some((2, 3))),
                (6.0, 4.0, Some((1, 3))),
            ]
        );
        // Where there is only one, there is no error.
        let mut short = curve([3.0, 6.0]);
        short.points[1].0 = 5.0;
        let long = mean(vec![curve([1.0, 2.0]), short]).expect("a curve");
        let (time, value) = *long.points.last().expect("points");
        assert_eq!(
            (time, value.min, value.last, value.max),
            (10.0, 2.0, 2.0, 2.0)
        );
    }
}
