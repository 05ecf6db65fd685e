//! One table for the typed commands: parser, completion, help and the README read it.

use super::Typed;
use super::complete::Completes;
use super::parse;
use crate::nn::{Activation, Loss, Optimizer, Output};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// What is typed first.
    pub name: &'static str,
    /// What follows; empty where nothing does.
    pub arguments: &'static str,
    /// One line that says what it does.
    pub help: &'static str,
    pub(super) completes: Completes,
    /// Reads what follows the name.
    pub(super) parse: fn(&str) -> Result<Typed, String>,
}

macro_rules! commands {
    ($($name:literal $arguments:literal $completes:expr, $parse:expr, $help:literal;)+) => {
        &[$(Spec {
            name: $name,
            arguments: $arguments,
            help: $help,
            completes: $completes,
            parse: $parse,
        }),+]
    };
}

/// Every command, in the order of the help.
pub const COMMANDS: &[Spec] = commands! {
    "lr" "RATE" Completes::Nothing, parse::learning_rate, "learning rate";
    "optimizer" "NAME [CONSTANT ...]" Completes::Words(Optimizer::names), parse::optimizer,
        "another optimizer, its memory empty";
    "l2" "LAMBDA" Completes::Nothing, parse::weight_decay, "weight decay";
    "batch" "ROWS" Completes::Nothing, parse::batch, "rows of a mini-batch; the epoch under way starts again";
    "hidden" "SIZES | none" Completes::Hidden, parse::hidden,
        "neurons of the hidden layers, such as 8,8; weights that stay keep their values";
    "activation" "NAME" Completes::Words(|| Activation::ALL.map(Activation::name).to_vec()), parse::activation,
        "what the hidden neurons compute";
    "output" "NAME" Completes::Words(|| Output::ALL.map(Output::name).to_vec()), parse::output,
        "what the outputs compute; the loss follows where it must";
    "loss" "NAME" Completes::Words(|| Loss::ALL.map(Loss::name).to_vec()), parse::loss,
        "what is minimised; the output follows where it must";
    "seed" "N" Completes::Nothing, parse::seed, "start again under this seed";
    "set" "[PARAMETER] VALUE" Completes::Parameters, parse::set,
        "a weight or bias such as w2[1,3] or b2[1]; without a name the one under the cursor";
    "freeze" "[PARAMETER]" Completes::Parameters, |rest| parse::freeze("freeze", rest, true),
        "keep the value of a weight or bias";
    "unfreeze" "[PARAMETER]" Completes::Parameters, |rest| parse::freeze("unfreeze", rest, false),
        "let it learn again";
    "silence" "[NEURON]" Completes::Neurons, |rest| parse::silence("silence", rest, true),
        "a hidden neuron such as a1[3] tells the next layer nothing";
    "speak" "[NEURON]" Completes::Neurons, |rest| parse::silence("speak", rest, false), "it speaks again";
    "input" "NAME [VALUE]" Completes::Inputs, parse::input,
        "change an input of the shown row; without a value back to the row's";
    "undo" "" Completes::Nothing, |rest| parse::alone("undo", rest, Typed::Undo), "take back the last change";
    "step" "[N] [phase | row | batch | epoch]" Completes::Words(|| vec!["phase", "row", "batch", "epoch"]), parse::step,
        "so many steps of a size, then pause";
    "back" "" Completes::Nothing, |rest| parse::alone("back", rest, Typed::Back), "a phase back";
    "train" "" Completes::Nothing, |rest| parse::alone("train", rest, Typed::Train), "go on training";
    "pause" "" Completes::Nothing, |rest| parse::alone("pause", rest, Typed::Pause), "pause";
    "pace" "full | auto | N" Completes::Words(|| vec!["full", "auto"]), parse::pace, "speed limit in epochs a second";
    "check" "" Completes::Nothing, |rest| parse::alone("check", rest, Typed::Check),
        "gradients by back-propagation against differences";
    "row" "N" Completes::Nothing, parse::row, "show this row in the network";
    "view" "NAME" Completes::Words(|| crate::tui::app::command::View::ALL.map(crate::tui::app::command::View::name).to_vec()), parse::view, "another view";
    "menu" "" Completes::Nothing, |rest| parse::alone("menu", rest, Typed::Menu), "what can be changed, as a menu";
    "export" "PATH" Completes::Files, parse::export, "save the model (.json, .onnx, .py ...)";
    "help" "" Completes::Nothing, |rest| parse::alone("help", rest, Typed::Help), "these commands";
    "quit" "" Completes::Nothing, |rest| parse::alone("quit", rest, Typed::Quit), "quit";
};

/// The command called `name`, or the only one whose name begins so.
///
/// # Errors
/// What there is instead.
pub(super) fn find(name: &str) -> Result<&'static Spec, String> {
    if let Some(spec) = COMMANDS.iter().find(|spec| spec.name == name) {
        return Ok(spec);
    }
    let mut begun = COMMANDS.iter().filter(|spec| spec.name.starts_with(name));
    match (begun.next(), begun.next()) {
        (Some(only), None) => Ok(only),
        (Some(first), Some(second)) => {
            let rest = begun.map(|spec| format!(", {}", spec.name));
            let rest: String = rest.collect();
            let (first, second) = (first.name, second.name);
            Err(format!("\"{name}\" may be {first}, {second}{rest}"))
        }
        (None, _) => {
            let names: Vec<String> = COMMANDS.iter().map(|it| it.name.to_owned()).collect();
            let name = crate::util::text::sanitise(name);
            let near = crate::util::text::near_matches(&name, &names);
            Err(match near.as_slice() {
                [] => format!("there is no command \"{name}\"; tab lists what there is"),
                near => format!(
                    "there is no command \"{name}\"; there is {}",
                    near.join(", ")
                ),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_different_and_explained() {
        for (i, spec) in COMMANDS.iter().enumerate() {
            assert!(!spec.help.is_empty(), "{}", spec.name);
            let others = &COMMANDS[i + 1..];
            assert!(
                others.iter().all(|it| it.name != spec.name),
                "{}",
                spec.name
            );
        }
    }

    #[test]
    fn a_beginning_is_enough_where_it_is_clear() {
        assert_eq!(find("opt").unwrap().name, "optimizer");
        assert_eq!(find("lr").unwrap().name, "lr");
        assert_eq!(
            find("s").unwrap_err(),
            "\"s\" may be seed, set, silence, speak, step"
        );
        assert_eq!(
            find("hiden").unwrap_err(),
            "there is no command \"hiden\"; there is hidden"
        );
        assert!(find("xyzzy").unwrap_err().contains("tab lists"));
    }
}
