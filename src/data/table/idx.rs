//! Data sets of images in the IDX format; see [`crate::source::idx_file`].

use std::path::Path;
use std::sync::Arc;

use crate::prepare::split::{RowSplit, reader};
use crate::report::ReadReport;
use crate::schema::options::{
    DataFile, LoadObserver, LoadOptions, Progress, TaskChoice, ValidationRows, report,
};
use crate::source::idx_file::{ImageFile, VALIDATION_OF_TRAINING, beside, labels_of, refused};
use crate::source::input::{Input, open};
use crate::{
    CellFormat, Column, ColumnKind, Dataset, HeldOut, Lines, MissingValues, Source, Target, matrix,
};
use util::error::{DataProblem, Error, Result};
use util::lang::say;
use util::memory;
use util::random::{RngStream, generator, shuffle};

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
            say!(
                "images-have-classes",
                "--task regression: images have classes"
            )
            .into(),
        ));
    }
    let set = Set::read(source, input, options, observer)?;
    let mut classes = set.labels.clone();
    classes.sort_unstable();
    classes.dedup();
    if let [class] = classes[..] {
        let class = class.to_string();
        return Err(Error::in_source(
            source.to_string(),
            DataProblem::SingleClass { class, without: 0 },
        ));
    }
    let names: Vec<String> = classes.iter().map(u8::to_string).collect();
    let pixels = set.width * set.height;
    let columns = (0..pixels).map(|pixel| Column {
        derived: None,
        name: pixel_name(pixel, set.width),
        column: pixel,
        kind: ColumnKind::Pixel { max: 255.0 },
        offset: 0.0,
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
        target_offset: 0.0,
        missing: MissingValues::default(),
        cell_format: CellFormat::default(),
        percent: None,
        units: Vec::new(),
        row_order: None,
        values: matrix(rows, pixels, set.values),
        lines: Arc::new(set.lines),
        validation: None,
        test: None,
        split: RowSplit::default(),
        test_fraction: options.test_fraction,
        image: Some((set.width, set.height)),
        report: ReadReport {
            rows: set.all,
            not_sampled: set.all - rows,
            given: options.given(),
            ..ReadReport::default()
        },
        origin: None,
    };
    dataset.split = reader::of_images(&options.split, source, set.all, &dataset.lines)?;
    if options.validation == ValidationRows::Auto
        && let Some(beside) = beside(source, &VALIDATION_OF_TRAINING)
    {
        let part = DataFile::Validation;
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
        let problem = say!(
            "images-other-size",
            "its images have {width} x {height} pixels, unlike those trained on",
            width = set.width,
            height = set.height
        );
        return Err(refused(source, problem));
    }
    Ok(HeldOut {
        without_history: 0,
        other_mark: None,
        source: source.to_string(),
        target: target(&set.labels, dataset.class_names(), source)?,
        values: matrix(set.labels.len(), set.width * set.height, set.values),
        lines: Arc::new(set.lines),
        unknown_labels: Default::default(),
        labels_with_stop: Default::default(),
        unknown_texts: Vec::new(),
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
            Error::in_source(source.to_string(), DataProblem::UnknownClass { class })
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
        let used = is_used.iter().filter(|is_used| **is_used).count();
        let values = used * file.pixels();
        let purpose = say!(
            "purpose-images",
            "reading {used} images of {width} x {height} pixels",
            used,
            width = file.width,
            height = file.height
        );
        memory::check(&purpose, size_of::<f32>() as u128 * values as u128)?;
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
                // A header may claim more images than there are.
                memory::reserve(
                    &mut set.values,
                    image.len(),
                    say!("content-images", "the images"),
                )?;
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
    let max = options.max_rows.unwrap_or(usize::MAX);
    if max >= all {
        return vec![true; all];
    }
    let mut order: Vec<usize> = (0..all).collect();
    shuffle(&mut order, &mut generator(options.seed, RngStream::Sample));
    let mut is_used = vec![false; all];
    order[..max].iter().for_each(|&index| is_used[index] = true);
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
            util::text::sanitise(&folder.to_string_lossy())
        }
        _ => source.name(),
    }
}

#[cfg(test)]
mod tests;
