//! Typed commands: `:` opens a line at the foot of the screen. One table feeds parser, completion,
//! help and README; the commands that change a setting come from the table of settings.

mod complete;
mod execute;
mod history;
mod line;
mod parse;
mod table;

pub use complete::{Candidate, FileKind, Files};
pub(super) use complete::{existing, folder_of, models};
pub use history::History;
pub use line::CommandLine;
pub(super) use parse::expected;
pub use table::{COMMANDS, CommandSpec};

use crate::tui::text;

/// Checks a command that will be run later: its name, and its arguments as far as they do not depend on the run.
///
/// # Errors
/// Names the commands that are near, or what the command takes.
pub(super) fn check(line: &str) -> Result<(), String> {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    // A lesson has no tab key.
    let without_key = |problem: String| match problem.strip_suffix(text::tab_lists()) {
        Some(problem) => problem.to_owned(),
        None => problem,
    };
    table::find(name).map_err(without_key)?.check(rest.trim())
}
