//! Entry point of the `nn-tui` program; see [`nn_tui::cli`].

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match nn_tui::cli::run(std::env::args_os()) {
        Ok(code) => code.into(),
        Err(error) => {
            // Standard error may be closed; the exit code tells all the same.
            let _ = writeln!(io::stderr(), "nn-tui: {error}");
            error.exit_code().into()
        }
    }
}
