//! The IDX format, in which MNIST and its family store images and labels, packed by gzip or not.
//!
//! `train-images-idx3-ubyte` holds a magic number, the number of images, their height and their
//! width (big-endian, 32 bits each), then a byte for every pixel, row by row. The labels lie beside
//! it in `train-labels-idx1-ubyte`, and the images to validate on in `t10k-images-idx3-ubyte`.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::input::{Input, open};
use crate::data::Source;
use crate::data::schema::options::{Part, Progress};
use crate::error::{DataProblem, Error, Place, Result};

/// Unsigned bytes in three dimensions.
pub(crate) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Unsigned bytes in one dimension.
pub(crate) const LABELS: [u8; 4] = [0, 0, 8, 1];
/// Pixels of an image at most.
const MOST_PIXELS: u64 = 1 << 20;

/// Whether `source` is a file of images, going by its first bytes.
pub(crate) fn is_idx(source: &Source) -> bool {
    let mut first = [0; 4];
    // Standard input can be read once only.
    matches!(source, Source::File(path) if path.is_file())
        && open(source).is_ok_and(|mut input| input.bytes.read_exact(&mut first).is_ok())
        && first == IMAGES
}

/// An open file of images.
pub(crate) struct ImageFile {
    /// Number of images.
    pub(crate) all: u32,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// What is left of it.
    input: Input,
}

impl ImageFile {
    /// Opens the images of `source`.
    ///
    /// # Errors
    /// [`DataProblem::Images`] for what is no such file, and for more pixels than can be used; those
    /// of opening a file.
    pub(crate) fn open(source: &Source) -> Result<Self> {
        let mut input = open(source)?;
        let [all, height, width] = header(&mut input.bytes, IMAGES, source)?;
        let pixels = u64::from(height) * u64::from(width);
        if pixels == 0 || pixels > MOST_PIXELS || all == 0 {
            let problem = format!("{all} images of {width} x {height} pixels can't be used");
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

    /// Pixels of an image.
    pub(crate) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// Reads the next image; returns false where the file ends before the image does.
    pub(crate) fn read(&mut self, image: &mut Vec<u8>) -> io::Result<bool> {
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
            let problem = format!("it ends within image {number} of {}", self.all);
            return Err(refused(source, problem));
        }
        Ok(())
    }

    /// What counts the bytes read, and how many there are where that is known.
    pub(crate) fn meter(&self) -> (Arc<AtomicU64>, Option<u64>) {
        (Arc::clone(&self.input.taken), self.input.size)
    }

    /// How far the reading is, after so many images.
    pub(crate) fn progress(&self, images: usize) -> Progress {
        Progress {
            part: Part::Table,
            bytes: self.input.taken.load(Ordering::Relaxed),
            size: self.input.size,
            rows: images,
        }
    }
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
pub(crate) fn labels_of(source: &Source, all: u32) -> Result<Vec<u8>> {
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
    paths.find(|it| it != path && File::open(it).is_ok())
}

pub(crate) fn refused(source: &Source, problem: String) -> Error {
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
