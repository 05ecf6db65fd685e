use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::source::idx_file::{IMAGES, LABELS};

fn file(magic: [u8; 4], numbers: &[u32], bytes: &[u8]) -> Vec<u8> {
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    magic
        .into_iter()
        .chain(numbers)
        .chain(bytes.iter().copied())
        .collect()
}

/// A folder with three images of 2 x 1 pixels and their labels, as many to validate on.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    for set in ["train", "t10k"] {
        let images = file(IMAGES, &[3, 1, 2], &[0, 255, 10, 20, 30, 40]);
        let labels = file(LABELS, &[3], &[7, 3, 7]);
        fs::write(
            folder.path().join(format!("{set}-images-idx3-ubyte")),
            images,
        )
        .expect("written");
        fs::write(
            folder.path().join(format!("{set}-labels-idx1-ubyte")),
            labels,
        )
        .expect("written");
    }
    let path = folder.path().join("train-images-idx3-ubyte");
    (folder, path)
}

fn read(path: &Path, options: &LoadOptions) -> Result<Dataset> {
    let source = Source::File(path.to_owned());
    let input = open(&source)?;
    assert!(input.has_images);
    load(&source, input, options, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn images_have_labels_and_validation_images() {
    let (_folder, path) = folder();
    let data = read(&path, &LoadOptions::default()).expect("loads");
    assert_eq!(data.values.row(1).to_vec(), [10.0, 20.0]);
    assert_eq!(
        (data.image, data.columns[1].name.as_str()),
        (Some((2, 1)), "r0c1")
    );
    let target = Target::Classes {
        names: vec!["3".into(), "7".into()],
        labels: vec![1, 0, 1],
    };
    assert_eq!(data.target, target);
    let validation = data.validation.expect("beside");
    assert_eq!(
        (validation.values, validation.target),
        (data.values, target)
    );
}

#[test]
fn images_become_rows_of_pixels_and_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t10k-images-idx3-ubyte");
    let images = file(IMAGES, &[2, 1, 3], &[0, 255, 10, 20, 30, 40]);
    fs::write(&path, &images).expect("written");
    let source = Source::File(path.clone());
    let rows = || ImageRows::open(&source, open(&source)?);
    let all = |mut rows: ImageRows| -> Result<Vec<Vec<u8>>> {
        let mut all = Vec::new();
        while let Some((number, row)) = rows.next()? {
            all.push(row.to_vec());
            assert_eq!(number, all.len() as u64);
        }
        Ok(all)
    };
    let read = rows().expect("images");
    assert_eq!(read.names(), ["r0c0", "r0c1", "r0c2"]);
    assert_eq!(all(read).expect("rows"), [[0, 255, 10], [20, 30, 40]]);
    let beside = folder.path().join("t10k-labels-idx1-ubyte");
    fs::write(beside, file(LABELS, &[2], &[7, 3])).expect("written");
    let read = rows().expect("images");
    assert_eq!(read.names(), ["r0c0", "r0c1", "r0c2", "label"]);
    assert_eq!(all(read).expect("rows"), [[0, 255, 10, 7], [20, 30, 40, 3]]);
    fs::write(&path, &images[..images.len() - 2]).expect("written");
    let error = rows().and_then(all).expect_err("cut off").to_string();
    assert!(error.ends_with("it ends within image 2 of 2"), "{error}");
    fs::write(&path, file(IMAGES, &[2, 1024, 1024], &[0, 255])).expect("written");
    let error = rows().err().expect("no pixel has a name yet").to_string();
    assert!(error.ends_with("it ends within image 1 of 2"), "{error}");
}

#[test]
fn some_of_the_images_can_be_asked_for() {
    let (_folder, path) = folder();
    let options = LoadOptions {
        max_rows: Some(2),
        validation: ValidationRows::Split,
        ..LoadOptions::default()
    };
    let data = read(&path, &options);
    // Which two it is decides whether there are two classes.
    match data {
        Ok(data) => assert_eq!((data.rows(), data.report.not_sampled), (2, 1)),
        Err(error) => assert!(
            error.to_string().contains("every row has the class"),
            "{error}"
        ),
    }
}

#[test]
fn truncated_and_missing_files_are_named() {
    let (folder, path) = folder();
    let message = || {
        let error = read(&path, &LoadOptions::default()).expect_err("refused");
        error
            .to_string()
            .replace(&*folder.path().to_string_lossy(), "")
    };
    let images = file(IMAGES, &[3, 1, 2], &[0, 255, 10]);
    fs::write(&path, images).expect("written");
    assert_eq!(
        message(),
        "/train-images-idx3-ubyte: not usable images: it ends within image 2 of 3"
    );
    let huge = file(IMAGES, &[3, u32::MAX, u32::MAX], &[0]);
    fs::write(&path, huge).expect("written");
    assert!(message().contains("4294967295 x 4294967295 pixels"));
    let (folder, path) = self::folder();
    let labels = folder.path().join("train-labels-idx1-ubyte");
    fs::write(&labels, file(LABELS, &[2], &[7, 3])).expect("written");
    let error = read(&path, &LoadOptions::default()).expect_err("refused");
    assert!(
        error.to_string().ends_with("it has 2 labels for 3 images"),
        "{error}"
    );
    fs::remove_file(labels).expect("there");
    let error = read(&path, &LoadOptions::default()).expect_err("refused");
    assert_eq!(error.exit_code(), 66, "{error}");
}
