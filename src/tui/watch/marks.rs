//! Marks of the runs: a run is recognised by its colour and its mark, in the list and in the charts alike.

use crate::tui::theme::{Symbols, Theme};

/// Marks beside colours. Their number and that of the colours have no common divisor, so that runs with one colour
/// differ in their marks.
const SHAPES: [&str; 7] = ["●", "■", "▲", "◆", "▼", "★", "✚"];
/// Marks without colours, and on terminals that don't have those shapes.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Mark of the run with this index.
pub(super) fn mark(theme: Theme, run: usize) -> &'static str {
    if theme.has_colour() && theme.symbols() == Symbols::Braille {
        return SHAPES[run % SHAPES.len()];
    }
    let at = run % LETTERS.len();
    &LETTERS[at..=at]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn the_first_runs_differ_in_colour_or_mark() {
        let looks = |depth: Depth, runs: usize| {
            let theme = Theme::new(depth);
            let looks = (0..runs).map(|run| (theme.class(run), mark(theme, run)));
            looks.collect::<HashSet<_>>().len()
        };
        assert_eq!(looks(Depth::True, 70), 70);
        assert_eq!(looks(Depth::None, 52), 52);
    }
}
