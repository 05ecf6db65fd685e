//! Range of noisy series without their spikes.

/// Numbers whose median replaces the middle one.
const WINDOW: usize = 5;
/// Numbers at the start of a series that always belong to its range: the descent of a loss begins there.
const START: usize = 2;

/// Returns minimum and maximum of all `series` together after a running median over five numbers, which
/// removes spikes of one or two numbers. NaN and infinities are ignored. `None` without a finite number.
pub fn robust_range<S: IntoIterator<Item = f64>>(
    series: impl IntoIterator<Item = S>,
) -> Option<(f64, f64)> {
    let mut range: Option<(f64, f64)> = None;
    let mut include = |x: f64| {
        let (low, high) = range.unwrap_or((x, x));
        range = Some((low.min(x), high.max(x)));
    };
    for numbers in series {
        let numbers: Vec<f64> = numbers.into_iter().filter(|x| x.is_finite()).collect();
        let raw = if numbers.len() < WINDOW {
            WINDOW
        } else {
            START
        };
        numbers.iter().take(raw).for_each(|&x| include(x));
        for window in numbers.windows(WINDOW) {
            let mut window: [f64; WINDOW] = std::array::from_fn(|i| window[i]);
            window.sort_unstable_by(f64::total_cmp);
            include(window[WINDOW / 2]);
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_is_left_out_and_the_start_is_not() {
        let mut losses = vec![9.0, 4.0, 2.0, 1.0, 1.0, 0.9, 0.8, 0.8, 0.7, 0.6];
        losses[6] = 50.0;
        losses[4] = f64::NAN;
        assert_eq!(robust_range([losses.clone()]), Some((0.8, 9.0)));
        assert_eq!(robust_range([losses, vec![0.5]]), Some((0.5, 9.0)));
        assert_eq!(robust_range([[f64::INFINITY]]), None);
    }
}
