//! Models as source code: one file that predicts and needs nothing else.

pub(crate) mod python;
pub(crate) mod rust;
mod rust_parts;

use crate::model_file::TrainedModel;

/// The line below which only the numbers of the network stand.
const PARAMETERS: &str = "The network:";

/// Checks that the numbers below the line [`PARAMETERS`] of `code` are those of `model`, to the
/// last bit, and returns how many there are.
///
/// # Errors
/// Where they differ.
pub(crate) fn check_numbers(code: &[u8], model: &TrainedModel) -> Result<usize, String> {
    let code = std::str::from_utf8(code).map_err(|_| "it is not UTF-8")?;
    let (_, numbers) = code
        .split_once(PARAMETERS)
        .and_then(|(_, below)| below.split_once('\n'))
        .ok_or("the numbers of the network are not in it")?;
    let (numbers, _) = numbers
        .split_once("End of the network.")
        .ok_or("it is cut off")?;
    // Only lines that start with a bracket or a blank hold numbers; others name them.
    let rows = numbers.lines().filter(|line| line.starts_with([' ', '[']));
    let mut found = rows
        .flat_map(|line| line.split([' ', ',', '[', ']', '(', ')', ';']))
        .filter(|word| !word.is_empty())
        .map(str::parse::<f32>);
    let mut count = 0;
    for layer in &model.parameters.layers {
        for expected in layer.weights.iter().chain(&layer.biases) {
            match found.next() {
                Some(Ok(number)) if number.to_bits() == expected.to_bits() => count += 1,
                _ => return Err(format!("number {} of the network is not in it", count + 1)),
            }
        }
    }
    match found.next() {
        None => Ok(count),
        Some(_) => Err("it has more numbers than the network".into()),
    }
}

/// `numbers`, separated by commas, each in the fewest digits that read back as the same f32.
fn list<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|x| format!("{x:?}")).collect();
    numbers.join(", ")
}
