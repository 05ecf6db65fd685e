//! Taking the terminal, and giving it back whatever happens.

use std::io::{self, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::process::{Command, Stdio};
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
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::loading_screen::LOADING_THREAD;
use super::theme::Theme;
use crate::error::{Error, Result};
use crate::nn::engine::HELPER_THREAD;
use crate::train::worker;

/// The terminal while the program has it. Dropping it gives it back.
pub struct Navigation {
    /// Never dropped: its own clean-up prints to a standard error that may be gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    theme: Theme,
}

impl Navigation {
    /// Takes the terminal.
    ///
    /// # Errors
    /// [`Error::Terminal`] where it can't be used; it is then as before.
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

    /// Width and height in cells.
    pub fn size(&self) -> Result<(u16, u16)> {
        let size = self.terminal.size().map_err(Error::Terminal)?;
        Ok((size.width, size.height))
    }

    /// Draws a frame with `view`, shown at once as a whole where the terminal knows synchronised
    /// output.
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

    /// Stops this process, as the shell expects; `fg` brings it back.
    pub fn suspend(&mut self) -> Result<()> {
        give_back();
        // Where the system refuses to stop the process, the screen comes back at once.
        let _ = emulate_default_handler(SIGTSTP);
        self.retake()
    }

    /// Takes the terminal again, whatever state others left it in.
    pub fn retake(&mut self) -> Result<()> {
        let mut retake = || -> io::Result<()> {
            take()?;
            // `Terminal::clear` would ask the terminal for the cursor's place, and the answer would
            // go to the thread that reads the keys. A resize to the same size clears as well.
            let size = self.terminal.size()?;
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))
        };
        retake().map_err(Error::Terminal)
    }
}

impl Drop for Navigation {
    fn drop(&mut self) {
        give_back();
    }
}

/// Asks all processes of the job to stop, as the terminal does at ctrl-z where it is not in raw mode:
/// whoever writes into standard input, or a script that waits for this process, must stop as well,
/// or the shell would wait for them. The request comes back to this process as a signal. Returns
/// whether it was sent.
pub(super) fn stop_job() -> bool {
    // The shell that sends it belongs to the job too, and is not to stop before this process has
    // heard of its end.
    let script = "trap '' TSTP; kill -s TSTP 0";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

/// Whether the terminal is taken. To give it back twice would overwrite what was printed between.
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

/// Undoes [`take`]. Whoever calls this is on the way out, so failures have nobody to go to.
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

/// A panic gives the terminal back before its message is printed. One of the threads that load or
/// train is caught there and reported by the screen's thread, which has the terminal.
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
