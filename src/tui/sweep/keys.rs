//! The keys of the screen of a sweep.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Board, Sort};
use crate::tui::app::Jump;
use crate::tui::key_table::KeyRow;
use crate::tui::text;
use crate::util::lang::say;

/// Lines that a key for a page moves by.
const PAGE: usize = 11;

/// All keys but those that quit.
pub(super) const KEYS: [KeyRow<Board>; 6] = [
    KeyRow {
        codes: &[
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Char('k'),
            KeyCode::Char('j'),
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Char('G'),
        ],
        shown: "↑ ↓",
        label: text::key_choose,
        help: || say!("sweep-key-row", "choose a row; pgup, pgdn, home, end too"),
        act: |board, code| {
            if let Some(jump) = Jump::of(&KeyEvent::from(code), PAGE) {
                board.chosen = jump.from(board.chosen, board.last_row());
            }
        },
    },
    KeyRow {
        codes: &[KeyCode::Tab, KeyCode::BackTab],
        shown: "tab",
        label: || say!("watch-label-view", "view"),
        help: || {
            say!(
                "sweep-key-view",
                "combinations of settings, or single trainings"
            )
        },
        act: |board, _| {
            board.shows_trainings = !board.shows_trainings;
            board.chosen = 0;
        },
    },
    KeyRow {
        codes: &[KeyCode::Char('s')],
        shown: "s",
        label: text::key_sort,
        help: || say!("sweep-key-sort", "sort by score, by loss, as given"),
        act: |board, _| {
            board.sort = match board.sort {
                Sort::Score => Sort::Loss,
                Sort::Loss => Sort::Given,
                Sort::Given => Sort::Score,
            }
        },
    },
    KeyRow::filter(|| {
        say!(
            "sweep-key-filter",
            "show only rows with this text: hidden 16"
        )
    }),
    KeyRow {
        codes: &[KeyCode::Esc],
        shown: "esc",
        label: || "",
        help: || say!("sweep-key-all", "show all rows again"),
        act: |board, _| board.keys.filter.replace(""),
    },
    KeyRow::HELP,
];
