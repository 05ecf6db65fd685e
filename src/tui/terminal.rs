//! The terminal: taken for the screen, and restored however the program ends.

use std::io::{self, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::loader::LOADING_THREAD;
use super::theme::Theme;
use crate::error::{Error, Result};
use crate::nn::engine::HELPER_THREAD;
use crate::train::worker;
use crate::util::signals::stop_process;

/// The terminal in raw mode with the alternate screen. Dropping it restores the terminal.
pub(super) struct Screen {
    /// Never dropped: its own clean-up prints to a standard error that may be closed.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    theme: Theme,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// [`Error::Terminal`] if it can't be used; it is then as before.
    pub fn open(theme: Theme) -> Result<Self> {
        restore_on_panic();
        // crossterm's own reading of NO_COLOR cancels bold and reverse; the theme does it right.
        ratatui::crossterm::style::force_color_output(true);
        let open = || {
            take()?;
            Terminal::new(CrosstermBackend::new(stdout()))
        };
        match open() {
            Ok(terminal) => Ok(Self {
                terminal: ManuallyDrop::new(terminal),
                theme,
            }),
            Err(cause) => {
                give_back();
                Err(Error::Terminal(cause))
            }
        }
    }

    /// Returns width and height in cells.
    pub fn size(&self) -> Result<(u16, u16)> {
        let size = self.terminal.size().map_err(Error::Terminal)?;
        Ok((size.width, size.height))
    }

    /// Draws a frame with `view`. Terminals that support synchronised output show it at once.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>, &Theme)) -> Result<()> {
        let theme = self.theme;
        let draw = || -> io::Result<()> {
            queue!(stdout(), BeginSynchronizedUpdate)?;
            self.terminal.draw(|frame| view(frame, &theme))?;
            queue!(stdout(), EndSynchronizedUpdate)?;
            stdout().flush()
        };
        draw().map_err(Error::Terminal)
    }

    /// Restores the terminal, stops this process until the shell continues it, and takes the
    /// terminal again.
    pub(crate) fn suspend(&mut self) -> Result<()> {
        give_back();
        stop_process();
        self.retake()
    }

    /// Takes the terminal again, in whatever state other programs left it, and draws all of the next
    /// frame.
    pub(crate) fn retake(&mut self) -> Result<()> {
        take().map_err(Error::Terminal)?;
        self.forget()
    }

    /// Makes the next frame draw every cell.
    pub(crate) fn forget(&mut self) -> Result<()> {
        // `Terminal::clear` would query the cursor's position, and the answer would go to the
        // thread that reads keys. A resize to the same size clears as well.
        let size = self.terminal.size().map_err(Error::Terminal)?;
        let area = Rect::from((Position::ORIGIN, size));
        self.terminal.resize(area).map_err(Error::Terminal)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Returns why the screen can't be shown on this terminal: it knows no escape sequences.
pub(crate) fn unusable() -> Option<&'static str> {
    if cfg!(windows) {
        // The system's terminals are used without a name.
        return None;
    }
    match std::env::var_os("TERM") {
        Some(name) if name == "dumb" => Some("TERM is dumb"),
        Some(name) if !name.is_empty() => None,
        _ => Some("TERM is not set"),
    }
}

/// Whether the terminal is taken. Restoring it twice would overwrite text printed in between.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

fn take() -> io::Result<()> {
    IS_TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        Hide
    )
}

/// Undoes [`take`]. Failures are ignored, since the program is about to end or stop.
fn give_back() {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}

/// Restores the terminal before the message of a panic is printed. Panics of the threads that load
/// or train are caught there and shown on the screen, which stays.
pub(super) fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let caught = [worker::THREAD_NAME, HELPER_THREAD, LOADING_THREAD];
            if !thread::current()
                .name()
                .is_some_and(|name| caught.contains(&name))
            {
                give_back();
                before(info);
            }
        }));
    });
}
