//! The terminal: taken for the screen, and restored however the program ends.

use std::io::{self, Write, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock};
use std::thread;
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::style::Print;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::cast::Cast;
use super::loader::LOADING_THREAD;
use super::options::ScreenOptions;
use super::replies::{Reply, questions};
use super::theme::Theme;
use crate::error::{Error, Result};
use crate::train::worker;
use crate::util::background::{BackgroundWriter, Stream, set_last_words, terminal_or};
use crate::util::lang::say;
use crate::util::parallel::HELPER_THREAD;
use crate::util::platform::{discard_output, open_output_terminal};
use crate::util::sync::lock;

/// Longest wait for a stalled terminal to take the sequences that restore it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Time in which a typed control-c may be followed by another one.
const REPEATS: Duration = Duration::from_millis(250);

/// Thread that writes to the terminal, once it was taken for the first time. A terminal that takes no
/// output, such as that of a dead connection, blocks only this thread.
static OUTPUT: OnceLock<BackgroundWriter> = OnceLock::new();

/// The terminal in raw mode with the alternate screen. Dropping it restores the terminal.
pub(super) struct Screen {
    /// Never dropped: its own clean-up prints to a standard error that may be closed.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Output>>>,
    theme: Theme,
    /// The recording, with what was written since the last frame.
    cast: Option<(Cast, Arc<Mutex<Vec<u8>>>)>,
}

/// Output to the terminal, with a copy for a recording.
struct Output {
    stream: Stream,
    copy: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes)?;
        if let Some(copy) = &self.copy {
            let mut copy = lock(copy);
            copy.extend_from_slice(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Whether the mouse is used.
static HAS_MOUSE: AtomicBool = AtomicBool::new(true);

impl Screen {
    /// Takes the terminal, and asks it for its background and colours. `written` is called after it took output, or failed to.
    ///
    /// # Errors
    /// [`Error::Terminal`] if it can't be used; it is then as before.
    pub fn open(options: &ScreenOptions, written: impl Fn() + Send + 'static) -> Result<Self> {
        restore_on_panic();
        HAS_MOUSE.store(options.mouse, Ordering::SeqCst);
        let theme = options.theme();
        let copy = Arc::default();
        // crossterm's own reading of NO_COLOR cancels bold and reverse; the theme does it right.
        ratatui::crossterm::style::force_color_output(true);
        let open = || {
            let terminal = terminal_or(open_output_terminal(), stdout());
            let output = BackgroundWriter::spawn("screen", vec![terminal], usize::MAX, written)?;
            let output = OUTPUT.get_or_init(|| output);
            take()?;
            let [term, program] =
                ["TERM", "TERM_PROGRAM"].map(|name| std::env::var(name).unwrap_or_default());
            let questions = questions(&term, &program, theme.depth());
            // Cleared in case the terminal prints what it does not understand.
            execute!(output.stream(0), Print(questions), Clear(ClearType::All))?;
            Terminal::new(CrosstermBackend::new(Output {
                stream: output.stream(0),
                copy: options.cast.is_some().then(|| Arc::clone(&copy)),
            }))
        };
        match open() {
            Ok(terminal) => {
                let mut screen = Self {
                    terminal: ManuallyDrop::new(terminal),
                    theme,
                    cast: None,
                };
                if let Some(option) = &options.cast {
                    let cast = Cast::create(option, screen.size()?)?;
                    screen.cast = Some((cast, copy));
                }
                Ok(screen)
            }
            Err(cause) => {
                give_back();
                Err(Error::Terminal(cause))
            }
        }
    }

    /// Adapts the theme to a reply of the terminal.
    pub fn adapt(&mut self, reply: Reply) {
        self.theme = match reply {
            Reply::Background { is_light } => self.theme.on_background(is_light),
            Reply::Colours(depth) => self.theme.with_depth_at_least(depth),
        };
    }

    /// Returns width and height in cells.
    pub fn size(&self) -> Result<(u16, u16)> {
        let size = self.terminal.size().map_err(Error::Terminal)?;
        Ok((size.width, size.height))
    }

    /// Returns whether the terminal has taken all frames so far.
    pub fn is_ready(&self) -> bool {
        OUTPUT.get().is_none_or(|output| output.pending() == 0)
    }

    /// Draws a frame with `view`. Terminals that support synchronised output show it at once.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>, &Theme)) -> Result<()> {
        let theme = self.theme;
        let draw = || -> io::Result<()> {
            queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
            self.terminal.draw(|frame| view(frame, &theme))?;
            queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
            Write::flush(self.terminal.backend_mut())
        };
        draw().map_err(Error::Terminal)
    }

    /// Records the last frame, if the screen is recorded. A recording that fails ends.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn record(&mut self) -> Result<()> {
        let size = self.size()?;
        let Some((cast, copy)) = &mut self.cast else {
            return Ok(());
        };
        let bytes = std::mem::take(&mut *lock(copy));
        let recorded = cast.record(&bytes, size);
        if recorded.is_err() {
            self.cast = None;
        }
        recorded
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn end_recording(&mut self) -> Result<()> {
        self.cast.take().map_or(Ok(()), |(cast, _)| cast.close())
    }

    /// Returns the theme.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// Gives the terminal back. After a typed control-c it stays in raw mode a little longer: in the mode before, the system
    /// answers the next one by dropping what the terminal has not read, such as the sequences that restore it.
    pub fn close(self, is_interrupted: bool) {
        let repeats = if is_interrupted {
            REPEATS
        } else {
            Duration::ZERO
        };
        give_back_after(repeats);
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
        Some(name) if name == "dumb" => Some(say!("term-dumb", "TERM is dumb")),
        Some(name) if !name.is_empty() => None,
        _ => Some(say!("term-unset", "TERM is not set")),
    }
}

/// Whether the terminal is taken. Restoring it twice would overwrite text printed in between. Locked while it is
/// restored, so that a thread that is about to end the program waits for that.
static IS_TAKEN: Mutex<bool> = Mutex::new(false);

fn lock_taken() -> MutexGuard<'static, bool> {
    lock(&IS_TAKEN)
}

fn take() -> io::Result<()> {
    *lock_taken() = true;
    enable_raw_mode()?;
    let Some(output) = OUTPUT.get() else {
        return Ok(());
    };
    execute!(
        output.stream(0),
        EnterAlternateScreen,
        EnableBracketedPaste,
        Hide
    )?;
    if HAS_MOUSE.load(Ordering::SeqCst) {
        execute!(output.stream(0), EnableMouseCapture)?;
    }
    Ok(())
}

/// Returns what undoes the sequences of [`take`].
fn restoring_sequences() -> String {
    let mut sequences = Vec::new();
    // A buffer takes everything.
    let _ = queue!(
        sequences,
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        Show
    );
    String::from_utf8(sequences).unwrap_or_default()
}

/// Undoes [`take`], as far as the terminal takes output. Failures are ignored, since the program is
/// about to end or stop.
pub(super) fn give_back() {
    give_back_after(Duration::ZERO);
}

/// Gives the terminal back, its mode after `pause`.
fn give_back_after(pause: Duration) {
    let mut is_taken = lock_taken();
    if !std::mem::replace(&mut *is_taken, false) {
        return;
    }
    if let Some(output) = OUTPUT.get() {
        let sequences = restoring_sequences();
        let restore = || {
            let mut stream = output.stream(0);
            let _ = (stream.write_all(sequences.as_bytes())).and_then(|()| stream.flush());
        };
        restore();
        let mut is_restored = output.wait(PATIENCE);
        if !is_restored {
            // A terminal that is not read from, as over a dead link, gets this instead of what waits before it.
            output.discard();
            output.wait(PATIENCE);
            discard_output();
            restore();
            is_restored = output.wait(PATIENCE);
            // The message of the end begins with what was not taken.
            output.discard();
        }
        set_last_words(&sequences, is_restored);
    }
    thread::sleep(pause);
    let _ = disable_raw_mode();
}

/// Restores the terminal before the message of a panic is printed. Panics of the threads that load
/// or train are caught there and shown on the screen, which stays.
pub(super) fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let is_caught = |name: &str| {
                [worker::THREAD_NAME, LOADING_THREAD].contains(&name)
                    || name.starts_with(HELPER_THREAD)
            };
            if !thread::current().name().is_some_and(is_caught) {
                give_back();
                before(info);
            }
        }));
    });
}
