//! File names for the completion of typed paths.

use std::fs;

use crate::model_file::formats;
use crate::util::text::sanitise;

/// Largest number of names returned.
const MAX_NAMES: usize = 1000;

/// Returns the names of model files and folders in `folder`, sorted; those of folders end in a
/// slash. Empty if the folder can't be read.
pub(super) fn names(folder: &str) -> Vec<String> {
    let path = if folder.is_empty() { "." } else { folder };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            // Names with control characters can't be typed.
            let is_plain = !name.starts_with('.') && sanitise(&name) == name;
            let is_folder = entry.path().is_dir();
            let is_model = formats::for_path(name.as_ref()).is_ok();
            match (is_plain, is_folder) {
                (true, true) => Some(format!("{name}/")),
                (true, false) if is_model => Some(name),
                _ => None,
            }
        })
        .take(MAX_NAMES)
        .collect();
    names.sort_unstable();
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
        assert_eq!(names(&path), ["a.onnx", "b.json", "models/"]);
        assert!(names("/no/such/folder/").is_empty());
    }
}
