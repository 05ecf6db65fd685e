//! The order in which the training rows come in an epoch.

use super::Plan;
use crate::data::{ClassWeights, Samples, Targets};
use crate::util::random::{RngStream, generator, shuffle};

/// Draws the orders of a training's epochs. That of an epoch depends on the seed and on the epoch's
/// number only.
#[derive(Debug, Clone)]
pub(super) struct Orders {
    seed: u64,
    /// Rows of each class that has some, where all classes count the same; else empty.
    classes: Vec<Vec<u32>>,
}

impl Orders {
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
            classes,
        }
    }

    /// Writes the order of `epoch`, counted from 0, to `order`, which has a place for each row.
    ///
    /// Where all classes count the same, each gets as many places as the others, to within one; its
    /// rows take turns in them. The mean gradient is then, over some epochs, that of a loss in
    /// which a row weighs as much as its class is rare.
    pub fn draw(&self, epoch: u32, order: &mut [u32]) {
        let mut generator = generator(self.seed, RngStream::Epoch(epoch));
        order.iter_mut().zip(0..).for_each(|(row, i)| *row = i);
        let (rows, classes) = (order.len(), self.classes.len());
        for (class, members) in self.classes.iter().enumerate() {
            let places = class * rows / classes..(class + 1) * rows / classes;
            let mut turn = members.clone();
            shuffle(&mut turn, &mut generator);
            let turns = turn.iter().cycle();
            order[places]
                .iter_mut()
                .zip(turns)
                .for_each(|(place, &row)| *place = row);
        }
        shuffle(order, &mut generator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(classes: Vec<Vec<u32>>) -> Orders {
        Orders { seed: 3, classes }
    }

    fn order(orders: &Orders, epoch: u32, rows: usize) -> Vec<u32> {
        let mut order = vec![0; rows];
        orders.draw(epoch, &mut order);
        order
    }

    #[test]
    fn every_row_comes_once_and_orders_differ() {
        let orders = orders(Vec::new());
        let (first, second) = (order(&orders, 0, 20), order(&orders, 1, 20));
        assert_ne!(first, second);
        assert_eq!(first, order(&orders, 0, 20));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn rare_classes_come_as_often_as_others() {
        let orders = orders(vec![(0..18).collect(), vec![18, 19]]);
        let order = order(&orders, 0, 20);
        let of_rare: Vec<u32> = order.iter().copied().filter(|&row| row >= 18).collect();
        assert_eq!(of_rare.len(), 10);
        assert_eq!(of_rare.iter().filter(|&&row| row == 18).count(), 5);
    }
}
