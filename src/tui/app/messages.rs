//! Messages to the state of the screen, and the effects outside it that they have.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::Files;
use super::loading::LoadingStage;
use super::navigation::Drawn;
use super::plot::PlotGesture;
use super::views::View;
use crate::data::{DataSummary, Prepared};
use crate::error::Error;
use crate::settings::TableShape;
use crate::train::{Command, Cursor, Event, Lane, Pace, Pacing, SampleId, Snapshot};
use crate::tui::panels::PanelId;
use crate::tui::sweep::Progress;
use crate::tui::watch::Runs;

/// An input to [`App::update`](super::update::App::update).
#[derive(Debug)]
pub enum Msg {
    Key(KeyEvent),
    /// Text that is typed or pasted.
    Text(String),
    /// New size of the terminal: columns, rows.
    Resize(u16, u16),
    Click(PanelId),
    /// Click on an item of a panel.
    Pick(ClickTarget),
    /// Click on a neuron while the inspector is open.
    Point(Cursor),
    /// Gesture of the mouse over a chart.
    Plot(PlotGesture),
    /// Turn of the mouse wheel, in lines, over a panel or elsewhere.
    Wheel(Option<PanelId>, i16),
    /// Stage of loading, and the time since it began.
    LoadingStage(LoadingStage, Duration),
    /// Data are loaded; the training has this speed limit, the table this size.
    Loaded(Pace, TableShape),
    /// Event from the worker of the lane with this number, of which [`MAIN_LANE`](super::MAIN_LANE) is the main run.
    Worker(u64, Box<Event>),
    /// Time since the start of the screen.
    Tick(Duration),
    /// Snapshot from the mailbox of the lane with this number.
    Snapshot(u64, Box<Snapshot>),
    /// Answer to [`Effect::Describe`]: its number of restarts, facts about the data.
    Described(u32, Box<DataSummary>),
    /// The frame that was drawn.
    Drawn(Drawn),
    /// Answer to [`Effect::ListFiles`].
    Files(Files),
    /// Answer to [`Effect::TakeScreenshot`]: the path, or why there is no such file.
    ScreenshotTaken(Result<PathBuf, String>),
    /// The log could not be written any further, with the reason.
    LogFailed(String),
    /// Runs that are watched, as they were read at this time.
    Runs(Runs, SystemTime),
    Sweep(Progress),
    /// Request to end the process with this exit code.
    Terminate(u8),
}

/// An item of the screen that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClickTarget {
    /// Cell of the confusion matrix, by the indices of its classes.
    Cell { actual: usize, predicted: usize },
    /// Row of the list, by position.
    Row(usize),
    /// Image in the gallery of errors, by position.
    Error(usize),
    /// Row in a picture of predictions.
    Sample(SampleId),
    /// Finding, by position.
    Finding(usize),
    /// Run of the race, by position.
    Lane(usize),
    /// Neuron of a layer.
    Neuron(usize, usize),
    /// Name of a view.
    View(View),
    /// A key that is shown.
    Key(KeyCode, KeyModifiers),
    /// Frame of a panel.
    Frame(PanelId),
    /// Line of the list in a popup, by position.
    Line(usize),
    /// Cell of the slider of a column, of so many cells.
    Slider {
        column: usize,
        cell: u16,
        cells: u16,
    },
}

/// An action outside the state.
#[derive(Debug)]
pub enum Effect {
    /// Send to the worker of the lane with this number.
    Send(u64, Command),
    /// Train these lanes beside the main run, and those of the race so far.
    StartLanes(Pacing, Vec<(u64, Lane)>),
    /// Let the lanes begin each epoch together, or each as soon as it can.
    SetLockstep(bool),
    /// End all lanes; nothing of them is saved.
    EndLanes,
    /// Collect facts about these data; answered by [`Msg::Described`] with this number of restarts.
    Describe(u32, Arc<Prepared>),
    /// Write what is on the screen to this file; answered by [`Msg::ScreenshotTaken`].
    TakeScreenshot(PathBuf),
    /// List the files of this folder (empty for the current one); answered by [`Msg::Files`].
    ListFiles(String),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Draw every cell of the next frame, over whatever other programs wrote.
    Redraw,
    Quit {
        code: u8,
    },
    /// End the program with this error.
    Fail(Error),
}

/// Returns whether a person caused `msg`, but for the keys that end the program at once and draw it again.
pub(super) fn is_input(msg: &Msg) -> bool {
    match msg {
        Msg::Key(key) => {
            let is_general = matches!(key.code, KeyCode::Char('c' | 'l'));
            !is_general || !key.modifiers.contains(KeyModifiers::CONTROL)
        }
        Msg::Text(_) | Msg::Wheel(..) => true,
        Msg::Click(_) | Msg::Pick(_) | Msg::Point(_) | Msg::Plot(_) => true,
        _ => false,
    }
}

impl Effect {
    /// Effect of a key that has one on every screen, whatever that shows.
    pub(in crate::tui) fn of_key(key: &KeyEvent) -> Option<Self> {
        if !key.modifiers.contains(KeyModifiers::CONTROL) {
            return None;
        }
        match key.code {
            KeyCode::Char('c') => Some(Self::Quit { code: 130 }),
            KeyCode::Char('l') => Some(Self::Redraw),
            KeyCode::Char('z') => Some(Self::Suspend),
            _ => None,
        }
    }
}
