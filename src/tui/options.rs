//! Options of the screen.

use super::cast::CastOption;
use super::keymap::KeyMap;
use super::theme::{Symbols, Theme, ThemeChoice};

/// Choices about the screen, from the command line and the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenOptions {
    pub theme: ThemeChoice,
    /// Characters of graphs; chosen by locale and terminal if `None`.
    pub symbols: Option<Symbols>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Keys in place of others.
    pub keys: KeyMap,
    /// File that the screen is recorded to.
    pub cast: Option<CastOption>,
}

impl Default for ScreenOptions {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::Auto,
            symbols: None,
            mouse: true,
            keys: KeyMap::default(),
            cast: None,
        }
    }
}

impl ScreenOptions {
    /// The theme before the terminal has replied.
    pub(super) fn theme(&self) -> Theme {
        let theme = Theme::detect(|name| std::env::var(name).ok());
        let theme = theme.with_choice(self.theme);
        match self.symbols {
            Some(symbols) => theme.with_symbols(symbols),
            None => theme,
        }
    }
}
