//! Guided tour: every path and every Rust name in `src/README.md` exists, and every source file that a comment names.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

const KEYWORDS: [&str; 9] = [
    "fn",
    "struct",
    "enum",
    "trait",
    "const",
    "static",
    "type",
    "mod",
    "macro_rules!",
];

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Returns the files under `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let below = entries.map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    below.flatten().collect()
}

/// Returns the Rust files under `folder` with their text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let rust = files(folder).into_iter().filter(is_rust);
    rust.map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Collects the names of all definitions in the Rust files under `folder`.
fn add_definitions(folder: &Path, names: &mut HashSet<String>) {
    for (_, source) in sources(folder) {
        for line in source.lines().filter(|line| !is_comment(line)) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let pairs = words.windows(2).filter(|pair| KEYWORDS.contains(&pair[0]));
            names.extend(pairs.map(|pair| {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                pair[1].chars().take_while(|&c| is_part(c)).collect()
            }));
        }
    }
}

#[test]
fn files_that_comments_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all: Vec<PathBuf> = ["src", "tests", "assets"]
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .collect();
    let mut count = 0;
    for (path, source) in sources(&root.join("src")) {
        for line in source.lines().filter(|line| is_comment(line)) {
            let quoted = line.split('`').skip(1).step_by(2);
            for name in quoted.filter(|text| text.ends_with(".rs") || text.ends_with(".py")) {
                let exists = all.iter().any(|file| file.ends_with(name));
                assert!(exists, "{}: no such file: {name}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 5, "found {count} names of files");
}

#[test]
fn paths_and_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let src = root.join("src");
    let tour = fs::read_to_string(src.join("README.md")).unwrap();
    assert!(tour.lines().count() <= 60, "the tour is too long");
    let mut names = HashSet::from(["f32".to_owned()]);
    add_definitions(&src, &mut names);
    let quoted: Vec<&str> = tour.split('`').skip(1).step_by(2).collect();
    assert!(quoted.len() > 50, "found {} backticked words", quoted.len());
    for text in quoted {
        if src.join(text).is_dir() {
            continue;
        }
        if text.contains('/') || text.ends_with(".rs") {
            let exists = src.join(text).exists() || root.join(text).exists();
            assert!(exists, "no such path: {text}");
            continue;
        }
        for name in text.trim_end_matches('!').split("::") {
            assert!(is_name(name), "neither a path nor a Rust name: {text}");
            assert!(names.contains(name), "not defined in src: {text}");
        }
    }
}
