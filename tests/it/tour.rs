//! Guided tour: every path and every Rust name in `src/README.md` exists.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

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

/// Collects the names of all definitions in the Rust files under `folder`.
fn add_definitions(folder: &Path, names: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_definitions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(path).unwrap();
            let code = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let words: Vec<&str> = line.split_whitespace().collect();
                let pairs = words.windows(2).filter(|pair| KEYWORDS.contains(&pair[0]));
                names.extend(pairs.map(|pair| {
                    let is_part = |c: char| c.is_alphanumeric() || c == '_';
                    pair[1].chars().take_while(|&c| is_part(c)).collect()
                }));
            }
        }
    }
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
