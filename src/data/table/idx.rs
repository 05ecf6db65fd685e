//! Data sets of images, from files as MNIST and its family have them (`idx_file.rs`).

use std::path::Path;
use std::sync::Arc;

use crate::data::report::ReadReport;
use crate::data::schema::options::{
    LoadObserver, LoadOptions, Part, Progress, TaskChoice, ValidationRows, tell,
};
use crate::data::source::idx_file::{ImageFile, beside, labels_of, refused};
use crate::data::{Column, ColumnKind, Dataset, HeldOut, Lines, Source, Target, matrix};
use crate::error::{DataProblem, Error, Place, Result};
use crate::util::random::{RngStream, generator, shuffle};

/// Images between two looks at whether to go on.
const IMAGES_A_LOOK: usize = 256;

/// Images, which of them are used, and their labels.
struct Set {
    values: Vec<f32>,
    width: usize,
    height: usize,
    labels: Vec<u8>,
    /// Numbers, from 1, of the images used.
    lines: Lines,
    all: usize,
}

/// Reads the images of `source` and their labels; the pair to validate on where it lies beside.
///
/// # Errors
/// [`DataProblem::Images`] for what is no such file; [`Error::NoSuchInput`] for missing labels;
/// [`Error::Cancelled`].
pub(crate) fn load(
    source: &Source,
    options: &LoadOptions,
    watch: &mut LoadObserver,
) -> Result<Dataset> {
    if options.task == TaskChoice::Regression {
        return Err(Error::Usage(
            "--task regression: images have classes".into(),
        ));
    }
    let set = Set::read(source, options, watch)?;
    let mut classes = set.labels.clone();
    classes.sort_unstable();
    classes.dedup();
    if let [class] = classes[..] {
        let class = class.to_string();
        let place = Place::whole(source.to_string());
        return Err(Error::data(place, DataProblem::SingleClass { class }));
    }
    let names: Vec<String> = classes.iter().map(u8::to_string).collect();
    let pixels = set.width * set.height;
    let columns = (0..pixels).map(|pixel| Column {
        name: pixel_name(pixel, set.width),
        column: pixel,
        kind: ColumnKind::Pixel { largest: 255.0 },
    });
    let rows = set.labels.len();
    let mut dataset = Dataset {
        name: name(source),
        source: source.to_string(),
        columns: columns.collect(),
        table_columns: pixels + 1,
        target_name: "label".into(),
        target_column: pixels,
        target: target(&set.labels, &names, source)?,
        values: matrix(rows, pixels, set.values),
        lines: Arc::new(set.lines),
        validation: None,
        test: None,
        image: Some((set.width, set.height)),
        report: ReadReport {
            rows: set.all,
            not_sampled: set.all - rows,
            given: options.given(),
            ..ReadReport::default()
        },
    };
    if options.validation == ValidationRows::Auto
        && let Some(beside) = beside(source, &[("train", "t10k"), ("train", "test")])
    {
        let part = Part::Validation;
        let beside = held_out(&Source::File(beside), &dataset, &mut |progress| {
            watch(Progress { part, ..progress })
        });
        dataset.validation = Some(beside?);
    }
    Ok(dataset)
}

/// Reads the images of `source`, which must be like those of `dataset`.
pub(crate) fn held_out(
    source: &Source,
    dataset: &Dataset,
    watch: &mut LoadObserver,
) -> Result<HeldOut> {
    let set = Set::read(source, &LoadOptions::default(), watch)?;
    if dataset.image != Some((set.width, set.height)) {
        let problem = format!(
            "its images have {} x {} pixels, unlike those trained on",
            set.width, set.height
        );
        return Err(refused(source, problem));
    }
    Ok(HeldOut {
        source: source.to_string(),
        target: target(&set.labels, dataset.class_names(), source)?,
        values: matrix(set.labels.len(), set.width * set.height, set.values),
        lines: Arc::new(set.lines),
    })
}

fn target(labels: &[u8], names: &[String], source: &Source) -> Result<Target> {
    let mut of_byte = [None; 256];
    for (label, name) in (0..).zip(names) {
        if let Ok(byte) = name.parse::<u8>() {
            of_byte[usize::from(byte)] = Some(label);
        }
    }
    let label = |&byte: &u8| {
        of_byte[usize::from(byte)].ok_or_else(|| {
            let class = byte.to_string();
            Error::data(
                Place::whole(source.to_string()),
                DataProblem::UnknownClass { class },
            )
        })
    };
    Ok(Target::Classes {
        names: names.to_vec(),
        labels: labels.iter().map(label).collect::<Result<_>>()?,
    })
}

impl Set {
    fn read(source: &Source, options: &LoadOptions, watch: &mut LoadObserver) -> Result<Self> {
        let mut file = ImageFile::open(source)?;
        let labels = labels_of(source, file.all)?;
        let is_used = sample(labels.len(), options);
        let mut set = Self {
            values: Vec::new(),
            width: file.width,
            height: file.height,
            labels: Vec::new(),
            lines: Lines::default(),
            all: labels.len(),
        };
        let mut image = Vec::new();
        for (index, (&label, &is_used)) in labels.iter().zip(&is_used).enumerate() {
            file.read_image(index + 1, &mut image, source)?;
            if is_used {
                set.values.extend(image.iter().map(|&byte| f32::from(byte)));
                set.labels.push(label);
                set.lines.push(index as u64 + 1);
            }
            if index.is_multiple_of(IMAGES_A_LOOK) {
                tell(watch, file.progress(index))?;
            }
        }
        Ok(set)
    }
}

/// Which of `all` images are used, as many as the options ask for.
fn sample(all: usize, options: &LoadOptions) -> Vec<bool> {
    let most = options.max_rows.unwrap_or(usize::MAX);
    if most >= all {
        return vec![true; all];
    }
    let mut order: Vec<usize> = (0..all).collect();
    shuffle(&mut order, &mut generator(options.seed, RngStream::Sample));
    let mut is_used = vec![false; all];
    order[..most]
        .iter()
        .for_each(|&index| is_used[index] = true);
    is_used
}

/// What the pixel with this index is called, in images of that width.
pub(crate) fn pixel_name(pixel: usize, width: usize) -> String {
    format!("r{}c{}", pixel / width, pixel % width)
}

/// `mnist` for `mnist/train-images-idx3-ubyte.gz`; the file's own name where that says more.
fn name(source: &Source) -> String {
    let Source::File(path) = source else {
        return source.name();
    };
    let folder = path.parent().and_then(Path::file_name);
    match (folder, path.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) if name.starts_with("train-images") => {
            crate::util::text::sanitise(&folder.to_string_lossy())
        }
        _ => source.name(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::ops::ControlFlow;
    use std::path::PathBuf;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::data::source::idx_file::{IMAGES, LABELS, is_idx};

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
        assert!(is_idx(&source));
        load(&source, options, &mut |_| ControlFlow::Continue(()))
    }

    #[test]
    fn images_have_labels_and_some_to_validate_on() {
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
    fn what_is_cut_off_or_missing_is_named() {
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

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            tail in prop::collection::vec(any::<u8>(), 0..40),
            labels in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("train-images-idx3-ubyte");
            fs::write(&path, [&IMAGES[..], &tail].concat()).expect("written");
            let beside = folder.path().join("train-labels-idx1-ubyte");
            fs::write(beside, [&LABELS[..], &labels].concat()).expect("written");
            let _ = read(&path, &LoadOptions::default());
        }
    }
}
