//! File names for the completion of typed paths.

use std::fs;

use super::app::command::FileKind;
use crate::model_file::formats;
use crate::train::checkpoint::read_about;
use crate::util::text::sanitise;

/// Largest number of names returned.
const MAX_NAMES: usize = 1000;

/// Returns the names of models, checkpoints and folders in `folder`, sorted; those of folders end in a
/// slash. Empty if the folder can't be read.
pub(super) fn names(folder: &str) -> Vec<(String, FileKind)> {
    let path = if folder.is_empty() { "." } else { folder };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<(String, FileKind)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            // Names with control characters can't be typed.
            let is_plain = !name.starts_with('.') && sanitise(&name) == name;
            if !is_plain {
                return None;
            }
            let path = entry.path();
            if path.is_dir() {
                Some((format!("{name}/"), FileKind::Folder))
            } else if formats::for_path(name.as_ref()).is_ok() {
                Some((name, FileKind::Model))
            } else {
                // Opening anything but a file could wait for ever.
                let is_checkpoint = path.is_file() && read_about(&path).is_ok();
                is_checkpoint.then_some((name, FileKind::Checkpoint))
            }
        })
        .take(MAX_NAMES)
        .collect();
    names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_folders_are_listed() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.json", "a.onnx", "notes.txt", ".hidden.json"] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        fs::create_dir(folder.path().join("models")).expect("a folder");
        let path = format!("{}/", folder.path().display());
        let listed: Vec<String> = names(&path).into_iter().map(|(name, _)| name).collect();
        assert_eq!(listed, ["a.onnx", "b.json", "models/"]);
        assert!(names("/no/such/folder/").is_empty());
    }
}
