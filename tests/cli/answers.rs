//! Help, version, completions.

use super::*;

#[test]
fn help_and_version_go_to_standard_output() {
    let help = stdout(&succeed("--help", &[]));
    for part in [
        "Usage: nn-tui [OPTIONS] [DATA]",
        "Examples:",
        "Built-in data sets:",
        "spiral",
    ] {
        assert!(help.contains(part), "{part}");
    }
    assert!(stdout(&succeed("predict --help", &[])).contains("p(class)"));
    let version = concat!("nn-tui ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(stdout(&succeed("--version", &[])), version);
}

#[test]
fn completions_know_the_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&succeed(&format!("completions {shell}"), &[]));
        assert!(script.contains("activation"), "{shell}");
    }
}
