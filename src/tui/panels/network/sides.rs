//! Room for names and numbers to the left and to the right of the network. Names give way before the
//! edges do: they are cut, stacked above their numbers, or left out.

/// Fewest cells of a name that was cut.
const SHORTEST_NAME: u16 = 6;

/// Room for the labels of the inputs, or of the outputs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Side {
    /// Cells of the whole side, with those between labels and neurons.
    pub width: u16,
    /// Cells of a name; 0 if there is none.
    pub name: u16,
    /// Cells of a number; 0 if there is none.
    pub number: u16,
    /// Whether the number is in the row below the name.
    pub is_stacked: bool,
}

/// Labels that ask for room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelWidths<'a> {
    /// Cells of the widest name.
    pub name: u16,
    /// Cells of a number, in full and in shorter forms; empty if there is none.
    pub numbers: &'a [u16],
    /// Cells without text.
    pub margin: u16,
    /// Whether there is a row below each neuron.
    pub can_stack: bool,
}

impl LabelWidths<'_> {
    /// Cells of everything in full, side by side.
    pub fn natural(&self) -> u16 {
        let number = self.numbers.first().copied().unwrap_or(0);
        self.side(self.name, number, false).width
    }

    /// Returns the labels that say most in `budget` cells.
    pub fn fitted(&self, budget: u16) -> Side {
        let room = budget.saturating_sub(self.margin);
        let cut = self.name.min(room);
        let beside = |number: u16| room.saturating_sub(number + 1).min(self.name);
        let numbers = || self.numbers.iter().copied();
        let whole = numbers().flat_map(|number| {
            [false, true].map(|is_stacked| self.side(self.name, number, is_stacked))
        });
        let stacked = numbers().map(|number| self.side(cut, number, true));
        let cut_beside = numbers().map(|number| self.side(beside(number), number, false));
        let named = [self.side(cut, 0, false)];
        let is_legible = |side: &Side| side.name >= self.name.min(SHORTEST_NAME);
        let mut sides = (whole.chain(stacked).chain(cut_beside).chain(named))
            .filter(|side| !side.is_stacked || self.can_stack)
            .filter(is_legible)
            .chain(numbers().map(|number| self.side(0, number, false)));
        let fits = |side: &Side| side.width > self.margin && side.width <= budget;
        // A cell is for the mark of the cursor.
        let blank = self.side(0, 0, false);
        sides.find(fits).unwrap_or(Side { width: 1, ..blank })
    }

    fn side(&self, name: u16, number: u16, is_stacked: bool) -> Side {
        let is_stacked = is_stacked && name > 0 && number > 0;
        let gap = u16::from(name > 0 && number > 0);
        let text = if is_stacked {
            name.max(number)
        } else {
            name + gap + number
        };
        Side {
            width: text + self.margin,
            name,
            number,
            is_stacked,
        }
    }
}

/// Divides `budget` cells among the labels of inputs and outputs.
pub(crate) fn divide(
    inputs: LabelWidths<'_>,
    outputs: LabelWidths<'_>,
    budget: u16,
) -> (Side, Side) {
    let left = inputs.fitted(budget.saturating_sub(outputs.natural()).max(budget / 2));
    let right = outputs.fitted(budget - left.width);
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IRIS: [LabelWidths<'static>; 2] = [
        LabelWidths {
            name: 12,
            numbers: &[5],
            margin: 2,
            can_stack: true,
        },
        LabelWidths {
            name: 10,
            numbers: &[6, 4],
            margin: 3,
            can_stack: true,
        },
    ];

    #[test]
    fn labels_are_whole_then_stacked_then_cut_then_gone() {
        let widths = [60, 29, 22, 14, 8, 3].map(|budget| {
            let (left, right) = divide(IRIS[0], IRIS[1], budget);
            assert!(left.width + right.width <= budget);
            [(left.name, left.number), (right.name, right.number)]
        });
        assert_eq!(widths[0], [(12, 5), (10, 6)]);
        assert_eq!(widths[1], [(12, 5), (10, 6)]);
        assert_eq!(widths[2], [(9, 5), (8, 6)]);
        assert_eq!(widths[5], [(0, 0), (0, 0)]);
    }

    #[test]
    fn the_shortest_names_are_shown_first() {
        let name = LabelWidths {
            name: 1,
            can_stack: false,
            ..IRIS[0]
        };
        assert_eq!(name.fitted(9).name, 1);
        assert_eq!((name.fitted(4).name, name.fitted(4).number), (1, 0));
    }
}
