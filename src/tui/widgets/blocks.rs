//! Bars out of block characters, to the right and upwards.

const RIGHT: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const UP: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar to the right of `share` (from 0 to 1) of `cells` cells, at least an eighth of a cell where
/// there is anything. Empty for NaN.
pub(crate) fn bar(share: f64, cells: usize) -> String {
    if share.is_nan() || share <= 0.0 || cells == 0 {
        return String::new();
    }
    let eighths = ((share.min(1.0) * 8.0 * cells as f64).round() as usize).max(1);
    let bar = (0..eighths.div_ceil(8)).map(|cell| RIGHT[(eighths - 8 * cell).min(8)]);
    bar.collect()
}

/// Bars upwards as `rows` lines of text from top to bottom. `shares`, from 0 to 1, are those of the
/// full height; above zero they are always visible.
pub(crate) fn bars(shares: impl IntoIterator<Item = f64>, rows: usize) -> Vec<String> {
    let full = 8.0 * rows as f64;
    let height = |share: f64| {
        let min = if share > 0.0 { 1.0 } else { 0.0 };
        (share.clamp(0.0, 1.0) * full).round().max(min) as usize
    };
    let heights: Vec<usize> = shares.into_iter().map(height).collect();
    let symbol = |row: usize, height: &usize| UP[height.saturating_sub(8 * row).min(8)];
    let line = |row| heights.iter().map(|height| symbol(row, height)).collect();
    (0..rows).rev().map(line).collect()
}

/// The histogram of `counts` as [`bars`], each `cells` wide. The largest is as high as there is room.
pub(crate) fn histogram(counts: &[usize], rows: usize, cells: usize) -> Vec<String> {
    let max = counts.iter().max().copied().unwrap_or(0).max(1) as f64;
    let full = 8.0 * rows as f64;
    // Rounded up to an eighth of a cell.
    let share = |&count: &usize| (count as f64 * full / max).ceil() / full.max(1.0);
    let shares = counts.iter().map(share);
    bars(
        shares.flat_map(|share| std::iter::repeat_n(share, cells)),
        rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_their_lengths() {
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(1e-9, 4), "▏");
        assert_eq!(bar(9.0, 2), "██");
        assert_eq!(bar(f64::NAN, 4), "");
        assert_eq!(bars([0.0, 1e-9, 0.5, 2.0], 1), [" ▁▄█"]);
        assert_eq!(histogram(&[0, 1, 50, 100], 1, 1), [" ▁▄█"]);
        assert_eq!(histogram(&[0, 25, 50, 100], 2, 2), ["      ██", "  ▄▄████"]);
        assert_eq!(histogram(&[0, 0], 1, 1), ["  "]);
        assert_eq!(histogram(&[usize::MAX], 1, 1), ["█"]);
        assert!(histogram(&[1], 0, 1).is_empty());
    }
}
