//! Colours for terminals with 24 bits, 256, 16 or no colours, dark or light.
//!
//! Categories of the standard themes use the palette of Okabe and Ito (2008), which is distinct for every kind of
//! colour vision; heat uses viridis; signed values use one diverging pair. No information is in colour alone.

mod choice;
mod palette;

pub use choice::{Symbols, ThemeChoice};
pub(in crate::tui) use palette::indexed_rgb;
use palette::{Palette, Rgb, mixed};
use ratatui::style::{Color, Modifier, Style};

/// Share of black in contour lines.
const CONTOUR: f32 = 0.4;

/// Colour depth of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits per colour.
    True,
    /// The 256 colours of xterm.
    Indexed,
    /// The 16 colours of the terminal's own palette.
    Ansi,
    /// No colours, only bold, dim and reverse.
    None,
}

/// Styles of all drawn elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    depth: Depth,
    is_light: bool,
    symbols: Symbols,
    choice: ThemeChoice,
}

impl Theme {
    /// Creates a theme for a dark terminal of `depth`.
    pub fn new(depth: Depth) -> Self {
        Self {
            depth,
            is_light: false,
            symbols: Symbols::Braille,
            choice: ThemeChoice::Auto,
        }
    }

    /// Restricts drawing to ASCII characters.
    pub fn ascii(self) -> Self {
        self.with_symbols(Symbols::Ascii)
    }

    /// Draws with `symbols`.
    pub fn with_symbols(self, symbols: Symbols) -> Self {
        Self { symbols, ..self }
    }

    /// Uses the colours of `choice`.
    pub fn with_choice(self, choice: ThemeChoice) -> Self {
        let is_light = match choice {
            ThemeChoice::Light => true,
            ThemeChoice::Dark => false,
            _ => self.is_light,
        };
        Self {
            choice,
            is_light,
            ..self
        }
    }

    /// Adapts to the background that the terminal reported, unless another one was chosen.
    pub(crate) fn on_background(self, is_light: bool) -> Self {
        match self.choice {
            ThemeChoice::Light | ThemeChoice::Dark => self,
            _ => Self { is_light, ..self },
        }
    }

    /// Uses the number of colours that the terminal reported, if that is more than its name promises.
    pub(crate) fn with_depth_at_least(self, depth: Depth) -> Self {
        match (self.depth, depth) {
            (Depth::Ansi, Depth::True | Depth::Indexed) | (Depth::Indexed, Depth::True) => {
                Self { depth, ..self }
            }
            _ => self,
        }
    }

    /// Returns the colour depth.
    pub(crate) fn depth(self) -> Depth {
        self.depth
    }

    /// Returns whether the background is light.
    pub(crate) fn is_light(self) -> bool {
        self.is_light
    }

    /// Returns the characters to draw with.
    pub(crate) fn symbols(self) -> Symbols {
        self.symbols
    }

    /// Returns whether drawing is restricted to ASCII.
    pub fn is_ascii(self) -> bool {
        self.symbols == Symbols::Ascii
    }

    /// Detects the theme from `NO_COLOR`, `COLORTERM`, `TERM`, `COLORFGBG` and the character set of the
    /// locale. The terminal's replies may improve on it; see [`Self::on_background`] and [`Self::with_depth_at_least`].
    pub(crate) fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| env(name).unwrap_or_default();
        let term = get("TERM");
        let depth = if !get("NO_COLOR").is_empty() || term == "dumb" {
            Depth::None
        } else if matches!(get("COLORTERM").as_str(), "truecolor" | "24bit")
            || term.ends_with("-direct")
        {
            Depth::True
        } else if term.contains("256color") {
            Depth::Indexed
        } else {
            Depth::Ansi
        };
        let background = get("COLORFGBG");
        let background = background.rsplit(';').next().unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| env(name).filter(|value| !value.is_empty()));
        let is_ascii = locale.is_some_and(|locale| {
            let locale = locale.to_lowercase();
            !(locale.contains("utf-8") || locale.contains("utf8"))
        });
        let symbols = match term.as_str() {
            _ if is_ascii => Symbols::Ascii,
            // Its fonts have no Braille.
            "linux" => Symbols::Blocks,
            _ => Symbols::Braille,
        };
        Self {
            depth,
            is_light: matches!(background, "7" | "15"),
            symbols,
            choice: ThemeChoice::Auto,
        }
    }

    /// Returns whether the terminal has colours.
    pub(crate) fn has_colour(self) -> bool {
        self.depth != Depth::None
    }

    /// Returns whether colours and symbols beyond ASCII tell values apart.
    pub(crate) fn has_coloured_symbols(self) -> bool {
        self.has_colour() && !self.is_ascii()
    }

    /// Returns whether colours can be mixed freely, so that a shade can show a number.
    pub(crate) fn has_shades(self) -> bool {
        matches!(self.depth, Depth::True | Depth::Indexed)
    }

    pub fn text(self) -> Style {
        match self.depth {
            Depth::None => Style::new(),
            // Set, so that it does not take on the colour of a frame below it.
            _ => Style::new().fg(Color::Reset),
        }
    }

    pub(crate) fn strong(self) -> Style {
        self.text().add_modifier(Modifier::BOLD)
    }

    pub fn dim(self) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(self.colours().quiet, 0.9)),
            Depth::Ansi => Style::new().fg(Color::DarkGray),
            Depth::None => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// Lines around panels and along axes.
    pub fn frame(self) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(self.colours().quiet, 0.55)),
            _ => self.dim(),
        }
    }

    /// Accent: the focused frame, keys, marks.
    pub(crate) fn accent(self) -> Style {
        self.category(self.colours().accent, Color::Cyan)
    }

    /// Training data and curves.
    pub fn train(self) -> Style {
        self.category(self.colours().train, Color::Green)
    }

    /// Validation data and curves.
    pub fn validation(self) -> Style {
        self.category(self.colours().validation, Color::Magenta)
    }

    /// Correct predictions and success.
    pub fn good(self) -> Style {
        self.category(self.colours().good, Color::Green)
    }

    /// Wrong predictions and errors.
    pub fn bad(self) -> Style {
        self.category(self.colours().bad, Color::LightRed)
            .add_modifier(Modifier::BOLD)
    }

    /// Finding to be wary of.
    pub(crate) fn warning(self) -> Style {
        self.category(self.colours().warning, Color::Yellow)
            .add_modifier(Modifier::BOLD)
    }

    /// Background of a part of a chart to be wary of, where colours can be mixed.
    pub(crate) fn shaded(self) -> Option<Style> {
        self.has_shades()
            .then(|| Style::new().bg(self.tint(self.colours().warning, 0.08)))
    }

    /// A key in the footer.
    pub fn key(self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::REVERSED),
            Depth::Ansi => Style::new().fg(Color::Black).bg(Color::Gray),
            _ if self.is_light => Style::new()
                .fg(self.colour((20, 20, 20)))
                .bg(self.colour((205, 205, 210))),
            _ => Style::new()
                .fg(self.colour((235, 235, 235)))
                .bg(self.colour((62, 66, 74))),
        }
    }

    /// A badge of `style`'s colour: dark text on it.
    pub(crate) fn badge(self, style: Style) -> Style {
        match (self.depth, style.fg) {
            (Depth::None, _) | (_, None) => Style::new()
                .add_modifier(Modifier::REVERSED)
                .add_modifier(Modifier::BOLD),
            (_, Some(colour)) => Style::new()
                .fg(Color::Black)
                .bg(colour)
                .add_modifier(Modifier::BOLD),
        }
    }

    /// A signed value of at most 1: blue above zero, orange below, fainter near it.
    pub(crate) fn signed(self, value: f32) -> Style {
        let strength = if value.is_finite() {
            value.abs().min(1.0)
        } else {
            1.0
        };
        let (rgb, light, plain) = match value {
            v if v.is_nan() => (self.colours().bad, Color::LightRed, Color::Red),
            v if v >= 0.0 => (self.colours().positive, Color::LightCyan, Color::Cyan),
            _ => (self.colours().negative, Color::LightYellow, Color::Yellow),
        };
        match self.depth {
            Depth::True | Depth::Indexed => {
                Style::new().fg(self.shade(rgb, 0.16 + 0.84 * strength))
            }
            Depth::Ansi if strength < 0.12 => Style::new().fg(Color::DarkGray),
            Depth::Ansi if strength > 0.66 => Style::new().fg(light),
            Depth::Ansi => Style::new().fg(plain),
            Depth::None if strength < 0.2 => Style::new().add_modifier(Modifier::DIM),
            Depth::None if strength > 0.66 => Style::new().add_modifier(Modifier::BOLD),
            Depth::None => Style::new(),
        }
    }

    /// A cell filled with the colour of [`Self::signed`], with legible text on it.
    pub(crate) fn signed_fill(self, value: f32) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed if value.is_finite() => {
                let rgb = self.sign(value);
                let strength = value.abs().min(1.0);
                let is_dark_text = self.is_light || strength > 0.5;
                let text = if is_dark_text {
                    (15, 15, 15)
                } else {
                    (235, 235, 235)
                };
                let fill = Style::new().bg(self.tint(rgb, 0.2 + 0.75 * strength));
                fill.fg(self.colour(text))
            }
            Depth::None => self.signed(value),
            _ => self.signed(value).add_modifier(Modifier::REVERSED),
        }
    }

    /// A pixel of a signed picture: the colours of [`Self::signed`], nothing at zero.
    pub fn weight(self, value: f32) -> Color {
        match (self.depth, value) {
            (Depth::True | Depth::Indexed, v) if v.is_finite() => {
                self.tint(self.sign(v), v.abs().min(1.0))
            }
            (Depth::Ansi, v) if v.abs() < 0.12 => Color::Reset,
            _ => self.signed(value).fg.unwrap_or_default(),
        }
    }

    /// `style` further towards the background, as for a curve behind another.
    pub(crate) fn faint(self, style: Style) -> Style {
        match (self.depth, style.fg) {
            (Depth::True, Some(Color::Rgb(r, g, b))) => Style::new().fg(self.shade((r, g, b), 0.4)),
            _ => self.frame(),
        }
    }

    /// Viridis at `t` of `0.0..=1.0`, where colours can be mixed.
    pub(crate) fn heat(self, t: f32) -> Option<Color> {
        self.has_shades().then(|| self.colour(self.heat_rgb(t)))
    }

    /// Text on the colour of [`Self::heat`] for `t`: the palettes become lighter with it.
    pub(crate) fn on_heat(self, t: f32) -> Option<Style> {
        let text = if t > 0.5 {
            (15, 15, 15)
        } else {
            (235, 235, 235)
        };
        let background = self.heat(t)?;
        Some(Style::new().fg(self.colour(text)).bg(background))
    }

    /// A contour line in a heat map: the colour of `t` on the same scale, darker.
    pub(crate) fn contour(self, t: f32) -> Option<Color> {
        let darker = mixed(self.heat_rgb(t), (0, 0, 0), CONTOUR);
        self.has_shades().then(|| self.colour(darker))
    }

    fn heat_rgb(self, t: f32) -> Rgb {
        let t = share(t);
        let heat = self.colours().heat;
        let at = t * (heat.len() - 1) as f32;
        let i = (at as usize).min(heat.len() - 2);
        mixed(heat[i], heat[i + 1], at - i as f32)
    }

    /// A pixel of brightness `level`, `0.0..=1.0`: white on black, or ink on light paper.
    pub(crate) fn grey(self, level: f32) -> Color {
        let level = share(level);
        let levels = [Color::Black, Color::DarkGray, Color::Gray, Color::White];
        match (self.depth, self.is_light) {
            (Depth::True | Depth::Indexed, true) => {
                self.colour(mixed((238, 238, 238), (10, 10, 10), level))
            }
            (Depth::True | Depth::Indexed, false) => {
                self.colour(mixed((24, 24, 24), (245, 245, 245), level))
            }
            (Depth::Ansi, is_light) => {
                let level = (level * 3.0).round() as usize;
                levels[if is_light { 3 - level } else { level }]
            }
            (Depth::None, _) => Color::Reset,
        }
    }

    /// Background of a cell of the confusion matrix: `share` of the row's class, right or wrong.
    pub fn cell(self, is_right: bool, share: f32) -> Style {
        let rgb = if is_right {
            self.colours().good
        } else {
            self.colours().bad
        };
        let style = match (self.depth, is_right) {
            (Depth::True | Depth::Indexed, _) => {
                let strength = 0.12 + 0.55 * share.clamp(0.0, 1.0);
                return Style::new().bg(self.tint(rgb, strength));
            }
            (Depth::Ansi, true) => Style::new().fg(Color::Green),
            (Depth::Ansi, false) => Style::new().fg(Color::LightRed),
            (Depth::None, _) => Style::new(),
        };
        style.add_modifier(Modifier::BOLD)
    }

    /// Colour of a class, `0.0..=1.0` of it before the background, where colours can be mixed. Classes beyond
    /// the palette share its colours.
    pub(crate) fn class_shade(self, class: usize, strength: f32) -> Option<Color> {
        let rgb = palette::CLASSES[class % palette::CLASSES.len()].0;
        self.has_shades().then(|| self.tint(rgb, share(strength)))
    }

    /// Text in the colour of a class.
    pub(crate) fn class(self, class: usize) -> Style {
        let (rgb, ansi) = palette::CLASSES[class % palette::CLASSES.len()];
        self.category(rgb, ansi)
    }

    fn category(self, rgb: Rgb, ansi: Color) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(rgb, 1.0)),
            Depth::Ansi => Style::new().fg(ansi),
            Depth::None => Style::new(),
        }
    }

    fn colours(self) -> &'static Palette {
        self.choice.palette()
    }

    /// Colour of the sign of `value`.
    fn sign(self, value: f32) -> Rgb {
        let colours = self.colours();
        if value >= 0.0 {
            colours.positive
        } else {
            colours.negative
        }
    }

    /// `rgb` at `strength` of `0.0..=1.0` before the background, for text and lines: never fainter than the theme
    /// allows.
    fn shade(self, rgb: Rgb, strength: f32) -> Color {
        let min = self.colours().min_strength;
        self.tint(rgb, min + (1.0 - min) * strength)
    }

    /// `rgb` at `strength` of `0.0..=1.0` before the background.
    fn tint(self, rgb: Rgb, strength: f32) -> Color {
        let (background, rgb) = if self.is_light {
            ((250, 250, 250), self.on_light(rgb))
        } else {
            ((18, 18, 18), rgb)
        };
        self.colour(mixed(background, rgb, strength))
    }

    /// `rgb` as dark as it must be before a light background.
    fn on_light(self, rgb: Rgb) -> Rgb {
        let black = match self.choice {
            ThemeChoice::HighContrast | ThemeChoice::ColourBlind => 0.6,
            _ => 0.25,
        };
        mixed(rgb, (0, 0, 0), black)
    }

    fn colour(self, rgb: Rgb) -> Color {
        palette::shown(rgb, self.depth)
    }
}

/// `x` within `0.0..=1.0`; 0 if it is not finite.
fn share(x: f32) -> f32 {
    if x.is_finite() {
        x.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
