//! Data sets of images in the IDX format; see [`crate::data::source::idx_file`].

use std::path::Path;
use std::sync::Arc;

use crate::data::report::ReadReport;
use crate::data::schema::options::{
    LoadObserver, LoadOptions, Part, Progress, TaskChoice, ValidationRows, report,
};
use crate::data::source::idx_file::{ImageFile, beside, labels_of, refused};
use crate::data::source::input::{Input, open};
use crate::data::{Column, ColumnKind, Dataset, HeldOut, Lines, Source, Target, matrix};
use crate::error::{DataProblem, Error, Place, Result};
use crate::util::random::{RngStream, generator, shuffle};

/// Images between two progress reports.
const IMAGES_PER_REPORT: usize = 256;

/// Images in use and their labels.
struct Set {
    values: Vec<f32>,
    width: usize,
    height: usize,
    labels: Vec<u8>,
    /// Number of each image in its file, from 1.
    lines: Lines,
    /// Number of images in the file.
    all: usize,
}

/// Reads the images of `source`, opened as `input`, and their labels; and the validation images in
/// the same folder, if there are any.
///
/// # Errors
/// [`DataProblem::Images`] for unusable images; [`Error::NoSuchInput`] for missing labels;
/// [`Error::Cancelled`].
pub(crate) fn load(
    source: &Source,
    input: Input,
    options: &LoadOptions,
    observer: &mut LoadObserver,
) -> Result<Dataset> {
    if options.task == TaskChoice::Regression {
        return Err(Error::Usage(
            "--task regression: images have classes".into(),
        ));
    }
    let set = Set::read(source, input, options, observer)?;
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
        kind: ColumnKind::Pixel { max: 255.0 },
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
        let source = Source::File(beside);
        let input = open(&source)?;
        let held_out = held_out(&source, input, &dataset, &mut |progress| {
            observer(Progress { part, ..progress })
        });
        dataset.validation = Some(held_out?);
    }
    Ok(dataset)
}

/// Reads the images of `source`, opened as `input`, which must have the size of those of `dataset`.
pub(crate) fn held_out(
    source: &Source,
    input: Input,
    dataset: &Dataset,
    observer: &mut LoadObserver,
) -> Result<HeldOut> {
    let set = Set::read(source, input, &LoadOptions::default(), observer)?;
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
    fn read(
        source: &Source,
        input: Input,
        options: &LoadOptions,
        observer: &mut LoadObserver,
    ) -> Result<Self> {
        let mut file = ImageFile::new(source, input)?;
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
            if index.is_multiple_of(IMAGES_PER_REPORT) {
                report(observer, file.progress(index))?;
            }
        }
        Ok(set)
    }
}

/// Images read one after another as the rows of a table: a column for every pixel, and `label` if
/// there are labels.
pub(crate) struct ImageRows {
    source: Source,
    file: ImageFile,
    labels: Option<Vec<u8>>,
    /// Values of the row read last.
    row: Vec<u8>,
    /// Number of rows handed out.
    done: usize,
}

impl ImageRows {
    /// Reads the first image of `input`, which is that of `source`, and finds its labels.
    ///
    /// # Errors
    /// Those of [`load`], but for missing labels.
    pub(crate) fn open(source: &Source, input: Input) -> Result<Self> {
        let file = ImageFile::new(source, input)?;
        let labels = match labels_of(source, file.all) {
            Err(Error::NoSuchInput { .. }) => None,
            labels => Some(labels?),
        };
        let mut rows = Self {
            source: source.clone(),
            file,
            labels,
            row: Vec::new(),
            done: 0,
        };
        // Before a name is made for every pixel, there must be an image that has as many.
        rows.read()?;
        Ok(rows)
    }

    /// Returns the names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = (0..self.file.pixels()).map(|pixel| pixel_name(pixel, self.file.width));
        names
            .chain(self.labels.is_some().then(|| "label".into()))
            .collect()
    }

    /// Returns the number (from 1) of the next image and the values of its row; `None` at the end.
    ///
    /// # Errors
    /// [`DataProblem::Images`] if the file ends too early; [`Error::CannotRead`].
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        if self.done == self.file.all as usize {
            return Ok(None);
        }
        if self.done > 0 {
            self.read()?;
        }
        self.done += 1;
        Ok(Some((self.done as u64, &self.row)))
    }

    fn read(&mut self) -> Result<()> {
        let number = self.done + 1;
        self.file.read_image(number, &mut self.row, &self.source)?;
        let label = self.labels.as_ref().map(|labels| labels[self.done]);
        self.row.extend(label);
        Ok(())
    }
}

/// Draws which of `all` images are used.
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

/// Returns the name of a pixel, such as `r0c5`, in images of that width.
fn pixel_name(pixel: usize, width: usize) -> String {
    format!("r{}c{}", pixel / width, pixel % width)
}

/// Returns the name of the data: `mnist` for `mnist/train-images-idx3-ubyte.gz`.
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
    use crate::data::source::idx_file::{IMAGES, LABELS};

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
