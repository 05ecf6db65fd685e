//! Exponential moving average.

/// Exponential moving average with bias correction as in Adam: it starts at the first number.
#[derive(Debug, Clone, Copy)]
pub struct MovingAverage {
    past: f64,
    mean: f64,
    weight: f64,
}

impl MovingAverage {
    /// Creates an average with weight `past` (from 0 to below 1) on the past.
    pub fn new(past: f64) -> Self {
        Self {
            past,
            mean: 0.0,
            weight: 0.0,
        }
    }

    /// Adds `x` and returns the average so far.
    pub fn next(&mut self, x: f64) -> f64 {
        self.mean = self.past * self.mean + (1.0 - self.past) * x;
        self.weight = self.past * self.weight + (1.0 - self.past);
        self.mean / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_at_the_first_number_and_follows() {
        let mut average = MovingAverage::new(0.5);
        let smooth = [4.0, 2.0, 2.0, 2.0].map(|x| average.next(x));
        assert_eq!(smooth[0], 4.0);
        assert!(smooth.is_sorted_by(|a, b| b < a && *b > 2.0));
    }
}
