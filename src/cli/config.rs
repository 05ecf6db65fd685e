//! Configuration file of the screen, `nn-tui/config.toml` in the folder of configurations.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::args::ScreenArgs;
use crate::error::{Error, Result};
use crate::settings::{Choices, PACE};
use crate::train::Pace;
use crate::tui::keymap::KeyMap;
use crate::tui::options::ScreenOptions;
use crate::tui::theme::{Symbols, ThemeChoice};
use crate::util::foreign::{text_problem, toml_problem};
use crate::util::lang::say;
use crate::util::named::by_name;

/// Longest configuration file.
const MAX_BYTES: u64 = 1 << 20;

/// Members of the file; each may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Option<String>,
    symbols: Option<String>,
    /// Value of `--pace`.
    pace: Option<String>,
    mouse: Option<bool>,
    /// Usual keys with those in place of them.
    #[serde(default)]
    keys: BTreeMap<String, String>,
}

/// Choices of the file.
#[derive(Debug, Default)]
pub(super) struct Config {
    options: ScreenOptions,
    /// Speed limit; none to choose one that suits the data.
    pub pace: Option<Pace>,
}

impl Config {
    /// Reads the file of the environment, if there is one.
    ///
    /// # Errors
    /// [`Error::Usage`] with the path, and the place of what is wrong in the file.
    pub fn read() -> Result<Self> {
        match path(|name| std::env::var_os(name)) {
            Some(path) => Self::read_from(&path),
            None => Ok(Self::default()),
        }
    }

    fn read_from(path: &Path) -> Result<Self> {
        let problem = |problem: String| Error::Usage(format!("{}: {problem}", path.display()));
        match fs::metadata(path) {
            Ok(file) if file.len() > MAX_BYTES => {
                return Err(problem(say!("config-too-long", "it is too long").into()));
            }
            Ok(_) => {}
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(problem(cause.to_string())),
        }
        let text = fs::read_to_string(path).map_err(|cause| problem(text_problem(cause)))?;
        Self::parse(&text).map_err(problem)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(toml_problem)?;
        let mut config = Self::default();
        if let Some(name) = &file.theme {
            config.options.theme = by_name(
                say!("kind-theme", "theme"),
                name,
                &ThemeChoice::ALL,
                ThemeChoice::name,
            )?;
        }
        if let Some(name) = &file.symbols {
            let symbols = by_name(
                say!("kind-symbols", "symbols"),
                name,
                &Symbols::ALL,
                Symbols::name,
            )?;
            config.options.symbols = Some(symbols);
        }
        if let Some(pace) = &file.pace {
            let edit = (PACE.parse)(pace);
            let edit = edit.ok_or_else(|| {
                say!(
                    "config-pace",
                    "pace takes {expected}, not \"{pace}\"",
                    expected = (PACE.expected)(pace),
                    pace
                )
            })?;
            let mut choices = Choices::default();
            edit.apply(&mut choices);
            config.pace = choices.pace;
        }
        config.options.mouse = file.mouse.unwrap_or(true);
        config.options.keys = keys(&file.keys)?;
        Ok(config)
    }

    /// The options of the screen: those of the command line before those of the file.
    pub fn with(self, args: ScreenArgs) -> ScreenOptions {
        ScreenOptions {
            theme: args.theme.unwrap_or(self.options.theme),
            symbols: args.symbols.or(self.options.symbols),
            ..self.options
        }
    }
}

/// Path of the file by the environment `variable`s; `None` without a home.
fn path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // Relative paths are invalid by the XDG specification.
    let absolute = |name| {
        let path = variable(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
    Some(folder?.join("nn-tui/config.toml"))
}

fn keys(pairs: &BTreeMap<String, String>) -> Result<KeyMap, String> {
    let mut keys = KeyMap::default();
    for (usual, new) in pairs {
        let key = |name: &str| {
            let mut letters = name.chars();
            match (name, letters.next(), letters.next()) {
                ("space", ..) => Ok(' '),
                (_, Some(letter), None) if !letter.is_ascii_digit() => Ok(letter),
                _ => Err(say!(
                    "config-keys",
                    "keys are single characters other than digits, or space, not \"{name}\"",
                    name
                )),
            }
        };
        keys.replace(key(usual)?, key(new)?)?;
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_read() {
        let text = "theme = \"high-contrast\"\nsymbols = \"blocks\"\npace = \"5\"\nmouse = false\n\
                    [keys]\nq = \"Q\"\nspace = \"T\"\n";
        let config = Config::parse(text).expect("it is right");
        assert_eq!(config.pace, Some(Pace::EpochsPerSecond(5.0)));
        let args = ScreenArgs {
            theme: None,
            symbols: Some(Symbols::Ascii),
        };
        let options = config.with(args);
        assert_eq!(options.theme, ThemeChoice::HighContrast);
        assert_eq!(
            options.symbols,
            Some(Symbols::Ascii),
            "the command line comes first"
        );
        assert!(!options.mouse && options.keys != KeyMap::default());
        assert_eq!(
            Config::parse("")
                .expect("nothing")
                .with(ScreenArgs::default()),
            ScreenOptions::default()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("colour = 1", "unknown field `colour`"),
            ("theme = \"pink\"", "pink"),
            ("mouse = 3", "line 1"),
            ("pace = \"-1\"", "pace takes"),
            ("[keys]\nq = \"esc\"", "single characters"),
            ("[keys]\na = \"x\"\nb = \"x\"", "already"),
            ("theme = ", "line 1"),
        ] {
            let problem = Config::parse(text).expect_err(text);
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn the_file_is_in_the_folder_of_configurations() {
        let at = |config: &str, home: &str| {
            path(|name| match name {
                "XDG_CONFIG_HOME" => Some(config.into()),
                _ => Some(home.into()),
            })
        };
        assert_eq!(at("/c", "/h"), Some("/c/nn-tui/config.toml".into()));
        assert_eq!(at("c", "/h"), Some("/h/.config/nn-tui/config.toml".into()));
        assert_eq!(at("", ""), None);
    }
}
