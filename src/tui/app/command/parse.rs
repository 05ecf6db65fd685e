//! From a typed line to what it asks for. Each error says what was expected.

use std::path::PathBuf;
use std::str::FromStr;

use super::{Typed, names, table};
use crate::error::Error;
use crate::model_file::Format;
use crate::nn::architecture::parse_hidden;
use crate::nn::{Activation, Loss, Optimizer, Output};
use crate::train::StepSize;
use crate::train::pace::PaceOption;
use crate::tui::app::navigation::View;
use crate::util::text::sanitise;

/// Steps that may be asked for at once.
const MOST_STEPS: u32 = 999_999;

/// Reads a line; `None` where it is empty.
///
/// # Errors
/// What is wrong with it, and what was expected, in one line.
pub fn parse(line: &str) -> Result<Option<Typed>, String> {
    let line = line.trim().trim_start_matches(':').trim_start();
    if line.is_empty() {
        return Ok(None);
    }
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let spec = table::find(name)?;
    (spec.parse)(rest.trim()).map(Some)
}

/// `what` was expected behind `name`, and `found` was typed.
fn expected(name: &str, what: &str, found: &str) -> String {
    match found {
        "" => format!("{name} takes {what}"),
        found => format!("{name} takes {what}, not \"{}\"", sanitise(found)),
    }
}

/// The text of an error of the rooms below, without what belongs to the command line.
fn told(error: Error) -> String {
    error.to_string()
}

fn by_name<T: FromStr<Err = Error> + Copy>(
    name: &str,
    rest: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, String> {
    let names = all.iter().map(|&it| name_of(it)).collect::<Vec<_>>();
    let what = format!("one of {}", names.join(", "));
    rest.parse().map_err(|_| expected(name, &what, rest))
}

/// A finite number.
fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

pub(super) fn alone(name: &str, rest: &str, typed: Typed) -> Result<Typed, String> {
    match rest {
        "" => Ok(typed),
        rest => Err(format!(
            "{name} stands alone, without \"{}\"",
            sanitise(rest)
        )),
    }
}

pub(super) fn learning_rate(rest: &str) -> Result<Typed, String> {
    let is_rate = |rate: &f64| (*rate as f32).is_finite() && *rate as f32 > 0.0;
    match number(rest).filter(is_rate) {
        Some(rate) => Ok(Typed::LearningRate(rate)),
        None => Err(expected(
            "lr",
            "a number above zero such as 0.03 or 1e-4",
            rest,
        )),
    }
}

pub(super) fn weight_decay(rest: &str) -> Result<Typed, String> {
    match number(rest).filter(|&lambda| lambda >= 0.0 && (lambda as f32).is_finite()) {
        Some(lambda) => Ok(Typed::WeightDecay(lambda)),
        None => Err(expected("l2", "a number from 0 on such as 1e-4", rest)),
    }
}

pub(super) fn optimizer(rest: &str) -> Result<Typed, String> {
    Optimizer::parse(rest).map(Typed::Optimizer)
}

pub(super) fn batch(rest: &str) -> Result<Typed, String> {
    match rest.parse() {
        Ok(rows @ 1..) => Ok(Typed::Batch(rows)),
        _ => Err(expected("batch", "a number of rows such as 32", rest)),
    }
}

pub(super) fn hidden(rest: &str) -> Result<Typed, String> {
    let what = "sizes such as 16,8, or none";
    if rest.is_empty() {
        return Err(expected("hidden", what, rest));
    }
    let sizes = parse_hidden(rest).map_err(|_| expected("hidden", what, rest))?;
    Ok(Typed::Hidden(sizes))
}

pub(super) fn activation(rest: &str) -> Result<Typed, String> {
    by_name("activation", rest, &Activation::ALL, Activation::name).map(Typed::Activation)
}

pub(super) fn output(rest: &str) -> Result<Typed, String> {
    by_name("output", rest, &Output::ALL, Output::name).map(Typed::Output)
}

pub(super) fn loss(rest: &str) -> Result<Typed, String> {
    by_name("loss", rest, &Loss::ALL, Loss::name).map(Typed::Loss)
}

pub(super) fn seed(rest: &str) -> Result<Typed, String> {
    let seed = rest
        .parse()
        .map_err(|_| expected("seed", "a whole number from 0 on", rest));
    seed.map(Typed::Seed)
}

pub(super) fn pace(rest: &str) -> Result<Typed, String> {
    if rest.is_empty() {
        return Err(expected(
            "pace",
            "full, auto, or epochs a second such as 20",
            rest,
        ));
    }
    let pace: PaceOption = rest.parse().map_err(told)?;
    Ok(Typed::Pace(pace.0))
}

pub(super) fn export(rest: &str) -> Result<Typed, String> {
    let endings = Format::endings(&Format::ALL);
    let path = PathBuf::from(rest);
    match Format::of(&path) {
        Ok(_) => Ok(Typed::Export(path)),
        Err(_) => Err(expected(
            "export",
            &format!("a name that ends in {endings}"),
            rest,
        )),
    }
}

pub(super) fn set(rest: &str) -> Result<Typed, String> {
    let what = "a number, or a weight or bias and a number, as w2[1,3] 0.5 or b2[1] 0";
    let wrong = || expected("set", what, rest);
    // The last word is the value; the name before it may hold spaces.
    let (name, value) = match rest.rsplit_once(char::is_whitespace) {
        Some((name, value)) => (Some(name), value),
        None => (None, rest),
    };
    let value = number(value).map(|value| value as f32);
    let value = value.filter(|value| value.is_finite()).ok_or_else(wrong)?;
    let name = name.map(|name| names::parse_parameter(name.trim()).ok_or_else(wrong));
    Ok(Typed::Set(name.transpose()?, value))
}

pub(super) fn freeze(name: &str, rest: &str, frozen: bool) -> Result<Typed, String> {
    let what = "a weight or bias, as w2[1,3] or b2[1]";
    if rest.is_empty() {
        return Ok(Typed::Freeze(None, frozen));
    }
    let id = names::parse_parameter(rest).ok_or_else(|| expected(name, what, rest))?;
    Ok(Typed::Freeze(Some(id), frozen))
}

pub(super) fn silence(name: &str, rest: &str, silent: bool) -> Result<Typed, String> {
    if rest.is_empty() {
        return Ok(Typed::Silence(None, silent));
    }
    let what = "a hidden neuron, as a1[3]: neuron 3 of layer 1";
    let neuron = names::parse_neuron(rest).ok_or_else(|| expected(name, what, rest))?;
    Ok(Typed::Silence(Some(neuron), silent))
}

pub(super) fn input(rest: &str) -> Result<Typed, String> {
    match rest {
        "" => Err(expected("input", "an input's name and a value", rest)),
        // Names may hold spaces, so where the value begins is seen only where the names are known.
        rest => Ok(Typed::Input(rest.to_owned())),
    }
}

pub(super) fn step(rest: &str) -> Result<Typed, String> {
    let what = "a number and one of phase, row, batch, epoch, as 10 phase";
    let wrong = || expected("step", what, rest);
    let (mut size, mut count) = (None, None);
    for word in rest.split_whitespace() {
        let found = match word.trim_end_matches('s') {
            "phase" => Some(StepSize::Phase),
            "row" | "sample" => Some(StepSize::Sample),
            "batch" | "batche" => Some(StepSize::Batch),
            "epoch" => Some(StepSize::Epoch),
            _ => None,
        };
        match (found, word.parse::<u32>()) {
            (Some(found), _) if size.is_none() => size = Some(found),
            (None, Ok(n @ 1..=MOST_STEPS)) if count.is_none() => count = Some(n),
            _ => return Err(wrong()),
        }
    }
    Ok(Typed::Step(
        size.unwrap_or(StepSize::Batch),
        count.unwrap_or(1),
    ))
}

pub(super) fn row(rest: &str) -> Result<Typed, String> {
    match rest.parse() {
        Ok(row @ 1..) => Ok(Typed::Row(row)),
        _ => Err(expected("row", "a number from 1 on", rest)),
    }
}

pub(super) fn view(rest: &str) -> Result<Typed, String> {
    let found = View::ALL.into_iter().find(|view| view.name() == rest);
    let names = View::ALL.map(View::name).join(", ");
    let wrong = || expected("view", &format!("one of {names}"), rest);
    found.map(Typed::View).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::ParameterId;
    use crate::train::Pace;

    fn typed(line: &str) -> Typed {
        parse(line).expect(line).expect("not empty")
    }

    #[test]
    fn every_command_is_read() {
        let weight = ParameterId::Weight {
            layer: 2,
            output: 0,
            input: 2,
        };
        let bias = ParameterId::Bias {
            layer: 2,
            output: 0,
        };
        let momentum = |mu| Typed::Optimizer(Optimizer::MOMENTUM.with("momentum", mu).unwrap());
        for (line, expected) in [
            ("lr 0.03", Typed::LearningRate(0.03)),
            (" :lr  1e-4 ", Typed::LearningRate(1e-4)),
            ("hidden 8, 8", Typed::Hidden(vec![8, 8])),
            ("hidden none", Typed::Hidden(Vec::new())),
            ("act relu", Typed::Activation(Activation::Relu)),
            ("output softmax", Typed::Output(Output::Softmax)),
            ("loss cross-entropy", Typed::Loss(Loss::CrossEntropy)),
            ("optimizer sgd", Typed::Optimizer(Optimizer::SGD)),
            ("optimizer adam", Typed::Optimizer(Optimizer::ADAM)),
            ("optimizer momentum", momentum(0.9)),
            ("optimizer momentum 0.5", momentum(0.5)),
            ("l2 0", Typed::WeightDecay(0.0)),
            ("batch 32", Typed::Batch(32)),
            ("seed 7", Typed::Seed(7)),
            ("pace full", Typed::Pace(Some(Pace::Full))),
            ("pace 2.5", Typed::Pace(Some(Pace::EpochsPerSecond(2.5)))),
            ("pace auto", Typed::Pace(None)),
            (
                "export my model.onnx",
                Typed::Export("my model.onnx".into()),
            ),
            ("set w2[1,3] 0.5", Typed::Set(Some(weight), 0.5)),
            ("set w2[1, 3] -1", Typed::Set(Some(weight), -1.0)),
            ("set b2[1] 0", Typed::Set(Some(bias), 0.0)),
            ("set 0.5", Typed::Set(None, 0.5)),
            ("freeze", Typed::Freeze(None, true)),
            ("unfreeze b2[1]", Typed::Freeze(Some(bias), false)),
            ("silence a1[3]", Typed::Silence(Some((1, 2)), true)),
            ("speak", Typed::Silence(None, false)),
            ("input sepal width 3", Typed::Input("sepal width 3".into())),
            ("undo", Typed::Undo),
            ("step 10 phases", Typed::Step(StepSize::Phase, 10)),
            ("step row", Typed::Step(StepSize::Sample, 1)),
            ("step", Typed::Step(StepSize::Batch, 1)),
            ("step epoch 3", Typed::Step(StepSize::Epoch, 3)),
            ("back", Typed::Back),
            ("check", Typed::Check),
            ("row 17", Typed::Row(17)),
            ("view network", Typed::View(View::Network)),
            ("train", Typed::Train),
            ("pause", Typed::Pause),
            ("menu", Typed::Menu),
            ("help", Typed::Help),
            ("q", Typed::Quit),
        ] {
            assert_eq!(typed(line), expected, "{line}");
        }
        assert_eq!(parse("  : "), Ok(None));
    }

    #[test]
    fn errors_say_what_was_expected() {
        for (line, error) in [
            (
                "lr fast",
                "lr takes a number above zero such as 0.03 or 1e-4, not \"fast\"",
            ),
            ("lr", "lr takes a number above zero such as 0.03 or 1e-4"),
            (
                "hidden 8,x",
                "hidden takes sizes such as 16,8, or none, not \"8,x\"",
            ),
            (
                "activation step",
                "activation takes one of sigmoid, tanh, relu, leaky-relu, linear, not \"step\"",
            ),
            ("row 0", "row takes a number from 1 on, not \"0\""),
            ("undo 3", "undo stands alone, without \"3\""),
            (
                "silence w1[1,2]",
                "silence takes a hidden neuron, as a1[3]: neuron 3 of layer 1, not \"w1[1,2]\"",
            ),
            (
                "seed \u{1b}[2J",
                "seed takes a whole number from 0 on, not \"\\u{1b}[2J\"",
            ),
        ] {
            assert_eq!(parse(line).unwrap_err(), error);
        }
        for bad in [
            "lr -1",
            "lr 0",
            "lr nan",
            "lr inf",
            "lr 1e99",
            "lr 1e-99",
            "lr 1 2",
            "l2 -1",
            "l2",
            "batch 0",
            "batch",
            "batch 1.5",
            "hidden",
            "hidden 0",
            "hidden 8,,8",
            "optimizer",
            "optimizer rmsprop",
            "optimizer momentum 1",
            "optimizer momentum x",
            "optimizer sgd 0.9",
            "output",
            "loss mse",
            "seed -1",
            "seed",
            "pace",
            "pace 0",
            "pace fast",
            "export",
            "export model.txt",
            "set",
            "set x",
            "set w2[1,3]",
            "set w2[1,3] nan",
            "set w2[1] 3",
            "set 1e99",
            "freeze w",
            "input",
            "step 0",
            "step 1 2",
            "step row row",
            "step many",
            "row",
            "row x",
            "view",
            "view me",
            "check it",
            "xyzzy",
            "s",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
