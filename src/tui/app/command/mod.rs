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
pub use table::{COMMANDS, Spec};

/// Checks that there is a command of the name that `line` begins with.
///
/// # Errors
/// Names those that are near.
pub(super) fn check_name(line: &str) -> Result<(), String> {
    let name = line.split_whitespace().next().unwrap_or_default();
    table::find(name).map(|_| ())
}
