//! Even choices among many.

/// Returns at most `max` of the indices `0..n`, evenly spread, with the first and the last among them.
fn evenly(n: usize, max: usize) -> Vec<usize> {
    match (n, max) {
        (_, 0) => Vec::new(),
        (n, max) if n <= max => (0..n).collect(),
        (_, 1) => vec![0],
        (n, max) => (0..max).map(|i| i * (n - 1) / (max - 1)).collect(),
    }
}

/// Returns at most `max` of the indices `0..n`, evenly spread, with as many of `wanted` among them as
/// possible, each in place of its nearest neighbour.
pub fn evenly_with(n: usize, max: usize, wanted: &[usize]) -> Vec<usize> {
    let mut chosen = evenly(n, max);
    for &index in wanted {
        if chosen.contains(&index) {
            continue;
        }
        let others = chosen.iter_mut().filter(|other| !wanted.contains(other));
        if let Some(nearest) = others.min_by_key(|other| other.abs_diff(index)) {
            *nearest = index;
        }
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_indices_are_always_chosen() {
        assert_eq!(evenly_with(10, 4, &[5, 5]), [0, 3, 5, 9]);
        assert_eq!(evenly_with(10, 4, &[3, 4]), [0, 3, 4, 9]);
        assert_eq!(evenly_with(10, 1, &[2, 7]), [2]);
        assert!(evenly_with(10, 0, &[2]).is_empty());
    }

    #[test]
    fn indices_are_evenly_spread() {
        assert_eq!(evenly(4, 9), [0, 1, 2, 3]);
        assert_eq!(evenly(784, 3), [0, 391, 783]);
        assert_eq!(evenly(5, 1), [0]);
        assert!(evenly(5, 0).is_empty());
    }
}
