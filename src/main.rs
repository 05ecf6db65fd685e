//! Entry point of the `nn-tui` program; see [`nn_tui::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    // Reading the arguments takes memory already.
    if !nn_tui::cli::has_memory_to_start() {
        return ExitCode::FAILURE;
    }
    nn_tui::cli::watch_signals();
    match nn_tui::cli::run(std::env::args_os()) {
        Ok(code) => code.into(),
        Err(error) => {
            nn_tui::cli::print_error(&error);
            error.exit_code().into()
        }
    }
}
