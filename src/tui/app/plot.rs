//! Axes, zoom and crosshair of the charts, as the user sets them. Times are in epochs, whatever the axis shows.

use std::borrow::Cow;

use super::actions::Done;
use super::bindings::ScreenDirection;
use super::command::expected;
use super::ghosts::Ghost;
use super::history::TrainingHistory;
use super::model::Model;
use super::timeline::TimeUnit;
use crate::train::EpochRecord;
use crate::tui::panels::PanelId;
use crate::tui::text;
use crate::util::lang::catalogue::{id_of, translated};
use crate::util::lang::listed;
use crate::util::stats::{MinMaxLast, robust_range};

/// Decades from which on an automatic axis is logarithmic.
const LOG_FROM: f64 = 2.0;
/// Decades below which it is linear again, so that it does not switch to and fro.
const LOG_UNTIL: f64 = 1.7;
/// Number of points of a curve that are enough to choose the scale.
const FOLLOWED: usize = 512;
/// Decades less that both limits have where the curves lie at the foot of a linear axis.
const LOG_LESS: f64 = 0.5;

/// Factor by which a key or a notch of the wheel zooms.
const ZOOM: f64 = 0.8;
/// Smallest visible time in epochs.
const MIN_SPAN: f64 = 0.1;
/// Part of the visible time by which a key moves it.
const PAN: f64 = 0.2;
/// Cells within which the line at the moment that is shown can be grabbed.
const NEAR: f64 = 2.5;
/// Cells of the screen beside the plot of a maximised chart.
const BESIDE: u16 = 8;

/// Scale of the loss axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossScale {
    /// Logarithmic where the losses span more than two decades.
    Auto,
    Linear,
    Log,
}

impl LossScale {
    /// All scales in the order of their key.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Linear, Self::Log];

    /// Name in the language of the screen.
    pub fn title(self) -> Cow<'static, str> {
        translated(&id_of("scale", self.name()), self.name())
    }

    /// Name in the commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Linear => "linear",
            Self::Log => "log",
        }
    }
}

/// A gesture of the mouse over a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlotGesture {
    /// The pointer is at this time, or has left the chart.
    Hover(Option<f64>),
    /// The button was pressed in a panel at a time.
    Grab(PanelId, f64),
    /// The pointer was moved to what was this time, with the button held.
    Drag(f64),
    /// The button was released at a time.
    Release(f64),
    /// The wheel was turned at a time by some lines; below zero zooms in.
    Wheel(f64, i16),
}

/// Axes, zoom and crosshair of the charts.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotView {
    pub loss_scale: LossScale,
    /// Unit of the time axis.
    pub time_unit: TimeUnit,
    /// First and last visible time, if not all are.
    pub zoom: Option<(f64, f64)>,
    /// Time under the crosshair.
    pub crosshair: Option<f64>,
    /// Time at which the plot was grabbed with the mouse.
    grabbed: Option<f64>,
    /// Whether the pointer was moved since.
    is_dragged: bool,
    /// Whether moving it moves through the run.
    scrubs: bool,
    /// Whether the losses span so many decades that the automatic axis is logarithmic.
    spans_decades: bool,
}

impl Default for PlotView {
    fn default() -> Self {
        Self {
            loss_scale: LossScale::Auto,
            time_unit: TimeUnit::Epochs,
            zoom: None,
            crosshair: None,
            grabbed: None,
            is_dragged: false,
            scrubs: false,
            spans_decades: false,
        }
    }
}

impl PlotView {
    /// Whether the loss axis is logarithmic.
    pub(crate) fn is_log(&self) -> bool {
        match self.loss_scale {
            LossScale::Auto => self.spans_decades,
            LossScale::Linear => false,
            LossScale::Log => true,
        }
    }

    /// Whether the loss axis of these curves, of several runs, is logarithmic. The automatic axis is if together they span
    /// many decades.
    pub(crate) fn is_log_for<'p>(
        &self,
        curves: impl IntoIterator<Item = &'p [(f64, MinMaxLast)]>,
    ) -> bool {
        if self.loss_scale != LossScale::Auto {
            return self.is_log();
        }
        let decades =
            |points: &'p [(f64, MinMaxLast)]| points.iter().map(|(_, loss)| loss.last.log10());
        let range = robust_range(curves.into_iter().map(decades));
        range.is_some_and(|(low, high)| high - low > LOG_FROM)
    }

    fn next_loss_scale(&mut self) {
        self.loss_scale = next(self.loss_scale, &LossScale::ALL);
    }

    /// Turns to the next unit of the time axis.
    pub(super) fn next_time_unit(&mut self) {
        self.time_unit = next(self.time_unit, &TimeUnit::ALL);
    }

    /// First and last visible time, of all up to `end`.
    pub(crate) fn visible(&self, end: f64) -> (f64, f64) {
        self.zoom.unwrap_or((0.0, end))
    }

    /// Shows the times from `from` for `span` epochs, moved to where there are curves; all of them if they fit.
    fn show(&mut self, from: f64, span: f64, end: f64) {
        let span = span.max(MIN_SPAN);
        let from = from.min(end - span).max(0.0);
        self.zoom = (span < end).then_some((from, from + span));
    }

    /// Scales the visible time by `factor`, keeping the place of the time `at`.
    fn zoom_by(&mut self, factor: f64, at: f64, end: f64) {
        let (from, to) = self.visible(end);
        let span = ((to - from) * factor).max(MIN_SPAN);
        let place = ((at - from) / (to - from)).clamp(0.0, 1.0);
        self.show(at.clamp(from, to) - place * span, span, end);
    }

    /// Moves the visible time by `epochs`.
    fn pan_by(&mut self, epochs: f64, end: f64) {
        if let Some((from, to)) = self.zoom {
            self.show(from + epochs, to - from, end);
        }
    }

    /// Chooses the automatic scale for the losses of a run and of its ghosts.
    pub(super) fn follow(&mut self, history: &TrainingHistory, ghosts: &[Ghost]) {
        let decades = f64::log10;
        let every = |count: usize| count.div_ceil(FOLLOWED).max(1);
        let validation = |records: &[EpochRecord]| -> Vec<f64> {
            let records = records.iter().step_by(every(records.len()));
            let losses = records.map(|record| record.validation_loss.last);
            losses.map(decades).collect()
        };
        let train = history.losses();
        let train = train.iter().step_by(every(train.len()));
        let train = train.filter(|point| !history.is_lost(point.epochs));
        let train = train.map(|point| decades(point.loss.last)).collect();
        let ghosts = ghosts.iter().map(|ghost| validation(ghost.curves.epochs()));
        let records = history.epochs();
        let lost = records.partition_point(|record| history.is_lost(record.epoch as f64));
        let losses = [train, validation(&records[lost..])]
            .into_iter()
            .chain(ghosts);
        let losses: Vec<Vec<f64>> = losses.collect();
        let (low, high) =
            robust_range(losses.iter().map(|curve| curve.iter().copied())).unwrap_or_default();
        // On a linear axis most of each curve would lie in its lowest tenth.
        let is_at_foot = losses
            .iter()
            .filter(|curve| !curve.is_empty())
            .all(|curve| {
                let low = curve.iter().filter(|loss| **loss < high - 1.0).count();
                2 * low > curve.len()
            });
        let less = if is_at_foot { LOG_LESS } else { 0.0 };
        let limit = if self.spans_decades {
            LOG_UNTIL
        } else {
            LOG_FROM
        } - less;
        self.spans_decades = high - low > limit;
    }
}

/// Returns the element of `all` after `now`, or the first one after the last.
fn next<T: Copy + PartialEq>(now: T, all: &[T]) -> T {
    let at = all.iter().position(|&other| other == now);
    all[at.map_or(0, |at| (at + 1) % all.len())]
}

impl Model {
    /// Handles a gesture of the mouse over a chart.
    pub(super) fn point_at_plot(&mut self, gesture: PlotGesture) {
        let end = self.run.chart_end();
        let view = &mut self.navigation.plot;
        match gesture {
            PlotGesture::Hover(at) => view.crosshair = at,
            PlotGesture::Grab(panel, at) => {
                view.grabbed = Some(at);
                view.is_dragged = false;
                self.prompt.notice = None;
                self.navigation.focus = panel;
                self.navigation.plot.scrubs = self.scrubs(at, end);
            }
            PlotGesture::Drag(at) => {
                view.is_dragged = true;
                match view.grabbed {
                    Some(_) if view.scrubs => self.scrub_to(at),
                    Some(grabbed) => view.pan_by(grabbed - at, end),
                    None => {}
                }
            }
            PlotGesture::Release(at) => {
                let is_click = view.grabbed.take().is_some() && !view.is_dragged;
                if is_click && self.navigation.is_charting() {
                    self.scrub_to(at);
                }
            }
            PlotGesture::Wheel(at, lines) => {
                let factor = if lines < 0 { ZOOM } else { 1.0 / ZOOM };
                view.zoom_by(factor, at, end);
            }
        }
    }

    /// Returns whether dragging what was grabbed at a time moves through the run: in a maximised chart that shows all
    /// times, or by the line at the moment that is shown.
    fn scrubs(&self, grabbed: f64, end: f64) -> bool {
        let view = &self.navigation.plot;
        let (from, to) = view.visible(end);
        let near = NEAR * (to - from) / f64::from(self.navigation.size.0.max(1));
        let is_line = self.run.past.is_some() && (self.run.epochs() - grabbed).abs() <= near;
        self.navigation.is_charting() && (view.zoom.is_none() || is_line)
    }

    /// Shows the moment at a time.
    fn scrub_to(&mut self, at: f64) {
        self.navigation.plot.crosshair = Some(at);
        let done = self.rewind_to_time(at);
        self.prompt.report(done);
    }

    /// Turns to the next scale of the loss axis.
    pub(super) fn turn_loss_scale(&mut self) {
        self.navigation.plot.next_loss_scale();
        let name = self.navigation.plot.loss_scale.title();
        self.prompt.status(text::loss_axis(name));
    }

    /// Zooms the charts in or out, around the crosshair or the middle.
    pub(super) fn zoom_chart(&mut self, is_in: bool) {
        let end = self.run.chart_end();
        let view = &mut self.navigation.plot;
        let (from, to) = view.visible(end);
        let at = view.crosshair.unwrap_or(0.5 * (from + to));
        view.zoom_by(if is_in { ZOOM } else { 1.0 / ZOOM }, at, end);
    }

    /// Moves the visible time to the left or right.
    pub(super) fn pan_chart(&mut self, direction: ScreenDirection) {
        let end = self.run.chart_end();
        let view = &mut self.navigation.plot;
        let (from, to) = view.visible(end);
        let sign = if direction == ScreenDirection::Left {
            -1.0
        } else {
            1.0
        };
        view.pan_by(sign * PAN * (to - from), end);
    }

    /// Moves the crosshair to the next column with an epoch on the left or right, or to the change before or after
    /// it (up or down). It begins at the right end, or at the last change before that.
    pub(super) fn move_crosshair(&mut self, direction: ScreenDirection) {
        let history = &self.run.history;
        let end = self.run.chart_end();
        let view = &mut self.navigation.plot;
        let (from, to) = view.visible(end);
        let columns = self.navigation.size.0.saturating_sub(BESIDE).max(1);
        let records = history.epochs();
        let bucket = match records {
            [first, second, ..] => (second.epoch - first.epoch) as f64,
            _ => 1.0,
        };
        let step = bucket.max((to - from) / f64::from(columns));
        let changes = history.marks().iter().map(|mark| mark.epochs);
        let target = match (view.crosshair, direction) {
            (None, ScreenDirection::Up | ScreenDirection::Down) => {
                changes.rev().find(|&change| change <= to)
            }
            (None, _) => Some(to),
            (Some(at), ScreenDirection::Left) => Some(at - step),
            (Some(at), ScreenDirection::Right) => Some(at + step),
            (Some(at), ScreenDirection::Up) => changes.rev().find(|&change| change < at),
            (Some(at), ScreenDirection::Down) => changes.into_iter().find(|&change| change > at),
        };
        let Some(target) = target else {
            return;
        };
        let is_change = matches!(direction, ScreenDirection::Up | ScreenDirection::Down);
        let record = history.nearest(target).filter(|_| !is_change);
        let at = record.map_or(target, |record| record.epoch as f64);
        let at = at.clamp(0.0, end);
        view.crosshair = Some(at);
        if at < from {
            view.pan_by(at - from, end);
        } else if at > to {
            view.pan_by(at - to, end);
        }
    }

    /// Sets the scale of the loss axis or the unit of the time axis by its name.
    pub(super) fn set_axis(&mut self, name: &str) -> Done {
        let view = &mut self.navigation.plot;
        let scale = LossScale::ALL
            .into_iter()
            .find(|scale| scale.name() == name);
        let unit = TimeUnit::ALL.into_iter().find(|unit| unit.name() == name);
        match (scale, unit) {
            (Some(scale), _) => view.loss_scale = scale,
            (_, Some(unit)) => view.time_unit = unit,
            _ => {
                let names = text::expected_word(listed(&axis_names()));
                return Err(expected("axis", &names, name));
            }
        }
        Ok(())
    }
}

/// Names of all scales and units of the axes.
pub(super) fn axis_names() -> Vec<&'static str> {
    let scales = LossScale::ALL.map(LossScale::name).into_iter();
    scales.chain(TimeUnit::ALL.map(TimeUnit::name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Curves, LossPoint};
    use crate::util::stats::MinMaxLast;

    fn history(last: f64) -> TrainingHistory {
        let mut curves = Curves::default();
        for (epoch, loss) in (1..).zip([1.0, 0.8, 0.5, 0.3, last, last, last, last, last]) {
            curves.add_loss(LossPoint {
                epochs: f64::from(epoch),
                loss: MinMaxLast::of(loss),
            });
        }
        TrainingHistory::new(1, curves)
    }

    #[test]
    fn the_automatic_axis_does_not_switch_to_and_fro() {
        let mut view = PlotView::default();
        for (last, is_log) in [
            (0.1, false),
            (0.04, false),
            (0.012, true),
            (0.05, true),
            (0.07, false),
        ] {
            view.follow(&history(last), &[]);
            assert_eq!(view.is_log(), is_log, "{last}");
        }
        view.next_loss_scale();
        assert!(!view.is_log());
        view.next_loss_scale();
        assert!(view.is_log());
    }

    #[test]
    fn zooming_keeps_the_pointer_and_stays_within_the_curves() {
        let mut view = PlotView::default();
        view.pan_by(5.0, 100.0);
        assert_eq!(view.visible(100.0), (0.0, 100.0));
        view.zoom_by(0.5, 40.0, 100.0);
        assert_eq!(view.visible(100.0), (20.0, 70.0));
        view.pan_by(99.0, 100.0);
        assert_eq!(view.visible(100.0), (50.0, 100.0));
        view.zoom_by(0.0, 99.0, 100.0);
        let (from, to) = view.visible(100.0);
        assert!((to - from - MIN_SPAN).abs() < 1e-9 && from <= 99.0 && 99.0 <= to);
        view.zoom_by(1e9, 99.0, 100.0);
        assert_eq!(view.zoom, None);
        view.zoom_by(0.5, 0.0, 0.0);
        assert_eq!(view.zoom, None);
    }
}
