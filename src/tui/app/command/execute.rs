//! The command line: opening it, its keys, and running what was typed.

use ratatui::crossterm::event::KeyEvent;

use super::table::Run;
use super::{CommandLine, parse, table};
use crate::settings::Setting;
use crate::tui::app::model::{Model, Overlay, Phase};
use crate::tui::app::prompt::PromptEvent;
use crate::tui::app::update::Effect;

impl Model {
    /// Opens the line of commands with `text` in it.
    pub(in crate::tui::app) fn open_command_line(&mut self, text: &str) {
        let line = CommandLine::new(text, None, self);
        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
    }

    pub(in crate::tui::app) fn press_in_command_line(
        &mut self,
        mut line: CommandLine,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
    ) {
        match line.on_key(key, &self.prompt.commands) {
            PromptEvent::Cancelled => self.prompt.overlay = line.menu().map(Overlay::Menu),
            PromptEvent::Editing => self.refresh_command_line(line, effects),
            PromptEvent::Submitted(text) => {
                self.prompt.commands.add(&text);
                match self.run_command(&text, effects) {
                    Ok(()) if self.prompt.overlay.is_none() => {
                        self.prompt.overlay = line.menu().map(Overlay::Menu);
                    }
                    Ok(()) => {}
                    Err(problem) => {
                        line.prompt.error = Some(problem);
                        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
                    }
                }
            }
        }
    }

    /// Shows `line` with what it may go on with.
    pub(in crate::tui::app) fn refresh_command_line(
        &mut self,
        mut line: CommandLine,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(folder) = line.refresh(self) {
            effects.push(Effect::ListFiles(folder));
        }
        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
    }

    /// Runs the command in `line`, if there is one.
    ///
    /// # Errors
    /// A message that says what is wrong with it.
    pub(in crate::tui::app) fn run_command(
        &mut self,
        line: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let line = line.trim().trim_start_matches(':').trim_start();
        if line.is_empty() {
            return Ok(());
        }
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (spec, rest) = (table::find(name)?, rest.trim());
        if matches!(self.run.phase, Phase::Failed(_)) && !spec.after_failure {
            return Err(
                "the training has failed; only export, seed, init and quit are left".into(),
            );
        }
        match spec.run {
            Run::Set(setting) => self.type_setting(setting, rest, effects),
            Run::With(run) => run(self, rest, effects),
            Run::Plain(run) if rest.is_empty() => run(self, effects),
            Run::Plain(_) => Err(format!("{} takes no argument", spec.name)),
        }
    }

    /// Parses a value for `setting` and changes it.
    pub(in crate::tui::app) fn type_setting(
        &mut self,
        setting: &'static Setting,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let text = text.trim();
        let edit = (setting.parse)(text)
            .ok_or_else(|| parse::expected(setting.name, &(setting.expected)(text), text))?;
        self.edit_setting(setting, effects, |choices| edit.apply(choices))
    }

    /// Shows row `row`, counted from 1.
    pub(super) fn show_row(&mut self, row: usize) -> Result<(), String> {
        let rows = self.navigation.sample.samples(&self.run.data).rows();
        if row > rows {
            return Err(format!("there are only {rows} rows"));
        }
        self.navigation.selection = None;
        self.navigation.sample.index = row - 1;
        Ok(())
    }
}
