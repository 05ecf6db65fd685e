//! Help: its page, its search, and its keys.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::bindings::Group;
use super::list_keys::Jump;
use super::model::{Model, Overlay};
use super::prompt::{Prompt, PromptEvent};
use super::views::View;

/// List shown by the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpPage {
    Keys,
    Commands,
    Messages,
}

/// State of the help.
#[derive(Debug, Clone)]
pub struct Help {
    pub page: HelpPage,
    /// First line that is shown.
    pub line: u16,
    /// Text that the listed entries contain, in both lists; all are listed without one.
    pub search: Option<Prompt>,
    /// Whether keys edit the search.
    pub is_typing: bool,
}

impl Help {
    /// The top of `page`.
    pub fn new(page: HelpPage) -> Self {
        Self {
            page,
            line: 0,
            search: None,
            is_typing: false,
        }
    }

    /// The text searched for, in lower case; empty if there is none.
    pub(crate) fn wanted(&self) -> String {
        let text = self.search.as_ref().map_or("", Prompt::text);
        text.trim().to_lowercase()
    }
}

impl Model {
    /// Groups of keys in the order of the help: those that matter now first.
    pub(crate) fn help_groups(&self) -> Vec<Group> {
        let navigation = &self.navigation;
        let mut now = Vec::new();
        if self.is_in_lesson() {
            now.push(Group::Lesson);
        }
        if self.run.past.is_some() {
            now.push(Group::Rewinding);
        }
        if self.inspector.open.is_some() {
            now.extend([Group::Inspector, Group::Editing]);
        } else if navigation.is_charting() {
            now.push(Group::Chart);
        } else {
            match navigation.view {
                View::Health => now.push(Group::Health),
                View::Scores => now.push(Group::Scores),
                View::Race => now.push(Group::Race),
                View::Regions | View::Hidden => now.push(Group::Pictures),
                _ if navigation.enlarged && navigation.has_choice() => now.push(Group::Rows),
                _ => {}
            }
        }
        let others = Group::ALL.into_iter().filter(|group| !now.contains(group));
        now.iter().copied().chain(others).collect()
    }

    pub(super) fn press_in_help(&mut self, mut help: Help, key: &KeyEvent) {
        if let Some(search) = help.search.as_mut().filter(|_| help.is_typing) {
            match search.on_key(key) {
                PromptEvent::Cancelled => help.search = None,
                PromptEvent::Submitted(_) if search.text().is_empty() => help.search = None,
                PromptEvent::Submitted(_) => help.is_typing = false,
                PromptEvent::Editing => help.line = 0,
            }
            help.is_typing &= help.search.is_some();
            self.prompt.overlay = Some(Overlay::Help(help));
            return;
        }
        match key.code {
            KeyCode::Char('/') => {
                help.search = Some(Prompt::new(""));
                help.is_typing = true;
            }
            KeyCode::Esc if help.search.is_some() => help = Help::new(help.page),
            KeyCode::Tab if help.search.is_none() => {
                help = Help::new(match help.page {
                    HelpPage::Keys => HelpPage::Commands,
                    HelpPage::Commands => HelpPage::Messages,
                    HelpPage::Messages => HelpPage::Keys,
                });
            }
            KeyCode::Char(':') => return self.open_command_line(),
            KeyCode::Esc | KeyCode::Char('q' | '?') | KeyCode::Enter => return,
            _ => {
                let rows = self.page_rows();
                let Some(jump) = Jump::of(key, rows) else {
                    // Any other key closes it, but for keys that other programs scroll with.
                    let is_plain = key.modifiers == KeyModifiers::NONE;
                    self.prompt.overlay = (!is_plain).then_some(Overlay::Help(help));
                    return;
                };
                let last = self.navigation.drawn().help.unwrap_or(0);
                help.line = jump.from(help.line.into(), last.into()) as u16;
            }
        }
        self.prompt.overlay = Some(Overlay::Help(help));
    }
}
