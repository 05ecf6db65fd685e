//! The screen for terminals with fewer characters: every other symbol is replaced by one that says about the same.

use ratatui::buffer::Buffer;

use super::wide::is_wide;
use crate::tui::theme::Symbols;
use crate::util::lang::{self, Lang};

/// Replaces every symbol of `buf` that is not among `symbols`. Wide characters stay if the language needs them.
pub(crate) fn translate(buf: &mut Buffer, symbols: Symbols) {
    let replace = match symbols {
        Symbols::Braille => return,
        Symbols::Blocks => block,
        Symbols::Ascii => plain,
    };
    let keeps_wide = lang::current() == Lang::Zh;
    let width = usize::from(buf.area.width).max(1);
    for index in 0..buf.content.len() {
        let is_after_space = index % width > 0 && buf.content[index - 1].symbol() == " ";
        let cell = &mut buf.content[index];
        if symbols == Symbols::Ascii && cell.symbol() == "±" && is_after_space {
            // There is room for both signs.
            cell.set_char('-');
            buf.content[index - 1].set_char('+');
            continue;
        }
        let symbol = cell.symbol();
        if !(symbol.is_ascii() || keeps_wide && is_wide(symbol)) {
            let plain = symbol.chars().next().map_or(' ', replace);
            cell.set_char(plain);
        }
    }
}

/// The nearest character of code page 437, which the fonts of consoles have.
fn block(c: char) -> char {
    match c {
        '│' | '─' | '└' | '┤' | '┬' | '├' | '▄' | '▀' | '█' | '▌' | '▐' | '░' | '▒' | '▓' | '■'
        | '·' | '²' | '±' | '÷' | '≡' | '∞' | 'σ' | 'δ' | 'Σ' | 'ε' | '▲' | '▼' | '←' | '→'
        | '↑' | '↓' | '√' | '°' => c,
        '╭' => '┌',
        '╮' => '┐',
        '╯' => '┘',
        '╰' => '└',
        '┊' => '│',
        '╌' => '─',
        '━' => '═',
        '╍' => '-',
        '●' => '■',
        '✓' => '√',
        '‖' => '║',
        '▁' | '▂' => '_',
        '▃' | '▅' => '▄',
        '▆' | '▇' | '▊' | '▉' | '▋' => '█',
        '▎' | '▍' => '▌',
        '\u{2800}'..='\u{28ff}' => half_block(c),
        _ => plain(c),
    }
}

/// Half of a cell, or all of it, by where the dots of Braille lie.
fn half_block(c: char) -> char {
    let pattern = (u32::from(c) - 0x2800) as u8;
    let has = |dots: u8| pattern & dots != 0;
    let (upper, lower) = (has(0b0001_1011), has(0b1110_0100));
    let (left, right) = (has(0b0100_0111), has(0b1011_1000));
    match (upper, lower, left, right) {
        (false, false, ..) => ' ',
        (true, false, ..) => '▀',
        (false, true, ..) => '▄',
        (true, true, true, false) => '▌',
        (true, true, false, true) => '▐',
        (true, true, ..) => '█',
    }
}

fn plain(c: char) -> char {
    match c {
        '│' | '┊' | '┃' => '|',
        '─' => '-',
        '╬' => '+',
        '━' => '=',
        '╍' => ':',
        '╌' => '-',
        '┏' | '┓' | '┗' | '┛' => '#',
        '╭' | '╮' | '╰' | '╯' | '└' | '┤' | '┬' | '├' => '+',
        '●' => '@',
        '⊕' => '+',
        '⊖' => '-',
        '○' => 'o',
        '•' => '+',
        '◎' | '◉' => 'O',
        '◇' => 'o',
        '◆' => '#',
        '▲' | '▴' => '^',
        '▼' => 'v',
        '▸' => '>',
        '■' => '#',
        '▾' | '↓' => 'v',
        '↑' => '^',
        '↗' => '/',
        '↘' => '\\',
        '←' | '◂' => '<',
        '→' | '▶' => '>',
        '‖' => '=',
        '✓' => '+',
        '✗' => 'x',
        '−' | '–' => '-',
        '·' => '-',
        '…' | '⋯' => '~',
        '÷' => '/',
        '×' => '*',
        '±' => '+',
        '′' => '\'',
        '“' | '”' => '"',
        'σ' => 's',
        'δ' => 'd',
        'Σ' => 'S',
        'Δ' => 'D',
        'η' => 'n',
        'λ' => 'l',
        'β' => 'b',
        'μ' => 'm',
        'ε' => 'e',
        '∂' => 'd',
        '⁰' | '₀' => '0',
        '¹' | '₁' => '1',
        '²' | '₂' => '2',
        '³' | '₃' => '3',
        c @ '⁴'..='⁹' => digit(c, '⁰'),
        c @ '₄'..='₉' => digit(c, '₀'),
        '∞' => 'I',
        '≡' => '=',
        '▁' => '_',
        '▂' | '▃' | '▏' | '▎' | '░' => '.',
        '▄' | '▅' | '▍' | '▌' | '▐' | '▒' => ':',
        '▆' | '▇' | '▋' | '▊' | '▉' | '▓' => '*',
        '█' | '▀' => '#',
        '\u{2800}'..='\u{28ff}' => points(c),
        _ => '?',
    }
}

/// The digit of `c`, counted from the one of 0.
fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or('?')
}

/// By where the dots lie: below, above, or in both halves.
pub(super) fn points(c: char) -> char {
    let pattern = (u32::from(c) - 0x2800) as u8;
    let (upper, lower) = (pattern & 0b0001_1011, pattern & 0b1110_0100);
    match (upper.count_ones(), lower.count_ones()) {
        (0, 0) => ' ',
        (0, _) => '.',
        (_, 0) => '\'',
        _ => ':',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn symbols_of_formulas_have_letters() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, "δ¹₉ ∂ησ′⁷−·◆", Style::new());
        translate(&mut buf, Symbols::Ascii);
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "d19 dns'7--#");
    }

    #[test]
    fn consoles_get_half_blocks() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, "╭●⠉⣀⡇⢸⣿⠀→▅✓σ", Style::new());
        translate(&mut buf, Symbols::Blocks);
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "┌■▀▄▌▐█ →▄√σ");
    }

    #[test]
    fn a_spread_has_both_signs() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, "0.5 ±0.21 •", Style::new());
        translate(&mut buf, Symbols::Ascii);
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "0.5+-0.21 + ");
    }

    #[test]
    fn nothing_but_ascii_is_left() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, "╭● ⠉⣀⣿ ä宽→█", Style::new());
        translate(&mut buf, Symbols::Ascii);
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "+@ '.: ?? >#");
    }
}
