//! Names of files, for the completion of typed paths.

use std::fs;

use crate::model_file::Format;
use crate::util::text::sanitise;

/// Names that are told at most.
const MOST: usize = 1000;

/// Names of what may be a model in `folder`, and of the folders in it with a slash behind them,
/// in order. None where the folder can't be read.
pub(super) fn names(folder: &str) -> Vec<String> {
    let path = if folder.is_empty() { "." } else { folder };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            // What can't be shown can't be typed.
            let is_plain = !name.starts_with('.') && sanitise(&name) == name;
            let is_folder = entry.path().is_dir();
            let is_model = Format::of(name.as_ref()).is_ok();
            match (is_plain, is_folder) {
                (true, true) => Some(format!("{name}/")),
                (true, false) if is_model => Some(name),
                _ => None,
            }
        })
        .take(MOST)
        .collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_folders_are_told() {
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
