//! The keys of the screen, in one table for the footer, the help and their functions.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Content, Order, TimeAxis, Watch};
use crate::tui::app::Jump;
use crate::tui::app::navigation::SMOOTHING;
use crate::tui::key_table::KeyRow;
use crate::tui::keymap::KeyMap;
use crate::util::lang::say;

/// Settings by which a key moves their table.
const SETTINGS_OF_A_PAGE: usize = 10;

/// Keys of the screen as they are shown, with what they do.
pub fn shown_keys() -> impl Iterator<Item = (String, &'static str)> {
    let usual = KeyMap::default();
    KEYS.iter()
        .map(move |row| (usual.shown(row.shown), (row.help)()))
}

/// All keys but those that quit.
pub(super) const KEYS: [KeyRow<Watch>; 16] = [
    KeyRow {
        codes: &[
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Char('k'),
            KeyCode::Char('j'),
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Char('G'),
        ],
        shown: "↑ ↓",
        label: || say!("watch-label-run", "run"),
        help: || {
            say!(
                "watch-key-run",
                "choose a run; home, end: the first, the last"
            )
        },
        act: |watch, code| {
            if let Some(jump) = Jump::of(&KeyEvent::from(code), 1) {
                let last = watch.listed().len().saturating_sub(1);
                watch.cursor = jump.from(watch.cursor, last);
            }
        },
    },
    KeyRow {
        codes: &[
            KeyCode::Char('n'),
            KeyCode::Char('N'),
            KeyCode::PageDown,
            KeyCode::PageUp,
        ],
        shown: "n N",
        label: || say!("watch-label-chart", "chart"),
        help: || say!("watch-key-chart", "next chart or setting, the one before"),
        act: |watch, code| {
            let is_table = watch.content == Content::Settings;
            let page = if is_table {
                SETTINGS_OF_A_PAGE
            } else {
                watch.charts_of_a_page()
            };
            let at = if is_table {
                &mut watch.setting
            } else {
                &mut watch.chart
            };
            *at = match code {
                KeyCode::Char('N') => at.saturating_sub(1),
                KeyCode::PageUp => at.saturating_sub(page),
                KeyCode::PageDown => *at + page,
                _ => *at + 1,
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Enter, KeyCode::Esc],
        shown: "enter",
        label: || say!("watch-label-enlarge", "enlarge"),
        help: || say!("watch-key-enlarge", "enlarge the chart; esc goes back"),
        act: |watch, code| {
            if code == KeyCode::Enter {
                watch.is_large = !watch.is_large;
            } else {
                watch.go_back();
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Tab, KeyCode::BackTab],
        shown: "tab",
        label: || say!("watch-label-view", "view"),
        help: || {
            say!(
                "watch-key-view",
                "charts, settings of the runs; histograms, texts of the run"
            )
        },
        act: |watch, _| {
            watch.content = match watch.content {
                Content::Charts => Content::Histograms,
                Content::Histograms => Content::Settings,
                Content::Settings => Content::Texts,
                Content::Texts => Content::Charts,
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Char(' ')],
        shown: "space",
        label: || say!("watch-label-hide", "hide"),
        help: || say!("watch-key-hide", "show or hide the run"),
        act: |watch, _| watch.toggle(),
    },
    KeyRow::filter(|| {
        say!(
            "watch-key-filter",
            "filter runs by words and conditions: wide lr>=1e-3 val_loss<0.2"
        )
    }),
    KeyRow {
        codes: &[KeyCode::Char('o')],
        shown: "o",
        label: || say!("watch-label-order", "order"),
        help: || {
            say!(
                "watch-key-order",
                "order: as found, by name, by the selected chart"
            )
        },
        act: |watch, _| {
            watch.order = match watch.order {
                Order::Found => Order::Name,
                Order::Name => Order::Lowest,
                Order::Lowest => Order::Highest,
                Order::Highest => Order::Found,
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('a')],
        shown: "a",
        label: || "",
        help: || say!("watch-key-all", "show all runs, or only this one"),
        act: |watch, _| {
            if watch.hidden.is_empty() {
                let kept = watch.pointed().map(|(_, name, _)| Arc::clone(name));
                let names = watch.runs.iter().map(|(name, _)| Arc::clone(name));
                watch.hidden = names.filter(|name| Some(name) != kept.as_ref()).collect();
            } else {
                watch.hidden.clear();
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('p')],
        shown: "p",
        label: || "",
        help: || say!("watch-key-pin", "pin the run to the top of the list"),
        act: |watch, _| {
            if let Some(name) = watch.pointed().map(|(_, name, _)| Arc::clone(name))
                && !watch.pinned.remove(&name)
            {
                watch.pinned.insert(name);
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Left, KeyCode::Right],
        shown: "← →",
        label: || "",
        help: || say!("watch-key-crosshair", "move the crosshair; esc removes it"),
        act: |watch, code| {
            watch.move_crosshair(code == KeyCode::Right);
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('+'), KeyCode::Char('-'), KeyCode::Char('0')],
        shown: "+ - 0",
        label: || "",
        help: || say!("watch-key-zoom", "zoom in, out, show everything"),
        act: |watch, code| match code {
            KeyCode::Char('+') => watch.zoom_by(0.5),
            KeyCode::Char('-') => watch.zoom_by(2.0),
            _ => watch.zoom = None,
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('x')],
        shown: "x",
        label: || "",
        help: || {
            say!(
                "watch-key-axis",
                "horizontal axis: steps, epochs, seconds of the run, of all runs"
            )
        },
        act: |watch, _| {
            let mut axis = watch.time;
            loop {
                axis = match axis {
                    TimeAxis::Steps => TimeAxis::Epochs,
                    TimeAxis::Epochs => TimeAxis::Relative,
                    TimeAxis::Relative => TimeAxis::Wall,
                    TimeAxis::Wall | TimeAxis::Values => TimeAxis::Steps,
                };
                if watch.has_axis(axis) {
                    break;
                }
            }
            watch.turn_to(axis);
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('X')],
        shown: "X",
        label: || "",
        help: || {
            say!(
                "watch-key-values",
                "horizontal axis: values of the selected chart, for the others"
            )
        },
        act: |watch, _| {
            if let Some(tag) = watch.tags().into_iter().nth(watch.chart)
                && watch.content == Content::Charts
            {
                watch.axis = tag;
                watch.turn_to(TimeAxis::Values);
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('y')],
        shown: "y",
        label: || "",
        help: || say!("watch-key-log", "vertical axis: linear, logarithmic"),
        act: |watch, _| watch.is_log = !watch.is_log,
    },
    KeyRow {
        codes: &[KeyCode::Char('s'), KeyCode::Char('m')],
        shown: "s m",
        label: || "",
        help: || {
            say!(
                "watch-key-smooth",
                "smooth; mean and standard error of runs that differ in a number"
            )
        },
        act: |watch, code| {
            if code == KeyCode::Char('s') {
                watch.smoothing = (watch.smoothing + 1) % SMOOTHING.len();
            } else {
                watch.is_grouped = !watch.is_grouped;
            }
        },
    },
    KeyRow::HELP,
];
