//! A run as it has been logged so far.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::series::{HistogramPoint, Point, Series};
use crate::util::lang::say;
use crate::util::stats::MinMaxLast;

/// Maximum number of tags of a kind; further ones are left out.
const TAGS: usize = 1000;
/// Maximum number of characters of a text and of a name.
const TEXT: usize = 4000;

/// A run as it has been logged so far. Clones share the series until they change.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Values by tag.
    pub(crate) scalars: BTreeMap<Arc<str>, Arc<Series>>,
    /// Distributions by tag.
    pub(crate) histograms: BTreeMap<Arc<str>, Arc<Series<HistogramPoint>>>,
    /// Newest text by tag.
    pub(crate) texts: BTreeMap<Arc<str>, Arc<str>>,
    /// Hyperparameters.
    pub(crate) hparams: BTreeMap<Arc<str>, Arc<str>>,
    /// Why the log cannot be read on, or that something was left out.
    pub(crate) problem: Option<String>,
    /// Number of lines of text that were read and are not empty.
    pub(crate) lines: u64,
    /// Time of the last change of its files; `None` of standard input before the first bytes.
    pub(crate) modified: Option<SystemTime>,
    /// Whether steps are numbers of lines, as its log does not say them.
    pub(super) is_counted: bool,
    /// Whether its log says that it ended since it diverged.
    pub(crate) has_diverged: bool,
    /// Whether its files are gone.
    pub(crate) is_gone: bool,
    /// Whether the stream that it was read from has ended.
    pub(crate) has_ended: bool,
}

impl Run {
    /// Adds a value of a tag.
    pub(super) fn add_scalar(&mut self, tag: &str, point: Point) {
        match entry(&mut self.scalars, tag) {
            Some(series) => Arc::make_mut(series).push(point),
            None => self.note(|| left_out(tag)),
        }
    }

    /// Adds a distribution of a tag.
    pub(super) fn add_histogram(&mut self, tag: &str, point: HistogramPoint) {
        match entry(&mut self.histograms, tag) {
            Some(series) => Arc::make_mut(series).push(point),
            None => self.note(|| left_out(tag)),
        }
    }

    /// Says that something was left out, unless something else was said before.
    pub(super) fn note(&mut self, text: impl FnOnce() -> String) {
        if self.problem.is_none() {
            self.problem = Some(text());
        }
    }

    /// Replaces the text of a tag.
    pub(super) fn set_text(&mut self, tag: &str, text: &str) {
        set(&mut self.texts, tag, text);
    }

    /// Replaces a hyperparameter.
    pub(super) fn set_hparam(&mut self, name: &str, value: &str) {
        set(&mut self.hparams, name, value);
    }

    /// Returns whether there are hyperparameters, and otherwise of each tag one value at most.
    pub(super) fn is_of_hparams(&self) -> bool {
        let mut series = self.scalars.values();
        !self.hparams.is_empty()
            && self.histograms.is_empty()
            && self.texts.is_empty()
            && series.all(|series| series.points().len() <= 1)
    }

    /// Returns whether the steps of `later` go on after those of this run: of the tag with most points that both have, as a
    /// rotation may part the lines of a step. With `is_inside`, they may go on in the middle.
    pub(super) fn goes_on_with(&self, later: &Self, is_inside: bool) -> bool {
        let Some((first, last)) = self.steps() else {
            return false;
        };
        let both = self.scalars.iter().filter_map(|(tag, series)| {
            let other = later.scalars.get(tag)?.points().first()?.step;
            Some((series.points(), other))
        });
        match both.max_by_key(|(points, _)| points.len()) {
            Some(([begin, .., end], begun)) if is_inside || begun >= end.step => begun > begin.step,
            Some(([point], begun)) => begun > point.step,
            Some(_) => false,
            None => later
                .steps()
                .is_some_and(|(begun, _)| begun >= last && begun > first),
        }
    }

    /// Returns whether the first points of both runs are the same, or one of them has merged those of the other.
    pub(super) fn begins_like(&self, other: &Self) -> bool {
        let first = |run: &Self, tag: &str| Some(run.scalars.get(tag)?.points().first()?.value);
        let is_like = |tag: &Arc<str>| {
            let values = first(self, tag).zip(first(other, tag));
            values.is_none_or(|(a, b)| {
                let has = |a: MinMaxLast, b: MinMaxLast| a.min <= b.min && b.max <= a.max;
                has(a, b) || has(b, a) || a.last.is_nan() && b.last.is_nan()
            })
        };
        other.scalars.keys().all(is_like)
    }

    /// Adds what was logged later, in `other`, in place of the same steps and later ones of its tags.
    pub(super) fn extend(&mut self, other: Self) {
        for (tag, series) in &other.scalars {
            if let (Some(known), Some(first)) = (self.scalars.get_mut(tag), series.points().first())
            {
                Arc::make_mut(known).purge(first.step);
            }
            for point in series.points() {
                self.add_scalar(tag, *point);
            }
        }
        for (tag, series) in &other.histograms {
            if let (Some(known), Some(first)) =
                (self.histograms.get_mut(tag), series.points().first())
            {
                Arc::make_mut(known).purge(first.step);
            }
            for point in series.points() {
                self.add_histogram(tag, point.clone());
            }
        }
        self.is_counted |= other.is_counted;
        self.lines += other.lines;
        self.texts.extend(other.texts);
        self.hparams.extend(other.hparams);
        self.problem = other.problem.or(self.problem.take());
        self.modified = other.modified;
        self.has_diverged = other.has_diverged;
    }

    /// Returns the first and the last step with a value; `None` without any.
    pub(super) fn steps(&self) -> Option<(f64, f64)> {
        let series = self.scalars.values();
        let ends = series.filter_map(|series| {
            let (first, last) = (series.points().first()?, series.last()?);
            Some((first.step, last.step))
        });
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Adds the hyperparameters of `other`, and its values of tags that this run has not.
    pub(super) fn take_hparams(&mut self, other: &Self) {
        for (name, value) in &other.hparams {
            self.set_hparam(name, value);
        }
        for (tag, series) in &other.scalars {
            let own = self.scalars.entry(Arc::clone(tag));
            own.or_insert_with(|| Arc::clone(series));
        }
    }

    /// Returns whether nothing was logged.
    pub(super) fn is_empty(&self) -> bool {
        self.scalars.is_empty()
            && self.histograms.is_empty()
            && self.texts.is_empty()
            && self.hparams.is_empty()
    }

    /// Drops everything that was logged for `step` and later.
    pub(super) fn purge(&mut self, step: f64) {
        for series in self.scalars.values_mut() {
            Arc::make_mut(series).purge(step);
        }
        for series in self.histograms.values_mut() {
            Arc::make_mut(series).purge(step);
        }
    }

    /// Returns the newest value of a tag.
    pub(crate) fn newest(&self, tag: &str) -> Option<f64> {
        Some(self.scalars.get(tag)?.last()?.value.last)
    }
}

fn left_out(tag: &str) -> String {
    if tag.len() > TEXT {
        return say!(
            "watch-long-tag",
            "a tag of more than {count} characters was left out",
            count = TEXT
        );
    }
    say!(
        "watch-too-many-tags",
        "more than {count} tags: the others were left out",
        count = TAGS
    )
}

/// Returns the entry of `key`, unless it is new and there are too many.
fn entry<'m, T: Default>(
    map: &'m mut BTreeMap<Arc<str>, Arc<T>>,
    key: &str,
) -> Option<&'m mut Arc<T>> {
    if !map.contains_key(key) {
        if map.len() >= TAGS || key.len() > TEXT {
            return None;
        }
        map.insert(key.into(), Arc::default());
    }
    map.get_mut(key)
}

fn set(map: &mut BTreeMap<Arc<str>, Arc<str>>, key: &str, text: &str) {
    if key.len() <= TEXT && (map.len() < TAGS || map.contains_key(key)) {
        let end = text
            .char_indices()
            .nth(TEXT)
            .map_or(text.len(), |(at, _)| at);
        map.insert(key.into(), text[..end].into());
    }
}
