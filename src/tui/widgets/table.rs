//! Widths of tables that lose columns from the right where there is no room.

use ratatui::layout::Constraint;

/// Returns how many columns of these `widths`, `gap` cells apart, fit in `cells`, and their
/// constraints, with one more for a column that takes what is left, if that is more than a gap.
pub(crate) fn fitting(widths: &[u16], gap: u16, cells: u16) -> (usize, Vec<Constraint>) {
    let mut constraints = Vec::new();
    let mut left = cells;
    for &width in widths {
        let gap = if constraints.is_empty() { 0 } else { gap };
        match left.checked_sub(gap + width) {
            Some(rest) => left = rest,
            None => break,
        }
        constraints.push(Constraint::Length(width));
    }
    let count = constraints.len();
    if left > gap {
        constraints.push(Constraint::Length(left - gap));
    }
    (count, constraints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_room_are_left_out() {
        let expected = |count, lengths: &[u16]| -> (usize, Vec<Constraint>) {
            let lengths = lengths.iter().copied();
            (count, lengths.map(Constraint::Length).collect())
        };
        for (cells, count, lengths) in [
            (16, 3, &[4, 8, 2][..]),
            (20, 3, &[4, 8, 2, 3]),
            (15, 2, &[4, 8, 1]),
            (0, 0, &[]),
        ] {
            assert_eq!(fitting(&[4, 8, 2], 1, cells), expected(count, lengths));
        }
    }
}
