//! Choices of colours and characters.

use super::palette::{self, Palette};

/// Theme that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// The standard colours before the terminal's own background.
    #[default]
    Auto,
    Light,
    Dark,
    HighContrast,
    ColourBlind,
}

impl ThemeChoice {
    pub const ALL: [Self; 5] = [
        Self::Auto,
        Self::Light,
        Self::Dark,
        Self::HighContrast,
        Self::ColourBlind,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
        }
    }

    pub(super) fn palette(self) -> &'static Palette {
        match self {
            Self::HighContrast => &palette::HIGH_CONTRAST,
            Self::ColourBlind => &palette::COLOUR_BLIND,
            _ => &palette::STANDARD,
        }
    }
}

/// Characters that graphs and frames are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    Braille,
    /// Half blocks, and other characters of the fonts of consoles (code page 437).
    Blocks,
    Ascii,
}

impl Symbols {
    pub const ALL: [Self; 3] = [Self::Braille, Self::Blocks, Self::Ascii];

    pub fn name(self) -> &'static str {
        match self {
            Self::Braille => "braille",
            Self::Blocks => "blocks",
            Self::Ascii => "ascii",
        }
    }
}
