//! Characters that are two cells wide, such as Chinese ones.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::util::text::width;

/// Returns whether `symbol` takes more than one cell.
pub(super) fn is_wide(symbol: &str) -> bool {
    // No character before the Hangul Jamo is wide.
    symbol.chars().next() >= Some('\u{1100}') && width(symbol) > 1
}

/// Replaces each wide character by a space if something was drawn over its second cell, or the row ends before it: a
/// terminal cannot show half of it. The second cells of the others get their style.
///
/// They are marked as hidden too, so that they differ from what later frames draw there: ratatui 0.30 does not draw a
/// cell anew if a character that began in it has ended in it before, and its background would stay.
pub(crate) fn mend(buf: &mut Buffer) {
    let columns = usize::from(buf.area.width).max(1);
    for row in buf.content.chunks_mut(columns) {
        for x in 0..row.len() {
            if !is_wide(row[x].symbol()) {
                continue;
            }
            let style = row[x].style().add_modifier(Modifier::HIDDEN);
            match row.get_mut(x + 1).filter(|next| next.symbol() == " ") {
                Some(next) => {
                    next.set_style(style);
                }
                None => {
                    row[x].set_char(' ');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    use super::*;

    #[test]
    fn covered_halves_are_blank() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 7, 1));
        buf.set_string(0, 0, "损失曲", Style::new());
        buf.set_string(3, 0, "│", Style::new());
        buf[(6, 0)].set_symbol("线");
        mend(&mut buf);
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "损  │曲  ");
    }

    /// The key 回 is replaced by a text one cell before it.
    #[test]
    fn a_background_does_not_stay() {
        let draw = |x, text, style| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
            buf.set_string(x, 0, text, style);
            mend(&mut buf);
            buf
        };
        let before = draw(1, "回", Style::new().bg(Color::Blue));
        let after = draw(0, "存", Style::new());
        let changed = before.diff(&after).into_iter();
        let columns: Vec<u16> = changed.map(|(x, ..)| x).collect();
        assert_eq!(columns, [0, 2]);
    }
}
