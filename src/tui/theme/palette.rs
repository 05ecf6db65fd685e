//! Colours of the themes, and their nearest ones among 256.

use super::Depth;
use ratatui::style::Color;

/// Red, green and blue.
pub(super) type Rgb = (u8, u8, u8);

const BLUE: Rgb = (86, 180, 233);
const ORANGE: Rgb = (230, 159, 0);
const GREEN: Rgb = (0, 158, 115);
const PURPLE: Rgb = (204, 121, 167);
const VERMILION: Rgb = (213, 94, 0);
const GREY: Rgb = (128, 128, 128);

/// Colours of ten classes: those of Okabe and Ito (2008) and two more, and the nearest of the 16.
pub(super) const CLASSES: [(Rgb, Color); 10] = [
    (BLUE, Color::LightCyan),
    (ORANGE, Color::LightYellow),
    (GREEN, Color::Green),
    (PURPLE, Color::LightMagenta),
    (VERMILION, Color::LightRed),
    ((240, 228, 66), Color::White),
    ((0, 114, 178), Color::LightBlue),
    (GREY, Color::Gray),
    ((150, 90, 60), Color::Red),
    ((150, 140, 230), Color::Magenta),
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

/// Cividis (Nuñez, Anderton and Renslow 2018) at equal distances: blue to yellow, even in lightness.
const CIVIDIS: [Rgb; 9] = [
    (0, 34, 78),
    (26, 56, 111),
    (67, 78, 108),
    (95, 101, 111),
    (123, 123, 120),
    (152, 147, 119),
    (184, 173, 109),
    (217, 200, 92),
    (254, 232, 56),
];

/// Colours of everything that is drawn, as they are before a dark background.
#[derive(Debug)]
pub(super) struct Palette {
    pub accent: Rgb,
    pub train: Rgb,
    pub validation: Rgb,
    pub good: Rgb,
    pub bad: Rgb,
    pub warning: Rgb,
    pub positive: Rgb,
    pub negative: Rgb,
    pub quiet: Rgb,
    pub heat: &'static [Rgb; 9],
    /// Least strength of a shade before the background.
    pub min_strength: f32,
}

/// Palette of Okabe and Ito (2008), distinct for every kind of colour vision.
pub(super) const STANDARD: Palette = Palette {
    accent: BLUE,
    train: GREEN,
    validation: PURPLE,
    good: GREEN,
    bad: VERMILION,
    warning: ORANGE,
    positive: BLUE,
    negative: ORANGE,
    quiet: GREY,
    heat: &VIRIDIS,
    min_strength: 0.0,
};

/// Bright colours and no faint ones.
pub(super) const HIGH_CONTRAST: Palette = Palette {
    accent: (90, 215, 255),
    train: (0, 255, 160),
    validation: (255, 130, 255),
    good: (0, 255, 160),
    bad: (255, 110, 90),
    warning: (255, 225, 0),
    positive: (90, 215, 255),
    negative: (255, 200, 0),
    quiet: (200, 200, 200),
    heat: &VIRIDIS,
    min_strength: 0.45,
};

/// Blue and orange alone, which differ in lightness too.
pub(super) const COLOUR_BLIND: Palette = Palette {
    accent: (255, 255, 255),
    train: (86, 180, 233),
    validation: (240, 228, 66),
    good: (86, 180, 233),
    bad: (230, 120, 0),
    warning: (240, 228, 66),
    positive: (86, 180, 233),
    negative: (230, 120, 0),
    quiet: (140, 140, 140),
    heat: &CIVIDIS,
    min_strength: 0.1,
};

/// Mixes two colours; `t` of 0 is `from`.
pub(super) fn mixed(from: Rgb, to: Rgb, t: f32) -> Rgb {
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * t).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The colour, or the nearest one that a terminal of `depth` has.
pub(super) fn shown(rgb: Rgb, depth: Depth) -> Color {
    match depth {
        Depth::True => Color::Rgb(rgb.0, rgb.1, rgb.2),
        _ => Color::Indexed(nearest_indexed(rgb)),
    }
}

/// Levels of the 6 x 6 x 6 colours of xterm.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// Difference of the channels from which on a colour has a hue to keep.
const CHROMATIC: u8 = 12;
/// Weight of a difference in hue beside one in lightness.
const HUE: i32 = 6;

/// Red, green and blue of one of xterm's 6 x 6 x 6 colours and 24 greys, which are counted from 16 on.
pub(in crate::tui) fn indexed_rgb(index: u8) -> Rgb {
    let level = |at: u8| LEVELS[usize::from(at % 6)];
    match index.saturating_sub(16) {
        i @ ..216 => (level(i / 36), level(i / 6), level(i)),
        i => [8 + 10 * (i - 216); 3].into(),
    }
}

/// The nearest of xterm's 6 x 6 x 6 colours and 24 greys. A colour stays one: its hue counts more than its lightness.
pub(super) fn nearest_indexed(rgb: Rgb) -> u8 {
    let is_chromatic = chroma(rgb) >= CHROMATIC;
    let all = (16..=255).map(|index| (index, indexed_rgb(index)));
    let candidates = all.filter(|(_, colour)| !is_chromatic || chroma(*colour) > 0);
    let nearest = candidates.min_by_key(|(_, colour)| distance(*colour, rgb));
    nearest.map_or(0, |(index, _)| index)
}

fn chroma((r, g, b): Rgb) -> u8 {
    r.max(g).max(b) - r.min(g).min(b)
}

/// Squared distance of lightness, and of the colours stretched to the same lightness.
fn distance(a: Rgb, b: Rgb) -> i32 {
    let square = |a: u8, b: u8| i32::from(a.abs_diff(b)).pow(2);
    let direct = square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2);
    let (hue_a, hue_b) = (hue(a), hue(b));
    let hues: i32 = hue_a.iter().zip(hue_b).map(|(a, b)| (a - b).pow(2)).sum();
    if chroma(a) == 0 || chroma(b) < CHROMATIC {
        direct
    } else {
        direct + HUE * hues
    }
}

/// Channels as a part of 100 between the smallest and the largest one.
fn hue(rgb: Rgb) -> [i32; 3] {
    let min = rgb.0.min(rgb.1).min(rgb.2);
    let range = i32::from(chroma(rgb)).max(1);
    [rgb.0, rgb.1, rgb.2].map(|channel| 100 * i32::from(channel - min) / range)
}
