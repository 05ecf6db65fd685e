//! The IDX format of MNIST and related sets of images.
//!
//! `train-images-idx3-ubyte` holds a magic number, the number of images, their height and their
//! width (big-endian, 32 bits each), then a byte for every pixel, row by row. The labels are in
//! the same folder in `train-labels-idx1-ubyte`, and the images to validate on in `t10k-images-idx3-ubyte`.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::input::{Input, open};
use crate::Source;
use crate::schema::options::{DataFile, Progress};
use util::error::{DataProblem, Error, Result};
use util::lang::say;

/// Magic number of a file of images: unsigned bytes in three dimensions.
pub(crate) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Magic number of a file of labels: unsigned bytes in one dimension.
pub(crate) const LABELS: [u8; 4] = [0, 0, 8, 1];
/// Parts of the names of files of images, and what the names of their labels have instead.
const LABELS_OF_IMAGES: [(&str, &str); 3] = [
    ("images-idx3", "labels-idx1"),
    ("images.idx3", "labels.idx1"),
    ("images", "labels"),
];
/// Parts of the names of files to train on, and what the names of those to validate on have instead.
pub(crate) const VALIDATION_OF_TRAINING: [(&str, &str); 2] = [("train", "t10k"), ("train", "test")];
/// Maximum number of pixels of an image.
const MAX_PIXELS: u64 = 1 << 20;

/// An open file of images.
pub(crate) struct ImageFile {
    /// Number of images.
    pub(crate) all: u32,
    pub(crate) width: usize,
    pub(crate) height: usize,
    input: Input,
}

impl ImageFile {
    /// Reads the header of the images in `input`, which is that of `source`.
    ///
    /// # Errors
    /// [`DataProblem::Images`] for no images, and for more pixels than can be used.
    pub(crate) fn new(source: &Source, mut input: Input) -> Result<Self> {
        let [all, height, width] = header(&mut input.bytes, IMAGES, source)?;
        let pixels = u64::from(height) * u64::from(width);
        if pixels == 0 || pixels > MAX_PIXELS || all == 0 {
            let problem = say!(
                "images-unusable",
                "{all} images of {width} x {height} pixels can't be used",
                all,
                width,
                height
            );
            return Err(refused(source, problem));
        }
        let (width, height) = (width as usize, height as usize);
        Ok(Self {
            all,
            width,
            height,
            input,
        })
    }

    /// Returns the number of pixels of an image.
    pub(crate) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// Reads the next image; returns false if the file ends before the image does.
    fn read(&mut self, image: &mut Vec<u8>) -> io::Result<bool> {
        image.clear();
        let pixels = self.pixels();
        let mut bytes = self.input.bytes.by_ref().take(pixels as u64);
        Ok(bytes.read_to_end(image)? == pixels)
    }

    /// Reads the next image, which has this number (from 1) among those of `source`.
    ///
    /// # Errors
    /// [`DataProblem::Images`] where the file ends before the image does; [`Error::CannotRead`].
    pub(crate) fn read_image(
        &mut self,
        number: usize,
        image: &mut Vec<u8>,
        source: &Source,
    ) -> Result<()> {
        let is_whole = self
            .read(image)
            .map_err(|cause| unreadable(source, cause))?;
        if !is_whole {
            let problem = say!(
                "idx-short-image",
                "it ends within image {number} of {all}",
                number,
                all = self.all
            );
            return Err(refused(source, problem));
        }
        Ok(())
    }

    /// Returns the progress after `images` images.
    pub(crate) fn progress(&self, images: usize) -> Progress {
        Progress {
            part: DataFile::Table,
            bytes: self.input.taken.load(Ordering::Relaxed),
            size: self.input.size,
            rows: images,
        }
    }
}

/// Reads the numbers of a header after its magic number: three for images, one for labels.
fn header(bytes: &mut dyn Read, magic: [u8; 4], source: &Source) -> Result<[u32; 3]> {
    let mut next = || {
        let mut word = [0; 4];
        let read = bytes.read_exact(&mut word);
        read.map(|()| word).map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => refused(
                source,
                say!("idx-short-header", "it ends within its header").into(),
            ),
            _ => unreadable(source, cause),
        })
    };
    let found = next()?;
    if found != magic {
        let problem = say!(
            "idx-magic",
            "it begins with {found}, not with {magic}",
            found = format!("{:?}", found),
            magic = format!("{:?}", magic)
        );
        return Err(refused(source, problem));
    }
    let mut numbers = [0; 3];
    for number in &mut numbers[..usize::from(magic[3])] {
        *number = u32::from_be_bytes(next()?);
    }
    Ok(numbers)
}

/// Lists the files beside the images of `source` that are read with them: labels, and images to validate on
/// with theirs.
pub fn files_beside(source: &Source) -> Vec<PathBuf> {
    let labels = |source: &Source| beside(source, &LABELS_OF_IMAGES);
    let Some(own_labels) = labels(source) else {
        return Vec::new();
    };
    let validation = beside(source, &VALIDATION_OF_TRAINING);
    let their_labels = validation.clone().map(Source::File);
    let their_labels = their_labels.and_then(|validation| labels(&validation));
    let files = [Some(own_labels), validation, their_labels];
    files.into_iter().flatten().collect()
}

/// Reads the `all` labels of the images of `source`.
pub(crate) fn labels_of(source: &Source, all: u32) -> Result<Vec<u8>> {
    let Some(path) = beside(source, &LABELS_OF_IMAGES) else {
        return Err(Error::NoSuchInput {
            path: source
                .to_string()
                .replace("images-idx3", "labels-idx1")
                .into(),
            hint: say!("idx-labels-of", " (the labels of {source})", source),
        });
    };
    let labels_source = Source::File(path);
    let mut bytes = open(&labels_source)?.bytes;
    let [count, ..] = header(&mut bytes, LABELS, &labels_source)?;
    if count != all {
        let problem = say!(
            "idx-counts",
            "it has {count} labels for {all} images",
            count,
            all
        );
        return Err(refused(&labels_source, problem));
    }
    let mut labels = Vec::new();
    let read = bytes.take(u64::from(all)).read_to_end(&mut labels);
    read.map_err(|cause| unreadable(&labels_source, cause))?;
    if labels.len() != all as usize {
        let problem = say!(
            "idx-short-label",
            "it ends within label {number} of {all}",
            number = labels.len() + 1,
            all
        );
        return Err(refused(&labels_source, problem));
    }
    Ok(labels)
}

/// Finds the first existing file whose name is that of `source` with one of these `changes`,
/// compressed or not.
pub(crate) fn beside(source: &Source, changes: &[(&str, &str)]) -> Option<PathBuf> {
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
    paths.find(|candidate| candidate != path && File::open(candidate).is_ok())
}

pub(crate) fn refused(source: &Source, problem: String) -> Error {
    Error::in_source(source.to_string(), DataProblem::Images(problem))
}

fn unreadable(source: &Source, cause: io::Error) -> Error {
    Error::cannot_read(source.to_string(), cause)
}
