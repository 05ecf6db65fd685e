//! Steps at which lessons were left, in a file beside those of interrupted runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use crate::lesson::names;
use crate::model_file::write;
use crate::train::recovery;
use crate::util::platform::create_private_folder;

/// Indices of steps, by the name of a built-in lesson or the path of its file.
type Places = BTreeMap<String, usize>;

/// Returns the index of the step at which the lesson was left, if it was left before its end.
pub(super) fn of(lesson: &str) -> Option<usize> {
    read(&file()?).get(&key(lesson)).copied()
}

/// Keeps the index of the step at which the lesson was left; 0 stands for its end.
pub(super) fn keep(lesson: &str, step: usize) {
    let Some(path) = file() else { return };
    let before = read(&path);
    let mut places = before.clone();
    if step == 0 {
        places.remove(&key(lesson));
    } else {
        places.insert(key(lesson), step);
    }
    if places == before {
        return;
    }
    // A lesson can be read without it, so that a failure is no reason to end with an error.
    if let (Some(folder), Ok(text)) = (path.parent(), serde_json::to_vec(&places)) {
        let _ = create_private_folder(folder).map(|()| write(&path, &text, true));
    }
}

fn file() -> Option<PathBuf> {
    let folder = recovery::folder(|name| std::env::var_os(name))?;
    Some(folder.join("lessons.json"))
}

/// Reads the file; there are no places in one that is absent or damaged.
fn read(path: &Path) -> Places {
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn key(lesson: &str) -> String {
    if names().any(|name| name == lesson) {
        return lesson.to_owned();
    }
    let path = absolute(lesson);
    path.map_or(lesson.to_owned(), |path| {
        path.to_string_lossy().into_owned()
    })
}
