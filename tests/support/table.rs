//! Tables that a test writes and loads.

use std::ops::ControlFlow;
use std::path::Path;

use nn_tui::data::{Dataset, LoadOptions, Source, load_with, prepare};
use nn_tui::error::Result;

/// Loads the file at `path`.
pub fn load_file(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Dataset> {
    let source = Source::parse(path.as_ref());
    load_with(&source, options, &mut |_| ControlFlow::Continue(()))
}

/// Loads the table in `bytes` from a file called `t.csv`.
pub fn read(bytes: impl AsRef<[u8]>, options: &LoadOptions) -> Result<Dataset> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, bytes).expect("written");
    load_file(path, options)
}

/// Loads the sound table in `bytes` with the default options.
pub fn loaded(bytes: impl AsRef<[u8]>) -> Dataset {
    read(bytes, &LoadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Names of the input columns.
pub fn column_names(dataset: &Dataset) -> Vec<&str> {
    let columns = dataset.columns.iter();
    columns.map(|column| column.name.as_str()).collect()
}

/// Notes on the prepared data, one on each line.
pub fn notes(dataset: &Dataset) -> String {
    let prepared = prepare(dataset, 0.2, 1).expect("prepared");
    prepared.notes().join("\n")
}
