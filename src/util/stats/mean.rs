//! Mean and standard error.

/// Returns the mean; NaN without numbers.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// Returns the standard error of the mean, `sqrt(sum (x - mean)^2 / (n - 1) / n)`; NaN of fewer than two numbers.
pub fn standard_error(numbers: &[f64]) -> f64 {
    let (mean, count) = (mean(numbers), numbers.len() as f64);
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}
