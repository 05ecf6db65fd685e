//! The command line: opening it, its keys, and running what was typed.

use ratatui::crossterm::event::KeyEvent;

use super::table::CommandAction;
use super::{CommandLine, parse, table};
use crate::settings::Setting;
use crate::tui::app::actions::Done;
use crate::tui::app::messages::Effect;
use crate::tui::app::model::{Model, Overlay};
use crate::tui::app::prompt::PromptEvent;
use crate::tui::app::training::Phase;
use crate::tui::text;

impl Model {
    /// Opens an empty line of commands.
    pub(in crate::tui::app) fn open_command_line(&mut self) {
        let line = CommandLine::new("", None, self);
        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
    }

    pub(in crate::tui::app) fn press_in_command_line(
        &mut self,
        mut line: Box<CommandLine>,
        key: &KeyEvent,
    ) {
        match line.on_key(key, &self.prompt.commands) {
            PromptEvent::Cancelled => self.prompt.overlay = line.menu().map(Overlay::Menu),
            PromptEvent::Editing => self.refresh_command_line(line),
            PromptEvent::Submitted(text) => {
                self.prompt.commands.add(&text);
                if let Err(problem) = self.run_command(&text) {
                    line.prompt.error = Some(problem);
                    // What is typed next is another command; arrows edit this one.
                    line.prompt.is_selected = true;
                    self.prompt.overlay = Some(Overlay::Command(line));
                } else if self.prompt.overlay.is_none() {
                    self.prompt.overlay = line.menu().map(Overlay::Menu);
                }
            }
        }
    }

    /// Shows `line` with its completions.
    pub(in crate::tui::app) fn refresh_command_line(&mut self, mut line: Box<CommandLine>) {
        if let Some(folder) = line.refresh(self) {
            self.effects.push(Effect::ListFiles(folder));
        }
        self.prompt.overlay = Some(Overlay::Command(line));
    }

    /// Runs the command in `line`, if there is one.
    ///
    /// # Errors
    /// A message that says what is wrong with it.
    pub(in crate::tui::app) fn run_command(&mut self, line: &str) -> Done {
        let line = line.trim().trim_start_matches(':').trim_start();
        if line.is_empty() {
            return Ok(());
        }
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (spec, rest) = (table::find(name)?, rest.trim());
        if matches!(self.run.phase, Phase::Failed(_)) && !spec.after_failure {
            return Err(text::not_after_failure().into());
        }
        match spec.run {
            CommandAction::Set(setting) => self.type_setting(setting, rest),
            CommandAction::With(run) | CommandAction::Parsed { run, .. } => run(self, rest),
            CommandAction::Plain(run) if rest.is_empty() => run(self),
            CommandAction::Plain(_) => Err(text::takes_no_argument(spec.name)),
        }
    }

    /// Parses a value for `setting` and changes it.
    pub(in crate::tui::app) fn type_setting(
        &mut self,
        setting: &'static Setting,
        text: &str,
    ) -> Done {
        let text = text.trim();
        let edit = (setting.parse)(text).filter(|_| !text.is_empty());
        let edit =
            edit.ok_or_else(|| parse::expected(setting.name, &setting.expected(text), text))?;
        self.edit_setting(setting, |choices| edit.apply(choices))
    }

    /// Shows row `row`, counted from 1.
    pub(super) fn show_row(&mut self, row: usize) -> Done {
        let rows = self.samples().rows();
        if row > rows {
            return Err(text::only_rows(rows));
        }
        self.navigation.selection = None;
        self.navigation.sample.index = row - 1;
        Ok(())
    }
}
