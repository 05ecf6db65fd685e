//! One table of typed commands: parser, completion, help and the README read it.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::complete::Completes;
use super::parse;
use crate::settings::{SETTINGS, Setting};
use crate::tui::app::actions::Action;
use crate::tui::app::model::{Model, Overlay};
use crate::tui::app::navigation::View;
use crate::tui::app::update::Effect;
use crate::util::text::{near_matches, sanitise};

/// A typed command.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Spec {
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// Placeholders of the arguments; empty if there are none.
    pub arguments: &'static str,
    /// One line of help.
    pub help: Cow<'static, str>,
    pub(super) completes: Completes,
    pub(super) run: Run,
    /// Whether it is of use after the training has failed.
    pub(super) after_failure: bool,
}

/// Function of a command.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run {
    /// Changes a setting to the value that follows.
    Set(&'static Setting),
    /// Takes no argument.
    Plain(Action),
    /// Reads the arguments.
    With(fn(&mut Model, &str, &mut Vec<Effect>) -> Result<(), String>),
}

impl Spec {
    const fn new(
        name: &'static str,
        arguments: &'static str,
        help: &'static str,
        completes: Completes,
        run: Run,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            arguments,
            help: Cow::Borrowed(help),
            completes,
            run,
            after_failure: false,
        }
    }

    fn setting(setting: &'static Setting) -> Self {
        Self {
            name: setting.name,
            aliases: &[],
            arguments: setting.argument,
            help: setting.command_help().into(),
            completes: Completes::Setting(setting),
            run: Run::Set(setting),
            after_failure: setting.restarts,
        }
    }

    const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn after_failure(mut self) -> Self {
        self.after_failure = true;
        self
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }
}

/// Every command, in the order of the help: a setting each, then the others.
pub static COMMANDS: LazyLock<Vec<Spec>> = LazyLock::new(|| {
    let settings = SETTINGS.iter().map(|setting| Spec::setting(setting));
    settings.chain(others()).collect()
});

/// Commands other than those of the settings.
fn others() -> Vec<Spec> {
    use Completes::{Files, Inputs, Neurons, Nothing, Parameters, Words};
    use Run::{Plain, With};
    vec![
        Spec::new(
            "set",
            "[PARAMETER] VALUE",
            "set a weight or bias such as w2[1,3] or b2[1] (default: the one under the cursor)",
            Parameters,
            With(|model, rest, effects| {
                let (id, value) = parse::set(rest)?;
                model.set_parameter(id, value, effects)
            }),
        ),
        Spec::new(
            "freeze",
            "[PARAMETER]",
            "keep the value of a weight or bias (default: the one under the cursor)",
            Parameters,
            With(|model, rest, effects| {
                model.freeze(parse::parameter("freeze", rest)?, Some(true), effects)
            }),
        ),
        Spec::new(
            "unfreeze",
            "[PARAMETER]",
            "train it again",
            Parameters,
            With(|model, rest, effects| {
                model.freeze(parse::parameter("unfreeze", rest)?, Some(false), effects)
            }),
        ),
        Spec::new(
            "mute",
            "[NEURON]",
            "force the output of a hidden neuron such as a1[3] to 0 (default: the one under the cursor)",
            Neurons,
            With(|model, rest, effects| {
                model.mute(parse::neuron("mute", rest)?, Some(true), effects)
            }),
        )
        .or(&["silence"]),
        Spec::new(
            "unmute",
            "[NEURON]",
            "use its output again",
            Neurons,
            With(|model, rest, effects| {
                model.mute(parse::neuron("unmute", rest)?, Some(false), effects)
            }),
        )
        .or(&["speak"]),
        Spec::new(
            "input",
            "NAME [VALUE]",
            "change an input of the shown row (default: the row's own value)",
            Inputs,
            With(|model, rest, _| model.type_named_input(rest)),
        ),
        Spec::new(
            "undo",
            "",
            "undo the last change",
            Nothing,
            Plain(Model::undo),
        ),
        Spec::new(
            "step",
            "[N] [phase | row | batch | epoch]",
            "N steps, then pause",
            Words(|| vec!["phase", "row", "batch", "epoch"]),
            With(|model, rest, effects| {
                let (size, count) = parse::step(rest)?;
                model.step(size, count, effects)
            }),
        ),
        Spec::new(
            "back",
            "",
            "previous phase",
            Nothing,
            Plain(Model::step_back),
        ),
        Spec::new("train", "", "resume", Nothing, Plain(Model::resume)),
        Spec::new("pause", "", "pause", Nothing, Plain(Model::pause)),
        Spec::new(
            "restart",
            "",
            "restart (same seed)",
            Nothing,
            Plain(Model::restart_with_same_seed),
        )
        .after_failure(),
        Spec::new(
            "check",
            "",
            "check gradients (finite differences)",
            Nothing,
            Plain(Model::check_gradients),
        ),
        Spec::new(
            "row",
            "N",
            "show this row in the network",
            Nothing,
            With(|model, rest, _| model.show_row(parse::row(rest)?)),
        )
        .after_failure(),
        Spec::new(
            "view",
            "NAME",
            "switch view",
            Words(|| View::ALL.map(View::name).to_vec()),
            With(|model, rest, _| {
                model.navigation.turn_to(parse::view(rest)?);
                model.navigation.settle_focus();
                Ok(())
            }),
        )
        .after_failure(),
        Spec::new(
            "menu",
            "",
            "open the settings menu",
            Nothing,
            Plain(Model::open_menu),
        ),
        Spec::new(
            "export",
            "PATH",
            "save the model (format from extension)",
            Files,
            With(|model, rest, effects| {
                model.export_to(parse::export(rest)?, effects);
                Ok(())
            }),
        )
        .after_failure(),
        Spec::new(
            "help",
            "",
            "list the commands",
            Nothing,
            Plain(|model, _| {
                model.prompt.overlay = Some(Overlay::Commands(0));
                Ok(())
            }),
        )
        .after_failure(),
        Spec::new("quit", "", "quit", Nothing, Plain(Model::quit)).after_failure(),
    ]
}

/// Finds the command called `name`, or the only one with a name that begins so.
///
/// # Errors
/// Names the commands that are meant, or near.
pub(super) fn find(name: &str) -> Result<&'static Spec, String> {
    let is_called = |spec: &&Spec| spec.names().any(|known| known == name);
    if let Some(spec) = COMMANDS.iter().find(is_called) {
        return Ok(spec);
    }
    let begun: Vec<&Spec> = COMMANDS
        .iter()
        .filter(|spec| spec.names().any(|known| known.starts_with(name)))
        .collect();
    match begun.as_slice() {
        [only] => Ok(only),
        [] => {
            let known = COMMANDS.iter().flat_map(Spec::names);
            let known: Vec<String> = known.map(str::to_owned).collect();
            let name = sanitise(name);
            Err(match near_matches(&name, &known).as_slice() {
                [] => format!("unknown command \"{name}\" (tab: list)"),
                near => format!(
                    "unknown command \"{name}\"; did you mean \"{}\"?",
                    near.join("\" or \"")
                ),
            })
        }
        several => {
            let names = several.iter().map(|spec| {
                let begins = |known: &&str| known.starts_with(name);
                spec.names().find(begins).unwrap_or(spec.name)
            });
            let names: Vec<&str> = names.collect();
            Err(format!("\"{name}\" is ambiguous: {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_explained() {
        let names: Vec<&str> = COMMANDS.iter().flat_map(Spec::names).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[i + 1..].contains(name), "{name}");
        }
        assert!(COMMANDS.iter().all(|spec| !spec.help.is_empty()));
    }

    #[test]
    fn a_beginning_is_enough_if_it_is_unique() {
        assert_eq!(find("opt").unwrap().name, "optimizer");
        assert_eq!(find("lr").unwrap().name, "lr");
        assert_eq!(find("silence").unwrap().name, "mute");
        assert_eq!(find("spe").unwrap().name, "unmute");
        assert_eq!(
            find("s").unwrap_err(),
            "\"s\" is ambiguous: seed, set, silence, speak, step"
        );
        assert_eq!(
            find("hiden").unwrap_err(),
            "unknown command \"hiden\"; did you mean \"hidden\"?"
        );
        assert!(find("xyzzy").unwrap_err().contains("tab: list"));
    }
}
