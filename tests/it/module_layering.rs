//! Module layering: modules import only from layers below their own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that are crates of their own: cargo keeps them from importing what is above them.
const CRATES: [&str; 3] = ["data", "nn", "util"];
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
    let mut found = files("src");
    found.retain(|(room, _)| room != "lib" && room != "main");
    assert!(found.len() > 40, "the sources were not found");
    found
}

/// Every Rust file in `folder` of the project, with the name of the file or folder at its top.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside.iter().next().unwrap().to_str().unwrap();
                found.push((room.trim_end_matches(".rs").to_owned(), path));
            }
        }
    }
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
        if CRATES.contains(&room.as_str()) {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for other in imported(&source) {
            let is_below = other == room || row(&other) < row(&room);
            assert!(is_below, "{} imports {other}", path.display());
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

/// Returns the name that `line` of a source makes public.
fn made_public(line: &str) -> Option<&str> {
    let mut rest = line.trim_start().strip_prefix("pub ")?;
    for keyword in [
        "const ", "static ", "fn ", "struct ", "enum ", "trait ", "type ",
    ] {
        rest = rest.strip_prefix(keyword).unwrap_or(rest);
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(&rest[..end])
}

/// The compiler finds what nothing uses within a crate, but not what one crate offers to another.
#[test]
fn every_public_item_of_a_crate_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let src = root.join("src");
    let mut uses: HashMap<String, usize> = HashMap::new();
    let mut public = Vec::new();
    for (room, path) in sources().into_iter().chain(files("tests")) {
        let source = fs::read_to_string(&path).unwrap();
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for word in line.split(|c: char| !c.is_alphanumeric() && c != '_') {
                *uses.entry(word.to_owned()).or_default() += 1;
            }
            if CRATES.contains(&room.as_str()) && path.starts_with(&src) {
                public.extend(made_public(line).map(|name| (name.to_owned(), path.clone())));
            }
        }
    }
    assert!(public.len() > 600, "found {}", public.len());
    for (name, path) in public {
        let path = path.strip_prefix(root).unwrap().display();
        assert!(uses[&name] > 1, "nothing uses {name} of {path}");
    }
}
