//! Colours for terminals with 24 bits, 256, 16 or no colours, dark or light.
//!
//! Categories use the palette of Okabe and Ito (2008), which is distinct for every kind of colour
//! vision; heat uses viridis; signed values use one diverging pair. No information is in colour alone.

use ratatui::style::{Color, Modifier, Style};

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
    is_ascii: bool,
}

type Rgb = (u8, u8, u8);

const BLUE: Rgb = (86, 180, 233);
const ORANGE: Rgb = (230, 159, 0);
const GREEN: Rgb = (0, 158, 115);
const PURPLE: Rgb = (204, 121, 167);
const VERMILION: Rgb = (213, 94, 0);
const GREY: Rgb = (128, 128, 128);

/// Colours of classes: those of Okabe and Ito (2008), and the nearest of the 16.
const CLASSES: [(Rgb, Color); 8] = [
    (BLUE, Color::LightCyan),
    (ORANGE, Color::LightYellow),
    (GREEN, Color::Green),
    (PURPLE, Color::LightMagenta),
    (VERMILION, Color::LightRed),
    ((240, 228, 66), Color::White),
    ((0, 114, 178), Color::LightBlue),
    (GREY, Color::Gray),
];

/// Viridis (van der Walt and Smith 2015) at equal distances.
const VIRIDIS: [Rgb; 9] = [
    (68, 1, 84),
    (72, 40, 120),
    (62, 73, 137),
    (49, 104, 142),
    (38, 130, 142),
    (31, 158, 137),
    (53, 183, 121),
    (109, 205, 89),
    (253, 231, 37),
];

impl Theme {
    /// Creates a theme for a dark terminal of `depth`.
    pub fn new(depth: Depth) -> Self {
        Self {
            depth,
            is_light: false,
            is_ascii: false,
        }
    }

    /// Restricts drawing to ASCII characters.
    pub fn ascii(self) -> Self {
        Self {
            is_ascii: true,
            ..self
        }
    }

    /// Returns whether drawing is restricted to ASCII.
    pub fn is_ascii(self) -> bool {
        self.is_ascii
    }

    /// Detects the theme from `NO_COLOR`, `COLORTERM`, `TERM`, `COLORFGBG` and the character set of the
    /// locale.
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
        Self {
            depth,
            is_light: matches!(background, "7" | "15"),
            is_ascii,
        }
    }

    /// Returns whether the terminal has colours.
    pub(crate) fn has_colour(self) -> bool {
        self.depth != Depth::None
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
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(GREY, 0.9)),
            Depth::Ansi => Style::new().fg(Color::DarkGray),
            Depth::None => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// Lines around panels and along axes.
    pub fn frame(self) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(GREY, 0.55)),
            _ => self.dim(),
        }
    }

    /// Accent: the focused frame, keys, marks.
    pub(crate) fn accent(self) -> Style {
        self.category(BLUE, Color::Cyan)
    }

    /// Training data and curves.
    pub fn train(self) -> Style {
        self.category(GREEN, Color::Green)
    }

    /// Validation data and curves.
    pub fn validation(self) -> Style {
        self.category(PURPLE, Color::Magenta)
    }

    /// Correct predictions and success.
    pub fn good(self) -> Style {
        self.train()
    }

    /// Wrong predictions and errors.
    pub fn bad(self) -> Style {
        self.category(VERMILION, Color::LightRed)
            .add_modifier(Modifier::BOLD)
    }

    /// Finding to be wary of.
    pub(crate) fn warning(self) -> Style {
        self.category(ORANGE, Color::Yellow)
            .add_modifier(Modifier::BOLD)
    }

    /// Background of a part of a chart to be wary of, where colours can be mixed.
    pub(crate) fn shaded(self) -> Option<Style> {
        self.has_shades()
            .then(|| Style::new().bg(self.shade(ORANGE, 0.08)))
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
            v if v.is_nan() => (VERMILION, Color::LightRed, Color::Red),
            v if v >= 0.0 => (BLUE, Color::LightCyan, Color::Cyan),
            _ => (ORANGE, Color::LightYellow, Color::Yellow),
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
                let rgb = if value >= 0.0 { BLUE } else { ORANGE };
                let strength = value.abs().min(1.0);
                let is_dark_text = self.is_light || strength > 0.5;
                let text = if is_dark_text {
                    (15, 15, 15)
                } else {
                    (235, 235, 235)
                };
                let fill = Style::new().bg(self.shade(rgb, 0.2 + 0.75 * strength));
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
                let rgb = if v >= 0.0 { BLUE } else { ORANGE };
                self.shade(rgb, v.abs().min(1.0))
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
        if !self.has_shades() {
            return None;
        }
        let t = share(t);
        let at = t * (VIRIDIS.len() - 1) as f32;
        let i = (at as usize).min(VIRIDIS.len() - 2);
        Some(self.colour(mixed(VIRIDIS[i], VIRIDIS[i + 1], at - i as f32)))
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
        let rgb = if is_right { GREEN } else { VERMILION };
        let style = match (self.depth, is_right) {
            (Depth::True | Depth::Indexed, _) => {
                let strength = 0.12 + 0.55 * share.clamp(0.0, 1.0);
                return Style::new().bg(self.shade(rgb, strength));
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
        let rgb = CLASSES[class % CLASSES.len()].0;
        self.has_shades().then(|| self.shade(rgb, share(strength)))
    }

    /// Text in the colour of a class.
    pub(crate) fn class(self, class: usize) -> Style {
        let (rgb, ansi) = CLASSES[class % CLASSES.len()];
        self.category(rgb, ansi)
    }

    fn category(self, rgb: Rgb, ansi: Color) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.shade(rgb, 1.0)),
            Depth::Ansi => Style::new().fg(ansi),
            Depth::None => Style::new(),
        }
    }

    /// `rgb` at `strength` of `0.0..=1.0` before the background.
    fn shade(self, rgb: Rgb, strength: f32) -> Color {
        let (background, rgb) = if self.is_light {
            ((250, 250, 250), mixed(rgb, (0, 0, 0), 0.25))
        } else {
            ((18, 18, 18), rgb)
        };
        self.colour(mixed(background, rgb, strength))
    }

    fn colour(self, (r, g, b): Rgb) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            _ => Color::Indexed(nearest_indexed((r, g, b))),
        }
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

fn mixed(from: Rgb, to: Rgb, t: f32) -> Rgb {
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * t).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The nearest of xterm's 6 x 6 x 6 colours and 24 greys.
fn nearest_indexed(rgb: Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |x: u8| {
        let distance = |i: &usize| LEVELS[*i].abs_diff(x);
        (0..6).min_by_key(distance).unwrap_or(0)
    };
    let distance = |(r, g, b): Rgb| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(r, rgb.0) + square(g, rgb.1) + square(b, rgb.2)
    };
    let (r, g, b) = (level(rgb.0), level(rgb.1), level(rgb.2));
    let cube = (LEVELS[r], LEVELS[g], LEVELS[b]);
    let mean = (u16::from(rgb.0) + u16::from(rgb.1) + u16::from(rgb.2)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey_level = 8 + 10 * grey;
    if distance((grey_level, grey_level, grey_level)) < distance(cube) {
        232 + grey
    } else {
        16 + (36 * r + 6 * g + b) as u8
    }
}

#[cfg(test)]
mod tests;
