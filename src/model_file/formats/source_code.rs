//! Shared parts of the formats that are source code.

use crate::data::InputColumn;

/// Joins numbers with commas, each in the fewest digits that read back as the same f32, and with `suffix`.
pub(super) fn list<'a>(numbers: impl IntoIterator<Item = &'a f32>, suffix: &str) -> String {
    let numbers = numbers.into_iter().map(|x| format!("{x:?}{suffix}"));
    numbers.collect::<Vec<_>>().join(", ")
}

/// Place of a column in generated code.
pub(super) struct ColumnPlace<'m> {
    pub column: &'m InputColumn,
    /// Index among the arguments: of numbers or of texts.
    pub argument: usize,
    /// Index of its first network input.
    pub input: usize,
}

/// Finds the places of `columns`.
pub(super) fn places(columns: &[InputColumn]) -> impl Iterator<Item = ColumnPlace<'_>> {
    let (mut numbers, mut texts, mut inputs) = (0, 0, 0);
    columns.iter().map(move |column| {
        let arguments = if column.encoding.is_number() {
            &mut numbers
        } else {
            &mut texts
        };
        let place = ColumnPlace {
            column,
            argument: *arguments,
            input: inputs,
        };
        *arguments += 1;
        inputs += column.encoding.inputs();
        place
    })
}

/// Names of the numeric and text columns, the parameters of the generated functions.
pub(super) struct Signature {
    pub numbers: Vec<String>,
    pub texts: Vec<String>,
}

impl Signature {
    /// Creates the signature of a model with these `columns`.
    pub fn of(columns: &[InputColumn]) -> Self {
        let is_number = |column: &&InputColumn| column.encoding.is_number();
        let (numbers, texts): (Vec<_>, Vec<_>) = columns.iter().partition(is_number);
        let names =
            |columns: Vec<&InputColumn>| columns.iter().map(|column| column.name.clone()).collect();
        Self {
            numbers: names(numbers),
            texts: names(texts),
        }
    }
}
