//! Module layering: modules import only from layers below their own.

use std::fs;
use std::path::{Path, PathBuf};

/// Layers of modules, lowest first. Modules of one layer do not import each other.
const ROWS: [&[&str]; 9] = [
    &["error", "util"],
    &["nn", "data", "lesson"],
    &["model_file"],
    &["train"],
    &["settings"],
    &["record"],
    &["watch"],
    &["tui"],
    &["cli"],
];
/// Modules that must work without a terminal.
const NO_TERMINAL: [&str; 8] = [
    "nn",
    "data",
    "lesson",
    "model_file",
    "train",
    "settings",
    "util",
    "watch",
];

fn row(room: &str) -> usize {
    let row = ROWS.iter().position(|rooms| rooms.contains(&room));
    row.unwrap_or_else(|| panic!("the room {room} has no place yet"))
}

/// Every source file with its top-level module.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).unwrap();
            let room = inside.iter().next().unwrap().to_str().unwrap();
            let room = room.trim_end_matches(".rs").to_owned();
            if room != "lib" && room != "main" {
                found.push((room, path));
            }
        }
    }
    assert!(found.len() > 40, "the sources were not found");
    found
}

/// Top-level modules after `crate::` in `source`, also within braces.
fn imported(source: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in source.split("crate::").skip(1) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        match part.strip_prefix('{') {
            None => rooms.push(part.chars().take_while(|&c| is_word(c)).collect()),
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                let words = list.split([',', ':']).map(|word| word.trim().to_owned());
                rooms.extend(words.filter(|word| ROWS.concat().contains(&word.as_str())));
            }
        }
    }
    rooms
}

#[test]
fn imports_point_down_only() {
    for (room, path) in sources() {
        let source = fs::read_to_string(&path).unwrap();
        for other in imported(&source) {
            let is_below = other == room || row(&other) < row(&room);
            // The leaves share one row and may use one another.
            let are_leaves = row(&other) == 0 && row(&room) == 0;
            assert!(is_below || are_leaves, "{} imports {other}", path.display());
        }
    }
}

#[test]
fn computing_modules_import_no_terminal() {
    for (room, path) in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let has_terminal = source.contains("ratatui") || source.contains("crossterm");
        assert!(
            !has_terminal || !NO_TERMINAL.contains(&room.as_str()),
            "{} knows a terminal",
            path.display()
        );
    }
}
