//! Histograms with as many equal buckets from the smallest number to the largest, as TensorFlow has them.

/// Number of buckets.
pub const BUCKETS: usize = 30;

/// Counts of finite numbers in equal buckets from the smallest to the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets {
    /// The smallest number; 0 of none.
    pub min: f64,
    /// The largest number; 0 of none.
    pub max: f64,
    /// Counts, lowest bucket first. Equal numbers are all in the last one.
    pub counts: [u32; BUCKETS],
}

impl Buckets {
    /// Counts `numbers`. NaN and infinities are left out.
    pub fn of<'a, I: IntoIterator<Item = &'a f32> + Clone>(numbers: I) -> Self {
        let finite = |numbers: I| {
            let all = numbers.into_iter().copied();
            all.filter(|x| x.is_finite()).map(f64::from)
        };
        let ends = finite(numbers.clone()).fold(None, |ends: Option<(f64, f64)>, x| {
            let (min, max) = ends.unwrap_or((x, x));
            Some((min.min(x), max.max(x)))
        });
        let (min, max) = ends.unwrap_or((0.0, 0.0));
        let mut counts = [0; BUCKETS];
        let scale = BUCKETS as f64 / (max - min);
        for x in finite(numbers) {
            // Without a range the scale is infinite, and its product with zero NaN.
            let bucket = match (x - min) * scale {
                at if at.is_nan() => BUCKETS,
                at => at as usize,
            };
            counts[bucket.min(BUCKETS - 1)] += 1;
        }
        Self { min, max, counts }
    }

    /// Returns the lower end, the upper end and the count of every bucket.
    pub fn rows(&self) -> impl Iterator<Item = [f64; 3]> {
        let width = (self.max - self.min) / BUCKETS as f64;
        let end = move |i: usize| {
            if i == BUCKETS {
                self.max
            } else {
                self.min + width * i as f64
            }
        };
        let counts = self.counts.iter().enumerate();
        counts.map(move |(i, &count)| [end(i), end(i + 1), f64::from(count)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_number_is_counted_once_between_the_ends() {
        let numbers = [-1.0, 2.0, 0.5, f32::NAN, 0.5, f32::INFINITY, 1.999];
        let buckets = Buckets::of(&numbers);
        assert_eq!((buckets.min, buckets.max), (-1.0, 2.0));
        let counts = buckets.counts;
        assert_eq!((counts[0], counts[15], counts[29]), (1, 2, 2));
        assert_eq!(counts.iter().sum::<u32>(), 5);
        let rows: Vec<[f64; 3]> = buckets.rows().collect();
        assert_eq!((rows[0][0], rows[29][1], rows[15][2]), (-1.0, 2.0, 2.0));
        assert!(rows.windows(2).all(|pair| pair[0][1] == pair[1][0]));
    }

    #[test]
    fn equal_numbers_and_none_have_buckets_without_width() {
        assert_eq!(Buckets::of(&[0.5; 7]).counts[BUCKETS - 1], 7);
        assert_eq!(Buckets::of(&[]).counts, [0; BUCKETS]);
        let widest = Buckets::of(&[f32::MIN, f32::MAX, 0.0]);
        assert_eq!(widest.counts.iter().sum::<u32>(), 3);
    }
}
