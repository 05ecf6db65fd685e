//! Readers under test and the promises they are checked for: an answer within a second, memory in
//! proportion to the file, valid numbers and safe texts in what is accepted, a readable error
//! otherwise.

use std::cell::OnceCell;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use ndarray::Array2;
use nn_tui::data::{
    DataSummary, Dataset, Delimiter, LoadOptions, Missing, PredictionRows, Preprocessing, Reading,
    Source, Target as Predicted, TaskChoice, TextEncoding, ValidationRows, load_with, prepare,
    read_for_prediction,
};
use nn_tui::error::{Error, Result};
use nn_tui::model_file::{TrainedModel, formats, load, save};
use nn_tui::nn::engine::Threads;
use nn_tui::train::checkpoint::Checkpoint;
use nn_tui::util::text::sanitise;
use tempfile::TempDir;

use super::bytes::LONGEST;
use super::watch::watched;
use super::zip;

/// A reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Csv,
    Idx,
    Json,
    Safetensors,
    Npz,
    Checkpoint,
}

impl Target {
    /// Reads `input` and returns whether it was accepted.
    ///
    /// # Panics
    /// If the reader breaks a promise.
    pub fn run(self, input: &[u8]) -> bool {
        match self {
            Self::Csv => table(input),
            Self::Idx => images(input),
            Self::Json => model("json", input),
            Self::Safetensors => model("safetensors", input),
            Self::Npz => model("npz", input),
            Self::Checkpoint => checkpoint(input),
        }
    }
}

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

/// Writes a file in the folder of this thread and returns its path.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn path(name: &str) -> PathBuf {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a folder"));
        folder.path().join(name)
    })
}

/// Returns the unpacked length of a gzip file, or the length of other bytes.
fn unpacked_length(bytes: &[u8]) -> usize {
    let mut unpacked = MultiGzDecoder::new(bytes);
    // The count up to the damage is what a reader can have seen.
    let mut length = 0;
    let mut block = [0; 1 << 12];
    while let Ok(read @ 1..) = std::io::Read::read(&mut unpacked, &mut block) {
        length += read;
    }
    length.max(bytes.len())
}

fn check_error(error: &Error) {
    let message = error.to_string();
    assert!(message.chars().count() < 1000, "for people: {message}");
    assert_eq!(message, sanitise(&message), "safe to show");
}

/// Splits an input into two bytes of options and the table.
pub fn table_parts(input: &[u8]) -> Option<([u8; 2], &[u8])> {
    input
        .split_first_chunk::<2>()
        .map(|(options, text)| (*options, text))
}

/// Decodes the options; zeros are the defaults. `source` may also be the validation file.
fn table_options([first, second]: [u8; 2], source: &Source) -> LoadOptions {
    let bit = |byte: u8, at: u32| byte >> at & 1 == 1;
    LoadOptions {
        reading: Reading {
            delimiter: match first & 7 {
                3 => Some(Delimiter::Byte(b',')),
                4 => Some(Delimiter::Byte(b';')),
                5 => Some(Delimiter::Byte(b'\t')),
                6 => Some(Delimiter::Blanks),
                7 => Some(Delimiter::Byte(b'|')),
                _ => None,
            },
            encoding: bit(first, 3).then_some(TextEncoding::Latin1),
            comment: bit(first, 4).then_some(b'#'),
            decimal_comma: bit(first, 7).then_some(true),
            header: bit(first, 5).then_some(bit(first, 6)),
            ..Reading::default()
        },
        task: TaskChoice::ALL[usize::from(second & 3) % 3],
        missing: Missing::ALL[usize::from(second >> 2 & 3) % 3],
        max_rows: bit(second, 4).then_some(20),
        target: bit(second, 5).then(|| "1".into()),
        categorical: bit(second, 6).then(|| "2".into()).into_iter().collect(),
        validation: if bit(second, 7) {
            ValidationRows::File(source.clone())
        } else {
            ValidationRows::Auto
        },
        ..LoadOptions::default()
    }
}

fn table(input: &[u8]) -> bool {
    let Some((options, text)) = table_parts(input) else {
        return false;
    };
    let source = Source::File(file("table.csv", text));
    let options = table_options(options, &source);
    // Blocks that are read at once, and the head that is looked at. A cell of one byte and its
    // comma become a name, an entry of several tables, a text of the head: some hundred bytes.
    let most = (6 << 20) + 400 * unpacked_length(text);
    watched(most, || {
        let loaded = load_with(&source, &options, &mut |_| ControlFlow::Continue(()));
        use_table(loaded, &source, &options)
    })
}

/// Prepares and predicts a loaded table as the program does; returns whether it was accepted.
fn use_table(loaded: Result<Dataset>, source: &Source, options: &LoadOptions) -> bool {
    let dataset = match loaded {
        Ok(dataset) => dataset,
        Err(error) => {
            check_error(&error);
            return false;
        }
    };
    check_table(&dataset);
    let fraction = if dataset.validation.is_some() {
        0.0
    } else {
        0.2
    };
    match prepare(&dataset, fraction, 1) {
        Ok(prepared) => {
            DataSummary::new(&dataset, &prepared);
            predict(source, &options.reading, &prepared.preprocessing);
        }
        Err(error) => check_error(&error),
    }
    true
}

fn check_table(dataset: &Dataset) {
    let rows = dataset.rows();
    assert_eq!(dataset.values.ncols(), dataset.columns.len());
    assert!(dataset.values.iter().all(|value| !value.is_infinite()));
    assert_eq!(dataset.lines.len(), rows);
    match &dataset.target {
        Predicted::Classes { names, labels } => {
            assert_eq!(labels.len(), rows);
            assert!(labels.iter().all(|&label| (label as usize) < names.len()));
        }
        Predicted::Numbers(numbers) => {
            assert_eq!(numbers.len(), rows);
            assert!(numbers.iter().all(|number| number.is_finite()));
        }
    }
    let mut names: Vec<&str> = dataset.columns.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), dataset.columns.len(), "no two alike");
}

/// Reads `source` in chunks as rows to predict.
fn predict(source: &Source, reading: &Reading, wanted: &Preprocessing) {
    let read = || -> Result<()> {
        let mut rows = PredictionRows::open(source, reading, wanted)?;
        while let Some(chunk) = rows.next_chunk(64)? {
            let inputs = wanted.encode(chunk.raw.view());
            assert!(inputs.iter().all(|input| input.is_finite()));
        }
        Ok(())
    };
    if let Err(error) = read() {
        check_error(&error);
    }
}

/// Images and labels of an IDX data set.
pub struct IdxParts {
    pub options: u8,
    pub images: Vec<u8>,
    pub labels: Vec<u8>,
}

impl IdxParts {
    /// Splits an input: options, length of the images, images, labels.
    pub fn of(input: &[u8]) -> Option<Self> {
        let (&options, rest) = input.split_first()?;
        let (&length, rest) = rest.split_first_chunk::<4>()?;
        let length = (u32::from_be_bytes(length) as usize).min(rest.len());
        let (images, labels) = rest.split_at(length);
        Some(Self {
            options,
            images: images.to_vec(),
            labels: labels.to_vec(),
        })
    }

    pub fn input(&self) -> Vec<u8> {
        let length = (self.images.len() as u32).to_be_bytes();
        [&[self.options], &length[..], &self.images, &self.labels].concat()
    }
}

fn images(input: &[u8]) -> bool {
    let Some(IdxParts {
        options: bits,
        images,
        labels,
    }) = IdxParts::of(input)
    else {
        return false;
    };
    let source = Source::File(file("train-images-idx3-ubyte", &images));
    // The labels are missing now and then, and there is a second pair now and then.
    let _ = fs::remove_file(path("train-labels-idx1-ubyte"));
    if bits & 1 == 0 {
        file("train-labels-idx1-ubyte", &labels);
    }
    let beside = [
        path("t10k-images-idx3-ubyte"),
        path("t10k-labels-idx1-ubyte"),
    ];
    for (path, bytes) in beside.iter().zip([&images, &labels]) {
        let _ = fs::remove_file(path);
        if bits & 2 == 2 {
            fs::write(path, bytes).expect("written");
        }
    }
    let options = LoadOptions {
        max_rows: (bits & 4 == 4).then_some(3),
        ..LoadOptions::default()
    };
    // The most is needed where a few images have many pixels, each a column with a name.
    let length = unpacked_length(&images) + unpacked_length(&labels);
    watched((6 << 20) + 600 * length, || {
        let loaded = load_with(&source, &options, &mut |_| ControlFlow::Continue(()));
        // As the files of a model that was trained on others, too.
        IRIS.with(|iris| predict(&source, &options.reading, iris));
        use_table(loaded, &source, &options)
    })
}

thread_local! {
    static IRIS: Preprocessing = {
        let iris = nn_tui::data::load(&Source::parse("iris"), None).expect("it is built in");
        let rows: Vec<u32> = (0..iris.rows() as u32).collect();
        Preprocessing::fit(&iris, &rows).expect("it has columns").0
    };
}

/// Bytes that a session may take for each byte of its checkpoint: rows of matrices are padded, and snapshots
/// have an optimizer's state that the file leaves out.
const SESSION_BYTES: usize = 256;

fn checkpoint(bytes: &[u8]) -> bool {
    let path = file("run.checkpoint", bytes);
    let iris = nn_tui::data::load(&Source::parse("iris"), None).expect("it is built in");
    let resumed = watched((1 << 20) + SESSION_BYTES * bytes.len(), || {
        let checkpoint = Checkpoint::read(&path, Threads::ONE)?;
        checkpoint.resume(&path, iris.clone(), Threads::ONE)
    });
    match resumed {
        // The next step may find a number that is not finite.
        Ok((mut session, _)) => drop(session.step()),
        Err(error) => {
            check_error(&error);
            return false;
        }
    }
    true
}

fn model(extension: &str, bytes: &[u8]) -> bool {
    let path = file(&format!("model.{extension}"), bytes);
    let length = match extension {
        "npz" => zip::members(bytes, LONGEST)
            .iter()
            .map(|(_, contents)| contents.len())
            .sum::<usize>()
            .max(bytes.len()),
        _ => bytes.len(),
    };
    // Text becomes lists and names, each somewhat larger than it was.
    let loaded = watched((1 << 16) + 32 * length, || load(&path));
    let text = |model: &TrainedModel| format!("{model:?}");
    let model = match loaded {
        Ok(model) => model,
        Err(error) => {
            check_error(&error);
            return false;
        }
    };
    // An accepted model predicts, is saved in every format, and is equal when read back.
    let iris = read_for_prediction(&Source::parse("iris"), &model.preprocessing);
    if let Ok(iris) = iris {
        model.outputs(iris.raw.view());
    }
    let raw = Array2::from_elem((2, model.preprocessing.columns.len()), 1.5);
    assert_eq!(model.outputs(raw.view()).nrows(), 2);
    for format in formats::ALL {
        let again = self::path(&format!("again.{}", format.extension));
        save(&again, &model, true).expect("saved again");
        if format.is_readable() {
            // As text, in which a number that is not known is equal to itself.
            let [again, model] = [&load(&again).expect("read again"), &model].map(text);
            assert_eq!(again, model, "{}", format.name);
        }
    }
    true
}
