//! Sampler: the shuffled order of the training rows in each epoch.

use std::sync::Arc;

use super::Plan;
use crate::data::{ClassWeights, Samples, Targets};
use crate::util::random::{RngStream, generator, shuffle};

/// Draws the order of the training rows of each epoch, which depends on the seed and the epoch's number
/// only.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    seed: u64,
    /// Rows of each class that has any, if classes are balanced; empty otherwise.
    classes: Arc<Vec<Vec<u32>>>,
}

impl Sampler {
    pub fn new(plan: &Plan, samples: &Samples) -> Self {
        let mut classes = Vec::new();
        if let (ClassWeights::Balanced, Targets::Classes(labels)) =
            (plan.class_weights, &samples.targets)
        {
            for (row, &label) in (0..).zip(labels) {
                let label = label as usize;
                if classes.len() <= label {
                    classes.resize(label + 1, Vec::new());
                }
                classes[label].push(row);
            }
            classes.retain(|rows: &Vec<u32>| !rows.is_empty());
        }
        Self {
            seed: plan.seed,
            classes: Arc::new(classes),
        }
    }

    /// Writes the row order of `epoch` (from 0) to `order`: `(rows)`.
    ///
    /// With balanced classes, every class fills the same number of places, to within one, by cycling
    /// through its rows. Averaged over epochs, the mean gradient is that of a loss in which each row is
    /// weighted by the inverse frequency of its class.
    pub fn draw(&self, epoch: u64, order: &mut [u32]) {
        let mut generator = generator(self.seed, RngStream::Epoch(epoch));
        order.iter_mut().zip(0..).for_each(|(row, i)| *row = i);
        let (rows, classes) = (order.len(), self.classes.len());
        for (class, members) in self.classes.iter().enumerate() {
            let places = class * rows / classes..(class + 1) * rows / classes;
            let mut members = members.clone();
            shuffle(&mut members, &mut generator);
            let cycled = members.iter().cycle();
            order[places]
                .iter_mut()
                .zip(cycled)
                .for_each(|(place, &row)| *place = row);
        }
        shuffle(order, &mut generator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(classes: Vec<Vec<u32>>) -> Sampler {
        Sampler {
            seed: 3,
            classes: Arc::new(classes),
        }
    }

    fn order(sampler: &Sampler, epoch: u64, rows: usize) -> Vec<u32> {
        let mut order = vec![0; rows];
        sampler.draw(epoch, &mut order);
        order
    }

    #[test]
    fn every_row_comes_once_and_orders_differ() {
        let sampler = sampler(Vec::new());
        let (first, second) = (order(&sampler, 0, 20), order(&sampler, 1, 20));
        assert_ne!(first, second);
        assert_eq!(first, order(&sampler, 0, 20));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn rare_classes_come_as_often_as_others() {
        let sampler = sampler(vec![(0..18).collect(), vec![18, 19]]);
        let order = order(&sampler, 0, 20);
        let of_rare: Vec<u32> = order.iter().copied().filter(|&row| row >= 18).collect();
        assert_eq!(of_rare.len(), 10);
        assert_eq!(of_rare.iter().filter(|&&row| row == 18).count(), 5);
    }
}
