//! Mean and standard error.

/// Returns the mean; NaN without numbers.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// Returns mean and standard deviation, `sqrt(sum (x - mean)^2 / n)`; NaN without numbers.
pub fn mean_and_deviation(numbers: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.clone().sum::<f64>() / count;
    let squares: f64 = numbers.map(|number| (number - mean).powi(2)).sum();
    (mean, (squares / count).sqrt())
}

/// Returns the standard error of the mean, `sqrt(sum (x - mean)^2 / (n - 1) / n)`; NaN of fewer than two numbers.
pub fn standard_error(numbers: &[f64]) -> f64 {
    let (mean, count) = (mean(numbers), numbers.len() as f64);
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_that_of_all_numbers() {
        assert_eq!(mean_and_deviation([1.0, 3.0].into_iter()), (2.0, 1.0));
    }
}
