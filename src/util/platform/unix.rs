//! Unix: signals, job control, permissions of files.

use std::fs::{DirBuilder, File, Metadata, Permissions};
use std::io::{IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Command, Stdio};
use std::time::Duration;
use std::{fs, io, thread};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{Action, QueueSelector, tcflow, tcflush, tcgetsid, ttyname};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1,
    SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::signals::Signal;

/// Signals that ask the program to end.
const ENDING: [i32; 12] = [
    SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ,
    SIGVTALRM, SIGPROF,
];

/// SIGIO, SIGPWR and SIGSTKFLT by number, which end a process only on Linux.
const ENDING_ON_LINUX: &[i32] =
    if cfg!(target_os = "linux") && cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        &[SIGIO, 30, 16]
    } else {
        &[]
    };

/// Runs `command` in place of this process. Returns only if that fails.
pub fn replace_process(mut command: Command) -> io::Result<u8> {
    Err(command.exec())
}

/// Signals that are watched, to the end of the process.
pub struct Watcher(Handle);

impl Watcher {
    /// Watches those of [`Watched::All`](crate::signals::Watched::All) too.
    ///
    /// # Errors
    /// Those of the system.
    pub fn add_all(&self) -> io::Result<()> {
        let mut numbers = [SIGTSTP, SIGCONT, SIGWINCH].into_iter();
        numbers.try_for_each(|number| self.0.add_signal(number))
    }
}

/// Starts a thread that calls `handle` for each request to end, except for those that this process was started to
/// ignore.
pub fn watch(mut handle: impl FnMut(Signal) + Send + 'static) -> io::Result<Watcher> {
    let ignored = ignored_signals();
    let mut numbers = [&ENDING[..], ENDING_ON_LINUX].concat();
    numbers.retain(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(numbers)?;
    let watcher = Watcher(signals.handle());
    let thread = thread::Builder::new().name("signals".into());
    thread.spawn(move || {
        for number in signals.forever() {
            handle(match number {
                // The write fails too, which is an error of its file and no end.
                SIGXFSZ if is_file_size_limited() => continue,
                SIGTSTP => Signal::Stop,
                SIGCONT => Signal::Continue,
                SIGWINCH => Signal::Resize,
                SIGXCPU => Signal::Limit(number),
                _ => Signal::End(number),
            });
        }
    })?;
    Ok(watcher)
}

/// Whether shells stop and continue processes.
pub const HAS_JOB_CONTROL: bool = true;

/// Returns whether the process may use its terminal: its job is in the foreground, or there is no terminal that
/// a shell controls; true if unknown.
pub fn is_in_foreground() -> bool {
    let groups = match fs::read_to_string("/proc/self/stat") {
        Ok(stat) => groups_in_stat(&stat),
        Err(_) => groups_from_ps(),
    };
    groups.is_none_or(|[own, foreground]| foreground <= 0 || own == foreground)
}

/// Parses the process group and that in the foreground of its terminal in Linux's `/proc/self/stat`.
fn groups_in_stat(stat: &str) -> Option<[i32; 2]> {
    // After the program's name, which may hold spaces: state, parent, group, session, terminal.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    Some([fields.get(2)?.parse().ok()?, fields.get(5)?.parse().ok()?])
}

/// Asks `ps` for the groups, as on macOS and the BSDs.
fn groups_from_ps() -> Option<[i32; 2]> {
    let text = ask_ps("pgid=,tpgid=")?;
    let (own, foreground) = text.trim().split_once(char::is_whitespace)?;
    Some([own.parse().ok()?, foreground.trim().parse().ok()?])
}

/// Ends this process by control-c as the system does: scripts go on after a program that only returns a code. Returns for
/// other signals.
pub fn end_by(number: i32) {
    if number == SIGINT {
        // If the system refuses, the process exits.
        let _ = emulate_default_handler(SIGINT);
    }
}

/// Stops this process until it receives SIGCONT, as a shell expects after [`Signal::Stop`].
pub fn stop_process() {
    // If the system refuses, the program just goes on.
    let _ = emulate_default_handler(SIGTSTP);
}

/// Asks all processes of the job to stop, as the terminal does at ctrl-z when it is not in raw
/// mode: the writer of a pipe into this process and a script that waits for it must stop too, or
/// the shell would wait for them. This process receives the request as [`Signal::Stop`].
/// Returns whether it was sent.
pub fn stop_job() -> bool {
    // The shell that sends it belongs to the job too, and must not stop before its exit is
    // noticed here.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' TSTP; kill -s TSTP 0"]);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

/// Opens the terminal of standard output; see [`open_terminal`].
pub fn open_output_terminal() -> io::Result<File> {
    open_terminal(io::stdout(), OFlags::WRONLY)
}

/// Opens the terminal of standard error; see [`open_terminal`].
pub fn open_error_terminal() -> io::Result<File> {
    open_terminal(io::stderr(), OFlags::WRONLY)
}

/// Terminal whose keys are read.
pub struct InputTerminal(File);

impl InputTerminal {
    /// Opens the terminal of standard input, or that of standard output if the input is something else.
    ///
    /// # Errors
    /// Those of opening.
    pub fn open() -> io::Result<Self> {
        let input = io::stdin();
        let opened = if input.is_terminal() {
            // Where it has no name, as in some containers, reading may wait.
            let copied = |_| Ok(File::from(input.as_fd().try_clone_to_owned()?));
            open_terminal(&input, OFlags::RDONLY).or_else(copied)
        } else {
            open_terminal(io::stdout(), OFlags::RDONLY)
        };
        opened.map(Self)
    }

    /// Reads what is there into `bytes`, once there is something, and returns its length, or `None` after `patience`.
    /// The length is 0 if there was nothing after all.
    ///
    /// # Errors
    /// Those of reading; [`io::ErrorKind::UnexpectedEof`] if the terminal is gone.
    pub fn read(&mut self, bytes: &mut [u8], patience: Duration) -> io::Result<Option<usize>> {
        let seconds = i64::try_from(patience.as_secs()).unwrap_or(i64::MAX);
        let patience = Timespec {
            tv_sec: seconds,
            tv_nsec: patience.subsec_nanos().into(),
        };
        let mut polled = [PollFd::new(&self.0, PollFlags::IN)];
        match poll(&mut polled, Some(&patience)).map_err(io::Error::from) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) => return nothing_if_interrupted(error).map(Some),
        }
        match self.0.read(bytes) {
            Ok(0) if !self.0.is_terminal() => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(Some(count)),
            Err(error) => nothing_if_interrupted(error).map(Some),
        }
    }
}

/// Returns 0 for errors that mean that there is nothing yet.
fn nothing_if_interrupted(error: io::Error) -> io::Result<usize> {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => Ok(0),
        _ => Err(error),
    }
}

/// Opens the terminal of `stream` for reading or writing that never waits, which a write to `stream` itself may do for
/// ever: whether it waits is a property of the open file, and other programs share that one.
///
/// # Errors
/// Those of opening; `stream` may be no terminal.
fn open_terminal(stream: impl AsFd, access: OFlags) -> io::Result<File> {
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let name = ttyname(&stream, Vec::new())?;
    let opened = open(name, flags, Mode::empty());
    let terminal = opened.or_else(|error| {
        // The terminal may belong to another user, as after `su`.
        tcgetsid(&stream).map_err(|_| error)?;
        open("/dev/tty", flags, Mode::empty())
    });
    Ok(terminal?.into())
}

/// Discards what the terminal has not read of standard output, and has a terminal that was stopped go on.
pub fn discard_output() {
    discard(io::stdout());
}

/// Discards what the terminal has not read of standard error, and has a terminal that was stopped go on.
pub fn discard_errors() {
    discard(io::stderr());
}

fn discard(stream: impl AsFd) {
    // If the system refuses, the terminal gets it later.
    let _ = tcflush(&stream, QueueSelector::OFlush);
    let _ = tcflow(&stream, Action::OOn);
}

/// Creates a folder, and those above it, that only its owner can use.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Returns the permissions of a new file before the umask, as of files that programs usually create.
pub fn default_permissions() -> Option<Permissions> {
    Some(Permissions::from_mode(0o666))
}

/// Returns whether two files are the same, by device and inode; `None` if unknown.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> Option<bool> {
    Some((one.dev(), one.ino()) == (other.dev(), other.ino()))
}

/// Returns whether standard input is a pipe, or a file with something in it.
pub fn has_piped_input() -> bool {
    let input = io::stdin().as_fd().try_clone_to_owned();
    let metadata = input.and_then(|input| File::from(input).metadata());
    metadata.is_ok_and(|found| found.file_type().is_fifo() || found.is_file() && found.len() > 0)
}

/// Returns whether there is a process with this number, by Linux's `/proc` or by `ps`; true if unknown.
pub fn is_process_alive(process: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new(&format!("/proc/{process}")).exists();
    }
    let mut ps = Command::new("ps");
    ps.args(["-p", &process.to_string()]);
    ps.stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ps.status().map_or(true, |status| status.success())
}

/// Returns whether the size of files is limited, so that a write beyond it raises SIGXFSZ; false if unknown.
fn is_file_size_limited() -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f"]).stdin(Stdio::null());
    let output = shell.stderr(Stdio::null()).output();
    output.is_ok_and(|output| output.stdout.first().is_some_and(u8::is_ascii_digit))
}

/// Returns the signals that this process ignores as a mask, SIGHUP in the lowest bit; 0 if unknown.
fn ignored_signals() -> u64 {
    match fs::read_to_string("/proc/self/status") {
        Ok(status) => mask_in_status(&status),
        Err(_) => mask_from_ps(),
    }
    .unwrap_or(0)
}

/// Parses the mask of ignored signals in Linux's `/proc/self/status`.
fn mask_in_status(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    mask(lines.find_map(|line| line.strip_prefix("SigIgn:"))?)
}

/// Asks `ps` for the mask, as on macOS and the BSDs.
fn mask_from_ps() -> Option<u64> {
    mask(&ask_ps("ignored=")?)
}

/// Asks `ps` for columns about this process.
fn ask_ps(columns: &str) -> Option<String> {
    let id = process::id().to_string();
    let mut ps = Command::new("ps");
    ps.args(["-o", columns, "-p", &id]).stdin(Stdio::null());
    String::from_utf8(ps.output().ok()?.stdout).ok()
}

fn mask(text: &str) -> Option<u64> {
    u64::from_str_radix(text.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_mask() {
        let status = "Name:\tnn-tui\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        // SIGHUP and SIGPIPE.
        assert_eq!(mask_in_status(status), Some(1 | 1 << 12));
        assert_eq!(mask_in_status(""), None);
        assert_eq!(mask_in_status("SigIgn:\tx"), None);
    }

    #[test]
    fn groups_are_read_from_behind_the_name() {
        let stat = "7 (a) b) S 1 42 42 34816 43 4194304 1\n";
        assert_eq!(groups_in_stat(stat), Some([42, 43]));
        assert_eq!(groups_in_stat("7 (a) S 1"), None);
    }

    /// Both ways agree where there are both.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_mask_is_found_without_proc() {
        let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
        let mask = mask_in_status(&status);
        // Rust ignores SIGPIPE in every program.
        assert_ne!(mask, Some(0));
        assert_eq!(mask_from_ps(), mask);
        let stat = fs::read_to_string("/proc/self/stat").expect("Linux has it");
        assert_eq!(groups_from_ps(), groups_in_stat(&stat));
    }
}
