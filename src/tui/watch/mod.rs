//! The screen of `nn-tui watch`: a list of runs, and charts of what they log.

mod charts;
mod curves;
mod heat;
mod keys;
mod list;
mod marks;
mod settings;
mod texts;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use ratatui::crossterm::event::KeyEvent;

use super::app::{ClickTarget, Effect, Msg};
use super::key_table::{KeyRow, KeyScreen, KeyState};
use super::keymap::KeyMap;
use crate::watch::{Filter, Run};
pub use keys::shown_keys;
pub use view::render;

/// Shortest part of the horizontal axis that is shown.
const MIN_ZOOM: f64 = 1e-3;
/// Part of the shown time by which a key moves the crosshair.
const CROSSHAIR_STEP: f64 = 0.02;

/// Runs by name, in the order in which they were found.
pub type Runs = Vec<(Arc<str>, Arc<Run>)>;

/// Content of the right part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Charts of the runs.
    Charts,
    /// Distributions of the run under the cursor.
    Histograms,
    /// Hyperparameters of the runs.
    Settings,
    /// Texts of the run under the cursor.
    Texts,
}

/// Quantity of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeAxis {
    Steps,
    /// Values of the tag `epoch`.
    Epochs,
    /// Seconds since the first value of the run.
    Relative,
    /// Seconds since the first value of all runs.
    Wall,
    /// Values of the tag [`Watch::axis`].
    Values,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// In the order in which the runs were found.
    Found,
    Name,
    /// Newest value of the selected chart, lowest first.
    Lowest,
    /// Newest value of the selected chart, highest first.
    Highest,
}

/// State of the screen.
#[derive(Debug)]
pub struct Watch {
    /// Paths that are watched, for the title.
    source: String,
    runs: Runs,
    /// Time at which `runs` were read.
    now: SystemTime,
    filter: Filter,
    hidden: BTreeSet<Arc<str>>,
    pinned: BTreeSet<Arc<str>>,
    order: Order,
    /// Line of the list under the cursor.
    cursor: usize,
    /// The run that the cursor stays on, and its line when the list was looked at last.
    followed: Option<Arc<str>>,
    place: usize,
    /// Tag by whose values the list may be ordered: that of the chart selected last.
    ordered_by: Option<Arc<str>>,
    content: Content,
    /// The selected chart.
    chart: usize,
    /// First row of the table of settings.
    setting: usize,
    /// Whether the selected chart has all the room.
    is_large: bool,
    time: TimeAxis,
    /// Tag of the horizontal axis, once one was chosen.
    axis: Arc<str>,
    is_log: bool,
    smoothing: usize,
    /// Whether runs that differ in their seed only are shown as their mean.
    is_grouped: bool,
    /// First and last time that is shown, on the horizontal axis of all charts, if not all are.
    zoom: Option<(f64, f64)>,
    /// Time under the crosshair, which all charts share.
    crosshair: Option<f64>,
    /// Whether the runs are on a pipe, of which the writer may end once nobody reads it.
    is_piped: bool,
    /// Whether the user wants to quit while something is written to the pipe.
    is_asked_to_quit: bool,
    keys: KeyState,
    size: (u16, u16),
}

impl KeyScreen for Watch {
    const KEYS: &'static [KeyRow<Self>] = &keys::KEYS;

    fn key_state(&self) -> &KeyState {
        &self.keys
    }

    fn key_state_mut(&mut self) -> &mut KeyState {
        &mut self.keys
    }

    fn may_quit(&mut self) -> bool {
        let is_written = self.runs.iter().any(|(_, run)| !run.has_ended);
        let asks = self.is_piped && (is_written || self.runs.is_empty());
        std::mem::replace(&mut self.is_asked_to_quit, asks) || !asks
    }

    fn stay(&mut self) {
        self.is_asked_to_quit = false;
    }

    fn settle(&mut self) {
        self.filter = Filter::parse(self.keys.filter.text());
        self.clamp();
    }
}

impl Watch {
    /// Creates the state before anything is read of `source`, the paths.
    pub fn new(source: String, filter: &str, keys: KeyMap) -> Self {
        Self {
            source,
            runs: Vec::new(),
            now: SystemTime::UNIX_EPOCH,
            filter: Filter::parse(filter),
            hidden: BTreeSet::new(),
            pinned: BTreeSet::new(),
            order: Order::Found,
            cursor: 0,
            followed: None,
            place: 0,
            ordered_by: None,
            content: Content::Charts,
            chart: 0,
            setting: 0,
            is_large: false,
            time: TimeAxis::Steps,
            axis: "".into(),
            is_log: false,
            smoothing: 0,
            is_grouped: false,
            zoom: None,
            crosshair: None,
            is_piped: false,
            is_asked_to_quit: false,
            keys: KeyState::new(filter, keys),
            size: (80, 24),
        }
    }

    /// Says that the runs are on a pipe, of which the writer may end once nobody reads it.
    #[must_use]
    pub fn on_pipe(self) -> Self {
        Self {
            is_piped: true,
            ..self
        }
    }

    /// Changes the state by `msg`. Returns effects to carry out.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => return self.press(&key).into_iter().collect(),
            Msg::Text(text) => self.insert(&text),
            Msg::Runs(runs, now) => {
                (self.runs, self.now) = (runs, now);
            }
            // A second click does what the key for the chosen one does.
            Msg::Pick(ClickTarget::Line(line)) if line == self.cursor => self.toggle(),
            Msg::Pick(ClickTarget::Line(line)) => self.cursor = line,
            Msg::Pick(ClickTarget::Row(chart)) if chart == self.chart => {
                self.is_large = !self.is_large;
            }
            Msg::Pick(ClickTarget::Row(chart)) => self.chart = chart,
            Msg::Pick(ClickTarget::Key(code, modifiers)) => {
                return self
                    .press(&KeyEvent::new(code, modifiers))
                    .into_iter()
                    .collect();
            }
            Msg::Wheel(_, lines) => {
                self.cursor = self.cursor.saturating_add_signed(lines.into());
            }
            Msg::Resize(width, height) => self.size = (width, height),
            Msg::Drawn(drawn) => {
                self.keys.drawn = drawn;
                return Vec::new();
            }
            Msg::Terminate(code) => return vec![Effect::Quit { code }],
            _ => {}
        }
        self.clamp();
        Vec::new()
    }

    /// Keeps cursor and chart within what there is, and the cursor on its run.
    fn clamp(&mut self) {
        if self.content == Content::Charts {
            let tags = self.tags();
            self.chart = self.chart.min(tags.len().saturating_sub(1));
            self.ordered_by = tags.into_iter().nth(self.chart);
        }
        self.follow();
        if !self.has_axis(self.time) {
            self.turn_to(TimeAxis::Steps);
        }
        if self.content == Content::Settings {
            self.setting = self.setting.min(self.last_setting());
        } else {
            self.chart = self.chart.min(self.chart_count().saturating_sub(1));
        }
    }

    /// Moves the cursor to the line of its run, unless it was moved to another one.
    fn follow(&mut self) {
        let listed = self.listed();
        let names = || listed.iter().map(|index| &self.runs[*index].0);
        let is_moved = self.cursor != self.place;
        let followed = self.followed.as_ref().filter(|_| !is_moved);
        let line = followed.and_then(|run| names().position(|name| name == run));
        let line = line.unwrap_or(self.cursor.min(listed.len().saturating_sub(1)));
        // One that the filter hides comes back.
        let followed = followed.or(names().nth(line)).cloned();
        (self.cursor, self.place, self.followed) = (line, line, followed);
    }

    /// Number of charts or texts that can be selected.
    fn chart_count(&self) -> usize {
        match self.content {
            Content::Charts => self.tags().len(),
            Content::Histograms => self.histogram_tags().len(),
            Content::Texts => self.pointed().map_or(0, |(_, _, run)| run.texts.len()),
            Content::Settings => 0,
        }
    }

    /// Indices of the runs that the filter lets through, in the order of the list.
    fn listed(&self) -> Vec<usize> {
        let all = self.runs.iter().enumerate();
        let kept = all.filter(|(_, (name, run))| self.filter.matches(name, run));
        let mut listed: Vec<usize> = kept.map(|(index, _)| index).collect();
        let name = |index: &usize| &self.runs[*index].0;
        match self.order {
            Order::Found => {}
            Order::Name => listed.sort_by(|a, b| name(a).cmp(name(b))),
            Order::Lowest | Order::Highest => {
                let tag = self.ordered_by.as_ref();
                let value = |index: &usize| {
                    let value = tag.and_then(|tag| self.runs[*index].1.newest(tag));
                    let value = value.filter(|value| !value.is_nan());
                    let sign = if self.order == Order::Lowest {
                        1.0
                    } else {
                        -1.0
                    };
                    value.map_or(f64::INFINITY, |value| sign * value)
                };
                listed.sort_by(|a, b| value(a).total_cmp(&value(b)));
            }
        }
        listed.sort_by_key(|index| !self.pinned.contains(name(index)));
        listed
    }

    /// Indices of the runs whose curves are shown.
    fn shown(&self) -> Vec<usize> {
        let all = self.runs.iter().enumerate();
        let shown = all.filter(|(_, (name, run))| {
            !self.hidden.contains(name) && self.filter.matches(name, run)
        });
        shown.map(|(index, _)| index).collect()
    }

    /// Tags of all runs that the filter lets through: losses, others, and what only counts; those with one prefix together.
    fn tags(&self) -> Vec<Arc<str>> {
        let runs = self.runs.iter();
        let runs = runs.filter(|(name, run)| self.filter.matches(name, run));
        let all: BTreeSet<&Arc<str>> = runs.flat_map(|(_, run)| run.scalars.keys()).collect();
        let prefix = |tag: &str| {
            tag.rsplit_once('/')
                .map_or("", |(prefix, _)| prefix)
                .to_owned()
        };
        let rank = |tag: &str| match tag {
            "epoch" | "step" | "time" | "seconds" => 2,
            tag if tag.contains("loss") => 0,
            _ => 1,
        };
        let mut tags: Vec<Arc<str>> = all.into_iter().cloned().collect();
        tags.sort_by_cached_key(|tag| (rank(tag), prefix(tag)));
        tags
    }

    /// The run under the cursor, with its index.
    fn pointed(&self) -> Option<(usize, &Arc<str>, &Arc<Run>)> {
        let index = *self.listed().get(self.cursor)?;
        let (name, run) = &self.runs[index];
        Some((index, name, run))
    }

    /// Tags of the distributions of the run under the cursor.
    fn histogram_tags(&self) -> Vec<Arc<str>> {
        let tags = self
            .pointed()
            .map(|(_, _, run)| run.histograms.keys().cloned());
        tags.into_iter().flatten().collect()
    }

    /// Shows or hides the run under the cursor.
    fn toggle(&mut self) {
        if let Some(name) = self.pointed().map(|(_, name, _)| Arc::clone(name))
            && !self.hidden.remove(&name)
        {
            self.hidden.insert(name);
        }
    }

    /// Goes back by one of the things that hide others.
    fn go_back(&mut self) {
        if self.is_large {
            self.is_large = false;
        } else if self.crosshair.is_some() {
            self.crosshair = None;
        } else if self.content != Content::Charts {
            self.content = Content::Charts;
        } else {
            self.keys.filter.replace("");
        }
    }

    /// Shows another quantity on the horizontal axis, on which no time is chosen yet.
    fn turn_to(&mut self, time: TimeAxis) {
        (self.time, self.zoom, self.crosshair) = (time, None, None);
    }

    /// Scales the time that is shown by `factor`, around the crosshair or else from its end.
    fn zoom_by(&mut self, factor: f64) {
        let Some(times) = self.selected_times() else {
            return;
        };
        let (whole, (from, to)) = (times.whole, times.shown);
        let all = whole.1 - whole.0;
        let length = ((to - from) * factor).max(MIN_ZOOM * all);
        let at = self.crosshair.unwrap_or(to).max(from).min(to);
        let from = at - (at - from) / (to - from) * length;
        let from = from.min(whole.1 - length).max(whole.0);
        self.zoom = (length < all).then_some((from, from + length));
    }

    /// Moves the crosshair along the points of the selected chart, and what is shown with it.
    fn move_crosshair(&mut self, is_forward: bool) {
        let Some(times) = self.selected_times() else {
            return;
        };
        let (from, to) = times.shown;
        let sign = if is_forward { 1.0 } else { -1.0 };
        let start = if is_forward { from } else { to };
        let wanted = (self.crosshair).map_or(start, |at| at + sign * CROSSHAIR_STEP * (to - from));
        let is_next = |time: &f64| self.crosshair.is_none_or(|at| sign * (time - at) > 0.0);
        let next = times.points.iter().copied().filter(is_next);
        let distance = |time: &f64| (time - wanted).abs();
        let nearest = next.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let Some(at) = nearest else {
            return;
        };
        self.crosshair = Some(at);
        if self.zoom.is_some() {
            // The selected chart may be shorter than what is shown of the others.
            let shift = (at - to).max(0.0) + (at - from).min(0.0);
            self.zoom = Some((from + shift, to + shift));
        }
    }
}
