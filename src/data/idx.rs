//! Images as MNIST and its family store them: IDX files, packed by gzip or not.
//!
//! `train-images-idx3-ubyte` holds a magic number, the number of images, their height and their
//! width (big-endian, 32 bits each), then a byte for every pixel, row by row. The labels lie beside
//! it in `train-labels-idx1-ubyte`, and the images to validate on in `t10k-images-idx3-ubyte`.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::data::input::{Input, open};
use crate::data::options::{LoadOptions, Progress, TaskChoice, ValidationRows};
use crate::data::report::ReadReport;
use crate::data::{Column, ColumnKind, Dataset, HeldOut, Lines, Source, Target, matrix};
use crate::error::{DataProblem, Error, Place, Result};
use crate::random::{Purpose, generator, shuffle};

/// Unsigned bytes in three dimensions.
pub(super) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Unsigned bytes in one dimension.
const LABELS: [u8; 4] = [0, 0, 8, 1];
/// Pixels of an image at most.
const MOST_PIXELS: u64 = 1 << 20;
/// Images between two looks at whether to go on.
const IMAGES_A_LOOK: usize = 256;

/// Whether `source` is a file of images, going by its first bytes.
pub(super) fn is_idx(source: &Source) -> bool {
    let mut first = [0; 4];
    // Standard input can be read once only.
    matches!(source, Source::File(path) if path.is_file())
        && open(source).is_ok_and(|mut input| input.bytes.read_exact(&mut first).is_ok())
        && first == IMAGES
}

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
pub(super) fn load(
    source: &Source,
    options: &LoadOptions,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
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
        dataset.validation = Some(held_out(&Source::File(beside), &dataset)?);
    }
    Ok(dataset)
}

/// Reads the images of `source`, which must be like those of `dataset`.
pub(super) fn held_out(source: &Source, dataset: &Dataset) -> Result<HeldOut> {
    let set = Set::read(source, &LoadOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    })?;
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
        options: &LoadOptions,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Self> {
        let Input {
            mut bytes,
            taken,
            size,
        } = open(source)?;
        let (all, width, height) = checked_header(&mut bytes, source)?;
        let pixels = (width * height) as u64;
        let labels = labels_of(source, all)?;
        let is_used = sample(labels.len(), options);
        let mut set = Self {
            values: Vec::new(),
            width,
            height,
            labels: Vec::new(),
            lines: Lines::default(),
            all: labels.len(),
        };
        let mut image = Vec::new();
        for (index, (&label, &is_used)) in labels.iter().zip(&is_used).enumerate() {
            image.clear();
            let read = bytes.by_ref().take(pixels).read_to_end(&mut image);
            let read = read.map_err(|cause| unreadable(source, cause))?;
            if read as u64 != pixels {
                return Err(refused(
                    source,
                    format!("it ends within image {} of {all}", index + 1),
                ));
            }
            if is_used {
                set.values.extend(image.iter().map(|&byte| f32::from(byte)));
                set.labels.push(label);
                set.lines.push(index as u64 + 1);
            }
            if index.is_multiple_of(IMAGES_A_LOOK)
                && watch(progress(&taken, size, index)).is_break()
            {
                return Err(Error::Cancelled);
            }
        }
        Ok(set)
    }
}

fn progress(taken: &Arc<AtomicU64>, size: Option<u64>, rows: usize) -> Progress {
    Progress {
        bytes: taken.load(Ordering::Relaxed),
        size,
        rows,
    }
}

/// Which of `all` images are used, as many as the options ask for.
fn sample(all: usize, options: &LoadOptions) -> Vec<bool> {
    let most = options.max_rows.unwrap_or(usize::MAX);
    if most >= all {
        return vec![true; all];
    }
    let mut order: Vec<usize> = (0..all).collect();
    shuffle(&mut order, &mut generator(options.seed, Purpose::Sample));
    let mut is_used = vec![false; all];
    order[..most]
        .iter()
        .for_each(|&index| is_used[index] = true);
    is_used
}

/// What the pixel with this index is called, in images of that width.
pub(super) fn pixel_name(pixel: usize, width: usize) -> String {
    format!("r{}c{}", pixel / width, pixel % width)
}

/// Number of images, their width and their height, at the beginning of a file.
///
/// # Errors
/// [`DataProblem::Images`] for what is no such file, and for more pixels than can be used.
pub(super) fn checked_header(bytes: &mut dyn Read, source: &Source) -> Result<(u32, usize, usize)> {
    let [all, height, width] = header(bytes, IMAGES, source)?;
    let pixels = u64::from(height) * u64::from(width);
    if pixels == 0 || pixels > MOST_PIXELS || all == 0 {
        let problem = format!("{all} images of {width} x {height} pixels can't be used");
        return Err(refused(source, problem));
    }
    Ok((all, width as usize, height as usize))
}

/// The three numbers behind the magic one, or the first of them alone for labels.
fn header(bytes: &mut dyn Read, magic: [u8; 4], source: &Source) -> Result<[u32; 3]> {
    let mut next = || {
        let mut word = [0; 4];
        let read = bytes.read_exact(&mut word);
        read.map(|()| word).map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => refused(source, "it ends within its header".into()),
            _ => unreadable(source, cause),
        })
    };
    let found = next()?;
    if found != magic {
        let problem = format!("it begins with {found:?}, not with {magic:?}");
        return Err(refused(source, problem));
    }
    let mut numbers = [0; 3];
    for number in &mut numbers[..usize::from(magic[3])] {
        *number = u32::from_be_bytes(next()?);
    }
    Ok(numbers)
}

/// The labels beside the images of `source`, `all` of them.
pub(super) fn labels_of(source: &Source, all: u32) -> Result<Vec<u8>> {
    let found = beside(
        source,
        &[
            ("images-idx3", "labels-idx1"),
            ("images.idx3", "labels.idx1"),
            ("images", "labels"),
        ],
    );
    let Some(path) = found else {
        return Err(Error::NoSuchInput {
            path: source
                .to_string()
                .replace("images-idx3", "labels-idx1")
                .into(),
            hint: format!(" (the labels of {source})"),
        });
    };
    let labels_source = Source::File(path);
    let mut bytes = open(&labels_source)?.bytes;
    let [count, ..] = header(&mut bytes, LABELS, &labels_source)?;
    if count != all {
        let problem = format!("it has {count} labels for {all} images");
        return Err(refused(&labels_source, problem));
    }
    let mut labels = Vec::new();
    let read = bytes.take(u64::from(all)).read_to_end(&mut labels);
    read.map_err(|cause| unreadable(&labels_source, cause))?;
    if labels.len() != all as usize {
        let problem = format!("it ends within label {} of {all}", labels.len() + 1);
        return Err(refused(&labels_source, problem));
    }
    Ok(labels)
}

/// The first file that is there when the name of `source` is changed in one of these ways, packed
/// or not.
fn beside(source: &Source, changes: &[(&str, &str)]) -> Option<PathBuf> {
    let Source::File(path) = source else {
        return None;
    };
    let name = path.file_name()?.to_str()?;
    let candidates = changes.iter().filter(|(from, _)| name.contains(from));
    let named = candidates.flat_map(|(from, to)| {
        let changed = name.replace(from, to);
        let plain = changed.trim_end_matches(".gz").to_owned();
        [format!("{plain}.gz"), plain, changed]
    });
    let mut paths = named.map(|name| path.with_file_name(name));
    paths.find(|it| it != path && File::open(it).is_ok())
}

/// `mnist` for `mnist/train-images-idx3-ubyte.gz`; the file's own name where that says more.
fn name(source: &Source) -> String {
    let Source::File(path) = source else {
        return source.name();
    };
    let folder = path.parent().and_then(Path::file_name);
    match (folder, path.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) if name.starts_with("train-images") => {
            crate::text::sanitise(&folder.to_string_lossy())
        }
        _ => source.name(),
    }
}

fn refused(source: &Source, problem: String) -> Error {
    Error::data(
        Place::whole(source.to_string()),
        DataProblem::Images(problem),
    )
}

fn unreadable(source: &Source, cause: io::Error) -> Error {
    Error::CannotRead {
        path: source.to_string().into(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

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
