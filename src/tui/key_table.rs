//! Keys of a screen with a filter, in one table for their functions, the footer and the help.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::app::prompt::{Prompt, PromptEvent};
use super::app::{ClickTarget, Drawn, Effect, Jump};
use super::keymap::KeyMap;
use super::panels::footer::keys;
use super::text;
use super::widgets::overlay::prompt::{cursor_column, typed};
use super::widgets::{Pane, Title};
use crate::util::lang::say;
use crate::util::text::{padded, sanitise, width, wrap};

/// Lines by which the keys for a page scroll the help.
const HELP_PAGE: usize = 10;

/// Keys with one function on the screen whose state is `S`.
pub(super) struct KeyRow<S> {
    pub codes: &'static [KeyCode],
    /// The keys as they are shown.
    pub shown: &'static str,
    /// Word in the footer; empty if it is not there.
    pub label: fn() -> &'static str,
    pub help: fn() -> &'static str,
    pub act: fn(&mut S, KeyCode),
}

impl<S: KeyScreen> KeyRow<S> {
    /// The key that opens the help.
    pub const HELP: Self = Self {
        codes: &[KeyCode::Char('?')],
        shown: "?",
        label: || say!("watch-label-help", "help"),
        help: || say!("watch-key-help", "this help"),
        act: |screen, _| screen.key_state_mut().is_help_open = true,
    };

    /// The key that types the filter, with its own help.
    pub const fn filter(help: fn() -> &'static str) -> Self {
        Self {
            codes: &[KeyCode::Char('/')],
            shown: "/",
            label: text::key_filter,
            help,
            act: |screen, _| screen.key_state_mut().is_typing = true,
        }
    }
}

/// State that the keys of every such screen change.
#[derive(Debug)]
pub(super) struct KeyState {
    /// Text that rows are filtered by.
    pub filter: Prompt,
    /// Whether the filter is being typed.
    pub is_typing: bool,
    pub is_help_open: bool,
    /// First line of the help that is shown.
    pub help_line: usize,
    pub keys: KeyMap,
    /// Places of what was drawn last.
    pub drawn: Drawn,
}

impl KeyState {
    pub fn new(filter: &str, keys: KeyMap) -> Self {
        Self {
            filter: Prompt::new(filter),
            is_typing: false,
            is_help_open: false,
            help_line: 0,
            keys,
            drawn: Drawn::default(),
        }
    }

    /// Scrolls the help, if it is longer than the screen, or closes it.
    fn scroll_help(&mut self, key: &KeyEvent) {
        let last = usize::from(self.drawn.help.unwrap_or(0));
        match Jump::of(key, HELP_PAGE).filter(|_| last > 0) {
            Some(jump) => self.help_line = jump.from(self.help_line, last),
            None => (self.is_help_open, self.help_line) = (false, 0),
        }
    }

    /// Edits the filter. Escape removes it.
    fn edit(&mut self, key: &KeyEvent) {
        match self.filter.on_key(key) {
            PromptEvent::Editing => {}
            PromptEvent::Submitted(_) => self.is_typing = false,
            PromptEvent::Cancelled => {
                self.is_typing = false;
                self.filter.replace("");
            }
        }
    }
}

/// A screen whose keys are in a table.
pub(super) trait KeyScreen: Sized + 'static {
    /// All keys but those that quit.
    const KEYS: &'static [KeyRow<Self>];

    fn key_state(&self) -> &KeyState;

    fn key_state_mut(&mut self) -> &mut KeyState;

    /// Returns whether the key that quits does so at once.
    fn may_quit(&mut self) -> bool {
        true
    }

    /// Handles that another key than that which quits was pressed.
    fn stay(&mut self) {}

    /// Brings the state in line with the filter, and with what a key has changed.
    fn settle(&mut self);

    /// Inserts `text` into the filter, if that is being typed.
    fn insert(&mut self, text: &str) {
        if self.key_state().is_typing {
            self.key_state_mut().filter.insert(text);
            self.settle();
        }
    }

    /// Handles a key. Returns its effect.
    fn press(&mut self, key: &KeyEvent) -> Option<Effect> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let effect = Effect::of_key(key);
        if effect.is_some() {
            return effect;
        }
        let state = self.key_state_mut();
        if state.is_typing {
            state.edit(key);
            self.settle();
            return None;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return None;
        }
        let key = state.keys.usual(key)?;
        if key.code == KeyCode::Char('q') {
            return self.may_quit().then_some(Effect::Quit { code: 0 });
        }
        self.stay();
        let state = self.key_state_mut();
        if state.is_help_open {
            state.scroll_help(&key);
            return None;
        }
        if let Some(row) = Self::KEYS.iter().find(|row| row.codes.contains(&key.code)) {
            (row.act)(self, key.code);
            self.settle();
        }
        None
    }
}

/// Draws the filter while it is typed, otherwise the keys that have a word, the filter, and `quit`.
pub(super) fn draw_footer<S: KeyScreen>(pane: &mut Pane<'_, S>, area: Rect, quit: &'static str) {
    let (state, theme) = (pane.model.key_state(), pane.theme);
    let inside = area.inner(Margin::new(1, 0));
    if state.is_typing {
        let label = say!("watch-filter", "filter: ");
        let line = typed(&state.filter, label, inside.width.into(), theme);
        let x = inside.x + cursor_column(&line) as u16;
        pane.draw(line, inside);
        let last = inside.right().saturating_sub(1);
        pane.drawn.cursor = Some(Position::new(x.min(last), inside.y));
        return;
    }
    let labelled = S::KEYS.iter().filter(|row| !(row.label)().is_empty());
    let labelled = labelled.map(|row| (row.shown, (row.label)(), row.codes[0]));
    let mut hints: Vec<(String, &str, KeyCode)> = labelled
        .chain([("q", quit, KeyCode::Char('q'))])
        .map(|(shown, label, code)| (state.keys.shown(shown), label, code))
        .collect();
    let cells = |(key, label, _): &(String, &str, KeyCode)| width(key) + width(label) + 5;
    // Help and quit stay.
    while hints.iter().map(cells).sum::<usize>() > usize::from(inside.width) + 2 && hints.len() > 2
    {
        hints.remove(hints.len() - 3);
    }
    let mut line = keys(
        hints.iter().map(|(key, label, _)| (key.as_str(), *label)),
        theme,
    );
    if !state.filter.text().is_empty() {
        let filter = format!("  /{}", sanitise(state.filter.text()));
        line.push_span(Span::styled(filter, theme.accent()));
    }
    pane.line(inside, line);
    let mut x = inside.x;
    for hint in &hints {
        let cells = cells(hint) as u16;
        let target = ClickTarget::Key(hint.2, KeyModifiers::NONE);
        let area = Rect::new(x, inside.y, cells, 1).intersection(inside);
        pane.drawn.hits.push((area, target));
        x += cells;
    }
}

/// Draws all keys over the middle of `main`, if the help is open.
pub(super) fn draw_help<S: KeyScreen>(pane: &mut Pane<'_, S>, main: Rect) {
    let (state, theme) = (pane.model.key_state(), pane.theme);
    if !state.is_help_open {
        return;
    }
    pane.drawn.hits.clear();
    let keys = 9;
    let rows = S::KEYS.iter();
    let rows: Vec<_> = rows
        .map(|row| (state.keys.shown(row.shown), (row.help)()))
        .collect();
    let widest = rows.iter().map(|(_, help)| width(help)).max().unwrap_or(0);
    let cells = (widest + keys + 4).min(main.width.into()) as u16;
    let room = usize::from(cells).saturating_sub(keys + 4);
    let rows = rows.iter().flat_map(|(shown, help)| {
        let names = std::iter::once(shown.as_str()).chain(std::iter::repeat(""));
        names.zip(wrap(help, room))
    });
    let rows: Vec<_> = rows.collect();
    let height = (rows.len() as u16 + 2).min(main.height);
    let area = main.centered(Constraint::Length(cells), Constraint::Length(height));
    pane.draw(Clear, area);
    let title = Title::new::<Line<'_>>(say!("watch-help", "Keys"), []);
    let inside = area.inner(Margin::new(2, 1));
    let last = rows.len().saturating_sub(inside.height.into());
    let first = state.help_line.min(last);
    pane.drawn.help = u16::try_from(last).ok();
    let below = last - first;
    let note = if below > 0 {
        text::more_below(below)
    } else {
        String::new()
    };
    pane.frame(area, true, &title, [String::new(), note]);
    for ((shown, help), row) in rows.into_iter().skip(first).zip(inside.rows()) {
        let line =
            Span::styled(padded(shown, keys), theme.accent()) + Span::styled(help, theme.text());
        pane.line(row, line);
    }
}
