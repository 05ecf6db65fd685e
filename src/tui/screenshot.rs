//! Screens as text, and as SVG that does not depend on fonts: dots, blocks and frames are drawn as shapes.

use std::collections::BTreeMap;
use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::theme::indexed_rgb;
use crate::util::text::width;

/// Width and height of a cell, and the font size.
const CELL: (f64, f64) = (8.4, 17.0);
const LETTERS: f64 = 14.0;
/// Background and text, dark and light.
const DARK: [&str; 2] = ["#121212", "#d4d4d4"];
const LIGHT: [&str; 2] = ["#fafafa", "#202020"];
/// The 16 colours of a palette as VS Code has it.
const ANSI: [u32; 16] = [
    0x12_1212, 0xcd_3131, 0x0d_bc79, 0xe5_e510, 0x24_72c8, 0xbc_3fbc, 0x11_a8cd, 0xe5_e5e5,
    0x66_6666, 0xf1_4c4c, 0x23_d18b, 0xf5_f543, 0x3b_8eea, 0xd6_70d6, 0x29_b8db, 0xff_ffff,
];

/// Formats `buf` as text, without blanks at the ends of lines.
pub fn text(buf: &Buffer) -> String {
    let mut text = String::new();
    for row in buf.content.chunks(usize::from(buf.area.width).max(1)) {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            // Behind a wide character there is a cell without text.
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = width(cell.symbol()).max(1);
            }
            covered -= 1;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Draws `frames` of one size as SVG, each for a number of seconds, over and over; a single one stands still.
pub fn svg(frames: &[(Buffer, f64)], is_light: bool) -> String {
    let area = frames
        .first()
        .map_or_else(Default::default, |(first, _)| first.area);
    let (width, height) = (f64::from(area.width), f64::from(area.height));
    let (width, height) = (width * CELL.0 + 16.0, height * CELL.1 + 16.0);
    let [background, _] = if is_light { LIGHT } else { DARK };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"{LETTERS}\" \
         xml:space=\"preserve\">\n"
    );
    let all: f64 = frames.iter().map(|(_, seconds)| seconds).sum();
    if frames.len() > 1 {
        svg.push_str("<style>");
        let mut start = 0.0;
        for (i, (_, seconds)) in frames.iter().enumerate() {
            let (from, to) = (100.0 * start / all, 100.0 * (start + seconds) / all);
            let _ = write!(
                svg,
                "@keyframes k{i}{{0%{{visibility:hidden}}{from:.3}%{{visibility:visible}}{to:.3}%{{visibility:hidden}}}}\
                 .f{i}{{visibility:hidden;animation:k{i} {all:.2}s step-end infinite}}"
            );
            start += seconds;
        }
        svg.push_str("</style>\n");
    }
    let _ = writeln!(
        svg,
        "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{background}\"/>\n<g transform=\"translate(8 8)\">"
    );
    for (i, (frame, _)) in frames.iter().enumerate() {
        let _ = writeln!(svg, "<g class=\"f{i}\">");
        SvgLayers::of(frame, is_light).write(&mut svg);
        svg.push_str("</g>\n");
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Shapes and texts of a frame; shapes of one colour are one path.
#[derive(Default)]
struct SvgLayers {
    backgrounds: BTreeMap<String, String>,
    blocks: BTreeMap<String, String>,
    dots: BTreeMap<String, String>,
    strokes: BTreeMap<String, String>,
    texts: String,
}

/// Text of one style in a row.
struct Run {
    x: u16,
    y: u16,
    text: String,
    cells: usize,
    colour: String,
    is_bold: bool,
}

impl SvgLayers {
    fn of(buf: &Buffer, is_light: bool) -> Self {
        let mut picture = Self::default();
        let mut run: Option<Run> = None;
        let mut covered = 0;
        for (i, cell) in buf.content.iter().enumerate() {
            let (x, y) = buf.pos_of(i);
            let (x, y) = (x - buf.area.x, y - buf.area.y);
            if x == 0 {
                covered = 0;
            }
            let place = (f64::from(x) * CELL.0, f64::from(y) * CELL.1);
            let (colour, background) = colours(cell, is_light);
            if let Some(background) = background {
                rectangle(
                    picture.backgrounds.entry(background).or_default(),
                    place,
                    (CELL.0 + 0.1, CELL.1 + 0.1),
                );
            }
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = width(cell.symbol()).max(1) - 1;
            let symbol = cell.symbol().chars().next().unwrap_or(' ');
            if symbol == ' ' || picture.shape(symbol, place, &colour) {
                picture.finish(run.take());
                continue;
            }
            let is_bold = cell.modifier.contains(Modifier::BOLD);
            if let Some(open) = &mut run
                && open.y == y
                && open.is_bold == is_bold
                && open.colour == colour
            {
                open.text.push_str(cell.symbol());
                open.cells += covered + 1;
                continue;
            }
            picture.finish(run.take());
            run = Some(Run {
                x,
                y,
                text: cell.symbol().to_owned(),
                cells: covered + 1,
                colour,
                is_bold,
            });
        }
        picture.finish(run.take());
        picture
    }

    /// Draws a symbol that is a shape. Returns whether it is one.
    fn shape(&mut self, symbol: char, (x, y): (f64, f64), colour: &str) -> bool {
        let (width, height) = CELL;
        let mut block = |place, size| {
            rectangle(
                self.blocks.entry(colour.to_owned()).or_default(),
                place,
                size,
            );
        };
        match symbol {
            '\u{2800}'..='\u{28ff}' => {
                let dots = self.dots.entry(colour.to_owned()).or_default();
                braille(dots, u32::from(symbol) - 0x2800, (x, y));
            }
            '▁'..='█' => {
                let eighths = f64::from(u32::from(symbol) - 0x2580) / 8.0 * height;
                block((x, y + height - eighths), (width + 0.1, eighths + 0.1));
            }
            '▉'..='▏' => {
                let eighths = f64::from(0x2590 - u32::from(symbol)) / 8.0 * width;
                block((x, y), (eighths, height));
            }
            '▐' => block((x + width / 2.0, y), (width / 2.0, height)),
            '▀' => block((x, y), (width + 0.1, height / 2.0)),
            '■' => block((x, y + 3.0), (width - 1.0, height - 6.0)),
            '●' => {
                let dots = self
                    .dots
                    .entry(format!("{colour}\" stroke-width=\"8"))
                    .or_default();
                let _ = write!(dots, "M{:.1} {:.1}h0", x + width / 2.0, y + height / 2.0);
            }
            _ => {
                let Some(lines) = lines(symbol) else {
                    return false;
                };
                let path = self.strokes.entry(colour.to_owned()).or_default();
                for points in lines {
                    for (i, (dx, dy)) in points.iter().enumerate() {
                        let letter = if i == 0 { 'M' } else { 'L' };
                        let (x, y) = (x + dx * width / 2.0, y + dy * height / 2.0);
                        let _ = write!(path, "{letter}{x:.1} {y:.1}");
                    }
                }
            }
        }
        true
    }

    fn finish(&mut self, run: Option<Run>) {
        let Some(run) = run else {
            return;
        };
        let weight = if run.is_bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let text = run
            .text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let (x, y) = (
            f64::from(run.x) * CELL.0,
            f64::from(run.y) * CELL.1 + LETTERS - 1.0,
        );
        let length = run.cells as f64 * CELL.0;
        let _ = writeln!(
            self.texts,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" fill=\"{}\"{weight}>{text}</text>",
            run.colour
        );
    }

    fn write(&self, svg: &mut String) {
        for (colour, path) in self.backgrounds.iter().chain(&self.blocks) {
            let _ = writeln!(svg, "<path fill=\"{colour}\" d=\"{path}\"/>");
        }
        for (colour, path) in &self.strokes {
            let _ = writeln!(
                svg,
                "<path fill=\"none\" stroke=\"{colour}\" d=\"{path}\"/>"
            );
        }
        for (colour, path) in &self.dots {
            let width = if colour.contains("stroke-width") {
                ""
            } else {
                " stroke-width=\"2.2\""
            };
            let _ = writeln!(
                svg,
                "<path fill=\"none\" stroke-linecap=\"round\"{width} stroke=\"{colour}\" d=\"{path}\"/>"
            );
        }
        svg.push_str(&self.texts);
    }
}

fn rectangle(path: &mut String, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let _ = write!(path, "M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z");
}

/// Adds the dots of a Braille pattern in the cell at a place.
fn braille(path: &mut String, pattern: u32, (x, y): (f64, f64)) {
    const PLACES: [(f64, f64); 8] = [
        (0.0, 0.0),
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, 2.0),
        (0.0, 3.0),
        (1.0, 3.0),
    ];
    for (bit, (column, row)) in PLACES.into_iter().enumerate() {
        if pattern >> bit & 1 == 1 {
            let (x, y) = (
                x + CELL.0 / 4.0 * (1.0 + 2.0 * column),
                y + CELL.1 / 8.0 * (1.0 + 2.0 * row),
            );
            let _ = write!(path, "M{x:.1} {y:.1}h0");
        }
    }
}

/// Returns the polylines of a box-drawing character, in a cell of 2 x 2.
fn lines(symbol: char) -> Option<&'static [&'static [(f64, f64)]]> {
    Some(match symbol {
        '─' => &[&[(0.0, 1.0), (2.0, 1.0)]],
        '│' => &[&[(1.0, 0.0), (1.0, 2.0)]],
        '┊' => &[&[(1.0, 0.2), (1.0, 0.8)], &[(1.0, 1.2), (1.0, 1.8)]],
        '╌' => &[&[(0.2, 1.0), (0.8, 1.0)], &[(1.2, 1.0), (1.8, 1.0)]],
        '╭' => &[&[(2.0, 1.0), (1.4, 1.0), (1.0, 1.2), (1.0, 2.0)]],
        '╮' => &[&[(0.0, 1.0), (0.6, 1.0), (1.0, 1.2), (1.0, 2.0)]],
        '╰' => &[&[(1.0, 0.0), (1.0, 0.8), (1.4, 1.0), (2.0, 1.0)]],
        '╯' => &[&[(1.0, 0.0), (1.0, 0.8), (0.6, 1.0), (0.0, 1.0)]],
        '└' => &[&[(1.0, 0.0), (1.0, 1.0), (2.0, 1.0)]],
        '┤' => &[&[(1.0, 0.0), (1.0, 2.0)], &[(0.0, 1.0), (1.0, 1.0)]],
        '┬' => &[&[(0.0, 1.0), (2.0, 1.0)], &[(1.0, 1.0), (1.0, 2.0)]],
        _ => return None,
    })
}

/// Colour of the text of `cell`, and of its background if it has one.
fn colours(cell: &Cell, is_light: bool) -> (String, Option<String>) {
    let [background, text] = if is_light { LIGHT } else { DARK };
    let fg = hex(cell.fg);
    let bg = hex(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        let fg = fg.unwrap_or_else(|| text.to_owned());
        return (bg.unwrap_or_else(|| background.to_owned()), Some(fg));
    }
    let quiet = || {
        let is_dim = cell.modifier.contains(Modifier::DIM);
        if is_dim { "#808080" } else { text }.to_owned()
    };
    (fg.unwrap_or_else(quiet), bg)
}

fn hex(colour: Color) -> Option<String> {
    let rgb = match colour {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => u32::from_be_bytes([0, r, g, b]),
        Color::Indexed(index @ 0..16) => ANSI[usize::from(index)],
        Color::Indexed(index) => {
            let (r, g, b) = indexed_rgb(index);
            u32::from_be_bytes([0, r, g, b])
        }
        Color::Black => ANSI[0],
        Color::Red => ANSI[1],
        Color::Green => ANSI[2],
        Color::Yellow => ANSI[3],
        Color::Blue => ANSI[4],
        Color::Magenta => ANSI[5],
        Color::Cyan => ANSI[6],
        Color::Gray => ANSI[7],
        Color::DarkGray => ANSI[8],
        Color::LightRed => ANSI[9],
        Color::LightGreen => ANSI[10],
        Color::LightYellow => ANSI[11],
        Color::LightBlue => ANSI[12],
        Color::LightMagenta => ANSI[13],
        Color::LightCyan => ANSI[14],
        Color::White => ANSI[15],
    };
    Some(format!("#{rgb:06x}"))
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn screen() -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        buf.set_string(0, 0, "a<b 宽 ⠉", Style::new());
        buf.set_string(0, 1, "█●─x", Style::new().fg(Color::Rgb(1, 2, 3)).bold());
        buf
    }

    #[test]
    fn text_is_what_is_on_the_screen() {
        assert_eq!(text(&screen()), "a<b 宽 ⠉\n█●─x\n");
    }

    #[test]
    fn symbols_are_shapes_and_letters_are_escaped() {
        let svg = svg(&[(screen(), 1.0)], false);
        assert!(
            svg.contains(">a&lt;b</text>") && svg.contains(">宽</text>"),
            "{svg}"
        );
        assert!(svg.contains("textLength=\"25.2\""), "three cells: {svg}");
        assert!(
            svg.contains("fill=\"#010203\" font-weight=\"bold\">x</text>"),
            "{svg}"
        );
        assert!(!svg.contains('█') && !svg.contains('⠉') && !svg.contains('─'));
        assert!(!svg.contains("animation"));
        let moving = super::svg(&[(screen(), 1.0), (screen(), 3.0)], true);
        assert!(
            moving.contains("25.000%{visibility:visible}100.000%"),
            "{moving}"
        );
        assert!(moving.contains("4.00s"));
    }
}
