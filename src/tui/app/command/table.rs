//! One table of typed commands: parser, completion, help and the README read it.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::complete::Completes;
use super::parse;
use crate::settings::{SETTINGS, Setting};
use crate::tui::app::actions::{Action, Done, act};
use crate::tui::app::ghosts::CLEAR;
use crate::tui::app::help::{Help, HelpPage};
use crate::tui::app::messages::Effect;
use crate::tui::app::model::{Model, Overlay};
use crate::tui::app::plot::axis_names;
use crate::tui::app::rewind;
use crate::tui::app::what_if::unknown;
use crate::tui::text;
use crate::util::lang::catalogue::translated;
use crate::util::lang::listed;

/// A typed command.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// Placeholders of the arguments; empty if there are none.
    pub arguments: &'static str,
    /// Help in English; empty for a setting, which has its own.
    help: &'static str,
    pub(super) completes: Completes,
    pub(super) run: CommandAction,
    /// Whether it is of use after the training has failed.
    pub(super) after_failure: bool,
}

/// Function of a command.
#[derive(Debug, Clone, Copy)]
pub(super) enum CommandAction {
    /// Changes a setting to the value that follows.
    Set(&'static Setting),
    /// Takes no argument.
    Plain(Action),
    /// Reads the arguments.
    With(fn(&mut Model, &str) -> Done),
    /// Reads the arguments with a parser that also checks them alone.
    Parsed {
        check: fn(&str) -> Result<(), String>,
        run: fn(&mut Model, &str) -> Done,
    },
}

impl CommandSpec {
    fn setting(setting: &'static Setting) -> Self {
        Self {
            name: setting.name,
            aliases: &[],
            arguments: setting.argument,
            help: "",
            completes: Completes::Setting(setting),
            run: CommandAction::Set(setting),
            after_failure: setting.restarts,
        }
    }

    /// Help in the language of the screen.
    pub fn help(&self) -> Cow<'static, str> {
        match self.run {
            CommandAction::Set(setting) => setting.command_help().into(),
            _ => translated(&format!("command-{}", self.name), self.help),
        }
    }

    /// Checks the arguments `rest` as far as they do not depend on the run.
    ///
    /// # Errors
    /// Says what the command takes.
    pub(super) fn check(&self, rest: &str) -> Result<(), String> {
        match self.run {
            CommandAction::Set(setting) => {
                let expected = || parse::expected(self.name, &setting.expected(rest), rest);
                (setting.parse)(rest).map(drop).ok_or_else(expected)
            }
            CommandAction::Plain(_) if !rest.is_empty() => Err(text::takes_no_argument(self.name)),
            CommandAction::Parsed { check, .. } => check(rest),
            CommandAction::Plain(_) | CommandAction::With(_) => Ok(()),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }
}

/// [`CommandAction::Parsed`] of a parser for the arguments, and of what is done with its result.
macro_rules! parsed {
    ($rest:ident => $parse:expr, |$model:ident, $value:pat_param| $run:expr) => {
        CommandAction::Parsed {
            check: |$rest| $parse.map(drop),
            run: |$model, $rest| $parse.and_then(|$value| $run),
        }
    };
}

/// Rows of the table: whether it is of use after the training has failed (`any` or `good`), name,
/// aliases, arguments, their completion, help, function.
macro_rules! commands {
    (@after any) => { true };
    (@after good) => { false };
    ($($after:ident $name:literal [$($alias:literal)*] $arguments:literal $completes:expr, $help:literal, $run:expr;)+) => {
        vec![$(CommandSpec {
            name: $name,
            aliases: &[$($alias),*],
            arguments: $arguments,
            help: $help,
            completes: $completes,
            run: $run,
            after_failure: commands!(@after $after),
        }),+]
    };
}

/// Every command, in the order of the help: a setting each, then the others.
pub static COMMANDS: LazyLock<Vec<CommandSpec>> = LazyLock::new(|| {
    let settings = SETTINGS.iter().map(|setting| CommandSpec::setting(setting));
    settings.chain(others()).collect()
});

/// Commands other than those of the settings.
fn others() -> Vec<CommandSpec> {
    use CommandAction::{Plain, With};
    use Completes::{
        Checkpoints, Inputs, Lessons, Models, Neurons, Nothing, Parameters, Plane, Settings, Words,
    };
    commands! {
        good "set" [] "[PARAMETER] VALUE" Parameters,
            "set a weight or bias such as w2[1,3] or b2[1] (default: the one under the cursor)",
            parsed!(rest => parse::set(rest), |model, (id, value)| model.set_parameter(id, value));
        good "freeze" [] "[PARAMETER]" Parameters,
            "keep the value of a weight or bias (default: the one under the cursor)",
            parsed!(rest => parse::parameter("freeze", rest), |model, id| model.freeze(id, Some(true)));
        good "unfreeze" [] "[PARAMETER]" Parameters, "train it again",
            parsed!(rest => parse::parameter("unfreeze", rest), |model, id| model.freeze(id, Some(false)));
        good "mute" ["silence"] "[NEURON]" Neurons,
            "force the output of a hidden neuron such as a1[3] to 0 (default: the one under the cursor)",
            parsed!(rest => parse::neuron("mute", rest), |model, id| model.mute(id, Some(true)));
        good "unmute" ["speak"] "[NEURON]" Neurons, "use its output again",
            parsed!(rest => parse::neuron("unmute", rest), |model, id| model.mute(id, Some(false)));
        good "input" ["i" "in"] "NAME [VALUE]" Inputs, "change an input of the shown row (default: the row's own value)",
            With(Model::type_named_input);
        good "undo" [] "" Nothing, "undo the last change", Plain(Model::undo);
        good "step" [] "[N] [phase | row | batch | epoch]" Words(|| vec!["phase", "row", "batch", "epoch"]),
            "N steps, then pause",
            parsed!(rest => parse::step(rest), |model, (size, count)| model.step(size, count));
        good "back" [] "" Nothing, "previous phase", Plain(Model::step_back);
        good "train" [] "" Nothing, "resume", Plain(Model::resume);
        good "pause" [] "" Nothing, "pause", Plain(Model::pause);
        any "restart" [] "" Nothing, "restart (same seed)", Plain(act!(|model| model.restart_with_seed(0)));
        good "recover" [] "" Nothing, "after divergence: restore last good weights, lr ÷ 10", Plain(Model::recover_if_diverging);
        good "find" [] "lr" Words(|| vec!["lr"]), "find a learning rate: the loss while it rises from step to step, on a copy",
            With(Model::find);
        good "preflight" [] "" Nothing, "check whether a network with these settings can learn the data", Plain(Model::preflight);
        good "check" [] "" Nothing, "check gradients (finite differences)", Plain(Model::check_gradients);
        any "row" ["r"] "N" Nothing, "show this row in the network",
            parsed!(rest => parse::row(rest), |model, row| model.show_row(row));
        any "view" [] "NAME" Words(parse::view_names), "switch view, or fill the screen with the loss landscape",
            parsed!(rest => parse::view(rest), |model, view| match view {
                Some(view) => model.turn_to_view(view),
                None => model.show_landscape(),
            });
        any "plane" [] "[COLUMN[,COLUMN] | pca]" Plane,
            "columns that the regions vary, or the first two principal components of the inputs (default: the columns that tell most about the target; of images the components)",
            With(Model::set_plane);
        any "axis" [] "NAME" Words(axis_names),
            "axes of the charts: auto, linear or log; epochs, steps or seconds",
            With(|model, rest| model.set_axis(rest));
        any "ghost" [] "[clear]" Words(|| vec![CLEAR]),
            "keep the present curves as a faint ghost to compare with, or clear all ghosts", With(Model::ghost);
        good "rewind" [] "[epoch | step] N | now" Words(|| rewind::WORDS.to_vec()),
            "show the run after an earlier epoch or step, computed again where need be; now: back to the present",
            CommandAction::Parsed { check: |rest| rewind::parse(rest).map(drop), run: Model::rewind };
        good "fork" [] "[SETTING VALUE]" Settings,
            "a second run from now with this change, beside the main one",
            With(Model::fork);
        good "race" [] "[now] SETTING VALUES | stop" Settings,
            "up to six runs from the start (or from now) with these values, e.g. race lr 0.001 0.01 0.1, beside the main one",
            With(Model::race);
        good "adopt" [] "" Nothing, "make the chosen run of the race the main one", Plain(Model::adopt);
        any "lesson" [] "NAME | STEP | back | end" Lessons, "leave this run for a lesson; in a lesson: to a step, one step back, or end it",
            With(Model::turn_to_lesson);
        good "quiz" [] "" Nothing, "compute every number of the next mini-batch by hand", Plain(Model::start_quiz);
        good "menu" ["m"] "" Nothing, "open the settings menu", Plain(act!(|model| model.open_menu()));
        any "export" ["e"] "PATH" Models, "save the model (format from extension)",
            parsed!(rest => parse::export(rest), |model, path| {
                model.export_to(path);
                Ok(())
            });
        good "export-training" [] "FILE.py" Nothing, "write this training as a PyTorch script, to go on elsewhere",
            parsed!(rest => parse::export_training(rest), |model, path| {
                model.export_training_to(path);
                Ok(())
            });
        good "checkpoint" [] "[FILE]" Checkpoints, "save the whole run, to be continued later (default: the last file)",
            With(Model::write_checkpoint);
        good "restore" [] "[FILE]" Checkpoints, "continue from a checkpoint of these data (default: the last file)",
            With(Model::restore_checkpoint);
        any "screenshot" [] "PATH" Nothing, "save what is on the screen as .svg or .txt",
            parsed!(rest => parse::screenshot(rest), |model, path| {
                model.effects.push(Effect::TakeScreenshot(path));
                Ok(())
            });
        any "help" [] "" Nothing, "list the commands",
            Plain(act!(|model| model.prompt.overlay = Some(Overlay::Help(Help::new(HelpPage::Commands)))));
        any "messages" [] "" Nothing, "list the latest messages, the newest first",
            Plain(act!(|model| model.prompt.overlay = Some(Overlay::Help(Help::new(HelpPage::Messages)))));
        any "quit" [] "" Nothing, "quit", Plain(act!(|model| model.quit()));
    }
}

/// Finds the command called `name`, or the only one with a name that begins so.
///
/// # Errors
/// Names the commands that are meant, or near.
pub(super) fn find(name: &str) -> Result<&'static CommandSpec, String> {
    let is_called = |spec: &&CommandSpec| spec.names().any(|known| known == name);
    if let Some(spec) = COMMANDS.iter().find(is_called) {
        return Ok(spec);
    }
    let begun: Vec<&CommandSpec> = COMMANDS
        .iter()
        .filter(|spec| spec.names().any(|known| known.starts_with(name)))
        .collect();
    match begun.as_slice() {
        [only] => Ok(only),
        [] => {
            let known = COMMANDS.iter().flat_map(CommandSpec::names);
            let known: Vec<String> = known.map(str::to_owned).collect();
            Err(unknown(text::kind_command(), name, &known))
        }
        several => {
            let names = several.iter().map(|spec| {
                let begins = |known: &&str| known.starts_with(name);
                spec.names().find(begins).unwrap_or(spec.name)
            });
            let names: Vec<&str> = names.collect();
            Err(text::ambiguous(name, listed(&names)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_explained() {
        let names: Vec<&str> = COMMANDS.iter().flat_map(CommandSpec::names).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[i + 1..].contains(name), "{name}");
        }
        assert!(COMMANDS.iter().all(|spec| !spec.help().is_empty()));
    }

    #[test]
    fn a_beginning_is_enough_if_it_is_unique() {
        assert_eq!(find("opt").unwrap().name, "optimizer");
        assert_eq!(find("lr").unwrap().name, "lr");
        assert_eq!(find("silence").unwrap().name, "mute");
        assert_eq!(find("spe").unwrap().name, "unmute");
        assert_eq!(
            find("s").unwrap_err(),
            "\"s\" is ambiguous: schedule, seed, set, silence, speak, step, screenshot"
        );
        assert_eq!(
            find("hiden").unwrap_err(),
            "unknown command \"hiden\"; did you mean \"hidden\"?"
        );
        assert!(find("xyzzy").unwrap_err().contains("tab: list"));
    }
}
