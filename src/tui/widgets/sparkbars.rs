//! Small histograms out of block characters, and numbers of the table.

use crate::util::numbers::significant;

/// The histogram of `counts` as `rows` lines of text from top to bottom, each bar `cells` wide.
/// Values above zero are always visible.
pub fn bars(counts: &[usize], rows: usize, cells: usize) -> Vec<String> {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().max().copied().unwrap_or(0).max(1) as u128;
    let height = |&count: &usize| (count as u128 * 8 * rows as u128).div_ceil(most) as usize;
    let line = |row: usize| {
        let symbol = |count| EIGHTHS[height(count).saturating_sub(8 * row).min(8)];
        let symbols = counts.iter().map(symbol);
        symbols
            .flat_map(|symbol| std::iter::repeat_n(symbol, cells))
            .collect()
    };
    (0..rows).rev().map(line).collect()
}

/// A number of the table in at most `cells` cells, as it stands there if that is possible.
pub(crate) fn short_number(value: f32, cells: usize) -> String {
    if value.is_nan() {
        return "?".into();
    }
    let candidates = [
        value.to_string(),
        significant(value.into(), 4),
        significant(value.into(), 3),
        significant(value.into(), 2),
    ];
    let fitting = candidates.into_iter().find(|text| text.len() <= cells);
    fitting.unwrap_or_else(|| format!("{value:.0e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_their_heights() {
        assert_eq!(bars(&[0, 1, 50, 100], 1, 1), [" ▁▄█"]);
        assert_eq!(bars(&[0, 25, 50, 100], 2, 2), ["      ██", "  ▄▄████"]);
        assert_eq!(bars(&[0, 0], 1, 1), ["  "]);
        assert_eq!(bars(&[usize::MAX], 1, 1), ["█"]);
        assert!(bars(&[1], 0, 1).is_empty());
    }

    #[test]
    fn numbers_fit() {
        assert_eq!(short_number(5.1, 8), "5.1");
        assert_eq!(short_number(1234.5678, 6), "1235");
        for value in [f32::MAX, f32::MIN, -1.2345e-20, f32::INFINITY, -0.1] {
            assert!(short_number(value, 8).chars().count() <= 8, "{value}");
        }
    }
}
